"""A real Dovecot with mailboxes of the tests' own, and what happens to mailboxes: mails come, mails cannot be read, UIDs start anew."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imap_tools

from tests.channels.email.certificates import Authority
from tests.channels.email.token_server import TokenServer

PASSWORD = "secret-of-the-city"
_CONFIGURATION = """
base_dir = {place}/run
state_dir = {place}/state
log_path = {place}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{certificate}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_cache_size = 0
auth_failure_delay = 0
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 1
first_valid_gid = 1
mail_uid = {user}
mail_gid = {group_of_mail}
mail_location = maildir:{place}/mail/%u
mail_max_userip_connections = 100
maildir_very_dirty_syncs = no
default_vsz_limit = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {place}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group_of_mail} home={place}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""


def installed() -> bool:
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is not None


def mail(number: int, text: str = "There is a pothole at 12 Oak Street.", name: str = "n", padding: int = 0) -> bytes:
    lines = [
        "From: Zoé Tremblay <zoe@example.net>".encode().decode("utf-8"),
        "To: 311@springfield.example.gov",
        f"Subject: Report {number}",
        f"Message-ID: <{name}-{number}@sender.example>",
        "Date: Tue, 24 Nov 2026 10:00:00 -0500",
        "Content-Type: text/plain; charset=utf-8",
        "",
        f"{text} Number {number}.",
        "x" * 70 + "\r\n" if padding else "",
    ]
    return "\r\n".join(lines).encode() + b"y" * padding + b"\r\n"


@dataclass
class Account:
    """One user's mailbox, as the mail system and the resident see it."""

    server: Dovecot
    user: str

    @property
    def folder(self) -> Path:
        return self.server.place / "mail" / self.user

    @contextmanager
    def session(self) -> Iterator[Any]:
        box = imap_tools.MailBoxUnencrypted("127.0.0.1", self.server.port).login(self.user, PASSWORD, initial_folder=None)
        try:
            yield box
        finally:
            box.logout()

    def append(self, *mails: bytes, folder: str = "INBOX") -> None:
        with self.session() as box:
            if folder != "INBOX" and not box.folder.exists(folder):
                box.folder.create(folder)
            for content in mails:
                box.append(content, folder)

    def drop_in(self, mails: Sequence[bytes]) -> None:
        """Deliver into the Maildir itself, which is quick for thousands; ``session`` first, so that it exists."""
        owner = self.folder.stat()
        for number, content in enumerate(mails):
            path = self.folder / "new" / f"{1_700_000_000 + number}.M{number}.tests"
            path.write_bytes(content.replace(b"\r\n", b"\n"))
            os.chown(path, owner.st_uid, owner.st_gid)

    def subjects(self, folder: str = "INBOX") -> list[str]:
        with self.session() as box:
            if not box.folder.exists(folder):
                return []
            box.folder.set(folder, readonly=True)
            return [found.subject for found in box.fetch(mark_seen=False)]

    def flags(self, folder: str = "INBOX") -> set[str]:
        with self.session() as box:
            box.folder.set(folder, readonly=True)
            return {flag for found in box.fetch(mark_seen=False) for flag in found.flags}

    def delete(self, uid: int) -> None:
        with self.session() as box:
            box.folder.set("INBOX")
            box.delete([str(uid)])

    def files(self) -> list[Path]:
        """The mails' files, oldest first. A name begins with seconds and microseconds, neither padded: as texts they are out of order."""
        paths = (*self.folder.glob("cur/*"), *self.folder.glob("new/*"))
        return sorted(paths, key=lambda path: [int(digits) for digits in re.findall(r"\d+", path.name)[:2]])

    def spoil(self, number: int) -> Path:
        """Make a mail one that the server cannot read: it answers with BYE then."""
        path = self.files()[number]
        path.chmod(0)
        return path

    def renumber(self) -> None:
        """Give the mailbox another UIDVALIDITY, as a restored backup or a moved account does."""
        path = self.folder / "dovecot-uidlist"
        text = path.read_text()
        path.write_text(re.sub(r"V(\d+)", lambda found: f"V{int(found[1]) + 7}", text, count=1))
        for index in self.folder.glob("dovecot.index*"):
            index.unlink()


class Dovecot:
    """One server for a test session; each test has a user of its own."""

    def __init__(self, place: Path, tokens: TokenServer) -> None:
        self.place, self.tokens = place, tokens
        self.port, self.tls_port = _free_ports(2)
        self.authority = Authority(place / "certificates")
        self._users = 0
        root = os.getuid() == 0
        me = pwd.getpwuid(os.getuid())
        user = "nobody" if root else me.pw_name
        self._owner = pwd.getpwnam(user)
        (place / "mail").mkdir()
        os.chown(place / "mail", self._owner.pw_uid, self._owner.pw_gid)
        (place / "oauth2.conf").write_text(
            f"tokeninfo_url = {tokens.url}/tokeninfo?access_token=\nusername_attribute = email\n"
            "active_attribute = active\nactive_value = true\n"
        )
        self.configuration = place / "dovecot.conf"
        names = {"internal": "dovecot" if root else user, "group": "dovecot" if root else me.pw_gid, "login": "dovenull" if root else user}
        self.configuration.write_text(
            _CONFIGURATION.format(
                place=place,
                certificate=self.authority.issue("localhost"),
                port=self.port,
                tls_port=self.tls_port,
                password=PASSWORD,
                user=user,
                group_of_mail=self._owner.pw_gid,
                **names,
            )
        )

    def start(self) -> None:
        quiet = subprocess.DEVNULL  # not a pipe: the daemon would keep it open
        done = subprocess.run([_binary("dovecot"), "-c", self.configuration], stdout=quiet, stderr=quiet, check=False)
        assert done.returncode == 0, self.configuration
        self.until(self._answers)

    def stop(self) -> None:
        subprocess.run([_binary("dovecot"), "-c", self.configuration, "stop"], capture_output=True, check=False)

    def restart(self) -> None:
        self.stop()
        self.until(lambda: not self._answers())
        self.start()

    def account(self) -> Account:
        self._users += 1
        return Account(self, f"user{self._users}")

    def kick(self, account: Account) -> int:
        """End the connections of a user, as a restart or a firewall does; how many there were."""
        ended = 0
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError):
                if entry.name.isdigit() and self._is_imap_of(entry, account):
                    os.kill(int(entry.name), signal.SIGKILL)
                    ended += 1
        return ended

    def _is_imap_of(self, entry: Path, account: Account) -> bool:
        if not (entry / "cmdline").read_bytes().startswith(b"dovecot/imap\0"):
            return False
        return any(os.fspath(account.folder) in os.fspath(link.readlink()) for link in (entry / "cwd", *(entry / "fd").iterdir()))

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                return connection.recv(4) == b"* OK"
        except OSError:
            return False

    @staticmethod
    def until(holds: Any) -> None:
        limit = time.monotonic() + 20
        while not holds():
            assert time.monotonic() < limit
            time.sleep(0.02)


@contextmanager
def running() -> Iterator[Dovecot]:
    """A server with its token server; both are gone at the end."""
    place = Path(tempfile.mkdtemp(prefix="intake311-imap-", dir="/var/tmp"))  # pytest's own folders are closed to other users
    place.chmod(0o755)
    try:
        with TokenServer() as tokens:
            server = Dovecot(place, tokens)
            server.start()
            try:
                yield server
            finally:
                server.stop()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _binary(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin")
    assert found, name
    return found


def _free_ports(count: int) -> list[int]:
    found: list[int] = []
    for port in range(27_000 + os.getpid() * 7 % 4_000, 31_900):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == count:
            break
    return found

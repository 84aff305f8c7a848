"""A private Postfix on loopback, in a scratch folder: the reference for taking mail durably, and for getting it delivered or relayed.

Needs Debian's postfix package and root (its master starts daemons under other accounts). The system's own Postfix, its configuration
and its queue are not touched. As comparable as it can be made: no limits per client, no delays, no DNS, every recipient accepted.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from gateway.bench.rig import free_port, processor_time
from gateway.errors import IntakeError

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
multi_instance_enable = yes
myhostname = bench.localhost
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
default_transport = {transport}
default_process_limit = 200
message_size_limit = 52428800
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = {recipients}
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_client_message_rate_limit = 0
in_flow_delay = 0
"""
_MASTER = """\
127.0.0.1:{port} inet n - n - 200 smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
smtp unix - - n - - smtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
_QUEUES = ("maildrop", "incoming", "active", "deferred")
_PATIENCE = 60.0


def installed() -> bool:
    """Whether there is a Postfix that this process may start."""
    return shutil.which("postfix") is not None and os.geteuid() == 0


class Postfix:
    """A running Postfix.

    ``hold``: accepted mail stays in the hold queue, fsynced, undelivered. ``relay_to``: it is handed to the SMTP server at that port of
    this machine. Otherwise it is delivered to nowhere.
    """

    def __init__(self, *, hold: bool = False, relay_to: int = 0) -> None:
        self._hold = hold
        self._transport = f"smtp:[127.0.0.1]:{relay_to}" if relay_to else "discard"
        self.port = free_port()
        self._folder = Path()
        self._leader = 0

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="intake311-postfix-"))
        # Its daemons run under another account and have to get there; what it is sent is no resident's message.
        os.umask(0o022)
        self._folder.chmod(0o755)
        for name in ("etc", "spool", "data"):
            (self._folder / name).mkdir()
        shutil.chown(self._folder / "data", "postfix")
        recipients = "check_recipient_access static:HOLD" if self._hold else "permit"
        (self._folder / "etc" / "main.cf").write_text(_MAIN.format(folder=self._folder, recipients=recipients, transport=self._transport))
        (self._folder / "etc" / "master.cf").write_text(_MASTER.format(port=self.port))
        try:
            done = self._command("postfix", "start")
            self._wait_until_ready(done.stderr or done.stdout)
        except BaseException:
            self.__exit__()
            raise
        self._leader = int((self._folder / "spool" / "pid" / "master.pid").read_text())
        return self

    def __exit__(self, *_error: object) -> None:
        self._command("postfix", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def cpu(self) -> float:
        """Seconds of processor time of all its processes so far."""
        return processor_time(self._leader)

    def clear(self) -> None:
        """Empty the queue."""
        self._command("postsuper", "-d", "ALL")

    def flush(self) -> None:
        """Try at once to deliver what was deferred."""
        self._command("postqueue", "-f")

    def logged(self) -> str:
        """Its log so far."""
        return (self._folder / "maillog").read_text("utf-8", "replace")

    def wait_delivered(self) -> None:
        """Wait until nothing is queued; raises IntakeError after a minute."""
        limit = time.perf_counter() + _PATIENCE
        while any(self._queued(name) for name in _QUEUES):
            if time.perf_counter() > limit:
                raise IntakeError("Postfix has not delivered everything within a minute")
            time.sleep(0.01)

    def _queued(self, name: str) -> bool:
        with suppress(FileNotFoundError):  # a file that went while it was looked at
            return any(path.is_file() for path in (self._folder / "spool" / name).rglob("*"))
        return True

    def _command(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [name, "-c", str(self._folder / "etc"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)  # noqa: S603 - our own arguments

    def _wait_until_ready(self, said: str) -> None:
        limit = time.perf_counter() + _PATIENCE / 4
        while time.perf_counter() < limit:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            time.sleep(0.05)
        raise IntakeError(f"Postfix did not start: {said.strip()[-300:]}")

"""One signed-in connection to a mail server with one folder open; every method blocks, and one thread at a time may call them.

RFC 9051 and 3501; IDLE of RFC 2177, MOVE of RFC 6851, UID EXPUNGE of RFC 4315, SASL XOAUTH2 as Google and Microsoft describe it. Contents
are read with BODY.PEEK, which sets no flag; where nothing is to be moved the folder is opened by EXAMINE, so that nothing can be changed.

imap-tools makes the connection and knows the names of folders. IDLE is spoken here: its own misses what the server says before the
continuation, and what came in the same packet.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import imap_tools
import structlog
from imap_tools.utils import encode_folder

from channels.base import Temporary, Unavailable
from channels.email import _imap_answers as answers
from channels.email._imap_answers import Fetched

_log = structlog.get_logger(__name__)
Security = Literal["tls", "starttls", "none"]
_NEWS = re.compile(rb"\* \d+ (?:EXISTS|RECENT|EXPUNGE)\b", re.IGNORECASE)
_GOODBYE = 5.0
"""Seconds that the polite end of a session may take."""


class Dropped(Unavailable):
    """The connection is gone, or cannot be used any more."""


class Refused(Temporary):
    """The server answered NO or BAD; the connection can still be used."""


class SignInRefused(Unavailable):
    """The server does not take the user name with this password or token."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where the mailbox is. ``timeout`` (seconds) bounds each wait for a byte; ``ca_file`` (PEM) takes the place of the public ones."""

    host: str
    port: int
    security: Security
    ca_file: Path | None = None
    timeout: float = 60.0


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who reads: a user name with a password or an access token."""

    username: str
    password: str | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """What the server says of a folder when it is opened."""

    validity: int
    next_uid: int
    exists: int


class Session:
    """A connection that is signed in; ``open`` a folder before anything else."""

    def __init__(self, server: Server, sign_in: SignIn, folder: str, *, writable: bool) -> None:
        self._folder, self._writable = folder, writable
        self.idling = False
        self._box: Any = None
        with _translated():
            self._box = _connect(server)
            _keep_alive(self._box.client.sock)
        try:
            self._sign_in(sign_in)
            with _translated():
                # Servers tell most of what they can only to who has signed in, and imaplib asks before that.
                answer = self._box.client.capability()[1]
                self.capabilities = frozenset((answer[-1] or b"").decode("ascii", "replace").upper().split())
                self._box.client.capabilities = tuple(self.capabilities)
        except BaseException:
            self.abort()
            raise

    @property
    def can_idle(self) -> bool:
        """Whether the server tells at once that there is something new."""
        return "IDLE" in self.capabilities

    @property
    def can_move(self) -> bool:
        """Whether one mail can be moved without touching others."""
        return bool({"MOVE", "UIDPLUS"} & self.capabilities)

    @property
    def socket(self) -> socket.socket:
        """What becomes readable when the server says something."""
        found: socket.socket = self._box.client.sock
        return found

    def open(self) -> Opened:
        """Open the folder, or look at it anew."""
        with _translated():
            client = self._box.client
            status, answer = client.select(encode_folder(self._folder), not self._writable)
            if status != "OK":
                raise Refused(f"folder {self._folder!r} cannot be opened: {answers.words(answer)}")
            validity, next_uid = (answers.number(client.response(name)[1]) for name in ("UIDVALIDITY", "UIDNEXT"))
            if not validity:
                raise Refused(f"folder {self._folder!r} has no UIDVALIDITY")
            return Opened(validity, next_uid, answers.number(answer))

    def uids(self, since: date | None = None) -> list[int]:
        """The folder's UIDs, ascending; with ``since`` of the mails that came on that day or later."""
        with _translated():
            return answers.uids(self._ok("SEARCH", answers.since(since) if since else "ALL"))

    def is_there(self, uid: int) -> bool:
        """Whether a mail is in the folder still."""
        with _translated():
            return uid in answers.uids(self._ok("SEARCH", f"UID {uid}"))

    def sizes(self, uids: Sequence[int]) -> Mapping[int, int]:
        """The sizes in bytes, of those that are there; some servers only estimate."""
        with _translated():
            return dict(answers.sizes(self._ok("FETCH", answers.uid_set(uids), "(UID RFC822.SIZE)")))

    def contents(self, uids: Sequence[int]) -> Mapping[int, Fetched]:
        """The mails, of those that are there and can be had."""
        with _translated():
            return dict(answers.mails(self._ok("FETCH", answers.uid_set(uids), "(UID INTERNALDATE BODY.PEEK[])")))

    def headers(self, uid: int, most: int) -> Fetched | None:
        """The first ``most`` bytes of a mail's header block; None where they cannot be had."""
        with _translated():
            return dict(answers.mails(self._ok("FETCH", str(uid), f"(UID INTERNALDATE BODY.PEEK[HEADER]<0.{most}>)"))).get(uid)

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move mails into a folder, which is made where there is none. Raises Refused where that is not possible."""
        if not self.can_move:
            raise Refused("the server offers neither MOVE nor UIDPLUS")
        with _translated():
            verb = "MOVE" if "MOVE" in self.capabilities else "COPY"
            try:
                self._ok(verb, answers.uid_set(uids), encode_folder(folder))
            except Refused:  # RFC 3501 §6.4.7: the folder may have to be made
                status, answer = self._box.client.create(encode_folder(folder))
                if status != "OK" and b"ALREADYEXISTS" not in (answer[-1] or b"").upper():
                    raise
                self._ok(verb, answers.uid_set(uids), encode_folder(folder))
            if verb == "COPY":
                self._ok("STORE", answers.uid_set(uids), "+FLAGS.SILENT", r"(\Deleted)")
                self._ok("EXPUNGE", answers.uid_set(uids))  # UID EXPUNGE: what others have marked as deleted stays

    def begin_idle(self) -> bool:
        """Let the server tell what is new; whether it did so at once."""
        with _translated():
            client = self._box.client
            self._tag = client._command("IDLE")  # noqa: SLF001  imaplib has no public way to begin a command
            news = False
            while not (line := _line(client)).startswith(b"+"):
                if line.startswith(self._tag):
                    raise Refused(f"IDLE is refused: {line.decode('ascii', 'replace')}")
                news |= bool(_NEWS.match(line))
            self.idling = True
            return self.idle_news() or news

    def idle_news(self) -> bool:
        """Read what the server has said, without waiting; whether it was that mails came or went. Raises Dropped at its end."""
        with _translated():
            client, news = self._box.client, False
            before = client.sock.gettimeout()
            client.sock.settimeout(0)
            try:
                while True:
                    news |= bool(_NEWS.match(_line(client)))
            except (BlockingIOError, ssl.SSLWantReadError):
                return news
            except imaplib.IMAP4.abort:
                if _ended(client.sock):
                    raise
                return news  # an empty read of a plain socket that has nothing to say
            finally:
                client.sock.settimeout(before)

    def end_idle(self) -> bool:
        """Go back to commands; whether something was new meanwhile."""
        with _translated():
            client, news = self._box.client, False
            client.send(b"DONE\r\n")
            while not (line := _line(client)).startswith(self._tag):
                news |= bool(_NEWS.match(line))
            client.tagged_commands.pop(self._tag, None)
            self.idling = False
            return news

    def close(self) -> None:
        """Say goodbye, for a few seconds at most."""
        with suppress(Exception):
            self._box.client.sock.settimeout(_GOODBYE)
            self._box.client.logout()
        self.abort()

    def abort(self) -> None:
        """End the connection at once; may be called while another thread waits on it, which then ends with an error."""
        client: Any = getattr(self._box, "client", None)  # there is none before the connection is made
        with suppress(Exception):
            client.sock.shutdown(socket.SHUT_RDWR)
        with suppress(Exception):
            client.shutdown()

    def _sign_in(self, who: SignIn) -> None:
        try:
            with _translated():
                if who.token is not None:
                    # After a refusal the server tells why and expects an empty line.
                    replies = iter([f"user={who.username}\1auth=Bearer {who.token}\1\1".encode()])
                    self._box.client.authenticate("XOAUTH2", lambda _challenge: next(replies, b""))
                elif f"{who.username}{who.password}".isascii():
                    self._box.login(who.username, who.password or "", initial_folder=None)
                else:
                    self._box.login_utf8(who.username, who.password or "", initial_folder=None)
        except Refused as error:
            raise SignInRefused(f"the mail server refuses {who.username}: {error}") from error

    def _ok(self, verb: str, *arguments: str | bytes) -> list[Any]:
        """What the server answers to a UID command; raises Refused unless it is OK."""
        status, answer = self._box.client.uid(verb, *arguments)
        if status != "OK":
            raise Refused(f"{verb}: {answers.words(answer)}")
        found: list[Any] = answer or []
        return found


@contextmanager
def _translated() -> Iterator[None]:
    """Whatever a connection can raise, as one of ours."""
    try:
        yield
    except (Dropped, Refused):
        raise
    except imaplib.IMAP4.readonly as error:
        raise Refused("the folder can only be read, so nothing can be moved") from error
    except imaplib.IMAP4.abort as error:
        raise Dropped(f"the connection was dropped: {answers.words([str(error).encode()])}") from error
    except (imaplib.IMAP4.error, imap_tools.ImapToolsError) as error:
        raise Refused(answers.words([str(error).encode()])) from error
    except ssl.SSLCertVerificationError as error:
        raise Dropped(f"the server's certificate is not to be trusted: {error.verify_message}") from error
    except OSError as error:
        raise Dropped(f"the server cannot be reached: {error.strerror or type(error).__name__}") from error
    except Exception as error:  # imaplib raises what it likes on an answer that it does not understand
        _log.exception("a mail server's answer was not understood")
        raise Dropped(f"the server's answer was not understood: {type(error).__name__}") from error


def _connect(server: Server) -> Any:
    if server.security == "none":
        return imap_tools.MailBoxUnencrypted(server.host, server.port, server.timeout)
    context = ssl.create_default_context(cafile=server.ca_file)
    kind: Callable[..., Any] = imap_tools.MailBox if server.security == "tls" else imap_tools.MailBoxStartTls
    return kind(server.host, server.port, timeout=server.timeout, ssl_context=context)


def _keep_alive(connection: socket.socket) -> None:
    """A firewall that forgets idle connections is noticed, and forgets later."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, seconds in (("TCP_KEEPIDLE", 120), ("TCP_KEEPINTVL", 30), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), seconds)


def _line(client: Any) -> bytes:
    """The next line, without its end; raises IMAP4.abort at the end of the connection."""
    line: bytes = client._get_line()  # noqa: SLF001  imaplib has no public way to read what nobody asked for
    return line


def _ended(connection: socket.socket) -> bool:
    """Whether the other side has closed; asked of a socket that is not to wait. Over TLS only the end reads as empty."""
    if isinstance(connection, ssl.SSLSocket):
        return True
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False

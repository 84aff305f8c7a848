"""Senders that behave like those of the real world: they keep their copy and come again until they are told that it is stored.

``Records`` is what the outside knows: which messages were tried, which were acknowledged (each is synced to a file before it counts), and
every answer that was no acknowledgement.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import smtplib
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from tests.journeys.running import RECIPIENT, Gateway

_STREETS = "Oak Elm Pine Maple Cedar Birch Lake Hill Park Main Church Mill River Spring Walnut Chestnut Highland Franklin".split()
_THINGS = (
    "There is a deep pothole in front of number {0}, a car lost its wheel cover.",
    "The street light at number {0} has been out for {1} days.",
    "Somebody sprayed graffiti on the wall of number {0}, about {1} feet wide.",
    "The recycling at number {0} was not collected this week, {1} bins are left.",
    "A large branch fell on the sidewalk near number {0} and blocks {1} feet of it.",
    "Water runs out of the pavement at number {0} since {1} o'clock.",
)
UNANSWERED, NOT_CONNECTED = 0, -1


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of a resident, in a form that either road can carry. ``padding`` are the bytes of an attachment."""

    id: str
    subject: str
    text: str
    padding: int = 0

    def mail(self) -> bytes:
        """The same as a mail; its Message-ID is ``<id@sender.example>``. What it holds depends on the letter alone."""
        message = EmailMessage()
        message["From"] = f"Resident <r{self.id}@example.net>"
        message["To"] = RECIPIENT
        message["Subject"] = self.subject
        message["Message-ID"] = f"<{self.id}@sender.example>"
        message["Date"] = "Mon, 23 Nov 2026 10:00:00 -0500"
        message.set_content(self.text)
        if self.padding:
            data = random.Random(self.id).randbytes(self.padding)
            message.add_attachment(data, maintype="application", subtype="octet-stream", filename="map.bin")
            message.set_boundary(f"part-of-{self.id}")  # the library's own would differ each time, and so be another mail
        return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def json(self) -> bytes:
        """The same as the body of a JSON intake; its ``source_id`` is the id."""
        return json.dumps({"source_id": self.id, "subject": self.subject, "text": self.text}).encode()


def letters(name: str, count: int | None = None, *, seed: int = 0, padding: Callable[[int], int] = lambda _n: 0) -> Iterable[Letter]:
    """Letters with ids ``name-1``, ``name-2`` …, each about another thing at another place; without end where ``count`` is None."""
    draw = random.Random(f"{name} {seed}")
    number = 0
    while count is None or number < count:
        number += 1
        place = f"{draw.randrange(1, 9_999)} {draw.choice(_STREETS)} Street"
        text = draw.choice(_THINGS).format(place, draw.randrange(2, 12)) + f"\nReference {name} {number}.\n"
        yield Letter(f"{name}-{number}", f"About {place}", text, padding(number))


class Records:
    """What the senders know, together. All methods may be called by any thread."""

    def __init__(self, file: Path) -> None:
        self.tried: set[str] = set()
        self.acked: dict[str, str] = {}
        """The receipt (intake_id) of each acknowledged message."""
        self.answers: Counter[int] = Counter()
        """Answers that were no acknowledgement, by code; 0 for none, -1 where there was no connection."""
        self._lock = threading.Lock()
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def close(self) -> None:
        os.close(self._file)

    def trying(self, letter: Letter) -> None:
        with self._lock:
            self.tried.add(letter.id)

    def acknowledged(self, letter: Letter, receipt: str) -> None:
        """Note it durably: from now on the sender has no copy."""
        os.write(self._file, f"{letter.id} {receipt}\n".encode())
        os.fdatasync(self._file)
        with self._lock:
            self.acked[letter.id] = receipt

    def answered(self, code: int) -> None:
        with self._lock:
            self.answers[code] += 1

    @property
    def permanent(self) -> int:
        """How often we were told never to come again: 0, since no fault of the gateway's is the sender's."""
        return sum(count for code, count in self.answers.items() if 500 <= code < 600 and code not in (503, 507))


class Road(Protocol):
    """A way to hand over a letter: the receipt, or None with the code noted. ``close`` ends its connection."""

    def send(self, letter: Letter) -> str | None: ...

    def close(self) -> None: ...


class MailRoad:
    """SMTP, one connection as long as it lasts."""

    def __init__(self, port: int, records: Records) -> None:
        self._port, self._records = port, records
        self._connection: smtplib.SMTP | None = None

    def send(self, letter: Letter) -> str | None:
        code = NOT_CONNECTED
        try:
            if self._connection is None:
                self._connection = smtplib.SMTP("127.0.0.1", self._port, local_hostname="sender.example", timeout=30)
                self._connection.ehlo_or_helo_if_needed()
            code = UNANSWERED
            code, reply = self._hand_over(self._connection, letter)
            if code == 250:
                return str(reply.decode().split()[-1])  # the receipt: "250 2.0.0 Ok: stored as …"
            self._connection.rset()
        except smtplib.SMTPDataError as error:
            code = error.smtp_code
        except smtplib.SMTPConnectError as error:
            code = error.smtp_code
            self.close()
        except (OSError, smtplib.SMTPException):  # the connection broke: nobody knows what became of the letter
            self.close()
        self._records.answered(code)
        return None

    def _hand_over(self, connection: smtplib.SMTP, letter: Letter) -> tuple[int, bytes]:
        content = letter.mail()
        answer = connection.mail(f"r{letter.id}@example.net", [f"SIZE={len(content)}"])
        if answer[0] == 250:
            answer = connection.rcpt(RECIPIENT)
        return connection.data(content) if answer[0] == 250 else answer

    def close(self) -> None:
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
            self._connection = None


class JsonRoad:
    """POST /api/v1/intake/partner with a key."""

    def __init__(self, port: int, key: str, records: Records) -> None:
        self._records = records
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def send(self, letter: Letter) -> str | None:
        code = NOT_CONNECTED
        try:
            if self._connection.sock is None:
                self._connection.connect()
            code = UNANSWERED
            self._connection.request("POST", "/api/v1/intake/partner", letter.json(), self._headers)
            with self._connection.getresponse() as answer:
                body = answer.read()
                code = answer.status
            if code == 202:
                return str(json.loads(body)["intake_id"])
        except (OSError, http.client.HTTPException):
            self.close()
        self._records.answered(code)
        return None

    def close(self) -> None:
        self._connection.close()


class Sender(threading.Thread):
    """Hands over letters one after the other, each until it is acknowledged.

    ``pause`` (seconds) is the wait after a refusal, ``rest`` the one after an acknowledgement.
    """

    def __init__(self, road: Road, source: Iterable[Letter], records: Records, *, pause: float = 0.05, rest: float = 0.0) -> None:
        super().__init__(daemon=True)
        self._road, self._source, self._records, self._pause, self._rest = road, source, records, pause, rest
        self._stop_asked = threading.Event()

    def run(self) -> None:
        for letter in self._source:
            if self._stop_asked.is_set():
                break
            self._records.trying(letter)
            while (receipt := self._road.send(letter)) is None:
                if self._stop_asked.wait(self._pause):
                    break
            else:
                self._records.acknowledged(letter, receipt)
                self._stop_asked.wait(self._rest)
        self._road.close()

    def ask_to_stop(self) -> None:
        self._stop_asked.set()


def hand_over(gateway: Gateway, records: Records, source: Iterable[Letter], *, seconds: float = 30.0) -> None:
    """Send letters by mail, in this thread's time, until each is acknowledged; AssertionError where that does not happen."""
    sender = Sender(MailRoad(gateway.smtp_port, records), source, records)
    sender.start()
    sender.join(seconds)
    still_trying = sender.is_alive()
    sender.ask_to_stop()
    assert not still_trying, f"not acknowledged within {seconds} s: {sorted(records.tried - set(records.acked))}, {records.answers}"


def mail_senders(gateway: Gateway, records: Records, sources: Sequence[Iterable[Letter]], *, rest: float = 0.0) -> list[Sender]:
    """One sender by mail for each source, not started."""
    return [Sender(MailRoad(gateway.smtp_port, records), source, records, rest=rest) for source in sources]


def json_senders(gateway: Gateway, key: str, records: Records, sources: Sequence[Iterable[Letter]], *, rest: float = 0.0) -> list[Sender]:
    """One sender by JSON for each source, not started."""
    return [Sender(JsonRoad(gateway.http_port, key, records), source, records, rest=rest) for source in sources]


def stop_all(senders: Sequence[Sender]) -> None:
    """Let each finish its attempt, then end; what was not acknowledged by then is known to have been tried."""
    for sender in senders:
        sender.ask_to_stop()
    for sender in senders:
        sender.join(40)
        assert not sender.is_alive()


def raw_smtp(port: int, *lines: bytes) -> list[bytes]:
    """Say lines one by one on a new SMTP connection; the reply to each, the greeting first."""
    replies = []
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection, connection.makefile("rb") as incoming:
        replies.append(incoming.readline())
        for line in lines:
            connection.sendall(line + b"\r\n")
            while (reply := incoming.readline())[3:4] == b"-":
                pass
            replies.append(reply)
    return replies

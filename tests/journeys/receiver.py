"""A webhook's receiving end: checks each signature by itself, has one effect for each webhook-id, and misbehaves when it is told to.

It does not use the library that the gateway signs with: what it knows of the scheme is the published specification, Standard Webhooks
1.0.0 ("Signature scheme"): HMAC-SHA256 over id, time stamp and body, joined by dots.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

SECRET = "whsec_" + base64.b64encode(b"the key of the tests, 32 bytes!!").decode()


@dataclass(frozen=True, slots=True)
class Manner:
    """How one call is answered.

    ``effect`` says whether the call counts, whatever is answered then. ``reset`` ends the connection without an answer. ``delay`` is in
    seconds, before the answer; ``drip`` are the seconds between two bytes of it.
    """

    status: int = 200
    effect: bool = True
    reset: bool = False
    delay: float = 0.0
    drip: float = 0.0
    retry_after: str | None = None
    body: bytes = b""


GOOD = Manner()
DOWN = Manner(500, effect=False)
LOST_ANSWER = Manner(reset=True)


@dataclass(slots=True)
class Effect:
    """What one webhook-id brought about."""

    kind: str
    service_request_id: str
    at: float


@dataclass
class Receiver:
    """Listens on loopback as long as its context is open. ``manner`` decides about each call by its number, from 1; port 0 is any."""

    manner: Callable[[int], Manner] = lambda _number: GOOD
    secret: str = SECRET
    port: int = 0
    effects: dict[str, Effect] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    forged: int = 0
    late: int = 0
    at: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._key = base64.b64decode(self.secret.removeprefix("whsec_"))
        self._server = _Server(("127.0.0.1", self.port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def total(self) -> int:
        """How many calls there were."""
        return sum(self.calls.values())

    @property
    def created(self) -> Counter[str]:
        """For each request, how many different events said that it was created: 1, if nothing is doubled."""
        with self._lock:
            return Counter(effect.service_request_id for effect in self.effects.values() if effect.kind.endswith(".created"))

    def took(self, webhook_id: str, timestamp: str, signature: str, body: bytes) -> Manner:
        """Count a call; the way in which it is to be answered."""
        with self._lock:
            self.calls[webhook_id] += 1
            self.at.append(time.monotonic())
            number = sum(self.calls.values())
            if not self._is_signed(webhook_id, timestamp, signature, body):
                self.forged += 1
                return Manner(401, effect=False)
            if abs(time.time() - int(timestamp)) > 300:
                self.late += 1
            manner = self.manner(number)
            if manner.effect and webhook_id not in self.effects:
                event: dict[str, Any] = json.loads(body)
                self.effects[webhook_id] = Effect(event["type"], event["data"]["service_request_id"], time.monotonic())
            return manner

    def _is_signed(self, webhook_id: str, timestamp: str, signature: str, body: bytes) -> bool:
        if not webhook_id or not timestamp.isdigit():
            return False
        digest = hmac.new(self._key, f"{webhook_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
        expected = "v1," + base64.b64encode(digest).decode()
        return any(hmac.compare_digest(expected, one) for one in signature.split())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a gateway that was killed in the middle of a call."""


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  (the name is the base class's)
            """Keep quiet."""

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            body = self.rfile.read(length)
            if len(body) < length:  # the caller was killed while it sent
                self.close_connection = True
                return
            said = [self.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")]
            manner = receiver.took(said[0], said[1], said[2], body)
            time.sleep(manner.delay)
            if manner.reset:
                # A reset and not an end: what was read so far is worth nothing then.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                self.close_connection = True
                return
            self._answer(manner)

        def _answer(self, manner: Manner) -> None:
            extra = f"Retry-After: {manner.retry_after}\r\n" if manner.retry_after is not None else ""
            head = f"HTTP/1.1 {manner.status} Said\r\n{extra}Content-Length: {len(manner.body)}\r\n\r\n".encode()
            if not manner.drip:
                self.wfile.write(head + manner.body)
                return
            for byte in head + manner.body:
                self.wfile.write(bytes([byte]))
                time.sleep(manner.drip)

    return Handler

"""How an adapter calls a provider over HTTP: what it may ask for, and what it gets.

The client itself is made by the gateway (``gateway/http.py``), which hands :data:`MakeClient` to adapters: every call outward has a
deadline and a bound on what it reads, follows no redirect, and takes nothing from the environment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

Failure = Literal["connect", "tls", "timeout", "reset", "too_large", "private_address", "bad_address", "protocol"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer: status code, headers (looked up without regard to case) and body, at most as long as the client reads."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class CallFailed(Exception):
    """There was no complete answer. ``reason`` is a coded word; ``sent`` tells whether the other side may have seen the call.

    ``head`` is the answer without its body, where it at least began.
    """

    def __init__(self, reason: Failure, *, sent: bool, head: Answer | None = None) -> None:
        super().__init__(reason)
        self.reason: Failure = reason
        self.sent = sent
        self.head = head


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a client behaves.

    ``timeout`` (seconds) bounds a whole call, from the first byte out to the last byte in, so that a drip is cut; ``connect`` bounds
    reaching the other side. ``max_body`` (bytes) bounds what is read. ``private_addresses`` may be refused where an address comes from
    outside: then names are resolved once and only to public addresses. ``ca_file`` holds the certificates (PEM) to trust in place of the
    public ones. ``proxy`` is an HTTP proxy's address.
    """

    timeout: float = 20.0
    connect: float = 5.0
    max_body: int = 1 << 20
    connections: int = 100
    private_addresses: bool = True
    ca_file: Path | None = None
    proxy: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    user_agent: str = "intake311"


class Client(Protocol):
    """An HTTP client for one purpose; it connects at its first call and may be used again after ``aclose``."""

    async def call(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        deadline: float | None = None,
    ) -> Answer:
        """Make one call and read its whole answer; any status code is an answer, a redirect too. Raises :class:`CallFailed`."""
        ...

    async def aclose(self) -> None:
        """End the connections."""
        ...


MakeClient = Callable[[Manners], Client]
"""What the gateway hands to adapters that call out."""


def no_client(_manners: Manners) -> Client:
    """Stand for the gateway's maker of clients where there is no gateway; raises RuntimeError."""
    raise RuntimeError("this context has no HTTP client")

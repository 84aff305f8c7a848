"""A client that answers as it is told, and keeps what it was asked: the network's stand-in for what goes out to Twilio."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from multidict import CIMultiDict

from channels.outward import Answer, CallFailed, Manners


@dataclass(frozen=True)
class Asked:
    """One call."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None
    params: Mapping[str, str] | None


Reply = Answer | CallFailed | Callable[[Asked], Answer]


def answer(status: int, body: Any = b"", **headers: str) -> Answer:
    """An answer; what is no bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return Answer(status, CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()}), content)


@dataclass
class Network:
    """Answers in turn; the last one stays. ``manners`` are those of every client that was made."""

    answers: list[Reply]
    asked: list[Asked] = field(default_factory=list)
    manners: list[Manners] = field(default_factory=list)
    closed: int = 0

    def __call__(self, manners: Manners) -> _Client:
        self.manners.append(manners)
        return _Client(self)

    @property
    def open(self) -> int:
        """Clients that nobody closed."""
        return len(self.manners) - self.closed


class _Client:
    def __init__(self, network: Network) -> None:
        self._network = network

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
        asked = Asked(method, url, dict(headers or {}), content, params)
        self._network.asked.append(asked)
        answers = self._network.answers
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(found, CallFailed):
            raise found
        return found(asked) if callable(found) else found

    async def aclose(self) -> None:
        self._network.closed += 1

"""What a road in may ask the gateway while somebody waits: services, suggestions, what is known nearby, what became of a message.

The public form and Open311 clients need answers before or right after a message; the gateway gives them through this Protocol, bound to
the channel's jurisdiction. Nothing here says who reported anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Question:
    """A question that a service asks (Open311 GET Service Definition). ``values`` are the choices of a list, as key and name."""

    code: str
    datatype: str
    required: bool
    variable: bool
    order: int
    description: str
    datatype_description: str = ""
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A service of the catalog in one language. ``keywords`` and ``description`` are the catalog's."""

    service_code: str
    service_name: str
    group: str
    description: str = ""
    keywords: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A service that a text may ask for; ``confidence`` in 0..1."""

    service_code: str
    service_name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Advice:
    """What is understood of a text that is being written: suggestions, best first; whether it sounds like an emergency."""

    suggestions: tuple[Suggestion, ...] = ()
    emergency: bool = False
    abstained: bool = True


@dataclass(frozen=True, slots=True)
class Nearby:
    """An open or recently closed request near a place, as the public may see it: no words of the reporter, no person.

    ``distance`` in metres; ``reports`` counts the people who reported it.
    """

    service_request_id: str
    service_code: str
    service_name: str
    status: Literal["open", "closed"]
    requested_datetime: datetime
    lat: float
    long: float
    distance: float
    reports: int = 1


@dataclass(frozen=True, slots=True)
class Became:
    """What became of an accepted message: its disposition once it has one, and the numbers of its requests.

    ``tracking_codes`` open the requests that the message began, in the same order: for its sender and for nobody else.
    """

    disposition: str | None
    service_request_ids: tuple[str, ...] = ()
    tracking_codes: tuple[str, ...] = ()


class Counsel(Protocol):
    """The gateway's answers for one channel; ``jurisdiction_id`` is the one that the channel belongs to."""

    jurisdiction_id: str
    languages: Sequence[str]

    def offers(self, language: str, /) -> Sequence[Offer]:
        """The catalog's services, in the catalog's order."""
        ...

    async def advise(self, text: str, language: str, /) -> Advice:
        """What a text asks for; never slower than a person types (it gives an empty advice instead)."""
        ...

    async def nearby(self, lat: float, long: float, /, *, service_code: str | None = None, limit: int = 5) -> Sequence[Nearby]:
        """Open and recently closed requests of the last weeks within some 150 m, nearest first."""
        ...

    async def became(self, intake_id: str, /) -> Became | None:
        """What became of a message; None where none of this id waits or was settled in this jurisdiction."""
        ...

    async def may(self, api_key: str, scope: Literal["intake", "open311", "read"], /) -> bool:
        """Whether a key is valid for this jurisdiction and has the scope."""
        ...

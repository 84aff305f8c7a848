"""One of two requests as it is compared: its profile, and what is asked of it for every pair, worked out once."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from normalizer.dedupe.profile import Profile, profile
from normalizer.locate.key import address_key, numbers
from normalizer.model import ServiceRequest
from normalizer.ports import KnownRequest


class Side(NamedTuple):
    """A text and its address. ``key`` is the address's, empty where there is none; ``house`` the numbers in it.

    ``exact`` is true where an exact place is named; ``names`` and ``spoken`` are those of the profile, without and with its rare words.
    """

    profile: Profile
    key: str
    house: frozenset[str]
    exact: bool
    names: frozenset[str]
    spoken: frozenset[str]
    themes: frozenset[str]


def side_of(request: ServiceRequest | KnownRequest) -> Side:
    """The side of a request."""
    return side(request.description if isinstance(request, ServiceRequest) else request.text, request.address_string)


def profile_of(request: ServiceRequest | KnownRequest) -> Profile:
    """The profile of a request's words and address."""
    return side_of(request).profile


@lru_cache(maxsize=4_096)
def side(text: str, address: str | None) -> Side:
    """The side of a text and the address that goes with it."""
    found = profile(text, address)
    names = frozenset(found.names)
    return Side(
        profile=found,
        key=address_key(address) if address else "",
        house=numbers(address or ""),
        exact=bool(found.houses or found.corners or address),
        names=names,
        spoken=names.union(found.rare),
        themes=frozenset(found.themes),
    )


def forget() -> None:
    """Forget every side, for a measurement that begins with nothing."""
    side.cache_clear()

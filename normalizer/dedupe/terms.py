"""The rare terms by which a request can be found where no position is known: places that it names, each with what it is about.

A term joins a name to a concern (``street:willow|road``), so that one look-up has the effect of searching for both words: few requests have
it however many are stored. Concerns are themes and services, so that a report in French finds one in English.
"""

from __future__ import annotations

from functools import lru_cache

from normalizer.dedupe.profile import Profile
from normalizer.dedupe.sides import side
from normalizer.model import ServiceRequest
from normalizer.ports import KnownRequest

MOST = 12
"""Terms of one request: what is written for each, and looked up for each."""
_CONCERNS, _CORNERS, _NAMES, _NUMBERS = 2, 3, 4, 2


def terms_of(request: ServiceRequest | KnownRequest, sender_key: str | None) -> tuple[str, ...]:
    """The terms of a request, the most telling first; asked for several times of the same one, and worked out once."""
    text = request.description if isinstance(request, ServiceRequest) else request.text
    return _terms_of(request.service_code, text, request.address_string, sender_key)


@lru_cache(maxsize=512)
def _terms_of(service_code: str, text: str, address: str | None, sender_key: str | None) -> tuple[str, ...]:
    return tuple(_terms(service_code, side(text, address).profile, sender_key))


def terms(request: ServiceRequest | KnownRequest, found: Profile, sender_key: str | None) -> list[str]:
    """The terms of a request with that profile, the most telling first."""
    return _terms(request.service_code, found, sender_key)


def _terms(service_code: str, found: Profile, sender_key: str | None) -> list[str]:
    out: dict[str, None] = {}
    for number, street in sorted(found.houses)[:_NUMBERS]:
        out[f"house:{number} {street}"] = None
    for one, two in sorted(found.corners)[:_CORNERS]:
        out[f"corner:{one}&{two}"] = None
    if sender_key:
        out[f"sender:{sender_key}"] = None
    service = [service_code] if service_code != "other" else []
    concerns = list(dict.fromkeys([*service, *found.themes]))[:_CONCERNS]
    long = sorted(number for number in found.numbers if len(number) >= 4)[:_NUMBERS]
    named = [*found.names, *sorted(found.rare, key=len, reverse=True)][:_NAMES]  # stable: of equal lengths the first
    for concern in concerns:
        for number in long:
            out[f"number:{number}|{concern}"] = None
        for name in named:
            out[f"name:{name}|{concern}"] = None
    return list(out)[:MOST]

"""The place that an agent read back and the caller agreed to.

An address in a transcript may be the caller's own, a slip of the recogniser, or a street that was only mentioned. Where the agent says
it again and the caller says yes, two people agreed on it.

Does not: take a landmark for a place, nor an answer that only follows two turns later.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from channels.phone._turns import Turn
from normalizer.locate.addresses import find
from normalizer.words import Reading, fold

_RANK = {"street": 1, "intersection": 2, "address": 3}
_YES = re.compile(
    r"^(um |uh |euh |oh |ok |okay |ah )*(yes|yeah|yep|yup|correct|right|exactly|that s (it|right|correct)|it is|sure|uh huh|mm hm|perfect|"
    r"absolutely|oui|ouais|exact|exactement|c est (ca|exact|bien ca|correct)|tout a fait|voila|absolument|en effet|parfait)\b"
)
_NO = re.compile(r"\b(no|not|nope|wrong|actually|instead|but it s|non|pas|plutot|en fait|faux)\b")
_OTHER_QUESTION = re.compile(
    r"\b(anything else|autre chose|your (name|phone|number|email)|call you|text you|votre (nom|numero|courriel|telephone)|vous rappeler)\b"
)


class ReadBack(NamedTuple):
    """What the agent said, the place in it, and the caller's answer; ``confirmed`` tells whether that was a yes."""

    text: str
    place: str
    answer: str
    confirmed: bool


def read_back(turns: Sequence[Turn]) -> ReadBack | None:
    """The most precise place that was read back and answered, the last one of equals; one that was confirmed before one that was not."""
    best: tuple[tuple[bool, int], ReadBack] | None = None
    for at, turn in enumerate(turns[:-1]):
        answer = turns[at + 1]
        if turn.role != "agent" or answer.role != "caller":
            continue
        places = find(Reading(turn.text[:4_000], None).body)
        if not places:
            continue
        place = max(places, key=lambda item: _RANK.get(item.precision, 0))
        if _asks_something_else(turn.text, place.text):
            continue
        confirmed = _assents(answer.text)
        if not confirmed and not _NO.search(_folded(answer.text)):
            continue  # neither yes nor no: the agent may only have mentioned it
        rank = (confirmed, _RANK.get(place.precision, 0))
        if best is None or rank >= best[0]:
            best = rank, ReadBack(turn.text, place.text, answer.text, confirmed)
    return best[1] if best else None


def _folded(text: str) -> str:
    return " ".join(fold(text[:400]).split())


def _assents(text: str) -> bool:
    said = _folded(text)
    return bool(_YES.match(said)) and not _NO.search(said)


def _asks_something_else(text: str, place: str) -> bool:
    """Whether the question that the caller answered was another one: ``I'll send a crew to 12 Elm St. Is there anything else?``."""
    sentences = re.split(r"(?<=[.?!])\s+", text)
    last = sentences[-1]
    return place not in last and bool(_OTHER_QUESTION.search(_folded(last)))

"""Masks personal data in free text, for what the public may see.

``_redact_numbers.py``   telephones, cards, insurance numbers, e-mail addresses
``_redact_plates.py``    licence plates
``_redact_persons.py``   names, health, dates of birth, where somebody lives
``_redact_tables.py``    the words by which these are known

French and English alike. The place of the problem is never masked, nor numbers of houses, buses and requests, nor amounts. ``stage`` notes
on each request what its message holds (kind, rule and place, never the words), so that a clerk sees it; the texts themselves stay whole.

Does not: know a name that nothing announces ("Tremblay again"), a nickname, a person described by looks, or personal data in a picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from normalizer import _redact_numbers, _redact_plates
from normalizer import _redact_tables as tables
from normalizer._redact_numbers import Found, luhn
from normalizer._redact_persons import Persons
from normalizer.model import Evidence, Span
from normalizer.pipeline import Context, Work
from normalizer.words import TEXT_CAP, Words

__all__ = ["KINDS", "MASKS", "Found", "Redacted", "find", "luhn", "redact", "stage"]

MASKS = {
    "en": {
        "email": "[email]", "phone": "[phone]", "card": "[card]", "sin": "[sin]", "ssn": "[ssn]", "health_number": "[health number]",
        "plate": "[plate]", "birth_date": "[date of birth]", "health": "[health]", "name": "[name]", "address": "[address]",
    },
    "fr": {
        "email": "[courriel]", "phone": "[téléphone]", "card": "[carte]", "sin": "[NAS]", "ssn": "[SSN]", "health_number": "[no santé]",
        "plate": "[plaque]", "birth_date": "[date de naissance]", "health": "[santé]", "name": "[nom]", "address": "[adresse]",
    },
}  # fmt: skip
"""What stands in place of each kind, by language."""
KINDS = tuple(MASKS["en"])

_PERSONS = tables.TITLE | tables.KIN | tables.NAMED | tables.CLOSING | tables.GIVEN_CAPITAL | frozenset({"name", "nom", "appelle"})
_HEALTH = tables.SURE | tables.MAYBE
_PLATES = tables.PLATE | tables.VEHICLE
_ANY = _PERSONS | _HEALTH | _PLATES | tables.BIRTH | tables.LIVE


class Redacted(NamedTuple):
    """A text with personal data masked; where in the original each piece stood, and of which kind it is."""

    text: str
    spans: list[Span]
    kinds: list[str]


def stage(batch: Sequence[Work], _context: Context) -> None:
    """Note in ``redactions`` of every request what of its message the public must not see."""
    for work in batch:
        for request in work.requests:
            words = work.reading.body if work.reading is not None else None
            request.redactions = [
                Evidence(field="description", value=found.kind, source=f"redact.{found.rule}", span=found.span)
                for found in find(work.message.text_new, place=request.address_string, words=words)
            ]


def redact(text: str, *, place: str | None = None, language: str = "en") -> Redacted:
    """The text with personal data masked. ``place`` is the address of the problem, which stays; ``language`` that of the masks."""
    found = find(text, place=place)
    masks = MASKS.get(language, MASKS["en"])
    out: list[str] = []
    at = 0
    for item in found:
        out += (text[at : item.span[0]], masks[item.kind])
        at = item.span[1]
    out.append(text[at:])
    return Redacted("".join(out), [item.span for item in found], [item.kind for item in found])


def find(text: str, *, place: str | None = None, words: Words | None = None) -> list[Found]:
    """Each piece of personal data, in order, none overlapping another. ``words`` are those of the text, where they have been read."""
    found = _redact_numbers.emails(text) if "@" in text or "(" in text or "[" in text or "arobase" in text else []
    found += _redact_numbers.find(text)
    if words is not None and len(text) <= TEXT_CAP:
        found += _worded(words, place)
    else:
        for start, end in _pieces(text):
            for item in _worded(Words(text[start:end]), place):
                found.append(Found(item.kind, (item.span[0] + start, item.span[1] + start), item.rule))
    return _apart(found) if len(found) > 1 else found


def _worded(words: Words, place: str | None) -> list[Found]:
    """What words say: plates, dates of birth, health, names, homes."""
    vocabulary = words.vocabulary
    if vocabulary.isdisjoint(_ANY):
        return []
    found: list[Found] = []
    if not vocabulary.isdisjoint(_PLATES):
        found += _redact_plates.find(words)
    named, lives = not vocabulary.isdisjoint(_PERSONS), not vocabulary.isdisjoint(tables.LIVE)
    persons = Persons(words)
    if not vocabulary.isdisjoint(tables.BIRTH):
        found += persons.births()
    if not vocabulary.isdisjoint(_HEALTH):
        found += persons.health()
    names = list(persons.names()) if named else []
    found += names
    if lives or names:
        found += persons.homes(place, names)
    return found


def _pieces(text: str) -> list[Span]:
    """The text in pieces that the rules can read whole, cut at spaces."""
    pieces: list[Span] = []
    start = 0
    while len(text) - start > TEXT_CAP:
        cut = text.rfind(" ", start + TEXT_CAP // 2, start + TEXT_CAP)
        end = cut if cut > 0 else start + TEXT_CAP
        pieces.append((start, end))
        start = end
    pieces.append((start, len(text)))
    return pieces


def _apart(found: list[Found]) -> list[Found]:
    """In order and without overlaps: what two rules found in one place is one piece, of the kind of the first (numbers before words)."""
    order = {id(item): number for number, item in enumerate(found)}
    out: list[Found] = []
    for item in sorted(found, key=lambda item: (item.span, order[id(item)])):
        if out and item.span[0] < out[-1].span[1]:
            last = out[-1]
            first = last if order[id(last)] < order[id(item)] else item
            out[-1] = Found(first.kind, (last.span[0], max(last.span[1], item.span[1])), first.rule)
            order[id(out[-1])] = min(order[id(last)], order[id(item)])
        else:
            out.append(item)
    return out

"""One street or address by its civic form, read outwards from the word that names the kind of street.

English puts the kind last (``12 Main Street, apt. 5``), French first (``1234, rue Saint-Denis Est, app. 5``).
"""

from __future__ import annotations

from typing import NamedTuple

from normalizer._language_tables import WORDS
from normalizer.locate import streets
from normalizer.words import Words

_NAMES_TOO = frozenset("main park water land new long little home house maison eau parc".split())
STOPS = frozenset(WORDS) - _NAMES_TOO
"""Function words: no street's name written in small letters goes over one."""
_HYPHENS = ("-", "'", "’")


class Street(NamedTuple):
    """The parts of a street's name: folded words of the name, kind and direction in their short form (empty where not said)."""

    name: tuple[str, ...]
    kind: str
    direction: str


class Form(NamedTuple):
    """First and last token of what was read, the token of the house number if there is one, and the street."""

    first: int
    last: int
    number: int | None
    street: Street


def english(words: Words, at: int) -> Form | None:
    """``[12] [North] Main Street [E]``: from the kind of street back to the number."""
    tokens = words.tokens
    kind = streets.TYPES_EN.get(tokens[at])
    if kind is None or not at or _nameless(tokens[at - 1]) or _common_noun(words, at):
        return None
    first, number = _back(words, at)
    if first == at or all(token in streets.NO_STREETS for token in tokens[first:at]):
        return None
    last, direction = _direction(words, at)
    if first == at - 1 and tokens[first].isdigit() and not direction:
        return None
    return Form(first if number is None else number, last, number, Street(tuple(tokens[first:at]), kind, direction))


def _nameless(token: str) -> bool:
    """True for a word that ends no street's name: ``our street``, ``the road``; quicker than to look at the text."""
    return token in STOPS and streets.ordinal(token) is None and token not in streets.DIRECTIONS


def _common_noun(words: Words, at: int) -> bool:
    """``street light``, ``Drive Thru``: the word does not end a name. ``St. Clair``: it begins one."""
    if at + 1 >= len(words.tokens):
        return False
    gap = words.gap(at)
    if words.tokens[at + 1] in streets.NOT_NAMES and gap == " ":
        return True
    return words.tokens[at] == "st" and gap in (". ", "-") and words.capital(at + 1) and not words.capital(max(0, at - 1))


def _back(words: Words, at: int) -> tuple[int, int | None]:
    """The first token of the name before the kind at ``at`` (``at`` itself when there is none), and the token of the number."""
    tokens = words.tokens
    first, capitals = at, 0
    for back in range(at - 1, max(-1, at - 6), -1):
        if not _follows(words, back):
            break
        token = tokens[back]
        capital = words.capital(back)
        if back < at - 1 and streets.house_number(token):
            if not _year(tokens, back):
                return (first, back) if capitals or first >= at - 2 else (at, None)
            break
        if token in streets.CORNERS or (
            token in STOPS and streets.ordinal(token) is None and not (capital and token in streets.DIRECTIONS)
        ):
            break
        if capitals and not capital:
            break
        capitals += capital
        first = back
        if at - back == 4:
            break
    return (max(first, at - 3), None) if capitals else (at, None)


def _follows(words: Words, at: int) -> bool:
    """True when the next token belongs to the same name: a space, a hyphen, or the point of ``St.`` and ``N.`` between them."""
    gap = words.gap(at)
    if len(gap) > 2:
        return False
    if "." in gap:
        return words.tokens[at] in streets.SAINTS or words.tokens[at] in streets.DIRECTIONS
    return gap in (" ", "\n", *_HYPHENS)


def french(words: Words, at: int) -> Form | None:
    """``[1234,] rue Saint-Denis [Est]``, ``[12] 2e Avenue``: from the kind of street on to the end of the name."""
    tokens = words.tokens
    kind = streets.TYPES_FR.get(tokens[at])
    if kind is None:
        return None
    if at and streets.ordinal(tokens[at - 1]) is not None and words.gap(at - 1) in (" ", "\n"):
        number = _number(words, at - 2)
        last, direction = _direction(words, at)
        return Form(at - 1 if number is None else number, last, number, Street((tokens[at - 1],), kind, direction))
    after = tokens[at + 1] if at + 1 < len(tokens) else ""
    if not after or (after in STOPS and after not in streets.PARTICLES and not words.capital(at + 1)):
        return None
    number = _number(words, at - 1)
    shared = tokens[at] in streets.TYPES_EN
    loose = number is not None or tokens[at] not in streets.NEEDS_CAPITAL
    last = _name_end(words, at, loose=loose, small=not shared)
    if last == at or (shared and number is None and _ends_english(words, at)):
        return None
    name_last, direction = last, ""
    if tokens[last] in streets.DIRECTIONS and last > at + 1:
        name_last, direction = last - 1, streets.DIRECTIONS[tokens[last]]
    return Form(at if number is None else number, last, number, Street(tuple(tokens[at + 1 : name_last + 1]), kind, direction))


def _ends_english(words: Words, at: int) -> bool:
    """``Park Avenue Monday``: a capitalised name stands before, so the kind ends an English name."""
    return at > 0 and words.capital(at - 1) and words.gap(at - 1) == " " and words.tokens[at + 1] not in streets.PARTICLES


def _number(words: Words, at: int) -> int | None:
    """``at`` when a house number stands there, right before the street, perhaps with a comma."""
    if at < 0 or not streets.house_number(words.tokens[at]) or _year(words.tokens, at):
        return None
    return at if words.gap(at) in (" ", ", ", ",", "\n", ",\n") else None


def _name_end(words: Words, at: int, *, loose: bool, small: bool) -> int:
    """The last token of the street's name after its kind; ``at`` itself when no name follows.

    A name goes on over particles, hyphens and capitals, and ends with a direction. ``loose`` takes a first word in small letters too
    (a text message); ``small`` allows that without a particle before it.
    """
    tokens = words.tokens
    last, named, in_small = at, False, False
    for step in range(at + 1, min(at + 8, len(tokens))):
        gap, token, previous = words.gap(step - 1), tokens[step], tokens[step - 1]
        joined = gap in _HYPHENS
        if not joined and gap not in (" ", "\n") and not (gap in (". ", ".") and (previous in streets.SAINTS or previous in streets.TYPES)):
            break
        if joined and (named or previous in streets.PARTICLES):
            last, named = step, True
        elif token in streets.UNITS and token not in streets.SAINTS and named:
            break
        elif token in streets.PARTICLES:
            continue
        elif named and token in streets.DIRECTIONS and (words.capital(step) or token in ("ouest", "nord", "sud", "east", "west")):
            return step
        elif words.capital(step) and not in_small and not (named and token.isdigit()):
            last, named = step, True
        elif named and previous in streets.SAINTS:
            last = step
        elif not named and loose and (token in streets.SAINTS or (token not in STOPS and (small or previous in streets.PARTICLES))):
            last, named, in_small = step, True, True
        else:
            break
    return last


def _direction(words: Words, at: int) -> tuple[int, str]:
    """The token after the kind of street when it is a direction written with a capital, and its short form."""
    after = at + 1
    direction = streets.DIRECTIONS.get(words.tokens[after], "") if after < len(words.tokens) else ""
    if direction and words.gap(at) in (" ", ". ") and words.capital(after):
        return after, direction
    return at, ""


def _year(tokens: list[str], at: int) -> bool:
    """True for a number that is a year ("in 2014 Main Street was paved")."""
    token = tokens[at]
    return (
        len(token) == 4 and token[:2] in ("19", "20") and at > 0 and tokens[at - 1] in ("in", "since", "en", "depuis", "of", "until", "by")
    )

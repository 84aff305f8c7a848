"""What stands around a name in a text: its kind, a direction, a house number, a preposition, or the rest of a longer name."""

from __future__ import annotations

from normalizer.locate import everyday, streets
from normalizer.locate.forms import STOPS
from normalizer.words import Words

KINDS_BEFORE = {**streets.TYPES_FR, "rues": "st", "avenues": "av"}

PREPOSITIONS = frozenset(
    "on onto at near from toward towards along off down up between before past past by around across along to into of and via beyond over "
    "sur pres devant entre vers de depuis jusqu jusque coin angle face intersection corner corners croisement carrefour until lower upper "
    "above below under below behind beside".split()
)


def shouts(text: str) -> bool:
    """True where capitals say nothing: a text in capitals, or with Most Words Like This."""
    sample = text[:600]
    letters = [character for character in sample if character.isalpha()]
    if not letters:
        return True
    upper = sum(map(str.isupper, letters))
    if upper > 0.6 * len(letters):
        return True
    parts = [part for part in sample.split() if part[0].isalpha()]
    return len(parts) >= 6 and sum(part[0].isupper() for part in parts) > 0.7 * len(parts)


def kind_after(words: Words, last: int) -> tuple[str, int]:
    """The kind of street right behind a name, and its token: ``Street``, ``st.``, ``Ave``."""
    after = last + 1
    if after < len(words.tokens) and words.gap(last) in (" ", "\n", "-", "  "):
        kind = streets.TYPES_EN.get(words.tokens[after]) or PLURAL.get(words.tokens[after])
        if kind and not (words.tokens[after] == "st" and words.gap(after) in (". ", "-") and _saint(words, after)):
            return kind, after
    return "", last


PLURAL = {"streets": "st", "sts": "st", "avenues": "av", "aves": "av", "roads": "rd"}


def _saint(words: Words, at: int) -> bool:
    """``Main St. Louis``? No: ``St. Ronan`` after a name in small letters. A saint has a capital behind it and none before it."""
    return at + 1 < len(words.tokens) and words.capital(at + 1) and at > 0 and not words.capital(at - 1)


def kind_before(words: Words, at: int) -> tuple[int, str] | None:
    """The kind of street before a French name, over particles: ``rue de la``, ``boul.``."""
    tokens, back = words.tokens, at - 1
    for _ in range(3):
        if back < 0 or words.gap(back) not in (" ", ". ", ".", "'", "’", "\n"):
            return None
        if tokens[back] in streets.PARTICLES and tokens[back] not in ("of", "the"):
            back -= 1
            continue
        break
    kind = KINDS_BEFORE.get(tokens[back]) if back >= 0 else None
    if kind is None:
        return None
    if back and tokens[back] in streets.TYPES_EN and words.gap(back - 1) == " " and _names_before(words, back):
        return None  # "Park Avenue Wooster": the kind belongs to the name before it
    if tokens[back] in ("r", "st", "ch", "pl", "place", "square", "route", "cours", "cote", "court", "way") and not (
        words.capital(at) or (back and streets.house_number(tokens[back - 1]))
    ):
        return None
    return back, kind


def _names_before(words: Words, at: int) -> bool:
    previous = words.tokens[at - 1]
    return previous not in STOPS and not streets.house_number(previous) and previous not in PREPOSITIONS


def direction_of(words: Words, start: int, end: int, *, prefix: bool) -> tuple[str, int, int]:
    """The direction behind or before a name, as (direction, last token, first token)."""
    tokens = words.tokens
    after = end + 1
    if after < len(tokens) and words.gap(end) in (" ", ". ", ", ") and tokens[after] in streets.DIRECTIONS:
        token = tokens[after]
        long = len(token) > 2
        if after + 1 < len(tokens) and tokens[after] == "est" and not words.capital(after) and words.gap(after) in (" ", "\n"):
            return "", end, start  # "le boulevard est fermé" is no east
        if (words.capital(after) or token in ("est", "ouest", "nord", "sud")) and (long or words.gap(end) != ", "):
            follows = words.gap(after)
            if not (long and token in ("east", "west", "north", "south") and follows == " " and _kind_at(words, after + 1)):
                return streets.DIRECTIONS[token], after, start
    if prefix and start and words.gap(start - 1) in (" ", ". ", ".") and tokens[start - 1] in streets.DIRECTIONS:
        token = tokens[start - 1]
        if start > 1 and len(token) == 1 and words.gap(start - 2) in ("'", "’"):
            return "", end, start
        if words.capital(start - 1) or token in ("east", "west", "north", "south", "nw", "sw", "se", "ne"):
            return streets.DIRECTIONS[token], end, start - 1
    return "", end, start


def _kind_at(words: Words, at: int) -> bool:
    return at < len(words.tokens) and words.tokens[at] in streets.TYPES_EN


_RANGE = ("-", " - ", "–", "/", " to ", " et ", " and ", " & ")


def number_before(words: Words, start: int) -> tuple[int | None, int | None]:
    """The tokens of the house number before a street, first and last of a range; (None, None) without."""
    at = start - 1
    if at < 0 or not streets.house_number(words.tokens[at]) or words.gap(at) not in (" ", ", ", ",", "\n", " , "):
        return None, None
    if (at and words.text[words.offset(at) - 1] in "$.:°") or (at and words.tokens[at - 1] in _NOT_NUMBERS):
        return None, None
    if at and words.tokens[at - 1].isdigit() and streets.house_number(words.tokens[at - 1]) and words.gap(at - 1) in _RANGE:
        return at - 1, at
    return at, at


_NOT_NUMBERS = frozenset("route rte highway hwy bus unit apt app suite box pole ticket case ref reference at5 room since".split())


def said_before(words: Words, start: int) -> str:
    """The word before a name that may be a preposition, over an article: ``on``, ``sur la``, ``corner of``."""
    at = start - 1
    for _ in range(2):
        if at < 0 or words.gap(at) not in (" ", "\n", "'", "’", ": ", "  "):
            return ""
        if words.tokens[at] in ("la", "le", "l", "les", "the", "both"):
            at -= 1
            continue
        return words.tokens[at]
    return ""


_LINKS = PREPOSITIONS | frozenset(
    "or the in is are by for with has have was were et a where there this that please when just i we it".split()
)
"""Words that go on with the sentence behind a name, also where somebody writes them with a capital."""


def part_of_a_name(words: Words, first: int, last: int, *, shout: bool) -> bool:
    """True where capitals or a landmark's word make the name part of a longer one: ``Edgewood Park``, ``Bart Howe``, ``State Police``."""
    tokens = words.tokens
    after = last + 1
    if after < len(tokens) and words.gap(last) in (" ", "-"):
        token = tokens[after]
        if token in everyday.LANDMARKS and (words.capital(after) or not words.capital(last) or token not in streets.TYPES_EN):
            return True
        if not shout and words.capital(after) and token not in _LINKS and not token.isdigit() and token not in streets.TYPES:
            return True
    if not first or words.gap(first - 1) not in (" ", "-"):
        return False
    previous = tokens[first - 1]
    if previous in everyday.BEFORE_NAMES:
        return True
    if shout or not words.capital(first):
        return False
    if previous == "s" and first > 1 and words.gap(first - 2) in ("'", "’"):
        return words.capital(first - 2)
    if not words.capital(first - 1) or previous in _LINKS or previous.isdigit() or previous in streets.TYPES:
        return previous in everyday.LANDMARKS and words.capital(first - 1)
    return not begins_sentence(words, first - 1) or previous in everyday.GIVEN_NAMES or previous in everyday.LANDMARKS


def begins_sentence(words: Words, at: int) -> bool:
    """True where the token is the first of a text, line or sentence: its capital says nothing."""
    if not at:
        return True
    gap = words.gap(at - 1)
    return any(mark in gap for mark in ".!?\n:-")

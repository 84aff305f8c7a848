"""The streets of a gazetteer that a text names, each with what speaks for it and against it.

A word of a street's name is not yet a street: ``park``, ``state`` and ``orange`` are words of every day, ``Howe`` is also a person. What
counts is what stands around it: the kind of street, a house number, a corner, a preposition, a capital; against it a title before it
("Mr. Howe"), or a longer name that it is part of ("Edgewood Park", "Yale University"). Each mention gets a score from these (``_score``).

Only words that begin a name of this gazetteer are looked at, a few words to either side: linear in the text.
"""

from __future__ import annotations

from dataclasses import dataclass

from normalizer.locate import everyday, streets
from normalizer.locate.city import Base, City, common
from normalizer.locate.forms import STOPS
from normalizer.locate.names import canonical
from normalizer.locate.surroundings import (
    KINDS_BEFORE,
    PLURAL,
    PREPOSITIONS,
    begins_sentence,
    direction_of,
    kind_after,
    kind_before,
    number_before,
    part_of_a_name,
    said_before,
    shouts,
)
from normalizer.words import Words

_LOOKED_AT = 400
_STRONG = frozenset(
    "on onto near along off between toward towards sur entre coin angle corner corners intersection from past lower upper".split()
)
ENOUGH = 0.5
"""Score from which a mention counts by itself."""


_WEAK = 0.3


@dataclass(slots=True)
class Mention:
    """One place in a text where a street may be meant.

    ``first`` and ``last`` are the tokens of the name with its kind and direction; ``number`` is the token of a house number before it.
    ``streets`` are the streets that it may be, best first. ``score`` is how sure it is that a street is meant at all.
    """

    first: int
    last: int
    base: Base
    streets: tuple[int, ...]
    score: float
    typed: bool
    exact: bool
    everyday: bool
    name_first: int
    name_last: int
    number: int | None = None
    number_end: int | None = None
    capital: bool = False
    before: str = ""
    alone: bool = True
    """False where the name is part of a longer one."""


def find(words: Words, city: City) -> list[Mention]:
    """The mentions of a text in its order, those with a low score too: a corner may still raise them."""
    tokens = words.tokens
    hits = words.vocabulary & city.starts.keys()
    shout = shouts(words.text)
    found: list[Mention] = []
    taken = -1
    if hits:
        for at in words.positions(hits)[:_LOOKED_AT]:
            if at <= taken:
                continue
            for base in city.starts[tokens[at]]:
                last = _match(words, at, base)
                if last is None:
                    continue
                mention = _mention(words, city, base, at, last, shout=shout)
                if mention is not None:
                    found.append(mention)
                    taken = mention.last if mention.score >= _WEAK else taken
                    break
        found = _apart(found)
    found += _misspelt(words, city, found, shout=shout)
    found.sort(key=lambda item: item.first)
    _lists(words, found)
    return found


def _lists(words: Words, found: list[Mention]) -> None:
    """``Mansfield, Woodland and Tilton``: an everyday name with a capital is a street where its neighbour in a list is one."""
    for at, item in enumerate(found):
        if _WEAK <= item.score < ENOUGH and item.capital and item.alone:
            for other in (*found[max(0, at - 1) : at], *found[at + 1 : at + 2]):
                if other.score >= ENOUGH and _listed(words, *sorted((item, other), key=lambda one: one.first)):
                    item.score = 0.6


def _listed(words: Words, one: Mention, two: Mention) -> bool:
    between = words.text[words.offset(one.last) + len(words.tokens[one.last]) : words.offset(two.first)]
    return between.strip().lower() in (",", "and", "&", "/", "et", "or", "ou", ", and", "+")


_BETWEEN = (" ", "-", "'", "’", "\n", ". ", ".", " - ", "–")


def _match(words: Words, at: int, base: Base) -> int | None:
    """The last token of the name ``base`` that begins at ``at``, over particles; None where the text goes on otherwise."""
    tokens, step = words.tokens, at
    for wanted in base[1:]:
        if words.gap(step) not in _BETWEEN:
            return None
        step += 1
        skipped = 0
        while step < len(tokens) and tokens[step] != wanted and tokens[step] in streets.PARTICLES and skipped < 3:
            step, skipped = step + 1, skipped + 1
        if step >= len(tokens) or canonical(tokens[step]) != wanted:
            return None
    return step


def _mention(words: Words, city: City, base: Base, at: int, last: int, *, shout: bool, far: int = 0) -> Mention | None:
    tokens = words.tokens
    if at and tokens[at] in ("s", "n", "e", "l", "d", "o") and words.gap(at - 1) in ("'", "’"):
        return None  # the end of "Sidney's" is not South
    kind, end = kind_after(words, last)
    start = at
    before = kind_before(words, at)
    if not kind and before is not None:
        kind, start = before[1], before[0]
    direction, end, start = direction_of(words, start, end, prefix=before is None)
    options = _options(city, base, kind, direction)
    exact = bool(kind) and city.streets[options[0]].name.kind == kind
    number, number_end = number_before(words, start)
    previous, joined = (tokens[start - 1], words.gap(start - 1)) if start else ("", "")
    mention = Mention(
        first=start if number is None else number,
        last=end,
        base=base,
        streets=options,
        score=0.0,
        typed=bool(kind),
        exact=exact,
        everyday=common(base),
        name_first=at,
        name_last=last,
        number=number,
        number_end=number_end,
        capital=not shout and words.capital(at) and not tokens[at].isdigit(),
        before=said_before(words, start) if number is None else "",
    )
    mention.alone = mention.typed or not (
        part_of_a_name(words, start, end, shout=shout)
        or previous == "the"
        or (direction and city.streets[options[0]].name.direction != direction)  # "West Haven" is no street of that name
    )
    mention.score = _score(mention, words, start, kind, shout=shout) - 0.06 * far
    if kind and tokens[end] in PLURAL and number is None:
        mention.score = min(mention.score, 0.45 if mention.everyday else 0.6)  # "new haven streets": of two, or of none
    if (
        (previous in everyday.TITLES or (previous == "m" and joined == ". "))
        and joined in (" ", ". ")
        and not mention.typed
        and words.capital(start - 1)
    ):
        mention.score = min(mention.score, 0.1)
    return mention


def _options(city: City, base: Base, kind: str, direction: str) -> tuple[int, ...]:
    """The streets of a name that fit the kind and direction that were said; those that fit best, largest first."""
    found = city.bases[base]
    if len(found) == 1:
        return found
    if kind:
        found = tuple(at for at in found if city.streets[at].name.kind == kind) or found
    same = tuple(at for at in found if city.streets[at].name.direction == direction)
    if same and not direction and city.streets[found[0]].size > 4 * city.streets[same[0]].size:
        return found  # "Sherbrooke" is the long one, East or West, and not the lane of that name
    return same or found


_OTHER_THINGS = frozenset("sq gdns hts cir way row loop trl gate prom".split())
"""Kinds that also name a square, a trail, a row of houses: another street's name before them is a place of its own."""


def _score(mention: Mention, words: Words, start: int, city_kind: str, *, shout: bool) -> float:  # noqa: C901, PLR0911  (a table of cases)
    """How sure it is that a street is meant; ``docs/quality/locate.md`` has what each case was worth on real texts."""
    everyday_name = mention.everyday
    numbered = mention.number is not None
    if mention.typed:
        if mention.exact:
            score = 0.95 if numbered else 0.9 if mention.capital or not everyday_name else 0.72
        else:
            if city_kind in _OTHER_THINGS:
                return 0.3  # "Wooster Square" is no Wooster Street
            score = 0.7 if numbered or not everyday_name else 0.42 if mention.capital else 0.3
        return score
    if not mention.alone:
        return 0.3 if mention.before in PREPOSITIONS and not everyday_name else 0.15
    in_sentence = mention.capital and not begins_sentence(words, start)
    preposition = mention.before in PREPOSITIONS
    strong = mention.before in _STRONG
    if everyday_name:
        if numbered and (mention.capital or shout):
            return 0.75
        if preposition and in_sentence and mention.before != "to":  # "to Park on the even side"
            return 0.72 if strong else 0.45 if mention.before == "of" else 0.6
        if strong and shout:
            return 0.4
        return 0.35 if in_sentence else 0.15
    if numbered:
        return 0.85
    if strong:
        return 0.8
    if preposition:
        return 0.72
    if in_sentence or len(mention.base) > 1:
        return 0.62
    return 0.56 if words.capital(start) else 0.45


def _misspelt(words: Words, city: City, known: list[Mention], *, shout: bool) -> list[Mention]:
    """Names that are nearly those of streets: before a kind of street, or after a preposition or joint with a capital."""
    tokens = words.tokens
    found: list[Mention] = []
    covered = {step for item in known if item.score >= ENOUGH for step in range(item.name_first, item.last + 1)}
    wanted = (words.vocabulary & _AFTER) if words.vocabulary else frozenset()
    looked: set[int] = set()
    for at in words.positions(wanted)[:60]:
        if tokens[at] in streets.TYPES_EN and at and at not in covered and at - 1 not in covered:
            _by_kind(words, city, at, found, shout=shout)
        elif tokens[at] in KINDS_BEFORE and at + 1 < len(tokens):
            start = at + 1
            while start < min(len(tokens), at + 4) and tokens[start] in streets.PARTICLES:
                start += 1
            looked.add(start)
        if tokens[at] in _JOINS:
            looked.add(at + 1)
            if tokens[at] in ("and", "et") and at:
                looked.add(at - 1)
    for start in sorted(looked):
        if start < len(tokens) and start not in covered:
            _by_place(words, city, start, found, shout=shout)
    inside = {step for item in found for step in range(item.first, item.last + 1)}
    known[:] = [item for item in known if item.score >= ENOUGH or item.name_first not in inside]
    return _apart(found)


_JOINS = frozenset("and et on onto off near between toward towards from sur entre coin angle corner of at to along".split())
_AFTER = frozenset(streets.TYPES_EN) | frozenset(KINDS_BEFORE) | _JOINS


def _apart(found: list[Mention]) -> list[Mention]:
    out: list[Mention] = []
    for item in sorted(found, key=lambda item: (-item.score, item.first)):
        if all(item.first > other.last or item.last < other.first for other in out):
            out.append(item)
    return out


def _by_kind(words: Words, city: City, at: int, found: list[Mention], *, shout: bool) -> None:
    """``Rock Ceek Rd``: up to three words before a kind of street, run together, the longest first."""
    tokens = words.tokens
    if words.gap(at - 1) not in (" ", "-", "\n"):
        return
    for size in (3, 2, 1):
        first = at - size
        if first < 0 or any(words.gap(step) not in _BETWEEN for step in range(first, at - 1)):
            continue
        part = tokens[first:at]
        if (
            (size > 1 and any(len(token) == 1 for token in part))
            or any(token in STOPS and len(part) == 1 for token in part)
            or streets.house_number(part[0])
        ):
            continue
        if part[0] in PREPOSITIONS or part[-1] in streets.PARTICLES or (len(part) > 1 and part[0] in STOPS):
            continue
        base, far = _similar(city, part, typed=True)
        if base is None and size == 1:
            base = city.ends.get(canonical(part[0]))
            if base is not None and not (words.capital(first) or not common((part[0],))):
                base = None
        if base is not None:
            if far and not words.capital(first) and (part[0] in everyday.WORDS or not _expected(words, first)):
                return
            mention = _mention(words, city, base, first, at - 1, shout=shout, far=far)
            if mention is not None:
                found.append(mention)
            return


def _expected(words: Words, at: int) -> bool:
    """True after a preposition or a house number: "a popular street" is not Poplar Street."""
    return at > 0 and (words.tokens[at - 1] in PREPOSITIONS or streets.house_number(words.tokens[at - 1]))


def _by_place(words: Words, city: City, start: int, found: list[Mention], *, shout: bool) -> None:
    """``off Qunnipiac``: one or two words where a street is expected, written with a capital or long enough to be no other word."""
    tokens = words.tokens
    for size in (2, 1):
        last = start + size - 1
        if last >= len(tokens) or (size == 2 and words.gap(start) not in (" ", "-")):
            continue
        part = tokens[start : last + 1]
        if any(token in STOPS or token in everyday.WORDS for token in part[:1]) or (size == 2 and part[1] in streets.TYPES):
            continue
        if size == 2 and (part[1] in STOPS or not words.capital(last)):
            continue
        if shout or not words.capital(start) or len(part[0]) < 5:
            continue
        base, far = _similar(city, part, typed=False)
        if base is not None:
            mention = _mention(words, city, base, start, last, shout=shout, far=far)
            if mention is not None and (far == 0 or not mention.everyday):
                found.append(mention)
            return


def _similar(city: City, part: list[str], *, typed: bool) -> tuple[Base | None, int]:
    joined = "".join(canonical(token) for token in part if token not in streets.PARTICLES)
    base = city.similar.exact(joined)
    if base is not None:
        return base, 0
    if not typed and len(joined) < 6:
        return None, 0
    nearest = city.similar.nearest(joined)
    return nearest if nearest is not None else (None, 0)

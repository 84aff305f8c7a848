"""Mentions that belong together: corners (``Elm & Main``, ``coin Saint-Denis et Rachel``) and segments (``Lombard from Ferry to Rowe``).

A corner is evidence for both its streets, above all where they meet on the map: ``State and Grand`` are streets when they cross.
"""

from __future__ import annotations

from typing import NamedTuple

from normalizer.locate import streets
from normalizer.locate.city import City
from normalizer.locate.geometry import Point
from normalizer.locate.mentions import ENOUGH, Mention
from normalizer.words import Words

_JOINTS = frozenset(
    (
        "and|&|/|at|et|@|x|+|-|and the|et la|et le|et de|et de la|et du|corner of|corner|coin|coin de|angle|at the corner of|"
        "on the corner of|"
        "at corner of|at the intersection of|intersection|at the intersection with|and also|cor|"
        "au coin de|a l angle de|a l intersection de|"
        "onto|into|a|au coin|and on|at the corner with|by|where it meets|"
        "meets|crosses|crossing|avec|with|n|just off|off|off of|near|by the corner of"
    ).split("|")
)
_LOOSE = frozenset(("near", "by", "off", "off of", "just off", "a", "onto", "into", "-", "with", "avec"))
"""Joints that make a corner only where the streets are known to meet."""
_SPAN_JOINTS = frozenset("and|&|to|et|a|until|jusqu a|jusqu au|to around|and the|/|through|thru|up to|-|down to|to about".split("|"))
_SPAN_WORDS = frozenset("between from entre btw btwn bet betw depuis de".split())
_BETWEEN = frozenset("between entre btw btwn".split())
_CORNER_AFTER = frozenset("corner intersection intersect".split())


class Corner(NamedTuple):
    """Two mentions that meet, the pair of streets, and where (several points where they meet several times; none where unknown)."""

    one: Mention
    two: Mention
    streets: tuple[int, int]
    points: tuple[Point, ...]
    score: float


class Segment(NamedTuple):
    """A part of a street between two others; ``points`` are its two ends where they are known."""

    street: Mention
    one: Mention
    two: Mention
    points: tuple[Point, ...]


def segments(words: Words, city: City, found: list[Mention]) -> list[Segment]:
    """Parts of streets: two mentions after ``between`` or ``from``, and the street just before or behind them."""
    out: list[Segment] = []
    for at in range(len(found) - 1):
        one, two = found[at], found[at + 1]
        if _before(words, one, _SPAN_WORDS) is None or _between(words, one, two) not in _SPAN_JOINTS:
            continue
        here = next((item for item in (*found[at - 1 : at], *found[at + 2 : at + 3]) if _close(item, one, two)), None)
        if here is None or here.base in (one.base, two.base):
            continue
        ends = [_best(city, here, other) for other in (one, two)]
        met = sum(bool(end[1]) for end in ends)
        if met == 2 or (here.score >= ENOUGH and max(one.score, two.score) >= ENOUGH):
            for item in (here, one, two):
                item.score = max(item.score, 0.85 if met == 2 else item.score)
            here.streets = (ends[0][0][0],)
            one.streets, two.streets = (ends[0][0][1],), (ends[1][0][1],)
            out.append(Segment(here, one, two, tuple(end[1][0] for end in ends if end[1])))
    return out


def _close(item: Mention, one: Mention, two: Mention) -> bool:
    return 0 < one.first - item.last <= 5 or 0 < item.first - two.last <= 4


def corners(words: Words, city: City, found: list[Mention], used: set[int]) -> list[Corner]:
    """Pairs of mentions side by side with a joint between them; each mention is in one corner, the surest first come first."""
    out: list[Corner] = []
    for at in range(len(found) - 1):
        one, two = found[at], found[at + 1]
        if id(one) in used or id(two) in used or one.base == two.base:
            continue
        joint = _between(words, one, two)
        if joint not in _JOINTS:
            continue
        if _before(words, one, _BETWEEN) is not None:
            continue  # a part of some street: which one was not said
        pair, points = _best(city, one, two)
        score = _score(words, one, two, joint, meets=bool(points))
        if score < ENOUGH:
            continue
        one.score, two.score = max(one.score, score), max(two.score, score)
        used |= {id(one), id(two)}
        out.append(Corner(one, two, pair, points, score))
    return out


def _score(words: Words, one: Mention, two: Mention, joint: str, *, meets: bool) -> float:
    """How sure a corner is; 0 where it is none."""
    if joint in _LOOSE and not meets:
        return 0.0
    announced = _before(words, one, streets.CORNERS) is not None or any(word in streets.CORNERS for word in joint.split())
    announced = announced or (two.last + 1 < len(words.tokens) and words.tokens[two.last + 1] in _CORNER_AFTER)
    if not (one.alone and two.alone) and not announced:
        return 0.0
    low, high = sorted((one.score, two.score))
    if meets and (announced or low >= ENOUGH):
        return 0.93
    if meets and (high >= ENOUGH or (one.capital and two.capital)) and (low > 0.2 or announced or joint in ("&", "/", "@")):
        return 0.86
    if meets and high >= ENOUGH and joint in ("and", "&", "/", "at", "et", "@"):
        return 0.66
    if announced and high >= ENOUGH:
        return 0.75
    return 0.7 if low >= ENOUGH else 0.0


def _best(city: City, one: Mention, two: Mention) -> tuple[tuple[int, int], tuple[Point, ...]]:
    """The first pair of streets that meet, and where; the first of each when none do."""
    for left in one.streets[:4]:
        for right in two.streets[:4]:
            if left != right and (points := city.crossing(left, right)):
                return (left, right), points
    return (one.streets[0], two.streets[0]), ()


def settle(city: City, found: list[Mention]) -> None:
    """Choose among streets of one name: the one whose kind was said elsewhere in the text, else one that meets another street of it."""
    sure = [item for item in found if item.score >= ENOUGH and (item.exact or len(item.streets) == 1)]
    for item in found:
        if len(item.streets) < 2 or item.score < ENOUGH:
            continue
        said = next(
            (other.streets[0] for other in sure if other.base == item.base and other.exact and other.streets[0] in item.streets), None
        )
        if said is None:
            near = [other for other in sure if other.base != item.base][:6]
            meets = [at for at in item.streets[:4] if any(city.crossing(at, other.streets[0]) for other in near)]
            said = meets[0] if len(meets) == 1 else None
        if said is not None:
            item.streets = (said,)


def _before(words: Words, item: Mention, wanted: frozenset[str]) -> int | None:
    """The token of one of ``wanted`` just before a mention, over particles."""
    at = item.first - 1
    for _ in range(4):
        if at < 0:
            return None
        if words.tokens[at] in wanted:
            return at
        if words.tokens[at] not in streets.PARTICLES and words.tokens[at] not in ("both", "about", "around", "at", "rues", "streets"):
            return None
        at -= 1
    return None


def _between(words: Words, one: Mention, two: Mention) -> str | None:
    """What stands between two mentions in at most four words, or the mark between them; None for more, or across a sentence's end."""
    count = two.first - one.last - 1
    if count < 0 or count > 4:
        return None
    start, end = words.offset(one.last) + len(words.tokens[one.last]), words.offset(two.first)
    said = words.text[start:end]
    if count == 0:
        return said.strip(" .\n") or None
    if any(mark in said.strip(" ,.") for mark in ".!?;(\n") or ". " in said.lstrip(" .") or "\n" in said:
        return None
    return " ".join(words.tokens[one.last + 1 : two.first])

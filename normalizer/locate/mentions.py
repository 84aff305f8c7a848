"""The streets of a gazetteer that a text names, each with what speaks for it and against it.

A word of a street's name is not yet a street: ``park``, ``state`` and ``orange`` are words of every day, ``Howe`` is also a person. What counts
is what stands around it: the kind of street, a house number, a corner, a preposition, a capital; against it a title before it
("Mr. Howe"), or a longer name that it is part of ("Edgewood Park", "Yale University"). Each mention gets a score from these (``_score``).

Only words that begin a name of this gazetteer are looked at, a few words to either side: linear in the text.
"""

from __future__ import annotations

from dataclasses import dataclass

from normalizer.locate import everyday, streets
from normalizer.locate.city import Base, City, common
from normalizer.locate.forms import STOPS
from normalizer.locate.names import canonical
from normalizer.words import Words

_LOOKED_AT = 400
_KINDS = {**streets.TYPES_FR, **streets.TYPES_EN, "streets": "st", "avenues": "av", "roads": "rd", "rues": "st"}
_KINDS_BEFORE = {**streets.TYPES_FR, "rues": "st", "avenues": "av"}
PREPOSITIONS = frozenset(
    "on onto at near from toward towards along off down up between before past past by around across along to into of and via beyond over "
    "sur pres devant entre vers de depuis jusqu jusque coin angle face intersection corner corners croisement carrefour until lower upper "
    "above below under below behind beside".split()
)
_STRONG = frozenset("on onto near along off between toward towards sur entre coin angle corner corners intersection from past lower upper".split())
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
    shout = _shouts(words.text)
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


def _shouts(text: str) -> bool:
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
    kind, end = _kind_after(words, last)
    start = at
    before = _kind_before(words, at)
    if not kind and before is not None:
        kind, start = before[1], before[0]
    direction, end, start = _direction(words, start, end, prefix=before is None)
    options = _options(city, base, kind, direction)
    exact = bool(kind) and city.streets[options[0]].name.kind == kind
    number, number_end = _number(words, start)
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
        before=_said_before(words, start) if number is None else "",
    )
    mention.alone = mention.typed or not (
        _part_of_a_name(words, start, end, shout=shout)
        or previous == "the"
        or (direction and city.streets[options[0]].name.direction != direction)  # "West Haven" is no street of that name
    )
    mention.score = _score(mention, words, start, kind, shout=shout) - 0.06 * far
    if kind and tokens[end] in _PLURAL and number is None:
        mention.score = min(mention.score, 0.45 if mention.everyday else 0.6)  # "new haven streets": of two, or of none
    if (previous in everyday.TITLES or (previous == "m" and joined == ". ")) and joined in (" ", ". ") and not mention.typed and words.capital(start - 1):
        mention.score = min(mention.score, 0.1)
    return mention


def _kind_after(words: Words, last: int) -> tuple[str, int]:
    """The kind of street right behind a name, and its token: ``Street``, ``st.``, ``Ave``."""
    after = last + 1
    if after < len(words.tokens) and words.gap(last) in (" ", "\n", "-", "  "):
        kind = streets.TYPES_EN.get(words.tokens[after]) or _PLURAL.get(words.tokens[after])
        if kind and not (words.tokens[after] == "st" and words.gap(after) in (". ", "-") and _saint(words, after)):
            return kind, after
    return "", last


_PLURAL = {"streets": "st", "sts": "st", "avenues": "av", "aves": "av", "roads": "rd"}


def _saint(words: Words, at: int) -> bool:
    """``Main St. Louis``? No: ``St. Ronan`` after a name in small letters. A saint begins where a capital follows and none stands before."""
    return at + 1 < len(words.tokens) and words.capital(at + 1) and at > 0 and not words.capital(at - 1)


def _kind_before(words: Words, at: int) -> tuple[int, str] | None:
    """The kind of street before a French name, over particles: ``rue de la``, ``boul.``."""
    tokens, back = words.tokens, at - 1
    for _ in range(3):
        if back < 0 or words.gap(back) not in (" ", ". ", ".", "'", "’", "\n"):
            return None
        if tokens[back] in streets.PARTICLES and tokens[back] not in ("of", "the"):
            back -= 1
            continue
        break
    kind = _KINDS_BEFORE.get(tokens[back]) if back >= 0 else None
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


def _direction(words: Words, start: int, end: int, *, prefix: bool) -> tuple[str, int, int]:
    """The direction behind or before a name, as (direction, last token, first token)."""
    tokens = words.tokens
    after = end + 1
    if after < len(tokens) and words.gap(end) in (" ", ". ", ", ") and tokens[after] in streets.DIRECTIONS:
        token = tokens[after]
        long = len(token) > 2
        if token == "est" and not words.capital(after) and words.gap(after) in (" ", "\n") and after + 1 < len(tokens):
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


_RANGE = ("-", " - ", "–", "/", " to ", " et ", " and ", " & ")


def _number(words: Words, start: int) -> tuple[int | None, int | None]:
    """The tokens of the house number before a street, first and last of a range; (None, None) without."""
    at = start - 1
    if at < 0 or not streets.house_number(words.tokens[at]) or words.gap(at) not in (" ", ", ", ",", "\n", " , "):
        return None, None
    if at and words.text[words.offset(at) - 1] in "$.:°" or (at and words.tokens[at - 1] in _NOT_NUMBERS):
        return None, None
    if at and words.tokens[at - 1].isdigit() and streets.house_number(words.tokens[at - 1]) and words.gap(at - 1) in _RANGE:
        return at - 1, at
    return at, at


_NOT_NUMBERS = frozenset("route rte highway hwy bus unit apt app suite box pole ticket case ref reference at5 room since".split())


def _said_before(words: Words, start: int) -> str:
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


_LINKS = PREPOSITIONS | frozenset("or the in is are by for with has have was were et a where there this that please when just i we it".split())
"""Words that go on with the sentence behind a name, also where somebody writes them with a capital."""


def _part_of_a_name(words: Words, first: int, last: int, *, shout: bool) -> bool:
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
    return not _begins_sentence(words, first - 1) or previous in everyday.GIVEN_NAMES or previous in everyday.LANDMARKS


def _begins_sentence(words: Words, at: int) -> bool:
    if not at:
        return True
    gap = words.gap(at - 1)
    return any(mark in gap for mark in ".!?\n:-")


_OTHER_THINGS = frozenset("sq gdns hts cir way row loop trl gate prom".split())
"""Kinds that also name a square, a trail, a row of houses: another street's name before them is a place of its own."""


def _score(mention: Mention, words: Words, start: int, city_kind: str, *, shout: bool) -> float:
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
    in_sentence = mention.capital and not _begins_sentence(words, start)
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
        elif tokens[at] in _KINDS_BEFORE and at + 1 < len(tokens):
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
_AFTER = frozenset(streets.TYPES_EN) | frozenset(_KINDS_BEFORE) | _JOINS


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
        if (size > 1 and any(len(token) == 1 for token in part)) or any(token in STOPS and len(part) == 1 for token in part) or streets.house_number(part[0]):
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

"""Several problems in one message, proposed to a clerk with the words of each: "a pothole at 12 Main, and the lamp on Elm is out".

``stage`` adds one line of evidence (field ``split``) to a request whose message seems to hold more than one: its value lists the parts,
each with its span in ``text_new``, a service, the service's confidence and the place that stands in it. Nothing is split by itself, not
even a numbered list: residents number steps, consequences and photographs too, an acknowledgement with a number for each cannot be taken
back, and a clerk who sees the parts needs one look. An enumeration only gives the proposal a higher score.

Something must speak for two problems beside two services: an enumeration, a word that adds ("also", « aussi », "another problem"), or
places of their own. Words of consequence ("so", "because", « à cause ») join a part to the one before: a fallen tree that blocks the
sidewalk is one problem. The text is cut once, and a bounded number of parts is classified.

Does not: see two problems of one service at one place, or two that share a clause ("lamp and hydrant broken").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

from normalizer.catalog import Catalog
from normalizer.classify import guess
from normalizer.locate import address_key
from normalizer.model import Evidence, LocationCandidate, ServiceRequest, Span
from normalizer.pipeline import Context, Work
from normalizer.ports import Weights
from normalizer.words import Reading, fold

_LONGEST = 6_000
"""Characters that are looked at: a longer text is a letter or a thread, which a person reads anyway."""
_SHORTEST = 30
_PARTS = 10
_CLAUSES = 150
_RANT = 4
"""Parts of a text without a list from which it is rather a long complaint about everything."""
_SURE = 0.4
"""Confidence of a part's service from which it counts."""
_SAID = 0.2
"""The same for a part that a word adds or a place of its own sets apart."""

_ITEM = re.compile(
    r"(?:^|\n)[ \t]{0,8}(?:\(?([0-9]{1,2}|[a-h])[.)][ \t]|[-*•–—][ \t])|(?<=[ :;])\(?([1-9])\)[ ]|(?<=[ :;])([1-9])\.[ ](?=[A-ZÀ-Ý])"
)
"""The mark of an item of a list: at the beginning of a line, or a number within one."""
_MARK = re.compile(r"[.)](?:(?<=[\s(:;][0-9a-h][.)])|(?<=[0-9][0-9][.)])|(?<=\A[0-9a-h][.)]))[ \t]|[-*•–—][ \t]")
"""What every item's mark has in it; it begins with a set of characters, which a search goes through quickly."""
_CLAUSE = re.compile(
    r"[.!?;\n, ](?:(?<=[.!?;])[.!?;]*(?=\s)|(?<=\n)\n*|(?:(?<=,) +|(?<= ) *)(?:and|et|puis|plus|&)(?= )"
    r"|(?<=,) (?:(?=also\b|aussi\b|plus\b)|(?=(?:the|there|le|la|les|l'|il y a|y a)\b)))",
    re.IGNORECASE,
)
"""Where a clause ends: at a stop, a new line, or a word that goes on."""
_GATE = re.compile(r"[.!?;\n,]|\b(?:and|et|puis|plus|also|aussi)\b|&", re.IGNORECASE)
_ADDS = re.compile(
    r"\b(?:also|another (?:issue|problem|thing|one|concern)|second(?:ly)?|in addition|additionally|furthermore|on top of that"
    r"|while (?:you are|you re|im|i m|i am|we are) (?:at it|here|there)|separately|unrelated|other issue|other problem|p s|ps|oh and|plus"
    r"|next|aussi|egalement|autre (?:probleme|chose|point|sujet|demande)|deuxiemement|de plus|par ailleurs|en plus|tant qu a|pendant que"
    r"|en passant|j en profite|autrement|sans rapport|d autre part|puis aussi|ensuite)\b"
)
_ADDING = (
    "also", "anoth", "second", "additi", "further", "top of", "while", "separa", "unrel", "other", "p s", "oh and", "plus", "next",
    "aussi", "galement", "autre", "deuxi", "de plus", "par ailleurs", "en plus", "tant qu", "pendant", "passant", "profite", "rapport",
    "d autre", "ensuite", "ps ",
)  # fmt: skip
"""What one of the words that add has in it."""
_FOLLOWS = re.compile(
    r"^(?:so|because|which|causing|since|due|therefore|that|as a result|it|its|this|they|making|blocking|leading|attracting|now|then|but"
    r"|who|when|where|after|is|are|was|were|has|have|est|sont|a|ont|n|parce|donc|car|ce qui|qui|cela|ca|c est"
    r"|elle|il(?! y a)|ils|elles|du coup|alors|resultat|mais|on|quand|ou|apres|a cause|i|we|my|je|nous|mon|ma|cars|people"
    r"|pedestrians|drivers|kids|children|les gens|les autos|les enfants|les pietons)\b"
)
"""A clause that begins so tells more of the one before."""
_RANGE = re.compile(r"\b(?:between|entre)\b")
_TOLD = re.compile(r"^(?:i|je|j|my|mon|ma|we|nous|then|puis|ensuite)\b")
"""An item of a list that begins so tells what happened."""
_HOME = re.compile(r"^(?:hello |hi |bonjour )?(?:i live|i reside|i m at|we live|j habite|nous habitons|je demeure|je reste|je vis)\b")
"""A clause that tells where the writer lives is no problem."""
_CAUSED = re.compile(
    r"\b(?:because of|due to|caused by|causing|as a result|result of|from the same|that is why|which|leads? to|attract(?:s|ing)?|thanks to"
    r"|a cause (?:de|du|des|d)|cause par|causee par|provoque|entraine|attire|ce qui|resultat|grace a)\b"
)


@dataclass(slots=True)
class _Part:
    """A piece of the text that may be a problem of its own."""

    start: int
    end: int
    item: bool = False
    adds: bool = False
    home: bool = False
    found: tuple[str, float] | None = None
    """Its service and the confidence, once it is classified."""
    place: LocationCandidate | None = None

    @property
    def code(self) -> str:
        return self.found[0] if self.found is not None else "other"

    @property
    def confidence(self) -> float:
        return self.found[1] if self.found is not None else 0.0

    @property
    def named(self) -> bool:
        """Whether it names a problem."""
        return self.code != "other" and not self.home and self.confidence >= (_SAID if self.adds or self.place else _SURE)


def stage(batch: Sequence[Work], context: Context) -> None:
    """Propose a split where a message seems to hold several problems."""
    asked = [(work.message.text_new, request) for work in batch for request in work.requests]
    for (_text, request), proposal in zip(asked, propose(asked, context.catalog, context.weights), strict=True):
        if proposal is not None:
            request.evidence.append(proposal)


def propose(asked: Sequence[tuple[str, ServiceRequest]], catalog: Catalog, weights: Weights | None = None) -> list[Evidence | None]:
    """For each text the proposal as a line of evidence; None for a message with one problem. The requests give the places that were found.

    The parts that decide are classified first, those of all texts together, and the others where they still matter.
    """
    cuts = [_cut_up(text, request) for text, request in asked]
    _classify([(cut, part) for cut in cuts if cut is not None for part in cut.deciding()], catalog, weights)
    cuts = [cut if cut is not None and cut.hopeful() else None for cut in cuts]
    _classify([(cut, part) for cut in cuts if cut is not None for part in cut.parts if part.found is None], catalog, weights)
    return [None if cut is None else _proposal(cut) for cut in cuts]


@dataclass(slots=True)
class _Cut:
    """A text cut into parts; ``listed`` where these are the items of a list, ``apart`` where two of them have places of their own."""

    text: str
    parts: list[_Part]
    listed: bool
    apart: bool

    def deciding(self) -> list[_Part]:
        """The parts of which one must be a problem: those that a word adds, where nothing else speaks for several."""
        return self.parts if self.listed or self.apart else [part for part in self.parts[1:] if part.adds]

    def hopeful(self) -> bool:
        """False where the deciding parts say already that there is one problem."""
        return any(part.named for part in self.deciding())


def _classify(asked: Sequence[tuple[_Cut, _Part]], catalog: Catalog, weights: Weights | None) -> None:
    if asked:
        readings = [Reading(cut.text[part.start : part.end], None) for cut, part in asked]
        for (_cut, part), found in zip(asked, guess(readings, catalog, weights), strict=True):
            part.found = found


def _cut_up(text: str, request: ServiceRequest) -> _Cut | None:
    """The parts of a text, where something speaks for several problems beside two services."""
    if not _SHORTEST <= len(text) <= _LONGEST or not _worth(text, request):
        return None
    parts, listed = _cut(text)
    if len(parts) < 2:
        return None
    places = [item for item in request.location.candidates if item.span is not None and item.precision != "area"]
    for part in parts:
        part.place = next((item for item in places if item.span and part.start <= item.span[0] < part.end), None)
    placed = [part for part in parts if part.place is not None]
    apart = any(_elsewhere(placed[0], part) for part in placed[1:])
    return _Cut(text, parts, listed, apart) if listed or apart or any(part.adds for part in parts[1:]) else None


def _proposal(cut: _Cut) -> Evidence | None:
    problems = _problems(cut.parts)
    if len(problems) < 2 or (not cut.listed and len(problems) > _RANT):
        return None
    source, score = _judge(problems, listed=cut.listed)
    return None if score <= 0 else _evidence(problems, source, score)


def _worth(text: str, request: ServiceRequest) -> bool:
    """False where a look at what is known already says that there is one problem: no clause, or no second service, place or item."""
    if _GATE.search(text, 12, max(12, len(text) - 8)) is None:
        return False
    places = {item.address for item in request.location.candidates if item.span is not None and item.address}
    return len(places) > 1 or (_MARK.search(text) is not None and _ITEM.search(text) is not None) or _adds(text)


def _adds(text: str) -> bool:
    folded = fold(text)
    return any(word in folded for word in _ADDING) and _ADDS.search(" ".join(folded.split())) is not None


def _cut(text: str) -> tuple[list[_Part], bool]:
    """The parts of a text: the items of a list, or else its clauses; and whether it is a list."""
    marks = list(_ITEM.finditer(text))
    if len(marks) >= 2:
        ends = [mark.start() for mark in marks[1:]]
        last = text.find("\n\n", marks[-1].end())
        parts = [_Part(mark.end(), end, item=True) for mark, end in zip(marks, [*ends, last if last > 0 else len(text)], strict=True)]
        for part in parts:
            part.home = _TOLD.match(" ".join(fold(text[part.start : part.start + 40]).split())) is not None
        return [part for part in parts[:_PARTS] if text[part.start : part.end].strip()], True
    parts = []
    start = 0
    for mark in islice(_CLAUSE.finditer(text), _CLAUSES):
        _add(parts, text, start, mark.start())
        start = mark.end()
    _add(parts, text, start, len(text))
    return parts[: 2 * _PARTS], False


def _add(parts: list[_Part], text: str, start: int, end: int) -> None:
    """Add a clause; one that says little or tells more of the one before becomes a part of that."""
    bare = text[start:end]
    start += len(bare) - len(bare.lstrip(" \t\n,;:-"))
    end = start + len(text[start:end].rstrip())
    folded = " ".join(fold(text[start:end]).split())
    if not folded:
        return
    adds = _ADDS.search(folded[:26]) is not None
    if adds and folded.count(" ") < 3 and len(folded) < 24:  # "In addition", « Autre problème »: it speaks of the next clause
        parts.append(_Part(start, end, adds=True))
        return
    if parts and parts[-1].adds and text[parts[-1].start : parts[-1].end].count(" ") < 3 and parts[-1].end - parts[-1].start < 24:
        parts[-1].end = end
        return
    more = bool(parts) and _RANGE.search(fold(text[max(parts[-1].start, parts[-1].end - 60) : parts[-1].end])) is not None
    more = more or (not adds and (_FOLLOWS.match(folded) is not None or _CAUSED.search(folded[:80]) is not None))
    if parts and (more or (not adds and folded.count(" ") < 2)):
        parts[-1].end = end
    else:
        parts.append(_Part(start, end, adds=adds, home=_HOME.match(folded) is not None))


def _problems(parts: Sequence[_Part]) -> list[_Part]:
    """The parts with a service of their own; clauses that only go on with the one before are joined to it."""
    problems: list[_Part] = []
    for part in parts:
        if not part.named:
            if problems and not part.item and part.place is not None and problems[-1].place is None:
                problems[-1].place = part.place
            if problems and not part.item:
                problems[-1].end = part.end
            continue
        last = problems[-1] if problems else None
        same = last is not None and last.code == part.code and not (part.item or _elsewhere(last, part))
        if last is not None and same:
            last.end = part.end
            last.place = last.place or part.place
        elif len(problems) < _PARTS:
            problems.append(part)
    return problems


def _elsewhere(one: _Part, two: _Part) -> bool:
    """True when both name a place, and not the same."""
    if one.place is None or two.place is None:
        return False
    if one.place.address and two.place.address:
        return address_key(one.place.address) != address_key(two.place.address)
    return (one.place.lat, one.place.long) != (two.place.lat, two.place.long)


def _judge(problems: Sequence[_Part], *, listed: bool) -> tuple[str, float]:
    """Why these may be several problems, and how sure that is; a score of 0 when they are one."""
    codes = {part.code for part in problems}
    if listed:
        apart = len(codes) > 1 or _elsewhere(problems[0], problems[1])
        return "split.enumerated", 0.9 if apart else 0.0
    pairs = list(pairwise(problems))
    if any(two.adds and (one.code != two.code or _elsewhere(one, two)) for one, two in pairs):
        return "split.added", 0.8
    if any(one.code != two.code and _elsewhere(one, two) for one, two in pairs):
        return "split.places", 0.75
    if any(_elsewhere(one, two) for one, two in pairs):
        return "split.places", 0.6
    return "", 0.0


def _evidence(problems: Sequence[_Part], source: str, score: float) -> Evidence:
    parts: list[dict[str, Any]] = [
        {
            "span": _span(part),
            "service_code": part.code,
            "confidence": part.confidence,
            "address": part.place.address or None if part.place is not None else None,
        }
        for part in problems
    ]
    whole: Span = (problems[0].start, problems[-1].end)
    detail = f"{len(parts)} problems: {', '.join(part.code for part in problems)}"
    return Evidence(field="split", value=parts, source=source, span=whole, score=score, detail=detail)


def _span(part: _Part) -> list[int]:
    """A list, as it will be after a round trip through JSON."""
    return [part.start, part.end]

"""What a request looks like once a later message has completed it: the second part of a text, a photo's place, an answer to a question.

:func:`complete` takes the request as it stands and the message that belongs to it, with the draft that the message made by itself, and
gives a new request; the store writes it in the transaction of the message. Nothing that was said is lost and nothing that a person decided
is changed (evidence with ``by``):

description   the message's words on a line of their own, in the order in which the parts came; at most 4,000 characters
place         filled where it was unknown, made finer where both are words of the text; another place is kept as a candidate
service       read again from all the words, where the classifier had abstained or no person has touched the request; what the sender chose
              stays, and a sure answer is never replaced by an abstention
emergency     raised, never lowered; so is the priority
language, summary, kind, expected time, contact, attributes, media   filled, or read again, in the same way
visibility    private as soon as one part is

Each change has its evidence, with the ``intake_id`` of the message that it came from. The joined words may also show that somebody else has
reported the same: that is suggested, never linked, because the request has its number already.

Does not: take back what an earlier part said ("sorry, 14 Main Street, not 12"): the words are there for a person to read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from normalizer import dedupe
from normalizer.locate import address_key
from normalizer.model import Emergency, Evidence, InboundMessage, LocationCandidate, Priority, ServiceRequest
from normalizer.pipeline import Context, Known, Work, understand
from normalizer.words import fold

DESCRIPTION = 4_000
"""Characters of a description (see ``draft``)."""
_SOURCE = "conversation"
_CANDIDATES = 5
_LONGEST_PLACE = 200
_PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high", "emergency")
_PRECISION = ("unknown", "area", "place", "street", "intersection", "address", "point")
_READ_AGAIN = ("language", "summary", "kind", "service_code", "service_name", "department", "agency_responsible", "expected_datetime",
               "classification")  # fmt: skip
_CHANGES = (
    *_READ_AGAIN, "description", "priority", "emergency", "address_string", "address_id", "zipcode", "lat", "long", "location", "media_url",
    "first_name", "last_name", "email", "phone", "account_id", "attributes", "visibility", "duplicate_links",
)  # fmt: skip


WORDS, PLACE, WHEREABOUTS = "words", "place", "whereabouts"
_SMALL = frozenset(
    """at on in the by near corner of and it is s here i m am intersection no number
    au a la le les l du de des d en sur coin et c est ce ici je suis pres dans angle numero""".split()
)
"""Words beside an address that say nothing of what is wrong there."""


@dataclass(frozen=True, slots=True)
class Completed:
    """A completed request: ``changed`` names the fields that are new, ``files`` counts the files that came with the message."""

    request: ServiceRequest
    changed: tuple[str, ...] = ()
    files: int = 0


class _Part(NamedTuple):
    """One message's words in a description: where they begin and end there, and when it came.

    ``literal`` says that its ``text_new`` begins with the same words, so that places in the one are places in the other.
    """

    intake_id: str
    at: datetime
    start: int
    end: int
    literal: bool


def lacking(request: ServiceRequest) -> frozenset[str]:
    """What a request does not say yet.

    ``words`` where it has none, or only those of a place; ``place`` where none is known; ``whereabouts`` where that is so of an emergency.
    """
    found = set()
    if not request.description.strip() or only_a_place(request):
        found.add(WORDS)
    if not _placed(request):
        found.add(PLACE)
        if request.emergency.flag:
            found.add(WHEREABOUTS)
    return frozenset(found)


def only_a_place(request: ServiceRequest) -> bool:
    """Whether the description is nothing but an address or a position."""
    said = fold(request.description[: _LONGEST_PLACE + 1]).split()
    if not _placed(request) or len(request.description) > _LONGEST_PLACE or not said:
        return False
    named = set(fold(request.address_string or "").split())
    return all(word in named or word in _SMALL or (request.lat is not None and word.isdigit()) for word in said)


def supplies(draft: ServiceRequest | None, lacks: frozenset[str]) -> bool:
    """Whether a later message of the same conversation says what its request lacks, so that it belongs to it though it looks whole.

    Anything, where there was only a picture or a place; a place and nothing else, where there was none; any place, for an emergency.
    """
    if draft is None:
        return False
    return WORDS in lacks or (PLACE in lacks and only_a_place(draft)) or (WHEREABOUTS in lacks and _placed(draft))


def complete(request: ServiceRequest, work: Work, context: Context, known: Known) -> Completed:
    """The request with what ``work`` adds to it. Neither is changed; without ``work.completion`` the request stays as it is."""
    added = work.completion
    if added is None:
        return Completed(request)
    after = request.model_copy(deep=True)
    merging = _Merging(after, added, work)
    merging.describe()
    whole = _read_again(after, context, work)
    merging.place(whole)
    merging.emergency(whole)
    merging.read(whole)
    merging.fill()
    if _placed(after) and any(getattr(after, name) != getattr(request, name) for name in ("description", "lat", "address_string")):
        _suggest(after, work, context, known)
    changed = tuple(name for name in _CHANGES if getattr(after, name) != getattr(request, name))
    return Completed(after, changed, merging.files)


def _read_again(request: ServiceRequest, context: Context, work: Work) -> ServiceRequest | None:
    """What the stages make of all the words together; None where there are none. A form's channel: nothing in them is a quotation."""
    if not request.description.strip():
        return None
    message = InboundMessage(
        channel="web",
        jurisdiction_id=request.jurisdiction_id,
        text=request.description,
        received_datetime=request.requested_datetime,
        hints={} if request.language == "und" else {"language": request.language},
    )
    again = Work(message=message, now=work.now, released=True)
    understand([again], context)
    return again.requests[0] if again.requests else None


class _Merging:
    """One completion in progress: changes ``after`` and notes why."""

    def __init__(self, after: ServiceRequest, added: ServiceRequest, work: Work) -> None:
        self.after, self.added, self.work = after, added, work
        self.intake_id = work.message.intake_id
        self.at = work.message.received_datetime or work.now
        self.begun = after.requested_datetime or self.at
        everything = [*after.evidence, *after.classification.evidence]
        self.decided = {evidence.field for evidence in everything if evidence.by}
        media = work.message.hints.get("media")
        self.files = len(work.message.attachments) + (len(media) if isinstance(media, list) else 0)
        self.parts: list[_Part] = []

    def note(self, field: str, value: object = None, **more: object) -> None:
        """Add evidence for a field that this message filled or changed."""
        told = {"field": field, "value": value, "source": _SOURCE, "intake_id": self.intake_id, **more}
        self.after.evidence.append(Evidence.model_validate(told))

    # -- words ------------------------------------------------------------------------------------------------------------------------

    def describe(self) -> None:
        """Put the message's words where they belong: behind those of the messages that came before it."""
        words = self.added.description.strip()
        after = self.after
        texts = self._texts()
        if not words or any(text == words for _part, text in texts):  # the same once more under another id says nothing new
            self.parts = [part for part, _text in texts]
            return
        literal = words == self.work.message.text_new[: len(words)]
        mine = (_Part(self.intake_id, self.at, 0, 0, literal), words)
        if "description" in self.decided:
            texts.append(mine)  # somebody has rewritten it: their words stay in one piece
        else:
            texts = sorted([*texts, mine], key=lambda pair: pair[0].at)
        description = ""
        self.parts = []
        for part, text in texts:
            start = len(description) + (1 if description else 0)
            description = _cut(f"{description}\n{text}" if description else text)
            if start < len(description):
                self.parts.append(part._replace(start=start, end=len(description)))
        after.description = description
        after.evidence = [evidence for evidence in after.evidence if not (evidence.field == "description" and evidence.source == _SOURCE)]
        for part in self.parts:
            span = (0, part.end - part.start) if part.literal else None
            place, intake_id = [part.start, part.end], part.intake_id
            after.evidence.append(Evidence(field="description", value=place, source=_SOURCE, span=span, intake_id=intake_id, at=part.at))

    def _texts(self) -> list[tuple[_Part, str]]:
        """The parts of the description so far; one where it is not what the evidence says."""
        description = self.after.description
        if not description.strip():
            return []
        parts = [
            _Part(evidence.intake_id or "", evidence.at or self.begun, evidence.value[0], evidence.value[1], evidence.span is not None)
            for evidence in self.after.evidence
            if evidence.field == "description" and evidence.source == _SOURCE and _is_place(evidence.value)
        ]
        found = [(part, description[part.start : part.end]) for part in parts]
        if parts and "description" not in self.decided and "\n".join(text for _part, text in found) == description:
            return found
        first = self.after.intake_ids[0] if self.after.intake_ids else ""
        literal = self.after.channel in ("sms", "social", "phone")  # they have no subject that a description could begin with
        return [(_Part(first, self.begun, 0, len(description), literal), description)]

    def _words_of(self, evidence: Evidence) -> Evidence:
        """Evidence from all the words together, said of the message that they stand in."""
        if evidence.span is None:
            return evidence.model_copy(update={"intake_id": self.intake_id})
        start, end = evidence.span
        for part in self.parts:
            if part.start <= start and end <= part.end:
                span = (start - part.start, end - part.start) if part.literal else None
                first = self.after.intake_ids[:1] == [part.intake_id]
                return evidence.model_copy(update={"span": span, "intake_id": None if first else part.intake_id})
        return evidence.model_copy(update={"span": None, "intake_id": self.intake_id})

    # -- what follows from them -------------------------------------------------------------------------------------------------------

    def emergency(self, whole: ServiceRequest | None) -> None:
        """Raise an emergency that this message, or all the words together, show."""
        after = self.after
        found = next((one for one in (self.added, whole) if one is not None and one.emergency.flag), None)
        if found is not None and not after.emergency.flag:
            after.emergency = Emergency(flag=True, rule=found.emergency.rule)
            span = found.emergency.span if found is self.added else None
            self.note("emergency", value=True, span=span, detail=f"words of danger ({found.emergency.rule})")
        if after.emergency.flag:
            self._raise_to("emergency")

    def _raise_to(self, priority: Priority) -> None:
        if "priority" not in self.decided and _PRIORITIES.index(priority) > _PRIORITIES.index(self.after.priority):
            self.after.priority = priority

    def read(self, whole: ServiceRequest | None) -> None:
        """Take language, summary and service from all the words, where no person has decided and nothing sure is lost."""
        after = self.after
        if whole is not None:
            if "summary" not in self.decided and whole.summary:
                after.summary = whole.summary
            if "language" not in self.decided and whole.language not in ("und", after.language):
                self.note("language", value=whole.language, replaced=after.language)
                after.language = whole.language
        better = self._better(whole)
        if better is None:
            return
        before = after.service_code
        for name in _READ_AGAIN[2:]:
            if name not in self.decided:
                setattr(after, name, getattr(better, name))
        if better is not self.added:
            evidence = [self._words_of(item) for item in better.classification.evidence]
            after.classification = better.classification.model_copy(update={"evidence": evidence})
        self._raise_to(better.priority)
        if after.service_code != before:
            self.note("service_code", value=after.service_code, score=after.classification.confidence, replaced=before)

    def _better(self, whole: ServiceRequest | None) -> ServiceRequest | None:
        """The draft whose service is to be taken, or None where the request's own stays."""
        now = self.after.classification
        if "service_code" in self.decided or (self.decided and not now.abstained) or _chosen(self.after):
            return None
        if _chosen(self.added):
            return self.added
        if whole is None or (whole.classification.abstained and not now.abstained):
            return None
        return whole

    def place(self, whole: ServiceRequest | None) -> None:
        """Fill the place, or say it more exactly."""
        after, added = self.after, self.added
        if self.decided & {"address_string", "lat", "long", "location"}:
            return
        if not _placed(after):
            source = next((one for one in (added, whole) if one is not None and _placed(one)), None)
            if source is not None:
                self._take_place(source, ("address_string", "address_id", "zipcode", "lat", "long"))
            return
        same = _same_address(after, added)
        if after.lat is None and added.lat is not None and same is not False:
            self._take_place(added, ("lat", "long", *(() if after.address_string else ("address_string", "zipcode"))))
        elif after.address_string is None and added.address_string is not None:
            self._take_place(added, ("address_string", "zipcode"), keep=after.lat is not None)
        elif same is False and _finer(added, after):
            self._take_place(added, ("address_string", "zipcode"))
        elif _placed(added) and same is not True:
            self._offer(added)

    def _take_place(self, source: ServiceRequest, names: Sequence[str], *, keep: bool = False) -> None:
        after = self.after
        why = {evidence.field: evidence for evidence in source.evidence}
        for name in names:
            value, before = getattr(source, name), getattr(after, name)
            if value is None or value == before:
                continue
            setattr(after, name, value)
            if name in ("address_string", "lat"):
                known = why.get(name)
                mine = source is self.added
                told = {"source": known.source, "score": known.score, "span": known.span if mine else None} if known else {}
                self.note(name, value=value, replaced=before, **told)
        if not keep:
            after.location = source.location.model_copy(update={"span": None}, deep=True)
        for candidate in after.location.candidates:
            candidate.span = None  # its place is in another message's words

    def _offer(self, source: ServiceRequest) -> None:
        """Keep another place beside the one that the request has, for a person to look at."""
        other = LocationCandidate(
            address=source.address_string or "", lat=source.lat, long=source.long, precision=source.location.precision, score=0.3
        )
        candidates = self.after.location.candidates
        if other not in candidates and len(candidates) < _CANDIDATES:
            candidates.append(other)
            self.note("location", value=source.address_string, detail="another place was named later")

    # -- what a form or a channel knows -----------------------------------------------------------------------------------------------

    def fill(self) -> None:
        """Fill what is empty; make it private where this part is."""
        after, added = self.after, self.added
        if after.visibility != "anonymous":
            for name in ("first_name", "last_name", "email", "phone", "account_id"):
                self._fill(name)
        self._fill("media_url")
        after.attributes = {**added.attributes, **after.attributes}
        if self.work.message.hints.get("private") is True and "visibility" not in self.decided:
            after.visibility = "private"
        if self.files:
            self.note("attachments", value=self.files)

    def _fill(self, name: str) -> None:
        value = getattr(self.added, name)
        if getattr(self.after, name) is None and value is not None and name not in self.decided:
            setattr(self.after, name, value)
            self.note(name)


def _suggest(after: ServiceRequest, work: Work, context: Context, known: Known) -> None:
    """Propose what the completed request may be a repetition of."""
    looking = Work(
        message=InboundMessage(intake_id=work.message.intake_id), now=work.now, requests=[after.model_copy()], sender_key=work.sender_key
    )
    dedupe.stage([looking], context, known)
    there = {link.service_request_id for link in after.duplicate_links}
    for link in looking.requests[0].duplicate_links:
        if link.service_request_id not in there:
            after.duplicate_links.append(link.model_copy(update={"state": "suggested"}))


def _chosen(request: ServiceRequest) -> bool:
    """Whether the sender chose the service in a form."""
    return any(evidence.source.startswith("channel.") for evidence in request.classification.evidence)


def _placed(request: ServiceRequest) -> bool:
    return request.lat is not None or bool(request.address_string)


def _same_address(one: ServiceRequest, other: ServiceRequest) -> bool | None:
    """Whether both name the same address; None where one of them names none."""
    if not one.address_string or not other.address_string:
        return None
    return address_key(one.address_string) == address_key(other.address_string)


def _finer(new: ServiceRequest, old: ServiceRequest) -> bool:
    """Whether a place in words says the other one more exactly: "12 Main Street" after "Main Street"."""
    if old.location.source != "text" or old.lat is not None or not (new.address_string and old.address_string):
        return False
    if _PRECISION.index(new.location.precision) <= _PRECISION.index(old.location.precision):
        return False
    before, after = (address_key(one.address_string).partition("/")[2] for one in (old, new) if one.address_string)
    return after.startswith(before)


def _is_place(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(item, int) for item in value)


def _cut(text: str) -> str:
    return text if len(text) <= DESCRIPTION else f"{text[: DESCRIPTION - 1].rstrip()}…"

"""Tells a resident their request: where it stands, what happened, what they wrote and were told, what is held on them.

Pure: it chooses from what the store holds. What is theirs is the message that the request began with, what was sent by this page, and what
came from one of the addresses that they left; of anybody else who wrote about it nothing is told, nor any note, name or score of the staff.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from channels.web import tracking
from channels.web._look import spoken
from gateway.web._tracking_holds import holds, masked
from gateway.web._tracking_look import Say
from normalizer.catalog import Catalog
from normalizer.identify import identifiers
from normalizer.model import InboundMessage, Sender, ServiceRequest

if TYPE_CHECKING:
    from gateway.store.tracked import Said, Tracked

_LANE = "reply:"
"""What the name of an outbox lane begins with that carries words to residents."""
_FOLDED = 600
"""Characters of a text that are shown at once."""
_PREPARING = timedelta(hours=1)
_STATES = {"pending": "told_pending", "deferred": "told_pending", "delivered": "", "dead_letter": "told_failed"}
"""States of a delivery of which its reader is told, and the words for it; the others wait for a person."""
_STAFF = frozenset({"on_behalf_of", "staff"})


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo: its name in the page's address, the digest and type of what is shown, its size in pixels."""

    name: str
    sha256: str
    media_type: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened. ``mark``: ``you``, ``city``, ``state`` or ``done``; ``told`` is a message of ours, to be unfolded."""

    at: datetime
    mark: str
    title: str
    by: str = ""
    text: str = ""
    rest: str = ""
    told: str = ""
    note: str = ""
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything that the page shows, in words. ``can`` are the actions that are offered."""

    number: str
    status: str
    headline: str
    next: list[str]
    note: str
    late: bool
    steps: list[tuple[str, str]]
    service: str
    place: str
    since: datetime | None
    agency: str
    entries: list[Entry]
    holds: list[tuple[str, str]]
    known: bool
    address: str
    can: frozenset[str]
    language: str = ""

    @property
    def pictures(self) -> dict[str, Picture]:
        """The photos by their names."""
        return {picture.name: picture for entry in self.entries for picture in entry.pictures}


def tell(tracked: Tracked, say: Say, catalog: Catalog, now: datetime) -> Story:
    """The story of a request in one language."""
    return _Telling(tracked, say, catalog, now).story()


def language_of(tracked: Tracked) -> str:
    """The language that the resident wrote in, as two letters."""
    first = tracked.written[0].message if tracked.written else None
    chosen = str(first.hints.get("language") or "") if first is not None else ""
    return (chosen or (first.language.value if first is not None else "") or tracked.request.language)[:2]


@dataclass(slots=True)
class _Facts:
    """What the history says."""

    forwarded: datetime | None = None
    moved: bool = False
    closed: datetime | None = None
    reopened: datetime | None = None
    entries: list[Entry] = field(default_factory=list)


class _Telling:
    def __init__(self, tracked: Tracked, say: Say, catalog: Catalog, now: datetime) -> None:
        self._tracked, self._say, self._catalog, self._now = tracked, say, catalog, now
        self._request = tracked.request
        self._own = list(_own(tracked))
        self._by_staff = bool(self._request.reporters and self._request.reporters[0].role in _STAFF) or any(
            "on_behalf_of" in message.hints for message in self._own[:1]
        )
        self._done = {str(message.hints.get("tracking", "")): message for message in self._own}
        self._pictures = 0

    def story(self) -> Story:
        request, say = self._request, self._say
        facts = self._history()
        closed = request.status == "closed"
        withdrawn = not closed and self._since("withdraw", facts.reopened)
        unfixed = closed and self._since("not_fixed", facts.closed)
        entries = sorted([*self._written(), *facts.entries, *self._told()], key=lambda entry: entry.at)
        sender = self._sender()
        address = masked(sender, say)
        wants = self._wants_news()
        can = {"add", "not_fixed" if closed else "withdraw"} | ({"quiet" if wants else "tell"} if address else set())
        can -= {"withdraw"} if withdrawn else {"not_fixed"} if unfixed else set()
        late = not closed and request.expected_datetime is not None and say.is_over(request.expected_datetime, self._now)
        headline = "withdrawn_long" if withdrawn else f"{request.status}_long"
        return Story(
            number=spoken(request.service_request_id),
            status=request.status,
            headline=say(f"status.{headline}"),
            next=list(self._next(facts, withdrawn=withdrawn, unfixed=unfixed, late=late)),
            note=(request.status_notes or "").strip(),
            late=late,
            steps=self._steps(facts),
            service=service_name(request, self._catalog, say.language),
            place=self._place(),
            since=request.requested_datetime,
            agency=request.agency_responsible or "",
            entries=entries,
            holds=list(holds(self._tracked, self._own, sender, say, language=language_of(self._tracked), wants=wants)),
            known=bool(address or sender.name),
            address=address,
            can=frozenset(can),
            language=language_of(self._tracked),
        )

    # Where it stands

    def _history(self) -> _Facts:
        facts, fields = _Facts(), self._last("status_notes")
        for number, (at, kind, _actor, data) in enumerate(self._tracked.events):
            if kind == "delivery.delivered" and not str(data.get("sink", "")).startswith(_LANE) and facts.forwarded is None:
                facts.forwarded = at
                facts.entries.append(Entry(at=at, mark="city", title=self._say("timeline.forwarded")))
            elif kind.startswith("request.") and (entry := self._moved(at, kind, data, facts)) is not None:
                text = (self._request.status_notes or "").strip() if number == fields else ""
                facts.entries.append(entry if not text else Entry(at=at, mark=entry.mark, title=entry.title, text=text))
        return facts

    def _moved(self, at: datetime, kind: str, data: dict[str, Any], facts: _Facts) -> Entry | None:
        """A change of the request that the public may know of."""
        changed = set(data.get("fields") or ())
        verb = kind.partition(".")[2]
        to = (
            data.get("status")
            if "status" in changed or "was" in data
            else {"closed": "closed", "merged": "closed", "reopened": "open"}.get(verb)
        )
        if to is None and verb != "status":
            return None
        facts.moved = True
        if to == "closed":
            facts.closed = at
            return Entry(at=at, mark="done", title=self._say("timeline.merged" if verb == "merged" else "timeline.closed"))
        if to == "open":
            facts.reopened = at
            return Entry(at=at, mark="state", title=self._say("timeline.reopened"))
        if "agency_responsible" in changed:
            return Entry(at=at, mark="city", title=self._say("timeline.assigned"))
        if "expected_datetime" in changed and self._request.expected_datetime is not None and "status_notes" not in changed:
            if self._tracked.events[self._last("expected_datetime")][0] != at:
                return None  # a date that was given up since: only the last one holds
            return Entry(at=at, mark="city", title=self._say("timeline.expected", date=self._say.date(self._request.expected_datetime)))
        return Entry(at=at, mark="city", title=self._say("timeline.news"))

    def _last(self, name: str) -> int:
        """The place of the last event that changed a field; the history says that it changed, the request says to what."""
        places = [number for number, (_at, _kind, _actor, data) in enumerate(self._tracked.events) if name in (data.get("fields") or ())]
        return places[-1] if places else -1

    def _since(self, action: str, since: datetime | None) -> bool:
        """Whether the resident did it after that."""
        message = self._done.get(action)
        at = message.received_datetime if message is not None else None
        return at is not None and (since is None or at >= since)

    def _steps(self, facts: _Facts) -> list[tuple[str, str]]:
        """The four steps, each ``done``, ``now`` or nothing."""
        request = self._request
        if request.status == "closed":
            reached = 4
        elif facts.moved or request.status_notes:
            reached = 3
        else:
            reached = 2 if facts.forwarded is not None else 1
        names = [self._say(f"steps.{name}") for name in ("received", "forwarded", "underway", "closed")]
        states = ["done" if step < reached or reached == 4 else "now" if step == reached else "" for step in range(1, 5)]
        return list(zip(names, states, strict=True))

    def _next(self, facts: _Facts, *, withdrawn: bool, unfixed: bool, late: bool) -> Iterator[str]:
        request, say = self._request, self._say
        if withdrawn:
            yield say("next.withdrawn")
            return
        if request.status == "closed":
            yield say("next.not_fixed" if unfixed else "next.closed")
            return
        agency = self._agency()
        if facts.moved or request.status_notes:
            yield say("next.underway_by", agency=agency) if agency else say("next.underway")
        elif facts.forwarded is not None:
            yield say("next.forwarded_to", agency=agency) if agency else say("next.forwarded")
        else:
            yield say("next.received")
        if request.expected_datetime is not None:
            yield say("next.late" if late else "next.expected", date=say.date(request.expected_datetime))

    def _agency(self) -> str:
        """Who another system says is responsible. The catalog's own department has one name only, which may be in the other language."""
        service = self._catalog.get(self._request.service_code)
        agency = self._request.agency_responsible or ""
        return "" if service is not None and agency == service.department else agency

    def _place(self) -> str:
        request = self._request
        if request.address_string:
            return request.address_string
        if request.lat is not None and request.long is not None:
            return self._say("about.place_position", lat=f"{request.lat:.5f}", long=f"{request.long:.5f}")
        return ""

    # What was written, and what was said

    def _written(self) -> Iterator[Entry]:
        for number, message in enumerate(self._own):
            at = message.received_datetime or self._now
            action = str(message.hints.get("tracking") or "")
            text = tracking.own_words(action, (message.text_new or message.text).strip()) if action else message.text_new.strip()
            first = not number and not action
            if first and self._by_staff:
                yield Entry(at=at, mark="you", title=self._say("timeline.recorded"))
                continue
            if message.channel == "phone":
                text = (self._request.description or "").strip() if first else ""
            title = self._say(f"timeline.{'created' if first else action if action in tracking.ACTIONS[1:] else 'added'}")
            pictures = tuple(self._pictures_of(message, at))
            head, rest = _folded(text)
            by = self._say(f"by.{'tracking' if action else message.channel}")
            yield Entry(at=at, mark="you", title=title, by=by, text=head, rest=rest, pictures=pictures, note=self._preparing(message, at))

    def _pictures_of(self, message: InboundMessage, at: datetime) -> Iterator[Picture]:
        for file in message.attachments:
            shown = file.photo
            if shown is not None and shown.sha256:
                self._pictures += 1
                alt = self._say("timeline.photo", number=self._pictures, date=self._say.date(at))
                yield Picture(shown.sha256[:32], shown.sha256, shown.media_type, shown.width, shown.height, alt)

    def _preparing(self, message: InboundMessage, at: datetime) -> str:
        late = message.hints.get("unprepared")
        places = [place for place in late if isinstance(place, int)] if isinstance(late, list) else []
        waiting = [place for place in places if place < len(message.attachments) and message.attachments[place].photo is None]
        if not waiting or self._now - at > _PREPARING:
            return ""
        return self._say("timeline.photo_pending") if len(waiting) == 1 else self._say("timeline.photos_pending", count=len(waiting))

    def _told(self) -> Iterator[Entry]:
        own = {message.intake_id for message in self._own}
        for one in self._tracked.said:
            if one.intake_id in own and one.state in _STATES:
                note = _STATES[one.state]
                yield Entry(
                    at=one.created,
                    mark="city",
                    title=self._say("timeline.told"),
                    by=self._by(one),
                    told=one.text.strip(),
                    note=self._say(f"timeline.{note}") if note else "",
                )

    def _by(self, one: Said) -> str:
        kind = one.contact_key.partition(":")[0]
        return self._say(f"by.{'sms' if kind == 'phone' else 'email' if kind == 'email' else 'social'}")

    # What is held

    def _sender(self) -> Sender:
        """The contact data of the request: what was given with it, and what they wrote from."""
        request = self._request
        senders = [message.sender for message in self._own] if not self._by_staff else []
        name = " ".join(part for part in (request.first_name, request.last_name) if part)
        return Sender(
            name=name or next((sender.name for sender in senders if sender.name), None),
            address=request.email or next((sender.address for sender in senders if sender.address), None),
            phone=request.phone or next((sender.phone for sender in senders if sender.phone), None),
            handle=next((sender.handle for sender in senders if sender.handle), None),
        )

    def _wants_news(self) -> bool:
        chosen = [message.hints.get("tracking") for message in self._own if message.hints.get("tracking") in ("tell", "quiet")]
        return not chosen or chosen[-1] == "tell"


def service_name(request: ServiceRequest, catalog: Catalog, language: str) -> str:
    """The service's name; nothing where nobody is sure of it, so that nobody is told that their dog is a pothole."""
    service = catalog.get(request.service_code)
    if service is None or request.classification.abstained or request.service_code == "other":
        return ""
    return service.name(language)


def _own(tracked: Tracked) -> Iterator[InboundMessage]:
    """The resident's messages, oldest first."""
    request = tracked.request
    keys = set(identifiers(Sender(address=request.email, phone=request.phone), ""))
    for one in tracked.written:
        message = one.message
        known = set(identifiers(message.sender, message.adapter))
        if one.role == "request":
            keys |= known
            yield message
        elif known & keys or (
            message.hints.get("tracking") in tracking.ACTIONS and message.hints.get(tracking.REFERENCE) == request.service_request_id
        ):  # those of another request that was joined to this one are somebody's who had another code
            yield message


def _folded(text: str) -> tuple[str, str]:
    """A text's beginning and the rest, cut between words where it is long."""
    if len(text) <= _FOLDED + 200:
        return text, ""
    end = max(text.rfind(" ", 0, _FOLDED), text.rfind("\n", 0, _FOLDED), _FOLDED // 2)
    return text[:end].rstrip(), text[end:].lstrip()

"""Whether a message belongs to something that is known: the same mail once more, or a follow-up of its sender.

A message follows another when it refers to it (``References``, ``In-Reply-To``, RFC 5322 §3.6.4) and comes from the same sender, or when a
reference that the channel verified says so (``hints["signed_reference"]``: the service_request_id out of a signed address or link). A
number written in a subject is never enough: with the sender of that request it is, from anybody else the message is held for a person.

A reply to a closed request about another matter or place is a new request, with the old one named in its evidence. An emergency is always a
request of its own, whatever it replies to.

What a channel says belongs together (``hints["conversation"]``: an album, a text in several parts, the turns of a call) and comes from the
same sender within ``hints["conversation_window"]`` seconds (600) is one request: the later part completes it (see ``merge``), an emergency
too, which only raises it. Where the channel says that a message is whole (a window of next to nothing), it is a part all the same within
ten minutes if it says what the request so far lacks: words after a photo, a place after a cry for help. A part that does not find an open
request of its conversation stands for itself.

``hints["canary"]`` is the token of a message that the gateway sent itself; where the store knows the token it is no resident's.

``hints["me_too"]`` is a request that somebody says to have seen too, on a form that showed it: a duplicate, where that request is open and
no older than four weeks.

Reasons: ``same_message``, ``me_too`` (duplicate); ``same_conversation``, ``reply``, ``reply_to_closed``, ``signed_reference``,
``reference_number`` (follow_up); ``reference_unverified``, ``empty`` (held); ``canary`` (not actionable).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from normalizer import merge, screen
from normalizer.locate import address_key
from normalizer.model import Evidence, InboundMessage
from normalizer.pipeline import Context, Known, Work
from normalizer.ports import Conversation, KnownMessage

_REFERENCES = 50
"""So many of a thread's last ids are asked for: long threads name their whole past."""
WINDOW = 600.0
"""Seconds between two parts of a conversation, unless the channel says otherwise (``hints["conversation_window"]``)."""
LONGEST_WINDOW = 86_400.0
"""Seconds that a channel may say at most."""
CANARY = "canary"
"""The reason of a message that the gateway sent itself."""
_STILL_SEEN = timedelta(days=28)
"""How old a request may be that a form shows as reported nearby."""


def stage(batch: Sequence[Work], context: Context, known: Known) -> None:  # noqa: ARG001 (the signature of every stage)
    """Settle what is already known; name what is related."""
    for work in batch:
        if not work.settled:
            _correlate(work, known)


def _correlate(work: Work, known: Known) -> None:
    message = work.message
    thread = _thread(message)
    found = [item for item in known.messages.by_message_ids(thread) if item.intake_id != message.intake_id] if thread else []
    if _same_message(work, found) or _same_conversation(work, known) or _me_too(work, known):
        return
    signed = message.hints.get("signed_reference")
    if isinstance(signed, str) and signed:
        first = known.messages.by_service_request_id(signed)
        if first is not None:
            _follow(work, first, "signed_reference")
            return
    for item in _nearest_first(found, thread):
        if item.service_request_id and _same_party(work, item):
            _follow(work, item, "reply")
            return
    _numbered(work, known)


def _thread(message: InboundMessage) -> list[str]:
    """The ids to ask for: the message's own, what it answers, and the thread's last ones, each once."""
    ids = [message.message_id, message.in_reply_to, *reversed(message.references[-_REFERENCES:])]
    return list(dict.fromkeys(item for item in ids if item))


def _same_party(work: Work, item: KnownMessage) -> bool:
    return work.sender_key is not None and item.sender_key == work.sender_key


def _same_message(work: Work, found: Sequence[KnownMessage]) -> bool:
    """The same mail by another road (two of the city's addresses): one request, and both know of it."""
    message = work.message
    if not message.message_id:
        return False
    for item in found:
        if item.message_id == message.message_id and _same_party(work, item):
            work.settle("duplicate", "same_message")
            if work.message.disposition == "duplicate":
                work.follows = item.service_request_id
                work.requests.clear()
                return True
    return False


def take_for_canary(work: Work) -> None:
    """Settle a message that the gateway sent itself, whatever a screen thought of it; whoever calls has seen that its token is ours."""
    work.message.disposition, work.message.reason = "not_actionable", CANARY
    work.requests.clear()
    work.identifiers.clear()


def conversation_of(work: Work) -> Conversation | None:
    """What the channel says that the message is a part of, or None."""
    message = work.message
    key = message.hints.get("conversation") if message.hints else None
    if not isinstance(key, str) or not key:
        return None
    window = message.hints.get("conversation_window")
    if not isinstance(window, int | float) or isinstance(window, bool) or not 0 < window <= LONGEST_WINDOW:
        window = WINDOW
    return Conversation(message.channel_id, work.sender_key, key, message.received_datetime or work.now, float(window))


def _same_conversation(work: Work, known: Known) -> bool:
    """Settle a later part of a conversation as what completes its request, or what has nothing to say and nobody to say it to as held."""
    conversation = conversation_of(work)
    if conversation is None:
        return False
    item = _nearest(known.messages.by_conversation(conversation), conversation, work)
    if item is not None and item.service_request_id is not None and not (work.emergency.flag and not item.own):
        work.settle("follow_up", "same_conversation")
        if work.message.disposition == "follow_up":
            work.follows = item.service_request_id
            work.completion = work.requests[0] if item.own and work.requests else None
            work.requests.clear()
            return True
    if screen.says_nothing(work.message):
        work.settle("held", "empty")
        if work.settled:
            work.requests.clear()
        return work.settled
    return False


def _nearest(found: Sequence[KnownMessage], conversation: Conversation, work: Work) -> KnownMessage | None:
    """The last one before this message within the window; where there is none, the first one after it (it was read earlier)."""
    near: list[tuple[datetime, KnownMessage]] = [
        (item.received_datetime, item)
        for item in found
        if item.service_request_id
        and not item.closed
        and item.intake_id != work.message.intake_id
        and item.received_datetime is not None
        and abs((item.received_datetime - conversation.at).total_seconds()) <= _window(item, conversation, work)
    ]
    earlier = [pair for pair in near if pair[0] <= conversation.at]
    if earlier:
        return max(earlier, key=lambda pair: pair[0])[1]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _window(item: KnownMessage, conversation: Conversation, work: Work) -> float:
    """How far from the other part this one may be: a channel may say "not at all" of what looks whole, and be wrong where it is awaited."""
    awaited = item.own and merge.supplies(work.requests[0] if work.requests else None, item.lacks)
    return max(conversation.window, WINDOW) if awaited else conversation.window


def _me_too(work: Work, known: Known) -> bool:
    """Settle as a duplicate of the request that the person pointed at, where the city still works on it."""
    number = work.message.hints.get("me_too") if work.message.hints else None
    if not isinstance(number, str) or not number:
        return False
    first = known.messages.by_service_request_id(number)
    if first is None or first.service_request_id is None or first.intake_id == work.message.intake_id:
        return False
    since = (work.message.received_datetime or work.now) - _STILL_SEEN
    recent = first.requested_datetime is not None and first.requested_datetime >= since
    if work.emergency.flag or first.closed or not recent:
        _name_related(work, first.service_request_id, "me_too")
        return False
    work.settle("duplicate", "me_too")
    if work.message.disposition != "duplicate":
        return False
    work.follows = first.service_request_id
    for request in work.requests:
        request.parent_service_request_id = first.service_request_id
    return True


def _nearest_first(found: Sequence[KnownMessage], thread: Sequence[str]) -> list[KnownMessage]:
    order = {message_id: at for at, message_id in enumerate(thread)}
    return sorted(found, key=lambda item: order.get(item.message_id or "", len(order)))


def _follow(work: Work, item: KnownMessage, reason: str) -> None:
    """Settle as a follow-up, unless the message has become something of its own."""
    request_id = item.service_request_id
    if request_id is None:
        return
    if work.emergency.flag or (item.closed and _another_matter(work, item)):
        _name_related(work, request_id, reason)
        return
    work.settle("follow_up", "reply_to_closed" if item.closed and reason == "reply" else reason)
    if work.message.disposition == "follow_up":
        work.follows = request_id
        work.requests.clear()


def _another_matter(work: Work, item: KnownMessage) -> bool:
    """True when the new text asks for another service than the closed request, or names another place, with confidence."""
    if not work.requests:
        return False
    request = work.requests[0]
    if request.address_string and item.address_string and address_key(request.address_string) != address_key(item.address_string):
        return True
    if request.classification.abstained:
        return False
    return item.service_code is None or request.service_code != item.service_code


def _name_related(work: Work, request_id: str, reason: str) -> None:
    for request in work.requests:
        source = f"correlate.{reason}"
        request.evidence.append(
            Evidence(field="related_service_request_id", value=request_id, source=source, detail="written about that request")
        )


_NUMBER = re.compile(r"(?:#|\bSR[ #:-]{0,2}|\[)[ ]?([A-Za-z0-9][A-Za-z0-9-]{2,24})\]?")
_LABELS = re.compile(
    r"\b(?:request|case|ticket|demande|requ[eê]te|dossier|r[eé]f[eé]rence)[ ]?(?:n[o°º]?\.?|number|numéro|#|:)?[ ]?([A-Za-z0-9-]{3,25})\b",
    re.IGNORECASE,
)


def reference_numbers(subject: str | None, text: str) -> list[str]:
    """What may be numbers of requests in a subject and in the first line: at most four, each with a digit in it."""
    found: list[str] = []
    for line in ((subject or "")[:300], text[:300].partition("\n")[0]):
        for pattern in (_NUMBER, _LABELS):
            for match in pattern.finditer(line):
                number = match.group(1).strip("-")
                if any(map(str.isdigit, number)) and number not in found:
                    found.append(number)
    return found[:4]


def _numbered(work: Work, known: Known) -> None:
    message = work.message
    for number in reference_numbers(message.subject, message.text_new):
        first = known.messages.by_service_request_id(number)
        if first is None or first.intake_id == message.intake_id:
            continue
        if _same_party(work, first):
            _follow(work, first, "reference_number")
            return
        if work.emergency.flag:
            _name_related(work, number, "reference_unverified")
            return
        _name_related(work, number, "reference_unverified")
        work.settle("held", "reference_unverified")
        if work.message.disposition == "held":
            work.message.notes.append(f"names request {number}, which another sender made")
            work.requests.clear()
        return

"""The draft of a request: what the message itself says, before anybody works out what is asked for and where.

One message makes one draft. Every inferred field gets a line of evidence; the text in full stays in the message, since a description
may have 4,000 characters (Open311 GeoReport v2, POST Service Request).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from normalizer._names import split_name
from normalizer.clean import clean_line, subjects
from normalizer.model import Evidence, Reporter, Sender, ServiceRequest
from normalizer.pipeline import Context, Work
from normalizer.words import fold

DESCRIPTION = 4_000
SUMMARY = 120


def stage(batch: Sequence[Work], context: Context) -> None:
    """Give every message that is not settled its draft."""
    for work in batch:
        if not work.settled and not work.requests:
            work.requests.append(_draft(work, context))


def _draft(work: Work, context: Context) -> ServiceRequest:
    message = work.message
    hints = message.hints
    subject = subjects.read(message.subject).bare
    language = message.language.value
    request = ServiceRequest(
        jurisdiction_id=message.jurisdiction_id or context.jurisdiction_id,
        description=_description(subject, message.text_new),
        requested_datetime=_requested(work),
        intake_ids=[message.intake_id] if message.intake_id else [],
        channel=message.channel,
        channels_seen=[message.channel],
        summary=_summary(subject, message.text_new),
        language=language,
        priority="emergency" if work.emergency.flag else "normal",
        emergency=work.emergency,
        evidence=_evidence(work),
        reporters=_reporters(work),
    )
    if message.hints:
        _from_hints(request, hints)
    if hints.get("anonymous") is not True:
        _contact(request, work.on_behalf_of or message.sender)
    return request


def _requested(work: Work) -> Any:
    """When the message was received; for history that is imported, when it was sent."""
    message = work.message
    if message.channel == "bulk" and message.sent_datetime is not None:
        return message.sent_datetime
    return message.received_datetime or work.now


_GENERIC = frozenset(
    """
|311|request|service request|complaint|report|issue|problem|hello|hi|help|question|urgent|message|contact|no subject|demande|requete
|plainte|probleme
|bonjour|signalement|aide|sans objet|aucun objet|sans titre|new message|nouveau message|contact form|formulaire de contact
|demande de service|test|info
|information
""".replace("\n", "").split("|")
)
_GREETINGS = ("bonjour", "bonsoir", "salut", "allo", "hello", "hi", "hey", "good morning", "good afternoon", "good evening", "dear", "cher",
              "chere", "madame", "monsieur", "to whom it may concern", "a qui de droit", "greetings", "mesdames")  # fmt: skip


def _says_little(subject: str) -> bool:
    return " ".join(fold(subject[:60]).split()) in _GENERIC


def _description(subject: str, text: str) -> str:
    """Subject and text, the subject only where the text does not begin with it or it says something; at most 4,000 characters."""
    body = text.strip()
    if not body:
        return _cut(subject, DESCRIPTION)
    if not subject or _says_little(subject) or body[: len(subject) + 20].casefold().find(subject.casefold()) >= 0:
        return _cut(body, DESCRIPTION)
    return _cut(f"{subject}\n\n{body}", DESCRIPTION)


def _summary(subject: str, text: str) -> str:
    """The subject where it says something, else the first sentence after the greeting; at most 120 characters, on one line."""
    if subject and not _says_little(subject):
        return _cut(clean_line(subject), SUMMARY)
    for line in text[:2_000].split("\n"):
        bare = " ".join(line[: 4 * SUMMARY].split())
        folded = " ".join(fold(bare[:60]).split())
        if not bare or not folded:
            continue
        if folded.startswith(_GREETINGS):
            bare = _after_greeting(bare)
            if len(bare) < 12:
                continue
        return _cut(_sentence(bare), SUMMARY)
    return _cut(clean_line(subject or text[:500]), SUMMARY)


def _after_greeting(line: str) -> str:
    """What follows the greeting on its line: after the first comma, colon or exclamation mark within 40 characters."""
    for at, character in enumerate(line[:40]):
        if character in ",!:.":
            return line[at + 1 :].strip(" ,!:.")
    return "" if len(line) < 40 else line


def _sentence(line: str) -> str:
    for at, character in enumerate(line[:SUMMARY]):
        after = line[at + 1 : at + 3]
        if character not in ".!?" or at < 10 or after[:1].strip() or after[1:].islower():
            continue
        if not line[max(0, at - 3) : at].strip().isdigit():
            return line[: at + (character != ".")]
    return line


def _cut(text: str, limit: int) -> str:
    """``text``, or its beginning up to a word's end and an ellipsis, at most ``limit`` characters."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    space = max(head.rfind(" "), head.rfind("\n"))
    return (head[:space] if space > limit // 2 else head).rstrip() + "…"


def _evidence(work: Work) -> list[Evidence]:
    message = work.message
    language = message.language
    found = [Evidence(field="language", value=language.value, source="language", score=language.confidence)]
    if work.emergency.flag:
        source = f"emergency.{work.emergency.rule}"
        found.append(Evidence(field="emergency", value=True, source=source, span=work.emergency.span, detail="words of danger"))
    if work.on_behalf_of is not None:
        source = "identify.hint" if message.hints.get("on_behalf_of") else "identify.forwarded"
        found.append(Evidence(field="email", value=work.on_behalf_of.address, source=source, score=0.8, detail="on behalf of"))
    return found


def _reporters(work: Work) -> list[Reporter]:
    message = work.message
    language = message.language.value if message.language.value != "und" else None
    preference = message.hints.get("contact_preference")
    preference = preference if isinstance(preference, str) else None
    if work.on_behalf_of is not None:
        return [
            Reporter(role="on_behalf_of", language=language, contact_preference=preference),
            Reporter(role="staff" if work.staff else "reporter"),
        ]
    anonymous = work.sender_key is None
    return [Reporter(role="staff" if work.staff else "reporter", language=language, contact_preference=preference, anonymous=anonymous)]


def _contact(request: ServiceRequest, person: Sender) -> None:
    request.email = person.address
    request.phone = person.phone
    if person.name:
        request.first_name, request.last_name = split_name(person.name)


_TEXT_HINTS = ("account_id", "address_id", "zipcode", "media_url")


def _from_hints(request: ServiceRequest, hints: dict[str, Any]) -> None:
    """What a form or an Open311 client filled in. The place is read by ``locate``, the service by ``classify``."""
    for name in _TEXT_HINTS:
        value = hints.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            setattr(request, name, str(value).strip()[:2_000])
    if request.media_url is not None and not request.media_url.lower().startswith(("https://", "http://")):
        request.media_url = None
    attributes = hints.get("attributes")
    if isinstance(attributes, dict):
        request.attributes = {str(name): value for name, value in attributes.items()}
    visibility = hints.get("visibility")
    if isinstance(visibility, str) and visibility in ("public", "anonymous"):
        request.visibility = "public" if visibility == "public" else "anonymous"
    if hints.get("anonymous") is True:
        request.visibility = "anonymous"
    if hints.get("private") is True:  # written where only the city reads it: nothing makes it public
        request.visibility = "private"
    for name, limit in (("first_name", 100), ("last_name", 100)):
        value = hints.get(name)
        if isinstance(value, str) and value.strip():
            setattr(request, name, clean_line(value)[:limit])

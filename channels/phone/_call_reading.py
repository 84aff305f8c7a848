"""From one stored turn of a spoken intake to the canonical message; each makes sense alone, and all name their call.

``envelope`` has what the address said: ``kind`` (``turn, dialled, message, status``), ``step``, ``lang``, ``turn``, ``meaning`` and
``value`` (of ``_flow.Turn``), ``service_name``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from channels.phone import _call_form, _script
from normalizer.locate.addresses import find
from normalizer.model import Call, InboundMessage, Segment, Sender
from normalizer.words import Reading

if TYPE_CHECKING:
    from multidict import MultiDict

_PLACE = {"en": "Place: {said}", "fr": "Lieu : {said}"}
_CONTACT = {
    "en": {"sms": "May be contacted by text message at this number.", "phone": "May be called back at this number.",
           "none": "Does not wish to be contacted."},
    "fr": {"sms": "Peut être joint par message texte à ce numéro.", "phone": "Peut être rappelé à ce numéro.",
           "none": "Ne souhaite pas être joint."},
}  # fmt: skip
_ASKED = {"en": "The caller asked for a person and reached nobody: please call back.",
          "fr": "La personne a demandé à parler à quelqu'un et n'a joint personne : à rappeler."}  # fmt: skip
_VOICE = {
    "en": "Voice message of {seconds} seconds (see the recording).",
    "fr": "Message vocal de {seconds} secondes (voir l'enregistrement).",
}


def fill(message: InboundMessage, params: MultiDict[str], envelope: Mapping[str, str], account_sid: str) -> None:
    """Put the turn into the message."""
    sid = params.get("CallSid", "")
    lang = envelope.get("lang", "en") if envelope.get("lang", "en") in _script.SAYS else "en"
    number = _call_form.caller(params)
    name = " ".join(params.get("CallerName", "").replace("\0", " ").split())[:200]
    message.sender = Sender(phone=number, name=name or None)
    message.recipients = [params["To"].replace("\0", "")] if params.get("To") else []
    message.call = Call(caller=number, segments=_segments(params, envelope, lang))
    turn = envelope.get("turn", "0")
    message.message_id = message.source_id
    if turn.isdecimal() and len(turn) < 4:
        message.references = [f"{sid}/{before}" for before in range(1, int(turn))]
        message.in_reply_to = message.references[-1] if message.references else None
    hints = message.hints
    hints["conversation"] = sid
    hints["conversation_window"] = 3_600
    hints["language"] = lang
    match envelope.get("kind", "turn"):
        case "status":
            hints["command"] = "call_status"
            hints["call_status"] = params.get("CallStatus", "").replace("\0", "")
        case "dialled":
            message.text = _ASKED[lang]
            hints["contact_preference"] = "phone"
        case "message":
            _voice_message(message, params, lang, account_sid)
        case _:
            _turn(message, params, envelope, lang)


def _turn(message: InboundMessage, params: MultiDict[str], envelope: Mapping[str, str], lang: str) -> None:
    said, hints = _call_form.said(params), message.hints
    meaning, value, step = envelope.get("meaning", "said"), envelope.get("value", ""), envelope.get("step", "problem")
    if meaning in ("agent", "language", "repeat", "skip", "silence"):
        hints["command"] = "call_control"
        hints["control"] = meaning
        message.text = said
    elif meaning == "key" and step == "problem":
        hints["service_code"] = value
        message.text = envelope.get("service_name") or value
    elif step == "back":
        preference = value if value in _CONTACT[lang] else ""
        if preference:
            hints["contact_preference"] = preference
        message.text = _CONTACT[lang][preference] if preference else said
        if preference and said and len(said.split()) > 6:  # more was said than yes or no
            message.text = f"{said}\n{message.text}"
    elif step == "where":
        hints["address"] = _place(said)
        hints["location_source"] = "text"
        message.text = _PLACE[lang].format(said=said)
    else:
        message.text = said
    confidence = _call_form.confidence(params)
    if said and confidence is not None and confidence < 0.5:
        message.notes.append(f"the recogniser was unsure ({confidence:.2f})")


def _place(said: str) -> str:
    """The address or corner in the words, else the words: ``it's at 12 Elm Street near the school``."""
    found = [item for item in find(Reading(said[:1_000], None).body) if item.precision in ("address", "intersection")]
    return found[0].text if len(found) == 1 else said[:400]


def _segments(params: MultiDict[str], envelope: Mapping[str, str], lang: str) -> list[Segment]:
    """The question and the answer."""
    said = _call_form.said(params)
    if envelope.get("kind", "turn") != "turn" or not said:
        return []
    step = envelope.get("step", "problem")
    asked = _script.SAYS[lang].get(step, "")
    return [*([Segment(speaker="agent", text=asked)] if asked else []), Segment(speaker="caller", text=said)]


def recording_url(params: Mapping[str, str], account_sid: str) -> str | None:
    """The address of a recording of this account, made from its id: what the form says of the address is not used."""
    sid = params.get("RecordingSid", "")
    if not _call_form.RECORDING_SID.fullmatch(sid):
        return None
    return f"https://api.twilio.com/2010-04-01/Accounts/{account_sid}/Recordings/{sid}.mp3"


def _voice_message(message: InboundMessage, params: MultiDict[str], lang: str, account_sid: str) -> None:
    seconds = params.get("RecordingDuration", "")
    message.text = _VOICE[lang].format(seconds=seconds if seconds.isdecimal() and len(seconds) < 6 else "?")
    url = recording_url(params, account_sid)
    if url is not None:
        message.hints["media"] = [{"url": url, "media_type": "audio/mpeg", "filename": "voice-message.mp3"}]
    else:
        message.notes.append("a recording without its id")

"""The shape of an agent's call log, read leniently: what an agent typed during a call is never refused for its form.

``text`` is the only thing demanded. What cannot be used (a latitude of 200, a time that is none) is noted and left out; what is unknown is
kept in the stored bytes and refuses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from channels.phone import _values as v

MAX_TEXT = 100_000
_WITHHELD = frozenset({"", "withheld", "unknown", "anonymous", "private", "restricted", "blocked", "unavailable", "none", "masqué",
                       "inconnu", "anonyme", "privé"})  # fmt: skip
_PREFERENCES = {
    "phone": "phone", "call": "phone", "telephone": "phone", "téléphone": "phone", "appel": "phone", "sms": "sms", "text": "sms",
    "texto": "sms", "email": "email", "e-mail": "email", "courriel": "email", "mail": "email", "letter": "letter", "none": "none",
    "no": "none", "aucun": "none",
}  # fmt: skip


class BadPad(ValueError):
    """The body is no call log; ``status`` is the HTTP status, ``field`` what it is about."""

    def __init__(self, status: int, what: str, name: str = "") -> None:
        super().__init__(what)
        self.status, self.field = status, name


@dataclass(slots=True)
class Pad:
    """A call log. ``caller`` is None for a number that was withheld."""

    text: str
    call_id: str | None = None
    revision: int = 0
    caller: str | None = None
    caller_name: str | None = None
    email: str | None = None
    on_behalf_of: dict[str, str] = field(default_factory=dict)
    agent: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    address: str | None = None
    landmark: str | None = None
    lat: float | None = None
    long: float | None = None
    read_back: str | None = None
    confirmed: bool = False
    preference: str | None = None
    language: str | None = None
    anonymous: bool = False
    service_code: str | None = None
    notes: list[str] = field(default_factory=list)


def read(body: bytes) -> Pad:
    """Read a body. Raises BadPad (400 for what is no JSON, 422 for what is no object, or says nothing)."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadPad(400, f"not JSON: {error.msg}") from None
    if not isinstance(data, dict):
        raise BadPad(422, "must be an object")
    text = _words(data.get("text"))
    if not text:
        raise BadPad(422, "what the caller said is missing", "text")
    pad = Pad(text[:MAX_TEXT])
    if len(text) > MAX_TEXT:
        pad.notes.append(f"text cut at {MAX_TEXT} characters")
    pad.call_id = v.text(data.get("call_id"))[:200] or None
    revision = v.number(data.get("revision"))
    pad.revision = int(revision) if revision is not None and 0 <= revision < 10_000 else 0
    _people(pad, data)
    pad.started = _time(pad, data, "started")
    pad.ended = _time(pad, data, "ended")
    _place(pad, data.get("place"))
    _read_back(pad, data.get("read_back"))
    pad.language = v.text(data.get("language"))[:40] or None
    pad.service_code = v.text(data.get("service_code"))[:100] or None
    return pad


def _words(value: Any) -> str:
    """A text with its lines."""
    return value.replace("\0", "").strip() if isinstance(value, str) else ""


def _people(pad: Pad, data: dict[str, Any]) -> None:
    caller = v.text(data.get("caller"))[:64]
    pad.caller = None if caller.casefold() in _WITHHELD else caller
    pad.caller_name = v.text(data.get("caller_name"))[:200] or None
    pad.agent = v.text(data.get("agent"))[:200] or None
    other = data.get("on_behalf_of")
    if isinstance(other, str):
        other = {"name": other}
    found = {name: v.text(v.table(other).get(name))[:320] for name in ("name", "phone", "email")}
    pad.on_behalf_of = {name: value for name, value in found.items() if value}
    contact = data.get("contact")
    if isinstance(contact, str):
        contact = {"preference": contact}
    preference = v.first(v.table(contact), "preference").casefold()
    pad.preference = _PREFERENCES.get(preference)
    if preference and pad.preference is None:
        pad.notes.append("a contact preference that is not known")
    email = v.first(v.table(contact), "email")[:320]
    pad.email = email if "@" in email else None
    pad.caller = v.first(v.table(contact), "phone")[:64] or pad.caller
    pad.anonymous = data.get("anonymous") is True


def _time(pad: Pad, data: dict[str, Any], name: str) -> datetime | None:
    found = v.moment(data.get(name), pad.notes)
    if found is None and data.get(name) not in (None, ""):
        pad.notes.append(f"{name}: not a time in RFC 3339 form")
    return found


def _place(pad: Pad, place: Any) -> None:
    if isinstance(place, str):
        place = {"address": place}
    place = v.table(place)
    pad.address = v.text(place.get("address"))[:400] or None
    pad.landmark = v.text(place.get("landmark"))[:400] or None
    lat, long = v.number(place.get("lat")), v.number(place.get("long"))
    if lat is not None and long is not None and abs(lat) <= 90 and abs(long) <= 180:
        pad.lat, pad.long = lat, long
    elif place.get("lat") is not None or place.get("long") is not None:
        pad.notes.append("a position that is none on Earth")


def _read_back(pad: Pad, value: Any) -> None:
    if isinstance(value, str):
        value = {"text": value}
    pad.read_back = v.text(v.table(value).get("text"))[:2_000] or None
    pad.confirmed = v.table(value).get("confirmed") is True

"""One row or object of a foreign system, as a JSON message: what fits a field goes there, everything else is kept as an attribute."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any

import orjson

from channels._message import BadMessage, parse
from channels._message_shape import MAX_ATTRIBUTES
from channels.bulk import _headings

_WHOLE = frozenset({"", "text", "attachments", "attributes", "call"})
"""What is not made an attribute where it is wrong: it would lose its size or its sense."""

_SHAPED = frozenset({"sender", "on_behalf_of", "attachments", "call", "references", "attributes"})
"""Fields that hold more than one value; a record that has them is taken to be of our own shape there."""


def shaped(record: Mapping[str, Any], zone: tzinfo) -> dict[str, Any]:
    """An object of the shape of the JSON message, valid but perhaps without a ``source_id``. Nothing of the record is left out.

    ``zone`` is that of times without an offset. Where there is no text, the subject, or else all the values by name, are the text.
    """
    rest = {key: value for key, value in record.items() if value not in (None, "", [], {})}
    message: dict[str, Any] = {name: rest.pop(name) for name in _SHAPED if isinstance(rest.get(name), dict | list)}
    for field, convert in _CONVERT.items():
        _take(field, rest, message, convert)
    _take("sent_datetime", rest, message, lambda value: _moment(value, zone))
    _names(rest, message)
    _position(rest, message)
    if "text" not in message:
        message["text"] = message.get("subject") or "\n".join(f"{key}: {_flat(value)}" for key, value in rest.items())
    own = message.get("attributes")
    attributes = (own if isinstance(own, dict) else {}) | {key.strip() or "column": _flat(value) for key, value in rest.items()}
    if len(attributes) > MAX_ATTRIBUTES:
        names = list(attributes)[MAX_ATTRIBUTES - 1 :]
        attributes["more"] = orjson.dumps({name: attributes.pop(name) for name in names}).decode()
    if attributes:
        message["attributes"] = attributes
    return _valid(message)


def _take(field: str, rest: dict[str, Any], message: dict[str, Any], convert: Callable[[Any], Any]) -> None:
    """Move the best candidate that can be converted from ``rest`` into its field."""
    for key in _headings.candidates(rest, field):
        value = convert(rest[key])
        if value is not None:
            del rest[key]
            target = message.setdefault("sender", {}) if field in ("name", "email", "phone") else message
            if isinstance(target, dict):
                target.setdefault(field, value)
            return


def _names(rest: dict[str, Any], message: dict[str, Any]) -> None:
    """First and last name in two columns; ``nom`` alone is a whole name."""
    sender = message.setdefault("sender", {})
    if isinstance(sender, dict) and "name" not in sender:
        found = [keys[0] for part in ("first_name", "last_name") if (keys := _headings.candidates(rest, part))]
        name = " ".join(str(rest.pop(key)).strip() for key in found)
        if name:
            sender["name"] = name[:200]
    if not sender:
        del message["sender"]


def _position(rest: dict[str, Any], message: dict[str, Any]) -> None:
    """Latitude and longitude, both or none. 0, 0 is where systems put what they could not place."""
    keys = [names[0] for part in ("lat", "long") if (names := _headings.candidates(rest, part))]
    if len(keys) != 2:
        return
    lat, long = (_number(rest[key]) for key in keys)
    if lat is None or long is None or abs(lat) > 90 or abs(long) > 180 or (lat == 0 and long == 0):
        return
    message["lat"], message["long"] = lat, long
    for key in keys:
        del rest[key]


def _valid(message: dict[str, Any]) -> dict[str, Any]:
    """Put into the attributes whatever the shape refuses, field by field."""
    for _ in range(30):
        try:
            parse(orjson.dumps(message), idempotency_key="x", max_size=1 << 40)
        except BadMessage as error:
            field = error.mistakes[0].path.partition(".")[0]
            if field in _WHOLE:
                break  # it is held when it is read, and can be replayed
            attributes = message.setdefault("attributes", {})
            for name in {"lat": ("lat", "long"), "long": ("lat", "long")}.get(field, (field,)):
                if name in message:
                    attributes[name] = _flat(message.pop(name))
        else:
            break
    return message


def _line(limit: int) -> Callable[[Any], str | None]:
    def convert(value: Any) -> str | None:
        text = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
        return text if 0 < len(text) <= limit else None

    return convert


def _matching(pattern: str) -> Callable[[Any], str | None]:
    form = re.compile(pattern)
    return lambda value: value.strip() if isinstance(value, str) and form.fullmatch(value.strip()) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _number(value: Any) -> float | None:
    """A decimal number, also with a decimal comma."""
    if isinstance(value, str):
        if not re.fullmatch(r"\s*[+-]?[0-9]{1,3}(?:[.,][0-9]{1,20})?\s*", value):
            return None
        value = float(value.replace(",", "."))
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _language(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    folded = _headings.fold(value)
    return _headings.LANGUAGES.get(folded) or (value.strip().lower() if re.fullmatch(r"[a-z]{2}", folded) else None)


def _channel(value: Any) -> str | None:
    return _headings.CHANNELS.get(_headings.fold(value)) if isinstance(value, str) else None


_CONVERT: dict[str, Callable[[Any], Any]] = {
    "source_id": _line(255),
    "text": _text,
    "subject": _line(1000),
    "name": _line(200),
    "email": _matching(r"[^\s@<>]+@[^\s@<>]+"),
    "phone": _matching(r"[+(]?[0-9][0-9 ().+/xX-]{5,40}"),
    "address": _line(1000),
    "language": _language,
    "channel": _channel,
    "service_code": _matching(r"[\w.:-]{1,100}"),
    "permalink": _matching(r"https?://[^\s\"<>\\]+"),
    "in_reply_to": _line(1000),
}

_SLASHED = re.compile(
    r"([0-9]{1,4})[/.-]([0-9]{1,2})[/.-]([0-9]{1,4})(?:[ T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:\.[0-9]+)?\s*([AaPp][Mm])?)?"
)


def _moment(value: Any, zone: tzinfo) -> str | None:
    """A time in RFC 3339 form. None for what is no time, or may be two: 04/05/2026 stays an attribute."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        found = _SLASHED.fullmatch(text)
        day = _day(found) if found else None
        if found is None or day is None:
            return None
        hour, minute, second = (int(part or 0) for part in found.group(4, 5, 6))
        if found.group(7):
            hour = hour % 12 + (12 if found.group(7).lower() == "pm" else 0)
        try:
            moment = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
        except ValueError:
            return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return None


def _day(found: re.Match[str]) -> date | None:
    """The day of ``a/b/c``, where only one reading is possible; AM or PM says that the month comes first."""
    first, second, third = (int(part) for part in found.group(1, 2, 3))
    if first > 31:
        readings = {(first, second, third)}
    else:
        year = third if third > 99 else 2000 + third
        readings = {(year, first, second)} if found.group(7) else {(year, first, second), (year, second, first)}
    days = set()
    for year, month, day in readings:
        try:
            days.add(date(year, month, day))
        except ValueError:
            continue
    return days.pop() if len(days) == 1 else None


def _flat(value: Any) -> Any:
    """A value as an attribute: a text, a number, or a list of them; a deeper tree as its JSON."""
    if isinstance(value, list) and len(value) <= 200 and all(isinstance(item, str | int | float) for item in value):
        return value
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode()
    return value.strip() if isinstance(value, str) else value

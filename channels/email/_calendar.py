"""An invitation (text/calendar, RFC 5545 and RFC 5546) in a few lines that a clerk can read."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

_METHODS: Final = {"CANCEL": "Cancelled", "REPLY": "Answer to an invitation", "REQUEST": "Invitation", "COUNTER": "Counter-proposal"}
_MAX_LINES: Final = 2_000
_LABELS: Final = (("LOCATION", "Where"), ("ORGANIZER", "Organizer"), ("DESCRIPTION", "Description"))


def summary(text: str) -> str:
    """What the first event says: method, summary, time, place, organizer, description. ``""`` where there is no event."""
    lines = re.sub(r"\n[ \t]", "", text.replace("\r\n", "\n")[:200_000]).split("\n")[:_MAX_LINES]
    method, fields = "", _first_event(lines)
    for line in lines:
        if line.upper().startswith("METHOD:"):
            method = line[7:].strip().upper()
            break
    if not fields:
        return ""
    out = [f"{_METHODS.get(method, 'Event')}: {fields.get('SUMMARY', '').strip()}".rstrip(": ")]
    when = " – ".join(filter(None, (_moment(fields.get("DTSTART", "")), _moment(fields.get("DTEND", "")))))
    if when:
        out.append(f"When: {when}" + (f" ({zone})" if (zone := fields.get("TZID")) and not when.endswith("UTC") else ""))
    for name, label in _LABELS:
        if value := fields.get(name, "").strip():
            out.append(f"{label}: {value[:5_000]}")
    return "\n".join(out)


def _first_event(lines: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    inside = 0
    for line in lines:
        name, colon, value = _split(line)
        if name == "BEGIN":
            inside = inside + 1 if inside else int(value.strip().upper() in ("VEVENT", "VTODO"))
        elif name == "END" and inside:
            inside -= 1
            if not inside:
                break
        elif inside == 1 and colon:
            bare = name.partition(";")[0]
            if bare == "ORGANIZER":
                common = re.search(r';CN="?([^";:]+)', line[:500], re.IGNORECASE)
                value = value.removeprefix("mailto:").removeprefix("MAILTO:")
                value = f"{common[1]} <{value}>" if common else value
            elif bare == "DTSTART" and (zone := re.search(r';TZID="?([^";:]+)', line[:500], re.IGNORECASE)):
                fields.setdefault("TZID", zone[1])
            fields.setdefault(bare, _unescape(value))
    return fields


def _split(line: str) -> tuple[str, str, str]:
    """Name with parameters, colon and value; a colon inside a quoted parameter does not count."""
    quoted = False
    for pos, char in enumerate(line[:1_000]):
        if char == '"':
            quoted = not quoted
        elif char == ":" and not quoted:
            return line[:pos].upper(), ":", line[pos + 1 :]
    return line.upper()[:100], "", ""


def _unescape(value: str) -> str:
    return re.sub(r"\\([\\;,nN])", lambda found: "\n" if found[1] in "nN" else found[1], value)


def _moment(value: str) -> str:
    value = value.strip()
    for form, shown in (("%Y%m%dT%H%M%SZ", "%Y-%m-%d %H:%M UTC"), ("%Y%m%dT%H%M%S", "%Y-%m-%d %H:%M"), ("%Y%m%d", "%Y-%m-%d")):
        try:
            return datetime.strptime(value, form).strftime(shown)  # noqa: DTZ007 - shown as it was said, never computed with
        except ValueError:
            continue
    return value[:60]

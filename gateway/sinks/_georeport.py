"""Reads the answers of Open311 servers (GeoReport v2), as the specification has them and as servers really write them.

Seen in practice: JSON with the XML's outer wrapper (``{"service_requests": [...]}``), an object in place of a one-element list,
``requests`` as root, the error list under ``errors`` or as one ``error``, numbers for ids, empty strings for what is absent, a byte
order mark, JSON under ``text/html`` and XML under ``application/json``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
import orjson
from defusedxml import DefusedXmlException

from gateway.sinks.base import StatusUpdate

Record = Mapping[str, str]
"""One object of an answer: its simple fields as text, the absent and empty ones left out."""

_LISTS = ("service_requests", "requests", "services", "service_request_updates")
_ITEMS = ("request", "service_request", "service", "request_update")
_ERRORS = ("errors", "error")
_CLOSED = frozenset({"closed", "fixed", "no_further_action", "duplicate", "cancelled", "canceled", "archived", "completed", "resolved"})
"""Words for the end: GeoReport's own, FixMyStreet's additional states and those of other servers."""


class NotGeoReport(ValueError):
    """The body is no GeoReport answer: a proxy's page, an empty body, something else's JSON."""


@dataclass(frozen=True, slots=True)
class Read:
    """What an answer says: its objects (requests, services …) and its errors."""

    records: list[Record] = field(default_factory=list)
    errors: list[Record] = field(default_factory=list)

    @property
    def detail(self) -> str:
        """The errors in one line, as the server put them."""
        return "; ".join(f"{error.get('code', '')} {error.get('description', '')}".strip() for error in self.errors)[:500]


def read(body: bytes) -> Read:
    """Read an answer in XML or JSON, whichever it is. Raises :class:`NotGeoReport`."""
    text = body.removeprefix(b"\xef\xbb\xbf").strip()
    if text.startswith(b"<"):
        return _read_xml(text)
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise NotGeoReport("neither XML nor JSON") from None
    return _read_json(value)


def _read_json(value: Any) -> Read:
    if isinstance(value, Mapping):
        for name in _ERRORS:
            if name in value:
                return Read(errors=_records(value[name], _ERRORS))
        for name in (*_LISTS, *_ITEMS):
            if name in value:
                return _sorted(_records(value[name], _ITEMS))
        if not value.keys() & {"service_request_id", "token", "service_code", "code"}:
            raise NotGeoReport("an object of something else")
    if isinstance(value, Mapping | list):
        return _sorted(_records(value, _ITEMS))
    raise NotGeoReport("no object and no list")


def _records(value: Any, wrappers: Iterable[str], depth: int = 0) -> list[Record]:
    if isinstance(value, str):
        return [{"description": value}] if value.strip() else []
    if depth > 4:
        return []
    if isinstance(value, Mapping):
        inner = next((value[name] for name in wrappers if isinstance(value.get(name), Mapping | list)), None)
        return _records(inner, wrappers, depth + 1) if inner is not None else [_simple(value)]
    if isinstance(value, list):
        return [record for item in value for record in _records(item, wrappers, depth + 1)]
    return []


def _simple(value: Mapping[str, Any]) -> Record:
    found = {}
    for name, item in value.items():
        if isinstance(item, bool):
            found[name] = "true" if item else "false"
        elif isinstance(item, str | int | float) and str(item).strip():
            found[name] = str(item).strip()
    return found


def _sorted(records: list[Record]) -> Read:
    """GeoReport's JSON has errors in a bare list like anything else: a code and a description and nothing more make one."""
    answer = Read()
    for record in filter(None, records):
        is_error = record.keys() <= {"code", "description"}
        (answer.errors if is_error else answer.records).append(record)
    return answer


def _read_xml(text: bytes) -> Read:
    try:
        root = defusedxml.ElementTree.fromstring(text)
    except (ParseError, DefusedXmlException, ValueError, LookupError):  # LookupError: an encoding that Python does not know
        raise NotGeoReport("not readable as XML") from None
    name = _name(root)
    if name in _ERRORS:
        return Read(errors=[_fields(item) for item in root] if name == "errors" and len(root) else [_fields(root)])
    if name in _ITEMS:
        return Read([_fields(root)])
    if name not in _LISTS:
        raise NotGeoReport(f"the root is {name[:40]!r}")
    errors = [_fields(item) for item in root.iter() if _name(item) == "error"]
    return Read([_fields(item) for item in root if _name(item) in _ITEMS], errors)


def _fields(element: Element) -> Record:
    found = {_name(child): "".join(child.itertext()).strip() for child in element}
    if not len(element) and (element.text or "").strip():
        found["description"] = (element.text or "").strip()
    return {name: text for name, text in found.items() if text}


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def status_update(record: Record) -> StatusUpdate | None:
    """What a request object says of its state; None where it has no number yet."""
    number, word = record.get("service_request_id"), record.get("status", "").lower()
    if not number or not word:
        return None
    return StatusUpdate(
        external_id=number,
        status="closed" if word in _CLOSED else "open",
        status_word=word,
        status_notes=record.get("status_notes"),
        agency_responsible=record.get("agency_responsible"),
        updated_datetime=_moment(record.get("updated_datetime")),
        expected_datetime=_moment(record.get("expected_datetime")),
    )


def _moment(text: str | None) -> datetime | None:
    """A W3C date with or without its zone; without, UTC is supposed."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

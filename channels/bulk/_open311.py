"""Service requests out of an Open311 server's answer (GeoReport v2), each as a record by the specification's names.

JSON: a list of objects, or the list in an object of the XML's names (FixMyStreet). XML: ``service_requests`` or ``requests``, with one
``request`` each. The whole answer is held in memory: servers give at most a thousand at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import orjson
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

MAX_SIZE = 256 << 20
"""Bytes of one answer."""
_LISTS = ("service_requests", "requests", "request")


class NoRequests(ValueError):
    """The file is no list of service requests; the text says why."""


def looks_like(head: bytes) -> bool:
    """Whether a file that begins so may be a list of service requests."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] == b"<":
        return b"<service_requests" in head or b"<requests" in head
    return start[:1] in (b"[", b"{") and b'"service_request_id"' in head


def records(content: bytes) -> Iterator[dict[str, Any]]:
    """The requests in order. Raises NoRequests."""
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    yield from _from_xml(start) if start[:1] == b"<" else _from_json(start)


def _from_json(content: bytes) -> Iterator[dict[str, Any]]:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise NoRequests(f"not JSON: {error.msg}") from error
    while isinstance(found, dict):
        inner = next((found[name] for name in _LISTS if isinstance(found.get(name), list | dict)), None)
        if inner is None:
            break
        found = inner
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list):
        raise NoRequests("no list of service requests")
    for item in found:
        request = item.get("request", item) if isinstance(item, dict) else None
        if isinstance(request, dict):
            yield _record({str(name): value for name, value in request.items()})


def _from_xml(content: bytes) -> Iterator[dict[str, Any]]:
    try:
        top: Element = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise NoRequests(f"not XML: {type(error).__name__}") from error
    if top.tag not in _LISTS:
        raise NoRequests(f"<{top.tag[:40]}> is no list of service requests")
    for request in [top] if top.tag == "request" else top:
        yield _record({child.tag: (child.text or "").strip() for child in request})


def _record(request: dict[str, Any]) -> dict[str, Any]:
    """The request without what is empty, and with a text: many servers leave the description out."""
    kept = {name: value for name, value in request.items() if value not in (None, "", [], {})}
    kept.setdefault("channel", "open311")
    if not kept.get("description"):
        kept["description"] = str(kept.get("service_name") or kept.get("service_code") or "")
    return kept

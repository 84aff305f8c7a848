"""Writes Open311's answers in both formats: the JSON is the XML without its outer wrapper.

Source: GeoReport v2 (wiki.open311.org/GeoReport_v2). A list is a bare array in JSON and ``<root><item>…`` in XML; booleans are
``true``/``false`` in XML; what is unknown is an empty element in XML and null in JSON; service codes are always texts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from xml.etree import ElementTree as ET  # written with, never parsed with

import orjson
from aiohttp import web

Format = Literal["json", "xml"]
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 §2.2 does not allow."""


def format_of(request: web.Request) -> Format:
    """The format that the path ends in; raises HTTPNotFound for another."""
    wanted = request.match_info.get("format", "")
    match wanted:
        case "json" | "xml":
            return wanted
        case _:
            raise web.HTTPNotFound


def listing(root: str, item: str, rows: Sequence[Mapping[str, Any]], wanted: Format, *, status: int = 200) -> web.Response:
    """A list of objects."""
    if wanted == "json":
        return _json(rows, status)
    top = ET.Element(root)
    for row in rows:
        _fill(ET.SubElement(top, item), row)
    return _xml(top, status)


def single(root: str, row: Mapping[str, Any], wanted: Format) -> web.Response:
    """One object that is not in a list (discovery, a service's definition)."""
    if wanted == "json":
        return _json(row, 200)
    top = ET.Element(root)
    _fill(top, row)
    return _xml(top, 200)


def errors(status: int, mistakes: Sequence[str], wanted: Format) -> web.Response:
    """An error answer: what does not exist is 404, the key 403, everything else 400. The code of each is the status."""
    return listing("errors", "error", [{"code": status, "description": mistake} for mistake in mistakes], wanted, status=status)


def _json(value: Any, status: int) -> web.Response:
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json", charset="utf-8")


def _xml(top: ET.Element, status: int) -> web.Response:
    body = ET.tostring(top, encoding="utf-8", xml_declaration=True)
    return web.Response(body=body, status=status, content_type="text/xml", charset="utf-8")


_ITEMS = {"services": "service", "attributes": "attribute", "values": "value", "endpoints": "endpoint", "formats": "format"}
"""The elements of the lists that stand inside an object; others are called ``item``."""


def _fill(element: ET.Element, value: Any) -> None:
    match value:
        case Mapping():
            for name, inner in value.items():
                _fill(ET.SubElement(element, name), inner)
        case list() | tuple():
            for inner in value:
                _fill(ET.SubElement(element, _ITEMS.get(element.tag, "item")), inner)
        case None:
            pass
        case bool():
            element.text = "true" if value else "false"
        case _:
            element.text = _NOT_XML.sub("", str(value))

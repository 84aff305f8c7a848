"""Which property of a feature, or column of a table, means what: names in English and French, as cities and OpenStreetMap write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from normalizer.words import fold

_NAMES: dict[str, tuple[str, ...]] = {
    "street": tuple(
        (
            "odonyme odonym fullname fullstreetname fullstname streetname addrstreet nomvoie nomrue street rue voie "
            "roadname stname nomvoiecomplet streetfull specifique road"
        ).split()
    ),
    "name": tuple(
        ("name nom toponyme label libelle title titre placename nomofficiel namefr nameen facilityname nomlieu sitename").split()
    ),
    "number": tuple(
        (
            "number numero civicnumber nocivique numerocivique civic civique housenumber housenum addrhousenumber "
            "streetnumber stnum addnumber addrnum num no adrnum streetno stno"
        ).split()
    ),
    "address": tuple(("address adresse fulladdress addressfull fulladdr civicaddress adressecomplete addrfull siteaddress").split()),
    "postal": tuple(("postalcode codepostal postcode addrpostcode zip zipcode postal cp").split()),
    "borough": tuple(("borough arrondissement district neighborhood neighbourhood quartier nomarr secteur addrdistrict").split()),
    "kind": tuple(("type kind category categorie amenity leisure class famille typelieu subtype").split()),
    "lat": tuple(("lat latitude y lattitude ycoord").split()),
    "long": tuple(("long lng lon longitude x xcoord").split()),
    "code": tuple(("code id number numero ward district no codeid num objectid").split()),
    "predir": tuple(("predir fedirp prefixdir predirection stpredir").split()),
    "pretype": tuple(("pretype typvoie typevoie typef generique fetypep streetpretype").split()),
    "link": tuple(("lievoie lief lien liaison particule").split()),
    "posttype": tuple(("sttype streettype suftype fetypes posttype suffixtype typesuffix").split()),
    "sufdir": tuple(("sufdir postdir orivoie orientf orientation fedirs suffixdir dirvoie").split()),
}
_RANGES = (
    (("lfadd", "leftfrom", "fromleft", "laddf", "debgch", "lfromadd", "lfaddr", "fromaddrl", "addfl"),
     ("ltadd", "leftto", "toleft", "fingch", "ltoadd", "ltaddr", "toaddrl", "addtl")),
    (("rfadd", "rightfrom", "fromright", "debdrt", "rfromadd", "rfaddr", "fromaddrr", "addfr"),
     ("rtadd", "rightto", "toright", "findrt", "rtoadd", "rtaddr", "toaddrr", "addtr")),
)  # fmt: skip


class Row(NamedTuple):
    """What a feature or a line of a table says; texts are empty where it does not."""

    street: str = ""
    name: str = ""
    number: str = ""
    postal: str = ""
    borough: str = ""
    kind: str = ""
    lat: float | None = None
    long: float | None = None
    code: str = ""
    ranges: tuple[tuple[int, int], ...] = ()


@lru_cache(maxsize=1_024)
def _columns(names: tuple[str, ...]) -> dict[str, str]:
    """For each meaning the name that has it: the first in the order of our preference."""
    plain = {re.sub(r"[^a-z0-9]", "", fold(name)): name for name in reversed(names)}
    found = {meaning: plain[choice] for meaning, choices in reversed(_NAMES.items()) for choice in reversed(choices) if choice in plain}
    for at, (firsts, lasts) in enumerate(_RANGES):
        for edge, choices in ((f"first{at}", firsts), (f"last{at}", lasts)):
            for choice in choices:
                if choice in plain:
                    found[edge] = plain[choice]
    return found


def known(names: tuple[str, ...]) -> dict[str, str]:
    """Which of these columns are understood, by meaning."""
    return dict(_columns(names))


def read(properties: Mapping[str, Any]) -> Row:
    """Make sense of a feature's properties or of a table's line."""
    columns = _columns(tuple(properties))

    texts = {meaning: _text(properties[name]) for meaning, name in columns.items() if meaning not in ("lat", "long")}

    def text(meaning: str) -> str:
        return texts.get(meaning, "")

    street, number = _street(text, has_name="name" in columns), text("number")
    if not street and (address := re.match(r"(\d{1,6}(?:[ ]?-[ ]?\d{1,6})?[A-Za-z]?),?\s+([^,;]{2,80})", text("address"))):
        number, street = number or address[1], address[2]
    elif street and not number and (address := re.match(r"(\d{1,6}[A-Za-z]?),?\s+(\D.{1,80})", street)) and not _ordinal(street):
        number, street = address[1], address[2]
    return Row(
        street=street,
        name=text("name"),
        number=number,
        postal=text("postal"),
        borough=text("borough"),
        kind=text("kind"),
        lat=_degrees(properties.get(columns.get("lat", "")), 90),
        long=_degrees(properties.get(columns.get("long", "")), 180),
        code=text("code"),
        ranges=tuple(_ranges(text)) if "first0" in columns or "first1" in columns else (),
    )


def _text(value: Any) -> str:
    """A value as one line; empty for what is no text or number."""
    if isinstance(value, str):
        return " ".join(value.split())
    if value is None or isinstance(value, (dict, list)):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _ordinal(street: str) -> bool:
    return re.match(r"\d+(?:st|nd|rd|th|e|re|er)\b", street, re.IGNORECASE) is not None


def _street(text: Any, *, has_name: bool) -> str:
    """A street's whole name, put together where a city keeps its parts in columns of their own."""
    core = text("street") or ("" if not (text("pretype") or text("posttype")) else text("name") if has_name else "")
    if not core:
        return ""
    if not any(map(text, ("predir", "pretype", "link", "posttype", "sufdir"))):
        return core
    parts = [text("predir"), text("pretype"), text("link"), core, text("posttype"), text("sufdir")]
    low = f" {fold(core)} "
    return " ".join(part for part in parts if part and (part == core or f" {fold(part).strip()} " not in low))


def _ranges(text: Any) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for at in range(len(_RANGES)):
        first, last = text(f"first{at}"), text(f"last{at}")
        if first.isdigit() and last.isdigit() and int(last) > 0 and len(first) < 7 and len(last) < 7:
            found.append((int(first), int(last)))
    return found


def _degrees(value: Any, limit: float) -> float | None:
    """A number of degrees; None for what is none, such as metres of a projection."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        return None
    return number if -limit <= number <= limit and number != 0 else None

"""What a POST of a service request must hold, and what it says: the form's fields read once for the answer and once for the message.

Source: GeoReport v2, POST Service Request. An empty parameter equals an absent one. Attributes are ``attribute[CODE]=value``; several
values of one are ``attribute[CODE][]=value``, or the same name again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from channels._multipart import Form
from channels.counsel import Offer

MAX_DESCRIPTION = 4_000
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,200})\](?:\[\d{0,4}\])?")
_MAX_ADDRESS = 500


@dataclass(slots=True)
class Mistakes:
    """What is wrong with a submission: of things that do not exist (404), and of everything else (400)."""

    unknown: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def status(self) -> int:
        """404 where something does not exist, otherwise 400."""
        return 404 if self.unknown else 400

    @property
    def texts(self) -> list[str]:
        """All of them."""
        return [*self.unknown, *self.wrong]


def attributes(form: Form) -> dict[str, list[str]]:
    """The values of each attribute that was sent, by its code."""
    found: dict[str, list[str]] = {}
    for name, value in form.fields:
        match = _ATTRIBUTE.fullmatch(name)
        if match and value.strip():
            found.setdefault(match.group(1), []).append(value.strip())
    return found


def position(form: Form) -> tuple[float, float] | None:
    """Latitude and longitude in degrees WGS 84, where both were sent; ValueError where they are no position."""
    lat, long = form.get("lat"), form.get("long") or form.get("lng") or form.get("lon")
    if not lat and not long:
        return None
    try:
        place = float(lat), float(long)
    except ValueError:
        raise ValueError("lat and long must both be numbers, in decimal degrees") from None
    if not (math.isfinite(place[0]) and math.isfinite(place[1]) and abs(place[0]) <= 90 and abs(place[1]) <= 180):
        raise ValueError("lat must lie between -90 and 90, long between -180 and 180")
    return place


def examine(form: Form, offers: Sequence[Offer], jurisdiction_id: str) -> Mistakes:
    """Everything that is wrong with the form; nothing where it can be taken."""
    mistakes = Mistakes()
    named = form.get("jurisdiction_id")
    if named and named != jurisdiction_id:
        mistakes.unknown.append(f"jurisdiction_id {named[:100]!r} was not found")
    code = form.get("service_code")
    service = next((offer for offer in offers if offer.service_code == code), None)
    if not code:
        mistakes.wrong.append("service_code was not provided")
    elif service is None:
        mistakes.unknown.append(f"service_code {code[:100]!r} was not found")
    _examine_place(form, mistakes)
    if len(form.get("description")) > MAX_DESCRIPTION:
        mistakes.wrong.append(f"description is longer than {MAX_DESCRIPTION} characters")
    if service is not None:
        _examine_attributes(form, service, mistakes)
    return mistakes


def _examine_place(form: Form, mistakes: Mistakes) -> None:
    try:
        place = position(form)
    except ValueError as error:
        mistakes.wrong.append(str(error))
        return
    if place is None and not form.get("address_string") and not form.get("address_id"):
        mistakes.wrong.append("no place was provided: lat and long, address_string or address_id")
    if len(form.get("address_string")) > _MAX_ADDRESS:
        mistakes.wrong.append(f"address_string is longer than {_MAX_ADDRESS} characters")


def _examine_attributes(form: Form, service: Offer, mistakes: Mistakes) -> None:
    given = attributes(form)
    for question in service.questions:
        if question.required and question.variable and question.code not in given:
            mistakes.wrong.append(f"attribute[{question.code}] is required and was not provided")
        keys = {key for key, _name in question.values}
        if question.datatype in ("singlevaluelist", "multivaluelist") and keys:
            wrong = [value for value in given.get(question.code, ()) if value not in keys]
            mistakes.wrong += [f"attribute[{question.code}] has no value {value[:60]!r}" for value in wrong[:3]]

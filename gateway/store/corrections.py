"""Corrections of a delivery by a person: fields of the request as one system is to get them, where it refused them as they were.

They belong to the request at that sink: later deliveries of the same request to it carry them too, so that an update does not put back what
was mended. The request itself stays as it is. The history says who corrected which fields; what stands in them may be a person's and is
kept on the row alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy import Connection, select, update

from gateway.errors import IntakeError, NotFound
from gateway.store import history
from gateway.store.engine import for_update
from gateway.store.history import Event
from gateway.store.numbers import public_number
from gateway.store.requests import load_many
from gateway.store.tables import DELIVERY
from normalizer.model import ServiceRequest

FIELDS = frozenset(
    {
        *("service_code", "service_name", "description", "summary", "department", "priority", "language", "agency_responsible"),
        *("address_string", "address_id", "zipcode", "lat", "long", "media_url"),
        *("first_name", "last_name", "email", "phone", "account_id"),
    }
)
"""What may be corrected, beside ``attributes.CODE``."""
_SAID = frozenset({"service_code", "service_name", "department", "priority", "language"})
"""Fields that hold nothing of a person: their values stand in the history."""
_NUMBERS = {"lat": 90.0, "long": 180.0}
_ATTRIBUTE = "attributes."


class NotCorrectable(IntakeError):
    """A correction is refused; the text says why."""


def parse(assignments: list[str]) -> dict[str, Any]:
    """``field=value`` as a person writes it. An empty value empties the field. Raises NotCorrectable."""
    found: dict[str, Any] = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        name = name.strip()
        is_attribute = name.startswith(_ATTRIBUTE) and len(name) > len(_ATTRIBUTE)
        if not equals or not (name in FIELDS or is_attribute):
            raise NotCorrectable(
                f"{name or text!r} cannot be corrected; one of {', '.join(sorted(FIELDS))}, attributes.CODE, then = and a value"
            )
        found[name] = _number(name, value) if name in _NUMBERS and value.strip() else value if value.strip() else None
    if not found:
        raise NotCorrectable("nothing to correct: --set field=value")
    return found


def corrected(request: ServiceRequest, override: Mapping[str, Any]) -> ServiceRequest:
    """The request as the system is to get it. Raises NotCorrectable where a value does not fit its field."""
    attributes = {name.removeprefix(_ATTRIBUTE): value for name, value in override.items() if name.startswith(_ATTRIBUTE)}
    plain = {name: value for name, value in override.items() if not name.startswith(_ATTRIBUTE)}
    if attributes:
        together = {**request.attributes, **attributes}
        plain["attributes"] = {code: value for code, value in together.items() if value is not None}
    defaults = ServiceRequest.model_fields
    plain = {name: defaults[name].get_default(call_default_factory=True) if value is None else value for name, value in plain.items()}
    try:
        checked = ServiceRequest.model_validate(plain)
    except ValidationError as error:
        wrong = "; ".join(f"{detail['loc'][0]}: {detail['msg']}" for detail in error.errors(include_input=False, include_url=False))
        raise NotCorrectable(wrong) from None
    return request.model_copy(update={name: getattr(checked, name) for name in plain})


def edit(connection: Connection, delivery_id: int, changes: Mapping[str, Any], now: datetime, actor: str) -> dict[str, Any]:
    """Correct fields of one delivery, beside those corrected before; returns all that now stand. It is sent when somebody retries it.

    Raises NotFound, and NotCorrectable where it is delivered, or the system has taken the request and will not be sent it again.
    """
    row = connection.execute(for_update(select(DELIVERY).where(DELIVERY.c.id == delivery_id), connection)).first()
    if row is None:
        raise NotFound(f"no delivery {delivery_id}")
    if row.outbound_id is not None:
        raise NotCorrectable("this is a message to a resident and not a request")
    if row.state == "delivered":
        raise NotCorrectable("it is delivered")
    if row.event == "created" and _accepted(connection, row.request_id, row.sink_id):
        raise NotCorrectable("the system has taken the request already: it is not sent again, only asked for; correct it there")
    request = load_many(connection, [row.request_id]).get(row.request_id)
    if request is None:
        raise NotFound(f"no request {public_number(row.request_id)}")
    together = {**(orjson.loads(row.override) if row.override else {}), **changes}
    corrected(request, together)
    connection.execute(update(DELIVERY).where(DELIVERY.c.id == delivery_id).values(override=orjson.dumps(together).decode()))
    said = {name: value for name, value in changes.items() if name in _SAID}
    facts = {"sink": row.sink_id, "event": row.event, "delivery_id": str(delivery_id), "fields": sorted(changes), "values": said}
    history.append(connection, [Event(row.jurisdiction_id, "delivery.edited", public_number(row.request_id), actor, facts)], now)
    return together


def _accepted(connection: Connection, request_id: int, sink_id: str) -> bool:
    statement = select(DELIVERY.c.id).where(
        DELIVERY.c.request_id == request_id,
        DELIVERY.c.sink_id == sink_id,
        DELIVERY.c.token.is_not(None) | DELIVERY.c.external_id.is_not(None),
    )
    return connection.execute(statement.limit(1)).first() is not None


def _number(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and abs(number) <= _NUMBERS[name]):
        raise NotCorrectable(f"{name}: degrees from -{_NUMBERS[name]:g} to {_NUMBERS[name]:g}")
    return number

"""The envelope that requests travel in: a CloudEvents 1.0 event in its JSON format."""

from __future__ import annotations

from urllib.parse import quote

import orjson

from gateway.sinks.base import Attempt, forwardable
from normalizer.model import ServiceRequest

MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"
"""CloudEvents HTTP binding §3.2: structured content mode."""
_TYPE = "org.intake311.request."


def envelope(request: ServiceRequest, attempt: Attempt, *, source: str = "") -> bytes:
    """The event as UTF-8 JSON; ``id`` stands first.

    ``id`` is the idempotency key: CloudEvents 1.0 "id" lets a repeated event keep its id, and says that source and id together
    name one event. ``source`` is a URI reference, by default made of the jurisdiction. ``time`` is when the request was last changed.
    """
    occurred = request.updated_datetime or request.requested_datetime
    head = {
        "id": attempt.idempotency_key,
        "specversion": "1.0",
        "type": _TYPE + attempt.event,
        "source": source or f"/intake311/{quote(request.jurisdiction_id, safe='')}",
        "subject": request.service_request_id,
        "datacontenttype": "application/json",
    }
    if not request.service_request_id:
        del head["subject"]  # CloudEvents 1.0 "subject": not empty when present
    if occurred is not None:
        head["time"] = occurred.isoformat().replace("+00:00", "Z")
    # The data is put in as the text that pydantic made: parsing it once more would double the cost of a delivery.
    return orjson.dumps(head)[:-1] + b',"data":' + forwardable(request).model_dump_json().encode() + b"}"

"""Requests as tests need them: complete ones, of residents who do not exist."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from normalizer.model import ServiceRequest

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def a_request(number: str = "2026-00012", **changes: Any) -> ServiceRequest:
    """A pothole, reported by Marie Untel."""
    facts: dict[str, Any] = {
        "service_request_id": number,
        "jurisdiction_id": "springfield.example.gov",
        "service_code": "pothole",
        "service_name": "Pothole",
        "description": "Deep hole in front of the school, « nid-de-poule » 🕳",
        "requested_datetime": NOON,
        "updated_datetime": NOON,
        "address_string": "12 Main Street",
        "lat": 45.5231,
        "long": -73.5817,
        "first_name": "Marie",
        "last_name": "Untel",
        "email": "marie@example.net",
        "phone": "+15145550199",
        "channel": "email",
        "channels_seen": ["email"],
        "language": "fr",
        "department": "streets",
    }
    return ServiceRequest(**{**facts, **changes})

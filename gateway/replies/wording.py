"""What a text says: the values that templates see, for one person on one road."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from normalizer.catalog import Catalog
from normalizer.model import ServiceRequest

if TYPE_CHECKING:
    from gateway.replies.planning import Intent
    from gateway.replies.texts import Text, Texts


class Wording:
    """Finds the words of a city."""

    def __init__(self, texts: Texts, *, public_url: str, city_names: Mapping[str, str], emergency_number: str) -> None:
        self._texts, self._public_url = texts, public_url
        self._names, self._emergency_number = city_names, emergency_number

    def of(self, kind: str, intent: Intent) -> Text:
        """The text of that kind. The secret link is only in what nobody else can read, and never in what somebody who saw the same gets."""
        target = intent.target
        first = intent.requests[0] if intent.requests else None
        values: dict[str, Any] = {
            "city": self._names.get(intent.city.jurisdiction_id, intent.city.jurisdiction_id),
            "emergency_number": self._emergency_number,
            "channel": target.medium,
            "number": first.service_request_id if first else "",
            "numbers": [request.service_request_id for request in intent.requests],
            "requests": [self._request(request, intent) for request in intent.requests],
            "candidates": list(intent.candidates),
            "question": intent.asks or "",
            "tracking_url": self._link(first, intent),
            **(self._request(first, intent) if first else {}),
            **intent.status,
        }
        if intent.asks == "which":
            values["requests"] = [{"number": number} for number in intent.candidates]
        return self._texts.render(kind, intent.language, values, medium=target.medium, most=target.road.most)

    def _link(self, request: ServiceRequest | None, intent: Intent) -> str:
        if request is None:
            return ""
        if not (intent.target.private and intent.own):
            return f"{self._public_url}/track/"
        return f"{self._public_url}/track/{intent.city.signatures.tracking_code(request.service_request_id)}"

    def _request(self, request: ServiceRequest, intent: Intent) -> dict[str, Any]:
        return {
            "number": request.service_request_id,
            "service_name": _service(request, intent.city.catalog, intent.language),
            "address": request.address_string or "",
            "status": request.status,
            "expected_date": request.expected_datetime,
        }


def _service(request: ServiceRequest, catalog: Catalog, language: str) -> str:
    """The service's name; nothing where nobody is sure of it, so that a resident is not told that their dog is a pothole."""
    service = catalog.get(request.service_code)
    if service is None or request.classification.abstained or request.service_code == "other":
        return ""
    return service.name(language)

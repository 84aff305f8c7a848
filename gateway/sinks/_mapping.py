"""What an operator declares of another system's fields: each a Jinja expression over the request, checked before anything is sent.

::

    [sinks.crm.fields]
    title = "summary or service_name"
    priority = "{'emergency': 1, 'high': 2}.get(priority, 3)"
    "address1_line1" = "address_string"

An expression sees the request's fields by their names (docs/schema/ServiceRequest.json), and ``request`` as the whole; ``event``,
``external_id`` and ``idempotency_key`` of the delivery; and the filters of Jinja, with ``max_length(n)`` that shortens a text to n
characters and ``iso`` that writes an instant. Its result keeps its type: a number stays one, a list stays a list. What is None or
undefined is left out.

Expressions run in Jinja's sandbox (jinja.palletsprojects.com, "Sandbox"). They are the operator's own words, never a resident's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from gateway.sinks.base import Attempt, forwardable
from normalizer.model import Emergency, Location, ServiceRequest

__all__ = ["Expressions", "Fields", "Undeclared", "iso", "plain", "shortened", "variables"]

Expressions = Mapping[str, str]
"""Expressions by the name of the field that they fill."""


class Undeclared(ValueError):
    """An expression cannot be rendered: of which field, and why."""


class Fields:
    """Compiled expressions. Making one raises Undeclared where an expression has a mistake or fails on a request."""

    def __init__(self, expressions: Expressions, *, anonymous: bool = True) -> None:
        """``anonymous=False`` shows the person also of a request whose reporter asked to stay anonymous; nobody should want that."""
        self._compiled = {name: _compiled(name, text) for name, text in expressions.items()}
        self._anonymous = anonymous
        for sample in _SAMPLES:
            self.of(sample, Attempt("sample"))

    def of(self, request: ServiceRequest, attempt: Attempt, /, **more: Any) -> dict[str, Any]:
        """The fields of a request, JSON-ready; ``more`` are further names that expressions may use. Raises Undeclared."""
        values = variables(request if not self._anonymous else forwardable(request), attempt) | more
        found: dict[str, Any] = {}
        for name, expression in self._compiled.items():
            try:
                value = expression(**values)
            except Exception as error:  # an expression of an operator may raise whatever Python can
                raise Undeclared(f"{name}: {type(error).__name__}: {error}") from error
            if value is not None:
                found[name] = plain(value)
        return found


def variables(request: ServiceRequest, attempt: Attempt) -> dict[str, Any]:
    """What expressions see."""
    values = request.model_dump(mode="python")
    return {
        **values,
        "request": values,
        "event": attempt.event,
        "external_id": attempt.external_id,
        "idempotency_key": attempt.idempotency_key,
    }


def plain(value: Any) -> Any:
    """A value as JSON can have it: instants in ISO 8601 with their zone."""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def shortened(text: object, most: int) -> str:
    """A text of at most ``most`` characters, with an ellipsis where something was cut."""
    whole = "" if text is None else str(text)
    return whole if len(whole) <= most else whole[: max(0, most - 1)].rstrip() + "…"


def iso(value: object) -> str | None:
    """An instant in ISO 8601 and UTC; None stays None."""
    if not isinstance(value, datetime):
        return None if value is None else str(value)
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


@lru_cache(maxsize=1)
def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(autoescape=False)  # the results are values of JSON, never HTML
    environment.filters |= {"max_length": shortened, "iso": iso}
    return environment


def _compiled(name: str, text: str) -> Callable[..., Any]:
    try:
        return _environment().compile_expression(text, undefined_to_none=True)
    except TemplateError as error:
        raise Undeclared(f"{name}: {error.message}") from error


_NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
_SAMPLES = (
    ServiceRequest(service_request_id="1000017", requested_datetime=_NOON, updated_datetime=_NOON),
    ServiceRequest(
        service_request_id="1000025",
        jurisdiction_id="springfield.example.gov",
        service_code="pothole",
        service_name="Pothole",
        description="A deep hole in front of 12 Main Street.",
        summary="A deep hole",
        requested_datetime=_NOON,
        updated_datetime=_NOON,
        expected_datetime=_NOON,
        address_string="12 Main Street",
        lat=45.5,
        long=-73.5,
        first_name="Zoé",
        last_name="Example",
        email="zoe@example.net",
        phone="+15145550123",
        language="fr",
        department="Roads",
        emergency=Emergency(flag=False),
        location=Location(precision="address", area_codes={"ward": "4"}),
        attributes={"depth": "10"},
    ),
)
"""A request that lacks everything, and one that has all: an expression that works on both works on what lies between."""

"""What an operator declares of another system's fields: each a Jinja expression over the request, checked before anything is sent.

::

    [sinks.crm.fields]
    title = "summary or service_name"
    priority = "{'emergency': 1, 'high': 2}.get(priority, 3)"
    "address1_line1" = "address_string"

An expression sees the request's fields by their names (docs/schema/ServiceRequest.json), and ``request`` as the whole; ``event``,
``external_id`` and ``idempotency_key`` of the delivery; and the filters of Jinja, with ``max_length(n)`` that shortens a text to n
characters and ``iso`` that writes an instant. Its result keeps its type: a number stays one, a list stays a list. What is None or
undefined is left out. A name that there is not (``sumary``, ``location.precison``) is refused, since it would leave out its field
of every request without a word.

Expressions run in Jinja's sandbox (jinja.palletsprojects.com, "Sandbox"). They are the operator's own words, never a resident's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from functools import lru_cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

from jinja2 import TemplateError, Undefined, meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from config.tables import dotted
from config.words import did_you_mean
from gateway.errors import ConfigError, Mistake
from gateway.sinks.base import Attempt, forwardable
from normalizer.model import Emergency, Location, Model, ServiceRequest

__all__ = [
    "SAMPLES",
    "Expressions",
    "Fields",
    "Undeclared",
    "declared",
    "iso",
    "merged",
    "plain",
    "require_known",
    "shortened",
    "variables",
]

Expressions = Mapping[str, str]
"""Expressions by the name of the field that they fill."""
_DELIVERY = frozenset({"request", "event", "external_id", "idempotency_key"})
_OF_TABLES = frozenset({"get", "items", "keys", "values"})


class Undeclared(ValueError):
    """An expression cannot be rendered: of which field, and why."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field, self.why = field, why


class Fields:
    """Compiled expressions. Making one raises Undeclared where an expression has a mistake or fails on a request."""

    def __init__(self, expressions: Expressions, *, anonymous: bool = True, names: Mapping[str, Any] | None = None) -> None:
        """``names`` are those that :meth:`of` will be given as ``more``, each with a value like the ones that it will have.

        ``anonymous=False`` shows the person also of a request whose reporter asked to stay anonymous; nobody should want that.
        """
        more = names or {}
        self._compiled = {name: _compiled(name, text, more.keys()) for name, text in expressions.items()}
        self._anonymous = anonymous
        for sample in SAMPLES:
            self.of(sample, Attempt("sample"), **more)

    @property
    def names(self) -> Sequence[str]:
        """The fields that may be filled, in the order of their declaration."""
        return tuple(self._compiled)

    def of(self, request: ServiceRequest, attempt: Attempt, /, **more: Any) -> dict[str, Any]:
        """The fields of a request, JSON-ready; ``more`` are further names that expressions may use. Raises Undeclared."""
        values = variables(request if not self._anonymous else forwardable(request), attempt) | more
        found: dict[str, Any] = {}
        for name, expression in self._compiled.items():
            try:
                value = plain(expression(**values))
            except Exception as error:  # an expression of an operator may raise whatever Python can
                raise Undeclared(name, f"{type(error).__name__}: {error}") from error
            if value is not None:
                found[name] = value
        return found


def declared(sink_id: str, key: str, expressions: Expressions, *, names: Mapping[str, Any] | None = None) -> Fields:
    """The fields of ``[sinks.<sink_id>.<key>]``; raises ConfigError with every mistake, each by its TOML path."""
    mistakes: list[Mistake] = []
    for name, text in expressions.items():
        try:
            Fields({name: text}, names=names)
        except Undeclared as error:
            mistakes.append(Mistake(dotted(("sinks", sink_id, *key.split("."), name)), error.why))
    if mistakes:
        raise ConfigError(mistakes)
    return Fields(expressions, names=names)


def merged(defaults: Expressions, given: Expressions) -> dict[str, str]:
    """The defaults with what an operator put in their place or added; an empty text takes a default away."""
    return {name: text for name, text in {**defaults, **given}.items() if text.strip()}


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
    """A value as JSON can have it: instants in ISO 8601 with their zone; None where it is undefined."""
    if value is None or isinstance(value, Undefined):
        return None
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | Iterator):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool) else str(value)


def shortened(text: object, most: int) -> str:
    """A text of at most ``most`` characters, with an ellipsis where something was cut."""
    whole = "" if text is None else str(text)
    return whole if len(whole) <= most else whole[: max(0, most - 1)].rstrip() + "…"


def iso(value: object) -> str | None:
    """An instant in ISO 8601 and UTC; None stays None."""
    if not isinstance(value, datetime):
        return None if value is None else str(value)
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def require_known(tree: nodes.Template, more: AbstractSet[str] = frozenset()) -> None:
    """Raise ValueError where a template uses a name that a request does not have; ``more`` are further names that exist."""
    known = _DELIVERY | ServiceRequest.model_fields.keys() | more
    for name in sorted(meta.find_undeclared_variables(tree) - known - _environment().globals.keys()):
        raise ValueError(f"there is no {name!r}{did_you_mean(name, known)}")
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        _model_of(node, more)


def _model_of(node: nodes.Node, more: AbstractSet[str]) -> type[Model] | None:
    """The part of a request that an expression names, where it is one with named fields; ValueError where it has no such field."""
    if isinstance(node, nodes.Name):
        if node.name in more:
            return None
        return ServiceRequest if node.name == "request" else _model_in(ServiceRequest, node.name)
    if not isinstance(node, nodes.Getattr | nodes.Getitem):
        return None
    name = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
    within = _model_of(node.node, more)
    if within is None or not isinstance(name, str) or name in _OF_TABLES:
        return None
    if name not in within.model_fields:
        raise ValueError(f"there is no {name!r} in a {within.__name__}{did_you_mean(name, within.model_fields)}")
    return _model_in(within, name)


def _model_in(model: type[Model], name: str) -> type[Model] | None:
    info = model.model_fields.get(name)
    if info is None:
        return None
    kinds = get_args(info.annotation) if get_origin(info.annotation) in (Union, UnionType) else (info.annotation,)
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Model)), None)


@lru_cache(maxsize=1)
def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(autoescape=False)  # the results are values of JSON, never HTML
    environment.filters |= {"max_length": shortened, "iso": iso}
    return environment


def _compiled(name: str, text: str, more: AbstractSet[str]) -> Callable[..., Any]:
    try:
        compiled = _environment().compile_expression(text, undefined_to_none=True)
        require_known(_environment().parse("{{ (" + text + ") }}"), more)
    except TemplateError as error:
        raise Undeclared(name, error.message or type(error).__name__) from error
    except ValueError as error:
        raise Undeclared(name, str(error)) from error
    return compiled


_NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
SAMPLES = (
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

"""Decides which sinks a request goes to: the content-based router, as a pure function."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from normalizer.catalog import Catalog
from normalizer.model import ServiceRequest


class Route(Protocol):
    """One ``[[routes]]`` table: conditions, all of which must hold, and the sinks in ``to``. An empty condition always holds."""

    @property
    def service_code(self) -> Sequence[str]: ...
    @property
    def group(self) -> Sequence[str]: ...
    @property
    def department(self) -> Sequence[str]: ...
    @property
    def priority(self) -> Sequence[str]: ...
    @property
    def language(self) -> Sequence[str]: ...
    @property
    def channel(self) -> Sequence[str]: ...
    @property
    def jurisdiction_id(self) -> Sequence[str]: ...
    @property
    def to(self) -> Sequence[str]: ...


def route(request: ServiceRequest, routes: Sequence[Route], sinks: Iterable[str], catalog: Catalog | None = None) -> list[str]:
    """The ids of the sinks that the request goes to, each once, in the order of the routes.

    Without routes that is every sink. With routes, each one that fits adds its sinks; one with ``only_first`` or with an empty ``to`` is
    the last that is read when it fits. A request that no route sends anywhere stays in the own store, which has every request anyway.
    ``catalog`` tells the group of a service; without it no condition on ``group`` holds. Sinks that do not exist are left out.
    """
    known = list(sinks)
    if not routes:
        return known
    chosen: dict[str, None] = {}
    for one in routes:
        if not _fits(one, request, catalog):
            continue
        chosen.update(dict.fromkeys(one.to))
        if not one.to or getattr(one, "only_first", False):
            break
    return [sink_id for sink_id in chosen if sink_id in known]


def _fits(one: Route, request: ServiceRequest, catalog: Catalog | None) -> bool:
    service = catalog.get(request.service_code) if catalog is not None else None
    return (
        _holds(one.service_code, [request.service_code])
        and _holds(one.group, [service.group] if service else [])
        and _holds(one.department, [request.department] if request.department else [])
        and _holds(one.priority, [request.priority])
        # "fr" also means "fr-CA": RFC 4647 §3.3.1, basic filtering
        and _holds(one.language, [request.language, request.language.partition("-")[0]])
        and _holds(one.channel, [request.channel, *request.channels_seen])
        and _holds(one.jurisdiction_id, [request.jurisdiction_id])
    )


def _holds(wanted: Sequence[str], values: Iterable[str]) -> bool:
    return not wanted or not {text.casefold() for text in wanted}.isdisjoint(value.casefold() for value in values)

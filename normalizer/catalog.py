"""The service list that the classifier chooses from: Open311's services, with what the city adds.

The catalog is data (``config/catalog.toml``); this module only gives it a shape and checks that it is consistent.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from normalizer.model import Priority

Text = dict[str, str]
"""The same text in several languages, by ISO 639-1 code."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)


class AttributeValue(_Part):
    """One choice of a list attribute."""

    key: str
    name: Text


class Attribute(_Part):
    """A question that a service asks (Open311 GET Service Definition)."""

    code: str
    datatype: Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"] = "string"
    required: bool = False
    variable: bool = True
    order: int = 1
    description: Text
    datatype_description: Text = Field(default_factory=dict)
    values: list[AttributeValue] = Field(default_factory=list)


class Service(_Part):
    """One kind of request. ``keywords`` and ``examples`` are lists by language; ``sla_days`` is the promised time in days."""

    service_code: str
    service_name: Text
    description: Text
    group: str
    department: str
    keywords: dict[str, list[str]] = Field(default_factory=dict)
    examples: dict[str, list[str]] = Field(default_factory=dict)
    priority: Priority = "normal"
    sla_days: int = Field(default=10, ge=0)
    attributes: list[Attribute] = Field(default_factory=list)

    def name(self, language: str) -> str:
        """The service's name in ``language``, or in English, or its code."""
        return self.service_name.get(language) or self.service_name.get("en") or self.service_code


class Catalog(_Part):
    """All services of one jurisdiction, in the order in which people should see them."""

    services: list[Service]

    @model_validator(mode="after")
    def _codes_are_unique(self) -> Catalog:
        seen: set[str] = set()
        for service in self.services:
            if service.service_code in seen:
                raise ValueError(f"service_code {service.service_code!r} stands twice")
            seen.add(service.service_code)
        return self

    @cached_property
    def by_code(self) -> Mapping[str, Service]:
        """Services by ``service_code``."""
        return {service.service_code: service for service in self.services}

    def get(self, service_code: str) -> Service | None:
        """The service of that code, or None."""
        return self.by_code.get(service_code)

    @classmethod
    def from_toml(cls, data: Mapping[str, Any]) -> Catalog:
        """Build from a parsed TOML document with ``[[services]]`` tables. Raises pydantic's ValidationError."""
        return cls.model_validate({"services": data.get("services", [])})

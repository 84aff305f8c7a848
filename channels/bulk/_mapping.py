"""A mapping of a foreign table's columns to the fields of a message, written by whoever imports it: one TOML file for one source.

::

    [fields]                       # our field = the table's column, or several that are joined
    text = ["Titre", "Description détaillée"]
    sent_datetime = "Ouvert le"
    service_code = "Type"
    [formats]                      # of times, as Python's strptime writes them
    sent_datetime = "%d/%m/%Y %H:%M"
    [values.service_code]          # the table's words = ours
    "Nid de poule" = "pothole"
    [constants]                    # what every row has
    channel = "phone"
    [attributes]
    drop = ["Note interne"]        # columns that are left out; all others stay as attributes

Columns that the mapping does not name are found by their headings, as without a mapping.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from channels.bulk._headings import FIELDS

_CONSTANTS = frozenset({"channel", "language", "service_code", "address", "name", "email", "phone", "subject"})
_TIMES = frozenset({"sent_datetime"})
_SEPARATOR = {"text": "\n", "address": ", ", "name": " "}


class BadMapping(ValueError):
    """The mapping cannot be used; the text names every mistake by its path."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)


class Attributes(_Part):
    """What becomes of columns without a field."""

    drop: list[str] = Field(default_factory=list)


class MappingFile(_Part):
    """The content of a mapping file."""

    fields: dict[str, str | list[str]] = Field(default_factory=dict)
    formats: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    attributes: Attributes = Attributes()

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, value: dict[str, str | list[str]]) -> dict[str, str | list[str]]:
        for name, columns in value.items():
            if name not in FIELDS:
                raise ValueError(f"there is no field {name!r}; fields are {', '.join(FIELDS)}")
            if not columns:
                raise ValueError(f"{name} names no column")
        return value

    @field_validator("formats")
    @classmethod
    def _known_formats(cls, value: dict[str, str]) -> dict[str, str]:
        for name, written in value.items():
            if name not in _TIMES:
                raise ValueError(f"{name!r} has no format; only {', '.join(sorted(_TIMES))} has")
            try:
                datetime.strptime(datetime(2026, 11, 24, 13, 45).strftime(written), written)  # noqa: DTZ001, DTZ007  only the form is tried
            except ValueError as error:
                raise ValueError(f"{written!r} is no form of a time: {error}") from None
        return value

    @field_validator("constants")
    @classmethod
    def _known_constants(cls, value: dict[str, str]) -> dict[str, str]:
        for name in value:
            if name not in _CONSTANTS:
                raise ValueError(f"{name!r} cannot be the same for every row; {', '.join(sorted(_CONSTANTS))} can")
        return value

    @model_validator(mode="after")
    def _values_have_a_field(self) -> MappingFile:
        for name in (*self.values, *self.formats):
            if name not in self.fields:
                raise ValueError(f"{name} has values or a format, but no column in [fields]")
        return self

    @property
    def columns(self) -> set[str]:
        """Every column that the mapping names."""
        named = {column for columns in self.fields.values() for column in ([columns] if isinstance(columns, str) else columns)}
        return named | set(self.attributes.drop)

    def missing(self, headings: Mapping[str, Any]) -> list[str]:
        """Columns that the mapping names and a table does not have."""
        return sorted(column for column in self.columns if column not in headings)

    def applied(self, record: Mapping[str, Any], zone: tzinfo) -> dict[str, Any]:
        """The record with the mapped columns under our names; what cannot be converted stays under its own."""
        rest = {name: value for name, value in record.items() if name not in self.attributes.drop}
        found: dict[str, Any] = dict(self.constants)
        for field, columns in self.fields.items():
            names = [columns] if isinstance(columns, str) else columns
            cells = [str(rest[name]).strip() for name in names if str(rest.get(name) or "").strip()]
            if not cells:
                continue
            value = self._converted(field, _SEPARATOR.get(field, " ").join(cells), zone)
            if value is not None:
                found[field] = value
                for name in names:
                    rest.pop(name, None)
        return {**{name: value for name, value in rest.items() if name not in found}, **found}

    def _converted(self, field: str, text: str, zone: tzinfo) -> str | None:
        words = self.values.get(field)
        if words is not None:
            folded = {word.casefold().strip(): ours for word, ours in words.items()}
            return folded.get(text.casefold())
        written = self.formats.get(field)
        if written is None:
            return text
        try:
            at = datetime.strptime(text, written)  # noqa: DTZ007  the zone follows
        except ValueError:
            return None
        return (at if at.tzinfo else at.replace(tzinfo=zone)).isoformat()


AS_IT_IS = MappingFile()
"""Maps nothing: headings alone decide."""


def load(path: Path) -> MappingFile:
    """Read a mapping file. Raises BadMapping with every mistake, OSError where it cannot be opened."""
    try:
        return MappingFile.model_validate(tomllib.loads(path.read_text("utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadMapping(f"{path} is not TOML: {error}") from error
    except ValidationError as error:
        said = [f"{'.'.join(map(str, detail['loc'])) or 'the mapping'}: {_said(detail)}" for detail in error.errors(include_input=False)]
        raise BadMapping(f"{path}: " + "; ".join(said)) from error


def _said(detail: Any) -> str:
    return str(detail["msg"]).removeprefix("Value error, ")

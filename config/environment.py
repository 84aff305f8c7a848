"""Reads the settings that stand in environment variables: ``INTAKE311__SECTION__KEY``, and ``…_FILE`` for a file that holds the value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

PREFIX = "INTAKE311__"
CONFIG = "INTAKE311_CONFIG"
"""Names the configuration file where ``--config`` is not given."""
_FILE_LIMIT = 1_048_576


class FromEnvironment(str):
    """Text of an environment variable whose type is not known yet; ``name`` is the variable's name. Its repr hides the text."""

    name: str
    __slots__ = ("name",)

    def __new__(cls, text: str, name: str) -> Self:
        value = super().__new__(cls, text)
        value.name = name
        return value

    def __repr__(self) -> str:
        return f"FromEnvironment({self.name})"


def key_of(identifier: str) -> str:
    """How an id of the file is spelt in a variable's name, in lower case: ``my-mail`` is ``my_mail``."""
    return re.sub(r"[^a-z0-9]", "_", identifier.lower())


def tree(environ: Mapping[str, str], file: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """All ``INTAKE311__…`` variables as nested tables, with the ids of tables spelt as in ``file``; and what is wrong with their names."""
    found: dict[str, Any] = {}
    mistakes: list[tuple[str, str]] = []
    for name in sorted(environ):
        if not name.upper().startswith(PREFIX):
            continue
        parts = [part.lower() for part in name[len(PREFIX) :].split("__")]
        if not all(parts):
            mistakes.append((name, "has an empty part; names look like INTAKE311__SECTION__KEY"))
        elif not _put(found, _as_in_file(parts, file), FromEnvironment(environ[name], name)):
            mistakes.append((name, "contradicts another variable: one gives a value where the other gives a table"))
    return found, mistakes


def near_misses(environ: Mapping[str, str], sections: Mapping[str, Any] | frozenset[str]) -> list[tuple[str, str]]:
    """Variables that look like settings but have one underscore after INTAKE311, and would be ignored in silence."""
    mistakes = []
    for name in sorted(environ):
        match = re.fullmatch(r"INTAKE311_([A-Z0-9]+(?:_[A-Z0-9]+)*?)__.+", name.upper())
        if match and match[1].lower() in sections:
            mistakes.append((name, f"two underscores stand after INTAKE311: {PREFIX}{name[len('INTAKE311_') :]}"))
    return mistakes


def read_secret_file(path: str) -> str:
    """The text of a ``…_FILE``, without the line end at its end. Raises ValueError with a reason that does not show the content."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(_FILE_LIMIT + 1)
        if len(data) > _FILE_LIMIT:
            raise ValueError("the file is larger than 1 MiB")
        return data.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError("the file is not UTF-8 text") from None
    except OSError as error:
        raise ValueError(f"the file cannot be read: {error.strerror or type(error).__name__}") from None


def variables_in(table: Mapping[str, Any]) -> list[str]:
    """The names of the variables whose values stand somewhere in a table."""
    found: list[str] = []
    for value in table.values():
        if isinstance(value, FromEnvironment):
            found.append(value.name)
        elif isinstance(value, Mapping):
            found += variables_in(value)
    return found


def _as_in_file(parts: list[str], file: Mapping[str, Any]) -> list[str]:
    spelt: list[str] = []
    here: Any = file
    for part in parts:
        keys = here if isinstance(here, Mapping) else {}
        spelling = part if part in keys else next((key for key in keys if key_of(key) == key_of(part)), part)
        spelt.append(spelling)
        here = keys.get(spelling)
    return spelt


def _put(into: dict[str, Any], parts: list[str], value: FromEnvironment) -> bool:
    here: Any = into
    for part in parts[:-1]:
        here = here.setdefault(part, {})
        if not isinstance(here, dict):
            return False
    if parts[-1] in here:
        return False
    here[parts[-1]] = value
    return True

"""Finds a value in a JSON document by its JSON pointer (RFC 6901)."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator


def resolve(document: Any, pointer: str) -> Any:
    """The value that the pointer names, or None where there is none; the empty pointer names the whole document (RFC 6901 §4)."""
    value = document
    for token in pointer.split("/")[1:]:
        # RFC 6901 §4: ~1 is undone before ~0, so that ~01 becomes ~1.
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and re.fullmatch(r"0|[1-9][0-9]{0,8}", name):
            value = value[int(name)] if int(name) < len(value) else None
        else:
            return None
    return value


def text_at(document: Any, pointer: str) -> str | None:
    """The value as text where it is a text that says something, or a whole number; None where it is anything else."""
    value = resolve(document, pointer)
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _sound(pointer: str) -> str:
    if pointer and not pointer.startswith("/"):
        raise ValueError('a JSON pointer begins with "/", for example "/data/id"')
    if re.search(r"~(?![01])", pointer):
        raise ValueError('in a JSON pointer "~" is written "~0" and "/" within a name "~1"')
    return pointer


Pointer = Annotated[str, AfterValidator(_sound)]
"""A JSON pointer, checked."""

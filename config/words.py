"""Says in plain words what is wrong with a value, without showing the value."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

_SIMPLE = {
    "string_type": "must be text in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "list_type": "must be a list in square brackets",
    "tuple_type": "must be a list in square brackets",
    "set_type": "must be a list in square brackets",
    "frozen_set_type": "must be a list in square brackets",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "path_type": "must be a path in quotes",
    "url_type": "must be a URL in quotes",
    "url_parsing": "must be a URL such as https://city.example.gov",
    "time_delta_type": "must be a duration in seconds",
    "time_delta_parsing": "must be a duration in seconds",
    "byte_size": 'must be a size such as "25 MiB", or a number of bytes',
    "byte_size_unit": 'must be a size in B, kB, KiB, MB, MiB, GB, GiB …, such as "25 MiB"',
    "string_pattern_mismatch": "does not have the form that is asked for",
}
_LIMITS = {
    "greater_than": ("must be more than {}", "gt"),
    "greater_than_equal": ("must be at least {}", "ge"),
    "less_than": ("must be less than {}", "lt"),
    "less_than_equal": ("must be at most {}", "le"),
    "string_too_short": ("must have at least {} characters", "min_length"),
    "string_too_long": ("must have at most {} characters", "max_length"),
    "too_short": ("must have at least {} entries", "min_length"),
    "too_long": ("must have at most {} entries", "max_length"),
    "url_scheme": ("must be a URL that begins with {}", "expected_schemes"),
    "literal_error": ("must be {}", "expected"),
    "enum": ("must be {}", "expected"),
}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean x?`` for the nearest known word, or the list of known words where none is near, or nothing."""
    known = sorted(set(known))
    near = nearest(word, known)
    if near is not None:
        return f"; did you mean {near}?"
    return f"; known are {', '.join(known)}" if known else ""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` is most probably a slip of, or None."""
    close = get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return close[0] if close else None


def in_plain_words(kind: str, context: dict[str, Any], message: str) -> str:
    """What is wrong, from pydantic's error type, its context and its own text; none of the three holds the input."""
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if kind in _LIMITS:
        words, key = _LIMITS[kind]
        return words.format(context.get(key, "something else"))
    if kind in ("value_error", "assertion_error"):
        return str(context.get("error", message)).strip() or "is not acceptable"
    return message[:1].lower() + message[1:]

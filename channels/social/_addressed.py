"""Takes the city's own name out of a post where it only says to whom the post is addressed.

``@springfield311 the light is out`` says the same without its first word; in ``thanks to @springfield311 it works`` the name is part of
the sentence and stays.
"""

from __future__ import annotations

MARK = "\ue311"
"""Stands for the city's name until the whole text is known: a private-use character, which :func:`unmarked` keeps out of posts."""


def unmarked(text: str) -> str:
    """A text of the outside without our mark."""
    return text.replace(MARK, "")


def without(text: str, name: str) -> str:
    """The text without the city's name at its ends; elsewhere the mark becomes ``name``."""
    if MARK not in text:
        return text
    text = text.strip()
    while text.startswith(MARK):
        rest = text[1:].lstrip(" \t,:;")
        text = rest[2:].lstrip() if rest[:2] in ("- ", "– ", "— ") else rest.lstrip()
    while (ahead := text.rstrip(" \t\n.!")).endswith(MARK):
        text = ahead[:-1].rstrip()
    return text.replace(MARK, name)

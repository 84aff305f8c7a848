"""What a caller is told in danger, and whether his words speak of it."""

from __future__ import annotations

from normalizer._emergency import find
from normalizer.words import Reading

DANGER = {
    "en": "If anyone is in danger, hang up now and dial 9 1 1.",
    "fr": "Si quelqu'un est en danger, raccrochez maintenant et composez le 9 1 1.",
}


def speaks_of_danger(text: str) -> bool:
    """Whether the emergency screen of the pipeline finds danger in the words; pure, some microseconds."""
    return find(Reading(text[:4_000], None)).flag

"""Clean the text: Unicode first, then what the writer added apart from what was quoted.

``unicode.py``    one form of Unicode, no invisible characters, LF line ends
``subjects.py``   the subject without its reply and forward prefixes
``quotes.py``     the writer's own words: quoted replies, forwarded blocks and signatures apart
``_lines.py``     what one line of a mail is: attribution, header field, divider, signature, notice

``stage`` sets ``text`` (all of it, cleaned), ``text_new``, ``text_quoted`` and ``subject``, and leaves the words for the other stages in
``Work.reading``. Spans everywhere in the core are places in the ``text_new`` that is written here.
"""

from __future__ import annotations

from collections.abc import Sequence

from normalizer.clean import subjects
from normalizer.clean.quotes import Parts, split
from normalizer.clean.unicode import clean_line, clean_text
from normalizer.pipeline import Context, Work
from normalizer.words import Reading

__all__ = ["Parts", "clean_line", "clean_text", "split", "stage"]

_THREADED = frozenset({"email", "api", "bulk"})
"""Channels whose texts may carry an older conversation below or between the new words."""

_NOTE = 80
"""A forward with fewer characters of its own than this ("FYI", "voir ci-dessous") says what it says in the forwarded text."""


def stage(batch: Sequence[Work], context: Context) -> None:  # noqa: ARG001 (the signature of every stage)
    """Clean subject and text, and set the writer's own words apart."""
    for work in batch:
        message = work.message
        text = clean_text(message.text or message.text_new)
        message.text = text
        if message.channel in _THREADED:
            parts = split(text)
            if parts.quoted and len(parts.new) < _NOTE and subjects.read(message.subject).forward:
                parts = Parts(text.strip(), "")
            message.text_new, message.text_quoted = parts.new, parts.quoted
        else:
            message.text_new, message.text_quoted = text.strip(), ""
        if message.subject is not None:
            message.subject = clean_line(message.subject) or None
        if message.sender.name is not None:
            message.sender.name = clean_line(message.sender.name) or None
        work.reading = Reading(message.text_new, message.subject)

"""Clean the text: Unicode first, then what the writer added apart from what was quoted.

``unicode.py``    one form of Unicode, no invisible characters, LF line ends
``subjects.py``   the subject without its reply and forward prefixes
``quotes.py``     the writer's own words: quoted replies, forwarded blocks and signatures apart
``_lines.py``     what one line of a mail is: attribution, header field, divider, signature, notice
``_headers.py``   the headers of older mails, as they are pasted
``_tables.py``    the words of mail programs, by language

``stage`` sets ``text`` (all of it, cleaned), ``text_new``, ``text_quoted`` and ``subject``, and leaves the words for the other stages in
``Work.reading``. Spans everywhere in the core are places in the ``text_new`` that is written here.
"""

from __future__ import annotations

from collections.abc import Sequence

from normalizer.clean import subjects
from normalizer.clean.quotes import Parts, split
from normalizer.clean.unicode import clean_data, clean_field, clean_line, clean_text
from normalizer.model import InboundMessage
from normalizer.pipeline import Context, Work
from normalizer.words import Reading

__all__ = ["Parts", "clean_field", "clean_line", "clean_text", "split", "stage"]

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
            # What the channel knows to be somebody else's words (the post that was answered) stays apart; the text has none of it.
            message.text_new, message.text_quoted = text.strip(), clean_text(message.text_quoted)
        if message.subject is not None:
            message.subject = clean_line(message.subject) or None
        _fields(message)
        work.reading = Reading(message.text_new, message.subject)


_OF_SENDER = ("address", "name", "phone", "handle")
_OF_MESSAGE = ("message_id", "in_reply_to", "reply_to", "permalink")


def _fields(message: InboundMessage) -> None:
    """Clean the short fields: what a store or a page cannot show (NUL, lone surrogates, reordering marks) gets no further."""
    for owner, names in ((message.sender, _OF_SENDER), (message, _OF_MESSAGE)):
        for name in names:
            value = getattr(owner, name)
            cleaned = clean_field(value) or None if value is not None else None
            if cleaned is not value:  # most are clean, and setting a field of a model costs more than looking at it
                setattr(owner, name, cleaned)
    if message.references:
        message.references = [clean_field(item) for item in message.references]
    message.recipients = [clean_field(item) for item in message.recipients]
    for attachment in message.attachments:
        if attachment.filename is not None:
            attachment.filename = clean_field(attachment.filename) or None
    if message.headers:
        message.headers = {clean_field(name): clean_field(value) for name, value in message.headers.items()}
    if message.hints:
        message.hints = clean_data(message.hints)
    if message.call is not None:
        for segment in message.call.segments:
            segment.speaker, segment.text = clean_field(segment.speaker), clean_text(segment.text)

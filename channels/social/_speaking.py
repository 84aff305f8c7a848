"""What is written under somebody else's post: the writer's own words, and the words that they point at.

Who tags the city below a neighbour's complaint often writes nothing but the tag; what is meant is then in the post above it.
"""

from __future__ import annotations

import re

from normalizer.model import InboundMessage

MAX_QUOTED = 20_000
"""Characters of other people's words that are kept with a message."""

_TAG = re.compile(r"(?<![\w@])(?:@[\w.]+(?:@[\w.-]+)?|/?u/[\w-]+|#\w+)", re.UNICODE)


def own_words(text: str) -> str:
    """The text without mentions and hashtags, in single spaces."""
    return " ".join(_TAG.sub(" ", text).split())


def says_nothing_itself(text: str) -> bool:
    """Whether only tags, emoji and punctuation are left of a text."""
    return not any(character.isalnum() for character in own_words(text))


def quote(message: InboundMessage, quoted: list[tuple[str, str]]) -> None:
    """Keep other people's posts, (who, words) each, as what is quoted; speak with them where the writer only pointed at them."""
    lines = [f"{who}: {words.strip()}" if who else words.strip() for who, words in quoted if words.strip()]
    if not lines:
        return
    message.text_quoted = "\n\n".join(lines)[:MAX_QUOTED]
    if says_nothing_itself(message.text):
        message.text = f"{message.text.strip()}\n\n{message.text_quoted}".strip()
        message.notes.append("the message only points at another post; its words are taken from there")

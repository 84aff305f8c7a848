"""How much of a message is read, and the notes that say what was not.

The figures are those of ``docs/mail.md``; past each of them the message is read in part, never refused: the stored bytes are whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_MESSAGE: Final = 26_214_400
"""Bytes of a message that are looked at (25 MiB)."""
MAX_HEADER_BLOCK: Final = 131_072
"""Bytes of one header block."""
MAX_HEADER: Final = 16_384
"""Characters of one header field's value."""
MAX_HEADERS: Final = 500
"""Fields of one header block."""
MAX_PARTS: Final = 200
"""Body parts of a message, containers included."""
MAX_DEPTH: Final = 20
"""Containers (multipart, message/rfc822) within each other."""
MAX_DELIMITERS: Final = 5_000
"""Places that look like a boundary, in all of a message."""
MAX_TEXT: Final = 400_000
"""Characters of the readable text."""
MAX_HTML: Final = 1_000_000
"""Characters of HTML that are turned into text."""
MAX_REFERENCES: Final = 100
"""Message-IDs kept of References and In-Reply-To: the first and the latest."""
MAX_RECIPIENTS: Final = 100
"""Addresses kept of To and Cc."""
MAX_NAME: Final = 200
"""Characters of a file name."""
MAX_KEPT_HEADER: Final = 1_000
"""Characters of a header that is handed on to the screens."""
MAX_NOTES: Final = 40
MAX_NOTE: Final = 240


MAX_NESTED_BYTES: Final = 31_457_280
"""Bytes of messages within the message that are opened, counted at each level."""


@dataclass(slots=True)
class Budget:
    """What may still be read of a message, counted over all its parts and the messages within it."""

    html: int = MAX_HTML
    text: int = MAX_TEXT
    rich: int = 2_000_000
    nested: int = MAX_NESTED_BYTES


class Notes(list[str]):
    """Plain words about what was lossy or odd, each once, at most :data:`MAX_NOTES` of them."""

    def add(self, text: str) -> None:
        """Note ``text``, cut at :data:`MAX_NOTE` characters, unless it is there already."""
        if len(self) < MAX_NOTES:
            text = printable(text[:MAX_NOTE])
            if text not in self:
                self.append(text)


def printable(text: str) -> str:
    """``text`` without control characters and lone surrogates: what a note or a one-line field may contain."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if c < " " or "\x7f" <= c < "\xa0" else "\ufffd" if "\ud800" <= c < "\ue000" else c for c in text)

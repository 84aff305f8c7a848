"""Reading an mbox of any size, one message after the other.

A message begins with a postmark line ``From sender date`` after an empty line (RFC 4155, appendix A). Writers put a ``>`` before
lines of the text that begin like one: mboxo before ``From `` only, mboxrd before ``>From `` too. One ``>`` is taken away here, which
undoes both, except for a text of mboxo that had ``>From `` in it already.

Does not: read by Content-Length (mboxcl2, which quotes nothing); a line is only taken for a postmark where it has a time and a year
and a header field follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from channels.bulk._sniff import is_field, postmark

_PIECE = 1 << 16
_QUOTED = re.compile(rb">+From ")


def messages(stream: BinaryIO, max_size: int) -> Iterator[tuple[bytes, bool]]:
    """Each message as its bytes without the postmark, and whether it is whole: of one over ``max_size`` only the beginning is given.

    Holds one message in memory at a time; a line may be as long as it likes.
    """
    strict = postmark(stream.read(_PIECE).partition(b"\n")[0], strict=True)
    stream.seek(0)
    message = bytearray()
    begun, whole = False, True
    waiting: bytes | None = None  # a line that looks like a postmark, until the next line tells
    at_start = after_empty = True
    while piece := stream.readline(_PIECE):
        if waiting is not None:
            if at_start and (is_field(piece) or piece.startswith(b">From ")):
                if begun:
                    yield _unframed(message), whole
                message, begun, whole = bytearray(), True, True
            else:
                whole = _add(message, waiting, max_size) and whole
            waiting = None
        elif at_start and after_empty and postmark(piece, strict=strict):
            waiting, after_empty, at_start = piece, False, piece.endswith(b"\n")
            continue
        begun, line_start = True, at_start
        at_start, after_empty = piece.endswith(b"\n"), line_start and piece in (b"\n", b"\r\n")
        whole = _add(message, piece[1:] if line_start and _QUOTED.match(piece) else piece, max_size) and whole
    if waiting is not None:
        whole = _add(message, waiting, max_size) and whole
        begun = True
    if begun:
        yield _unframed(message), whole


def without_postmark(content: bytes) -> bytes:
    """A single mail that was saved with its postmark, without it: the line is the mailbox's, not the mail's."""
    if not postmark(content, strict=False):
        return content
    rest = content[content.find(b"\n") + 1 :]
    return rest if is_field(rest) else content


def _add(message: bytearray, piece: bytes, max_size: int) -> bool:
    if len(message) + len(piece) > max_size:
        return False
    message += piece
    return True


def _unframed(message: bytearray) -> bytes:
    """Without the empty line that separates it from the next postmark, and without the postmark of a mailbox that it lay in before."""
    for ending in (b"\r\n\r\n", b"\n\n"):
        if message.endswith(ending):
            del message[-len(ending) // 2 :]
            break
    return without_postmark(bytes(message))

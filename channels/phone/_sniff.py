"""From a transcript's bytes to its turns, whatever shape they have.

Does not: open compressed or encrypted files, nor read a JSON text of several conversations (each is a message of its own).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from channels import _captions
from channels.base import Unreadable
from channels.phone import _plain, _shapes, _vcon, _whisper
from channels.phone._turns import Transcript, Turn

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_TURNS = 20_000
"""Turns of a call that are read: a day of talking."""
_READERS: Sequence[Callable[[Any], Transcript | None]] = (
    _shapes.intelligence, _shapes.contact_lens, _shapes.genesys, _shapes.deepgram, _shapes.assemblyai, _shapes.relay, _whisper.read,
    _shapes.turns,
)  # fmt: skip
_TIMES = re.compile(r"^[ \t]*(?:[0-9]{1,4}:)?[0-9]{1,2}:[0-9]{1,2}[.,][0-9]{1,3}[ \t]*-->", re.MULTILINE)


def read(content: bytes) -> Transcript:
    """The transcript, with at least one turn that has words. Raises Unreadable."""
    text, encoding = _decode(content)
    head = text.lstrip()
    if head[:1] in ("{", "["):
        found = _json(head)
    elif head.startswith("WEBVTT") or _TIMES.search(text):
        found = Transcript("webvtt" if head.startswith("WEBVTT") else "srt", language=_captions.language(text))
        found.turns = [_spoken(cue) for cue in _captions.cues(text)]
    else:
        found = _plain.read(text)
    if found is None:
        raise Unreadable("no transcript: none of the known shapes")
    found.turns = [turn for turn in found.turns[:_TURNS] if turn.text.strip()]
    if not found.turns:
        raise Unreadable(f"a transcript ({found.source}) without a word")
    if encoding not in ("utf-8", "utf-8-sig"):
        found.notes.append(f"no encoding given, read as {encoding}")
    return found


def _json(text: str) -> Transcript | None:
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        data = _lines(text)
        if data is None:
            raise Unreadable(f"not JSON: {error.msg}") from error
    return _inner(data)


def _inner(data: Any) -> Transcript | None:
    """The transcript in a parsed JSON text; also what lies in the body of a vCon's analysis."""
    if isinstance(data, str):
        return _plain.read(data) or (Transcript("text", [Turn(" ".join(data.split()))]) if data.strip() else None)
    if _vcon.is_one(data):
        return _vcon.read(data, _body)
    return next((found for reader in _READERS if (found := reader(data)) is not None and (found.turns or found.dropped)), None)


def _body(data: Any) -> Transcript | None:
    """A vCon within a vCon is no transcript: it would never end."""
    return None if _vcon.is_one(data) else _inner(data)


def _lines(text: str) -> list[Any] | None:
    """JSON Lines: one frame or turn in each line."""
    found = []
    for line in text.splitlines():
        if line.strip():
            try:
                found.append(orjson.loads(line))
            except orjson.JSONDecodeError:
                return None
    return found


def _spoken(cue: _captions.Cue) -> Turn:
    """A cue; where no voice span says who speaks, the line may (``Agent: …``)."""
    speaker, said = cue.speaker, cue.text.removeprefix("- ")
    if not speaker and (match := re.match(r"\[?([^\W\d_][\w .'’-]{0,30}?)\]?\s?:\s+(\S.*)$", said, re.DOTALL)):
        speaker, said = match.groups()
    return Turn(said.replace("\0", " "), speaker, start_ms=cue.start, end_ms=cue.end)


def _decode(content: bytes) -> tuple[str, str]:
    for mark, name in _MARKS:
        if content.startswith(mark):
            return content.decode(name, "replace"), name
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        if b"\0" in content[:1000]:
            raise Unreadable("bytes that are no text") from None
        return content.decode("cp1252", "replace"), "cp1252"

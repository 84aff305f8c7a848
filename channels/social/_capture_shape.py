"""What a person hands over of a post: its address, its words, a picture of it; any one of them is enough.

Nobody is turned away for a field that is not known: it is noted and left out. What is wrong is named by its path.
"""

from __future__ import annotations

import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from channels._message_shape import LanguageTag, Name, Text
from channels.base import Permanent
from channels.social import _capture_permalink
from channels.social._capture_permalink import Permalink

_MAX_MISTAKES = 20
_DATA = re.compile(r"data:([\w.+/-]{1,100})?(?:;[\w=.+-]{1,60})*;base64,", re.ASCII)


class BadCapture(Permanent):
    """The body is refused: ``mistakes`` names each field and what is wrong with it, and repeats no value."""

    def __init__(self, status: int, mistakes: list[tuple[str, str]]) -> None:
        self.status, self.mistakes = status, mistakes
        super().__init__("; ".join(f"{field}: {what}" if field else what for field, what in mistakes))


def _bytes(value: Any) -> bytes:
    """Base64 (RFC 4648 §4), plain or as a ``data:`` address, as browsers hand over pictures."""
    if not isinstance(value, str):
        raise ValueError("must be a string of base64")  # noqa: TRY004  pydantic makes a mistake of a ValueError only
    if head := _DATA.match(value):
        value = value[head.end() :]
    try:
        found = binascii.a2b_base64("".join(value.split()), strict_mode=True)
    except ValueError:
        raise ValueError("is not base64 (RFC 4648 §4)") from None
    if not found:
        raise ValueError("is empty")
    return found


def _screenshot(value: Any) -> Any:
    return {"data": value} if isinstance(value, str) else value


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, hide_input_in_errors=True, use_attribute_docstrings=True)


class Screenshot(_Shape):
    """A picture of the post."""

    filename: Name | None = None
    """Its name."""
    data: Annotated[bytes, BeforeValidator(_bytes)]
    """Its bytes in base64."""


class Capture(_Shape):
    """A post that a person captured. At least one of ``url``, ``text`` and ``screenshots`` must be there."""

    url: Annotated[str, Field(max_length=8_000)] | None = None
    """Address of the post, in any form."""
    text: Text = ""
    """What the post says."""
    author: Name | None = None
    """Who wrote it, as the platform shows it: a name or ``@name``."""
    posted: Name | None = None
    """When, as the platform shows it: ``2 h``, ``hier à 21 h 04``, or a time in ISO 8601."""
    platform: Name | None = None
    """Which network, where the address does not tell."""
    screenshots: Annotated[list[Annotated[Screenshot, BeforeValidator(_screenshot)]], Field(max_length=10)] = Field(default_factory=list)
    """Pictures of the post: objects with ``data``, or base64 alone."""
    captured_by: Name | None = None
    """Who captured it."""
    note: Annotated[Text, Field(max_length=10_000)] = ""
    """What that person adds, for colleagues."""
    language: LanguageTag | None = None
    """Language of the post, where it is known."""
    private: bool = False
    """Whether the post was a private message to the city."""
    addition: bool = False
    """Whether this adds to a post that was captured before: it becomes a message that follows the first."""


@dataclass(frozen=True, slots=True)
class Captured:
    """A capture that is as it should be. ``unknown`` are the names of fields that were left out."""

    capture: Capture
    permalink: Permalink | None
    unknown: tuple[str, ...]

    @property
    def platform(self) -> str:
        """The network: what the address tells, else what the person says."""
        told = self.permalink.platform if self.permalink else ""
        said = re.sub(r"[^a-z0-9.-]+", "-", (self.capture.platform or "").lower()).strip("-")
        return told or {"twitter": "x", "bsky": "bluesky", "fb": "facebook", "insta": "instagram"}.get(said, said)[:60]

    @property
    def evidence(self) -> list[str]:
        """SHA-256 (hex) of each screenshot."""
        return [hashlib.sha256(shot.data).hexdigest() for shot in self.capture.screenshots]

    @property
    def fingerprint(self) -> str:
        """A hash of the words and pictures that were captured: who captured them, and how long ago the post was then, does not matter."""
        return _hash([" ".join(self.capture.text.split()), *self.evidence])

    @property
    def source_id(self) -> str:
        """The same for everybody who captures one post: network and id where the address tells them, else a hash of what was captured."""
        told = self.permalink
        key = f"{told.platform}:{told.post_id}" if told and told.post_id else ""
        if not key or len(key) > 200:
            key = f"sha256:{_hash([told.url if told else '', (self.capture.author or '').lower(), self.fingerprint])}"
        return f"{key}#{self.fingerprint[:16]}" if self.capture.addition else key


def _hash(parts: list[str]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def read(content: bytes) -> Captured:
    """Raises BadCapture."""
    try:
        data = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BadCapture(400, [("", f"not JSON: {error.msg}")]) from None
    if not isinstance(data, dict):
        raise BadCapture(422, [("", "must be an object")])
    try:
        capture = Capture.model_validate({name: value for name, value in data.items() if value is not None})
    except ValidationError as error:
        raise BadCapture(422, _mistakes(error)) from None
    permalink = None
    if (capture.url or "").strip():
        try:
            permalink = _capture_permalink.read(capture.url or "")
        except ValueError as error:
            raise BadCapture(422, [("url", str(error))]) from None
    if permalink is None and not capture.text.strip() and not capture.screenshots:
        raise BadCapture(422, [("", "needs one of url, text and screenshots")])
    unknown = tuple(sorted(str(name)[:60] for name in data if name not in Capture.model_fields))[:20]
    return Captured(capture, permalink, unknown)


def _mistakes(error: ValidationError) -> list[tuple[str, str]]:
    found = []
    for detail in error.errors(include_url=False, include_input=False)[:_MAX_MISTAKES]:
        field = ".".join(str(part)[:60] for part in detail["loc"])
        found.append((field, detail["msg"].removeprefix("Value error, ").removeprefix("Input ")))
    return found

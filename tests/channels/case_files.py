"""Captured messages as test cases: the bytes in one file, what is expected of them in a TOML file beside it.

``cases/<adapter>/<name>.<anything>`` holds the bytes exactly as they came; ``<name>.toml`` beside it begins with a comment that says what
the case shows, and has

``shows``
    what of the contract of every adapter the case shows, of :data:`SHOWS`;
``source_id``, ``content_type``, ``[envelope]``
    how the message came, where it matters;
``unreadable = true``
    ``translate`` must raise Unreadable; or
``[expect]``
    fields of the ``InboundMessage`` in its JSON form. Tables are compared key by key (other keys may be there), also in a list, whose
    length must be the same; everything else must be equal; ``absent`` lists dotted names that must not be there.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from channels.base import Channel, RawMessage, Unreadable

SHOWS = ("english", "french", "attachment", "emergency", "malformed", "private", "redelivery", "forged")
RECEIVED = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    name: str
    content: bytes
    source_id: str = ""
    content_type: str = "application/octet-stream"
    envelope: dict[str, str] = field(default_factory=dict)
    unreadable: bool = False
    expect: dict[str, Any] = field(default_factory=dict)
    shows: list[str] = field(default_factory=list)

    @property
    def raw(self) -> RawMessage:
        return RawMessage(self.source_id or self.name, RECEIVED, self.content_type, self.content, self.envelope)


def load(tests_of_channel: str, adapter: str) -> list[Case]:
    """The cases of an adapter beside a test module: ``load(__file__, "twilio")``. A message without its TOML is an error."""
    folder = Path(tests_of_channel).parent / "cases" / adapter
    messages = {path.stem: path for path in folder.iterdir() if path.suffix != ".toml"}
    expected = {path.stem: path for path in folder.glob("*.toml")}
    assert messages.keys() == expected.keys(), messages.keys() ^ expected.keys()
    return [
        Case(name, messages[name].read_bytes(), **tomllib.loads(expected[name].read_text(encoding="utf-8"))) for name in sorted(messages)
    ]


def check(channel: Channel, case: Case) -> None:
    """Translate the case, twice because a translation is pure, and compare."""
    if case.unreadable:
        with pytest.raises(Unreadable):
            channel.translate(case.raw)
        return
    message = channel.translate(case.raw)
    assert channel.translate(case.raw) == message
    found = message.model_dump(mode="json")
    expect = dict(case.expect)
    for dotted in expect.pop("absent", []):
        assert not _present(found, dotted.split(".")), dotted
    _compare(found, expect, case.name)
    assert message.received_datetime == RECEIVED
    assert message.channel_id
    assert message.adapter
    assert message.source_id


def _present(found: Any, names: list[str]) -> bool:
    for name in names:
        if not isinstance(found, dict) or name not in found:
            return False
        found = found[name]
    return True


def _compare(found: Any, expect: Any, where: str) -> None:
    if isinstance(expect, dict):
        assert isinstance(found, dict), where
        for key, value in expect.items():
            assert key in found, f"{where}.{key}"
            _compare(found[key], value, f"{where}.{key}")
    elif isinstance(expect, list) and expect and isinstance(expect[0], dict):
        assert len(found) == len(expect), where
        for index, value in enumerate(expect):
            _compare(found[index], value, f"{where}.{index}")
    else:
        assert found == expect, where

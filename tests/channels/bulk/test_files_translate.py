from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from channels import _captions
from channels.base import RawMessage, Unreadable
from channels.bulk import _text
from channels.bulk.files import Files, Settings, build
from tests.channels.case_files import RECEIVED, Case, check, load


def adapter(**settings: Any) -> Files:
    return build("history", Settings.model_validate({"type": "bulk.files"} | settings))


@pytest.mark.parametrize("case", load(__file__, "files"), ids=lambda case: case.name)
def test_case(case: Case) -> None:
    check(adapter(), case)


@given(st.binary(max_size=300), st.sampled_from([*sorted(Files.content_types), "message/rfc822", ""]))
def test_any_bytes_are_a_message_or_unreadable(content: bytes, content_type: str) -> None:
    try:
        adapter().translate(RawMessage("x", RECEIVED, content_type, content)).model_dump_json()
    except Unreadable:
        pass


def test_settings() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    assert str(adapter(timezone="America/Montreal").zone) == "America/Montreal"
    for bad in ({"timezone": "Mars/Olympus"}, {"timezone": "../../etc/passwd"}, {"timezone": ""}, {"chanel": "web"}):
        with pytest.raises(ValidationError):
            adapter(**bad)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman", "cp850"])
@pytest.mark.parametrize("text", ["Nid-de-poule énorme à côté de l'église", "Déneigement bâclé, là où ça gêne", "Ñandú en la calle"])
def test_the_encoding_is_found_by_the_letters(encoding: str, text: str) -> None:
    assert _text.decode(text.encode(encoding))[0] == text


@given(st.text(max_size=200))
def test_captions_never_fail(text: str) -> None:
    _captions.cues(text)


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20), min_size=1, max_size=5, unique=True))
def test_what_was_spoken_is_what_is_read(words: list[str]) -> None:
    cues = "\n\n".join(f"{n}\n00:00:{n:02d}.000 --> 00:00:{n:02d}.900\n{word}" for n, word in enumerate(words, 10))
    assert [cue.text for cue in _captions.cues(f"WEBVTT\n\n{cues}\n")] == words

"""Every channel has a page, and the page has what an administrator looks for."""

from __future__ import annotations

import pytest

from tests.project import channel_docs
from tests.project.channel_docs import missing, page, reasons, with_settings

EACH_TYPE = pytest.mark.parametrize("kind", channel_docs.types())


@EACH_TYPE
def test_a_channel_has_a_page_with_everything(kind: str) -> None:
    assert page(kind).exists(), f"docs/channels/{kind}.md is missing: copy docs/channels/example.note.md"
    text = page(kind).read_text("utf-8")
    assert missing(kind, text) == []
    assert with_settings(kind, text) == text, "make docs"


def test_no_page_is_left_of_a_channel_that_is_gone() -> None:
    assert {path.stem for path in channel_docs.FOLDER.glob("*.md")} - {"README"} == set(channel_docs.types())


def test_what_is_looked_for_is_found() -> None:
    assert channel_docs.addresses("example.note") == ["/channels/{id}"]
    assert "/channels/{id}/status" in channel_docs.addresses("sms.twilio")
    assert reasons("example.note") == {"signature"}
    assert {"signature_missing", "account", "not_a_form", "ambiguous"} <= reasons("sms.twilio")
    lacking = missing("example.note", "# `example.note`: x\n\n## Connect it\n\n`POST /channels/notes/status`, Does not: y\n")
    assert lacking == [
        "the heading 'When it does not work'",
        "the heading 'What becomes of a message'",
        "the heading 'Does not'",
        "the heading 'Verified against'",
        "the address /channels/{id}",
        "the reason `signature`",
    ]


def test_the_table_of_settings_is_kept_in_its_place() -> None:
    text = "# `example.note`: x\n\n## Connect it\n\n1. So.\n\n## Does not\n\nMuch.\n"
    once = with_settings("example.note", text)
    assert once.index("## Connect it") < once.index("## Settings") < once.index("| `secret` |") < once.index("## Does not")
    assert with_settings("example.note", once) == once
    assert with_settings("example.note", once.replace("What the service signs with", "Something else")) == once

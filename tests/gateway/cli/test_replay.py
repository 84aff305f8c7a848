from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.base import RawMessage
from gateway.clock import new_id
from gateway.store.inbox import Arrival, SqliteAppender
from tests.gateway.cli.running import CHANNELS, FILES, City
from tests.gateway.store.builders import START
from tests.gateway.wiring_adapters.plug import plugged_in


def test_a_dry_run_shows_what_a_setting_would_change_and_changes_nothing(tmp_path: Path) -> None:
    city = City(tmp_path / "city")
    city.ok("ingest", "--channel", "mail", FILES / "mails")
    before = city.objects("messages", "list", "--json"), city.objects("requests", "list", "--json"), city.ledger()
    assert city.objects("replay", "--dry-run", "--json") == [], "today's code says the same as a moment ago, of replies and repeats too"

    catalog = (Path(__file__).parents[3] / "config" / "catalog.toml").read_text("utf-8")
    (tmp_path / "other.toml").write_text(catalog.replace('service_code = "pothole"', 'service_code = "hole"'), "utf-8")
    found = city.objects("replay", "--dry-run", "--json", "--set", f"catalog={tmp_path / 'other.toml'}")
    changed = {difference["field"]: (difference["before"], difference["after"]) for difference in found}
    assert changed["request.service_code"] == ("pothole", "hole")
    assert {difference["intake_id"] for difference in found} <= {message["intake_id"] for message in before[0]}
    # A table for people, and without --dry-run what is settled stays as it is all the same.
    assert "request.service_code" in city.ok("replay", "--set", f"catalog={tmp_path / 'other.toml'}")
    assert (city.objects("messages", "list", "--json"), city.objects("requests", "list", "--json"), city.ledger()) == before


def test_what_a_person_decided_is_no_difference(tmp_path: Path) -> None:
    city = City(tmp_path)
    (tmp_path / "empty.eml").write_bytes(
        b"From: a@residents.example\nTo: 311@springfield.example.gov\nSubject: \nMessage-ID: <e@x.example>\n\n\n"
    )
    (report,) = city.objects("ingest", "--channel", "mail", "--json", tmp_path / "empty.eml")
    assert report["dispositions"] == {"held": 1}
    (held,) = city.objects("held", "list", "--json")
    city.ok("held", "release", held["intake_id"])
    assert city.objects("replay", "--dry-run", "--json") == []


def test_messages_that_could_not_be_processed_are_processed_anew(tmp_path: Path) -> None:
    # The channel was taken out of the configuration while its messages were still waiting.
    city = City(tmp_path)
    city.ok("migrate")
    appender = SqliteAppender(tmp_path / "store-inbox.db")
    for name in ("pothole.eml", "away.eml"):
        content = (FILES / "mails" / name).read_bytes()
        raw = RawMessage(name, START, "message/rfc822", content, {})
        appender.append([Arrival(new_id(), "springfield.example.gov", "annex", raw, len(content))])
    appender.close()
    (tmp_path / "nothing").mkdir()
    city.ok("ingest", "--channel", "mail", tmp_path / "nothing")
    assert [message["reason"] for message in city.objects("held", "list", "--json")] == ["channel_unknown", "channel_unknown"]
    assert city.objects("replay", "--json") == [], "the channel is still missing"

    city.configure(CHANNELS.replace("[channels.mail]", "[channels.annex]"))
    found = city.objects("replay", "--dry-run", "--json")
    assert {(one["field"], one["after"]) for one in found if one["field"] == "disposition"} == {
        ("disposition", "request"),
        ("disposition", "auto_reply"),
    }
    assert len(city.objects("held", "list", "--json")) == 2
    city.ok("replay")
    assert city.objects("held", "list", "--json") == []
    request, away = city.objects("messages", "list", "--json")
    assert (request["disposition"], away["disposition"]) == ("request", "auto_reply"), "screens are on, unlike in a release"
    assert city.ledger()["balanced"]
    assert city.ledger()["chain_ok"]
    (shown,) = city.objects("messages", "show", request["intake_id"], "--json")
    assert "message.held" in [line["what"] for line in shown["timeline"]]
    assert any("cli:" in line["detail"] for line in shown["timeline"] if line["what"] == "message.request")
    city.ok("replay")
    assert len(city.objects("requests", "list", "--json")) == 1


LETTERS = [
    {"channel": "sms", "sender": {"phone": "+15145550111"}, "hints": {"conversation": "a"}},
    {"channel": "sms", "sender": {"phone": "+15145550111"}, "hints": {"conversation": "a", "media": [{"url": "https://a.example/1"}]}},
    {"channel": "sms", "sender": {"phone": "+15145550111"}, "hints": {"conversation": "a"}, "text": "there is a big pothole"},
    {"channel": "sms", "sender": {"phone": "+15145550122"}, "hints": {"conversation": "a"}, "text": "the street light is out"},
    {"channel": "sms", "sender": {"phone": "+15145550111"}, "hints": {"conversation": "a"}, "text": "in front of 12 Main Street"},
]


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("gateway.guard.ensure_own_packages", lambda: None)  # it would not let a test's adapter in
    with plugged_in():
        yield


def test_parts_of_one_message_are_read_together_again(tmp_path: Path, letters: None) -> None:
    city = City(tmp_path, channels='[channels.text]\ntype = "pigeon.letter"\n')
    city.ok("migrate")
    (tmp_path / "nothing").mkdir()
    appender = SqliteAppender(tmp_path / "store-inbox.db")
    for name, letter in enumerate(LETTERS):  # each is processed by itself
        content = json.dumps(letter).encode()
        appender.append(
            [Arrival(new_id(), "springfield.example.gov", "text", RawMessage(str(name), START, "x", content, {}), len(content))]
        )
        if name != 2:
            city.ok("ingest", "--channel", "text", tmp_path / "nothing")
    appender.close()
    first, other = city.objects("requests", "list", "--json")
    assert first["description"] == "there is a big pothole\nin front of 12 Main Street"
    assert (first["service_code"], first["address_string"]) == ("pothole", "12 Main Street")
    assert len(first["intake_ids"]) == 3
    assert other["description"] == "the street light is out"
    assert city.objects("replay", "--dry-run", "--json") == [], "all parts were put together again, as they were"

    catalog = (Path(__file__).parents[3] / "config" / "catalog.toml").read_text("utf-8")
    (tmp_path / "other.toml").write_text(catalog.replace('service_code = "pothole"', 'service_code = "hole"'), "utf-8")
    found = city.objects("replay", "--dry-run", "--json", "--set", f"catalog={tmp_path / 'other.toml'}")
    assert [(one["intake_id"], one["before"], one["after"]) for one in found if one["field"] == "request.service_code"] == [
        (first["intake_ids"][0], "pothole", "hole")
    ]


def test_settings_for_the_run_are_checked(tmp_path: Path) -> None:
    city = City(tmp_path)
    assert city.run("replay", "--dry-run", "--set", "catalog").returncode == 2
    assert city.run("replay", "--dry-run", "--set", "store.url=sqlite:///elsewhere.db").returncode == 2
    wrong = city.run("replay", "--dry-run", "--set", "catalogue=x.toml")
    assert (wrong.returncode, b"catalog" in wrong.stderr) == (2, True)

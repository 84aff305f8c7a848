"""Thousands of stored messages read again say the same, and a changed keyword shows what it changes.

``INTAKE_REPLAYED=10000`` reads that many; the suite a few hundred.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.gateway.cli.running import ROOT, City
from tests.normalizer.build import cases

COUNT = int(os.environ.get("INTAKE_REPLAYED", "300"))
STREETS = (
    "Main Street",
    "Elm Avenue",
    "Oak Street",
    "River Road",
    "rue Cartier",
    "rue Saint-Denis",
    "avenue Laurier",
    "boulevard Rosemont",
)
START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
KEYWORDS = 'keywords.en = [\n    "pothole",'
WORD = "gizmotron"
"""A word that no catalog has; some messages say it."""


def letters(count: int) -> Iterator[dict[str, Any]]:
    """A city's messages: the same problem again, places in words and in degrees, both languages."""
    chance = random.Random(311)
    texts = [case["text"] for name in ("services", "splits") for case in cases(name)]
    texts += [case["text"] for case in cases("emergencies", "danger")]
    for number in range(count):
        text = chance.choice(texts)
        if chance.random() < 0.6:
            text = f"{text} {chance.randint(1, 60)} {chance.choice(STREETS)}"
        if number % 20 == 7:
            text = f"The {WORD} is broken"
        letter: dict[str, Any] = {
            "source_id": f"m{number}",
            "text": text,
            "channel": chance.choice(["sms", "email", "web", "social"]),
            "sent_datetime": (START + timedelta(minutes=7 * number)).isoformat(),
            "sender": {"phone": f"+1514555{chance.randint(100, 199):04}", "name": chance.choice(["Marie Untel", "John Doe", "Ana"])},
        }
        if chance.random() < 0.3:
            letter["lat"], letter["long"] = round(45.5 + chance.random() / 200, 6), round(-73.6 + chance.random() / 200, 6)
        yield letter


def test_what_is_read_again_says_the_same_and_a_keyword_shows_what_it_changes(tmp_path: Path) -> None:
    # The city's own catalog: the shipped one has a model that was fitted before, and two models differ in more than one keyword.
    shipped = (ROOT / "config" / "catalog.toml").read_text("utf-8")
    own = shipped.replace(KEYWORDS, f'{KEYWORDS} "xylophonette",', 1)
    changed = own.replace(KEYWORDS, f'{KEYWORDS} "{WORD}",', 1)
    assert len({shipped, own, changed}) == 3
    (tmp_path / "own.toml").write_text(own, "utf-8")
    (tmp_path / "changed.toml").write_text(changed, "utf-8")
    city = City(tmp_path / "city", environ={"INTAKE311__CATALOG": str(tmp_path / "own.toml")})
    (tmp_path / "letters.jsonl").write_text("".join(json.dumps(letter) + "\n" for letter in letters(COUNT)), "utf-8")
    city.ok("ingest", "--channel", "partner", tmp_path / "letters.jsonl")
    stored = city.objects("messages", "list", "--json")
    assert len(stored) == COUNT
    assert {"request", "duplicate"} <= {message["disposition"] for message in stored}
    assert city.objects("replay", "--dry-run", "--json") == []

    found = city.objects("replay", "--dry-run", "--json", "--set", f"catalog={tmp_path / 'changed.toml'}")
    say_it = {message["intake_id"] for message in stored if WORD in message["text"] and message["disposition"] == "request"}
    guess = {one["intake_id"]: one["after"] for one in found if one["field"] == "request.classification.service_code"}
    assert {intake_id: guess.get(intake_id) for intake_id in say_it} == dict.fromkeys(say_it, "pothole")
    # A keyword weighs a little in every comparison of services: others are surer or less sure, and a doubtful one may tip over.
    assert len(guess.keys() - say_it) <= 0.01 * COUNT
    assert all(one["field"].startswith("request.") for one in found if one["intake_id"] not in guess)

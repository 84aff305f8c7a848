"""What ``evaluate`` counts for replies, languages, emergencies and spam, on files of a few lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.quality import emergency, language, replies, spam
from gateway.quality._shares import interval


def _file(path: Path, *rows: dict[str, Any]) -> Path:
    target = path / "data.jsonl"
    target.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return target


def test_replies(tmp_path: Path) -> None:
    quoted = "Oui\n\nLe 23 nov. 2026 à 10:12, Ville <311@springfield.example.gov> a écrit :\n> Bonjour\n"
    figures = replies.evaluate(
        _file(
            tmp_path,
            {"text": quoted, "html": None, "expected": "Oui"},
            {"text": None, "html": "<p>Yes</p>", "expected": "Yes indeed"},
            {"text": "Yes and more", "expected": "Yes"},
        ),
        {},
    )
    assert (figures["mails"], figures["exact"]["share"]) == (3, 0.3333)
    assert figures["text_lost"]["share"] == figures["quotes_left"]["share"] == 0.3333
    assert figures["french"]["exact"]["share"] == 1.0
    assert figures["baselines"]["all is new"]["quotes_left"]["share"] == 0.6667


def test_language(tmp_path: Path) -> None:
    rows = (
        {"text": "Le lampadaire est éteint", "lang": "fr", "kind": "sentences"},
        {"text": "The lamp is out", "lang": "en", "kind": "sentences"},
    )
    figures = language.evaluate(_file(tmp_path, *rows), {})
    assert figures["sentences"]["share"] == figures["at_most_40"]["share"] == 1.0
    assert "function words" in figures["baselines"]


def test_emergency(tmp_path: Path) -> None:
    rows = ({"text": "the house is on fire", "emergency": True, "language": "en"}, {"text": "the fire hydrant leaks", "emergency": False})
    figures = emergency.evaluate(_file(tmp_path, *rows), {})
    assert figures["all"]["f1"] == 1.0
    assert figures["baseline"]["precision"]["share"] == 0.5


def test_spam(tmp_path: Path) -> None:
    rows = ({"text": "FREE ringtone! Txt WIN to 81010 www.example.com", "label": "spam"}, {"text": "the lamp is out", "label": "ham"})
    assert spam.evaluate(_file(tmp_path, *rows), {"folds": "0"})["shipped"]["f1"] == 1.0


@pytest.mark.parametrize("module", [replies, language, emergency, spam])
def test_a_row_of_another_kind_is_told(tmp_path: Path, module: Any) -> None:
    with pytest.raises(ValueError, match="row 1"):
        module.evaluate(_file(tmp_path, {"name": "x"}), {})


def test_interval() -> None:
    assert interval(0, 0) is None
    assert interval(90, 100) == [0.8256, 0.9448]

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from tests.gateway.cli.running import ROOT, City
from tests.journeys.running import Gateway, wait_for

SMS = """
[channels.text]
type = "sms.twilio"
account_sid = "AC00000000000000000000000000000001"
auth_token = "0123456789abcdef0123456789abcdef"
"""


def shell(gateway: Gateway, folder: Path) -> City:
    city = City(folder)
    city.config = gateway.config
    return city


def test_a_city_talks_to_a_gateway_over_every_road(tmp_path: Path) -> None:
    with Gateway(tmp_path / "gateway", extra=SMS).start() as gateway:
        city = shell(gateway, tmp_path / "shell")
        (summary,) = city.objects("simulate", "--rate", "60", "--seconds", "2", "--storm", "--json")
        assert summary["accepted"] == summary["sent"] > 60
        assert {channel: set(found["answers"]) for channel, found in summary["channels"].items()} == {
            "mail": {"250"},
            "partner": {"202"},
            "text": {"200"},
        }
        assert all(found["ack_ms"]["p50"] > 0 for found in summary["channels"].values())
        wait_for("everything settled", lambda: city.ledger()["pending"] == 0)
        books = city.ledger()
        assert books["balanced"]
        repeated = summary["kinds"].get("redelivery", 0)
        assert books["received"] == summary["accepted"] - repeated
        assert all(key["revoked"] for key in city.objects("key", "list", "--json") if key["name"].startswith("simulate-"))


def test_an_interrupt_ends_it_with_the_summary(tmp_path: Path) -> None:
    with Gateway(tmp_path / "gateway").start() as gateway:
        simulation = subprocess.Popen(
            [sys.executable, "-m", "gateway", "simulate", "--rate", "50", "--seconds", "600", "--json", "--config", str(gateway.config)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        city = shell(gateway, tmp_path / "shell")
        wait_for("some messages", lambda: city.ledger()["received"] > 5)
        simulation.send_signal(signal.SIGINT)
        out, _err = simulation.communicate(timeout=60)
        assert simulation.returncode == 0
        assert json.loads(out)["accepted"] > 5
        assert all(key["revoked"] for key in city.objects("key", "list", "--json"))


def test_without_a_gateway_nothing_is_taken_and_it_says_so(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.ok("migrate")
    done = city.run("simulate", "--rate", "20", "--seconds", "0.3", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["accepted"] == 0
    assert b"Traceback" not in done.stderr

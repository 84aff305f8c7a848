"""``intake311 channels``: how each road in is, for people and for programs."""

from __future__ import annotations

from pathlib import Path

from gateway.clock import now
from gateway.store import channels
from gateway.store.engine import Engines
from gateway.store.location import locate
from tests.gateway.cli.running import FILES, City


def test_the_channels_as_a_table_and_as_json(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.ok("ingest", "--channel", "mail", FILES / "mails")
    found = {report["channel_id"]: report for report in city.objects("channels", "--json")}
    assert {"mail", "history", "partner"} <= set(found)
    mail = found["mail"]
    assert (mail["state"], mail["type"], "listener" in mail["abilities"]) == ("ok", "email.smtp", True)
    assert sum(mail["hours"]["messages"]) > 0
    assert found["partner"]["state"] == "never"
    table = city.ok("channels")
    assert "email.smtp" in table
    assert "never" in table

    engines = Engines(locate(f"sqlite:///{tmp_path}/store.db"))
    with engines.writing() as connection:
        channels.probed(connection, "mail", "springfield.example.gov", now(), error="the port is closed")
    engines.dispose()
    done = city.run("channels")
    assert done.returncode == 1
    assert b"the port is closed" in done.stdout

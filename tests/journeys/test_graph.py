"""A real gateway reads an Exchange Online mailbox through a proxy and TLS, is called by Graph, and is killed in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.failpoint import STAGES
from tests.channels.email import graph_proxy
from tests.channels.email.graph_proxy import Proxy
from tests.channels.email.graph_server import CLIENT, MAILBOX, SECRET, TENANT
from tests.journeys.checking import examine
from tests.journeys.conftest import MakeGateway
from tests.journeys.running import wait_for
from tests.journeys.senders import Letter, Records, letters

PLACES = [stage for stage in STAGES if stage.partition(".")[0] in ("accept", "inbox", "reply", "poll")]
PUBLIC = {"INTAKE311__SERVER__PUBLIC_URL": "https://311.springfield.example.gov"}


def channel(proxy: Proxy) -> str:
    return f"""
[channels.box]
type = "email.graph"
tenant = "{TENANT}"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
client_state = "a-secret-that-only-we-and-Graph-know"
mailbox = "{MAILBOX}"
processed_folder = "Done"
interval = 3600
proxy = "{proxy.url}"
ca_file = "{proxy.ca_file}"
"""


def deliver(proxy: Proxy, records: Records, source: list[Letter]) -> None:
    for letter in source:
        records.trying(letter)

    async def work() -> None:
        proxy.graph.deliver(*[letter.mail() for letter in source])

    proxy.run(work())


def test_mail_comes_when_graph_calls_and_after_a_kill(make_gateway: MakeGateway, records: Records, tmp_path: Path) -> None:
    source = list(letters("graph", 12))
    with graph_proxy.running(tmp_path / "proxy") as proxy:
        deliver(proxy, records, source[:6])
        gateway = make_gateway(extra=channel(proxy), environ=PUBLIC)
        proxy.graph.gateway = f"http://127.0.0.1:{gateway.http_port}"
        gateway.launch({"INTAKE_TEST": "1", "INTAKE_FAILPOINT": "inbox.commit.after:kill@4"})
        assert gateway.ended() == -9
        gateway.start()
        gateway.drain(received=6)
        wait_for("Graph may call", lambda: proxy.graph.subscriptions)
        wait_for("what was taken is moved", lambda: not proxy.graph.subjects("inbox"))
        deliver(proxy, records, source[6:])
        assert proxy.run(proxy.graph.notify()) == 202  # the gateway looks once an hour: what comes, comes by this call
        gateway.drain(received=12)
        assert gateway.stop() == 0
        found = examine(gateway, records)
        assert found.sound, found
        assert (found.stored, found.held) == (12, 0)
        stored = [message["source_id"].removeprefix("<").partition("@")[0] for message in gateway.lines("messages", "list", "--json")]
        assert stored == [letter.id for letter in source]
        assert proxy.asked == {"graph.microsoft.com:443", "login.microsoftonline.com:443"}
        assert not proxy.graph.complaints
        log = gateway.log.read_text()
        assert SECRET not in log
        assert "a-secret-that" not in log


@pytest.mark.faults
@pytest.mark.parametrize(
    "place", ["accept.start", "inbox.insert", "inbox.commit.before", "reply.before", "poll.cursor.before", "poll.cursor.after"]
)
def test_a_poller_may_die_anywhere(make_gateway: MakeGateway, records: Records, store_url: str, tmp_path: Path, place: str) -> None:
    source = list(letters("graph", 12))
    with graph_proxy.running(tmp_path / "proxy") as proxy:
        deliver(proxy, records, source)
        gateway = make_gateway(store_url, extra=channel(proxy), environ=PUBLIC)
        proxy.graph.gateway = f"http://127.0.0.1:{gateway.http_port}"
        gateway.launch({"INTAKE_TEST": "1", "INTAKE_FAILPOINT": f"{place}:kill@{1 if place.startswith('poll.') else 7}"})
        assert gateway.ended() == -9
        gateway.start()
        gateway.drain(received=12)
        wait_for("all are moved", lambda: not proxy.graph.subjects("inbox"))
        found = examine(gateway, records)
        assert found.sound, found
        assert (found.stored, found.held) == (12, 0)

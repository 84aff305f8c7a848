"""Mails of the gateway to itself: sent by real SMTP, found again by their token."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from channels.base import Canaried, Permanent, ProbeContext, RawMessage, StoreBusy, Unavailable
from channels.email.smtp import build
from channels.outward import no_client
from tests.channels.email.smtp.support import RECIPIENTS, Store, serving, settings
from tests.channels.email.smtp.test_tls import make_certificate

CONTEXT = ProbeContext(no_client)


@pytest.mark.parametrize("changes", [{}, {"protocol": "lmtp"}, {"proxy_protocol": True}, {"recipients": ["@springfield.example.gov"]}])
async def test_a_canary_comes_home(tmp_path: Path, changes: dict[str, Any]) -> None:
    async with serving(tmp_path, **changes) as server:
        assert isinstance(server.channel, Canaried)
        await server.channel.send_canary("k3wq8-1795446002", CONTEXT)
        (raw,) = server.store.messages
        message = server.channel.translate(raw)
        assert message.hints["canary"] == "k3wq8-1795446002"
        assert not message.is_auto_reply
        assert not message.is_bounce
        assert raw.envelope["mail_from"] == ""


async def test_a_canary_goes_where_clear_text_is_refused(tmp_path: Path) -> None:
    async with serving(tmp_path, require_starttls=True, **make_certificate(tmp_path)) as server:
        await server.channel.send_canary("token", CONTEXT)
        assert server.store.messages[0].envelope["tls"]


async def test_a_canary_by_way_of_another_server(tmp_path: Path) -> None:
    async with serving(tmp_path) as relay:
        channel = build("mail", settings(canary_via=f"127.0.0.1:{relay.port}", canary_from="watch@springfield.example.gov"))
        await channel.send_canary("token", CONTEXT)
        message = relay.channel.translate(relay.store.messages[0])
        assert message.sender.address == "watch@springfield.example.gov"
        assert message.recipients == [RECIPIENTS[0]]


async def test_what_keeps_a_canary_from_leaving(tmp_path: Path) -> None:
    store = Store()
    async with serving(tmp_path, store) as server:
        store.fail = lambda _raw: StoreBusy("busy")
        with pytest.raises(Unavailable, match="451"):
            await server.channel.send_canary("token", CONTEXT)
        stranger = build("mail", settings(canary_via=f"127.0.0.1:{server.port}", recipients=["311@elsewhere.example"]))
        with pytest.raises(Permanent, match="550"):
            await stranger.send_canary("token", CONTEXT)
        port = server.port
    with pytest.raises(Unavailable):
        await build("mail", settings(canary_via=f"127.0.0.1:{port}")).send_canary("token", CONTEXT)


@pytest.mark.parametrize("header", ["two words", "x" * 200, "<script>", ""])
def test_what_is_no_token_is_no_canary(header: str) -> None:
    content = f"X-Intake311-Canary: {header}\r\nFrom: a@b\r\n\r\nx".encode()
    raw = RawMessage("1", datetime(2026, 1, 1, tzinfo=UTC), "message/rfc822", content)
    assert "canary" not in build("mail", settings()).translate(raw).hints

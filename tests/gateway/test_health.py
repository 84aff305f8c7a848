"""How a channel is said to be, and which alarms that calls for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel, SecretBytes, SecretStr

from channels.base import Health as Found
from channels.base import ProbeContext, Unavailable
from channels.outward import CallFailed, no_client
from config.settings import Health
from config.types import Duration
from gateway import probing
from gateway.health import Known, abilities, alarms, has_road, word
from gateway.silence import WEEK, Usual
from gateway.store.channels import ChannelState, Poll

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
SETTINGS = Health(canary={"mail": Duration(hours=1)})
WELL = Known(ChannelState("mail", last_message=NOW - timedelta(minutes=5), probed=NOW, canary_seen=NOW))
BUSY = Usual([60.0] * WEEK, 15.0)


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def micros(at: datetime) -> int:
    return int(at.timestamp() * 1e6)


def known(**fields: Any) -> Known:
    state = {name: fields.pop(name) for name in list(fields) if name not in ("poll", "hours", "usual", "waiting", "judged")}
    return replace(WELL, state=replace(WELL.state, **state), **fields)


@pytest.mark.parametrize(
    ("fields", "says", "raised"),
    [
        ({}, "ok", set()),
        ({"last_message": None}, "never", set()),
        ({"last_message": ago(hours=25)}, "quiet", set()),
        ({"token_expires": NOW + timedelta(days=15)}, "ok", set()),
        ({"token_expires": NOW + timedelta(days=13)}, "expiring", {"expiring"}),
        ({"token_expires": ago(days=1)}, "expiring", {"expiring"}),
        # A single failure is shown; the next probe decides.
        ({"probe_error": "no route", "failing_since": NOW}, "failing", set()),
        ({"probe_error": "no route", "failing_since": ago(minutes=5)}, "failing", {"failing"}),
        ({"poll": Poll(ago(minutes=5), NOW, 9, "503")}, "ok", set()),
        ({"poll": Poll(ago(minutes=15), NOW, 2, "503")}, "ok", set()),
        ({"poll": Poll(ago(minutes=15), NOW, 3, "503")}, "failing", {"failing"}),
        ({"poll": Poll(None, NOW, 3, "")}, "failing", {"failing"}),
        ({"usual": BUSY, "last_message": ago(minutes=30)}, "ok", set()),
        ({"usual": BUSY, "last_message": ago(minutes=95)}, "silent", {"silent"}),
        ({"usual": BUSY, "last_message": ago(minutes=95), "waiting": True}, "ok", set()),
        ({"usual": BUSY, "last_message": ago(minutes=95), "judged": False}, "ok", set()),
        ({"canary_token": f"x@{micros(ago(minutes=10))}", "canary_seen": None}, "ok", set()),
        ({"canary_token": f"x@{micros(ago(minutes=16))}", "canary_seen": None}, "failing", {"canary"}),
        # One that was sent before the last one that arrived is not waited for; a newer one is.
        ({"canary_token": f"x@{micros(ago(minutes=16))}", "canary_seen": ago(minutes=15)}, "ok", set()),
        ({"canary_token": f"y@{micros(ago(minutes=1))} x@{micros(ago(minutes=16))}", "canary_seen": ago(hours=1)}, "failing", {"canary"}),
        ({"channel_id": "text", "canary_token": f"x@{micros(ago(days=1))}", "canary_seen": None}, "ok", set()),
    ],
    ids=str,
)
def test_a_channel_in_one_word(fields: dict[str, Any], says: str, raised: set[str]) -> None:
    channel = known(**fields)
    assert (word(channel, SETTINGS, NOW), set(alarms(channel, SETTINGS, NOW))) == (says, raised)


def test_several_alarms_at_once() -> None:
    channel = known(probe_error="x", failing_since=ago(hours=1), usual=BUSY, last_message=ago(hours=3), token_expires=NOW)
    assert set(alarms(channel, SETTINGS, NOW)) == {"failing", "silent", "expiring"}
    assert word(channel, SETTINGS, NOW) == "failing"


class Hook:
    def translate(self, raw: Any) -> Any: ...
    def routes(self, accept: Any, context: Any) -> Any: ...
    async def check(self, context: Any) -> Any: ...


def test_what_a_channel_can_do() -> None:
    assert abilities(Hook()) == ["webhook", "probe"]
    assert has_road(Hook())

    class Heap:
        def translate(self, raw: Any) -> Any: ...

    assert abilities(Heap()) == []
    assert not has_road(Heap())


class Inner(BaseModel):
    key: SecretStr = SecretStr("inner-secret")


class Settings(BaseModel):
    name: str = "not-a-secret"
    token: SecretStr = SecretStr("outer-secret")
    raw: SecretBytes = SecretBytes(b"bytes-secret")
    inner: Inner = Inner()
    many: dict[str, SecretStr] = {"a": SecretStr("dict-secret")}
    some: list[SecretStr] = [SecretStr("list-secret"), SecretStr("x")]
    none: SecretStr | None = None


def test_the_secrets_of_a_channel_are_known() -> None:
    assert sorted(probing.secrets_of(Settings())) == ["bytes-secret", "dict-secret", "inner-secret", "list-secret", "outer-secret"]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (Unavailable("GET /x?token=outer-secret failed\n\x00 badly"), "GET /x?token=… failed \x00 badly"),
        (CallFailed("tls", sent=False), "tls"),
        (OSError(111, "Connection refused"), "[Errno 111] Connection refused"),
        (ValueError("whatever a library put into its words, outer-secret too"), "ValueError"),
        (Unavailable(""), "Unavailable"),
        (Unavailable("x" * 1_000), "x" * 300),
    ],
)
async def test_an_error_is_told_without_secrets(error: Exception, says: str) -> None:
    class Sick:
        async def check(self, context: ProbeContext, /) -> Found:
            raise error

    asked = await probing.ask(Sick(), ProbeContext(no_client), probing.secrets_of(Settings()))
    assert (asked.found, asked.error) == (None, says)


async def test_whoever_does_not_answer_is_not_waited_for() -> None:
    import asyncio

    class Slow:
        async def check(self, context: ProbeContext, /) -> Found:
            await asyncio.Event().wait()
            return Found()

    assert (await probing.ask(Slow(), ProbeContext(no_client), [], 0.01)).error == "no answer within 0.01 seconds"

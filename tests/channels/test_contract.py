"""What every adapter promises, tried on all of them: its cases, what it does with any bytes, and how it answers its provider."""

from __future__ import annotations

import importlib
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import Channel, RawMessage, StoreBusy, Unreadable, Webhook
from gateway import wiring
from normalizer.model import InboundMessage
from tests.channels.case_files import RECEIVED, SHOWS, Case, check, load
from tests.channels.peers import Call, Peer
from tests.channels.webhooks import Site, serve

HERE = Path(__file__).parent
TYPES = wiring.types(wiring.CHANNELS)
MUTATIONS = int(os.environ.get("INTAKE_MUTATIONS", "200"))
"""Changed calls for each signed adapter; the faults run (`make faults`) makes 10,000."""


def _module(kind: str) -> Any:
    return importlib.import_module(f"tests.channels.{kind.partition('.')[0]}.adapters")


def adapter(kind: str) -> Channel:
    channel: Channel = _module(kind).ADAPTERS[kind]()
    return channel


def peers() -> Iterator[tuple[str, Peer]]:
    for kind in TYPES:
        yield from ((kind, peer) for name, peer in getattr(_module(kind), "PEERS", {}).items() if name == kind)


PEERS = list(peers())
EACH_PEER = pytest.mark.parametrize(("kind", "peer"), PEERS, ids=[kind for kind, _peer in PEERS])
EACH_TYPE = pytest.mark.parametrize("kind", TYPES)


def cases(kind: str) -> list[Case]:
    channel, _, name = kind.partition(".")
    return load(str(HERE / channel / "adapters.py"), name)


@EACH_TYPE
def test_an_adapter_has_cases_that_show_what_it_must(kind: str) -> None:
    found = cases(kind)
    shown = {word for case in found for word in case.shows}
    assert shown <= set(SHOWS)
    assert len(found) >= (2 if kind.startswith("example.") else 6), f"{kind} has {len(found)} cases"
    assert any(case.unreadable for case in found) or "malformed" in shown, f"{kind} shows nothing malformed"
    if not kind.startswith("example."):
        assert {"english", "french", "emergency"} <= shown, f"{kind} shows only {sorted(shown)}"


@EACH_TYPE
def test_what_is_read_is_canonical_and_the_same_each_time(kind: str) -> None:
    channel = adapter(kind)
    for case in cases(kind):
        if case.unreadable:
            continue
        first = channel.translate(case.raw)
        assert first == channel.translate(case.raw)
        assert InboundMessage.model_validate_json(first.model_dump_json()).model_dump_json() == first.model_dump_json()
        assert first.adapter == kind
        assert "\x00" not in first.model_dump_json()


@EACH_TYPE
def test_every_case_is_read_as_its_file_says(kind: str) -> None:
    for case in cases(kind):
        check(adapter(kind), case)


# What a stranger may put into a stored message: translate either reads it or says that it cannot.
@EACH_TYPE
@settings(max_examples=40)
@given(data=st.data())
def test_any_bytes_are_read_or_unreadable(kind: str, data: st.DataObject) -> None:
    samples = cases(kind)
    content = data.draw(st.binary(max_size=300))
    if data.draw(st.booleans()):
        genuine = data.draw(st.sampled_from(samples)).content
        cut = data.draw(st.integers(0, len(genuine)))
        content = genuine[:cut] + content + genuine[cut + data.draw(st.integers(0, 40)) :]
    like = data.draw(st.sampled_from(samples)).raw
    try:
        adapter(kind).translate(RawMessage("any", RECEIVED, like.content_type, content, like.envelope))
    except Unreadable:
        pass


def test_every_webhook_has_a_peer() -> None:
    unsigned = {"web.form", "open311.georeport", "social.capture"}  # anybody may call them, as a browser or with a key
    missing = [kind for kind in TYPES if isinstance(adapter(kind), Webhook) and kind not in dict(PEERS) and kind not in unsigned]
    assert missing == []


async def send(site: Site, call: Call) -> int:
    async with site.http.request(call.method, site.url + call.path, data=call.body, headers=dict(call.headers)) as answer:
        await answer.read()
        return answer.status


@EACH_PEER
async def test_a_genuine_call_is_kept_once_and_thanked_each_time(kind: str, peer: Peer) -> None:
    webhook = adapter(kind)
    assert isinstance(webhook, Webhook)
    for call in peer.calls():
        async with serve(webhook, peer.public_url) as site:
            for _time in range(3):
                assert 200 <= await send(site, call) < 300, call
            assert len(site.inbox.stored) == call.messages
            assert all(raw.content for raw in site.inbox.stored.values())
            assert not site.refused


@EACH_PEER
async def test_a_store_that_is_down_makes_the_provider_send_again(kind: str, peer: Peer) -> None:
    webhook = adapter(kind)
    assert isinstance(webhook, Webhook)
    for call in peer.calls():
        if not call.messages:
            continue
        async with serve(webhook, peer.public_url) as site:
            for failure in (StoreBusy("busy"), StoreBusy("full", full=True), RuntimeError("nobody foresaw this"), OSError(28, "full")):
                site.inbox.fails = [failure]
                assert await send(site, call) in peer.again
            assert not site.inbox.stored
            assert 200 <= await send(site, call) < 300
            assert len(site.inbox.stored) == call.messages


def _mutated(call: Call, peer: Peer, dice: random.Random) -> Call:
    """The call with something changed that its proof covers: a byte of the body, a header of the proof, the proof of another call."""
    choice = dice.randrange(8)
    names = [name for name in call.headers if name in peer.signed]
    if choice < 5 and call.body:
        body = bytearray(call.body)
        at = dice.randrange(len(body))
        match choice:
            case 0:
                body[at] ^= 1 << dice.randrange(8)
            case 1:
                body.insert(at, dice.randrange(256))
            case 2:
                del body[at]
            case 3:
                body[at:] = b""
            case _:
                body += bytes(dice.randrange(256) for _ in range(dice.randrange(1, 9)))
        return replace(call, body=bytes(body))
    name = dice.choice(names)
    value = call.headers[name]
    if choice == 5:
        return replace(call, headers={key: text for key, text in call.headers.items() if key != name})
    at = dice.randrange(len(value))
    other = dice.choice([letter for letter in "ABCDEFabcdef0123456789=+/- é" if letter != value[at]])
    return replace(call, headers={**call.headers, name: value[:at] + other + value[at + 1 :]})


@EACH_PEER
async def test_changed_calls_are_refused_and_never_a_500(kind: str, peer: Peer) -> None:
    webhook = adapter(kind)
    assert isinstance(webhook, Webhook)
    calls = list(peer.calls())
    dice = random.Random(kind)
    make: Callable[[Call, int], Call | None] = peer.mutate or (lambda call, _number: _mutated(call, peer, dice))
    async with serve(webhook, peer.public_url) as site:
        for number in range(MUTATIONS):
            genuine = dice.choice(calls)
            changed = make(genuine, number)
            if changed is None or changed == genuine:
                continue
            status = await send(site, changed)
            assert 400 <= status < 500, (status, changed)
        assert site.inbox.tries == 0, [raw.content for raw in site.inbox.stored.values()]

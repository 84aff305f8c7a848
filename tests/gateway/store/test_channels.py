"""How each channel is: what the worker notes, canaries, alarms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gateway.silence import hour_of
from gateway.store import channels, history, ledger, requests
from gateway.store.channels import ChannelState
from gateway.store.claims import open_claims
from gateway.store.engine import Engines
from gateway.store.outcome import Outbox, Outcome, OutcomeWriter
from normalizer.model import InboundMessage
from tests.gateway.store.builders import CITY, START, appender, arrival, as_request, later, outcome


def message(channel: str = "mail", minutes: float = 0, **fields: Any) -> InboundMessage:
    defaults: dict[str, Any] = {"channel_id": channel, "jurisdiction_id": CITY, "received_datetime": later(minutes)}
    return InboundMessage(**(defaults | fields))


def note(engines: Engines, *messages: InboundMessage) -> None:
    with engines.writing() as connection:
        channels.note(connection, messages)


def test_what_channels_bring_is_counted_by_the_hour(engines: Engines) -> None:
    note(engines, message(), message(minutes=2), message("text"), message(minutes=61))
    note(engines, message(minutes=3), message(minutes=-5), message("text", 1, reason="canary"), message("fax", reason="delivery_report"))
    note(engines)
    with engines.reading() as connection:
        states, hours = channels.states(connection), channels.hours(connection, 5)
    assert {name: state.last_message for name, state in states.items()} == {"mail": later(61), "text": START}
    assert states["mail"].jurisdiction_id == CITY
    at = hour_of(START)
    assert hours == {"mail": {at - 1: 1, at: 3, at + 1: 1}, "text": {at: 1}}
    with engines.writing() as connection:
        assert channels.hours(connection, 0) == {"mail": {at + 1: 1}, "text": {at: 1}}
        assert channels.hours(connection, 1, ["mail"]) == {"mail": {at: 3, at + 1: 1}}
        assert channels.forget_hours(connection, 1) == 1
        assert channels.hours(connection, 5, ["mail"]) == {"mail": {at: 3, at + 1: 1}}


def test_a_probe_is_noted(engines: Engines) -> None:
    with engines.writing() as connection:
        channels.probed(connection, "mail", CITY, START, error=None, token_expires=later(60), backlog=7)
        channels.probed(connection, "mail", CITY, later(5), error="no route")
        channels.probed(connection, "mail", CITY, later(10), error="no answer")
        state = channels.states(connection)["mail"]
        assert (state.probed, state.probe_error, state.failing_since) == (later(10), "no answer", later(5))
        assert (state.token_expires, state.backlog) == (later(60), 7), "what a failed probe cannot tell stays"
        channels.probed(connection, "mail", CITY, later(15), error=None)
        state = channels.states(connection)["mail"]
        assert (state.probe_error, state.failing_since, state.token_expires) == (None, None, None)
    note(engines, message(minutes=20))
    with engines.writing() as connection:
        channels.silent(connection, "mail", later(20))
        assert channels.states(connection)["mail"].silent_since == later(20)


def arrived(engines: Engines, **tokens: str | None) -> list[Outcome]:
    """One message for each name, whose hint is the token, ``received`` a minute after the start; settled and written."""
    appender(engines).append([arrival(name) for name in tokens])
    taken = open_claims(engines).take(10, 1 << 24, lease=60)
    outcomes = []
    for stored, token in zip(taken, tokens.values(), strict=True):
        one = outcome(stored)
        one.work.message.hints = {} if token is None else {"canary": token}
        one.work.message.received_datetime = later(1)
        outcomes.append(one)
    with engines.writing() as connection:
        open_claims(engines).settle(connection, taken)
        OutcomeWriter(connection, Outbox(lambda _request: []), later(2)).write(outcomes, as_request)
    return outcomes


def test_a_canary_is_no_resident_s_message(engines: Engines) -> None:
    with engines.writing() as connection:
        channels.canary_sent(connection, "mail", CITY, "first", later(-60))
        channels.canary_sent(connection, "mail", CITY, "second", later(0.5))
        channels.canary_sent(connection, "text", CITY, "elsewhere", START)
        assert channels.unseen_since(channels.states(connection)["mail"]) == later(-60)
    outcomes = arrived(engines, new="second", late="first", forged="third", other="elsewhere", plain=None)
    became = [(one.work.message.disposition, one.work.message.reason) for one in outcomes]
    assert became == [("not_actionable", "canary")] * 2 + [("request", "new")] * 3
    with engines.reading() as connection:
        state = channels.states(connection)["mail"]
        assert (state.canary_seen, state.canary_seconds) == (later(1), 30.0)
        assert channels.unseen_since(state) is None
        assert len(list(requests.listing(connection))) == 3
        assert channels.states(connection)["text"].canary_seen is None
    assert ledger.balance(engines)["balanced"]
    # The same one once more, by another road of its provider.
    (again,) = arrived(engines, again="second")
    assert again.work.message.reason == "canary"


def test_a_canary_is_recognised_whatever_a_screen_thought_of_it(engines: Engines) -> None:
    with engines.writing() as connection:
        channels.canary_sent(connection, "mail", CITY, "token", START)
    appender(engines).append([arrival("canary")])
    taken = open_claims(engines).take(10, 1 << 24, lease=60)
    one = outcome(taken[0])
    one.work.message.hints = {"canary": "token"}
    one.work.settle("held", "loop_suspected")
    with engines.writing() as connection:
        open_claims(engines).settle(connection, taken)
        OutcomeWriter(connection, Outbox(lambda _request: []), later(2)).write([one], as_request)
    assert (one.work.message.disposition, one.work.message.reason) == ("not_actionable", "canary")


def test_only_so_many_tokens_are_remembered(engines: Engines) -> None:
    with engines.writing() as connection:
        for number in range(100):
            channels.canary_sent(connection, "mail", CITY, f"t{number}", later(number))
        state = channels.states(connection)["mail"]
        assert (state.canary_token or "").split()[0].startswith("t99@")
        assert len((state.canary_token or "").split()) == 48


def test_alarms_are_raised_and_lowered_in_the_history(engines: Engines) -> None:
    with engines.writing() as connection:
        history.append(connection, [channels.turned(CITY, "mail", "failing", raised=True)], START)
        history.append(connection, [channels.turned(CITY, "mail", "silent", raised=True)], later(1))
        history.append(connection, [channels.turned(CITY, "mail", "failing", raised=False)], later(2))
        assert channels.alarms(connection, ["mail", "text"]) == {("mail", "silent"): later(1)}
        assert history.verify(connection) is None


@pytest.mark.parametrize("settled", [False, True])
def test_channels_with_messages_that_wait_are_known(engines: Engines, settled: bool) -> None:
    appender(engines).append([arrival("1"), arrival("2", channel="text")])
    if settled:
        taken = open_claims(engines).take(1, 1 << 24, lease=60)
        with engines.writing() as connection:
            open_claims(engines).settle(connection, taken)
    assert channels.waiting(engines) == ({"text"} if settled else {"mail", "text"})
    assert channels.polls(engines) == {}


def test_of_a_long_backlog_anything_may_wait(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "_WAITING", 2)
    appender(engines).append([arrival("1"), arrival("2")])
    assert channels.waiting(engines) is None


def test_a_channel_that_was_never_heard_of_has_no_canary_on_its_way() -> None:
    assert channels.unseen_since(ChannelState("mail")) is None
    sent = ChannelState("mail", canary_token="a@0 b@1000000", canary_seen=START - timedelta(days=30_000))
    assert channels.unseen_since(sent) is not None

"""The webhook sink against a receiver on a real socket that verifies signatures by itself."""

from __future__ import annotations

import base64
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import respx
from pydantic import ValidationError
from standardwebhooks import Webhook

from channels.base import Permanent, Temporary
from gateway.sinks import webhook
from gateway.sinks._http import OPERATOR
from gateway.sinks.base import Attempt, Deferred, Delivered, Rejected
from normalizer.model import Reporter, ServiceRequest
from tests.gateway.peers.webhook import (
    Manner,
    WebhookPeer,
    answering,
    close_without_answer,
    drip,
    hang,
    huge,
    redirect,
    reset_after_the_effect,
)
from tests.gateway.sinks.cases import a_request

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"o" * 24).decode()
FIRST = Attempt("01JD-1-created-hook")


@asynccontextmanager
async def posting(*manners: Manner, **settings: Any) -> AsyncIterator[tuple[WebhookPeer, webhook.WebhookSink]]:
    async with WebhookPeer(SECRET, list(manners)) as peer:
        sink = webhook.build("hook", webhook.Settings(**{"type": "webhook", "url": peer.url, "secret": SECRET, "timeout": 2.0, **settings}))
        try:
            yield peer, sink
        finally:
            await sink.aclose()


async def test_a_request_arrives_signed_in_a_cloudevents_envelope() -> None:
    request = a_request()
    async with posting() as (peer, sink):
        assert await sink.deliver(request, FIRST) == Delivered()
    assert (peer.forged, dict(peer.effects)) == (0, {FIRST.idempotency_key: 1})
    headers, event = peer.headers[0], peer.events[0]
    # CloudEvents 1.0, HTTP binding §3.2.1
    assert headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    data = event.pop("data")
    assert event == {
        "id": FIRST.idempotency_key,
        "specversion": "1.0",
        "type": "org.intake311.request.created",
        "source": "/intake311/springfield.example.gov",
        "subject": "2026-00012",
        "time": "2026-11-23T12:00:00Z",
        "datacontenttype": "application/json",
    }
    assert ServiceRequest.model_validate(data) == request


async def test_the_library_of_the_standard_accepts_the_signature_too() -> None:
    # The peer computes with hmac by hand; this is the same with the standard's own verifier.
    seen: list[tuple[bytes, dict[str, str]]] = []

    async def keep(peer: WebhookPeer, request: Any, key: str) -> Any:
        seen.append((await request.read(), dict(request.headers)))
        return await answering(200)(peer, request, key)

    async with posting(keep) as (_, sink):
        await sink.deliver(a_request(), FIRST)
    body, headers = seen[0]
    assert Webhook(SECRET).verify(body, headers)["type"] == "org.intake311.request.created"


async def test_while_a_secret_is_changed_both_sign() -> None:
    async with posting(secret=[OLD_SECRET, SECRET]) as (peer, sink):
        assert await sink.deliver(a_request(), FIRST) == Delivered()
    assert peer.forged == 0
    assert len(peer.headers[0]["webhook-signature"].split(" ")) == 2


async def test_an_update_says_so_and_the_key_is_the_same_for_every_attempt() -> None:
    async with posting(answering(500)) as (peer, sink):
        again = Attempt("01JD-2-updated-hook", number=2, event="updated")
        assert isinstance(await sink.deliver(a_request(), Attempt("01JD-2-updated-hook", event="updated")), Deferred)
        assert await sink.deliver(a_request(), again) == Delivered()
    assert [headers["webhook-id"] for headers in peer.headers] == ["01JD-2-updated-hook"] * 2
    assert peer.events[0]["type"] == "org.intake311.request.updated"


async def test_an_anonymous_reporter_is_not_named() -> None:
    # Seen in practice (fixmystreet#524): an "anonymous" report reached the council with the person's address.
    for request in (a_request(visibility="anonymous"), a_request(reporters=[Reporter(anonymous=True)])):
        async with posting() as (peer, sink):
            await sink.deliver(request, FIRST)
        data = peer.events[0]["data"]
        assert [data[name] for name in ("first_name", "last_name", "email", "phone")] == [None] * 4
        assert data["description"] == request.description


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Delivered()),
        (202, Delivered()),
        (204, Delivered()),
        (400, Rejected("http_400")),
        (413, Rejected("http_413")),
        (422, Rejected("http_422")),
        (410, Rejected("gone", scope="sink")),
        (401, Deferred("http_401", retry_after=OPERATOR)),
        (403, Deferred("http_403", retry_after=OPERATOR)),
        (404, Deferred("http_404", retry_after=OPERATOR)),
        (405, Deferred("http_405", retry_after=OPERATOR)),
        (408, Deferred("http_408", scope="delivery")),
        (409, Deferred("http_409", scope="delivery")),
        (425, Deferred("http_425", scope="delivery")),
        (429, Deferred("http_429")),
        (500, Deferred("http_500")),
        (502, Deferred("http_502")),
        (503, Deferred("http_503")),
        (599, Deferred("http_599")),
    ],
)
async def test_what_each_status_means(status: int, expected: object) -> None:
    async with posting(answering(status)) as (_, sink):
        assert await sink.deliver(a_request(), FIRST) == expected


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_in_seconds_is_kept(status: int) -> None:
    async with posting(answering(status, retry_after="120")) as (_, sink):
        assert await sink.deliver(a_request(), FIRST) == Deferred(f"http_{status}", retry_after=120.0, throttled=True)


async def test_retry_after_as_a_date_is_kept() -> None:
    at = datetime.now(UTC) + timedelta(minutes=10)
    async with posting(answering(503, retry_after=format_datetime(at, usegmt=True))) as (_, sink):
        answer = await sink.deliver(a_request(), FIRST)
    assert isinstance(answer, Deferred)
    assert answer.retry_after is not None
    assert 500 < answer.retry_after <= 600


async def test_a_redirect_is_not_followed() -> None:
    async with posting(redirect) as (peer, sink):
        assert await sink.deliver(a_request(), FIRST) == Deferred("redirect_refused", retry_after=OPERATOR)
    assert peer.redirected == 0


@pytest.mark.parametrize(
    ("manner", "reason", "effects"),
    [
        (reset_after_the_effect, "reset", 1),
        (close_without_answer, "reset", 0),
        (hang, "timeout", 1),
        (drip, "timeout", 0),
        (huge(500), "http_500", 0),
    ],
)
async def test_without_an_answer_it_is_deferred_and_the_next_attempt_has_one_effect(manner: Manner, reason: str, effects: int) -> None:
    async with posting(manner, timeout=0.5) as (peer, sink):
        assert await sink.deliver(a_request(), FIRST) == Deferred(reason)
        assert sum(peer.effects.values()) == effects
        assert await sink.deliver(a_request(), Attempt(FIRST.idempotency_key, number=2)) == Delivered()
    assert dict(peer.effects) == {FIRST.idempotency_key: 1}


async def test_an_endless_body_after_a_success_is_a_success() -> None:
    async with posting(huge(200)) as (peer, sink):
        assert await sink.deliver(a_request(), FIRST) == Delivered()
    assert dict(peer.effects) == {FIRST.idempotency_key: 1}


async def test_nobody_there_is_deferred() -> None:
    with socket.socket() as held:  # bound and not listening: refuses, and nobody else gets the port
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/"
        sink = webhook.build("hook", webhook.Settings(type="webhook", url=url, secret=SECRET))  # type: ignore[arg-type]
        assert await sink.deliver(a_request(), FIRST) == Deferred("connect")
        with pytest.raises(Temporary):
            await sink.check()
        await sink.aclose()


async def test_further_headers_are_sent() -> None:
    async with posting(headers={"Authorization": "Bearer abc"}) as (peer, sink):
        await sink.deliver(a_request(), FIRST)
    assert peer.headers[0]["authorization"] == "Bearer abc"


async def test_the_check_leaves_no_event() -> None:
    async with posting() as (peer, sink):
        await sink.check()  # the peer answers 405 to OPTIONS, as many do: it is there
    assert peer.calls == 0


@respx.mock(using="httpx")
async def test_the_check_finds_what_only_an_operator_can_mend(respx_mock: respx.MockRouter) -> None:
    respx_mock.options("https://crm.example.gov/old").respond(301, headers={"location": "/new"})
    respx_mock.options("https://crm.example.gov/gone").respond(410)
    respx_mock.options("https://crm.example.gov/ill").respond(500)
    for path, error in (("old", Permanent), ("gone", Permanent), ("ill", Temporary)):
        sink = webhook.build("hook", webhook.Settings(type="webhook", url=f"https://crm.example.gov/{path}", secret=SECRET))  # type: ignore[arg-type]
        with pytest.raises(error):
            await sink.check()
        await sink.aclose()


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "k" * 32,  # no prefix
        "whsec_",
        "whsec_" + base64.b64encode(b"k" * 23).decode(),  # Standard Webhooks: at least 24 bytes
        "whsec_" + base64.b64encode(b"k" * 65).decode(),  # at most 64
        "whsec_" + "*" * 40,
        [],
        [SECRET, "whsec_brief"],
    ],
)
def test_a_weak_secret_is_refused_and_not_shown(secret: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        webhook.Settings(type="webhook", url="https://crm.example.gov/", secret=secret)
    assert "kkkk" not in str(refused.value)
    assert "brief" not in str(refused.value)


@pytest.mark.parametrize("url", ["crm.example.gov", "ftp://crm.example.gov/", "https://", "https://user:secret@crm.example.gov/"])
def test_an_address_that_cannot_be_posted_to_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        webhook.Settings(type="webhook", url=url, secret=SECRET)  # type: ignore[arg-type]
    assert "user:secret" not in str(refused.value)


def test_a_secret_without_padding_is_the_same_secret() -> None:
    settings = webhook.Settings(type="webhook", url="https://crm.example.gov/", secret=OLD_SECRET.rstrip("="))  # type: ignore[arg-type]
    assert len(settings.secret) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("17", 17.0),
        (" 17 ", 17.0),
        ("1.5", 1.5),
        ("-3", 0.0),
        ("Mon, 23 Nov 2026 12:01:00 GMT", 60.0),
        ("Monday, 23-Nov-26 12:01:00 GMT", 60.0),  # RFC 850, obsolete and allowed
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_in_all_its_forms(value: str | None, seconds: float | None) -> None:
    from gateway.sinks._http import retry_after

    assert retry_after(value, datetime(2026, 11, 23, 12, 0, tzinfo=UTC)) == seconds

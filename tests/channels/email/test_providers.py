"""Mail that providers post: what proves it, what is asked for again, what is read of it."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from moto.server import ThreadedMotoServer
from pydantic import ValidationError

from channels.base import Unavailable, WebhookContext
from channels.email import mailgun, sendgrid, ses
from channels.email._sns import amazons
from channels.outward import Answer, CallFailed, Client, Manners
from tests.channels.case_files import Case, check, load
from tests.channels.email import _adapters_providers as providers
from tests.channels.webhooks import Inbox

CASES = [(kind, case) for kind in ("mailgun", "sendgrid", "ses") for case in load(__file__, kind)]


@pytest.mark.parametrize(("kind", "case"), CASES, ids=[f"{kind}-{case.name}" for kind, case in CASES])
def test_case(kind: str, case: Case) -> None:
    check(providers.ADAPTERS[f"email.{kind}"](), case)


@dataclass
class Amazon:
    """What Amazon's hosts answer, by address; everything else cannot be reached."""

    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def made(self, manners: Manners) -> Client:
        assert not manners.private_addresses
        return self

    async def call(self, method: str, url: str, **_options: Any) -> Answer:
        assert method == "GET"
        self.asked.append(url)
        if url not in self.pages:
            raise CallFailed("connect", sent=False)
        return self.pages[url]

    async def aclose(self) -> None: ...


@dataclass
class Site:
    url: str
    inbox: Inbox
    http: ClientSession
    refused: list[str]

    async def post(self, path: str, body: bytes, **options: Any) -> int:
        async with self.http.post(self.url + path, data=body, **options) as answer:
            return answer.status


@asynccontextmanager
async def serving(channel: Any, amazon: Amazon | None = None) -> AsyncIterator[Site]:
    inbox, refused = Inbox(), list[str]()
    context = WebhookContext(providers.PUBLIC, lambda reason, _source: refused.append(reason), http=(amazon or Amazon()).made)
    app = web.Application()
    app.add_routes(channel.routes(inbox, context))
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    try:
        async with ClientSession() as http:
            yield Site(str(server.make_url("")).rstrip("/"), inbox, http, refused)
    finally:
        await server.close()


# Mailgun


def mailgun_post(**changes: Any) -> tuple[bytes, dict[str, str]]:
    case = next(case for _kind, case in CASES if case.name == "mime-french")
    now = int(time.time())
    return providers.signed_by_mailgun(case.content, changes.pop("at", now), **changes), {"Content-Type": case.content_type}


async def test_mailgun_is_believed_by_either_key_and_not_for_ever() -> None:
    settings = {"type": mailgun.TYPE, "signing_key": "n" * 32, "signing_key_previous": providers.KEY}
    async with serving(mailgun.build("post", mailgun.Settings.model_validate(settings))) as site:
        body, headers = mailgun_post()
        assert await site.post("/channels/post/mime", body, headers=headers) == 200
        body, headers = mailgun_post(key="x" * 32)
        assert await site.post("/channels/post/mime", body, headers=headers) == 403
        for at in (int(time.time()) - 13 * 3600, int(time.time()) + 13 * 3600):
            body, headers = mailgun_post(at=at)
            assert await site.post("/channels/post/mime", body, headers=headers) == 403
        assert site.refused == ["signature", "signature_age", "signature_age"]
        assert len(site.inbox.stored) == 1


async def test_one_token_brings_one_message_whatever_is_posted_with_it() -> None:
    async with serving(providers.make_mailgun()) as site:
        body, headers = mailgun_post()
        assert await site.post("/channels/post/mime", body, headers=headers) == 200
        other = body.replace(b"nid-de-poule devant", b"autre texte, devant")
        assert await site.post("/channels/post/mime", other, headers=headers) == 200
        (raw,) = site.inbox.stored.values()
        assert raw.content == body


async def test_only_406_stops_mailgun() -> None:
    settings = {"type": mailgun.TYPE, "signing_key": providers.KEY, "recipients": ["parks@springfield.example.gov"], "max_size": 5000}
    async with serving(mailgun.build("post", mailgun.Settings.model_validate(settings))) as site:
        body, headers = mailgun_post()
        assert await site.post("/channels/post/mime", body, headers=headers) == 406  # not for us
        assert await site.post("/channels/post/mime", body + b"x" * 5000, headers=headers) == 406  # too large
        assert await site.post("/channels/post", b"{}", headers={"Content-Type": "application/json"}) == 403
        assert not site.inbox.tries


# SendGrid


def basic(password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'grid:{password}'.encode()).decode()}"}


async def test_sendgrid_by_password() -> None:
    settings = {"type": sendgrid.TYPE, "username": "grid", "password": "a-long-enough-password"}
    channel = sendgrid.build("grid", sendgrid.Settings.model_validate(settings))
    call = providers.sendgrid_calls()[0]
    headers = {"Content-Type": call.headers["Content-Type"]}
    async with serving(channel) as site:
        assert await site.post(call.path, call.body, headers=headers) == 403
        assert await site.post(call.path, call.body, headers=headers | basic("wrong")) == 403
        assert await site.post(call.path, call.body, headers=headers | basic("a-long-enough-password")) == 200
        assert site.refused == ["password", "password"]


def test_sendgrid_must_be_able_to_prove_itself() -> None:
    for settings in ({}, {"username": "a"}, {"public_key": "AAAA"}, {"password": "x" * 16}):
        with pytest.raises(ValidationError):
            sendgrid.Settings.model_validate({"type": sendgrid.TYPE, **settings})


async def test_the_same_mail_by_sendgrid_and_by_smtp_has_the_same_key() -> None:
    from channels.email._source_id import source_id

    async with serving(providers.make_sendgrid()) as site:
        call = next(call for call in providers.sendgrid_calls() if b"s1@example.net" in call.body)
        assert await site.post(call.path, call.body, headers=call.headers) == 200
        (raw,) = site.inbox.stored.values()
        mail = call.body.partition(b'name="email"\r\n\r\n')[2].partition(b"\r\n--311boundary")[0]
        assert raw.source_id == source_id(mail)
        assert raw.envelope["mail_from"] == "marie@example.net"


# Amazon


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.ca-central-1.amazonaws.com/a.pem",
        "https://sns.ca-central-1.amazonaws.com.evil.example/a.pem",
        "https://sns.ca-central-1.amazonaws.com:8443/a.pem",
        "https://user@sns.ca-central-1.amazonaws.com/a.pem",
        "https://sns.us-east-1.amazonaws.com/a.pem",
        "https://sns.ca-central-1.amazonaws.com\\@evil.example/a.pem",
        "https://evil.example/sns.ca-central-1.amazonaws.com/a.pem",
        "https://s3.ca-central-1.amazonaws.com/a.pem",
        "https://127.0.0.1/a.pem",
        "",
    ],
)
async def test_only_amazons_host_of_the_topics_region_may_serve_the_certificate(url: str) -> None:
    assert not amazons(url, providers.TOPIC)
    amazon = Amazon()
    message = json.loads(providers.ses_calls()[0].body) | {"SigningCertURL": url}
    async with serving(providers.make_ses(), amazon) as site:
        assert await site.post("/channels/ses", json.dumps(message).encode()) == 403
        assert site.refused == ["certificate_host"]
    assert not amazon.asked


async def test_a_certificate_that_cannot_be_had_now_is_asked_for_again() -> None:
    channel = ses.build("ses", ses.Settings.model_validate({"type": ses.TYPE, "topics": [providers.TOPIC]}))
    body = providers.ses_calls()[0].body
    amazon = Amazon()
    async with serving(channel, amazon) as site:
        assert await site.post("/channels/ses", body) == 503
        amazon.pages[providers.CERTIFICATE] = Answer(500, {}, b"")
        assert await site.post("/channels/ses", body) == 503
        amazon.pages[providers.CERTIFICATE] = Answer(200, {}, b"no certificate")
        assert await site.post("/channels/ses", body) == 403
        assert not site.inbox.tries


async def test_a_topic_that_is_not_ours_is_refused_before_anything_is_fetched() -> None:
    amazon = Amazon()
    message = json.loads(providers.ses_calls()[0].body) | {"TopicArn": providers.TOPIC + "-2"}
    async with serving(ses.build("ses", ses.Settings.model_validate({"type": ses.TYPE, "topics": [providers.TOPIC]})), amazon) as site:
        assert await site.post("/channels/ses", providers.signed_by_amazon(message)) == 403
        assert site.refused == ["topic"]
    assert not amazon.asked


async def test_a_subscription_is_confirmed_once_it_is_proven() -> None:
    there = "https://sns.ca-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=x&Token=y"
    message = {
        "Type": "SubscriptionConfirmation",
        "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
        "Token": "2336412f37f",
        "TopicArn": providers.TOPIC,
        "Message": "You have chosen to subscribe to the topic …",
        "SubscribeURL": there,
        "Timestamp": "2026-11-23T15:00:00.000Z",
        "SignatureVersion": "2",
    }
    amazon = Amazon({there: Answer(200, {}, b"<ConfirmSubscriptionResponse/>")})
    async with serving(providers.make_ses(), amazon) as site:
        assert await site.post("/channels/ses", providers.signed_by_amazon(message)) == 200
        assert amazon.asked == [there]
        forged = providers.signed_by_amazon({**message, "SubscribeURL": "https://evil.example/"})
        assert await site.post("/channels/ses", forged) == 403
        changed = json.loads(providers.signed_by_amazon(message)) | {"Token": "another"}
        assert await site.post("/channels/ses", json.dumps(changed).encode()) == 403
        amazon.pages.clear()
        assert await site.post("/channels/ses", providers.signed_by_amazon(message)) == 503
        assert not site.inbox.tries
        assert await site.post("/channels/ses", b"not JSON") == 403


@pytest.fixture(scope="module")
def cloud() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


async def test_a_mail_is_fetched_from_s3_before_it_is_acknowledged(cloud: str) -> None:
    import boto3  # type: ignore[import-untyped]  # the library has no types

    aws = {"region_name": "us-east-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
    s3 = boto3.client("s3", endpoint_url=cloud, **aws)
    s3.create_bucket(Bucket="city-mail")
    case = next(case for _kind, case in CASES if case.name == "from-s3")
    end = int(case.envelope["notification"])
    notification, mail = json.loads(case.content[:end]), case.content[end:]
    settings = {
        "type": ses.TYPE,
        "topics": [providers.TOPIC],
        "buckets": ["city-mail"],
        "region": "us-east-1",
        "endpoint": cloud,
        "access_key_id": "a",
        "secret_access_key": "b",
        "max_size": 1_500,
    }
    channel = ses.build("ses", ses.Settings.model_validate(settings))
    channel._certificates = providers.make_ses()._certificates
    async with serving(channel) as site:
        body = providers.signed_by_amazon(notification)
        assert await site.post("/channels/ses", body) == 200  # announced before it is there: kept for a person
        assert [raw.held for raw in site.inbox.stored.values()] == ["unfetchable"]
        site.inbox.stored.clear()
        s3.put_object(Bucket="city-mail", Key="in/d6iitobk75ur44p8kdnnp7g2n804", Body=mail)
        assert await site.post("/channels/ses", body) == 200
        (raw,) = site.inbox.stored.values()
        message = channel.translate(raw)
        assert (message.subject, message.attachments[0].filename, raw.held) == ("Wall", "wall.gif", None)
        site.inbox.stored.clear()
        s3.put_object(Bucket="city-mail", Key="in/d6iitobk75ur44p8kdnnp7g2n804", Body=mail + b"x" * 2_000)
        assert await site.post("/channels/ses", body) == 200
        (raw,) = site.inbox.stored.values()
        assert raw.held == "too_large"
        assert channel.translate(raw).subject == "Wall"
        inner = json.loads(notification["Message"])
        inner["receipt"]["action"]["bucketName"] = "somebody-elses"
        site.inbox.stored.clear()
        foreign = providers.signed_by_amazon({**notification, "Message": json.dumps(inner)})
        assert await site.post("/channels/ses", foreign) == 200
        assert [raw.held for raw in site.inbox.stored.values()] == ["unfetchable"]


async def test_s3_that_is_away_makes_sns_announce_it_again() -> None:
    settings = {
        "type": ses.TYPE,
        "topics": [providers.TOPIC],
        "buckets": ["city-mail"],
        "region": "us-east-1",
        "endpoint": "http://127.0.0.1:9",
    }
    channel = ses.build("ses", ses.Settings.model_validate({**settings, "access_key_id": "a", "secret_access_key": "b"}))

    async def away(bucket: str, key: str) -> tuple[bytes, str | None]:
        raise Unavailable("S3 is away")

    channel._fetched = away  # type: ignore[method-assign]  # the library itself tries for longer than a test should take
    channel._certificates = providers.make_ses()._certificates
    case = next(case for _kind, case in CASES if case.name == "s3-not-fetched")
    async with serving(channel) as site:
        assert await site.post("/channels/ses", providers.signed_by_amazon(json.loads(case.content))) == 503
        assert not site.inbox.tries


async def test_a_message_that_an_independent_implementation_signed(cloud: str) -> None:
    """moto publishes as SNS does (version 2; it leaves the subject out of what is signed, hence none here)."""
    import boto3
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.sns.models import sns_backends

    sns = boto3.client("sns", endpoint_url=cloud, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    topic = sns.create_topic(Name="city-mail")["TopicArn"]
    channel = ses.build("ses", ses.Settings.model_validate({"type": ses.TYPE, "topics": [topic]}))
    case = next(case for kind, case in CASES if (kind, case.name) == ("ses", "french"))
    amazon = Amazon()

    def certificates(manners: Manners) -> Client:
        kept = sns_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]._message_public_keys
        amazon.pages = {f"https://sns.us-east-1.amazonaws.com/{name}": Answer(200, {}, pem) for name, pem in kept.items()}
        return amazon.made(manners)

    inbox = Inbox()
    app = web.Application()
    app.add_routes(channel.routes(inbox, WebhookContext(providers.PUBLIC, http=certificates)))
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    try:
        endpoint = str(server.make_url("/channels/ses"))
        await asyncio.to_thread(sns.subscribe, TopicArn=topic, Protocol="http", Endpoint=endpoint)
        await asyncio.to_thread(sns.publish, TopicArn=topic, Message=json.loads(case.content)["Message"])
    finally:
        await server.close()
    (raw,) = inbox.stored.values()
    assert channel.translate(raw).subject == "Nid-de-poule"
    assert len(amazon.asked) == 1

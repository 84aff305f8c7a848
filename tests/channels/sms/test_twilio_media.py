"""Fetching pictures: what is opened at all, and what Twilio may answer."""

from __future__ import annotations

import base64

import pytest

from channels.base import FetchContext, Permanent, RateLimited, TooLarge, Unavailable
from channels.outward import CallFailed
from channels.sms._media import allowed
from channels.sms.twilio import Settings, Twilio, build
from tests.channels.sms.scripted import Network, answer

SID = "AC0123456789abcdef0123456789abcdef"
TOKEN = "f00dfeed0123456789abcdef01234567"
GOOD = f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages/MM{'a' * 32}/Media/ME{'b' * 32}"
CDN = "https://mms.twiliocdn.com/x/y?Expires=1&Signature=abc"
OLD_CDN = "https://s3-external-1.amazonaws.com/media.twiliocdn.com/x/y"
PICTURE = answer(200, b"JPEG", Content_Type="image/jpeg")


def adapter(**more: object) -> Twilio:
    settings = {"type": "sms.twilio", "account_sid": SID, "auth_token": TOKEN, "max_media_size": "1 KiB"} | more
    return build("text", Settings.model_validate(settings))


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("cdn", [CDN, OLD_CDN])
async def test_the_redirect_is_followed_without_the_credentials(cdn: str) -> None:
    network = Network([answer(307, Location=cdn), PICTURE])
    fetched = await adapter().fetch({"url": GOOD}, FetchContext(network))
    assert (fetched.content, fetched.media_type) == (b"JPEG", "image/jpeg")
    assert [asked.url for asked in network.asked] == [GOOD, cdn]
    assert network.asked[0].headers["Authorization"] == basic(SID, TOKEN)
    assert "Authorization" not in network.asked[1].headers
    assert network.open == 0
    assert [(manners.private_addresses, manners.max_body) for manners in network.manners] == [(False, 1024)]


async def test_an_api_key_is_used_where_there_is_one() -> None:
    network = Network([PICTURE])
    await adapter().fetch({"url": GOOD}, FetchContext(network))
    await adapter(api_key="SK1", api_key_secret="hidden").fetch({"url": GOOD}, FetchContext(network))
    assert [asked.headers["Authorization"] for asked in network.asked] == [basic(SID, TOKEN), basic("SK1", "hidden")]


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "http://mms.twiliocdn.com/x",
        "https://mms.twiliocdn.com.evil.example/x",
        "https://mms.twiliocdn.com@evil.example/x",
        "https://mms.twiliocdn.com:8443/x",
        "https://s3-external-1.amazonaws.com/other-bucket/x",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/../other/x",
        "//169.254.169.254/",
        "file:///etc/passwd",
        "",
    ],
)
async def test_a_redirect_elsewhere_is_not_followed(location: str) -> None:
    network = Network([answer(302, Location=location)])
    with pytest.raises(Permanent):
        await adapter().fetch({"url": GOOD}, FetchContext(network))
    assert len(network.asked) == 1
    assert network.open == 0


async def test_a_chain_of_redirects_ends() -> None:
    network = Network([answer(302, Location=CDN)])
    with pytest.raises(Permanent):
        await adapter().fetch({"url": GOOD}, FetchContext(network))
    assert len(network.asked) == 2


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (answer(500), Unavailable),
        (answer(503), Unavailable),
        (answer(401), Unavailable),
        (answer(403), Unavailable),
        (answer(429, Retry_After="7"), RateLimited),
        (answer(404), Permanent),
        (answer(410), Permanent),
        (answer(204), Permanent),
        (CallFailed("timeout", sent=True), Unavailable),
        (CallFailed("connect", sent=False), Unavailable),
        (CallFailed("too_large", sent=True), TooLarge),
        (CallFailed("private_address", sent=False), Permanent),
        (answer(200, bytes(1025)), TooLarge),
    ],
    ids=repr,
)
async def test_what_twilio_answers(said: object, error: type[Exception]) -> None:
    network = Network([said])  # type: ignore[list-item]  # an answer or a failure
    with pytest.raises(error) as caught:
        await adapter().fetch({"url": GOOD}, FetchContext(network))
    assert not isinstance(caught.value, RateLimited) or caught.value.retry_after == 7
    assert network.open == 0


def test_an_account_in_another_region_is_fetched_from_there() -> None:
    dublin = GOOD.replace("api.twilio.com", "api.dublin.ie1.twilio.com")
    assert not allowed(dublin, SID)
    assert allowed(dublin, SID, "api.dublin.ie1.twilio.com")
    assert allowed(GOOD, SID, "api.dublin.ie1.twilio.com")
    with pytest.raises(ValueError, match="api_host"):
        adapter(api_host="api.evil.example")


async def test_media_stay_at_twilio_unless_they_are_to_be_removed() -> None:
    network = Network([answer(204)])
    await adapter().stored({"url": GOOD}, FetchContext(network))
    assert not network.asked
    await adapter(delete_media=True).stored({"url": GOOD}, FetchContext(network))
    assert [(asked.method, asked.url) for asked in network.asked] == [("DELETE", GOOD + ".json")]
    with pytest.raises(Permanent):
        await adapter(delete_media=True).stored({"url": "https://127.0.0.1/x"}, FetchContext(network))
    assert len(network.asked) == 1
    network.answers = [answer(500)]
    with pytest.raises(Unavailable):
        await adapter(delete_media=True).stored({"url": GOOD}, FetchContext(network))

"""Fetching pictures: what is opened at all, and what Twilio may answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from channels.base import Permanent, RateLimited, TooLarge, Unavailable
from channels.sms._media import allowed
from channels.sms.twilio import Settings, Twilio, build

SID = "AC0123456789abcdef0123456789abcdef"
TOKEN = "f00dfeed0123456789abcdef01234567"
GOOD = f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages/MM{'a' * 32}/Media/ME{'b' * 32}"
CDN = "https://mms.twiliocdn.com/x/y?Expires=1&Signature=abc"
OLD_CDN = "https://s3-external-1.amazonaws.com/media.twiliocdn.com/x/y"


def adapter(**more: object) -> Twilio:
    settings = {"type": "sms.twilio", "account_sid": SID, "auth_token": TOKEN, "max_media_size": "1 KiB"} | more
    return build("text", Settings.model_validate(settings))


def picture(*pieces: bytes) -> httpx.Response:
    async def stream() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return httpx.Response(200, content=stream())


def client(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(answer), trust_env=False)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http" + GOOD.removeprefix("https"),
        GOOD.replace("https", "ftp"),
        GOOD.replace(SID, "AC" + "1" * 32),
        GOOD + "?x=1",
        GOOD + "#x",
        GOOD + "/../../..",
        GOOD + "\n",
        " " + GOOD,
        GOOD.replace("api.twilio.com", "api.twilio.com.evil.example"),
        GOOD.replace("api.twilio.com", "api.twilio.com:8080"),
        GOOD.replace("api.twilio.com", "api.twilio.com:443"),
        GOOD.replace("api.twilio.com", "api.twilio.com@127.0.0.1"),
        GOOD.replace("api.twilio.com", "127.0.0.1"),
        GOOD.replace("api.twilio.com", "api\u3002twilio.com"),
        GOOD.replace("https://", "https:\\\\"),
        GOOD.replace("/Media/", "/Media/../../"),
        GOOD.replace("MEb", "ME%62"),
        GOOD.replace("MEb", "ME\u0661"),
        "https://api.twilio.com/2010-04-01/Accounts.json",
        f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages.json",
        "http://127.1/",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:25/",
        "data:image/png;base64,AAAA",
        CDN,
    ],
)
async def test_other_addresses_are_never_opened(url: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError("opened")

    assert not allowed(url, SID)
    async with client(answer) as http:
        with pytest.raises(Permanent):
            await adapter().fetch_media(url, http)


@pytest.mark.parametrize("cdn", [CDN, OLD_CDN])
async def test_the_redirect_is_followed_without_the_credentials(cdn: str) -> None:
    seen: list[tuple[str, str | None]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((str(request.url), request.headers.get("Authorization")))
        assert request.headers["Accept-Encoding"] == "identity"
        return httpx.Response(307, headers={"Location": cdn}) if request.url.host == "api.twilio.com" else picture(b"JP", b"EG")

    async with client(answer) as http:
        assert await adapter().fetch_media(GOOD, http) == b"JPEG"
    assert [url for url, _ in seen] == [GOOD, cdn]
    assert seen[0][1] is not None
    assert seen[0][1].startswith("Basic ")
    assert seen[1][1] is None


async def test_an_api_key_is_used_where_there_is_one() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Authorization"])
        return picture(b"x")

    async with client(answer) as http:
        await adapter().fetch_media(GOOD, http)
        await adapter(api_key="SK1", api_key_secret="hidden").fetch_media(GOOD, http)
    assert seen == [httpx.BasicAuth(SID, TOKEN)._auth_header, httpx.BasicAuth("SK1", "hidden")._auth_header]


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
    calls = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request.url)
        return httpx.Response(302, headers={"Location": location})

    async with client(answer) as http:
        with pytest.raises(Permanent):
            await adapter().fetch_media(GOOD, http)
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("status", "error"), [(500, Unavailable), (503, Unavailable), (429, RateLimited), (404, Permanent), (401, Permanent), (204, Permanent)]
)
async def test_what_twilio_answers(status: int, error: type[Exception]) -> None:
    async with client(lambda _: httpx.Response(status)) as http:
        with pytest.raises(error):
            await adapter().fetch_media(GOOD, http)


async def test_no_network_is_temporary() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    async with client(answer) as http:
        with pytest.raises(Unavailable):
            await adapter().fetch_media(GOOD, http)


async def test_the_size_is_counted_while_it_comes() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 256
            yield b"x" * 256

    async with client(lambda _: httpx.Response(200, content=endless())) as http:
        with pytest.raises(TooLarge):
            await adapter().fetch_media(GOOD, http)
    assert sent <= 1024 + 2 * 256


async def test_a_chain_of_redirects_ends() -> None:
    async with client(lambda _: httpx.Response(302, headers={"Location": CDN})) as http:
        with pytest.raises(Permanent):
            await adapter().fetch_media(GOOD, http)

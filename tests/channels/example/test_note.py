from __future__ import annotations

import hashlib
import hmac

import pytest
from pydantic import SecretStr

from channels.base import StoreBusy, Unreadable, Webhook
from channels.example.note import Note, Settings, build
from tests.channels.case_files import Case, check, load
from tests.channels.webhooks import serve

SECRET = "between-us-and-the-service"
CASES = load(__file__, "note")


def adapter() -> Note:
    return build("notes", Settings(type="example.note", secret=SecretStr(SECRET)))


def sign(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-Note-Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def test_it_is_a_webhook() -> None:
    assert isinstance(adapter(), Webhook)


# Every file in cases/ is translated and compared with the TOML beside it.
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    check(adapter(), case)


# What is believed is stored exactly as it came, also where it cannot be read; the same note again adds nothing.
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_signed_note_is_kept_once(case: Case) -> None:
    async with serve(adapter(), "https://311.example.gov") as site:
        for duplicate in (False, True):
            async with site.http.post(f"{site.url}/channels/notes", data=case.content, headers=sign(case.content)) as answer:
                assert (answer.status, await answer.json()) == (200, {"duplicate": duplicate})
        (raw,) = site.inbox.stored.values()
        assert raw.content == case.content
        if case.unreadable:
            with pytest.raises(Unreadable):
                adapter().translate(raw)


async def test_a_forged_note_is_refused() -> None:
    body = CASES[-1].content
    async with serve(adapter(), "https://311.example.gov") as site:
        for headers in ({}, {"X-Note-Signature": "é"}, sign(body, "x" * 26), sign(body + b" ")):
            async with site.http.post(f"{site.url}/channels/notes", data=body, headers=headers) as answer:
                assert answer.status == 403
        assert site.refused == {"signature": 4}
        assert site.inbox.tries == 0


async def test_a_busy_store_asks_for_the_note_again() -> None:
    body = CASES[-1].content
    async with serve(adapter(), "https://311.example.gov") as site:
        site.inbox.fails.append(StoreBusy(retry_after=5))
        async with site.http.post(f"{site.url}/channels/notes", data=body, headers=sign(body)) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert not site.inbox.stored

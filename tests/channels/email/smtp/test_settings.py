"""What an operator may write, and what is said of a mistake."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from channels.base import Channel, Listener, Probed
from channels.email.smtp import Settings, build, parse_listen
from tests.channels.email.smtp.support import settings


def test_the_defaults_are_those_of_the_contract() -> None:
    plain = settings()
    assert plain.max_size == 26_214_400
    assert plain.protocol == "smtp"
    assert settings(max_size="1 MiB").max_size == 1_048_576
    assert settings(max_size=5_000_000).max_size == 5_000_000


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:8025", ("127.0.0.1", 8025)), ("[::1]:25", ("::1", 25)), ("localhost:0", ("localhost", 0))],
)
def test_listen(text: str, address: tuple[str, int]) -> None:
    assert parse_listen(text) == address


@pytest.mark.parametrize(
    ("changes", "where", "text"),
    [
        ({"listen": "8025"}, ("listen",), "host:port"),
        ({"listen": ":8025"}, ("listen",), "host:port"),
        ({"listen": "127.0.0.1:smtp"}, ("listen",), "host:port"),
        ({"listen": "127.0.0.1:70000"}, ("listen",), "host:port"),
        ({"listen": "::1:25"}, ("listen",), "brackets"),
        ({"recipients": []}, ("recipients",), "at least one"),
        ({"recipients": ["311"]}, ("recipients", 0), "@city.example"),
        ({"recipients": ["a@b", "c d@e"]}, ("recipients", 1), "@city.example"),
        ({"max_size": "big"}, ("max_size",), "could not parse"),
        ({"max_size": 10}, ("max_size",), "greater than or equal to 1024"),
        ({"protocol": "esmtp"}, ("protocol",), "'smtp' or 'lmtp'"),
        ({"trusted_networks": ["10.0.0.1/8"]}, ("trusted_networks", 0), "10.0.0.0/8"),
        ({"hostname": "a b"}, ("hostname",), "host name"),
        ({"tls_cert": "/x.pem"}, (), "belong together"),
        ({"require_starttls": True}, (), "needs tls_cert"),
        ({"trusted_authserv_ids": ["mx.city.example; spf=pass"]}, ("trusted_authserv_ids", 0), "mx.city.example"),
        ({"authserv_hops": -1}, ("authserv_hops",), "greater than or equal to 0"),
        ({"reference_secret": "short"}, ("reference_secret",), "at least 32"),
        ({"reference_secret_previous": "x" * 32}, (), "needs reference_secret"),
        ({"dkim_deadline": 0}, ("dkim_deadline",), "greater than 0"),
        ({"canary_via": "mx.city.example"}, ("canary_via",), "host:port"),
        ({"canary_from": "@city.example"}, ("canary_from",), "watch@city.example"),
        ({"max_conections": 5}, ("max_conections",), "Extra inputs are not permitted"),
    ],
)
def test_mistakes_name_their_place_and_what_to_write(changes: dict[str, Any], where: tuple[str | int, ...], text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(**changes)
    errors = caught.value.errors()
    assert [error["loc"] for error in errors] == [where]
    assert text in errors[0]["msg"]


def test_the_check_of_signatures_needs_its_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.email.smtp.find_spec", lambda _name: None)
    assert settings().verify_dkim is False
    with pytest.raises(ValidationError, match="mailauth"):
        settings(verify_dkim=True)


def test_a_secret_is_never_shown() -> None:
    assert "confidential" not in repr(settings(reference_secret="confidential, and long enough for one"))


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_adapter_is_a_listener() -> None:
    channel = build("mail", settings())
    assert isinstance(channel, Listener)
    assert isinstance(channel, Channel)
    assert isinstance(channel, Probed)


def test_translating_needs_no_server() -> None:
    """A worker process imports the module for ``translate`` alone: neither aiosmtpd nor asyncio's servers are worth their memory there."""
    heavy = {"aiosmtpd", "aiohttp", "structlog", "uvloop", "asyncio", "dkim", "smtplib"}
    code = f"import sys, channels.email.smtp; print(sorted({heavy} & set(sys.modules)))"
    root = Path(__file__).parents[4]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

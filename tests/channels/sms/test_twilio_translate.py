from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from channels.base import RawMessage, Unreadable
from channels.sms import _commands
from channels.sms.twilio import Settings, Twilio, build
from tests.channels.case_files import RECEIVED, Case, check, load

SID = "AC0123456789abcdef0123456789abcdef"
TOKEN = "f00dfeed0123456789abcdef01234567"


def adapter() -> Twilio:
    return build("text", Settings(type="sms.twilio", account_sid=SID, auth_token=SecretStr(TOKEN)))


@pytest.mark.parametrize("case", load(__file__, "twilio"), ids=lambda case: case.name)
def test_case(case: Case) -> None:
    check(adapter(), case)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_message_or_unreadable(content: bytes) -> None:
    raw = RawMessage("x", RECEIVED, "application/x-www-form-urlencoded", content)
    try:
        adapter().translate(raw)
    except Unreadable:
        pass


@given(st.text(max_size=60))
def test_commands_never_fail(text: str) -> None:
    assert _commands.command(text) in (None, "stop", "start", "help")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("stop", "stop"),
        ("STOP!", "stop"),
        ("Stop  all", "stop"),
        ("ARRET", "stop"),
        ("arrêt", "stop"),
        ("Arre\u0302t", "stop"),
        ("«Désabonner»", "stop"),
        ("ＳＴＯＰ", "stop"),
        ("START", "start"),
        ("help.", "help"),
        ("Aide", "help"),
        ("HELP!!", None),
        ("yes", None),
        ("oui", None),
        ("stop the noise at 5 Elm St", None),
        ("À l'aide", None),
        ("", None),
        ("2 dogs at 455 Main", None),
    ],
)
def test_commands(text: str, meaning: str | None) -> None:
    assert _commands.command(text) == meaning


def test_the_providers_word_wins() -> None:
    assert _commands.command("BASTA", "STOP") == "stop"
    assert _commands.command("hello", "SOMETHING") is None


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"auth_token": ""}, "auth_token"),
        ({"auth_token": "   " + " " * 40}, "auth_token"),
        ({"auth_token": "short"}, "auth_token"),
        ({"auth_token_previous": "short"}, "auth_token_previous"),
        ({"shared_keys": {"webhooks_sharedkey_1": "x"}}, "shared_keys.webhooks_sharedkey_1"),
        ({"account_sid": "SK" + "0" * 32}, "account_sid"),
        ({"public_url": "https://user:pw@city.example"}, "public_url"),
        ({"public_url": "city.example"}, "public_url"),
        ({"fallback_url": "https://city.example/?x=1"}, "fallback_url"),
        ({"api_key": "SK1"}, ""),
        ({"auth_tokn": TOKEN}, "auth_tokn"),
    ],
)
def test_settings_refuse(change: dict[str, object], path: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"type": "sms.twilio", "account_sid": SID, "auth_token": TOKEN} | change)
    assert path in [".".join(map(str, error["loc"])) for error in caught.value.errors()]
    assert TOKEN not in str(caught.value)


def test_every_setting_is_described_and_no_secret_is_shown() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    assert TOKEN not in repr(adapter().settings)

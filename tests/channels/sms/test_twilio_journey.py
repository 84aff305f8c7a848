"""Texts on their way through the running gateway: what is one request, what is two, and what is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the library has no types

from tests.journeys.running import Gateway

SID = "AC0123456789abcdef0123456789abcdef"
TOKEN = "f00dfeed0123456789abcdef01234567"
CHANNEL = f"""
[channels.text]
type = "sms.twilio"
account_sid = "{SID}"
auth_token = "{TOKEN}"
"""


class Phone:
    """One resident's telephone, through Twilio."""

    def __init__(self, gateway: Gateway, number: str, network: str = "") -> None:
        self._gateway, self._from, self._to = gateway, f"{network}{number}", f"{network}+15145550100"
        self._serial = int(number[-4:]) * 100

    def send(self, body: str, **more: str) -> dict[str, str]:
        """One webhook; returns its fields, so that it can be sent again."""
        self._serial += 1
        sid = f"SM{self._serial:032d}"
        fields = {"MessageSid": sid, "AccountSid": SID, "From": self._from, "To": self._to, "Body": body, "NumMedia": "0"} | more
        self.repeat(fields)
        return fields

    def repeat(self, fields: dict[str, str]) -> None:
        """The same webhook."""
        address = f"http://127.0.0.1:{self._gateway.http_port}/channels/text"
        headers = {
            "X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(address, fields),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        status, _headers, body = self._gateway.request("POST", "/channels/text", urlencode(fields).encode(), headers)
        assert (status, body[-11:]) == (200, b"<Response/>")


def test_texts_become_the_requests_that_were_meant(tmp_path: Path) -> None:
    long = "Good morning, the street light in front of 14 Elm Street has been flickering for three weeks and nobody came. " * 18
    with Gateway(tmp_path / "gateway", extra=CHANNEL) as gateway:
        zoe = Phone(gateway, "+15145550177", "whatsapp:")
        zoe.send("Dépôt sauvage derrière l'école, 1200 rue Ontario Est")
        zoe.send("", Latitude="45.5231", Longitude="-73.5517")
        wordy = Phone(gateway, "+15145550123")
        first = wordy.send(long[:1600])
        wordy.send("and " + long[1601:].strip())
        wordy.repeat(first)
        brisk = Phone(gateway, "+15145550155")
        brisk.send("Pothole at 12 Main Street")
        brisk.send("Graffiti at 99 Oak Avenue")
        brisk.send("STOP")
        danger = Phone(gateway, "+15145550188")
        danger.send("I smell gas at 12 Pine Avenue!! help")
        gateway.drain(received=8)
        requests: list[dict[str, Any]] = gateway.lines("requests", "list", "--json")
        messages: list[dict[str, Any]] = gateway.lines("messages", "list", "--json")
        books = gateway.ledger()
    assert books["received"] == 8
    assert books["balanced"]
    assert [len(request["intake_ids"]) for request in requests] == [2, 2, 1, 1, 1]
    assert [message["reason"] for message in messages if message["disposition"] != "request"] == [
        "same_conversation",
        "same_conversation",
        "command_stop",
    ]
    album, letter, *_two, gas = requests
    assert (album["lat"], album["language"], album["address_string"]) == (45.5231, "fr", "1200 rue Ontario Est")
    assert letter["description"].count("14 Elm Street") == long.count("14 Elm Street")
    assert gas["emergency"]["flag"]

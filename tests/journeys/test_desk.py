"""The desk from a terminal, beside a running gateway: look, release, discard, hold, retry, and read one message's whole way."""

from __future__ import annotations

import json
import smtplib
from email.message import EmailMessage
from typing import Any

from tests.journeys.checking import deliver_all
from tests.journeys.conftest import MakeGateway
from tests.journeys.receiver import DOWN, GOOD, Receiver
from tests.journeys.running import Gateway, wait_for


def send(gateway: Gateway, subject: str, body: str, **headers: str) -> bytes:
    """Send one mail and return it as it went over the wire."""
    mail = EmailMessage()
    mail["From"] = "Marie Tremblay <marie@example.net>"
    mail["To"] = "311@springfield.example.gov"
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{abs(hash((subject, body)))}@example.net>"
    mail["Date"] = "Mon, 23 Nov 2026 10:00:00 -0500"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body)
    with smtplib.SMTP("127.0.0.1", gateway.smtp_port, timeout=20) as connection:
        connection.sendmail("marie@example.net", ["311@springfield.example.gov"], content := mail.as_bytes().replace(b"\n", b"\r\n"))
    return content


def messages(gateway: Gateway) -> dict[str, dict[str, Any]]:
    """All messages by their subject."""
    return {message["subject"]: message for message in gateway.lines("messages", "list", "--json")}


def test_a_clerk_works_from_a_terminal_while_the_gateway_runs(make_gateway: MakeGateway, receiver: Receiver) -> None:
    with make_gateway(sink=receiver) as gateway:
        raw = send(gateway, "Nid-de-poule", "Gros nid-de-poule devant le 4008, rue Saint-Denis.\n")
        send(gateway, "", "")
        send(gateway, "Away", "I am away.\n", Auto_Submitted="auto-replied")
        gateway.drain(received=3)
        found = messages(gateway)
        assert {subject or "": message["disposition"] for subject, message in found.items()} == {
            "Nid-de-poule": "request",
            "": "held",
            "Away": "auto_reply",
        }
        pothole = found["Nid-de-poule"]
        assert gateway.cli("messages", "raw", pothole["intake_id"]).stdout.encode() == raw.replace(b"\r\n", b"\n")
        (request,) = gateway.lines("requests", "list", "--json")
        assert request["service_request_id"] in gateway.cli("requests", "list").stdout
        assert request["intake_ids"] == [pothole["intake_id"]]

        deliver_all(gateway)
        shown = json.loads(gateway.cli("messages", "show", pothole["intake_id"], "--json").stdout)
        kinds = [line["what"] for line in shown["timeline"]]
        assert kinds[0] == "received"
        assert {"understood", "message.request", "request.created", "delivery attempted", "delivery.delivered"} <= set(kinds)
        assert "marie" not in json.dumps(shown["timeline"]).lower(), "a timeline names no person"
        history = json.loads(gateway.cli("requests", "show", request["service_request_id"], "--json").stdout)["history"]
        assert [entry["kind"] for entry in history] == ["request.created", "delivery.delivered"]

        (empty,) = gateway.lines("held", "list", "--json")
        assert empty["reason"] == "empty"
        gateway.cli("held", "release", empty["intake_id"])
        assert not gateway.lines("held", "list", "--json")
        assert len(gateway.lines("requests", "list", "--json")) == 2
        assert gateway.cli("held", "release", empty["intake_id"]).returncode == 1, "it is not held any more"
        assert gateway.ledger()["balanced"]


def test_what_is_discarded_stays_in_the_books(make_gateway: MakeGateway) -> None:
    with make_gateway() as gateway:
        send(gateway, "", "")
        gateway.drain(received=1)
        (held,) = gateway.lines("held", "list", "--json")
        assert gateway.cli("held", "discard", held["intake_id"], "--reason", "spam").returncode == 0
        (message,) = gateway.lines("messages", "list", "--json")
        assert (message["disposition"], message["reason"]) == ("spam", "discarded: empty")
        books = gateway.ledger()
        assert (books["balanced"], books["chain_ok"], books["channels"]["mail"]["spam"]) == (True, True, 1)


def test_a_delivery_is_held_and_sent_again_by_hand(make_gateway: MakeGateway, receiver: Receiver) -> None:
    receiver.manner = lambda _call: DOWN
    with make_gateway("", receiver) as gateway:
        send(gateway, "Lamp out", "The street light at 12 Elm Street is out.\n")
        gateway.drain(received=1)
        wait_for("an attempt", lambda: any(row["attempts"] for row in gateway.lines("deliveries", "list", "--json")))
        (row,) = gateway.lines("deliveries", "list", "--json")
        gateway.cli("deliveries", "hold", row["delivery_id"])
        (row,) = gateway.lines("deliveries", "list", "--json")
        assert (row["state"], row["next_attempt_datetime"]) == ("hold", None)
        receiver.manner = lambda _call: GOOD
        gateway.cli("deliveries", "retry", row["delivery_id"])
        wait_for("the delivery", lambda: gateway.lines("deliveries", "list", "--json")[0]["state"] == "delivered", seconds=40)
        assert gateway.cli("deliveries", "retry", "4711").returncode == 1, "there is no such delivery"


def test_probes_and_numbers_tell_the_truth(make_gateway: MakeGateway) -> None:
    with make_gateway() as gateway:
        send(gateway, "Lamp out", "The street light at 12 Elm Street is out.\n")
        gateway.drain(received=1)
        assert gateway.get("/health/live")[0] == 200
        status, body = gateway.get("/health/ready")
        assert (status, json.loads(body)["processing"]) == (200, "running")
        numbers = gateway.get("/metrics")[1].decode()
        assert 'intake311_messages_received_total{channel="mail",outcome="stored"} 1.0' in numbers
        wait_for(
            "the disposition",
            lambda: 'intake311_dispositions_total{channel="mail",disposition="request"} 1.0' in gateway.get("/metrics")[1].decode(),
        )
        assert gateway.get("/nowhere")[0] == 404


def test_a_key_opens_its_own_door_only(make_gateway: MakeGateway) -> None:
    with make_gateway() as gateway:
        body = json.dumps({"source_id": "1", "text": "Graffiti at 9 Oak Street"}).encode()

        def post(key: str) -> int:
            return gateway.request(
                "POST", "/api/v1/intake/partner", body, {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
            )[0]

        assert (post("i311_" + "x" * 43), post(gateway.key("read")), post(gateway.key("intake"))) == (401, 403, 202)

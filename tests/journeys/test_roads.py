"""From a resident's message to the city's system: stored once, delivered once, and the books balance."""

from __future__ import annotations

import json

from tests.journeys.checking import deliver_all, examine
from tests.journeys.conftest import MakeGateway
from tests.journeys.receiver import Receiver
from tests.journeys.running import wait_for
from tests.journeys.senders import JsonRoad, MailRoad, Records, hand_over, letters


def test_a_mail_becomes_a_request_that_is_delivered_once_and_signed(
    make_gateway: MakeGateway, store_url: str, receiver: Receiver, records: Records
) -> None:
    with make_gateway(store_url, receiver) as gateway:
        hand_over(gateway, records, letters("mail", 20))
        gateway.drain(received=20)
        deliver_all(gateway)
        found = examine(gateway, records, receiver)
        assert found.sound, found
        assert (found.acked, found.stored, found.requests) == (20, 20, 20)
        assert receiver.created.total() == receiver.total == 20
        assert gateway.ledger()["balanced"]
        assert gateway.stop() == 0


def test_a_json_message_becomes_a_request(make_gateway: MakeGateway, store_url: str, receiver: Receiver, records: Records) -> None:
    with make_gateway(store_url, receiver) as gateway:
        road = JsonRoad(gateway.http_port, gateway.key(), records)
        for letter in letters("json", 5):
            records.trying(letter)
            receipt = road.send(letter)
            assert receipt is not None, records.answers
            records.acknowledged(letter, receipt)
        road.close()
        gateway.drain(received=5)
        deliver_all(gateway)
        found = examine(gateway, records, receiver)
        assert found.sound, found
        assert found.requests == 5
        assert {json.loads(line)["channel"] for line in gateway.cli("messages", "list", "--json").stdout.splitlines()} == {"api"}


def test_a_redelivery_adds_nothing_and_gets_the_first_receipt(
    make_gateway: MakeGateway, store_url: str, receiver: Receiver, records: Records
) -> None:
    # What an MTA does whose 250 was lost on the way: the same mail again, minutes or days later.
    with make_gateway(store_url, receiver) as gateway:
        hand_over(gateway, records, letters("again", 5))
        first = dict(records.acked)
        gateway.drain(received=5)
        hand_over(gateway, records, letters("again", 5))
        assert records.acked == first
        road = MailRoad(gateway.smtp_port, records)
        (letter,) = letters("again", 1)
        assert [road.send(letter), road.send(letter)] == [first[letter.id]] * 2
        road.close()
        deliver_all(gateway)
        found = examine(gateway, records, receiver)
        assert found.sound, found
        assert (found.stored, receiver.total) == (5, 5)


def test_a_mail_too_large_for_memory_is_kept_byte_for_byte(make_gateway: MakeGateway, records: Records) -> None:
    (letter,) = letters("large", 1, padding=lambda _number: 400_000)
    with make_gateway() as gateway:
        hand_over(gateway, records, [letter])
        gateway.drain(received=1)
        found = examine(gateway, records)
        assert found.sound, found
        assert found.held == 0
        with gateway.engines() as engines:
            from gateway.store import messages
            from gateway.store.blobs import LocalBlobs

            kept = messages.raw(engines, records.acked[letter.id])
        assert kept.blob is not None
        assert LocalBlobs(gateway.folder / "blobs").get(kept.blob) == letter.mail()


def test_nobody_waits_for_the_sink(make_gateway: MakeGateway, records: Records) -> None:
    # The city's system does not even answer; its address is a port on which nothing listens.
    with make_gateway(sink_url="http://127.0.0.1:9/hook", secret="whsec_" + "a" * 43 + "=") as gateway:
        hand_over(gateway, records, letters("alone", 10))
        gateway.drain(received=10)
        wait_for("a delivery was tried", lambda: [row for row in gateway.lines("deliveries", "list", "--json") if row["attempts"]])
        assert gateway.stop() == 0
        books = gateway.ledger()
        assert (books["received"], books["pending"], books["balanced"]) == (10, 0, True)

"""The inbox keeps each message once, exactly as it came, and hands it to one worker."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from gateway.store.claims import open_claims, read_back
from gateway.store.engine import Engines
from gateway.store.inbox import source_key
from tests.gateway.store.builders import appender, arrival


def test_a_message_comes_back_byte_by_byte(engines: Engines) -> None:
    content = bytes(range(256)) * 3
    ours = appender(engines)
    first = arrival("<a@x.example>", content=content, mail_from="r@example.net", note="déjà \N{BICYCLE}")
    ours.append([first])
    (stored,) = open_claims(engines).take(10, 1 << 20, lease=60)
    assert stored.raw.content == content
    assert stored.raw.envelope == {"mail_from": "r@example.net", "note": "déjà \N{BICYCLE}"}
    assert (stored.intake_id, stored.raw.received_at, stored.size) == (first.intake_id, first.raw.received_at, len(content))


def test_a_redelivery_gets_the_first_id_and_adds_nothing(engines: Engines) -> None:
    ours = appender(engines)
    one = arrival("<same@x.example>")
    assert not ours.append([one])[0].duplicate
    again = ours.append([arrival("<same@x.example>"), arrival("<other@x.example>"), arrival("<same@x.example>", channel="elsewhere")])
    assert [receipt.duplicate for receipt in again] == [True, False, False]
    assert again[0].intake_id == one.intake_id
    assert open_claims(engines).waiting() == 3


def test_the_same_message_twice_in_one_group_is_stored_once(engines: Engines) -> None:
    receipts = appender(engines).append([arrival("<same@x.example>"), arrival("<same@x.example>")])
    assert sorted(receipt.duplicate for receipt in receipts) == [False, True]
    assert receipts[0].intake_id == receipts[1].intake_id


def test_an_id_that_comes_with_another_content_is_told(engines: Engines) -> None:
    ours = appender(engines)
    ours.append([arrival("p-1", fingerprint="aa")])
    same, other = ours.append([arrival("p-1", fingerprint="aa"), arrival("p-1", fingerprint="bb")])
    assert (same.conflict, other.conflict) == (False, True)


def test_two_gateways_that_are_sent_the_same_mails_store_each_once(engines: Engines) -> None:
    names = [f"<{number}@x.example>" for number in range(200)]

    def _deliver(order: int) -> int:
        ours = appender(engines)
        fresh = 0
        for start in range(0, 200, 20):
            batch = [arrival(name) for name in names[start : start + 20][::order]]
            fresh += sum(not receipt.duplicate for receipt in ours.append(batch))
        ours.close()
        return fresh

    with ThreadPoolExecutor(2) as both:
        assert sum(both.map(_deliver, (1, -1))) == 200
    assert open_claims(engines).waiting() == 200


def test_a_batch_is_bounded_by_its_bytes_but_never_empty(engines: Engines) -> None:
    appender(engines).append([arrival(f"<{n}@x.example>", content=b"x" * 1000) for n in range(5)])
    claims = open_claims(engines)
    assert [len(claims.take(10, 2500, lease=60)), len(claims.take(10, 10, lease=60))] == [2, 1]


def test_what_was_taken_but_not_settled_is_taken_again(engines: Engines) -> None:
    appender(engines).append([arrival(f"<{n}@x.example>") for n in range(3)])
    claims = open_claims(engines)
    taken = claims.take(10, 1 << 20, lease=-5)  # a lease that has run out, as if the worker had died long ago
    assert len(taken) == 3
    claims.forget()
    again = claims.take(10, 1 << 20, lease=60)
    assert [stored.intake_id for stored in again] == [stored.intake_id for stored in taken]


def test_a_message_is_settled_by_one_worker_only(engines: Engines) -> None:
    appender(engines).append([arrival(f"<{n}@x.example>") for n in range(3)])
    one, two = open_claims(engines), open_claims(engines)
    taken = one.take(10, 1 << 20, lease=-5)
    two.take(10, 1 << 20, lease=60)
    with engines.writing() as connection:
        assert len(one.settle(connection, taken[:2])) == 2
    with engines.writing() as connection:
        assert [stored.seq for stored in two.settle(connection, taken)] == [taken[2].seq]
    assert one.waiting() == 0


def test_stored_messages_can_be_read_back_for_a_replay(engines: Engines) -> None:
    appender(engines).append([arrival(f"<{n}@x.example>") for n in range(3)])
    with engines.reading() as connection:
        assert [stored.raw.source_id for stored in read_back(engines, connection)] == [f"<{n}@x.example>" for n in range(3)]


def test_the_key_depends_on_channel_and_id_and_not_on_where_they_meet() -> None:
    assert source_key("a", "bc") != source_key("ab", "c")
    assert len(source_key("mail", "x" * 5000)) == 16

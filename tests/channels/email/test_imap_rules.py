"""What needs no server: the cursor, the reading of a server's answers, the cases, and that a redelivery has the key of the first."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email import _imap_answers as answers
from channels.email._imap_answers import Fetched
from channels.email._imap_position import MOST, Position, Positions
from channels.email._source_id import source_id
from tests.channels.case_files import Case, check, load
from tests.channels.email._adapters_mailboxes import make_graph, make_imap

UIDS = st.integers(1, 4_294_967_295)


@pytest.mark.parametrize("case", load(__file__, "imap"), ids=lambda case: case.name)
def test_imap_case(case: Case) -> None:
    check(make_imap(), case)


@pytest.mark.parametrize("case", load(__file__, "graph"), ids=lambda case: case.name)
def test_graph_case(case: Case) -> None:
    check(make_graph(), case)


def test_the_same_mail_by_another_way_has_the_same_key() -> None:
    cases = {case.name: case.content for case in load(__file__, "imap")}
    assert source_id(cases["emergency"]) == source_id(cases["redelivered"]) != source_id(cases["photo"])
    assert Path(__file__).name in (Path(__file__).parent / "cases/imap/redelivered.toml").read_text()


@given(st.dictionaries(st.text(max_size=20), st.tuples(UIDS, UIDS, st.integers(0, 10**6), st.lists(UIDS), st.lists(UIDS)), max_size=5))
def test_a_cursor_comes_back_as_it_was(rows: dict[str, tuple[int, int, int, list[int], list[int]]]) -> None:
    positions = Positions(None)
    for folder, (validity, uid, taken, again, unmoved) in rows.items():
        positions.put(folder, Position(validity, uid, taken, tuple(again), tuple(unmoved)))
    back = Positions(positions.text())
    for folder, (validity, uid, *_rest) in rows.items():
        assert back.of(folder, validity).uid == uid
        assert back.of(folder, validity + 1) == Position(validity + 1)
        assert (back.changed(folder, validity), back.changed(folder, validity + 1)) == (False, True)
    assert back.text() == positions.text()


@given(st.text())
def test_any_text_is_a_cursor_or_the_beginning(text: str) -> None:
    assert Positions(text).of("INBOX", 7).validity == 7


# Whatever is taken, deleted, added or fails in whatever order: each mail that is there is either taken or still waits, and none is
# asked for twice once it was taken.
@given(st.lists(st.sampled_from(["arrives", "deleted", "round", "round-with-a-bad-one", "crash"]), max_size=40), st.data())
def test_no_mail_is_forgotten(events: list[str], data: st.DataObject) -> None:
    there: list[int] = []
    ever, taken, next_uid, cursor = set[int](), set[int](), 1, None
    for event in [*events, "round"]:
        if event == "arrives":
            there.append(next_uid)
            ever.add(next_uid)
            next_uid += data.draw(st.integers(1, 3))
        elif event == "deleted" and there:
            there.remove(data.draw(st.sampled_from(there)))
        elif event.startswith("round") or event == "crash":
            positions = Positions(cursor)
            position = positions.of("INBOX", 5)
            assert not position.grown_below(there)
            waiting = position.waiting(there)
            assert set(there) - set(waiting) <= taken
            bad = data.draw(st.sampled_from(waiting)) if waiting and event == "round-with-a-bad-one" else None
            stop = data.draw(st.integers(0, len(waiting))) if event == "crash" else len(waiting)
            for uid in waiting[:stop]:
                if uid == bad:
                    position = position.failed(uid)
                    continue
                assert uid not in taken
                taken.add(uid)
                position = position.took(uid)
            if event != "crash":
                position = position.seen(there)
            positions.put("INBOX", position)
            cursor = positions.text()
    assert set(there) <= taken


def test_what_could_not_be_moved_does_not_grow_for_ever() -> None:
    position = Position(1).not_moved(range(1, 3 * MOST))
    assert len(position.unmoved) == MOST
    assert position.moved([3 * MOST - 1]).unmoved[-1] == 3 * MOST - 2


def test_answers_as_servers_give_them() -> None:
    dovecot = [
        (b'1 (UID 7 INTERNALDATE " 4-Nov-2026 06:39:41 -0500" BODY[] {4}', b"ab\r\n"),
        b")",
        b"3 (FLAGS (\\Seen) UID 9)",
        (b"2 (BODY[] {2}", b"cd"),
        b' UID 8 INTERNALDATE "24-Nov-2026 16:39:41 +0000")',
    ]
    assert dict(answers.mails(dovecot)) == {
        7: Fetched(b"ab\r\n", datetime(2026, 11, 4, 11, 39, 41, tzinfo=UTC)),
        8: Fetched(b"cd", datetime(2026, 11, 24, 16, 39, 41, tzinfo=UTC)),
    }
    assert dict(answers.mails([b'5 (UID 5 BODY[] "")', b"6 (UID 6 BODY[] NIL)", None])) == {5: Fetched(b"", None)}
    assert dict(answers.mails([(b'1 (UID 7 INTERNALDATE "31-Foo-2026 06:39:41 -0500" BODY[] {1}', b"x"), b")"])) == {7: Fetched(b"x", None)}
    assert dict(answers.sizes([b"1 (RFC822.SIZE 20 UID 5)", b"2 (UID 6)", b"* 3 EXISTS"])) == {5: 20}
    assert answers.uids([b"3 1 2 2", None, b"", b"x"]) == [1, 2, 3]
    assert answers.since(datetime(2026, 2, 3, tzinfo=UTC).date()) == "SINCE 3-Feb-2026"
    assert answers.number([b"12"]) == 12
    assert answers.number([None]) == answers.number([]) == answers.number([b"-1"]) == 0
    assert answers.words([b"Mailbox\r\n does", b"not exist"]) == "Mailbox does not exist"


ATOMS = st.one_of(st.none(), st.binary(max_size=60), st.tuples(st.binary(max_size=60), st.binary(max_size=20)))
WORDS = st.sampled_from(
    [b"1 (UID 5 BODY[] {3}", b")", b"UID", b'INTERNALDATE "24-Nov-2026 16:39:41 +0000"', b"RFC822.SIZE 99999999999999999999"]
)


@given(st.lists(st.one_of(ATOMS, WORDS, st.tuples(WORDS, st.binary(max_size=9)))))
def test_any_answer_is_read_without_an_error(answer: list[Any]) -> None:
    for uid, mail in answers.mails(answer):
        assert uid >= 0
        assert isinstance(mail.content, bytes)
    assert all(size >= 0 for _uid, size in answers.sizes(answer))
    assert answers.uids(answer) == sorted(set(answers.uids(answer)))
    assert set(answers.words(answer)) & set(string.printable) or answer

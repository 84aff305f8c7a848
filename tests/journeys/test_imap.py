"""A real gateway reads the mailbox of a real Dovecot, dies wherever a power switch could hit, and loses and doubles nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.failpoint import STAGES
from tests.channels.email import dovecot
from tests.channels.email.dovecot import PASSWORD, Account, Dovecot
from tests.journeys.checking import examine
from tests.journeys.conftest import MakeGateway
from tests.journeys.running import Gateway, wait_for
from tests.journeys.senders import Letter, Records, letters

pytestmark = pytest.mark.skipif(not dovecot.installed(), reason="Dovecot is not installed")
PLACES = [stage for stage in STAGES if stage.partition(".")[0] in ("accept", "inbox", "reply", "poll")]
"""Every place that a poller passes in the process that accepts."""


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot.running() as started:
        yield started


@pytest.fixture
def account(server: Dovecot) -> Account:
    return server.account()


def channel(account: Account, more: str = "") -> str:
    return f"""
[channels.box]
type = "email.imap"
host = "127.0.0.1"
port = {account.server.port}
security = "none"
username = "{account.user}"
password = "{PASSWORD}"
interval = 3600
{more}
"""


def sent(records: Records, source: list[Letter]) -> list[bytes]:
    for letter in source:
        records.trying(letter)
    return [letter.mail() for letter in source]


def stored(gateway: Gateway) -> list[str]:
    """The letters' ids in the order in which they were stored."""
    return [message["source_id"].removeprefix("<").partition("@")[0] for message in gateway.lines("messages", "list", "--json")]


def dies(gateway: Gateway, account: Account, records: Records, *places: str, processed: str = "") -> None:
    """Let it die at each place in turn, read what is left, and compare with what was in the mailbox."""
    source = list(letters("point", 12))
    account.append(*sent(records, source))
    for place in places:
        which = 1 if place.startswith("poll.") else 7
        gateway.launch({"INTAKE_TEST": "1", "INTAKE_FAILPOINT": f"{place}:kill@{which}"})
        assert gateway.ended() == -9
    gateway.start()
    gateway.drain(received=12)
    if processed:
        wait_for("all are moved", lambda: len(account.subjects(processed)) == 12)
        assert account.subjects() == []
    found = examine(gateway, records)
    assert found.sound, found
    assert (found.stored, found.held) == (12, 0)
    assert stored(gateway) == [letter.id for letter in source]
    assert "\\Seen" not in account.flags(processed or "INBOX")


# The two worst places, one after the other; all others are left to `make faults`.
def test_a_poller_that_dies_twice_loses_and_doubles_nothing(make_gateway: MakeGateway, account: Account, records: Records) -> None:
    dies(make_gateway(extra=channel(account)), account, records, "inbox.commit.after", "poll.cursor.before")


@pytest.mark.faults
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("processed", ["", "Done"])
def test_a_poller_may_die_anywhere(
    make_gateway: MakeGateway, account: Account, records: Records, store_url: str, place: str, processed: str
) -> None:
    gateway = make_gateway(store_url, extra=channel(account, f'processed_folder = "{processed}"' if processed else ""))
    dies(gateway, account, records, place, processed=processed)


def test_mail_comes_as_soon_as_the_server_says_so(make_gateway: MakeGateway, account: Account, records: Records) -> None:
    source = list(letters("idle", 3))
    first, second, third = sent(records, source)
    account.append(first)
    with make_gateway(extra=channel(account)) as gateway:
        gateway.drain(received=1)
        account.append(second)  # the gateway looks once an hour: what comes, comes by IDLE
        gateway.drain(received=2)
        account.server.kick(account)
        wait_for("the drop was noticed", lambda: gateway.has_logged("polling failed"))
        account.append(third)
        gateway.drain(received=3)
        assert stored(gateway) == [letter.id for letter in source]
        assert gateway.stop() == 0
        assert examine(gateway, records).sound


# Also under kill -9 of all of it, twice in the middle.
@pytest.mark.faults
def test_ten_thousand_missed_mails_are_caught_up_in_order(make_gateway: MakeGateway, account: Account, records: Records) -> None:
    count = 10_000
    source = list(letters("missed", count))
    account.append(sent(records, source[:1])[0])
    account.drop_in(sent(records, source[1:]))
    gateway = make_gateway(extra=channel(account, 'processed_folder = "Done"')).start()
    for share in (3, 2):
        with gateway.engines() as engines:
            wait_for(f"a part of {share} is stored", lambda share=share, engines=engines: _count(engines) >= count // share, seconds=300)  # type: ignore[misc]  # bound at once
        gateway.kill()
        gateway.start()
    gateway.drain(received=count, seconds=600)
    wait_for("all are moved", lambda: not account.subjects(), seconds=60)
    assert stored(gateway) == [letter.id for letter in source]
    found = examine(gateway, records)
    assert found.sound, found
    assert found.stored == count


def _count(engines: object) -> int:
    from gateway.store import ledger

    return int(ledger.balance(engines, verify_history=False)["received"])  # type: ignore[arg-type]  # the engines of a Gateway

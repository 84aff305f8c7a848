"""Who counts as one client, and how much one client may have."""

from __future__ import annotations

import pytest

from channels.email._smtp_limits import TRUSTED, Gate


def gate(**changes: int) -> Gate:
    limits = {"connections": 5, "per_client": 2, "messages_per_minute": 60} | changes
    return Gate(**limits, trusted=["127.0.0.0/8", "2001:db8:1::/48"])


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("192.0.2.200", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:2:3:4:5:6:7", "2001:db8:2:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.1", TRUSTED),
        ("::ffff:127.0.0.1", TRUSTED),
        ("2001:db8:1::5", TRUSTED),
        ("no address", "no address"),
    ],
)
def test_a_client_is_a_network(address: str, client: str) -> None:
    assert gate().client(address) == client


def test_connections_per_client_and_in_all() -> None:
    door = gate()
    one, other = door.client("192.0.2.1"), door.client("198.51.100.1")
    assert [door.enter(one), door.enter(one), door.enter(one), door.enter(other)] == [True, True, False, True]
    door.leave(one)
    assert door.enter(one)
    assert all(door.enter(TRUSTED) for _ in range(100))
    assert door.full(5)
    assert not door.full(4)


def test_a_rate_is_a_bucket_that_fills() -> None:
    door = gate()
    assert sum(door.message("192.0.2.0/24", 0.0) for _ in range(100)) == 60
    assert door.message("198.51.100.0/24", 0.0)
    assert sum(door.message("192.0.2.0/24", 5.0) for _ in range(100)) == 5
    assert sum(door.message("192.0.2.0/24", 1_000.0) for _ in range(100)) == 60
    assert all(door.message(TRUSTED, 0.0) for _ in range(1_000))


def test_quiet_clients_are_forgotten_and_the_memory_is_bounded() -> None:
    door = gate()
    for number in range(50_000):
        door.message(f"client {number}", 0.0)
    assert len(door._buckets) <= 20_000
    door.forget(61.0)
    assert not door._buckets

"""The load generator of the benchmarks against a listener: it counts what it is told, and sends what it says."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.bench import smtp_load
from tests.channels.email.smtp.support import RECIPIENTS, Store, serving


@pytest.mark.parametrize(
    ("reuse", "rate", "size", "sessions"),
    [(False, 0.0, 2_048, 5), (True, 0.0, 2_048, 5), (False, 400.0, 2_048, 1), (False, 0.0, 300_000, 3)],
)
async def test_every_mail_arrives_once(reuse: bool, rate: float, size: int, sessions: int, tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        plan = smtp_load.Plan("127.0.0.1", server.port, 40, sessions, size, reuse, rate, recipient=RECIPIENTS[0])
        outcome = await asyncio.to_thread(smtp_load.run_apart, plan)
        assert (outcome.sent, outcome.refused) == (40, 0)
        assert outcome.p50_ms <= outcome.p99_ms <= outcome.worst_ms
        assert {len(raw.content) for raw in server.store.messages} == {size}
        assert len(server.store.messages) == 40


async def test_refusals_are_counted_and_quoted(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        plan = smtp_load.Plan("127.0.0.1", server.port, 10, 2, recipient="nobody@elsewhere.example")
        outcome = await asyncio.to_thread(smtp_load.run_apart, plan)
        assert (outcome.sent, outcome.refused, outcome.reason) == (0, 10, "550 5.1.1 No such recipient here")


async def test_temporary_refusals_are_refusals(tmp_path: Path) -> None:
    store = Store()
    store.fail = lambda _raw: OSError(5, "Input/output error") if store.begun % 2 else None
    async with serving(tmp_path, store) as server:
        outcome = await asyncio.to_thread(smtp_load.run_apart, smtp_load.Plan("127.0.0.1", server.port, 20, 1, recipient=RECIPIENTS[0]))
        assert (outcome.sent, outcome.refused, outcome.reason[:9]) == (10, 10, "451 4.3.0")


async def test_nobody_listens(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        port = server.port
    outcome = await asyncio.to_thread(smtp_load.run_apart, smtp_load.Plan("127.0.0.1", port, 5, 2))
    assert (outcome.sent, outcome.refused) == (0, 5)

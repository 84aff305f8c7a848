"""F3: power cuts under load, with the shipped settings and, as a control, with ``synchronous=NORMAL``, which must lose something.

``python -m tests.faults.powercut [--rounds 30] [--control 10] [--seed 311]``; needs root, for loop devices. Each cut happens at a random
moment: the gateway is stopped, the disk is copied as it is, the gateway is killed, and it goes on with the copy (see ``power.py``), while
the senders keep on sending. A control run in which nothing is lost proves that the cuts cut nothing, and fails.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import select

from gateway.store.tables import INBOX
from tests.faults.power import Disk, may_cut
from tests.faults.reporting import arguments, bound, finish, progress, scratch
from tests.journeys.checking import deliver_all, examine, integrity
from tests.journeys.receiver import SECRET, Receiver
from tests.journeys.running import Gateway, wait_for
from tests.journeys.senders import Records, letters, mail_senders, stop_all

CONTROL = {"INTAKE_TEST": "1", "INTAKE_TEST_SYNCHRONOUS": "NORMAL"}


def main() -> None:
    """Run both."""
    more = {"control": (10, "cuts of the control run"), "mails": (8, "senders"), "rest": (0.05, "seconds between a sender's letters")}
    options = arguments(__doc__.partition("\n")[0], rounds=30, more=more)
    if not may_cut():
        sys.stderr.write("power cuts need root, losetup and mkfs.ext4\n")
        sys.exit(2)
    began = time.monotonic()
    shipped = _run("shipped settings", options, options.rounds, {})
    control = _run("control: synchronous=NORMAL", options, options.control, CONTROL) if options.control else {}
    cuts_cut = not options.control or control["lost"] > 0
    finish(
        {
            "scenario": "F3 power cuts",
            "seed": options.seed,
            "shipped": shipped,
            "control": control,
            "control_lost_something": cuts_cut,
            "seconds": round(time.monotonic() - began),
            "bound_95_per_message": bound(shipped["acked"]),
            "bound_95_per_cut": bound(options.rounds),
        },
        sound=shipped["sound"] and cuts_cut,
    )


def _run(name: str, options: Any, rounds: int, environ: Mapping[str, str]) -> dict[str, Any]:
    draw = random.Random(options.seed)
    with scratch(keep=options.keep) as folder, Receiver() as receiver:
        disk = Disk(folder / "disk")
        try:
            gateway = Gateway(folder / "disk" / "gateway", sink_url=receiver.url, secret=SECRET, home=folder)
            gateway.start(environ)
            records = Records(folder / "acked.log")
            sources = [
                letters(f"p{number}", padding=lambda n: (80_000, 300_000)[n % 2] if n % 23 == 0 else 0) for number in range(options.mails)
            ]
            senders = mail_senders(gateway, records, sources, rest=options.rest)
            for sender in senders:
                sender.start()
            lost_before: set[str] = set()
            losses, damaged_databases = [], []
            for number in range(1, rounds + 1):
                time.sleep(draw.uniform(0.5, 3.0))
                _cut(gateway, disk)
                missing = set(records.acked) - _stored(gateway)
                losses.append(len(missing - lost_before))
                lost_before |= missing
                if (found := integrity(gateway)) != "ok":
                    damaged_databases.append(found)
                gateway.start(environ)
                if number % 5 == 0:
                    progress(f"{name}: {number} cuts, {len(records.acked)} acknowledged, {len(lost_before)} lost")
            before = len(records.acked)
            wait_for("messages are taken after the last cut", lambda: len(records.acked) > before + 20)
            stop_all(senders)
            result: dict[str, Any] = {
                "cuts": rounds,
                "cuts_with_loss": sum(loss > 0 for loss in losses),
                "worst_cut": max(losses, default=0),
            }
            if environ:  # what else a weaker setting breaks is not ours to count
                return {**result, "acked": len(records.acked), "lost": len(lost_before), "databases": damaged_databases}
            gateway.drain(seconds=120)
            deliver_all(gateway, seconds=120)
            figures = examine(gateway, records, receiver)
            stopped = gateway.stop()
            sound = figures.sound and not any(losses) and not damaged_databases and stopped == 0
            return {**result, **figures.document(), "databases": damaged_databases, "sink_calls": receiver.total, "sound": sound}
        finally:
            gateway.close()
            disk.close()


def _cut(gateway: Gateway, disk: Disk) -> None:
    assert gateway.process is not None
    with suppress(ProcessLookupError):
        os.killpg(gateway.process.pid, signal.SIGSTOP)
    copy = disk.cut()
    gateway.kill()
    disk.come_back(copy)


def _stored(gateway: Gateway) -> set[str]:
    """The senders' ids of what the inbox holds."""
    with gateway.engines() as engines, engines.reading_inbox() as connection:
        ids = connection.execute(select(INBOX.c.source_id)).scalars()
        return {source_id.removeprefix("<").partition("@sender.example>")[0] for source_id in ids}


if __name__ == "__main__":
    main()

"""F5: a small disk that is filled to the last byte at random moments under load, and emptied again, without a restart.

``python -m tests.faults.diskfull [--rounds 50] [--seed 311]``; needs root, for small disks (tmpfs of 64 MB). Every ten rounds begin on a
new disk; in every other ten the gateway is told to keep 8 MiB free, so that it refuses before the disk is full, in the others it meets
the real end. Store, files, spool and the system's temporary folder are all on that disk.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.faults.reporting import arguments, bound, finish, progress, scratch
from tests.journeys.checking import deliver_all, examine, spooled
from tests.journeys.receiver import SECRET, Receiver
from tests.journeys.running import Gateway, wait_for
from tests.journeys.senders import Records, letters, mail_senders, stop_all
from tests.journeys.small_disk import fill, may_mount, small_disk

TEN = 10
SUMS = ("tried", "acked", "stored", "requests", "lost", "dup_rows", "dup_effect", "orphans", "extra", "permanent_refusals", "held")


def main() -> None:
    """Run it."""
    options = arguments(__doc__.partition("\n")[0], rounds=50, more={"mails": (6, "senders"), "rest": (0.1, "seconds between letters")})
    if not may_mount():
        sys.stderr.write("small disks need root\n")
        sys.exit(2)
    draw = random.Random(options.seed)
    began = time.monotonic()
    sums: Counter[str] = Counter()
    answers: Counter[int] = Counter()
    recoveries: list[float] = []
    reds: list[float] = []
    sound, done = True, 0
    while done < options.rounds:
        rounds = min(TEN, options.rounds - done)
        early = done // TEN % 2 == 0
        with scratch(keep=options.keep) as folder, small_disk(folder / "disk", megabytes=64) as disk:
            found = _ten(folder, disk, rounds, draw, options, early=early)
        sums.update({name: found["figures"][name] for name in SUMS})
        answers.update(found["answers"])
        recoveries += found["recoveries"]
        reds += found["reds"]
        sound = sound and found["sound"]
        done += rounds
        progress(f"{done} times full, {sums['acked']} acknowledged, {sums['lost']} lost, slowest recovery {max(recoveries):.1f} s")
    finish(
        {
            "scenario": "F5 disk full",
            "seed": options.seed,
            "times_full": done,
            **sums,
            "answers": {str(code): count for code, count in sorted(answers.items())},
            "slowest_recovery_seconds": round(max(recoveries), 2),
            "slowest_red_seconds": round(max(reds, default=0.0), 2),
            "seconds": round(time.monotonic() - began),
            "bound_95_per_message": bound(sums["acked"]),
        },
        sound=sound and set(answers) <= {421, 451, 452} and sum(answers.values()) > 0 and max(recoveries) <= 30,
    )


def _ten(folder: Path, disk: Path, rounds: int, draw: random.Random, options: Any, *, early: bool) -> dict[str, Any]:
    """Some rounds on one disk, and what was found at their end."""
    free = 'min_free = "8 MiB"' if early else "min_free = 0"
    recoveries, reds = [], []
    with Receiver() as receiver:
        gateway = Gateway(disk / "gateway", sink_url=receiver.url, secret=SECRET, store_extra=free, home=folder)
        with gateway.start({"TMPDIR": str(disk)}):
            records = Records(folder / "acked.log")
            sources = [letters(f"d{n}", padding=lambda n: (70_000, 150_000)[n % 2] if n % 30 == 0 else 0) for n in range(options.mails)]
            senders = mail_senders(gateway, records, sources, rest=options.rest)
            for sender in senders:
                sender.start()
            for _ in range(rounds):
                time.sleep(draw.uniform(0.2, 1.5))
                filler = fill(disk)
                filled = time.monotonic()
                if early:
                    wait_for("health is red", lambda: gateway.get("/health/ready")[0] == 503)
                    reds.append(time.monotonic() - filled)
                time.sleep(draw.uniform(0.3, 2.0))
                filler.unlink()
                emptied, before = time.monotonic(), len(records.acked)
                wait_for("messages are taken again", lambda before=before: len(records.acked) > before, seconds=40)  # type: ignore[misc]  # a lambda's default has no type
                recoveries.append(time.monotonic() - emptied)
                assert gateway.process is not None
                assert gateway.process.poll() is None, "the gateway ended"
            stop_all(senders)
            gateway.drain(received=len(records.acked), seconds=60)
            deliver_all(gateway, seconds=60)
            figures = examine(gateway, records, receiver)
            restarts = sum("processing ended by itself" in str(entry.get("event")) for entry in gateway.logged())
            stopped = gateway.stop()
            left = len(spooled(gateway))
    if not (figures.sound and stopped == 0 and not left and not restarts):
        progress(f"{figures}, stopped with {stopped}, {left} left in the spool, {restarts} restarts of processing")
    return {
        "figures": figures.document(),
        "answers": records.answers,
        "recoveries": recoveries,
        "reds": reds,
        "sound": figures.sound and stopped == 0 and not left and not figures.held and not restarts,
    }


if __name__ == "__main__":
    main()

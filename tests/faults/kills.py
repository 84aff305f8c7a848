"""F2: kill -9 under load, of the whole gateway or of one process of it, at random moments, with a sink that fails.

``python -m tests.faults.kills [--rounds 200] [--seed 311]``. Twelve senders by mail and four by JSON keep their copies until they are told
that a message is stored; a fifth of the sink's calls fails, some of them after the effect. At the end what was acknowledged must be stored,
once, and delivered, once. ``repeated_calls`` (of the sink) and ``answers_lost`` (of the gateway) are control figures: were they 0, the run
would have shown nothing.
"""

from __future__ import annotations

import random
import time
from collections import Counter

from tests.faults.reporting import arguments, bound, finish, progress, scratch
from tests.journeys.checking import deliver_all, examine, spooled
from tests.journeys.receiver import DOWN, GOOD, LOST_ANSWER, SECRET, Manner, Receiver
from tests.journeys.running import Gateway, Part, wait_for
from tests.journeys.senders import NOT_CONNECTED, UNANSWERED, Records, Sender, json_senders, letters, mail_senders, stop_all

TARGETS: tuple[Part | None, ...] = (None, None, None, None, "accepting", "accepting", "processing", "processing", "zygote", "reader")
"""Who is killed, drawn evenly: None is the whole group."""
MANNERS = (GOOD, DOWN, LOST_ANSWER, Manner(503, effect=False, retry_after="1"))
SHARES = (800, 100, 95, 5)


def main() -> None:
    """Run it."""
    options = arguments(
        __doc__.partition("\n")[0],
        rounds=200,
        more={"mails": (12, "senders by mail"), "posts": (4, "senders by JSON"), "rest": (0.2, "seconds between a sender's letters")},
    )
    draw = random.Random(options.seed)
    sink_draw = random.Random(options.seed + 1)
    began = time.monotonic()
    with scratch(keep=options.keep) as folder, Receiver(lambda _number: sink_draw.choices(MANNERS, SHARES)[0]) as receiver:
        gateway = Gateway(folder / "gateway", sink_url=receiver.url, secret=SECRET).start()
        records = Records(folder / "acked.log")
        senders = _senders(gateway, records, options.mails, options.posts, options.rest)
        killed: Counter[str] = Counter()
        slowest = 0.0
        for number in range(1, options.rounds + 1):
            time.sleep(draw.uniform(0.15, 1.5))
            part = draw.choice(TARGETS)
            slowest = max(slowest, _kill(gateway, part))
            killed[part or "all"] += 1
            if number % 10 == 0:
                progress(f"{number} kills, {len(records.acked)} acknowledged, slowest start {slowest:.1f} s")
        before = len(records.acked)
        wait_for("messages are taken after the last kill", lambda: len(records.acked) > before + 50)
        stop_all(senders)
        receiver.manner = lambda _number: GOOD
        progress("draining")
        gateway.drain(received=len(records.acked), seconds=300)
        deliver_all(gateway, seconds=300)
        found = examine(gateway, records, receiver)
        stopped = gateway.stop()
        left = len(spooled(gateway))
    finish(
        {
            "scenario": "F2 kill -9 under load",
            "seed": options.seed,
            "kills": dict(killed),
            **found.document(),
            "stopped_with": stopped,
            "left_in_spool": left,
            "sink_calls": receiver.total,
            "repeated_calls": receiver.total - len(receiver.effects),
            "answers_lost": records.answers[UNANSWERED],
            "not_connected": records.answers[NOT_CONNECTED],
            "refusals": {str(code): count for code, count in records.answers.items() if code > 0},
            "slowest_start_seconds": round(slowest, 2),
            "seconds": round(time.monotonic() - began),
            "bound_95_per_message": bound(found.acked),
            "bound_95_per_kill": bound(options.rounds),
        },
        sound=found.sound and stopped == 0 and receiver.total > len(receiver.effects) and records.answers[UNANSWERED] > 0,
    )


def _senders(gateway: Gateway, records: Records, mails: int, posts: int, rest: float) -> list[Sender]:
    pads = (80_000, 300_000)
    sources = [letters(f"m{number}", padding=lambda n: pads[n % 2] if n % 17 == 0 else 0) for number in range(mails)]
    senders = mail_senders(gateway, records, sources, rest=rest)
    senders += json_senders(gateway, gateway.key(), records, [letters(f"j{number}") for number in range(posts)], rest=rest)
    for sender in senders:
        sender.start()
    return senders


def _kill(gateway: Gateway, part: Part | None) -> float:
    """Kill, and start again where nobody else does; seconds until messages are taken again."""
    assert gateway.process is not None
    if part is None:
        gateway.kill()
    elif part == "accepting":
        gateway.kill_part(part)
        gateway.process.wait()
    else:
        found = gateway.parts()[part]
        if found:  # it may be on its way back from the last time
            gateway.kill_part(part)
        return 0.0
    gateway.start()
    return gateway.ready_after


if __name__ == "__main__":
    main()

"""F7: a city's system that is down, slow, asks for patience, answers a byte a second, or loses its answer after the effect.

``python -m tests.faults.crm [--rounds 1] [--seconds 8]``. Mail keeps coming while the system goes through its moods, ``--seconds``
each; between two it is well until it has got everything. Nobody helps: retries, breaker and back-off do it by themselves. At the end
everything must be there, once. ``drain_over_arrival`` is how many times faster the largest backlog went out than mail came in.
"""

from __future__ import annotations

import time
from typing import Any

from gateway.clock import now
from gateway.store import deliveries as outbox
from tests.faults.reporting import arguments, bound, finish, progress, scratch
from tests.journeys.checking import examine
from tests.journeys.receiver import DOWN, GOOD, LOST_ANSWER, SECRET, Manner, Receiver
from tests.journeys.running import Gateway, free_port, wait_for
from tests.journeys.senders import Records, letters, mail_senders, stop_all

MOODS = {
    "500": DOWN,
    "429 with Retry-After": Manner(429, effect=False, retry_after="1"),
    "503 with an HTTP date": Manner(503, effect=False, retry_after="Mon, 23 Nov 2026 10:00:00 GMT"),
    "slow": Manner(delay=2.0),
    "hangs after the effect": Manner(delay=8.0),
    "resets after the effect": LOST_ANSWER,
    "resets before the effect": Manner(effect=False, reset=True),
    "a byte a second": Manner(drip=1.0),
    "200 with the body of an error": Manner(body=b'{"error": "something went wrong"}'),
}
"""How the system is, mood after mood. The sink's own time-out is 5 seconds."""
_ON_THE_WAY = 10


def main() -> None:
    """Run it."""
    options = arguments(__doc__.partition("\n")[0], rounds=1, more={"seconds": (8.0, "seconds of each mood"), "mails": (4, "senders")})
    began = time.monotonic()
    port = free_port()
    with scratch(keep=options.keep) as folder:
        gateway = Gateway(folder / "gateway", sink_url=f"http://127.0.0.1:{port}/hook", secret=SECRET).start()
        records = Records(folder / "acked.log")
        senders = mail_senders(gateway, records, [letters(f"c{number}") for number in range(options.mails)], rest=0.1)
        for sender in senders:
            sender.start()
        progress("nobody listens")
        time.sleep(options.seconds)
        with Receiver(port=port) as receiver:
            moods = {"nobody listens": {"calls": 0, **_recover(gateway, receiver)}}
            for number in range(options.rounds):
                for name, manner in MOODS.items():
                    moods[f"{name}, {number + 1}" if number else name] = _mood(gateway, receiver, manner, options.seconds)
                    progress(f"{name}: {list(moods.values())[-1]}")
            arrival = len(records.acked) / (time.monotonic() - began)
            stop_all(senders)
            gateway.drain(received=len(records.acked))
            _recover(gateway, receiver)
            figures = examine(gateway, records, receiver)
            stopped = gateway.stop()
        gateway.close()
    largest = max(moods.values(), key=lambda mood: mood["backlog"])
    unmoved = [name for name, mood in moods.items() if not mood["calls"] and name != "nobody listens"]
    finish(
        {
            "scenario": "F7 the city's system fails",
            **figures.document(),
            "moods": moods,
            "moods_without_a_call": unmoved,
            "repeated_calls": receiver.total - len(receiver.effects),
            "arrival_per_second": round(arrival, 1),
            "drain_over_arrival": round(largest["drain_per_second"] / arrival, 1),
            "seconds": round(time.monotonic() - began),
            "bound_95_per_message": bound(figures.acked),
        },
        sound=figures.sound and stopped == 0 and not records.answers and not unmoved and receiver.total > len(receiver.effects),
    )


def _mood(gateway: Gateway, receiver: Receiver, manner: Manner, seconds: float) -> dict[str, Any]:
    """Have the system in one mood for so many seconds, then well again: calls that it saw, and how it recovered."""
    before = receiver.total
    receiver.manner = lambda _number: manner
    time.sleep(seconds)
    calls = receiver.total - before
    receiver.manner = lambda _number: GOOD
    return {"calls": calls, **_recover(gateway, receiver)}


def _recover(gateway: Gateway, receiver: Receiver) -> dict[str, Any]:
    """Wait until the outbox is all but empty, by itself; what was waiting, how long that took, and how fast it went once it went."""
    with gateway.engines() as engines:

        def _waiting() -> int:
            with engines.reading() as connection:
                return sum(rows for rows, _age in outbox.depth(connection, now()).values())

        backlog, began, calls = _waiting(), time.monotonic(), len(receiver.at)
        # Mail keeps coming, so that some are always on their way; those that wait for another attempt must all be gone.
        wait_for("the backlog is gone", lambda: _waiting() <= _ON_THE_WAY, seconds=300)
    times = receiver.at[calls:]
    # The busiest second: before it the breaker waits, after it come the stragglers that had failed most often.
    fastest = max((sum(start <= at < start + 1 for at in times) for start in times[:: max(1, len(times) // 200)]), default=0)
    return {"backlog": backlog, "seconds_to_empty": round(time.monotonic() - began, 1), "drain_per_second": fastest}


if __name__ == "__main__":
    main()

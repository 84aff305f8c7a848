"""Measures what finding duplicates costs with many requests stored: a small store beside a large one, and a crowded place.

The stores are SQLite files in a scratch folder, filled by the driver with what the stage reads: requests, their places and their terms.
"""

from __future__ import annotations

import random
import statistics
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import orjson

from gateway.bench.figures import Figure, compared, judged
from gateway.quality import dedupe_reports
from gateway.quality.dedupe_stream import city, read
from gateway.store import schema
from gateway.store.engine import Engines
from gateway.store.keys64 import cell_place, term_key
from gateway.store.known import Facts
from gateway.store.location import locate
from gateway.store.neighbours import term_keys
from gateway.store.numbers import public_number
from normalizer import dedupe
from normalizer.dedupe.sides import forget
from normalizer.pipeline import Work

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CROWD = 448
"""Requests in one hot spot."""
_EVERY = timedelta(minutes=5)
"""Between two stored requests: some 100,000 a year."""
_CHUNK = 20_000
_HOT = (45.0, -73.0)
_ROW = "INSERT INTO service_request VALUES (?,?,'','pothole','open','normal',NULL,'web',?,?,?)"


def run(few: int, many: int, messages: int, rounds: int, say: Callable[[str], None]) -> Iterator[Figure]:
    """The figures: cost a message of a large store beside a small one, and the time of a message in a crowd."""
    with tempfile.TemporaryDirectory(prefix="intake311-bench-") as scratch:
        say(f"{few:,} requests")
        small = _store(Path(scratch) / "few", few)
        say(f"{many:,} requests")
        large = _store(Path(scratch) / "many", many)
        say("rounds")
        ours: list[float] = []
        theirs: list[float] = []
        crowd: list[float] = []
        cold: list[float] = []
        for number in range(rounds):
            # Each round has texts of its own, that neither store has met; the stores take turns in going first.
            works = [_work(report) for report in _reports(messages, seed=1_000 + number)]
            for store, times in ((small, theirs), (large, ours))[:: 1 if number % 2 else -1]:
                forget()
                times.append(statistics.median(_timed(store, works)) * 1e6)
            forget()
            hot = [_work(report, _HOT) for report in _reports(40, seed=2_000 + number)]
            taken = [value * 1e3 for value in _timed(large, hot)]
            cold.append(taken[0])  # the others' texts have just been seen, as in a gateway that took them in itself
            crowd += taken[1:]
        for engines in (small, large):
            engines.dispose()
        crowd.sort()
        p95 = crowd[int(0.95 * (len(crowd) - 1))]
        yield compared("stored", f"median of a message, {many:,} stored", "µs", ours, theirs, f"µs with {few:,}", at_most=1.2)
        words, holds = judged(p95, " ms", at_most=5.0)
        what = f"p95 of a message among {CROWD} in one spot"
        yield Figure("crowd", what, p95, "ms", statistics.median(crowd), "ms median", None, (crowd[0], crowd[-1]), words, holds)
        yield Figure("crowd", "the first message there, none of whose neighbours was met", statistics.median(cold), "ms")


def _timed(engines: Engines, works: list[Work]) -> list[float]:
    """Seconds that each message takes: what is known is fetched for it alone, and the stage compares."""
    found = []
    context = city()
    with engines.reading() as connection:
        for work in works:
            fresh = Work(
                message=work.message.model_copy(), now=work.now, requests=[work.requests[0].model_copy()], sender_key=work.sender_key
            )
            fresh.message.disposition = None
            begun = perf_counter()
            facts = Facts(connection, [fresh])
            dedupe.stage([fresh], context, facts.known(""))
            found.append(perf_counter() - begun)
    return found


def _reports(count: int, seed: int) -> list[dict[str, object]]:
    made = list(dedupe_reports.generate(count, seed))
    random.Random(seed).shuffle(made)  # noqa: S311  (a mixture, not a secret)
    return made[:count]


def _work(report: dict[str, object], at: tuple[float, float] | None = None) -> Work:
    chance = random.Random(str(report["id"]) + str(report["text"]))  # noqa: S311  (a place, not a secret)
    place = {"lat": at[0] + chance.uniform(0, 0.001), "long": at[1] + chance.uniform(0, 0.001)} if at else {}
    work = read({**report, **place, "datetime": NOW.isoformat()}, city())
    if work.requests[0].lat is not None and not at:
        work.requests[0].lat, work.requests[0].long = _spread(chance)
    work.requests[0].service_request_id = ""
    return work


def _spread(chance: random.Random) -> tuple[float, float]:
    """Somewhere in a city of 60 km: the million of ten years lie as densely as a large city's."""
    return 45.5 + chance.uniform(-0.27, 0.27), -73.6 + chance.uniform(-0.38, 0.38)


def _store(folder: Path, count: int) -> Engines:
    """A store with ``count`` requests, the newest now, and a crowd in one spot."""
    folder.mkdir()
    location = locate(f"sqlite:///{folder / 'store.db'}")
    schema.migrate(location)
    engines = Engines(location)
    works = [_work(report) for report in _reports(400, seed=1)]
    chance = random.Random(5)  # noqa: S311  (places, not secrets)
    rows, places, terms = [], [], []
    for number in range(1, count + CROWD + 1):
        work = works[number % len(works)]
        request = work.requests[0]
        hot = number > count
        at = NOW - _EVERY * (max(0, count - number) + 1) if not hot else NOW - timedelta(hours=number - count)
        lat, long = (_HOT[0] + chance.uniform(0, 0.001), _HOT[1] + chance.uniform(0, 0.001)) if hot else _spread(chance)
        micros = int(at.timestamp() * 1e6)
        fields = {
            "description": f"{request.description} {number}",
            "requested_datetime": at.isoformat(),
            "service_code": request.service_code,
        }
        document = orjson.dumps({**fields, "lat": lat, "long": long, "location": {"precision": "point", "source": "pin"}}).decode()
        rows.append((number, public_number(number), micros, micros, document))
        places.append((cell_place("", lat, long), number, "", micros))
        # Every city has more names than ours: a term is as rare among a million as it is among ten thousand.
        keys = [term_key("", f"{key}/{chance.randrange(max(1, count // 2_000))}") for key in term_keys(request, None)]
        terms += [(key, number, "") for key in dict.fromkeys([*keys, *(term_keys(request, None) if number % 997 == 0 else ())])]
        if len(rows) >= _CHUNK or number == count + CROWD:
            with engines.writing() as connection:
                connection.exec_driver_sql(_ROW, rows)
                connection.exec_driver_sql("INSERT INTO request_place VALUES (?,?,?,?)", places)
                connection.exec_driver_sql("INSERT INTO request_term VALUES (?,?,?)", terms)
            rows, places, terms = [], [], []
    return engines

"""A gateway that is told to stop while messages come by every road at once: webhook, port and poller."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select

from gateway.store import ledger
from gateway.store.tables import INBOX, POLL
from tests.journeys.running import ROOT, Gateway, free_port, wait_for

PROGRAM = """
import sys
from pathlib import Path
from gateway import app
from tests.gateway.wiring_adapters.plug import plugged_in
with plugged_in():
    sys.exit(app.serve(Path(sys.argv[1])))
"""


class Plugged(Gateway):
    """A gateway with the adapters of the tests."""

    def launch(self, environ: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        import os

        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(self.config)],
                cwd=ROOT,
                env={**os.environ, **(environ or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._groups.add(self.process.pid)
        return self.process


def keep_sending(send: Callable[[int], bool], stop: threading.Event) -> tuple[list[int], threading.Thread]:
    """Send one after the other until it fails or is stopped; the numbers of those that were acknowledged."""
    kept: list[int] = []

    def run() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                if not send(number):
                    return
            except OSError:
                return
            kept.append(number)

    thread = threading.Thread(target=run)
    thread.start()
    return kept, thread


def stored(gateway: Gateway) -> set[str]:
    with gateway.engines() as engines, engines.reading_inbox() as connection:
        return set(connection.execute(select(INBOX.c.source_id)).scalars())


def position(gateway: Gateway) -> int:
    with gateway.engines() as engines, engines.reading_inbox() as connection:
        return int(connection.execute(select(POLL.c.position)).scalar() or 0)


def test_every_road_ends_in_an_orderly_way(tmp_path: Path, store_url: str) -> None:
    port = free_port()
    extra = f'[channels.coop]\ntype = "pigeon.coop"\nlisten = "127.0.0.1:{port}"\ntraces = "{tmp_path}"\n[health]\nprobe = "1 s"'
    gateway = Plugged(tmp_path / "gateway", store_url, extra=extra)
    with gateway:
        stop = threading.Event()
        with socket.create_connection(("127.0.0.1", port), timeout=10) as session:

            def by_port(number: int) -> bool:
                session.sendall(b"%d\n" % number)
                return session.recv(16) == b"kept\n"

            posted, posting = keep_sending(lambda number: gateway.request("POST", "/channels/coop", b"%d" % number)[0] == 200, stop)
            said, saying = keep_sending(by_port, stop)
            wait_for("messages come by every road", lambda: len(posted) > 5 and len(said) > 5 and len(stored(gateway)) > 20)
            # One is in the middle of its body when the gateway is told to stop.
            with socket.create_connection(("127.0.0.1", gateway.http_port), timeout=20) as slow:
                slow.sendall(b"POST /channels/coop HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\nExpect: 100-continue\r\n\r\n")
                assert b"100 Continue" in slow.recv(1_000)
                slow.sendall(b"slow")
                assert gateway.process is not None
                gateway.process.terminate()
                wait_for("it has begun to stop", lambda: gateway.has_logged("stopping"))
                slow.sendall(b"-one")
                answer = b""
                with suppress(ConnectionError):
                    while part := slow.recv(1_000):
                        answer += part
            began = time.monotonic()
            status = gateway.ended()
            assert (status, time.monotonic() - began < 30) == (0, True)
            stop.set()
            posting.join()
            saying.join()
    assert b"200 OK" in answer
    there = stored(gateway)
    assert {f"web-{number}" for number in posted} | {f"port-{number}" for number in said} | {"web-slow-one"} <= there, (
        "acknowledged is kept"
    )
    assert {path.name for path in tmp_path.iterdir()} >= {"listener", "poller"}, "both were ended, not cut off"
    assert [entry for entry in gateway.logged() if entry.get("level") in ("error", "critical")] == []
    assert "Traceback" not in gateway.log.read_text()
    # Nothing is left out. The one whose commit was under way may be fetched once more, and is recognised then.
    polled = {int(name.removeprefix("poll-")) for name in there if name.startswith("poll-")}
    assert polled == set(range(1, max(polled) + 1))
    assert max(polled) - position(gateway) in (0, 1)

    with gateway.start():
        wait_for("it goes on where it stopped", lambda: position(gateway) > max(polled))
        assert gateway.stop() == 0
    with gateway.engines() as engines:
        assert ledger.balance(engines)["balanced"]

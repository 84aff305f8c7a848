"""The gateway's metrics, one definition each; import this only after :func:`gateway.telemetry.metrics_folder` was called, or in tests."""

from __future__ import annotations

import os
from collections.abc import Container, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
    # The library asks the system for the process id at each increment, which is a tenth of the time of accepting a message; a process that
    # has imported this module never forks.
    _PID = os.getpid()
    values.ValueClass = values.MultiProcessValue(lambda: _PID)  # type: ignore[no-untyped-call]  # the library has no types here

_SHORT = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_STAGE = (0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)

RECEIVED = Counter("intake311_messages_received_total", "Messages that reached accept, by outcome", ["channel", "outcome"])
ACK = Histogram("intake311_ack_seconds", "Time from a complete message to its durability", ["channel"], buckets=_SHORT)
DISPOSITIONS = Counter("intake311_dispositions_total", "Messages settled, by disposition", ["channel", "disposition"])
STAGES = Histogram("intake311_stage_seconds", "Time of one message in a stage of the pipeline", ["stage"], buckets=_STAGE)
PENDING = Gauge("intake311_inbox_pending", "Messages that are stored and not settled", multiprocess_mode="mostrecent")
OUTBOX = Gauge("intake311_outbox_depth", "Deliveries that wait", ["sink"], multiprocess_mode="mostrecent")
OLDEST = Gauge("intake311_outbox_oldest_age_seconds", "Age of the oldest delivery that waits", ["sink"], multiprocess_mode="mostrecent")
ATTEMPTS = Counter("intake311_delivery_attempts_total", "Attempts at deliveries, by outcome", ["sink", "outcome"])
DELIVERY = Histogram("intake311_delivery_seconds", "Time of one attempt at a delivery", ["sink"], buckets=_SHORT)
MEDIA = Counter("intake311_media_total", "Attempts at fetching media that messages name, by outcome", ["channel", "outcome"])
MEDIA_WAITING = Gauge("intake311_media_waiting", "Media that are still to be fetched", multiprocess_mode="mostrecent")
REFUSED = Counter("intake311_webhook_refused_total", "Webhook calls that were not believed", ["channel", "reason"])
_RECENT: Any = {"multiprocess_mode": "mostrecent"}
CHANNEL_UP = Gauge("intake311_channel_up", "1 where nothing says that the channel does not work", ["channel"], **_RECENT)
CHANNEL_LAST = Gauge(
    "intake311_channel_last_message_timestamp_seconds", "When a channel brought its last message; 0 for never", ["channel"], **_RECENT
)
CHANNEL_ALARM = Gauge("intake311_channel_alarm", "1 while a person is needed for the channel", ["channel", "kind"], **_RECENT)
READER_DEATHS = Counter("intake311_reader_deaths_total", "Readers that a batch ended")
BUILD = Gauge("intake311_build_info", "Always 1; the labels say what runs", ["version"], multiprocess_mode="mostrecent")


def program_version() -> str:
    """The version of the installed distribution, or ``unknown`` when run from a bare tree."""
    try:
        return version("intake311")
    except PackageNotFoundError:
        return "unknown"


# Looking up a labelled child takes a lock and makes a tuple of texts; there are few, and they live as long as the process.
_received = cache(RECEIVED.labels)
_ack = cache(ACK.labels)
_disposition = cache(DISPOSITIONS.labels)
_stage = cache(STAGES.labels)


def stored(channel: str, seconds: float, outcome: str) -> None:
    """Count a message that reached accept."""
    _received(channel, outcome).inc()
    if outcome in ("stored", "duplicate"):
        _ack(channel).observe(seconds)


def settled(channel: str, disposition: str, stages: Mapping[str, float]) -> None:
    """Count a message that got its disposition."""
    _disposition(channel, disposition).inc()
    for stage, seconds in stages.items():
        _stage(stage).observe(seconds)


def attempted(sink: str, outcome: str, seconds: float) -> None:
    """Count an attempt at a delivery."""
    ATTEMPTS.labels(sink, outcome).inc()
    DELIVERY.labels(sink).observe(seconds)


def fetched(channel: str, outcome: str) -> None:
    """Count an attempt at fetching a medium."""
    MEDIA.labels(channel, outcome).inc()


def channel(channel_id: str, *, up: bool, last: float, alarms: Container[str]) -> None:
    """Show how a channel is."""
    CHANNEL_UP.labels(channel_id).set(up)
    CHANNEL_LAST.labels(channel_id).set(last)
    for kind in ("failing", "silent", "canary", "expiring"):
        CHANNEL_ALARM.labels(channel_id, kind).set(kind in alarms)


def exposition(folder: str) -> bytes:
    """All metrics of all processes that write into ``folder``, in Prometheus' text format."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]  # the library has no types here
    return generate_latest(registry)

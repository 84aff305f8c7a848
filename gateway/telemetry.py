"""What the gateway tells of itself: log lines without personal data, and metrics of all its processes together.

Levels by consequence: WARNING means that something is wrong and nothing was lost, ERROR that a person is needed. Lines carry ids, counts
and coded reasons; what a resident wrote, is called or can be reached by never gets in: keys that could carry it are
dropped, and what looks like an address or a number in any value is masked, as the last step.

Metrics follow Prometheus' conventions (base units, ``_total``); the processes of one gateway write them into a shared folder, from which
``/metrics`` reads (prometheus_client's multiprocess mode).
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import structlog

_PRIVATE = frozenset(
    {
        *("text", "text_new", "text_quoted", "subject", "body", "content", "description", "address", "email", "phone", "name"),
        *("first_name", "last_name", "handle", "sender", "recipient", "recipients", "mail_from", "rcpt_to"),
        *("token", "key", "secret", "password", "authorization"),
    }
)
_MAIL = re.compile(r"[^\s@<>\"'(),;:]{1,64}@[^\s@<>\"'(),;:]{1,255}")
_PHONE = re.compile(r"(?<![\w.:/-])(?:\+\d|\(?\d{3}\)?[ .-]\d{3}[ .-]|\d{7})[\d .()-]{2,14}\d(?![\w:])")
"""Telephone numbers as people write them; not addresses of machines, times or ids."""
_FOLDER = "intake311-metrics-"
_IN_MEMORY = Path("/dev/shm")  # noqa: S108  # the folder below it is made for its owner alone


def set_up_logging(style: Literal["auto", "json", "console"] = "auto", level: str = "info") -> None:
    """Configure structlog and the standard library's logging, both to standard error."""
    console = style == "console" or (style == "auto" and sys.stderr.isatty())
    renderer: Any = structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_personal_data,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            *shared[:2],
            *shared[3:],
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("mail.log", "asyncio", "aiohttp.access", "httpx", "httpcore", "alembic", "sqlalchemy", "apscheduler"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def without_personal_data(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Drop what could carry personal data and mask what looks like it."""
    for key in [key for key in event if key.lower() in _PRIVATE]:
        event[key] = "…"
    for key, value in event.items():
        if isinstance(value, str) and key not in ("timestamp", "level", "intake_id"):
            event[key] = _PHONE.sub("<number>", _MAIL.sub("<address>", value))
    return event


def metrics_folder(environ: MutableMapping[str, str]) -> Path:
    """Make this gateway's folder for metrics and name it in ``environ``; call it before :mod:`gateway.metrics` is imported.

    It lies in memory, where the system has a place for that: its files are mapped, and a process that writes to a mapped page for which a
    full disk has no room is killed (SIGBUS, mmap(2)). Folders of gateways that are no more are removed on the way.
    """
    parent = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())
    for old in parent.glob(f"{_FOLDER}*"):
        pid = old.name.removeprefix(_FOLDER)
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(old, ignore_errors=True)
    folder = parent / f"{_FOLDER}{os.getpid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    return folder

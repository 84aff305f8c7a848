"""Examines a configuration and the machine under it, and says for each thing whether it holds and how to mend it.

``intake311 check`` prints the findings. Without ``connect`` nothing leaves the machine: ports, directories, disk, the SQLite library, the
schema of a SQLite store, certificates. With it, PostgreSQL, every channel and every sink are asked too.
"""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import socket
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Literal

from channels.base import Channel, ChannelError, ProbeContext, Probed
from channels.outward import MakeClient
from config.settings import Store
from config.types import Listen
from gateway import guard
from gateway.certificate import CertificateError, days_left
from gateway.clock import now
from gateway.errors import ConfigError, StoreError
from gateway.probing import ask, secrets_of
from gateway.wiring import Wired, listen_addresses, load

Severity = Literal["ok", "warning", "problem"]
_NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.glusterfs", "ceph"})
_RENEW_WITHIN_DAYS = 21
_CHECK_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``name`` is a TOML path where there is one, ``mend`` what to do about it."""

    name: str
    severity: Severity
    what: str
    mend: str = ""
    configuration: bool = False

    @property
    def ok(self) -> bool:
        """True when the gateway can run with it."""
        return self.severity != "problem"


def exit_status(findings: list[Finding]) -> int:
    """0 when all is well, 2 when the configuration is wrong, 1 when something else does not hold."""
    problems = [finding for finding in findings if not finding.ok]
    return 0 if not problems else 2 if any(finding.configuration for finding in problems) else 1


async def examine(path: Path | None, environ: Mapping[str, str], *, connect: bool = False) -> list[Finding]:
    """Everything that can be said; a wrong configuration ends the examination, since the rest depends on it."""
    try:
        wired = load(path, environ)
    except ConfigError as error:
        return [Finding(mistake.path, "problem", mistake.message, configuration=True) for mistake in error.mistakes]
    findings = [Finding("configuration", "ok", f"{wired.path}: channels: {len(wired.channels)}, sinks: {len(wired.sinks)}")]
    findings += (Finding(warning.path, "warning", warning.message, configuration=True) for warning in wired.warnings)
    findings += _environment()
    findings += await asyncio.to_thread(lambda: [*ports(wired), *directories(wired.configuration.store), *certificates(wired)])
    findings += await asyncio.to_thread(lambda: list(store(wired.configuration.store, connect=connect)))
    if connect:
        findings += [finding async for finding in adapters(wired)]
    return findings


def _environment() -> Iterator[Finding]:
    shared = guard.shared_with()
    for package, owners in shared.items():
        what = f"the package {package} is also installed by {', '.join(owners)}"
        yield Finding("environment", "problem", what, "install intake311 into an environment of its own (docs/decisions/0002)")
    if not shared:
        yield Finding("environment", "ok", "no other distribution uses our packages' names")


def ports(wired: Wired) -> Iterator[Finding]:
    """Whether each address can be listened on, or is held by the gateway that is running."""
    running = _answers(wired.configuration.server.listen)
    for where, listen in listen_addresses(wired.configuration, wired.channel_settings):
        yield _port(where, listen, running=running)


def _port(where: str, listen: Listen, *, running: bool) -> Finding:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(listen.host, listen.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except socket.gaierror:
        return Finding(where, "problem", f"{listen.host} is no address that can be resolved", "write an IP address of this machine")
    except OSError as error:
        if error.errno == errno.EADDRINUSE and running:
            return Finding(where, "ok", f"{listen} is in use by a gateway that is running")
        mend = {
            errno.EADDRINUSE: "stop the other program, or choose another port",
            errno.EACCES: "ports below 1024 need CAP_NET_BIND_SERVICE; or let a front server pass 25 and 443 on to a higher port",
            errno.EADDRNOTAVAIL: "write an IP address of this machine",
        }.get(error.errno or 0, "")
        return Finding(where, "problem", f"{listen} cannot be listened on: {error.strerror}", mend)
    return Finding(where, "ok", f"{listen} is free")


def _answers(listen: Listen) -> bool:
    """True when a gateway already serves this address."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(listen.host, listen.host)  # noqa: S104  # compared, not bound
    connection = HTTPConnection(host, listen.port, timeout=2)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False  # refused, or another protocol: not ours
    finally:
        connection.close()


def directories(settings: Store) -> Iterator[Finding]:
    """Whether what is accepted can be written, stays private, and has room."""
    disks: set[int] = set()
    for where, directory in _data_directories(settings):
        place = _existing(directory)
        if not os.access(place, os.W_OK | os.X_OK):
            yield Finding(
                where, "problem", f"{place} cannot be written by this user", f"chown it to the user that runs intake311 (uid {os.getuid()})"
            )
            continue
        if place == directory.absolute() and stat.S_IMODE(place.stat().st_mode) & stat.S_IRWXO:
            yield Finding(where, "warning", f"{place} can be read by every user of this machine", f"chmod o-rwx {place}")
        else:
            yield Finding(where, "ok", f"{directory} can be written" + ("" if place == directory.absolute() else " (it will be made)"))
        system = file_system(place)
        if system in _NETWORK_FILE_SYSTEMS:
            what = f"{place} is on {system}, where neither locks nor fsync can be relied on"
            yield Finding(where, "problem", what, "use a local disk, or PostgreSQL and an S3-compatible store")
        if place.stat().st_dev in disks:
            continue
        disks.add(place.stat().st_dev)
        free = shutil.disk_usage(place).free
        what = f"{free >> 20} MiB free under {place}"
        if free < settings.min_free:
            yield Finding("store.min_free", "problem", f"{what}: messages are refused below {settings.min_free >> 20} MiB", "make room")
        else:
            yield Finding("store.min_free", "warning" if free < 2 * settings.min_free else "ok", what)


def _data_directories(settings: Store) -> Iterator[tuple[str, Path]]:
    if settings.url.startswith("sqlite:///"):
        yield "store.url", Path(settings.url.removeprefix("sqlite:///")).parent
    if "://" not in settings.blobs:
        yield "store.blobs", Path(settings.blobs)


def _existing(directory: Path) -> Path:
    """The directory, or the nearest one above it that exists."""
    directory = directory.absolute()
    return next(place for place in (directory, *directory.parents) if place.exists())


def file_system(place: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The type of the file system under ``place`` (Linux; "unknown" elsewhere)."""
    best, kind = -1, "unknown"
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return kind
    for line in lines:
        _, point, system, *_ = line.split(" ")
        mount = Path(point.replace("\\040", " "))
        if place.resolve().is_relative_to(mount) and len(mount.parts) >= best:
            best, kind = len(mount.parts), system
    return kind


def store(settings: Store, *, connect: bool) -> Iterator[Finding]:
    """Whether the store's library is sound and its schema is today's."""
    from gateway.store.location import locate
    from gateway.store.schema import HEAD, is_current, versions
    from gateway.store.sqlite import require_sound_version

    try:
        location = locate(settings.url)
        if location.is_sqlite:
            require_sound_version()
            yield Finding("store.url", "ok", "SQLite is a release without the WAL-reset bug")
        elif not connect:
            yield Finding("store.url", "ok", "PostgreSQL; `check --connect` asks it")
            return
        found = versions(location)
        if is_current(location):
            yield Finding("store.url", "ok", f"the schema is {HEAD}, as this program wants it")
        elif all(version is None for version in found.values()):
            yield Finding("store.url", "ok", "the store is empty; its schema is made at the start")
        else:
            yield Finding(
                "store.url", "warning", "the schema is older than this program", "it is migrated at the start; make a backup first"
            )
    except StoreError as error:
        yield Finding("store.url", "problem", str(error))


def certificates(wired: Wired) -> Iterator[Finding]:
    """Whether the TLS certificates of the channels can be used, and for how long."""
    for channel_id, settings in wired.channel_settings.items():
        certificate, key = getattr(settings, "tls_cert", None), getattr(settings, "tls_key", None)
        if certificate is None:
            continue
        where = f"channels.{channel_id}.tls_cert"
        try:
            days = days_left(Path(certificate), Path(key) if key else None)
        except CertificateError as error:
            yield Finding(where, "problem", str(error), "renew it, and see that tls_key belongs to it")
            continue
        soon = days < _RENEW_WITHIN_DAYS
        yield Finding(where, "warning" if soon else "ok", f"valid for another {days} days", "renew it" if soon else "")


async def adapters(wired: Wired) -> AsyncIterator[Finding]:
    """Ask each channel and sink that can tell whether it works."""
    from gateway.http import client
    from gateway.sinks.base import close

    try:
        async with _asking(wired, client) as context:
            for name, channel in wired.channels.items():
                yield await _channel(f"channels.{name}", wired, name, channel, context(name))
        for name, sink in wired.sinks.items():
            yield await _probe(f"sinks.{name}", sink.check())
    finally:
        await close(wired.sinks.values())


@asynccontextmanager
async def _asking(wired: Wired, http: MakeClient) -> AsyncIterator[Callable[[str], ProbeContext]]:
    """What channels are given when they are asked; with what the store knows of them, where there is a store already."""
    from gateway.polling import probing
    from gateway.store import schema
    from gateway.store.location import locate

    public_url = wired.configuration.server.public_url
    location = locate(wired.configuration.store.url)
    try:
        current = await asyncio.to_thread(schema.is_current, location)
    except StoreError:
        current = False
    if not current:
        yield lambda _channel_id: ProbeContext(http, public_url)
        return
    async with probing(location, http, public_url) as context:
        yield context


async def _channel(where: str, wired: Wired, name: str, channel: Channel, context: ProbeContext) -> Finding:
    """One channel: every one has a finding, also where there is nothing to ask."""
    if not isinstance(channel, Probed):
        return Finding(where, "ok", "there is nobody to ask: messages come to it")
    asked = await ask(channel, context, secrets_of(wired.channel_settings[name]), _CHECK_SECONDS)
    if asked.found is None:
        return Finding(where, "problem", asked.error or "it does not work")
    found = asked.found
    waiting = f"{found.backlog} messages wait there" if found.backlog else ""
    expires = found.token_expires
    ends = f"its token ends on {expires:%Y-%m-%d}" if expires is not None else ""
    what = "; ".join(filter(None, ("works", found.detail, waiting, ends)))
    soon = expires is not None and expires - now() <= wired.configuration.health.token_warning
    return Finding(where, "warning" if soon else "ok", what, "renew it; docs/channels says how" if soon else "")


async def _probe(where: str, asking: Awaitable[None]) -> Finding:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            await asking
    except TimeoutError:
        return Finding(where, "problem", f"no answer within {_CHECK_SECONDS} seconds")
    except (ChannelError, OSError) as error:
        return Finding(where, "problem", str(error) or type(error).__name__)
    return Finding(where, "ok", "works")

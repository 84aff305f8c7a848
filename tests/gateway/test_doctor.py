from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiohttp import web

from config.settings import BUILT_IN, Store
from gateway import doctor
from gateway.doctor import Finding
from tests.gateway.test_certificate import certificate
from tests.gateway.wiring_adapters.plug import plugged_in

CATALOG = """
[[services]]
service_code = "pothole"
service_name = { en = "Pothole" }
description = { en = "A hole in the roadway" }
group = "streets"
department = "works"
"""


@pytest.fixture(autouse=True)
def _adapters() -> Iterator[None]:
    with plugged_in():
        yield


async def examined(place: Path, text: str = "", *, connect: bool = False, listen: str = "127.0.0.1:0") -> list[Finding]:
    (place / "catalog.toml").write_text(CATALOG)
    (place / "c.toml").write_text(
        f"""
        jurisdiction_id = "x.example.gov"
        catalog = "{place}/catalog.toml"
        [server]
        listen = "{listen}"
        [store]
        url = "sqlite:///{place}/var/intake311.db"
        blobs = "{place}/var/blobs"
        min_free = "1 MiB"
        {text}
        """
    )
    return await doctor.examine(place / "c.toml", {}, connect=connect)


def problems(findings: list[Finding]) -> dict[str, str]:
    return {finding.name: finding.what for finding in findings if not finding.ok}


async def test_a_healthy_machine(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir(mode=0o700)
    findings = await examined(tmp_path)
    assert problems(findings) == {}
    assert doctor.exit_status(findings) == 0
    said = "\n".join(finding.what for finding in findings)
    for part in (f"channels: {len(BUILT_IN)}", "is free", "can be written", "MiB free", "WAL-reset", "schema is made at the start"):
        assert part in said


async def test_a_wrong_configuration_is_all_that_is_said(tmp_path: Path) -> None:
    findings = await examined(tmp_path, "[channels.fax]\ntype = 'fax.machine'\n[channels.a]\ntype = 'pigeon.post'\nlimt = 3")
    assert set(problems(findings)) == {"channels.fax.type", "channels.a.limt"}
    assert doctor.exit_status(findings) == 2


async def test_what_is_odd_but_harmless_is_a_warning(tmp_path: Path) -> None:
    findings = await examined(tmp_path, "[[routes]]\nservice_code = 'moon'\nto = []")
    assert next(finding.name for finding in findings if finding.severity == "warning") == "routes[0].service_code"
    assert doctor.exit_status(findings) == 0


async def test_a_port_that_another_program_holds(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        findings = await examined(tmp_path, f"[channels.a]\ntype = 'pigeon.post'\nlisten = '127.0.0.1:{port}'")
    assert problems(findings) == {"channels.a.listen": f"127.0.0.1:{port} cannot be listened on: Address already in use"}
    assert doctor.exit_status(findings) == 1


async def test_a_port_that_our_own_gateway_holds_is_no_problem(tmp_path: Path) -> None:
    async def live(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    application = web.Application()
    application.router.add_get("/health/live", live)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        port = runner.addresses[0][1]
        findings = await examined(tmp_path, listen=f"127.0.0.1:{port}")
    finally:
        await runner.cleanup()
    assert problems(findings) == {}
    assert any("in use by a gateway that is running" in finding.what for finding in findings)


@pytest.mark.parametrize(("address", "says"), [("192.0.2.1:20009", "Cannot assign"), ("no.such.host.invalid:20009", "cannot be resolved")])
async def test_an_address_that_is_not_this_machines(tmp_path: Path, address: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror

    if "invalid" in address:
        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        says = "no address that can be resolved"
    findings = await examined(tmp_path, f"[channels.a]\ntype = 'pigeon.post'\nlisten = '{address}'")
    assert says in problems(findings)["channels.a.listen"]


async def test_a_disk_that_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    assert "messages are refused below 1 MiB" in problems(await examined(tmp_path))["store.min_free"]


async def test_a_directory_that_others_can_read_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir(mode=0o755)
    (warning,) = [finding for finding in await examined(tmp_path) if finding.severity == "warning"]
    assert (warning.name, warning.mend) == ("store.url", f"chmod o-rwx {tmp_path}/var")


async def test_a_directory_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    found = problems(await examined(tmp_path))
    assert "cannot be written" in found["store.url"]
    assert "cannot be written" in found["store.blobs"]


def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "file_system", lambda _: "nfs4")
    found = list(doctor.directories(Store(url=f"sqlite:///{tmp_path}/x.db", blobs="s3://bucket/prefix")))
    assert any(finding.severity == "problem" and "nfs4" in finding.what for finding in found)


def test_the_file_system_is_the_one_of_the_nearest_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nhost:/x {tmp_path} nfs4 rw 0 0\nhost:/y {tmp_path}/a\\040b cifs rw 0 0\n")
    (tmp_path / "a b").mkdir()
    assert doctor.file_system(Path("/"), mounts) == "ext4"
    assert doctor.file_system(tmp_path, mounts) == "nfs4"
    assert doctor.file_system(tmp_path / "a b", mounts) == "cifs"
    assert doctor.file_system(tmp_path, tmp_path / "none") == "unknown"


async def test_certificates_are_looked_at_before_they_end(tmp_path: Path) -> None:
    tables = []
    for name, days in (("long", 90), ("soon", 5), ("over", -2)):
        pem, key = certificate(tmp_path, name, days)
        tables.append(f"[channels.{name}]\ntype = 'pigeon.post'\ntls_cert = '{pem}'\ntls_key = '{key}'\n")
    findings = {finding.name: finding for finding in await examined(tmp_path, "".join(tables))}
    severities = {name: findings[f"channels.{name}.tls_cert"].severity for name in ("long", "soon", "over")}
    assert severities == {"long": "ok", "soon": "warning", "over": "problem"}
    assert findings["channels.soon.tls_cert"].what == "valid for another 5 days"


async def test_channels_and_sinks_are_asked_only_when_that_is_wanted(tmp_path: Path) -> None:
    text = "[channels.a]\ntype = 'pigeon.post'\nsick = true\n[channels.b]\ntype = 'pigeon.post'\n[sinks.crm]\ntype = 'drawer'\n"
    assert problems(await examined(tmp_path, text)) == {}
    findings = await examined(tmp_path, text, connect=True)
    assert problems(findings) == {"channels.a": "the pigeons are ill"}
    assert [finding.what for finding in findings if finding.name in ("channels.b", "sinks.crm")] == ["works", "works"]


async def test_a_channel_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(doctor, "_CHECK_SECONDS", 0.01)
    findings = await examined(tmp_path, "[channels.a]\ntype = 'pigeon.post'")
    assert problems(findings) == {}
    monkeypatch.setattr("channels.pigeon.post.Post.check", never)
    (tmp_path / "c.toml").touch()
    found = await doctor.examine(tmp_path / "c.toml", {}, connect=True)
    assert "no answer" in problems(found)["channels.a"]


def test_postgresql_is_asked_only_when_that_is_wanted() -> None:
    (finding,) = doctor.store(Store(url="postgresql://gw@127.0.0.1:1/none"), connect=False)
    assert "check --connect" in finding.what
    (finding,) = doctor.store(Store(url="postgresql://gw:pass-word@127.0.0.1:1/none"), connect=True)
    assert not finding.ok
    assert "pass-word" not in finding.what


def test_the_schema_of_a_store_that_is_there(tmp_path: Path) -> None:
    from gateway.store.location import locate
    from gateway.store.schema import migrate

    url = f"sqlite:///{tmp_path}/x.db"
    migrate(locate(url))
    assert "as this program wants it" in [finding.what for finding in doctor.store(Store(url=url), connect=False)][-1]

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings import BUILT_IN
from gateway import wiring
from gateway.errors import ConfigError
from gateway.wiring import Wired
from tests.gateway.wiring_adapters.plug import plugged_in

CANARY = "canary-5f3759df"


def without_built_in(found: Mapping[str, Any]) -> dict[str, Any]:
    """The channels that the file has: some need no table."""
    return {name: value for name, value in found.items() if name not in BUILT_IN}


@pytest.fixture(autouse=True)
def _adapters() -> Iterator[None]:
    with plugged_in():
        yield


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    path = tmp_path / "catalog.toml"
    path.write_text(
        """
        [[services]]
        service_code = "pothole"
        service_name = { en = "Pothole" }
        description = { en = "A hole in the roadway" }
        group = "streets"
        department = "works"
        """
    )
    return path


def written(catalog: Path, text: str) -> Path:
    path = catalog.with_name("intake311.toml")
    path.write_text(f'jurisdiction_id = "x.example.gov"\ncatalog = "{catalog}"\n{text}')
    return path


def load(catalog: Path, text: str, **environ: str) -> Wired:
    return wiring.load(written(catalog, text), environ)


def mistakes(catalog: Path, text: str, **environ: str) -> dict[str, str]:
    with pytest.raises(ConfigError) as refusal:
        load(catalog, text, **environ)
    return {mistake.path: mistake.message for mistake in refusal.value.mistakes}


def test_adapters_are_found_by_their_type_and_built(catalog: Path) -> None:
    wired = load(
        catalog,
        """
        [channels.mail]
        type = "pigeon.post"
        recipients = ["311@X.example.gov"]
        size = "2 KiB"
        [channels.mail.loft]
        street = "Main"
        [sinks.crm]
        type = "drawer"
        label = "potholes"
        [[routes]]
        service_code = "pothole"
        to = ["crm"]
        """,
        INTAKE311__CHANNELS__MAIL__AUTH_TOKEN="12345678",
        INTAKE311__CHANNELS__MAIL__LOFT__KEY="98765432",
    )
    settings = wired.channel_settings["mail"]
    assert settings.auth_token.get_secret_value() == "12345678"  # type: ignore[attr-defined]  # of the test's adapter
    assert settings.loft.key.get_secret_value() == "98765432"  # type: ignore[attr-defined]  # of the test's adapter
    assert wired.channels["mail"].channel_id == "mail"  # type: ignore[attr-defined]  # of the test's adapter
    assert wired.sink_settings["crm"].label == "potholes"  # type: ignore[attr-defined]  # of the test's adapter
    assert wired.contexts["x.example.gov"].own_addresses == {"311@x.example.gov"}
    assert wired.contexts["x.example.gov"].catalog.get("pothole") is not None
    assert without_built_in(wired.channel_jurisdictions) == {"mail": "x.example.gov"}
    assert wired.warnings == ()


def test_a_secret_may_come_from_a_file(catalog: Path, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("12345678\r\n")
    wired = load(catalog, '[channels.mail]\ntype = "pigeon.post"', INTAKE311__CHANNELS__MAIL__AUTH_TOKEN_FILE=str(tmp_path / "token"))
    assert wired.channel_settings["mail"].auth_token.get_secret_value() == "12345678"  # type: ignore[attr-defined]


def test_every_mistake_of_every_table_is_named_at_once(catalog: Path) -> None:
    found = mistakes(
        catalog,
        """
        [server]
        listn = "127.0.0.1:1"
        [channels.mail]
        type = "pigeon.post"
        listen = "127.0.0.1:20001"
        auth_tokn = "canary-5f3759df"
        limit = "many"
        [channels.mail.loft]
        keey = "canary-5f3759df"
        [channels.crowd]
        type = "pigeon.post"
        breed = "tumbler"
        limit = 51
        [channels.short]
        type = "pigeon.post"
        auth_token = "canary"
        [channels.fax]
        type = "fax.machine"
        [channels.slip]
        type = "pigeon.pots"
        [channels.shared]
        type = "pigeon.feather"
        [channels.ring]
        type = "pigeon.ring"
        [channels.none]
        listen = "127.0.0.1:20001"
        [channels.odd]
        type = "../etc"
        [channels.number]
        type = 3
        [sinks.crm]
        type = "drawr"
        [sinks.base]
        type = "base"
        [[routes]]
        to = ["crm", "cmr"]
        """,
        INTAKE311__SINKS__HOOK__URL="x",
    )
    known = ", ".join(wiring.types(wiring.CHANNELS))
    assert found == {
        "server.listn": "unknown key; did you mean listen?",
        "channels.mail.auth_tokn": "unknown key; did you mean auth_token?",
        "channels.mail.limit": "must be a whole number",
        "channels.mail.loft.street": "is missing: Its street",
        "channels.mail.loft.keey": "unknown key; did you mean key?",
        "channels.crowd": "tumblers come in flocks of 50 at most",
        "channels.short.auth_token": "is not acceptable; the value is secret and not shown",
        "channels.fax.type": f"no adapter 'fax.machine'; known are {known}",
        "channels.slip.type": "no adapter 'pigeon.pots'; did you mean pigeon.post?",
        "channels.shared.type": found["channels.shared.type"],
        "channels.ring.type": "'pigeon.ring' needs the library twilio_that_is_not_installed: install it beside intake311",
        "channels.none.type": f"is missing: known are {known}",
        "channels.odd.type": 'no adapter has such a name; a type is "<channel>.<adapter>", for example "email.smtp"',
        "channels.number.type": "must be text in quotes",
        "sinks.crm.type": "no sink 'drawr'; did you mean drawer?",
        "sinks.base.type": 'no sink has such a name; a type is one word, for example "webhook"',
        "INTAKE311__SINKS__HOOK__URL": "there is no [sinks.hook]",
    }
    assert found["channels.shared.type"].startswith("channels.pigeon.feather is no adapter: it has no Settings and build")


def test_a_route_names_sinks_that_exist(catalog: Path) -> None:
    found = mistakes(catalog, '[sinks.crm]\ntype = "drawer"\n[[routes]]\nto = ["cmr"]\n[[routes]]\nto = "crm"\n')
    assert found == {"routes[0].to": "no sink 'cmr'; did you mean crm?"}


def test_a_route_for_what_does_not_exist_is_warned_of(catalog: Path) -> None:
    wired = load(catalog, '[[routes]]\nservice_code = ["pothole", "moon"]\ngroup = ["street"]\njurisdiction_id = ["y"]\nto = []\n')
    assert {warning.path: warning.message for warning in wired.warnings} == {
        "routes[0].service_code": "nothing is called 'moon'; see the catalog",
        "routes[0].group": "nothing is called 'street'; did you mean streets?",
        "routes[0].jurisdiction_id": "nothing is called 'y'; known are x.example.gov",
    }


@pytest.mark.parametrize(("one", "other"), [("127.0.0.1:20002", "127.0.0.1:20002"), ("0.0.0.0:20002", "127.0.0.1:20002")])
def test_two_channels_cannot_share_a_port(catalog: Path, one: str, other: str) -> None:
    text = f'[channels.a]\ntype = "pigeon.post"\nlisten = "{one}"\n[channels.b]\ntype = "pigeon.post"\nlisten = "{other}"\n'
    assert mistakes(catalog, text) == {"channels.b.listen": "the same port as channels.a.listen"}


def test_a_channel_cannot_have_the_servers_port(catalog: Path) -> None:
    text = '[server]\nlisten = "127.0.0.1:20003"\n[channels.a]\ntype = "pigeon.post"\nlisten = "[::]:20003"\n'
    assert mistakes(catalog, text) == {"channels.a.listen": "the same port as server.listen"}


def test_the_system_may_choose_any_number_of_ports(catalog: Path) -> None:
    text = '[channels.a]\ntype = "pigeon.post"\nlisten = "127.0.0.1:0"\n[channels.b]\ntype = "pigeon.post"\nlisten = "127.0.0.1:0"\n'
    assert set(without_built_in(load(catalog, text).channels)) == {"a", "b"}


def test_what_an_adapter_refuses_while_it_is_built_is_a_mistake_without_its_secrets(catalog: Path) -> None:
    text = f'[channels.a]\ntype = "pigeon.post"\nauth_token = "{CANARY}"\nrefuse = "cannot open with {CANARY}"\n'
    assert mistakes(catalog, text) == {"channels.a": "cannot open with …"}


def test_a_gateway_for_several_cities(catalog: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(catalog.read_text().replace("pothole", "snow_ice"))
    wired = load(
        catalog,
        f"""
        staff_domains = ["x.example.gov"]
        [jurisdictions."y.example.gov"]
        catalog = "{other}"
        languages = ["en", "es"]
        region = "US"
        own_addresses = ["@y.example.gov"]
        staff_domains = []
        [channels.here]
        type = "pigeon.post"
        recipients = ["311@x.example.gov"]
        [channels.there]
        type = "pigeon.post"
        jurisdiction_id = "y.example.gov"
        recipients = ["311@y.example.gov"]
        """,
    )
    here, there = wired.contexts["x.example.gov"], wired.contexts["y.example.gov"]
    assert without_built_in(wired.channel_jurisdictions) == {"here": "x.example.gov", "there": "y.example.gov"}
    assert (here.own_addresses, there.own_addresses) == (
        frozenset({"311@x.example.gov"}),
        frozenset({"@y.example.gov", "311@y.example.gov"}),
    )
    assert (here.languages, there.languages) == (("en", "fr"), ("en", "es"))
    assert (here.region, there.region) == ("CA", "US")
    assert (here.staff_domains, there.staff_domains) == (frozenset({"x.example.gov"}), frozenset())
    assert (set(here.catalog.by_code), set(there.catalog.by_code)) == ({"pothole"}, {"snow_ice"})


def test_a_city_that_does_not_exist(catalog: Path) -> None:
    text = '[jurisdictions."y.example.gov"]\n[channels.a]\ntype = "pigeon.post"\njurisdiction_id = "y.exampel.gov"\n'
    assert mistakes(catalog, text) == {
        "channels.a.jurisdiction_id": "there is no [jurisdictions] table of that name; did you mean y.example.gov?"
    }


def test_the_first_city_is_not_given_twice(catalog: Path) -> None:
    assert 'jurisdictions."x.example.gov"' in mistakes(catalog, '[jurisdictions."x.example.gov"]\nregion = "US"\n')


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read: No such file or directory"),
        ("services = [", "is not TOML"),
        ("[[services]]\nservice_code = 'a'\n", "services[0].group: Field required"),
        ("SAME", "'pothole' stands twice"),
    ],
)
def test_a_catalog_that_cannot_be_used(catalog: Path, content: str | None, says: str) -> None:
    text = catalog.read_text()
    catalog.unlink()
    if content is not None:
        catalog.write_text(content if content != "SAME" else text + text)
    with pytest.raises(ConfigError) as refusal:
        load(catalog, "")
    assert {mistake.path for mistake in refusal.value.mistakes} == {"catalog"}
    assert says in str(refusal.value)


def test_a_process_that_takes_mail_does_not_load_the_sinks(catalog: Path) -> None:
    text = '[channels.a]\ntype = "pigeon.post"\n[sinks.crm]\ntype = "drawer"\n[[routes]]\nto = ["crm"]\n'
    wired = wiring.load(written(catalog, text), {}, parts={"channels"})
    assert set(without_built_in(wired.channels)) == {"a"}
    assert wired.sinks == {}
    assert "gateway.sinks.drawer" not in sys.modules


def test_looking_for_types_imports_none() -> None:
    assert "pigeon.post" in wiring.types(wiring.CHANNELS)
    assert "pigeon.feather" not in wiring.types(wiring.CHANNELS)
    assert "drawer" in wiring.types(wiring.SINKS)
    assert "base" not in wiring.types(wiring.SINKS)
    assert "channels.pigeon.post" not in sys.modules


def test_importing_the_wiring_loads_no_adapter_and_no_heavy_library() -> None:
    heavy = ("twilio", "aiohttp", "sqlalchemy", "httpx", "aiosmtpd", "obstore", "selectolax", "gateway.sinks", "channels.")
    program = "import sys, gateway.wiring; print('\\n'.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    ).stdout
    assert [name for name in loaded.splitlines() if name.startswith(heavy)] == []


_values: st.SearchStrategy[object] = st.recursive(
    st.one_of(st.just(CANARY), st.integers(-5, 5), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(["key", "street", "other"]), inner, max_size=2)),
    max_leaves=4,
)
_keys = st.sampled_from(["auth_token", "auth_tokn", "limit", "size", "breed", "listen", "recipients", "loft", "sick", "x"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(_keys, _values, max_size=5))
def test_no_mistake_shows_a_value(catalog: Path, table: dict[str, object]) -> None:
    lines = "".join(f"{key} = {_toml(value)}\n" for key, value in table.items())
    said = ""
    try:
        load(catalog, f'[channels.a]\ntype = "pigeon.post"\n{lines}')
    except ConfigError as error:
        said = str(error)
    assert CANARY not in said


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)


def test_the_health_table_names_channels_that_can(catalog: Path) -> None:
    text = "[channels.a]\ntype = 'pigeon.post'\n[channels.b]\ntype = 'pigeon.letter'\n[health]\nmay_be_silent = 'b'\ncanary = { b = '1 h' }"
    assert load(catalog, text).configuration.health.canary == {"b": timedelta(hours=1)}
    assert mistakes(catalog, text.replace("{ b", "{ a")) == {
        "health.canary.a": "a channel of type 'pigeon.post' cannot send itself a message"
    }
    assert set(mistakes(catalog, text.replace("{ b", "{ x"))) == {"health.canary.x"}
    assert set(mistakes(catalog, text.replace("'b'", "'mail'"))) == {"health.may_be_silent"}
    assert set(mistakes(catalog, text.replace("'1 h'", "'soon'"))) == {"health.canary.b"}


def test_the_gazetteer_s_files_must_exist_and_each_city_has_its_own(catalog: Path, tmp_path: Path) -> None:
    streets = tmp_path / "streets.csv"
    streets.write_text("street\nWendover Avenue\n")
    text = f"""
    [gazetteer]
    files = ["{streets}", "gone.csv"]
    areas = {{ ward = "gone.geojson" }}
    """
    assert set(mistakes(catalog, text)) == {"gazetteer.files[1]", "gazetteer.areas.ward"}
    wired = load(catalog, f'[gazetteer]\nfiles = ["{streets}"]\n[jurisdictions."y.example.gov"]\n')
    assert [item.address for item in wired.contexts["x.example.gov"].gazetteer.lookup("on Wendover Avenue")] == ["Wendover Avenue"]
    assert list(wired.contexts["y.example.gov"].gazetteer.lookup("on Wendover Avenue")) == []

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.settings import Configuration, Reading, location, read
from config.types import Listen

SMALLEST = 'jurisdiction_id = "x.example.gov"\n'


def reading(tmp_path: Path, text: str, **environ: str) -> Reading:
    path = tmp_path / "intake311.toml"
    path.write_text(text)
    return read(path, environ)


def good(tmp_path: Path, text: str = SMALLEST, **environ: str) -> Configuration:
    found = reading(tmp_path, text, **environ)
    assert found.mistakes == ()
    assert found.configuration is not None
    return found.configuration


def wrong(tmp_path: Path, text: str, **environ: str) -> dict[str, str]:
    found = reading(tmp_path, text, **environ)
    assert found.configuration is None
    return dict(found.mistakes)


def test_defaults(tmp_path: Path) -> None:
    configuration = good(tmp_path)
    assert configuration.server.listen == Listen("127.0.0.1", 8311)
    assert configuration.languages == ["en", "fr"]
    assert configuration.store.inline_limit == 262_144
    assert configuration.worker.processes >= 1
    assert configuration.catalog.name == "catalog.toml"
    assert configuration.server.public_name == "127.0.0.1"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    text = SMALLEST + '[server]\nlisten = "127.0.0.1:1"\nhostname = "mx.city.example"\n[store]\nmin_free = "1 GiB"\n'
    configuration = good(tmp_path, text, INTAKE311__SERVER__LISTEN="127.0.0.1:2", INTAKE311__STORE__MIN_FREE="2 MiB")
    assert configuration.server.listen.port == 2
    assert configuration.server.hostname == "mx.city.example"
    assert configuration.store.min_free == 2 * 2**20


@pytest.mark.parametrize("value", ["fr,en", "fr, en,", '["fr", "en"]'])
def test_lists_in_the_environment_are_json_or_have_commas(tmp_path: Path, value: str) -> None:
    assert good(tmp_path, INTAKE311__LANGUAGES=value).languages == ["fr", "en"]


def test_tables_in_the_environment_are_json(tmp_path: Path) -> None:
    configuration = good(tmp_path, INTAKE311__ROUTES='[{"priority": ["high"], "to": "crm"}]')
    assert configuration.routes[0].to == ["crm"]


def test_numbers_in_the_environment(tmp_path: Path) -> None:
    configuration = good(tmp_path, INTAKE311__WORKER__PROCESSES="3", INTAKE311__WORKER__DEADLINE="1.5")
    assert (configuration.worker.processes, configuration.worker.deadline) == (3, 1.5)


def test_a_variable_may_name_a_file_that_holds_the_value(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql://u:p@h/db\n")
    assert good(tmp_path, INTAKE311__STORE__URL_FILE=str(secret)).store.url == "postgresql://u:p@h/db"


def test_a_file_that_holds_a_value_has_to_be_readable_text(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "huge").write_bytes(b"x" * 1_048_577)
    found = wrong(
        tmp_path,
        SMALLEST,
        INTAKE311__STORE__URL_FILE="/does/not/exist",
        INTAKE311__SERVER__PUBLIC_URL_FILE=str(tmp_path / "binary"),
        INTAKE311__SERVER__HOSTNAME_FILE=str(tmp_path / "huge"),
    )
    assert "cannot be read" in found["INTAKE311__STORE__URL_FILE"]
    assert "not UTF-8" in found["INTAKE311__SERVER__PUBLIC_URL_FILE"]
    assert "larger" in found["INTAKE311__SERVER__HOSTNAME_FILE"]


def test_a_value_is_given_once(tmp_path: Path) -> None:
    found = wrong(tmp_path, SMALLEST, INTAKE311__STORE__URL="sqlite:///a", INTAKE311__STORE__URL_FILE="/b")
    assert "also by INTAKE311__STORE__URL" in found["INTAKE311__STORE__URL_FILE"]


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    text = """
    compatibility = 2
    languages = "en"
    regoin = "CA"
    [server]
    listn = "x"
    listen = "127.0.0.1:notaport"
    max_connections = 0
    public_url = "ftp://city"
    [store]
    url = "mysql://x"
    inline_limit = "many"
    [worker]
    processes = "three"
    batch = 1.5
    [log]
    level = "loud"
    format = 3
    [[routes]]
    to = ["a"]
    [[routes]]
    priority = ["urgent"]
    [jurisdictions."y.example.gov"]
    langauges = ["en"]
    [channels]
    fax = 3
    """
    found = wrong(tmp_path, text)
    assert found == {
        "compatibility": "must be 1",
        "jurisdiction_id": "is missing: The city, as Open311 names it: usually its domain",
        "languages": "must be a list in square brackets",
        "regoin": "unknown key; did you mean region?",
        "server.listn": "unknown key; did you mean listen?",
        "server.listen": "the port after the last colon must be a number from 0 to 65535",
        "server.max_connections": "must be at least 1",
        "server.public_url": "must be a web address such as https://311.example.gov, without a query or a password",
        "store.url": 'must begin with "sqlite:///" or "postgresql://"',
        "store.inline_limit": 'must be a size such as "25 MiB", or a number of bytes',
        "worker.processes": "must be a whole number",
        "worker.batch": "must be a whole number",
        "log.level": "must be 'debug', 'info', 'warning' or 'error'",
        "log.format": "must be 'auto', 'json' or 'console'",
        "routes[1].priority[0]": "must be 'emergency', 'high', 'normal' or 'low'",
        "routes[1].to": "is missing: Sinks, by the name that they have in this file",
        'jurisdictions."y.example.gov".langauges': "unknown key; did you mean languages?",
        "channels.fax": "must be a table",
    }


def test_a_mistake_from_the_environment_has_the_variables_name(tmp_path: Path) -> None:
    found = wrong(
        tmp_path,
        SMALLEST,
        INTAKE311__SERVER__LISTN="x",
        INTAKE311__SERVER__LISTEN="nowhere",
        INTAKE311__SEVER__LISTEN="x",
        INTAKE311__WORKER__BATCH="0",
    )
    assert found == {
        "INTAKE311__SERVER__LISTN": "(server.listn) unknown key; did you mean listen?",
        "INTAKE311__SERVER__LISTEN": '(server.listen) must be "host:port", for example "127.0.0.1:8311"',
        "INTAKE311__SEVER__LISTEN": "(sever) unknown key; did you mean server?",
        "INTAKE311__WORKER__BATCH": "(worker.batch) must be at least 1",
    }


@pytest.mark.parametrize("name", ["INTAKE311____LISTEN", "INTAKE311__", "INTAKE311__SERVER__"])
def test_a_variable_with_an_empty_part_is_refused(tmp_path: Path, name: str) -> None:
    assert "empty part" in wrong_names(tmp_path, {name: "x"})[name]


def test_a_single_underscore_is_a_slip_that_is_told(tmp_path: Path) -> None:
    found = wrong_names(tmp_path, {"INTAKE311_SERVER__LISTEN": "x", "INTAKE311_OTHER__THING": "x", "INTAKE311_CONFIG": "x"})
    assert found == {"INTAKE311_SERVER__LISTEN": "two underscores stand after INTAKE311: INTAKE311__SERVER__LISTEN"}


def test_variables_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    found = wrong_names(tmp_path, {"INTAKE311__SERVER": "x", "INTAKE311__SERVER__LISTEN": "127.0.0.1:1"})
    assert "contradicts" in found["INTAKE311__SERVER__LISTEN"]


def wrong_names(tmp_path: Path, environ: dict[str, str]) -> dict[str, str]:
    return dict(reading(tmp_path, SMALLEST, **environ).mistakes)


def test_ids_are_found_whatever_their_spelling(tmp_path: Path) -> None:
    text = SMALLEST + '[channels.my-mail]\ntype = "email.smtp"\n[jurisdictions."y.example.gov"]\nregion = "US"\n'
    found = reading(
        tmp_path, text, INTAKE311__CHANNELS__MY_MAIL__LISTEN="127.0.0.1:1", INTAKE311__JURISDICTIONS__Y_EXAMPLE_GOV__REGION="GB"
    )
    assert found.channels["my-mail"]["listen"] == "127.0.0.1:1"
    assert found.configuration is not None
    assert found.configuration.jurisdictions["y.example.gov"].region == "GB"


def test_a_channel_can_come_from_the_environment_alone_but_not_by_a_slip(tmp_path: Path) -> None:
    text = SMALLEST + '[channels.text]\ntype = "sms.twilio"\n'
    found = reading(tmp_path, text, INTAKE311__CHANNELS__MAIL__TYPE="email.smtp", INTAKE311__CHANNELS__TXET__AUTH_TOKEN="12345")
    assert found.channels["mail"] == {"type": "email.smtp"}
    assert dict(found.mistakes) == {"INTAKE311__CHANNELS__TXET__AUTH_TOKEN": "there is no [channels.txet]; did you mean text?"}


def test_a_secret_of_digits_stays_text(tmp_path: Path) -> None:
    text = SMALLEST + '[channels.text]\ntype = "sms.twilio"\n'
    token: Any = reading(tmp_path, text, INTAKE311__CHANNELS__TEXT__AUTH_TOKEN="0012345").channels["text"]["auth_token"]
    assert token == "0012345"
    assert "0012345" not in repr(token)


@pytest.mark.parametrize("name", ["Mail", "1st", "a b", "über", "x" * 41])
def test_names_stand_in_urls_and_metrics(tmp_path: Path, name: str) -> None:
    found = dict(reading(tmp_path, SMALLEST + f'[channels."{name}"]\ntype = "email.smtp"\n').mistakes)
    (where,) = found
    assert where.startswith("channels.")
    assert "small letters" in found[where]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a = 1\nb = [1,\n\n", "line 4"),
        (b"a = 1\na = 2\n", "line 2"),
        (b'a = "\xff"\n', "UTF-8"),
        (b"\xef\xbb\xbfjurisdiction_id = 3\n", "must be text"),
    ],
)
def test_a_file_that_is_no_toml_is_told_with_its_line(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(content)
    found = read(path, {})
    assert found.configuration is None
    assert says in found.mistakes[0][1] or says.replace("line 4", "end of document") in found.mistakes[0][1]


def test_names_are_looked_at_even_when_the_file_cannot_be_read(tmp_path: Path) -> None:
    found = dict(read(tmp_path / "none.toml", {"INTAKE311_STORE__URL": "x"}).mistakes)
    assert "intake311 init" in found[str(tmp_path / "none.toml")]
    assert "INTAKE311_STORE__URL" in found


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    assert "cannot be read" in read(tmp_path, {}).mistakes[0][1]


def test_which_file_is_read(tmp_path: Path) -> None:
    assert location(tmp_path, {"INTAKE311_CONFIG": "/a"}) == tmp_path
    assert location(None, {"INTAKE311_CONFIG": "/a"}) == Path("/a")
    assert location(None, {}) == Path("config/intake311.toml")


def test_the_process_environment_is_not_read_behind_the_callers_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTAKE311__SERVER__HOSTNAME", "not asked for")
    monkeypatch.setenv("SERVER", "not asked for")
    assert good(tmp_path).server.hostname == ""


def test_the_public_name_is_the_hosts(tmp_path: Path) -> None:
    text = SMALLEST + '[server]\npublic_url = "https://311.x.example.gov:8443/gateway/"\n'
    configuration = good(tmp_path, text)
    assert configuration.server.public_name == "311.x.example.gov"
    assert configuration.server.public_url == "https://311.x.example.gov:8443/gateway"
    assert good(tmp_path, text, INTAKE311__SERVER__HOSTNAME="mx.example.gov").server.public_name == "mx.example.gov"

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.settings import BUILT_IN, read
from gateway import wiring
from tests.project import configuration_docs
from tests.project.tree import ROOT

SHIPPED = sorted([*(ROOT / "config").glob("*.toml"), *(ROOT / "config" / "examples").glob("*.toml")])
SECRETS = {
    "INTAKE311__CHANNELS__TEXT__AUTH_TOKEN": "0123456789abcdef0123456789abcdef",
    "INTAKE311__SINKS__HOOK__SECRET": "whsec_" + "a2tr" * 11,
    "INTAKE311__SINKS__COUNTY__SECRET": "whsec_" + "a2tr" * 11,
}


def configurations() -> list[Path]:
    return [path for path in SHIPPED if path.name != "catalog.toml"]


@pytest.mark.parametrize("path", configurations(), ids=lambda path: path.name)
def test_what_is_shipped_can_be_started(path: Path) -> None:
    text = path.read_text()
    # Secrets are given as the file's comments say, those that it needs only.
    needed = {name: value for name, value in SECRETS.items() if f"[{name.split('__')[1].lower()}.{name.split('__')[2].lower()}]\n" in text}
    wired = wiring.load(path, needed)
    assert wired.channels
    assert wired.warnings == ()


def test_every_example_that_is_commented_out_is_right_too(tmp_path: Path) -> None:
    text = (ROOT / "config" / "intake311.toml").read_text()
    assert "# [channels.text]" in text
    lines = [re.sub(r"^# (?=\[|[a-z_]+ = )", "", line) for line in text.splitlines()]
    alive = "\n".join(lines).replace('"AC…"', '"AC' + "0" * 32 + '"').replace('"config/catalog.toml"', f'"{ROOT}/config/catalog.toml"')
    path = tmp_path / "intake311.toml"
    path.write_text(alive)
    secrets = {name: value for name, value in SECRETS.items() if "COUNTY" not in name}
    wired = wiring.load(path, secrets)
    assert set(wired.sinks) == {"own", "crm", "hook"}
    assert set(wired.channels) - set(BUILT_IN) == {"mail", "form", "city", "text"} - set(BUILT_IN)
    assert wired.warnings == ()


def test_the_default_listens_on_loopback_only() -> None:
    found = wiring.load(ROOT / "config" / "intake311.toml", {})
    assert {listen.host for _, listen in wiring.listen_addresses(found.configuration, found.channel_settings)} == {"127.0.0.1"}


def test_variables_in_the_compose_file_are_settings() -> None:
    names = re.findall(r"^\s+(INTAKE311__\w+): (.*)$", (ROOT / "compose.yaml").read_text(), re.MULTILINE)
    assert names
    values = {name: re.sub(r"\$\{\w+(?::-([^}]*)|:\?[^}]*)?\}", lambda match: match[1] or "x", value) for name, value in names}
    assert read(ROOT / "config" / "container.toml", values).mistakes == ()


def test_the_reference_is_what_the_settings_say() -> None:
    assert configuration_docs.TARGET.read_text("utf-8") == configuration_docs.document(), "run: make docs"


def test_the_reference_names_every_adapter() -> None:
    text = configuration_docs.TARGET.read_text("utf-8")
    for root in (wiring.CHANNELS, wiring.SINKS):
        for kind in wiring.types(root):
            assert f"### `{kind}`" in text

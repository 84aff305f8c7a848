from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from channels.base import AdapterSettings
from config.settings import Configuration
from config.tables import model_in, names_of
from gateway import wiring
from tests.project.tree import PACKAGES, ROOT, modules

_EXCEPTION = re.compile(r"#\s*(?:noqa: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*|type: ignore\[[a-z-, ]+\])")
ADAPTERS = [(root, kind) for root in (wiring.CHANNELS, wiring.SINKS) for kind in wiring.types(root)]


def lines_of(path: Path) -> list[str]:
    return (ROOT / path).read_text("utf-8").splitlines()


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_module_opens_with_one_sentence(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse((ROOT / path).read_text("utf-8")))
    assert docstring, f"{path} does not say what it answers"
    sentence = docstring.partition("\n\n")[0]
    assert not sentence[0].islower(), f"{path}: its first sentence begins with a capital letter"
    assert sentence.endswith((".", ":", "?", ".)", "``")), f"{path}: its first paragraph is a sentence"


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_module_answers_one_question(path: Path) -> None:
    assert len(lines_of(path)) <= 400, f"{path} is longer than 400 lines: split it by question"


def test_every_folder_of_code_is_a_package() -> None:
    # Without __init__.py in tests/, `import channels` would find the folder of the channels' tests.
    folders = {path.parent for path in modules(*PACKAGES, "tests")}
    folders |= {parent for folder in folders for parent in folder.parents if parent != Path()}
    assert [str(folder) for folder in sorted(folders) if not (ROOT / folder / "__init__.py").exists()] == []


def test_every_channel_is_kept_apart_from_the_others() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (apart,) = [contract for contract in contracts if contract["id"] == "channels-apart"]
    folders = {path.parent for path in modules("channels") if path.parent != Path("channels")}
    assert set(apart["modules"]) == {f"channels.{folder.relative_to('channels').parts[0]}" for folder in folders}


def test_tests_mirror_the_packages() -> None:
    assert {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name in PACKAGES} == set(PACKAGES)


@pytest.mark.parametrize(("root", "kind"), ADAPTERS, ids=[f"{root}.{kind}" for root, kind in ADAPTERS])
def test_an_adapter_exports_settings_and_build(root: str, kind: str) -> None:
    module = wiring.find(root, kind)
    assert issubclass(module.Settings, AdapterSettings)
    assert module.Settings.__doc__
    assert module.build.__doc__


@pytest.mark.parametrize(("root", "kind"), ADAPTERS, ids=[f"{root}.{kind}" for root, kind in ADAPTERS])
def test_every_setting_of_an_adapter_is_described(root: str, kind: str) -> None:
    settings = wiring.find(root, kind).Settings
    assert undescribed(settings) == []
    assert settings.model_config.get("extra") == "forbid"
    assert settings.model_config.get("hide_input_in_errors"), "a mistyped key would print a secret"


def test_every_setting_of_the_gateway_is_described() -> None:
    assert undescribed(Configuration) == []


def undescribed(model: type[BaseModel]) -> list[str]:
    found = []
    for name, info in names_of(model).items():
        inner = model_in(info.annotation)
        if inner is not None:
            found += [f"{name}.{key}" for key in undescribed(inner)]
        if not info.description and not (inner is not None and inner.__doc__):
            found.append(name)
    return found


def test_there_are_adapters_to_look_at() -> None:
    assert {"email.smtp", "api.message", "sms.twilio"} <= set(wiring.types(wiring.CHANNELS))
    assert {"store", "webhook", "open311", "jsonl"} <= set(wiring.types(wiring.SINKS))


def test_nothing_is_left_to_be_done() -> None:
    mark = re.compile(r"#.*\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    assert [f"{path}:{number}" for path in modules() for number, line in enumerate(lines_of(path), 1) if mark.search(line)] == []


def test_an_exception_from_a_tools_rule_has_its_reason_on_the_line() -> None:
    silent = []
    for path in modules():
        for number, line in enumerate(lines_of(path), 1):
            exception = _EXCEPTION.search(line)
            if exception and len(line[exception.end() :].strip(" #-()")) < 8:
                silent.append(f"{path}:{number}")
    assert silent == []

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.project import locks
from tests.project.tree import PACKAGES, ROOT, imports, modules

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
# What a library shows of another one in its own interface comes with it.
PART_OF = {"multidict": "aiohttp", "yarl": "aiohttp", "pydantic-core": "pydantic"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(target)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (path,) = target.glob("*.whl")
    return path


def test_the_wheel_has_the_four_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = next(name.partition("/")[0] for name in names if ".dist-info/" in name)
        points = archive.read(f"{metadata}/entry_points.txt").decode()
    assert {name.partition("/")[0] for name in names} == {*PACKAGES, metadata}
    assert {str(path) for path in modules()} <= set(names)
    assert {"config/intake311.toml", "config/catalog.toml"} <= set(names)
    assert f"{metadata}/licenses/LICENSE" in names
    assert "intake311 = gateway.cli:main" in points
    assert not [name for name in names if name.endswith((".pyc", ".db"))]


def test_what_the_wheel_installs_can_be_imported_and_is_itself(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = "import gateway.wiring, gateway.guard as g, config.settings as s; g.ensure_own_packages(); print(g.ROOT, s.SHIPPED_CATALOG)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert done.stdout.split() == [str(tmp_path), str(tmp_path / "config" / "catalog.toml")]


def test_the_locks_are_complete_and_fresh() -> None:
    assert list(locks.problems()) == []


@pytest.mark.parametrize("name", locks.LOCKS)
def test_a_lock_names_no_place(name: str) -> None:
    text = (ROOT / name).read_text()
    for mark in ("://", "--index", "--extra-index", "--find-links", "-i ", "file:", " @ "):
        assert mark not in text


def test_every_dependency_has_a_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    groups = text.partition("dependencies = [")[2].partition("[tool.hatch")[0]
    listed = [line for line in groups.splitlines() if line.strip().startswith('"') or '= ["' in line]
    assert len(listed) > 30
    assert [line for line in listed if "#" not in line or len(line.partition("#")[2].strip()) < 5] == []


def test_every_dependency_is_imported_and_every_import_is_a_dependency() -> None:
    declared = {canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]}
    declared |= {
        canonicalize_name(Requirement(line).name) for lines in PROJECT["project"]["optional-dependencies"].values() for line in lines
    }
    owners = packages_distributions()
    imported = {name for path in modules() for name in imports(path)} - set(PACKAGES) - set(sys.stdlib_module_names)
    distributions = {canonicalize_name(owner) for name in imported for owner in owners.get(name, [name])}
    used = {canonicalize_name(PART_OF.get(name, name)) for name in distributions}
    assert used - declared == set(), "imported, and not in pyproject.toml"
    assert declared - used == set(), "in pyproject.toml, and not imported"


def test_versions_agree() -> None:
    version = PROJECT["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()
    assert f"image: intake311:{version}" in (ROOT / "compose.yaml").read_text()


def test_ci_runs_what_a_developer_can() -> None:
    commands = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["make check", "make test"]


def test_make_help_names_every_target() -> None:
    text = (ROOT / "Makefile").read_text()
    (phony,) = [line for line in text.splitlines() if line.startswith(".PHONY:")]
    said = subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [target for target in phony.split()[1:] if f"make {target} " not in said] == []

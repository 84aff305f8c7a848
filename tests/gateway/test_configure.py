from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest

from config.settings import read
from gateway import configure
from gateway.errors import IntakeError


def test_a_first_configuration_can_be_read_from_anywhere(tmp_path: Path) -> None:
    place = tmp_path / "with space" / "etc"
    done = configure.init(place)
    found = read(place / "intake311.toml", {})
    assert found.mistakes == ()
    assert found.configuration is not None
    assert found.configuration.catalog == place / "catalog.toml"
    assert found.configuration.store.url == f"sqlite:///{place}/var/intake311.db"
    assert found.configuration.store.blobs == f"{place}/var/blobs"
    assert done.files == (place / "intake311.toml", place / "catalog.toml")
    assert all(str(place) in step or "services" in step for step in done.next_steps)
    assert stat.S_IMODE((place / "var").stat().st_mode) == 0o700


def test_the_catalog_is_a_copy_of_the_shipped_one(tmp_path: Path) -> None:
    configure.init(tmp_path)
    assert tomllib.loads((tmp_path / "catalog.toml").read_text())["services"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "catalog.toml").write_text("mine")
    with pytest.raises(IntakeError, match="exist already"):
        configure.init(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["catalog.toml"]
    assert (tmp_path / "catalog.toml").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IntakeError, match="file"):
        configure.init(tmp_path / "file" / "etc")

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway import guard
from gateway.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]


def test_our_own_packages_are_our_own() -> None:
    assert guard.shadowed() == {}
    guard.ensure_own_packages()


def test_a_package_from_elsewhere_is_refused_before_it_is_used(tmp_path: Path) -> None:
    # Django Channels installs a package of that name; in a shared environment Python would take whichever comes first.
    foreign = tmp_path / "channels"
    foreign.mkdir()
    (foreign / "__init__.py").write_text("raise SystemExit('the foreign package was imported')")
    program = f"import sys; sys.path.insert(1, {str(tmp_path)!r}); from gateway import guard; guard.ensure_own_packages()"
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 1
    assert f"package channels: comes from {foreign} and not from {ROOT}" in done.stderr
    assert "the foreign package was imported" not in done.stderr


def test_packages_that_lie_elsewhere_are_named(tmp_path: Path) -> None:
    assert set(guard.shadowed(tmp_path)) == set(guard.PACKAGES)
    with pytest.raises(ConfigError) as refusal:
        guard.ensure_own_packages(tmp_path)
    assert len(refusal.value.mistakes) == len(guard.PACKAGES)


def test_another_distribution_with_our_names_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = tmp_path / "django_channels-4.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: django-channels\nVersion: 4.0\n")
    (metadata / "RECORD").write_text("channels/__init__.py,,\nchannels/consumer.py,,\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert guard.shared_with() == {"channels": ["django-channels"]}

"""Refuses to run where one of the four packages was, or would be, imported from elsewhere than beside this one.

``channels``, ``config``, ``gateway`` and ``normalizer`` are plain names that other distributions use too (Django Channels installs
``channels``). In a shared environment Python takes whichever comes first on its path, and the first symptom would be a message lost
somewhere in the middle. Hence an environment of its own (docs/decisions/0002) and this guard.
"""

from __future__ import annotations

import sys
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

from gateway.errors import ConfigError, Mistake

PACKAGES = ("gateway", "channels", "normalizer", "config")
ROOT = Path(__file__).resolve().parents[1]


def shadowed(root: Path = ROOT) -> dict[str, str]:
    """The packages that do not come from ``root``, each with the place that it comes from ("nowhere" if it is not found)."""
    wrong: dict[str, str] = {}
    for name in PACKAGES:
        places = _places(name)
        if not places or any(place != root / name for place in places):
            wrong[name] = ", ".join(map(str, places)) or "nowhere"
    return wrong


def ensure_own_packages(root: Path = ROOT) -> None:
    """Raise ConfigError where a package is shadowed; called before anything else is imported."""
    wrong = shadowed(root)
    if wrong:
        raise ConfigError(
            [
                Mistake(f"package {name}", f"comes from {place} and not from {root}: install intake311 into an environment of its own")
                for name, place in wrong.items()
            ]
        )


def shared_with() -> dict[str, list[str]]:
    """Other distributions that install into one of the four packages, by package. Reads all metadata: for the doctor, not the start."""
    owners = packages_distributions()
    others = {name: sorted({owner for owner in owners.get(name, ()) if owner.lower() != "intake311"}) for name in PACKAGES}
    return {name: owners for name, owners in others.items() if owners}


def _places(name: str) -> list[Path]:
    module = sys.modules.get(name)
    if module is not None:
        paths = getattr(module, "__path__", None) or [getattr(module, "__file__", None) or "unknown"]
    else:
        spec = find_spec(name)
        paths = (spec.submodule_search_locations or [spec.origin or "unknown"]) if spec else []
    return [Path(path).resolve() for path in paths]

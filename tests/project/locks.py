"""Makes and checks the two hash-locked requirement files: ``python -m tests.project.locks write|check``.

One lock holds for every Python from 3.11 on. It names no index and no host, so that it can be installed from any mirror; what it was
made from stands in its first lines as a digest, so that the check needs no network.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXTRAS = ("imap", "mailauth", "s3", "sms", "social", "train")
LOCKS = {"requirements.lock": ("build",), "requirements-dev.lock": ("build", "dev")}
"""Each lock and the dependency groups in it, beside the project's dependencies and the extras."""
_PIN = re.compile(r"([a-z0-9][a-z0-9._-]*)==(\S+?)(?: ; .*)?(?: \\)?")
_HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?")


def digest(groups: tuple[str, ...]) -> str:
    """What a lock depends on: the requirements in pyproject.toml, whatever their comments and order."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {
        "python": project["project"]["requires-python"],
        "dependencies": sorted(project["project"]["dependencies"]),
        "extras": {name: sorted(project["project"]["optional-dependencies"][name]) for name in EXTRAS},
        "groups": {name: sorted(project["dependency-groups"][name]) for name in groups},
    }
    return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()


def write() -> None:
    """Resolve anew, keeping the pins that still fit (delete a lock to renew everything)."""
    for name, groups in LOCKS.items():
        path = ROOT / name
        arguments = [
            *("--universal", "--python-version", "3.11", "--generate-hashes", "--no-config", "--no-header", "--no-annotate"),
            *("--no-emit-index-url", "--no-emit-find-links", "--quiet", "--output-file", str(path)),
            *(part for extra in EXTRAS for part in ("--extra", extra)),
            *(part for group in groups for part in ("--group", group)),
            *(("--constraints", str(ROOT / "requirements.lock")) if "dev" in groups else ()),
        ]
        subprocess.run([sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", *arguments], cwd=ROOT, check=True)
        lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
        path.write_text(
            "\n".join(["# Made by `make lock` from pyproject.toml; not to be edited.", f"# Inputs: {digest(groups)}", *lines]) + "\n"
        )


def problems() -> Iterator[str]:
    """What is wrong with the locks; nothing when they are complete and made from today's pyproject.toml."""
    for name, groups in LOCKS.items():
        lines = (ROOT / name).read_text().splitlines()
        if lines[1] != f"# Inputs: {digest(groups)}":
            yield f"{name} was made from another pyproject.toml: make lock"
        for number, line in enumerate(lines[2:], 3):
            if not _PIN.fullmatch(line) and not _HASH.fullmatch(line):
                yield f"{name}:{number}: neither a pinned version nor a SHA-256 digest: {line}"
            elif _PIN.fullmatch(line) and not line.endswith(" \\"):
                yield f"{name}:{number}: no digest: {line}"
    yield from (f"{name} is pinned in one lock to {one}, in the other to {other}" for name, one, other in _differences())


def _differences() -> Iterator[tuple[str, str, str]]:
    shipped, development = (_pins(ROOT / name) for name in LOCKS)
    for name, version in shipped.items():
        if development.get(name) != version:
            yield name, version, development.get(name, "nothing")


def _pins(path: Path) -> dict[str, str]:
    return {match[1]: match[2] for line in path.read_text().splitlines() if (match := _PIN.fullmatch(line))}


def main(arguments: list[str]) -> int:
    """Write the locks, or print what is wrong with them; 0 when all is well, 1 when not, 2 for wrong usage."""
    if arguments == ["write"]:
        write()
        return 0
    if arguments != ["check"]:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    found = list(problems())
    sys.stdout.write("\n".join(found or ["The locks are complete and fresh."]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

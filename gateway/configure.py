"""Writes the first configuration of a city: an annotated file and a copy of the catalog, with the paths of the place they are put in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from config.settings import SHIPPED_CATALOG
from gateway.errors import IntakeError

TEMPLATE = SHIPPED_CATALOG.with_name("intake311.toml")


@dataclass(frozen=True, slots=True)
class Initialised:
    """What was written, and what to do next, one sentence a step."""

    files: tuple[Path, ...]
    next_steps: tuple[str, ...]


def init(directory: Path) -> Initialised:
    """Write ``intake311.toml``, ``catalog.toml`` and ``var/`` into ``directory``, which is made if need be.

    Raises IntakeError where one of the files exists already (nothing is written then), or the directory cannot be written.
    """
    directory = directory.absolute()
    configuration, catalog, data = directory / "intake311.toml", directory / "catalog.toml", directory / "var"
    there = [str(path) for path in (configuration, catalog) if path.exists()]
    if there:
        raise IntakeError(f"{' and '.join(there)} exist already, and are not overwritten")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        data.mkdir(mode=0o700, exist_ok=True)  # residents' messages: nobody else on the machine reads them
        catalog.write_bytes(SHIPPED_CATALOG.read_bytes())
        configuration.write_text(_adapted(TEMPLATE.read_text("utf-8"), catalog, data), "utf-8")
        configuration.chmod(0o640)
    except OSError as error:
        raise IntakeError(f"{error.filename or directory}: {error.strerror}") from error
    return Initialised(
        files=(configuration, catalog),
        next_steps=(
            f"Set jurisdiction_id, languages and recipients in {configuration}.",
            f"Keep the services that your city has in {catalog}.",
            f"See whether everything holds: intake311 check --config {configuration}",
            f"Start: intake311 serve --config {configuration}",
            f"Let another system send messages: INTAKE311_CONFIG={configuration} intake311 key add NAME --scope intake",
        ),
    )


def _adapted(template: str, catalog: Path, data: Path) -> str:
    """The annotated default with the paths of this place; a template without the lines to replace is a bug of ours."""
    replacements = {
        '# catalog = "config/catalog.toml"  ': f"catalog = {_quoted(str(catalog))}  ",
        '"sqlite:///var/intake311.db"': _quoted(f"sqlite:///{data / 'intake311.db'}"),
        '"var/blobs"': _quoted(str(data / "blobs")),
        "# Relative paths are relative to the directory that the gateway is started in.": "# Paths were made absolute by `intake311 init`.",
    }
    for old, new in replacements.items():
        if old not in template:
            raise IntakeError(f"the shipped configuration lacks the line {old!r}")
        template = template.replace(old, new)
    return template


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are a subset of TOML's."""
    return json.dumps(text, ensure_ascii=False)

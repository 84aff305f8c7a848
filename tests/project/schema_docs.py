"""Makes docs/schema/*.json from the canonical model: ``python -m tests.project.schema_docs write|check``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from normalizer.model import InboundMessage, ServiceRequest

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "schema"
MODELS = (InboundMessage, ServiceRequest)


def documents() -> dict[Path, str]:
    """The text of each schema (JSON Schema 2020-12, as it is written by us: for those who read it), by its file."""
    found = {}
    for model in MODELS:
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(mode="serialization")}
        found[FOLDER / f"{model.__name__}.json"] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return found


def stale() -> list[Path]:
    """The files that are not what they should be."""
    return [path for path, text in documents().items() if not path.exists() or path.read_text("utf-8") != text]


def main(command: str) -> int:
    """Write the files, or say which are stale."""
    if command == "write":
        FOLDER.mkdir(parents=True, exist_ok=True)
        for path, text in documents().items():
            path.write_text(text, "utf-8")
        return 0
    for path in stale():
        sys.stderr.write(f"{path.relative_to(FOLDER.parents[1])} is stale: run 'make docs'\n")
    return 1 if stale() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))

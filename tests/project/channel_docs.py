"""Keeps the pages of the channels: ``python -m tests.project.channel_docs write|check``.

``docs/channels/<type>.md`` is written by hand, but for its table of settings, which is made from the adapter's ``Settings`` and stands
between two marks. What else a page must have is told by :func:`missing`: the headings, every address that the adapter serves, and every
coded reason for which it refuses a call or sets a message aside.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aiohttp.web import RouteDef, StaticDef

from channels.base import Webhook, WebhookContext
from config.tables import names_of
from gateway import wiring
from tests.channels.webhooks import Inbox
from tests.project.configuration_docs import table
from tests.project.tree import ROOT

FOLDER = ROOT / "docs" / "channels"
HEADINGS = ("Connect it", "When it does not work", "What becomes of a message", "Does not", "Verified against")
BEGIN = "<!-- settings: made by `make docs`, not to be edited -->"
END = "<!-- end of the settings -->"
_SECTION = "## Settings"
_VARIABLE = re.compile(r"\{(\w+)(?::[^{}]*(?:\{[^{}]*\}[^{}]*)*)?\}")
"""A variable part of aiohttp's paths: ``{name}`` or ``{name:expression}``."""


def types() -> list[str]:
    """The types of channels that there are."""
    return wiring.types(wiring.CHANNELS)


def page(kind: str) -> Path:
    """Where the page of a type is."""
    return FOLDER / f"{kind}.md"


def settings(kind: str) -> str:
    """The table of a type's settings, with its marks."""
    fields = {name: info for name, info in names_of(wiring.find(wiring.CHANNELS, kind).Settings).items() if name != "type"}
    return "\n".join([BEGIN, "", *table(fields), END])


def with_settings(kind: str, text: str) -> str:
    """The page with today's table: in the place of the old one, or in a section of its own after the one that says how to connect it."""
    begin, end = text.find(BEGIN), text.find(END)
    if 0 <= begin < end:
        return text[:begin] + settings(kind) + text[end + len(END) :]
    sections = [match.start() for match in re.finditer(r"^## ", text, re.MULTILINE)]
    at = next((start for start in sections[1:]), len(text))
    return f"{text[:at].rstrip()}\n\n{_SECTION}\n\n{settings(kind)}\n\n{text[at:]}".rstrip() + "\n"


def missing(kind: str, text: str) -> list[str]:
    """What a page lacks, in words."""
    found = [f"the heading {heading!r}" for heading in HEADINGS if not _has(heading, text)]
    if not text.startswith(f"# `{kind}`: "):
        found.append(f"a title that begins with '# `{kind}`: '")
    found += [f"the address {address}" for address in addresses(kind) if not re.search(_pattern(address), text)]
    found += [f"the reason `{reason}`" for reason in sorted(reasons(kind)) if f"`{reason}`" not in text]
    return found


def _has(heading: str, text: str) -> bool:
    """A section of that name, or, for what it does not do, a paragraph that begins so."""
    return re.search(rf"^## {heading}$", text, re.MULTILINE) is not None or (
        heading == "Does not" and re.search(r"^Does not: ", text, re.MULTILINE) is not None
    )


def addresses(kind: str) -> list[str]:
    """The addresses that an adapter serves, ``{id}`` for the channel's name and ``{…}`` for other variable parts."""
    adapters: Any = importlib.import_module(f"tests.channels.{kind.partition('.')[0]}.adapters")
    channel = adapters.ADAPTERS[kind]()
    if not isinstance(channel, Webhook):
        return []
    found: dict[str, None] = {}
    for route in channel.routes(Inbox(), WebhookContext("https://311.example.gov")):
        path = route.path if isinstance(route, RouteDef) else route.prefix if isinstance(route, StaticDef) else ""
        path = re.sub(rf"^/channels/{re.escape(channel.channel_id)}(?=/|$)", "/channels/\0", path)  # type: ignore[attr-defined]  # every adapter has it
        found[_VARIABLE.sub("{…}", path).replace("\0", "{id}")] = None
    return list(found)


def _pattern(address: str) -> str:
    """What an address looks like in a text: any name for the channel, anything for the other variable parts."""
    parts = re.split(r"(\{id\}|\{…\})", address)
    words = {"{id}": r"[\w{}<>…-]+", "{…}": r"[\w{}<>….-]+"}
    return "".join(words.get(part) or re.escape(part) for part in parts) + r"(?![\w/-])"


def reasons(kind: str) -> set[str]:
    """The coded reasons of an adapter and of what it uses of helpers: of refused calls, and of messages that are set aside."""
    found: set[str] = set()
    for definition in _used(ROOT / "channels" / f"{kind.replace('.', '/')}.py"):
        for node in ast.walk(definition):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ("Forged", "refused") and node.args:
                found |= _texts(node.args[0])
            if name in ("RawMessage", "replace"):
                found |= {text for keyword in node.keywords if keyword.arg == "held" for text in _texts(keyword.value)}
    return {reason for reason in found if re.fullmatch(r"[a-z][a-z0-9_]+", reason)}


def _texts(node: ast.expr) -> set[str]:
    """The texts that an expression may be: itself, or both sides of a condition."""
    if isinstance(node, ast.IfExp):
        return _texts(node.body) | _texts(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


class _Module:
    """A module below ``channels``: what it defines at its top, and what it imports from other such modules."""

    def __init__(self, path: Path) -> None:
        self.defines: dict[str, ast.stmt] = {}
        self.imports: dict[str, tuple[Path, str]] = {}
        """Name here → (module, name there; empty for the module itself)."""
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self.defines[node.name] = node
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                self.defines |= {name.id: node for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
            elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "channels":
                base = ROOT / node.module.replace(".", "/")
                for alias in node.names:
                    here, submodule = alias.asname or alias.name, base / f"{alias.name}.py"
                    self.imports[here] = (submodule, "") if submodule.exists() else (base.with_suffix(".py"), alias.name)


def _used(first: Path) -> Iterator[ast.stmt]:
    """Everything that an adapter's module defines, and of helpers (``_name.py``) what that refers to, and so on, each once."""
    modules: dict[Path, _Module] = {first: _Module(first)}
    waiting = [(first, name) for name in modules[first].defines]
    seen = set(waiting)
    while waiting:
        path, name = waiting.pop()
        definition = modules[path].defines.get(name)
        if definition is None:
            continue
        yield definition
        for other in _referred(modules[path], definition, path):
            helper = other[0] == first or (other[0].name.startswith("_") and other[0].name not in ("_webhook.py", "__init__.py"))
            if helper and other not in seen and other[0].exists():
                seen.add(other)
                waiting.append(other)
                modules.setdefault(other[0], _Module(other[0]))


def _referred(module: _Module, definition: ast.stmt, path: Path) -> Iterator[tuple[Path, str]]:
    for node in ast.walk(definition):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in module.imports:
            there, name = module.imports[node.value.id]
            if not name:
                yield there, node.attr
        elif isinstance(node, ast.Name):
            if node.id in module.defines:
                yield path, node.id
            elif node.id in module.imports:
                yield module.imports[node.id]


def stale() -> list[str]:
    """The types whose page is missing, or has not today's table."""
    return [
        kind
        for kind in types()
        if not page(kind).exists() or with_settings(kind, page(kind).read_text("utf-8")) != page(kind).read_text("utf-8")
    ]


def main(arguments: list[str]) -> int:
    """Write the tables, or say which pages lack something; 0 when all is well, 1 when not, 2 for wrong usage."""
    if arguments == ["write"]:
        for kind in types():
            if page(kind).exists():
                page(kind).write_text(with_settings(kind, page(kind).read_text("utf-8")), "utf-8")
        return 0
    if arguments != ["check"]:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    lines = [f"docs/channels/{kind}.md is missing, or its settings are not today's: make docs" for kind in stale()]
    for kind in types():
        if page(kind).exists():
            lines += [f"docs/channels/{kind}.md lacks {lack}" for lack in missing(kind, page(kind).read_text("utf-8"))]
    sys.stdout.write("\n".join(lines or ["docs/channels is complete."]) + "\n")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

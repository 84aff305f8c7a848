"""Makes docs/configuration.md from the settings themselves: ``python -m tests.project.configuration_docs write|check``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ByteSize, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from config.settings import SHIPPED_CATALOG, Configuration
from config.tables import is_table_of_tables, model_in, names_of
from config.types import Duration, Listen
from gateway import wiring

TARGET = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"
_HEAD = """\
# Configuration

Made from the settings by `make docs`; not to be edited.

The gateway reads one TOML file: `--config FILE`, else the file that `INTAKE311_CONFIG` names, else `config/intake311.toml`. Relative
paths are relative to the working directory. `intake311 init DIR` writes an annotated file, `intake311 check` names everything that is
wrong with one.

Every setting can come from the environment, which wins over the file: two underscores stand between the parts of a path, so that
`INTAKE311__CHANNELS__TEXT__AUTH_TOKEN` is `auth_token` in `[channels.text]`. With `_FILE` at its end a variable names a file that holds
the value (`INTAKE311__CHANNELS__TEXT__AUTH_TOKEN_FILE=/run/secrets/twilio`). Lists are JSON or separated by commas. In the name of a
channel or a jurisdiction every character but letters and digits is an underscore. A variable that fits no setting is refused.

Sizes are numbers of bytes or texts such as `"25 MiB"` and `"1 GB"`; durations are numbers of seconds or texts such as `"5 min"`, `"1 h"`
and `"14 d"`; addresses to listen on are `"host:port"`.
"""
_WORDS: dict[Any, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    ByteSize: "size",
    Listen: "host:port",
    Path: "path",
    SecretStr: "secret text",
    timedelta: "duration",
    Duration: "duration",
    Any: "anything",
}


def document() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_top(), *_adapters("Channels", "channels", wiring.CHANNELS), *_adapters("Sinks", "sinks", wiring.SINKS)])


def _top() -> Iterator[str]:
    plain = {name: info for name, info in Configuration.model_fields.items() if model_in(info.annotation) is None}
    yield from ("## At the top of the file", "")
    yield from table({name: info for name, info in plain.items() if name not in ("channels", "sinks")})
    for name, info in Configuration.model_fields.items():
        section = model_in(info.annotation)
        if section is None:
            continue
        heading = f"[[{name}]]" if get_origin(info.annotation) is list else f"[{name}]"
        heading = f'[{name}."ID"]' if is_table_of_tables(info.annotation) else heading
        yield from (f"## `{heading}`", "", _sentence(section.__doc__), "")
        yield from table(names_of(section))


def _adapters(title: str, section: str, root: str) -> Iterator[str]:
    yield from (f"## {title}", "")
    if section == "channels":
        yield "Each `[channels.NAME]` has a `type` and what that type asks for. A `jurisdiction_id` beside it names the city whose"
        yield from ("messages come in there, where the gateway serves several (`[jurisdictions]`); else they are the first city's.", "")
    for kind in wiring.types(root):
        module = wiring.find(root, kind)
        yield from (f"### `{kind}`", "", _sentence(module.__doc__), "")
        yield from table({name: info for name, info in names_of(module.Settings).items() if name != "type"})


def table(fields: dict[str, FieldInfo]) -> Iterator[str]:
    """The lines of a table of settings, with those of the tables in it."""
    if not fields:
        yield from ("No settings of its own.", "")
        return
    yield from ("| setting | value | default | meaning |", "|---|---|---|---|")
    for name, info in fields.items():
        yield f"| `{name}` | {_type(info.annotation)} | {_default(info)} | {_cell(info.description or '')} |"
    yield ""
    for name, info in fields.items():
        inner = model_in(info.annotation)
        if inner is not None:
            yield from (f"`{name}`: {_sentence(inner.__doc__)}", "")
            yield from table(names_of(inner))


def _type(annotation: Any) -> str:
    if annotation in _WORDS:
        return _WORDS[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(arguments[0])
    if origin is Literal:
        return " or ".join(f"`{_toml(value)}`" for value in arguments)
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(_type(part) for part in arguments if part is not NoneType))
    if origin in (list, tuple, set, frozenset):
        return f"list of {_type(arguments[0])}" if arguments else "list"
    if origin is dict:
        return f"table of {_type(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "table"
    return "text"


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**required**"
    if info.default is PydanticUndefined:
        return "" if info.default_factory not in (list, dict) else "empty"
    if info.default in (None, "", [], {}, ()):
        return "" if info.default in (None, "") else "empty"
    return f"`{_toml(info.default)}`"


def _toml(value: Any) -> str:
    if value == SHIPPED_CATALOG:
        return "the shipped catalog"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, ByteSize):
        return f'"{value.human_readable(separator=" ")}"'.replace(".0 ", " ")
    if isinstance(value, Duration):
        return f'"{value}"'
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}"
    if isinstance(value, list | tuple | set | frozenset):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return f"{value:g}" if isinstance(value, float) else str(value) if isinstance(value, int) else f'"{value}"'


def _cell(text: str) -> str:
    return " ".join(text.replace("``", "`").replace("|", "\\|").split())


def _sentence(docstring: str | None) -> str:
    return _cell((docstring or "").strip().split("\n\n", maxsplit=1)[0])


def main(arguments: list[str]) -> int:
    """Write the page, or say whether the one that is there is today's; 0 when all is well, 1 when not, 2 for wrong usage."""
    if arguments == ["write"]:
        TARGET.write_text(document(), "utf-8")
        return 0
    if arguments != ["check"]:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    fresh = TARGET.exists() and TARGET.read_text("utf-8") == document()
    sys.stdout.write("docs/configuration.md is fresh.\n" if fresh else "docs/configuration.md is not what the settings say: make docs\n")
    return 0 if fresh else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Checks one table against its pydantic model and names every mistake by its TOML path, or by the variable that it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, get_args, get_origin

import orjson
from pydantic import BaseModel, SecretBytes, SecretStr, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from config.environment import FromEnvironment, read_secret_file, variables_in
from config.words import did_you_mean, in_plain_words

Path = tuple[str | int, ...]
Table = Mapping[str, Any]
_NAMED = ""
"""Stands in ``Found.sources`` for a variable whose mistake has been named already."""


@dataclass(slots=True)
class Found:
    """The outcome of a check: the settings if nothing is wrong, else what is, each as (where, what)."""

    settings: Any = None
    mistakes: list[tuple[str, str]] = field(default_factory=list)
    sources: dict[Path, str] = field(default_factory=dict)
    """The variable that each path's value came from."""

    def note(self, where: Path, what: str) -> None:
        """Add a mistake, once, under the name of the variable if the value came from one."""
        name = next((self.sources[where[:n]] for n in range(len(where), 0, -1) if where[:n] in self.sources), None)
        entry = (name, f"({dotted(where)}) {what}") if name else (dotted(where), what)
        if name != _NAMED and entry not in self.mistakes:
            self.mistakes.append(entry)

    def settle(self, model: type[BaseModel], table: Table, path: Path) -> dict[str, Any]:
        """Give the texts that came from the environment the type that their field has; read ``…_FILE``."""
        fields = names_of(model)
        values: dict[str, Any] = {}
        for key, value in table.items():
            where = (*path, key)
            info = fields.get(key)
            stem = key.removesuffix("_file")
            if isinstance(value, Mapping) and info is not None:
                values[key] = self._settle_inner(info, value, where)
            elif isinstance(value, Mapping) and (names := variables_in(value)):
                what = f"({dotted(where)}) unknown key{did_you_mean(key, fields)}"
                self.mistakes += [(name, what) for name in names]
            elif not isinstance(value, FromEnvironment):
                values.setdefault(key, value)
            elif info is not None:
                self.sources[where] = value.name
                values[key] = decode(info, str(value))
            elif stem != key and stem in fields:
                self._settle_file(fields[stem], value, table.get(stem), (*path, stem), values)
            else:
                self._refuse(where, value, f"unknown key{did_you_mean(key, fields)}")
        return values

    def _settle_inner(self, info: FieldInfo, value: Table, where: Path) -> dict[str, Any]:
        inner = model_in(info.annotation)
        if inner is None:
            return dict(value)
        if not is_table_of_tables(info.annotation):
            return self.settle(inner, value, where)
        return {key: self.settle(inner, item, (*where, key)) if isinstance(item, Mapping) else item for key, item in value.items()}

    def _settle_file(self, info: FieldInfo, value: FromEnvironment, given: object, where: Path, values: dict[str, Any]) -> None:
        if isinstance(given, FromEnvironment):
            self._refuse(where, value, f"is given twice: also by {given.name}")
            return
        try:
            values[str(where[-1])] = decode(info, read_secret_file(str(value)))
            self.sources[where] = value.name
        except ValueError as error:
            self._refuse(where, value, str(error))

    def _refuse(self, where: Path, value: FromEnvironment, what: str) -> None:
        self.mistakes.append((value.name, f"({dotted(where)}) {what}"))
        self.sources[where] = _NAMED


def check(model: type[BaseModel], table: Table, path: Path) -> Found:
    """Validate ``table`` with ``model``; ``path`` is where the table stands. Secrets never appear in what is returned as a mistake."""
    found = Found()
    values = found.settle(model, table, path)
    try:
        found.settings = model.model_validate(values)
    except ValidationError as error:
        hidden = secrets_in(model, table)
        for detail in error.errors(include_input=False, include_url=False):
            where = _real(detail["loc"], values, detail["type"])
            what = _what(model, where, detail["type"], detail.get("ctx", {}), detail["msg"])
            by_adapter = detail["type"] in ("value_error", "assertion_error")
            found.note((*path, *where), without(what, hidden) if by_adapter else what)
    if found.mistakes:
        found.settings = None
    return found


def dotted(path: Sequence[str | int]) -> str:
    """A path as an operator writes it: ``channels.mail.listen``, ``routes[0].to``, ``jurisdictions."a.example.gov".catalog``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            quoted = part if part and all(c.isalnum() or c in "_-" for c in part) else f'"{part}"'
            text += f".{quoted}" if text else quoted
    return text


def decode(info: FieldInfo, text: str) -> Any:
    """Text as the field wants it: as it is, else as JSON, else split at commas; as it is where none fits, to be refused."""
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation)  # type: ignore[arg-type]  # an annotation made at run time
    candidates: list[Any] = [text]
    try:
        candidates.append(orjson.loads(text))
    except orjson.JSONDecodeError:
        pass  # most texts are no JSON; the next form is tried
    candidates.append([part.strip() for part in text.split(",") if part.strip()])
    for candidate in candidates:
        try:
            adapter.validate_python(candidate)
        except ValidationError:
            continue
        return candidate
    return text


def names_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model by the name that stands in TOML."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The pydantic model in an annotation (also ``X | None``, ``list[X]``, ``dict[str, X]``), or None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((inner for part in get_args(annotation) if (inner := model_in(part)) is not None), None)


def is_table_of_tables(annotation: Any) -> bool:
    """True for ``dict[str, …]``."""
    return get_origin(annotation) is dict


def is_secret(annotation: Any) -> bool:
    """True where a field's type says that its value must never be shown."""
    if isinstance(annotation, type) and issubclass(annotation, SecretStr | SecretBytes):
        return True
    return any(is_secret(part) for part in get_args(annotation))


def _what(model: type[BaseModel], where: Path, kind: str, context: dict[str, Any], message: str) -> str:
    owner, info = _field_at(model, where)
    if kind == "extra_forbidden":
        return f"unknown key{did_you_mean(str(where[-1]), names_of(owner) if owner else ())}"
    if kind == "missing":
        return f"is missing: {_first_sentence(info.description)}" if info and info.description else "is missing"
    if kind in ("value_error", "assertion_error") and info is not None and is_secret(info.annotation):
        return "is not acceptable; the value is secret and not shown"
    return in_plain_words(kind, context, message)


def _first_sentence(text: str) -> str:
    return text.replace("\n", " ").split(". ")[0].rstrip(".")


def _real(loc: Sequence[str | int], values: Any, kind: str) -> Path:
    """The part of pydantic's location that exists in the file: names of validators and union members are cut off."""
    real: list[str | int] = []
    here = values
    for position, part in enumerate(loc):
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            if kind == "missing" and position == len(loc) - 1:
                real.append(part)
            break
        real.append(part)
    return tuple(real)


def _field_at(model: type[BaseModel], where: Path) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """The model whose table the last part of ``where`` stands in, and its field of that name."""
    owner: type[BaseModel] | None = model
    info: FieldInfo | None = None
    is_id = False
    for position, part in enumerate(where):
        if isinstance(part, int) or is_id:
            is_id = False
            continue
        info = names_of(owner).get(part) if owner else None
        if info is None or position == len(where) - 1:
            return owner, info
        is_id = is_table_of_tables(info.annotation)
        owner = model_in(info.annotation)
    return owner, info


def secrets_in(model: type[BaseModel], table: Table) -> list[str]:
    """Every text in the table that is, or may be, a secret: of secret fields, of the environment, and of unknown (misspelt) keys."""
    return [text for text in _secrets(model, table) if len(text) > 3]


def without(text: str, secrets: Sequence[str]) -> str:
    """``text`` with every secret in it replaced by an ellipsis."""
    for secret in secrets:
        text = text.replace(secret, "…")
    return text


def _secrets(model: type[BaseModel], table: Table) -> Iterator[str]:
    fields = names_of(model)
    for key, value in table.items():
        info = fields.get(key)
        inner = model_in(info.annotation) if info else None
        if isinstance(value, Mapping) and inner is not None:
            yield from _secrets(inner, value)
        elif info is None or is_secret(info.annotation) or isinstance(value, FromEnvironment):
            yield from _texts(value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield str(value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)

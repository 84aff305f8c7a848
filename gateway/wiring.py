"""Turns the configuration into parts: finds each adapter by its type, checks every table, builds what the process needs.

The type is the module's name (``email.smtp`` is ``channels/email/smtp.py``, ``webhook`` is ``gateway/sinks/webhook.py``); there is no
list of adapters. A module is imported only where the configuration names it, so that a gateway without SMS never loads its library.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any

from config.settings import Configuration, Jurisdiction, Route, read
from config.settings import Gazetteer as GazetteerSettings
from config.tables import Found, check, dotted, secrets_in, without
from config.types import Listen
from config.words import did_you_mean
from gateway.errors import ConfigError, Mistake

if TYPE_CHECKING:
    from channels.base import AdapterSettings, Channel
    from gateway.sinks.base import Sink
    from normalizer.catalog import Catalog
    from normalizer.pipeline import Context
    from normalizer.ports import Gazetteer, Weights

CHANNELS = "channels"
SINKS = "gateway.sinks"
ALL = frozenset({"channels", "sinks"})
_TYPES = {CHANNELS: re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*"), SINKS: re.compile(r"[a-z][a-z0-9_]*")}
_NOT_SINKS = frozenset({"base"})
_EXTRAS = {"twilio": "sms", "obstore": "s3", "imap_tools": "imap", "tweepy": "social", "dkim": "mailauth", "dns": "mailauth"}


@dataclass(frozen=True, slots=True)
class Wired:
    """A checked configuration and the parts built from it; ids are the names that the operator chose.

    ``channel_jurisdictions`` says for each channel whose messages it takes; ``contexts`` has every jurisdiction. ``warnings`` are
    things that are probably not meant, but harm nothing.
    """

    path: Path
    configuration: Configuration
    channels: Mapping[str, Channel]
    sinks: Mapping[str, Sink]
    channel_settings: Mapping[str, AdapterSettings]
    sink_settings: Mapping[str, AdapterSettings]
    channel_jurisdictions: Mapping[str, str]
    contexts: Mapping[str, Context]
    warnings: tuple[Mistake, ...] = ()


def load(path: Path | None, environ: Mapping[str, str], parts: Collection[str] = ALL) -> Wired:
    """Read and check everything, build ``parts`` (of "channels" and "sinks").

    Raises ConfigError with every mistake, each by its TOML path or by the name of the environment variable. A part that is not asked
    for is neither imported nor checked, except that its names must exist where others refer to them.
    """
    reading = read(path, environ)
    work = _Wiring([Mistake(*mistake) for mistake in reading.mistakes])
    jurisdictions = work.jurisdictions_of(reading.channels)
    if "channels" in parts:
        work.adapters(CHANNELS, reading.channels)
    if "sinks" in parts:
        work.adapters(SINKS, reading.sinks)
    configuration = reading.configuration
    contexts: dict[str, Context] = {}
    if configuration is not None:
        work.addresses(configuration)
        contexts = work.contexts(configuration, jurisdictions)
        work.routes(configuration.routes, reading.sinks, contexts)
    if work.mistakes or configuration is None:
        raise ConfigError(list(dict.fromkeys(work.mistakes)))
    work.build()
    work.watched(configuration, reading.channels)
    if work.mistakes:
        raise ConfigError(work.mistakes)
    home = {channel_id: jurisdictions.get(channel_id, configuration.jurisdiction_id) for channel_id in reading.channels}
    frozen = MappingProxyType
    return Wired(
        path=reading.path,
        configuration=configuration,
        channels=frozen(work.built[CHANNELS]),
        sinks=frozen(work.built[SINKS]),
        channel_settings=frozen(work.settings[CHANNELS]),
        sink_settings=frozen(work.settings[SINKS]),
        channel_jurisdictions=frozen(home),
        contexts=frozen(contexts),
        warnings=tuple(work.warnings),
    )


def find(root: str, kind: str) -> ModuleType:
    """The adapter module of a type below ``root`` ("channels" or "gateway.sinks").

    Raises ValueError, with a sentence for the operator, where there is none, it is no adapter, or a library of it is missing.
    """
    word = "adapter" if root == CHANNELS else "sink"
    if not _TYPES[root].fullmatch(kind) or kind in (_NOT_SINKS if root == SINKS else ()):
        form = '"<channel>.<adapter>", for example "email.smtp"' if root == CHANNELS else 'one word, for example "webhook"'
        raise ValueError(f"no {word} has such a name; a type is {form}")
    name = f"{root}.{kind}"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if name == missing or name.startswith(f"{missing}."):
            raise ValueError(f"no {word} {kind!r}{did_you_mean(kind, types(root))}") from None
        extra = _EXTRAS.get(missing.partition(".")[0])
        hint = f"pip install 'intake311[{extra}]'" if extra else "install it beside intake311"
        raise ValueError(f"{kind!r} needs the library {missing}: {hint}") from None
    if not (isinstance(getattr(module, "Settings", None), type) and callable(getattr(module, "build", None))):
        what = f"{name} is no {word}: it has no Settings and build{did_you_mean(kind, types(root))}"
        raise ValueError(what)  # noqa: TRY004  # the type's name is the wrong value
    return module


def types(root: str) -> list[str]:
    """The types that exist below ``root``, from the names of the files, without importing them."""
    if root == SINKS:
        return [name for name in _modules(SINKS) if name not in _NOT_SINKS]
    return [f"{package}.{name}" for package in _folders(CHANNELS) for name in _modules(f"{CHANNELS}.{package}")]


def _folders(package: str) -> list[str]:
    return sorted(item.name for item in pkgutil.iter_modules(_places(package)) if item.ispkg and not item.name.startswith("_"))


def _modules(package: str) -> list[str]:
    """The modules of a package that define ``build``; the others are shared by adapters."""
    files = [file for place in _places(package) for file in Path(place).glob("[a-z]*.py")]
    return sorted(file.stem for file in files if re.search(r"^def build\(", file.read_text("utf-8"), re.MULTILINE))


def _places(package: str) -> list[str]:
    spec = importlib.util.find_spec(package)
    return list(spec.submodule_search_locations or ()) if spec else []


@dataclass(slots=True)
class _Wiring:
    """The work in progress of one :func:`load`: what was found so far, and what is wrong."""

    mistakes: list[Mistake]
    warnings: list[Mistake] = field(default_factory=list)
    settings: dict[str, dict[str, Any]] = field(default_factory=lambda: {CHANNELS: {}, SINKS: {}})
    built: dict[str, dict[str, Any]] = field(default_factory=lambda: {CHANNELS: {}, SINKS: {}})
    builders: dict[tuple[str, str], Callable[[str, Any], Any]] = field(default_factory=dict)
    secrets: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def jurisdictions_of(self, tables: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
        """The ``jurisdiction_id`` of the channels that name one."""
        found: dict[str, str] = {}
        for channel_id, table in tables.items():
            value = table.get("jurisdiction_id")
            if isinstance(value, str):
                found[channel_id] = str(value)
            elif value is not None:
                self.mistakes.append(Mistake(dotted((CHANNELS, channel_id, "jurisdiction_id")), "must be text in quotes"))
        return found

    def adapters(self, root: str, tables: Mapping[str, Mapping[str, Any]]) -> None:
        """Find the module of each table and check the table with its Settings."""
        section = root.rpartition(".")[2]
        for name, table in tables.items():
            where = (section, name)
            kind = table.get("type")
            if not isinstance(kind, str):
                what = f"is missing: {did_you_mean('', types(root)).removeprefix('; ')}" if kind is None else "must be text in quotes"
                self.mistakes.append(Mistake(dotted((*where, "type")), what))
                continue
            try:
                module = find(root, str(kind))
            except ValueError as error:
                self.mistakes.append(Mistake(dotted((*where, "type")), str(error)))
                continue
            given = {**table, "type": str(kind)}
            if root == CHANNELS and "jurisdiction_id" not in module.Settings.model_fields:
                given.pop("jurisdiction_id", None)  # the gateway's, where the adapter has no use for it
            found: Found = check(module.Settings, given, where)
            self.mistakes += [Mistake(*mistake) for mistake in found.mistakes]
            if found.settings is not None:
                self.settings[root][name] = found.settings
                self.builders[root, name] = module.build
                self.secrets[root, name] = secrets_in(module.Settings, given)

    def addresses(self, configuration: Configuration) -> None:
        """Two parts cannot listen on one port."""
        taken: list[tuple[str, Listen]] = []
        for where, listen in listen_addresses(configuration, self.settings[CHANNELS]):
            other = next((at for at, there in taken if there.port == listen.port != 0 and _overlap(there.host, listen.host)), None)
            if other:
                self.mistakes.append(Mistake(where, f"the same port as {other}"))
            taken.append((where, listen))

    def contexts(self, configuration: Configuration, jurisdictions: Mapping[str, str]) -> dict[str, Context]:
        """One context for each jurisdiction; a catalog that several share is read once."""
        from normalizer.pipeline import Context

        tables = {configuration.jurisdiction_id: Jurisdiction(own_addresses=configuration.own_addresses), **configuration.jurisdictions}
        if configuration.jurisdiction_id in configuration.jurisdictions:
            self.mistakes.append(
                Mistake(dotted(("jurisdictions", configuration.jurisdiction_id)), "is the first city; its settings stand at the top")
            )
        for channel_id, jurisdiction_id in jurisdictions.items():
            if jurisdiction_id not in tables:
                what = f"there is no [jurisdictions] table of that name{did_you_mean(jurisdiction_id, tables)}"
                self.mistakes.append(Mistake(dotted((CHANNELS, channel_id, "jurisdiction_id")), what))
        catalogs: dict[Path, Catalog | None] = {}
        contexts: dict[str, Context] = {}
        for jurisdiction_id, table in tables.items():
            path = table.catalog or configuration.catalog
            if path not in catalogs:
                where = ("catalog",) if table.catalog is None else ("jurisdictions", jurisdiction_id, "catalog")
                catalogs[path] = self._catalog(path, dotted(where))
            catalog = catalogs[path]
            if catalog is None:
                continue
            contexts[jurisdiction_id] = Context(
                jurisdiction_id=jurisdiction_id,
                catalog=catalog,
                languages=tuple(table.languages or configuration.languages),
                region=table.region or configuration.region,
                own_addresses=frozenset(
                    [
                        *(address.lower() for address in table.own_addresses),
                        *self._recipients(jurisdiction_id, configuration, jurisdictions),
                    ]
                ),
                staff_domains=frozenset(
                    domain.lower() for domain in (configuration.staff_domains if table.staff_domains is None else table.staff_domains)
                ),
                gazetteer=self._gazetteer(jurisdiction_id, table.gazetteer, configuration),
                weights=self._weights(jurisdiction_id, table, configuration, catalog),
            )
        return contexts

    def _gazetteer(self, jurisdiction_id: str, own: GazetteerSettings | None, configuration: Configuration) -> Gazetteer:
        """The city's gazetteer, whose files must exist now and are read when they are needed."""
        from normalizer.ports import NothingKnown

        first = jurisdiction_id == configuration.jurisdiction_id
        settings = configuration.gazetteer if first else own
        if settings is None or not (settings.files or settings.areas):
            return NothingKnown()
        where = ("gazetteer",) if first else ("jurisdictions", jurisdiction_id, "gazetteer")
        named = [((*where, "files", number), path) for number, path in enumerate(settings.files)]
        named += [((*where, "areas", layer), path) for layer, path in settings.areas.items()]
        for place, path in named:
            if not (path.is_file() and os.access(path, os.R_OK)):
                self.mistakes.append(Mistake(dotted(place), f"{path} is no file that can be read"))
        from gateway.gazetteer.lazy import LazyGazetteer

        return LazyGazetteer(settings.files, settings.areas, settings.near_boundary)

    def _weights(self, jurisdiction_id: str, table: Jurisdiction, configuration: Configuration, catalog: Catalog) -> Weights:
        """The classifier's model: the city's file, which must be there now and is read when the first text is judged, or the catalog's."""
        from gateway.models import CatalogModel, ModelFile, mark

        first = jurisdiction_id == configuration.jurisdiction_id
        settings = configuration.classify if first else table.classify
        if settings is None or settings.model is None:
            return CatalogModel(catalog)
        where = ("classify", "model") if first else ("jurisdictions", jurisdiction_id, "classify", "model")
        if not (settings.model.is_file() and os.access(settings.model, os.R_OK)):
            self.mistakes.append(Mistake(dotted(where), f"{settings.model} is no file that can be read"))
        elif (wrong := mark(settings.model)) is not None:
            self.mistakes.append(Mistake(dotted(where), f"{settings.model} is refused: {wrong}"))
        return ModelFile(settings.model)

    def _recipients(self, jurisdiction_id: str, configuration: Configuration, jurisdictions: Mapping[str, str]) -> Iterable[str]:
        """The addresses that the jurisdiction's mail channels take mail for."""
        for channel_id, settings in self.settings[CHANNELS].items():
            if jurisdictions.get(channel_id, configuration.jurisdiction_id) == jurisdiction_id:
                recipients = getattr(settings, "recipients", ())
                yield from (str(recipient).lower() for recipient in recipients if isinstance(recipient, str))

    def _catalog(self, path: Path, where: str) -> Catalog | None:
        from pydantic import ValidationError

        from normalizer.catalog import Catalog

        try:
            return Catalog.from_toml(tomllib.loads(path.read_text("utf-8-sig")))
        except OSError as error:
            self.mistakes.append(Mistake(where, f"{path} cannot be read: {error.strerror or type(error).__name__}"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self.mistakes.append(Mistake(where, f"{path} is not TOML: {error}"))
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_input=False):
                self.mistakes.append(Mistake(where, f"{path}: {dotted(detail['loc'])}: {detail['msg']}"))
        return None

    def routes(self, routes: Sequence[Route], sinks: Mapping[str, Any], contexts: Mapping[str, Context]) -> None:
        """What routes refer to must exist: sinks strictly; services and cities are warned of, since they match nothing."""
        catalogs = [context.catalog for context in contexts.values()]
        services = [service for catalog in catalogs for service in catalog.services]
        known = {
            "service_code": {service.service_code for service in services},
            "group": {service.group for service in services},
            "department": {service.department for service in services},
            "jurisdiction_id": set(contexts),
        }
        for number, route in enumerate(routes):
            for sink in route.to:
                if sink not in sinks:
                    self.mistakes.append(Mistake(dotted(("routes", number, "to")), f"no sink {sink!r}{did_you_mean(sink, sinks)}"))
            for key, values in known.items():
                for value in getattr(route, key):
                    if value not in values and values:
                        near = did_you_mean(value, values) if key != "service_code" else "; see the catalog"
                        self.warnings.append(Mistake(dotted(("routes", number, key)), f"nothing is called {value!r}{near}"))

    def build(self) -> None:
        """Make the adapters; what one refuses is a mistake of its table."""
        for (root, name), builder in self.builders.items():
            try:
                self.built[root][name] = builder(name, self.settings[root][name])
            except ConfigError as error:
                self.mistakes += error.mistakes
            except (ValueError, OSError, ImportError) as error:
                reason = without(_reason(error), self.secrets[root, name])
                self.mistakes.append(Mistake(dotted((root.rpartition(".")[2], name)), reason))

    def watched(self, configuration: Configuration, tables: Mapping[str, Any]) -> None:
        """What [health] names must be channels; those that send themselves a message must be able to."""
        health = configuration.health
        for section, names in (("canary", health.canary), ("may_be_silent", health.may_be_silent)):
            for name in names:
                where = dotted(("health", section, name) if section == "canary" else ("health", section))
                channel = self.built[CHANNELS].get(name)
                if name not in tables:
                    self.mistakes.append(Mistake(where, f"no channel {name!r}{did_you_mean(name, tables)}"))
                elif section == "canary" and channel is not None and not hasattr(channel, "send_canary"):
                    what = f"a channel of type {tables[name].get('type')!r} cannot send itself a message"
                    self.mistakes.append(Mistake(where, what))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, ModuleNotFoundError):
        extra = _EXTRAS.get((error.name or "").partition(".")[0], "")
        return f"needs the library {error.name}" + (f": pip install 'intake311[{extra}]'" if extra else "")
    return str(error) or type(error).__name__


def listen_addresses(configuration: Configuration, channels: Mapping[str, Any]) -> Iterable[tuple[str, Listen]]:
    """Every TCP address that the gateway listens on, with the TOML path that says so."""
    yield "server.listen", configuration.server.listen
    for name, settings in channels.items():
        listen = _listen(settings)
        if listen is not None:
            yield dotted((CHANNELS, name, "listen")), listen


def _listen(settings: Any) -> Listen | None:
    """The address that an adapter listens on, whatever its type writes as ``host:port``."""
    value = getattr(settings, "listen", None)
    try:
        return None if value is None else Listen.parse(str(value))
    except ValueError:
        return None  # not a TCP address (a socket's path, say): it cannot collide with a port


def _overlap(one: str, other: str) -> bool:
    anywhere = {"0.0.0.0", "::", "*"}  # noqa: S104  # compared, not bound
    return one == other or one in anywhere or other in anywhere

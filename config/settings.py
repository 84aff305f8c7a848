"""Every setting of the gateway, its default and its meaning, and how the file and the environment become one configuration.

The environment wins over the file (:mod:`config.environment`). What a channel or a sink can be told is described by its adapter's own
``Settings``; here their tables are kept as they are, and ``gateway.wiring`` checks them.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ByteSize, ConfigDict, Field
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from config import environment
from config.outgoing import OutgoingMail
from config.tables import Found, check, dotted
from config.types import Duration, Listen
from config.words import nearest

DEFAULT_FILE = Path("config/intake311.toml")
SHIPPED_CATALOG = Path(__file__).with_name("catalog.toml")
SHIPPED_MODEL = Path(__file__).with_name("catalog.model")
"""What `intake311 train` made of the shipped catalog; used for that catalog only."""
BUILT_IN = {"form": "web.form", "open311": "open311.georeport", "tracking": "web.tracking"}
"""Channels that need no table, by the name that they then have; ``[public]`` turns each off."""
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_-]{0,39}")


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _store_url(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://")):
        raise ValueError('must begin with "sqlite:///" or "postgresql://"')
    return value


def _web_url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value):
        raise ValueError("must be a web address such as https://311.example.gov, without a query or a password")
    return value.rstrip("/")


Names = Annotated[list[str], BeforeValidator(_one_or_many)]
"""A list of texts; a single text counts as a list of one."""
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class Section(BaseModel):
    """Base of the tables: unknown keys are errors, no error text shows a value, and nothing changes after the start."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True, use_attribute_docstrings=True)


class Server(Section):
    """The HTTP server: webhooks, JSON intake, probes and metrics."""

    listen: Listen = Listen("127.0.0.1", 8311)
    """Address and port of the HTTP server. In front of it stands a reverse proxy that speaks TLS."""
    public_url: Annotated[str, AfterValidator(_web_url)] = "http://127.0.0.1:8311"
    """How the outside reaches this server, without a slash at the end; providers sign their webhooks over it."""
    hostname: str = ""
    """The machine's public name, said by the mail server in its greeting. Empty: the host of ``public_url``."""
    max_connections: int = Field(default=1000, ge=1)
    """Connections to the HTTP server at one time; more wait in the system's queue."""
    max_body: ByteSize = ByteSize(32 * 2**20)
    """Largest body of an HTTP request."""

    @property
    def public_name(self) -> str:
        """``hostname``, or the host of ``public_url``."""
        return self.hostname or urlsplit(self.public_url).hostname or "localhost"


class Public(Section):
    """What anybody may reach without a channel's table of its own: the form at ``/``, Open311 below ``/open311/v2``, ``/track/``."""

    form: bool = True
    """Whether the public form is served. A channel of type ``web.form`` in this file takes the place of the built-in one, ``form``."""
    open311: bool = True
    """Whether Open311 is served. A channel of type ``open311.georeport`` in this file takes the place of the built-in one, ``open311``."""
    tracking: bool = True
    """Whether residents can follow their requests at ``/track/``. A channel of type ``web.tracking`` in this file takes the place of the
    built-in one, ``tracking``."""
    contact: str = ""
    """Whom developers ask for a key: an e-mail or web address, shown in Open311's discovery. Empty: ``public_url``."""


class Store(Section):
    """Where messages, requests and deliveries are kept."""

    url: Annotated[str, AfterValidator(_store_url)] = "sqlite:///var/intake311.db"
    """``sqlite:///path`` (one machine) or ``postgresql://user@host/database`` (several). A password belongs into the environment."""
    blobs: str = "var/blobs"
    """Where large bodies and attachments go: a directory, or ``s3://bucket/prefix``."""
    inline_limit: ByteSize = ByteSize(256 * 2**10)
    """A body up to this size stays in its row; a larger one becomes a blob."""
    min_free: ByteSize = ByteSize(256 * 2**20)
    """With less than this free on a disk of the store, messages are refused for the time being (SMTP 452, HTTP 507)."""


class Worker(Section):
    """Reading and understanding what was stored."""

    processes: int = Field(default_factory=lambda: max(1, (os.cpu_count() or 2) - 1), ge=1, le=256)
    """Processes that read messages. The default is one less than the machine has processors, and at least 1."""
    batch: int = Field(default=64, ge=1, le=10_000)
    """Messages that are claimed, and committed, at a time."""
    deadline: float = Field(default=20.0, gt=0)
    """Seconds that reading may take: a batch that takes longer is read again message by message, and one that still does is held."""


class Dispatch(Section):
    """Delivering requests to the sinks."""

    concurrency: int = Field(default=64, ge=1, le=1000)
    """Deliveries on the way at one time, over all sinks; each sink has a limit and time-outs of its own."""


class Health(Section):
    """How the roads in are watched: they are asked, and it is noticed when they fall silent. See docs/channels/README.md."""

    probe: Duration = Duration(minutes=5)
    """How often each channel that can tell is asked whether it works: ``"5 min"``, ``"1 h"``."""
    canary: dict[str, Duration] = {}
    """Channels by name, and how often each sends itself a message the way a resident does: ``{ mail = "1 h" }``."""
    canary_deadline: Duration = Duration(minutes=15)
    """How long such a message may take to arrive before a person is told."""
    token_warning: Duration = Duration(days=14)
    """How long before a token or certificate of a channel ends a person is told."""
    may_be_silent: Names = []
    """Channels whose silence is never an alarm."""


class Gazetteer(Section):
    """The city's own streets, addresses, places and areas, looked up without any service on the network. See docs/gazetteer.md."""

    files: list[Path] = []
    """GeoJSON or CSV files as a city publishes them, or one that ``intake311 gazetteer import`` made."""
    areas: dict[str, Path] = {}
    """Layers of areas, each a GeoJSON file of polygons, by their name in ``location.area_codes``: ``{ ward = "wards.geojson" }``."""
    near_boundary: float = Field(default=30.0, ge=0, le=1000)
    """Metres from an area's boundary within which the neighbour is named too."""


class Classify(Section):
    """How the service is chosen that a text asks for. See docs/quality/classify.md."""

    model: Path | None = None
    """A model that `intake311 train` made from the city's own history. Without one, the catalog's words and sentences are what is known."""


class Replies(Section):
    """What residents are told, on the channel that they used. Without this table nobody is written to. See docs/replies.md."""

    enabled: bool = True
    """Whether anybody is written to."""
    channels: Names = []
    """Channels that answer, by name. Empty: every one that can."""
    templates: Path | None = None
    """A folder of texts that take the place of the shipped ones, file by file."""
    city: dict[str, str] = {}
    """The city's name as residents know it, by language; or by jurisdiction_id where there are several. Empty: the jurisdiction_id."""
    emergency_number: str = Field(default="911", pattern=r"^[0-9 +-]{2,20}$")
    """What to call where life or property is in danger."""
    questions: bool = True
    """Whether one question is asked where something is missing, after the request exists."""
    question_patience: Duration = Duration(days=3)
    """How long an answer is waited for; one that comes later is taken all the same."""
    quiet: Duration = Duration(minutes=10)
    """How long after a mail the same address gets no further acknowledgement, so that no two machines answer each other."""
    per_address_hour: int = Field(default=6, ge=1)
    """Automatic messages to one address within an hour."""
    per_address_day: int = Field(default=15, ge=1)
    """Automatic messages to one address within a day."""
    per_domain_hour: int = Field(default=60, ge=1)
    """Automatic mails to one domain within an hour; ten times as many for the large public providers."""
    overall_hour: int = Field(default=1000, ge=1)
    """Automatic messages to everybody within an hour. What exceeds it waits for a person: ``intake311 deliveries list``."""


class Log(Section):
    """What is written about the running, on standard error. Never a text, name, telephone number or address of a person."""

    format: Literal["auto", "json", "console"] = "auto"
    """``json`` (one object a line), ``console`` (for people), or ``auto``: console on a terminal, else json."""
    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least important level that is written."""


class Route(Section):
    """Sends the requests that fit every list given here to the sinks in ``to``. Every route that fits adds its sinks."""

    service_code: Names = []
    """Services, by code."""
    group: Names = []
    """Groups of services."""
    department: Names = []
    """Departments."""
    priority: list[Literal["emergency", "high", "normal", "low"]] = []
    """Priorities."""
    language: Names = []
    """Languages of the resident's text, ISO 639-1."""
    channel: list[Literal["email", "sms", "phone", "social", "web", "open311", "api", "bulk"]] = []
    """Kinds of channel: ``email``, ``sms``, ``phone``, ``social``, ``web``, ``open311``, ``api``, ``bulk``."""
    jurisdiction_id: Names = []
    """Cities, where the gateway serves several."""
    to: Names
    """Sinks, by the name that they have in this file. An empty list ends the reading of routes: no later one adds a sink."""
    only_first: bool = False
    """With true, no later route is read for a request that fits this one."""


class Jurisdiction(Section):
    """A further city served by this gateway; what is not given here is as for the first one."""

    catalog: Path | None = None
    """The city's service catalog."""
    languages: list[LanguageCode] | None = Field(default=None, min_length=1)
    """Languages, the preferred one first."""
    region: CountryCode | None = None
    """Country whose telephone numbers may lack the country code, ISO 3166-1."""
    own_addresses: Names = []
    """The city's mail addresses and ``@domains``; the recipients of its mail channels are added."""
    staff_domains: Names | None = None
    """Mail domains whose senders are staff."""
    gazetteer: Gazetteer | None = None
    """The city's streets and places; the first city's are never used for it."""
    classify: Classify | None = None
    """The city's own model; the first city's is never used for it."""


class Configuration(Section):
    """The whole configuration."""

    compatibility: Literal[1] = 1
    """Version of this file's format; this release reads 1."""
    jurisdiction_id: str = Field(min_length=1, max_length=255)
    """The city, as Open311 names it: usually its domain."""
    languages: list[LanguageCode] = Field(default=["en", "fr"], min_length=1)
    """Languages in which the city answers, the preferred one first (ISO 639-1)."""
    region: CountryCode = "CA"
    """Country whose telephone numbers may lack the country code (ISO 3166-1)."""
    own_addresses: Names = []
    """The city's mail addresses and ``@domains``, to recognise loops; the recipients of mail channels are added."""
    staff_domains: Names = []
    """Mail domains whose senders are staff."""
    catalog: Path = SHIPPED_CATALOG
    """The service catalog. The default is the one that is shipped."""
    gazetteer: Gazetteer = Gazetteer()
    classify: Classify = Classify()
    server: Server = Server()
    public: Public = Public()
    store: Store = Store()
    worker: Worker = Field(default_factory=Worker)
    dispatch: Dispatch = Dispatch()
    health: Health = Health()
    replies: Replies | None = None
    outgoing_mail: OutgoingMail | None = None
    log: Log = Log()
    channels: dict[str, dict[str, Any]] = {}
    """The roads in, each with a name of your choice and a ``type``."""
    sinks: dict[str, dict[str, Any]] = {}
    """The roads out, each with a name of your choice and a ``type``."""
    routes: list[Route] = []
    """Which requests go to which sinks. Without routes, every request goes to every sink."""
    jurisdictions: dict[str, Jurisdiction] = {}
    """Further cities, by jurisdiction_id."""


SECTIONS = frozenset(Configuration.model_fields)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the configuration (None if something in it is wrong), the adapters' tables, and all mistakes as (where, what)."""

    path: Path
    configuration: Configuration | None
    channels: Mapping[str, Mapping[str, Any]]
    sinks: Mapping[str, Mapping[str, Any]]
    mistakes: tuple[tuple[str, str], ...]


def location(path: Path | None, environ: Mapping[str, str]) -> Path:
    """The file to read: the one given, else the one that ``INTAKE311_CONFIG`` names, else ``config/intake311.toml``."""
    return path or Path(environ.get(environment.CONFIG) or DEFAULT_FILE)


def read(path: Path | None, environ: Mapping[str, str]) -> Reading:
    """Read the file and the environment. Never raises for what an operator can do wrong: it is in ``mistakes``."""
    path = location(path, environ)
    mistakes = environment.near_misses(environ, SECTIONS)
    file = _parse(path, mistakes)
    variables, wrong_names = environment.tree(environ, file or {})
    mistakes += wrong_names
    merged = _merge(variables, file or {})
    channels = _adapter_tables("channels", merged, file or {}, mistakes)
    sinks = _adapter_tables("sinks", merged, file or {}, mistakes)
    found = check(Configuration, merged, ()) if file is not None else Found()
    mistakes += found.mistakes
    if found.settings is not None:
        _add_built_in(channels, found.settings.public)
    return Reading(path, found.settings, channels, sinks, tuple(dict.fromkeys(mistakes)))


def _add_built_in(channels: dict[str, dict[str, Any]], public: Public) -> None:
    """Add the channels that need no table, where the file has none of their type and their name is free."""
    for name, kind in BUILT_IN.items():
        wanted = getattr(public, name)
        if wanted and name not in channels and all(table.get("type") != kind for table in channels.values()):
            channels[name] = {"type": kind}


def _parse(path: Path, mistakes: list[tuple[str, str]]) -> dict[str, Any] | None:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        mistakes.append((str(path), "there is no such file; `intake311 init DIR` writes one"))
    except OSError as error:
        mistakes.append((str(path), f"cannot be read: {error.strerror or type(error).__name__}"))
    except UnicodeDecodeError as error:
        mistakes.append((str(path), f"is not UTF-8 text (byte {error.start})"))
    except tomllib.TOMLDecodeError as error:
        what, _, where = str(error).partition(" (at ")
        mistakes.append((str(path), f"is not TOML: {where.rstrip(')') or 'somewhere'}: {what[:1].lower() + what[1:]}"))
    return None


def _merge(variables: dict[str, Any], file: dict[str, Any]) -> dict[str, Any]:
    """One tree out of two, table by table; pydantic-settings' order of sources says who wins."""

    class Merged(BaseSettings):
        model_config = SettingsConfigDict(extra="allow", hide_input_in_errors=True)

        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *_: PydanticBaseSettingsSource, **__: PydanticBaseSettingsSource
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (InitSettingsSource(settings_cls, variables), InitSettingsSource(settings_cls, file))

    return dict(Merged().model_extra or {})


def _adapter_tables(
    section: str, merged: Mapping[str, Any], file: Mapping[str, Any], mistakes: list[tuple[str, str]]
) -> dict[str, dict[str, Any]]:
    """The tables of ``[channels.…]`` or ``[sinks.…]`` that can be looked at; names that cannot be used are mistakes."""
    tables = merged.get(section, {})
    known = file.get(section, {})
    usable: dict[str, dict[str, Any]] = {}
    if not isinstance(tables, Mapping):
        return usable
    for name, table in tables.items():
        if not isinstance(table, Mapping):
            continue
        if name not in known and "type" not in table:
            near = nearest(name, known)
            hint = f"; did you mean {near}?" if near else ""
            mistakes.extend((variable, f"there is no [{dotted((section, name))}]{hint}") for variable in environment.variables_in(table))
        elif not _IDENTIFIER.fullmatch(name):
            mistakes.append((dotted((section, name)), "a name has small letters, digits, - and _, begins with a letter, at most 40"))
        else:
            usable[name] = dict(table)
    return usable

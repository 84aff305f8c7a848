"""What the tracking pages are made of: their words, their templates, the styles of the city's form with a few of their own, the headers."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from importlib import resources
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from channels.web._look import FOREVER, LANGUAGES, Asset, Words, asset_of, hashed, words_of
from channels.web.form import Settings as FormSettings

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
"""No script at all, nothing of another host, in nobody's frame."""
_FORM_STATIC = resources.files("channels.web") / "static"
_OWN = resources.files("gateway.web") / "templates"


@dataclass(frozen=True, slots=True)
class City:
    """One city's pages: its languages, the preferred one first, and what its form looks like. ``names`` are its own by language."""

    jurisdiction_id: str
    languages: tuple[str, ...]
    form: FormSettings
    names: Mapping[str, str]
    form_path: str | None = None
    """Where its form is; None where it has none here."""

    def name(self, language: str, words: Words) -> str:
        """What stands at the top of a page."""
        return self.form.city.get(language) or self.names.get(language) or words("page.city")


class Say:
    """The words of the tracking pages in one language, and those of the form that they share; dates as people say them."""

    def __init__(self, language: str, zone: tzinfo | None) -> None:
        self.language, self._zone = language, zone
        self.form = words_of(language)
        self._own = Words(language, tomllib.loads((_OWN / f"track-{language}.toml").read_text("utf-8")))
        self._months = self._own("date.months").split(",")

    def __call__(self, key: str, /, **values: object) -> str:
        """The words of a key."""
        return self._own(key, **values)

    @property
    def table(self) -> Mapping[str, Mapping[str, str]]:
        """All words by section and name."""
        return self._own.table

    def date(self, at: datetime) -> str:
        """A day: 24 novembre 2026, November 24, 2026."""
        local = self._local(at)
        month = self._months[local.month - 1]
        if self.language == "fr":
            return f"{'1er' if local.day == 1 else local.day}\u00a0{month} {local.year}"
        return f"{month}\u00a0{local.day}, {local.year}"

    def moment(self, at: datetime) -> str:
        """A day with its time: 24 novembre 2026 à 15 h 05, November 24, 2026, 3:05 pm."""
        local = self._local(at)
        if self.language == "fr":
            return f"{self.date(at)} à {local.hour}\u00a0h\u00a0{local.minute:02d}"
        return f"{self.date(at)}, {local.hour % 12 or 12}:{local.minute:02d}\u00a0{'am' if local.hour < 12 else 'pm'}"

    def is_over(self, at: datetime, now: datetime) -> bool:
        """Whether a promised day has passed, to its end where the city is."""
        return self._local(at).date() < self._local(now).date()

    def _local(self, at: datetime) -> datetime:
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(self._zone)


class Look:
    """Templates, words and styles of all cities. Raises OSError where a city's style sheet cannot be read."""

    def __init__(self, cities: Sequence[City], *, public_url: str, timezone: str) -> None:
        zone = ZoneInfo(timezone) if timezone else None
        self._environment = Environment(
            loader=PackageLoader("gateway.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self.say = MappingProxyType({language: Say(language, zone) for language in LANGUAGES})
        self.cities = MappingProxyType({city.jurisdiction_id: city for city in cities})
        self.prefix = urlsplit(public_url).path.rstrip("/")
        self.secure = public_url.startswith("https://")
        style = (_FORM_STATIC / "form.css").read_bytes() + (_OWN / "track.css").read_bytes()
        files = {"track.css": style, "icon.svg": (_FORM_STATIC / "icon.svg").read_bytes()}
        for number, city in enumerate(cities):
            if city.form.theme_css is not None:
                files[f"theme-{number}.css"] = city.form.theme_css.read_bytes()
        names = {name: hashed(name, content) for name, content in files.items()}
        self._themes = {city.jurisdiction_id: names.get(f"theme-{number}.css", "") for number, city in enumerate(cities)}
        self._names = names
        self._assets: dict[str, Asset] = {names[name]: asset_of(name, content) for name, content in files.items()}

    def asset(self, request: web.Request) -> web.Response:
        """A style sheet or the icon. Raises HTTPNotFound."""
        found = self._assets.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding", **({"Content-Encoding": "gzip"} if packed else {})}
        return web.Response(body=found.packed if packed else found.content, content_type=found.media_type, charset="utf-8", headers=headers)

    def page(self, template: str, city: City, language: str, here: str, status: int = 200, **values: Any) -> web.Response:
        """A page. ``here`` is its own address below ``/track/``, which the other languages' links repeat."""
        say = self.say[language]
        base = f"{self.prefix}/track/"
        others = [(code, self.say[code].form("page.name")) for code in city.languages if code != language]
        theme = self._themes[city.jurisdiction_id]
        text = self._environment.get_template(template).render(
            t=say,
            f=say.form,
            language=language,
            city=city.name(language, say.form),
            others=others,
            base=base,
            here=f"{base}{here}",
            styles=[f"{base}assets/{name}" for name in (self._names["track.css"], theme) if name],
            icon=f"{base}assets/{self._names['icon.svg']}",
            form_url=None if city.form_path is None else f"{self.prefix}{city.form_path}/{language}/",
            privacy_url=city.form.privacy_url.get(language, ""),
            phone=city.form.phone,
            emergency_number=city.form.emergency_number,
            **values,
        )
        response = web.Response(text=text, content_type="text/html", status=status)
        guard(response)
        response.headers["Content-Language"] = say.form("page.lang")
        response.headers["Vary"] = "Accept-Language, Cookie"
        response.enable_compression()
        return response


def guard(response: web.StreamResponse, policy: str = POLICY) -> None:
    """The headers of everything below ``/track/``: kept by nobody, found by nobody, telling nobody where the reader came from."""
    response.headers["Content-Security-Policy"] = policy
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Permissions-Policy"] = "geolocation=(), camera=(), microphone=()"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"

"""What the pages are made of: templates, styles and scripts with hashed names, the words of each language, and the headers.

Everything is read once, when the channel is built; nothing is asked of another host, neither by us nor by the resident's browser.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

LANGUAGES = ("fr", "en")
"""Languages that the form is written in."""
FOREVER = "public, max-age=31536000, immutable"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file: its bytes, the same compressed, its media type."""

    content: bytes
    packed: bytes
    media_type: str


class Words:
    """The words of one language, by dotted key; ``{name}`` in them is filled in."""

    def __init__(self, language: str, table: Mapping[str, Mapping[str, str]]) -> None:
        self.language = language
        self.table = table

    def __call__(self, key: str, /, **values: object) -> str:
        """The words of a key; KeyError where there are none."""
        section, _, name = key.partition(".")
        words = self.table[section][name]
        return words.format(**values) if values else words

    def group(self, code: str) -> str:
        """The heading of a group of services; a city's own group is named by its code."""
        return self.table["groups"].get(code) or code.replace("_", " ").capitalize()


def words_of(language: str) -> Words:
    """The words of a language of :data:`LANGUAGES`."""
    path = resources.files("channels.web") / "locale" / f"{language}.toml"
    return Words(language, tomllib.loads(path.read_text("utf-8")))


class Look:
    """The pages of one channel. Raises OSError where the city's style sheet cannot be read."""

    def __init__(self, theme_css: Path | None) -> None:
        self._environment = Environment(
            loader=PackageLoader("channels.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self.words = MappingProxyType({language: words_of(language) for language in LANGUAGES})
        self.themed = theme_css is not None
        files = {file.name: file.read_bytes() for file in (resources.files("channels.web") / "static").iterdir()}
        self.embed = files.pop("embed.js")
        if theme_css is not None:
            files["theme.css"] = theme_css.read_bytes()
        self.names = {name: hashed(name, content) for name, content in files.items()}
        self.assets = {self.names[name]: asset_of(name, content) for name, content in files.items()}

    def template(self, name: str) -> Template:
        """A compiled template."""
        return self._environment.get_template(name)


def policy(*, frame_ancestors: Sequence[str], tiles_url: str) -> str:
    """The Content-Security-Policy of a page: nothing but our own files, pictures that the resident chose, and the city's map tiles."""
    tiles = urlsplit(tiles_url)
    images = f"'self' blob: data:{f' {tiles.scheme}://{tiles.netloc}' if tiles_url else ''}"
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {images}; connect-src 'self'; form-action 'self'; "
        f"base-uri 'none'; frame-ancestors {' '.join(frame_ancestors) or chr(39) + 'none' + chr(39)}"
    )


def negotiate(header: str, languages: Sequence[str]) -> str:
    """The language of ``languages`` that an Accept-Language header prefers (RFC 9110 §12.5.4); the first one where it names none."""
    weights: dict[str, float] = {}
    for item in header[:500].split(","):
        tag, _, rest = item.strip().partition(";")
        found = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", rest)
        weight = float(found[1]) if found else 1.0
        language = tag.strip().lower().partition("-")[0]
        if language in languages and weight > weights.get(language, 0.0):
            weights[language] = weight
    return max(weights, key=lambda language: weights[language]) if weights else languages[0]


def grouped(offers: Sequence[Any], words: Words) -> list[tuple[str, list[Any]]]:
    """Services under the headings of their groups, both in the catalog's order."""
    groups: dict[str, list[Any]] = {}
    for offer in offers:
        groups.setdefault(words.group(offer.group), []).append(offer)
    return list(groups.items())


def spoken(number: str) -> str:
    """A number in groups of three and four digits, as telephone numbers are read aloud: 100 0017, 1000 0173."""
    if not number.isdigit() or len(number) < 6:
        return number
    sizes = {0: (), 1: (4,), 2: (4, 4)}[len(number) % 3]
    sizes = (3,) * ((len(number) - sum(sizes)) // 3) + sizes
    ends = list(accumulate(sizes))
    return "\u00a0".join(number[end - size : end] for end, size in zip(ends, sizes, strict=True))


def hashed(name: str, content: bytes) -> str:
    """A file's name with a hash of its content in it, so that it may be kept for ever."""
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"


def asset_of(name: str, content: bytes) -> Asset:
    """A file to serve."""
    return Asset(content, gzip.compress(content, 9, mtime=0), _TYPES[Path(name).suffix])

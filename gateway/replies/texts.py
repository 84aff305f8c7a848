"""The words that residents are sent: one file for each language, in which a city replaces what it wants to say otherwise.

A text is a Jinja template in its sandbox. What a template is given is never a template itself: a name with braces in it stays one. Values
that may be empty are tested by the template; an unknown name is a mistake of the file and refused when it is read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

Medium = Literal["email", "sms", "whatsapp", "messenger", "social"]
KINDS = (
    "acknowledgement", "acknowledgement_several", "closed", "duplicate", "emergency", "follow_up", "notice", "question_where",
    "question_which", "reopened", "status",
)  # fmt: skip
"""Everything that is said."""
_KEYS = ("subject", "mail", "short")
_LINE = re.compile(r"[\r\n\t\f\v\x00-\x1f\x7f\u0085\u2028\u2029]+")
_GAP = re.compile(r"\n{3,}")
_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "…": "...", "–": "-", "—": "-", "\u00a0": " ", "\u202f": " ", "œ": "oe"}
)
"""What looks the same in a text and would make it twice as many: 3GPP TS 23.038 has no such characters in its 7-bit alphabet."""
_MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
}
_SAMPLE: dict[str, Any] = {
    "city": "Springfield",
    "emergency_number": "911",
    "channel": "email",
    "number": "",
    "numbers": [],
    "requests": [],
    "candidates": [],
    "question": "",
    "tracking_url": "",
    "service_name": "",
    "address": "",
    "status": "",
    "status_notes": "",
    "expected_date": "",
}
"""Every value that a template may use, as empty as it may be."""


@dataclass(frozen=True, slots=True)
class Text:
    """What is sent; ``subject`` only by mail."""

    subject: str | None
    text: str
    language: str


class BadText(ValueError):
    """A file of texts cannot be used: which file, which kind, and why."""


class Texts:
    """The texts by language, kind and form."""

    def __init__(self, templates: Mapping[str, Mapping[str, Mapping[str, Template]]]) -> None:
        self._templates = templates

    @classmethod
    def load(cls, folder: Path | None = None) -> Texts:
        """The shipped texts, with those of ``folder`` (``fr.toml``, ``en.toml`` …) in place of theirs. Raises BadText."""
        named = {Path(item.name).stem: item.read_text("utf-8") for item in resources.files("gateway.replies").joinpath("words").iterdir()}
        raw = {language: _read(f"{language}.toml", text) for language, text in sorted(named.items())}
        if folder is not None:
            if not folder.is_dir():
                raise BadText(f"{folder} is no folder")
            for path in sorted(folder.glob("*.toml")):
                for kind, forms in _read(str(path), path.read_text("utf-8-sig")).items():
                    raw.setdefault(path.stem, {}).setdefault(kind, {}).update(forms)
        return cls({language: _compiled(language, kinds) for language, kinds in raw.items()})

    @property
    def languages(self) -> frozenset[str]:
        """The languages that have texts."""
        return frozenset(self._templates)

    def render(self, kind: str, language: str, values: Mapping[str, Any], *, medium: Medium, most: int = 0) -> Text:
        """The text of a kind, in ``language`` or, where there is none in it, in English; at most ``most`` characters (0: no bound)."""
        spoken = language if kind in self._templates.get(language, {}) else "en"
        forms = self._templates[spoken][kind]
        given = {**_SAMPLE, **values, "expected_date": _written(values.get("expected_date"), spoken)}
        given["requests"] = [{**_SAMPLE, **one} for one in given["requests"]]
        if medium == "email":
            subject = _LINE.sub(" ", forms["subject"].render(given)).strip()[:200]
            return Text(subject, _GAP.sub("\n\n", forms["mail"].render(given)).strip() + "\n", spoken)
        text = _LINE.sub(" ", forms["short"].render(given)).strip()
        return Text(None, fitted(text.translate(_PLAIN) if medium == "sms" else text, str(given["tracking_url"]), most), spoken)


def fitted(text: str, link: str, most: int) -> str:
    """At most ``most`` characters, cut at a word before the link, which stays whole."""
    if not most or len(text) <= most:
        return text
    tail = f" {link}" if link and text.endswith(link) else ""
    head = text.removesuffix(link).rstrip() if tail else text
    room = most - len(tail) - 3
    cut = head[: max(0, room)]
    whole = cut.rpartition(" ")[0] or cut
    return f"{whole.rstrip(' ,;:.')}...{tail}"


def _written(value: object, language: str) -> str:
    if isinstance(value, date):
        month = _MONTHS.get(language, _MONTHS["en"])[value.month - 1]
        return f"{value.day} {month} {value.year}" if language == "fr" else f"{month} {value.day}, {value.year}"
    return "" if value is None else str(value)


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(autoescape=False, undefined=StrictUndefined, keep_trailing_newline=True)


def _read(where: str, text: str) -> dict[str, dict[str, str]]:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadText(f"{where} is not TOML: {error}") from error
    for kind, forms in found.items():
        if kind not in KINDS:
            raise BadText(f"{where}: nothing is called {kind!r}; there is {', '.join(KINDS)}")
        if not isinstance(forms, dict) or set(forms) - set(_KEYS) or not all(isinstance(form, str) for form in forms.values()):
            raise BadText(f"{where}: [{kind}] has {', '.join(_KEYS)}, each a text")
    return found


def _compiled(language: str, kinds: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Template]]:
    compiled: dict[str, dict[str, Template]] = {}
    for kind, forms in kinds.items():
        compiled[kind] = {}
        for key in _KEYS:
            if key not in forms:
                raise BadText(f"{language}.toml: [{kind}] lacks {key}")
            try:
                template = _environment().from_string(forms[key].lstrip("\n"))
                template.render(_SAMPLE)
            except (TemplateError, TypeError, ValueError) as error:
                raise BadText(f"{language}.toml: [{kind}] {key}: {error}") from error
            compiled[kind][key] = template
    return compiled

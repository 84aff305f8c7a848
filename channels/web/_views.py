"""Renders the pages of the form in one language, by themselves or for another site's frame."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web

from channels.counsel import Advice, Became, Nearby
from channels.web._answers import Answers, Mistake
from channels.web._look import Look, grouped, policy, spoken
from channels.web._proof import Done

if TYPE_CHECKING:
    from channels.counsel import Offer
    from channels.web.form import Settings

_MIB = 1 << 20
_NUMBERED = frozenset({"request", "duplicate", "follow_up"})


@dataclass(frozen=True, slots=True)
class Where:
    """Which page was asked for: its language, and whether it stands in another site's frame."""

    language: str
    embedded: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page of the form shows: its token, the answers so far, what is understood of them, what has to be mended; and its status."""

    token: str
    answers: Answers
    advice: Advice = field(default_factory=Advice)
    mistakes: Sequence[Mistake] = ()
    status: int = 200
    headers: Mapping[str, str] | None = None


class Views:
    """The pages of one channel. ``public_url`` is the gateway's own address: its path stands before every link."""

    def __init__(self, channel_id: str, settings: Settings, look: Look, languages: Sequence[str], public_url: str) -> None:
        self._id, self._settings, self._look, self._languages = channel_id, settings, look, tuple(languages)
        self._prefix = urlsplit(public_url).path.rstrip("/")
        self._secure = public_url.startswith("https://")

    # Pages

    def form(self, where: Where, offers: Sequence[Offer], shown: Shown) -> web.Response:
        """The form, empty or with what was filled in."""
        settings = self._settings
        return self._page(
            "form.html",
            where,
            shown.status,
            shown.headers,
            token=shown.token,
            answers=shown.answers,
            mistakes=self.mistakes(where, shown.mistakes),
            advice=shown.advice,
            emergency=shown.advice.emergency,
            groups=grouped(offers, self._look.words[where.language]),
            words=self._script_words(where),
            advice_url=self.below("advice"),
            near_url=self.below("nearby"),
            max_photo=int(settings.max_photo),
            tiles_url=settings.tiles_url,
            tiles_note=settings.tiles_attribution,
            centre=",".join(map(str, settings.map_centre)),
            city_phone=settings.phone,
        )

    def check(self, where: Where, offers: Sequence[Offer], near: Sequence[Nearby], shown: Shown) -> web.Response:
        """What was filled in, to be looked at once more: for those without JavaScript."""
        return self._page(
            "check.html",
            where,
            shown.status,
            shown.headers,
            answers=shown.answers,
            kept=asdict(shown.answers) | {"token": shown.token},
            mistakes=self.mistakes(where, shown.mistakes),
            advice=shown.advice,
            emergency=shown.advice.emergency,
            groups=grouped(offers, self._look.words[where.language]),
            near=self._near(where, near, offers),
        )

    def done(self, where: Where, done: Done, token: str, became: Became | None) -> web.Response:
        """The confirmation, with the number where there is one already; ``token`` is the last part of its address."""
        numbers, held, joined = _outcome(became)
        contact = {"": "anonymous", "e": "email", "p": "phone", "b": "both", "n": "named"}[done.contact]
        return self._page(
            "done.html",
            where,
            200,
            {"Cache-Control": "no-store"},
            done=done,
            reference=done.intake_id,
            numbers=numbers,
            held=held,
            joined=joined,
            tracks=self._tracks(where, became),
            waiting=not numbers and not held,
            contact=self._look.words[where.language](f"done.{contact}"),
            became_url=self.below(f"became/{where.language}/{token}"),
        )

    def gone(self, where: Where) -> web.Response:
        """There is no such page."""
        return self._page("gone.html", where, 404, None)

    # What scripts are answered

    def mistakes(self, where: Where, mistakes: Iterable[Mistake]) -> list[dict[str, str]]:
        """Mistakes in words."""
        words = self._look.words[where.language]
        return [{"field": mistake.field, "words": words(f"errors.{mistake.key}", named=mistake.named)} for mistake in mistakes]

    def near(self, where: Where, near: Sequence[Nearby], offers: Sequence[Offer]) -> dict[str, Any]:
        """What was reported nearby, in words, and the question that goes with it."""
        words = self._look.words[where.language]
        found = [{"id": one["service_request_id"], "name": one["name"], "facts": one["facts"]} for one in self._near(where, near, offers)]
        return {"near": found, "legend": words("near.legend"), "different": words("near.different")}

    def number(self, where: Where, became: Became | None) -> dict[str, Any]:
        """What became of a message, as lines of a page."""
        words = self._look.words[where.language]
        numbers, held, joined = _outcome(became)
        lines = [("", words("done.held"))] if held else []
        if numbers:
            lines = [("label", words("done.number")), *(("big", number) for number in numbers)]
            lines += [("", words("done.joined"))] if joined else []
        found = [{"kind": kind, "text": text} for kind, text in lines]
        found += [{"kind": "follow", "text": text, "href": href} for text, href in self._tracks(where, became)]
        return {"waiting": not lines, "lines": found}

    def minutes(self, where: Where, seconds: int) -> str:
        """A time to wait, in words."""
        words, count = self._look.words[where.language], max(1, round(seconds / 60))
        return words("units.minute") if count == 1 else words("units.minutes", count=count)

    # Addresses

    def path(self, where: Where, language: str | None = None) -> str:
        """The form's own address in a language."""
        return f"{self._prefix}{self._settings.path}{'/embed' if where.embedded else ''}/{language or where.language}/"

    def below(self, rest: str) -> str:
        """An address of the channel that no person types."""
        return f"{self._prefix}/channels/{self._id}/{rest}"

    # Helpers

    def _tracks(self, where: Where, became: Became | None) -> list[tuple[str, str]]:
        """The links to the pages of the requests that the message began, each with its words."""
        words = self._look.words[where.language]
        codes = became.tracking_codes if became is not None else ()
        several = len(codes) > 1
        return [
            (
                words("done.follow_one", number=spoken(code.partition("-")[0])) if several else words("done.follow"),
                f"{self._prefix}/track/{code}",
            )
            for code in codes
        ]

    def _near(self, where: Where, near: Sequence[Nearby], offers: Sequence[Offer]) -> list[dict[str, str]]:
        names = {offer.service_code: offer.service_name for offer in offers}
        return [
            {
                "service_request_id": one.service_request_id,
                "name": names.get(one.service_code, one.service_name),
                "facts": self._facts(where, one),
            }
            for one in near
        ]

    def _facts(self, where: Where, one: Nearby) -> str:
        words = self._look.words[where.language]
        days = (datetime.now(UTC).date() - one.requested_datetime.astimezone(UTC).date()).days
        when = words("near.today") if days < 1 else words("near.yesterday") if days == 1 else words("near.days", days=days)
        facts = [words("near.facts", metres=max(5, 5 * round(one.distance / 5)), when=when)]
        if one.reports > 1:
            facts.append(words("near.people", count=one.reports))
        if one.status == "closed":
            facts.append(words("near.closed"))
        return " · ".join(facts)

    def _script_words(self, where: Where) -> str:
        words = self._look.words[where.language]
        return json.dumps(
            {**words.table["script"], "from_text": words("service.from_text"), "title": words("errors.title")}, ensure_ascii=False
        )

    def _page(self, template: str, where: Where, status: int, headers: Mapping[str, str] | None, **values: Any) -> web.Response:
        settings, words = self._settings, self._look.words[where.language]
        text = self._look.template(template).render(
            t=words,
            language=where.language,
            embedded=where.embedded,
            city=settings.city.get(where.language) or words("page.city"),
            others=[(code, self._look.words[code]("page.name")) for code in self._languages if code != where.language],
            link=lambda language: self.path(where, language),
            action=self.path(where),
            asset=lambda name: self.below(f"assets/{self._look.names[name]}"),
            themed=self._look.themed,
            privacy_url=settings.privacy_url.get(where.language, ""),
            emergency_number=settings.emergency_number,
            photo_size=words("units.mib", count=int(settings.max_photo) // _MIB),
            draft=f"intake311.{self._id}",
            **values,
        )
        response = web.Response(text=text, content_type="text/html", status=status, headers=headers)
        response.headers["Content-Security-Policy"] = policy(
            frame_ancestors=settings.embed_on if where.embedded else (), tiles_url=settings.tiles_url
        )
        response.headers["Referrer-Policy"] = "same-origin"  # with no-referrer, browsers send forms with "Origin: null"
        response.headers["Permissions-Policy"] = "geolocation=(self), camera=(self)"
        response.headers["Content-Language"] = words("page.lang")
        # "private", so that no proxy hands one form to two people; not "no-store", so that going back finds what was written.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers["Vary"] = "Accept-Language, Cookie"
        response.enable_compression()
        return response


def _outcome(became: Became | None) -> tuple[list[str], bool, bool]:
    """The numbers to show, whether a person has to look first, and whether the message joined another one's request."""
    if became is None or became.disposition is None:
        return [], False, False
    if became.disposition in _NUMBERED and became.service_request_ids:
        return [spoken(number) for number in became.service_request_ids], False, became.disposition != "request"
    return [], True, False

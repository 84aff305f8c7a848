"""``/track/``: residents follow their own request by its secret code, and write to the city about it; a number alone shows its status.

A page without a script, kept by nobody (``no-store``) and found by nobody (``noindex``). Whoever has the code is taken for the resident; a
code that is unknown, malformed or of an erased request gets one and the same page, after the same work. What is sent is durable before the
page says so: it is a message of the channel ``web.tracking`` and reaches the request as a follow-up.

Does not: list requests; show what others wrote about the same problem, anything of the staff, or a map (its tiles come from elsewhere).
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from ipaddress import ip_network
from typing import TYPE_CHECKING, TypeVar

from aiohttp import web

from channels.base import Temporary
from channels.web import tracking
from channels.web._limits import Rate, source_of
from channels.web._look import LANGUAGES, negotiate, spoken
from channels.web._proof import Proof
from channels.web._surroundings import COOKIE
from channels.web.form import Settings as FormSettings
from gateway import metrics
from gateway.clock import now
from gateway.errors import NotFound
from gateway.intake import Intake
from gateway.replies.signing import NAME, Signatures
from gateway.web._tracking_look import City, Look, guard
from gateway.web._tracking_story import Story, language_of, tell
from gateway.web._tracking_taking import NOTHING, Taking, Visit
from gateway.web.counsel import GatewayCounsel
from gateway.web.keys import Keys

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.store.engine import Connection
    from gateway.store.tracked import Standing, Tracked
    from gateway.wiring import Wired

_PRIVATE_GROUPS = frozenset({"people", "administration"})
"""Groups of services that a number alone does not name: numbers follow one another, and what somebody asked for there is their own."""
_PICTURE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
_SHOWN = {"image/jpeg", "image/png", "image/webp", "image/gif"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Result = TypeVar("Result")


def routes(
    wired: Wired, intake: Intake, keys: Keys, counsels: Callable[[str], GatewayCounsel], spool_dir: Path
) -> Iterable[web.AbstractRouteDef]:
    """The routes of the channel of type ``web.tracking``; none where the configuration has no such channel."""
    found = [name for name, settings in wired.channel_settings.items() if settings.type == tracking.TYPE]
    if not found:
        return []
    return Pages(wired, found[0], intake, keys, counsels, spool_dir).routes()


def is_served(wired: Wired) -> bool:
    """Whether requests have pages here."""
    return any(settings.type == tracking.TYPE for settings in wired.channel_settings.values())


class Pages:
    """The pages of all cities of one gateway."""

    def __init__(
        self, wired: Wired, channel_id: str, intake: Intake, keys: Keys, counsels: Callable[[str], GatewayCounsel], spool_dir: Path
    ) -> None:
        settings = wired.channel_settings[channel_id]
        assert isinstance(settings, tracking.Settings)  # noqa: S101  (the type says so)
        public_url = wired.configuration.server.public_url
        self._id, self._keys = channel_id, keys
        self._contexts, self._blobs = wired.contexts, wired.configuration.store.blobs
        self._look = Look(cities(wired), public_url=public_url, timezone=settings.timezone)
        self._first = next(iter(self._look.cities.values()))
        self._trusted = [ip_network(network) for network in settings.trusted_proxies]
        self._lookups = Rate(settings.lookups, settings.lookups_minutes * 60.0)
        self._misses = Rate(settings.lookups, settings.lookups_minutes * 60.0)
        self._secret: bytes | None = None
        self._stand_in = secrets.token_bytes(32)
        self._taking = Taking(channel_id, settings, public_url, intake, counsels, spool_dir)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Every address below ``/track``."""
        return [
            web.get("/track", self._slash),
            web.get("/track/", self._guarded(self._lookup)),
            web.get("/track/assets/{name}", self._asset),
            web.get("/track/{code}", self._guarded(self._show)),
            web.post("/track/{code}", self._guarded(self._take)),
            web.get("/track/{code}/photos/{name}", self._guarded(self._photo)),
        ]

    # Pages

    async def _slash(self, _request: web.Request) -> web.StreamResponse:
        raise web.HTTPPermanentRedirect(f"{self._look.prefix}/track/")

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        return self._look.asset(request)

    async def _lookup(self, request: web.Request) -> web.StreamResponse:
        """Ask for a number, and show what it alone tells."""
        language = self._language(request, self._first.languages)
        asked = request.query.get("number", "")[:200].strip()
        compact = re.sub(r"[\s\u00a0\u202f.]", "", asked)
        mistake, found = "", None
        if re.fullmatch(r"(?a)[0-9]{1,19}-[A-Za-z2-7]{26}", compact):  # the whole code: its page says whether it is one
            return _see_other(f"{self._look.prefix}/track/{compact}{_chosen(request)}")
        if asked:
            if wait := self._lookups.take(self._source(request)):
                self._refused("rate")
                return self._often(request, wait)
            mistake = _wrong(compact.replace("-", ""))
            found = None if mistake else await self._read(lambda connection: _standing(connection, compact.replace("-", "")))
            mistake = mistake or ("" if found is not None else "unknown")
        elif "number" in request.query:
            mistake = "missing"
        return self._answer(language, request, asked, mistake, found)

    def _answer(self, language: str, request: web.Request, asked: str, mistake: str, found: Standing | None) -> web.StreamResponse:
        city = self._first if found is None else self._look.cities.get(found.jurisdiction_id, self._first)
        if language not in city.languages:
            language = self._language(request, city.languages)
        say = self._look.say[language]
        service = None
        if found is not None and (context := self._contexts.get(found.jurisdiction_id)) is not None:
            offered = context.catalog.get(found.service_code)
            if offered is not None and offered.group not in _PRIVATE_GROUPS and offered.service_code != "other" and found.kind == "report":
                service = offered.name(language)
        return self._look.page(
            "track_lookup.html",
            city,
            language,
            "",
            404 if mistake == "unknown" else 422 if mistake else 200,
            asked=asked,
            mistake=say(f"lookup.{mistake}") if mistake else "",
            found=found,
            number=spoken(found.service_request_id) if found is not None else "",
            service=service,
            since=say.date(found.requested_datetime) if found is not None else "",
            several=len(self._look.cities) > 1,
        )

    async def _show(self, request: web.Request) -> web.StreamResponse:
        code = request.match_info["code"]
        known = await self._tracked(code)
        if known is None:
            return self._gone(request)
        tracked, city = known
        visit = self._visit(request, tracked, city)
        sent = await self._taking.sent(visit, request.query.get("sent", ""))
        return self._page(request, visit, sent=sent)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        """A message about the request: durable before the page says so."""
        known = await self._tracked(request.match_info["code"])
        if known is None:
            return self._gone(request)
        tracked, city = known
        visit = self._visit(request, tracked, city)
        taken = await self._taking.take(request, visit, self._source(request))
        if taken.refused:
            self._refused(taken.refused)
        if taken.token:
            chosen = _chosen(request)
            return _see_other(f"{self._look.prefix}/track/{visit.code}{chosen}{'&' if chosen else '?'}sent={taken.token}#sent")
        response = self._page(request, visit, taken.status, mistakes=taken.mistakes, kept=taken.kept)
        if taken.retry_after:
            response.headers["Retry-After"] = str(taken.retry_after)
        return response

    async def _photo(self, request: web.Request) -> web.StreamResponse:
        """One of the resident's own photos, as it was prepared for showing: without what its camera wrote."""
        from gateway.store.blobs import open_blobs

        known = await self._tracked(request.match_info["code"])
        picture = None if known is None else self._visit(request, *known).story.pictures.get(request.match_info["name"])
        if picture is None or picture.media_type not in _SHOWN:
            return self._gone(request)
        try:
            content = await asyncio.to_thread(lambda: open_blobs(self._blobs).get(picture.sha256))
        except NotFound:
            return self._gone(request)
        response = web.Response(body=content, content_type=picture.media_type, headers={"Content-Disposition": "inline"})
        guard(response, _PICTURE_POLICY)
        return response

    # What they are made of

    def _page(self, request: web.Request, visit: Visit, status: int = 200, **values: object) -> web.Response:
        say, city, story = self._look.say[visit.language], visit.city, visit.story
        response = self._look.page(
            "track.html",
            city,
            visit.language,
            visit.code,
            status,
            story=story,
            form_action=f"{self._look.prefix}/track/{visit.code}{_chosen(request)}",
            token=self._taking.token(visit),
            printed=say.date(now()),
            photo_size=self._taking.photo_size(say),
            **{"sent": None, "mistakes": [], "kept": NOTHING, **values},
        )
        self._remember(request, response, city)
        return response

    def _visit(self, request: web.Request, tracked: Tracked, city: City) -> Visit:
        language = self._language(request, city.languages, language_of(tracked))
        catalog = self._contexts[city.jurisdiction_id].catalog
        story: Story = tell(tracked, self._look.say[language], catalog, now())
        signatures = Signatures(self._secret or self._stand_in, city.jurisdiction_id)
        number = tracked.request.service_request_id
        proof = Proof(self._secret or self._stand_in, f"tracking {city.jurisdiction_id} {number}")
        return Visit(signatures.tracking_code(number), number, city, language, story, self._look.say[language], proof, signatures)

    def _gone(self, request: web.Request) -> web.StreamResponse:
        """There is no such page: the same for every reason."""
        self._refused("code")
        if wait := self._misses.take(self._source(request)):
            return self._often(request, wait)
        language = self._language(request, self._first.languages)
        return self._look.page("track_gone.html", self._first, language, "", 404, key="gone")

    def _often(self, request: web.Request, seconds: int) -> web.StreamResponse:
        language = self._language(request, self._first.languages)
        say = self._look.say[language]
        minutes = max(1, round(seconds / 60))
        named = say.form("units.minute") if minutes == 1 else say.form("units.minutes", count=minutes)
        response = self._look.page("track_gone.html", self._first, language, "", 429, key="often", named=named)
        response.headers["Retry-After"] = str(seconds)
        return response

    def _guarded(self, handler: Handler) -> Handler:
        """Answer with a page also where the store cannot be read."""

        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except Temporary as error:
                language = self._language(request, self._first.languages)
                response = self._look.page("track_gone.html", self._first, language, "", 503, key="error")
                response.headers["Retry-After"] = str(error.retry_after)
                return response

        return answer

    # Who asks for what

    async def _tracked(self, code: str) -> tuple[Tracked, City] | None:
        """The request that a code opens, and its city. Every city is asked, whatever the first ones say."""
        from gateway.store import tracked

        if self._secret is None:
            self._secret = await self._read(_secret)
        key, opened = self._secret or self._stand_in, None
        for jurisdiction_id, city in self._look.cities.items():
            number = Signatures(key, jurisdiction_id).tracked(code) if len(code) <= 60 else None
            opened = (number, city) if number is not None else opened
        if opened is None:
            return None
        number, city = opened
        found = await self._read(lambda connection: tracked.read(connection, city.jurisdiction_id, number))
        return None if found is None else (found, city)

    async def _read(self, piece: Callable[[Connection], Result]) -> Result:
        return await asyncio.to_thread(self._keys.reading, piece)

    def _language(self, request: web.Request, languages: tuple[str, ...], own: str = "") -> str:
        """What was chosen now or before, what the resident wrote in, what the browser asks for."""
        for wanted in (request.query.get("lang", ""), request.cookies.get(COOKIE, ""), own):
            if wanted in languages:
                return wanted
        return negotiate(request.headers.get("Accept-Language", ""), languages)

    def _remember(self, request: web.Request, response: web.Response, city: City) -> None:
        if (chosen := request.query.get("lang", "")) in city.languages:
            response.set_cookie(COOKIE, chosen, max_age=31_536_000, path="/", httponly=True, secure=self._look.secure, samesite="Lax")

    def _source(self, request: web.Request) -> str:
        return source_of(request.remote, request.headers.getall("X-Forwarded-For", []), self._trusted)

    def _refused(self, reason: str) -> None:
        metrics.REFUSED.labels(self._id, reason).inc()


def cities(wired: Wired) -> list[City]:
    """Every city with the look of its form: that of its first channel of type ``web.form``, or the default one."""
    replies = wired.configuration.replies
    names: Mapping[str, str] = replies.city if replies is not None else {}
    found = []
    for jurisdiction_id, context in wired.contexts.items():
        forms = [
            settings
            for channel_id, settings in wired.channel_settings.items()
            if isinstance(settings, FormSettings) and wired.channel_jurisdictions[channel_id] == jurisdiction_id
        ]
        form = forms[0] if forms else FormSettings(type="web.form")
        languages = tuple(language for language in form.languages or context.languages if language in LANGUAGES) or (LANGUAGES[-1],)
        known = {language: name for language in languages if (name := names.get(language) or names.get(jurisdiction_id))}
        found.append(City(jurisdiction_id, languages, form, known, form.path if forms else None))
    return found


def _secret(connection: Connection) -> bytes | None:
    from gateway.store.secrets import find

    return find(connection, NAME)


def _standing(connection: Connection, number: str) -> Standing | None:
    from gateway.store import tracked

    return tracked.standing(connection, number)


def _wrong(number: str) -> str:
    """What is wrong with a number, as a key of words; empty where it can be one."""
    from gateway.store.numbers import row_number

    if not (number.isascii() and number.isdigit() and 6 < len(number) < 19):
        return "form"
    return "" if row_number(number) is not None else "slip"


def _chosen(request: web.Request) -> str:
    """The language that was chosen, to be carried on where cookies are not kept."""
    language = request.query.get("lang", "")
    return f"?lang={language}" if language in LANGUAGES else ""


def _see_other(address: str) -> web.Response:
    response = web.Response(status=303, headers={"Location": address})
    guard(response)
    return response

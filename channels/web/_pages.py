"""Which address answers what: the form, its confirmation, the questions of its script, its files."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from channels._webhook import body_of
from channels.base import Accept, WebhookContext
from channels.web import _answers
from channels.web._answers import Answers
from channels.web._limits import Rate
from channels.web._look import FOREVER, Look
from channels.web._sending import Sending
from channels.web._surroundings import COOKIE, Surroundings
from channels.web._views import Shown, Views, Where

if TYPE_CHECKING:
    from channels.web.form import Settings

_WAITS = (0.15, 0.25, 0.4, 0.6)
"""Seconds between looks at what became of a message, while its sender waits for the confirmation."""
_QUESTIONS = 240
_EVERY = 60.0
"""So many questions (advice, nearby) a minute from one address."""
_MAX_QUESTION = 64 * 1024
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Pages:
    """The addresses of one channel."""

    def __init__(self, channel_id: str, settings: Settings, look: Look, accept: Accept, context: WebhookContext) -> None:
        self._id, self._settings, self._look, self._public_url = channel_id, settings, look, context.public_url
        self._around = Surroundings(channel_id, settings, context)
        self._views = Views(channel_id, settings, look, self._around.languages, context.public_url)
        self._sending = Sending(channel_id, settings, self._views, self._around, accept, context.spool_dir)
        self._questions = Rate(_QUESTIONS, _EVERY)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Every route of the form."""
        path, below = self._settings.path, f"/channels/{self._id}"
        found: list[web.AbstractRouteDef] = [
            web.get(f"{path}/embed.js", self._embed),
            web.get(f"{below}/assets/{{name}}", self._asset),
            web.post(f"{below}/advice", self._advice),
            web.post(f"{below}/nearby", self._nearby),
        ]
        found += [web.get(f"{below}/became/{language}/{{token}}", self._became(Where(language))) for language in self._around.languages]
        for frame in ("", "/embed"):
            found.append(web.get(f"{path}{frame}/", self._show(None, embedded=bool(frame))))
            for language in self._around.languages:
                where, here = Where(language, bool(frame)), f"{path}{frame}/{language}"
                found += [
                    web.get(f"{here}/", self._show(where, embedded=bool(frame))),
                    web.get(here, self._slash(f"{here}/")),
                    web.post(f"{here}/", self._take(where)),
                    web.get(f"{here}/done/{{token}}", self._confirm(where)),
                ]
        return found

    # Pages

    def _show(self, where: Where | None, *, embedded: bool) -> Handler:
        async def show(request: web.Request) -> web.StreamResponse:
            here = where or Where(self._around.preferred(request), embedded)
            token = (await self._around.proof()).ticket(time.time())
            response = self._views.form(here, self._around.offers(here.language), Shown(token, Answers(language=here.language)))
            if where is not None and "set" in request.query:  # the resident chose the language
                secure = self._public_url.startswith("https://")
                response.set_cookie(COOKIE, here.language, max_age=31_536_000, path="/", httponly=True, secure=secure, samesite="Lax")
            return response

        return show

    def _slash(self, here: str) -> Handler:
        prefix = urlsplit(self._public_url).path.rstrip("/")

        async def slash(_request: web.Request) -> web.StreamResponse:
            raise web.HTTPPermanentRedirect(f"{prefix}{here}")

        return slash

    def _take(self, where: Where) -> Handler:
        async def take(request: web.Request) -> web.StreamResponse:
            return await self._sending.take(request, where)

        return take

    def _confirm(self, where: Where) -> Handler:
        async def confirm(request: web.Request) -> web.StreamResponse:
            token = request.match_info["token"]
            done = (await self._around.proof()).read_done(token)
            if done is None:
                return self._views.gone(where)
            became = await self._around.became(done.intake_id)
            for wait in _WAITS:
                if became is None or became.disposition is not None:
                    break
                await asyncio.sleep(wait)
                became = await self._around.became(done.intake_id)
            return self._views.done(where, done, token, became)

        return confirm

    # Questions of the script

    async def _advice(self, request: web.Request) -> web.StreamResponse:
        asked = await self._question(request)
        text = str(asked.get("text", ""))[: _answers.MAX_TEXT]
        advice = await self._around.advice(text, self._around.language(asked.get("language")))
        suggestions = [{"code": one.service_code, "name": one.service_name} for one in advice.suggestions]
        return web.json_response({"suggestions": suggestions, "emergency": advice.emergency, "abstained": advice.abstained})

    async def _nearby(self, request: web.Request) -> web.StreamResponse:
        asked = await self._question(request)
        where = Where(self._around.language(asked.get("language")))
        place = _answers.read((name, str(asked.get(name, ""))) for name in ("lat", "long", "service_code"))
        near = await self._around.near(place, where.language)
        return web.json_response(self._views.near(where, near, self._around.offers(where.language)))

    def _became(self, where: Where) -> Handler:
        async def became(request: web.Request) -> web.StreamResponse:
            done = (await self._around.proof()).read_done(request.match_info["token"])
            if done is None:
                raise web.HTTPNotFound
            return web.json_response(self._views.number(where, await self._around.became(done.intake_id)))

        return became

    async def _question(self, request: web.Request) -> dict[str, object]:
        """The JSON object of a script's question. Raises what aiohttp answers with, TooLarge or TimeoutError."""
        if not self._around.from_here(request):
            raise web.HTTPForbidden
        if wait := self._questions.take(self._around.source(request)):
            raise web.HTTPTooManyRequests(headers={"Retry-After": str(wait)})
        body = await body_of(request, _MAX_QUESTION)
        try:
            asked = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise web.HTTPBadRequest from None
        if not isinstance(asked, dict):
            raise web.HTTPBadRequest
        return asked

    # Files

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        asset = self._look.assets.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding", **({"Content-Encoding": "gzip"} if packed else {})}
        return web.Response(body=asset.packed if packed else asset.content, content_type=asset.media_type, charset="utf-8", headers=headers)

    async def _embed(self, _request: web.Request) -> web.StreamResponse:
        headers = {"Cache-Control": "public, max-age=3600"}
        return web.Response(body=self._look.embed, content_type="text/javascript", charset="utf-8", headers=headers)

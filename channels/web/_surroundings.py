"""What the form knows of the gateway and of who asks: services, advice, reports nearby, numbers; language, address, origin; its secret."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from ipaddress import ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from channels.base import Temporary, WebhookContext
from channels.counsel import Advice, Became, Nearby, Offer
from channels.web._answers import Answers
from channels.web._limits import source_of
from channels.web._look import LANGUAGES, negotiate
from channels.web._proof import Proof

if TYPE_CHECKING:
    from channels.web.form import Settings

COOKIE = "form_language"
_PRIVATE_GROUPS = frozenset({"people", "administration"})
"""Groups of services of which the public is not told that somebody asked for them nearby."""
_NEAR = 3


class Surroundings:
    """The gateway and the outside, as one channel's form sees them."""

    def __init__(self, channel_id: str, settings: Settings, context: WebhookContext) -> None:
        self._id, self._settings, self._context, self._counsel = channel_id, settings, context, context.counsel
        known = self._counsel.languages if self._counsel is not None else LANGUAGES
        self.languages = [language for language in settings.languages or known if language in LANGUAGES] or [LANGUAGES[-1]]
        self._trusted = [ip_network(network) for network in settings.trusted_proxies]
        self._origins = {_origin(context.public_url), *(_origin(origin) for origin in settings.origins)}
        self._proof: Proof | None = None
        self._stand_in = Proof(secrets.token_bytes(32), channel_id)

    # What the gateway knows; whatever it cannot say now is left out, never waited for.

    def offers(self, language: str) -> Sequence[Offer]:
        """The services of the catalog."""
        return self._counsel.offers(language) if self._counsel is not None else ()

    async def advice(self, text: str, language: str) -> Advice:
        """What a text seems to ask for."""
        return await self._counsel.advise(text, language) if self._counsel is not None and text else Advice()

    async def near(self, place: Answers, language: str) -> list[Nearby]:
        """What was reported near the place of the answers."""
        if self._counsel is None or place.lat is None or place.long is None:
            return []
        private = {offer.service_code for offer in self.offers(language) if offer.group in _PRIVATE_GROUPS}
        try:
            found = await self._counsel.nearby(place.lat, place.long, limit=3 * _NEAR)
        except Temporary:
            return []
        shown = [one for one in found if one.service_code not in private]
        return sorted(shown, key=lambda one: one.service_code != place.service_code)[:_NEAR]  # the same service first, then the nearest

    async def became(self, intake_id: str) -> Became | None:
        """What became of a message."""
        try:
            return await self._counsel.became(intake_id) if self._counsel is not None else None
        except Temporary:
            return None

    async def proof(self) -> Proof:
        """What signs tokens: with the operator's secret, or one that is made once and kept in the channel's notebook.

        While the notebook cannot be read, something stands in: the form can be written, and is later said to have been open for long.
        """
        if self._proof is None:
            try:
                self._proof = Proof((await self._secret()).encode(), self._id)
            except Temporary:
                return self._stand_in
        return self._proof

    async def _secret(self) -> str:
        given, notebook = self._settings.secret, self._context.notebook
        if given is not None:
            return given.get_secret_value()
        if notebook is None:
            return secrets.token_hex(32)
        if not await notebook.get("secret"):
            await notebook.put("secret", secrets.token_hex(32))
        return await notebook.get("secret") or ""  # read back: another gateway may have written its own at the same time

    # Who asks

    def refused(self, reason: str, request: web.Request) -> None:
        """Count what was not believed."""
        self._context.refused(reason, request.remote or "unknown")

    def preferred(self, request: web.Request) -> str:
        """The language that was chosen before, or that the browser asks for."""
        chosen = request.cookies.get(COOKIE, "")
        return chosen if chosen in self.languages else negotiate(request.headers.get("Accept-Language", ""), self.languages)

    def language(self, value: object) -> str:
        """The language of that code, or our first."""
        return value if isinstance(value, str) and value in self.languages else self.languages[0]

    def source(self, request: web.Request) -> str:
        """Whom limits count for."""
        return source_of(request.remote, request.headers.getall("X-Forwarded-For", []), self._trusted)

    def from_here(self, request: web.Request) -> bool:
        """Whether a browser says that our own page sent this (Fetch Metadata; else RFC 6454's Origin). A program says nothing."""
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None:
            return site in ("same-origin", "none")
        origin = request.headers.get("Origin")
        return origin is None or origin.lower() in self._origins


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()

"""The public form: a resident says what the problem is, with or without JavaScript, by its own page or in another site's frame.

The stored bytes are the form as the browser sent it (multipart/form-data), photos included; ``translate`` reads nothing else. The form's
own number, made when it is served and signed, is the ``source_id``: a double click, a reload and the back button send the same message.

Sources: RFC 7578 (multipart/form-data), RFC 6454 (Origin), W3C Fetch Metadata (Sec-Fetch-Site), WCAG 2.2, design-system.service.gov.uk
(patterns: error summary, check answers, confirmation).

Does not: ask for a category, set a cookie unless a language is chosen, keep the address of who sends, show a captcha, call another host.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, ByteSize, Field, SecretStr

from channels.base import Accept, AdapterSettings, Health, ProbeContext, RawMessage, WebhookContext
from normalizer.model import InboundMessage

if TYPE_CHECKING:
    from aiohttp.web import AbstractRouteDef

TYPE = "web.form"
_LANGUAGE = "^(fr|en)$"


def _path(value: str) -> str:
    if not re.fullmatch(r"(/[a-z0-9_-]+)*", value):
        raise ValueError('must be empty or begin with a slash and not end with one, like "/west"')
    return value


def _origin(value: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.*-]+(:[0-9]{1,5})?", value):
        raise ValueError("must be http(s)://host[:port], without a path")
    return value


def _tiles(value: str) -> str:
    if value and not (re.fullmatch(r"https?://[^\s\"'<>;,]+", value) and all(part in value for part in ("{z}", "{x}", "{y}"))):
        raise ValueError("must be an http(s) address with {z}, {x} and {y} in it")
    return value


def _link(value: str) -> str:
    if not re.fullmatch(r"(https?:/)?/[^\s\"'<>]*", value):
        raise ValueError("must be an http(s) address or begin with a slash")
    return value


def _network(value: str) -> str:
    try:
        ip_network(value)
    except ValueError as error:
        raise ValueError("must be a network, like 10.0.0.0/8") from error
    return value


Origin = Annotated[str, AfterValidator(_origin)]
LanguageCode = Annotated[str, Field(pattern=_LANGUAGE)]


class Settings(AdapterSettings):
    """Table of a channel of type ``web.form``."""

    path: Annotated[str, AfterValidator(_path)] = ""
    """Where the form is, below the gateway's address; empty: at ``/``. A second form, of another city, needs one of its own."""
    languages: list[LanguageCode] = Field(default_factory=list)
    """Languages of the form (``fr``, ``en``), the preferred one first. Empty: those of the city."""
    city: dict[LanguageCode, str] = Field(default_factory=dict)
    """The city's name by language, as it stands at the top: ``city.fr = "Ville de Springfield"``."""
    theme_css: Path | None = None
    """A style sheet of the city's, loaded after ours: colours and type are custom properties (see ``channels/web/static/form.css``)."""
    emergency_number: Annotated[str, Field(pattern=r"^[0-9]{2,6}$")] = "911"
    """What to call when life or property is in danger."""
    phone: Annotated[str, Field(pattern=r"^[0-9+ ()-]{0,24}$")] = ""
    """A number for those who would rather talk, like 311; empty: none is shown."""
    privacy_url: dict[LanguageCode, Annotated[str, AfterValidator(_link)]] = Field(default_factory=dict)
    """The city's page on privacy, by language."""
    max_photo: Annotated[ByteSize, Field(ge=100_000, le=60 * 2**20)] = ByteSize(15 * 2**20)
    """Largest photo; a report may have five."""
    tiles_url: Annotated[str, AfterValidator(_tiles)] = ""
    """Address of map tiles with {z}, {x} and {y}; empty: no map. The resident's browser asks that host when the map is opened."""
    tiles_attribution: str = ""
    """What the tiles' owner asks to be written on the map."""
    map_centre: tuple[float, float, int] = (45.5, -73.6, 12)
    """Latitude, longitude and zoom at which the map opens."""
    embed_on: list[Origin] = Field(default_factory=list)
    """Sites that may show the form in a frame, like ``https://www.springfield.example.gov``. Empty: none."""
    origins: list[Origin] = Field(default_factory=list)
    """Further addresses under which residents open the form, besides the server's ``public_url``."""
    secret: Annotated[SecretStr, Field(min_length=16)] | None = None
    """What forms are signed with. Without it, one is made and kept in the store."""
    min_seconds: Annotated[float, Field(ge=0, le=60)] = 0.0
    """A form that is sent sooner after it was opened was filled in by a machine, and has to be sent once more. 0: none is too quick."""
    sends: Annotated[int, Field(ge=1)] = 30
    """Reports that one address may send in ``sends_minutes``; more are told to wait. A whole office may share one address."""
    sends_minutes: Annotated[float, Field(gt=0)] = 10.0
    """Minutes for which ``sends`` counts."""
    trusted_proxies: list[Annotated[str, AfterValidator(_network)]] = Field(default_factory=lambda: ["127.0.0.0/8", "::1/128"])
    """Networks of the reverse proxies whose X-Forwarded-For is believed, to count ``sends`` by the resident's address."""
    jurisdiction_id: str | None = None
    """The city that this channel belongs to, where the gateway serves several."""


def build(channel_id: str, settings: Settings) -> Form:
    """The adapter for one table of the configuration. Raises OSError where the style sheet cannot be read."""
    if settings.theme_css is not None:
        settings.theme_css.read_bytes()
    return Form(channel_id, settings)


class Form:
    """A channel of type ``web.form``."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings

    # What makes pages is imported where pages are made: a process that only translates stays light.
    def routes(self, accept: Accept, context: WebhookContext, /) -> Iterable[AbstractRouteDef]:
        """``/``, ``/fr/``, ``/en/``, ``/embed.js``, ``/embed/…`` below ``path``, and ``/channels/{id}/…`` for scripts and files."""
        from channels.web._look import Look
        from channels.web._pages import Pages

        return Pages(self.channel_id, self.settings, Look(self.settings.theme_css), accept, context).routes()

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read a stored form. Raises Unreadable where it is none.

        ``hints`` may have: ``language`` (of the page), ``address``, ``lat``, ``long``, ``accuracy`` (metres), ``location_source``,
        ``service_code`` (chosen by the resident), ``service_seen`` (offered to the resident), ``me_too`` (the service_request_id that is
        "the same problem"), ``anonymous``, ``contact_preference``, ``photo_position`` (False: where a photo was taken is not to be used),
        ``canary`` (the gateway's own message).
        """
        from channels.web import _reading

        message = InboundMessage(
            channel="web",
            adapter=TYPE,
            channel_id=self.channel_id,
            jurisdiction_id=self.settings.jurisdiction_id or "",
            source_id=raw.source_id,
            message_id=f"{self.channel_id}:{raw.source_id}",
            received_datetime=raw.received_at,
        )
        _reading.fill(message, raw)
        return message

    async def send_canary(self, token: str, context: ProbeContext, /) -> None:
        """Report something through our own page, under the gateway's public address; ``hints["canary"]`` is then ``token``."""
        from channels.web import _canary

        client = context.http(_canary.MANNERS)
        try:
            await _canary.send(client, f"{context.public_url}{self.settings.path}/", token, self.settings.min_seconds)
        finally:
            await client.aclose()

    async def check(self, _context: ProbeContext, /) -> Health:
        """Whether the pages can be made: their templates, words and styles."""
        from channels.web._look import Look

        look = Look(self.settings.theme_css)
        for name in ("form.html", "check.html", "done.html", "gone.html"):
            look.template(name)
        return Health(detail=f"the form in {' and '.join(sorted(look.words))}")

"""What residents add on the page of their own request: words, photos, "not fixed", that they withdraw it, whether they want news.

The gateway serves the page (``gateway/web/tracking.py``), since it shows what the store holds; what is sent there comes in here. The stored
bytes are the form as the browser sent it (multipart/form-data, RFC 7578). Which request it is about is not in them: the gateway has read it
out of the secret code in the page's address and says so in the envelope, as a mail server says who sent.

Does not: keep the secret code, the address of who sends, or anything that says who it is.
"""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ByteSize, Field

from channels.base import AdapterSettings, RawMessage, Unreadable
from normalizer.model import InboundMessage

TYPE = "web.tracking"
REFERENCE = "signed_reference"
"""What the envelope calls the number of the request."""
ACTIONS = ("add", "not_fixed", "withdraw", "tell", "quiet")
"""What a resident may do: add words or photos, say that it is not fixed, withdraw it, ask for news, ask for no more."""
_SAID = {
    "fr": {
        "not_fixed": "Ce n’est pas réglé.",
        "withdraw": "Je retire ma demande.",
        "tell": "Je veux recevoir des nouvelles de cette demande.",
        "quiet": "Je ne veux plus recevoir de nouvelles de cette demande.",
    },
    "en": {
        "not_fixed": "It is not fixed.",
        "withdraw": "I withdraw my request.",
        "tell": "I want to hear about this request.",
        "quiet": "I do not want to hear about this request any more.",
    },
}
"""What pressing a button says, for whoever reads the message."""
_NUMBER = re.compile(r"(?a)[0-9]{6,20}")


def _network(value: str) -> str:
    try:
        ip_network(value)
    except ValueError as error:
        raise ValueError("must be a network, like 10.0.0.0/8") from error
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value or "UTC")
    except (ValueError, OSError, KeyError) as error:
        raise ValueError("must be a time zone, like America/Toronto") from error
    return value


class Settings(AdapterSettings):
    """Table of a channel of type ``web.tracking``. What the pages look like is the setting of the city's form."""

    max_photo: Annotated[ByteSize, Field(ge=100_000, le=60 * 2**20)] = ByteSize(15 * 2**20)
    """Largest photo; one message may have five."""
    timezone: Annotated[str, AfterValidator(_zone)] = ""
    """Time zone in which times are written, like ``America/Toronto``. Empty: that of the machine."""
    sends: Annotated[int, Field(ge=1)] = 30
    """Messages that one address may send in ``sends_minutes``; more are told to wait."""
    sends_minutes: Annotated[float, Field(gt=0)] = 10.0
    """Minutes for which ``sends`` counts."""
    lookups: Annotated[int, Field(ge=1)] = 20
    """Numbers that one address may look up in ``lookups_minutes``, and codes that it may get wrong: nobody is to read them all."""
    lookups_minutes: Annotated[float, Field(gt=0)] = 10.0
    """Minutes for which ``lookups`` counts."""
    trusted_proxies: list[Annotated[str, AfterValidator(_network)]] = Field(default_factory=lambda: ["127.0.0.0/8", "::1/128"])
    """Networks of the reverse proxies whose X-Forwarded-For is believed, to count by the resident's address."""


def build(channel_id: str, settings: Settings) -> Tracking:
    """The adapter for one table of the configuration."""
    return Tracking(channel_id, settings)


class Tracking:
    """A channel of type ``web.tracking``. One serves all cities: a code belongs to its request, and a request to its city."""

    def __init__(self, channel_id: str, settings: Settings) -> None:
        self.channel_id = channel_id
        self.settings = settings

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        """Read a stored form. Raises Unreadable where it is none, or nobody vouches for which request it is about.

        ``hints`` may have: ``signed_reference`` (the service_request_id), ``tracking`` (of :data:`ACTIONS`), ``language`` (of the page),
        ``photo_position`` (False: where a photo was taken was not asked for and is not to be used).
        """
        from channels.web import _answers, _reading

        number = raw.envelope.get(REFERENCE, "")
        if not _NUMBER.fullmatch(number):
            raise Unreadable("a message about a request that nobody vouches for")
        form = _reading.form(raw)
        action, language = form.get("action"), form.get("language")
        if action not in ACTIONS:
            raise Unreadable("a form that asks for nothing that we know")
        photos = [file for file in form.files if file.name == "photo"]
        text = said(action, language, form.get("text").replace("\r\n", "\n").strip())
        if not text and not photos:
            raise Unreadable("a form without a text and without a photo")
        message = InboundMessage(
            channel="web",
            adapter=TYPE,
            channel_id=self.channel_id,
            source_id=raw.source_id,
            message_id=f"{self.channel_id}:{raw.source_id}",
            received_datetime=raw.received_at,
            text=text,
            attachments=[_reading.attachment(file) for file in photos[: 2 * _answers.PHOTOS]],
            hints={REFERENCE: number, "tracking": action},
        )
        if language in _SAID:
            message.hints["language"] = language
        if photos:
            message.hints["photo_position"] = False
        return message


def said(action: str, language: str, words: str) -> str:
    """The text of a message: what its button says, and below it the words of the resident."""
    sentence = _SAID.get(language, _SAID["en"]).get(action, "")
    return "\n\n".join(part for part in (sentence, words) if part)


def own_words(action: str, text: str) -> str:
    """The words of the resident in the text of such a message."""
    for sentences in _SAID.values():
        sentence = sentences.get(action)
        if sentence and text.startswith(sentence):
            return text[len(sentence) :].strip()
    return text

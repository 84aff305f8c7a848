"""Transcripts of Twilio Voice Intelligence: the list, and each with its sentences.

Sources: Twilio's OpenAPI description of Intelligence v2; twilio.com/docs/voice/intelligence. Where personal data was taken out, the
redacted sentences are asked for. The webhook says only that there is something (``transcript_sid``), and Twilio does not say it twice.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import orjson

from channels.base import Permanent, Unavailable
from channels.outward import Client
from channels.phone import _values as v
from channels.phone._catching_up import Listed, State, get

BASE = "https://intelligence.twilio.com"
_STATES: dict[str, State] = {"completed": "ready", "queued": "pending", "in-progress": "pending"}
_PAGES = 200


class Intelligence:
    """One account's transcripts, of one service or of all."""

    source = "twilio.intelligence"

    def __init__(self, http: Client, user: str, password: str, service_sid: str | None = None) -> None:
        self._http, self._service_sid = http, service_sid
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"}

    async def pages(self, since: datetime) -> AsyncIterator[Listed]:
        """The transcripts created since then."""
        params = {"PageSize": "100", "AfterDateCreated": since.strftime("%Y-%m-%dT%H:%M:%SZ")}
        if self._service_sid:
            params["ServiceSid"] = self._service_sid
        async for line in self._all(f"{BASE}/v2/Transcripts", params, "transcripts"):
            sid, created = v.first(line, "sid"), v.moment(line.get("date_created"))
            if sid and created is not None:
                yield Listed(sid, created, _STATES.get(v.first(line, "status"), "failed"), line)

    async def fetch(self, item: Listed) -> bytes:
        """The transcript and all its sentences, as one object: ``{"transcript": …, "sentences": […]}``."""
        params = {"PageSize": "1000"} | ({"Redacted": "true"} if item.line.get("redaction") is True else {})
        sentences = [line async for line in self._all(f"{BASE}/v2/Transcripts/{item.id}/Sentences", params, "sentences")]
        return orjson.dumps({"transcript": item.line, "sentences": sentences})

    async def check(self) -> None:
        """Ask for one line of the list. Raises Permanent or Temporary."""
        await get(self._http, f"{BASE}/v2/Transcripts", self._headers, {"PageSize": "1"})

    async def _all(self, url: str, params: dict[str, str] | None, name: str) -> AsyncIterator[dict[str, Any]]:
        for _page in range(_PAGES):
            data = await get(self._http, url, self._headers, params)
            for line in v.tables(data.get(name)):
                yield line
            following = v.first(v.table(data.get("meta")), "next_page_url")
            if not following:
                return
            if not following.startswith(f"{BASE}/v2/Transcripts"):  # our credentials go nowhere else
                raise Permanent("the next page is not Twilio's")
            url, params = following, None
        raise Unavailable(f"more than {_PAGES} pages")

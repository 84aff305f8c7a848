"""Transcripts of AssemblyAI: the list (newest first), and each in full.

Source: assemblyai.com/docs/api-reference/transcripts (list: at most 200 a page, 90 days; ``prev_url`` leads to older ones). The webhook
brings an id and a status; it is sent up to ten times until a 2xx comes within ten seconds, and given up after a 4xx.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Literal

import orjson

from channels.base import Permanent, Unavailable
from channels.outward import Client
from channels.phone import _values as v
from channels.phone._catching_up import Listed, State, get

BASES = {"us": "https://api.assemblyai.com", "eu": "https://api.eu.assemblyai.com"}
_STATES: dict[str, State] = {"completed": "ready", "queued": "pending", "processing": "pending"}
_PAGES = 200


class AssemblyAI:
    """One account's transcripts."""

    source = "assemblyai"

    def __init__(self, http: Client, key: str, region: Literal["us", "eu"]) -> None:
        self._http, self._base = http, BASES[region]
        self._headers = {"Authorization": key}

    async def pages(self, since: datetime) -> AsyncIterator[Listed]:
        """The transcripts created since then."""
        url = f"{self._base}/v2/transcript"
        params: dict[str, str] | None = {"limit": "200"}
        for _page in range(_PAGES):
            data = await get(self._http, url, self._headers, params)
            lines = v.tables(data.get("transcripts"))
            older = False
            for line in lines:
                found, created = v.first(line, "id"), v.moment(line.get("created"))
                if found and created is not None:
                    older = older or created < since
                    yield Listed(found, created, _STATES.get(v.first(line, "status"), "failed"), line)
            previous = v.first(v.table(data.get("page_details")), "prev_url")
            if older or not lines or not previous:
                return
            if not previous.startswith(f"{self._base}/v2/transcript"):  # our key goes nowhere else
                raise Permanent("the next page is not AssemblyAI's")
            url, params = previous, None
        raise Unavailable(f"more than {_PAGES} pages")

    async def fetch(self, item: Listed) -> bytes:
        """The whole transcript."""
        data = await get(self._http, f"{self._base}/v2/transcript/{item.id}", self._headers)
        return orjson.dumps(data)

    async def check(self) -> None:
        """Ask for one line of the list. Raises Permanent or Temporary."""
        await get(self._http, f"{self._base}/v2/transcript", self._headers, {"limit": "1"})

"""A form on a real server: its gateway in memory, and forms as browsers send them."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from channels.base import WebhookContext
from channels.counsel import Advice, Became, Nearby, Offer, Suggestion
from channels.web.form import Form, Settings, build
from gateway.web.middleware import careful_headers, errors
from tests.channels.webhooks import Inbox

PUBLIC = "https://311.springfield.example.gov"
BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"


def form(**settings: Any) -> Form:
    """The form under test, which takes a form as soon as it was served."""
    return build("website", Settings.model_validate({"type": "web.form", "min_seconds": 0, **settings}))


@dataclass
class Counsel:
    """The gateway's answers: two services, an emergency for "gas", one report nearby, a number for what the inbox has."""

    jurisdiction_id: str = "springfield.example.gov"
    languages: Sequence[str] = ("fr", "en")
    near: list[Nearby] = field(default_factory=list)
    became_of: dict[str, Became] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def offers(self, language: str, /) -> Sequence[Offer]:
        names = {"fr": ("Nid-de-poule", "Trottoir ou bordure", "Itinérance"), "en": ("Pothole", "Sidewalk or curb", "Homelessness")}[
            language
        ]
        return [Offer(code, name, group) for code, name, group in zip(CODES, names, ("streets", "streets", "people"), strict=True)]

    async def advise(self, text: str, language: str, /) -> Advice:
        self.asked.append(text)
        named = {offer.service_code: offer.service_name for offer in self.offers(language)}
        if re.search("poule|pothole", text):
            return Advice((Suggestion("pothole", named["pothole"], 0.9), Suggestion("sidewalk", named["sidewalk"], 0.3)), abstained=False)
        return Advice(emergency=bool(re.search(r"\bgas|\bgaz", text)))

    async def nearby(self, lat: float, long: float, /, *, service_code: str | None = None, limit: int = 5) -> Sequence[Nearby]:
        return self.near[:limit]

    async def became(self, intake_id: str, /) -> Became | None:
        return self.became_of.get(intake_id, Became(None))

    async def may(self, api_key: str, scope: Literal["intake", "open311", "read"], /) -> bool:
        return False


CODES = ("pothole", "sidewalk", "homelessness")


def reported(number: str = "1000017", code: str = "pothole", **fields: Any) -> Nearby:
    """A request nearby, three days old."""
    at = datetime.now(UTC) - timedelta(days=3)
    known: dict[str, Any] = {"status": "open", "lat": 45.5, "long": -73.6, "distance": 41.0, "reports": 3, **fields}
    return Nearby(number, code, "", requested_datetime=at, **known)


@dataclass
class Notes:
    """A notebook in memory."""

    kept: dict[str, str] = field(default_factory=dict)

    async def get(self, name: str, /) -> str | None:
        return self.kept.get(name)

    async def put(self, name: str, value: str, /) -> None:
        self.kept[name] = value


@dataclass
class Site:
    """A running form: its address, what it stored, what it refused by reason, its gateway's answers."""

    url: str
    inbox: Inbox
    http: ClientSession
    counsel: Counsel
    spool_dir: Path
    refused: Counter[str] = field(default_factory=Counter)

    async def get(self, path: str, **headers: str) -> tuple[int, str, Mapping[str, str]]:
        async with self.http.get(self.url + path, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.text(), answer.headers

    async def token(self, path: str = "/fr/") -> str:
        _status, text, _headers = await self.get(path)
        return hidden(text, "token")

    async def send(
        self,
        fields: Mapping[str, str],
        photos: Sequence[tuple[str, bytes]] = (),
        *,
        path: str = "/fr/",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, str, Mapping[str, str]]:
        """Post a form; the token is fetched where none is given."""
        given = {"step": "send", **fields}
        if "token" not in given:
            given["token"] = await self.token(path)
        body, content_type = multipart(given, photos)
        sent = {"Content-Type": content_type, "Origin": PUBLIC, **(headers or {})}
        async with self.http.post(self.url + path, data=body, headers=sent, allow_redirects=False) as answer:
            return answer.status, await answer.text(), answer.headers


@contextlib.asynccontextmanager
async def running(channel: Form, spool_dir: Path, *, counsel: Counsel | None = None, notes: Notes | None = None) -> AsyncIterator[Site]:
    """Serve the form as the gateway does, on a free port of the loopback interface."""
    inbox, refused, known = Inbox(), Counter[str](), counsel or Counsel()
    context = WebhookContext(
        PUBLIC, lambda reason, _source: refused.update([reason]), counsel=known, spool_dir=spool_dir, notebook=notes or Notes()
    )
    app = web.Application(middlewares=[errors], client_max_size=1 << 20)
    app.on_response_prepare.append(careful_headers)
    app.add_routes(channel.routes(inbox, context))
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    try:
        async with ClientSession() as http:
            yield Site(str(server.make_url("")).rstrip("/"), inbox, http, known, spool_dir, refused)
    finally:
        await server.close()


def hidden(text: str, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, f"no field {name}"
    return found[1]


def multipart(fields: Mapping[str, str], photos: Sequence[tuple[str, bytes]] = ()) -> tuple[bytes, str]:
    """A body as Chromium writes it, and its content type; without photos the file field is there and empty."""
    lines = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    for filename, content in photos or [("", b"")]:
        kind = "image/jpeg" if filename else "application/octet-stream"
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photo"; filename="{filename}"\r\nContent-Type: {kind}\r\n\r\n'
        lines += [head.encode(), content, b"\r\n"]
    return b"".join(lines) + f"--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}"

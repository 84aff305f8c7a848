"""The tracking pages on a real server and a real store, with two cities, and requests as the pipeline writes them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from sqlalchemy import Connection, select, update

from channels.replying import OutboundMessage
from gateway import wiring
from gateway.intake import Intake
from gateway.replies.signing import NAME, Signatures
from gateway.store import history, numbers, outbound, secrets
from gateway.store.blobs import LocalBlobs
from gateway.store.claims import open_claims
from gateway.store.engine import Engines
from gateway.store.history import Event
from gateway.store.outbound import Planned
from gateway.store.outcome import Outbox, Outcome, OutcomeWriter
from gateway.store.reply_tables import OUTBOUND
from gateway.store.rows import insert_rows
from gateway.store.tables import DELIVERY, INBOX, SERVICE_REQUEST
from gateway.web import tracking
from gateway.web.counsel import GatewayCounsel
from gateway.web.keys import Keys
from gateway.web.middleware import careful_headers, errors
from normalizer.model import Attachment, InboundMessage, Reporter, Sender, ServiceRequest
from normalizer.pipeline import Work
from tests.channels.web.site import hidden, multipart
from tests.gateway.store.builders import CITY, START, appender, arrival

OTHER = "shelbyville.example.gov"
CONFIGURATION = f"""
compatibility = 1
jurisdiction_id = "{CITY}"
languages = ["fr", "en"]
[server]
public_url = "https://311.springfield.example.gov"
[jurisdictions."{OTHER}"]
languages = ["en"]
[channels.website]
type = "web.form"
city = {{ fr = "Ville de Springfield", en = "City of Springfield" }}
phone = "311"
[channels.follow]
type = "web.tracking"
timezone = "America/Toronto"
"""


@dataclass
class Site:
    """A running server with its store."""

    url: str
    http: ClientSession
    engines: Engines
    blobs: LocalBlobs

    async def get(self, path: str, **headers: str) -> tuple[int, str, Mapping[str, str]]:
        async with self.http.get(self.url + path, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.text(errors="replace"), answer.headers

    async def send(
        self, code: str, fields: Mapping[str, str], photos: Sequence[tuple[str, bytes]] = (), *, lang: str = "en", **headers: str
    ) -> tuple[int, str, Mapping[str, str]]:
        """Post a form of the page; its token is fetched where none is given."""
        path = f"/track/{code}?lang={lang}"
        given = {"language": lang, **fields}
        if "token" not in given:
            given["token"] = hidden((await self.get(path))[1], "token")
        body, content_type = multipart(given, photos)
        async with self.http.post(
            self.url + path, data=body, headers={"Content-Type": content_type, **headers}, allow_redirects=False
        ) as answer:
            return answer.status, await answer.text(), answer.headers

    def stored(self) -> list[Any]:
        """What the channel has stored, oldest first."""
        with self.engines.reading_inbox() as connection:
            return list(connection.execute(select(INBOX).where(INBOX.c.channel_id == "follow").order_by(INBOX.c.seq)))

    def code(self, number: str, city: str = CITY) -> str:
        with self.engines.reading() as connection:
            key = secrets.find(connection, NAME)
        assert key is not None
        return Signatures(key, city).tracking_code(number)


@contextlib.asynccontextmanager
async def running(engines: Engines, folder: Path, extra: str = "", *, inline_limit: int = 1 << 18) -> AsyncIterator[Site]:
    """Serve the pages as the gateway does; ``extra`` are settings of the channel."""
    file = folder / "intake311.toml"
    file.write_text(CONFIGURATION + extra, "utf-8")
    wired = wiring.load(file, {"INTAKE311__STORE__BLOBS": str(folder / "blobs")})
    blobs = LocalBlobs(folder / "blobs")
    with engines.writing() as connection:
        secrets.ensure(connection, NAME, START)
    intake = Intake(appender(engines), blobs, inline_limit=inline_limit, min_free=0, watched=[folder])
    keys, advising = Keys(engines.location), asyncio.Semaphore(2)

    def counsels(city: str) -> GatewayCounsel:
        return GatewayCounsel(wired.contexts[city], keys, advising)

    app = web.Application(middlewares=[errors], client_max_size=1 << 20)
    app.on_response_prepare.append(careful_headers)
    app.add_routes(tracking.routes(wired, intake, keys, counsels, blobs.spool_dir))
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    try:
        async with ClientSession() as http:
            yield Site(str(server.make_url("")).rstrip("/"), http, engines, blobs)
    finally:
        await server.close()
        await intake.close()
        keys.close()


def message(number: int, text: str = "Un nid-de-poule", **fields: Any) -> InboundMessage:
    """A message of Zoé's by mail."""
    known: dict[str, Any] = {
        "channel": "email",
        "adapter": "email.smtp",
        "sender": Sender(address="zoe@example.net", name="Zoé Tremblay", phone="+15145550123"),
        "hints": {"language": "fr"},
        **fields,
    }
    return InboundMessage(message_id=f"<{number}@x.example>", text=text, text_new=text, **known)


def write(
    engines: Engines,
    *written: tuple[InboundMessage, str | None],
    city: str = CITY,
    at: datetime = START,
    role: str = "follow_up",
    **fields: Any,
) -> list[str]:
    """Messages as the worker commits them, each with the number that it follows (None: it begins a request); the numbers."""
    arrived = [arrival(f"<{new_name()}@x.example>") for _one in written]
    appender(engines).append(arrived)
    claims = open_claims(engines)
    taken = claims.take(len(written), 1 << 24, lease=60)
    outcomes = []
    for stored, (one, follows) in zip(taken, written, strict=True):
        one = one.model_copy(  # noqa: PLW2901  (as the inbox completes it)
            update={
                "intake_id": stored.intake_id,
                "jurisdiction_id": city,
                "channel_id": one.channel_id or "mail",
                "received_datetime": one.received_datetime or at,
            }
        )
        request = ServiceRequest(
            **{
                "jurisdiction_id": city,
                "service_code": "pothole",
                "description": one.text,
                "channel": one.channel,
                "requested_datetime": at,
                "reporters": [Reporter()],
                "address_string": "12, rue des Érables",
                **fields,
            }
        )
        if "classification" not in fields:
            request.classification.abstained = False
        outcomes.append(Outcome(stored.seq, Work(message=one, now=at, requests=[] if follows else [request], follows=follows)))

    def relate(work: Work, _facts: object) -> None:
        work.settle(role if work.follows else "request", "new")  # type: ignore[arg-type]  # a disposition

    with engines.writing() as connection:
        claims.settle(connection, taken)
        OutcomeWriter(connection, Outbox(lambda _request: ["crm"]), at).write(outcomes, relate)
    return [outcome.work.message.service_request_ids[0] for outcome in outcomes]


_names = iter(range(1, 1_000_000))


def new_name() -> int:
    """A number that no other message has."""
    return next(_names)


def happened(engines: Engines, number: str, kind: str, at: datetime, **data: Any) -> None:
    """An event of the history."""
    with engines.writing() as connection:
        history.append(connection, [Event(CITY, kind, number, "somebody@city.example", data)], at)


def change(engines: Engines, number: str, *, status: str | None = None, **fields: Any) -> None:
    """Change a request as another system does."""
    import orjson

    with engines.writing() as connection:
        row = SERVICE_REQUEST.c
        document = connection.execute(select(row.document).where(row.service_request_id == number)).scalar_one()
        values: dict[str, Any] = {"document": orjson.dumps({**orjson.loads(document), **fields}).decode()}
        if status:
            values["status"] = status
        connection.execute(update(SERVICE_REQUEST).where(row.service_request_id == number).values(**values))


def said(engines: Engines, number: str, intake_id: str | None, text: str, state: str, at: datetime = START) -> None:
    """Something that was said to somebody about a request."""
    with engines.writing() as connection:
        (own,) = outbound.numbers(connection, 1)
        to = "zoe@example.net"
        planned = Planned(
            number=own,
            key=f"k{own}",
            jurisdiction_id=CITY,
            request_id=numbers.row_number(number),
            intake_id=intake_id,
            channel_id="mail",
            kind="acknowledgement",
            contact_key=f"email:{to}",
            message=OutboundMessage(idempotency_key=f"k{own}", to=to, text=text, language="fr"),
        )
        rows, deliveries = outbound.rows([planned], at)
        insert_rows(connection, OUTBOUND, rows)
        insert_rows(connection, DELIVERY, [{**row, "state": state} for row in deliveries])


def intake_ids(engines: Engines, number: str) -> list[str]:
    """The messages of a request, oldest first."""
    from gateway.store import tracked

    def read(connection: Connection) -> list[str]:
        found = tracked.read(connection, CITY, number)
        return [one.message.intake_id for one in found.written] if found is not None else []

    with engines.reading() as connection:
        return read(connection)


def picture(content: bytes, sha256: str, shown: str | None) -> Attachment:
    """A photo of a message; ``shown`` is the digest of its rendition."""
    photo = {"sha256": shown, "size": 10, "width": 8, "height": 6} if shown else None
    return Attachment.model_validate(
        {"filename": "trou.jpg", "media_type": "image/jpeg", "size": len(content), "sha256": sha256, "photo": photo}
    )

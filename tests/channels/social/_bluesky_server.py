"""A server of the AT Protocol in memory, with the shapes of its lexicons: sessions, one repository, notifications, blobs, a directory.

What a real one does was tried by hand on ``@atproto/pds``: a refused token is 400 ``InvalidToken`` or ``ExpiredToken``, a wrong
password 401 ``AuthenticationRequired``, a second record under ``swapRecord: null`` 400 ``InvalidSwap``, an absent one 400
``RecordNotFound``.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

CITY = "did:plc:springfieldcityspringfie"
ZOE = "did:plc:zoetremblayzoetremblay22"
CID = "bafyreia45o2afqyfn5bzsew5t5ljza4rthk6mzvgvt36cxed4ji7flqceq"
POST = "app.bsky.feed.post"


@dataclass
class Pds:
    """State of the server. ``fails`` holds answers for the next calls of a method, by its name."""

    password: str
    url: str = ""
    notifications: list[dict[str, Any]] = field(default_factory=list)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    fails: dict[str, list[web.Response]] = field(default_factory=dict)
    active: bool = True
    session: int = 0
    expired: bool = False
    no_appview: bool = False
    page: int = 100

    def notify(self, number: int, *, at: str | None = None, text: str = "") -> str:
        """A resident's mention; the newest stands first, and the list is sorted by the time it claims."""
        told = at or f"2026-11-23T{10 + number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.000Z"
        uri = f"at://{ZOE}/{POST}/" + f"{number:013}".translate(str.maketrans("0123456789", "234567abcd"))
        record = {"$type": POST, "text": text or f"pothole {number}", "createdAt": told}
        author = {"did": ZOE, "handle": "zoe.bsky.social"}
        item = {"uri": uri, "cid": CID, "author": author, "reason": "mention", "record": record, "isRead": False, "indexedAt": told}
        self.notifications = sorted([item, *self.notifications], key=lambda one: one["indexedAt"], reverse=True)
        self.posts[uri] = {"uri": uri, "cid": CID, "viewer": {}}
        return uri


def refusal(status: int, name: str, **headers: str) -> web.Response:
    return web.json_response({"error": name, "message": f"{name} it is"}, status=status, headers=headers)


@contextlib.asynccontextmanager
async def serve(pds: Pds) -> AsyncIterator[Pds]:
    """Run it on a free port."""
    app = web.Application()
    names = {
        "com.atproto.server.createSession": _create_session,
        "com.atproto.server.refreshSession": _refresh_session,
        "com.atproto.server.getSession": _get_session,
        "com.atproto.repo.putRecord": _put_record,
        "com.atproto.repo.getRecord": _get_record,
        "com.atproto.sync.getBlob": _get_blob,
        "app.bsky.feed.getPosts": _get_posts,
        "app.bsky.notification.listNotifications": _list_notifications,
    }
    for name, answer in names.items():
        app.router.add_route(
            "POST" if answer in (_create_session, _refresh_session, _put_record) else "GET", f"/xrpc/{name}", _method(pds, name, answer)
        )
    app.router.add_get("/{did}", _method(pds, "directory", _document))
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    pds.url = str(server.make_url("")).rstrip("/")
    try:
        yield pds
    finally:
        await server.close()


Answer = Callable[[Pds, web.Request], Awaitable[web.Response]]


def _method(pds: Pds, name: str, answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        pds.calls[name] += 1
        if pds.fails.get(name):
            return pds.fails[name].pop(0)
        if name not in ("com.atproto.server.createSession", "com.atproto.sync.getBlob", "directory"):
            kind = "refresh" if "refresh" in name else "access"
            if request.headers.get("Authorization") != f"Bearer {kind}-{pds.session}" or (kind == "access" and pds.expired):
                return refusal(400, "ExpiredToken")
        return await answer(pds, request)

    return handle


def _session(pds: Pds) -> web.Response:
    pds.session += 1
    pds.expired = False
    tokens = {"accessJwt": f"access-{pds.session}", "refreshJwt": f"refresh-{pds.session}"}
    return web.json_response({"did": CITY, "handle": "311.springfield.example", "active": pds.active, "status": "suspended", **tokens})


async def _create_session(pds: Pds, request: web.Request) -> web.Response:
    body = await request.json()
    if body["password"] != pds.password or body["identifier"] not in (CITY, "311.springfield.example"):
        return refusal(401, "AuthenticationRequired")
    return _session(pds)


async def _refresh_session(pds: Pds, request: web.Request) -> web.Response:
    assert not await request.read()
    return _session(pds)


async def _get_session(pds: Pds, request: web.Request) -> web.Response:
    return web.json_response({"did": CITY, "handle": "311.springfield.example", "active": pds.active, "status": "suspended"})


async def _list_notifications(pds: Pds, request: web.Request) -> web.Response:
    query = request.query
    assert query.getall("reasons") == ["mention", "reply", "quote"]
    assert query["priority"] == "false"
    assert 1 <= int(query["limit"]) <= 100
    found = [item for item in pds.notifications if "cursor" not in query or item["indexedAt"] < query["cursor"]]
    page = found[: min(int(query["limit"]), pds.page)]
    more = {"cursor": page[-1]["indexedAt"]} if page else {}
    return web.json_response({"notifications": page, "priority": False, **more})


async def _put_record(pds: Pds, request: web.Request) -> web.Response:
    body = await request.json()
    record = body["record"]
    assert (body["repo"], body["collection"], record["$type"]) == (CITY, POST, POST)
    assert len(record["text"].encode()) <= 3000
    if body["rkey"] in pds.records and body["swapRecord"] is None:
        return refusal(400, "InvalidSwap")
    pds.records[body["rkey"]] = record
    return web.json_response({"uri": f"at://{CITY}/{POST}/{body['rkey']}", "cid": CID, "validationStatus": "valid"})


async def _get_record(pds: Pds, request: web.Request) -> web.Response:
    rkey = request.query["rkey"]
    if rkey not in pds.records:
        return refusal(400, "RecordNotFound")
    return web.json_response({"uri": f"at://{CITY}/{POST}/{rkey}", "cid": CID, "value": pds.records[rkey]})


async def _get_posts(pds: Pds, request: web.Request) -> web.Response:
    if pds.no_appview:
        return refusal(400, "InvalidRequest")
    return web.json_response({"posts": [pds.posts[uri] for uri in request.query.getall("uris") if uri in pds.posts]})


async def _get_blob(pds: Pds, request: web.Request) -> web.Response:
    cid = request.query["cid"]
    return web.Response(body=pds.blobs[cid], content_type="image/jpeg") if cid in pds.blobs else refusal(400, "BlobNotFound")


async def _document(pds: Pds, request: web.Request) -> web.Response:
    did = request.match_info["did"]
    service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": pds.url.replace("127.0.0.1", "localhost")}
    return web.json_response({"id": did, "service": [service]})

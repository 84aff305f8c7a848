"""Reddit's API on loopback: listings newest first, with ``before`` and ``after`` that know only what is still listed."""

from __future__ import annotations

import base64
import contextlib
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

REACH = 1_000
AGENT = re.compile(r"\w+:[\w.]+:v?[\w.]+ \(by /u/[\w-]+\)")


@dataclass
class RedditServer:
    listings: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    info: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    fails: dict[str, list[web.Response]] = field(default_factory=dict)
    left: float = 96.0
    tokens: int = 0
    password: str = "password-of-the-account"
    errors: list[list[str]] = field(default_factory=list)
    drop: bool = False
    url: str = ""

    def add(self, path: str, number: int, *, made: float | None = None, kind: str = "t1", **data: Any) -> None:
        """Put a thing on top of a listing."""
        name = f"{kind}_{number:x}"
        about = {
            "name": name,
            "author": "zoe_example",
            "body": f"a lamp is out {number}",
            "created_utc": made or time.time(),
            "edited": False,
        }
        self.listings.setdefault(path, []).append({"kind": kind, "data": about | data})

    def delete(self, path: str, *numbers: int) -> None:
        """What is deleted is not listed any more."""
        gone = {f"{number:x}" for number in numbers}
        self.listings[path] = [thing for thing in self.listings[path] if thing["data"]["name"][3:] not in gone]

    def refusal(self, request: web.Request) -> web.Response | None:
        if not AGENT.fullmatch(request.headers.get("User-Agent", "")):
            return web.Response(status=429, text="<html>too many requests: change your User-Agent</html>")
        if request.headers.get("Authorization") != f"bearer token-{self.tokens}":
            return web.json_response({"message": "Unauthorized", "error": 401}, status=401)
        self.asked.append(request.path_qs)
        waiting = self.fails.get(request.path)
        return waiting.pop(0) if waiting else None

    def answer(self, body: Any) -> web.Response:
        headers = {"X-Ratelimit-Remaining": str(self.left), "X-Ratelimit-Used": "4", "X-Ratelimit-Reset": "300"}
        return web.json_response(body, headers=headers)

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        basic = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
        if basic != "client-id-of-app:client-secret-of-app":
            return web.json_response({"message": "Unauthorized", "error": 401}, status=401)
        if form.get("grant_type") == "password" and form.get("password") != self.password:
            return web.json_response({"error": "invalid_grant"})
        self.tokens += 1
        return web.json_response({"access_token": f"token-{self.tokens}", "token_type": "bearer", "expires_in": 86400, "scope": "*"})

    async def listing(self, request: web.Request) -> web.Response:
        if (refused := self.refusal(request)) is not None:
            return refused
        query = request.query
        if request.path == "/api/info":
            found = [self.info[name] for name in query["id"].split(",") if name in self.info]
            return self.answer({"kind": "Listing", "data": {"children": found, "after": None, "before": None}})
        if request.path == "/message/sent" or request.path.startswith("/user/"):
            return self.answer({"kind": "Listing", "data": {"children": self.sent[::-1]}})
        if query.get("raw_json") != "1" or ("before" in query and "after" in query):
            return web.json_response({"message": "Bad Request", "error": 400}, status=400)
        newest_first = self.listings.get(request.path, [])[::-1][:REACH]
        names = [thing["data"].get("name") for thing in newest_first]
        limit = min(int(query.get("limit", "25")), 100)
        if "before" in query:
            at = names.index(query["before"]) if query["before"] in names else 0  # deleted: nothing is before it
            page = newest_first[max(0, at - limit) : at]
        elif query.get("after"):
            at = names.index(query["after"]) + 1 if query["after"] in names else len(names)
            page = newest_first[at : at + limit]
        else:
            page = newest_first[:limit]
        return self.answer({"kind": "Listing", "data": {"children": page, "dist": len(page), "after": None, "before": None}})

    async def me(self, request: web.Request) -> web.Response:
        return self.refusal(request) or self.answer({"name": "Springfield311", "inbox_count": 3})

    async def say(self, request: web.Request) -> web.Response:
        if (refused := self.refusal(request)) is not None:
            return refused
        form = dict(await request.post())
        if self.errors:
            errors, self.errors = self.errors, []
            return self.answer({"json": {"errors": errors, "ratelimit": 540.5} if errors[0][0] == "RATELIMIT" else {"errors": errors}})
        self.said.append(form)
        thing: dict[str, Any] = {
            "kind": "t1",
            "data": {"name": f"t1_z{len(self.said)}", "parent_id": form.get("thing_id"), "body": form["text"]},
        }
        thing["data"]["permalink"] = "/r/springfield/comments/1/x/z/"
        self.sent.append(thing)
        if self.drop:
            self.drop = False
            assert request.transport is not None
            request.transport.close()
        things = [thing] if request.path == "/api/comment" else []
        return self.answer({"json": {"errors": [], "data": {"things": things}}})


@contextlib.asynccontextmanager
async def reddit_server() -> AsyncIterator[RedditServer]:
    found = RedditServer()
    app = web.Application()
    app.add_routes(
        [
            web.post("/api/v1/access_token", found.token),
            web.get("/api/v1/me", found.me),
            web.post("/api/comment", found.say),
            web.post("/api/compose", found.say),
            web.get("/{path:.*}", found.listing),
        ]
    )
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    found.url = str(server.make_url("")).rstrip("/")
    try:
        yield found
    finally:
        await server.close()

"""X's API on loopback, as its OpenAPI description (2.167) and its documentation say: what is asked otherwise is answered 400.

It holds the posts that mention account ``OWN``, keeps the pages' order and bounds, and counts what it charged for.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

OWN = "1400000000000000001"
AUTHOR = "2222222222222222222"
REACH = 800
_FIELDS = {
    "tweet.fields": {"attachments", "author_id", "conversation_id", "created_at", "edit_history_tweet_ids", "entities", "geo", "lang",
                     "note_tweet", "referenced_tweets"},
    "user.fields": {"name", "username"},
    "media.fields": {"alt_text", "media_key", "preview_image_url", "type", "url"},
    "place.fields": {"full_name", "geo", "id"},
    "expansions": {"author_id", "attachments.media_keys", "geo.place_id", "referenced_tweets.id", "referenced_tweets.id.author_id"},
}  # fmt: skip


def problem(status: int, kind: str, detail: str) -> web.Response:
    body = {"title": kind, "detail": detail, "type": f"https://api.twitter.com/2/problems/{kind}", "status": status}
    return web.json_response(body, status=status, content_type="application/problem+json")


def authenticated(request: web.Request) -> bool:
    header = request.headers.get("Authorization", "")
    signed = header.startswith("OAuth ") and all(f"{name}=" in header for name in ("oauth_signature", "oauth_token", "oauth_nonce"))
    return signed or header in ("Bearer the-apps-bearer-token", "Bearer user-token-1", "Bearer user-token-2")


@dataclass
class XServer:
    posts: dict[int, dict[str, Any]] = field(default_factory=dict)
    own_posts: list[dict[str, Any]] = field(default_factory=list)
    fails: list[web.StreamResponse | str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    charged: int = 0
    rules: list[dict[str, str]] = field(default_factory=list)
    stream: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    refresh_token: str = "user-refresh-token-1"
    refreshed: int = 0
    url: str = ""
    webhooks: list[dict[str, Any]] = field(default_factory=list)

    def add(self, post_id: int, text: str = "a lamp is out", author: str = AUTHOR, **more: Any) -> None:
        self.posts[post_id] = {"id": str(post_id), "text": f"@Springfield311 {text} {post_id}", "author_id": author, **more}

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/2/users/{id}/mentions", self.mentions),
            web.get("/2/users/{id}/tweets", self.tweets),
            web.get("/2/users/me", self.me),
            web.get("/2/users/by/username/{name}", self.by_name),
            web.get("/2/usage/tweets", self.usage),
            web.post("/2/tweets", self.create),
            web.post("/2/dm_conversations/with/{id}/messages", self.direct),
            web.get("/2/tweets/search/stream/rules", self.get_rules),
            web.post("/2/tweets/search/stream/rules", self.add_rules),
            web.get("/2/tweets/search/stream", self.streaming),
            web.post("/2/oauth2/token", self.token),
        ]

    def refusal(self, request: web.Request) -> web.StreamResponse | None:
        if not authenticated(request):
            return problem(401, "unauthorized", "Unauthorized")
        if self.fails:
            answer = self.fails.pop(0)
            if answer == "drop":
                assert request.transport is not None
                request.transport.close()
                return web.Response()
            if isinstance(answer, web.StreamResponse):
                return answer
        return None

    async def mentions(self, request: web.Request) -> web.StreamResponse:
        if (answer := self.refusal(request)) is not None:
            return answer
        query = dict(request.query)
        self.asked.append(query)
        wrong = [name for name, allowed in _FIELDS.items() if name in query and not set(query[name].split(",")) <= allowed]
        wrong += [name for name in ("since_id", "until_id") if name in query and not re.fullmatch(r"[0-9]{1,19}", query[name])]
        wrong += [name for name in query if name not in {*_FIELDS, "since_id", "until_id", "max_results", "pagination_token"}]
        size = int(query.get("max_results", "10"))
        if wrong or not 5 <= size <= 100 or request.match_info["id"] != OWN:
            return problem(400, "invalid-request", f"invalid: {wrong}")
        newest = sorted(self.posts, reverse=True)[:REACH]
        found = [n for n in newest if int(query.get("since_id", 0)) < n < int(query.get("until_id", 1 << 63))]
        start = int(query.get("pagination_token", "0"))
        page = [self.posts[n] for n in found[start : start + size]]
        self.charged += len(page) + bool(page)
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": page[0]["id"], "oldest_id": page[-1]["id"]}
        if start + size < len(found):
            meta["next_token"] = str(start + size)
        body: dict[str, Any] = {"meta": meta}
        if page:
            body["data"] = page
            body["includes"] = {"users": [{"id": AUTHOR, "username": "zoe_example", "name": "Zoé"}]}
        return web.json_response(body)

    async def tweets(self, request: web.Request) -> web.StreamResponse:
        if (answer := self.refusal(request)) is not None:
            return answer
        since = int(request.query.get("since_id", 0))
        return web.json_response({"data": [post for post in self.own_posts if int(post["id"]) > since], "meta": {}})

    async def me(self, request: web.Request) -> web.StreamResponse:
        return self.refusal(request) or web.json_response({"data": {"id": OWN, "username": "Springfield311", "name": "Springfield 311"}})

    async def by_name(self, request: web.Request) -> web.StreamResponse:
        self.charged += 1
        return self.refusal(request) or web.json_response({"data": {"id": OWN, "username": request.match_info["name"]}})

    async def usage(self, request: web.Request) -> web.StreamResponse:
        return self.refusal(request) or web.json_response({"data": {"project_usage": "12", "project_cap": "3000000"}})

    async def create(self, request: web.Request) -> web.StreamResponse:
        answer = self.refusal(request)
        wanted = await request.json()
        target = wanted["reply"]["in_reply_to_tweet_id"]
        if answer is not None and answer.status != 200:
            return answer
        if any(post["text"] == wanted["text"] for post in self.own_posts):
            return problem(403, "about:blank", "You are not allowed to create a Tweet with duplicate content.")
        post_id = str(1_992_600_000_000_001_000 + len(self.own_posts))
        self.own_posts.append({"id": post_id, "text": wanted["text"], "referenced_tweets": [{"type": "replied_to", "id": target}]})
        if answer is not None:  # it was made, and nobody learns of it
            return answer
        return web.json_response({"data": {"id": post_id, "text": wanted["text"]}}, status=201)

    async def direct(self, request: web.Request) -> web.StreamResponse:
        if (answer := self.refusal(request)) is not None:
            return answer
        self.own_posts.append({"id": "1", "to": request.match_info["id"], **(await request.json())})
        return web.json_response({"data": {"dm_event_id": "77", "dm_conversation_id": "1-2"}}, status=201)

    async def get_rules(self, request: web.Request) -> web.StreamResponse:
        return self.refusal(request) or web.json_response({"data": self.rules, "meta": {"sent": "now"}})

    async def add_rules(self, request: web.Request) -> web.StreamResponse:
        if (answer := self.refusal(request)) is not None:
            return answer
        self.rules += [{"id": str(len(self.rules)), **rule} for rule in (await request.json())["add"]]
        return web.json_response({"data": self.rules, "meta": {"sent": "now"}}, status=201)

    async def streaming(self, request: web.Request) -> web.StreamResponse:
        if (answer := self.refusal(request)) is not None:
            return answer
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b"\r\n")  # what keeps it alive
        while (line := await self.stream.get()) != b"":
            await response.write(line + b"\r\n")
        return response

    async def token(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        if form.get("grant_type") != "refresh_token" or form.get("refresh_token") != self.refresh_token:
            return web.json_response({"error": "invalid_request", "error_description": "the token was invalid"}, status=400)
        self.refreshed += 1
        self.refresh_token = f"user-refresh-token-{self.refreshed + 1}"
        return web.json_response(
            {
                "token_type": "bearer",
                "expires_in": 7200,
                "access_token": f"user-token-{self.refreshed}",
                "scope": "tweet.read",
                "refresh_token": self.refresh_token,
            }
        )


@contextlib.asynccontextmanager
async def x_server() -> AsyncIterator[XServer]:
    found = XServer()
    app = web.Application()
    app.add_routes(found.routes())
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    found.url = str(server.make_url("")).rstrip("/")
    try:
        yield found
    finally:
        await server.close()

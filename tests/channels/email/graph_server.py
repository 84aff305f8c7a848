"""Microsoft Graph's mail, subscriptions and token endpoint, as its published documentation describes them, on a local port.

Written after microsoftgraph/microsoft-graph-docs-contrib: message-delta.md, delta-query-messages.md, delta-query-overview.md,
outlook-immutable-id.md, outlook-get-mime-message.md, message-move.md, user-post-mailfolders.md, subscription-post-subscriptions.md,
subscription-update.md, change-notifications-delivery-webhooks.md, change-notifications-lifecycle-events.md, throttling.md and
auth-v2-service.md. It asserts what the documentation demands of a client; a broken demand is in ``complaints``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from channels.outward import Answer, Client, MakeClient, Manners
from gateway import http

GRAPH, LOGIN = "https://graph.microsoft.com", "https://login.microsoftonline.com"
TENANT, CLIENT, SECRET = "84bd8158-6d4d-4958-8b9f-9d6445542f95", "535fb089-9ff3-47b6-9bfb-4f1264799865", "the+secret/of=the~app"
MAILBOX = "311@springfield.example.gov"
LONGEST = timedelta(minutes=4_230)
"""The shortest maximum of a mail subscription that the documentation has ever named."""
_WELL_KNOWN = {"inbox": "Inbox", "archive": "Archive", "deleteditems": "Deleted Items"}


@dataclass
class Message:
    id: str
    content: bytes
    received: datetime
    folder: str = "inbox"
    fails: list[tuple[int, str]] = field(default_factory=list)
    """Answers in place of the content; the last one stays."""

    @property
    def item(self) -> dict[str, Any]:
        subject = re.search(rb"^Subject: (.*?)\r?$", self.content, re.MULTILINE)
        message_id = re.search(rb"^Message-ID: (.*?)\r?$", self.content, re.MULTILINE | re.IGNORECASE)
        return {
            "@odata.type": "#microsoft.graph.message",
            "@odata.etag": f'W/"CQAAABYAAAA{self.id}"',
            "id": self.id,
            "receivedDateTime": f"{self.received:%Y-%m-%dT%H:%M:%SZ}",
            "subject": subject[1].decode("utf-8", "replace") if subject else None,
            "internetMessageId": message_id[1].decode() if message_id else None,
            "from": {"emailAddress": {"name": "Zoé Tremblay", "address": "zoe@example.net"}},
            "toRecipients": [{"emailAddress": {"name": "311", "address": MAILBOX}}],
        }


@dataclass
class GraphServer:
    """``log`` has every call; ``answers`` go out before anything else; ``gateway`` is where ``notificationUrl`` leads to in truth."""

    port: int = 0
    messages: dict[str, Message] = field(default_factory=dict)
    changes: list[tuple[str, str]] = field(default_factory=list)
    """(what, message id) in the order in which it happened."""
    tokens: set[str] = field(default_factory=set)
    states: dict[str, tuple[int, bool]] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=lambda: dict(_WELL_KNOWN))
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: list[tuple[int, dict[str, Any], Mapping[str, str]]] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    gateway: str = ""
    newest_first: bool = False
    validates: bool = True
    hosts: Counter[str] = field(default_factory=Counter)
    count: int = 0

    # -- what happens to the mailbox ----------------------------------------------------------------------------------------------------

    def deliver(self, *contents: bytes, folder: str = "inbox") -> list[Message]:
        found = []
        for content in contents:
            self.count += 1
            # Immutable ids are base64 of the URL kind; an equals sign at the end is part of them.
            message = Message(
                f"AAkALg{self.count:06d}-_AA=", content, datetime(2026, 11, 24, tzinfo=UTC) + timedelta(seconds=self.count), folder
            )
            self.messages[message.id] = message
            self.changes.append(("created", message.id))
            found.append(message)
        return found

    def delete(self, message: Message) -> None:
        del self.messages[message.id]
        self.changes.append(("deleted", message.id))

    def subjects(self, folder: str) -> list[str]:
        return [message.item["subject"] for message in self.messages.values() if message.folder == folder]

    def forget_states(self) -> None:
        """As when the cache of delta tokens overflows."""
        self.states.clear()

    async def notify(self, *more: Mapping[str, Any], **changes: Any) -> int:
        """Tell the subscribers that a mail came; the status of their answer."""
        (subscription,) = self.subscriptions.values()
        return await self._post(subscription, [notification(subscription, **changes), *more])

    async def tell(self, event: str) -> int:
        """Send a lifecycle notification; ``subscriptionRemoved`` means that it is gone."""
        (subscription,) = self.subscriptions.values()
        if event == "subscriptionRemoved":
            self.subscriptions.clear()
        return await self._post(subscription, [lifecycle(subscription, event)], "lifecycleNotificationUrl")

    async def _post(self, subscription: Mapping[str, Any], notices: list[Any], where: str = "notificationUrl") -> int:
        async with ClientSession() as session, session.post(self._local(subscription[where]), json={"value": notices}) as answer:
            return answer.status

    def _local(self, url: str) -> str:
        return self.gateway + "/" + url.split("/", 3)[3]

    # -- its endpoints ------------------------------------------------------------------------------------------------------------------

    def application(self) -> web.Application:
        user = f"/v1.0/users/{MAILBOX}"
        app = web.Application(middlewares=[self._middleware], client_max_size=1 << 22)
        app.add_routes(
            [
                web.post(f"/{TENANT}/oauth2/v2.0/token", self._token),
                web.get(f"{user}/mailFolders/{{folder}}/messages/delta", self._delta),
                web.get("/v1.0/users('{user}')/mailFolders('{folder}')/messages/delta", self._delta),
                web.get(f"{user}/messages/{{id}}/$value", self._value),
                web.get(f"{user}/messages/{{id}}", self._message),
                web.post(f"{user}/messages/{{id}}/move", self._move),
                web.get(f"{user}/mailFolders/{{folder}}", self._folder),
                web.get(f"{user}/mailFolders", self._find_folder),
                web.post(f"{user}/mailFolders", self._make_folder),
                web.post("/v1.0/subscriptions", self._subscribe),
                web.patch("/v1.0/subscriptions/{id}", self._renew),
                web.delete("/v1.0/subscriptions/{id}", self._unsubscribe),
            ]
        )
        return app

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.log.append(f"{request.method} {request.path_qs}")
        if self.answers and not request.path.endswith("/token"):
            status, document, headers = self.answers.pop(0)
            return web.json_response(document, status=status, headers=headers)
        if request.path.startswith("/v1.0/"):
            if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
                return _error(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
            if 'IdType="ImmutableId"' not in request.headers.get("Prefer", "") and "mailFolders/" not in request.path:
                self.complaints.append(f"no immutable id: {request.method} {request.path}")
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        asked = {"client_id": CLIENT, "client_secret": SECRET, "grant_type": "client_credentials", "scope": f"{GRAPH}/.default"}
        if dict(form) != asked:
            self.complaints.append(f"token: {sorted(form)}")
            return web.json_response({"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret."}, status=401)
        token = f"eyJ0eXAi.{len(self.log)}.{self.count}"
        self.tokens.add(token)
        return web.json_response({"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token})

    async def _delta(self, request: web.Request) -> web.Response:
        folder = request.match_info["folder"]
        skip, state = request.query.get("$skiptoken"), request.query.get("$deltatoken")
        size = int(re.search(r"odata\.maxpagesize=(\d+)", request.headers.get("Prefer", "odata.maxpagesize=10"))[1])  # type: ignore[index]  # matches
        if skip is None and state is None:
            if request.query.get("changeType") != "created":
                self.complaints.append("delta without changeType=created")
            start, initial = 0, True
        else:
            known = self.states.get(skip or state or "")
            if known is None:
                return _error(410, "syncStateNotFound", "The sync state generation is not found.")
            start, initial = known
        rows = self.changes[start : start + size]
        if initial and self.newest_first:  # "the return order is not guaranteed"
            there = [row for row in reversed(self.changes) if row[1] in self.messages]
            rows = there[start : start + size]
        end, total = start + size, len(self.changes)
        value = [
            self._entry(what, one)
            for what, one in rows
            if one not in self.messages or self.messages[one].folder == folder or what != "created"
        ]
        document: dict[str, Any] = {
            "@odata.context": f"{GRAPH}/v1.0/$metadata#Collection(message)",
            "value": [entry for entry in value if entry is not None],
        }
        link = f"{GRAPH}/v1.0/users('{quote(MAILBOX)}')/mailFolders('{folder}')/messages/delta?"
        if end < total:
            document["@odata.nextLink"] = f"{link}$skiptoken={quote(self._state(end, initial), safe='')}"
        else:
            document["@odata.deltaLink"] = f"{link}$deltatoken={quote(self._state(total, False), safe='')}"
        return web.json_response(document)

    def _entry(self, what: str, message_id: str) -> dict[str, Any] | None:
        if what == "deleted" or message_id not in self.messages:
            return {"@odata.type": "#microsoft.graph.message", "id": message_id, "@removed": {"reason": "deleted"}}
        return self.messages[message_id].item

    def _state(self, at: int, initial: bool) -> str:
        token = f"GwcB+oTm/Puo=_{at}{'i' if initial else ''}"  # opaque, and of letters that an address has to escape
        self.states[token] = (at, initial)
        return token

    async def _value(self, request: web.Request) -> web.Response:
        message = self.messages.get(request.match_info["id"])
        if message is None:
            return _error(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        if message.fails:
            status, code = message.fails[0] if len(message.fails) == 1 else message.fails.pop(0)
            return _error(status, code, "The content could not be made.")
        return web.Response(body=message.content, content_type="text/plain")

    async def _message(self, request: web.Request) -> web.Response:
        message = self.messages.get(request.match_info["id"])
        if message is None:
            return _error(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        return web.json_response(message.item)

    async def _move(self, request: web.Request) -> web.Response:
        message = self.messages.get(request.match_info["id"])
        target = (await request.json())["destinationId"]
        if message is None or target not in self.folders:
            return _error(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        message.folder = target
        self.changes.append(("deleted", message.id))
        return web.json_response(
            {"@odata.context": f"{GRAPH}/v1.0/$metadata#message", **message.item, "parentFolderId": target}, status=201
        )

    async def _folder(self, request: web.Request) -> web.Response:
        name = request.match_info["folder"]
        if name not in self.folders:
            return _error(400, "ErrorInvalidIdMalformed", "Id is malformed.")
        count = sum(message.folder == name for message in self.messages.values())
        return web.json_response({"id": name, "displayName": self.folders[name], "totalItemCount": count, "unreadItemCount": count})

    async def _find_folder(self, request: web.Request) -> web.Response:
        wanted = re.fullmatch(r"displayName eq '(.*)'", request.query.get("$filter", ""))
        if wanted is None:
            self.complaints.append(f"filter: {request.query_string}")
        name = wanted[1].replace("''", "'") if wanted else ""
        value = [{"id": one, "displayName": shown} for one, shown in self.folders.items() if shown == name]
        return web.json_response({"@odata.context": f"{GRAPH}/v1.0/$metadata#users('x')/mailFolders", "value": value})

    async def _make_folder(self, request: web.Request) -> web.Response:
        name = (await request.json())["displayName"]
        self.folders[f"AQMk{len(self.folders)}"] = name
        return web.json_response({"id": f"AQMk{len(self.folders) - 1}", "displayName": name, "childFolderCount": 0}, status=201)

    async def _subscribe(self, request: web.Request) -> web.Response:
        body = await request.json()
        missing = {"changeType", "notificationUrl", "resource", "expirationDateTime"} - body.keys()
        if missing or not 0 < len(body.get("clientState", "")) <= 128:
            return _error(400, "InvalidRequest", f"missing: {sorted(missing)}")
        if not all(body[name].startswith("https://") for name in ("notificationUrl", "lifecycleNotificationUrl")):
            return _error(400, "InvalidRequest", "Notification URL must use https.")
        if body["resource"] != f"users/{MAILBOX}/mailFolders('inbox')/messages":
            return _error(400, "ExtensionError", f"resource: {body['resource']}")
        if (refused := self._too_long(body)) is not None:
            return refused
        token = "Validation: Testing client application reachability for subscription Request-Id: 4ad5e0 é+/=&%<b>"
        url = f"{self._local(body['notificationUrl'])}?validationToken={quote(token, safe='')}"
        async with ClientSession() as session, session.post(url, headers={"Content-Type": "text/plain; charset=utf-8"}) as answer:
            text = await answer.text()
            valid = answer.status == 200 and answer.content_type == "text/plain" and text == token
        if not (valid and self.validates):
            return _error(400, "ValidationError", "Subscription validation request failed. Notification endpoint must respond with 200 OK.")
        made = {**body, "id": f"7f105c7d-2dc5-4530-97cd-{len(self.log):012d}", "applicationId": CLIENT}
        self.subscriptions[made["id"]] = made
        return web.json_response({"@odata.context": f"{GRAPH}/v1.0/$metadata#subscriptions/$entity", **made}, status=201)

    async def _renew(self, request: web.Request) -> web.Response:
        known = self.subscriptions.get(request.match_info["id"])
        if known is None:
            return _error(404, "ResourceNotFound", "The object was not found.")
        body = await request.json()
        if (refused := self._too_long(body)) is not None:
            return refused
        known.update(body)
        return web.json_response(known)

    async def _unsubscribe(self, request: web.Request) -> web.Response:
        found = self.subscriptions.pop(request.match_info["id"], None)
        return web.Response(status=204) if found else _error(404, "ResourceNotFound", "The object was not found.")

    def _too_long(self, body: Mapping[str, Any]) -> web.Response | None:
        until = datetime.fromisoformat(body["expirationDateTime"][:19] + "+00:00")
        if not datetime.now(UTC) < until <= datetime.now(UTC) + LONGEST:
            return _error(400, "InvalidRequest", "Subscription expiration is out of its bounds.")
        return None


def notification(subscription: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """As in change-notifications-delivery-webhooks.md."""
    user = "Users/622eaaff-0683-4862-9de4-f2ec83c2bd98@84bd8158-6d4d-4958-8b9f-9d6445542f95"
    return {
        "id": "lsgTZMr9KwAAA",
        "subscriptionId": subscription["id"],
        "subscriptionExpirationDateTime": "2026-11-25T22:11:09.952Z",
        "clientState": subscription["clientState"],
        "changeType": "created",
        "resource": f"{user}/Messages/AAkALg000001-_AA=",
        "tenantId": TENANT,
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.Message",
            "@odata.id": f"{user}/Messages/AAkALg000001-_AA=",
            "@odata.etag": 'W/"CQAAABYAAADkrWGo7bouTKlsgTZMr9KwAAAUWRHf"',
            "id": "AAkALg000001-_AA=",
        },
        **changes,
    }


def lifecycle(subscription: Mapping[str, Any], event: str) -> dict[str, Any]:
    """As in change-notifications-lifecycle-events.md."""
    return {
        "subscriptionId": subscription["id"],
        "subscriptionExpirationDateTime": "2026-11-25T11:00:00.0000000Z",
        "tenantId": TENANT,
        "clientState": subscription["clientState"],
        "lifecycleEvent": event,
    }


def _error(status: int, code: str, message: str) -> web.Response:
    inner = {"date": "2026-11-24T10:00:00", "request-id": "f45d08c0-6901-473a-90f5-7867287de97f"}
    return web.json_response({"error": {"code": code, "message": message, "innerError": inner}}, status=status)


class _Mapped:
    """A client whose calls to Microsoft's hosts go to the local server, and whose other calls are an error."""

    def __init__(self, server: GraphServer, inner: Client) -> None:
        self._server, self._inner = server, inner

    async def call(self, method: str, url: str, **more: Any) -> Answer:
        host = "/".join(url.split("/", 3)[:3])
        self._server.hosts[host] += 1
        assert host in (GRAPH, LOGIN), url
        return await self._inner.call(method, url.replace(host, f"http://127.0.0.1:{self._server.port}", 1), **more)

    async def aclose(self) -> None:
        await self._inner.aclose()


def mapped(server: GraphServer) -> MakeClient:
    """Clients as the gateway makes them, except for where Microsoft is."""

    def make(manners: Manners) -> Client:
        return _Mapped(server, http.client(manners))

    return make


@asynccontextmanager
async def running() -> AsyncIterator[GraphServer]:
    """A server on a free port."""
    graph = GraphServer()
    server = TestServer(graph.application(), host="127.0.0.1")
    await server.start_server()
    graph.port = server.port or 0
    try:
        yield graph
    finally:
        await server.close()
        assert not graph.complaints, graph.complaints


def unescaped(log: list[str]) -> list[str]:
    return [unquote(line) for line in log]

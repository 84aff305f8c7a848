"""Fetches what a message of Meta's names: pictures by address, WhatsApp's files by id in two steps, an Instagram mention's words.

WhatsApp gives an address for an id that holds for five minutes; the token goes to that one host only, and the bytes are compared with
the hash that WhatsApp told.

Source: developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media ("Retrieve Media URL",
"Download Media").
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from channels.base import FetchContext, Fetched, Permanent, TooLarge, Unavailable
from channels.outward import Client
from channels.social import _hosted, _shapes
from channels.social._meta_graph import Graph, GraphError, Unclear
from channels.social._meta_reading import HOSTS

LOOKASIDE = ("lookaside.fbsbx.com",)
USER_AGENT = "curl/8 (intake311)"
"""The host of WhatsApp's files answers an error page to clients whose name it does not like; curl's is the documentation's own."""

_COMMENT = "{id,text,timestamp,username,media{id,caption,username}}"
_CAPTION = "{id,caption,timestamp,username,media_type,media_url}"


async def fetch(item: Mapping[str, Any], graph: Graph, context: FetchContext, max_size: int) -> Fetched:
    """The bytes of one item of ``hints["media"]``. Raises Permanent, TooLarge, RateLimited or Unavailable."""
    url = _shapes.text(item.get("url"))
    if found := re.fullmatch(r"whatsapp:([0-9]{1,30})", url, re.ASCII):
        return await _of_whatsapp(found[1], item, graph, context, max_size)
    if found := re.fullmatch(r"instagram:([0-9]{1,30})/(comment|media)/([0-9]{1,30})", url, re.ASCII):
        return await _of_mention(found[1], found[2], found[3], graph, context)
    return await _hosted.fetch(url, context.http, allowed=lambda url: _hosted.on_hosts(url, HOSTS), max_size=max_size)


async def mention(graph: Graph, client: Client, account: str, kind: str, object_id: str) -> dict[str, Any]:
    """What the API says of a comment or caption that names the account."""
    fields = _COMMENT if kind == "comment" else _CAPTION
    edge = f"mentioned_{kind}.{kind}_id({object_id}){fields}"
    answer = await graph.call(client, "GET", account, account=account, params={"fields": edge})
    found = _shapes.table(answer.get(f"mentioned_{kind}"))
    return {f"mentioned_{kind}": found} if found else {}


async def _of_mention(account: str, kind: str, object_id: str, graph: Graph, context: FetchContext) -> Fetched:
    try:
        async with graph.client(context.http) as client:
            said = _shapes.table((await mention(graph, client, account, kind, object_id)).get(f"mentioned_{kind}"))
    except (GraphError, Unclear) as error:
        raise _judged(error) from error
    words = _shapes.text(said.get("text")) or _shapes.text(said.get("caption"))
    if not words:
        raise Permanent("Instagram tells no words of the mention")
    who = _shapes.line(said.get("username"))
    return Fetched((f"@{who}: {words}" if who else words).encode(), "text/plain", "mention.txt")


async def _of_whatsapp(media_id: str, item: Mapping[str, Any], graph: Graph, context: FetchContext, max_size: int) -> Fetched:
    account = _shapes.text(item.get("account"))
    params = {"phone_number_id": account} if account.isdecimal() else {}
    try:
        async with graph.client(context.http) as client:
            told = await graph.call(client, "GET", media_id, account=account, params=params)
    except (GraphError, Unclear) as error:
        raise _judged(error) from error
    size = told.get("file_size")
    if isinstance(size, int | str) and str(size).isdecimal() and int(size) > max_size:
        raise TooLarge(f"a file of {size} bytes")
    fetched = await _hosted.fetch(
        _shapes.text(told.get("url")),
        context.http,
        allowed=lambda url: _hosted.on_hosts(url, LOOKASIDE),
        max_size=max_size,
        headers={"Authorization": f"Bearer {graph.token_of(account)}"},
        user_agent=USER_AGENT,
    )
    expected = _shapes.text(told.get("sha256")).lower()
    if re.fullmatch(r"[0-9a-f]{64}", expected) and hashlib.sha256(fetched.content).hexdigest() != expected:
        raise Unavailable("the bytes are not those that WhatsApp told of")
    media_type = _shapes.line(told.get("mime_type")).partition(";")[0] or fetched.media_type
    return Fetched(fetched.content, media_type, _shapes.line(item.get("filename")) or None)


def _judged(error: GraphError | Unclear) -> Exception:
    """Gone for ever (code 100: no such object) or again later; a token may be mended, so that it counts as later."""
    if isinstance(error, Unclear):
        return Unavailable(str(error))
    if error.code == 100 or error.status == 404:
        return Permanent("Meta does not have it any more")
    found = error.for_probe()
    return Unavailable(str(found), retry_after=900) if error.token else found

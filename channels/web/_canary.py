"""Sends the form a report of its own, the way a browser without JavaScript does: the page first, then what was filled in."""

from __future__ import annotations

import asyncio
import html
import re
import secrets
from urllib.parse import urljoin

from channels.base import Permanent, Unavailable
from channels.outward import Answer, CallFailed, Client, Manners

MANNERS = Manners(timeout=20.0)
_ACTION = re.compile(r'<form id="form" action="(/[^"]*)"')
_TOKEN = re.compile(r'name="token" value="([^"]*)"')


async def send(client: Client, address: str, canary: str, patience: float) -> None:
    """Fill in and send the form at ``address`` after ``patience`` seconds. Raises Unavailable, or Permanent where it is no such form."""
    page = await _call(client, "GET", address, None, {})
    text = page.body.decode("utf-8", "replace")
    action, token = _ACTION.search(text), _TOKEN.search(text)
    if page.status != 200 or action is None or token is None:
        raise Permanent(f"no form at {address}: {page.status}")
    await asyncio.sleep(patience)  # sooner would be a machine's pace
    fields = {"token": html.unescape(token[1]), "text": "canary", "canary": canary, "step": "send"}
    boundary = secrets.token_hex(16)
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    body = f"{''.join(parts)}--{boundary}--\r\n".encode()
    answer = await _call(
        client, "POST", urljoin(address, html.unescape(action[1])), body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    )
    if answer.status != 303:
        raise Unavailable(f"the form answered {answer.status}")


async def _call(client: Client, method: str, address: str, content: bytes | None, headers: dict[str, str]) -> Answer:
    try:
        return await client.call(method, address, content=content, headers=headers)
    except CallFailed as error:
        raise Unavailable(f"the form cannot be reached: {error.reason}") from error

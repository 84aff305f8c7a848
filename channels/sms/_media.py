"""Fetching the pictures of a message: only from Twilio, only of our account, only so many bytes.

A ``MediaUrl`` is an address that we are asked to open, so it is not trusted even in a signed form (CVE-2024-39713 is this hole in
another product). Twilio answers with a redirect to its content network; the credentials do not go there.

Source: twilio.com/docs/messaging/api/media-resource, twilio_api_v2010 (OpenAPI), help.twilio.com article 223183748 (redirect hosts).
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from channels.base import Permanent, RateLimited, TooLarge, Unavailable

if TYPE_CHECKING:
    import httpx

REDIRECTS = ("https://mms.twiliocdn.com/", "https://media.twiliocdn.com/", "https://s3-external-1.amazonaws.com/media.twiliocdn.com/")
"""Where api.twilio.com sends us for the bytes: the first since authentication is required, the others for older media."""

TOTAL_SECONDS = 20.0

_MEDIUM = r"https://api\.twilio\.com/2010-04-01/Accounts/{account}/Messages/(?:SM|MM)[0-9a-fA-F]{{32}}/Media/ME[0-9a-fA-F]{{32}}"


def allowed(url: str, account_sid: str) -> bool:
    """Whether ``url`` is a medium of a message of this account at Twilio's API, and nothing else."""
    return re.fullmatch(_MEDIUM.format(account=re.escape(account_sid)), url, re.ASCII) is not None


async def fetch(url: str, http: httpx.AsyncClient, *, account_sid: str, auth: tuple[str, str], max_size: int) -> bytes:
    """The bytes of one medium, at most ``max_size``.

    Raises Permanent (not on the allow-list, gone, refused), TooLarge, RateLimited (429) or Unavailable (Twilio's or the network's fault).
    ``http`` is made without ``trust_env``; redirects are followed here, once, against a list of hosts.
    """
    import httpx

    if not allowed(url, account_sid):
        raise Permanent("a medium outside Twilio's API or of another account is not fetched")
    try:
        async with asyncio.timeout(TOTAL_SECONDS):  # httpx's own limits are per read: a drip would last for ever
            status, location, body = await _get(url, http, auth=auth, max_size=max_size)
            if status in (301, 302, 303, 307, 308):
                target = urljoin(url, location)
                if not _plain(target) or not target.startswith(REDIRECTS):
                    raise Permanent("Twilio's redirect leads outside the list of its hosts")
                status, _, body = await _get(target, http, auth=None, max_size=max_size)
    except (httpx.HTTPError, TimeoutError) as error:
        raise Unavailable(f"medium not fetched: {type(error).__name__}") from error
    if status == 429:
        raise RateLimited("Twilio asks to slow down")
    if status >= 500:
        raise Unavailable(f"Twilio answered {status}")
    if status != 200:
        raise Permanent(f"Twilio answered {status}")
    return body


async def _get(url: str, http: httpx.AsyncClient, *, auth: tuple[str, str] | None, max_size: int) -> tuple[int, str, bytes]:
    body = bytearray()
    headers = {"Accept-Encoding": "identity"}  # a small compressed answer may be a large one
    request = http.build_request("GET", url, headers=headers)
    answer = await http.send(request, auth=auth, stream=True, follow_redirects=False)
    try:
        if answer.status_code == 200:
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > max_size:
                    raise TooLarge(f"a medium of more than {max_size} bytes")
    finally:
        await answer.aclose()
    return answer.status_code, answer.headers.get("Location", ""), bytes(body)


def _plain(url: str) -> bool:
    """Whether the address has nothing that two readers could understand differently: spaces, backslashes, a user, dots that climb."""
    return re.fullmatch(r"[\x21-\x5b\x5d-\x7e]+", url) is not None and "/../" not in url and "@" not in url.split("?", 1)[0]

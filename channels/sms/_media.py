"""Fetching the pictures of a message: only from Twilio, only of our account, only so many bytes.

A ``MediaUrl`` is an address that we are asked to open, so it is not trusted even in a signed form (CVE-2024-39713 is this hole in
another product). Twilio answers with a redirect to its content network; the credentials do not go there.

Source: twilio.com/docs/messaging/api/media-resource, twilio_api_v2010 (OpenAPI), help.twilio.com article 223183748 (redirect hosts).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from channels.base import Fetched, Permanent, RateLimited, TooLarge, Unavailable
from channels.outward import Answer, CallFailed, Client, MakeClient, Manners
from channels.sms._api import Account

REDIRECTS = ("https://mms.twiliocdn.com/", "https://media.twiliocdn.com/", "https://s3-external-1.amazonaws.com/media.twiliocdn.com/")
"""Where api.twilio.com sends us for the bytes: the first since authentication is required, the others for older media."""

TOTAL_SECONDS = 60.0
"""For a medium of 16 MB; a drip is cut as well."""

_MEDIUM = r"https://{host}/2010-04-01/Accounts/{account}/Messages/(?:SM|MM)[0-9a-fA-F]{{32}}/Media/ME[0-9a-fA-F]{{32}}"


def allowed(url: str, account_sid: str, host: str = "api.twilio.com") -> bool:
    """Whether ``url`` is a medium of a message of this account at Twilio's API, and nothing else."""
    pattern = _MEDIUM.format(account=re.escape(account_sid), host=rf"(?:api\.twilio\.com|{re.escape(host)})")
    return re.fullmatch(pattern, url, re.ASCII) is not None


async def fetch(item: Mapping[str, Any], http: MakeClient, account: Account, max_size: int) -> Fetched:
    """The bytes of one medium, at most ``max_size``.

    Raises Permanent (not on the allow-list, gone, refused), TooLarge, RateLimited (429) or Unavailable (Twilio's or the network's fault).
    A redirect is followed here, once, against a list of hosts, and without the credentials.
    """
    url = _address(item, account)
    client = http(Manners(timeout=TOTAL_SECONDS, max_body=max_size, private_addresses=False))
    try:
        answer = await _get(client, url, {"Authorization": account.authorization}, max_size)
        if answer.status in (301, 302, 303, 307, 308):
            target = _target(url, answer.headers.get("Location", ""))
            answer = await _get(client, target, {}, max_size)
    finally:
        await client.aclose()
    _check(answer)
    return Fetched(answer.body, answer.headers.get("Content-Type"), None)


async def delete(item: Mapping[str, Any], http: MakeClient, account: Account) -> None:
    """Remove a medium from Twilio, which keeps it until it is told. Raises Permanent, RateLimited or Unavailable."""
    client = http(Manners(timeout=15.0, private_addresses=False))
    try:
        answer = await _call(client, "DELETE", f"{_address(item, account)}.json", {"Authorization": account.authorization})
    finally:
        await client.aclose()
    if answer.status not in (200, 202, 204, 404):
        _check(answer)


def _target(url: str, location: str) -> str:
    """Where a redirect leads, if that is one of Twilio's hosts. Raises Permanent."""
    try:
        target = urljoin(url, location)
    except ValueError:
        target = ""
    if not _plain(target) or not target.startswith(REDIRECTS):
        raise Permanent("Twilio's redirect leads outside the list of its hosts")
    return target


def _address(item: Mapping[str, Any], account: Account) -> str:
    url = item.get("url")
    if not isinstance(url, str) or not allowed(url, account.sid, account.host):
        raise Permanent("a medium outside Twilio's API or of another account is not fetched")
    return url


async def _get(client: Client, url: str, headers: Mapping[str, str], max_size: int) -> Answer:
    answer = await _call(client, "GET", url, headers)
    if answer.status == 200 and len(answer.body) > max_size:
        raise TooLarge(f"a medium of more than {max_size} bytes")
    return answer


async def _call(client: Client, method: str, url: str, headers: Mapping[str, str]) -> Answer:
    try:
        return await client.call(method, url, headers=headers)
    except CallFailed as error:
        if error.reason == "too_large":
            raise TooLarge("a medium larger than is taken") from error
        if error.reason in ("private_address", "bad_address"):
            raise Permanent(f"not fetched: {error.reason}") from error
        raise Unavailable(f"medium not fetched: {error.reason}") from error


def _check(answer: Answer) -> None:
    if answer.status == 429:
        after = answer.headers.get("Retry-After", "") or ""
        raise RateLimited("Twilio asks to slow down", retry_after=int(after) if after.isdecimal() else 60)
    if answer.status >= 500:
        raise Unavailable(f"Twilio answered {answer.status}")
    if answer.status in (401, 403):
        # A token that is being replaced: the operator mends it, and the pictures are still there.
        raise Unavailable(f"Twilio answered {answer.status}: the credentials are not accepted", retry_after=300)
    if answer.status != 200:
        raise Permanent(f"Twilio answered {answer.status}")


def _plain(url: str) -> bool:
    """Whether the address has nothing that two readers could understand differently: spaces, backslashes, a user, dots that climb."""
    return re.fullmatch(r"[\x21-\x5b\x5d-\x7e]+", url) is not None and "/../" not in url and "@" not in url.split("?", 1)[0]

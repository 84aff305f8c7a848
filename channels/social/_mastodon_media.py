"""Which hosts a Mastodon server's media may be fetched from, and the fetching.

A status names its attachments by addresses that anybody's server may have written, so none is trusted: only the city's own server, the
hosts where that server keeps uploads (which it tells by the city's own pictures), and those that the operator names are asked. Media are
public, so no credentials are sent.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urljoin, urlsplit

from channels.base import Fetched, Permanent, RateLimited, TooLarge, Unavailable
from channels.outward import CallFailed, Client
from channels.social._mastodon_api import host_of

_REDIRECTS = 2
"""``/media_proxy/…`` leads to the host of the media; more would be a circle."""


def allowed(url: str, hosts: Collection[str], scheme: str) -> bool:
    """Whether an address may be opened: the server's scheme, a host of the list, no user, nothing that two readers may read differently."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and not set(url) & set(' "<>\\^`{|}')
    return plain and parts.scheme == scheme and parts.username is None and parts.password is None and host_of(url) in hosts


async def fetch(url: str, client: Client, hosts: Collection[str], scheme: str) -> Fetched:
    """The bytes of one attachment. Raises Permanent (not allowed, gone), TooLarge, RateLimited or Unavailable."""
    for _hop in range(_REDIRECTS + 1):
        if not allowed(url, hosts, scheme):
            raise Permanent(f"attachments are not fetched from {host_of(url) or 'there'}: name it in media_hosts if it is the server's own")
        try:
            answer = await client.call("GET", url)
        except CallFailed as error:
            if error.reason == "too_large":
                raise TooLarge("an attachment over max_media_size") from error
            if error.reason in ("private_address", "bad_address"):
                raise Permanent(f"an attachment at an address that is not fetched from: {error.reason}") from error
            raise Unavailable(f"attachment not fetched: {error.reason}") from error
        if answer.status not in (301, 302, 303, 307, 308):
            break
        url = urljoin(url, answer.headers.get("Location") or "")
    else:
        raise Permanent("an attachment that leads from one address to the next")
    if answer.status == 429:
        raise RateLimited("the server asks to slow down", retry_after=60)
    if answer.status >= 500:
        raise Unavailable(f"the server answers {answer.status}")
    if answer.status != 200:
        raise Permanent(f"the server answers {answer.status}")
    filename = urlsplit(url).path.rpartition("/")[2]
    return Fetched(answer.body, (answer.headers.get("Content-Type") or "").partition(";")[0].strip() or None, filename or None)

"""Fetching a medium from the platform that a message came by: only from its own hosts, only so many bytes.

An address in a post is one that we are asked to open, so it is not trusted even in a signed message. A redirect is followed once, to a
host on the same list, and without credentials where the host differs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from urllib.parse import urljoin, urlsplit

from channels.base import Fetched, Permanent, RateLimited, TooLarge, Unavailable
from channels.outward import Answer, CallFailed, Client, MakeClient, Manners

TOTAL_SECONDS = 30.0

_PLAIN = re.compile(r"https://([A-Za-z0-9.-]+)(?::443)?/[\x21\x23-\x5b\x5d-\x7e]*", re.ASCII)
"""Nothing that two readers could understand differently: no user, no other port, no space, quote or backslash."""


def host_of(url: object) -> str | None:
    """The host of a plain https address in lower case; None for anything else."""
    found = _PLAIN.fullmatch(url) if isinstance(url, str) and len(url) <= 4096 else None
    return found[1].lower() if found else None


def on_hosts(url: object, hosts: tuple[str, ...]) -> bool:
    """Whether a plain https address is on one of these hosts; a host that begins with a dot stands for all below it."""
    host = host_of(url)
    return host is not None and any(host.endswith(name) if name.startswith(".") else host == name for name in hosts)


async def fetch(
    url: str,
    make: MakeClient,
    *,
    allowed: Callable[[str], bool],
    max_size: int,
    headers: Mapping[str, str] | None = None,
    user_agent: str = "intake311",
) -> Fetched:
    """The bytes of one medium, at most ``max_size``. ``headers`` (credentials) go to the host of ``url`` only.

    Raises Permanent (not on the list, gone, refused), TooLarge, RateLimited (429) or Unavailable.
    """
    if not allowed(url):
        raise Permanent("a medium outside the platform's own hosts is not fetched")
    client = make(Manners(timeout=TOTAL_SECONDS, max_body=max_size, private_addresses=False, user_agent=user_agent))
    try:
        answer = await _get(client, url, headers)
        if answer.status in (301, 302, 303, 307, 308):
            target = urljoin(url, answer.headers.get("location", ""))
            if not allowed(target):
                raise Permanent("the platform's redirect leads outside the list of its hosts")
            answer = await _get(client, target, headers if urlsplit(target).netloc == urlsplit(url).netloc else None)
    finally:
        await client.aclose()
    judge(answer)
    return Fetched(answer.body, _media_type(answer.headers.get("content-type")), None)


def judge(answer: Answer) -> None:
    """Raise what the status of an answer means; return for 200."""
    if answer.status == 200:
        return
    if answer.status == 429:
        wait = answer.headers.get("retry-after", "")
        raise RateLimited("the platform asks to slow down", retry_after=min(int(wait), 3600) if wait.isdecimal() else 60)
    if answer.status >= 500 or answer.status == 408:
        raise Unavailable(f"the platform answered {answer.status}")
    raise Permanent(f"the platform answered {answer.status}")


def digest(content: bytes) -> str:
    """An id for what has none: ``sha256:`` and the hexadecimal hash."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


async def _get(client: Client, url: str, headers: Mapping[str, str] | None) -> Answer:
    try:
        return await client.call("GET", url, headers=headers)
    except CallFailed as error:
        if error.reason == "too_large":
            raise TooLarge("a medium over the configured size") from error
        if error.reason in ("private_address", "bad_address"):
            raise Permanent(f"not fetched: {error.reason}") from error
        raise Unavailable(f"medium not fetched: {error.reason}") from error


def _media_type(declared: str | None) -> str | None:
    return declared.partition(";")[0].strip().lower() or None if declared else None

"""Fetches what is attached to a post: the original from one of Bluesky's servers, else the picture from its content network.

An author may have an account on a server of her own, and its address stands in a document that she writes: such a server is not asked.
Pictures of those accounts come from Bluesky's content network, which has made them anew; films of those accounts are not fetched.
An original is known by its hash (atproto.com/specs/data-model#link-and-cid-formats), so that what comes is what was posted.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection

from channels.base import Fetched, Permanent, RateLimited, TooLarge, Unavailable
from channels.outward import Answer, CallFailed, Client
from channels.social._bluesky_identity import DID, host_of, pds_of
from channels.social._bluesky_reading import CDN
from channels.social._bluesky_xrpc import wait_of

BLUESKYS = ".host.bsky.network"
"""Bluesky's own servers of accounts are below this name."""

_RAW_CID = re.compile(r"bafkrei[a-z2-7]{52}")
"""A CIDv1 in base 32 of raw bytes under SHA-256, which is what blobs have."""
_RAW_SHA256 = bytes((0x01, 0x55, 0x12, 0x20))


async def fetch(blob: str, media_type: str, client: Client, directory: str, hosts: Collection[str]) -> Fetched:
    """The bytes of ``did/cid``. Raises Permanent (not allowed, gone, altered), TooLarge, RateLimited or Unavailable."""
    did, _, cid = blob.partition("/")
    if not DID.fullmatch(did) or not _RAW_CID.fullmatch(cid):
        raise Permanent("no attachment of Bluesky's")
    pds = await pds_of(did, client, directory)
    if host_of(pds) in hosts or (pds.startswith("https://") and host_of(pds).endswith(BLUESKYS)):
        answer = await _get(f"{pds}/xrpc/com.atproto.sync.getBlob?did={did}&cid={cid}", client)
        if hashlib.sha256(answer.body).digest() != digest_of(cid):
            raise Permanent("an attachment whose bytes are not those that were posted")
        return Fetched(answer.body, media_type or _type_of(answer))
    if not media_type.startswith("image/"):
        raise Permanent(f"films are not fetched from {host_of(pds)}: name it in media_hosts to allow it")
    answer = await _get(f"{CDN}/{did}/{cid}", client)
    return Fetched(answer.body, _type_of(answer))


def digest_of(cid: str) -> bytes | None:
    """The SHA-256 that a CID of raw bytes contains; None where it is another kind."""
    if not _RAW_CID.fullmatch(cid):
        return None
    data = base64.b32decode(cid[1:].upper() + "=" * (-len(cid[1:]) % 8))
    return data[4:] if data.startswith(_RAW_SHA256) else None


async def _get(url: str, client: Client) -> Answer:
    try:
        answer = await client.call("GET", url)
    except CallFailed as error:
        if error.reason == "too_large":
            raise TooLarge("an attachment over max_media_size") from error
        if error.reason in ("private_address", "bad_address"):
            raise Permanent(f"an attachment at an address that is not fetched from: {error.reason}") from error
        raise Unavailable(f"attachment not fetched: {error.reason}") from error
    if answer.status == 429:
        raise RateLimited("the server asks to slow down", retry_after=wait_of(answer))
    if answer.status >= 500:
        raise Unavailable(f"the server answers {answer.status}")
    if answer.status != 200:  # RepoTakendown, BlobNotFound; a redirect leads to hosts that nobody named
        raise Permanent(f"the server answers {answer.status}")
    return answer


def _type_of(answer: Answer) -> str | None:
    return (answer.headers.get("Content-Type") or "").partition(";")[0].strip() or None

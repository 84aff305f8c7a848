"""Who is behind a name on the AT Protocol, and which server has the account: handle → DID → DID document → PDS.

Sources: atproto.com/specs/handle, …/did; web.plc.im (the directory's interface); w3c-ccg.github.io/did-method-web.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from channels.base import Permanent, Unavailable
from channels.outward import CallFailed, Client
from channels.social._bluesky_xrpc import Xrpc
from channels.social._shapes import table, tables, text

DID = re.compile(r"did:plc:[a-z2-7]{24}|did:web:[A-Za-z0-9.-]{3,250}")
HANDLE = re.compile(r"(?=.{3,253}\Z)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")

RESOLVER = "https://public.api.bsky.app"
"""Resolves handles for everybody, without an account."""


async def did_of(identifier: str, client: Client) -> str:
    """The DID of a handle, or the DID that was given. Raises Invalid where there is no such handle."""
    if DID.fullmatch(identifier):
        return identifier
    found = text((await Xrpc(client, RESOLVER).query("com.atproto.identity.resolveHandle", {"handle": identifier})).get("did"))
    if not DID.fullmatch(found):
        raise Unavailable(f"{RESOLVER} names no DID for {identifier}")
    return found


async def pds_of(did: str, client: Client, directory: str) -> str:
    """The address of the server that has an account. Raises Permanent (no such account) or Unavailable."""
    if not DID.fullmatch(did):
        raise Permanent("no DID of a kind that is known")
    web = did.startswith("did:web:")
    url = f"https://{did.removeprefix('did:web:')}/.well-known/did.json" if web else f"{directory}/{did}"
    try:
        answer = await client.call("GET", url, headers={"Accept": "application/json"})
    except CallFailed as error:
        if error.reason in ("private_address", "bad_address"):
            raise Permanent(f"a DID at an address that is not asked: {error.reason}") from error
        raise Unavailable(f"the document of {did} cannot be had: {error.reason}") from error
    if answer.status in (404, 410):
        raise Permanent(f"there is no account {did}")
    if answer.status != 200:
        raise Unavailable(f"the document of {did} cannot be had: {answer.status}")
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise Unavailable(f"the document of {did} is not JSON") from None
    found = service_of(table(document), did)
    if found is None:
        raise Permanent(f"the document of {did} names no server")
    return found


def service_of(document: dict[str, Any], did: str) -> str | None:
    """The PDS that a DID document names: ``https://host``, or ``http://localhost`` of a development set-up."""
    if document.get("id") != did:
        return None
    for service in tables(document.get("service")):
        if text(service.get("id")) in ("#atproto_pds", f"{did}#atproto_pds"):
            endpoint = text(service.get("serviceEndpoint")).rstrip("/")
            if re.fullmatch(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?|http://localhost(?::[0-9]{1,5})?", endpoint):
                return endpoint
    return None


def host_of(url: str) -> str:
    """The host (and port) of an address."""
    return urlsplit(url).netloc.lower()

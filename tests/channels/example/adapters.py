"""How the contract's tests build the adapter, and what its service sends: copy this too."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from pydantic import SecretStr

from channels.example.note import Note, Settings, build
from tests.channels.case_files import load
from tests.channels.peers import Call, Peer

SECRET = "between-us-and-the-service"


def note() -> Note:
    return build("notes", Settings(type="example.note", secret=SecretStr(SECRET)))


def calls() -> Sequence[Call]:
    return [
        Call("/channels/notes", case.content, {"X-Note-Signature": hmac.new(SECRET.encode(), case.content, hashlib.sha256).hexdigest()})
        for case in load(__file__, "note")
    ]


ADAPTERS = {"example.note": note}
PEERS = {"example.note": Peer(calls, "https://311.example.gov", ("X-Note-Signature",))}

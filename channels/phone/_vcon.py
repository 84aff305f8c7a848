"""Conversation containers (vCon) of the IETF: parties, dialog, and the transcript among the analyses or in a text dialog.

Source: draft-ietf-vcon-vcon-core-02 (earlier draft-ietf-vcon-vcon-container, draft-petrie-vcon); its ``analysis`` says who made the
transcript and leaves the shape of its body open, so that the body is read like any other transcript.

Does not: open signed or encrypted containers (JWS, JWE), fetch what is kept elsewhere (``url``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import orjson

from channels.phone import _values as v
from channels.phone._turns import Role, Transcript, Turn

_AGENTS = frozenset({"agent", "callee", "contact center", "operator", "representative", "host"})
_CALLERS = frozenset({"customer", "caller", "client", "citizen", "resident", "consumer", "guest"})


def is_one(data: Any) -> bool:
    """Whether the JSON is a vCon: it says so, or has parties and dialog."""
    return isinstance(data, dict) and ("vcon" in data or ("parties" in data and ("dialog" in data or "analysis" in data)))


def read(data: dict[str, Any], inner: Callable[[Any], Transcript | None]) -> Transcript:
    """The transcript; ``inner`` reads the body of an analysis. Without one it has no turns."""
    parties = v.tables(data.get("parties"))
    dialogs = v.tables(data.get("dialog"))
    roles = [_role(party) for party in parties]
    transcript = _best(v.tables(data.get("analysis")), inner) or Transcript("vcon", _texts(dialogs, parties, roles))
    _name(transcript.turns, parties, roles)
    transcript.source = "vcon"
    transcript.external_id = v.first(data, "uuid") or None
    transcript.redacted = transcript.redacted or bool(v.table(data.get("redacted")).get("uuid"))
    spoken = next((dialog for dialog in dialogs if dialog.get("start")), {})
    transcript.started = v.moment(spoken.get("start"), transcript.notes) or transcript.started
    seconds = v.number(spoken.get("duration"))
    if transcript.started is not None and seconds is not None and 0 < seconds < 86_400:
        transcript.ended = transcript.started + timedelta(seconds=seconds)
    _people(transcript, parties, roles, spoken)
    return transcript


def _role(party: dict[str, Any]) -> Role:
    word = (v.first(party, "role") or v.first(v.table(party.get("meta")), "role")).casefold()
    return "agent" if word in _AGENTS else "caller" if word in _CALLERS else "unknown"


def _best(analyses: Sequence[dict[str, Any]], inner: Callable[[Any], Transcript | None]) -> Transcript | None:
    """The transcript among the analyses: a redacted one before the others, then the one with the most turns."""
    found: list[tuple[bool, int, Transcript]] = []
    for analysis in analyses:
        kind = v.first(analysis, "type").casefold()
        if "transcript" not in kind and "wtf" not in kind:
            continue
        transcript = inner(_body(analysis))
        if transcript is not None and transcript.turns:
            transcript.redacted = transcript.redacted or "redact" in kind
            found.append((transcript.redacted, len(transcript.turns), transcript))
    return max(found, key=lambda item: item[:2])[2] if found else None


def _body(part: dict[str, Any]) -> Any:
    """The body, taken out of the text that ``encoding = "json"`` makes of it."""
    body = part.get("body")
    if isinstance(body, str) and body.lstrip()[:1] in ("{", "["):
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            return body
    return body


def _texts(dialogs: Sequence[dict[str, Any]], parties: Sequence[dict[str, Any]], roles: Sequence[Role]) -> list[Turn]:
    """Dialogs of type ``text``: one turn each."""
    turns = []
    for dialog in dialogs:
        said = v.text(dialog.get("body")) if v.first(dialog, "type") == "text" else ""
        who = _originator(dialog)
        if said:
            known = who is not None and who < len(parties)
            turns.append(Turn(said, v.first(parties[who], "name", "tel") if known else "", roles[who] if known else "unknown"))  # type: ignore[index]  # known says that it is an index
    return turns


def _originator(dialog: dict[str, Any]) -> int | None:
    who = dialog.get("originator")
    if who is None:
        among = dialog.get("parties")
        who = among[0] if isinstance(among, list) and among else among
    return who if isinstance(who, int) and not isinstance(who, bool) and who >= 0 else None


def _name(turns: Sequence[Turn], parties: Sequence[dict[str, Any]], roles: Sequence[Role]) -> None:
    """Give turns the role of the party that their speaker is: by its name, or by its place among the parties."""
    by_name = {v.first(party, "name").casefold(): role for party, role in zip(parties, roles, strict=True) if v.first(party, "name")}
    for turn in turns:
        if turn.role == "unknown":
            turn.role = by_name.get(turn.speaker.casefold(), "unknown")
        if turn.role == "unknown" and turn.speaker.isdecimal() and len(turn.speaker) < 4 and int(turn.speaker) < len(roles):
            turn.role = roles[int(turn.speaker)]


def _people(transcript: Transcript, parties: Sequence[dict[str, Any]], roles: Sequence[Role], spoken: dict[str, Any]) -> None:
    agent = next((party for party, role in zip(parties, roles, strict=True) if role == "agent"), None)
    caller = next((party for party, role in zip(parties, roles, strict=True) if role == "caller"), None)
    who = _originator(spoken)
    if caller is None and agent is None and who is not None and who < len(parties):
        caller = parties[who]  # who began the dialog
    if agent is not None:
        transcript.agent = v.first(agent, "name", "tel", "mailto") or None
    if caller is not None:
        transcript.caller = v.first(caller, "tel", "sip").removeprefix("tel:") or None
        transcript.caller_name = v.first(caller, "name") or None

"""From a transcript to the canonical message: the resident's words are the text, the whole conversation is in ``call``."""

from __future__ import annotations

import re
from typing import Any

from channels.phone import _places, _roles
from channels.phone._turns import Transcript, Turn
from normalizer.model import Call, InboundMessage, Segment, Sender
from normalizer.words import fold

_SOUND = re.compile(
    r"[\[(*<](?:background )?(?:noise|music|silence|laughter|laughs?|applause|inaudible|unintelligible|blank_audio|beep|ringing|bruit|"
    r"musique|rires?|inintelligible|silences?)[\])*>]",
    re.IGNORECASE,
)
_FILLERS = frozenset(
    "yes yeah yep no nope ok okay right sure correct exactly thanks thank you very much so bye goodbye hello hi hey alright all great good "
    "perfect um uh hm mm hmm oh ah well please that s it is oui non d accord merci beaucoup bien parfait exact exactement bonjour bonsoir "
    "au revoir salut allo euh hein c est ca tout a fait voila bonne journee have a nice day you too vous aussi de rien".split()
)
"""Words of which an answer may consist that says nothing by itself."""


def fill(message: InboundMessage, transcript: Transcript, *, min_confidence: float) -> None:
    """Put the conversation into the message."""
    spoken = [turn for turn in transcript.turns if not _SOUND.fullmatch(turn.text.strip())]
    if spoken:
        transcript.dropped += len(transcript.turns) - len(spoken)
        transcript.turns = spoken
    sure = [turn for turn in transcript.turns if turn.confidence is None or turn.confidence >= min_confidence]
    if sure:  # of a call that is unsure throughout, all is kept
        transcript.dropped += len(transcript.turns) - len(sure)
        transcript.turns = sure
    _roles.assign(transcript)
    message.text = _text(transcript, message.notes)
    message.notes += transcript.notes
    if transcript.dropped:
        message.notes.append(f"{transcript.dropped} segments left out: no speech, or too unsure")
    message.sender = Sender(phone=transcript.caller, name=transcript.caller_name)
    message.sent_datetime = transcript.started
    message.call = Call(
        caller=transcript.caller,
        agent=transcript.agent,
        started=transcript.started,
        ended=transcript.ended or _end(transcript),
        segments=[Segment(speaker=_speaker(turn), start=_seconds(turn.start_ms), end=_seconds(turn.end_ms), text=turn.text)
                  for turn in transcript.turns],
    )  # fmt: skip
    _hint(message.hints, transcript)
    if transcript.external_id:
        message.message_id = f"{transcript.source}:{transcript.external_id}"


def _text(transcript: Transcript, notes: list[str]) -> str:
    """The caller's turns, without those that say nothing; where nobody is known to be the caller, what is not the agent's, or all."""
    turns = transcript.turns
    theirs = [turn for turn in turns if turn.role == "caller"]
    if not theirs:
        theirs = [turn for turn in turns if turn.role != "agent"] or turns
        notes.append("who of the speakers is the resident is not known: the text has everybody's words")
    saying = [turn.text for turn in theirs if not _says_nothing(turn.text)]
    return "\n".join(saying or [turn.text for turn in theirs])


def _says_nothing(text: str) -> bool:
    return len(text) < 80 and _FILLERS.issuperset(fold(text).split())


def _hint(hints: dict[str, Any], transcript: Transcript) -> None:
    if transcript.language:
        hints["language"] = transcript.language[:2].lower()
    hints["transcript"] = transcript.source
    if transcript.redacted:
        hints["redacted"] = True
    conversation = transcript.conversation or transcript.external_id
    if conversation:
        hints["conversation"] = conversation
        hints["conversation_window"] = 86_400
    found = _places.read_back(transcript.turns)
    if found is not None:
        hints["read_back"] = {"text": found.text, "place": found.place, "answer": found.answer, "confirmed": found.confirmed}
        if found.confirmed:
            hints["address"] = found.place


def _speaker(turn: Turn) -> str:
    return turn.role if turn.role != "unknown" else turn.speaker


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def _end(transcript: Transcript) -> Any:
    from datetime import timedelta

    last = max((turn.end_ms for turn in transcript.turns if turn.end_ms is not None), default=None)
    return transcript.started + timedelta(milliseconds=last) if transcript.started is not None and last else None

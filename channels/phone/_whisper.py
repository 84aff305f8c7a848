"""The JSON of the Whisper family: openai/whisper and its API, faster-whisper, WhisperX (with speakers), whisper.cpp.

Whisper writes words where nobody speaks. A segment is dropped when the model itself thinks so (``no_speech_prob`` above 0.6 and an
average log probability below -1, the thresholds of whisper/transcribe.py), when it is only a sound's name (``[Music]``), or one of
the sentences that it learned from the ends of videos.
"""

from __future__ import annotations

import math
import re
from typing import Any

from channels.phone import _values as v
from channels.phone._roles import role_of
from channels.phone._turns import Transcript, Turn

_NO_SPEECH, _LOGPROB = 0.6, -1.0
_SOUND = re.compile(r"[\[(*♪][^\])*]{0,40}[\])*♪]?\.?|[♪.\s…-]+")
_LEARNED = frozenset({
    "thanks for watching", "thank you for watching", "please subscribe", "like and subscribe", "subtitles by the amara.org community",
    "sous-titres réalisés par la communauté d'amara.org", "sous-titres réalisés para la communauté d'amara.org",
    "sous-titrage société radio-canada", "sous-titrage st' 501", "merci d'avoir regardé cette vidéo", "merci d'avoir regardé",
    "abonnez-vous", "sous-titrage fr",
})  # fmt: skip
_STEREO = re.compile(r"\(speaker ([0-9?])\)\s*")


def read(data: Any) -> Transcript | None:
    """The transcript, or None where it is none of theirs."""
    if isinstance(data, dict) and isinstance(data.get("transcription"), list):
        return _cpp(data)
    items = v.tables(data.get("segments")) if isinstance(data, dict) else v.tables(data)
    if not any({"start", "end", "text"} <= item.keys() for item in items):
        return _text_only(data)
    found = Transcript("whisper")
    for item in items:
        turn = Turn(v.text(item.get("text")), v.text(item.get("speaker")), role_of(v.text(item.get("speaker"))))
        turn.start_ms, turn.end_ms = v.milliseconds(item.get("start")), v.milliseconds(item.get("end"))
        logprob, silent = v.number(item.get("avg_logprob")), v.number(item.get("no_speech_prob"))
        turn.confidence = min(1.0, math.exp(min(0.0, logprob))) if logprob is not None else _words(item)
        _keep(found, turn, silent=silent is not None and silent > _NO_SPEECH and (logprob is None or logprob < _LOGPROB))
    about = data if isinstance(data, dict) else {}
    found.language = _language(v.first(about, "language") or v.first(v.table(about.get("info")), "language"))
    return found


def _words(item: dict[str, Any]) -> float | None:
    """WhisperX and faster-whisper score words."""
    return v.mean(v.score(word.get("score", word.get("probability"))) for word in v.tables(item.get("words")))


def _text_only(data: Any) -> Transcript | None:
    """``{"text": …}``, the API's plain JSON."""
    if (
        not isinstance(data, dict)
        or not v.text(data.get("text"))
        or not data.keys() <= {"text", "usage", "language", "duration", "task", "logprobs", "segments", "words"}
    ):
        return None
    return Transcript("whisper", [Turn(v.text(data["text"]))], language=_language(v.first(data, "language")))


def _cpp(data: dict[str, Any]) -> Transcript:
    found = Transcript("whisper.cpp", language=_language(v.first(v.table(data.get("result")), "language")))
    for item in v.tables(data["transcription"]):
        said, speaker = v.text(item.get("text")), v.text(item.get("speaker"))
        stereo = _STEREO.match(said)
        if stereo is not None:
            said, speaker = said[stereo.end() :], stereo.group(1)
        offsets = v.table(item.get("offsets"))
        times = v.milliseconds(offsets.get("from"), per_second=1), v.milliseconds(offsets.get("to"), per_second=1)
        scores = v.mean(v.score(token.get("p")) for token in v.tables(item.get("tokens")))
        _keep(found, Turn(said, speaker.replace("?", ""), "unknown", *times, scores), silent=False)
    return found


def _keep(found: Transcript, turn: Turn, *, silent: bool) -> None:
    bare = turn.text.casefold().strip(" .!").replace("’", "'")
    if silent or not turn.text or _SOUND.fullmatch(turn.text) or bare in _LEARNED:
        found.dropped += bool(turn.text)
    else:
        found.turns.append(turn)


_NAMES = {"english": "en", "french": "fr", "spanish": "es"}


def _language(word: str) -> str | None:
    """The API writes the language's English name, the others its code."""
    return _NAMES.get(word.casefold(), word) or None

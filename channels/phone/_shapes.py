"""The JSON that the makers of transcripts send, each read into a :class:`Transcript`: who has which shape, and where in it things stand.

Sources: twilio.com/docs/voice/intelligence (and its OpenAPI description), …/conversationrelay/websocket-messages;
docs.aws.amazon.com/connect …/contact-lens-example-output-files; developer.genesys.cloud …/transcript-url (times are milliseconds since
1970); developers.deepgram.com/docs/pre-recorded-audio; assemblyai.com/docs/api-reference/transcripts.
``_whisper.py`` has the Whisper family, ``_vcon.py`` the IETF's container.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from channels.phone import _values as v
from channels.phone._roles import role_of
from channels.phone._turns import Transcript, Turn


def intelligence(data: Any) -> Transcript | None:
    """Twilio Voice Intelligence: a transcript and its sentences, as ``_intelligence.py`` puts them together; or a page of sentences."""
    if not isinstance(data, dict) or not isinstance(data.get("sentences"), list):
        return None
    about = v.table(data.get("transcript"))
    channel = v.table(about.get("channel"))
    people = {v.text(person.get("channel_participant")): person for person in v.tables(channel.get("participants"))}
    turns = [
        Turn(
            v.text(item.get("transcript")),
            v.text(item.get("media_channel")),
            role_of(v.first(people.get(v.text(item.get("media_channel")), {}), "role")),
            v.milliseconds(item.get("start_time")),
            v.milliseconds(item.get("end_time")),
            v.score(item.get("confidence")),
        )
        for item in sorted(v.tables(data["sentences"]), key=lambda item: v.number(item.get("sentence_index")) or 0)
    ]
    found = Transcript("twilio.intelligence", turns, v.first(about, "sid") or None, v.first(about, "language_code") or None)
    found.started = v.moment(about.get("media_start_time"), found.notes) or v.moment(about.get("date_created"), found.notes)
    _ends_after(found, v.number(about.get("duration")))
    found.redacted = about.get("redaction") is True
    properties = v.table(channel.get("media_properties"))
    keys = (v.text(about.get("customer_key")), v.first(properties, "call_sid"), v.first(properties, "reference_sid"))
    found.conversation = next((key for key in keys if key.startswith("CA")), None)
    for person in people.values():
        number = v.first(person, "media_participant_id")
        if role_of(v.first(person, "role")) == "caller":
            found.caller, found.caller_name = number or None, v.first(person, "full_name") or None
        elif role_of(v.first(person, "role")) == "agent":
            found.agent = v.first(person, "full_name", "email", "user_id") or number or None
    return found


def contact_lens(data: Any) -> Transcript | None:
    """Amazon Connect Contact Lens: the file of a finished call, or a list of real-time segments."""
    if not isinstance(data, dict):
        return None
    if isinstance(data.get("Segments"), list):
        items = [v.table(segment.get("Transcript")) for segment in v.tables(data["Segments"])]
    elif isinstance(data.get("Transcript"), list) and ("Participants" in data or "CustomerMetadata" in data or "JobStatus" in data):
        items = v.tables(data["Transcript"])
    else:
        return None
    roles = {v.text(person.get("ParticipantId")): v.first(person, "ParticipantRole") for person in v.tables(data.get("Participants"))}
    turns = []
    for item in items:
        who = v.first(item, "ParticipantId")
        role = role_of(v.first(item, "ParticipantRole") or roles.get(who, "") or who)
        times = v.milliseconds(item.get("BeginOffsetMillis"), per_second=1), v.milliseconds(item.get("EndOffsetMillis"), per_second=1)
        turns.append(Turn(v.text(item.get("Content")), who, role, *times))
    found = Transcript(
        "contact_lens", turns, v.first(v.table(data.get("CustomerMetadata")), "ContactId") or v.first(data, "ContactId") or None
    )
    found.language = v.first(data, "LanguageCode") or None
    found.redacted = v.first(v.table(data.get("ContentMetadata")), "Output") == "Redacted"
    return found


def genesys(data: Any) -> Transcript | None:
    """Genesys Cloud speech and text analytics: what its transcript URL leads to."""
    if not isinstance(data, dict) or not isinstance(data.get("transcripts"), list) or not v.first(data, "conversationId"):
        return None
    turns: list[Turn] = []
    starts: list[float] = []
    languages = []
    for part in v.tables(data["transcripts"]):
        languages.append(v.first(part, "language"))
        for phrase in v.tables(part.get("phrases")):
            purpose = v.first(phrase, "participantPurpose")
            start = v.number(phrase.get("startTimeMs"))
            length = v.number(v.table(phrase.get("duration")).get("milliseconds"))
            turn = Turn(v.first(phrase, "decoratedText", "text"), purpose, role_of(purpose), confidence=v.score(phrase.get("confidence")))
            starts.append(start if start is not None and 0 <= start < 10**15 else -1.0)
            turn.start_ms, turn.end_ms = None, None if length is None else round(min(max(length, 0), 10**8))
            turns.append(turn)
    known = [start for start in starts if start >= 0]
    since = min(known, default=0.0) if min(known, default=0.0) > 10**11 else 0.0  # since 1970, or since the call began
    for turn, start in zip(turns, starts, strict=True):
        turn.start_ms = round(start - since) if start >= 0 else None
        turn.end_ms = turn.start_ms + turn.end_ms if turn.start_ms is not None and turn.end_ms is not None else None
    turns.sort(key=lambda turn: turn.start_ms if turn.start_ms is not None else 10**16)
    found = Transcript("genesys", turns, v.first(data, "conversationId"), next(filter(None, languages), None))
    found.started = v.moment(since) if since else v.moment(data.get("startTime") or data.get("conversationStart"), found.notes)
    return found


def deepgram(data: Any) -> Transcript | None:
    """Deepgram's answer for recorded audio: utterances where it was asked for them, else words by speaker and channel."""
    results = v.table(v.table(data).get("results"))
    if not isinstance(results.get("channels"), list) and not isinstance(results.get("utterances"), list):
        return None
    about = v.table(data.get("metadata"))
    channels = v.tables(results.get("channels"))
    turns = [_utterance(item, len(channels) > 1) for item in v.tables(results.get("utterances"))]
    if not turns:
        for index, channel in enumerate(channels):
            turns += _alternative(next(iter(v.tables(channel.get("alternatives"))), {}), f"channel {index}" if len(channels) > 1 else "")
        turns.sort(key=lambda turn: turn.start_ms or 0)
    found = Transcript("deepgram", turns, v.first(about, "request_id") or None)
    languages = (v.first(channel, "detected_language") for channel in channels)
    extra = v.table(about.get("extra"))
    found.language = next(filter(None, languages), "") or v.first(extra, "language") or None
    found.conversation = v.first(extra, "call_sid", "call_id", "conversation") or None
    found.caller = v.first(extra, "caller", "from") or None
    found.started = v.moment(extra.get("started"), found.notes)
    return found


def _utterance(item: dict[str, Any], several: bool) -> Turn:
    speaker = f"channel {v.text(item.get('channel'))}" if several else v.text(item.get("speaker"))
    times = v.milliseconds(item.get("start")), v.milliseconds(item.get("end"))
    return Turn(v.text(item.get("transcript")), speaker, "unknown", *times, v.score(item.get("confidence")))


def _alternative(item: dict[str, Any], channel: str) -> list[Turn]:
    words = v.tables(item.get("words"))
    if not words:
        return [Turn(v.text(item.get("transcript")), channel, confidence=v.score(item.get("confidence")))]
    return words_to_turns(words, channel)


def words_to_turns(words: Sequence[dict[str, Any]], channel: str = "") -> list[Turn]:
    """Words (times in seconds) joined as long as one speaker speaks without a break of more than two seconds."""
    turns: list[Turn] = []
    scores: list[list[float | None]] = []
    for word in words:
        speaker = channel or v.text(word.get("speaker"))
        start, end = v.milliseconds(word.get("start")), v.milliseconds(word.get("end"))
        said = v.first(word, "punctuated_word", "word", "text")
        last = turns[-1] if turns else None
        if last is not None and last.speaker == speaker and (start or 0) - (last.end_ms or start or 0) <= 2_000:
            last.text, last.end_ms = f"{last.text} {said}", end
            scores[-1].append(v.score(word.get("confidence")))
        else:
            turns.append(Turn(said, speaker, start_ms=start, end_ms=end))
            scores.append([v.score(word.get("confidence"))])
    for turn, known in zip(turns, scores, strict=True):
        turn.confidence = v.mean(known)
    return turns


def assemblyai(data: Any) -> Transcript | None:
    """AssemblyAI's transcript; times are milliseconds."""
    if not isinstance(data, dict) or not {"id", "status"} <= data.keys() or not ({"utterances", "words", "audio_url"} & data.keys()):
        return None
    items = v.tables(data.get("utterances"))
    if items:
        turns = [
            Turn(
                v.text(item.get("text")),
                v.first(item, "speaker", "channel"),
                role_of(v.first(item, "speaker")),
                v.milliseconds(item.get("start"), per_second=1),
                v.milliseconds(item.get("end"), per_second=1),
                v.score(item.get("confidence")),
            )
            for item in items
        ]
    else:
        turns = [Turn(v.text(data.get("text")), confidence=v.score(data.get("confidence")))]
    found = Transcript("assemblyai", turns, v.first(data, "id") or None, v.first(data, "language_code").replace("_", "-") or None)
    found.redacted = data.get("redact_pii") is True
    return found


def relay(data: Any) -> Transcript | None:
    """Frames of a ConversationRelay (Twilio, Telnyx): what the caller said, what the application answered."""
    frames = data.get("frames") if isinstance(data, dict) else data
    if not isinstance(frames, list) or not any(v.first(frame, "type") in ("setup", "prompt") for frame in v.tables(frames)):
        return None
    found = Transcript("conversation_relay")
    said: list[str] = []
    for frame in v.tables(frames):
        match v.first(frame, "type"):
            case "setup":
                found.external_id = v.first(frame, "sessionId") or None
                found.conversation = v.first(frame, "callSid") or None
                found.caller, found.caller_name = v.first(frame, "from") or None, v.first(frame, "callerName") or None
                found.started = v.moment(frame.get("started"))
            case "prompt":
                found.language = v.first(frame, "lang") or found.language
                said = partial(said, v.text(frame.get("voicePrompt")))
                if frame.get("last") is not False:
                    found.turns.append(Turn(" ".join(filter(None, said)), role="caller"))
                    said = []
            case "text":
                found.turns.append(Turn(v.text(frame.get("token")), role="agent"))
    if said:
        found.turns.append(Turn(" ".join(filter(None, said)), role="caller"))
    return found


def partial(said: list[str], words: str) -> list[str]:
    """What was said so far, with a partial prompt: some recognisers send only the new words, others all from the beginning."""
    return [words] if said and words.startswith(" ".join(said)) else [*said, words]


_LISTS = ("turns", "messages", "conversation", "dialogue", "utterances", "segments", "transcript", "sentences", "entries", "content")
_WORDS = ("human_transcript", "text", "message", "content", "transcript", "utterance", "sentence", "body", "said")
_WHO = ("speaker_role", "role", "speaker", "from", "participant", "speaker_label", "author", "name", "channel_index", "channel")


def turns(data: Any) -> Transcript | None:
    """Any list of objects with somebody's words in them, alone or under one of the usual names."""
    about = data if isinstance(data, dict) else {}
    lists = [data] if isinstance(data, list) else [about.get(name) for name in _LISTS]
    items = next((found for found in map(v.tables, lists) if any(v.first(item, *_WORDS) for item in found)), [])
    if not items:
        return None
    found = Transcript("turns", [_turn(item) for item in items], v.first(about, "call_id", "callSid", "id", "uuid") or None)
    found.language = v.first(about, "language", "language_code", "lang") or None
    started = next((about[name] for name in ("started", "started_at", "start_time", "datetime", "date") if about.get(name)), None)
    found.started = v.moment(started, found.notes)
    found.ended = v.moment(about.get("ended") or about.get("ended_at"), found.notes)
    found.caller = v.first(about, "caller", "caller_number", "from", "customer_phone") or None
    found.caller_name = v.first(about, "caller_name", "customer_name") or None
    found.agent = v.first(about, "agent", "agent_name", "operator") or None
    return found


def _turn(item: dict[str, Any]) -> Turn:
    who = v.first(item, *_WHO)
    start = _time(
        item, ("start_ms", "offset_ms", "startMs", "start_offset_ms"), ("start", "start_time", "begin", "offset", "start_seconds")
    )
    end = _time(item, ("end_ms", "endMs"), ("end", "end_time", "end_seconds"))
    length = v.milliseconds(item.get("duration_ms"), per_second=1)
    if end is None and start is not None and length is not None:
        end = start + length
    return Turn(v.first(item, *_WORDS), who, role_of(who), start, end, v.score(item.get("confidence")))


def _time(item: dict[str, Any], milliseconds: Iterable[str], seconds: Iterable[str]) -> int | None:
    for names, per_second in ((milliseconds, 1.0), (seconds, 1000.0)):
        for name in names:
            if (found := v.milliseconds(item.get(name), per_second=per_second)) is not None:
                return found
    return None


def _ends_after(found: Transcript, seconds: float | None) -> None:
    if found.started is not None and seconds is not None and 0 < seconds < 86_400:
        found.ended = found.started + timedelta(seconds=seconds)

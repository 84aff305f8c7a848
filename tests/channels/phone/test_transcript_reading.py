"""What a transcript is read as: who is who, what was read back, subtitles that are broken, and any JSON at all."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import _captions
from channels.base import RawMessage, Unreadable
from channels.phone import _places, _plain, _roles, _sniff
from channels.phone._turns import Transcript, Turn
from normalizer.model import InboundMessage
from tests.channels.case_files import RECEIVED
from tests.channels.phone.adapters import calls


def read(content: bytes | str | list[Any] | dict[str, Any]) -> InboundMessage:
    if not isinstance(content, bytes):
        content = content.encode() if isinstance(content, str) else orjson.dumps(content)
    return calls().translate(RawMessage("x", RECEIVED, "application/octet-stream", content))


def roles(*said: tuple[str, str], **about: str) -> list[str]:
    transcript = Transcript("x", [Turn(text, speaker) for speaker, text in said], **about)  # type: ignore[arg-type]  # texts
    _roles.assign(transcript)
    return [turn.role for turn in transcript.turns]


# Who is who
@pytest.mark.parametrize("word", ["AGENT", "Agent 1", "préposée", "Opérateur", "internal", "City staff", "311"])
def test_these_names_are_an_agents(word: str) -> None:
    assert _roles.role_of(word) == "agent"


@pytest.mark.parametrize("word", ["CUSTOMER", "Caller", "citoyenne", "external", "resident (2)", "Client"])
def test_these_names_are_a_callers(word: str) -> None:
    assert _roles.role_of(word) == "caller"


@pytest.mark.parametrize("word", ["", "A", "1", "SPEAKER_00", "Marc Roy", "channel 1"])
def test_these_names_say_nothing(word: str) -> None:
    assert _roles.role_of(word) == "unknown"


def test_the_agent_is_known_by_what_an_agent_says() -> None:
    assert roles(("0", "Hello?"), ("1", "311, how may I help you?"), ("0", "There is a pothole.")) == ["caller", "agent", "caller"]
    assert roles(("A", "Ville de Laval, en quoi puis-je vous aider?"), ("B", "Un arbre est tombé.")) == ["agent", "caller"]
    assert roles(("B", "I want to report a pothole, how can I do that?"), ("A", "What is your address?")) == ["caller", "agent"]


def test_where_nobody_talks_like_an_agent_the_first_one_answered_the_call_and_that_is_noted() -> None:
    message = read([{"speaker": "1", "text": "Yes?"}, {"speaker": "2", "text": "The bridge is icy."}])
    assert message.text == "The bridge is icy."
    assert message.notes == ["who is the agent was guessed: the one who spoke first"]


def test_the_one_who_is_left_is_the_other() -> None:
    assert roles(("Agent", "Hello."), ("Marc Roy", "A pothole.")) == ["agent", "caller"]
    assert roles(("x", "Hello."), ("y", "A pothole."), agent="X") == ["agent", "caller"]
    assert roles(("Citizen", "A pothole."), ("7", "Where?")) == ["caller", "agent"]


def test_where_nobody_is_named_only_an_agents_sentences_are_taken_out() -> None:
    message = read("WEBVTT\n\n00:00.000 --> 00:01.000\n311, how may I help you?\n\n00:01.000 --> 00:02.000\nA dog ran into the street.\n")
    assert message.text == "A dog ran into the street."
    assert message.call is not None
    assert [segment.speaker for segment in message.call.segments] == ["agent", ""]


def test_a_call_of_agents_only_keeps_its_words() -> None:
    assert read([{"role": "agent", "text": "Hello?"}, {"role": "agent", "text": "Nobody there."}]).text == "Nobody there."


def test_answers_that_say_nothing_are_left_to_the_segments_unless_they_are_all_there_is() -> None:
    turns = [
        {"role": "agent", "text": "311."},
        {"role": "caller", "text": "Yes, hello."},
        {"role": "caller", "text": "A pothole. Thank you."},
    ]
    assert read(turns).text == "A pothole. Thank you."
    assert read(turns[:2]).text == "Yes, hello."


def test_a_recogniser_that_is_unsure_throughout_keeps_everything() -> None:
    turns = [{"role": "caller", "text": "A pothole", "confidence": 0.1}, {"role": "caller", "text": "on Elm", "confidence": 0.2}]
    assert read(turns).text == "A pothole\non Elm"
    assert read([*turns, {"role": "caller", "text": "Elm Street", "confidence": 0.9}]).text == "Elm Street"


# What was read back
def back(*said: tuple[str, str]) -> _places.ReadBack | None:
    return _places.read_back([Turn(text, role=role) for role, text in said])  # type: ignore[arg-type]  # "agent" or "caller"


@pytest.mark.parametrize(("agent", "caller", "place"), [
    ("So that is 455 Main Street, correct?", "Yes.", "455 Main Street"),
    ("455 Main Street.", "That's right, by the school.", "455 Main Street"),
    ("C'est bien le 12 rue des Érables?", "Oui, exactement.", "12 rue des Érables"),
    ("Au coin de la rue Rachel et de la rue Saint-Denis, c'est ça?", "C'est ça.", "rue Rachel et de la rue Saint-Denis"),
    ("Is it on Main Street? At 12 Elm Street?", "Yes, 12 Elm Street.", "12 Elm Street"),
])  # fmt: skip
def test_a_place_that_both_agree_on_is_confirmed(agent: str, caller: str, place: str) -> None:
    found = back(("agent", agent), ("caller", caller))
    assert found is not None
    assert (found.place, found.confirmed) == (place, True)


@pytest.mark.parametrize(("agent", "caller"), [
    ("So that is 455 Main Street?", "No, 465."), ("So that is 455 Main Street?", "Yes, no, actually it's Elm Street."),
    ("C'est bien le 12 rue des Érables?", "Non, le 21."),
])  # fmt: skip
def test_a_place_that_the_caller_denies_is_none(agent: str, caller: str) -> None:
    found = back(("agent", agent), ("caller", caller))
    assert found is not None
    assert not found.confirmed


@pytest.mark.parametrize("said", [
    [("agent", "I'll send a crew to 12 Elm Street. Is there anything else?"), ("caller", "Yes, my bin.")],
    [("agent", "We are at 12 Elm Street."), ("caller", "My car is broken.")],
    [("caller", "12 Elm Street"), ("caller", "Yes.")],
    [("agent", "12 Elm Street?"), ("agent", "Hello?")],
    [("agent", "12 Elm Street?")],
    [],
])  # fmt: skip
def test_these_are_no_answers_to_a_read_back(said: list[tuple[str, str]]) -> None:
    assert back(*said) is None


def test_the_last_word_counts_and_a_number_more_than_a_street() -> None:
    said = [("agent", "12 Elm Street?"), ("caller", "No, 21."), ("agent", "21 Elm Street?"), ("caller", "Yes.")]
    found = back(*said, ("agent", "On Elm Street."), ("caller", "Yes."))
    assert found is not None
    assert (found.place, found.confirmed) == ("21 Elm Street", True)


# Subtitles
def test_subtitles_that_roll_up_are_said_once() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\nthere is\n\n00:02.000 --> 00:03.000\nthere is\na pothole\n\n"
    text += "00:03.000 --> 00:04.000\na pothole\non Elm\n"
    assert [cue.text for cue in _captions.cues(text)] == ["there is", "a pothole", "on Elm"]


def test_a_time_that_is_none_keeps_its_words() -> None:
    assert _captions.cues("WEBVTT\n\n00:00:07.000 --> 00:00:1d.890\nA pothole\n") == [(None, None, "", "A pothole")]


def test_two_voices_in_one_cue_are_two_turns() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:05.000\n<v Anna>Hello\nthere</v>\n<v Bob>A pothole\n"
    assert [(cue.speaker, cue.text) for cue in _captions.cues(text)] == [("Anna", "Hello there"), ("Bob", "A pothole")]


@given(st.text(alphabet=st.sampled_from("0123456789:.,-> \nAa<v>/&;WEBVTT"), max_size=200))
def test_any_text_is_subtitles_or_none(text: str) -> None:
    for cue in _captions.cues(text):
        assert cue.text
        assert "\n" not in cue.text


# Plain text
@pytest.mark.parametrize("text", [
    "Dear all,\nnote: the budget is done.\n", "One: two", "http://example.org: a\nhttp://example.net: b", "", "12:30: lunch\n13:00: talk",
])  # fmt: skip
def test_a_text_that_is_no_conversation(text: str) -> None:
    assert _plain.read(text) is None


def test_a_conversation_with_times() -> None:
    found = _plain.read("[00:00:01] Agent: Hello\n[00:00:05] Caller : Un trou\ndans la rue\n")
    assert found is not None
    assert [(turn.speaker, turn.text, turn.start_ms) for turn in found.turns] == [
        ("Agent", "Hello", 1000),
        ("Caller", "Un trou dans la rue", 5000),
    ]


# vCons of both kinds
def test_a_vcon_of_texts_has_a_turn_for_each() -> None:
    dialog = [{"type": "text", "start": "2026-11-23T15:00:00Z", "parties": [1, 0], "originator": 1, "body": "A pothole on Elm Street."}]
    message = read(
        {"vcon": "0.3.0", "uuid": "u", "parties": [{"tel": "+16135550100", "role": "agent"}, {"tel": "+16135550142"}], "dialog": dialog}
    )
    assert message.text == "A pothole on Elm Street."


@pytest.mark.parametrize("content", [
    {"vcon": "0.3.0"}, {"vcon": "0.3.0", "analysis": [{"type": "transcript", "body": {"vcon": "0.3.0", "analysis": []}}]},
    {"vcon": "0.3.0", "parties": 7, "dialog": [7], "analysis": [7]}, {"payload": "x", "signatures": []}, {}, [], [[]], 7, "x", None,
    {"segments": []}, {"transcripts": []}, {"Transcript": "x", "JobStatus": "FAILED"}, {"results": {"channels": [{}]}},
])  # fmt: skip
def test_what_has_no_words_is_unreadable(content: Any) -> None:
    with pytest.raises(Unreadable):
        read(orjson.dumps(content))


def test_the_shapes_hold_values_of_the_wrong_kind() -> None:
    message = read(
        {"metadata": 7, "results": {"channels": [{"alternatives": [{"words": [{"word": "pothole", "start": "x", "end": 1e30}]}]}]}}
    )
    assert message.text == "pothole"


NAMES = st.sampled_from(
    "segments text start end speaker transcription offsets from to results channels utterances alternatives words word transcript metadata "
    "request_id Transcript Participants Content ParticipantId conversationId transcripts phrases startTimeMs duration vcon parties dialog "
    "analysis body type uuid role tel sentences media_channel id status audio_url turns message frames prompt voicePrompt last".split()
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**18), 10**18)
    | st.text(max_size=12) | st.sampled_from(["transcript", "setup", "prompt", "text", "agent", "x"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=25,
)  # fmt: skip


@given(ANYTHING)
def test_any_json_is_read_or_unreadable(data: Any) -> None:
    try:
        content = orjson.dumps(data)
    except TypeError:  # a lone surrogate
        return
    try:
        message = read(content)
    except Unreadable:
        return
    assert message.text
    assert InboundMessage.model_validate_json(message.model_dump_json()) == message


def test_a_day_of_talking_is_read_up_to_its_bound() -> None:
    found = _sniff.read(orjson.dumps([{"role": "caller", "text": "a pothole"}] * 30_000))
    assert len(found.turns) == 20_000

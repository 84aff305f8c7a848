"""The answers of the spoken intake in TwiML, made by Twilio's own library: what is said, what is listened for, what comes next.

Source: twilio.com/docs/voice/twiml/gather (``actionOnEmptyResult``: silence is answered too; ``profanityFilter`` is off, since the
resident's words are kept as they are), …/dial, …/record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from channels.phone._flow import SERVICE_KEYS, State
from channels.phone._script import LOCALES, SAYS
from channels.phone._words import DANGER

if TYPE_CHECKING:
    from twilio.twiml.voice_response import VoiceResponse  # type: ignore[import-untyped]  # the library has no types


_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot have (§2.2)."""


def _sayable(text: str) -> str:
    return _NO_XML.sub(" ", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """What every answer is made with. ``address`` makes the address of a route below the channel's, from its name and query.

    ``hints`` are the recogniser's by language, ``services`` the names behind the service keys by language.
    """

    address: Callable[[str, str], str]
    languages: Sequence[str] = ("en", "fr")
    hints: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, Sequence[str]] = field(default_factory=dict)
    greeting: Mapping[str, str] = field(default_factory=dict)
    voices: Mapping[str, str] = field(default_factory=dict)
    agent_number: str | None = None
    emergency_number: str | None = None
    recording: bool = False
    speech_timeout: int = 3
    speech_model: str | None = None


class Script:
    """One answer in the making. Each method adds what is said or done, in order."""

    def __init__(self, studio: Studio) -> None:
        from twilio.twiml.voice_response import VoiceResponse

        self._studio = studio
        self._response: VoiceResponse = VoiceResponse()

    def answer(self) -> web.Response:
        """The TwiML document."""
        return web.Response(text=str(self._response), content_type="text/xml")

    def say(self, lang: str, *names: str, **values: str) -> Script:
        """Say sentences of the script."""
        text = _sayable(" ".join(SAYS[lang][name].format(**values) for name in names))
        self._response.say(text, **self._voice(lang))
        return self

    def greet(self, lang: str) -> Script:
        """Answer the telephone: who speaks, the other language, 911, and the first question."""
        studio = self._studio
        words = [studio.greeting.get(lang) or SAYS[lang]["greeting"]]
        words += [SAYS[lang]["recorded"]] if studio.recording else []
        parts = [(lang, " ".join(words))]
        parts += [(other, SAYS[other]["other"]) for other in studio.languages if other != lang]
        parts.append((lang, SAYS[lang]["danger_first"]))
        self._gather(State(lang=lang), [*parts, (lang, self._question(State(lang=lang)))])
        return self

    def ask(self, state: State, *before: str, **values: str) -> Script:
        """Ask the question of a state; ``before`` are sentences said first."""
        words = [SAYS[state.lang][name].format(**values) for name in before]
        self._gather(state, [(state.lang, " ".join([*words, self._question(state)]))])
        return self

    def hand_over(self, state: State, *before: str) -> Script:
        """Call the agents; what comes of it is told to ``/voice/dialled``."""
        studio = self._studio
        assert studio.agent_number is not None  # noqa: S101  whoever asks has looked
        self.say(state.lang, *before, "handing")
        options: dict[str, Any] = {"record": "record-from-answer-dual"} if studio.recording else {}
        dialled = State(state.step, state.lang, state.turn, state.tries, state.dials + 1, state.ref)
        self._response.dial(
            studio.agent_number, action=studio.address("/voice/dialled", dialled.query()), method="POST", timeout=25, **options
        )
        return self

    def warn(self, lang: str) -> Script:
        """What a caller who speaks of danger must hear before anything else."""
        self._response.say(DANGER[lang], **self._voice(lang))
        return self

    def dial_emergency(self, lang: str) -> Script:
        """Call the emergency services; what comes after it is heard when that call ends."""
        self.say(lang, "connecting_danger")
        self._response.dial(self._studio.emergency_number)
        return self

    def record(self, state: State, *before: str) -> Script:
        """Take a spoken message down; an empty one ends the call."""
        self.say(state.lang, *before, "message")
        self._response.record(
            action=self._studio.address("/voice/message", state.query()), method="POST", max_length=120, timeout=6, finish_on_key="#",
            play_beep=True, trim="trim-silence",
        )  # fmt: skip
        return self.hang_up(state.lang, "call_again")

    def hang_up(self, lang: str, *names: str, **values: str) -> Script:
        """Say the last sentences and end the call."""
        if names:
            self.say(lang, *names, **values)
        self._response.hangup()
        return self

    def _question(self, state: State) -> str:
        says = SAYS[state.lang]
        words = [says[f"{state.step}_again" if state.tries else state.step]]
        if state.step == "problem":
            if state.tries:
                names = self._studio.services.get(state.lang, ())
                words += [says["key"].format(service=name, key=key) for name, key in zip(names, SERVICE_KEYS, strict=False)]
            if self._studio.agent_number is not None:
                words.append(says["agent"])
        return " ".join(words)

    def _gather(self, state: State, parts: Sequence[tuple[str, str]]) -> None:
        studio = self._studio
        options: dict[str, Any] = {"hints": _sayable(studio.hints[state.lang])} if studio.hints.get(state.lang) else {}
        if studio.speech_model:
            options["speech_model"] = studio.speech_model
        gather = self._response.gather(
            input="dtmf speech", language=LOCALES[state.lang], num_digits=1, finish_on_key="", timeout=6, method="POST",
            speech_timeout=str(studio.speech_timeout), action=studio.address("/voice/turn", state.query()), action_on_empty_result=True,
            profanity_filter=False, **options,
        )  # fmt: skip
        for lang, text in parts:
            gather.say(_sayable(text), **self._voice(lang))

    def _voice(self, lang: str) -> dict[str, str]:
        found = {"language": LOCALES[lang]}
        if voice := self._studio.voices.get(lang):
            found["voice"] = voice
        return found

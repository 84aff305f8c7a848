"""The course of a spoken intake: what a turn means, and where the call stands. Pure; the state travels in the signed address.

::

    answer ──▶ problem ──▶ where ──▶ back ──▶ goodbye
                 │ twice nothing      │ twice nothing: on to the next
                 └─▶ a person, a recorded message, or goodbye
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

from channels.phone import _call_form, _script
from channels.phone._words import speaks_of_danger

if TYPE_CHECKING:
    from multidict import MultiDict

Step = Literal["problem", "where", "back"]
STEPS: tuple[Step, ...] = ("problem", "where", "back")
MAX_TRIES = 2
"""How often a question is asked again."""
MAX_DIALS = 2
SERVICE_KEYS = "13456"
"""Keys that stand for services: 0 is a person, 2 the other language, 9 an unknown place."""
_UNSURE = 0.35
"""Confidence below which the question is asked once more; what was heard is kept all the same."""
_MAX_TURNS = 60


@dataclass(frozen=True, slots=True)
class State:
    """Where a call stands: the question that was asked, in which language, how often, as which turn.

    ``ref`` is the intake id of the first turn that said something; ``dials`` counts the tries to reach a person.
    """

    step: Step = "problem"
    lang: str = "en"
    turn: int = 1
    tries: int = 0
    dials: int = 0
    ref: str = ""

    def query(self) -> str:
        """The state as the query of an address."""
        return urlencode(
            {"step": self.step, "lang": self.lang, "turn": self.turn, "tries": self.tries, "dials": self.dials, "ref": self.ref}
        )

    @classmethod
    def of(cls, query: Mapping[str, str]) -> State:
        """The state in an address that we gave. Raises ValueError for any other."""
        step, lang, ref = query["step"], query["lang"], query["ref"]
        turn, tries, dials = int(query["turn"]), int(query["tries"]), int(query["dials"])
        if step not in STEPS or lang not in _script.SAYS or not 1 <= turn <= _MAX_TURNS or len(ref) > 100:
            raise ValueError("not a state")
        return cls(step, lang, turn, min(max(tries, 0), 9), min(max(dials, 0), 9), ref)

    def asking(self, step: Step, **changes: object) -> State:
        """The state in which the next question is asked."""
        return replace(self, step=step, turn=self.turn + 1, tries=0, **changes)  # type: ignore[arg-type]  # fields of this class

    def again(self) -> State:
        """The state in which the same question is asked again."""
        return replace(self, turn=self.turn + 1, tries=self.tries + 1)


Kind = Literal["silence", "agent", "language", "repeat", "skip", "said", "key"]
CONTROL: frozenset[Kind] = frozenset({"agent", "language", "repeat", "skip"})
"""Turns that steer the call and say nothing of the matter."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn means. ``value`` is the language, the service's code or the preference that a key stands for."""

    kind: Kind
    value: str = ""
    danger: bool = False
    unsure: bool = False


def understand(state: State, params: MultiDict[str], languages: Sequence[str], services: Sequence[str]) -> Turn:
    """What the caller did: a key, words, or nothing. ``services`` are the codes behind :data:`SERVICE_KEYS`."""
    said, digits = _call_form.said(params), params.get("Digits", "").strip()
    if digits:
        return _pressed(state, digits, languages, services)
    if not said:
        return Turn("silence")
    if speaks_of_danger(said):
        return Turn("said", danger=True)
    if _script.asks_for_agent(said):
        return Turn("agent")
    wanted = _script.asks_for_language(said)
    if wanted is not None and wanted in languages and state.step == "problem":
        return Turn("language", wanted)
    if state.step == "where" and _script.does_not_know(said):
        return Turn("skip")
    if state.step == "back":
        found = _script.preference(said)
        return Turn("said", found or "", unsure=found is None)
    sure = _call_form.confidence(params)
    return Turn("said", unsure=sure is not None and sure < _UNSURE and state.tries == 0)


def _pressed(state: State, digits: str, languages: Sequence[str], services: Sequence[str]) -> Turn:
    key = digits[0]
    if key == "0":
        return Turn("agent")
    match state.step:
        case "problem":
            if key == "2" and len(languages) > 1:
                return Turn("language", next(language for language in languages if language != state.lang))
            at = SERVICE_KEYS.find(key)
            return Turn("key", services[at]) if 0 <= at < len(services) else Turn("silence")
        case "where":
            return Turn("skip") if key == "9" else Turn("silence")
        case "back":
            if key == "*":
                return Turn("repeat")
            preference = {"1": "sms", "2": "phone", "3": "none"}.get(key)
            return Turn("key", preference) if preference else Turn("silence")

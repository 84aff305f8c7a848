"""The requests of Twilio during a call, each answered with what the caller hears next.

The order is the same for all: verify, make durable, go on. A turn that cannot be stored is tried again for some seconds; then the caller is
told so and connected with a person, or asked to call again. He is never left with Twilio's own "an application error has occurred".
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from channels._webhook import Forged, now, receive
from channels.base import Accept, Permanent, RawMessage, Receipt, WebhookContext
from channels.phone import _call_form, _flow, _script
from channels.phone._flow import MAX_TRIES, State, Turn
from channels.phone._twiml import Script, Studio
from channels.phone._voice_settings import Settings

if TYPE_CHECKING:
    from multidict import MultiDict

CONTENT_TYPE = "application/x-www-form-urlencoded"
_NOTHING = "application/x-nothing-said"
"""Marks a request in which the caller said nothing: there is nothing to keep."""

_LONG = 40
"""Turns after which a call is ended."""
_STORE_SECONDS = 4.0
"""How long storing a turn may take beyond what the settings allow for trying again."""
_NUMBER_SECONDS = 2.0
"""How long a caller waits for the number of his request."""

_log = structlog.get_logger(__name__)

Read = Callable[["MultiDict[str]", dict[str, str]], tuple[str, dict[str, str]] | None]
"""From the fields and the envelope to the key and the envelope of what is stored; None where nothing was said."""
GoOn = Callable[["MultiDict[str]", Receipt | None], Awaitable[Script]]
"""What the caller hears next; None stands for what could not be stored."""


class Line:
    """The city's number, with the inbox behind it. ``believe`` verifies a request and gives its fields and envelope."""

    def __init__(
        self,
        channel_id: str,
        settings: Settings,
        accept: Accept,
        context: WebhookContext,
        base: str,
        believe: Callable[[web.Request, str, bytes], tuple[MultiDict[str], dict[str, str]]],
    ) -> None:
        self._settings, self._accept, self._context, self._believe, self._base = settings, accept, context, believe, base
        self._path = f"{base}/channels/{channel_id}"
        counsel = context.counsel
        spoken = [language for language in (counsel.languages if counsel is not None else ("en", "fr")) if language in _script.SAYS]
        self._languages: Sequence[str] = settings.languages or spoken or ("en", "fr")
        self._services = self._keyed()
        self._studio = self._furnish()

    # What Twilio asks

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Somebody calls. Nothing is stored: nothing was said."""

        async def go_on(_params: MultiDict[str], _receipt: Receipt | None) -> Script:
            return Script(self._studio).greet(self._languages[0])

        return await self._serve(request, lambda _params, _envelope: None, go_on)

    async def turn(self, request: web.Request) -> web.StreamResponse:
        """Somebody answered a question, or did not."""
        codes = [code for code, _names in self._services]

        def understood(params: MultiDict[str]) -> Turn:
            return _flow.understand(_state(request), params, self._languages, codes)

        def read(params: MultiDict[str], envelope: dict[str, str]) -> tuple[str, dict[str, str]] | None:
            state, turn = _state(request), understood(params)
            if turn.kind == "silence":
                return None
            nobody = turn.kind == "agent" and not self._can_hand_over(state)
            about = {"kind": "dialled" if nobody else "turn", "meaning": turn.kind, "value": turn.value}
            if turn.danger:
                about["danger"] = "words"
            if turn.kind == "key" and state.step == "problem":
                about["service_name"] = dict(self._services)[turn.value].get(state.lang, turn.value)
            return f"{params['CallSid']}/{state.turn}", envelope | _about(state) | about

        async def go_on(params: MultiDict[str], receipt: Receipt | None) -> Script:
            return await self._next(_state(request), understood(params), params, receipt)

        return await self._serve(request, read, go_on)

    async def dialled(self, request: web.Request) -> web.StreamResponse:
        """A hand-over ended: somebody spoke with the caller, or nobody took the call."""

        def taken(params: MultiDict[str]) -> bool:
            return params.get("DialCallStatus") in ("completed", "answered")

        def read(params: MultiDict[str], envelope: dict[str, str]) -> tuple[str, dict[str, str]] | None:
            state = _state(request)
            if taken(params):
                return None
            return f"{params['CallSid']}/dialled-{state.dials}", envelope | _about(state) | {"kind": "dialled"}

        async def go_on(params: MultiDict[str], receipt: Receipt | None) -> Script:
            state, script = _state(request), Script(self._studio)
            if taken(params):
                return script.hang_up(state.lang)
            if receipt is None:
                return script.hang_up(state.lang, "nobody_withheld", "call_again")
            return self._nobody(state, params, receipt)

        return await self._serve(request, read, go_on)

    async def message(self, request: web.Request) -> web.StreamResponse:
        """Somebody left a recorded message."""

        def read(params: MultiDict[str], envelope: dict[str, str]) -> tuple[str, dict[str, str]] | None:
            if not params.get("RecordingSid"):
                return None
            return f"{params['CallSid']}/{params['RecordingSid'][:40]}", envelope | _about(_state(request)) | {"kind": "message"}

        async def go_on(_params: MultiDict[str], receipt: Receipt | None) -> Script:
            lang = _state(request).lang
            return Script(self._studio).hang_up(lang, *(("not_saved", "call_again") if receipt is None else ("done",)))

        return await self._serve(request, read, go_on)

    async def status(self, request: web.Request) -> web.StreamResponse:
        """The call ended: kept, and no request. Answered with a bare status, since nobody is on the line."""

        def read(body: bytes) -> RawMessage:
            params, envelope = self._believe(request, self._base, body)
            state = params["CallStatus"]
            if not re.fullmatch(r"[a-z-]{1,20}", state):
                raise Forged("not_a_status")
            return RawMessage(f"{params['CallSid']}/status-{state}", now(), CONTENT_TYPE, body, envelope | {"kind": "status"})

        return await receive(request, self._accept, self._context, read=read, acknowledge=lambda _receipt: web.Response(status=204))

    # What comes next

    async def _next(self, state: State, turn: Turn, params: MultiDict[str], receipt: Receipt | None) -> Script:
        script = Script(self._studio)
        if turn.danger:
            script.warn(state.lang)
        if receipt is None:
            return self._not_saved(state, script, danger=turn.danger)
        if turn.danger and self._settings.emergency_number is not None:
            script.dial_emergency(state.lang)
        if state.turn >= _LONG:
            return await self._goodbye(state, script)
        said_something = turn.kind in ("said", "key") or (turn.kind == "agent" and not self._can_hand_over(state))
        if said_something and not state.ref:
            state = replace(state, ref=receipt.intake_id)
        match turn.kind:
            case "silence":
                return await self._silence(state, script, params)
            case "agent":
                return script.hand_over(state) if self._can_hand_over(state) else self._nobody(state, params, receipt)
            case "language":
                return script.ask(state.asking("problem", lang=turn.value))
            case "repeat":
                return script.ask(state.asking("where"))
            case _ if turn.unsure and not turn.danger and state.tries < MAX_TRIES:
                return script.ask(state.again(), "unclear")
        heard = _call_form.said(params) if state.step == "where" and turn.kind == "said" else ""
        return await self._onward(state, script, params, heard)

    async def _onward(self, state: State, script: Script, params: MultiDict[str], heard: str = "") -> Script:
        """The next question, or goodbye."""
        if state.step == "problem":
            return script.ask(state.asking("where"), "noted")
        if state.step == "where" and _call_form.caller(params) is not None:
            return script.ask(state.asking("back"), *(("heard",) if heard else ()), said=heard[:200])
        return await self._goodbye(state, script)

    async def _silence(self, state: State, script: Script, params: MultiDict[str]) -> Script:
        if state.tries < MAX_TRIES:
            return script.ask(state.again())
        if state.step != "problem" or state.ref:
            return await self._onward(state, script, params)
        if self._can_hand_over(state):
            return script.hand_over(state, "not_understood")
        if self._settings.recording:
            return script.record(state, "not_understood")
        return script.hang_up(state.lang, "not_understood", "call_again")

    def _nobody(self, state: State, params: MultiDict[str], receipt: Receipt) -> Script:
        """A person was asked for and there was none: what can be noted is noted."""
        words = "nobody" if _call_form.caller(params) else "nobody_withheld"
        if state.ref and state.ref != receipt.intake_id:
            return Script(self._studio).hang_up(state.lang, words, "done")
        return Script(self._studio).ask(state.asking("problem", ref=receipt.intake_id), words)

    def _not_saved(self, state: State, script: Script, *, danger: bool) -> Script:
        if danger and self._settings.emergency_number is not None:
            script.dial_emergency(state.lang)
        if self._can_hand_over(state):
            return script.hand_over(state, "not_saved")
        return script.hang_up(state.lang, "not_saved", "call_again")

    async def _goodbye(self, state: State, script: Script) -> Script:
        number = await self._number(state.ref)
        if number:
            script.say(state.lang, "number", number=_script.spelled(number))
        return script.hang_up(state.lang, "done")

    async def _number(self, intake_id: str) -> str | None:
        """The number of the request that the call has become, where it has one by now."""
        if not intake_id or self._context.counsel is None:
            return None
        try:
            async with asyncio.timeout(_NUMBER_SECONDS):
                became = await self._context.counsel.became(intake_id)
        except Exception as error:  # noqa: BLE001  a number is a courtesy: without it the call ends all the same
            _log.warning("call_number_unknown", error=type(error).__name__)
            return None
        return became.service_request_ids[0] if became is not None and became.service_request_ids else None

    def _can_hand_over(self, state: State) -> bool:
        return self._settings.agent_number is not None and state.dials < _flow.MAX_DIALS

    # The order

    async def _serve(self, request: web.Request, read: Read, go_on: GoOn) -> web.StreamResponse:
        fields: list[MultiDict[str]] = []
        kept: list[Receipt | None] = []

        def understood(body: bytes) -> RawMessage:
            params, envelope = self._believe(request, self._base, body)
            fields.append(params)
            found = read(params, envelope)
            if found is None:
                return RawMessage("", now(), _NOTHING)
            return RawMessage(found[0], now(), CONTENT_TYPE, body, found[1])

        async def keep(raw: RawMessage, /) -> Receipt:
            receipt = Receipt("") if raw.content_type == _NOTHING else await self._stored(raw)
            kept.append(receipt)
            return receipt or Receipt("")

        answer = await receive(request, keep, self._context, read=understood, acknowledge=lambda _receipt: web.Response())
        if answer.status != 200:
            return answer
        try:
            return (await go_on(fields[0], kept[0])).answer()
        except Exception as error:  # noqa: BLE001  what was said is stored; the caller must hear something
            _log.error("call_failed", path=request.path, error=type(error).__name__, exc_info=True)
            return Script(self._studio).hang_up(self._languages[0], "call_again").answer()

    async def _stored(self, raw: RawMessage) -> Receipt | None:
        """Store a turn, trying again for as long as the caller can be kept waiting; None where it could not be stored."""
        patience = 0.0 if "danger" in raw.envelope else self._settings.patience
        waited, pause = 0.0, 0.5
        try:
            async with asyncio.timeout(patience + _STORE_SECONDS):
                while True:
                    try:
                        return await self._accept(raw)
                    except Permanent:
                        return None
                    except Exception as error:  # noqa: BLE001  whatever it was, the caller must hear something
                        _log.warning("turn_not_stored", source_id=raw.source_id, error=type(error).__name__)
                    if waited + pause > patience:
                        return None
                    await asyncio.sleep(pause)
                    waited, pause = waited + pause, min(2 * pause, 2.0)
        except TimeoutError:
            return None

    # What it is made with

    def _keyed(self) -> list[tuple[str, Mapping[str, str]]]:
        """The services that have a key: their codes, and their names by language."""
        counsel = self._context.counsel
        if counsel is None:
            return []
        names: dict[str, Mapping[str, str]] = {}
        for language in self._languages:
            for offer in counsel.offers(language):
                names[offer.service_code] = {**names.get(offer.service_code, {}), language: offer.service_name}
        codes = self._settings.keypad or list(names)
        return [(code, names[code]) for code in codes if code in names][: len(_flow.SERVICE_KEYS)]

    def _furnish(self) -> Studio:
        counsel, settings = self._context.counsel, self._settings
        hints: dict[str, str] = {}
        for language in self._languages:
            words = ["français"] if language == "en" and "fr" in self._languages else ["English"] if "en" in self._languages else []
            for offer in counsel.offers(language) if counsel is not None else ():
                words += [offer.service_name, *offer.keywords]
            hints[language] = _script.hints(words)
        return Studio(
            address=lambda below, query: f"{self._path}{below}?{query}",
            languages=self._languages,
            hints=hints,
            services={language: [names.get(language, code) for code, names in self._services] for language in self._languages},
            greeting=settings.greeting,  # type: ignore[arg-type]  # its keys are among the languages
            voices=settings.voices,  # type: ignore[arg-type]  # as above
            agent_number=settings.agent_number,
            emergency_number=settings.emergency_number,
            recording=settings.recording,
            speech_timeout=settings.speech_timeout,
            speech_model=settings.speech_model,
        )


def _state(request: web.Request) -> State:
    """The state in the address, which Twilio signed. Raises Forged for one that we did not give."""
    try:
        return State.of(request.query)
    except (KeyError, ValueError):
        raise Forged("not_a_turn") from None


def _about(state: State) -> dict[str, str]:
    return {"step": state.step, "lang": state.lang, "turn": str(state.turn)}

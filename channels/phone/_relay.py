"""A ConversationRelay: Twilio (or Telnyx) writes down what the caller says, sends it over a WebSocket, and speaks our answers.

Each thing that the caller says is made durable before it is answered. The answers are fixed sentences; there is no model behind them.
Where the store is down the session is ended with ``handoffData``, so that the TwiML behind ``<Connect action="…">`` goes on: to an agent.

Source: twilio.com/docs/voice/conversationrelay/websocket-messages.
"""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import structlog
from aiohttp import WSMsgType, web

from channels._webhook import now
from channels.base import Accept, ChannelError, RawMessage
from channels.phone import _values as v
from channels.phone._shapes import partial
from channels.phone._words import DANGER, speaks_of_danger

_MAX_FRAME = 64 * 1024
_MAX_TURNS = 200
_THANKS = {
    "en": "Thank you, I noted that. If there is more, say it now. Otherwise you can hang up.",
    "fr": "Merci, c'est noté. S'il y a autre chose, dites-le maintenant. Sinon, vous pouvez raccrocher.",
}
_SORRY = {
    "en": "I am sorry, I could not note that. Please hold.",
    "fr": "Je suis désolée, je n'ai pas pu le noter. Veuillez patienter.",
}
_log = structlog.get_logger(__name__)


async def talk(request: web.Request, accept: Accept) -> web.StreamResponse:
    """Serve one session whose handshake was believed, until the caller hangs up."""
    socket = web.WebSocketResponse(max_msg_size=_MAX_FRAME, heartbeat=30.0)
    await socket.prepare(request)
    setup: dict[str, Any] = {}
    said: list[str] = []
    turns = 0
    async for frame in socket:
        data = _object(frame.data) if frame.type is WSMsgType.TEXT else {}
        kind = v.first(data, "type")
        if kind == "setup" and not setup:
            setup = data | {"started": now().isoformat()}
        elif kind == "prompt":
            said = partial(said, v.text(data.get("voicePrompt")))
            if data.get("last") is False:
                continue
            turns += 1
            words, said = " ".join(filter(None, said)), []
            if not words:
                continue
            raw = _raw(request, setup, data | {"voicePrompt": words, "last": True}, turns)
            if not await _stored(accept, raw):
                await _end(socket, _SORRY[_language(data)], "not_stored")
                break
            await _say(socket, _answer(words, data), data)
            if turns >= _MAX_TURNS:
                await _end(socket, "", "too_long")
                break
    await socket.close()
    return socket


def _raw(request: web.Request, setup: dict[str, Any], prompt: dict[str, Any], turn: int) -> RawMessage:
    session = v.first(setup, "sessionId") or f"{request.remote}:{id(request)}"
    content = orjson.dumps({"frames": [setup, prompt], "turn": turn})
    envelope = {"signature": "pass", "remote_ip": request.remote or ""}
    return RawMessage(f"relay:{session[:200]}/{turn}", now(), "application/json", content, envelope)


async def _stored(accept: Accept, raw: RawMessage) -> bool:
    try:
        await accept(raw)
    except asyncio.CancelledError:
        raise
    except ChannelError:
        return False
    except Exception as error:  # noqa: BLE001  what we do not understand is told the caller like a store that is down
        _log.error("relay_failed", error=type(error).__name__, exc_info=True)
        return False
    return True


def _answer(words: str, prompt: dict[str, Any]) -> str:
    language = _language(prompt)
    return f"{DANGER[language]} {_THANKS[language]}" if speaks_of_danger(words) else _THANKS[language]


def _language(prompt: dict[str, Any]) -> str:
    return "fr" if v.first(prompt, "lang").lower().startswith("fr") else "en"


async def _say(socket: web.WebSocketResponse, words: str, prompt: dict[str, Any]) -> None:
    frame: dict[str, Any] = {"type": "text", "token": words, "last": True}
    if language := v.first(prompt, "lang"):
        frame["lang"] = language
    await _send(socket, frame)


async def _end(socket: web.WebSocketResponse, words: str, reason: str) -> None:
    if words:
        await _send(socket, {"type": "text", "token": words, "last": True})
    await _send(socket, {"type": "end", "handoffData": orjson.dumps({"reason": reason}).decode()})


async def _send(socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
    try:
        await socket.send_str(orjson.dumps(frame).decode())
    except (ConnectionError, RuntimeError):  # the caller hung up: what was said is stored
        return


def _object(text: Any) -> dict[str, Any]:
    try:
        return v.table(orjson.loads(text))
    except orjson.JSONDecodeError:
        return {}

"""Sessions in files: what a client says and what it is answered, word for word.

Each line of ``traces/<what it shows>.trace`` is one of

``# …``            the story
``[key] value``    a setting, as TOML
``C: …``           the client sends this and CRLF
``R: …``           the client sends exactly this; ``\\r``, ``\\n``, ``\\xff`` are escapes; ``R*n: …`` n times
``F: …``           the client sends a file of ``mails/`` as content, dots doubled, without the final dot
``H:``             the client closes its side
``S: …``           the reply begins with this (its lines joined by `` / ``)
``S: EOF``         the server closes
``= n``            so many messages are stored by now
``= name value``   the last stored message has this: an envelope key, ``source_id``, ``held``, ``content`` (escaped)
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tests.channels.email.smtp.support import Client, Server

FOLDER = Path(__file__).parent / "traces"
MAILS = Path(__file__).parent / "mails"


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.trace"))


def load(name: str) -> tuple[dict[str, Any], list[str]]:
    """The settings and the steps of a trace."""
    settings: dict[str, Any] = {}
    steps = []
    for line in (FOLDER / f"{name}.trace").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            key, _, value = line[1:].partition("]")
            settings |= tomllib.loads(f"{key} = {value}")
        elif line and not line.startswith("#"):
            steps.append(line)
    return settings, steps


def unescape(text: str) -> bytes:
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1")


def mail(name: str) -> bytes:
    """A file of ``mails/`` as it goes over the wire."""
    content = (MAILS / name).read_bytes()
    assert b"\n" not in content.replace(b"\r\n", b""), f"{name} has bare line feeds"
    return content.replace(b"\r\n.", b"\r\n..")


async def play(client: Client, server: Server, steps: list[str]) -> None:
    for step in steps:
        mark, _, text = step.partition(" ")
        where = f"at {step!r}"
        if mark == "C:":
            client.send(text.encode() + b"\r\n")
        elif mark.startswith("R"):
            client.send(unescape(text) * int(mark.rstrip(":").partition("*")[2] or "1"))
        elif mark == "F:":
            client.send(mail(text))
        elif mark == "H:":
            client.half_close()
        elif step == "S: EOF":
            assert await client.ended(), where
        elif mark == "S:":
            reply = (await client.reply()).replace("\n", " / ")
            assert reply.startswith(text), f"{where}: {reply!r}"
        else:
            assert mark == "=", where
            _expect(server, text, where)


def _expect(server: Server, text: str, where: str) -> None:
    messages = server.store.messages
    name, _, value = text.partition(" ")
    if name.isdigit():
        assert len(messages) == int(name), where
        return
    last = messages[-1]
    if name == "content":
        assert last.content == unescape(value), f"{where}: {last.content!r}"
    elif name in {"source_id", "held"}:
        assert getattr(last, name) == value, where
    else:
        assert last.envelope.get(name, "") == value, f"{where}: {last.envelope}"

"""The operator's page on forwarding is read by tests: its examples work."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from gateway.sinks.base import Attempt
from tests.gateway.sinks.cases import a_request
from tests.gateway.sinks.test_webhook import SECRET, posting

PAGE = (Path(__file__).parents[3] / "docs" / "forwarding.md").read_text()
TOML = re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
PYTHON = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("text", TOML)
def test_every_sink_in_the_examples_can_be_built(text: str) -> None:
    for sink_id, table in tomllib.loads(text).get("sinks", {}).items():
        module = import_module(f"gateway.sinks.{table['type']}")
        module.build(sink_id, module.Settings.model_validate(table))


async def test_the_receivers_example_tells_genuine_from_forged() -> None:
    seen: list[tuple[dict[str, str], bytes]] = []

    async def keep(peer: Any, request: Any, key: str) -> Any:
        from aiohttp import web

        seen.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        return web.Response()

    async with posting(keep) as (_, sink):
        await sink.deliver(a_request(), Attempt("01JD-1-created-hook"))
    space: dict[str, Any] = {}
    exec(PYTHON[0], space)
    headers, body = seen[0]
    assert space["is_genuine"](headers, body, SECRET)
    assert not space["is_genuine"](headers, body + b" ", SECRET)
    assert not space["is_genuine"]({**headers, "webhook-timestamp": "1"}, body, SECRET)
    assert not space["is_genuine"]({**headers, "webhook-id": "other"}, body, SECRET)


@pytest.mark.parametrize("kind", ["webhook", "open311", "jsonl"])
def test_every_kind_has_its_chapter(kind: str) -> None:
    assert f"## `{kind}`" in PAGE

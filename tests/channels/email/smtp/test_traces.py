"""Sessions word for word: each file of ``traces/`` is played against a listener."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.channels.email.smtp import traces
from tests.channels.email.smtp.support import connected, serving


@pytest.mark.parametrize("name", traces.names())
async def test_trace(name: str, tmp_path: Path) -> None:
    settings, steps = traces.load(name)
    async with serving(tmp_path, **settings) as server, connected(server, greeted=False) as client:
        await traces.play(client, server, steps)
        assert not server.spools

"""Reads the PROXY protocol's header, by which a front proxy tells whose connection it passes on.

Only a proxy in a trusted network is listened to (the caller sees to it). The parsing is aiosmtpd's.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiosmtpd.proxy_protocol import AF, V2_CMD, get_proxy

from channels.email._smtp_replies import Hangup

if TYPE_CHECKING:
    from channels.email._smtp_wire import Wire

_V1_LIMIT = 107
"""Bytes of the longest header of version 1."""


class _Reader:
    """What ``get_proxy`` reads from."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def read(self, n: int = -1) -> bytes:
        """Up to ``n`` bytes."""
        return await self._wire.some(n)

    async def readexactly(self, n: int) -> bytes:
        """``n`` bytes."""
        data = b""
        while len(data) < n:
            data += await self.read(n - len(data))
        return data

    async def readuntil(self, separator: bytes = b"\n") -> bytes:
        """A line; raises ValueError where it is longer than a header may be."""
        data = b""
        while not data.endswith(separator):
            if len(data) > _V1_LIMIT:
                raise ValueError
            data += await self.read(1)
        return data


async def client_address(wire: Wire) -> str | None:
    """The address that the header names; None where the proxy speaks for itself. Raises :class:`Hangup` where there is no valid header."""
    try:
        header = await get_proxy(_Reader(wire))
    except asyncio.IncompleteReadError as error:
        raise Hangup from error
    if not header.valid:
        raise Hangup
    if header.command == V2_CMD.LOCAL or header.family not in {AF.INET, AF.INET6}:
        return None
    return str(header.src_addr)

"""An address of a server and a length of time, which TOML has no types for. (Sizes are pydantic's ``ByteSize``: ``"25 MiB"``.)"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Any, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True, slots=True)
class Listen:
    """An address and a port of a server, ours (port 0 lets the system choose) or another's."""

    host: str
    port: int

    @classmethod
    def parse(cls, value: object) -> Self:
        """Read ``host:port`` or ``[IPv6]:port``; raise ValueError, without the value in its text, where it is neither."""
        if isinstance(value, cls):
            return value
        if not isinstance(value, str) or ":" not in value:
            raise ValueError('must be "host:port", for example "127.0.0.1:8311"')
        host, _, port = value.strip().rpartition(":")
        if not (port.isascii() and port.isdigit() and int(port) <= 65535):
            raise ValueError("the port after the last colon must be a number from 0 to 65535")
        if host.startswith("[") and host.endswith("]"):
            host = host[1:-1]
            if not _is_ipv6(host):
                raise ValueError("between the brackets must stand an IPv6 address")
        elif ":" in host:
            raise ValueError('an IPv6 address stands in brackets, for example "[::1]:8311"')
        if not host or any(character.isspace() for character in host):
            raise ValueError('the host before the colon is missing; "0.0.0.0" or "[::]" means every address of the machine')
        return cls(host, int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.parse, serialization=core_schema.to_string_ser_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "examples": ["127.0.0.1:8311", "[::1]:8311"]}


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _is_ipv6(host: str) -> bool:
    try:
        return ip_address(host).version == 6
    except ValueError:
        return False


class Duration(timedelta):
    """A length of time: ``"90 s"``, ``"5 min"``, ``"1 h"``, ``"14 d"``, or a number of seconds. Longer than nothing."""

    @classmethod
    def parse(cls, value: object) -> Self:
        """Read it; raise ValueError, without the value in its text, where it is none."""
        if isinstance(value, timedelta):
            seconds = value.total_seconds()
        elif isinstance(value, int | float) and not isinstance(value, bool):
            seconds = float(value)
        else:
            found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
            if found is None:
                raise ValueError('must be a length of time such as "90 s", "5 min", "1 h" or "14 d"')
            seconds = float(found[1]) * _UNITS[found[2] or "s"]
        if not 0 < seconds <= _LONGEST:
            raise ValueError("must be longer than nothing, and at most ten years")
        return cls(seconds=seconds)

    def __str__(self) -> str:
        seconds = self.total_seconds()
        unit = next((name for name, size in reversed(_UNITS.items()) if seconds % size == 0), "s")
        return f"{seconds / _UNITS[unit]:g} {unit}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.parse, serialization=core_schema.to_string_ser_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "examples": ["5 min", "1 h", "14 d"]}


_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?(s|min|h|d)?")
_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_LONGEST = 3_653 * 86_400.0

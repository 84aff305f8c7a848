"""The two kinds of value that TOML has no type for: a size in bytes and an address to listen on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

_UNITS = {
    "": 1,
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
_BY_LOWER = {unit.lower(): factor for unit, factor in _UNITS.items()}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*")


class Size(int):
    """A number of bytes, written as ``"25 MiB"``, ``"1 GB"`` (binary and decimal units of ISO/IEC 80000-13) or a plain number."""

    @classmethod
    def parse(cls, value: object) -> Self:
        """Raise ValueError, without the value in its text, where it is no size."""
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return cls(value)
        match = _SIZE.fullmatch(value) if isinstance(value, str) else None
        if match is None or match[2].lower() not in _BY_LOWER:
            raise ValueError('must be a size such as "25 MiB", "64 KiB" or a number of bytes')
        return cls(round(float(match[1]) * _BY_LOWER[match[2].lower()]))

    def __str__(self) -> str:
        """The size in the largest binary unit that gives a whole number."""
        for unit in ("TiB", "GiB", "MiB", "KiB"):
            if self and self % _UNITS[unit] == 0:
                return f"{self // _UNITS[unit]} {unit}"
        return f"{int(self)} B"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.parse, serialization=core_schema.to_string_ser_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "examples": ["25 MiB", "64 KiB"]}


@dataclass(frozen=True, slots=True)
class Listen:
    """An address and a port to listen on; port 0 lets the system choose."""

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


def _is_ipv6(host: str) -> bool:
    try:
        return ip_address(host).version == 6
    except ValueError:
        return False

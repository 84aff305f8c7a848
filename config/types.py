"""An address to listen on, which TOML has no type for. (Sizes are pydantic's ``ByteSize``: ``"25 MiB"``.)"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema


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

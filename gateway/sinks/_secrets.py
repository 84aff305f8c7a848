"""The secrets that calls are signed with, as Standard Webhooks writes them: "whsec_" and 24 to 64 bytes in base64."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

PREFIX = "whsec_"


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | SecretStr) else value


def require_sound(secret: str) -> str:
    """The secret itself; ValueError, without showing it, where it is none. Standard Webhooks 1.0.0, "Signature scheme"."""
    if not secret.startswith(PREFIX):
        raise ValueError(f"a secret begins with {PREFIX}")
    try:
        digits = secret.removeprefix(PREFIX).rstrip("=")
        key = base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except binascii.Error:
        raise ValueError(f"after {PREFIX} a secret is base64") from None
    if not 24 <= len(key) <= 64:
        raise ValueError("a secret has 24 to 64 bytes")
    return secret


def _all_sound(value: list[SecretStr]) -> list[SecretStr]:
    for secret in value:
        require_sound(secret.get_secret_value())
    return value


Secrets = Annotated[list[SecretStr], BeforeValidator(_as_list), Field(max_length=4), AfterValidator(_all_sound)]
"""Up to four secrets; a single text counts as a list of one."""

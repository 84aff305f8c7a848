"""Whom a mail adapter is configured to believe: mail servers that checked a mail's origin, and references that the city signed."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator, Field, SecretStr, model_validator

from channels.base import AdapterSettings
from channels.email.reference import MIN_SECRET, References


@dataclass(frozen=True, slots=True)
class Trust:
    """What :func:`channels.email.mime.translate` believes.

    ``authserv_ids`` are the names of the city's mail servers in Authentication-Results, ``hops`` how many Received fields may stand above
    theirs; ``references`` reads the signed references in addresses and Message-IDs.
    """

    authserv_ids: Collection[str] = ()
    hops: int = 1
    references: References | None = None


NOBODY: Final = Trust()


def _authserv_id(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,255}", text):
        raise ValueError("should be the first word after Authentication-Results:, like mx.city.example")
    return text.lower()


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value().strip()) < MIN_SECRET:
        raise ValueError(f"should have at least {MIN_SECRET} characters, like the output of: openssl rand -hex 32")
    return secret


Secret = Annotated[SecretStr, AfterValidator(_long_enough)]


class TrustSettings(AdapterSettings):
    """Settings that every adapter of the channel may have."""

    trusted_authserv_ids: tuple[Annotated[str, AfterValidator(_authserv_id)], ...] = ()
    """Names by which your own mail servers sign their Authentication-Results headers; no other such header is believed."""
    authserv_hops: Annotated[int, Field(ge=0, le=20)] = 1
    """Received headers that may stand above a trusted Authentication-Results; 0 where your server writes it above its own Received."""
    reference_secret: Secret | None = None
    """Signs the references in the addresses and Message-IDs of the city's answers, so that replies find their request."""
    reference_secret_previous: Secret | None = None
    """The secret before this one: what it signed is still accepted."""
    jurisdiction_id: str | None = None
    """The city that mail to this channel belongs to, where it is not the gateway's own."""

    @model_validator(mode="after")
    def _previous_has_a_successor(self) -> TrustSettings:
        if self.reference_secret_previous is not None and self.reference_secret is None:
            raise ValueError("reference_secret_previous needs reference_secret")
        return self

    def references(self) -> References | None:
        """What makes and reads signed references; None without a secret."""
        secrets = [secret.get_secret_value().strip() for secret in (self.reference_secret, self.reference_secret_previous) if secret]
        return References(secrets, self.jurisdiction_id or "") if secrets else None

    def trust(self) -> Trust:
        """For :func:`channels.email.mime.translate`."""
        return Trust(self.trusted_authserv_ids, self.authserv_hops, self.references())

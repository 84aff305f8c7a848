"""How mail goes out: the table ``[outgoing_mail]``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from config.types import Duration, Listen, is_loopback


def _mail_address(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*/=?^_`{|}~.+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?", value):
        raise ValueError("must be a mail address such as 311@example.gov")
    return value


class OutgoingMail(BaseModel):
    """How mail goes out: the city's own submission server, or a provider's. See docs/replies.md."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True, use_attribute_docstrings=True)

    server: Listen
    """Host and port of the server: 587 for ``starttls``, 465 for ``tls``."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """``starttls`` (begin in the clear and refuse to go on so), ``tls`` (from the first byte), or ``none`` for a server on this machine."""
    ca_file: Path | None = None
    """Certificates (PEM) that the server's may be signed by, in place of the system's."""
    username: str = ""
    """Whom to sign in as. Empty: nobody."""
    password: SecretStr | None = None
    """The password. Give it by the environment."""
    from_address: Annotated[str, AfterValidator(_mail_address)]
    """The address in From; its domain is the one that SPF, DKIM and DMARC are judged by."""
    from_name: str = Field(default="", max_length=100)
    """The name beside it: ``"Ville de Springfield – 311"``."""
    reply_to: Annotated[str, AfterValidator(_mail_address)] | None = None
    """Where answers go that are about no request. The default is the first recipient of the mail channel."""
    plus_addresses: bool = True
    """Whether mail to ``311+anything@`` reaches ``311@``: answers then come back to an address that names their request, unforgeably."""
    envelope_from: Annotated[str, AfterValidator(_mail_address)] | None = None
    """Where bounces go, in the domain of ``from_address``; a mail channel must read it. The default is where answers go."""
    dkim_selector: str = Field(default="", pattern=r"^[A-Za-z0-9]?[A-Za-z0-9_.-]{0,62}$")
    """The selector below which the key is published, where this gateway signs. Empty: the server does."""
    dkim_domain: str = Field(default="", pattern=r"^[A-Za-z0-9.-]{0,253}$")
    """The domain that signs. Empty: that of ``from_address``."""
    dkim_key_file: Path | None = None
    """The private key, PEM, RSA of 2,048 bits or more, or Ed25519; readable by this user only."""
    timeout: Duration = Duration(seconds=30)
    """How long the server may take for each of its answers."""
    connections: int = Field(default=4, ge=1, le=50)
    """Connections to the server at one time."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if bool(self.username) != (self.password is not None):
            raise ValueError("username and password belong together")
        if self.security == "none" and self.username and not is_loopback(self.server.host):
            raise ValueError("a password is not sent in the clear: security must be starttls or tls")
        if bool(self.dkim_selector) != (self.dkim_key_file is not None):
            raise ValueError("dkim_selector and dkim_key_file belong together")
        return self

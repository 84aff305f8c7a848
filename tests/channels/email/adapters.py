"""How the contract's tests build this channel's adapters, and what their providers send."""

from __future__ import annotations

from channels.email.smtp import Settings, SmtpChannel, build
from tests.channels.email import _adapters_mailboxes, _adapters_providers

REFERENCE_SECRET = "a secret for tests, and long enough"


def smtp() -> SmtpChannel:
    return build(
        "mail",
        Settings.model_validate(
            {
                "type": "email.smtp",
                "listen": "127.0.0.1:0",
                "recipients": ["311@springfield.example.gov"],
                "trusted_authserv_ids": ["mx.springfield.example.gov"],
                "reference_secret": REFERENCE_SECRET,
            }
        ),
    )


ADAPTERS = {"email.smtp": smtp, **_adapters_providers.ADAPTERS, **_adapters_mailboxes.ADAPTERS}
PEERS = {**_adapters_providers.PEERS, **_adapters_mailboxes.PEERS}

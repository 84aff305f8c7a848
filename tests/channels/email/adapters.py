"""How the contract's tests build this channel's adapters, and what their providers send."""

from __future__ import annotations

from channels.email.smtp import Settings, SmtpChannel, build


def smtp() -> SmtpChannel:
    return build(
        "mail", Settings.model_validate({"type": "email.smtp", "listen": "127.0.0.1:0", "recipients": ["311@springfield.example.gov"]})
    )


ADAPTERS = {"email.smtp": smtp}

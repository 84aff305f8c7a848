"""Where to go, for a person who has just started the gateway."""

from __future__ import annotations

from channels.base import Webhook
from gateway.wiring import Wired


def welcome(wired: Wired) -> list[str]:
    """Lines of text: each channel with its address, then the probes and the desk."""
    server = wired.configuration.server
    lines = ["", "intake311 is ready."]
    for channel_id, settings in wired.channel_settings.items():
        listen, recipients = getattr(settings, "listen", None), getattr(settings, "recipients", ())
        if listen is not None:
            lines.append(f"  {channel_id:<10} mail to {', '.join(recipients)} by SMTP at {listen}")
        elif settings.type == "api.message":
            where = f"http://{server.listen}/api/v1/intake/{channel_id}"
            lines.append(f"  {channel_id:<10} POST {where}, with a key: intake311 key add NAME --scope intake")
        elif settings.type == "web.form":
            lines.append(f"  {channel_id:<10} the form at {server.public_url}{getattr(settings, 'path', '')}/")
        elif isinstance(wired.channels[channel_id], Webhook):
            lines.append(f"  {channel_id:<10} webhook at {server.public_url}/channels/{channel_id}")
    lines += [
        f"  health     http://{server.listen}/health/ready, numbers at /metrics",
        "  desk       intake311 requests list, messages list, held list, deliveries list, ledger",
        "Ctrl-C stops it; what was accepted is kept.",
        "",
    ]
    return lines

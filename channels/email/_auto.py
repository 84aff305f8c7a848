"""Whether nobody wrote the message: automatic answers and notices that something was not delivered, told by structure.

Only structure counts (RFC 3834, RFC 3464, RFC 8098); words of a subject do not. ``Auto-Submitted: auto-generated`` alone is not an
answer: a sensor or a partner's system reports problems that way. Nothing automatic may be answered; the screens see the headers.
"""

from __future__ import annotations

import re
from typing import Final

from channels.email import _headers
from channels.email._tree import Part

_DAEMONS: Final = re.compile(r"(?:mailer-?daemon|mail-?daemon|mdaemon|mmdf|microsoftexchange[0-9a-f]{20,})(?:@|\Z)", re.IGNORECASE)
_SYSTEMS: Final = re.compile(r"(?:postmaster|mailadmin|maildelivery|mail-delivery|nobody|root|bounces?)(?:[+@-]|\Z)", re.IGNORECASE)
_SYSTEM_NAME: Final = re.compile(
    r"mail (?:delivery|administrator|router|server)|delivery (?:subsystem|system|status)|postmaster", re.IGNORECASE
)
_ACTION: Final = re.compile(rb"^action:\s*(failed|delayed|delivered|relayed|expanded)", re.IGNORECASE | re.MULTILINE)
_OTHERS: Final = frozenset(("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-mail-autoreply", "x-vacation"))


def is_bounce(content: bytes, root: Part, headers: _headers.Headers, sender: str, name: str, *, null_sender: bool) -> bool:
    """A notice of failed delivery: a delivery report (RFC 3464) that says so, or a mailer daemon's letter with the null sender."""
    report = _report(root)
    if report is not None:
        return _action(content, report) not in (b"delayed", b"delivered", b"relayed", b"expanded")
    if headers.get("x-failed-recipients") or _DAEMONS.match(sender):
        return True
    return null_sender and (_SYSTEMS.match(sender) is not None or _SYSTEM_NAME.search(name) is not None)


def is_auto_reply(content: bytes, root: Part, headers: _headers.Headers) -> bool:
    """An automatic answer: RFC 3834 §5 ``auto-replied``, ``auto-generated`` in answer to something, a receipt, a notice of delay."""
    submitted = headers.get("auto-submitted").lower()
    if submitted.startswith("auto-replied") or (submitted.startswith("auto-") and bool(headers.get("in-reply-to"))):
        return True
    if headers.get("precedence").lower() in ("auto_reply", "auto-reply"):
        return True
    if not _OTHERS.isdisjoint(headers.fields) and any(headers.get(name).lower() not in ("", "no", "false") for name in _OTHERS):
        return True
    if root.media_type == "multipart/report" and root.content_type.get("report-type").lower() == "disposition-notification":
        return True
    report = _report(root)
    return report is not None and _action(content, report) in (b"delayed", b"delivered", b"relayed", b"expanded")


def _report(root: Part) -> Part | None:
    """The machine-readable part of a delivery report."""
    if root.media_type == "message/delivery-status":
        return root
    if root.media_type not in ("multipart/report", "multipart/mixed"):
        return None
    return next((part for part in root.children if part.media_type in ("message/delivery-status", "message/global-delivery-status")), None)


def _action(content: bytes, report: Part) -> bytes:
    """What became of the message; ``failed`` for any recipient counts (RFC 3464 §2.3.3)."""
    actions = {found[1].lower() for found in _ACTION.finditer(content, report.start, min(report.end, report.start + 65_536))}
    return b"failed" if not actions or b"failed" in actions else min(actions)

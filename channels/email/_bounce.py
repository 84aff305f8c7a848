"""What a notice of failed delivery says: whom a mail did not reach, why, and whether it is worth trying again.

Reads delivery reports (RFC 3464 inside RFC 6522, RFC 6533) and the headers of Exim itself. What other mail servers write in words of
their own is read by ``flufl.bounce``, which is asked only where the sender is a mail system: a resident may forward such a notice.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from channels.email import _headers, _transfer
from channels.email._bounds import Notes, printable
from channels.email._tree import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Action = Literal["failed", "delayed", "succeeded"]

_DAEMONS: Final = re.compile(r"(?:mailer-?daemon|mail-?daemon|mdaemon|mmdf|microsoftexchange[0-9a-f]{20,})(?:@|\Z)", re.IGNORECASE)
_SYSTEMS: Final = re.compile(r"(?:postmaster|mailadmin|maildelivery|mail-delivery|nobody|root|bounces?)(?:[+@-]|\Z)", re.IGNORECASE)
_SYSTEM_NAME: Final = re.compile(
    r"mail (?:delivery|administrator|router|server)|delivery (?:subsystem|system|status)|postmaster", re.IGNORECASE
)
_REPORTS: Final = ("message/delivery-status", "message/global-delivery-status")
_ACTIONS: Final[dict[str, Action]] = {
    "failed": "failed",
    "failure": "failed",  # this and the next are not of RFC 3464 §2.3.3, but some servers write them
    "error": "failed",
    "delayed": "delayed",
    "delivered": "succeeded",
    "relayed": "succeeded",
    "expanded": "succeeded",
}
_STATUS: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY: Final = re.compile(r"(?<!\d)([45])\d\d(?![\d.])")
_READ: Final = 65_536
"""Bytes of a report that are read."""
_NOTICE: Final = 32_768
"""Bytes of a notice in words that are read."""
_MAX_RECIPIENTS: Final = 50


@dataclass(frozen=True, slots=True)
class Bounce:
    """What became of a mail. ``recipients`` are those whom it did not reach, ``status`` is of RFC 3463 (``5.1.1``)."""

    action: Action
    recipients: list[str] = field(default_factory=list)
    status: str | None = None
    permanent: bool = False
    """Whether sending to these addresses again is pointless: a status 5, or a failure that names none."""

    def hint(self) -> dict[str, Any]:
        """The same for ``hints["bounce"]``."""
        return {"recipients": self.recipients, "status": self.status, "permanent": self.permanent}


def read(content: bytes, root: Part, headers: _headers.Headers, sender: str, name: str, *, null_sender: bool) -> Bounce | None:
    """What the mail says of another mail's delivery; None where it is no such notice."""
    if (report := _report(root)) is not None:
        found = _from_report(content, report)
        return found if found.recipients or found.action != "failed" else _from_words(content, found)
    if failed := headers.get("x-failed-recipients"):  # Exim
        return _failed(_addresses(failed.split(",")), _status(content))
    certain = _DAEMONS.match(sender) is not None
    if certain or (null_sender and (_SYSTEMS.match(sender) is not None or _SYSTEM_NAME.search(name) is not None)):
        return _from_words(content, _failed([], _status(content)))
    return _from_words(content, None) if null_sender else None


def _report(root: Part) -> Part | None:
    """The machine-readable part of a delivery report; also where a list or a gateway put a container around it."""
    if root.media_type in _REPORTS:
        return root
    if root.media_type not in ("multipart/report", "multipart/mixed"):
        return None
    for child in root.children:
        if child.media_type in _REPORTS:
            return child
        if child.media_type == "multipart/report":
            return _report(child)
    return None


_ORDER: tuple[Action, ...] = ("failed", "delayed", "succeeded")


def _from_report(content: bytes, report: Part) -> Bounce:
    """RFC 3464 §2.1: groups of fields; each but the first is about one recipient."""
    data = _transfer.decode(content[report.start : min(report.end, report.start + _READ)], _encoding(report), Notes())
    by_action: dict[Action, list[dict[str, str]]] = {one: [] for one in _ORDER}
    for group in _groups(data.decode("utf-8", "replace")):
        word = re.match(r"[a-z]*", group.get("action", "").lower())
        said = _ACTIONS.get(word[0]) if word else None
        if said is not None:
            by_action[said].append(group)
    action = next((one for one in _ORDER if by_action[one]), _ORDER[0])  # §2.3.3: any failure counts
    groups = by_action[action]
    recipients = _addresses(_recipient(group) for group in groups)
    status = next((found for group in groups if (found := _group_status(group))), None)
    if action == "failed":
        return _failed(recipients, status)
    return Bounce(action, recipients, status)


def _encoding(report: Part) -> str:
    return report.headers.get("content-transfer-encoding")


def _groups(text: str) -> Iterator[dict[str, str]]:
    group: dict[str, str] = {}
    last = ""
    for line in [*text.splitlines(), ""]:
        if not line.strip():
            if group:
                yield group
            group, last = {}, ""
        elif line[0] in " \t" and last:
            group[last] += " " + line.strip()
        else:
            name, _, value = line.partition(":")
            last = name.strip().lower()
            if last in group and last in ("final-recipient", "original-recipient", "action"):  # the empty line between is missing
                yield group
                group = {}
            group[last] = value.strip()


def _recipient(group: dict[str, str]) -> str:
    """RFC 3464 §2.3.1: the address that the sender wrote to, else the one at which it ended. ``rfc822;`` stands before it."""
    value = group.get("original-recipient") or group.get("final-recipient") or group.get("x-actual-recipient") or ""
    return value.partition(";")[2] or value


def _group_status(group: dict[str, str]) -> str | None:
    if found := _STATUS.search(group.get("status", "")):
        return found[1]
    diagnosis = group.get("diagnostic-code", "")
    if found := _STATUS.search(diagnosis):
        return found[1]
    return f"{reply[1]}.0.0" if (reply := _REPLY.search(diagnosis)) else None


def _status(content: bytes) -> str | None:
    """The first status in a notice's words."""
    head, _, body = content[:_NOTICE].replace(b"\r\n", b"\n").partition(b"\n\n")
    found = _STATUS.search((body or head).decode("latin-1"))
    return found[1] if found and found[1][0] != "2" else None


def _failed(recipients: list[str], status: str | None) -> Bounce:
    return Bounce("failed", recipients, status, status is None or status.startswith("5"))


def _addresses(found: Any) -> list[str]:
    every = (printable(text).strip().strip("<>").strip()[:250] for text in found)
    return list(dict.fromkeys(text for text in every if "@" in text))[:_MAX_RECIPIENTS]


def _from_words(content: bytes, otherwise: Bounce | None) -> Bounce | None:
    """What ``flufl.bounce`` makes of the notice, else ``otherwise``."""
    try:
        temporary, permanent = _detectors()(message_from_bytes(content[:_NOTICE]))
    except Exception:  # noqa: BLE001 - its detectors raise what they like on malformed mail; then nothing is known
        return otherwise
    status = otherwise.status if otherwise is not None else _status(content)
    if permanent:
        return _failed(_addresses(sorted(one.decode("ascii", "replace") for one in permanent)), status)
    if temporary:
        return Bounce("delayed", _addresses(sorted(one.decode("ascii", "replace") for one in temporary)), status)
    return otherwise


@cache
def _detectors() -> Callable[[Any], tuple[frozenset[bytes], frozenset[bytes]]]:
    """``flufl.bounce``, loaded when the first notice comes; what it logs quotes nobody, but is of no use."""
    from flufl.bounce import all_failures

    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)
    found: Callable[[Any], tuple[frozenset[bytes], frozenset[bytes]]] = all_failures
    return found

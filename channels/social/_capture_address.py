"""The address of a post as somebody pastes it, without what only tracks the person who shared it.

Two people copy one post's address in different forms: from the app, from a telephone, with the sharer's marks at its end. Here it gets one
form, so that it can be compared; which network it belongs to is :mod:`channels.social._capture_permalink`'s question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus, urlsplit

MAX_ADDRESS = 4_000

_TRACKERS = frozenset((
    "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "twclid", "ttclid", "yclid", "li_fat_id", "igshid", "igsh", "ig_rid",
    "mc_cid", "mc_eid", "mkt_tok", "_ga", "_gl", "_hsenc", "_hsmi", "oly_enc_id", "oly_anon_id", "vero_id", "wickedid", "rb_clickid",
    "ref_src", "ref_url", "share_id", "share_app_id", "share_link_id", "mibextid", "rdid", "__tn__", "_rdr", "is_from_webapp",
    "sender_device", "trackingid", "lipi",
))  # fmt: skip
_TRACKING = re.compile(r"utm_|__cft__|__xts__|pk_|mtm_|hsa_", re.IGNORECASE)
_HOST = re.compile(r"(?!-)[^\s/\\?#@:\[\]<>\"'|^`{}%,;!$&()*+=~]{1,253}")
_BARE = re.compile(r"(?:[\w-]+\.)+[a-zA-Z]{2,24}(?::\d{1,5})?(?:[/?#]|\Z)")


@dataclass(frozen=True, slots=True)
class Address:
    """An http(s) address in its parts; ``query`` and ``fragment`` as they were written, without what tracks."""

    scheme: str
    host: str
    path: str
    query: str = ""
    fragment: str = ""

    def __str__(self) -> str:
        query, fragment = f"?{self.query}" if self.query else "", f"#{self.fragment}" if self.fragment else ""
        return f"{self.scheme}://{self.host}{self.path}{query}{fragment}"

    @property
    def segments(self) -> list[str]:
        """The parts of the path, unquoted."""
        return [unquote(part) for part in self.path.split("/") if part]

    def param(self, name: str) -> str:
        """The first value of a parameter; empty where there is none."""
        for pair in self.query.split("&"):
            key, _, value = pair.partition("=")
            if unquote_plus(key) == name:
                return unquote_plus(value)
        return ""


def read(pasted: str) -> Address:
    """Raises ValueError, with words for the person who pasted it, where it is no http(s) address."""
    text = pasted.strip()
    if text[:1] + text[-1:] in ("<>", '""', "''"):
        text = text[1:-1].strip()
    if _BARE.match(text):
        text = f"https://{text}"
    if len(text) > MAX_ADDRESS:
        raise ValueError(f"has more than {MAX_ADDRESS} characters")
    if not re.match(r"https?://", text, re.IGNORECASE) or not text.isprintable() or re.search(r"\s|[\\<>\"^`{|}]", text):
        raise ValueError("must be an http(s) address")
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise ValueError("must be an http(s) address") from None
    if not _HOST.fullmatch(host) or "." not in host:
        raise ValueError("must be an http(s) address with the name of a host")
    scheme = parts.scheme.lower()
    if port not in (None, {"http": 80, "https": 443}[scheme]):
        host = f"{host}:{port}"
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _tracks(pair))
    return Address(scheme, host, parts.path or "/", query, parts.fragment)


def _tracks(pair: str) -> bool:
    name = unquote_plus(pair.partition("=")[0])
    return name.lower() in _TRACKERS or _TRACKING.match(name) is not None

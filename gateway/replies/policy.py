"""Whether somebody may be written to by a machine, and why not: RFC 3834, consent, and the caps that keep a city from being a nuisance.

Nothing here reads a store or a clock; ``planning`` hands in what is known. The first reason that holds is the one that is recorded.

==================== =================================================================================================
``anonymous``         nobody to write to, or somebody who asked to stay unknown
``automatic``         a machine wrote: Auto-Submitted, X-Auto-Response-Suppress, an automatic reply, a null sender (RFC 3834 §2)
``list``              a mailing list or bulk mail (RFC 2919, RFC 3834 §2)
``no_person``         an address that nobody reads: mailer-daemon, no-reply, owner-…, …-request
``own_address``       the city's own
``opted_out``         its owner said STOP
``bounced``           nothing arrives there
``said_before``       an address that is not verified had its one fixed text
``quiet``             this address was written to a moment ago: two machines that answer each other end here
``cap_address``       so many automatic messages in an hour, or a day, are enough
``cap_domain``        likewise for one domain; public mail providers have a larger one
``cap_overall``       likewise for everybody together: the breaker, behind which messages wait for a person
==================== =================================================================================================
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.store.contacts import Contact
from gateway.store.outbound import Sent
from normalizer.model import InboundMessage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_NOBODY = re.compile(
    r"(?:mailer-daemon|postmaster|daemon|root|nobody|bounces?|double-bounce|owner-.*|.*-(?:request|owner|bounces?)|"
    r"(?:do|ne)?[-_.]?(?:not?|pas)[-_.]?(?:reply|repondre|r[eé]pondre).*|noreply.*|nepasrepondre.*|bounces?[+=-].*|prvs=.*|srs[01][+=-].*)\Z",
    re.IGNORECASE,
)
_BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
_SUPPRESS = frozenset({"all", "autoreply", "oof", "rn", "nrn", "dr"})
_SHARED = frozenset(
    {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.ca", "hotmail.fr", "live.com", "live.ca", "live.fr", "msn.com",
     "yahoo.com", "yahoo.ca", "yahoo.fr", "icloud.com", "me.com", "mac.com", "aol.com", "videotron.ca", "bell.net", "sympatico.ca",
     "rogers.com", "telus.net", "shaw.ca", "orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "laposte.net", "proton.me", "protonmail.com",
     "gmx.com", "gmx.net", "gmx.de", "web.de", "mail.com", "comcast.net", "verizon.net", "att.net"}
)  # fmt: skip
"""Domains whose addresses belong to unrelated people: one cap for all of them would silence residents."""
_SHARED_FACTOR = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How many automatic messages may go out, and how soon again to the same address (seconds, by mail only)."""

    per_address_hour: int = 6
    per_address_day: int = 15
    per_domain_hour: int = 60
    overall_hour: int = 1000
    quiet: float = 600.0


@dataclass(slots=True)
class Traffic:
    """What was said in the last hour to everybody, by domain, and what is being planned adds to it."""

    overall: int
    domains: Counter[str]

    @classmethod
    def of(cls, keys: Sequence[str]) -> Traffic:
        """Out of the addresses of what was said."""
        return cls(len(keys), Counter(domain_of(key) for key in keys))

    def add(self, key: str) -> None:
        """One more."""
        self.overall += 1
        self.domains[domain_of(key)] += 1


def nobody_to_write_to(message: InboundMessage, own_addresses: Collection[str]) -> str | None:
    """Why a machine must not answer this message, whoever wrote it; None where it may."""
    headers = {name.lower(): value.strip().lower() for name, value in message.headers.items()}
    address = (message.sender.address or "").lower()
    local, _, domain = address.rpartition("@")
    reasons = {
        "automatic": message.is_auto_reply or message.is_bounce or _says_automatic(headers),
        "list": headers.get("precedence", "") in _BULK or any(name.startswith("list-") for name in headers),
        "anonymous": message.channel == "email" and not address,
        "no_person": bool(address and _NOBODY.match(local)),
        "own_address": bool(address) and (address in own_addresses or f"@{domain}" in own_addresses),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _says_automatic(headers: Mapping[str, str]) -> bool:
    """RFC 3834 §5, and what was in use before it."""
    suppressed = {word.strip() for word in headers.get("x-auto-response-suppress", "").split(",")}
    return (
        headers.get("auto-submitted", "no").partition(";")[0].strip() != "no"
        or headers.get("return-path", "?") in ("", "<>")
        or bool(_SUPPRESS & suppressed)
        or any(name in headers for name in ("x-autoreply", "x-autorespond", "x-auto-reply"))
    )


def verified(message: InboundMessage, contact: Contact) -> bool:
    """Whether it is sure enough that the address is its owner's.

    Telephone numbers and accounts are vouched for by their carrier or platform. Of a mail that is a DMARC pass (RFC 7489), or a DKIM
    signature of the sender's own domain; of an address that somebody typed into a form it is nothing but an earlier sign of life.
    """
    if contact.verified is not None:
        return True
    if message.channel in ("sms", "social"):
        return True
    if message.channel != "email":
        return False
    proof = message.authentication
    if proof.dmarc == "pass":
        return True
    domain = (message.sender.address or "").rpartition("@")[2].lower()
    signed = message.hints.get("dkim_domains")
    names = [str(name).lower() for name in signed] if isinstance(signed, list | tuple) else []
    return proof.dkim == "pass" and proof.dmarc != "fail" and any(domain == name or domain.endswith("." + name) for name in names)


def silence(
    key: str, contact: Contact, said: Sequence[Sent], traffic: Traffic, caps: Caps, now: datetime, *, sure: bool, by_mail: bool
) -> str | None:
    """Why nothing is said to this address now; None where something may be. ``sure``: the address is verified."""
    domain = domain_of(key)
    of_domain = caps.per_domain_hour * (_SHARED_FACTOR if domain in _SHARED else 1)
    reasons = {
        "opted_out": contact.opted_out is not None,
        "bounced": contact.bounced is not None,
        "said_before": not sure and bool(said),
        "quiet": by_mail and bool(said) and now - said[-1].created < timedelta(seconds=caps.quiet),
        "cap_address": _within(said, now, HOUR) >= caps.per_address_hour or _within(said, now, DAY) >= caps.per_address_day,
        "cap_domain": bool(domain) and traffic.domains[domain] >= of_domain,
        "cap_overall": traffic.overall >= caps.overall_hour,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _within(said: Sequence[Sent], now: datetime, period: timedelta) -> int:
    return sum(1 for one in said if now - one.created < period)


def domain_of(key: str) -> str:
    """The domain of ``email:zoe@example.net``; nothing for what is no mail address."""
    return key.rpartition("@")[2].lower() if key.startswith("email:") else ""

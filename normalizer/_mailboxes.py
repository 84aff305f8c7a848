"""Whether two e-mail addresses are one mailbox, and whose a mailbox is: a person's, a role's or nobody's.

Two addresses are taken for one only where the provider says that it delivers both to the same account; everywhere else ``jean+ville@`` and
``j.ean@`` may be other people. Sources, each provider's help: Gmail ignores dots and what follows a plus sign, and googlemail.com is
gmail.com; Outlook.com, iCloud, Fastmail and Proton deliver ``name+tag`` to ``name``. A domain in letters of any script is the same as its
ASCII form (RFC 5890).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_DOTS = frozenset({"gmail.com"})
_TAGS = frozenset(
    """
    gmail.com outlook.com hotmail.com live.com msn.com icloud.com me.com mac.com fastmail.com fastmail.fm proton.me
    protonmail.com pm.me
    """.split()
)
_SAME = {"googlemail.com": "gmail.com"}
_ROLES = frozenset(
    """
    info infos contact office admin administration reception accueil bureau secretariat secretary service services
    support help helpdesk sales ventes billing facturation comptabilite accounting gestion management concierge hello
    bonjour mail courriel email team equipe webmaster property rentals location communications media press hr rh emplois
    jobs board conseil coop syndicat direction general
    """.split()
)
_NOBODY = frozenset(
    """
    noreply no-reply no_reply donotreply do-not-reply do_not_reply nepasrepondre ne-pas-repondre ne_pas_repondre
    mailer-daemon postmaster bounce bounces notification notifications nobody daemon
    """.split()
)


@lru_cache(maxsize=8_192)
def email_key(address: str) -> str:
    """The form by which two ways of writing one mailbox are equal."""
    local, _, domain = unicodedata.normalize("NFC", address).lower().rpartition("@")
    domain = _ascii(domain)
    domain = _SAME.get(domain, domain)
    if domain in _TAGS:
        local = local.partition("+")[0] or local
    if domain in _DOTS:
        local = local.replace(".", "") or local
    return f"{local}@{domain}"


def _ascii(domain: str) -> str:
    """A domain as the DNS knows it; unchanged where it cannot be one."""
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return domain


def is_role(address: str) -> bool:
    """True for a mailbox that more than one person may read and write from: ``info@``, ``reception@``."""
    return address.partition("@")[0].lower() in _ROLES


def is_nobody(address: str) -> bool:
    """True for an address that programs send from and nobody reads: ``noreply@``. Many people's forms come from one such address."""
    local = address.partition("@")[0].lower()
    return local in _NOBODY or local.startswith(("noreply", "no-reply", "bounces+", "donotreply"))

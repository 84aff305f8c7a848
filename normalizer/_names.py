"""A display name as first and last name, as far as a name can be split at all."""

from __future__ import annotations

import binascii
import re

_TITLES = frozenset("mr mrs ms miss dr prof m mme mlle me sir madam monsieur madame mademoiselle docteur".split())
_PARTICLES = frozenset("de du des da di del della van von der den la le l' d' st st. saint ste el al bin ibn mac o'".split())
_SUFFIXES = frozenset("jr jr. sr sr. ii iii iv phd md p.eng ing. cpa".split())


def split_name(name: str) -> tuple[str | None, str | None]:
    """``(first_name, last_name)`` of a display name; (None, None) for an address, and the whole as last name when it is no person's form.

    ``Tremblay, Jean`` and ``Jean Tremblay`` give the same; particles belong to the last name (``Maria de la Cruz``).
    """
    bare = name[:200].partition("(")[0].strip(" \t\"'.,")
    if not bare or "@" in bare:
        return None, None
    if any(character.isdigit() for character in bare):
        return None, bare
    last, comma, first = bare.partition(",")
    if comma and first.strip().lower() not in _SUFFIXES:
        return first.strip() or None, last.strip() or None
    parts = [part for part in last.split() if part.lower().rstrip(".") not in _TITLES or len(last.split()) == 1]
    while len(parts) > 2 and parts[-1].lower() in _SUFFIXES:
        parts.pop()
    if not parts:
        return None, bare
    if len(parts) == 1:
        return parts[0], None
    if len(parts) > 5:
        return None, bare
    for at in range(1, len(parts) - 1):
        if parts[at].lower() in _PARTICLES:
            return " ".join(parts[:at]), " ".join(parts[at:])
    return " ".join(parts[:-1]), parts[-1]


_ENCODED = re.compile(r"=\?([\w-]{2,30})\?([bqBQ])\?([^?\s]{0,300})\?=")
_BETWEEN = re.compile(r"\?=\s+=\?")
_VIA = re.compile(r"\s+(?:via|par l'entremise de)\s+.{1,100}$", re.IGNORECASE)
_SPACES = re.compile(r"\s+")


def display_name(text: str) -> str | None:
    """A display name without what programs leave in it: encoded words, quotes, ``via`` a list; None where no name is left.

    Encoded words (RFC 2047) that a program forgot to decode are decoded here; one that cannot be read stays as it is.
    """
    name = text[:400]
    if "=?" in name:
        name = _ENCODED.sub(_decoded, _BETWEEN.sub("?==?", name))
    name = _SPACES.sub(" ", name).strip(' \t"<>')
    if len(name) > 1 and name[0] == name[-1] == "'":
        name = name[1:-1].strip()
    name = _VIA.sub("", name).strip(" \"'") if "via" in name.lower() or "entremise" in name.lower() else name
    return name[:200] or None


def _decoded(match: re.Match[str]) -> str:
    charset, how, data = match.groups()
    try:
        raw = binascii.a2b_base64(data.encode("ascii")) if how in "bB" else binascii.a2b_qp(data.encode("ascii"), header=True)
        found = raw.decode(charset)
    except (ValueError, LookupError):  # also binascii.Error and UnicodeError, which are ValueErrors
        return match.group()
    return "".join(character for character in found if character.isprintable())

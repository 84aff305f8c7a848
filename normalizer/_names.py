"""A display name as first and last name, as far as a name can be split at all."""

from __future__ import annotations

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

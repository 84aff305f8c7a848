"""Kinds of street, directions, ordinals and units, in English and French, folded; and the short form that each has in a key."""

from __future__ import annotations

TYPES_EN: dict[str, str] = {
    "street": "st", "st": "st", "str": "st", "avenue": "av", "ave": "av", "av": "av", "road": "rd", "rd": "rd", "boulevard": "bd",
    "blvd": "bd", "bvd": "bd",
    "lane": "ln", "ln": "ln", "drive": "dr", "dr": "dr", "court": "ct", "ct": "ct", "crt": "ct", "place": "pl", "pl": "pl",
    "terrace": "ter", "terr": "ter",
    "crescent": "cres", "cres": "cres", "circle": "cir", "cir": "cir", "way": "way", "highway": "hwy", "hwy": "hwy", "parkway": "pkwy",
    "pkwy": "pkwy",
    "square": "sq", "sq": "sq", "trail": "trl", "trl": "trl", "alley": "aly", "row": "row", "turnpike": "tpke", "tpke": "tpke",
    "expressway": "expy", "loop": "loop",
    "gardens": "gdns", "gate": "gate", "heights": "hts", "promenade": "prom",
}  # fmt: skip
TYPES_FR: dict[str, str] = {
    "rue": "st", "r": "st", "avenue": "av", "av": "av", "ave": "av", "boulevard": "bd", "boul": "bd", "blvd": "bd", "bd": "bd",
    "chemin": "rd", "ch": "rd", "che": "rd",
    "route": "rte", "rte": "rte", "place": "pl", "pl": "pl", "ruelle": "aly", "allee": "allee", "rang": "rang", "montee": "montee",
    "cote": "cote", "impasse": "imp",
    "terrasse": "ter", "croissant": "cres", "cercle": "cir", "square": "sq", "carre": "sq", "autoroute": "hwy", "aut": "hwy",
    "promenade": "prom", "cours": "cours",
    "quai": "quai", "sentier": "trl", "passage": "passage", "parvis": "parvis", "jardin": "gdns", "traverse": "traverse", "voie": "voie",
    "esplanade": "esplanade",
}  # fmt: skip
TYPES = frozenset(TYPES_EN) | frozenset(TYPES_FR)
NEEDS_CAPITAL = frozenset(
    "r st str place pl court ct way square sq drive dr row loop gate lane gardens heights circle alley route rte allee rang montee cote "
    "croissant carre cercle cours quai passage jardin traverse voie promenade trail sentier autoroute che ch parvis terrace terrasse "
    "esplanade av ave".split()
)
"""Also everyday words, or too short to mean a street by themselves: a capital must follow them, or a number stand before."""
DIRECTIONS: dict[str, str] = {
    "north": "n", "n": "n", "nord": "n", "south": "s", "s": "s", "sud": "s", "east": "e", "e": "e", "est": "e", "west": "w", "w": "w",
    "ouest": "w", "o": "w",
    "ne": "ne", "nw": "nw", "se": "se", "sw": "sw", "northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw",
}  # fmt: skip
PARTICLES = frozenset("de du des la le les l d of the".split())
SAINTS = {"st": "saint", "ste": "saint", "saint": "saint", "sainte": "saint", "sts": "saint", "saints": "saint"}
"""A street's saint is the same whether the name is written in full, in short or of the other gender by mistake."""
UNITS = frozenset("app apt appt appartement apartment unit unite suite bureau local logement condo porte room ste".split())
NOT_NAMES = frozenset(
    "light lights lamp lamps lighting sign signs cleaning cleaner sweeping sweeper parking post pole corner corners vendor level side "
    "number "
    "address name names trees tree stop".split()
)
"""Words that make ``street`` a common noun when they follow it."""
NO_STREETS = frozenset("one two three four five six all both dead same every each any broken dirty dark busy whole entire".split())
"""Words that stand before ``street`` or ``way`` without naming it."""
CORNERS = frozenset("corner corners intersection coin angle carrefour croisement".split())
AND = frozenset("and et at with avec n x".split())

_ORDINAL_WORDS = (
    "zero first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth "
    "seventeenth eighteenth nineteenth twentieth"
).split()  # fmt: skip
_ORDINAL_WORDS_FR = (
    "zero premiere deuxieme troisieme quatrieme cinquieme sixieme septieme huitieme neuvieme dixieme onzieme douzieme"
).split()
_ORDINALS = {word: str(at) for words in (_ORDINAL_WORDS, _ORDINAL_WORDS_FR) for at, word in enumerate(words) if at}
_ORDINALS |= {"premier": "1", "seconde": "2"}
ORDINAL_WORDS = frozenset(_ORDINALS)
"""``fifth``, ``cinquieme``: the ordinals that are words."""
_ENDINGS = ("st", "nd", "rd", "th", "e", "re", "er", "eme", "ieme", "ere")


def ordinal(token: str) -> str | None:
    """``5`` for ``5th``, ``fifth``, ``5e``, ``5eme`` and ``cinquieme``; None for what is no ordinal."""
    if token in _ORDINALS:
        return _ORDINALS[token]
    digits = token.rstrip("abcdefghijklmnopqrstuvwxyz")
    if digits.isdigit() and len(digits) <= 3 and token[len(digits) :] in _ENDINGS:
        return digits.lstrip("0") or "0"
    return None


def house_number(token: str) -> bool:
    """True for what can be a house number: one to five digits, perhaps with a letter (``12``, ``1234a``)."""
    digits = token.rstrip("abcdefghijklmnopqrstuvwxyz")
    return 0 < len(digits) <= 5 and digits.isdigit() and len(token) - len(digits) <= 1 and digits != "0" and ordinal(token) is None

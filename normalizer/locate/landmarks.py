"""Kinds of place in English and French, and the one word that stands for both: ``école`` and ``school`` are ``school``."""

from __future__ import annotations

from itertools import pairwise

from normalizer.locate.names import canonical, tokens_of
from normalizer.locate.streets import PARTICLES

_KINDS = """
park: park parc | school: school ecole academie academy primaire secondaire elementary | library: library bibliotheque
church: church eglise cathedral cathedrale | hospital: hospital hopital | station: station gare | metro: metro subway
fire: caserne firehouse | police: police | post: poste postal | pool: pool piscine | rink: rink patinoire | arena: arena
cemetery: cemetery cimetiere | market: market marche | museum: museum musee | theatre: theatre theater | university: university universite
college: college cegep | hotel: hotel auberge inn | square: square carre | place: place plaza | garden: garden gardens jardin jardins
center: center centre | hall: hall mairie | bridge: bridge pont | clinic: clinic clinique clsc | pharmacy: pharmacy pharmacie
beach: beach plage | daycare: daycare garderie cpe | court: courthouse palais | house: house maison | field: field terrain stade stadium
playground: playground
"""
GENERICS: dict[str, str] = {
    word: kind.strip()
    for entry in _KINDS.replace("\n", "|").split("|")
    if ":" in entry
    for kind, words in [entry.split(":")]
    for word in words.split()
}
PHRASES = {("post", "office"): "post", ("bureau", "poste"): "post", ("fire", "station"): "fire", ("fire", "house"): "fire",
           ("police", "station"): "police", ("poste", "police"): "police", ("city", "hall"): "hall", ("hotel", "ville"): "hall",
           ("train", "station"): "station", ("high", "school"): "school", ("caserne", "pompiers"): "fire"}  # fmt: skip
_EMPTY = frozenset("municipal municipale communautaire community public publique interieure exterieure interieur exterieur et and".split())
ENOUGH = frozenset("park square metro station library garden".split())
"""Kinds whose names are places by themselves, wherever they stand: others want their kind's word in the text."""


def taken_apart(name: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """A place's own words (``angrignon``) and the kinds that its name has (``park``), from ``Parc Angrignon``."""
    tokens = [token for token in tokens_of(name.partition("(")[0]) if token not in PARTICLES]
    core = tuple(canonical(token) for token in tokens if token not in GENERICS and token not in _EMPTY)
    return core, kinds(name)


def kinds(text: str) -> frozenset[str]:
    """The kinds of place that the words of a name or type say."""
    tokens = [token for token in tokens_of(text) if token not in PARTICLES]
    found = {GENERICS[token] for token in tokens if token in GENERICS}
    found |= {kind for pair, kind in PHRASES.items() if pair in pairwise(tokens)}
    return frozenset(found)

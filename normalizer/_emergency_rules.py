"""The form in which words of danger are written down, for :mod:`normalizer._emergency`.

A pattern is a row of steps on one line (a line that ends with ``|`` goes on); a step is one or more alternatives (``smell|odor``) or a named
group of them (``@home``); ``~4`` before a step allows up to four words between it and the step before. Words are folded (no accents, lower
case). ``unless`` are words or phrases near the match that give it another meaning (``gas station``, ``feu de circulation``).
"""

from __future__ import annotations

from typing import NamedTuple


class RuleText(NamedTuple):
    """One rule as it is written down: its name, its patterns line by line, and the phrases, with commas between, that give it another sense."""

    name: str
    patterns: str
    unless: str = ""


GROUPS: dict[str, str] = {
    "@home": """
        house|home|building|apartment|appartment|apt|garage|dumpster|car|truck|vehicle|roof|kitchen|basement|
        balcony|shed|trash|bin|barrel|bush|brush|grass|forest|woods|tree|field|transformer|pole|
        store|school|bus
    """,
    "@logis": """
        maison|immeuble|batiment|logement|appartement|garage|conteneur|poubelle|bac|voiture|auto|camion|vehicule|toit|
        toiture|cuisine|sous|balcon|cabanon|foret|boise|champ|broussailles|arbre|transformateur|poteau|ecole|magasin|
        duplex|triplex|bloc|autobus|haie
    """,
}
"""Things that burn, by which ``fire`` beside one of them is a fire."""

"""The form in which words of danger are written down, for :mod:`normalizer._emergency`.

A pattern is steps on one line (a line that ends with ``|`` or a gap goes on); a step is one or more alternatives (``smell|odor``) or a
named group of them (``@home``); ``~4`` before a step allows up to four words between it and the step before. Words are folded (no accents,
lower case). ``unless`` are words or phrases near the match that give it another meaning (``gas station``, ``feu de circulation``).
"""

from __future__ import annotations

from typing import NamedTuple


class RuleText(NamedTuple):
    """One rule as it is written down: its name, its patterns line by line, the phrases (with commas between) that give it another sense."""

    name: str
    patterns: str
    unless: str = ""


GROUPS: dict[str, str] = {
    "@home": """
        house|home|building|apartment|appartment|apt|garage|dumpster|car|truck|vehicle|roof|kitchen|basement|
        balcony|shed|trash|bin|barrel|bush|brush|grass|forest|woods|tree|field|transformer|pole|
        store|school|bus
    """,
    "@person": """
        person|someone|somebody|man|woman|lady|guy|boy|girl|child|kid|kids|children|people|he|she|son|daughter|husband|wife|mother|
        father|mom|dad|baby|toddler|teen|senior|sum1|som1|ppl|dude|grandpa|grandma|mum|biker|roofer|passenger|teenager|brother|sister|roommate|
        girlfriend|boyfriend|victim|victims|workers|roommate|swimmer|neighbor|neighbour|pedestrian|cyclist|driver|worker|friend|grandmother|grandfather
    """,
    "@quelqu": """
        personne|un|1|qqn|qqun|homme|femme|dame|monsieur|gars|fille|garcon|enfant|enfants|gens|il|elle|fils|mari|epouse|mere|pere|bebe|bambin|
        ado|aine|ainee|voisin|voisine|pieton|pietonne|cycliste|conducteur|conductrice|travailleur|ouvrier|ami|amie|chum|blonde|type
    """,
    "@gens": """
        personne|homme|femme|dame|madame|monsieur|gars|fille|garcon|fillette|enfant|enfants|jeune|fils|mari|epouse|mere|pere|bebe|bambin|quelqu|qqn|
        qqun|ado|aine|ainee|voisin|voisine|pieton|pietonne|cycliste|conducteur|conductrice|travailleur|ouvrier|ami|amie|chum|blonde|
        papi|mamie|grand|maman|papa|petit|petite|vieux|vieille|soeur|frere|gens|monde|passager|victime|eleve|nageur|un
    """,
    "@logis": """
        maison|immeuble|batiment|logement|appartement|garage|conteneur|poubelle|bac|voiture|auto|camion|vehicule|toit|
        toiture|cuisine|sous|balcon|cabanon|foret|boise|champ|broussailles|arbre|transformateur|poteau|ecole|magasin|
        duplex|triplex|bloc|autobus|haie
    """,
}
"""Named alternatives: things that burn, and persons, in each language."""

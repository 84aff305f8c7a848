"""Generates a stream of reports whose repetitions are known: residents of both languages, half of them without a position.

All of it is ours: streets of no city, sentences written for this, and the traps that a city meets every week (the next house, the next
lamp, another thing at the same place, the same thing after weeks). It is development data: it tells whether a change helps, not how good
the product is in a city.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

_STREETS = (
    "Maple", "Willow", "Saint-Laurent", "Papineau", "Rachel", "Elm", "Chestnut", "Fountain", "Bélanger", "Harbour", "Queen",
    "Laurier", "Dufferin", "Fullum", "Saint-Denis", "Cartier", "Orchard", "Wellington", "Notre-Dame", "Highland",
)  # fmt: skip
_LANDMARKS = (
    ("the Olimpico café", "le café Olimpico"),
    ("Saint-Louis school", "l'école Saint-Louis"),
    ("the Jean Coutu pharmacy", "la pharmacie Jean Coutu"),
    ("Dieppe park", "le parc Dieppe"),
    ("the Mercier library", "la bibliothèque Mercier"),
    ("the Villeray arena", "l'aréna Villeray"),
)

_SAID: dict[str, tuple[tuple[str, ...], tuple[str, ...], float]] = {
    "pothole": (
        (
            "Huge pothole {place}, please fix it",
            "There is a deep hole in the road {place}, I nearly lost a tire",
            "pot hole {place} getting bigger every day",
            "The asphalt has caved in {place}. Cars swerve around it.",
            "Another crater {place}, someone will get hurt",
        ),
        (
            "Énorme nid-de-poule {place}, à réparer svp",
            "Il y a un gros trou dans la chaussée {place}, j'ai failli briser un pneu",
            "L'asphalte est défoncé {place}",
            "nid de poule {place} !!! ça fait des semaines",
            "Un cratère {place}, les autos zigzaguent",
        ),
        45,
    ),
    "street_light": (
        (
            "Street light out {place}",
            "The lamp {place} has been dark for a week",
            "streetlight {place} flickers all night",
            "No light {place}, it is pitch black at night",
            "Lamp post not working {place}",
        ),
        (
            "Lampadaire éteint {place}",
            "La lumière de rue {place} est brûlée",
            "Le lampadaire {place} clignote toute la nuit",
            "Il fait noir {place}, le lampadaire ne marche plus",
            "Ampoule brûlée {place}",
        ),
        40,
    ),
    "illegal_dumping": (
        (
            "Somebody dumped a mattress and bags {place}",
            "Old couch and garbage left {place}",
            "Illegal dumping {place}: a mattress, tires, trash",
            "Pile of junk {place}, disgusting",
        ),
        (
            "Quelqu'un a jeté un matelas et des sacs {place}",
            "Vieux divan et ordures abandonnés {place}",
            "Dépôt sauvage {place} : matelas, pneus, déchets",
            "Un tas de déchets {place}, c'est dégoûtant",
        ),
        12,
    ),
    "tree": (
        (
            "A big branch is hanging over the sidewalk {place}",
            "Dead tree {place}, limbs are falling",
            "tree limb down {place}",
            "The maple {place} lost a large branch",
        ),
        (
            "Une grosse branche pend au-dessus du trottoir {place}",
            "Arbre mort {place}, des branches tombent",
            "branche tombée {place}",
            "L'érable {place} a perdu une grosse branche",
        ),
        30,
    ),
    "graffiti": (
        (
            "Graffiti on the wall {place}",
            "Someone spray painted tags {place}",
            "New graffiti {place}, please clean it",
        ),
        (
            "Graffiti sur le mur {place}",
            "Des tags ont été peints {place}",
            "Nouveau graffiti {place}, à nettoyer svp",
        ),
        30,
    ),
    "water_leak": (
        (
            "Water is gushing out of the ground {place}",
            "Water main break {place}?",
            "the hydrant is leaking {place}",
        ),
        (
            "De l'eau jaillit du sol {place}",
            "Bris d'aqueduc {place} ?",
            "la borne-fontaine coule {place}",
        ),
        4,
    ),
    "parking": (
        (
            "Car parked on the crosswalk {place}",
            "A van is blocking the driveway {place}",
            "double parked truck {place}",
        ),
        (
            "Auto stationnée sur le passage piéton {place}",
            "Une camionnette bloque l'entrée {place}",
            "camion en double file {place}",
        ),
        0.3,
    ),
    "sidewalk": (
        (
            "The sidewalk is cracked and raised {place}",
            "I tripped on a broken slab {place}",
            "Sidewalk in terrible shape {place}",
        ),
        (
            "Le trottoir est fissuré et soulevé {place}",
            "Je me suis enfargé dans une dalle brisée {place}",
            "Trottoir en très mauvais état {place}",
        ),
        45,
    ),
    "snow_ice": (
        (
            "The street was never plowed {place}",
            "Sheet of ice on the sidewalk {place}",
            "Snowbank blocks the crossing {place}",
        ),
        (
            "La rue n'a jamais été déneigée {place}",
            "Plaque de glace sur le trottoir {place}",
            "Un banc de neige bloque la traverse {place}",
        ),
        4,
    ),
}
"""Sentences by service in English and French, and for how many days the problem is reported."""
_BEFORE = ("", "", "Hello, ", "hi ", "FYI: ", "To whom it may concern. "), ("", "", "Bonjour, ", "allo ", "Info : ", "Madame, Monsieur, ")
_AFTER = ("", "", " Thanks.", " Please hurry!", " Second time I report this.", " Sent from my phone"), (
    "", "", " Merci.", " Faites vite svp !", " C'est la deuxième fois que je le signale.", " Envoyé de mon téléphone",
)  # fmt: skip


class _Problem(NamedTuple):
    number: int
    service: str
    kind: str
    """``house``, ``corner`` or ``landmark``."""
    house: int
    street: str
    other: str
    landmark: tuple[str, str]
    lat: float
    long: float
    begin: datetime
    pole: int


def generate(problems: int = 400, seed: int = 311, french: float = 0.5, placed: float = 0.5) -> Iterator[dict[str, Any]]:
    """Reports in order of time, each with ``problem``: those of one number are about the same thing. The same for the same seed."""
    chance = random.Random(seed)  # noqa: S311  (texts, not secrets)
    begin = datetime(2026, 1, 5, 6, tzinfo=UTC)
    found: list[dict[str, Any]] = []
    made: list[_Problem] = []
    for number in range(problems):
        problem = _problem(chance, number, begin, made)
        made.append(problem)
        last = _SAID[problem.service][2]
        count = chance.choices((1, 2, 3, 5), (50, 25, 15, 10))[0]
        for _ in range(count):
            at = problem.begin + timedelta(days=min(last, 40.0) * chance.random() ** 2)
            found.append(_report(chance, problem, at, french, placed))
    found.sort(key=lambda report: (report["datetime"], report["problem"], report["text"]))
    for number, report in enumerate(found):
        yield {"id": f"r{number}", **report}


def _problem(chance: random.Random, number: int, begin: datetime, made: list[_Problem]) -> _Problem:
    """A new problem; one in three is a trap beside an earlier one."""
    at = begin + timedelta(days=120 * chance.random())
    if made and chance.random() < 0.35:
        near = chance.choice(made)
        trap = chance.choice(("next house", "other service", "again", "next pole"))
        if trap == "next house":
            house = near.house + chance.choice((2, 4, 8, 20))
            moved = (house - near.house) * 6 / 111_195
            return near._replace(
                number=number, kind="house", house=house, lat=near.lat + moved, begin=at, pole=chance.randrange(1_000, 9_999)
            )
        if trap == "other service":
            return near._replace(number=number, service=chance.choice([name for name in _SAID if name != near.service]), begin=at)
        if trap == "again" and not any(
            (one.service, one.street, one.house) == (near.service, near.street, near.house) for one in made if one != near
        ):
            return near._replace(number=number, begin=near.begin + timedelta(days=_SAID[near.service][2] + 50))
        return near._replace(
            number=number, service="street_light", pole=chance.randrange(1_000, 9_999), house=near.house + 30, kind="pole", begin=at
        )
    street, other = chance.sample(_STREETS, 2)
    kind = chance.choices(("house", "corner", "landmark", "pole"), (50, 30, 10, 10))[0]
    return _Problem(
        number=number,
        service="street_light" if kind == "pole" else chance.choice(list(_SAID)),
        kind=kind,
        house=chance.randrange(10, 9_000),
        street=street,
        other=other,
        landmark=chance.choice(_LANDMARKS),
        lat=45.50 + 0.08 * chance.random(),
        long=-73.65 + 0.12 * chance.random(),
        begin=at,
        pole=chance.randrange(1_000, 9_999),
    )


def _report(chance: random.Random, problem: _Problem, at: datetime, french: float, placed: float) -> dict[str, Any]:
    english, in_french, _days = _SAID[problem.service]
    language = int(chance.random() < french)
    pinned = chance.random() < placed
    sentence = chance.choice(in_french if language else english)
    place = _place(chance, problem, language)
    if pinned and chance.random() < 0.6:
        place = chance.choice((("here", "in front of my house", "on our street"), ("ici", "devant chez moi", "dans notre rue"))[language])
    text = chance.choice(_BEFORE[language]) + sentence.format(place=place) + chance.choice(_AFTER[language])
    report: dict[str, Any] = {"text": _mistyped(chance, text), "datetime": at.isoformat(timespec="seconds"), "problem": problem.number}
    if pinned:
        report["lat"] = round(problem.lat + chance.gauss(0, 12) / 111_195, 6)
        report["long"] = round(problem.long + chance.gauss(0, 12) / 78_000, 6)
        report["service_code"] = problem.service
    return report


def _place(chance: random.Random, problem: _Problem, language: int) -> str:
    house, street, other = problem.house, problem.street, problem.other
    if problem.kind == "pole":
        return chance.choice(
            (
                (f"on pole {problem.pole}", f"pole {problem.pole} on {street} St"),
                (f"sur le poteau {problem.pole}", f"poteau {problem.pole}, rue {street}"),
            )[language]
        )
    if problem.kind == "landmark":
        return (f"across from {problem.landmark[0]}", f"en face de {problem.landmark[1]}".replace("de le ", "du "))[language]
    if problem.kind == "corner":
        one, two = (street, other) if chance.random() < 0.5 else (other, street)
        english = (f"at the corner of {one} and {two}", f"at {one} St and {two} St", f"at {one} & {two}, intersection of {one} and {two}")
        return chance.choice(
            (english, (f"au coin de {one} et {two}", f"à l'intersection de {one} et {two}", f"coin {one} et {two}"))[language]
        )
    english = (f"at {house} {street} Street", f"in front of {house} {street} St.", f"near {house} {street} Street")
    return chance.choice(
        (english, (f"devant le {house}, rue {street}", f"au {house} rue {street}", f"près du {house}, rue {street}"))[language]
    )


def _mistyped(chance: random.Random, text: str) -> str:
    """Now and then a letter is missing or twice, everything is small, or accents are left out."""
    if chance.random() < 0.15:
        text = text.lower()
    if chance.random() < 0.25:
        at = chance.randrange(len(text))
        if text[at].isalpha():
            text = text[:at] + chance.choice(("", text[at] * 2)) + text[at + 1 :]
    return text

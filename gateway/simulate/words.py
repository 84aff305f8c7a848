"""What simulated residents say, all of it made up."""

from __future__ import annotations

from dataclasses import dataclass

STREETS = {
    "en": (
        "Maple Street", "Oak Avenue", "Mill Road", "Station Street", "Harbour Drive", "Church Street", "Victoria Avenue", "Elm Crescent",
        "River Road", "Queen Street", "Birch Lane", "Market Street", "Park Avenue", "Hillside Drive", "Cedar Street", "Depot Street",
    ),
    "fr": (
        "rue des Érables", "avenue du Parc", "rue Saint-Joseph", "boulevard des Forges", "rue de la Gare", "chemin du Moulin",
        "rue Sainte-Anne", "avenue des Pins", "rue Notre-Dame", "côte de l'Église", "rue du Marché", "boulevard Laurier",
        "rue de l'Hôpital", "avenue Papineau", "rue des Bouleaux", "montée des Sources",
    ),
}  # fmt: skip
FIRST_NAMES = {
    "en": (
        "Alice",
        "Ben",
        "Carla",
        "Derek",
        "Emma",
        "Frank",
        "Grace",
        "Hassan",
        "Irene",
        "Jack",
        "Kate",
        "Liam",
        "Maria",
        "Noah",
        "Olivia",
    ),
    "fr": ("Amélie", "Benoît", "Chantal", "Denis", "Élodie", "François", "Geneviève", "Hélène", "Ibrahim", "Jérôme", "Louise", "Mathieu"),
}
LAST_NAMES = {
    "en": (
        "Baker",
        "Carter",
        "Dunn",
        "Ellis",
        "Fraser",
        "Grant",
        "Hughes",
        "Ingram",
        "Jensen",
        "Kaur",
        "Lewis",
        "Morgan",
        "Nguyen",
        "Ortiz",
    ),
    "fr": ("Bouchard", "Côté", "Desjardins", "Fortin", "Gagnon", "Hébert", "Lachance", "Lévesque", "Morin", "Pelletier", "Roy", "Tremblay"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of problem by language: subjects, sentences that name it and its ``{place}``, and what may be added."""

    code: str
    subjects: dict[str, tuple[str, ...]]
    sentences: dict[str, tuple[str, ...]]
    details: dict[str, tuple[str, ...]]


PROBLEMS = (
    Problem(
        "pothole",
        {"en": ("Pothole", "Hole in the road", "Road damage"), "fr": ("Nid-de-poule", "Trou dans la chaussée", "Chaussée brisée")},
        {
            "en": (
                "There is a deep pothole at {place}.",
                "The road surface has broken up near {place}.",
                "I hit a huge hole in front of {place} this morning.",
            ),
            "fr": (
                "Il y a un gros nid-de-poule devant le {place}.",
                "La chaussée est défoncée près du {place}.",
                "J'ai heurté un trou énorme ce matin au {place}.",
            ),
        },
        {
            "en": ("Cyclists have to swerve into traffic.", "It has already cost me a tire.", "It fills with water so nobody sees it."),
            "fr": ("Les cyclistes doivent se déporter.", "J'y ai laissé un pneu.", "Quand il pleut on ne le voit plus."),
        },
    ),
    Problem(
        "street_light",
        {"en": ("Street light out", "No light on our street"), "fr": ("Lampadaire éteint", "Rue dans le noir")},
        {
            "en": ("The street light at {place} has been out.", "The lamp post in front of {place} flickers all night."),
            "fr": ("Le lampadaire devant le {place} est éteint.", "La lumière de rue au {place} clignote toute la nuit."),
        },
        {
            "en": ("It is pitch dark at the crossing.", "The pole number is worn off.", "My mother is afraid to walk home."),
            "fr": ("On ne voit plus rien au passage piéton.", "Le numéro du poteau est effacé.", "Ma mère n'ose plus rentrer à pied."),
        },
    ),
    Problem(
        "garbage_collection",
        {"en": ("Missed garbage collection", "Bins not emptied"), "fr": ("Collecte oubliée", "Bacs non vidés")},
        {
            "en": ("Our garbage at {place} was not picked up.", "The truck drove past {place} without stopping."),
            "fr": ("Les ordures n'ont pas été ramassées au {place}.", "Le camion est passé devant le {place} sans s'arrêter."),
        },
        {
            "en": ("The whole block is in the same situation.", "Raccoons are already at it."),
            "fr": ("Toute la rue est dans le même cas.", "Les ratons laveurs s'en donnent à cœur joie."),
        },
    ),
    Problem(
        "tree",
        {"en": ("Dangerous branch", "Dead tree"), "fr": ("Branche dangereuse", "Arbre mort")},
        {
            "en": ("A large branch is hanging over the sidewalk at {place}.", "The city tree at {place} is dead and leaning."),
            "fr": (
                "Une grosse branche pend au-dessus du trottoir au {place}.",
                "L'arbre de la Ville devant le {place} est mort et penche.",
            ),
        },
        {
            "en": ("The next wind will bring it down.", "Children wait for the school bus right under it."),
            "fr": ("Au prochain coup de vent elle tombe.", "Les enfants attendent l'autobus juste en dessous."),
        },
    ),
    Problem(
        "water_leak",
        {"en": ("Water on the street", "Leaking hydrant"), "fr": ("Fuite d'eau", "Borne-fontaine qui coule")},
        {
            "en": ("Water is coming up through the pavement at {place}.", "The hydrant beside {place} has been leaking."),
            "fr": ("De l'eau sort de l'asphalte devant le {place}.", "La borne-fontaine près du {place} coule."),
        },
        {"en": ("The basement next door is getting wet.",), "fr": ("Le sous-sol du voisin prend l'eau.",)},
    ),
    Problem(
        "graffiti",
        {"en": ("Graffiti", "Wall painted over"), "fr": ("Graffitis", "Mur barbouillé")},
        {
            "en": ("Somebody sprayed the wall of {place} again.", "There is offensive graffiti at {place}."),
            "fr": ("Le mur du {place} a encore été tagué.", "Il y a des graffitis injurieux au {place}."),
        },
        {"en": ("It faces the playground.",), "fr": ("C'est en face du terrain de jeux.",)},
    ),
    Problem(
        "noise",
        {"en": ("Noise at night", "Construction before seven"), "fr": ("Bruit la nuit", "Chantier avant sept heures")},
        {
            "en": ("The works at {place} start long before seven.", "Loud music from {place} until three in the morning."),
            "fr": (
                "Le chantier du {place} commence bien avant sept heures.",
                "Musique à tue-tête au {place} jusqu'à trois heures du matin.",
            ),
        },
        {"en": ("Nobody on the floor can sleep.",), "fr": ("Personne ne dort à l'étage.",)},
    ),
    Problem(
        "sidewalk",
        {"en": ("Broken sidewalk", "Curb in pieces"), "fr": ("Trottoir brisé", "Bordure en morceaux")},
        {
            "en": ("The sidewalk in front of {place} is lifted by roots.", "A slab of the sidewalk is missing at {place}."),
            "fr": ("Le trottoir devant le {place} est soulevé par les racines.", "Il manque une dalle au trottoir du {place}."),
        },
        {"en": ("My neighbour in a wheelchair cannot pass.",), "fr": ("Ma voisine en fauteuil roulant ne passe pas.",)},
    ),
    Problem(
        "traffic_signal",
        {"en": ("Traffic light", "Walk signal too short"), "fr": ("Feu de circulation", "Feu piéton trop court")},
        {
            "en": ("The traffic light near {place} stays red for ever.", "The walk signal at {place} does not work."),
            "fr": ("Le feu près du {place} reste rouge sans fin.", "Le feu pour piétons au {place} ne fonctionne pas."),
        },
        {"en": ("People have started to run it.",), "fr": ("Les gens commencent à le brûler.",)},
    ),
    Problem(
        "illegal_dumping",
        {"en": ("Dumped mattresses", "Illegal dumping"), "fr": ("Matelas abandonnés", "Dépôt sauvage")},
        {
            "en": ("Somebody left mattresses and paint cans behind {place}.", "A pile of construction waste was dumped at {place}."),
            "fr": (
                "Des matelas et des pots de peinture ont été laissés derrière le {place}.",
                "Un tas de gravats a été déversé au {place}.",
            ),
        },
        {"en": ("It grows every week.",), "fr": ("Ça grossit chaque semaine.",)},
    ),
)
STORM = (
    Problem(
        "tree",
        {"en": ("Tree down", "Street blocked by a tree"), "fr": ("Arbre tombé", "Rue bloquée par un arbre")},
        {
            "en": ("The storm brought a tree down across the road at {place}.", "A tree has fallen on the cars at {place}."),
            "fr": ("La tempête a couché un arbre en travers de la rue au {place}.", "Un arbre est tombé sur des voitures au {place}."),
        },
        {"en": ("Nobody can get through.", "The branches are everywhere."), "fr": ("On ne passe plus.", "Il y a des branches partout.")},
    ),
    Problem(
        "drainage",
        {"en": ("Flooded street", "Catch basin blocked"), "fr": ("Rue inondée", "Puisard bouché")},
        {
            "en": (
                "The street at {place} is under water since the storm.",
                "The catch basin at {place} is blocked and the road is flooded.",
            ),
            "fr": ("La rue est inondée au {place} depuis la tempête.", "Le puisard du {place} est bouché et la rue déborde."),
        },
        {"en": ("It is up to the doors.",), "fr": ("L'eau arrive aux portes.",)},
    ),
)
EMERGENCIES = {
    "en": (
        "I smell gas very strongly at {place}, please send somebody now!",
        "A live power line is down on the sidewalk at {place} and it is sparking.",
        "There is a fire in the building at {place}, people are still inside.",
    ),
    "fr": (
        "Il y a une forte odeur de gaz au {place}, envoyez quelqu'un tout de suite !",
        "Un fil électrique est tombé sur le trottoir au {place} et fait des étincelles.",
        "Le bâtiment du {place} est en feu, il y a encore des gens à l'intérieur.",
    ),
}
SINCE = {
    "en": ("since Monday", "for two weeks now", "since yesterday evening", "for months"),
    "fr": ("depuis lundi", "depuis deux semaines", "depuis hier soir", "depuis des mois"),
}
GREETINGS = {"en": ("Hello,", "Good morning,", "Hi,", "To whom it may concern,", ""), "fr": ("Bonjour,", "Madame, Monsieur,", "Salut,", "")}
MOODS = {
    "en": (
        "Could somebody have a look, please?", "Thank you for your work.", "This is the third time I write about it!",
        "What do we pay taxes for?", "It would be great if this could be fixed before winter.", "UNBELIEVABLE. Do something!", "",
    ),
    "fr": (
        "Pourriez-vous envoyer quelqu'un, s'il vous plaît ?", "Merci pour votre travail.", "C'est la troisième fois que j'écris !",
        "À quoi servent nos taxes ?", "Ce serait bien de régler ça avant l'hiver.", "INCROYABLE. Faites quelque chose !", "",
    ),
}  # fmt: skip
FOLLOW_UPS = {
    "en": (
        "Any news about this?", "It has become worse since I wrote.", "I forgot to say: it is on the side of the school.",
        "Thank you, somebody came, but it is not finished.",
    ),
    "fr": (
        "Avez-vous des nouvelles ?", "C'est pire depuis mon message.", "J'oubliais : c'est du côté de l'école.",
        "Merci, quelqu'un est venu, mais ce n'est pas terminé.",
    ),
}  # fmt: skip
QUESTIONS = {
    "en": ("When is the ecocentre open on Saturdays?", "How do I get a parking permit for my street?", "Who do I pay my water bill to?"),
    "fr": (
        "Quand l'écocentre est-il ouvert le samedi ?",
        "Comment obtenir une vignette de stationnement ?",
        "Où paye-t-on la taxe d'eau ?",
    ),
}
THANKS = {
    "en": ("Just a word of thanks: the crew that cleared our street was wonderful.",),
    "fr": ("Un simple merci : l'équipe qui a déneigé notre rue a été formidable.",),
}
ABSENT = {
    "en": ("Out of office", "I am out of the office until Monday and will read your message then."),
    "fr": ("Réponse automatique : absence", "Je suis absente du bureau jusqu'à lundi et lirai votre message à mon retour."),
}
SPAM = {
    "en": (
        (
            "CONGRATULATIONS you have WON $1,000,000",
            "Click here now to claim your prize: http://prize.example/claim?id={n} Limited offer, act now!!!",
        ),
        (
            "Rank your website #1 on Google",
            "Dear webmaster, we offer cheap SEO services, 100% guaranteed. Buy now at http://seo.example/{n}",
        ),
    ),
    "fr": (
        ("FÉLICITATIONS vous avez GAGNÉ", "Cliquez ici pour réclamer votre prix : http://prix.example/gagnant?id={n} Offre limitée !!!"),
        ("Crédit rapide sans enquête", "Argent immédiat, 100 % garanti, sans frais. Cliquez maintenant : http://credit.example/{n}"),
    ),
}
PLACE = {"en": "{number} {street}", "fr": "{number}, {street}"}
REPLY = {"en": "On {date}, {name} wrote:", "fr": "Le {date}, {name} a écrit :"}

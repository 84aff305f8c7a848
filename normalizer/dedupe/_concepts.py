"""Words of residents' reports by what they mean, in English and French: ``pothole``, ``crater`` and ``nid-de-poule`` are one concept.

Written by hand from how residents of both languages name things; it decides nothing by itself, it only makes two texts comparable. A
concept belongs to a theme: two concepts of one theme are near each other (a branch, a tree). Words are folded and stemmed when they are
read, so accents, case and plural do not matter; an entry of several words is one phrase.
"""

from __future__ import annotations

CONCEPTS: dict[str, dict[str, str]] = {
    "road": {
        "hole": (
            "pothole, pot hole, pot holes, hole, crater, sinkhole, sink hole, cave in, crevice, nid de poule, nids de poule, trou, "
            "cratère, crevasse, effondrement, affaissement"
        ),
        "paving": (
            "pave, repave, paving, repaving, resurface, asphalt, pavement, road surface, blacktop, tar, patch, patched, patching, "
            "bump, bumps, asphalte, asphaltage, pavage, bitume, chaussée, goudron, bosse, rapiéçage, revêtement"
        ),
        "wheel": "tire, tires, rim, suspension, wheel, axle, flat tire, pneu, jante, crevaison, roue",
        "manhole": (
            "manhole, manhole cover, sewer cover, sewer cap, utility cover, sewer top, grate, plaque d'égout, couvercle d'égout, "
            "regard d'égout, bouche d'égout, couvercle, regard"
        ),
    },
    "walk": {
        "sidewalk": "sidewalk, side walk, sidwalk, footpath, walkway, slab, concrete, trottoir, dalle, béton",
        "curb": "curb, kerb, curbing, curbstone, bordure, bordure de rue, chaîne de trottoir",
        "trip": "trip, tripped, tripping, stumble, trébucher, trébuché, enfarger, enfargé, tomber, chute",
        "ramp": "ramp, wheelchair, stroller, handicap, rampe, fauteuil roulant, poussette, bateau pavé",
    },
    "light": {
        "lamp": (
            "street light, streetlight, street lamp, streetlamp, lamp, lamppost, lamp post, light pole, pole light, light fixture, "
            "lighting, bulb, fixture, floodlight, flood light, light, lights, lampadaire, réverbère, éclairage, luminaire, ampoule, "
            "lumière, lumières de rue, lampe"
        ),
        "flicker": "flicker, flickers, flickering, blink, blinking, clignote, clignoter, clignotant, vacille, scintille",
        "dark": "dark, darkness, pitch black, noir, noirceur, sombre, obscurité",
        "pole": "pole, utility pole, telephone pole, post, poteau, fût, pylône",
    },
    "signal": {
        "signal": (
            "traffic light, traffic lights, traffic signal, signal, stop light, stoplight, red light, green light, feu de "
            "circulation, feux de circulation, feu rouge, feu vert, feux, feu"
        ),
        "walksignal": (
            "pedestrian signal, walk signal, crossing signal, walk light, pedestrian light, feu piéton, feux piétons, signal "
            "piéton, bonhomme"
        ),
    },
    "crossing": {
        "crosswalk": (
            "crosswalk, cross walk, pedestrian crossing, zebra, crossing, passage piéton, passage piétons, traverse piétonne, "
            "passage pour piétons"
        ),
        "pedestrian": "pedestrian, walker, piéton",
        "marking": "road marking, line, lines, striping, paint, painted, faded, marquage, ligne, peinture, effacé",
    },
    "sign": {
        "sign": "sign, signs, signage, street sign, stop sign, panneau, panneaux, enseigne, plaque de rue, arrêt stop, panneau d'arrêt",
    },
    "speed": {
        "speeding": (
            "speeding, speed, speeders, racing, too fast, fast, speed limit, speed hump, speed bump, speed meter, vitesse, rapide, "
            "roulent vite, excès de vitesse, dos d'âne, radar"
        ),
        "accident": "accident, crash, collision, near miss, hit, struck, accrochage",
    },
    "parking": {
        "parked": (
            "parked, parking, park illegally, no parking, no standing, double parked, stationné, stationnement, stationnée, garé, "
            "garée, mal garé, stationnement interdit"
        ),
        "ticket": "ticket, tow, towed, ticketed, towing, parking enforcement, contravention, constat, remorquer, remorquage, amende",
        "permit": "permit, resident permit, meter, meters, vignette, permis, parcomètre",
    },
    "vehicle": {
        "car": "car, cars, vehicle, vehicles, auto, sedan, suv, voiture, véhicule, automobile, char",
        "truck": "truck, van, minivan, trailer, camion, camionnette, fourgonnette, remorque",
        "abandoned": "abandoned, abandoned car, abandonné, abandonnée, épave",
        "plate": "plate, license plate, tag, plaque, plaque d'immatriculation, immatriculation",
        "bike": "bike, bikes, bicycle, cyclist, biker, bike lane, vélo, bicyclette, cycliste, piste cyclable",
    },
    "waste": {
        "trash": (
            "trash, garbage, rubbish, refuse, litter, junk, debris, debri, waste, toter, toters, bags, bag, ordures, déchets, "
            "poubelle, poubelles, vidanges, détritus, rebuts, débris, sac, sacs"
        ),
        "dumping": "dump, dumped, dumping, dumpers, illegally dumped, illegal dumping, dépôt sauvage, dépotoir, jeté, jetés, déversé",
        "mattress": "mattress, box spring, boxspring, matelas, sommier",
        "furniture": "furniture, couch, sofa, chair, table, dresser, cabinet, meuble, meubles, divan, canapé, fauteuil, chaise",
        "appliance": (
            "fridge, refrigerator, freezer, stove, washer, dryer, tv, television, frigo, réfrigérateur, congélateur, cuisinière, "
            "laveuse, sécheuse, télé, télévision"
        ),
        "bin": "bin, bins, container, can, cans, dumpster, bac, bacs, conteneur, benne",
        "tirepile": "old tires, pile of tires, vieux pneus",
        "sewage": "sewage tank, portable toilet, porta potty, septic, toilette chimique",
    },
    "collection": {
        "recycling": "recycling, recycle, recyclables, blue bin, recyclage, bac bleu, bac vert, récupération",
        "compost": "compost, organics, brown bin, bac brun, matières organiques",
        "pickup": (
            "pickup, pick up, picked up, collect, collected, collection, missed collection, not picked up, skipped, collecte, "
            "ramassé, ramasser, ramassage, cueillette, vidé, vider"
        ),
    },
    "tree": {
        "tree": "tree, trees, arbre, arbres, érable, maple, oak, chêne, frêne, ash tree, basswood, linden",
        "limb": "limb, branch, branches, limbs, branche, branchage",
        "stump": "stump, stumps, souche, souches, grindings, essoucher",
        "root": "root, roots, racine, racines",
        "trim": "trim, trimmed, trimming, prune, pruning, élaguer, élagage, émonder, émondage, tailler",
        "fallen": "fallen, fell, fall, falling, down, toppled, tombé, tombée, tombés, renversé, cassé, arraché, déraciné",
        "dead": "dead, dying, rotten, diseased, mort, morte, malade, pourri",
    },
    "green": {
        "bush": "bush, shrub, hedge, overgrown, overgrowth, vegetation, buisson, haie, arbuste, végétation",
        "grass": (
            "grass, weeds, weed, lawn, mow, mowed, mowing, tall grass, gazon, herbe, herbes, pelouse, tondre, tonte, herbe à poux, "
            "ragweed, mauvaises herbes"
        ),
        "leaf": "leaf, leaves, leaf bag, leaf pickup, feuille, feuilles mortes, sacs de feuilles",
        "park": "park, playground, green, swing, slide, parc, aire de jeux, terrain de jeux, balançoire, glissade",
        "bench": "bench, benches, banc, bancs",
    },
    "snow": {
        "snow": "snow, snowbank, snow bank, slush, unplowed, neige, banc de neige, gadoue, sloche",
        "ice": "ice, icy, slippery, black ice, glace, verglas, glacé, glissant, patinoire",
        "plow": (
            "plow, plowed, plowing, plough, shovel, shoveled, shovelled, shoveling, snow removal, déneiger, déneigement, déneigé, "
            "charrue, pelleter, pelleté, souffler, chasse neige"
        ),
        "salt": "salt, sand, salted, sanding, de icing, sel, sable, abrasif, épandage",
    },
    "water": {
        "leak": (
            "leak, leaking, leaks, water leak, water main, main break, gush, gushing, burst, fuite, fuit, coule, bris d'aqueduc, "
            "conduite, aqueduc"
        ),
        "hydrant": "hydrant, fire hydrant, borne fontaine, borne d'incendie, borne incendie, hydrante",
        "flood": (
            "flood, flooded, flooding, floods, backing up, backs up, puddle, pooled, standing water, inondation, inondé, inondée, "
            "flaque, refoule, refoulement, débordé, déborde"
        ),
        "drain": (
            "drain, storm drain, catch basin, sewer, clogged, blocked drain, gutter, égout, puisard, caniveau, bouché, bouchée, grille"
        ),
        "quality": "brown water, dirty water, discolored, rusty, taste, tap water, eau brune, eau sale, rouille, goût, eau du robinet",
    },
    "noise": {
        "noise": "noise, loud, noisy, music, party, bruit, bruyant, musique, vacarme, tapage, fête",
        "construction": (
            "construction, construction site, jackhammer, work site, scaffolding, chantier, travaux, marteau piqueur, échafaudage"
        ),
        "early": "early morning, before 7, quiet hours, ordinance, aux petites heures, tôt le matin",
        "alarm": "alarm, siren, barking, alarme, sirène, aboie, aboiement, jappe",
    },
    "animal": {
        "dog": "dog, dogs, pit bull, beagle, chien, chiens, chienne",
        "cat": "cat, cats, kitten, chat, chats, chaton",
        "rat": "rat, rats, mice, mouse, rodent, souris, rongeur, vermine",
        "wildlife": "raccoon, skunk, squirrel, deer, coyote, raton laveur, raton, mouffette, écureuil, chevreuil, cerf",
        "pest": (
            "bed bug, bedbugs, cockroach, roach, wasp, bee, punaise, punaises de lit, coquerelle, blatte, cafard, guêpe, nid de guêpes"
        ),
        "carcass": "dead animal, carcass, roadkill, animal mort, cadavre, deer strike",
        "lost": "lost, missing, perdu, perdue, disparu",
    },
    "property": {
        "graffiti": (
            "graffiti, graffitis, tag says, spray paint, spray painted, tagging, tagged, vandalism, vandalised, tags, vandalisme, "
            "gribouillis"
        ),
        "vacant": (
            "vacant, abandoned house, abandoned building, bank owned, vacant lot, boarded, terrain vague, bâtiment abandonné, inhabité"
        ),
        "house": "property, landlord, tenant, owner, homeowner, propriété, propriétaire, locataire, logement",
        "heating": "heat, heating, no heat, hot water, chauffage, eau chaude, pas de chauffage",
        "mold": "mold, mould, moisissure, humidité",
        "fence": "fence, wall, gate, clôture, mur, barrière",
        "tent": "homeless, tent, encampment, camp, itinérant, tente, campement, sans abri",
        "drugs": "drug, drugs, needle, needles, syringe, seringue, drogue, suspicious, dealer, louche",
    },
    "obstruction": {
        "blocked": "block, blocking, blocked, obstruct, obstructing, in the way, bloque, bloqué, bloquée, obstrue, obstruction, encombre",
        "wire": "wire, wires, power line, cable, downed wire, hanging wire, fil, fils, câble, fil électrique",
        "cone": "cone, cones, barricade, barrier, detour, cône, cônes, détour",
        "furnished": "sidewalk seating, tables and chairs, patio, terrasse",
    },
    "notice": {
        "notice": (
            "eonp, enop, emergency order, parking ban, snow removal scheduled, signs have been posted, interdiction temporaire, "
            "avis de travaux"
        ),
    },
    "transit": {
        "bus": "bus, buses, bus stop, bus shelter, autobus, arrêt d'autobus, abribus",
    },
    "smell": {
        "smell": "smell, odor, odour, stink, stench, reek, odeur, pue, puanteur, sent mauvais",
        "smoke": "smoke, smoking, fumée, boucane",
    },
}
"""Theme, concept, entries."""

LASTS: dict[str, float] = {
    "road": 60, "walk": 90, "light": 45, "signal": 30, "crossing": 90, "sign": 60, "speed": 60, "parking": 3, "vehicle": 10, "waste":
    14, "collection": 5, "tree": 60, "green": 30, "snow": 6, "water": 20, "noise": 20, "animal": 6, "property": 45, "obstruction": 10,
    "notice": 1, "transit": 10, "smell": 6,
}  # fmt: skip
"""Days after which half of the problems of a theme are no longer there: a car drives away, a broken sidewalk stays. Set by hand."""

COMMON = """
able account action actually address alder area areas ask attention awful believe block bottom bring building business care center
children city citizen close clear complaint complete completely concern condition continue corner couple cover daily damage
damaged danger dangerous daughter department deep different difficult direction dirty district drive driver driveway driving easy
edge employee end enforcement entire entrance evening extremely eyesore fail family feel feet fill filled fine fire fix fixed
floor follow foot force form front garden give go gone great ground guess hazard head heavy high highway hill hope horrible huge
ignore immediately important inch inspect install intersection issue kid kids lane large late lawn leave letter level live living
located location loose lot main major matter middle mile minute miss morning mother move multiple name neighbor neighborhood
neighbour night notice notify number numerous office old online opposite order park part pass past pay people person phone photo
picture place please point police possible potential present private problem promise property public put question quick rain read
real rear receive recent remain remind remove removal repair repaired replace replacement report reported request residence
resident residential responsible road safe safety school season section see send serious series service set severe shop side site
size small son space spot state stay steady step still store street stretch submit summer supervisor suppose sure take taken
terrible thank thing time tiny today tomorrow tonight top town traffic travel try turn unsafe update use useful view visible wait
walk walking want warn water way week weekend winter wide wife window wish work worker working worse worst year yard yesterday
young abord acces adresse aider ainsi aller ami appel appeler arret arriere arrondissement attendre avenue beau bas bonne bord
boulevard bout centre chaque chose citoyen cite coin commerce completement conducteur constater contacter coup cour cours
dangereux dangereuse demande demander depanner dernier derniere deux deuxieme devenir devrait doit domicile dommage droit droite
endroit enfant enlever ensemble entree envoyer epicerie escalier etage etat face faite famille femme fenetre fille fin fois gauche
gens grand grande gros grosse habiter hauteur heure homme immeuble impossible inspecter installer inquiet jardin jeune journee
longue matin mauvais meme mettre metre midi milieu moment mur nuit numero passer pied personne petit petite plainte plein
plusieurs porte premier premiere presence prevoir probleme prochain prochaine proche profond profonde propre quartier quelqu
reparation reparer remplacer rester rendre rentrer retour rue ruelle risque route rouler sale samedi securite secteur semaine
sentir seul signaler signalement situation soir soiree sortie suite svp temps terrain terre trois trouver urgent urgence venir
vers vie vieux ville voir voisin voisine voisinage voie vraiment lundi mardi mercredi jeudi vendredi dimanche janvier fevrier mars
avril juin juillet aout septembre octobre novembre decembre monday tuesday wednesday thursday friday saturday sunday january
february march april june july august september october november december north south east west nord sud est ouest left right
eastern western northern southern one two three four five six seven eight nine ten hundred dozen several un quatre cinq sept huit
neuf dix saint sainte sent hello hi allo madame monsieur fyi info court terrace alley chemin montee cote rang
"""
"""Words that say little about which problem it is: they weigh less than others, and are never searched by."""

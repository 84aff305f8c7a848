"""Words of scenes of danger, as people describe them: what happens, to whom, where; in sentences, text messages and calls.

They join the rules of the same name in ``_emergency_hazards.py`` and ``_emergency_persons.py``, which name the danger itself.
"""

from __future__ import annotations

from normalizer._emergency_rules import RuleText

_SOFT = """
    almost, nearly, close to, could, would, might, may get, will be, someone will, somebody will, gets killed, get hurt, gets hurt,
    one day,
    some day, sooner or later, failli, faillit, presque, pourrait, pourraient, risque, risquent, un jour, va finir par, finira par,
    se fasse,
    before someone, avant que, avant qu, raccoon, raton, squirrel, ecureuil, deer, chevreuil, skunk, mouffette, pigeon, goose, duck,
    ducklings, canetons, cat, chat, bird, oiseau, graffiti, mural, murale, statue, sculpture, poster, affiche, video, clip, concert, show,
    spectacle, y a personne, y avait personne, no one was, nobody was, personne n est, personne n a ete, parked, stationne,
    stationnee, stationnes
"""

SCENES: tuple[RuleText, ...] = (
    RuleText(
        "gas_leak",
        """
        break|breaks|broke|broken|hit|hits|struck|cut|ripped|punctured|severed|dug ~4 gas ~1 line|main|pipe|meter
        brise|briser|casse|casser|perce|percer|accroche|accrocher|arrache|arracher|sectionne|sectionner|frappe|frapper|endommage ~4
            conduite|tuyau|ligne|compteur|entree ~2 gaz
        rotten egg|eggs ~4 smell|odor|odour|stink|stinks
        smell|smells|odor|odour|stinks ~3 rotten egg|eggs
        odeur|odeurs|senteur|sent|pue ~3 oeuf|oeufs|euf|eufs ~1 pourri|pourris
        hissing|hiss|siffle|sifflement ~5 meter|compteur
        meter|compteur ~4 hissing|siffle
        """,
        f"{_SOFT}, sewer, sewers, egout, egouts, compost, bac brun, brown bin, garbage, dump, puisard, treatment plant, epuration",
    ),
    RuleText(
        "carbon_monoxide",
        """
        co|monoxide ~2 detector|alarm|detectors ~6 going|beeping|off|ringing|stop|sounding|crazy|blaring|went|screaming
        detecteur|avertisseur|alarme ~3 co|monoxyde ~6 sonne|sonner|capote|crie|declenche|declenchee|arrete|hurle|resonne
        """,
        f"{_SOFT}, battery, batteries, pile, piles, free, gratuit, install, installer, inspection, where to buy",
    ),
    RuleText(
        "fire",
        """
        massive|raging|active|bad|structure|forest|grass|bush|wild|apartment|house|kitchen|electrical|attic|chimney|vehicle|trash fire
        fire ~5 fence|hedge|neighbour|neighbours|neighbor|neighbors|shed|deck
        is|its|s|are|was burning ~2 again|now|right|fast|down|out
        fills|filling|filled|fill|full ~3 smoke
        remplit|remplie|rempli|pleine|plein|envahi ~4 fumee
        fumee ~4 voisin|voisine|voisins|etage|toit|fenetre|fenetres|sort|noire|immeuble|maison
        smoke ~5 window|windows|roof|house|building|apartment|door|hallway|basement|attic
        pris|prend|prennent|prit|pogne|viennent|vient ~3 en feu
        feu ~3 rendu|rendus|approche|etend|avance
        ca|sa brule ~2 encore|partout|vite|fort|maintenant
        immense|enorme|violent|gros|important|majeur incendie|brasier
        lance|lancent|jette|jettent|throwing|throw|tossing ~6 feu|fire|burning|molotov
        mettre|mettent|foutre|crisser ~2 feu
        essence|gasoline|petrol ~9 light|lighter|match|matches|allumer|briquet
        gasoline|essence|petrol ~4 stairwell|hallway|escalier|corridor|cage
        flames ~6 window|roof|field|house|forest|building|behind
        brulent|brule ~3 maison|immeuble|auto|voiture|char|grange|garage|cabanon|foret
        """,
        f"{_SOFT}, fire pit, fire station, fire department, fire truck, fire hydrant, fire hydrants, fire lane, fire drill, "
        "fire code, fire report, foyer, "
        "smoke detector, cigarette, cigarettes, smoker, smokers, smoking, weed, cannabis, pot, barbecue, bbq, wildfires, "
        "feux de foret, feu rouge, "
        "feux rouges, feu vert, feu de circulation, feu pieton, "
        "brulent les feux, brule un feu, brulent un feu, brule le feu, brulent le feu, gas station, station service, "
        "station essence, wood stove, "
        "poele a bois, ampoule, lampadaire, exhaust, idling, idle, ralenti, camions, trucks, full of smoke detectors, traffic light",
    ),
    RuleText(
        "electric_danger",
        """
        shocked|electrocuted|zapped|shock|zap ~7 pole|lamp|wire|post|lamppost|fence|light|cable
        pole|lamp|post|lamppost|lampadaire|poteau ~7 shocked|zapped|electrified|electrifie|electrifiee|decharge|electrocute
        pris|prend|recu|recoit|recevoir ~2 choc|decharge ~7 lampadaire|poteau|fil|cloture|lumiere|cable
        wire|wires|line|lines|cable ~7 buzzing|arcing|sparks|sparking|jumping|humming|crackling
        fil|fils|cable|ligne ~8 gresille|gresillent|etincelles|saute|crepite|bourdonne
        fil|fils ~1 a terre
        arrache|arraches|arracher|coupe ~2 fil|fils|ligne ~1 hydro|electrique|electriques
        hydro|power|electric|electrical line|lines|wire|wires|cable ~4 down|laying|lying|road|car|ground|fell|fallen|sidewalk|street
        line|lines|wire|wires|cable fell|fallen|falling ~2 car|road|house|me|street|sidewalk
        fil|cable|ligne ~3 tombe|tombee ~3 char|auto|voiture|maison|rue|trottoir|route
        water ~7 panel|outlet|outlets|breaker|sockets|socket
        eau ~8 panneau|prises|disjoncteur|disjoncteurs
        """,
        f"{_SOFT}, internet, telephone, phone, tv, tele, bell, videotron, fibre, sticker, sign, panneau d affichage, "
        "panneau de signalisation, clothesline, "
        "corde a linge, panneau d arret, price, compte",
    ),
    RuleText(
        "collapse",
        """
        roof|ceiling|wall|bridge|balcony|stairs|porch|deck|scaffold|scaffolding|bleachers|stage|crane|overpass|chimney|facade|
            awning|theatre ~7
            collapsed|collapsing|collapses|caved|toppled|toppling|tipping
        roof|ceiling|wall|balcony|scaffold|scaffolding|overpass|bridge|stage|chimney|facade ~5 came|coming|crashed|crashing|come ~1 down
        balcony|wall|roof|ceiling|crane|chimney|bridge|scaffold|scaffolding|facade|building ~7 about ~1 fall|collapse|give|topple
        part|piece|chunk|section ~3 overpass|bridge|building|roof|ceiling|facade|balcony ~4 fell|fallen|falling|collapsed|down
        toit|mur|plafond|pont|balcon|grue|viaduc|echafaudage|immeuble|plancher|estrade|cheminee|facade|soutenement|theatre|tribune ~7
            effondre|effondree|effondrer|ecroule|ecroulee|ecrouler|basculer|bascule
        toit|mur|plafond|pont|balcon|grue|viaduc|echafaudage|immeuble|cheminee|facade ~7 point ~1 tomber|ceder
        toit|mur|plafond|pont|balcon|grue|viaduc|echafaudage|cheminee|facade ~4 vient ~1 tomber|ceder
        mur|plafond|grue|viaduc|echafaudage|pont ~4 est tombe|tombee
        bout|partie|morceau|section ~3 viaduc|pont|toit|plafond|immeuble|balcon|facade ~4 tombe|tomber|tombee|effondre|effondree
        enorme|immense|gros|huge|giant|massive trou|hole|sinkhole|cratere ~4 ouvrir|ouvert|opened|opening
        trou|gouffre|cratere|sinkhole|hole ~3 swallowed|ate|swallows|avale|englouti
        trou|sinkhole|hole ~9 tombe|tombee|fell ~2 dedans|in|into
        """,
        f"{_SOFT}, sign, pancarte, sale, branch, branche, branches, tile, shingle, snow, neige, ice, glace, brick, brique, paint, "
        "peinture, cone, tent, "
        "manhole cover, hockey, curling game, market, funding, deal, water came down, rain",
    ),
    RuleText(
        "hazardous_spill",
        """
        chlorine|chlore|ammonia|ammoniac|chemical|chemicals|chimique|chimiques|acid|acide ~10 coughing|cough|toussent|tousse|
            burning|brulent|
            vomiting|vomissent|malades
        chemical|chemicals|acid|tanker spill|leak|fire|cloud
        deversement|fuite ~2 produit|produits|acide|chlore|ammoniac|chimique
        fuel|gasoline|diesel|carburant|mazout ~5 leaking|leaks|spilling|pouring|coule|fuit|repand|deverse
        green|yellow|orange|verte|jaune smoke|fumee|cloud
        citerne ~5 renverse|renversee|fuit|coule|feu
        """,
        _SOFT,
    ),
    RuleText(
        "medical",
        """
        @person ~6 not|isn|doesn|wont|isnt|doesnt|won|aint ~2 responding|respond|waking|wake|moving|breathing
        @person ~4 does|do not ~1 move|respond|wake|breathe
        him|her|them lying|laying ~4 floor|ground|porch|sidewalk|snow|road
        @person ~3 lying|laying ~3 porch|stairs|ditch|driveway|track|tracks
        etendu|etendue|couche|couchee|allonge|allongee|gisant|inanime|inanimee ~4 plancher|sol|terre|galerie|trottoir|neige|
            chaussee|asphalte
        inanime|inanimee
        @gens ~2 par terre
        man|woman|person|guy|lady|worker down
        arrive|arrivent ~1 plus|pas|pu ~2 respirer
        mal|douleur|douleurs|serrement ~3 poitrine|coeur|ceur
        chest pain|pains
        face|bouche|visage ~3 drooping|droopy|croche|paralyse|paralysee
        having|has|had|fait|faire ~2 stroke|avc|infarctus
        @person ~6 bleeding
        head|arm|leg|face|nose|hand ~3 bleeding
        saigne|saignent|saignait ~4 tete|bras|jambe|terre|visage|oreille|main|bouche
        @gens ~5 saigne|saignent
        sans connaissance
        knocked|blacked out
        faint|fainted|fainting|evanoui|evanouie
        swallowed|drank|ingested|avale|bu ~6 cleaner|bleach|pills|poison|drain|javel|pilules|debouche|antigel|antifreeze|batterie|
            detergent
        foaming ~3 mouth
        besoin|need|needs|send|envoyez ~3 medic|medics|secouriste|secouristes|doctor|medecin
        fell|fallen|tombe|tombee ~8 get|relever ~2 up|hurt
        peut|peux|capable|arrive ~1 pas|plus|pu ~2 relever
        @gens|elle ~2 repond|bouge|respire|reveille ~1 plus|pu|pas
        @person ~2 od|overdosed|turned blue
        is|est|turning|devient|devenu blue|bleu|bleue ~2 lips|levres|face|visage
        """,
        f"{_SOFT}, itinerant, sans abri, homeless, sleeping, sleeps, dort, dorment, mattress, matelas, money, businesses, "
        "commerces, a blanc, taxes, "
        "landlord, city, ville, tree, trees, arbre, grass, tax, bill, phone, telephone, email, courriel, course, cours, "
        "line down, traffic, truck is not "
        "moving, car, cars, bus, buses, auto, voiture, bin, bac, sign, panneau, snow, banc de neige, budget, breathing new life, "
        "slow down, man down the",
    ),
    RuleText(
        "injury",
        """
        @person ~4 fell|falls|fallen ~4 scaffold|scaffolding|roof|ladder|window|balcony|bridge|stairs|crane
        @gens ~5 tombe|tombee|deboule|chute ~4 echafaudage|toit|echelle|fenetre|balcon|pont|escalier|grue
        worker|workers|ouvrier|ouvriers|travailleur|travailleurs|people|gens|someone|quelqu ~5 underneath|dessous|beneath|enseveli|
            ensevelis
        people|someone|ppl|gens|child|enfant|man|homme ~3 under|sous ~2 glass|rubble|debris|car|bus|train|truck|vitre|decombres|
            auto|autobus|camion
        child|kid|boy|girl|toddler|baby ~3 fell|fallen ~3 in|into|manhole|hole|well|drain
        enfant|garcon|fille|fillette|jeune|bebe|petit ~3 tombe|tombee ~3 dedans|trou|egout|bouche|puits|regard
        truck|car|bus|vehicle|van|camion|auto|voiture|autobus ~4 hanging|dangling|pend|suspendu ~5 edge|bridge|vide|over|pont|ravin
        car|truck|van|bus|suv|pickup|jeep ~5 upside|overturned|flipped|submerged|sinking
        auto|voiture|camion|char|autobus|vehicule ~4 envers|renverse|renversee|capote|submerge|submergee
        car|truck|van|vehicle ~4 creek|river|canal|lake|water ~7 someone|inside|people|person
        auto|voiture|char|camion ~5 ruisseau|riviere|canal|lac|fosse ~7 quelqu|dedans|personne|monde
        bad|serious|major|big|huge|terrible|awful|grave|gros|horrible accident|crash|collision|wreck|pileup ~9 trapped|injured|hurt|
            stuck|blood|
            people|coince|coinces|blesse|blesses|monde|conducteur|unconscious
        people|ppl|driver|passenger|passengers|monde|gens|conducteur|passager ~3 trapped|pinned|coince|coinces|incarcere
        train ~3 hit|struck|frappe|happe|heurte|percute ~3 car|person|truck|someone|voiture|auto|personne|camion|pieton|homme|femme
        ran|runs|run over ~2 @person
        ecraser|ecrase|renverser|frapper|happer ~2 @gens
        drove|plowed|ploughed|crashed|fonce|rentre ~4 shelter|crowd|people|store|abribus|foule|gens|terrasse|pietons|pedestrians
        hit run ~8 ground|bleeding|hurt|injured|guy|man|woman|person
        hit and run ~8 ground|bleeding|hurt|injured|guy|man|woman|person
        delit ~1 fuite ~8 terre|saigne|blesse|pieton|gars|homme|femme
        tree|arbre ~6 car|house|auto|voiture|maison|char ~7 inside|someone|trapped|interieur|quelqu|dedans
        fire|burning|crashed ~3 someone|people|kids inside
        """,
        f"{_SOFT}, snow, neige, icicle, glacons, je suis tombe, je suis tombee, i fell, last, sign, panneau, poteau, shadow, "
        "homeless, sleeping, dort, "
        "itinerant, gazon, grass, bus shelter glass, flag, drapeau, towed, remorquee, remorque, vide ordures, no one, nobody, "
        "personne n, under the age",
    ),
    RuleText(
        "drowning",
        """
        @person ~4 drowning
        @person in|inside ~2 river|lake|canal|pond|harbour|harbor|rapids|creek|water
        @gens ~1 dans ~2 riviere|lac|canal|fleuve|rapides|eau|port
        @gens ~3 se|s noie|noient|noyer
        @person ~4 through|thru ~2 ice
        @gens ~4 passe|passee|cale|enfonce|defonce ~5 glace
        bottom ~2 pool
        piscine ~6 fond
        fond ~3 piscine
        water|eau ~4 rising|rises|monte ~3 fast|quickly|vite|rapidement
        flooding|floods|inonde|inondee ~2 fast|quickly|vite|rapidement
        trapped|stuck|coince|coinces|coincees|bloques ~7 water|eau|flood|inondation|flooded ~3 everywhere|rising|rises|floor|
            partout|monte|etage
        water|eau ~6 trapped|coince|coinces ~5 floor|etage|roof|toit|attic
        on roof ~5 water|flood
        sur ~2 toit ~4 eau|inondation
        swept ~2 river|away|current|flood
        emporte|emportee|emportes ~3 courant|riviere|eau
        """,
        f"{_SOFT}, swim, swimming, swimmers, fishing, fish, kayak, canoe, skate, skating, baignent, baigne, baignade, pechent, "
        "peche, patine, patinoire, "
        "drowning in debt, dans les dechets, dans les vidanges, in garbage, in litter, in paper, litter, dechets, ordures, "
        "garbage, toys, paint, drain, "
        "pool floor, tile, tuile, tuiles, prevention, rain",
    ),
    RuleText(
        "violence",
        """
        fighting|fight|battent|bagarre|bataille|bat|brawl ~6 knife|knives|couteau|couteaux|machete|bats|battes|guns|stabbed|
            poignarde|sang|blood
        ca tire
        tirs|detonations ~4 entendu|arme|feu|entends
        waving|pointing|brandit|brandishing|brandish|pointe|pulled ~2 gun|knife|fusil|couteau|arme|pistolet|machete|axe|hache
        breaking|break|trying|broke ~3 in|into|get ~3 apt|apartment|house|home|place|condo|flat|window|door
        hiding|cachee|cache|caches ~4 closet|bathroom|garde|toilette|placard|toilettes|attic
        essaie|essaye|essayent|tente|tentent ~2 entrer|rentrer ~5 chez|effraction|maison|logement|appartement|fenetre
        dog|dogs|pitbull|bull|chien|chiens|coyote ~4 attacking|attacks|mauling|biting|attacked|attaque|attaquent|mord|massacrer|
            mordre|mordu ~4
            child|girl|man|woman|boy|kid|person|people|me|someone|lady|fillette|enfant|homme|femme|dame|garcon|facteur|moi|fille|quelqu
        threatening|threatens|threaten|menace|menacent ~4 people|light|burn|jump|kill|gens|allumer|bruler|sauter|tuer|mettre|
            passants|monde
        crier|crie|crient|hurler|hurle|scream|screams|screaming ~4 aide|secours|help
        armed|arme man|homme|individu|gars
        homme|individu|gars|man arme|armed
        @person ~4 with|w ~1 gun|knife|machete|rifle|axe
        suspicious|suspect|suspecte|unattended package|colis|bag|sac|suitcase|valise|paquet ~6 ticking|tic|wires|fils|bomb|bombe|
            gare|station
        being|etre|getting|entrain|train ~2 stabbed|beaten|assaulted|raped|robbed|battre|agresser|agressee|poignarder|tabasser
        strangling|etrangle|etrangler ~2 her|him|wife|woman|me|femme|la|le
        """,
        f"{_SOFT}, water gun, water guns, fusil a eau, fusils a eau, nerf, paintball, heart attack, movie, film, robbed last, "
        "taxes, squirrels, "
        "tennis, baseball, help line, video game, jeu video, "
        "reset, my dog, mon chien, tail, staple gun, glue gun, budget, break into song, phone line, bloque, loose, hiding place",
    ),
    RuleText(
        "suicide",
        """
        end it ~1 tonight|all|now|today
        not|dont|don ~2 want ~2 live|alive
        veux|veut ~2 plus|pas|pu ~1 vivre
        en finir ~3 vie|soir|maintenant|nuit|tout|moi
        vais|va|veut|veux en finir
        jumping|jump|jumps|sauter|saute ~6 bridge|roof|balcony|building|pont|toit|balcon|viaduc|fenetre|overpass|floor|etage
        ledge|rebord ~6 bridge|building|garage|roof|pont|toit|etage|stationnement|parkade|floor
        @person ~5 wrong|other|over side|railing ~3 railing|guardrail|rail|bridge
        autre cote ~3 garde|rambarde|balustrade|parapet|rail
        goodbye|adieu ~6 bridge|pont|everyone|monde|everybody
        cant|can ~2 do ~1 this anymore
        hang|hanging|pendre myself|himself|herself|se
        se pendre
        """,
        f"{_SOFT}, swing, swings, balancoire, trampoline, diving, plongeon, divers, kids jump, cat, puddle, prevention, "
        "park here, live here, "
        "live in this, live next, vivre ici, vivre dans, vivre a, finir avec, line, queue, rope",
    ),
    RuleText(
        "trapped",
        """
        toddler|baby|bebe|enfant|child|kid|fillette|bambin ~6 alone|seul|seule|wandering ~6 road|route|highway|street|rue|traffic|
            autoroute|tracks|milieu
        wandering|walking|walks|promene|marche ~4 highway|autoroute|tracks|freeway|rails
        cant|can|cannot|couldn ~2 find|locate ~2 son|daughter|child|kid|boy|girl|toddler|grandson|mother|father|baby
        trouve|trouvons|retrouve|trouvent ~2 plus|pas|pu ~3 fils|fille|gars|enfant|garcon|bebe|mere|pere|petit|petite
        baby|bebe|enfant|enfants|child|toddler ~5 locked|barre|barree|barres|enferme|enfermee|enfermes ~5 car|char|auto|voiture|
            vehicle|vehicule
        someone|quelqu|personne|people|gens|@person ~3 trapped|pinned|enseveli|ensevelie|coince|coincee ~5 under|sous|dessous|
            inside|interieur|car|
            snowbank|rubble|building
        """,
        f"{_SOFT}, dog walking, walking trail, sentier, elevator out, dentist, school catchment, daycare, garderie, shoes, "
        "souliers, mailbox, website, form, "
        "formulaire, page, inscription, registration, register, place for, spot for, driveway, entree, banc de neige a cause, "
        "plow, charrue",
    ),
    RuleText(
        "call_911",
        """
        nobody|one|personne ~3 answering|answers|repond ~3 911
        need|send|besoin|envoyez ~2 help|aide ~2 now|asap|quick|hurry|vite|immediately|urgence
        """,
        f"{_SOFT}, help desk, form, password, permit, permis, formulaire, when you",
    ),
)
"""Read by :mod:`normalizer._emergency`; the form is described in :mod:`normalizer._emergency_rules`."""

"""Words of hazards to life and property: gas, fire, explosion, electricity, collapse, dangerous goods."""

from __future__ import annotations

from normalizer._emergency_rules import RuleText

HAZARDS: tuple[RuleText, ...] = (
    RuleText(
        "gas_leak",
        """
        gas|gaz|propane|methane ~2 leak|leaks|leaking|leek|leeking|leaked|smell|smells|smelling|smel|odor|odour|odors|fumes|fuite|
            fuites|coule
        smell|smells|smelling|smelled|smelt|smel|odor|odour|odors|reek|reeks ~4 gas|gaz|propane|methane
        leak|leaks|leaking ~3 gas|gaz|propane
        broken|ruptured|hit|struck|cut|severed|damaged ~3 gas ~1 line|main|pipe|meter|lines
        gas ~1 line|main|pipe ~3 broken|ruptured|hit|struck|cut|severed|burst|hissing|damaged
        odeur|odeurs|senteur|sent|pue|fuite|fuites|fuit ~4 gaz|propane
        gaz|propane ~3 odeur|odeurs|senteur|fuite|fuites|echappe|sent
        conduite|tuyau|ligne|compteur ~1 gaz ~3 brisee|brise|percee|perce|coupee|coupe|arrachee|arrache|rompue|endommagee|endommage|
            accroche
        accroche|accrocher|perce|percer|brise|arrache|coupe|sectionne ~3 conduite|tuyau|ligne ~1 gaz
        hissing ~4 gas
        """,
        """
        how do i report, gas station, gas stations, gas bill, gas price, gas prices, gas cap, gas powered, gas tank, gas pump,
        gas mower, gaz a
        effet, facture de gaz, gaz bill, leaf blower, leaf blowers, exhaust, tear gas, laughing gas, gaz d echappement, souffleuse,
        tondeuse, gas leaf, station de gaz, natural gas service, gas company, sewer gas
        """,
    ),
    RuleText(
        "carbon_monoxide",
        """
        carbon monoxide
        monoxyde ~1 carbone
        co detector|alarm ~3 going|beeping|off|ringing
        intoxication ~2 monoxyde
        detecteur|avertisseur ~1 co|monoxyde ~3 sonne
        """,
    ),
    RuleText(
        "fire",
        """
        on fire
        caught|catch|catches|catching|caugt fire
        @home fire|fires
        fire ~3 @home
        there|theres is|s|a|was ~3 fire
        theres ~1 fire
        big|huge|large|small|active|brush fire
        fire fire
        fire ~2 burning|spreading|started|broke|raging|inside|next
        smoke ~3 coming|pouring|billowing|rising|filling
        flames|flame
        up in flames
        building|house|car|garage|dumpster|something|wires|transformer ~2 burning
        set|setting|lit|lighting ~3 fire
        smell|smells|smelling ~3 burning|smoke
        thick|black|heavy smoke
        house|building|car|garage|dumpster burning|burns
        arson
        fier fier
        its burning
        is burning down
        en feu
        prend|prends|pris|prit|prennent|prendre|prenait feu
        feu ~1 pris|prend|pogne|pogner
        pogne|pogner|pognee feu
        passe|passee|passer au feu
        y a|ait ~2 feu
        ya ~2 feu
        yia ~2 feu
        le feu est ~2 pris|prise|dans|chez
        feu ~4 @logis
        @logis ~3 brule|brulent|flambe|flambent
        au feu
        gros|debut|grand feu
        incendie|incendies|incendi
        flammes|flamme
        fumee ~4 sort|epaisse|noire|echappe|partout|envahit|remplit|monte|dense
        odeur|senteur|sent|pue ~4 brule|fumee|brulee
        ca|sa|tout|qui ~1 brule
        mis|mettre|met|mettent|allume|allument ~1 le feu
        en train de bruler
        feu ~3 propage|repand|brule
        """,
        """
        fire house, firehouse, on fire with these, on fire with those, fire with potholes, fire with the potholes, en feu avec ces,
        en feu avec tous ces, feu avec les nids, new arena is,     maison incendie, fausse alarme,
        batiment incendie, batiment incendie en,    fire danger, fire damage, fire damaged, fire sprinkler,
        fire retardant, dirt bike, dirt bikes, muffler,
        fire chief, fire and police, police and fire, police fire, fire hydrant, fire hydrants, hydrant, hydrants, fire station,
        fire truck, fire trucks, fire department, fire dept, fire
        hall, fire lane, fire route, fire escape, fire pit, fire pits, fireworks, fire works, fire drill, fire marshal, fire
        inspection, fire code, fire sale, fire extinguisher, fire exit, fire safety, fire prevention, fire permit, fire ban, fire
        hazard, fire insurance, fire report, fire chief, fire wood, firewood, fire zone, fire door, fire training, fire alarm test,
        fire hose, traffic light, street light, streetlight, light out, burned out, burnt out, smoke detector, smoke detectors,
        smoke alarm battery, no smoking, cigarette smoke, fire him, fire her, feu rouge, feux rouges, feu vert, feu jaune, feu de
        circulation, feux de circulation, feu de signalisation, feu pieton, feu pour pietons, feu pietonnier, feu tricolore, feu
        clignotant, feu de camp, feu de foyer, feu d artifice, feux d artifice, feu de joie, feux de joie, foyer exterieur, feu
        exterieur, feux exterieurs, ampoule, ampoules, lampadaire, lampadaires, arret au feu, tourner au feu, arreter au feu, coin
        du feu, borne, bornes, incendie borne, service d incendie, service des incendies, service incendie, securite incendie,
        prevention incendie, prevention des incendies, caserne, pompier volontaire, permis de feu, permis de brulage, avertisseur de
        fumee, avertisseurs de fumee, detecteur de fumee, fumee de cigarette, assurance incendie, pieton, pietons, synchronise,
        synchronisation, desynchronise, carrefour, intersection, heat wave, sous le feu, feu vert pour, dans le feu de, rouge, vert,
        cuisine de rue, barbecue, bbq, smell of smoke from cigarettes, flame retardant, old flame, sur le feu, brule un stop, brule
        le feu, brulent le feu, brule les feux, bruler un feu, brule la lumiere, burns rubber, brulent les stops
        """,
    ),
    RuleText(
        "explosion",
        """
        explosion|explosions
        exploded|exploding|explode
        explose|exploser|explosee|explosent
        bomb|bombs
        bombe|bombes
        blew up
        blown up
        saute ~2 transformateur
        transformateur ~3 saute
        """,
        """
        looks like, looked like, booming, population explosion, bath bomb, explosion of, explosion des prix, explosion demographique,
        explosion du nombre, explosion
        de la, photo bomb, f bomb, de la bombe, is the bomb, anti bombe, abri antibombe, bomb shelter, bombe aerosol,
        bombe a retardement, bombe de peinture, bombes de peinture, the bomb, cherry bomb,
        bomb cyclone, firecracker, firecrackers, fireworks, feux d artifice, petards, pipes exploded, rat population, explosion de
        rats, explosion de couleurs, explosion of colour, explosion of color
        """,
    ),
    RuleText(
        "electric_danger",
        """
        live|downed|fallen|sparking|arcing|exposed|hanging|dangling|broken|low ~2 wire|wires|cable|cables|powerline|powerlines|line|
            lines|electrical
        wire|wires|powerline|powerlines|cable|cables ~3 down|fell|fallen|sparking|arcing|exposed|hanging|dangling|ground|live|loose|
            snapped|sparks
        power|electric|electrical|hydro line|lines|wire|wires|cable|pole ~3 down|fell|fallen|sparking|arcing|exposed|hanging|
            dangling|ground|live|snapped|sparks|leaning|broken
        sparks|sparking ~5 wire|wires|pole|line|lines|transformer|cable|box|outlet|panel
        electrocuted|electrocution
        electric shock|shocks
        getting|got shocked
        fil|fils|cable|cables ~4 terre|sol|tombe|tombes|pend|pendent|denude|denudes|arrache|arraches|etincelles|sectionne|rompu|
            coupe|coupes|decroche|traine|trainent
        fil|fils|cable|cables|ligne ~1 electrique|electriques|hydro|haute ~4 terre|sol|tombe|tombes|tombee|pend|pendent|denude|
            denudes|arrache|arrachee|etincelles|rompu|coupe|decroche|brise|branle|traine
        etincelles|etincelle|arc ~5 fil|fils|poteau|transformateur|cable|electrique|panneau
        electrocute|electrocutee|electrocuter|electrocution
        choc|chocs|decharge electrique|electriques
        transformateur|poteau|fil|fils ~4 etincelles|etincelle
        """,
        """
        internet, phone line, telephone line, cable tv, cable company, fibre, chain link, wire fence, barbed wire, clothesline, line
        painting, lines painted, white line, white lines, yellow line, yellow lines, parking lines, finish line, branches hanging
        low, down the line, corde a linge, telephone, low income, cloture, ligne jaune, lignes jaunes, ligne blanche, broken line,
        broken lines, bus line, bus lines, bell cable, videotron, broken street, property line, line up, storm drain line
        """,
    ),
    RuleText(
        "collapse",
        """
        building|roof|wall|bridge|ceiling|crane|balcony|house|scaffolding|floor|overpass|garage|porch ~3 collapsed|collapsing|
            collapse|caved|fell|falling|crumbling
        collapsed|collapsing ~3 building|roof|wall|bridge|ceiling|crane|balcony|house|scaffolding|floor|overpass
        sinkhole|sink hole ~4 swallowed|car|house|road|huge|giant|growing|opened|fell
        giant|huge|massive|big sinkhole
        landslide|mudslide
        immeuble|batiment|toit|toiture|mur|pont|plafond|grue|balcon|maison|echafaudage|viaduc|plancher|garage ~3 effondre|effondree|
            effondrer|ecroule|ecroulee|ecrouler|cede|tombe|tombee
        effondrement|ecroulement ~3 immeuble|batiment|toit|toiture|mur|pont|plafond|grue|balcon|maison|echafaudage|viaduc|route|rue|
            chaussee
        s effondre|ecroule ~3 immeuble|toit|pont|mur|maison|balcon
        glissement ~1 terrain
        gouffre|cratere ~4 voiture|auto|enorme|immense|geant|ouvert|avale
        """,
        """
        falling apart, garage sale, garage door, branch, branches, limb, limbs, leaves, feuilles, brick, tile, shingle, shingles,
        bardeau, bardeaux,
        paint, peinture, snow off, neige du toit, could
        collapse, pothole, market, ice falling, glace tombe, icicles, glacons, nid de poule, mailbox, prix de, water on the floor,
        drain, snow bank, retaining wall crumbling, tree fell, branch fell, arbre, branche, tombe sur, fell on,
        graffiti, sign fell
        """,
    ),
    RuleText(
        "hazardous_spill",
        """
        chemical|toxic|hazardous|acid|chlorine|ammonia|fuel|oil|diesel|gasoline ~2 spill|spilled|spilling|leak|leaking|fumes|cloud|
            gas|release
        spill|spilled|leak ~3 chemical|toxic|acid|chlorine|ammonia|diesel|gasoline|tanker
        tanker ~3 overturned|rolled|leaking|spill
        train derailed|derailment
        deversement|fuite|fuit|nuage|vapeurs ~3 chimique|toxique|toxiques|acide|chlore|ammoniac|essence|diesel|mazout|produits|huile
        produit|produits ~1 chimique|chimiques|toxique|toxiques|dangereux ~3 deverse|deverses|renverse|coule|fuit|repandu|fuite
        deraillement|deraille
        camion citerne ~4 renverse|fuit|fuite|verse
        """,
        """
        oil stain, oil stains, oil leak on my driveway, car oil, cooking oil, old oil, oil change, olive oil, tache d huile, taches
        d huile, huile de cuisson, changement d huile, oil can, oil cans, weed killer, toxic workplace, toxique au travail, used
        oil, huile usee
        """,
    ),
)
"""Read by :mod:`normalizer._emergency`; the form is described in :mod:`normalizer._emergency_rules`."""

"""Words of persons in danger: illness and injury, drowning, violence, suicide, persons trapped or missing, calls for help."""

from __future__ import annotations

from normalizer._emergency_rules import RuleText

PERSONS: tuple[RuleText, ...] = (
    RuleText(
        "medical",
        """
        not|isn|isnt|stopped|cannot|cant|hardly|barely ~1 breathing|breathe|breath
        can t breathe|breath
        difficulty|trouble breathing
        unconscious|unconcious
        @person ~3 unresponsive
        unresponsive ~2 @person
        passed out
        heart attack|attak
        cardiac arrest
        having|had|suffering ~2 stroke|seizure
        seizure|seizures|convulsing|choking
        bleeding ~3 badly|heavily|out|everywhere|profusely|head|lot
        lots|lot|losing|pool ~2 blood
        overdose|overdosed|overdosing
        od ing
        @person ~2 collapsed
        needs|need|needed|call|send|sending|request|calling ~2 ambulance|paramedics|paramedic
        @person ~2 dying
        dead body|bodies
        giving birth
        severe allergic reaction
        lying ~2 unconscious|motionless
        respire|respirer ~1 pas|plus|pu
        respire|respirer ~2 mal|peine|difficilement
        arrete ~1 respirer
        difficulte|difficultes|mal ~2 respirer
        inconscient|inconsciente
        perdu|perd|perte ~1 connaissance
        crise cardiaque|coeur|ceur
        arret cardiaque|respiratoire
        infarctus
        un|une|son|fait|fais avc
        convulse|convulsions|convulsion|etouffe|etouffer|etouffement
        crise ~1 epilepsie
        saigne|saignement ~3 beaucoup|abondamment|tete|arrete|partout|abondant
        plein|perd|mare|flaque|beaucoup ~2 sang
        surdose|overdose
        besoin|envoyez|envoyer|appelez|appeler|faut|demande|vite ~3 ambulance|ambulances|paramedics|ambulanciers|secours
        est|etait mourant|mourante
        en train de mourir
        cadavre|cadavres
        accouche|accoucher|accouchement
        choc anaphylactique|allergique
        @quelqu ~2 effondre|effondree
        reveille|reagit|bouge ~1 pas|plus|pu
        """,
        """
        dead animal, heart attack waiting, nearly had a heart attack, almost had a heart attack, gave me a heart attack, nearly gave,
        almost gave, failli faire une crise, faillit faire une crise, breath of fresh, dying to, nearly had a heart attack,
        l arbre, mon arbre, son arbre, arbre du, dying for, dying breed, tree is dying,
        trees are dying, tree dying, grass is dying, lawn is dying, plants are dying, cadavre d animal, cadavre de raton,
        cadavre de chat, cadavre de chien, cadavre d ecureuil, cadavre de mouffette, cadavre de chevreuil, cadavres d animaux, raccoon,
        raton, squirrel,
        ecureuil, skunk, mouffette, deer, chevreuil, de sang froid, bon sang, prise de sang, don de sang, dons de sang,
        collecte de sang, blood drive, blood test, blood donation, choking hazard, choking on taxes, taxes, service is dying,
        downtown is dying, business is dying, could, would, might, someone will, someone is going to, pourrait, pourraient, va finir par,
        finira par,
        avant que, before someone, until someone, etouffe les arbres, etouffe la pelouse, etouffe les plantes, choking the, chokes the,
        vignes, vines, weeds
        """,
    ),
    RuleText(
        "injury",
        """
        badly|seriously|severely hurt|injured|burned
        @person ~1 was|got|is|been|being|just ~1 hit|run ~2 by|over
        @person ~2 struck|injured
        people|persons|person|someone|driver|passenger|child|kid|kids ~2 injured|hurt|trapped
        accident|crash|collision ~4 injured|injuries|hurt|trapped
        struck|hit by ~1 car|bus|truck|van|train|vehicle
        @person ~3 lying|laying|lies|laid ~3 ground|street|road|sidewalk|snow|floor|pavement|grass
        gravement|serieusement ~1 blesse|blessee|blesses|brule|brulee|malade
        frappe|frappee|happe|happee|heurte|heurtee|renverse|renversee|fauche|fauchee ~2 par ~2 auto|voiture|camion|autobus|vehicule|
            train|char|moto
        happe|happee|renverse|renversee|fauche|frappe ~3 pieton|pietonne|cycliste|enfant|homme|femme|dame|monsieur
        pieton|pietonne|cycliste|enfant|homme|femme|dame|monsieur|fille|garcon ~3 happe|happee|renverse|renversee|blesse|blessee|
            frappe|frappee|fauche|fauchee
        blesse|blesses|blessee|blessees ~4 accident|grave|graves|coince|coincee|rue|sol|terre|tete
        accident|collision ~4 blesse|blesses|blessee|grave|graves|coince|coincee|coinces
        quelqu ~1 un|1 ~2 blesse|inconscient|coince
        @quelqu ~3 etendu|etendue|allonge|allongee|couche|couchee|gisant|git ~3 sol|trottoir|terre|rue|neige|plancher|chaussee
        """,
        """
        someone could, someone will, someone is going to, somebody will, before someone, until someone, could get, might get, will get,
        can get,
        soon will, going to get, going to be, could be, may get, gets hurt, will be hit, will be, get hit, someone gets, almost, nearly,
        close to,
        matter of time, near miss, quelqu un va, quelqu un finira, quelqu un pourrait, pourrait, pourraient, avant que, avant qu,
        avant quelqu,
        va finir par, finira par, finir par, risque, risquent, va se faire, se fasse, failli, faillit, presque, proche de, mattress,
        matelas, raccoon, raton,
        squirrel, ecureuil, deer, chevreuil, skunk, mouffette, bird, oiseau, cat was, dog was, black cat, chat a ete, chien a ete,
        my car was, parked car,
        parked cars, auto stationnee, voiture stationnee, mailbox, toter, bin, bac, sign, sign post, panneau, hydrant, borne, poteau,
        light pole, lamp post,
        tree was, arbre a ete, cloture, fence, homeless, itinerant, itinerants, sleeping, dort, dorment, aucun blesse, no one was hurt,
        nobody was hurt,
        nobody hurt, no injuries, personne de blesse, pas de blesse, sans faire de blesse, no one was injured
        """,
    ),
    RuleText(
        "drowning",
        """
        is|are|was|someone|person|child|kid|man|woman|people drowning|drowned
        @person ~3 fell|fallen|falling ~3 river|lake|canal|pool|water|ice
        fell|fallen|went through ~1 ice
        se|en ~2 noyer|noie|noye|noyee|noyant
        noyade
        @quelqu ~3 tombe|tombee|tomber ~3 riviere|lac|canal|piscine|fleuve|eau|glace
        glace ~2 cede
        defonce ~2 glace
        """,
        """
        drowning in, se noie dans, nous noyons dans, noie dans les, parc se noie, drowned out, drown out, noye sous,
        noyer le poisson, noye dans la paperasse, could, pourrait, before someone,
        avant que,
        someone will, quelqu un va, fell on the ice, slipped, tombe sur la glace, tombee sur la glace, prevention, glisse
        """,
    ),
    RuleText(
        "violence",
        """
        gun|guns|gunman|gunshot|gunshots|gunfire|shotgun|rifle|pistol
        shots ~1 fired|outside|heard
        shooting|shooter|shot ~3 someone|people|man|woman|street|me|him|her|outside|now
        active shooter
        knife|machete ~4 threatening|man|guy|person|attack|attacking|waving|someone
        man|guy|someone|person|woman|kid|teen|with ~3 knife|machete|weapon|axe|bat
        stabbed|stabbing|stabbings
        being|getting|is|am ~1 attacked|assaulted|beaten|robbed|mugged|raped|kidnapped|abducted|strangled|followed
        beating ~3 woman|wife|man|child|kid|girl|boy|her|him|someone|girlfriend
        attacking ~2 me|people|someone|her|him|woman|man|child
        domestic violence|dispute|assault
        rape|raped|raping|kidnapped|kidnapping|hostage
        screaming for help
        screaming|yelling|crying|calling ~2 help
        break|breaking|broke ~2 in|into ~4 now|house|home|apartment|neighbor|neighbors|neighbour|window
        burglar|burglars|intruder|prowler
        robbery ~1 in|progress|happening
        threatening ~2 kill|me|people|us|her|him|shoot|stab
        going to kill
        he|she|they ~2 kill ~1 me|us|her|him|someone
        trying to kill
        bomb threat
        help me
        suspicious package
        arme ~1 feu
        coup|coups ~1 feu
        fusil|fusils|pistolet|revolver|carabine|tireur|tireurs|fusillade|mitraillette
        tire|tirent|tirer ~2 gens|dessus|quelqu|monde
        couteau|machette|hache ~4 menace|homme|gars|individu|main|attaque|quelqu|poignarde
        homme|gars|individu|quelqu|type|jeune|femme|avec ~4 couteau|machette|arme|hache|batte
        poignarde|poignardee|poignarder
        fait|font|faire|fais ~2 agresser|attaquer|battre|tabasser|voler|violer|frapper|poursuivre
        agresse|agressee|attaque|attaquee ~3 rue|maintenant|homme|femme|dame|par|presentement|en
        bat|frappe|tabasse ~2 femme|blonde|enfant|conjointe|fille|quelqu|fils|homme
        violence conjugale|familiale
        viol|violee|violer|kidnappe|kidnappee|enleve|otage|sequestre|sequestree|etrangle
        crie|crient|cris|hurle|hurlent ~3 aide|secours
        entre|entrer|rentre|defonce|defoncer|force|introduit|introduire ~3 par ~1 effraction
        defonce|defoncent|defoncer ~2 porte
        cambrioleur|cambrioleurs|intrus|voleur ~3 maison|chez|maintenant|dedans|cour|garage|en|est
        vol ~2 en cours
        menace|menacent ~3 tuer|mort|couteau|arme
        va ~1 tuer
        veut ~2 tuer
        au secours
        a l aide
        colis suspect
        alerte ~2 bombe
        """,
        """
        failli, faillit, almost, nearly, bb guns, bb gun, paint gun, paint guns, paintball, hunt, hunting, legal,
        staple gun, nail gun, glue gun, radar gun, heat gun,
        water gun, spray gun, caulking gun, gun violence meeting, gun control,
        gun laws, photo shoot, film shooting, movie shooting, tv shooting, troubleshooting, knife sharpening, butter knife, attacked
        by mosquitoes, attacked by wasps, attacked by bees, wasps, guepes, bees, mosquitoes, moustiques, geese, crows, corneille,
        corneilles, rats, rabbit, dead, bat in, bats in, baseball bat, cricket bat, help me understand, help me find, help me with,
        help me out, help me get, help me to, can you help me, could you help me, please help me, someone help me, anyone help me,
        who can help me, to help me, will help me, tree is being attacked, agrile, attaque par, par les fourmis, vers blancs,
        squirrels, ecureuils, prix, taxes, bat son plein, killing me, kills me, breaking into cars, break into cars, broke into my
        car, broken into, break into song, breaks in the, breaks in pavement, break in the, break in service, pistolet a eau,
        pistolet radar, hunting season, chasse, chasseurs, aide a domicile, demande d aide, besoin d aide, d aide, a l aide de, a l
        aide d, a l aide du, a l aide des, feu rouge, feux rouges, entree par, coup de feu vert, tire tracks, slashed tire, flat
        tire, tires, tire bouchon, tire de camion, brise glace, cri de la, parking attack, bike parking, heart attack, va tuer
        quelqu, going to kill someone, gonna kill someone, will kill someone, kill someone, kill somebody, finira par tuer, kill the
        grass, kill the tree, kill the weeds, kill the engine
        """,
    ),
    RuleText(
        "suicide",
        """
        suicide|suicidal|suicidaire|suicider
        kill myself|himself|herself|themselves
        end my life
        want to die
        going to jump|jump off
        jump|jumping ~2 off|from ~2 bridge|roof|building|overpass
        me|se suicider|tuer
        veux|veut|vais|voudrais ~2 mourir
        mettre|met|mets ~1 fin ~1 ~2 jours|vie
        sauter|saute ~2 pont|toit|viaduc|balcon
        """,
        """
        suicide lane, suicide prevention, prevention du suicide, suicide squad, va se tuer, quelqu un va se tuer, pourrait se tuer,
        failli me tuer, faillit se tuer, failli se tuer, kill himself on, kill herself on, kids jump, children jump, jumping off the
        swings, diving, plongeon, finir par se tuer, risque de se tuer
        """,
    ),
    RuleText(
        "trapped",
        """
        trapped|traped
        stuck ~3 elevator|lift
        elevator ~3 stuck|trapped
        locked ~4 car|inside|trunk ~3 baby|child|kid|infant|toddler|dog
        baby|child|kid|infant|toddler|toddlers|children ~4 locked|alone|left|unattended ~4 car|vehicle|home|hot|inside|street
        missing|lost ~2 child|kid|boy|girl|toddler|person|son|daughter|senior|elderly
        child|kid|toddler|boy|girl|son|daughter|mother|father ~2 missing|disappeared|kidnapped|abducted
        child|kid|toddler|baby|kids|children ~3 alone|wandering ~4 street|road|highway|traffic|roof|ledge|window
        buried alive|under
        coince|coincee|coinces|pris|prise|prisonnier|prisonniers|pognee ~3 ascenseur|decombres|incendie|dessous|sous|interieur|
            dedans|flammes|voiture|auto
        ascenseur ~4 coince|coincee|coinces|pris|bloque|prisonnier
        enfant|bebe|bambin|enfants ~4 enferme|enfermee|seul|seule|seuls|laisse|oublie ~4 voiture|auto|vehicule|char|rue|maison|
            balcon
        disparu|disparue ~3 enfant|fille|garcon|fils|personne|mere|pere|aine|ainee
        enfant|fillette|garcon|fils|fille|mere|pere|personne|bambin ~5 disparu|disparue|introuvable|enleve|enlevee
        alerte amber
        enseveli|ensevelie|ensevelis
        """,
        """
        trapped in traffic, feel trapped, feels trapped, pigeon, pigeons, snow, neige, raccoon, squirrel, raton, ecureuil, water trapped,
        trapped water, trapped in the snow, trapped in my
        driveway, cat, kitten, chat, chaton, bird, oiseau, pris au piege du, missing sign, missing bin, bac disparu, poubelle
        disparue, panneau disparu, duck, ducklings, canard, canetons, lost mail, lost cat, lost dog, chien perdu, chien disparu, dog
        missing, pris sous la neige, rat, rats, skunk, mouffette, coyote, groundhog, marmotte, trash trapped, trapped moisture, eau
        prise
        """,
    ),
    RuleText(
        "call_911",
        """
        call|calling|called|dial|dialed 911|9 ~1 1
        appelez|appeler|appelle|appele|compose|composez ~2 911|112|9
        need|send ~2 police|firefighters|cops|fire ~3 now|immediately|asap|quick|urgent|urgently|right|hurry
        besoin|envoyez|envoyer|vite ~3 police|pompiers|policiers ~3 vite|urgence|maintenant|immediatement|suite
        life|lives ~2 danger|risk
        vie|vies ~2 danger|peril
        danger ~1 mort
        vie ~1 est ~1 danger
        mortal danger
        emergency emergency
        this is an emergency
        c est une urgence
        une urgence vitale
        someone ~2 die|dying
        quelqu ~1 un ~2 meurt|mourir
        """,
        """
        emergency route, emergency lane, emergency vehicles, emergency exit, called 911 already last, not an emergency, pas une urgence,
        non urgent, someone could, someone will, could die, will die,
        someone is going to, going to die, before someone, until someone, quelqu un va, pourrait mourir, va mourir, avant que
        quelqu, avant qu, mise en danger, espece en danger, call 911 if, appelez le 911 si, en danger si, do i call 911, should i
        call 911, dois je appeler, faut il appeler, have to die, has to die, does someone have, faut il que, risk of injury, danger
        for, danger pour
        """,
    ),
)
"""Read by :mod:`normalizer._emergency`; the form is described in :mod:`normalizer._emergency_rules`."""

"""The function words and letter groups by which :mod:`normalizer.language` tells languages apart.

Written for this project: closed word classes (articles, pronouns, prepositions, auxiliaries), contractions, forms of text messages, and
letter groups that one of the two languages forms its words with. A word that both languages have stands in neither list.
"""

from __future__ import annotations

from normalizer.words import words

OTHER = "other"
"""Stands for all languages that are not the city's."""

FUNCTION_WORDS: dict[str, str] = {
    "en": """
        the of and to in is it that was for you he be with his they at this have from not had by but what all were when we there can
        an your which their said if do will each about how up out them then she many some so these would other into has more her two like
        him see time could no make than first been its who now people my made over did down only way find use may water long little very
        after words called just where most know get through back much before go good new write our me man too any day same right look
        think also around another came come work three must because does here why asked went men read need land different home us try
        kind hand again change off play spell air away house should found between under while last let against never being such those
        am are please thanks thank hello hi dear regards near every since yesterday today tomorrow tonight week month year years ago
        street road someone something nothing everyone anyone still already always really maybe also cannot don doesn didn isn wasn won
        wouldn couldn shouldn haven hasn aren ve ll u ur pls plz thx im ive dont cant wont theres heres whats thats hey guys
        my mine yours ours theirs myself himself herself itself yourself ourselves upon within without toward towards behind beside
        whether whose whom though although until unless however therefore yet both either neither few several enough own than
        lights light broken trash garbage help call park tree trees dog dogs big bad left near across want wants wanted keep keeps
        """,
    "fr": """
        le les un une des du de et est que qui dans pour pas au aux sur avec ce cette ces cet il elle ils elles nous vous leur leurs son sa
        ses mon ma mes ton ta tes notre nos votre vos je tu se ne plus moins tres bien mais ou donc car ni si comme quand lorsque puisque
        parce sans sous vers chez entre depuis pendant avant apres devant derriere contre selon malgre afin ainsi alors aussi encore deja
        toujours jamais rien tout tous toute toutes autre autres meme memes quel quelle quels quelles dont etre ete etait etaient sont
        suis es sommes etes avoir ai avons avez ont avait avaient eu fait faire faut peut peux peuvent pouvez doit doivent va vont aller
        voir y en la l d qu n c j s m t bonjour bonsoir merci salut svp sil plait madame monsieur mesdames messieurs cordialement rue
        chaque plusieurs beaucoup peu trop assez ici hier demain aujourd hui maintenant semaine mois annee ans jour jours heure heures
        quelqu quelque quelques chose personne cela ca ceci celui celle ceux celles lui eux moi toi lequel laquelle pourquoi comment
        combien oui non aucun aucune nul ya pis faque chu jai cest nest quil quelle dun dune lors loin pres cote ailleurs partout
        serait seraient sera seront soit soient fut furent aurait auront ayant etant fais vais dit dire veut veux voudrais aimerais
        lampadaire trottoir egout poubelle poubelles neige nid poule ordures dechets arbre chien bruit voiture eau feu maison
        """,
}
_SHARED = frozenset("on a s t no me on dans main son fait are ton as des plus pour six car tout air ne est m in chose".split())
"""Spelt alike (folded) in both languages and frequent in both: ``on`` and ``a`` above all. They count for neither, or little."""
_FOREIGN = """
    el los las una uno por con para pero como esta este estan muy hay que del al lo su sus mas donde porque nuestro calle favor gracias hola
    senor senora der die das und ist nicht ich sie wir ein eine einen mit auf fur von dem den zu im auch noch nur bei wie wenn oder sehr
    strasse bitte danke guten tag il lo gli che di per non sono una della delle nel nella anche questo questa ho hanno via grazie buongiorno
    nao uma os do da dos das em no na com mais muito rua obrigado bom het een ik niet dat van op voor zijn met maar er wij straat jest nie
    sie na jak czy przez dla det som och att en pa av jag inte har till og er
    """

_STRONG = {"the", "and", "with", "this", "that", "is", "are", "was", "have", "please", "there", "les", "une", "est", "dans", "pour", "avec",
           "qui", "nous", "vous", "je", "des", "aux", "cette", "bonjour", "merci", "sur"}  # fmt: skip


def _table() -> dict[str, tuple[str, float]]:
    table: dict[str, tuple[str, float]] = {}
    for word in _FOREIGN.split():
        table[word] = (OTHER, 1.0)
    lists = {language: set(text.split()) for language, text in FUNCTION_WORDS.items()}
    for language, members in lists.items():
        rest = set().union(*(other for name, other in lists.items() if name != language))
        for word in members:
            folded = words(word)
            if not folded or (word in rest and word not in _STRONG):
                continue
            if word in _SHARED and word not in _STRONG:
                continue
            table[folded[0]] = (language, 1.5 if word in _STRONG else 1.0)
    return table


WORDS = _table()
"""Folded word to language and weight."""

ENDINGS: dict[str, float] = {
    # English: groups that French forms no words with, or seldom.
    "th": -0.6, "wh": -0.9, "sh": -0.8, "ck": -0.9, "gh": -0.9, "ght": -0.6, "ee": -0.8, "oo": -0.9, "w": -0.4, "ing$": -1.2,
    "ings$": -1.2, "ly$": -0.9,
    "ness$": -1.2, "ful$": -1.0, "less$": -1.1, "ould": -1.0, "ow": -0.6, "aw": -0.8, "ew": -0.6, "ey$": -0.9, "ay$": -0.9, "y$": -0.7,
    "ity$": -0.8,
    "ed$": -0.8, "tch": -0.8, "dge": -0.8, "ship": -0.9, "hood$": -0.6, "ea": -0.35, "sk": -0.5, "k$": -0.6, "ke": -0.6, "ks$": -0.7,
    "ky": -0.5,
    "ous$": -0.8, "al$": -0.35, "ic$": -0.6, "ical": -0.6, "ary$": -0.6, "ory$": -0.7, "er$": -0.05, "ers$": -0.3, "or$": -0.7,
    "wa": -0.6, "we": -0.6,
    "wi": -0.6, "wo": -0.6, "st$": -0.4, "nd$": -0.5, "ld$": -0.8, "rd$": -0.3, "ts$": -0.2, "ds$": -0.5, "ct$": -0.3, "ngs$": -0.8,
    "ugh": -0.6,
    "oa": -0.5, "ngl": -0.3, "^kn": -0.8, "^un": -0.4, "^over": -0.7, "^under": -0.8, "hip$": -0.4, "ize": -0.9, "yz": -0.2,
    "tly$": -0.4, "ally$": -0.6,
    "am$": -0.5, "om$": -0.6, "um$": -0.4, "ap$": -0.5, "op$": -0.5, "ip$": -0.6, "rt$": -0.1, "nk": -0.7, "ff$": -0.6, "ll$": -1.0,
    "ss$": -0.9,
    "tt$": -0.4, "sm$": -0.5, "rm$": -0.5, "rn$": -0.6, "ct": -0.05, "ify$": -0.8, "tain$": -0.5, "ms$": -0.5, "ves$": -0.2, "ance$": -0.05,
    # French: groups that English forms no words with, or seldom.
    "eau": 1.1, "eaux$": 0.9, "eux$": 1.2, "aux$": 1.1, "oux$": 1.0, "oi": 0.55, "ois": 0.5, "oir": 0.8, "qu": 0.5, "ique$": 1.0,
    "iques$": 1.1,
    "ette$": 0.9, "ettes$": 1.0, "elle$": 0.9, "elles$": 1.0, "enne$": 1.1, "ienne": 0.8, "eur$": 0.9, "eurs$": 1.1, "euse": 1.1,
    "ez$": 1.1, "ais$": 1.0,
    "ait$": 0.8, "aient$": 1.4, "ement$": 0.5, "ements$": 0.4, "ier$": 0.5, "iers$": 0.6, "iere": 1.0, "ere$": 0.4, "ee$": 0.9,
    "ees$": 0.9, "eil": 0.7,
    "aill": 1.0, "ouill": 1.0, "euill": 1.0, "ille$": 0.6, "illes$": 0.8, "gne": 0.7, "gn": 0.2, "esse$": 0.5, "ance$$": 0.0,
    "ure$": 0.15, "age$": 0.1,
    "tion$": 0.0, "ions$": 0.05, "re$": 0.45, "tre$": 0.5, "dre$": 0.7, "bre$": 0.6, "vre$": 0.7, "que$": 0.4, "gue$": 0.4, "isme$": 1.1,
    "iste$": 0.9,
    "istes$": 1.0, "ite$": 0.25, "ites$": 0.3, "ie$": 0.5, "ies$": -0.3, "ue$": 0.3, "se$": 0.15, "ise$": 0.1, "isee": 0.9,
    "issant": 0.9, "ant$": 0.15, "ants$": 0.3,
    "ent$": 0.05, "ons$": 0.2, "^d": 0.05, "^l": 0.05, "^qu": 0.3, "^re": 0.05, "^em": 0.1, "^en": 0.1, "^de": 0.1, "^eg": 0.4,
    "^et": 0.4, "^ec": 0.4,
    "^ch": 0.1, "ou": 0.1, "ui": 0.4, "uit$": 0.6, "oy": 0.2, "ell": 0.2, "onn": 0.5, "omm": 0.2, "ss": 0.05, "iss": 0.2, "x$": 0.6,
    "z$": 0.7, "oque": 0.5,
    "eq": 0.2, "ac": 0.0, "^af": 0.05, "er$ ": 0.0, "if$": 0.6, "ifs$": 0.9, "ive$": 0.0, "aire$": 1.2, "aires$": 1.3, "oire": 1.1,
    "ible$": 0.0, "^bi": 0.0,
    "e$": 0.25, "es$": 0.3, "el$": 0.3, "els$": 0.2, "al": 0.0, "^au": 0.3, "ule$": 0.3, "ate$": -0.6, "ates$": -0.6, "ated$": -0.6,
    "ine$": 0.0, "ines$": 0.1,
    "eme$": 0.8, "emes$": 0.8, "ote$": 0.1, "ort$": 0.0, "ge$": 0.0, "lle$": 0.5, "nne$": 0.7, "tte$": 0.6, "sse$": 0.3, "euv": 0.6,
    "ouv": 0.6,
    "oeu": 0.8, "euil": 0.6, "ierr": 0.5, "ain$": 0.0, "ein$": 0.1, "ien$": 0.9, "iens$": 0.9, "in$": 0.1, "ins$": 0.1, "on$": 0.1,
    "an$": 0.0, "i$": 0.3,
    "is$": 0.15, "it$": 0.0, "u$": 0.5, "us$": -0.1, "ut$": 0.2, "rent$": 0.2, "erent$": 0.7, "irent$": 0.7,
}  # fmt: skip
"""Letter group to points: positive for French, negative for English. ``^`` and ``$`` are a word's ends. Words are folded."""

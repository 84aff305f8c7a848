"""The function words by which :mod:`normalizer.language` tells languages apart.

Written for this project: closed word classes (articles, pronouns, prepositions, auxiliaries), contractions, forms of text messages. A
word that both languages have stands in neither list.
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
        le les un une des du de et est que qui dans pour pas au aux sur avec ce cette ces cet il elle ils elles nous vous leur leurs
        son sa
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
    el los las una uno por con para pero como esta este estan muy hay que del al lo su sus mas donde porque nuestro calle favor gracias
    hola
    hay un cerca desde hace ayer basura arbol luz agua alcantarilla noche semana vecino vecinos ruido perro lampara rota roto bache
    acera necesito
    senor senora der die das und ist nicht ich sie wir ein eine einen mit auf fur von dem den zu im auch noch nur bei wie wenn oder sehr
    strasse bitte danke guten tag meiner mein vor seit kaputt laterne mull baum nachbarn laut wurde haus hier keine il lo gli che di
    per non sono una della delle nel nella anche questo questa ho hanno via grazie buongiorno
    davanti lampione rotto buca strada albero rifiuti acqua casa mia da giorni stato
    nao uma os do da dos das em no na com mais muito rua obrigado bom frente minha casa ha buraco lixo arvore luz semana desde esta het
    kapot voor deur lantaarn afval sinds mijn huis al een ik niet dat van op voor zijn met maar er wij straat jest nie
    sie na jak czy przez dla det som och att en pa av jag inte har till og er
    """

_STRONG = {"the", "and", "with", "this", "that", "is", "are", "was", "have", "please", "there", "les", "une", "est", "dans", "pour",
"avec",
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

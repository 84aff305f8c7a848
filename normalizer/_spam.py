"""Words of advertising and fraud, counted: a message is doubtful only when several kinds come together.

Deliberately blunt and conservative: what it finds is held for a person, so what counts is that a resident's message is not among it. It
looks for wares and promises that no request to a city speaks of; links, capitals and sums of money add to them but never suffice.
"""

from __future__ import annotations

from normalizer.words import Reading, words

_STRONG = """
viagra cialis casino jackpot lottery lotterie sweepstakes bitcoin crypto cryptocurrency forex ringtone ringtones polyphonic nigerian
inheritance horny sexy nude porn xxx escorts backlinks seo dofollow payday refinance unclaimed millionaire winnings txt2win freemsg chatline
"""
_MEDIUM = """
prize winner won claim guaranteed congratulations awarded selected offer discount cheap loan loans credit investment investors profit earn
income rich cash bonus unsubscribe subscription subscribe subscribed voucher reward deal deals limited exclusive promo promotion
marketing rankings
traffic beneficiary million dollars replica pills pharmacy weight dating singles girls tone tones mobile mobileupd8 nokia camcorder hmv txt
stop reply
gagnant gagne felicitations offert offre promotion rabais investissement rentable credit pret prets revenus argent heritage benefice
beneficiaire loterie abonnement desabonner exclusif gratuit garanti
"""
_PHRASES = """
click here|act now|limited time|free entry|call now|prize draw|wire transfer|bank account|make money|work from home
search engine|first page of google
social media marketing|guest post|web design|grow your business|lead generation|dear friend|next of kin|money back|risk free
this is not spam
per msg|per week|text stop|to opt out|customer service|cash prize|per min|land line|national rate|award|double mins|new mobile|free msg
cliquez ici|offre limitee|gagner de l argent|travail a domicile|referencement naturel|premiere page de google|cher ami
compte bancaire|virement bancaire
sans engagement|profitez de|devis gratuit
"""
_STRONG_WORDS = frozenset(_STRONG.split())
_MEDIUM_WORDS = frozenset(_MEDIUM.split())
_SIGNS = _STRONG_WORDS | _MEDIUM_WORDS
_PHRASE_WORDS = tuple(tuple(words(phrase)) for line in _PHRASES.strip().splitlines() for phrase in line.split("|"))
_FIRSTS: dict[str, list[tuple[str, ...]]] = {}
for _phrase in _PHRASE_WORDS:
    _FIRSTS.setdefault(_phrase[0], []).append(_phrase)
_PHRASE_FIRSTS = frozenset(_FIRSTS)
_CIVIC = frozenset(
    """
street road sidewalk pothole tree garbage trash recycling snow lamp light park parking noise water sewer graffiti permit tax hydrant bus
city ville rue trottoir arbre ordures recyclage neige lampadaire parc stationnement bruit eau egout permis taxe taxes quartier borne mairie
collecte collection neighbour neighbor neighbourhood voisin voisins bac bacs bin bins municipal municipale council conseil
""".split()
)
_ENOUGH = 5.0


def suspected(reading: Reading, text: str) -> bool:
    """True when enough signs of advertising or fraud come together. A word about the city's business weighs against each."""
    return score(reading, text) >= _ENOUGH


def score(reading: Reading, text: str) -> float:
    """Points for spam: 2 for a strong word, 1 for a medium one, 1.5 for a phrase; links, sums and capitals at most 2 together."""
    signs = (reading.body.vocabulary & _SIGNS) | (reading.subject.vocabulary & _SIGNS)
    strong = len(signs & _STRONG_WORDS)
    medium = len(signs) - strong
    if not strong and medium < 2:
        return 0.0
    vocabulary = reading.body.vocabulary | reading.subject.vocabulary
    points = 2.0 * strong + 1.0 * medium
    for first in vocabulary & _PHRASE_FIRSTS:
        points += 1.5 * sum(_holds(reading, phrase) for phrase in _FIRSTS[first])
    extra = 0.0
    head = text[:4000]
    if "http://" in head or "https://" in head or "www." in head:
        extra += 0.8
    if "£" in head or "$" in head or "€" in head:
        extra += 0.6
    if "!!" in head:
        extra += 0.4
    letters = sum(map(str.isalpha, head[:400]))
    if letters > 20 and sum(map(str.isupper, head[:400])) > 0.4 * letters:
        extra += 0.6
    return points + min(extra, 2.0) - 1.5 * len(vocabulary & _CIVIC)


def _holds(reading: Reading, phrase: tuple[str, ...]) -> bool:
    for text in (reading.body, reading.subject):
        tokens = text.tokens
        start = -1
        for _ in range(5):
            try:
                start = tokens.index(phrase[0], start + 1)
            except ValueError:
                break
            if tuple(tokens[start : start + len(phrase)]) == phrase:
                return True
    return False

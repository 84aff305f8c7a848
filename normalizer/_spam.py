"""Whether a message looks like advertising or fraud: rules on wares and promises, and a linear model of words; and what a mail filter said.

What is found is held for a person and never dropped, so what counts is that few residents' messages are among it. The rules look for
wares and promises that no request to a city speaks of, and doubt only when several kinds come together; links, capitals and sums of money
add to them but never suffice. The model (``_spam_model.py``) adds up the weights of words, pairs of words and a few signs of form.

Does not: judge long mails by more than their first words, or know advertising in languages other than English and French.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

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
collecte neighbour neighbor neighbourhood voisin voisins bac bacs bin bins municipal municipale council conseil
""".split()
)
_ENOUGH = 5.0


LIKELY: dict[str, float] = {"sms": -1.75, "email": -1.0, "api": -1.0}
"""From which sum of weights a message is doubtful: fitted on text messages; of 4,808 requests to a city, 5 to 10 reach it.

Posts are not weighed: links and names look like advertising to a model of text messages (17 % of 2,192 mentions of agencies would)."""
_TOKENS = 80
_FEW = 8
"""Words under which a text without any sign of advertising is not doubted: a link to a map says no more."""


def suspected(reading: Reading, text: str, channel: str = "email") -> bool:
    """True when enough signs of advertising or fraud come together. A word about the city's business weighs against each."""
    points = score(reading, text)
    if points >= _ENOUGH:
        return True
    if points <= 0 and (civic(reading) > 0 or len(text[:400].split()) + len(reading.subject.tokens) < _FEW):
        return False  # a link to a map, a telephone number beside "pothole": no word of it advertises anything
    return likelihood(reading, text) - civic(reading) > LIKELY.get(channel, math.inf)


def civic(reading: Reading) -> float:
    """What words about the city's business weigh against the model."""
    return 0.7 * min(len((reading.body.vocabulary | reading.subject.vocabulary) & _CIVIC), 4)


def filtered(headers: Mapping[str, str]) -> bool:
    """True when a mail filter before us called the mail spam. ``headers`` have lower-case names.

    A sender can write these headers too, and only has the mail held by it.
    """
    if headers.get("x-spam-flag", "").strip().lower() == "yes" or headers.get("x-spam-status", "").strip().lower().startswith("yes"):
        return True
    if headers.get("x-mailgun-sflag", "").strip().lower() == "yes" or headers.get("x-ses-spam-verdict", "").strip().lower() == "fail":
        return True
    level = headers.get("x-ms-exchange-organization-scl", "").strip()
    if not level:
        _, found, rest = headers.get("x-forefront-antispam-report", "").upper().partition("SCL:")
        level = rest.partition(";")[0].strip() if found else ""
    return level.isdigit() and int(level) >= 5


def likelihood(reading: Reading, text: str) -> float:
    """The model's sum of weights: the logarithm of the odds, on the data it was fitted to."""
    weights, bias = _model()
    return bias + sum(weights.get(sign, 0.0) * value for sign, value in signs(reading, text).items())


def signs(reading: Reading, text: str) -> dict[str, float]:
    """What the model weighs: words and pairs of words, figures by their number of digits, and signs of form."""
    tokens = (reading.subject.tokens[:30] + reading.body.tokens[:_TOKENS]) if reading.subject.tokens else reading.body.tokens[:_TOKENS]
    shapes = [token if token.isalpha() else _shape(token) for token in tokens]
    found = dict.fromkeys(shapes, 1.0)
    for pair in pairwise(shapes):
        found["_".join(pair)] = 1.0
    head = text[:400]
    low = head.lower()
    capitals, letters = sum(map(str.isupper, head)), sum(map(str.isalpha, head))
    found["£"] = float("£" in head)
    found["$"] = float("$" in head or "€" in head)
    found["//"] = float("http" in low or "www." in low or ".com" in low or ".net" in low or ".co.uk" in low)
    found["AA"] = capitals / letters if letters > 10 else 0.0
    found["!"] = min(head.count("!"), 3) / 3
    found["--"] = min(len(head), 160) / 160
    found["00"] = float(any(len(token) >= 5 and token.isdigit() for token in tokens))
    found["A A"] = min(sum(word.isupper() and len(word) > 2 for word in head.split()), 6) / 6
    return found


def _shape(token: str) -> str:
    if token.isdigit():
        return f"0{min(len(token), 12)}"
    return "0a" if len(token) > 3 else "0"


@lru_cache(maxsize=1)
def _model() -> tuple[dict[str, float], float]:
    """Each sign with its weight, and the weight of a message without any."""
    from normalizer._spam_model import BIAS, WEIGHTS

    weights: dict[str, float] = {}
    for tenths, members in WEIGHTS.items():
        for sign in members.split("|"):
            weights[sign] = tenths / 10
    return weights, BIAS


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

"""What the spoken intake says, in English and French, and the few words by which a caller steers it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from normalizer.words import fold

Lang = Literal["en", "fr"]
LOCALES: dict[str, str] = {"en": "en-CA", "fr": "fr-CA"}
"""BCP 47 tags of Twilio's speech recognition and voices."""

SAYS: dict[str, dict[str, str]] = {
    "en": {
        "greeting": "You have reached 3 1 1.",
        "other": "For English, say English or press 2.",
        "danger_first": "If anyone is in danger, hang up and dial 9 1 1.",
        "recorded": "This call may be recorded.",
        "agent": "To speak with a person, press 0.",
        "problem": "Please tell me in a few words what the problem is.",
        "problem_again": "I did not hear that. Please tell me what the problem is.",
        "unclear": "I am not sure that I heard you well.",
        "noted": "Thank you, I noted that.",
        "where": "Where is it? Say the address, the nearest corner, or a place that is near. If you do not know, press 9.",
        "where_again": "I did not hear that. Please say the address or the nearest corner, or press 9 if you do not know.",
        "heard": "I noted the place as: {said}. To say it again, press star.",
        "back": "May we contact you about it at this number? Say text or press 1 for a text message. Say call or press 2 for a call. "
        "Say no or press 3 if you prefer not.",
        "back_again": "I did not hear that. Press 1 for a text message, 2 for a call, or 3 for neither.",
        "key": "For {service}, press {key}.",
        "done": "Thank you. The city has your report. Goodbye.",
        "number": "Your number is {number}. Once more: {number}.",
        "handing": "I am connecting you with a person. Please hold.",
        "nobody": "I am sorry, nobody is free at the moment. Your call is noted and somebody will call you back.",
        "nobody_withheld": "I am sorry, nobody is free at the moment.",
        "message": "Please leave a message after the tone. Press the pound key when you are done.",
        "not_saved": "I am sorry. For a technical reason I could not save what you said.",
        "call_again": "Please call again in a few minutes. If anyone is in danger, dial 9 1 1.",
        "not_understood": "I am sorry, I could not understand you.",
        "connecting_danger": "I am connecting you with the emergency services.",
    },
    "fr": {
        "greeting": "Vous avez joint le 3 1 1.",
        "other": "Pour le français, dites français ou faites le 2.",
        "danger_first": "Si quelqu'un est en danger, raccrochez et composez le 9 1 1.",
        "recorded": "Cet appel peut être enregistré.",
        "agent": "Pour parler à une personne, faites le 0.",
        "problem": "Dites-moi en quelques mots quel est le problème.",
        "problem_again": "Je n'ai rien entendu. Dites-moi quel est le problème, s'il vous plaît.",
        "unclear": "Je ne suis pas sûre de vous avoir bien compris.",
        "noted": "Merci, c'est noté.",
        "where": "Où est-ce ? Dites l'adresse, le coin de rue le plus proche, ou un lieu voisin. Si vous ne savez pas, faites le 9.",
        "where_again": "Je n'ai rien entendu. Dites l'adresse ou le coin de rue le plus proche, ou faites le 9 si vous ne savez pas.",
        "heard": "J'ai noté ce lieu : {said}. Pour le redire, faites l'étoile.",
        "back": "Pouvons-nous vous joindre à ce numéro à ce sujet ? Dites texto ou faites le 1 pour un message texte. Dites appel ou "
        "faites le 2 pour un appel. Dites non ou faites le 3 si vous ne le souhaitez pas.",
        "back_again": "Je n'ai rien entendu. Faites le 1 pour un message texte, le 2 pour un appel, ou le 3 pour aucun des deux.",
        "key": "Pour {service}, faites le {key}.",
        "done": "Merci. La ville a reçu votre demande. Au revoir.",
        "number": "Votre numéro est le {number}. Je répète : {number}.",
        "handing": "Je vous mets en communication avec une personne. Veuillez patienter.",
        "nobody": "Je suis désolée, personne n'est libre en ce moment. Votre appel est noté et quelqu'un vous rappellera.",
        "nobody_withheld": "Je suis désolée, personne n'est libre en ce moment.",
        "message": "Laissez un message après le signal sonore. Faites le carré quand vous avez terminé.",
        "not_saved": "Je suis désolée. Pour une raison technique, je n'ai pas pu enregistrer ce que vous avez dit.",
        "call_again": "Rappelez dans quelques minutes, s'il vous plaît. Si quelqu'un est en danger, composez le 9 1 1.",
        "not_understood": "Je suis désolée, je n'ai pas réussi à vous comprendre.",
        "connecting_danger": "Je vous mets en communication avec les services d'urgence.",
    },
}

_PERSON = (r"(agents?|operat(or|eur|rice)|representatives?|persons?|people|human( being)?|someone|somebody|receptionist|"
           r"preposee?|personne|quelqu un|humain|etre humain|employee?|commis)")  # fmt: skip
_AGENT = re.compile(
    rf"(please |s il vous plait |je veux |je voudrais |j aimerais |i want |i d like |i would like |can i |could i |let me |puis je |"
    rf"est ce que je peux |un |une |an? |real |live |real live |to |le |la )*"
    rf"((speak|talk|connect me|transfer me|parler|transferez moi|passez moi)( (to|with|a|avec|au|aux))? )?"
    rf"(un |une |an? |real |live |the |le |la |vraie |vrai )*{_PERSON}( please| s il vous plait| reelle?)*"
)
_ENGLISH = re.compile(r"(in |en )?(english|anglais)( please| s il vous plait)?")
_FRENCH = re.compile(r"(in |en )?(francais|french|francaise|frances)( please| s il vous plait)?")
_UNKNOWN = re.compile(r"(i (do not|don t) know|no idea|not sure|je (ne )?sais pas|aucune idee|pas sure?)\b.{0,20}")
_TEXTING = re.compile(r"\b(texts?|texting|texto|textos|sms|message texte|message)\b")
_CALLING = re.compile(r"\b(call|phone|telephone|appel|appelez|appeler|rappelez|rappel)\b")
_NO = re.compile(r"\b(no|nope|neither|don t|do not|non|aucun|ni l un|pas)\b")
_YES = re.compile(r"\b(yes|yeah|sure|ok|okay|oui|d accord|bien sur|certainement)\b")


def _bare(said: str) -> str:
    return " ".join(fold(said[:200]).split())


def asks_for_agent(said: str) -> bool:
    """Whether these words, all of them, ask for a person: ``an agent please``, not ``somebody dumped a couch``."""
    return _AGENT.fullmatch(_bare(said)) is not None


def asks_for_language(said: str) -> Lang | None:
    """The language that these words, all of them, ask for."""
    bare = _bare(said)
    return "fr" if _FRENCH.fullmatch(bare) else "en" if _ENGLISH.fullmatch(bare) else None


def does_not_know(said: str) -> bool:
    """Whether these words say that the caller does not know."""
    return _UNKNOWN.fullmatch(_bare(said)) is not None


def preference(said: str) -> str | None:
    """``sms``, ``phone`` or ``none``; None where the words do not tell."""
    bare = _bare(said)
    if _NO.search(bare) and not (_YES.search(bare) or _TEXTING.search(bare) or _CALLING.search(bare)):
        return "none"
    if _TEXTING.search(bare):
        return "sms"
    if _CALLING.search(bare) or _YES.search(bare):
        return "phone"
    return None


def hints(words: Sequence[str]) -> str:
    """Words that callers are likely to say, for the recogniser: at most 500 phrases of at most 100 characters (Twilio's limits)."""
    return ",".join(list(dict.fromkeys(word.replace(",", " ").strip()[:100] for word in words if word.strip()))[:500])


def spelled(number: str) -> str:
    """A number that is read one character after the other."""
    return " ".join(character for character in number if character.isalnum())

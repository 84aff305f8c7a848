"""What one line of a mail is: a header field, an attribution, a divider, a signature's beginning, a confidentiality notice.

Tables of words rather than long patterns: a line is cut at its colon or folded to words and looked up, which is linear in its length.
"""

from __future__ import annotations

import re

LINE_CAP = 1_000
"""Longer lines are text: no mail program writes a header or an attribution of this length."""

_FIELDS: dict[str, str] = {
    "from": "from", "de": "from", "von": "from", "van": "from", "da": "from", "från": "from", "fra": "from", "od": "from", "от": "from",
    "expéditeur": "from", "expediteur": "from", "mittente": "from", "remitente": "from", "afzender": "from", "absender": "from",
    "sent": "sent", "date": "sent", "envoyé": "sent", "envoye": "sent", "envoyé le": "sent", "date d'envoi": "sent", "gesendet": "sent",
    "datum": "sent", "verzonden": "sent", "inviato": "sent", "data": "sent", "enviado": "sent", "enviado el": "sent", "fecha": "sent",
    "enviada em": "sent", "enviado em": "sent", "skickat": "sent", "sendt": "sent", "dato": "sent", "wysłano": "sent",
    "отправлено": "sent", "дата": "sent", "to": "to", "à": "to", "a": "to", "an": "to", "aan": "to", "para": "to", "till": "to",
    "til": "to", "do": "to",
    "кому": "to", "destinataire": "to", "pour": "to", "cc": "cc", "copie": "cc", "copie à": "cc", "kopie": "cc", "reply-to": "cc",
    "répondre à": "cc", "bcc": "cc", "cci": "cc", "importance": "cc", "priorité": "cc", "subject": "subject", "objet": "subject",
    "sujet": "subject", "betreff": "subject", "onderwerp": "subject", "oggetto": "subject", "asunto": "subject", "assunto": "subject",
    "ämne": "subject", "emne": "subject", "temat": "subject", "тема": "subject",
}  # fmt: skip


def field(line: str) -> str | None:
    """The kind of header field (``from``, ``sent``, ``to``, ``cc``, ``subject``) that a line of a pasted header block has, or None."""
    label, colon, rest = line[:80].partition(":")
    if not colon:
        return None
    label = label.strip(" \t*>_").lower()
    if len(label) > 14 or rest.startswith("//"):
        return None
    return _FIELDS.get(label)


_DIVIDERS = frozenset(
    {
        "original message", "original appointment", "forwarded message", "reply message", "message d'origine", "message original",
        "message initial", "message transféré", "message réexpédié", "message transmis", "courriel d'origine", "courriel transféré",
        "ursprüngliche nachricht", "originalnachricht", "weitergeleitete nachricht", "oorspronkelijk bericht", "doorgestuurd bericht",
        "messaggio originale", "messaggio inoltrato", "mensaje original", "mensaje reenviado", "mensagem original",
        "mensagem encaminhada", "originalmeddelande", "ursprungligt meddelande", "vidarebefordrat meddelande", "oprindelig meddelelse",
        "opprinnelig melding", "wiadomość oryginalna",
    }
)  # fmt: skip
_FORWARDS = (
    "begin forwarded message", "début du message réexpédié", "début du message transféré", "anfang der weitergeleiteten",
    "inizio messaggio inoltrato",
    "inicio del mensaje reenviado",
)  # fmt: skip


def divider(line: str) -> bool:
    """True for ``-----Original Message-----`` and its like, and for ``Begin forwarded message:``, in the languages of mail programs."""
    bare = line.strip(" \t>*").lower()
    if bare.startswith(("-", "_", "=")):
        return bare.strip("-_= *:") in _DIVIDERS
    return bare.startswith(_FORWARDS)


def rule(line: str) -> bool:
    """True for a line drawn with underscores, hyphens or equal signs, five or more."""
    bare = line.strip()
    return (len(bare) >= 5 and not bare.strip("_")) or (len(bare) >= 5 and (not bare.strip("-") or not bare.strip("=")))


_VERBS = re.compile(
    r"(?:\bwrote|\bwrites|\ba écrit|\bécrivait|\bécrit|\ba ecrit|\bschrieb|\bschreef|\bgeschreven|\bescribió|\bescribio|\bha scritto"
    r"|\bscrisse|\bescreveu|\bskrev|\bskrifaði|\bnapisał|\bkirjoitti|\bнаписал|\bпишет|\bпише)",
    re.IGNORECASE,
)
_OPENINGS = ("on ", "le ", "am ", "op ", "il ", "el ", "em ", "den ", "dnia ", "w dniu ", "at ", "vào ", "dne ", "a ", "à ")
_ISO_GMT = re.compile(r"\d{4}-\d\d-\d\d \d{1,2}:\d\d (?:GMT|UTC)[+-]\d\d:?\d\d ")


def opens(line: str) -> bool:
    """True when a line may begin an attribution: ``On …``, ``Le …``, a date, or the person's name or address."""
    bare = line.lstrip(" \t>*-\"'").lower()
    return (bare.startswith(_OPENINGS) and any(map(str.isdigit, bare))) or bare[:1].isdigit() or bare.endswith((" you wrote:", "écrivez :"))


def attribution(text: str, quoted_below: bool) -> bool:
    """True when ``text`` (one to four lines, joined) is the sentence that a mail program puts above what it quotes.

    A verb of writing near the end, before a colon; and an address, a date, ``you`` or a quote below, because people write such
    sentences too (``My neighbour wrote:``).
    """
    if len(text) > LINE_CAP:
        return False
    bare = text.strip(" \t>*-_")
    if _ISO_GMT.match(bare):
        return True
    digits = sum(map(str.isdigit, bare))
    if bare.endswith((">:", "> :")) and "@" in bare and digits >= 6:
        return True
    verbs = list(_VERBS.finditer(bare, max(0, len(bare) - 100)))
    if not verbs or len(bare) - verbs[-1].end() > 60 or not (bare.endswith(":") or text.rstrip().endswith("--")):
        return False
    return "@" in bare or digits >= 3 or quoted_below or " you wrote" in bare.lower()


_MOBILE = (
    "sent from my", "sent from outlook", "sent from yahoo", "sent from mail for", "sent from samsung", "sent from proton",
    "sent from gmail",
    "sent via", "sent with", "sent using", "get outlook for", "download outlook", "envoyé de mon", "envoyé depuis",
    "envoyé à partir de", "envoyé avec", "envoyé par mon", "envoyé d'un", "envoyé via", "envoye de mon", "télécharger outlook",
    "obtenez outlook",
    "obtenir outlook",
    "transmis de mon", "von meinem", "gesendet von", "gesendet mit", "diese nachricht wurde von meinem", "verstuurd vanaf",
    "verzonden vanaf",
    "inviato da", "enviado desde", "enviado do", "enviado a partir", "enviado de meu", "skickat från", "sendt fra", "wysłane z",
)  # fmt: skip


def mobile(line: str) -> bool:
    """True for the line that a telephone or a mail program signs with."""
    bare = line.strip(" \t*_-<[(")
    return len(bare) <= 120 and bare.lower().startswith(_MOBILE)


_NOTICE_HEADS = ("confidentiality notice", "avis de confidentialité", "avis de confidentialite", "disclaimer", "avertissement")
_NOTICE_OPENINGS = ("this ", "the ", "ce ", "cet ", "cette ", "le ", "les ", "l'", "if ", "si ", "important", "diese", "der ", "note")
_NOTICE_SIGNS = ("intended", "privileged", "recipient", "destin", "privilégi", "unauthorized", "non autoris", "empfänger", "bestimmt")


def notice(line: str) -> bool:
    """True when a line begins a confidentiality notice."""
    head = line[:400].strip(" \t*_-").lower()
    if head.startswith(_NOTICE_HEADS):
        return True
    if not head.startswith(_NOTICE_OPENINGS) or not ("confiden" in head or "vertraulich" in head or "privileged" in head):
        return False
    return any(sign in head for sign in _NOTICE_SIGNS)

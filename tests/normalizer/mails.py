# ruff: noqa: E501 (a line of a mail is as long as programs write it)
"""Replies as mail programs write them, in the forms that the programs have: what stands above the older mail, how that is marked, what signs.

Names, addresses and words are ours; the forms are those of the programs' own output and localisations.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

CITY = "City of Springfield <311@springfield.example.gov>"
VILLE = "Ville de Springfield <311@springfield.example.gov>"


class Mail(NamedTuple):
    """``new`` is what the writer added, ``old`` words that may not be left in it."""

    name: str
    text: str
    new: str
    old: str = "Your 311 team"


_NEW = {
    "en": ("It is still there, in front of number 12.\n\nThanks,\nJean", "Yes.", "Hello,\n\nNo: the lamp at 40 Main Street: still out!\n- since Monday\n- every night"),
    "fr": ("Il est toujours là, devant le numéro 12.\n\nMerci,\nJean", "Oui.", "Bonjour,\n\nNon : le lampadaire du 40, rue Main : encore éteint !\n- depuis lundi\n- toutes les nuits"),
    "xx": ("12 Main Street, 40 / 42.", "OK!", "Jean\nMain Street 12: lamp"),
}  # fmt: skip
_OLD = ["We have received your request: is the pothole still there?", "", "On which side of the street?", "", "Your 311 team"]

# Attributions: a name, the language of the writer, the sentence.
ATTRIBUTIONS: list[tuple[str, str, str]] = [
    ("gmail", "en", f"On Mon, Nov 23, 2026 at 10:12 AM {CITY} wrote:"),
    ("gmail 24 h", "en", f"On Mon, 23 Nov 2026 at 10:12, {CITY} wrote:"),
    ("gmail wrapped", "en", "On Mon, Nov 23, 2026 at 10:12 AM City of Springfield <\n311@springfield.example.gov> wrote:"),
    ("gmail narrow space", "en", f"On Mon, Nov 23, 2026 at 10:12\u202fAM {CITY} wrote:"),
    ("apple mail", "en", f"On Nov 23, 2026, at 10:12 AM, {CITY} wrote:"),
    ("apple mail day first", "en", f"On 23 Nov 2026, at 10:12, {CITY} wrote:"),
    ("thunderbird", "en", "On 11/23/26 10:12 AM, City of Springfield wrote:"),
    ("thunderbird iso", "en", "On 2026-11-23 10:12, City of Springfield wrote:"),
    ("yahoo", "en", "On Monday, November 23, 2026 at 10:12:45 AM EST, City of Springfield <311@springfield.example.gov> wrote:"),
    ("proton", "en", f"On Monday, November 23rd, 2026 at 10:12 AM, {CITY} wrote:"),
    ("outlook mobile", "en", 'On Mon, Nov 23, 2026 at 10:12 AM -0500, "City of Springfield" <311@springfield.example.gov> wrote:'),
    ("zoho", "en", f"---- On Mon, 23 Nov 2026 10:12:45 -0500 {CITY} wrote ----"),
    ("mailspring", "en", f"On Nov 23 2026, at 10:12 am, {CITY} wrote:"),
    ("fastmail", "en", "On Mon, Nov 23, 2026, at 10:12 AM, City of Springfield wrote:"),
    ("old gmail iso", "en", f"2026-11-23 10:12 GMT-05:00 {CITY}:"),
    ("eudora", "en", "At 10:12 AM 11/23/2026, you wrote:"),
    ("mutt", "en", "* City of Springfield <311@springfield.example.gov> [2026-11-23 10:12]:"),
    ("person first", "en", "City of Springfield <311@springfield.example.gov> wrote on Mon, 23 Nov 2026 10:12:"),
    ("starred", "en", f"*On Mon, Nov 23, 2026 at 10:12 AM {CITY} wrote:*"),
    ("gmail", "fr", f"Le lun. 23 nov. 2026 à 10:12, {VILLE} a écrit :"),
    ("gmail no-break", "fr", f"Le\u00a0lun. 23 nov. 2026 à\u00a010:12, {VILLE} a\u00a0écrit\u00a0:"),
    ("gmail narrow", "fr", f"Le lun. 23 nov. 2026 à 10 h 12, {VILLE} a écrit\u202f:"),
    ("gmail wrapped", "fr", "Le lun. 23 nov. 2026 à 10:12, Ville de Springfield <311@springfield.example.gov>\na écrit :"),
    ("gmail wrapped twice", "fr", "Le lun. 23 nov. 2026 à 10:12, Ville de Springfield <\n311@springfield.example.gov> a\nécrit :"),
    ("apple mail", "fr", f"Le 23 nov. 2026 à 10:12, {VILLE} a écrit :"),
    ("thunderbird", "fr", "Le 23/11/2026 à 10:12, Ville de Springfield a écrit :"),
    ("thunderbird old", "fr", "Le 23/11/2026 10:12, Ville de Springfield a écrit :"),
    ("yahoo", "fr", f"Le lundi 23 novembre 2026 à 10:12:45 UTC−5, {VILLE} a écrit :"),
    ("yahoo old", "fr", f"Le Lundi 23 novembre 2026 10h12, {VILLE} a écrit :"),
    ("proton", "fr", f"Le lundi 23 novembre 2026 à 10:12, {VILLE} a écrit :"),
    ("outlook mobile", "fr", 'Le lun. 23 nov. 2026 à 10:12 AM -0500, "Ville de Springfield" <311@springfield.example.gov> a écrit :'),
    ("zoho", "fr", f"---- Le lun., 23 nov. 2026 10:12:45 -0500 {VILLE} a écrit ----"),
    ("address only", "fr", "Le 23 novembre 2026 10:12, 311@springfield.example.gov a écrit :"),
    ("without accent", "fr", "Le 23 nov. 2026 a 10:12, Ville de Springfield <311@springfield.example.gov> a ecrit :"),
    ("person first", "fr", "Ville de Springfield <311@springfield.example.gov> a écrit le lundi 23 novembre 2026 10:12 :"),
    ("you", "fr", "Le 23 nov. 2026 à 10:12, vous avez écrit :"),
    ("gmx", "fr", f"Le 23.11.26 à 10:12, {VILLE} a écrit :"),
    ("curly apostrophe", "fr", "Le 23 nov. 2026 à 10:12, Ville de L’Assomption <311@springfield.example.gov> a écrit :"),
    ("german gmail", "xx", f"Am Mo., 23. Nov. 2026 um 10:12 Uhr schrieb {CITY}:"),
    ("german apple", "xx", f"Am 23.11.2026 um 10:12 schrieb {CITY}:"),
    ("german wrapped", "xx", "Am Mo., 23. Nov. 2026 um 10:12 Uhr schrieb City of Springfield <\n311@springfield.example.gov>:"),
    ("dutch", "xx", f"Op ma 23 nov 2026 om 10:12 schreef {CITY}:"),
    ("dutch apple", "xx", f"Op 23 nov. 2026, om 10:12 heeft {CITY} het volgende geschreven:"),
    ("spanish", "xx", f"El lun, 23 nov 2026 a las 10:12, {CITY} escribió:"),
    ("spanish ( )", "xx", "El lun, 23 nov 2026 a las 10:12, City of Springfield (<311@springfield.example.gov>) escribió:"),
    ("italian", "xx", f"Il giorno lun 23 nov 2026 alle ore 10:12 {CITY} ha scritto:"),
    ("italian apple", "xx", f"Il giorno 23 nov 2026, alle ore 10:12, {CITY} ha scritto:"),
    ("portuguese", "xx", f"Em seg., 23 de nov. de 2026 às 10:12, {CITY} escreveu:"),
    ("portuguese apple", "xx", f"No dia 23/11/2026, às 10:12, {CITY} escreveu:"),
    ("catalan", "xx", f"El dl., 23 de nov. 2026, 10:12, {CITY} va escriure:"),
    ("swedish", "xx", f"Den mån 23 nov. 2026 kl 10:12 skrev {CITY}:"),
    ("swedish apple", "xx", f"23 nov. 2026 kl. 10:12 skrev {CITY}:"),
    ("danish", "xx", f"Den man. 23. nov. 2026 kl. 10.12 skrev {CITY}:"),
    ("norwegian", "xx", f"man. 23. nov. 2026 kl. 10:12 skrev {CITY}:"),
    ("finnish", "xx", f"ma 23. marrask. 2026 klo 10.12 {CITY} kirjoitti:"),
    ("polish", "xx", f"pon., 23 lis 2026 o 10:12 {CITY} napisał(a):"),
    ("polish apple", "xx", f"Wiadomość napisana przez {CITY} w dniu 23.11.2026, o godz. 10:12:"),
    ("czech", "xx", f"po 23. 11. 2026 v 10:12 odesílatel {CITY} napsal:"),
    ("hungarian", "xx", "City of Springfield <311@springfield.example.gov> ezt írta (időpont: 2026. nov. 23., H, 10:12):"),
    ("romanian", "xx", f"În lun., 23 nov. 2026 la 10:12, {CITY} a scris:"),
    ("turkish", "xx", f"{CITY}, 23 Kas 2026 Pzt, 10:12 tarihinde şunu yazdı:"),
    ("greek", "xx", f"Στις Δευ 23 Νοε 2026 στις 10:12 π.μ., ο χρήστης {CITY} έγραψε:"),
    ("russian gmail", "xx", f"пн, 23 нояб. 2026 г. в 10:12, {CITY}:"),
    ("russian mail.ru", "xx", f"Понедельник, 23 ноября 2026, 10:12 -05:00 от {CITY}:"),
    ("russian apple", "xx", f"23 нояб. 2026 г., в 10:12, {CITY} написал(а):"),
    ("yandex", "xx", '23.11.2026, 10:12, "City of Springfield" <311@springfield.example.gov>:'),
    ("ukrainian", "xx", f"пн, 23 лист. 2026 р. о 10:12 {CITY} пише:"),
    ("chinese", "xx", f"{CITY} 于2026年11月23日周一 10:12写道："),
    ("japanese", "xx", f"2026年11月23日(月) 10:12 {CITY}:"),
]  # fmt: skip


def _block(labels: str, date: str = "Monday, November 23, 2026 10:12 AM", subject: str = "Re: 2026-1") -> str:
    sender, sent, to, about = labels.split("|")
    return "\n".join(
        (
            f"{sender} City of Springfield <311@springfield.example.gov>",
            f"{sent} {date}",
            f"{to} Jean <jean@example.net>",
            f"{about} {subject}",
        )
    )


LINE = "_" * 32
LUNDI = "lundi 23 novembre 2026 10:12"
HEADERS: list[tuple[str, str, str]] = [
    ("outlook desktop", "en", _block("From:|Sent:|To:|Subject:")),
    ("outlook web", "en", LINE + "\n" + _block("From:|Sent:|To:|Subject:")),
    ("outlook mac", "en", _block("From:|Date:|To:|Subject:")),
    ("outlook 2003", "en", "-----Original Message-----\n" + _block("From:|Sent:|To:|Subject:")),
    ("outlook starred", "en", _block("*From:*|*Sent:*|*To:*|*Subject:*")),
    ("outlook double-spaced", "en", _block("From:|Sent:|To:|Subject:").replace("\n", "\n\n")),
    ("samsung", "en", "-------- Original message --------\n" + _block("From:|Date:|To:|Subject:")),
    ("zimbra", "en", "----- Original Message -----\n" + _block("From:|Sent:|To:|Subject:")),
    ("proton old", "en", "------- Original Message -------\nOn Monday, November 23rd, 2026 at 10:12, City of Springfield <311@springfield.example.gov> wrote:"),
    ("date first", "en", "Date: Mon, 23 Nov 2026 10:12:45 -0500\nFrom: 311@springfield.example.gov\nTo: jean@example.net\nSubject: Re: 2026-1"),
    ("to first", "en", "To: jean@example.net\ncc:\nFrom: 311@springfield.example.gov\nDate: 11/23/2026 10:12 AM\nSubject: Re: 2026-1"),
    ("notes", "en", "City of Springfield <311@springfield.example.gov>\n11/23/2026 10:12 AM\n\nTo\njean@example.net\ncc\n\nSubject\nRe: 2026-1"),
    ("one line", "en", "From: City of Springfield <311@springfield.example.gov> Sent: Monday, November 23, 2026 10:12 AM To: Jean Subject: Re: 2026-1"),
    ("blackberry", "en", "From: City of Springfield [mailto:311@springfield.example.gov]\nSent: Monday, November 23, 2026 10:12 AM\nTo: Jean\nSubject: 2026-1"),
    ("reply above", "en", "##- Please type your reply above this line -##"),
    ("with importance", "en", _block("From:|Sent:|To:|Subject:") + "\nImportance: High"),
    ("outlook desktop", "fr", _block("De :|Envoyé :|À :|Objet :", LUNDI)),
    ("outlook desktop no-break", "fr", _block("De\u00a0:|Envoyé\u00a0:|À\u00a0:|Objet\u00a0:", LUNDI)),
    ("outlook web", "fr", LINE + "\n" + _block("De :|Envoyé :|À :|Objet :", LUNDI)),
    ("outlook 2003", "fr", "-----Message d'origine-----\n" + _block("De :|Envoyé :|À :|Objet :", LUNDI)),
    ("outlook curly", "fr", "-----Message d’origine-----\n" + _block("De :|Envoyé :|À :|Objet :", LUNDI)),
    ("outlook mac", "fr", _block("De :|Date :|À :|Objet :", LUNDI)),
    ("samsung", "fr", "-------- Message d'origine --------\n" + _block("De :|Date :|À :|Objet :", LUNDI)),
    ("thunderbird forward head", "fr", "-------- Message original --------\n" + _block("Sujet :|Date :|De :|Pour :", "23 nov. 2026")),
    ("zimbra", "fr", "----- Mail original -----\n" + _block("De:|Envoyé:|À:|Objet:", LUNDI)),
    ("zimbra quotes", "fr", 'De: "Ville de Springfield" <311@springfield.example.gov>\nÀ: "Jean" <jean@example.net>\nEnvoyé: Lundi 23 Novembre 2026 10:12:45\nObjet: 2026-1'),
    ("notes", "fr", "Ville de Springfield <311@springfield.example.gov>\n2026-11-23 10:12\n\nA\njean@example.net\ncc\n\nObjet\nRe: 2026-1"),
    ("starred", "fr", _block("*De :*|*Envoyé :*|*À :*|*Objet :*", LUNDI)),
    ("double-spaced", "fr", _block("De :|Envoyé :|À :|Objet :", LUNDI).replace("\n", "\n\n")),
    ("bold colon outside", "fr", _block("*De* :|*Envoyé* :|*À* :|*Objet* :", LUNDI)),
    ("reply above", "fr", "-- Répondez au-dessus de cette ligne --"),
    ("one line", "fr", "De : Ville de Springfield <311@springfield.example.gov> Envoyé : 23 novembre 2026 10:12 À : Jean Objet : Re: 2026-1"),
    ("german", "xx", _block("Von:|Gesendet:|An:|Betreff:")),
    ("german gmx", "xx", 'Gesendet: Montag, 23. November 2026 um 10:12 Uhr\nVon: "City" <311@springfield.example.gov>\nAn: "Jean"\nBetreff: Re: 2026-1'),
    ("german 2003", "xx", "-----Ursprüngliche Nachricht-----\n" + _block("Von:|Gesendet:|An:|Betreff:")),
    ("dutch", "xx", _block("Van:|Verzonden:|Aan:|Onderwerp:")),
    ("dutch 2003", "xx", "-----Oorspronkelijk bericht-----\n" + _block("Van:|Verzonden:|Aan:|Onderwerp:")),
    ("spanish", "xx", _block("De:|Enviado:|Para:|Asunto:")),
    ("spanish el", "xx", _block("De:|Enviado el:|Para:|Asunto:")),
    ("italian", "xx", _block("Da:|Inviato:|A:|Oggetto:")),
    ("portuguese", "xx", _block("De:|Enviada em:|Para:|Assunto:")),
    ("swedish", "xx", _block("Från:|Skickat:|Till:|Ämne:")),
    ("danish", "xx", _block("Fra:|Sendt:|Til:|Emne:")),
    ("norwegian 2003", "xx", "-----Opprinnelig melding-----\n" + _block("Fra:|Sendt:|Til:|Emne:")),
    ("finnish", "xx", _block("Lähettäjä:|Lähetetty:|Vastaanottaja:|Aihe:")),
    ("polish", "xx", _block("Od:|Wysłano:|Do:|Temat:")),
    ("czech", "xx", _block("Od:|Odesláno:|Komu:|Předmět:")),
    ("hungarian", "xx", "-----Eredeti üzenet-----\n" + _block("Feladó:|Küldve:|Címzett:|Tárgy:")),
    ("romanian", "xx", _block("De la:|Trimis:|Către:|Subiect:")),
    ("turkish", "xx", _block("Kimden:|Gönderildi:|Kime:|Konu:")),
    ("greek", "xx", _block("Από:|Στάλθηκε:|Προς:|Θέμα:")),
    ("russian", "xx", _block("От:|Отправлено:|Кому:|Тема:")),
    ("chinese", "xx", _block("发件人:|发送时间:|收件人:|主题:")),
    ("chinese wide colon", "xx", _block("发件人：|发送时间：|收件人：|主题：")),
    ("japanese", "xx", _block("差出人:|送信日時:|宛先:|件名:")),
]  # fmt: skip

SIGNATURES: list[tuple[str, str, str]] = [
    ("iphone", "en", "Sent from my iPhone"),
    ("iphone excuse", "en", "Sent from my iPhone, please excuse any typos."),
    ("android", "en", "Sent from my Android phone with Mail. Please excuse my brevity."),
    ("galaxy", "en", "Sent from my Galaxy"),
    ("samsung", "en", "Sent from my Samsung Galaxy smartphone."),
    ("blackberry", "en", "Sent from my BlackBerry® wireless device"),
    ("outlook ios", "en", "Get Outlook for iOS<https://aka.ms/o0ukef>"),
    ("outlook android", "en", "Sent from Outlook for Android<https://aka.ms/AAb9ysg>"),
    ("windows", "en", "Sent from Mail<https://go.microsoft.com/fwlink/?LinkId=550986> for Windows"),
    ("yahoo", "en", "Sent from Yahoo Mail on Android"),
    ("proton", "en", "Sent with Proton Mail secure email."),
    ("delimiter", "en", "-- \nJean Untel\n514-555-0123"),
    ("delimiter without space", "en", "--\nJean Untel\nSpringfield"),
    ("underscores", "en", "__________\nJean Untel"),
    ("avast", "en", "Virus-free.www.avast.com"),
    ("trees", "en", "Please consider the environment before printing this e-mail."),
    ("notice", "en", "CONFIDENTIALITY NOTICE: This message is intended only for the recipient named above.\nIf you received it in error, please delete it."),
    ("notice without a head", "en", "The information in this e-mail is confidential and may be privileged. It is intended for the\naddressee. If you are not the intended recipient, any disclosure is prohibited."),
    ("iphone", "fr", "Envoyé de mon iPhone"),
    ("android", "fr", "Envoyé depuis mon appareil Android"),
    ("galaxy", "fr", "Envoyé depuis mon Galaxy"),
    ("samsung", "fr", "Envoyé à partir de mon appareil Samsung Galaxy."),
    ("outlook", "fr", "Télécharger Outlook pour iOS<https://aka.ms/o0ukef>"),
    ("outlook obtain", "fr", "Obtenir Outlook pour Android"),
    ("outlook from", "fr", "Envoyé à partir de Outlook pour iOS"),
    ("courrier", "fr", "Envoyé à partir de Courrier pour Windows"),
    ("provenance", "fr", "Provenance : Courrier pour Windows 10"),
    ("yahoo", "fr", "Envoyé à partir de Yahoo Mail pour iPhone"),
    ("proton", "fr", "Envoyé avec Proton Mail messagerie sécurisée."),
    ("orange", "fr", "Envoyé depuis l'application Mail Orange"),
    ("delimiter", "fr", "-- \nJean Untel\n514 555-0123"),
    ("dash", "fr", "—\nJean Untel"),
    ("avast", "fr", "Garanti sans virus. www.avast.com"),
    ("trees", "fr", "Pensez à l'environnement avant d'imprimer ce courriel."),
    ("notice", "fr", "AVIS DE CONFIDENTIALITÉ : Ce courriel est destiné uniquement au destinataire.\nSi vous l'avez reçu par erreur, veuillez le détruire."),
    ("notice without a head", "fr", "Ce message et ses pièces jointes sont confidentiels et destinés exclusivement à leurs destinataires.\nToute diffusion non autorisée est interdite."),
    ("german", "xx", "Von meinem iPhone gesendet"),
    ("german samsung", "xx", "Gesendet von meinem Samsung Galaxy Smartphone."),
    ("german k9", "xx", "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet."),
    ("dutch", "xx", "Verstuurd vanaf mijn iPhone"),
    ("spanish", "xx", "Enviado desde mi iPhone"),
    ("italian", "xx", "Inviato da iPhone"),
    ("portuguese", "xx", "Enviado do meu iPhone"),
    ("swedish", "xx", "Skickat från min iPhone"),
    ("danish", "xx", "Sendt fra min iPhone"),
    ("finnish", "xx", "Lähetetty iPhonesta"),
    ("polish", "xx", "Wysłane z iPhone'a"),
    ("czech", "xx", "Odesláno z iPhonu"),
    ("russian", "xx", "Отправлено с iPhone"),
    ("turkish", "xx", "iPhone'umdan gönderildi"),
    ("japanese", "xx", "iPhoneから送信"),
    ("chinese", "xx", "发自我的iPhone"),
]  # fmt: skip

BANNERS = {
    "en": "CAUTION: This email originated from outside of the organization. Do not click links unless you know the sender.",
    "fr": "ATTENTION : ce courriel provient de l’extérieur de l’organisation. Ne cliquez pas sur les liens si vous n’en connaissez pas l’expéditeur.",
    "en2": "You don't often get email from jean@example.net. Learn why this is important<https://aka.ms/LearnAboutSenderIdentification>",
    "fr2": "Vous n’obtenez pas souvent d’e-mail à partir de jean@example.net. Pourquoi c’est important<https://aka.ms/LearnAboutSenderIdentification>",
}

KEPT: list[tuple[str, str]] = [
    ("a route in fields", "From: Main Street\nTo: Oak Street\nDate: Monday\nthe sidewalk is not cleared"),
    ("a route in fields, French", "De : rue Main\nÀ : rue Oak\nDate : lundi\nle trottoir n'est pas déneigé"),
    ("a neighbour's words", "My neighbour wrote:\nthe tree is dead"),
    ("a neighbour's words, French", "Ma voisine a écrit :\nl'arbre est mort"),
    ("a desk", "Hello\n\nSent from my desk, which is easier than a phone."),
    ("a day", "On Monday at 10:12 I wrote to you:\nno answer. The lamp is out."),
    ("a day, French", "Le lundi 23 à 10:12 j'ai constaté ceci :\nle lampadaire est éteint."),
    ("a private matter", "This is confidential, it is intended for the mayor.\nMy landlord threatens me."),
    ("a private matter, French", "Ceci est confidentiel et destiné à la mairesse.\nMon propriétaire me menace."),
    ("a list of dashes", "Three things:\n-- the lamp\n-- the bench\n-- the bin"),
    ("a rule between paragraphs", "The lamp is out.\n\n-----\n\nAlso the bench is broken. It is the one beside the fountain, where the children play\nand the older people wait for the bus, and it has been so since the spring.\n\nThe third thing is the bin.\n\nIt was never emptied in\nall of July.\n\nThe fourth\nis the noise.\n\nThe fifth\nis dust.\n\nThe sixth\nis the hedge.\n\nThe seventh\nis the ice.\n\nThe eighth\nis the sign.\n\nThe ninth\nis the drain.\n\nThe tenth\nis the paint.\n\nJean"),
    ("a message about messages", "Your original message was lost: please send it again."),
    ("a closing without a mark", "La lampe est éteinte.\n\nCordialement,\nJean Untel\n514 555-0123"),
    ("an arrow", "Main Street -> Oak Street: no light"),
    ("a table", "| street | lamp |\nMain: out"),
    ("a sender in a sentence", "From: what I see, the lamp is out. To: whom it may concern"),
]  # fmt: skip


def replies() -> Iterator[Mail]:
    """Every form once for each of its ways of marking what is older, the new words in turn."""
    turn = 0
    for name, language, intro in ATTRIBUTIONS:
        for marked in (True, False):
            new = _NEW[language][turn % 3]
            turn += 1
            old = "\n".join(f"> {line}" if marked else line for line in _OLD)
            yield Mail(f"{language} {name}{'' if marked else ' without marks'}", f"{new}\n\n{intro}\n\n{old}\n", new)
    for name, language, block in HEADERS:
        new = _NEW[language][turn % 3]
        turn += 1
        body = "\n".join(_OLD)
        yield Mail(f"{language} {name}", f"{new}\n\n{block}\n\n{body}\n", new)
    for number, (name, language, signature) in enumerate(SIGNATURES):
        new = _NEW[language][number % 3]
        yield Mail(f"{language} signed {name}", f"{new}\n\n{signature}\n", new, "\x00")
        name2, _, intro = [item for item in ATTRIBUTIONS if item[1] == language][number % 8]
        quoted = "\n".join(f"> {line}" for line in _OLD)
        yield Mail(f"{language} signed {name} above {name2}", f"{new}\n\n{signature}\n\n{intro}\n\n{quoted}\n", new)
    for name, banner in BANNERS.items():
        new = _NEW[name[:2]][0]
        yield Mail(f"{name} warned", f"{banner}\n\n{new}\n", new, banner[:30])
    yield Mail("both warned", f"{BANNERS['en']}\n\n{BANNERS['fr']}\n\nOui.\n", "Oui.", "CAUTION")
    for language, question, answer in (("en", "On which side?", "On the north side."), ("fr", "De quel côté ?", "Du côté nord.")):
        intro = next(item[2] for item in ATTRIBUTIONS if item[1] == language)
        new = f"> {question}\n\n{answer}\n\n> Since when?\n\n{answer} 2"
        yield Mail(f"{language} inline", f"{intro}\n\n{new}\n\n> Your 311 team\n", new)
        yield Mail(f"{language} below", f"{intro}\n\n> {question}\n> Your 311 team\n\n{answer}\n", answer)
    for name, text in KEPT:
        yield Mail(f"kept: {name}", text, text, "\x00")

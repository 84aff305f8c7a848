"""The words by which mail programs announce what is not the writer's: header fields, dividers, verbs of attribution, signatures, notices.

Lower case, apostrophes straight, by language. English and French first; then German, Dutch, Spanish, Italian, Portuguese, Catalan, Swedish,
Danish, Norwegian, Finnish, Polish, Czech, Slovak, Hungarian, Romanian, Turkish, Greek, Russian, Ukrainian, Chinese, Japanese, Korean.
"""

from __future__ import annotations

_BY_KIND: dict[str, str] = {
    "from": """
        from|de|expéditeur|expediteur|von|absender|van|afzender|da|mittente|remitente|remetente|från|fra|avsändare|lähettäjä|od|nadawca
        |odesílatel|odosielateľ|feladó|de la|expeditor|kimden|gönderen|από|от|от кого|відправник|від
        |发件人|寄件者|寄件人|差出人|보낸 사람|보낸사람
    """,
    "sent": """
        sent|envoyé|envoye|envoyé le|date d'envoi|gesendet|verzonden|inviato|inviata|enviado|enviado el|enviado em|enviada em
        |enviada|enviat
        |skickat|sendt|lähetetty|wysłano|odesláno|odoslané|küldve|elküldve|trimis|gönderildi|gönderilme|gönderme tarihi|στάλθηκε
        |отправлено
        |надіслано|发送时间|傳送時間|送信日時|보낸 날짜
    """,
    "date": "date|datum|data|fecha|dato|päiväys|päivämäärä|dátum|dată|tarih|ημερομηνία|дата|日期|日付|날짜",
    "to": """
        to|à|a|pour|destinataire|destinataires|an|empfänger|aan|para|till|til|vastaanottaja|do|komu|címzett|către|kime|alıcı|προς|кому|per
        |收件人|收件者|宛先|받는 사람|받는사람
    """,
    "cc": """
        cc|copie|copie à|kopie|kopia|kopi|kopio|reply-to|répondre à|antwort an|responder a|rispondi a|svar till|bcc|cci|cco|importance
        |importancia|priorité|priority|wichtigkeit|attachments|pièces jointes|抄送|副本|참조
    """,
    "subject": """
        subject|objet|sujet|betreff|onderwerp|oggetto|asunto|assunto|assumpte|ämne|emne|aihe|otsikko|temat|předmět|predmet|tárgy|subiect
        |konu|θέμα|тема|主题|主旨|件名|제목|thema
    """,
}
FIELDS: dict[str, str] = {label.strip(): kind for kind, labels in _BY_KIND.items() for label in labels.split("|")}
"""The label of a header field to its kind."""

MESSAGE_STEMS = tuple(
    "message|mail|nachricht|bericht|mensaje|mensagem|messaggio|missatge|meddelande|meddelelse|melding|viesti|wiadomo|zpráva|správa|üzenet"
    "|mesaj|ileti|μήνυμα|сообщени|письмо|лист|повідомлення|courriel|appointment|rendez-vous|邮件|郵件|メッセージ|메일|메시지".split("|")
)
ORIGIN_STEMS = tuple(
    "origin|initial|précédent|forward|transf|réexpéd|transmis|ursprüng|weitergeleit|oorspronk|doorgestuur|reenvi|inoltrat|encaminhad"
    "|ursprung|vidarebef|oprindelig|opprinnelig|videresend|alkuperäi|välitet|orygin|przekaz|původní|pôvodn|přepos|eredeti|továbbít"
    "|redirec|özgün|orijinal|iletilen|αρχικ|προωθ|исходн|пересла|пересыла|перенаправ|оригінал|переслан|reply|原始|转发|轉寄|転送|원본|전달".split(
        "|"
    )
)
"""A line between dashes with a word of each of the two lists divides what was written now from what is older."""

REPLY_ABOVE = ("reply above this line", "type your reply above", "au-dessus de cette ligne", "au dessus de cette ligne")

FORWARDS = (
    "begin forwarded message", "forwarded message", "début du message réexpédié", "début du message transféré", "message transféré :",
    "anfang der weitergeleiteten", "inizio messaggio inoltrato", "inicio del mensaje reenviado", "início da mensagem",
    "begin doorgestuurd bericht", "vidarebefordrat brev", "videresendt besked", "videresendt melding", "początek przekazywanej",
    "välitetty viesti", "начало переадресованного", "начало пересылаемого",
)  # fmt: skip

VERBS = (
    r"\bwrote|\bwrites|\bhas written|\ba écrit|\bécrivait|\bécrit|\ba ecrit|\bschrieb|\bschrieben|\bgeschrieben|\bschreef|\bgeschreven"
    r"|\bescribió|\bescribio|\bescrigué|\bva escriure|\bha scritto|\bscrisse|\bescreveu|\bskrev|\bskrifaði|\bnapisał|\bpisze"
    r"|\bnapisana przez|\bkirjoitti"
    r"|\bnapsal|\bnapísal|\bnapisao|\bírta|\ba scris|\byazdı|\bşunları yazdı|\bέγραψε|\bнаписал|\bпишет|\bписал|\bпише|\bнаписав|\bнаписа"
    r"|\bđã viết|\bmenulis|写道|寫道|のメール|wrote|작성|כתב|كتب"
)
"""A regular expression: the verb of the sentence above a quote."""

OPENINGS = (
    "on ", "le ", "am ", "op ", "il ", "el ", "em ", "den ", "dnia ", "w dniu ", "at ", "vào ", "dne ", "dňa ", "a ", "à ", "in ",
    "pe ", "în ",
    "στις ", "în data", "en date du", "no dia", "il giorno", "på ", "ti ", "ke ", "ma ", "la ", "to ", "pe ", "su ", "pn.", "wt.",
    "śr.", "czw.",
    "pt.", "sob.", "niedz.", "пн", "вт", "ср", "чт", "пт", "сб", "вс", "в ", "在",
)  # fmt: skip

SENT_WITH = (
    "sent from", "sent via", "sent with", "sent using", "sent on", "sent by", "get outlook for", "download outlook", "get the outlook",
    "from my", "via mobile",
    "envoyé de", "envoyé depuis", "envoyé à partir", "envoyé avec", "envoyé par", "envoyé d'un", "envoyé d'", "envoyé via", "envoye de",
    "envoyé sur", "envoyé du",
    "envoye depuis", "envoye a partir", "télécharger outlook", "téléchargez outlook", "obtenez outlook", "obtenir outlook",
    "transmis de mon", "transmis par", "provenance", "message envoyé",
    "von meinem", "von meiner", "von unterwegs", "gesendet von", "gesendet mit", "gesendet aus", "gesendet über",
    "diese nachricht wurde von",
    "holen sie sich outlook", "outlook für", "verstuurd vanaf", "verzonden vanaf", "verstuurd met", "verzonden met", "outlook voor",
    "inviato da", "inviato con", "inviato dal", "scarica outlook", "ottieni outlook", "enviado desde", "enviado do", "enviado a partir",
    "enviado de", "enviado con", "enviado com", "enviado mediante", "enviat des", "obtener outlook", "obtén outlook", "obter o outlook",
    "baixar o outlook", "skickat från", "skickat via", "skickades från", "hämta outlook", "sendt fra", "sendt via", "hent outlook",
    "få outlook",
    "lähetetty", "hanki outlook", "wysłane z", "wysłano z", "pobierz outlook", "pobierz aplikację outlook", "odesláno z", "odoslané z",
    "poslano z", "trimis de", "trimis din", "elküldve", "отправлено с", "отправлено из", "надіслано з", "послано с",
    "发自", "從我的", "从我的",
    "我的",
)  # fmt: skip
SENT_WITH_AFTER = ("gesendet", "gesendet.", "から送信", "에서 보냄", "발송", "gönderildi", "传送", "傳送", "发送", "ym morf tnes")
DEVICES = (
    "iphon", "ipad", "ipod", "android", "blackberry", "mobil", "phone", "samsung", "galaxy", "huawei", "xiaomi", "redmi", "outlook",
    "mail",
    "yahoo", "gmail", "proton", "windows", "smartphone", "tablet", "téléphone", "telephone", "cell", "handy", "pixel", "nokia", " lg",
    "htc", "sony",
    "moto", "oneplus", "tutanota", "device", "appareil", "appli", "aol", "orange", "bell", "rogers", "verizon", "at&t", "t-mobile",
    "telus",
    "videotron", "vidéotron", "zimbra", "airmail", "k-9", "thunderbird", "mac", "ordinateur", "portable", "mobitel", "telefon",
    "teléfono", "telefono",
    "telemóvel", "celular", "móvil", "movil", "cellulare", "gsm", "puhelin", "компьютер", "телефон", "почт", "устройств", "手机", "小米",
    "courrier", "sparrow",
    "spark", "airmail", "superhuman", "hey", "polymail", "fairphone", "swisscom", "wireless", "unterwegs", "facteur", "laposte",
    "bluemail",
    "fastmail", "front", "treo", "palm", "watch", "mailbird", "postbox", "evolution", "canary", "edison", "missive", "nine",
)  # fmt: skip

FOOTERS = (
    "virus-free.", "garanti sans virus", "sans virus.", "virenfrei.", "libre de virus", "privo di virus", "livre de vírus",
    "this email has been checked",
    "this e-mail has been checked", "cet e-mail a été vérifié", "cet email a été vérifié", "l'absence de virus dans ce courrier",
    "diese e-mail wurde von avast", "este correo electrónico ha sido comprobado", "please consider the environment",
    "think before you print",
    "pensez à l'environnement", "avant d'imprimer", "n'imprimez", "merci de penser à l'environnement",
    "afin de contribuer au respect de l'environnement",
    "bitte denken sie an die umwelt", "denken sie an die umwelt", "piensa en el medio ambiente", "denk aan het milieu",
    "yahoo mail: search, organize", "yahoo mail : recherchez",
)  # fmt: skip
"""Lines that a program or a house puts below every mail."""

BANNERS = (
    "originated from outside", "originated outside", "from outside of the", "from outside the organi", "from outside your organi",
    "external sender",
    "provient de l'extérieur", "provient d'une source externe", "provient d'un expéditeur externe", "expéditeur externe",
    "courriel externe",
    "external email", "externe e-mail", "external e-mail", "you don't often get email from", "vous n'obtenez pas souvent",
    "vous ne recevez pas souvent",
    "some people who received this message don't often", "certaines personnes qui ont reçu ce message",
)  # fmt: skip
"""Words of the warnings that mail systems put above a mail."""

NOTICE_HEADS = (
    "confidentiality notice", "confidentiality note", "confidential:", "avis de confidentialité", "avis de confidentialite",
    "confidentialité",
    "disclaimer", "avertissement", "avis :", "note de confidentialité", "legal notice", "important notice", "mention légale",
)  # fmt: skip
NOTICE_SIGNS = (
    ("confiden", "vertraulich", "vertrouwelijk", "riservat", "secret"), ("privileg", "privilég", "protected by law", "protégé"),
    ("intended", "destin", "bestimmt", "bestemd", "dirigid", "adress"), ("recipient", "addressee", "empfänger", "geadresseerde",
    "individual or entity"),
    ("in error", "by mistake", "par erreur", "irrtümlich", "per ongeluk", "por error", "per errore"),
    ("delete", "destroy", "détrui", "supprim", "effac", "vernicht", "lösch", "verwijder", "elimin"),
    ("prohibit", "unauthori", "interdit", "non autoris", "nicht gestattet", "prohib", "strictement"),
    ("disclos", "disseminat", "copying", "divulg", "diffus", "distribut", "reproduc", "weitergabe"),
)  # fmt: skip
"""Families of words; a notice of confidentiality has several."""

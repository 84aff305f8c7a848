"""What one line of a mail is: a header field, an attribution, a divider, a signature's beginning, a warning, a confidentiality notice.

Tables of words rather than long patterns: a line is cut at its colon or folded to words and looked up, which is linear in its length.
"""

from __future__ import annotations

import re

from normalizer.clean import _tables

LINE_CAP = 1_000
"""Longer lines are text: no mail program writes a header or an attribution of this length."""

_LABEL = 16
_EDGES = " \t*>_|"


def field(line: str) -> str | None:
    """The kind of header field (``from``, ``sent``, ``date``, ``to``, ``cc``, ``subject``) that a line of a pasted header has, or None."""
    label, colon, rest = line[:80].partition(":")
    if not colon:
        label, colon, rest = line[:80].partition("：")
    if not colon or rest.startswith("//"):
        return None
    label = label.strip(_EDGES).lower()
    return _tables.FIELDS.get(label) if len(label) <= _LABEL else None


def fields_in(line: str) -> set[str]:
    """The kinds of header fields in a line that has a whole header on it (``From: … Sent: … To: … Subject: …``)."""
    kinds: set[str] = set()
    parts = line[:600].split(":")
    for part in parts[:-1]:
        words = part.split()[-2:]
        for size in (2, 1):
            kind = _tables.FIELDS.get(" ".join(words[-size:]).strip(_EDGES).lower())
            if kind is not None:
                kinds.add(kind)
                break
    return kinds


def divider(line: str) -> bool:
    """True for ``-----Original Message-----`` and its like, and for ``Begin forwarded message:``, in the languages of mail programs."""
    bare = line.strip(" \t>*|").lower()
    if len(bare) > 120:
        return False
    if bare.startswith(("--", "__", "==", "##", "—", "––")):
        inner = bare.strip("-_=#—– *:|")
        if any(words in inner for words in _tables.REPLY_ABOVE):
            return True
        if len(inner.split()) > 6 or not inner:
            return False
        return any(stem in inner for stem in _tables.MESSAGE_STEMS) and any(stem in inner for stem in _tables.ORIGIN_STEMS)
    return bare.endswith((":", "：")) and bare.startswith(_tables.FORWARDS)


def rule(line: str) -> bool:
    """True for a line drawn with underscores, hyphens or equal signs, five or more."""
    bare = line.strip(" \t*|")
    return len(bare) >= 5 and (not bare.strip("_") or not bare.strip("-") or not bare.strip("=") or not bare.strip("―─—"))


_VERBS = re.compile(f"(?:{_tables.VERBS})", re.IGNORECASE)
_ISO_GMT = re.compile(r"\d{4}-\d\d-\d\d \d{1,2}:\d\d (?:GMT|UTC)[+-]\d\d:?\d\d ")


def ends_attribution(bare: str) -> bool:
    """True when a line may end an attribution: with a colon, or with the dashes that some programs write instead."""
    return bare.rstrip(" *_|").endswith((":", "：", "----"))


def opens(line: str) -> bool:
    """True when a line may begin an attribution: ``On …``, ``Le …``, a date, or the person's name or address."""
    bare = line.lstrip(" \t>*-\"'_|").lower()
    return (
        (bare.startswith(_tables.OPENINGS) and any(map(str.isdigit, bare)))
        or (bare[:1].isdigit() and "@" not in bare.partition(" ")[0])
        or bare.endswith((" you wrote:", "écrivez :", "avez écrit :", "as écrit :"))
    )


def attribution(text: str, quoted_below: bool) -> bool:
    """True when ``text`` (one to four lines, joined) is the sentence that a mail program puts above what it quotes.

    A verb of writing near the end, before a colon; and an address, a date, ``you`` or a quote below, because people write such
    sentences too (``My neighbour wrote:``).
    """
    if len(text) > LINE_CAP:
        return False
    bare = text.strip(" \t>*-_|")
    if _ISO_GMT.match(bare):
        return True
    digits = sum(map(str.isdigit, bare))
    if bare.endswith((">:", "> :", "):", "]:")) and "@" in bare and digits >= 6:
        return True
    if not ends_attribution(bare) and not text.rstrip().endswith("--"):
        return False
    verbs = list(_VERBS.finditer(bare, max(0, len(bare) - 220)))
    if not verbs:
        return False
    below = len(bare) - verbs[-1].end()
    if below > (200 if "@" in bare[verbs[-1].end() :] else 60):
        return False
    return "@" in bare or digits >= 5 or quoted_below or " you wrote" in bare.lower()


def mobile(line: str) -> bool:
    """True for the line that a telephone, a mail program or a virus scanner signs with."""
    bare = line.strip(" \t*_-–—<[(|").lower()
    if not bare or len(bare) > 200:
        return False
    if bare.startswith(_tables.FOOTERS):
        return True
    shown = bare.partition("<")[0].partition("http")[0].rstrip(" )]>.*_-")
    if len(shown) > 120:
        return False
    # The device stands near the verb: "Sent from my desk, which …" is a sentence.
    near = " " + " ".join(shown.partition(",")[0].split()[:12])
    if shown.startswith(_tables.SENT_WITH):
        return any(device in near for device in _tables.DEVICES)
    return shown.endswith(_tables.SENT_WITH_AFTER) and any(device in shown for device in _tables.DEVICES)


def banner(line: str) -> bool:
    """True for the warning that a mail system puts above a mail from outside."""
    bare = line[:300].lower()
    return any(words in bare for words in _tables.BANNERS)


def notice_head(line: str) -> bool:
    """True for a line such as ``CONFIDENTIALITY NOTICE``, which may stand apart from what it heads."""
    return line.strip(" \t*_-").lower().startswith(_tables.NOTICE_HEADS)


def notice(paragraph: str) -> bool:
    """True when ``paragraph`` (its lines joined) is a confidentiality notice: words of several families, fewer where it is headed so."""
    head = paragraph[:900].strip(" \t*_-").lower()
    missing = 2 if head.startswith(_tables.NOTICE_HEADS) else 3
    for left, family in enumerate(reversed(_tables.NOTICE_SIGNS)):
        if missing > len(_tables.NOTICE_SIGNS) - left:
            return False
        for sign in family:
            if sign in head:
                missing -= 1
                break
        if not missing:
            return True
    return False

"""Personal numbers in a text: telephones, payment cards, insurance numbers, and e-mail addresses.

Digits are read as groups with what stands between them, so that two numbers side by side stay two. Each group is looked at with at most
seven after it: linear in the text. A shape alone is enough where hardly anything else has it (``514-555-0123``, a card with a right check
digit); else a word before it must say what it is. Numbers that the city or a firm gave ("request 2025000123") are no person's.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from normalizer import _redact_tables as tables
from normalizer.model import Span
from normalizer.words import fold


class Found(NamedTuple):
    """A piece of personal data: its kind, its place in the text, and the rule that found it."""

    kind: str
    span: Span
    rule: str


_GROUP = re.compile(r"[0-9]+")
_SEPARATORS = frozenset(" .()-/\u00a0\u202f\u2010\u2011\u2012\u2013")
_ABROAD = {"33": 11, "44": 12, "41": 11, "34": 11, "39": 12, "52": 12, "32": 11, "1": 11}
"""Digits of a whole number with its country code, for the countries most often met."""
_EXTENSION = re.compile(r"[ ,;]{0,3}(?:\bext(?:ension)?\b\.?|\bx|\bposte\b|\bp\.|#)[ .:]{0,2}[0-9]{1,6}(?![0-9A-Za-z])", re.IGNORECASE)
_MONEY_AFTER = re.compile(r"[\s\u00a0\u202f]{0,2}(?:[$€£%]|dollars?\b|euros?\b|km\b|cents\b|pieds\b|feet\b)", re.IGNORECASE)
_BLOCK = frozenset({"block", "blocks", "bloc"})


class _Number:
    """One text's groups of digits."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans = [match.span() for match in _GROUP.finditer(text)]
        self.digits = [text[start:end] for start, end in self.spans]
        self.gaps = [self._gap(at) for at in range(len(self.spans))]

    def _gap(self, at: int) -> str | None:
        """What stands before the next group, where it is only separators."""
        if at + 1 >= len(self.spans):
            return None
        start, end = self.spans[at][1], self.spans[at + 1][0]
        gap = self.text[start:end]
        return gap if len(gap) <= 3 and _SEPARATORS.issuperset(gap) else None

    def shape(self, at: int) -> tuple[int, ...]:
        """The lengths of the groups from ``at`` on that only separators part, at most seven."""
        lengths = [len(self.digits[at])]
        while len(lengths) < 7 and self.gaps[at] is not None:
            at += 1
            lengths.append(len(self.digits[at]))
        return tuple(lengths)

    def span(self, first: int, last: int) -> Span:
        """The span of the groups with the bracket or plus sign before them."""
        start = self.spans[first][0]
        while start and self.text[start - 1] in "(+" and self.spans[first][0] - start < 2:
            start -= 1
        return start, self.spans[last][1]

    def joined(self, first: int, last: int) -> str:
        return "".join(self.digits[first : last + 1])

    def before(self, start: int) -> list[str]:
        """The last words before a place, nearest last, in the same line."""
        line = self.text[max(0, start - 48) : start]
        return fold(line[line.rfind("\n") + 1 :]).split()

    def stands_alone(self, span: Span) -> bool:
        """False within a longer number, a word, an address of the web or a decimal fraction."""
        start, end = span
        text = self.text
        one, two = text[start - 1 : start], text[start - 2 : start - 1]
        if one.isalnum() or one in ("$", "€", "£", "#", "=", "_"):
            return False
        if one in ("-", ".", "/", ",") and (two.isdigit() or (two.isalpha() and one in "-/")):
            return False
        after, next_one = text[end : end + 1], text[end + 1 : end + 2]
        if (after.isalnum() and after not in "xX") or after == "_" or (after in ("-", ".", "/") and next_one.isdigit()):
            return False
        return _MONEY_AFTER.match(text, end) is None


def find(text: str) -> list[Found]:
    """Telephone, card and insurance numbers, in order."""
    found: list[Found] = []
    number = _Number(text)
    at = 0
    while at < len(number.spans):
        hit = _at(number, at)
        if hit is None:
            at += 1
            continue
        kind, last, rule = hit
        start, end = number.span(at, last)
        if kind == "phone" and (extension := _EXTENSION.match(text, end)):
            end = extension.end()
        if rule == "health_number.quebec":
            start = _letters(number, at)
        elif kind == "health_number" and (version := _VERSION.match(text, end)):
            end = version.end()
        found.append(Found(kind, (start, end), rule))
        while at < len(number.spans) and number.spans[at][0] < end:
            at += 1
    return found


def _at(number: _Number, at: int) -> tuple[str, int, str] | None:
    """The kind of the number that begins with the group ``at``, its last group, and the rule."""
    shape = number.shape(at)
    hit = _abroad(number, at, shape) or _card(number, at, shape) or _health(number, at, shape)
    hit = (
        hit
        or _north_american(number, at, shape)
        or _french(number, at, shape)
        or _insurance(number, at, shape)
        or _local(number, at, shape)
    )
    return hit if hit is not None and (hit[0] == "health_number" or number.stands_alone(number.span(at, hit[1]))) else None


def _abroad(number: _Number, at: int, shape: tuple[int, ...]) -> tuple[str, int, str] | None:
    """``+33 6 12 34 56 78``, ``0033 …``, ``011 33 …`` (ITU-T E.164: at most 15 digits)."""
    start = number.spans[at][0]
    first = number.digits[at]
    plus = number.text[max(0, start - 1) : start] == "+" or number.text[max(0, start - 2) : start] == "+("
    skip = 0 if plus else 2 if first.startswith("00") else 3 if first.startswith("011") else -1
    if skip < 0:
        return None
    digits, best = "", -1
    for last in range(at, at + len(shape)):
        digits += number.digits[last]
        country = digits[skip:]
        size = next((size for code, size in _ABROAD.items() if country.startswith(code)), 15)
        if len(country) > size:
            break
        if len(country) >= 8:
            best = last
        if len(country) == size:
            break
    return ("phone", best, "phone.international") if best >= 0 else None


def _card(number: _Number, at: int, shape: tuple[int, ...]) -> tuple[str, int, str] | None:
    for form in ((4, 4, 4, 4), (4, 6, 5), (4, 6, 4)):
        if shape[: len(form)] == form:
            last = at + len(form) - 1
            context = not tables.CARD.isdisjoint(number.before(number.spans[at][0])[-6:])
            valid = luhn(number.joined(at, last)) and _nearest(number, at) != "counted"
            if number.digits[at][0] in "23456" and (context or valid):
                return "card", last, "card.luhn" if valid else "card.context"
    digits = number.digits[at]
    if 13 <= len(digits) <= 19 and digits[0] in "23456" and luhn(digits) and _nearest(number, at) != "counted":
        return "card", at, "card.luhn"
    return None


def _nearest(number: _Number, at: int) -> str:
    """Whether the nearest word before that says something speaks of a call or of a thing that is counted."""
    start = number.span(at, at)[0]
    for word in reversed(number.before(start)[-5:]):
        if word in tables.COUNTED:
            return "counted"
        if word in tables.CALL and word not in ("number", "numero"):
            return "call"
    return ""


def _north_american(number: _Number, at: int, shape: tuple[int, ...]) -> tuple[str, int, str] | None:
    """Ten digits, with or without the 1 before them (North American Numbering Plan: NXX NXX XXXX, no N11 as area in one run of digits)."""
    first = at + 1 if number.digits[at] == "1" and len(shape) > 1 else at
    rest = shape[first - at :]
    for form in ((3, 3, 4), (3, 7), (6, 4), (10,), (11,), (4, 3, 4)):
        if rest[: len(form)] != form:
            continue
        last = first + len(form) - 1
        digits = number.joined(first, last)
        if len(digits) == 11:
            if digits[0] != "1":
                continue
            digits = digits[1:]
        if digits[0] in "01" or digits[3] in "01" or (digits[1:3] == "11" and len(form) < 3):
            continue
        if len(form) < 3 and _nearest(number, at) == "counted":
            continue
        if len(form) == 2 and ")" not in (number.gaps[first] or "") and _nearest(number, at) != "call":
            continue
        return "phone", last, "phone.north_american"
    return None


def _french(number: _Number, at: int, shape: tuple[int, ...]) -> tuple[str, int, str] | None:
    """``06 12 34 56 78``, and other national numbers with a 0 before them where a word says so."""
    digits = number.digits[at]
    if shape[:5] == (2, 2, 2, 2, 2) and digits[0] == "0" and digits[1] != "0":
        return "phone", at + 4, "phone.national"
    if digits[0] == "0" and _nearest(number, at) == "call":
        for last in range(at, at + len(shape)):
            if len(number.joined(at, last)) in (10, 11):
                return "phone", last, "phone.national"
    return None


def _local(number: _Number, at: int, shape: tuple[int, ...]) -> tuple[str, int, str] | None:
    """``555-0123``: seven digits, not where they are a range of house numbers."""
    if shape[:2] != (3, 4) or number.digits[at][0] in "01":
        return None
    nearest, gap = _nearest(number, at), number.gaps[at]
    end = number.spans[at + 1][1]
    after = fold(number.text[end : end + 32]).split()[:3]
    if nearest == "counted" or not (_BLOCK | tables.STREET).isdisjoint(after):
        return None
    if nearest == "call" and gap in ("-", " ", ".", "\u2011", "\u00a0"):
        return "phone", at + 1, "phone.local"
    return ("phone", at + 1, "phone.local") if gap in ("-", "\u2011") else None


def _insurance(number: _Number, at: int, shape: tuple[int, ...]) -> tuple[str, int, str] | None:
    """Canada's social insurance number (check digit) and the United States' social security number (SSA: no 000, 666, 9xx)."""
    before = number.before(number.spans[at][0])[-8:]
    words = frozenset(before)
    canadian = not tables.SIN.isdisjoint(words) or {"social", "insurance"} <= words
    american = not tables.SSN.isdisjoint(words) or {"social", "security"} <= words
    if shape[:3] == (3, 3, 3) or shape[:1] == (9,):
        last = at + 2 if shape[:3] == (3, 3, 3) else at
        digits = number.joined(at, last)
        if canadian:
            return "sin", last, "sin.context"
        if american:
            return "ssn", last, "ssn.context"
        if last > at and luhn(digits) and number.gaps[at] == number.gaps[at + 1] and _nearest(number, at) != "counted":
            return "sin", last, "sin.luhn"
    if shape[:3] == (3, 2, 4) and (american or number.gaps[at : at + 2] == ["-", "-"]):
        area, group, serial = number.digits[at : at + 3]
        if (area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000") or american:
            return ("ssn", at + 2, "ssn.shape") if _nearest(number, at) != "counted" or american else None
    return None


def _health(number: _Number, at: int, shape: tuple[int, ...]) -> tuple[str, int, str] | None:
    """Québec's ``TREJ 5203 0112``, and the ten digits of other provinces where a word says so.

    Québec's has three letters of the name, one of the given name, the date of birth with 50 added to a woman's month, and two digits.
    """
    for form in ((4, 4), (8,), (2, 2, 2, 2), (6, 2)):
        if shape[: len(form)] != form:
            continue
        last = at + len(form) - 1
        month, day = int(number.joined(at, last)[2:4]), int(number.joined(at, last)[4:6])
        start = _letters(number, at)
        if start < 0 or not (1 <= month <= 12 or 51 <= month <= 62) or not 1 <= day <= 31:
            continue
        after = number.text[number.spans[last][1] : number.spans[last][1] + 1]
        if not after.isalnum() and (number.text[start : start + 4].isupper() or _says_health(number, start)):
            return "health_number", last, "health_number.quebec"
    if shape[:3] == (4, 3, 3) or shape[:1] == (10,):
        last = at + 2 if shape[:3] == (4, 3, 3) else at
        if _says_health(number, number.spans[at][0]):
            return "health_number", last, "health_number.context"
    return None


def _letters(number: _Number, at: int) -> int:
    """Where the four letters before the group begin; -1 where there are not exactly four."""
    start = number.spans[at][0]
    head = number.text[max(0, start - 6) : start]
    bare = head.rstrip(" -")
    letters = bare[-4:]
    if len(letters) < 4 or len(head) - len(bare) > 1 or not (letters.isascii() and letters.isalpha()) or bare[-5:-4].isalnum():
        return -1
    return start - len(head) + len(bare) - 4


_HEALTH_CARD = ({"health", "card"}, {"carte", "sante"}, {"health", "number"})


def _says_health(number: _Number, start: int) -> bool:
    words = frozenset(number.before(max(0, start))[-8:])
    return (
        not tables.HEALTH_CARD.isdisjoint(words)
        or {"health", "card"} <= words
        or {"carte", "sante"} <= words
        or {"health", "number"} <= words
    )


_VERSION = re.compile(r"[ -]?[A-Z]{2}\b")


def luhn(digits: str) -> bool:
    """True when the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit)
        if at % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


_LOCAL = frozenset(".!#$%&'*+/=?^_`{|}~-")
_SPELT = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64} ?[\[({] ?(?:at|à|a|arobase|arrobas) ?[\])}] ?[\w-]{1,63}"
    r"(?: ?[\[({.] ?(?:dot|point)? ?[\])}]? ?[\w-]{2,63}){1,4}"
    r"|(?<![\w.+-])[\w.+-]{1,64} arobase [\w-]{1,63}(?:(?:\.| point )[\w-]{2,63}){1,4}",
    re.IGNORECASE,
)


def emails(text: str) -> list[Found]:
    """E-mail addresses, also those that are spelt out (``marie [at] example [dot] net``, « marie arobase example.net »)."""
    found: list[Found] = []
    place = text.find("@")
    floor = 0
    while place >= 0:
        start = place
        while start > max(floor, place - 64) and (text[start - 1].isalnum() or text[start - 1] in _LOCAL):
            start -= 1
        while start < place and text[start] in "'`*_/.":  # what only stands before it
            start += 1
        end = place + 1
        while end < min(len(text), place + 254) and (text[end].isalnum() or text[end] in ".-"):
            end += 1
        end = place + 1 + len(text[place + 1 : end].rstrip(".-"))
        if start < place and "." in text[place + 1 : end]:
            found.append(Found("email", (start, end), "email"))
            floor = end
        place = text.find("@", max(end, place + 1))
    low = text.casefold() if ("(" in text or "[" in text or "arobase" in text or "{" in text) else ""
    if "arobase" in low or any(mark in low for mark in ("(at)", "[at]", "{at}", "( at )", "[ at ]", "(à)", "(a)", "[à]")):
        found += [Found("email", match.span(), "email.spelt") for match in _SPELT.finditer(text)]
    return found

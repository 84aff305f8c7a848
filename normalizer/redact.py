"""Masks personal data in free text, for logs and for what the public may see.

Covers e-mail addresses, telephone numbers of 7 to 15 digits, payment cards and Canadian social insurance numbers (both by their check
digit). Does not: names, street addresses, licence plates or anything said in words.
"""

from __future__ import annotations

import re

from normalizer.model import Span

_DIGITS = re.compile(r"\+?\(?\d(?:[ .()\-\u00a0\u202f]{0,2}\d){6,18}")
"""A run of 7 to 19 digits with at most two separators between each; every quantifier is bounded, so a search is linear."""
_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+/=?^_`{|}~-")
_DOMAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")

MASKS = {"email": "[email]", "phone": "[phone]", "card": "[card]", "sin": "[sin]"}
"""What stands in place of each kind."""


def redact(text: str) -> tuple[str, list[Span]]:
    """The text with personal data masked, and the spans in the original that were."""
    found = find(text)
    out: list[str] = []
    place = 0
    for kind, (start, end) in found:
        out.append(text[place:start])
        out.append(MASKS[kind])
        place = end
    out.append(text[place:])
    return "".join(out), [span for _, span in found]


def find(text: str) -> list[tuple[str, Span]]:
    """Each piece of personal data with its kind, in order, none overlapping another."""
    mails = _emails(text)
    found: list[tuple[str, Span]] = []
    at = 0
    for match in _DIGITS.finditer(text):
        span = match.span()
        while at < len(mails) and mails[at][1][1] <= span[0]:
            at += 1
        if at < len(mails) and mails[at][1][0] < span[1]:
            continue
        kind = _kind(match.group(), text, span)
        if kind is not None:
            found.append((kind, span))
    return sorted(mails + found, key=lambda item: item[1])


def _emails(text: str) -> list[tuple[str, Span]]:
    found: list[tuple[str, Span]] = []
    place = text.find("@")
    floor = 0
    while place >= 0:
        start = place
        while start > max(floor, place - 64) and text[start - 1] in _LOCAL:
            start -= 1
        end = place + 1
        while end < min(len(text), place + 254) and text[end] in _DOMAIN:
            end += 1
        end = place + 1 + len(text[place + 1 : end].rstrip(".-"))
        if start < place and "." in text[place + 1 : end]:
            found.append(("email", (start, end)))
            floor = end
        place = text.find("@", max(end, place + 1))
    return found


def _kind(run: str, text: str, span: Span) -> str | None:
    before = text[span[0] - 1] if span[0] else " "
    after = text[span[1]] if span[1] < len(text) else " "
    if before.isalnum() or after.isalnum() or (before in "-./" and text[max(0, span[0] - 2) : span[0] - 1].isalnum()):
        return None
    digits = "".join(filter(str.isdigit, run))
    if not digits.isascii():
        return None
    if len(digits) >= 13:
        return "card" if luhn(digits) else ("phone" if run.startswith("+") and len(digits) <= 15 else None)
    if len(digits) == 9 and luhn(digits):
        return "sin"
    if run.startswith("+") and len(digits) >= 8:
        return "phone"
    if len(digits) in (10, 11) and (len(digits) == 10 or digits[0] in "01"):
        return None if _coordinates(run) else "phone"
    if len(digits) == 7 and re.fullmatch(r"\d{3}[ .\-]\d{4}", run):
        return "phone"
    return None


def _coordinates(run: str) -> bool:
    """True for a decimal number such as ``45.50884021``: one separator, a point after at most three digits."""
    head, point, rest = run.partition(".")
    return bool(point) and head.isdigit() and rest.isdigit() and len(head) <= 3 and len(rest) != 7


def luhn(digits: str) -> bool:
    """True when the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit)
        if at % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0

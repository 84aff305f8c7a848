"""How well new words are told from quotes and signatures: texts that are exact, that lost something, in which something was left.

Data: JSON Lines ``{"text": "…" or null, "html": "…" or null, "expected": "…"}``. Compared word by word: white space does not count. *Lost*:
a word of ``expected`` is not in the answer; *left*: a word is in the answer that is not in ``expected``. Baselines, where they are
installed: mail-parser-reply (in English and French), email-reply-parser, quotequail; and always "all is new".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from time import process_time
from typing import Any

from gateway.quality._shares import rows, share

Strip = Callable[[str], str]
_FRENCH = ("a écrit", "envoyé", "objet :", "objet:", "message d'origine", "message transféré", "bonjour", "merci")


def evaluate(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 (every kind takes options)
    """The figures of a file, ours and the baselines'. Raises ValueError for a row without text or expectation."""
    mails = [_mail(row, number) for number, row in enumerate(rows(path), 1)]
    french = [mail for mail in mails if any(word in mail[0].lower().replace("’", "'") for word in _FRENCH)]
    started = process_time()
    figures: dict[str, Any] = {"mails": len(mails), **_measured(mails, _ours)}
    figures["microseconds"] = round((process_time() - started) / max(1, len(mails)) * 1e6, 1)
    if french:
        figures["french"] = {"mails": len(french), **_measured(french, _ours)}
    figures["baselines"] = {name: _measured(mails, strip) for name, strip in _baselines().items()}
    return figures


def _mail(row: Mapping[str, Any], number: int) -> tuple[str, str]:
    from channels.email._html import to_text
    from normalizer.clean import clean_text

    text, expected = row.get("text") or (to_text(row["html"]).text if row.get("html") else None), row.get("expected")
    if not isinstance(text, str) or not isinstance(expected, str):
        raise ValueError(f"row {number} has no text or no expected")  # noqa: TRY004 (the command tells ValueErrors to its user)
    return clean_text(text), clean_text(expected)


def _ours(text: str) -> str:
    from normalizer.clean import split

    return split(text).new


def _measured(mails: list[tuple[str, str]], strip: Strip) -> dict[str, Any]:
    exact = lost = left = 0
    for text, expected in mails:
        new, wanted = strip(text).split(), expected.split()
        exact += new == wanted
        lost += bool(Counter(wanted) - Counter(new))
        left += bool(Counter(new) - Counter(wanted))
    return {"exact": share(exact, len(mails)), "text_lost": share(lost, len(mails)), "quotes_left": share(left, len(mails))}


def _baselines() -> dict[str, Strip]:
    found: dict[str, Strip] = {"all is new": lambda text: text}
    for name, module, strip in (
        ("mail-parser-reply", "mailparser_reply", _mail_parser_reply),
        ("email-reply-parser", "email_reply_parser", _email_reply_parser),
        ("quotequail", "quotequail", _quotequail),
    ):
        try:
            library = import_module(module)
        except ModuleNotFoundError:
            continue
        found[name] = partial(strip, library)
    return found


def _mail_parser_reply(library: Any, text: str) -> str:
    return str(library.EmailReplyParser(languages=["en", "fr"]).parse_reply(text=text) or "")


def _email_reply_parser(library: Any, text: str) -> str:
    return str(library.EmailReplyParser.parse_reply(text) or "")


def _quotequail(library: Any, text: str) -> str:
    return "\n".join(part for new, part in library.quote(text) if new)

"""How well mail is read: pass rates by folder and field on mails whose right reading somebody else wrote down.

    python benches/mail_quality.py FOLDER [--reader ours|stdlib|rust] [--quiet]

FOLDER holds ``zammad/`` (``NAME.box`` with ``NAME.yml``: what a help desk makes of it) and ``stalwart/*/`` (``NAME.eml`` with
``NAME.json``: the parse of a mail server). A field that is expected empty is right when it is empty. Attachments are right when there
are as many, with the names that the senders gave; a character that the expectation lost (U+FFFD) may be any. Text is compared by the F1 of
its words, HTML expectations without their tags; 0.95 passes. ``--reader`` measures Python's ``email`` (policy.default) or fast-mail-parser
(as installed from PyPI) in our place. Run from the project's folder with ``PYTHONPATH=.``.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from html import unescape
from importlib import import_module
from pathlib import Path
from typing import Any

from channels.base import RawMessage, Unreadable
from channels.email.mime import translate

FIELDS = ("subject", "sender", "attachments", "text")


@dataclass(slots=True)
class Reading:
    """The four fields that are compared; ``attachments`` by name."""

    subject: str = ""
    sender: str = ""
    attachments: list[str] = field(default_factory=list)
    text: str = ""


def main() -> int:
    """Print the rates and, unless ``--quiet``, what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--reader", choices=("ours", "stdlib", "rust"), default="ours")
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args()
    read: Callable[[bytes], Reading] = {"ours": _ours, "stdlib": _stdlib, "rust": _rust}[options.reader]
    totals: dict[str, Counter[str]] = {}
    for folder, name, content, expected in (*_help_desk(options.folder / "zammad"), *_mail_server(options.folder / "stalwart")):
        got = read(content)
        counter = totals.setdefault(folder, Counter())
        counter["mails"] += 1
        for one in FIELDS:
            right, shown = _compare(one, getattr(expected, one), getattr(got, one))
            counter[one] += right
            if not right and not options.quiet:
                _say(f"{folder}/{name} {one}: {shown}")
    for folder, counter in totals.items():
        rates = "  ".join(f"{one} {100 * counter[one] / counter['mails']:5.1f} %" for one in FIELDS)
        _say(f"{folder:20} {counter['mails']:4} mails  {rates}")
    return 0


def _ours(content: bytes) -> Reading:
    raw = RawMessage("bench", datetime(2026, 1, 1, tzinfo=UTC), "message/rfc822", content)
    try:
        message = translate(raw, adapter="email.smtp", channel_id="bench")
    except Unreadable:
        return Reading()
    names = [one.filename or "" for one in message.attachments]
    return Reading(message.subject or "", message.sender.address or "", names, message.text)


def _stdlib(content: bytes) -> Reading:
    reading = Reading()
    try:
        message: Any = message_from_bytes(content, policy=policy.default)
        reading.subject = str(message["subject"] or "")
        reading.sender = message["from"].addresses[0].addr_spec if message["from"] and message["from"].addresses else ""
        body = message.get_body(("plain", "html"))
        if body is not None:
            reading.text = _untagged(body.get_content()) if body.get_content_subtype() == "html" else body.get_content()
        reading.attachments = [part.get_filename() or "" for part in message.iter_attachments()]
    except Exception:  # noqa: BLE001 - what it raises is part of what is measured
        return reading
    return reading


def _rust(content: bytes) -> Reading:
    library: Any = import_module("fast_mail_parser")
    try:
        mail = library.parse_email(content)
    except library.ParseError:
        return Reading()
    text = "\n".join(mail.text_plain) or _untagged("\n".join(mail.text_html))
    return Reading(mail.subject, mail.from_.address if mail.from_ else "", [one.filename for one in mail.attachments], text)


def _compare(name: str, expected: Any, got: Any) -> tuple[bool, str]:
    if name == "text":
        expected, got = _lossy(expected, got)
        score = f1(expected, got)
        return score >= 0.95, f"F1 {score:.2f}, expected {len(_words(expected))} words, got {len(_words(got))}"
    if name == "attachments":
        named = [one.lower() for one in expected if one]
        right = len(expected) == len(got) and all(any(_same(one, other.lower()) for other in got) for one in named)
        return right, f"expected {expected}, got {got}"
    flat = ("".join(expected.split()).strip('"').lower(), "".join(got.split()).strip('"').lower())
    return _same(*flat), f"expected {expected!r}, got {got!r}"


def _same(expected: str, got: str) -> bool:
    """Equal; a replacement character in the expectation stands for the character that was lost there."""
    return re.fullmatch(re.escape(expected).replace("\ufffd", ".{1,3}"), got) is not None


def _lossy(expected: str, got: str) -> tuple[str, str]:
    """Both without the words in which the expectation lost a character."""
    if "\ufffd" not in expected:
        return expected, got
    lost = {re.escape(word).replace("\ufffd", "[^ -~]") for word in re.findall(r"[\w\ufffd]*\ufffd[\w\ufffd]*", expected)}
    return re.sub(r"[\w\ufffd]*\ufffd[\w\ufffd]*", " ", expected), re.sub(rf"(?<!\w)(?:{'|'.join(sorted(lost))})(?!\w)", " ", got)


def f1(expected: str, got: str) -> float:
    """The harmonic mean of precision and recall of the words, as a multiset."""
    wanted, found = Counter(_words(expected)), Counter(_words(got))
    if not wanted or not found:
        return float(not wanted and not found)
    common = (wanted & found).total()
    return 2 * common / (wanted.total() + found.total())


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _untagged(html: str) -> str:
    html = re.sub(r"(?is)<(script|style|title)\b.*?</\1\s*>", " ", html)
    html = re.sub(r"(?i)</?(?:b|i|u|em|strong|span|font|a|small|big|sub|sup|tt|code|o:p)\b[^<>]*>", "", html)  # these do not end a word
    return unescape(re.sub(r"<[^<>]*>", " ", html)).replace("\xa0", " ")


def _help_desk(folder: Path) -> Iterator[tuple[str, str, bytes, Reading]]:
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        return
    load = _yaml()
    if load is None:
        sys.stderr.write("zammad/: skipped, the expectations are YAML and PyYAML is not installed\n")
        return
    for path in paths:
        wanted = load(path.read_text(encoding="utf-8"))
        body = wanted.get("body") or ""
        body = _untagged(body) if wanted.get("content_type") == "text/html" else body
        names = [
            str(one.get("filename"))
            for one in wanted.get("attachments") or []
            if not (one.get("preferences") or {}).get("content-alternative")  # that product keeps the HTML form of the text as a file
        ]
        text = "" if body.strip() == "no visible content" else body
        yield (
            "zammad",
            path.stem,
            path.with_suffix(".box").read_bytes(),
            Reading(str(wanted.get("subject") or ""), str(wanted.get("from_email") or ""), names, text),
        )


def _yaml() -> Callable[[str], Any] | None:
    try:
        yaml: Any = import_module("yaml")
    except ImportError:
        return None

    def plain(loader: Any, _suffix: str, node: Any) -> Any:
        return loader.construct_mapping(node, deep=True) if isinstance(node, yaml.MappingNode) else loader.construct_scalar(node)

    reader: Any = type("Reader", (yaml.SafeLoader,), {})  # reads the Ruby objects of the expectations as plain ones
    reader.add_multi_constructor("!ruby/", plain)
    reader.add_constructor("!binary", yaml.SafeLoader.construct_yaml_binary)
    return lambda text: yaml.load(text, reader)


def _mail_server(folder: Path) -> Iterator[tuple[str, str, bytes, Reading]]:
    for path in sorted(folder.glob("*/*.eml")):
        parse = path.with_suffix(".json")
        if parse.exists():
            yield f"stalwart/{path.parent.name}", path.stem, path.read_bytes(), _parsed(json.loads(parse.read_text(encoding="utf-8")))


def _parsed(message: dict[str, Any]) -> Reading:
    """A part without its closing delimiter is listed there as a file, though a person reads it: it counts as text here."""
    parts = message["parts"]
    headers = _fields(parts[0])
    cut = [n for n in message["attachments"] if parts[n]["is_encoding_problem"] and _is_text(parts[n]) and not _name(parts[n])]
    texts = _texts(parts, sorted({*message["text_body"], *cut}))
    if not "".join(texts).strip():
        texts = _texts(parts, message["html_body"])
    subject = (headers.get("subject") or {}) if isinstance(headers.get("subject"), dict) else {}
    names = [_name(parts[number]) for number in message["attachments"] if number not in cut]
    return Reading(str(subject.get("Text") or ""), _address(headers.get("from")), names, "\n".join(texts))


def _is_text(part: dict[str, Any]) -> bool:
    return "Text" in part["body"] and _fields(part).get("content_type", {}).get("ContentType", {}).get("c_type", "text") in (
        "text",
        "multipart",
    )


def _texts(parts: list[dict[str, Any]], numbers: list[int]) -> list[str]:
    bodies = [parts[number]["body"] for number in numbers]
    return [body["Text"] if "Text" in body else _untagged(body["Html"]) for body in bodies if "Text" in body or "Html" in body]


def _fields(part: dict[str, Any]) -> dict[str, Any]:
    return {header["name"]: header["value"] for header in part["headers"] if isinstance(header["name"], str)}


def _address(value: Any) -> str:
    for kind in ((value or {}).get("Address") or {}).values() if isinstance(value, dict) else ():
        for one in kind:
            for box in one.get("addresses", [one]):
                if box.get("address"):
                    return str(box["address"])
    return ""


def _name(part: dict[str, Any]) -> str:
    headers = _fields(part)
    for header, attribute in (("content_disposition", "filename"), ("content_type", "name")):
        value = headers.get(header)
        for one in (value["ContentType"].get("attributes") or []) if isinstance(value, dict) and "ContentType" in value else []:
            if one["name"] == attribute:
                return str(one["value"])
    return ""


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())

"""What mail servers that we trust found out about a mail's origin: Authentication-Results (RFC 8601) and sealed chains (RFC 8617).

Anybody can write such a header. Believed are those whose authserv-id is configured, and of them only the topmost and those of the same
server directly beneath it, up to the next Received: what a mail brought along stands lower. A server has to remove what claims to be its
own (RFC 8601 §5); ``hops`` bounds how many Received fields may stand above.

An ARC-Authentication-Results is believed where its chain was found good (by a trusted server, or by our own check), its authserv-id is
trusted, and the seal over it is by that id's own domain. It tells only what no Authentication-Results told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from channels.email._bounds import MAX_HEADER, MAX_HEADERS, printable
from normalizer.model import Authentication

RESULTS: Final = frozenset(("pass", "fail", "softfail", "neutral", "none", "temperror", "permerror", "policy"))
"""Result names of RFC 8601 §2.7 for the methods that are read."""
_METHODS: Final = ("spf", "dkim", "dmarc", "arc")
_RANK: Final = {"pass": 0, "fail": 1, "policy": 2, "permerror": 3, "temperror": 4, "softfail": 5, "neutral": 6, "none": 7}
_TOKEN: Final = re.compile(r'"((?:[^"\\]|\\.)*)"?|([^\s;="()]+)|([;=])|\s+|.', re.DOTALL)
_INSTANCE: Final = re.compile(r"\s*i\s*=\s*(\d{1,2})\s*;", re.IGNORECASE)


@dataclass(slots=True)
class Verdict:
    """What is believed; ``domains`` are those whose DKIM signature was found good."""

    authentication: Authentication = field(default_factory=Authentication)
    domains: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Statement:
    """One header: who says it, and for each method its results, each with its properties (``header.d``)."""

    authserv_id: str = ""
    results: dict[str, list[tuple[str, dict[str, str]]]] = field(default_factory=dict)


def read(block: bytes, envelope: Mapping[str, str], trusted: Collection[str], hops: int) -> Verdict:
    """What the header block, and the envelope of a listener that checked DKIM itself, say of the origin."""
    verdict = Verdict()
    if trusted:
        names = frozenset(name.lower() for name in trusted)
        fields = list(_fields(block))
        _add(verdict, _own_servers(fields, names, hops))
        if "pass" in (verdict.authentication.arc, envelope.get("arc")):
            for statement in _sealed(fields, names):
                _add(verdict, statement)
    _add(verdict, _checked(envelope))
    return verdict


def _add(verdict: Verdict, statement: _Statement) -> None:
    """Add what the verdict does not know yet: of several signatures the best, of anything else the first result."""
    found = verdict.authentication
    for method, results in statement.results.items():
        if getattr(found, method) is not None:
            continue
        if method != "dkim":
            setattr(found, method, results[0][0])
            continue
        found.dkim = min((result for result, _properties in results), key=_RANK.__getitem__)
        domains = (_domain(properties) for result, properties in results if result == "pass")
        verdict.domains = list(dict.fromkeys(domain for domain in domains if domain))


def _domain(properties: Mapping[str, str]) -> str:
    return (properties.get("header.d") or properties.get("header.i", "").rpartition("@")[2]).lower().rstrip(".")


def _checked(envelope: Mapping[str, str]) -> _Statement:
    """What the listener found out itself (``_dkim.py``)."""
    statement = _Statement()
    for method in ("dkim", "arc"):
        if (result := envelope.get(method, "")) in RESULTS:
            domains = envelope.get("dkim_domains", "").split() if method == "dkim" else []
            statement.results[method] = [(result, {"header.d": domain}) for domain in domains or [""]]
    return statement


def _fields(block: bytes) -> Iterator[tuple[str, str]]:
    """Names and unfolded values, from the top; names in lower case."""
    name, value = "", ""
    for count, raw in enumerate(block.split(b"\n")):
        line = raw.rstrip(b"\r").decode("utf-8", "replace")
        if line[:1] in (" ", "\t"):
            value = (value + " " + line.strip())[:MAX_HEADER]
            continue
        if name:
            yield name, value
        if count > 20 * MAX_HEADERS:
            return
        name, _, value = line.partition(":")
        name, value = name.rstrip().lower(), value[:MAX_HEADER]
    if name:
        yield name, value


def _own_servers(fields: Iterable[tuple[str, str]], trusted: Collection[str], hops: int) -> _Statement:
    """The topmost statement of a trusted server, with what follows it of the same server and hop."""
    received = 0
    own = _Statement()
    for name, value in fields:
        if name == "received":
            received += 1
            if own.authserv_id or received > hops:
                break
        elif name == "authentication-results":
            said = _parse(value)
            if said is not None and said.authserv_id in trusted and own.authserv_id in ("", said.authserv_id):
                own.authserv_id = said.authserv_id
                for method, results in said.results.items():
                    own.results.setdefault(method, []).extend(results)
    return own


def _sealed(fields: Iterable[tuple[str, str]], trusted: Collection[str]) -> Iterator[_Statement]:
    """Of a chain that is known to be good: the statements of trusted servers, the latest first."""
    said: dict[int, _Statement] = {}
    sealers: dict[int, str] = {}
    for name, value in fields:
        if name == "arc-seal":
            tags = {tag.strip().lower(): text.strip() for tag, _, text in (item.partition("=") for item in value.split(";"))}
            if (number := tags.get("i", "")).isdigit():
                sealers.setdefault(int(number[:2]), tags.get("d", "").lower().rstrip("."))
        elif name == "arc-authentication-results" and (prefix := _INSTANCE.match(value)):
            statement = _parse(value[prefix.end() :])
            if statement is not None:
                said.setdefault(int(prefix[1]), statement)
    for instance in sorted(said, reverse=True):
        authserv_id, sealer = said[instance].authserv_id, sealers.get(instance, "")
        if authserv_id in trusted and sealer and (authserv_id == sealer or authserv_id.endswith("." + sealer)):
            yield said[instance]


def _parse(value: str) -> _Statement | None:
    """RFC 8601 §2.2: ``authserv-id [version] *( ; method[/version]=result [reason=…] *( ptype.property=value ) )``, comments anywhere."""
    parts = _parts(value)
    if not parts or not parts[0] or "=" in parts[0]:
        return None
    statement = _Statement(printable(parts[0][0]).lower())
    for words in parts[1:]:
        pairs = _pairs(words)
        if not pairs:
            continue
        method, result = pairs[0][0].partition("/")[0].lower(), pairs[0][1].lower()
        result = "fail" if result == "hardfail" else result  # RFC 5451's word, still sent
        if method in _METHODS and result in RESULTS:
            properties = {name.lower(): text for name, text in pairs[1:]}
            statement.results.setdefault(method, []).append((result, properties))
    return statement


def _pairs(words: list[str]) -> list[tuple[str, str]]:
    """``name = value`` from words; those without an equals sign between them are left out."""
    return [(words[at - 1], words[at + 1]) for at in range(1, len(words) - 1) if words[at] == "="]


def _parts(value: str) -> list[list[str]]:
    """The words between semicolons; comments (RFC 5322 §3.2.2, nested) are left out, quoted strings are one word."""
    parts: list[list[str]] = [[]]
    for found in _TOKEN.finditer(_without_comments(value)):
        quoted, word, mark = found.groups()
        if mark == ";":
            parts.append([])
        elif quoted is not None:
            parts[-1].append(re.sub(r"\\(.)", r"\1", quoted))
        elif word is not None or mark is not None:
            parts[-1].append(word or mark)
    return parts


def _without_comments(value: str) -> str:
    if "(" not in value:
        return value
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif not quoted and char == "(":
            depth += 1
        elif not quoted and char == ")" and depth:
            depth -= 1
            char = " "  # noqa: PLW2901 - a comment separates words
        if not depth:
            kept.append(char)
    return "".join(kept)

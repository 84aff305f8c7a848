"""Checks the DKIM signatures (RFC 6376) and the ARC chain (RFC 8617) of a received mail, with ``dkimpy``, within a deadline.

Needs the DNS, so it is done by the listener after the mail is complete and before it is stored, in threads of its own; the verdict goes
into the envelope, where ``translate`` finds it at each replay. It never refuses a mail and never raises: what cannot be checked in time is
``temperror``, what is not signed or too large to check is ``none``.

Bounds, because anybody may sign a mail to us: :data:`MAX_SIZE`, :data:`MAX_SIGNATURES`, keys of at most 4,096 bits, and white space at
line ends removed in linear time (``dkimpy``'s own expression is quadratic in it).
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any, Final

from channels.base import Spool

Lookup = Callable[[str, float], bytes | None]
"""The TXT record of a name, its strings joined, within so many seconds; None where there is none. Raises OSError where no answer came."""

MAX_SIZE: Final = 10_485_760
"""Bytes of a mail that is checked."""
MAX_SIGNATURES: Final = 5
_MAX_CHAIN: Final = 10
_MAX_HEAD: Final = 65_536
_MAX_FIELD: Final = 4_096
_MAX_RECORD: Final = 1_200
"""Bytes of a key's record: an RSA key of 4,096 bits has 740. A longer key costs whoever verifies it, not whoever publishes it."""
_THREADS: Final = 4
_WAITING: Final = 100
"""Mails that are checked or wait to be: one more is not."""
_RANK: Final = ("pass", "fail", "policy", "permerror", "temperror", "neutral", "none")
_SIGNED: Final = re.compile(rb"^(?:dkim-signature|arc-seal)[ \t]*:", re.IGNORECASE | re.MULTILINE)
_FIELD: Final = re.compile(
    rb"^(dkim-signature|arc-seal|arc-message-signature)[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE
)


class Verifier:
    """Checks mails, a few at once; where too many wait already the answer is ``temperror`` at once."""

    def __init__(self, deadline: float, lookup: Lookup | None = None) -> None:
        self._deadline = deadline
        self._lookup = lookup or dns_lookup()
        self._dkim = _library()
        self._pool = ThreadPoolExecutor(_THREADS, "dkim")
        self._running = 0

    async def check(self, content: bytes, spool: Spool | None) -> dict[str, str]:
        """``dkim`` and, where there are any, ``dkim_domains`` (of good signatures, space-separated) and ``arc``, for the envelope."""
        size = spool.size if spool is not None else len(content)
        if size > MAX_SIZE or (spool is None and _SIGNED.search(content[:_MAX_HEAD]) is None):
            return {"dkim": "none"}
        if self._running >= _WAITING:
            return {"dkim": "temperror"}
        self._running += 1
        work = self._pool.submit(self._in_thread, content, spool, monotonic() + self._deadline)
        loop = asyncio.get_running_loop()
        work.add_done_callback(lambda _done: _tell(loop, self._ended))
        try:
            async with asyncio.timeout(self._deadline):
                return await asyncio.wrap_future(work)
        except TimeoutError:
            return {"dkim": "temperror"}

    def close(self) -> None:
        """Begin no more checks; those that run end by their deadline."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ended(self) -> None:
        self._running -= 1

    def _in_thread(self, content: bytes, spool: Spool | None, until: float) -> dict[str, str]:
        try:
            return self._check(content, spool, until) if monotonic() < until else {"dkim": "temperror"}
        except Exception:  # noqa: BLE001 - a mail is stored whatever its signatures do
            return {"dkim": "temperror"}

    def _check(self, content: bytes, spool: Spool | None, until: float) -> dict[str, str]:
        if spool is not None:
            content = spool.path.read_bytes()
        head = content[:_MAX_HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
        if _SIGNED.search(head) is None:
            return {"dkim": "none"}
        fields = [(found[1].lower(), len(found[0])) for found in _FIELD.finditer(head)]
        if any(length > _MAX_FIELD for _name, length in fields):
            return {"dkim": "permerror"}
        names = [name for name, _length in fields]
        return self._signatures(content, names.count(b"dkim-signature"), until) | self._chain(content, names.count(b"arc-seal"), until)

    def _signatures(self, content: bytes, count: int, until: float) -> dict[str, str]:
        results: list[str] = []
        domains: list[str] = []
        for index in range(min(count, MAX_SIGNATURES)):
            result, domain = self._signature(content, index, until)
            results.append(result)
            if result == "pass" and domain not in domains:
                domains.append(domain)
        found = {"dkim": min(results, key=_RANK.index, default="none")}
        return found | {"dkim_domains": " ".join(domains)} if domains else found

    def _signature(self, content: bytes, index: int, until: float) -> tuple[str, str]:
        """The result of one signature (RFC 8601 §2.7.1) and its domain."""
        dkim = self._dkim
        asked = _Asked(self._lookup, until, dkim.DnsTimeoutError)
        check = dkim.DKIM(content, logger=_SILENT)
        try:
            good = check.verify(idx=index, dnsfunc=asked)
        except dkim.NaClNotFoundError:
            return "neutral", ""  # Ed25519 needs another library; such mails carry an RSA signature too (RFC 8463 §4)
        except dkim.ValidationError as error:
            return ("fail" if str(error).startswith("body hash") else "permerror"), ""
        except Exception as error:  # noqa: BLE001 - what a stranger's header makes the library raise
            return ("policy" if "too small" in str(error) else "permerror"), ""
        if not good:
            return asked.result or "fail", ""
        signed = check.signature_fields
        if b"from" not in check.include_headers:
            return "permerror", ""  # RFC 6376 §5.4: From MUST be signed
        if b"l" in signed:
            return "policy", ""  # §8.2: anybody may add to a body of which only a part is signed
        return "pass", bytes(signed[b"d"]).decode("ascii", "replace").lower().rstrip(".")

    def _chain(self, content: bytes, count: int, until: float) -> dict[str, str]:
        if not count:
            return {}
        if count > _MAX_CHAIN:
            return {"arc": "permerror"}
        asked = _Asked(self._lookup, until, self._dkim.DnsTimeoutError)
        try:
            result = self._dkim.ARC(content, logger=_SILENT).verify(dnsfunc=asked)[0]
        except Exception:  # noqa: BLE001 - what a stranger's header makes the library raise
            return {"arc": "permerror"}
        if result == b"pass":
            return {"arc": "pass"}
        return {"arc": "temperror" if asked.result == "temperror" else "fail"}


class _Asked:
    """The DNS as ``dkimpy`` asks it: until the deadline, and with a memory of what went wrong, which it does not tell."""

    def __init__(self, lookup: Lookup, until: float, timed_out: type[Exception]) -> None:
        self._lookup = lookup
        self._until = until
        self._timed_out = timed_out
        self.result = ""

    def __call__(self, name: bytes, timeout: float = 5.0) -> bytes | None:
        left = self._until - monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            record = self._lookup(name.decode("ascii", "replace").rstrip("."), min(left, timeout))
        except OSError as error:
            self.result = "temperror"
            raise self._timed_out(str(error)) from error
        if not record or len(record) > _MAX_RECORD:
            self.result = self.result or "permerror"  # RFC 6376 §6.1.2: no key for the signature
            return None
        return record


def dns_lookup() -> Lookup:
    """The system's resolvers, with a memory of what they answered for as long as it holds."""
    from dns import exception
    from dns import resolver as dns_resolver

    resolver: dns_resolver.Resolver | None = None

    def lookup(name: str, seconds: float) -> bytes | None:
        nonlocal resolver
        try:
            if resolver is None:  # where there is no /etc/resolv.conf, mail is taken all the same
                resolver = dns_resolver.Resolver()
                resolver.cache = dns_resolver.LRUCache(2_000)
            answer = resolver.resolve(name, "TXT", lifetime=seconds, search=False)
        except (dns_resolver.NXDOMAIN, dns_resolver.NoAnswer, dns_resolver.YXDOMAIN):
            return None
        except exception.DNSException as error:
            raise OSError(type(error).__name__) from error
        return b"".join(next(iter(answer)).strings)

    return lookup


_SILENT: Final = logging.Logger("dkim", logging.CRITICAL + 1)  # noqa: LOG001 - one that nobody can turn on
"""What the library logs quotes headers of mails."""


def _library() -> Any:
    import dkim  # type: ignore[import-untyped]  # the library has no types
    from dkim import canonicalization

    canonicalization.strip_trailing_whitespace = _strip_line_ends
    return dkim


def _strip_line_ends(content: bytes) -> bytes:
    """RFC 6376 §3.4.4: white space at line ends is ignored."""
    return b"\r\n".join([line.rstrip(b" \t") for line in content.split(b"\r\n")[:-1]] + content.split(b"\r\n")[-1:])


def _tell(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(what)

"""The provider's side of a signed webhook: genuine calls, and what makes the provider send again.

A module ``tests/channels/<channel>/adapters.py`` names, for each of its channel's adapters, how it is built for the tests
(``ADAPTERS``) and, for those that a provider calls, its peer (``PEERS``). ``tests/channels/test_contract.py`` runs over all of them, so
that every adapter keeps the same promises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Call:
    """One call as the provider makes it: the path below the server, the headers that it sends, the body's bytes.

    ``messages`` is how many messages it brings (a batch may bring several; a notification that only wakes a poller brings none).
    """

    path: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    messages: int = 1


@dataclass(frozen=True)
class Peer:
    """A provider. ``calls`` are genuine: signed by the provider's own library where there is one, else by its published scheme.

    ``signed`` are the headers that carry the proof. ``again`` are the statuses on which this provider sends again. ``covers`` says what the
    proof covers: where it leaves the body out (Mailgun), only headers and the fields that it covers are mutated, by ``mutate``, which is
    given a genuine call and a number and returns one that must not be believed (None: this number has no mutation).
    """

    calls: Callable[[], Sequence[Call]]
    public_url: str
    signed: tuple[str, ...]
    again: frozenset[int] = frozenset({429, 500, 502, 503, 507})
    mutate: Callable[[Call, int], Call | None] | None = None

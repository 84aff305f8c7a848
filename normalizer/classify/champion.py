"""Whether a model learnt from corrections may take the place of the one in use.

Clerks correct services; a challenger is learnt from that and judged beside the champion on a hold-out that nobody corrected for it. It is
promoted only if it is better as a whole beyond chance, and no service that was judged often enough becomes worse. Corrections can be
wrong, or meant to do harm (a person who sends every complaint about a street to "other"), so :func:`trusted` first sets aside what one
person alone says too much of, and what contradicts itself.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from normalizer.words import words

FEWEST = 100
"""Judged texts under which nothing is decided."""
FEW_OF_A_SERVICE = 10
WORSE = 0.05
"""Share of a service's texts that it may lose before that counts, if it is beyond chance or the service is large."""
CHANCE = 0.05
OF_ONE_PERSON = 0.5
"""Share of the corrections towards a service that one person may give, once there are enough to tell."""
OF_A_SERVICE = 0.3
"""Share of a service's texts that corrections may take away before a person must look."""
_ENOUGH = 8


@dataclass(frozen=True, slots=True)
class Correction:
    """A clerk's correction: the text, the service that it had, the one that it should have, and who says so."""

    text: str
    before: str
    after: str
    by: str


@dataclass(frozen=True, slots=True)
class Trusted:
    """The corrections to learn from, and those set aside by their reason (``contradicted``, ``one_person``, ``drains_a_service``)."""

    kept: tuple[Correction, ...]
    aside: dict[str, tuple[Correction, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trial:
    """One text of the hold-out: the right service, and what champion and challenger say (None: abstained)."""

    right: str
    champion: str | None
    challenger: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the challenger is promoted, why, both accuracies, and for each service that was judged its recall under both."""

    promoted: bool
    reasons: tuple[str, ...]
    champion: float
    challenger: float
    services: dict[str, tuple[int, float, float]]


def trusted(corrections: Sequence[Correction], volumes: dict[str, int] | None = None) -> Trusted:
    """Set aside what must not be learnt without a person's look. ``volumes`` are the texts that each service had in the same time."""
    said: dict[str, set[str]] = defaultdict(set)
    for one in corrections:
        said[_same(one.text)].add(one.after)
    aside: dict[str, list[Correction]] = defaultdict(list)
    left: list[Correction] = []
    for one in corrections:
        (left if len(said[_same(one.text)]) == 1 else aside["contradicted"]).append(one)
    left = _by_many(left, aside)
    if volumes:
        taken = Counter(one.before for one in left)
        drained = {code for code, count in taken.items() if count >= _ENOUGH and count > OF_A_SERVICE * volumes.get(code, 0)}
        aside["drains_a_service"] += [one for one in left if one.before in drained]
        left = [one for one in left if one.before not in drained]
    return Trusted(tuple(left), {reason: tuple(ones) for reason, ones in aside.items() if ones})


def _by_many(corrections: list[Correction], aside: dict[str, list[Correction]]) -> list[Correction]:
    """For each pair of services keep of one person at most half, or what others say too."""
    flows: dict[tuple[str, str], list[Correction]] = defaultdict(list)
    for one in corrections:
        flows[one.before, one.after].append(one)
    kept: set[int] = set()
    for ones in flows.values():
        people = Counter(one.by for one in ones)
        person, most = people.most_common(1)[0]
        allowed = max(_ENOUGH - 1, int(OF_ONE_PERSON / (1 - OF_ONE_PERSON) * (len(ones) - most)))
        texts: set[str] = set()
        for one in ones:
            if one.by == person and len(texts) >= allowed:
                aside["one_person"].append(one)
                continue
            if one.by == person:
                texts.add(_same(one.text))
            kept.add(id(one))
    return [one for one in corrections if id(one) in kept]


def compare(trials: Sequence[Trial]) -> Verdict:
    """Judge a challenger beside the champion on the same hold-out."""
    total = len(trials)
    before = sum(trial.champion == trial.right for trial in trials)
    after = sum(trial.challenger == trial.right for trial in trials)
    services: dict[str, tuple[int, float, float]] = {}
    reasons: list[str] = []
    if total < FEWEST:
        reasons.append(f"only {total} texts were judged, {FEWEST} are needed")
    gained = sum(trial.champion != trial.right == trial.challenger for trial in trials)
    lost = sum(trial.champion == trial.right != trial.challenger for trial in trials)
    if after <= before:
        reasons.append(f"it is right {after} times, the one in use {before} times")
    elif _by_chance(gained, lost) > CHANCE:
        reasons.append(f"it gains {gained} and loses {lost}: that can be chance")
    for service in sorted({trial.right for trial in trials}):
        own = [trial for trial in trials if trial.right == service]
        old = sum(trial.champion == service for trial in own)
        new = sum(trial.challenger == service for trial in own)
        services[service] = (len(own), round(old / len(own), 4), round(new / len(own), 4))
        lower = sum(trial.champion == service != trial.challenger for trial in own)
        higher = sum(trial.champion != service == trial.challenger for trial in own)
        if len(own) >= FEW_OF_A_SERVICE and old - new > WORSE * len(own) and _by_chance(lower, higher) <= 4 * CHANCE:
            reasons.append(f"{service} becomes worse: {old} of {len(own)} before, {new} after")
    share = total or 1
    verdict = tuple(reasons) or (f"it gains {gained} and loses {lost} of {total}, and no service becomes worse",)
    return Verdict(not reasons, verdict, round(before / share, 4), round(after / share, 4), services)


def _by_chance(gained: int, lost: int) -> float:
    """The probability of at least so many gains if gains and losses were equally likely (sign test, McNemar's exact one)."""
    total = gained + lost
    if total == 0:
        return 1.0
    if total > 1_000:  # the normal approximation, with its correction
        return 0.5 * math.erfc((gained - 0.5 - total / 2) / math.sqrt(total / 2))
    return float(sum(math.comb(total, at) for at in range(gained, total + 1)) / 2**total)


def _same(text: str) -> str:
    """Texts that are the same but for case, accents and spaces have the same mark."""
    return hashlib.sha256(" ".join(words(text)).encode()).hexdigest()

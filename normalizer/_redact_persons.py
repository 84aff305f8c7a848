"""Persons in a text: their names, what is said of their health, when they were born, where they live.

A name is taken for a person's only where a word beside it says so: a title, a kinship ("my neighbour John Smith"), "called", « du nom de »,
or a given name with a family name that no preposition of place stands before. A condition counts only when it is somebody's: "a blind
corner" and « une dépression dans la chaussée » are the street's. Each rule starts at a word of a table and looks at a few around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from normalizer import _redact_tables as tables
from normalizer._redact_numbers import Found
from normalizer.locate import addresses
from normalizer.locate.addresses import Found as Place
from normalizer.locate.key import address_key
from normalizer.words import Words

_PARTICLES = frozenset("de du des la le van von der den st ste saint sainte el al ben bin di da dos del mac o d l".split())
_PARTS = 4
_ENDS = frozenset(".!?;:\n")


class Persons:
    """One text, looked at for persons."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.tokens = words.tokens
        self.shouts = words.text.isupper()

    @cached_property
    def places(self) -> Sequence[Place]:
        """The addresses and streets that the text names."""
        return addresses.find(self.words)

    def gap(self, at: int) -> str:
        return self.words.gap(at)

    def same_sentence(self, first: int, last: int) -> bool:
        """True when no sentence ends between the two words. An end is punctuation before a space, or a new paragraph."""
        return all(not self._ends(self.gap(at), at) for at in range(first, last))

    def _ends(self, gap: str, at: int) -> bool:
        shortened = gap.startswith(".") and (len(self.tokens[at]) == 1 or self.tokens[at] in tables.TITLE)
        return bool(_ENDS.intersection(gap)) and not shortened

    def is_name(self, at: int) -> bool:
        """True for a word that may be part of a name: with a capital, letters only, no everyday word."""
        if at >= len(self.tokens):
            return False
        token = self.tokens[at]
        if (
            len(token) == 1
            and token not in ("i", "a")
            and self.words.capital(at)
            and at + 1 < len(self.tokens)
            and self.words.capital(at + 1)
        ):
            return True  # an initial
        if token in tables.STOP or not token.isalpha():
            return False
        return self.words.capital(at) and (len(token) > 1 or self.gap(at)[:1] in (".", " ", "'", "’"))

    def name(self, at: int) -> int | None:
        """The last word of the name that begins at a word; None where none does."""
        if at >= len(self.tokens):
            return None
        if self.shouts or not self.words.capital(at):
            return self._small(at)
        if not self.is_name(at):
            return None
        last = at
        while last - at < _PARTS - 1:
            step = last + 1
            gap = self.gap(last)
            if not (gap in (" ", "-", "'", "’", "\u00a0") or (gap in (". ", ".") and len(self.tokens[last]) == 1)):
                break
            while (
                step < len(self.tokens) and self.tokens[step] in _PARTICLES and self.gap(step) in (" ", "-", "'", "’") and step - last < 3
            ):
                step += 1
            if not self.is_name(step) and not (gap == "-" and step < len(self.tokens) and self.tokens[step].isalpha()):
                break
            last = step
        if len(self.tokens[last]) == 1 and last == at:
            return None
        return None if self._is_place(at, last) else last

    def _small(self, at: int) -> int | None:
        """A given name in small letters, with the word after it where that is no everyday word nor a verb's form; a word after a title."""
        if self.tokens[at] not in tables.GIVEN:
            return at if at and self.tokens[at - 1] in tables.TITLE and self.tokens[at].isalpha() else None
        after = at + 1
        if after < len(self.tokens) and self.gap(at) == " " and self.tokens[after].isalpha() and len(self.tokens[after]) > 2:
            word = self.tokens[after]
            if word not in tables.STOP and word not in tables.PLACE and not word.endswith(("s", "ed", "ing", "ent", "er", "ait")):
                return after
        return at

    def _is_place(self, first: int, last: int) -> bool:
        """True where a street, park or school bears the name."""
        tokens = self.tokens
        after = [at for at in range(last + 1, min(last + 3, len(tokens))) if len(self.gap(at - 1)) == 1]
        if tokens[last] in tables.PLACE or (after and tokens[after[0]] in tables.PLACE):
            return True
        if any(tokens[at] in tables.PLACE or tokens[at] in ("house", "maison") for at in after if self.words.capital(at)):
            return True
        before = first - 1
        while before >= 0 and tokens[before] in _PARTICLES and first - before < 3:
            before -= 1
        if (
            before >= 0
            and tokens[before] in tables.PLACE
            and self.gap(before) in (" ", "-", "'", "’")
            and (tokens[before] not in ("st", "ste", "dr"))
        ):
            return True
        if tokens[first] in ("st", "ste") and last > first:  # Mme St-Pierre; as a street it would be "Mme St"
            return False
        span = self.words.span(first, last)
        return any(place.span[0] < span[1] and span[0] < place.span[1] for place in self.places)

    def names(self) -> Iterator[Found]:
        """Names of persons, by the rule that says that they are."""
        words = self.words
        for at in words.positions(tables.TITLE):
            yield from self._named(self._after_title(at), "name.title")
        for at in words.positions(tables.KIN):
            yield from self._named(self._after_kin(at), "name.kin")
        for at in words.positions(tables.NAMED):
            person = self.tokens[at].startswith("denomm") or any(word in tables.PERSON for word in self.tokens[max(0, at - 4) : at])
            if person or (self._is(at - 1) and self._person_before(at)):
                sure = self.tokens[at] != "called" or self._is(at - 1) or self.tokens[at - 1] not in tables.KIN
                if sure or tables.GIVEN_CAPITAL.intersection(self.tokens[at + 1 : at + 2]):  # else: the neighbour telephoned
                    yield from self._named(at + 1, "name.called")
        for at in words.positions(_SAYS):
            yield from self._named(self._after_saying(at), "name.said")
        for at in words.positions(tables.MEET):
            follows = at + 1
            if follows < len(self.tokens) and self.tokens[follows] in ("to", "with", "a", "avec", "for"):
                follows += 1
            if (
                follows < len(self.tokens)
                and self.tokens[follows] in tables.GIVEN_CAPITAL
                and words.capital(follows)
                and len(self.gap(follows - 1)) == 1
            ):
                yield from self._named(follows, "name.met")
        for at in words.positions(tables.GIVEN_CAPITAL):
            yield from self._bare(at)
        yield from self._signed()

    def _known(self, at: int) -> bool:
        """True for a given name of the table, written with a capital."""
        return at < len(self.tokens) and self.tokens[at] in tables.GIVEN_CAPITAL and self.words.capital(at)

    def _named(self, at: int | None, rule: str) -> Iterator[Found]:
        if at is not None and (last := self.name(at)) is not None:
            yield Found("name", self.words.span(at, last), rule)

    def _is(self, at: int) -> bool:
        return at >= 0 and self.tokens[at] in ("is", "was", "s", "est")

    def _person_before(self, at: int) -> bool:
        return any(token in tables.PRONOUN or token in tables.PERSON for token in self.tokens[max(0, at - 5) : at])

    def _after_title(self, at: int) -> int | None:
        """The name behind ``Mr``, ``Mme``, ``M.``, ``Dr``; not the street's ``Maple Dr``, nor an office ("Madame la mairesse")."""
        word, gap = self.tokens[at], self.gap(at)
        follows = at + 1
        if gap not in (" ", ". ", ".", "\u00a0", ".\u00a0") or follows >= len(self.tokens) or self.tokens[follows] in tables.OFFICE:
            return None
        if word in ("m", "dr", "ms", "miss") and not self.words.capital(at):
            return None
        if word in ("dr", "m", "miss") and self._capital_before(at):
            return None  # Maple Dr
        small = word in ("mr", "mrs", "mme", "mlle") and len(self.tokens[follows]) > 2 and self.tokens[follows] not in tables.STOP
        return follows if self.words.capital(follows) or small else None

    def _capital_before(self, at: int) -> bool:
        """True where the word before is written with a capital, is no everyday word, and only a space lies between."""
        return at > 0 and self.words.capital(at - 1) and self.gap(at - 1) == " " and self.tokens[at - 1] not in tables.STOP

    def _after_kin(self, at: int) -> int | None:
        """The name behind "my neighbour", at once or with a few words between when a known given name follows."""
        tokens = self.tokens
        if at + 1 >= len(tokens):
            return None
        if not any(word in tables.OWNER or word in _ARTICLES for word in tokens[max(0, at - 3) : at]):
            return None
        gap = self.gap(at)
        if gap == " " and self.words.capital(at + 1) and not self.shouts:
            return at + 1
        for step in range(at + 1, min(at + 7, len(tokens))):
            if not self.same_sentence(at, step):
                return None
            known = tokens[step] in (tables.GIVEN_CAPITAL if self.words.capital(step) and not self.shouts else tables.GIVEN)
            if self._set_off(step):
                return step
            if known and (step == at + 1 or (self.words.capital(step) and tokens[step - 1] not in tables.AT)):
                return step
        return None

    def _set_off(self, at: int) -> bool:
        """True for two words with capitals between commas: "the tenant upstairs, Tyrone Jackson, plays drums"."""
        if "," not in self.gap(at - 1) or self.shouts or not (self.is_name(at) and self.is_name(at + 1)):
            return False
        return self.gap(at) == " " and self.gap(at + 1)[:1] in (",", ";", ".", ")")

    def _after_saying(self, at: int) -> int | None:
        """The name behind « s'appelle », "name is", « du nom de », "this is", "I am"."""
        tokens = self.tokens
        word = tokens[at]
        follows = at + 1
        if follows >= len(tokens):
            return None
        if word == "appelle":
            before = tokens[max(0, at - 6) : at]
            person = any(other in tables.PERSON or other in ("je", "m", "il", "elle", "qui") for other in before)
            return follows if person and not tables.PLACE.intersection(before) else None
        if word in ("name", "nom"):
            person = any(other in tables.OWNER or other in tables.PERSON for other in tokens[max(0, at - 4) : at])
            if word == "nom" and tokens[follows] == "de" and (person or tokens[at - 1 : at] == ["du"]):
                return follows + 1
            if person and (tokens[follows] in ("is", "was", "est", "s") or ":" in self.gap(at)):
                return follows + (":" not in self.gap(at))
            return None
        known = self._known(follows) and not self.shouts
        said = at > 0 and (tokens[at - 1], word) in _I_AM
        return follows if known and (said or (word == "ici" and self.gap(at) == " ")) else None

    def _bare(self, at: int) -> Iterator[Found]:
        """A given and a family name with a space between, where no place can be meant."""
        words, tokens = self.words, self.tokens
        if self.shouts or not words.capital(at) or at + 1 >= len(tokens) or self.gap(at) != " ":
            return
        if at and (tokens[at - 1] in tables.AT or self._capital_before(at)):
            return
        if at and tokens[at - 1] in tables.NAMED and not tables.PLACE.isdisjoint(tokens[max(0, at - 4) : at]):
            return  # the school named Elizabeth Ziegler
        last = self.name(at)
        if last is None or last == at or last - at > 2 or any(token in tables.PLACE for token in tokens[last + 1 : last + 3]):
            return
        if self.gap(last - 1) != " " or self.gap(last) in ("-", "/"):
            return
        yield Found("name", words.span(at, last), "name.given")

    def _signed(self) -> Iterator[Found]:
        """The name under a closing formula at the end, and a last line that is nothing but a name."""
        tokens, words = self.tokens, self.words
        for at in words.positions(tables.CLOSING)[-3:]:
            gap = self.gap(at)
            if len(tokens) - at <= 5 and gap and ("," in gap or "\n" in gap or "-" in gap) and at + 1 < len(tokens):
                last = self.name(at + 1)
                if last is not None and last >= len(tokens) - 2:
                    yield Found("name", words.span(at + 1, last), "name.signed")
        for size in (3, 2):
            first = len(tokens) - size
            if first > 3 and "\n" in self.gap(first - 1) and tokens[first] in tables.GIVEN_CAPITAL and self.name(first) == len(tokens) - 1:
                yield Found("name", words.span(first, len(tokens) - 1), "name.signed")

    def health(self) -> Iterator[Found]:
        """Illnesses and disabilities of somebody."""
        for at in self.words.positions(tables.SURE | tables.MAYBE):
            if self._somebody_s(at):
                first, last = self._widened(at)
                yield Found("health", self.words.span(first, last), "health.context")

    def _somebody_s(self, at: int) -> bool:
        tokens = self.tokens
        first = at
        while first and at - first < 12 and not self._ends(self.gap(first - 1), first - 1):
            first -= 1
        before = tokens[first:at]
        after = tokens[at + 1 : at + 3]
        sure = tokens[at] in tables.SURE
        link = any(token in tables.LINK for token in before[-4:])
        person = any(word in tables.PERSON for word in before)
        if after and after[0] in tables.NOT_HEALTH and not (sure or after[0] in ("dans", "on", "of", "street", "road")):
            return False
        if sure:
            adjacent = bool(before) and before[-1] in tables.PERSON
            owned = any(token in tables.PERSON for token in after) and any(token in tables.OWNER for token in before[-2:])
            return (person and link) or adjacent or owned or self._i_am(before) or self._own(before)
        return self._i_am(before) or (person and self._close(before)) or (bool(before) and before[-1] in tables.KIN)

    @staticmethod
    def _i_am(before: Sequence[str]) -> bool:
        """Right before: "I have", « je suis », "who is", « qui souffre de »."""
        tail = before[-5:]
        for at, token in enumerate(tail[:-1]):
            if token in tables.PRONOUN and tail[at + 1] in tables.LINK and tail[at + 1] not in ("in", "the", "en", "du", "le"):
                return all(word in tables.LINK or word in _MODIFIERS for word in tail[at + 1 :])
        return False

    @staticmethod
    def _own(before: Sequence[str]) -> bool:
        """Somebody says whose it is: "because of my asthma", « mon diabète »."""
        at = len(before) - 1
        while at >= 0 and before[at] in _MODIFIERS:
            at -= 1
        return at >= 0 and before[at] in tables.OWNER

    @staticmethod
    def _close(before: Sequence[str]) -> bool:
        """A person, and nothing but link words between."""
        for at in range(len(before) - 1, max(-1, len(before) - 7), -1):
            if before[at] in tables.PERSON:
                return at < len(before) - 1
            if before[at] not in tables.LINK and before[at] not in _MODIFIERS:
                return False
        return False

    def _widened(self, at: int) -> tuple[int, int]:
        """The words that belong to the condition: ``multiple sclerosis``, ``Parkinson's disease``, « maladie d'Alzheimer »."""
        tokens = self.tokens
        first = last = at
        while first and tokens[first - 1] in _MODIFIERS and self.gap(first - 1) in (" ", "-", "'", "’"):
            first -= 1
        while first < at and tokens[first] in _JOINTS:
            first += 1
        while last + 1 < len(tokens) and tokens[last + 1] in _TAILS and self.gap(last) in (" ", "'", "’", "-"):
            last += 1
        if tokens[last] in ("en", "du", "de", "s") and tokens[last] != "s":
            last = at
        return first, last

    def births(self) -> Iterator[Found]:
        """Dates of birth: a date behind "born", « né le », "DOB"."""
        text = self.words.text
        for at in self.words.positions(tables.BIRTH):
            start = self.words.offset(at)
            end = start + len(self.tokens[at])
            if self.tokens[at] in ("ne", "nee", "nes", "nees") and "é" not in text[start:end]:
                continue
            date = _DATE.search(text, end, min(len(text), end + 60))
            if date and len(text[end : date.start()].split()) <= 5 and not _ENDS.intersection(text[end : date.start()].replace(":", " ")):
                yield Found("birth_date", date.span(), "birth_date.context")

    def homes(self, place: str | None, names: Sequence[Found]) -> Iterator[Found]:
        """Where a person lives, unless that is where the problem is: the text names another place, or ``place`` is another.

        It is a home where words say so ("I live at", « mon adresse est ») or where it follows a person's name ("John Smith of 12 Elm St").
        """
        others = len({address_key(item.text) for item in self.places}) > 1
        text = self.words.text
        ends = {name.span[1] for name in names}
        for item in self.places:
            if item.precision != "address" or ((address_key(item.text) == address_key(place)) if place else not others):
                continue
            start = item.span[0]
            head = re.split(r"[.!?;\n]\s", text[max(0, start - 60) : start])[-1]
            tail = Words(head).tokens[-7:]
            near = not _NEAR.isdisjoint(tail)
            lives = any(word in tables.LIVE for word in tail) and any(word in tables.WHOSE for word in tail) and not near
            lives = lives or tail[-2:] == ["home", "address"]
            if lives or any(start - length in ends and text[start - length : start].strip(" ,") in _OF for length in range(1, 14)):
                yield Found("address", item.span, "address.home")


_NEAR = frozenset("front devant outside next behind across beside near face cote derriere pres opposite".split())
_OF = frozenset({"", "of", "at", "who lives at", "du", "au", "de", "(", "from", "living at"})
_ARTICLES = frozenset({"the", "le", "la", "a", "un", "une", "l"})
_SAYS = frozenset({"name", "nom", "appelle", "am", "m", "suis", "is", "ici"})
_I_AM = frozenset({("i", "am"), ("i", "m"), ("je", "suis"), ("this", "is")})
_MODIFIERS = frozenset(
    """multiple type one two 1 2 severe early late stage terminal breast lung prostate chronic cerebral maladie d de la fauteuil heart crise
    crises the sclerose en un une du syndrome legally partially very totalement partiellement legalement presque gravement severely with
    colon skin sein poumon""".split()
)
_JOINTS = frozenset("d de la du en un une the with l".split())
_TAILS = frozenset("positive positif positifs s disease syndrome en plaques attack condition failure plaque roulant".split())
_MONTH = "|".join(sorted(tables.MONTHS.split(), key=len, reverse=True))
_DATE = re.compile(
    rf"\b(?:\d{{4}}[-/. ]\d{{1,2}}[-/. ]\d{{1,2}}|\d{{1,2}}[-/. ]\d{{1,2}}[-/. ]\d{{2,4}}"
    rf"|\d{{1,2}}(?:er|st|nd|rd|th)? (?:of )?(?:{_MONTH})\.?,? \d{{4}}|(?:{_MONTH})\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}})\b",
    re.IGNORECASE,
)

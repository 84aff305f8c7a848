"""Who says what about what: the simulated city, drawn message by message from one source of chance."""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from gateway.simulate import words

Saying = Literal[
    "report", "duplicate", "follow_up", "redelivery", "auto_reply", "spam", "emergency", "question", "compliment"
]  # fmt: skip
_SHARES: dict[Saying, float] = {
    "report": 0.60,
    "duplicate": 0.10,
    "follow_up": 0.08,
    "question": 0.05,
    "spam": 0.05,
    "auto_reply": 0.04,
    "emergency": 0.03,
    "redelivery": 0.03,
    "compliment": 0.02,
}
"""How often each happens: a plausible mix, measured nowhere."""
_AREAS = ("514", "438", "450", "819")
_RESIDENTS = 400
"""A hundred for each area code: that many numbers are kept for fiction (555-0100 to 555-0199)."""
_MEMORY = 300
"""Problems and messages that may still be spoken of."""
_CENTRE = (45.5019, -73.5674)


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who writes."""

    name: str
    email: str
    phone: str
    language: str


@dataclass(frozen=True, slots=True)
class Issue:
    """A problem at a place."""

    problem: words.Problem
    number: int
    street: str
    lat: float
    long: float

    def place(self, language: str) -> str:
        """The place in words."""
        return words.PLACE[language].format(number=self.number, street=self.street)


@dataclass(frozen=True, slots=True)
class Message:
    """What a resident says. ``answers`` is the number of an earlier message of the same resident, ``repeats`` of one that is sent again."""

    number: int
    kind: Saying
    resident: Resident
    subject: str
    text: str
    issue: Issue | None = None
    answers: int | None = None
    repeats: int | None = None
    photo: bool = False


class City:
    """A source of messages. It is told what went by e-mail, so that follow-ups refer to what was really said there."""

    def __init__(self, chance: Random, *, french: float = 0.5) -> None:
        self._chance, self._french = chance, french
        self._residents = [self._resident(number) for number in range(_RESIDENTS)]
        self._issues: deque[Issue] = deque(maxlen=_MEMORY)
        self._mails: deque[Message] = deque(maxlen=_MEMORY)
        self._storm = [self._issue(words.STORM, "fr" if chance.random() < french else "en") for _ in range(6)]
        self._number = 0

    def sent_by_mail(self, message: Message) -> None:
        """This message went by e-mail: it can be answered and repeated from now on."""
        if message.repeats is None and message.kind not in ("spam", "auto_reply"):
            self._mails.append(message)

    def next(self, *, storm: bool = False) -> Message:
        """The next message; in a storm most are about the same few places."""
        self._number += 1
        chance = self._chance
        resident = chance.choice(self._residents)
        if storm and chance.random() < 0.8:
            issue = chance.choice(self._storm)
            return self._about("report", resident, issue)
        (kind,) = chance.choices(list(_SHARES), list(_SHARES.values()))
        if kind == "duplicate" and self._issues:
            return self._about("duplicate", resident, chance.choice(self._issues))
        if kind in ("follow_up", "redelivery") and self._mails:
            return self._again(kind, chance.choice(self._mails))
        if kind in ("spam", "auto_reply", "question", "compliment", "emergency"):
            return self._other(kind, resident)
        issue = self._issue(words.PROBLEMS, resident.language)
        self._issues.append(issue)
        return self._about("report", resident, issue)

    def _about(self, kind: Saying, resident: Resident, issue: Issue) -> Message:
        chance, language = self._chance, resident.language
        said = chance.choice(issue.problem.sentences[language]).format(place=issue.place(language))
        if chance.random() < 0.5:
            said = f"{said.rstrip('.')} {chance.choice(words.SINCE[language])}."
        parts = [chance.choice(words.GREETINGS[language]), said]
        parts += [chance.choice(issue.problem.details[language])] if chance.random() < 0.7 else []
        parts += [chance.choice(words.MOODS[language])]
        text = " ".join(part for part in parts[1:] if part)
        text = "\n\n".join(part for part in (parts[0], text, resident.name) if part)
        subject = chance.choice(issue.problem.subjects[language])
        if chance.random() < 0.3:
            subject = f"{subject} - {issue.street}"
        return Message(self._number, kind, resident, self._typed(subject), self._typed(text), issue, photo=chance.random() < 0.12)

    def _again(self, kind: Saying, earlier: Message) -> Message:
        if kind == "redelivery":
            return Message(self._number, kind, earlier.resident, earlier.subject, earlier.text, earlier.issue, repeats=earlier.number)
        text = self._chance.choice(words.FOLLOW_UPS[earlier.resident.language])
        return Message(self._number, kind, earlier.resident, f"Re: {earlier.subject}", text, earlier.issue, answers=earlier.number)

    def _other(self, kind: Saying, resident: Resident) -> Message:
        chance, language = self._chance, resident.language
        subject, text, issue = "", "", None
        if kind == "spam":
            subject, text = chance.choice(words.SPAM[language])
            text = text.format(n=chance.randrange(10**6))
        elif kind == "auto_reply":
            subject, text = words.ABSENT[language]
        elif kind == "emergency":
            issue = self._issue(words.PROBLEMS, language)
            text = chance.choice(words.EMERGENCIES[language]).format(place=issue.place(language))
            subject = "URGENT"
        else:
            text = chance.choice((words.QUESTIONS if kind == "question" else words.THANKS)[language])
            subject = text.partition(" ")[0]
        return Message(self._number, kind, resident, subject, text, issue)

    def _issue(self, problems: Sequence[words.Problem], language: str) -> Issue:
        chance = self._chance
        lat, long = (round(middle + chance.uniform(-0.05, 0.05), 6) for middle in _CENTRE)
        return Issue(chance.choice(problems), chance.randint(1, 1999), chance.choice(words.STREETS[language]), lat, long)

    def _resident(self, number: int) -> Resident:
        chance = self._chance
        language = "fr" if chance.random() < self._french else "en"
        first, last = chance.choice(words.FIRST_NAMES[language]), chance.choice(words.LAST_NAMES[language])
        local = _plain(f"{first}.{last}{chance.randrange(100)}")
        return Resident(f"{first} {last}", f"{local}@residents.example", f"+1{_AREAS[number // 100]}555{100 + number % 100:04d}", language)

    def _typed(self, text: str) -> str:
        """As people type it: here and there two letters change places, a letter is missing, or the accents are."""
        chance = self._chance
        if chance.random() < 0.1:
            text = "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
        if chance.random() < 0.3 and len(text) > 10:
            at = chance.randrange(1, len(text) - 2)
            swap = text[at + 1] + text[at] if chance.random() < 0.6 else text[at]
            if text[at : at + 2].isalpha():
                text = text[:at] + swap + text[at + 2 :]
        return text


def _plain(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text.lower()) if char.isascii() and (char.isalnum() or char == "."))

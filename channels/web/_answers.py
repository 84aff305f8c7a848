"""What a resident may say in the form, what of it is wrong, and what of it makes two forms the same.

Read from the fields of a body, alike when it comes in and when it is translated years later; a field that is not known is left alone.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from channels.photo import media_type
from channels.web._upload import Sent

PHOTOS = 5
MAX_TEXT = 10_000
"""Characters of the description."""
Step = Literal["check", "edit", "send"]
_LIMITS = {"name": 200, "email": 320, "phone": 64, "address": 400}
_EMAIL = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\".]{2,}")
_COORDINATES = re.compile(r"(?a)\(?(-?\d{1,2}\.\d{3,})°?\s*[,;\s]\s*(-?\d{1,3}\.\d{3,})°?\)?")
_CODE = re.compile(r"(?a)[\w.:-]{1,100}")
_NUMBER = re.compile(r"(?a)[0-9]{6,20}")
_SOURCES = frozenset({"form", "pin", "photo"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the form says. Empty or None where the resident said nothing.

    ``place_source`` says how the position was found: ``form`` (the device's own), ``pin`` (a map), ``photo``. ``photo_place`` asks for the
    position in a photo to be taken where no other is given. ``service_guess`` is the service that the page offered, ``service_code`` what
    stood there when the form was sent. ``trap`` is what a field holds that people do not see.
    """

    step: Step = "check"
    token: str = ""
    trap: str = ""
    language: str = ""
    text: str = ""
    address: str = ""
    lat: float | None = None
    long: float | None = None
    accuracy: float | None = None
    place_source: str = ""
    photo_place: bool = False
    service_code: str = ""
    service_guess: str = ""
    me_too: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""

    @property
    def anonymous(self) -> bool:
        """True when the resident left nothing to be known or reached by."""
        return not (self.name or self.email or self.phone)

    @property
    def contact(self) -> str:
        """How the resident can be reached, as ``_proof.Done.contact``."""
        if self.email and self.phone:
            return "b"
        return "e" if self.email else "p" if self.phone else "n" if self.name else ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that the resident has to mend: the id of the field, the key of its words, and what they name."""

    field: str
    key: str
    named: str = ""


def read(fields: Iterable[tuple[str, str]]) -> Answers:
    """The answers in these fields; the first of a name counts. What cannot be one (a latitude of 200) is taken for not given."""
    given: dict[str, str] = {}
    for name, value in fields:
        given.setdefault(name, value.replace("\r\n", "\n").strip())
    step = given.get("step", "check")
    lat, long = _position(given.get("lat", ""), given.get("long", ""))
    address = _line(given.get("address", ""), _LIMITS["address"])
    source = given.get("place_source", "")
    if lat is None and (found := _COORDINATES.fullmatch(address)):
        lat, long = _position(found[1], found[2])
        source = "form"
    me_too = given.get("me_too", "")
    code, guess = given.get("service_code", ""), given.get("service_guess", "")
    return Answers(
        step=step if step in ("check", "edit", "send") else "check",  # type: ignore[arg-type]  # one of the three
        token=given.get("token", ""),
        trap=given.get("website", ""),
        language=given.get("language", "")[:8],
        text=given.get("text", ""),
        address=address,
        lat=lat,
        long=long,
        accuracy=_metres(given.get("accuracy", "")) if lat is not None else None,
        place_source=source if lat is not None and source in _SOURCES else "",
        photo_place=given.get("photo_place", "") == "yes",
        service_code=code if _CODE.fullmatch(code) else "",
        service_guess=guess if _CODE.fullmatch(guess) else "",
        me_too=me_too if _NUMBER.fullmatch(me_too) else "",
        name=_line(given.get("name", ""), _LIMITS["name"]),
        email=_line(given.get("email", ""), _LIMITS["email"] + 1),
        phone=_line(given.get("phone", ""), _LIMITS["phone"]),
    )


def mistakes(answers: Answers, files: Sequence[Sent], *, max_photo: int) -> list[Mistake]:
    """What keeps the form from being sent, in the order of the page. Nothing is demanded but the problem: in words, or as a photo."""
    found: list[Mistake] = []
    if not answers.text and not files:
        found.append(Mistake("text", "text_missing"))
    elif len(answers.text) > MAX_TEXT:
        found.append(Mistake("text", "text_long"))
    if len(files) > PHOTOS:
        found.append(Mistake("photo", "photos_many"))
    for file in files:
        if file.size > max_photo:
            found.append(Mistake("photo", "photo_large", file.filename[:80]))
        elif media_type(file.head) is None:
            found.append(Mistake("photo", "photo_no_photo", file.filename[:80]))
    if answers.email and not _EMAIL.fullmatch(answers.email):
        found.append(Mistake("email", "email_form"))
    if answers.phone and not 7 <= sum(map(str.isdigit, answers.phone)) <= 15:
        found.append(Mistake("phone", "phone_form"))
    return found


def is_position(address: str) -> bool:
    """Whether an address is a pair of coordinates, which :func:`read` has taken for the position."""
    return _COORDINATES.fullmatch(address) is not None


def fingerprint(answers: Answers, files: Sequence[Sent]) -> str:
    """A hash of what is said, without the boundary and the order of files, which a second sending may change."""
    chosen = answers.service_code if answers.service_code != answers.service_guess else ""  # what the page offers may come a moment later
    said = (
        answers.text, answers.address, answers.lat, answers.long, chosen, answers.me_too, answers.name, answers.email,
        answers.phone, sorted(file.sha256 for file in files),
    )  # fmt: skip
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _line(value: str, limit: int) -> str:
    return " ".join(value.split())[:limit]


def _position(lat: str, long: str) -> tuple[float, float] | tuple[None, None]:
    north, east = _number(lat), _number(long)
    if north is None or east is None or not (-90 <= north <= 90 and -180 <= east <= 180) or north == east == 0:
        return None, None
    return round(north, 6), round(east, 6)


def _metres(value: str) -> float | None:
    found = _number(value)
    return round(found) if found is not None and 0 <= found < 100_000 else None


def _number(value: str) -> float | None:
    try:
        found = float(value[:30])
    except ValueError:
        return None
    return found if math.isfinite(found) else None

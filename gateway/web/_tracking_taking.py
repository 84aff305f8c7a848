"""Takes what a resident sends from the page of their request: read to its end, believed, checked, and durable before it is confirmed.

Whatever keeps it from that is answered by the same page with everything that was written still in it.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web

from channels._webhook import now
from channels.base import RateLimited, RawMessage, Temporary
from channels.photo import media_type
from channels.web import tracking
from channels.web._answers import MAX_TEXT, PHOTOS
from channels.web._limits import Rate
from channels.web._look import spoken
from channels.web._proof import Done, Proof
from channels.web._upload import Sent, Upload, Uploads
from gateway.intake import Intake
from gateway.replies.signing import Signatures
from gateway.web._tracking_look import City, Say
from gateway.web._tracking_story import Story
from gateway.web.counsel import GatewayCounsel

if TYPE_CHECKING:
    from pathlib import Path

OLDEST = 86_400
"""Seconds after which a page is too old to be sent from: it has to be looked at once more."""
_WAITS = (0.1, 0.2, 0.3, 0.4)
"""Seconds between looks at what became of a message, so that the page that confirms it already shows it."""
_FAULTS = {"too_large": (413, "large"), "no_room": (503, "busy"), "not_a_form": (400, "broken"), "slow": (408, "slow")}
_SOON = 30
_OWN_ERRORS = frozenset({"add_missing", "old", "changed", "busy"})
_WITH_WORDS = frozenset({"add", "not_fixed", "withdraw"})
_MIB = 1 << 20
NOTHING = {"action": "", "text": ""}
"""What a page shows again of a form that was not sent."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at a request: its code, its number, its city, and its story in the resident's language."""

    code: str
    number: str
    city: City
    language: str
    story: Story
    say: Say
    proof: Proof
    signatures: Signatures


@dataclass(frozen=True, slots=True)
class Mistake:
    """What has to be mended, in words, and the field that it stands beside (empty: none)."""

    field: str
    words: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a form: ``token`` is the end of its confirmation's address, or there are ``mistakes``. ``refused`` is for counting."""

    token: str = ""
    status: int = 200
    mistakes: list[Mistake] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=lambda: dict(NOTHING))
    retry_after: int = 0
    refused: str = ""


class Taking:
    """The receiving end of the pages of one gateway."""

    def __init__(
        self,
        channel_id: str,
        settings: tracking.Settings,
        public_url: str,
        intake: Intake,
        counsels: Callable[[str], GatewayCounsel],
        spool_dir: Path,
    ) -> None:
        self._id, self._intake, self._counsels = channel_id, intake, counsels
        self._max_photo = int(settings.max_photo)
        self._uploads = Uploads(spool_dir, self._max_photo * PHOTOS + _MIB)
        self._rate = Rate(settings.sends, settings.sends_minutes * 60.0)
        parts = urlsplit(public_url)
        self._origin = f"{parts.scheme}://{parts.netloc}".lower()

    def token(self, visit: Visit) -> str:
        """What a form of this page carries: that we served it, for this request, and under which number."""
        return visit.proof.ticket(time.time())

    def photo_size(self, say: Say) -> str:
        """The largest photo, in words."""
        return say.form("units.mib", count=self._max_photo // _MIB)

    async def take(self, request: web.Request, visit: Visit, source: str) -> Taken:
        """Store what was sent, or say what is wrong with it."""
        upload = await self._uploads.receive(request)
        try:
            return await self._taken(request, visit, upload, source)
        finally:
            upload.discard()

    async def _taken(self, request: web.Request, visit: Visit, upload: Upload, source: str) -> Taken:
        given = dict(reversed(upload.fields))  # the first of a name counts
        action, text = given.get("action", ""), given.get("text", "").replace("\r\n", "\n").strip()
        kept = {"action": action, "text": text[: 2 * MAX_TEXT]}
        photos = [file for file in upload.files if file.field == "photo"]
        if upload.fault:
            status, key = _FAULTS[upload.fault]
            return self._wrong(visit, status, kept, [("", key, "")], photos)
        if not self._from_here(request):
            return self._wrong(visit, 403, kept, [("", "origin", "")], photos, refused="origin")
        if action not in tracking.ACTIONS:
            return self._wrong(visit, 400, NOTHING, [("", "broken", "")], photos)
        if mistakes := self._mistakes(action, text, photos):
            return self._wrong(visit, 422, kept, mistakes, photos)
        ticket = visit.proof.read_ticket(given.get("token", ""))
        if ticket is None or time.time() - ticket.issued > OLDEST:
            return self._wrong(visit, 422, kept, [("", "old", "")], photos, refused="token")
        if wait := self._rate.take(source):
            return self._often(visit, kept, photos, wait)
        raw = RawMessage(
            f"{ticket.number}-{action}",
            now(),
            request.headers["Content-Type"][:200],
            upload.content,
            {tracking.REFERENCE: visit.number, "fingerprint": _fingerprint(action, text, photos)},
            spool=upload.spool,
        )
        return await self._store(raw, visit, kept, photos)

    async def _store(self, raw: RawMessage, visit: Visit, kept: dict[str, str], photos: list[Sent]) -> Taken:
        """Make it durable, then confirm: returning from ``accept`` is what allows it."""
        try:
            receipt = await self._intake.accept_for(self._id, visit.city.jurisdiction_id)(raw)
        except RateLimited as error:
            return self._often(visit, kept, photos, error.retry_after)
        except Temporary as error:
            return self._wrong(visit, 503, kept, [("", "busy", "")], photos, retry_after=error.retry_after)
        if receipt.conflict:
            return self._wrong(visit, 409, kept, [("", "changed", "")], photos)
        counsel = self._counsels(visit.city.jurisdiction_id)
        advice = await counsel.advise(kept["text"], visit.language)
        place = tracking.ACTIONS.index(kept["action"])  # a confirmation has a small number to spare, and this page needs no other
        await self._settled(counsel, receipt.intake_id)
        return Taken(visit.proof.done(Done(receipt.intake_id, "", place, emergency=advice.emergency)))

    @staticmethod
    async def _settled(counsel: GatewayCounsel, intake_id: str) -> None:
        """Wait for a moment until the message is understood."""
        try:
            for wait in _WAITS:
                await asyncio.sleep(wait)
                became = await counsel.became(intake_id)
                if became is None or became.disposition is not None:
                    return
        except Temporary:
            return

    async def sent(self, visit: Visit, token: str) -> dict[str, Any] | None:
        """What the page says of a message that was just sent; None where the token is none of ours."""
        done = visit.proof.read_done(token) if token else None
        if done is None or done.photos >= len(tracking.ACTIONS):
            return None
        became = await self._counsels(visit.city.jurisdiction_id).became(done.intake_id)
        disposition = became.disposition if became is not None else None
        new = became.service_request_ids[0] if became is not None and disposition == "request" and became.service_request_ids else ""
        return {
            "action": tracking.ACTIONS[done.photos],
            "state": "soon" if disposition is None else "held" if disposition == "held" else "new" if new else "shown",
            "new": spoken(new) if new else "",
            "new_code": visit.signatures.tracking_code(new) if new else "",
            "reference": done.intake_id,
            "emergency": done.emergency,
        }

    # What is wrong

    def _mistakes(self, action: str, text: str, photos: list[Sent]) -> list[tuple[str, str, str]]:
        found = []
        if action == "add" and not text and not photos:
            found.append(("text", "add_missing", ""))
        if len(text) > MAX_TEXT:
            found.append(("text", "text_long", ""))
        if len(photos) > PHOTOS:
            found.append(("photo", "photos_many", ""))
        for file in photos:
            if file.size > self._max_photo:
                found.append(("photo", "photo_large", file.filename[:80]))
            elif media_type(file.head) is None:
                found.append(("photo", "photo_no_photo", file.filename[:80]))
        return found

    def _wrong(
        self,
        visit: Visit,
        status: int,
        kept: dict[str, str],
        mistakes: list[tuple[str, str, str]],
        photos: list[Sent],
        *,
        retry_after: int = 0,
        refused: str = "",
    ) -> Taken:
        if photos:
            mistakes = [*mistakes, ("photo", "photos_again", "")]
        # What was written stands in a form that the page has, also where its own is not offered any more.
        if kept["text"] and kept["action"] not in visit.story.can & _WITH_WORDS:
            kept = {**kept, "action": "add"}
        action = kept["action"]
        words = [
            Mistake(f"{action}-{place}" if place and action else "", self._words(visit.say, key, named)) for place, key, named in mistakes
        ]
        wait = retry_after or (_SOON if status == 503 else 0)
        return Taken(status=status, mistakes=words, kept=kept, retry_after=wait, refused=refused)

    def _often(self, visit: Visit, kept: dict[str, str], photos: list[Sent], seconds: int) -> Taken:
        minutes = max(1, round(seconds / 60))
        form = visit.say.form
        named = form("units.minute") if minutes == 1 else form("units.minutes", count=minutes)
        return self._wrong(visit, 429, kept, [("", "often", named)], photos, retry_after=seconds, refused="rate")

    @staticmethod
    def _words(say: Say, key: str, named: str) -> str:
        return say(f"errors.{key}", named=named) if key in _OWN_ERRORS else say.form(f"errors.{key}", named=named)

    def _from_here(self, request: web.Request) -> bool:
        """Whether our own page sent this, as far as a browser says: with no-referrer it says ``Origin: null``, and the token decides."""
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None:
            return site in ("same-origin", "none")
        return request.headers.get("Origin", "null").lower() in ("null", self._origin)


def _fingerprint(action: str, text: str, photos: list[Sent]) -> str:
    """A hash of what is said, without the boundary and the order of files, which a second sending may change."""
    said = (action, text, sorted(file.sha256 for file in photos))
    return hashlib.sha256(repr(said).encode()).hexdigest()

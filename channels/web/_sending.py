"""Takes a form that was sent: read to its end, believed, checked, made durable, and only then confirmed.

Whatever keeps it from that is answered by the same page with everything that was written still in it, and says that nothing is lost.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from channels._webhook import now
from channels.base import Accept, RateLimited, RawMessage, Receipt, Temporary
from channels.web import _answers
from channels.web._answers import Answers, Mistake
from channels.web._limits import Rate
from channels.web._proof import Done, Ticket
from channels.web._surroundings import Surroundings
from channels.web._upload import Sent, Upload, Uploads
from channels.web._views import Shown, Views, Where

if TYPE_CHECKING:
    from pathlib import Path

    from channels.web.form import Settings

OLDEST = 8 * 86_400
"""Seconds after which a token is too old: a draft is kept for seven days."""
_FAULTS = {"too_large": (413, "large"), "no_room": (503, "busy"), "not_a_form": (400, "broken"), "slow": (408, "slow")}
_SOON = 30
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Visit:
    """One form that came in. ``token`` is the one that the next page carries; ``script`` says that a script asks and not a browser."""

    where: Where
    answers: Answers
    upload: Upload
    token: str
    script: bool
    source: str
    photos: list[Sent] = field(default_factory=list)


class Sending:
    """The receiving end of one channel's form."""

    def __init__(
        self, channel_id: str, settings: Settings, views: Views, around: Surroundings, accept: Accept, spool_dir: Path | None
    ) -> None:
        self._id, self._settings, self._views, self._around, self._accept = channel_id, settings, views, around, accept
        self._uploads = Uploads(spool_dir, int(settings.max_photo) * _answers.PHOTOS + (1 << 20))
        self._rate = Rate(settings.sends, settings.sends_minutes * 60.0)

    async def take(self, request: web.Request, where: Where) -> web.StreamResponse:
        """Answer a POST of the form."""
        proof = await self._around.proof()
        upload = await self._uploads.receive(request)
        try:
            answers = _answers.read(upload.fields)
            ticket = proof.read_ticket(answers.token)
            fresh = ticket is None or time.time() - ticket.issued > OLDEST
            visit = _Visit(
                where,
                answers,
                upload,
                proof.ticket(time.time() - self._settings.min_seconds) if fresh else answers.token,
                "application/json" in request.headers.get("Accept", ""),
                self._around.source(request),
                [file for file in upload.files if file.field == "photo"],
            )
            if doubt := self._doubt(request, visit, None if fresh else ticket):
                return await self._again(visit, *doubt)
            if answers.step == "edit":
                return await self._again(visit, 200, [])
            if answers.step == "check" or ticket is None:
                return await self._check(visit, 200, [], 0)
            if wait := self._rate.take(visit.source):
                return await self._often(visit, wait)
            return await self._store(request, visit, ticket.number)
        finally:
            upload.discard()

    def _doubt(self, request: web.Request, visit: _Visit, ticket: Ticket | None) -> tuple[int, list[Mistake]] | None:
        """Why the form is not taken: the status and what to mend."""
        answers, upload = visit.answers, visit.upload
        if upload.fault:
            status, key = _FAULTS[upload.fault]
            return status, [Mistake("", key)]
        if answers.step == "edit":
            return None
        if not self._around.from_here(request):
            self._around.refused("origin", request)
            return 403, [Mistake("", "origin")]
        if mistakes := _answers.mistakes(answers, visit.photos, max_photo=int(self._settings.max_photo)):
            return 422, mistakes
        if answers.step == "check":
            return None
        if ticket is None:
            return 422, [Mistake("", "old")]
        if answers.trap or time.time() - ticket.issued < self._settings.min_seconds:
            reason = "trap" if answers.trap else "fast"
            self._around.refused(reason, request)
            return 422, [Mistake("", reason)]
        return None

    async def _store(self, request: web.Request, visit: _Visit, number: str) -> web.StreamResponse:
        """Make it durable, then confirm: returning from ``accept`` is what allows it."""
        upload = visit.upload
        # No address of the sender is kept: an anonymous report is anonymous.
        envelope = {"fingerprint": _answers.fingerprint(visit.answers, visit.photos)}
        raw = RawMessage(number, now(), request.headers["Content-Type"][:200], upload.content, envelope, spool=upload.spool)
        try:
            receipt = await self._accept(raw)
        except RateLimited as error:
            return await self._often(visit, error.retry_after)
        except Temporary as error:
            return await self._again(visit, 503, [Mistake("", "busy")], error.retry_after)
        except Exception as error:  # noqa: BLE001  what we do not understand, the resident may send again
            _log.error("form_failed", channel_id=self._id, error=type(error).__name__, exc_info=True)
            return await self._again(visit, 503, [Mistake("", "busy")])
        return await self._thank(visit, receipt)

    async def _thank(self, visit: _Visit, receipt: Receipt) -> web.StreamResponse:
        answers, proof = visit.answers, await self._around.proof()
        if receipt.conflict:
            visit.token = proof.ticket(time.time() - self._settings.min_seconds)
            return await self._again(visit, 409, [Mistake("", "changed")])
        advice = await self._around.advice(answers.text, visit.where.language)
        token = proof.done(Done(receipt.intake_id, answers.contact, len(visit.photos), emergency=advice.emergency))
        address = f"{self._views.path(visit.where)}done/{token}"
        if visit.script:
            return web.json_response({"next": address}, headers={"Cache-Control": "no-store"})
        return web.Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})

    async def _often(self, visit: _Visit, seconds: int) -> web.StreamResponse:
        return await self._again(visit, 429, [Mistake("", "often", self._views.minutes(visit.where, seconds))], seconds)

    async def _again(self, visit: _Visit, status: int, mistakes: list[Mistake], retry_after: int = _SOON) -> web.StreamResponse:
        """The page that the form came from, with what has to be mended."""
        answers = visit.answers
        if visit.script:
            body = {"mistakes": self._views.mistakes(visit.where, mistakes), "token": visit.token}
            return web.json_response(body, status=status, headers=_headers(status, retry_after) | {"Cache-Control": "no-store"})
        if visit.photos and status != 200:
            mistakes = [*mistakes, Mistake("photo", "photos_again")]
        if answers.step == "send" and answers.text and all(mistake.field in ("", "photo") for mistake in mistakes):
            return await self._check(visit, status, mistakes, retry_after)
        advice = await self._around.advice(answers.text, visit.where.language)
        shown = Shown(visit.token, answers, advice, mistakes, status, _headers(status, retry_after))
        return self._views.form(visit.where, self._around.offers(visit.where.language), shown)

    async def _check(self, visit: _Visit, status: int, mistakes: list[Mistake], retry_after: int) -> web.StreamResponse:
        """The page to look at everything once more, with the service that the text seems to ask for."""
        answers, language = visit.answers, visit.where.language
        advice = await self._around.advice(answers.text, language)
        best = advice.suggestions[0].service_code if advice.suggestions and not advice.abstained else ""
        first = answers.step == "check"
        answers = replace(answers, service_guess=best, service_code=answers.service_code or (best if first else ""))
        if visit.photos and first:
            mistakes = [*mistakes, Mistake("photo", "photos_again")]
        near = await self._around.near(answers, language)
        shown = Shown(visit.token, answers, advice, mistakes, status, _headers(status, retry_after))
        return self._views.check(visit.where, self._around.offers(language), near, shown)


def _headers(status: int, retry_after: int) -> dict[str, str]:
    return {"Retry-After": str(retry_after)} if status in (429, 503) else {}

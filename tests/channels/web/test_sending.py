from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import Canaried, Permanent, ProbeContext, RateLimited, StoreBusy, Unavailable
from channels.counsel import Became
from channels.web import _pages, _upload
from channels.web._proof import Proof
from gateway.http import client
from tests.channels import photos
from tests.channels.web.site import PUBLIC, Counsel, Notes, form, hidden, multipart, reported, running

POTHOLE = {"text": "Il y a un nid-de-poule devant le 12, rue des Érables", "address": "12, rue des Érables", "email": "zoe@example.net"}
ATTACK = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'"


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(_pages, "_WAITS", (0.01,))
    return tmp_path


async def test_a_report_is_stored_and_then_confirmed(spool: Path) -> None:
    async with running(form(), spool) as site:
        status, _text, headers = await site.send(POTHOLE, [("trou.jpg", photos.small("JPEG"))])
        assert status == 303
        (raw,) = site.inbox.stored.values()
        assert "remote_ip" not in raw.envelope  # an anonymous report is anonymous
        message = form().translate(raw)
        assert (message.text, message.sender.address) == (POTHOLE["text"], "zoe@example.net")
        site.counsel.became_of[f"intake-{raw.source_id}"] = Became("request", ("1000017",))
        status, text, _headers = await site.get(headers["Location"])
        assert status == 200
        assert "100\u00a00017" in text
        assert "Une photo a été reçue" in text
        assert "par courriel" in text
        assert POTHOLE["text"] not in text  # whoever finds the address learns nothing of what was written


@pytest.mark.parametrize(("kind", "shown"), [("duplicate", "déjà ouverte"), ("held", "Une personne lira"), ("spam", "Une personne lira")])
async def test_the_confirmation_says_what_became_of_it(spool: Path, kind: str, shown: str) -> None:
    async with running(form(), spool) as site:
        _status, _text, headers = await site.send(POTHOLE)
        (raw,) = site.inbox.stored.values()
        site.counsel.became_of[f"intake-{raw.source_id}"] = Became(kind, ("1000017",) if kind == "duplicate" else ())
        assert shown in (await site.get(headers["Location"]))[1]


async def test_a_confirmation_without_a_number_has_a_reference_and_a_way_to_ask_again(spool: Path) -> None:
    async with running(form(), spool) as site:
        _status, _text, headers = await site.send({"text": "Un arbre est tombé"})
        (raw,) = site.inbox.stored.values()
        _status, text, _headers = await site.get(headers["Location"])
        assert f"intake-{raw.source_id}" in text
        assert "Afficher le numéro" in text
        assert "anonyme" in text
        address = text.partition('data-became="')[2].partition('"')[0]
        assert json.loads((await site.get(address))[1])["waiting"]
        site.counsel.became_of[f"intake-{raw.source_id}"] = Became("request", ("1000017",))
        answer = json.loads((await site.get(address))[1])
        assert {"kind": "big", "text": "100\u00a00017"} in answer["lines"]
        assert (await site.get("/fr/done/made-up"))[0] == 404
        assert (await site.get(address[:-3] + "AAA"))[0] == 404


async def test_the_same_form_twice_is_one_message_and_the_same_confirmation(spool: Path) -> None:
    async with running(form(), spool) as site:
        token = await site.token()
        answers = await asyncio.gather(*(site.send({**POTHOLE, "token": token}) for _click in range(4)))
        assert {status for status, _text, _headers in answers} == {303}
        assert len({headers["Location"] for _status, _text, headers in answers}) == 1
        assert len(site.inbox.stored) == 1


async def test_a_form_that_was_changed_after_it_was_sent_is_not_taken_for_the_same(spool: Path) -> None:
    async with running(form(), spool) as site:
        token = await site.token()
        await site.send({**POTHOLE, "token": token})
        status, text, _headers = await site.send({**POTHOLE, "token": token, "text": "Il y en a deux"})
        assert status == 409
        assert "Il y en a deux" in text
        assert len(site.inbox.stored) == 1
        status, _text, _headers = await site.send({**POTHOLE, "token": hidden(text, "token"), "text": "Il y en a deux"})
        assert (status, len(site.inbox.stored)) == (303, 2)


async def test_the_answers_can_be_checked_first_and_changed(spool: Path) -> None:
    counsel = Counsel(
        near=[reported(), reported("1000020", "homelessness"), reported("1000033", distance=60.0, status="closed", reports=1)]
    )
    async with running(form(), spool, counsel=counsel) as site:
        status, text, _headers = await site.send({**POTHOLE, "step": "check", "lat": "45.5", "long": "-73.6"})
        assert status == 200
        assert '<option value="pothole" selected>' in text
        assert "à 40\u00a0m, signalé il y a 3 jours · 3 personnes l’ont signalé" in text
        assert "réglé récemment" in text
        assert "1000020" not in text  # that somebody asked for help is nobody's business
        assert not site.inbox.stored
        status, text, _headers = await site.send({**POTHOLE, "step": "edit"})
        assert f">{POTHOLE['text']}</textarea>" in text
        _status, text, _headers = await site.send({"text": "Bonjour", "step": "check"})
        assert "selected" not in text  # nothing is put into anybody's mouth


async def test_what_has_to_be_mended_is_said_beside_it_and_nothing_is_lost(spool: Path) -> None:
    async with running(form(), spool) as site:
        status, text, _headers = await site.send({**POTHOLE, "email": "zoe", "phone": "12", "name": "Zoé"})
        assert status == 422
        assert 'href="#email"' in text
        assert 'id="phone-error"' in text
        assert 'aria-invalid="true"' in text
        assert POTHOLE["text"] in text
        assert 'value="Zoé"' in text
        status, text, _headers = await site.send({"text": " "})
        assert (status, "Décrivez ce qui se passe." in text) == (422, True)
        six = [(f"{number}.jpg", photos.small("JPEG")) for number in range(6)]
        status, text, _headers = await site.send({**POTHOLE, "language": "fr"}, six)
        assert (status, "cinq photos au plus" in text, "Choisissez vos photos de nouveau" in text) == (422, True, True)
        status, text, _headers = await site.send(POTHOLE, [("facture.pdf", b"%PDF-1.7 x")])
        assert (status, "facture.pdf" in text) == (422, True)
        assert not site.inbox.stored


async def test_a_photo_needs_no_words(spool: Path) -> None:
    async with running(form(), spool) as site:
        assert (await site.send({"text": ""}, [("trou.heic", photos.small("HEIF"))]))[0] == 303
        (raw,) = site.inbox.stored.values()
        assert form().translate(raw).attachments[0].media_type == "image/heic"


async def test_a_store_that_is_busy_loses_nothing(spool: Path) -> None:
    async with running(form(), spool) as site:
        token = await site.token()
        for failure in (StoreBusy("busy"), StoreBusy("full", full=True), RuntimeError("nobody foresaw this"), OSError(28, "full")):
            site.inbox.fails = [failure]
            status, text, headers = await site.send({**POTHOLE, "token": token}, [("a.jpg", photos.small("JPEG") + bytes(400_000))])
            assert status == 503
            assert headers["Retry-After"]
            assert "Rien n’est perdu" in text
            assert POTHOLE["text"] in text
            assert hidden(text, "token") == token
        site.inbox.fails = [RateLimited("slow down", retry_after=180)]
        status, text, _headers = await site.send({**POTHOLE, "token": token})
        assert (status, "3 minutes" in text) == (429, True)
        assert is_empty(spool)
        assert (await site.send({**POTHOLE, "token": token}))[0] == 303


async def test_too_many_from_one_address_are_told_to_wait(spool: Path) -> None:
    async with running(form(sends=3), spool) as site:
        for _time in range(3):
            assert (await site.send(POTHOLE))[0] == 303
        status, text, headers = await site.send(POTHOLE)
        assert status == 429
        assert POTHOLE["text"] in text
        assert int(headers["Retry-After"]) > 0
        # A proxy on this machine says who is behind it.
        assert (await site.send(POTHOLE, headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}))[0] == 303


async def test_what_machines_do_is_refused_and_people_are_told(spool: Path) -> None:
    async with running(form(min_seconds=30), spool) as site:
        fast = await site.send(POTHOLE)
        trapped = await site.send({**POTHOLE, "website": "https://spam.example"})
        assert [fast[0], trapped[0]] == [422, 422]
        assert all(POTHOLE["text"] in text for _status, text, _headers in (fast, trapped))
        assert 'name="website" value=""' in trapped[1]
        assert site.refused == {"fast": 1, "trap": 1}
        made_up = await site.send({**POTHOLE, "token": "made-up"})
        assert (made_up[0], "depuis longtemps" in made_up[1]) == (422, True)
        assert (await site.send({**POTHOLE, "token": hidden(made_up[1], "token")}))[0] == 303  # and it is not "too fast" then
        assert len(site.inbox.stored) == 1


@pytest.mark.parametrize(
    ("headers", "believed"),
    [
        ({"Origin": PUBLIC}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": PUBLIC, "Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "https://other.springfield.example.gov"}, True),
    ],
)
async def test_another_sites_page_cannot_send(spool: Path, headers: dict[str, str], believed: bool) -> None:
    async with running(form(origins=["https://other.springfield.example.gov"]), spool) as site:
        status, text, _headers = await site.send(POTHOLE, headers=headers)
        assert status == (303 if believed else 403)
        assert believed or POTHOLE["text"] in text
        assert site.refused == ({} if believed else {"origin": 1})
        asked = {"text": "un nid-de-poule", "language": "fr"}
        async with site.http.post(f"{site.url}/channels/website/advice", json=asked, headers=headers) as answer:
            assert answer.status == (200 if believed else 403)


async def test_the_same_service_comes_first_of_what_is_nearby(spool: Path) -> None:
    near = [reported("1000017", distance=10.0), reported("1000020", "sidewalk", distance=90.0)]
    async with running(form(), spool, counsel=Counsel(near=near)) as site:
        asked = {"lat": 45.5, "long": -73.6, "service_code": "sidewalk"}
        async with site.http.post(f"{site.url}/channels/website/nearby", json=asked) as answered:
            assert [one["id"] for one in (await answered.json())["near"]] == ["1000020", "1000017"]


async def test_markup_is_shown_as_text_everywhere(spool: Path) -> None:
    fields = {"text": ATTACK, "address": ATTACK, "name": ATTACK, "email": ATTACK, "phone": ATTACK, "me_too": ATTACK, "service_code": ATTACK,
              "service_guess": ATTACK, "lat": ATTACK, "place_source": ATTACK, "language": ATTACK}  # fmt: skip
    good = {**fields, "email": "", "phone": ""}
    async with running(form(), spool) as site:
        site.inbox.fails = [StoreBusy("x")]
        pages = [
            await site.send(fields),
            await site.send(good, [(f"{ATTACK.replace(chr(34), '%22')}.pdf", b"x")]),
            await site.send({**fields, "token": ATTACK}),
            await site.send({**good, "step": "check"}),
            await site.send({**fields, "step": "edit"}),
            await site.send({**good, "step": ATTACK}),
            await site.send(good),
            await site.get("/fr/done/%3Cscript%3Ealert(1)"),
            await site.get("/?set=%3Cscript%3Ealert(1)"),
        ]
    for _status, text, headers in pages:
        assert "<script>" not in text
        assert "<img src=x" not in text
        assert "script-src 'self';" in headers["Content-Security-Policy"]


async def test_a_large_report_goes_to_a_file_byte_for_byte(spool: Path) -> None:
    large = [(f"{number}.jpg", photos.small("JPEG") + bytes([number]) * 700_000) for number in range(3)]
    async with running(form(), spool) as site:
        token = await site.token()
        body, content_type = multipart({"step": "send", "token": token, **POTHOLE}, large)
        async with site.http.post(f"{site.url}/fr/", data=body, headers={"Content-Type": content_type}, allow_redirects=False) as answer:
            assert answer.status == 303
        (raw,) = site.inbox.stored.values()
        assert raw.spool is not None
        assert raw.spool.sha256 == hashlib.sha256(body).hexdigest()
        assert raw.spool.size == len(body)


async def test_photos_over_the_limit_are_named(spool: Path) -> None:
    async with running(form(max_photo="120 KiB"), spool) as site:
        status, text, _headers = await site.send(POTHOLE, [("mur.jpg", photos.small("JPEG") + bytes(200_000))])
        assert (status, "« mur.jpg »".replace(" ", "\u00a0") in text) == (422, True)
        endless = [("mur.jpg", photos.small("JPEG") + bytes(3_000_000))]
        status, text, _headers = await site.send({**POTHOLE, "step": "send"}, endless)
        assert (status, POTHOLE["text"] in text) == (413, True)
        assert is_empty(spool)


async def test_more_uploads_than_there_is_room_for_are_told_to_wait(spool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_upload, "SPOOLS", 0)
    async with running(form(), spool) as site:
        status, text, _headers = await site.send(POTHOLE, [("mur.jpg", photos.small("JPEG") + bytes(600_000))])
        assert (status, POTHOLE["text"] in text, "Rien n’est perdu" in text) == (503, True, True)
        assert (await site.send(POTHOLE))[0] == 303  # one without photos needs no room


async def test_a_body_that_trickles_in_is_ended(spool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_upload, "GRACE", 0.2)
    async with running(form(), spool) as site:
        body, content_type = multipart({"step": "send", "token": await site.token(), **POTHOLE})

        async def trickle() -> object:
            yield body[:900]
            await asyncio.sleep(30)

        async with site.http.post(f"{site.url}/fr/", data=trickle(), headers={"Content-Type": content_type}) as answer:
            assert answer.status == 408
            assert POTHOLE["text"][:10] in await answer.text()
        assert not site.inbox.stored


async def test_a_form_without_photos_may_be_urlencoded(spool: Path) -> None:
    async with running(form(), spool) as site:
        fields = {"step": "send", "token": await site.token(), **POTHOLE}
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Origin": PUBLIC}
        async with site.http.post(f"{site.url}/fr/", data=urlencode(fields), headers=sent, allow_redirects=False) as answer:
            assert answer.status == 303
        (raw,) = site.inbox.stored.values()
        assert form().translate(raw).text == POTHOLE["text"]
        too_much = urlencode({**fields, "text": "x" * 600_000})
        async with site.http.post(f"{site.url}/fr/", data=too_much, headers=sent) as answer:
            assert answer.status == 400


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data", "text/plain"])
async def test_what_is_no_form_is_answered_by_a_page(spool: Path, content_type: str) -> None:
    async with running(form(), spool) as site:
        async with site.http.post(f"{site.url}/en/", data=b"text=x", headers={"Content-Type": content_type}) as answer:
            assert answer.status == 400
            assert "What arrived was incomplete" in await answer.text()
        body, good = multipart({"step": "send", **POTHOLE})
        async with site.http.post(f"{site.url}/en/", data=body[:-20], headers={"Content-Type": good}) as answer:
            assert answer.status == 400
        assert not site.inbox.stored


async def test_a_script_is_answered_in_json(spool: Path) -> None:
    async with running(form(), spool, counsel=Counsel(near=[reported()])) as site:
        json_wanted = {"Accept": "application/json"}
        status, text, _headers = await site.send({**POTHOLE, "email": "zoe"}, headers=json_wanted, path="/en/")
        answer = json.loads(text)
        assert (status, answer["mistakes"][0]["field"]) == (422, "email")
        status, text, _headers = await site.send({**POTHOLE, "token": answer["token"]}, headers=json_wanted, path="/en/")
        assert (status, json.loads(text)["next"].startswith("/en/done/")) == (200, True)
        async with site.http.post(f"{site.url}/channels/website/nearby", json={"lat": 45.5, "long": -73.6, "language": "en"}) as answered:
            near = await answered.json()
        assert near["near"][0] == {
            "id": "1000017",
            "name": "Pothole",
            "facts": "40\u00a0m away, reported 3 days ago · 3 people reported it",
        }
        async with site.http.post(f"{site.url}/channels/website/advice", json={"text": "smell of gas", "language": "xx"}) as answered:
            assert (await answered.json())["emergency"] is True
        for nonsense in (b"[]", b"{", b'"\xff"', b"1" * 70_000):
            async with site.http.post(f"{site.url}/channels/website/nearby", data=nonsense) as answered:
                assert 400 <= answered.status < 500


async def test_an_emergency_is_shown_but_never_in_the_way(spool: Path) -> None:
    async with running(form(), spool) as site:
        _status, text, _headers = await site.send({"text": "Ça sent le gaz", "step": "check"})
        assert 'href="tel:911"' in text
        assert "Est-ce une urgence?" in text
        status, _text, headers = await site.send({"text": "Ça sent le gaz"})
        assert status == 303
        assert "Est-ce une urgence?" in (await site.get(headers["Location"]))[1]


async def test_the_secret_outlives_a_restart_and_is_shared(spool: Path) -> None:
    notes = Notes()
    async with running(form(), spool, notes=notes) as site:
        token = await site.token()
    async with running(form(), spool, notes=notes) as site:
        assert (await site.send({**POTHOLE, "token": token}))[0] == 303
    async with running(form(secret="0123456789abcdef-another"), spool, notes=notes) as site:
        assert (await site.send({**POTHOLE, "token": token}))[0] == 422


async def test_a_store_that_is_away_leaves_the_form_open(spool: Path) -> None:
    class Away(Notes):
        async def get(self, name: str, /) -> str | None:
            if self.kept.pop("away", None):
                raise Unavailable("the store is away")
            return await super().get(name)

    async with running(form(), spool, notes=Away({"away": "yes"})) as site:
        token = await site.token()
        status, text, _headers = await site.send({**POTHOLE, "token": token})
        assert (status, POTHOLE["text"] in text) == (422, True)
        assert (await site.send({**POTHOLE, "token": hidden(text, "token")}))[0] == 303


async def test_what_the_page_offered_meanwhile_makes_no_other_report(spool: Path) -> None:
    async with running(form(), spool) as site:
        token = await site.token()
        await site.send({**POTHOLE, "token": token})
        assert (await site.send({**POTHOLE, "token": token, "service_code": "pothole", "service_guess": "pothole"}))[0] == 303
        assert (await site.send({**POTHOLE, "token": token, "service_code": "sidewalk", "service_guess": "pothole"}))[0] == 409


async def test_the_gateway_can_report_something_to_itself(spool: Path) -> None:
    channel = form(path="/west")
    async with running(channel, spool) as site:
        assert isinstance(channel, Canaried)
        await channel.send_canary("canary-token-1234", ProbeContext(client, site.url))
        (raw,) = site.inbox.stored.values()
        assert channel.translate(raw).hints["canary"] == "canary-token-1234"
        with pytest.raises(Permanent, match="no form"):
            await channel.send_canary("canary-token-1234", ProbeContext(client, f"{site.url}/nowhere"))
        site.inbox.fails = [StoreBusy("busy")]
        with pytest.raises(Unavailable, match="503"):
            await channel.send_canary("canary-token-1234", ProbeContext(client, site.url))
    with pytest.raises(Unavailable, match="connect"):
        await channel.send_canary("canary-token-1234", ProbeContext(client, site.url))


@given(st.text(max_size=120))
def test_no_text_passes_for_a_token(text: str) -> None:
    proof = Proof(b"a secret", "website")
    assert proof.read_ticket(text) is None
    assert proof.read_done(text) is None


def test_a_token_serves_its_own_purpose_and_channel_only() -> None:
    proof, other = Proof(b"a secret", "website"), Proof(b"a secret", "another")
    token = proof.ticket(1_800_000_000)
    ticket = proof.read_ticket(token)
    assert ticket is not None
    assert (ticket.issued, len(ticket.number)) == (1_800_000_000, 32)
    assert other.read_ticket(token) is None
    assert proof.read_done(token) is None


@given(st.binary(max_size=400), st.integers(0, 400))
def test_any_body_is_answered(data: bytes, cut: int) -> None:
    body, content_type = multipart({"step": "send", "text": "x", "email": "y"}, [("a.jpg", b"\xff\xd8\xff")])
    upload = asyncio.run(_received(body[:cut] + data + body[cut:], content_type))
    assert upload.fault in ("", "not_a_form")
    assert (upload.fault == "") == bool(upload.content)


async def _received(body: bytes, content_type: str) -> _upload.Upload:
    class Content:
        async def iter_any(self) -> object:
            for at in range(0, len(body), 37):
                yield body[at : at + 37]

    class Request(dict[str, object]):
        headers: ClassVar = {"Content-Type": content_type}
        content = Content()

    return await _upload.Uploads(None, 1_000_000).receive(Request())  # type: ignore[arg-type]  # as much of a request as is used


def is_empty(folder: Path) -> bool:
    return not list(folder.iterdir())


async def test_a_site_sees_only_what_it_may(spool: Path) -> None:
    async with running(
        form(embed_on=["https://www.springfield.example.gov"], tiles_url="https://tiles.example/{z}/{x}/{y}.png"), spool
    ) as site:
        for path, frames in (("/fr/", "'none'"), ("/embed/fr/", "https://www.springfield.example.gov"), ("/", "'none'")):
            _status, _text, headers = await site.get(path)
            policy = headers["Content-Security-Policy"]
            assert policy.endswith(f"frame-ancestors {frames}")
            assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
            assert "https://tiles.example" in policy
            assert "unsafe" not in policy
            assert headers["Referrer-Policy"] == "same-origin"
            assert "Set-Cookie" not in headers

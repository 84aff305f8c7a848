"""Whole calls over real HTTP: in both languages, hung up at every point, with a store that is down at every point."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the library has no types

from channels.base import FetchContext, Permanent, RawMessage, Receipt, StoreBusy, TooLarge, Unavailable, WebhookContext
from channels.counsel import Advice, Became, Nearby, Offer
from channels.outward import Answer as HttpAnswer
from channels.outward import CallFailed, Manners
from channels.phone import _script
from normalizer.model import InboundMessage
from tests.channels.phone.adapters import PUBLIC, SID, line
from tests.channels.phone.caller import CALL, CITY, NUMBER, Answer, Caller, whole_call
from tests.channels.webhooks import Inbox, Site

ENGLISH = (Answer("There is a big pothole and my tire is flat"), Answer("455 Main Street"), Answer("text please"))
FRENCH = (
    Answer("français"),
    Answer("Le lampadaire devant chez moi ne fonctionne plus"),
    Answer("au 12 rue des Érables"),
    Answer("appelez-moi"),
)
AGENT = "+16135550199"


class Catalog:
    """A city's counsel with three services; ``became`` knows one request."""

    languages: Sequence[str] = ("en", "fr")

    def __init__(self, number: str | None = None, fails: bool = False) -> None:
        self._number, self._fails = number, fails

    def offers(self, language: str, /) -> Sequence[Offer]:
        names = {"en": ("Pothole", "Street light", "Graffiti"), "fr": ("Nid-de-poule", "Lampadaire", "Graffiti")}[language]
        codes = ("pothole", "light", "graffiti")
        return [Offer(code, name, "g", keywords=(f"{name} hint",)) for code, name in zip(codes, names, strict=True)]

    async def advise(self, _text: str, _language: str, /) -> Advice:
        return Advice()

    async def nearby(self, _lat: float, _long: float, /, *, service_code: str | None = None, limit: int = 5) -> Sequence[Nearby]:
        return ()

    async def became(self, _intake_id: str, /) -> Became | None:
        if self._fails:
            raise OSError("the store is away")
        return Became("request", (self._number,)) if self._number else None

    async def may(self, _api_key: str, _scope: str, /) -> bool:
        return False


@contextlib.asynccontextmanager
async def city(counsel: Any = None, **settings: object) -> AsyncIterator[Site]:
    """The city's number, with a catalog behind it."""
    inbox, refused = Inbox(), Counter[str]()
    app = web.Application()
    voice = line(**settings)
    app.add_routes(voice.routes(inbox, WebhookContext(PUBLIC, lambda reason, _source: refused.update([reason]), counsel=counsel)))
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    try:
        async with ClientSession() as http:
            yield Site(str(server.make_url("")).rstrip("/"), inbox, http, refused)
    finally:
        await server.close()


def read(site: Site) -> list[InboundMessage]:
    """The stored turns that say something, as messages, in the order in which they came."""
    voice = line()
    messages = [voice.translate(raw) for raw in site.inbox.stored.values()]
    assert all(message.hints["conversation"] == CALL for message in messages)
    return [message for message in messages if "command" not in message.hints]


async def test_a_call_in_english() -> None:
    async with city(Catalog("1000016")) as site:
        caller = Caller(site)
        await whole_call(caller, ENGLISH)
        assert set(caller.statuses) == {200, 204}
        assert list(site.inbox.stored) == [f"{CALL}/1", f"{CALL}/2", f"{CALL}/3", f"{CALL}/status-completed"]
        problem, place, contact = read(site)
        assert problem.text == "There is a big pothole and my tire is flat"
        assert (place.text, place.hints["address"]) == ("Place: 455 Main Street", "455 Main Street")
        assert (contact.text, contact.hints["contact_preference"]) == ("May be contacted by text message at this number.", "sms")
        assert {message.sender.phone for message in (problem, place, contact)} == {NUMBER}
        assert contact.references == [f"{CALL}/1", f"{CALL}/2"]
        assert caller.ended
        assert caller.hears("1 0 0 0 0 1 6")
        assert set(caller.languages) == {"en-CA", "fr-CA"}  # the other language is offered in itself
        assert any("dites français ou faites le 2" in words for words in caller.heard)
        assert any("455 Main Street" in words for words in caller.heard), "what was noted is read back"


async def test_a_call_in_french() -> None:
    async with city(Catalog()) as site:
        caller = Caller(site)
        await whole_call(caller, FRENCH)
        problem, place, contact = read(site)
        assert problem.text == "Le lampadaire devant chez moi ne fonctionne plus"
        assert place.text == "Lieu : au 12 rue des Érables"
        assert place.hints["address"] == "12 rue des Érables"
        assert contact.hints["contact_preference"] == "phone"
        assert {message.hints["language"] for message in (problem, place, contact)} == {"fr"}
        assert caller.hears("La ville a reçu votre demande")
        assert set(caller.languages[4:]) == {"fr-CA"}


async def test_a_french_city_speaks_french_first_and_offers_english() -> None:
    async with city(Catalog(), languages=["fr", "en"], greeting={"fr": "Ville de Gatineau, bonjour."}) as site:
        caller = Caller(site)
        await caller.dial()
        assert caller.heard[0] == "Ville de Gatineau, bonjour."
        assert caller.hears("say English or press 2")
        gather = caller.twiml.find("Gather")
        assert gather is not None
        assert gather.attrib["language"] == "fr-CA"
        assert "Lampadaire hint" in gather.attrib["hints"]
        assert gather.attrib["actionOnEmptyResult"] == "true"
        assert gather.attrib["profanityFilter"] == "false"
        await caller.press("2")
        assert caller.hears("what the problem is")


async def test_a_city_of_one_language_offers_no_other() -> None:
    async with city(None, languages=["fr"]) as site:
        caller = Caller(site)
        await caller.dial()
        assert set(caller.languages) == {"fr-CA"}
        await caller.press("2")
        assert not site.inbox.stored


@pytest.mark.parametrize("answers", [ENGLISH, FRENCH], ids=["english", "french"])
async def test_whoever_hangs_up_leaves_what_was_said(answers: Sequence[Answer]) -> None:
    for answered in range(len(answers) + 1):
        async with city() as site:
            await whole_call(Caller(site), answers[:answered])
            said = [message.text for message in read(site)]
            assert len(said) == len([answer for answer in answers[:answered] if answer.said != "français"])
            assert list(site.inbox.stored)[-1] == f"{CALL}/status-completed"


@pytest.mark.parametrize("answers", [ENGLISH, FRENCH], ids=["english", "french"])
@pytest.mark.parametrize("failure", [StoreBusy("busy"), StoreBusy("full", full=True), RuntimeError("a bug"), TooLarge("no")], ids=repr)
async def test_a_store_that_is_down_is_told_to_the_caller_at_every_point(answers: Sequence[Answer], failure: Exception) -> None:
    for at in range(len(answers)):
        async with city(agent_number=AGENT) as site:
            caller = Caller(site)
            await caller.dial()
            for answer in answers[:at]:
                await caller.answer(answer)
            before = list(site.inbox.stored)
            site.inbox.fails = [failure]
            await caller.answer(answers[at])
            assert list(site.inbox.stored) == before, "what is not stored is not counted"
            assert caller.hears("could not save") or caller.hears("pas pu enregistrer")
            assert caller.dialled == [AGENT], "a person takes over"
            # Nobody answers and the store is still down: the caller is asked to call again.
            site.inbox.fails = [failure]
            await caller.ring("no-answer")
            assert caller.ended
            assert caller.hears("call again") or caller.hears("Rappelez")
            assert set(caller.statuses) == {200}


async def test_without_agents_a_store_that_is_down_ends_the_call_with_an_apology() -> None:
    async with city() as site:
        caller = Caller(site)
        await caller.dial()
        site.inbox.fails = [StoreBusy("busy")]
        await caller.answer(ENGLISH[0])
        assert caller.ended
        assert caller.hears("I could not save what you said")
        assert not site.inbox.stored


async def test_a_store_that_is_busy_for_a_moment_is_tried_again_while_the_caller_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        if seconds:  # aiohttp itself steps aside for a moment
            slept.append(seconds)

    monkeypatch.setattr("channels.phone._line.asyncio.sleep", sleep)
    async with city(patience=5.0) as site:
        caller = Caller(site)
        await caller.dial()
        site.inbox.fails = [StoreBusy("busy"), StoreBusy("busy"), RuntimeError("still")]
        await caller.answer(ENGLISH[0])
        assert caller.hears("Where is it?")
        assert list(site.inbox.stored) == [f"{CALL}/1"]
        site.inbox.fails = [StoreBusy("busy")] * 99
        await caller.answer(ENGLISH[1])
        assert caller.ended
    assert slept == [0.5, 1.0, 2.0, 0.5, 1.0, 2.0]


async def test_a_store_that_hangs_keeps_the_caller_waiting_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.phone._line._STORE_SECONDS", 0.01)

    async def never(_raw: RawMessage, /) -> Receipt:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr("tests.channels.webhooks.Inbox.__call__", lambda _inbox, raw: never(raw))
    async with city() as site:
        caller = Caller(site)
        await caller.dial()
        await caller.answer(ENGLISH[0])
        assert caller.hears("could not save")


async def test_a_status_that_cannot_be_stored_is_asked_for_again() -> None:
    async with city() as site:
        site.inbox.fails = [StoreBusy("busy")]
        caller = Caller(site)
        await caller.hang_up()
        assert caller.statuses == [503]


async def test_the_same_request_twice_is_one_turn_and_the_same_answer() -> None:
    async with city() as site:
        caller = Caller(site)
        await caller.dial()
        asked = caller.twiml
        await caller.answer(ENGLISH[0])
        first = list(caller.heard)
        caller.twiml = asked
        await caller.answer(ENGLISH[0])
        assert list(site.inbox.stored) == [f"{CALL}/1"]
        assert caller.heard[len(first) :] == first[-1:]


@pytest.mark.parametrize(("said", "warned"), [
    ("there is a fire in my kitchen and my kids are inside", "hang up now and dial 9 1 1"),
    ("help my father is not breathing", "hang up now and dial 9 1 1"),
])  # fmt: skip
async def test_danger_is_answered_at_once_and_the_call_goes_on(said: str, warned: str) -> None:
    async with city(agent_number=AGENT) as site:
        caller = Caller(site)
        await caller.dial()
        await caller.say(said)
        first = next(caller.twiml.iter("Say"))
        assert warned in (first.text or ""), "before anything else"
        assert caller.hears("Where is it?"), "and never in the way"
        assert not caller.dialled
        assert [message.text for message in read(site)] == [said]


async def test_danger_at_the_second_question_in_french_is_answered_too() -> None:
    async with city() as site:
        caller = Caller(site)
        await caller.dial()
        await caller.press("2")
        await caller.say("il y a une odeur")
        await caller.say("une fuite de gaz au 12 rue des Érables, ça sent le gaz partout")
        assert caller.hears("raccrochez maintenant et composez le 9 1 1")


async def test_danger_can_be_put_through_where_the_city_wants_it() -> None:
    async with city(emergency_number="911") as site:
        caller = Caller(site)
        await caller.dial()
        await caller.say("there is a fire in my kitchen")
        assert caller.dialled == ["911"]
        assert caller.twiml.find("Gather") is not None, "what comes after that call"


async def test_danger_is_answered_without_waiting_even_where_nothing_can_be_stored() -> None:
    async with city(patience=8) as site:
        caller = Caller(site)
        await caller.dial()
        site.inbox.fails = [StoreBusy("busy")]
        await caller.say("there is a fire in my kitchen")
        assert caller.hears("hang up now and dial 9 1 1")


@pytest.mark.parametrize("asking", ["0", "agent", "an agent please", "can I speak to a person", "I want to talk to somebody",
                                    "parler à un agent"])  # fmt: skip
async def test_whoever_asks_for_a_person_gets_one(asking: str) -> None:
    async with city(agent_number=AGENT) as site:
        caller = Caller(site)
        await caller.dial()
        await (caller.press("0") if asking == "0" else caller.say(asking))
        assert caller.dialled == [AGENT]
        await caller.ring("completed")
        assert caller.ended
        assert read(site) == [], "the agent writes the log"


async def test_a_hand_over_that_reaches_nobody_leaves_a_request_and_the_call_goes_on() -> None:
    async with city(agent_number=AGENT) as site:
        caller = Caller(site)
        await caller.dial()
        await caller.press("0")
        await caller.ring("no-answer")
        assert caller.hears("somebody will call you back")
        await caller.say("my bin was stolen")
        await caller.press("0")  # he does not give up
        await caller.ring("busy")
        assert caller.ended
        assert [message.text for message in read(site)] == [
            "The caller asked for a person and reached nobody: please call back.",
            "my bin was stolen",
            "The caller asked for a person and reached nobody: please call back.",
        ]


async def test_without_agents_the_wish_for_a_person_is_noted() -> None:
    async with city() as site:
        caller = Caller(site)
        await caller.dial()
        await caller.press("0")
        assert caller.hears("what the problem is")
        await caller.press("0")
        assert caller.ended
        assert {message.hints["contact_preference"] for message in read(site)} == {"phone"}


async def test_whoever_is_not_heard_is_asked_twice_more_and_given_keys_then_a_person() -> None:
    async with city(Catalog(), agent_number=AGENT) as site:
        caller = Caller(site)
        await caller.dial()
        await caller.stay_silent()
        assert caller.hears("For Street light, press 3")
        await caller.stay_silent()
        assert caller.twiml.find("Gather") is not None
        await caller.stay_silent()
        assert caller.dialled == [AGENT]
        assert not site.inbox.stored


async def test_a_whole_call_by_keys() -> None:
    async with city(Catalog()) as site:
        caller = Caller(site)
        await caller.dial()
        await caller.press("2")
        await caller.stay_silent()
        assert caller.hears("Pour Lampadaire, faites le 3")
        await caller.press("3")
        await caller.press("9")
        await caller.press("2")
        assert caller.ended
        problem, contact = read(site)
        assert (problem.text, problem.hints["service_code"]) == ("Lampadaire", "light")
        assert contact.text == "Peut être rappelé à ce numéro."


async def test_without_agents_a_message_is_recorded_where_the_city_wants_it_and_it_is_announced() -> None:
    async with city(recording=True) as site:
        caller = Caller(site)
        await caller.dial()
        assert caller.hears("This call may be recorded.")
        for _time in range(3):
            await caller.stay_silent()
        assert caller.hears("leave a message after the tone")
        await caller.leave_message()
        assert caller.hears("The city has your report")
        (message,) = read(site)
        assert message.hints["media"][0]["url"].endswith(f"/Accounts/{SID}/Recordings/RE{'a' * 32}.mp3")


async def test_nothing_is_recorded_unless_the_city_wants_it() -> None:
    async with city(agent_number=AGENT) as site:
        caller = Caller(site)
        await caller.dial()
        assert not caller.hears("recorded")
        await caller.press("0")
        dial = caller.twiml.find("Dial")
        assert dial is not None
        assert "record" not in dial.attrib


async def test_a_place_that_is_not_known_or_heard_ends_nothing() -> None:
    for answer in (Answer("I don't know"), Answer(key="9")):
        async with city() as site:
            caller = Caller(site)
            await caller.dial()
            await caller.answer(ENGLISH[0])
            await caller.answer(answer)
            assert caller.hears("May we contact you")
    async with city() as site:
        caller = Caller(site)
        await caller.dial()
        await caller.answer(ENGLISH[0])
        for _time in range(3):
            await caller.stay_silent()
        assert caller.hears("May we contact you")
        for _time in range(3):
            await caller.stay_silent()
        assert caller.ended


async def test_a_place_can_be_said_again() -> None:
    async with city() as site:
        caller = Caller(site)
        await caller.dial()
        await caller.answer(ENGLISH[0])
        await caller.say("12 Elm Street")
        await caller.press("*")
        assert caller.hears("Where is it?")
        await caller.say("20 Elm Street")
        assert [message.hints["address"] for message in read(site)[1:]] == ["12 Elm Street", "20 Elm Street"]


async def test_what_was_heard_badly_is_kept_and_asked_for_again() -> None:
    async with city() as site:
        caller = Caller(site)
        await caller.dial()
        await caller.say("bottle on my street", confidence=0.2)
        assert caller.hears("I am not sure that I heard you well")
        await caller.say("a pothole on my street", confidence=0.2)
        assert caller.hears("Where is it?"), "only once"
        assert [message.text for message in read(site)] == ["bottle on my street", "a pothole on my street"]


async def test_a_withheld_number_is_none_and_nobody_is_asked_for_it() -> None:
    for number in ("+266696687", "+86282452253", "anonymous", "client:web", "+17378742833"):
        async with city() as site:
            caller = Caller(site, number=number)
            await caller.dial()
            await caller.answer(ENGLISH[0])
            await caller.answer(ENGLISH[1])
            assert caller.ended
            assert {message.sender.phone for message in read(site)} == {None}


async def test_a_call_does_not_go_on_for_ever() -> None:
    async with city() as site:
        caller = Caller(site)
        await caller.dial()
        await caller.answer(ENGLISH[0])
        for _time in range(30):
            if caller.ended:
                break
            await caller.say("12 Elm Street")
            if not caller.ended:
                await caller.press("*")
        assert caller.ended


async def test_a_number_that_cannot_be_had_keeps_nobody() -> None:
    async with city(Catalog(fails=True)) as site:
        caller = Caller(site)
        await whole_call(caller, ENGLISH)
        assert caller.ended
        assert caller.hears("The city has your report")


# Who may call: the state is in the address, and the address is signed.
async def test_an_address_that_was_changed_is_refused() -> None:
    async with city() as site:
        caller = Caller(site)
        await caller.dial()
        gather = caller.twiml.find("Gather")
        assert gather is not None
        good = gather.attrib["action"].removeprefix(PUBLIC)
        body = f"AccountSid={SID}&CallSid={CALL}&CallStatus=in-progress&From=%2B16135550142&To=%2B16135550100&Digits=3".encode()
        signature = RequestValidator("f00dfeed0123456789abcdef01234567").compute_signature(
            PUBLIC + good, {"AccountSid": SID, "CallSid": CALL, "CallStatus": "in-progress", "From": NUMBER, "To": CITY, "Digits": "3"}
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
        for path, status in ((good, 200), (good.replace("turn=1", "turn=7"), 403), (good.replace("step=problem", "step=back"), 403)):
            async with site.http.post(site.url + path, data=body, headers=headers) as answer:
                assert answer.status == status, path
        assert site.refused == Counter(signature=2)


@pytest.mark.parametrize("query", ["", "?step=problem", "?step=x&lang=en&turn=1&tries=0&dials=0&ref=",
                                   "?step=back&lang=en&turn=999&tries=0&dials=0&ref=",
                                   "?step=back&lang=en&turn=one&tries=0&dials=0&ref="])  # fmt: skip
async def test_an_address_that_we_never_gave_is_refused(query: str) -> None:
    async with city() as site:
        for below in ("turn", "dialled", "message"):
            caller = Caller(site)
            await caller.request(f"/channels/line/voice/{below}{query}", {"Digits": "1", "RecordingSid": "RE" + "a" * 32})
            assert caller.statuses == [403]
        assert site.refused == Counter(not_a_turn=3)


async def test_both_algorithms_and_a_token_that_is_being_replaced_are_good() -> None:
    old, shared = "0ld0ld0ld0ld0ld0ld0ld0ld0ld0ld00", "sharedsharedsharedsharedsharedsh"
    async with city(auth_token_previous=old, shared_keys={"webhooks_sharedkey_1": shared}) as site:
        fields = {"AccountSid": SID, "CallSid": CALL, "CallStatus": "ringing", "From": NUMBER, "To": CITY}
        url = f"{PUBLIC}/channels/line/voice"
        proofs = [
            {"X-Twilio-Signature": RequestValidator(old).compute_signature(url, fields)},
            {
                "X-Twilio-Signature": RequestValidator(shared).compute_signature(url, fields, "HMAC_SHA256"),
                "X-Twilio-Webhooks-Signature-Settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256",
            },
        ]
        for proof in proofs:
            async with site.http.post(f"{site.url}/channels/line/voice", data=fields, headers=proof) as answer:
                assert answer.status == 200


async def test_calls_to_other_numbers_and_of_other_accounts_are_not_ours() -> None:
    async with city(numbers=["+16135559999"]) as site:
        caller = Caller(site)
        await caller.dial()
        assert caller.statuses == [404]
    async with city() as site:
        caller = Caller(site, extra={"AccountSid": "AC" + "f" * 32})
        await caller.dial()
        assert caller.statuses == [403]
        assert site.refused == Counter(account=1)


@pytest.mark.parametrize("more", [
    {"FromCityName": "Ottawa"},
    {"StirVerstat": "TN-Validation-Passed-A", "CallToken": "{}"}, {"SpeechResultLanguage": "en"}, {"Region": "us1"},
])  # fmt: skip
async def test_fields_that_twilio_adds_without_notice_refuse_nobody(more: dict[str, str]) -> None:
    async with city() as site:
        caller = Caller(site, extra=more)
        await whole_call(caller, ENGLISH)
        assert set(caller.statuses) == {200, 204}


@pytest.mark.parametrize("said", ["Hello there Timmy", "Stop", "To the left of Main Street", "my Language is English", "Confidence"])
async def test_what_a_caller_says_is_never_taken_for_a_field(said: str) -> None:
    async with city() as site:
        caller = Caller(site)
        await caller.dial()
        await caller.say(said)
        assert [message.text for message in read(site)] == [said]


@pytest.mark.parametrize("fields", [
    {"SpeechResult": "", "There": "", "Confidence": "0.9"}, {"SpeechResult": "a potholeStirVerstatTN", "Confidence": "0.9"},
    {"SpeechResult": "a pothole", "Confidenc": "e0.9"}, {"SpeechResult": "a pothole", "a b": ""},
])  # fmt: skip
async def test_a_form_that_was_cut_anew_is_refused(fields: dict[str, str]) -> None:
    async with city() as site:
        caller = Caller(site)
        await caller.request("/channels/line/voice/turn?step=problem&lang=en&turn=1&tries=0&dials=0&ref=", fields)
        assert caller.statuses == [403]
        assert site.refused == Counter(ambiguous=1)


# The words by which a caller steers.
@pytest.mark.parametrize("said", ["agent", "Operator.", "a real person please", "I'd like to speak with someone",
                                  "un préposé s'il vous plaît", "je veux parler à quelqu'un", "transfer me to an agent",
                                  "une personne"])  # fmt: skip
def test_these_words_ask_for_a_person(said: str) -> None:
    assert _script.asks_for_agent(said)


@pytest.mark.parametrize("said", ["someone dumped a couch", "a person fell on the ice", "il y a quelqu'un dans la rue",
                                  "the agent never came", "une personne est tombée", "people are drinking in the park",
                                  "police", ""])  # fmt: skip
def test_these_words_do_not_ask_for_a_person(said: str) -> None:
    assert not _script.asks_for_agent(said)


@pytest.mark.parametrize(("said", "meant"), [
    ("text", "sms"), ("yes by text", "sms"), ("texto", "sms"), ("call me", "phone"), ("yes", "phone"), ("oui", "phone"),
    ("appelez-moi", "phone"),
    ("no", "none"), ("no thank you", "none"), ("non merci", "none"), ("ni l'un ni l'autre", "none"), ("banana", None), ("no call", "phone"),
])  # fmt: skip
def test_how_the_city_may_answer(said: str, meant: str | None) -> None:
    assert _script.preference(said) == meant


# Recordings
class Client:
    """A client that answers with what it was given, and remembers what was asked."""

    def __init__(self, answer: HttpAnswer | CallFailed) -> None:
        self.answer, self.asked = answer, list[tuple[str, dict[str, str]]]()

    async def call(self, _method: str, url: str, **options: Any) -> HttpAnswer:
        self.asked.append((url, dict(options["headers"])))
        if isinstance(self.answer, CallFailed):
            raise self.answer
        return self.answer

    async def aclose(self) -> None:
        """Nothing to end."""


def context(client: Client) -> FetchContext:
    def make(manners: Manners) -> Any:
        assert not manners.private_addresses
        return client

    return FetchContext(make)


MP3 = f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Recordings/RE{'a' * 32}.mp3"


async def test_a_recording_is_fetched_from_twilio_with_the_accounts_credentials() -> None:
    client = Client(HttpAnswer(200, {}, b"ID3"))
    fetched = await line().fetch({"url": MP3}, context(client))
    assert (fetched.content, fetched.media_type) == (b"ID3", "audio/mpeg")
    assert client.asked[0][1]["Authorization"].startswith("Basic ")


@pytest.mark.parametrize("url", [
    "https://evil.example/RE.mp3", MP3.replace("https", "http"), MP3.replace("api.twilio.com", "api.twilio.com.evil.example"),
    MP3.replace(SID, "AC" + "f" * 32), MP3 + "?x=1", MP3.replace("/Recordings/", "/../../Recordings/"), "http://127.0.0.1/x", "",
    MP3 + "\n",
])  # fmt: skip
async def test_nothing_else_is_fetched(url: str) -> None:
    client = Client(HttpAnswer(200, {}, b"x"))
    with pytest.raises(Permanent):
        await line().fetch({"url": url}, context(client))
    assert client.asked == []


async def test_a_recording_that_is_not_there_yet_is_asked_for_again() -> None:
    with pytest.raises(Unavailable):
        await line().fetch({"url": MP3}, context(Client(HttpAnswer(404, {}, b""))))
    with pytest.raises(TooLarge):
        await line().fetch({"url": MP3}, context(Client(CallFailed("too_large", sent=True))))

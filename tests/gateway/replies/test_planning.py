"""Who is told what, and who is left in peace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from channels.replying import Delivered, Delivery, OutboundMessage, ReplyContext
from gateway.replies.planning import City, Plan, Planner
from gateway.replies.policy import Caps
from gateway.replies.roads import Road, Roads
from gateway.replies.signing import Signatures
from gateway.replies.telling import Teller, insert
from gateway.replies.wording import Wording
from gateway.store import contacts, fresh, history, outbound
from gateway.store.engine import Engines
from gateway.store.location import locate
from gateway.store.reply_tables import OUTBOUND
from gateway.store.tables import DELIVERY
from normalizer.catalog import Catalog
from normalizer.model import Authentication, ChannelName, Disposition, InboundMessage, Reporter, Sender, ServiceRequest
from normalizer.pipeline import Work
from tests.gateway.store.builders import CITY, START

HOME = "311@springfield.example.gov"


@dataclass
class Said:
    """A text as a test sees it: its kind, and the values that it was made of."""

    subject: str | None
    text: str
    language: str


class Words:
    """Says the kind, the numbers and the link."""

    def render(self, kind: str, language: str, values: Mapping[str, Any], *, medium: str, most: int = 0) -> Said:
        return Said(kind, f"{kind} {medium} {most} {values['number']} {values['tracking_url']}", language)


class Silent:
    """A replier that is never called here."""

    max_reply = 300

    async def reply(self, message: OutboundMessage, context: ReplyContext, /) -> Delivery:
        return Delivered()


ROADS = Roads(
    [
        Road("mail", "email", Silent(), CITY, address=HOME),
        Road("text", "sms", Silent(), CITY, most=300),
        Road("fedi", "social", Silent(), CITY, most=460),
    ]
)


def planner(caps: Caps | None = None) -> Planner:
    city = City(CITY, ("en", "fr"), frozenset({HOME}), Catalog(services=[]), Signatures(b"k" * 32, CITY))
    wording = Wording(Words(), public_url="https://311.example.gov", city_names={}, emergency_number="911")  # type: ignore[arg-type]  # says enough
    return Planner(ROADS, {CITY: city}, wording, caps or Caps())


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Engines]:
    location = locate(f"sqlite:///{tmp_path}/store.db")
    fresh.make(location)
    opened = Engines(location)
    yield opened
    opened.dispose()


_count = iter(range(1, 10**9))


def work(
    address: str | None = "zoe@example.net",
    *,
    channel: ChannelName = "email",
    sure: bool = True,
    phone: str | None = None,
    handle: str | None = None,
    disposition: Disposition = "request",
    requests: int = 1,
    **fields: Any,
) -> Work:
    number = next(_count)
    channel_id = {"email": "mail", "sms": "text", "social": "fedi"}.get(channel, channel)
    message = InboundMessage(
        intake_id=f"M{number}",
        channel=channel,
        channel_id=channel_id,
        jurisdiction_id=CITY,
        sender=Sender(address=address, phone=phone, handle=handle),
        message_id=f"{number}@example.net",
        references=["root@example.net"],
        received_datetime=START,
        disposition=disposition,
        authentication=Authentication(dmarc="pass" if sure else None),
        **fields,
    )
    made = [
        ServiceRequest(
            service_request_id=f"{1_000_000 + number * 10 + at}", jurisdiction_id=CITY, email=address, phone=phone, reporters=[Reporter()]
        )
        for at in range(requests)
    ]
    key = f"email:{address}" if address else f"phone:{phone}" if phone else f"handle:{handle}" if handle else None
    return Work(message, START, made, sender_key=key)


def answer(engines: Engines, *works: Work, caps: Caps | None = None, minutes: float = 0) -> Plan:
    at = START + timedelta(minutes=minutes)
    with engines.writing() as connection:
        plan = planner(caps).answer(connection, works, at)
        insert(connection, plan, at)
    return plan


def kinds(plan: Plan) -> list[str]:
    return [row["kind"] for row in plan.outbound]


def withheld(plan: Plan) -> list[str]:
    return [event.data["reason"] for event in plan.events if event.kind == "reply.withheld"]


def test_a_request_is_acknowledged_on_its_thread_with_its_secret_link(engines: Engines) -> None:
    one = work()
    plan = answer(engines, one)
    (row,) = plan.outbound
    said = outbound.load(row["document"])
    number = one.requests[0].service_request_id
    assert (row["kind"], row["contact_key"], row["channel_id"]) == ("acknowledgement", "email:zoe@example.net", "mail")
    assert (said.to, said.in_reply_to, said.references) == (
        "zoe@example.net",
        one.message.message_id,
        ("root@example.net", one.message.message_id),
    )
    assert f"https://311.example.gov/track/{number}-" in said.text
    signatures = Signatures(b"k" * 32, CITY).references
    assert signatures.find([said.hints["reply_to"]], []) == number
    assert signatures.find([], [said.hints["message_id"]]) == number
    assert said.hints["message_id"] == row["message_id"]
    (delivery,) = plan.deliveries
    assert (delivery["sink_id"], delivery["state"], delivery["outbound_id"]) == ("reply:mail", "pending", row["id"])


def test_reading_a_message_again_says_nothing_twice(engines: Engines) -> None:
    one = work()
    assert kinds(answer(engines, one)) == ["acknowledgement"]
    assert not answer(engines, one, minutes=60).outbound


def test_several_requests_of_one_message_are_one_answer(engines: Engines) -> None:
    assert kinds(answer(engines, work(requests=3))) == ["acknowledgement_several"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"is_auto_reply": True}, "automatic"),
        ({"headers": {"Auto-Submitted": "auto-replied"}}, "automatic"),
        ({"headers": {"Auto-Submitted": "auto-generated; owner-email=x"}}, "automatic"),
        ({"headers": {"Return-Path": "<>"}}, "automatic"),
        ({"headers": {"X-Auto-Response-Suppress": "DR, AutoReply"}}, "automatic"),
        ({"headers": {"X-Autoreply": "yes"}}, "automatic"),
        ({"headers": {"Precedence": "bulk"}}, "list"),
        ({"headers": {"List-Id": "<news.example.net>"}}, "list"),
        ({"headers": {"Auto-Submitted": "no"}}, None),
    ],
)
def test_machines_and_lists_get_no_answer(engines: Engines, fields: dict[str, Any], reason: str | None) -> None:
    plan = answer(engines, work(**fields))
    assert withheld(plan) == ([reason] if reason else [])
    assert bool(plan.outbound) is (reason is None)


@pytest.mark.parametrize(
    "address",
    ["mailer-daemon@example.net", "no-reply@example.net", "noreply+x@example.net", "ne-pas-repondre@example.net", "owner-list@example.net",
     "list-request@example.net", "bounce+abc@example.net", HOME],
)  # fmt: skip
def test_addresses_that_nobody_reads_get_no_answer(engines: Engines, address: str) -> None:
    assert not answer(engines, work(address)).outbound


def test_an_address_that_nobody_vouches_for_gets_one_fixed_text_ever(engines: Engines) -> None:
    assert kinds(answer(engines, work(sure=False))) == ["notice"]
    late = answer(engines, work(sure=False), minutes=60 * 24 * 30)
    assert (kinds(late), withheld(late)) == ([], ["said_before"])
    assert kinds(answer(engines, work(sure=True), minutes=60 * 24 * 31)) == ["acknowledgement"], "until it is vouched for"


def test_a_form_that_is_fed_with_addresses_of_others_reaches_each_once_and_no_more_than_the_cap(engines: Engines) -> None:
    caps = Caps(overall_hour=100, per_domain_hour=10_000)
    said: list[str] = []
    for start in range(0, 1_000, 50):
        victims = [work(f"v{number}@example.org", channel="web", sure=False) for number in range(start, start + 50)]
        plan = answer(engines, *victims, *victims, caps=caps, minutes=start / 100)
        said += [row["event"] for row in plan.deliveries if row["state"] == "pending"]
    assert said == ["notice"] * 100


def test_two_machines_that_do_not_say_so_meet_once(engines: Engines) -> None:
    for number in range(300):
        answer(engines, work("desk@other.example.org", subject=f"Re: Re: {number}"), minutes=number / 60)
    with engines.reading() as connection:
        assert len(connection.execute(select(OUTBOUND.c.id)).all()) == 1


def test_texts_are_answered_more_often_than_mails_and_have_a_cap_too(engines: Engines) -> None:
    plans = [answer(engines, work(None, channel="sms", phone="+15145550123"), minutes=number) for number in range(10)]
    assert [len(plan.outbound) for plan in plans] == [1] * 6 + [0] * 4
    assert withheld(plans[-1]) == ["cap_address"]


def test_a_domain_has_a_cap_and_a_public_provider_a_larger_one(engines: Engines) -> None:
    caps = Caps(per_domain_hour=3)
    ours = answer(engines, *[work(f"p{number}@firm.example.org") for number in range(5)], caps=caps)
    assert (len(ours.outbound), withheld(ours)) == (3, ["cap_domain"] * 2)
    public = answer(engines, *[work(f"p{number}@gmail.com") for number in range(30)], caps=caps)
    assert len(public.outbound) == 30


def test_stop_is_heard_and_start_too(engines: Engines) -> None:
    def _command(reason: str) -> Work:
        return work(None, channel="sms", phone="+15145550123", disposition="not_actionable", reason=reason)

    answer(engines, _command("command_stop"))
    plan = answer(engines, work(None, channel="sms", phone="+15145550123"))
    assert withheld(plan) == ["opted_out"]
    answer(engines, _command("command_start"))
    assert kinds(answer(engines, work(None, channel="sms", phone="+15145550123"))) == ["acknowledgement"]


def test_a_bounce_of_ours_mutes_the_address_and_a_forged_one_does_not(engines: Engines) -> None:
    plan = answer(engines, work())
    own_id = plan.outbound[0]["message_id"]

    def _bounce(original: str) -> Work:
        hints = {"bounce": {"action": "failed", "status": "5.1.1", "message_id": original}}
        return work("mailer-daemon@example.net", disposition="bounce", is_bounce=True, hints=hints)

    answer(engines, _bounce("guessed@springfield.example.gov"))
    with engines.reading() as connection:
        assert not contacts.find(connection, CITY, ["email:zoe@example.net"])
    answer(engines, _bounce(f"<{own_id}>"))
    assert withheld(answer(engines, work(), minutes=60)) == ["bounced"]


def test_who_saw_the_same_problem_gets_no_key_to_anothers_request(engines: Engines) -> None:
    one = work(disposition="duplicate")
    one.follows = "1000017"
    (row,) = answer(engines, one).outbound
    assert outbound.load(row["document"]).text.endswith("https://311.example.gov/track/")


def test_a_public_answer_has_no_secret_in_it(engines: Engines) -> None:
    public = answer(engines, work(None, channel="social", handle="@zoe@example.social"))
    private = answer(engines, work(None, channel="social", handle="@ann@example.social", hints={"private": True}))
    assert outbound.load(public.outbound[0]["document"]).text.endswith("/track/")
    assert outbound.load(private.outbound[0]["document"]).private
    assert "/track/1" in outbound.load(private.outbound[0]["document"]).text


def test_who_asked_to_stay_anonymous_or_to_hear_nothing_hears_nothing(engines: Engines) -> None:
    assert not answer(engines, work(hints={"anonymous": True})).outbound
    assert not answer(engines, work(hints={"contact_preference": "none"})).outbound
    assert not answer(engines, work(None, channel="phone")).outbound


def test_a_caller_is_texted_and_who_left_an_address_is_written_to(engines: Engines) -> None:
    caller = answer(engines, work(None, channel="phone", phone="+15145550123"))
    assert [row["sink_id"] for row in caller.deliveries] == ["reply:text"]
    form = answer(engines, work("ann@example.net", channel="web", sure=False))
    assert [(row["sink_id"], row["event"]) for row in form.deliveries] == [("reply:mail", "notice")]


def test_an_emergency_is_answered_before_everything_else(engines: Engines) -> None:
    one = work()
    one.emergency.flag = True
    assert kinds(answer(engines, one)) == ["emergency", "acknowledgement"]


def test_everybody_is_told_once_of_what_became_of_a_request(engines: Engines) -> None:
    first, again, other = work(), work(), work("ann@example.net", disposition="duplicate", language={"value": "fr", "confidence": 1})
    request = first.requests[0]
    told = [(first.message, "request"), (again.message, "follow_up"), (other.message, "duplicate")]
    with engines.writing() as connection:
        plan = planner().tell(connection, request, "closed", told, "E1", START, {"status": "closed", "status_notes": "Mended."})
        insert(connection, plan, START)
        assert not planner().tell(connection, request, "closed", told, "E1", START).outbound
    assert [(row["kind"], row["contact_key"], row["language"]) for row in plan.outbound] == [
        ("closed", "email:zoe@example.net", "en"),
        ("closed", "email:ann@example.net", "fr"),
    ]
    own, others = (outbound.load(row["document"]).text for row in plan.outbound)
    assert f"/track/{request.service_request_id}-" in own
    assert others.endswith("/track/")


def test_what_is_said_is_in_the_history_without_a_word_of_it(engines: Engines) -> None:
    one = work()
    answer(engines, one)
    with engines.reading() as connection:
        ((_at, kind, _actor, data),) = history.of_subject(connection, one.requests[0].service_request_id)
    assert (kind, data["kind"], data["channel"]) == ("reply.planned", "acknowledgement", "mail")
    assert "example.net" not in str(data)


def test_the_teller_knows_what_is_news(engines: Engines) -> None:
    open_one = work().requests[0]
    closed = open_one.model_copy(update={"status": "closed"})
    noted = open_one.model_copy(update={"status_notes": "The crew comes on Monday."})
    news: list[str] = []

    class Listening(Teller):
        def news(self, connection: Any, request: Any, kind: str, *_more: Any) -> None:
            news.append(kind)

    teller = Listening(planner())
    for before, after in ((open_one, closed), (closed, open_one), (open_one, noted), (open_one, open_one)):
        teller(None, before, after, "request.status", CITY)  # type: ignore[arg-type]  # no transaction is needed to see what is news
    assert news == ["closed", "reopened", "status"]


def test_the_rows_name_their_lane(engines: Engines) -> None:
    answer(engines, work())
    with engines.reading() as connection:
        assert connection.execute(select(DELIVERY.c.sink_id, DELIVERY.c.event)).all() == [("reply:mail", "acknowledgement")]

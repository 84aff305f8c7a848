"""What the page tells: where a request stands, what happens next, in which words; and that both languages have them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.settings import SHIPPED_CATALOG
from gateway.store.contacts import Contact
from gateway.store.tracked import Said, Tracked, Written
from gateway.web._tracking_look import Say
from gateway.web._tracking_story import Entry, Story, tell
from normalizer.catalog import Catalog
from normalizer.model import Classification, InboundMessage, Reporter, Sender, ServiceRequest

CATALOG = Catalog.from_toml(tomllib.loads(SHIPPED_CATALOG.read_text("utf-8")))
AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
EN, FR = Say("en", ZoneInfo("America/Toronto")), Say("fr", ZoneInfo("America/Toronto"))
Event = tuple[datetime, str, str, dict[str, Any]]


def after(hours: float) -> datetime:
    return AT + timedelta(hours=hours)


def wrote(text: str, hours: float = 0, role: str = "follow_up", **fields: Any) -> Written:
    known: dict[str, Any] = {"channel": "email", "sender": Sender(address="zoe@example.net"), "hints": {"language": "en"}, **fields}
    return Written(role, InboundMessage(intake_id=f"M{hours}", text=text, text_new=text, received_datetime=after(hours), **known))


def pressed(action: str, hours: float, text: str = "") -> Written:
    return wrote(text, hours, channel="web", sender=Sender(), hints={"tracking": action, "signed_reference": "1000015"})


def story(*written: Written, events: list[Event] | None = None, said: list[Said] | None = None, **fields: Any) -> Story:
    say, contacts, hints = fields.pop("say", EN), fields.pop("contacts", {}), fields.pop("hints", {"language": "en"})
    sure = Classification(abstained=False)
    known: dict[str, Any] = {"service_code": "pothole", "classification": sure, "reporters": [Reporter()], **fields}
    request = ServiceRequest(service_request_id="1000015", requested_datetime=AT, **known)
    first = wrote("A pothole", role="request", channel=fields.get("channel", "email"), hints=hints)
    return tell(Tracked(request, [first, *written], said or [], events or [], contacts), say, CATALOG, after(100))


def status(hours: float, to: str | None = None, *fields: str, kind: str = "request.status") -> Event:
    data: dict[str, Any] = {"fields": sorted([*fields, *(["status"] if to else [])])}
    return after(hours), kind, "sink:crm", {**data, **({"was": "x", "status": to} if to else {})}


def delivered(hours: float, sink: str = "crm") -> Event:
    return after(hours), "delivery.delivered", "dispatch", {"sink": sink, "event": "created"}


def reached(found: Story) -> list[str]:
    return [state for _name, state in found.steps]


def titles(found: Story) -> list[str]:
    return [entry.title for entry in found.entries]


def texts(found: Story) -> Iterator[str]:
    for entry in found.entries:
        yield from (entry.title, entry.text, entry.rest, entry.told, entry.note)


def test_a_request_goes_its_way_in_four_steps() -> None:
    assert reached(story()) == ["now", "", "", ""]
    assert reached(story(events=[delivered(1, "reply:mail")])) == ["now", "", "", ""], "what was sent to a resident forwards nothing"
    assert reached(story(agency_responsible="Public Works")) == ["now", "", "", ""], "a department of the catalog has not been told yet"
    assert reached(story(events=[delivered(1)])) == ["done", "now", "", ""]
    assert reached(story(events=[delivered(1), status(2, None, "status_notes")], status_notes="Soon")) == ["done", "done", "now", ""]
    assert reached(story(status="closed", events=[status(3, "closed")])) == ["done"] * 4


def test_what_happens_next_is_said() -> None:
    assert story().next == ["We are passing it on to the department in charge."]
    assert "has it" in story(events=[delivered(1)]).next[0]
    by_crm = story(events=[delivered(1), status(2, None, "agency_responsible")], agency_responsible="Crew 7")
    assert by_crm.next == ["Crew 7 is dealing with it."]
    soon, late = story(expected_datetime=after(120)), story(expected_datetime=after(48))
    assert (soon.next[1], soon.late) == ("Expected by November\u00a029, 2026.", False)
    assert "has passed" in late.next[1]
    assert late.late
    assert not story(expected_datetime=after(100 + 6)).late, "the promised day lasts to its end, where the city is"
    closed = story(status="closed", expected_datetime=after(48))
    assert closed.next == ["If it is not fixed, tell us below: we will look again."]


def test_closing_and_reopening_offer_what_fits() -> None:
    assert story().can >= {"add", "withdraw"}
    assert "not_fixed" not in story().can
    shut = [status(1, "closed")]
    assert story(status="closed", events=shut).can >= {"add", "not_fixed"}
    said_so = story(pressed("not_fixed", 2, "It is not fixed.\n\nStill there"), status="closed", events=shut)
    assert "not_fixed" not in said_so.can
    assert "You told us that it is not fixed" in said_so.next[0]
    assert said_so.entries[-1].text == "Still there", "what the button says is the title already"
    again = story(pressed("not_fixed", 2), status="open", events=[*shut, status(3, "open")])
    assert titles(again)[-1] == "Request reopened"
    once_more = story(pressed("not_fixed", 2), status="closed", events=[*shut, status(3, "open"), status(4, "closed")])
    assert "not_fixed" in once_more.can


def test_a_withdrawn_request_says_so_until_it_is_reopened() -> None:
    gone = story(pressed("withdraw", 1, "I withdraw my request."))
    assert gone.headline == "You have withdrawn your request"
    assert "withdraw" not in gone.can
    back = story(pressed("withdraw", 1), events=[status(2, "closed"), status(3, "open")])
    assert back.headline == "Your request is open"
    assert "withdraw" in back.can


def test_notes_of_the_department_stand_where_they_were_changed_last() -> None:
    events = [status(1, None, "status_notes"), status(2, "closed", "status_notes")]
    found = story(events=events, status="closed", status_notes="Filled on Monday")
    assert [(entry.title, entry.text) for entry in found.entries[1:]] == [
        ("News from the department", ""),
        ("Request closed", "Filled on Monday"),
    ]
    assert found.note == "Filled on Monday"


def test_internal_events_are_nobodys_business() -> None:
    kinds = ["request.follow_up", "request.duplicate", "request.completed", "request.media_added", "request.status_noted",
             "request.absorbed",
             "reply.planned", "reply.withheld", "delivery.dead_letter", "delivery.edited", "note.added", "request.created"]  # fmt: skip
    events: list[Event] = [(after(1), kind, "clerk@city.example", {"fields": ["department"], "says": "closed"}) for kind in kinds]
    assert titles(story(events=events)) == ["We received your request"]
    assert not any("clerk" in text for text in texts(story(events=events)))


def test_what_was_sent_from_the_page_of_a_request_that_was_joined_is_not_told() -> None:
    theirs = wrote("SECRET", 1, sender=Sender(), hints={"tracking": "add", "signed_reference": "1000028"})
    assert "SECRET" not in list(texts(story(theirs)))
    joined = story(status="closed", events=[(after(2), "request.merged", "gateway", {"into": "1000028", "intake_id": "M"})])
    assert titles(joined)[-1] == "Joined to another request about the same problem"
    back = story(events=[status(1, "closed"), (after(2), "request.reopened", "gateway", {"intake_id": "M", "had_notes": True})])
    assert titles(back)[-1] == "Request reopened"


def test_a_promise_that_was_replaced_is_not_told_twice() -> None:
    events = [status(1, None, "expected_datetime"), status(2, None, "expected_datetime")]
    assert titles(story(events=events, expected_datetime=after(48)))[1:] == ["Expected by November\u00a026, 2026"]


@pytest.mark.parametrize("hidden", [{"reporters": [Reporter(role="on_behalf_of")]}, {"hints": {"on_behalf_of": "x"}}])
def test_what_staff_wrote_for_a_resident_is_not_shown(hidden: dict[str, Any]) -> None:
    found = story(**hidden)
    assert titles(found) == ["Our staff took down your request"]
    assert "A pothole" not in list(texts(found))
    assert "e•••" not in str(found.holds), "nor is the address of the staff the resident's"


def test_a_call_is_told_as_what_was_understood_of_it() -> None:
    found = story(channel="phone", description="Pothole on Elm")
    assert found.entries[0].text == "Pothole on Elm"


def test_news_are_as_they_were_asked_for() -> None:
    assert story().can & {"tell", "quiet"} == {"quiet"}
    assert story(pressed("quiet", 1)).can & {"tell", "quiet"} == {"tell"}
    assert story(pressed("quiet", 1), pressed("tell", 2)).can & {"tell", "quiet"} == {"quiet"}
    assert dict(story(pressed("quiet", 1)).holds)["News"] == "We do not write to you, as you asked."
    one = Said("closed", after(1), "delivered", "mail", "M0", "email:zoe@example.net", "", "Done")
    for contact, words in (
        (Contact(opted_out=AT), "You asked the city"),
        (Contact(bounced=AT), "come back undelivered"),
        (Contact(), "We write"),
    ):
        found = story(said=[one], contacts={one.contact_key: contact})
        assert words in dict(found.holds)["News"]


@pytest.mark.parametrize(
    ("sender", "shown"),
    [
        (Sender(name="Zoé Tremblay", address="zoe@example.net"), {"Name": "Z••• T•••", "E-mail": "z•••@e•••.net"}),
        (Sender(phone="+15145550123"), {"Phone": "ends with 0123"}),
        (Sender(phone="12345"), {"Phone": "•••"}),
        (Sender(handle="@zoe@mastodon.example"), {"Account": "z••• m•••"}),
        (Sender(address="broken"), {}),
        (Sender(), {"Name": "You left neither a name nor a way to reach you."}),
    ],
)
def test_what_is_held_is_masked(sender: Sender, shown: dict[str, str]) -> None:
    request = ServiceRequest(service_request_id="1000015", requested_datetime=AT)
    first = Written("request", InboundMessage(intake_id="M", text="x", sender=sender, received_datetime=AT))
    holds = dict(tell(Tracked(request, [first], [], []), EN, CATALOG, AT).holds)
    assert {key: holds[key] for key in ("Name", "E-mail", "Phone", "Account") if key in holds} == shown


def test_a_long_text_is_folded_and_nothing_of_it_is_lost() -> None:
    words = " ".join(f"word{count}" for count in range(400))
    found = story(wrote(words, 1), wrote("x" * 5_000, 2))
    assert [f"{entry.text} {entry.rest}" for entry in found.entries[1:2]] == [words]
    assert found.entries[2].text + found.entries[2].rest == "x" * 5_000


def test_entries_are_in_the_order_of_time() -> None:
    one = Said("acknowledgement", after(0.5), "pending", "mail", "M0", "email:zoe@example.net", "", "We have it")
    found = story(wrote("More", 1), events=[status(3, "closed"), delivered(2)], said=[one], status="closed")
    assert titles(found) == [
        "We received your request",
        "We wrote to you",
        "You added",
        "Passed on to the department in charge",
        "Request closed",
    ]
    assert found.entries[1] == Entry(
        at=after(0.5), mark="city", title="We wrote to you", by="by e-mail", told="We have it", note="Being sent"
    )


def test_dates_are_said_as_people_say_them() -> None:
    assert FR.date(datetime(2026, 12, 1, 12, tzinfo=UTC)) == "1er\u00a0décembre 2026"
    assert FR.moment(datetime(2026, 11, 25, 3, 5, tzinfo=UTC)) == "24\u00a0novembre 2026 à 22\u00a0h\u00a005"
    assert EN.moment(datetime(2026, 11, 25, 5, 5, tzinfo=UTC)) == "November\u00a025, 2026, 12:05\u00a0am"


def test_both_languages_say_the_same_things() -> None:
    assert {key: set(words) for key, words in FR.table.items()} == {key: set(words) for key, words in EN.table.items()}
    for section, words in EN.table.items():
        for name, text in words.items():
            named = [{field for _text, field, _spec, _how in Formatter().parse(one) if field} for one in (text, FR.table[section][name])]
            assert named[0] == named[1], f"{section}.{name}"
    french = [text for words in FR.table.values() for text in words.values()]
    assert not [text for text in french if re.search(r" [:;»]|« |[  ][?!]|'", text)]
    assert FR.date(AT).startswith("24")

"""A reader's answer travels whole, or is refused: it comes from where strangers' bytes were read."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import Unavailable
from gateway.readers import wire
from normalizer.model import Emergency, InboundMessage, Sender, ServiceRequest
from normalizer.pipeline import Work

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def works() -> list[wire.Result]:
    text = "Nid-de-poule devant le 12, rue Élie \U0001f6a7"
    message = InboundMessage(intake_id="01A", channel="email", sender=Sender(name="Zoé"), text=text, text_new=text, hints={"lat": 45.5})
    request = ServiceRequest(description=text, requested_datetime=NOW, emergency=Emergency(flag=True, rule="fire", span=(0, 3)))
    full = Work(
        message=message,
        now=NOW,
        requests=[request, ServiceRequest(description="lamp")],
        identifiers=[("email", "zoe@example.net")],
        sender_key="email:zoe@example.net",
        emergency=request.emergency,
        released=True,
        seconds={"clean": 0.001},
    )
    return [full, wire.Unread("unreadable", "no headers"), Work(message=InboundMessage(intake_id="01B", text="a", text_new=""), now=NOW)]


def body(frame: bytes) -> bytes:
    """What the other side reads after the length."""
    (length,) = wire.LENGTH.unpack_from(frame)
    assert length == len(frame) - wire.LENGTH.size
    return frame[wire.LENGTH.size :]


def test_results_arrive_as_they_were() -> None:
    back = wire.unpack_results(body(wire.pack_results(works())))
    assert back == works()
    assert wire.unpack_results(body(wire.pack_results([]))) == []


def test_what_the_reader_needs_may_be_away() -> None:
    with pytest.raises(Unavailable, match="the bucket is away"):
        wire.unpack_results(body(wire.pack_unavailable("the bucket is away")))


@given(st.data())
def test_a_frame_that_was_cut_is_refused(data: st.DataObject) -> None:
    frame = body(wire.pack_results(works()))
    with pytest.raises(ValueError):
        wire.unpack_results(frame[: data.draw(st.integers(0, len(frame) - 1))])


_SIZES = st.lists(st.integers(-3, 40) | st.none() | st.text(max_size=2), max_size=3)
_ENTRY: st.SearchStrategy[object] = st.fixed_dictionaries(
    {"documents": _SIZES}, optional={"now": st.just(NOW.isoformat()) | st.none(), "identifiers": st.just([]) | st.integers()}
)


@given(
    st.binary(max_size=60) | st.lists(_ENTRY | st.none() | st.integers(), max_size=2).map(lambda head: json.dumps(head).encode()),
    st.binary(max_size=40),
)
def test_nothing_else_than_a_refusal_comes_of_a_strange_frame(head: bytes, documents: bytes) -> None:
    try:
        results = wire.unpack_results(wire.LENGTH.pack(len(head)) + head + documents)
    except (ValueError, Unavailable):
        return
    assert all(isinstance(result, Work | wire.Unread) for result in results)

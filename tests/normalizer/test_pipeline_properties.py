"""What holds of the whole way of a message, from any bytes to one disposition: spans that quote, the same answer anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import RawMessage, Unreadable
from normalizer.model import Evidence, InboundMessage, Sender, ServiceRequest
from normalizer.pipeline import Known, Work, relate, understand
from normalizer.ports import KnownMessage, KnownRequest
from tests.channels.case_files import RECEIVED
from tests.channels.test_contract import TYPES, adapter
from tests.channels.test_contract import cases as channel_cases
from tests.normalizer.build import NOW, context
from tests.normalizer.digest import whole
from tests.normalizer.fakes import FakeMessages, FakeRequests

ROOT = Path(__file__).parents[2]
KNOWN = Known(
    messages=FakeMessages([KnownMessage("01OLD", "<c@d>", "email:a@b.c", "SR-1", closed=True)]),
    requests=FakeRequests(
        [KnownRequest("SR-1", "pothole", NOW, "pothole at 12 Main St", lat=45.5, long=-73.6, address_string="12 Main St")]
    ),
)


def ended(message: InboundMessage, now: timedelta = timedelta()) -> Work:
    item = Work(message=message.model_copy(deep=True), now=NOW + now)
    setting = context()
    understand([item], setting)
    relate([item], setting, KNOWN)
    return item


def check(item: Work) -> None:
    """One disposition, at most one request, and nothing said that the words do not show."""
    message = item.message
    assert message.disposition is not None
    assert message.reason
    assert len(item.requests) == (message.disposition == "request" or message.reason == "same_problem")
    assert InboundMessage.model_validate_json(message.model_dump_json()).model_dump_json() == message.model_dump_json()
    for request in item.requests:
        assert ServiceRequest.model_validate_json(request.model_dump_json()).model_dump_json() == request.model_dump_json()
        _check_spans(request, message.text_new)


def _check_spans(request: ServiceRequest, text: str) -> None:
    for evidence in (*request.evidence, *request.classification.evidence, *request.redactions):
        if evidence.span is None:
            continue
        start, end = evidence.span
        assert 0 <= start < end <= len(text), evidence
        assert text[start:end].strip(), evidence
        _check_quote(evidence, text[start:end])
    for span in (request.location.span, request.emergency.span, *(place.span for place in request.location.candidates)):
        assert span is None or 0 <= span[0] < span[1] <= len(text)


def _check_quote(evidence: Evidence, words: str) -> None:
    """What is said to stand there stands there."""
    if evidence.field == "address_string" and evidence.source == "text":
        assert "".join(evidence.value.split()) == "".join(words.split())
    if evidence.field == "split":
        for part in evidence.value:
            start, end = part["span"]
            assert evidence.span is not None
            assert evidence.span[0] <= start < end <= evidence.span[1]
    if evidence.source in ("redact.email", "redact.phone.north_american"):
        assert "@" in words or sum(map(str.isdigit, words)) >= 10


@pytest.mark.parametrize("kind", TYPES)
@settings(max_examples=int(os.environ.get("INTAKE_MUTATIONS", "12")), deadline=None)
@given(data=st.data())
def test_any_bytes_of_any_channel_end_with_one_disposition(kind: str, data: st.DataObject) -> None:
    samples = channel_cases(kind)
    sample = data.draw(st.sampled_from(samples))
    content = data.draw(st.binary(max_size=200))
    if data.draw(st.integers(0, 3)):
        cut = data.draw(st.integers(0, len(sample.content)))
        content = sample.content[:cut] + content + sample.content[cut + data.draw(st.integers(0, 40)) :]
    try:
        message = adapter(kind).translate(RawMessage("any", RECEIVED, sample.raw.content_type, content, sample.raw.envelope))
    except Unreadable:
        return
    item = ended(message)
    check(item)
    assert whole(item) == whole(ended(message, timedelta(hours=3))) or message.received_datetime is None, "when it is read changes nothing"


@pytest.mark.parametrize("kind", TYPES)
def test_every_case_of_a_channel_ends_with_one_disposition(kind: str) -> None:
    for case in channel_cases(kind):
        if not case.unreadable:
            check(ended(adapter(kind).translate(case.raw)))


PIECES = [
    "pothole at 12 Main Street and ", "514-555-0123 ", "my neighbour John Smith of 12 Elm St, ", "1. nid-de-poule\n2) lampadaire\n",
    "> > > ", "coin Saint-Denis et Rachel, ", "45.1234, -73.1234 ", "@a.b@", "plate ABC 123 ", "œ\u0301\u202e", "Mr. Mme M. Dr ",
    "also aussi 1) ", "On Mon wrote:\n", "fire feu gas ", "=?utf-8?q?a?= ", "née le 12 mars 1950 ",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=30), st.sampled_from(["email", "sms", "social"]))
def test_what_rules_look_for_in_any_order_keeps_every_span(pieces: list[str], channel: str) -> None:
    message = {"intake_id": "01", "channel": channel, "text": "".join(pieces), "received_datetime": NOW}
    check(ended(InboundMessage.model_validate(message)))


@pytest.mark.parametrize("piece", PIECES)
def test_a_flood_of_one_piece_ends_in_bounded_memory(piece: str) -> None:
    size = 60_000
    text = piece * (size // len(piece))
    sender = Sender(address="a@b.c", name=piece * 40, phone=piece * 20)
    message = InboundMessage(intake_id="01", text=text, subject=text[:2_000], sender=sender, received_datetime=NOW)
    ended(InboundMessage(text="pothole"))  # what is loaded once
    tracemalloc.start()
    try:
        check(ended(message))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 60_000_000, "bytes for a text of 60,000 characters"


def test_another_process_with_another_hash_seed_says_the_same() -> None:
    """Sets and dictionaries are walked in another order there: an answer that depends on it would differ."""
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.normalizer.digest"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("0", "4242")
    ]
    answers = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert answers[0] == answers[1]
    assert len(answers[0].splitlines()) > 300

"""JSON of the right names and the wrong kinds: whatever a platform sends is read, or said to be unreadable, and never ends a batch."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import RawMessage, Unreadable
from channels.social import _x_events
from channels.social._meta_updates import split
from channels.social._reddit_feeds import Place, made_at, name_of
from channels.social._reddit_reading import is_gone
from tests.channels.case_files import RECEIVED, load
from tests.channels.social._adapters_meta import meta
from tests.channels.social._adapters_reddit import reddit
from tests.channels.social._adapters_x import x

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=8)
)
ODD = st.one_of(SCALARS, st.lists(SCALARS, max_size=3), st.dictionaries(st.sampled_from(["id", "data", "text", "x"]), SCALARS, max_size=3))


def documents(adapter: str) -> list[Any]:
    return [orjson.loads(case.content) for case in load(__file__, adapter)]


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(path for key, inner in items for path in paths(inner, (*here, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    if isinstance(value, dict):
        return {**value, path[0]: replaced(value[path[0]], path[1:], new)}
    return [replaced(inner, path[1:], new) if at == path[0] else inner for at, inner in enumerate(value)]


@st.composite
def changed(draw: st.DrawFn, adapter: str) -> Any:
    """One of the cases with one or two of its parts replaced by something of another kind."""
    document = draw(st.sampled_from(documents(adapter)))
    for _time in range(draw(st.integers(1, 2))):
        document = replaced(document, draw(st.sampled_from(paths(document))), draw(ODD))
    return document


def raw(document: Any) -> RawMessage:
    return RawMessage("any", RECEIVED, "application/json", orjson.dumps(document))


@settings(max_examples=150)
@given(document=changed("x"))
def test_x(document: Any) -> None:
    for found in _x_events.messages(orjson.dumps(document), None, {}):
        assert found.source_id
    try:
        x().translate(raw(document)).model_dump_json()
    except Unreadable:
        pass


@settings(max_examples=150)
@given(document=changed("meta"))
def test_meta(document: Any) -> None:
    for update in split(document) if isinstance(document, dict) else ():
        assert update.ignored or update.source_id
        again = [other.source_id for other in split(update.document) if not other.ignored]
        assert update.ignored or again == [update.source_id]
    try:
        meta().translate(raw(document)).model_dump_json()
    except Unreadable:
        pass


@settings(max_examples=150)
@given(document=changed("reddit"))
def test_reddit(document: Any) -> None:
    if isinstance(document, dict):
        place = Place()
        assert isinstance(place.knows(document), bool)
        if name_of(document):
            place.passed(document)
        assert made_at(document) == made_at(document)
        assert is_gone(document) in (True, False)
    try:
        reddit().translate(raw(document)).model_dump_json()
    except Unreadable:
        pass

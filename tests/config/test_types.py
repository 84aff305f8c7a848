from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from config.types import Duration, Listen


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:8311", "127.0.0.1", 8311),
        ("localhost:0", "localhost", 0),
        ("[::1]:25", "::1", 25),
        ("[::]:65535", "::", 65535),
        (" mx.city.example:25 ", "mx.city.example", 25),
    ],
)
def test_an_address_to_listen_on(text: str, host: str, port: int) -> None:
    assert Listen.parse(text) == Listen(host, port)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "25",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:smtp",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        ":25",
        "::1:25",
        "[::1:25",
        "[x]:25",
        "a b:1",
        "h:²",
    ],
)
def test_what_is_no_address_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ValueError) as refusal:
        Listen.parse(text)
    assert len(text) < 4 or text.replace("127.0.0.1", "") in ("", ":") or text not in str(refusal.value)


@pytest.mark.parametrize("value", [8311, None, ["127.0.0.1:1"], True])
def test_only_text_can_be_an_address(value: object) -> None:
    with pytest.raises(ValueError, match="host:port"):
        Listen.parse(value)


@given(st.one_of(st.ip_addresses().map(str), st.from_regex(r"[a-z0-9.-]{1,40}", fullmatch=True)), st.integers(0, 65535))
def test_what_is_written_reads_back(host: str, port: int) -> None:
    assert Listen.parse(str(Listen(host, port))) == Listen(host, port)


@pytest.mark.parametrize(
    ("value", "seconds", "text"),
    [
        ("90 s", 90, "90 s"),
        ("5min", 300, "5 min"),
        (" 1 h ", 3600, "1 h"),
        ("14 d", 1_209_600, "14 d"),
        (1.5, 1.5, "1.5 s"),
        ("7200", 7200, "2 h"),
    ],
)
def test_a_length_of_time(value: object, seconds: float, text: str) -> None:
    duration = Duration.parse(value)
    assert (duration.total_seconds(), str(duration)) == (seconds, text)
    assert Duration.parse(str(duration)) == duration == Duration.parse(timedelta(seconds=seconds))


@pytest.mark.parametrize("value", ["", "soon", "5 weeks", "-1 h", 0, -5, True, None, float("nan"), float("inf"), 1e12, "1 h 30 min", "٣ h"])
def test_what_is_no_length_of_time_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="must be"):
        Duration.parse(value)


def test_it_is_text_in_json() -> None:
    adapter = TypeAdapter(Listen)
    assert adapter.dump_json(Listen("::1", 25)) == b'"[::1]:25"'
    assert adapter.json_schema()["type"] == "string"

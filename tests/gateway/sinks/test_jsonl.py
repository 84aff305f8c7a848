"""The file of JSON lines: each delivery once, whatever happened to the file or the power before."""

from __future__ import annotations

import asyncio
import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import Temporary
from gateway.sinks import jsonl
from gateway.sinks.base import Attempt, Deferred, Delivered
from tests.gateway.sinks.cases import a_request


def opened(path: Path) -> jsonl.JsonlSink:
    return jsonl.build("archive", jsonl.Settings(type="jsonl", path=path))


def lines(path: Path) -> list[dict[str, Any]]:
    text = path.read_bytes()
    assert text == b"" or text.endswith(b"\n")
    return [json.loads(line) for line in text.splitlines()]


async def deliver(sink: jsonl.JsonlSink, *keys: str) -> None:
    answers = await asyncio.gather(*(sink.deliver(a_request(), Attempt(key)) for key in keys))
    assert answers == [Delivered()] * len(keys)


async def test_each_delivery_is_one_event_on_one_line(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "requests.jsonl"
    sink = opened(path)
    await sink.check()
    await deliver(sink, "a", "b")
    assert [(event["id"], event["type"]) for event in lines(path)] == [
        ("a", "org.intake311.request.created"),
        ("b", "org.intake311.request.created"),
    ]
    assert lines(path)[0]["data"]["description"] == a_request().description
    assert path.stat().st_mode & 0o077 == 0  # it holds names and addresses of people


async def test_a_key_is_written_once_also_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    sink = opened(path)
    await deliver(sink, "a", "a", "b")
    await deliver(sink, "a")
    await deliver(opened(path), "b", "c", "a")
    assert [event["id"] for event in lines(path)] == ["a", "b", "c"]


@pytest.mark.parametrize("kept", [1, 17, -2, -1])
async def test_a_torn_last_line_is_mended_and_its_delivery_written_again(tmp_path: Path, kept: int) -> None:
    # The power failed while "b" was written: it was not acknowledged.
    path = tmp_path / "requests.jsonl"
    await deliver(opened(path), "a", "b")
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    path.write_bytes(whole[:first] + whole[first:][:kept])
    await deliver(opened(path), "b", "c")
    assert [event["id"] for event in lines(path)] == ["a", "b", "c"]


async def test_a_file_without_any_line_end_is_mended_too(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    path.write_bytes(b'{"id":"a","spec' + b"x" * 200_000)
    await deliver(opened(path), "a")
    assert [event["id"] for event in lines(path)] == ["a"]


async def test_a_file_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    sink = opened(path)
    await deliver(sink, "a")
    path.rename(tmp_path / "requests.1.jsonl")
    await deliver(sink, "b")
    assert [event["id"] for event in lines(path)] == ["b"]
    assert [event["id"] for event in lines(tmp_path / "requests.1.jsonl")] == ["a"]


async def test_what_another_process_appended_is_known(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    mine, theirs = opened(path), opened(path)
    await deliver(mine, "a")
    await deliver(theirs, "b")
    await deliver(mine, "b", "c")
    assert [event["id"] for event in lines(path)] == ["a", "b", "c"]


async def test_two_keys_with_the_same_digest_are_two_deliveries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "_digest", lambda key: 7)
    path = tmp_path / "requests.jsonl"
    sink = opened(path)
    await deliver(sink, "a")
    await deliver(sink, "b", "a")
    assert [event["id"] for event in lines(path)] == ["a", "b"]


async def test_many_keys_are_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "_MERGE", 10)
    path = tmp_path / "requests.jsonl"
    sink = opened(path)
    keys = [f"k{n}" for n in range(57)]
    await deliver(sink, *keys)
    for key in keys:
        await deliver(sink, key)
    assert [event["id"] for event in lines(path)] == keys


async def test_a_full_disk_defers_and_leaves_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "requests.jsonl"
    sink = opened(path)
    await deliver(sink, "a")
    real = os.write

    def half(descriptor: int, data: Any) -> int:
        if len(data) > 10:
            return real(descriptor, bytes(data[:10]))
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", half)
        assert await sink.deliver(a_request(), Attempt("b")) == Deferred("disk_full", detail="No space left on device")
    assert [event["id"] for event in lines(path)] == ["a"]
    await deliver(sink, "b")
    assert [event["id"] for event in lines(path)] == ["a", "b"]


async def test_a_failed_fsync_is_no_delivery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "requests.jsonl"
    sink = opened(path)
    await deliver(sink, "a")

    def broken(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", broken)
        answer = await sink.deliver(a_request(), Attempt("b"))
    assert isinstance(answer, Deferred)
    assert answer.reason == "file_error"
    await deliver(sink, "b")
    assert [event["id"] for event in lines(path)] == ["a", "b"]


async def test_a_folder_in_the_way_is_found_by_the_check_and_defers(tmp_path: Path) -> None:
    sink = opened(tmp_path)
    with pytest.raises(Temporary):
        await sink.check()
    assert isinstance(await sink.deliver(a_request(), Attempt("a")), Deferred)


async def test_a_fault_reaches_everybody_who_waits_and_the_sink_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = opened(tmp_path / "requests.jsonl")
    with monkeypatch.context() as patched:
        patched.setattr(jsonl, "_mend", lambda descriptor: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await sink.deliver(a_request(), Attempt("a"))
    await deliver(sink, "a")
    await sink.aclose()


async def test_an_attempt_that_is_cut_leaves_a_line_that_is_found_at_the_next(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    sink = opened(path)
    cut = asyncio.create_task(sink.deliver(a_request(), Attempt("a")))
    await asyncio.sleep(0)
    cut.cancel()
    await sink.aclose()
    await deliver(sink, "a")
    assert [event["id"] for event in lines(path)] == ["a"]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 400)), max_size=12))
@settings(max_examples=40, deadline=None)
def test_acknowledged_lines_survive_any_tear_and_are_never_doubled(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, int]]
) -> None:
    """Between deliveries the end of the file is torn, up to the last acknowledged byte: nothing acknowledged is lost, nothing doubled."""
    path = tmp_path_factory.mktemp("tear") / "requests.jsonl"
    acknowledged: list[str] = []
    for key, torn in history:
        asyncio.run(deliver(opened(path), key))
        if key not in acknowledged:
            acknowledged.append(key)
        with path.open("ab") as file:  # the beginning of a line that was never acknowledged
            file.write(b'{"id":"z","specversion":"1.0","data":{"x":"'[:torn])
    asyncio.run(deliver(opened(path), "last"))
    assert [event["id"] for event in lines(path)] == [*acknowledged, "last"]

"""Subtitles (WebVTT and SubRip) as turns: who spoke, from when to when, and what.

Sources: W3C WebVTT §4 (cues, voice spans, timestamps); SubRip has no standard: numbers, ``hh:mm:ss,mmm --> hh:mm:ss,mmm``, text.

Reads what a strict reader refuses: a missing number, header or empty line, a comma for a point, a time that is no time (the words below
it are kept, without their time).
"""

from __future__ import annotations

import html
import re
from typing import NamedTuple

_TIME = r"(?:([0-9]{1,4}):)?([0-9]{1,2}):([0-9]{1,2})(?:[.,]([0-9]{1,3}))?"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?$", re.DOTALL)
_VOICE = re.compile(r"<v(?:\.[^ \t>]*)?[ \t]+([^>]*)>")
_TAG = re.compile(r"</?[a-zA-Z0-9][^<>]*>")
_LANGUAGE = re.compile(r"^Language:[ \t]*([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)", re.MULTILINE)


class Cue(NamedTuple):
    """What is shown for a while. Times are milliseconds from the start, None where the file's time is none; ``speaker`` may be empty."""

    start: int | None
    end: int | None
    speaker: str
    text: str


def cues(text: str) -> list[Cue]:
    """The cues in the file's order, one for each voice in them. Everything that is not below a time is no speech."""
    found: list[Cue] = []
    before: list[str] = []
    for timing, lines in _blocks(text):
        start, end = _times(timing)
        spoken = [(speaker, words) for speaker, words in map(_voice, lines) if words]
        fresh = _without_rolled(spoken, before)
        before = [words for _speaker, words in spoken]
        for speaker, words in _by_speaker(fresh):
            found.append(Cue(start, end, speaker, words))
    return found


def language(text: str) -> str | None:
    """The language that a WebVTT header names (``Language: fr``, as YouTube writes it)."""
    head = text[:2_000].partition("-->")[0]
    found = _LANGUAGE.search(head) if head.lstrip("\ufeff").startswith("WEBVTT") else None
    return found.group(1) if found else None


def _blocks(text: str) -> list[tuple[str, list[str]]]:
    """Each line of times with the lines below it, up to an empty one."""
    blocks: list[tuple[str, list[str]]] = []
    inside = fresh = False
    lines = text.splitlines()
    for number, line in enumerate(lines):
        numbered, fresh = fresh and line.strip().isdigit(), not line.strip()
        if numbered and not inside and number + 1 < len(lines) and "-->" not in lines[number + 1] and lines[number + 1].strip():
            blocks.append(("", []))  # SubRip whose line of times is missing: what was said is kept
            inside = True
        elif "-->" in line:
            if inside and blocks[-1][1] and blocks[-1][1][-1].strip().isdigit():
                blocks[-1][1].pop()  # the number of this cue, where the empty line before it is missing
            blocks.append((line, []))
            inside = True
        elif not line.strip():
            inside = False
        elif inside:
            blocks[-1][1].append(line)
    return blocks


def _times(line: str) -> tuple[int | None, int | None]:
    match = _TIMING.match(line)
    if match is None:
        return None, None
    start, end = (_milliseconds(match.groups()[at : at + 4]) for at in (0, 4))
    return start, end


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, fraction = parts
    return ((int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)) * 1000 + int((fraction or "0").ljust(3, "0"))


def _voice(line: str) -> tuple[str, str]:
    named = _VOICE.search(line)
    return named.group(1).strip() if named else "", " ".join(html.unescape(_TAG.sub("", line)).split())


def _without_rolled(spoken: list[tuple[str, str]], before: list[str]) -> list[tuple[str, str]]:
    """Without the first lines that the cue before it ended with: captions that roll up show each line twice."""
    for count in range(min(len(before), len(spoken)), 0, -1):
        if [words for _speaker, words in spoken[:count]] == before[-count:]:
            return spoken[count:]
    return spoken


def _by_speaker(spoken: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Lines of one voice joined; a line without a voice belongs to the one above it."""
    turns: list[tuple[str, str]] = []
    for speaker, words in spoken:
        if turns and speaker in ("", turns[-1][0]):
            turns[-1] = (turns[-1][0], f"{turns[-1][1]} {words}")
        else:
            turns.append((speaker, words))
    return turns

"""Subtitles (WebVTT and SubRip) as the text that was spoken.

Does not: keep the times, nor tell the resident's words from the agent's.
"""

from __future__ import annotations

import html
import re

_VOICE = re.compile(r"<v(?:\.[^ \t>]*)?[ \t]+([^>]*)>")
_TAG = re.compile(r"</?[a-zA-Z0-9][^<>]*>")


def spoken(text: str) -> str:
    """What stands below the lines of times, one line for each; a voice (``<v Anna>``) becomes ``Anna: ``.

    Everything that is not below a time is no speech: the header, notes, styles, the numbers of SubRip (W3C WebVTT §4).
    """
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        if "-->" in line:
            if inside and lines and lines[-1].strip().isdigit():
                lines.pop()  # the number of this cue, where the empty line before it is missing
            inside = True
        elif not line.strip():
            inside = False
        elif inside:
            lines.append(_plain(line))
    return "\n".join(line for line in lines if line)


def _plain(line: str) -> str:
    named = _VOICE.sub(lambda found: f"{found.group(1).strip()}: ", line, count=1)
    return html.unescape(_TAG.sub("", named)).strip()

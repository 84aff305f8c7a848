"""The form that Twilio sends about a call: its fields, who calls, and whether a signed one may have been cut anew.

The signature is made over names and values run together without a mark between them, so that a signed form can be cut in other places
and keeps its signature. What is refused is a form that can be read as one cut anew: it lacks what every call has, has a field twice, a
name that is none of Twilio's kind, or the name of an absent field within what the caller said.

Source: twilio.com/docs/voice/twiml#request-parameters, …/voice/twiml/gather (``SpeechResult``, ``Confidence``, ``Digits``).

Does not: notice a cut between two fields that are both unknown to us.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multidict import MultiDict

CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}")
RECORDING_SID = re.compile(r"RE[0-9a-fA-F]{32}")
_NAME = re.compile(r"[A-Z][A-Za-z0-9]{1,63}|msg")
_TWO_WORDS = re.compile(r"(?:[A-Z][a-z0-9]+){2,}")
_NEW_WORD = re.compile(r"[A-Z][a-z]{2,}")
_PHONE = re.compile(r"\+[1-9][0-9]{5,14}")
_NEEDED = ("AccountSid", "CallSid", "CallStatus", "From", "To")
_ONE_WORD = frozenset({"Called", "Caller", "Confidence", "Digits", "Direction", "From", "Language", "Timestamp", "To", "msg"})
_KNOWN = frozenset({
    "AccountSid", "AnsweredBy", "ApiVersion", "ApplicationSid", "CallDuration", "CallSid", "CallStatus", "CallToken", "CallbackSource",
    "CalledCity", "CalledCountry", "CalledState", "CalledVia", "CalledZip", "CallerCity", "CallerCountry", "CallerName", "CallerState",
    "CallerZip", "DialBridged", "DialCallDuration", "DialCallSid", "DialCallStatus", "ErrorCode", "ErrorUrl", "FinishedOnKey",
    "ForwardedFrom", "FromCity", "FromCountry", "FromState", "FromZip", "ParentCallSid", "RecordingDuration", "RecordingSid",
    "RecordingUrl", "SequenceNumber", "ShakenPassportToken", "SipResponseCode", "SpeechResult", "StirPassportToken", "StirStatus",
    "StirVerstat", "ToCity", "ToCountry", "ToState", "ToZip", "UnstableSpeechResult",
})  # fmt: skip
_LETTERS = {letter: key for key, letters in zip("23456789", "ABC DEF GHI JKL MNO PQRS TUV WXYZ".split(), strict=True) for letter in letters}
_WITHHELD = frozenset(
    "".join(_LETTERS[letter] for letter in word) for word in ("ANONYMOUS", "RESTRICTED", "BLOCKED", "UNKNOWN", "UNAVAILABLE")
)
"""What Twilio gives as the number of a caller who hides his: a word, typed on a telephone's keys (+266696687)."""


def doubt(params: MultiDict[str]) -> str | None:
    """Why the form may be a signed one that was cut anew, or None. Names fields, never their values."""
    if missing := [name for name in _NEEDED if name not in params]:
        return f"{missing[0]} is missing"
    names = sorted(set(params))
    absent = (_KNOWN | _ONE_WORD).difference(names)
    before = ""
    for name in names:
        if len(params.getall(name)) > 1:
            return f"{name} stands twice"
        if name not in _KNOWN and name not in _ONE_WORD and _made_up(name, params[name], before, absent):
            return "a name that is none of Twilio's"
        before = name
    said = params.get("SpeechResult", "")
    if any(name in said for name in _KNOWN & absent if name > "SpeechResult"):
        return "SpeechResult contains another field"
    return None


def _made_up(name: str, value: str, before: str, absent: frozenset[str]) -> bool:
    """Whether an unknown name is a known one with a longer or shorter name, or the end of what was said in the field before it.

    Twilio adds fields without notice: a new word behind a known name (``FromCityName``) is one of those.
    """
    if not _NAME.fullmatch(name) or (before == "SpeechResult" and not _TWO_WORDS.fullmatch(name)):
        return True
    return any(
        (name + value).startswith(known) and not (name.startswith(known) and _NEW_WORD.match(name.removeprefix(known))) for known in absent
    )


def caller(params: MultiDict[str]) -> str | None:
    """The caller's number in E.164 form; None where it is withheld, or the call came from somewhere without one."""
    number = params.get("From", "").strip()
    if not _PHONE.fullmatch(number):
        return None
    digits = number.removeprefix("+")
    return None if digits in _WITHHELD or digits.removeprefix("1") in _WITHHELD else number


def confidence(params: MultiDict[str]) -> float | None:
    """How sure the recogniser is, 0..1; Twilio writes 0.0 where it does not know."""
    try:
        found = float(params.get("Confidence", ""))
    except ValueError:
        return None
    return found if 0 < found <= 1 else None


def said(params: MultiDict[str]) -> str:
    """What the caller said, on one line."""
    return " ".join(params.get("SpeechResult", "").replace("\0", " ").split())

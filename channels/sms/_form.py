"""What a form of Twilio's may look like, beyond its signature.

The signature is made over the names and values run together without a mark between them, so ``{a: 1, ab: 2}`` and ``{a: 1ab2}`` have
the same one, and so has a field whose first letters have moved into its name. Who holds one signed form could therefore cut it anew.
On the other hand Twilio adds fields without notice, so an unknown name alone is no reason to refuse a resident's message. What is
refused is a form that can be read as a known one cut anew.

Source: twilio.com/docs/messaging/guides/webhook-request.

Does not: notice a new cut between two fields that are both unknown to us, nor a WhatsApp label that moved into its own name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multidict import MultiDict

MESSAGE_SID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")

_CORE = frozenset({
    "AccountSid", "ApiVersion", "Body", "From", "FromCity", "FromCountry", "FromState", "FromZip", "MessageSid", "NumMedia", "NumSegments",
    "SmsMessageSid", "SmsSid", "SmsStatus", "To", "ToCity", "ToCountry", "ToState", "ToZip",
    *(f"MediaUrl{n}" for n in range(10)), *(f"MediaContentType{n}" for n in range(10)),
})  # fmt: skip
"""What a plain message consists of."""

_FREE_TEXT = frozenset({
    "Address", "Body", "ButtonPayload", "ButtonText", "ChannelMetadata", "Label", "ListDescription", "ListId", "ListTitle", "ProfileName",
})  # fmt: skip
"""Values that a person wrote; the others are codes, numbers and names of places."""

_KNOWN = _CORE | _FREE_TEXT | frozenset({
    "ButtonType", "ChannelInstallSid", "ChannelPrefix", "ChannelStatusMessage", "ChannelToAddress", "ErrorCode", "ErrorMessage", "ErrorUrl",
    "EventType", "Forwarded", "FrequentlyForwarded", "Latitude", "Longitude", "MessageStatus", "MessageType", "MessagingServiceSid",
    "OptOutType", "OriginalRepliedMessageSender", "OriginalRepliedMessageSid", "RawDlrDoneDate", "WaId",
})  # fmt: skip

_NEVER_TYPED = frozenset({
    "ButtonPayload", "ButtonText", "ButtonType", "ChannelInstallSid", "ChannelMetadata", "ChannelToAddress", "ListTitle",
})  # fmt: skip
"""Names that nobody has in a text of their own."""

_SOME_NAME = re.compile("|".join(sorted(_KNOWN)))
_NAME = re.compile(r"[A-Z][A-Za-z0-9]{1,63}")
_TWO_WORDS = re.compile(r"(?:[A-Z][a-z0-9]+){2,}")
_WORD_NEXT = re.compile(r"[A-Z][a-z]{2,}")


def doubt(params: MultiDict[str]) -> str | None:
    """Why the form may be a signed one that was cut anew, or None. Names fields, never their values."""
    names = sorted(set(params))
    absent = _KNOWN.difference(names)
    for name in names:
        if len(set(params.getall(name))) != len(params.getall(name)) or (name in _KNOWN and len(params.getall(name)) > 1):
            return f"{name} stands twice"
    before = ""
    for name in names:
        found = _swallowed(name, params[name], absent) if name in _KNOWN else _made_up(name, params[name], before, absent)
        if found:
            return found
        before = name
    return None


def _swallowed(name: str, value: str, absent: frozenset[str]) -> str | None:
    """A known field whose value ends in another field's name and value: only the ones that sort after it can have been there."""
    if not _SOME_NAME.search(value):
        return None
    if name in _FREE_TEXT:  # a person may write Forwarded or ErrorCode; a pin has its position
        absent &= _NEVER_TYPED | ({"Latitude", "Longitude"} if name in ("Address", "Label") else frozenset())
    hidden = next((other for other in sorted(absent) if other > name and other in value), None)
    return f"{name} contains {hidden}" if hidden else None


def _made_up(name: str, value: str, before: str, absent: frozenset[str]) -> str | None:
    """An unknown field that was a known one with a longer or shorter name, or the end of the text in the field before it."""
    if not _NAME.fullmatch(name):
        return "a name that is none of Twilio's"
    joined = name + value
    for known in absent:
        # AddressSid would be a new field beside Address, FromCityM is FromCity with a letter too many.
        new_word = name.startswith(known) and known not in _CORE and _WORD_NEXT.match(name.removeprefix(known))
        if joined.startswith(known) and not new_word:
            return f"{known} under another name"
    if before in _FREE_TEXT and not _TWO_WORDS.fullmatch(name):
        return f"{before} may have been cut"
    return None

"""From the fields of a Twilio form to the canonical message."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from channels.sms import _commands, _media, _parts
from normalizer.model import InboundMessage, Sender

if TYPE_CHECKING:
    from multidict import MultiDict

_PHONE = re.compile(r"\+[1-9][0-9]{5,14}")


def fill(message: InboundMessage, params: MultiDict[str], account_sid: str, host: str) -> None:
    """Fill in who wrote what, on which network, and how it hangs together with what was written before."""
    via, address = split_address(params.get("From", ""))
    phone = address if _PHONE.fullmatch(address) else None
    message.sender = Sender(phone=phone, handle=None if phone else address or None, name=_text(params, "ProfileName", message) or None)
    message.recipients = [split_address(to)[1] for to in params.getall("To", [])]
    message.in_reply_to = params.get("OriginalRepliedMessageSid") or None
    message.references = [message.in_reply_to] if message.in_reply_to else []
    body = _text(params, "Body", message)
    hints = message.hints
    _pin(hints, params, message)
    files = _fill_media(message, params, account_sid, host)
    hints["via"] = "mms" if via == "sms" and files else via
    hints["private"] = True
    hints["reply_from"] = params.get("To", "").strip()
    button = {name: params[f"Button{name.title()}"] for name in ("text", "payload") if params.get(f"Button{name.title()}")}
    if button:
        hints["button"] = button
    found = _commands.command(body, params.get("OptOutType", ""))
    if found is not None:
        hints["command"] = found
        if found != "help":
            hints["opt_out"] = found == "stop"
    else:
        _parts.name(hints, params.get("From", "").strip(), hints["reply_from"], body, files=files)
    message.text = body or button.get("text") or _text(params, "ListTitle", message) or hints.get("address", "")


def fill_status(message: InboundMessage, params: MultiDict[str]) -> None:
    """What became of a message that we sent: kept, and no request."""
    message.hints["command"] = "delivery_status"
    delivery = {"message_sid": params.get("MessageSid", ""), "status": params["MessageStatus"]}
    if error := params.get("ErrorCode"):
        delivery["error_code"] = error
    message.hints["delivery"] = delivery


def _fill_media(message: InboundMessage, params: MultiDict[str], account_sid: str, host: str) -> int:
    """List the pictures in ``hints["media"]``; an address that is not Twilio's is noted and never opened. Returns how many were sent."""
    listed = [(n, url) for n in range(10) if (url := params.get(f"MediaUrl{n}"))]
    mine = [(n, url) for n, url in listed if _media.allowed(url, account_sid, host)]
    if mine:
        message.hints["media"] = [{"url": url, "media_type": params.get(f"MediaContentType{n}", "")} for n, url in mine]
    if len(mine) < len(listed):
        foreign = len(listed) - len(mine)
        message.notes.append(f"{foreign} of {len(listed)} attachments not fetched: their address is not Twilio's for this account")
    announced = params.get("NumMedia", "0")
    if announced not in ("", str(len(listed))):
        message.notes.append(f"{len(listed)} attachments listed, another number announced")
    return len(listed)


def _pin(hints: dict[str, Any], params: MultiDict[str], message: InboundMessage) -> None:
    """A WhatsApp location pin: WGS 84 degrees, an address and a place's name."""
    if "Latitude" in params or "Longitude" in params:
        try:
            lat, long = float(params.get("Latitude", "")), float(params.get("Longitude", ""))
        except ValueError:
            lat = long = 999.0
        if abs(lat) <= 90 and abs(long) <= 180:
            hints["lat"], hints["long"] = lat, long
        else:
            message.notes.append("a location pin that cannot be read")
    place = [part for part in (_text(params, "Label", message), _text(params, "Address", message)) if part]
    if place:
        hints["address"] = ", ".join(dict.fromkeys(place))


def _text(params: MultiDict[str], name: str, message: InboundMessage) -> str:
    """A field's text without NUL, which PostgreSQL cannot keep."""
    value = params.get(name, "")
    if "\0" in value:
        message.notes.append(f"NUL removed from {name}")
        value = value.replace("\0", "")
    return value.strip() if name != "Body" else value


def split_address(address: str) -> tuple[str, str]:
    """The network and the bare address: ``whatsapp:+1514…`` is WhatsApp's, a plain number is SMS's."""
    network, colon, rest = address.partition(":")
    return (network.lower(), rest.strip()) if colon else ("sms", address.strip())


def number(address: str) -> str:
    """A number for comparing: the network, spaces, dots and brackets do not matter."""
    return re.sub(r"[\s().-]", "", split_address(address)[1])

"""Takes a call of Meta's webhook apart into what people wrote, each with Meta's own id, and what is no message.

One call brings up to 1,000 updates of Pages, Instagram accounts and WhatsApp numbers. Each message is stored as a call of its own would
have brought it: the same nesting, with only that one update in it.

Sources: developers.facebook.com/docs/graph-api/webhooks (Page, Instagram), …/messenger-platform/webhooks, …/whatsapp/webhooks/reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from channels.social import _hosted, _shapes

POSTS = frozenset({"post", "status", "photo", "video", "share", "note", "album", "event", "link"})
"""What somebody can put on a Page's wall, as the feed's ``item`` names it."""
_UNSAID = ("reaction", "read", "delivery", "optin", "referral", "account_linking", "pass_thread_control", "take_thread_control",
           "request_thread_control", "app_roles", "policy_enforcement", "response_feedback", "game_play")  # fmt: skip
_WHATSAPP_UNSAID = frozenset({"reaction", "system", "request_welcome"})


@dataclass(frozen=True, slots=True)
class Update:
    """One update. ``kind`` says what it is (``page_comment``, ``messenger`` …), ``value`` its own table, ``account`` whose it is.

    ``ignored`` is the reason why it is no message. ``document`` is the call with only this update in it.
    """

    kind: str
    source_id: str
    account: str
    value: dict[str, Any]
    document: dict[str, Any]
    time: int = 0
    ignored: str = ""


def split(document: dict[str, Any]) -> Iterator[Update]:
    """The updates of a call, in their order. What is not shaped as documented is an update of kind ``unknown``, under its hash."""
    about = _shapes.text(document.get("object"))
    entries = document.get("entry")
    if not isinstance(entries, list) or not entries:
        yield _unknown(document)
        return
    for entry in entries:
        if not isinstance(entry, dict):
            yield _unknown({"object": about, "entry": [entry]})
            continue
        yield from _of_entry(about, entry)


def _of_entry(about: str, entry: dict[str, Any]) -> Iterator[Update]:
    head: dict[str, Any] = {name: entry[name] for name in ("id", "time", "uid") if name in entry}
    found = False
    for name in ("messaging", "standby", "changes"):
        parts = entry.get(name)
        for part in parts if isinstance(parts, list) else []:
            found = True
            document = {"object": about, "entry": [{**head, name: [part]}]}
            if not isinstance(part, dict):
                yield _unknown(document)
            elif name != "changes":
                yield _conversation(about, entry, part, document)
            elif about == "whatsapp_business_account":
                yield from _whatsapp(entry, part, document)
            else:
                yield _change(about, entry, part, document)
    if not found:
        yield _unknown({"object": about, "entry": [entry]})


def _conversation(about: str, entry: dict[str, Any], event: dict[str, Any], document: dict[str, Any]) -> Update:
    """An event of Messenger or of Instagram's messages."""
    kind = "instagram" if about == "instagram" else "messenger"
    account = _shapes.identifier(entry.get("id"))
    stamp = event.get("timestamp")
    time = stamp // 1000 if isinstance(stamp, int) else 0

    def made(source_id: str, ignored: str = "", as_kind: str = kind) -> Update:
        return Update(as_kind, source_id, account, event, document, time, ignored)

    message, edit, postback = event.get("message"), event.get("message_edit"), event.get("postback")
    if isinstance(message, dict) and (mid := _shapes.identifier(message.get("mid")) or _long_id(message.get("mid"))):
        if message.get("is_echo") or _shapes.identifier(_shapes.table(event.get("sender")).get("id")) == account:
            return made(mid, "echo")
        if message.get("is_deleted"):
            return made(f"{mid}/deleted", as_kind=f"{kind}_deleted")
        return made(mid)
    if isinstance(edit, dict) and (mid := _shapes.identifier(edit.get("mid")) or _long_id(edit.get("mid"))):
        return made(f"{mid}/edit/{_shapes.identifier(edit.get('num_edit'))}")
    if isinstance(postback, dict):
        return made(_long_id(postback.get("mid")) or _hosted.digest(orjson.dumps(event)))
    if any(name in event for name in _UNSAID):
        return made("", "no_message")
    return _unknown(document)


def _change(about: str, entry: dict[str, Any], change: dict[str, Any], document: dict[str, Any]) -> Update:
    """A change of a Page's or an Instagram account's field."""
    field, value = _shapes.text(change.get("field")), change.get("value")
    account = _shapes.identifier(entry.get("id"))
    time = entry.get("time")
    time = time if isinstance(time, int) and not isinstance(time, bool) else 0
    if not isinstance(value, dict):
        return _unknown(document) if field in ("feed", "mention", "comments", "mentions", "messages") else _other(account, document)
    if about == "instagram" and field == "messages":
        return _conversation(about, entry, value, document)
    if about == "instagram" and field in ("comments", "live_comments"):
        comment_id = _shapes.identifier(value.get("id"))
        own = "own" if _shapes.identifier(_shapes.table(value.get("from")).get("id")) == account else ""
        return Update("instagram_comment", comment_id, account, value, document, time, own) if comment_id else _unknown(document)
    if about == "instagram" and field == "mentions":
        about_id = _shapes.identifier(value.get("comment_id")) or _shapes.identifier(value.get("media_id"))
        return Update("instagram_mention", f"mention:{about_id}", account, value, document, time) if about_id else _unknown(document)
    if about == "page" and field in ("feed", "mention"):
        return _feed(account, value, document, time)
    return _other(account, document)


def _feed(account: str, value: dict[str, Any], document: dict[str, Any], time: int) -> Update:
    item, verb = _shapes.text(value.get("item")), _shapes.text(value.get("verb"))
    if item not in POSTS and item != "comment":
        return Update("page_comment", "", account, value, document, time, "no_message" if item else "unknown_item")
    kind = "page_comment" if item == "comment" else "page_post"
    own_id = _shapes.identifier(value.get("comment_id" if item == "comment" else "post_id"))
    if not own_id:
        return _unknown(document)
    writer = _shapes.table(value.get("from"))
    if _shapes.identifier(writer.get("id")) == account or _shapes.identifier(value.get("sender_id")) == account:
        return Update(kind, own_id, account, value, document, time, "own")
    if verb in ("edited", "edit", "update"):
        return Update(kind, f"{own_id}/edited/{_hosted.digest(orjson.dumps(value))[7:23]}", account, value, document, time)
    if verb in ("remove", "delete"):
        return Update(f"{kind}_deleted", f"{own_id}/deleted", account, value, document, time)
    return Update(kind, own_id, account, value, document, time, "" if verb in ("add", "") else "no_message")


def _whatsapp(entry: dict[str, Any], change: dict[str, Any], document: dict[str, Any]) -> Iterator[Update]:
    value = change.get("value")
    field = _shapes.text(change.get("field"))
    if field != "messages" or not isinstance(value, dict):
        yield _unknown(document) if field == "messages" else _other("", document)
        return
    account = _shapes.identifier(_shapes.table(value.get("metadata")).get("phone_number_id"))
    common = {name: part for name, part in value.items() if name not in ("messages", "statuses", "contacts", "errors")}
    contacts = _shapes.tables(value.get("contacts"))
    head = {name: entry[name] for name in ("id", "time") if name in entry}

    def alone(name: str, part: Any, people: list[dict[str, Any]]) -> dict[str, Any]:
        only = {**common, **({"contacts": people} if people else {}), name: [part]}
        return {"object": "whatsapp_business_account", "entry": [{**head, "changes": [{"field": "messages", "value": only}]}]}

    found = False
    for message in value["messages"] if isinstance(value.get("messages"), list) else []:
        found = True
        wamid = _long_id(message.get("id")) if isinstance(message, dict) else ""
        if not wamid:
            yield _unknown(alone("messages", message, contacts))
            continue
        people = _writers(message, contacts)
        unsaid = "no_message" if _shapes.text(message.get("type")) in _WHATSAPP_UNSAID else ""
        revoked = _shapes.table(message.get("revoke"))
        kind = "whatsapp_deleted" if revoked else "whatsapp"
        time = _shapes.text(message.get("timestamp"))
        seconds = int(time) if time.isascii() and time.isdigit() and len(time) <= 11 else 0
        yield Update(kind, wamid, account, {"message": message, "contacts": people}, alone("messages", message, people), seconds, unsaid)
    for status in _shapes.tables(value.get("statuses")):
        found = True
        failed = status.get("status") == "failed"
        wamid = _long_id(status.get("id"))
        yield Update(
            "whatsapp_status", f"{wamid}/failed", account, status, alone("statuses", status, []), 0, "" if failed and wamid else "status"
        )
    if not found:
        yield _other(account, document)


def _writers(message: dict[str, Any], contacts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of a call's contacts those of one message: by number, or by WhatsApp's own id of who shows no number."""
    ids = {_shapes.identifier(message.get("from")), _shapes.identifier(message.get("from_user_id"))} - {""}
    mine = [person for person in contacts if ids & {_shapes.identifier(person.get("wa_id")), _shapes.identifier(person.get("user_id"))}]
    return mine or (contacts if len(contacts) == 1 else [])


def _long_id(value: Any) -> str:
    """An id of Messenger or WhatsApp, which may be longer than most: at most 400 printable characters."""
    found = _shapes.text(value).strip()
    return found if len(found) <= 400 and found.isprintable() else ""


def _unknown(document: dict[str, Any]) -> Update:
    return Update("unknown", _hosted.digest(orjson.dumps(document)), "", {}, document)


def _other(account: str, document: dict[str, Any]) -> Update:
    return Update("other", "", account, {}, document, 0, "unknown_field")

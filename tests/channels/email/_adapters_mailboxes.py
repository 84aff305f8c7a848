"""How the tests build the adapters that read mailboxes, and what Exchange Online sends to one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson

from channels.email import graph, imap
from tests.channels.email.graph_server import CLIENT, MAILBOX, SECRET, TENANT, lifecycle, notification
from tests.channels.peers import Call, Peer

PUBLIC = "https://311.springfield.example.gov"
STATE = "a-secret-that-only-we-and-Graph-know"


def make_imap() -> imap.Mailbox:
    table = {"type": imap.TYPE, "host": "imap.springfield.example.gov", "username": "311", "password": "secret-of-the-city"}
    return imap.build("mail", imap.Settings.model_validate(table))


def make_graph() -> graph.GraphMailbox:
    table = {"type": graph.TYPE, "tenant": TENANT, "client_id": CLIENT, "client_secret": SECRET, "mailbox": MAILBOX, "client_state": STATE}
    return graph.build("mail", graph.Settings.model_validate(table))


def _call(*notices: dict[str, Any]) -> Call:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return Call("/channels/mail", orjson.dumps({"value": list(notices)}), headers, messages=0)


def graph_calls() -> Sequence[Call]:
    """Notifications of each kind, as Microsoft's documentation has them. They bring no mail: they wake the poller."""
    subscription = {"id": "7f105c7d-2dc5-4530-97cd-4e7ae6534c07", "clientState": STATE}
    other = {"id": "11111111-2dc5-4530-97cd-4e7ae6534c07", "clientState": STATE}
    return [
        Call("/channels/mail?validationToken=Validation%3A+Testing+client+%C3%A9%2B", b"", {"Content-Type": "text/plain"}, messages=0),
        _call(notification(subscription)),
        _call(notification(subscription), notification(other), notification(subscription, id="x")),
        _call(lifecycle(subscription, "missed")),
        _call(lifecycle(subscription, "reauthorizationRequired"), lifecycle(other, "subscriptionRemoved")),
    ]


def without_the_secret(call: Call, number: int) -> Call | None:
    """The call with the secret of one notification changed, which is all the proof that there is."""
    if not call.body:
        return None
    document = orjson.loads(call.body)
    notice = document["value"][number % len(document["value"])]
    at = number // 12 % len(STATE)
    wrong: list[Any] = [
        STATE[:at] + chr(ord(STATE[at]) ^ (1 << number % 5)) + STATE[at + 1 :],
        STATE[:at],
        STATE[:at] + STATE[at + 1 :],
        STATE[:at] + "é" + STATE[at:],
        STATE.upper(),
        f" {STATE}",
        f"{STATE}\u0000",
        None,
        number,
        [STATE],
        {"clientState": STATE},
    ]
    if number % 12 < len(wrong):
        notice["clientState"] = wrong[number % 12]
    else:
        del notice["clientState"]
    return replace(call, body=orjson.dumps(document))


ADAPTERS = {imap.TYPE: make_imap, graph.TYPE: make_graph}
PEERS = {graph.TYPE: Peer(graph_calls, PUBLIC, (), mutate=without_the_secret)}

"""A call to a running gateway: spoken, logged by an agent, written down by others; each is one request with what was said."""

from __future__ import annotations

import json
from pathlib import Path

from aiohttp import ClientSession

from channels.phone import _script
from tests.channels.phone.adapters import KEY, SID, TOKEN, bearer
from tests.channels.phone.caller import Answer, Caller
from tests.channels.phone.test_transcript_roads import handshake
from tests.channels.webhooks import Inbox, Site
from tests.journeys.running import Gateway, wait_for

VTT = """WEBVTT

00:00.000 --> 00:02.000
<v Agent>311, how may I help you?

00:02.000 --> 00:05.000
<v Caller>The traffic light at Main Street and Elm Street is dark.
"""


# Longer than two seconds: one gateway starts for all of it, and settles what came.
async def test_a_spoken_call_a_log_and_a_transcript_become_requests(tmp_path: Path) -> None:
    folder = tmp_path / "transcripts"
    folder.mkdir()
    extra = f"""
[channels.line]
type = "phone.voice"
account_sid = "{SID}"
auth_token = "{TOKEN}"
public_url = "https://311.springfield.example.gov"
[channels.pad]
type = "phone.call_pad"
key = "{KEY}"
[channels.calls]
type = "phone.transcript"
folder = "{folder}"
interval = 1
account_sid = "{SID}"
auth_token = "{TOKEN}"
intelligence = false
public_url = "https://311.springfield.example.gov"
"""
    with Gateway(tmp_path / "gateway", extra=extra).start() as gateway:
        (folder / "one.vtt").write_text(VTT)
        async with ClientSession() as http:
            caller = Caller(Site(f"http://127.0.0.1:{gateway.http_port}", Inbox(), http))
            await caller.dial()
            await caller.say("There is a big pothole and my tire is flat")
            await caller.say("it is at 455 Main Street near the bakery")
            gateway.drain()  # a caller takes longer for the last answer than the gateway for the first
            await caller.answer(Answer(key="1"))
            assert caller.ended
            said = caller.heard[-2]
            await caller.hang_up()
            async with http.ws_connect(f"{caller.site.url}/channels/calls/relay", headers=handshake()) as socket:
                await socket.send_json({"type": "setup", "sessionId": "VX1", "callSid": "CA" + "7" * 32, "from": "+14185550111"})
                await socket.send_json({"type": "prompt", "voicePrompt": "Graffiti on the library wall", "lang": "en-US", "last": True})
                assert (await socket.receive_json())["type"] == "text"
        log = {
            "call_id": "c-1",
            "text": "Un arbre est tombé sur le trottoir",
            "place": "12 rue des Érables",
            "anonymous": True,
            "language": "fr",
        }
        assert gateway.request("POST", "/channels/pad", json.dumps(log).encode(), bearer())[0] == 202
        assert gateway.request("POST", "/channels/pad", json.dumps(log).encode(), bearer("no"))[0] == 403
        wait_for("the folder to be taken", (folder / "done" / "one.vtt").exists)
        books = gateway.drain(received=7)
        assert books["balanced"]
        assert {name: channel["received"] for name, channel in books["channels"].items() if channel["received"]} == {
            "line": 4, "pad": 1, "calls": 2,
        }  # fmt: skip
        requests = {request["channel"] + request["description"][:8]: request for request in gateway.lines("requests", "list", "--json")}
        assert len(requests) == 4
        spoken = requests["phoneThere is"]
        assert spoken["description"] == (
            "There is a big pothole and my tire is flat\nPlace: it is at 455 Main Street near the bakery\n"
            "May be contacted by text message at this number."
        )
        assert (spoken["address_string"], spoken["phone"], spoken["service_code"]) == ("455 Main Street", "+16135550142", "pothole")
        assert said.count(_script.spelled(spoken["service_request_id"])) == 2, "the number is said twice"
        logged = requests["phoneUn arbre"]
        assert (logged["address_string"], logged["visibility"], logged["language"]) == ("12 rue des Érables", "anonymous", "fr")
        assert requests["phoneThe traf"]["address_string"] == "Main Street and Elm Street"
        assert gateway.stop() == 0

"""A caller on a Twilio number: plays the TwiML that comes back, signs each request with Twilio's own library, over real HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from yarl import URL

from tests.channels.phone.adapters import PUBLIC, SID, signed
from tests.channels.webhooks import Site

CALL = "CA0123456789abcdef0123456789abcdef"
NUMBER, CITY = "+16135550142", "+16135550100"


@dataclass
class Answer:
    """What a caller does when he is asked: words with the recogniser's confidence, a key, or nothing."""

    said: str = ""
    confidence: float = 0.9
    key: str = ""


@dataclass
class Caller:
    """One call. ``heard`` is everything that was said to the caller, ``twiml`` the last answer."""

    site: Site
    number: str = NUMBER
    sid: str = CALL
    heard: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    twiml: ET.Element = field(default_factory=lambda: ET.Element("Response"))
    channel: str = "line"
    extra: dict[str, str] = field(default_factory=dict)

    async def dial(self) -> None:
        """Call the city."""
        await self.request(f"/channels/{self.channel}/voice", {"CallStatus": "ringing"})

    async def say(self, said: str, confidence: float = 0.9) -> None:
        await self.answer(Answer(said, confidence))

    async def press(self, key: str) -> None:
        await self.answer(Answer(key=key))

    async def stay_silent(self) -> None:
        await self.answer(Answer())

    async def answer(self, answer: Answer) -> None:
        """Do as a caller does at the question that was asked last."""
        gather = self.twiml.find("Gather")
        assert gather is not None, ET.tostring(self.twiml)
        fields = {"msg": "Gather End"}
        if answer.key:
            fields = {"Digits": answer.key, "FinishedOnKey": "", "msg": "Gather End"}
        elif answer.said:
            fields = {"SpeechResult": answer.said, "Confidence": str(answer.confidence), "Language": gather.attrib["language"]}
        await self.request(_below(gather.attrib["action"]), fields)

    async def ring(self, status: str) -> None:
        """What becomes of the hand-over that was just begun."""
        dial = self.twiml.find("Dial")
        assert dial is not None
        await self.request(_below(dial.attrib["action"]), {"DialCallStatus": status, "DialCallSid": "CA" + "9" * 32})

    async def leave_message(self, seconds: int = 12) -> None:
        record = self.twiml.find("Record")
        assert record is not None
        sid = "RE" + "a" * 32
        fields = {"RecordingSid": sid, "RecordingUrl": f"https://api.twilio.com/x/{sid}", "RecordingDuration": str(seconds), "Digits": "#"}
        await self.request(_below(record.attrib["action"]), fields)

    async def hang_up(self, status: str = "completed") -> None:
        await self.request(f"/channels/{self.channel}/voice/status", {"CallStatus": status, "CallDuration": "31", "SequenceNumber": "0"})

    async def request(self, path: str, fields: dict[str, str]) -> None:
        common = {
            "AccountSid": SID, "ApiVersion": "2010-04-01", "CallSid": self.sid, "CallStatus": "in-progress", "Called": CITY,
            "Caller": self.number, "Direction": "inbound", "From": self.number, "To": CITY, "FromCity": "OTTAWA", "FromZip": "",
        }  # fmt: skip
        body = urlencode(common | self.extra | fields).encode()
        async with self.site.http.post(URL(self.site.url + path, encoded=True), data=body, headers=signed(path, body)) as answer:
            self.statuses.append(answer.status)
            text = await answer.text()
            if answer.status == 200:
                assert answer.content_type == "text/xml"
                self.twiml = ET.fromstring(text)
                self._listen()

    def _listen(self) -> None:
        for say in self.twiml.iter("Say"):
            self.heard.append(say.text or "")
            self.languages.append(say.attrib["language"])
        self.dialled += [dial.text or "" for dial in self.twiml.iter("Dial")]

    @property
    def ended(self) -> bool:
        """Whether the city hangs up after what it says."""
        return self.twiml.find("Gather") is None and self.twiml.find("Hangup") is not None

    def hears(self, words: str) -> bool:
        """Whether the last answer says these words."""
        return any(words in (say.text or "") for say in self.twiml.iter("Say"))


async def whole_call(caller: Caller, answers: Sequence[Answer]) -> None:
    """Call, answer each question in turn, and hang up."""
    await caller.dial()
    for answer in answers:
        await caller.answer(answer)
    await caller.hang_up()


def _below(address: str) -> str:
    assert address.startswith(PUBLIC), address
    return address.removeprefix(PUBLIC)

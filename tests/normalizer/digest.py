"""Everything that the pipeline says of the cases of the channels and of the core, one digest a line: for comparing processes.

Run as ``python -m tests.normalizer.digest``.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator

from normalizer.model import InboundMessage
from normalizer.pipeline import Known, Work, relate, understand
from normalizer.ports import KnownRequest
from tests.normalizer.build import NOW, cases, context
from tests.normalizer.fakes import FakeRequests


def whole(item: Work) -> str:
    """All that is known of a message after the pipeline, but for the times that stages took."""
    parts = [item.message.model_dump_json(), *(request.model_dump_json() for request in item.requests)]
    parts += [repr((item.identifiers, item.sender_key, item.follows, item.staff)), item.emergency.model_dump_json()]
    return "\n".join(parts)


def messages() -> Iterator[InboundMessage]:
    from tests.channels.test_contract import TYPES, adapter
    from tests.channels.test_contract import cases as channel_cases

    for kind in TYPES:
        yield from (adapter(kind).translate(case.raw) for case in channel_cases(kind) if not case.unreadable)
    texts = [case["text"] for name in ("services", "splits") for case in cases(name)]
    texts += [case["text"] for case in cases("emergencies", "danger")]
    for number, text in enumerate(texts):
        yield InboundMessage(intake_id=f"{number:04}", channel="sms", text=text, received_datetime=NOW)


def main() -> None:
    near = KnownRequest("SR-1", "pothole", NOW, "pothole at 12 Main Street", lat=45.5, long=-73.6, address_string="12 Main Street")
    known = Known(requests=FakeRequests([near]))
    setting = context()
    for message in messages():
        item = Work(message=message, now=NOW)
        understand([item], setting)
        relate([item], setting, known)
        sys.stdout.write(hashlib.sha256(whole(item).encode("utf-8", "surrogatepass")).hexdigest() + "\n")


if __name__ == "__main__":
    main()

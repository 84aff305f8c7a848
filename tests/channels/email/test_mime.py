"""Reading mails: every case beside this module, byte for byte as a mail program, a gateway or an attacker would send it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from channels.base import RawMessage
from channels.email import mime
from normalizer.model import InboundMessage
from tests.channels import case_files


class Mail:
    """The translation as an adapter of this channel offers it."""

    def translate(self, raw: RawMessage, /) -> InboundMessage:
        return mime.translate(raw, adapter="email.smtp", channel_id="mail")


def cases() -> Iterable[case_files.Case]:
    return case_files.load(__file__, "smtp")


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_case(case: case_files.Case) -> None:
    case_files.check(Mail(), case)

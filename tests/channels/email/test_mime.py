"""Reading mails: every case beside this module, byte for byte as a mail program, a gateway or an attacker would send it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.channels import case_files
from tests.channels.email import adapters


def cases() -> Iterable[case_files.Case]:
    return case_files.load(__file__, "smtp")


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_case(case: case_files.Case) -> None:
    case_files.check(adapters.smtp(), case)

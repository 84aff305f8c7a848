"""The captured calls: each case is read as its TOML says."""

from __future__ import annotations

import pytest

from tests.channels.case_files import Case, check, load
from tests.channels.phone.adapters import ADAPTERS

CASES = [(kind, case) for kind in ADAPTERS for case in load(__file__, kind.partition(".")[2])]


@pytest.mark.parametrize(("kind", "case"), CASES, ids=[f"{kind}:{case.name}" for kind, case in CASES])
def test_a_case_is_read_as_it_should_be(kind: str, case: Case) -> None:
    check(ADAPTERS[kind](), case)

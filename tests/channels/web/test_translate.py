from __future__ import annotations

import pytest

from channels.base import RawMessage
from tests.channels.case_files import RECEIVED, Case, check, load
from tests.channels.web.site import form, multipart


@pytest.mark.parametrize("case", load(__file__, "form"), ids=lambda case: case.name)
def test_a_stored_form_is_read(case: Case) -> None:
    check(form(), case)


def test_a_form_is_read_without_its_content_type() -> None:
    # `intake311 normalize` reads a file and knows no header: the boundary stands in the first line.
    body, _content_type = multipart({"text": "Un lampadaire éteint"})
    message = form().translate(RawMessage("1", RECEIVED, "application/octet-stream", body))
    assert message.text == "Un lampadaire éteint"


def test_the_first_of_two_values_counts() -> None:
    body, content_type = multipart({"text": "first"})
    twice = body.replace(
        b"\r\n--", b'\r\n------WebKitFormBoundary7MA4YWxkTrZu0gW\r\nContent-Disposition: form-data; name="text"\r\n\r\nsecond\r\n--', 1
    )
    assert form().translate(RawMessage("1", RECEIVED, content_type, twice)).text == "first"

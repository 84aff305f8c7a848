"""The order of the stages, and what holds for any message: one disposition, the same answer again, nothing read from outside."""

from __future__ import annotations

import ast
import pickle
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import normalizer
from normalizer.model import Attachment, InboundMessage, Sender
from normalizer.pipeline import Known, Work, alone, relate, together, understand
from normalizer.ports import KnownMessage, KnownRequest
from tests.normalizer.build import NOW, cases, context, run, work
from tests.normalizer.fakes import FakeMessages, FakeRequests

ROOT = Path(normalizer.__file__).parent


def test_the_order_of_the_stages() -> None:
    """Emergencies are looked for before anything is set aside; who is known before what follows; follow-ups before duplicates."""
    assert [name for name, _ in alone()] == ["clean", "language", "identify", "screen", "draft", "classify", "locate", "split", "redact"]
    assert [name for name, _ in together()] == ["correlate", "dedupe"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3),
    max_leaves=6,
)
_HINTS = st.dictionaries(
    st.sampled_from(
        ["lat", "long", "address", "language", "service_code", "attributes", "on_behalf_of", "anonymous", "signed_reference", "media_url",
         "account_id", "mail_from", "visibility", "location_source", "contact_preference", "first_name"]
    ),
    _JSON,
    max_size=5,
)  # fmt: skip
_TEXT = st.one_of(
    st.text(st.characters(codec=None, categories=None), max_size=300),
    st.lists(
        st.sampled_from(
            ["Bonjour,", "nid-de-poule", "rue", "12", "Main", "St", "fire", "feu", "no", "pas", "\n", "\n> ",
             "On Mon 1 Jan 2026 a@b.c wrote:\n",
             "-- \n", "gas", "smell", ".", "coin", "et", "45.1234, -73.1234", "@", "\u202f", "…", "œ", "#SR-1", "pothole", "lampadaire"]
        ),
        max_size=40,
    ).map(" ".join),
)  # fmt: skip
_SHORT = st.none() | st.text(st.characters(codec=None, categories=None), max_size=40)
_MESSAGES = st.builds(
    InboundMessage,
    intake_id=st.just("01J0"),
    channel=st.sampled_from(["email", "sms", "phone", "social", "web", "open311", "api", "bulk"]),
    adapter=st.sampled_from(["", "email.smtp", "social.x"]),
    received_datetime=st.none() | st.just(NOW),
    sent_datetime=st.none() | st.just(NOW - timedelta(days=1)),
    sender=st.builds(Sender, address=_SHORT, name=_SHORT, phone=_SHORT, handle=_SHORT),
    subject=_SHORT,
    text=_TEXT,
    message_id=st.none() | st.just("<a@b>"),
    in_reply_to=st.none() | st.just("<c@d>"),
    headers=st.dictionaries(
        st.sampled_from(["Auto-Submitted", "Precedence", "List-Id", "Return-Path", "X-Loop", "Content-Type"]),
        st.text(max_size=20),
        max_size=3,
    ),
    attachments=st.lists(st.builds(Attachment, lat=st.none() | st.floats(), long=st.none() | st.floats()), max_size=2),
    is_auto_reply=st.booleans(),
    is_bounce=st.booleans(),
    hints=_HINTS,
)
_KNOWN = Known(
    messages=FakeMessages([KnownMessage("01OLD", "<c@d>", "email:a@b.c", "SR-1", closed=True)]),
    requests=FakeRequests(
        [KnownRequest("SR-1", "pothole", NOW, "pothole at 12 Main St", lat=45.1234, long=-73.1234, address_string="12 Main St")]
    ),
)


@settings(max_examples=150)
@given(_MESSAGES, st.booleans())
def test_any_message_ends_with_one_disposition_and_the_same_answer(message: InboundMessage, released: bool) -> None:
    answers = []
    for _ in range(2):
        item = run(Work(message=message.model_copy(deep=True), now=NOW, released=released), _KNOWN)
        assert item.message.disposition is not None
        assert item.message.reason
        asks = item.message.disposition == "request" or item.message.reason == "same_problem"
        assert len(item.requests) == (1 if asks else 0)
        if released:
            assert item.message.disposition in ("request", "follow_up", "duplicate")
        if item.emergency.flag:
            assert item.message.disposition not in ("spam", "auto_reply", "not_actionable", "follow_up")
        answers.append((item.message.model_dump_json(), [request.model_dump_json() for request in item.requests], item.follows))
    assert answers[0] == answers[1]


def test_a_batch_is_understood_like_each_of_its_messages() -> None:
    texts = [case["text"] for case in cases("services")] + [case["text"] for case in cases("emergencies", "danger")]
    batch = [work(text) for text in texts]
    understand(batch, context())
    relate(batch, context(), Known())
    for text, item in zip(texts, batch, strict=True):
        single = run(work(text))
        assert single.requests == item.requests
        assert single.message == item.message


def test_what_was_read_again_gives_the_same() -> None:
    """Replay: the stored message, with its disposition taken away, goes through once more."""
    item = run(work("Bonjour,\n\nNid-de-poule au 12, rue Main.\n\n-- \nMarie", subject="RE: trou"))
    stored = item.message.model_copy(update={"disposition": None, "reason": None}, deep=True)
    again = run(Work(message=stored, now=item.now))
    assert again.message == item.message
    assert again.requests == item.requests


def test_work_travels_between_processes() -> None:
    item = work("Pothole at 12 Main Street")
    understand([item], context())
    travelled = pickle.loads(pickle.dumps(item))
    assert travelled == item
    assert travelled.reading is None
    pickle.loads(pickle.dumps(context()))


def test_each_stage_tells_its_time() -> None:
    item = run(work("Pothole"))
    assert set(item.seconds) == {name for name, _ in (*alone(), *together())}


_FORBIDDEN = {
    "asyncio", "socket", "ssl", "sqlalchemy", "sqlmodel", "aiohttp", "httpx", "requests", "urllib", "os", "pathlib", "io", "subprocess",
    "time", "random", "secrets", "uuid", "threading", "multiprocessing", "numpy", "gateway", "channels", "config",
    "tempfile", "sqlite3", "http", "email",
}  # fmt: skip
_ALLOWED = {("pipeline.py", "time"), *((f"{name}.py", "numpy") for name in ("features", "linear", "fitting", "packing"))}
"""The pipeline measures how long a stage took; no answer depends on it. The classifier computes with numpy, loaded when it judges."""


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_core_imports_nothing_that_reads_the_world(path: Path) -> None:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("open", "input", "print"), path
        elif isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today", "environ"):
            assert getattr(node.value, "id", "") == "work", path
    assert {name for name in names & _FORBIDDEN if (path.name, name) not in _ALLOWED} == set()


def test_importing_the_core_loads_no_network_or_database() -> None:
    """Measured in a fresh interpreter, beside what pydantic itself loads."""
    code = (
        "import sys, pydantic\n"
        "class M(pydantic.BaseModel):\n    x: int = 1\n"
        "M()\n"
        "before = set(sys.modules)\n"
        "import normalizer.pipeline as p, normalizer.redact\n"
        "p.alone(); p.together()\n"
        "print(' '.join(sorted({name.partition('.')[0] for name in set(sys.modules) - before})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT.parent)
    loaded = set(done.stdout.split())
    assert "normalizer" in loaded
    assert not loaded & {
        "asyncio",
        "socket",
        "ssl",
        "sqlalchemy",
        "sqlmodel",
        "aiohttp",
        "numpy",
        "phonenumbers",
        "gateway",
        "channels",
        "config",
    }


def test_every_package_opens_with_a_map() -> None:
    for path in ROOT.rglob("__init__.py"):
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        for module in path.parent.glob("*.py"):
            if module.name != "__init__.py" and not module.name.startswith("_"):
                assert module.name in text or f"``{module.stem}``" in text, f"{path} does not name {module.name}"


def test_the_page_on_understanding_names_every_reason() -> None:
    """Operators look codes up there; a code that is missing is a code that nobody can explain."""
    page = (ROOT.parent / "docs" / "understanding.md").read_text(encoding="utf-8")
    codes = {"new"}
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in ("settle", "Verdict"):
                codes |= {str(value.value) for value in node.args[1:2] if isinstance(value, ast.Constant)}
    assert {"same_problem", "spam_suspected", "mailing_list"} <= codes
    assert not {code for code in codes if f"`{code}`" not in page}

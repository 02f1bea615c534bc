"""Captured values, paths into JSON, and cookies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refloat import registry
from refloat.checks import CheckContext
from refloat.checks import _asking as asking
from refloat.checks import _http_exchange as web
from refloat.checks import _json_path as json_path
from refloat.model.errors import MissingInput, ToolTimeout
from refloat.model.place import CommandResult
from refloat.model.run import Outcome
from refloat.testing.check_conformance import EmptyPlace, example_options

DOCUMENT = {"a": {"b": [10, {"c": "x"}]}, "0": "zero", "list": [1, 2, 3], "no": None, "t": True}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a.b.0", 10),
        ("a.b[1].c", "x"),
        ("$.a.b[0]", 10),
        ("0", "zero"),
        ("$", DOCUMENT),
        ("no", None),
        ("a.b.2", json_path.MISSING),
        ("a.x", json_path.MISSING),
        ("t.x", json_path.MISSING),
        ("list.-1", json_path.MISSING),
    ],
)
def test_finds_by_path(path: str, value: Any) -> None:
    assert json_path.find(DOCUMENT, path) is value or json_path.find(DOCUMENT, path) == value


@pytest.mark.parametrize(
    ("value", "expected", "fine"),
    [
        (True, "yes", True),
        (True, "true", True),
        (False, "no", True),
        (True, "1", False),
        (1, "1", True),
        (1.0, "1", True),
        (1, "yes", False),
        ("1", "1", True),
        ("no", "no", True),
        (None, "null", True),
        ([1], "1", False),
        (json_path.MISSING, "x", False),
    ],
)
def test_compares_as_a_plan_means_it(value: Any, expected: str, fine: bool) -> None:
    assert json_path.same(value, expected) is fine


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists))
def test_no_value_upsets_the_judging(value: Any) -> None:
    json_path.number(value)
    json_path.text(value)
    json_path.same(value, "1")
    assert len(json_path.described(value)) < 100


@pytest.mark.parametrize("content", [b"Quill \xff", b'{"Quill": ', b"", b"[" * 99_999 + b"Quill"])
def test_what_is_no_json_is_refused_without_its_content(content: bytes) -> None:
    with pytest.raises(json_path.NotJson) as refused:
        json_path.read(content)
    assert "Quill" not in str(refused.value)


@given(st.text())
def test_a_captured_value_stays_a_value(value: str) -> None:
    filled = asking.fill('{"x": "${v}"}', {"v": value}, asking.in_json)
    assert json.loads(filled) == {"x": value}


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8")))
def test_a_captured_value_cannot_leave_its_quotation_marks_in_sql(value: str) -> None:
    literal = asking.in_sql(value).removeprefix(" E'").removesuffix("'")
    # What is left holds quotation marks and backslashes in pairs only.
    assert "'" not in literal.replace("\\\\", "").replace("''", "")
    assert literal.replace("''", "'").replace("\\\\", "\\") == value


class DeafPlace(EmptyPlace):
    """A place in which no question is ever answered."""

    def ask(self, *_: Any, **__: Any) -> dict[str, Any]:
        raise ToolTimeout("it did not return")

    def run(self, arguments: tuple[str, ...], **_: Any) -> CommandResult:
        return CommandResult(arguments, None, b"", "", 7.0)


@pytest.mark.parametrize("kind", sorted(registry.adapters("checks")))
def test_no_answer_at_all_is_a_failure(kind: str) -> None:
    check = registry.adapters("checks")[kind]
    context = CheckContext({}, "nobody", 7.0, {})
    outcome = check.run(DeafPlace(), example_options(check), context)
    assert outcome.outcome is Outcome.FAILED
    assert outcome.seen == "no answer within 7 s"


def test_a_value_that_nobody_captured_is_missing() -> None:
    for template in ("${x}", "${cookie 127.0.0.1 / s}", "${}"):
        with pytest.raises(MissingInput):
            asking.fill(template, {"y": "1", "cookie 127.0.0.1 / s": "{}"})


def answer(*cookies: str) -> web.Answer:
    return web.Answer("", 200, tuple(("Set-Cookie", cookie) for cookie in cookies))


def sent(url: str, variables: dict[str, str]) -> dict[str, str]:
    request = web.Request(url, "GET", (), None, "", False, "", True)
    return dict(web._with_cookies(request, variables).headers)


def test_cookies_go_where_they_belong() -> None:
    kept: dict[str, str] = {}
    web._keep_cookies(
        "http://127.0.0.1:80/app/in",
        answer("s=1; Path=/", "deep=2; path=/app", "own=3", "far=4; Path=/elsewhere"),
        kept,
    )
    assert sent("http://127.0.0.1:8080/", kept) == {"Cookie": "s=1"}
    assert sent("http://127.0.0.1/app/x", kept) == {"Cookie": "s=1; deep=2; own=3"}
    assert sent("http://127.0.0.1/application", kept) == {"Cookie": "s=1"}
    assert sent("http://127.0.0.2/app/x", kept) == {}


def test_cookies_end() -> None:
    kept: dict[str, str] = {}
    address = "http://127.0.0.1/"
    web._keep_cookies(address, answer("a=1", "b=2", "c=3"), kept)
    web._keep_cookies(address, answer("a=; Path=/", "b=x; Max-Age=0", "c=4; Max-Age=-5"), kept)
    assert sent(address, kept) == {}


def test_a_server_cannot_fill_the_memory_with_cookies() -> None:
    kept: dict[str, str] = {}
    web._keep_cookies(
        "http://127.0.0.1/", answer(*(f"c{n}=1" for n in range(500)), "big=" + "x" * 9000), kept
    )
    assert len(kept) == web.COOKIES


def test_a_secure_cookie_crosses_no_open_line() -> None:
    kept: dict[str, str] = {}
    web._keep_cookies("https://clinic.example/", answer("s=1; Secure"), kept)
    assert sent("http://clinic.example/", kept) == {}
    assert sent("https://clinic.example/", kept) == {"Cookie": "s=1"}

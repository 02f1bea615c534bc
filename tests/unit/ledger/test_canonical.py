import hashlib
import json
from enum import IntEnum, StrEnum

import pytest

from refloat.ledger.canonical import Malformed, canonical_bytes, digest, parse, printable


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


def test_keys_are_ordered_by_utf16_code_units_as_rfc_8785_section_3_2_3_shows() -> None:
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    names = list(json.loads(canonical_bytes(value)).values())
    assert names == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


def test_text_is_escaped_as_rfc_8785_section_3_2_2_2_shows() -> None:
    value = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/\x7f\u2028"
    assert canonical_bytes(value).decode() == ('"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f\u2028"')


def test_one_spelling_for_one_meaning() -> None:
    one = {"b": (1, True, None), "a": {"y": Colour.RED, "x": Level.HIGH}}
    other = {"a": {"x": 3, "y": "red"}, "b": [1, True, None]}
    assert canonical_bytes(one) == b'{"a":{"x":3,"y":"red"},"b":[1,true,null]}'
    assert digest(one) == digest(other)
    assert digest({}) == "sha256:" + hashlib.sha256(b"{}").hexdigest()
    assert digest({"a": 1}) != digest({"a": "1"})


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"a": [1, 0.5]}, r"\$\.a\[1\] is a floating-point number"),
        (float("nan"), "floating-point"),
        (2**53, "beyond"),
        (-(2**53), "beyond"),
        ({1: "a"}, "a key that is no text"),
        ({"a": {1, 2}}, r"\$\.a is a set"),
        (b"bytes", "is a bytes"),
        ("\ud800", "lone surrogate"),
        ({"\udfff": 1}, "lone surrogate"),
    ],
)
def test_what_has_no_canonical_form_is_refused_with_its_place(value: object, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        canonical_bytes(value)


def test_nesting_is_bounded() -> None:
    value: object = 1
    for _ in range(100):
        value = [value]
    assert canonical_bytes(value)
    with pytest.raises(Malformed, match="deeper than 100"):
        canonical_bytes([value])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"a":1,"b":{"c":1,"c":2}}', "the key 'c' stands twice"),
        (b"[NaN]", "NaN"),
        (b"[-Infinity]", "-Infinity"),
        (b"[1e999]", "out of range"),
        (b"[" + b"1" * 5000 + b"]", "too many digits"),
        (b"[" * 100_000, "too deeply"),
        (b'"\xff"', "not UTF-8 at byte 1"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"{} {}", "not JSON"),
        (b"", "not JSON"),
    ],
)
def test_reading_refuses_what_two_parsers_could_read_differently(data: bytes, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        parse(data)


def test_text_from_outside_cannot_steer_a_terminal() -> None:
    assert printable("a\x1b[2J\nb\u202e\ud800é") == "a\\x1b[2J\\nb\\u202e\\ud800é"
    assert printable("x" * 500, 10) == "x" * 10 + "…"

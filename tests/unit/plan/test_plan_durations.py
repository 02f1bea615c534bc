"""Durations as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from refloat.plan import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("15 min", timedelta(minutes=15)),
        ("4 h", timedelta(hours=4)),
        ("1 day", timedelta(days=1)),
        ("90s", timedelta(seconds=90)),
        ("2 weeks", timedelta(days=14)),
        ("1 h 30 min", timedelta(minutes=90)),
        ("1h30min", timedelta(minutes=90)),
        ("0.5 s", timedelta(milliseconds=500)),
        ("0 s", timedelta(0)),
        (" 10 minutes ", timedelta(minutes=10)),
        ("36525 days", timedelta(days=36525)),
    ],
)
def test_what_is_understood(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("15", "number without a unit"),
        ("1 h 30", "number without a unit"),
        ("", "nothing stands here"),
        ("-1 h", "cannot be negative"),
        ("1 month", "months differ in length"),
        ("1 Year", "years differ in length"),
        ("5 m", "minutes or months"),
        ("1 h 1 h", "each only once"),
        ("1.5 h", "only seconds"),
        ("15 min.", "no duration"),
        ("1:30", "no number with a unit"),
        ("٣ min", "no duration"),
        ("36526 days", "100 years"),
        ("36525 days 1 s", "100 years"),
        ("999999999999 weeks", "100 years"),
        ("9999999999999 s", "unit"),
        ("5 MIN", "no unit of time"),
        ("1\tmin", "unit"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_duration(text)


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(0), "0 s"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=14), "14 days"),
        (timedelta(minutes=60), "1 h"),
        (timedelta(days=2, hours=3, minutes=4, seconds=5), "2 days 3 h 4 min 5 s"),
        (timedelta(milliseconds=1500), "1.5 s"),
        (timedelta(microseconds=1), "0.000001 s"),
    ],
)
def test_how_they_are_written(duration: timedelta, text: str) -> None:
    assert format_duration(duration) == text


def test_a_negative_one_is_not_written() -> None:
    with pytest.raises(ValueError, match="negative"):
        format_duration(timedelta(seconds=-1))

"""Columns of a table on a narrow terminal: few words broken, most room for sentences."""

from __future__ import annotations

import pytest

from refloat.cli.widths import widths

KEYS = ["Scenario", "site:geelong-hq", "deletion:clin-settings"]
MARKS = ["Copies", "✓ survives", "✗ lost"]
WHY = ["Why", "Nobody can say whether it comes back: nobody wrote down how it is put back."]


def test_what_has_room_is_left_as_it_is() -> None:
    assert widths([KEYS, MARKS], 80) is None
    assert widths([KEYS, MARKS, WHY], 80) is None, "the sentences are wrapped"


def test_no_word_is_broken_while_there_is_room_and_sentences_get_the_rest() -> None:
    assert widths([KEYS, MARKS, WHY], 64) == (22, 10, 22)


@pytest.mark.parametrize("room", [1, 10, 20, 40, 79, 100, 200])
def test_it_never_takes_more_than_there_is_nor_nothing_for_a_column(room: int) -> None:
    found = widths([KEYS, MARKS, WHY], room)
    if found is not None:
        assert min(found) >= 1
        assert sum(found) + 3 * 3 + 1 <= max(room, 3 + 3 * 3 + 1)


def test_where_words_must_be_broken_the_longest_are_first() -> None:
    assert widths([KEYS, MARKS], 30) == (13, 10)


def test_no_columns_and_no_rows_are_no_trouble() -> None:
    assert widths([], 80) is None
    assert widths([[""], [""]], 1) is not None


def test_a_bar_stays_whole() -> None:
    assert widths([WHY, ["", "█████▓▓░░░      │         "]], 45) == (12, 26)

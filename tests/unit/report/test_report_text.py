"""The verdicts as plain rows for the command line."""

from __future__ import annotations

from dataclasses import replace

import pytest
import report_sample as sample

from refloat.report.text import HEADINGS, drill_table, lines, verdict_table
from refloat.report.words import copy_answer, lasted, recovery_answer


@pytest.mark.requirement("R-001")
def test_both_verdicts_stand_in_cells_of_their_own() -> None:
    statuses = [make().status for make in (sample.proven, sample.failed, sample.undrilled)]
    rows = verdict_table(statuses)
    assert [row.cells[1:3] for row in rows] == [
        ("yes", "proven"),
        ("yes", "failed"),
        ("yes", "unproven"),
    ]
    assert [(row.copy_mark, row.recovery_mark) for row in rows] == [
        ("good", "good"),
        ("good", "bad"),
        ("good", "open"),
    ]
    assert all(len(row.cells) == len(HEADINGS) for row in rows)
    assert rows[0].cells[3:6] == ("10.4 s of 10 min", "9 min 1 s of 15 min", "2027-02-20")
    assert rows[2].cells[4] == "? of no target"


def test_rows_are_laid_out_with_the_reason_below() -> None:
    text = lines(verdict_table([sample.proven().status, sample.undrilled().status]))
    first, proven, unproven, reason = text.splitlines()
    assert first.split() == [*HEADINGS[:5], "Good", "until"]
    assert proven.index("proven") == unproven.index("unproven") == first.index("Recovery")
    assert reason == "    Online booking has never been drilled."


def test_no_service_gives_a_heading_only() -> None:
    assert len(lines(verdict_table([])).splitlines()) == 1


def test_a_drill_is_told_in_a_few_rows() -> None:
    record = sample.proven().drill
    assert record is not None
    rows = drill_table(record)
    assert [(row.what, row.mark, row.words) for row in rows] == [
        ("Online booking", "good", "proven"),
        ("Recovery time (RTO)", "good", "10.4 s"),
        ("Loss of data (RPO)", "good", "9 min 1 s"),
        ("Checks", "good", "8 passed"),
        ("Taken down", "good", "nothing left"),
    ]


def test_what_went_wrong_is_named() -> None:
    record = sample.failed().drill
    assert record is not None
    rows = {row.what: row for row in drill_table(record)}
    assert rows["Online booking"].detail.startswith("The table visits is missing")
    assert rows["Checks"].mark == "bad"
    assert rows["Checks"].words == "1 failed, 4 could not run, 3 passed"
    assert rows["  rows"].detail == (
        "expected 131,204 rows; saw 119,161 rows; the table visits is missing"
    )
    assert rows["Recovery time (RTO)"].mark == "open"
    assert rows["Taken down"].mark == "bad"


def test_no_check_is_no_pass() -> None:
    record = replace(sample.drill(), checks=())
    assert {row.what: row.mark for row in drill_table(record)}["Checks"] == "open"


def test_control_characters_reach_no_terminal() -> None:
    given = sample.hostile()
    assert given.drill is not None
    named = replace(given.drill, service_name="\x1b[2Jgone", reasons=("\x1b]0;title\x07",))
    text = lines(verdict_table([replace(given.status, name="\x1b[31mred")]))
    shown = text + "".join(f"{row.what}{row.words}{row.detail}" for row in drill_table(named))
    assert not {"\x1b", "\x07", "\x00", "\u202e"} & set(shown)


def test_sentences_are_for_the_owner() -> None:
    proven = recovery_answer(sample.proven().status)
    assert proven.sentence == (
        "Online booking came back from its backups, in isolation, on 2026-11-22 in 10.4 s;"
        " 10 min is allowed."
    )
    assert proven.until.startswith("It holds until 2027-02-20")
    assert copy_answer(sample.proven().status).sentence.endswith("is 7 min 7 s old.")
    never = recovery_answer(sample.undrilled().status)
    assert "It was never drilled." in never.sentence


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (4.9 - 4.5, "0.4 s"), (1.04, "1.1 s"), (59.95, "60 s"), (61, "1 min 1 s")],
)
def test_a_short_time_is_never_told_shorter(seconds: float, words: str) -> None:
    assert lasted(seconds) == words

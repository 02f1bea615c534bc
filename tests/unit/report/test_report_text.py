"""The verdicts as plain rows for the command line."""

from __future__ import annotations

from dataclasses import replace

import pytest
import report_sample as sample

from refloat.report.text import HEADINGS, verdict_table
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


def test_control_characters_reach_no_terminal() -> None:
    given = sample.hostile()
    [row] = verdict_table([replace(given.status, name="\x1b[31mred")])
    shown = "".join(row.cells)
    assert not {"\x1b", "\x07", "\x00", "\u202e"} & set(shown)


def test_sentences_are_for_the_owner() -> None:
    proven = recovery_answer(sample.proven().status)
    assert proven.sentence == (
        "Online booking came back from its backups, in isolation, on 2026-11-22 in 10.4 s;"
        " 10 min is allowed."
    )
    assert proven.until.startswith("It holds until 2027-02-20")
    status = sample.proven().status
    assert status.recovery.rests_on is not None
    told = replace(status.recovery, rests_on=replace(status.recovery.rests_on, entry=None))
    assert recovery_answer(replace(status, recovery=told)).sentence == (
        "Online booking came back from its backups in a test on 2026-11-22;"
        " with all that it needs that takes 10.4 s; 10 min is allowed."
    )
    assert copy_answer(sample.proven().status).sentence.endswith("is 7 min 7 s old.")
    never = recovery_answer(sample.undrilled().status)
    assert "It was never drilled." in never.sentence


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (4.9 - 4.5, "0.4 s"), (1.04, "1.1 s"), (59.95, "60 s"), (61, "1 min 1 s")],
)
def test_a_short_time_is_never_told_shorter(seconds: float, words: str) -> None:
    assert lasted(seconds) == words

"""Of several copies in one repository the page shows what helps most, and why the others do not."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import ahead_sample as sample
import pytest

from refloat.model.ahead import CopyFate, CopyOutcome
from refloat.report._ahead_copies import matrix
from refloat.report._ahead_words import Names

COPIES = (
    CopyOutcome("pay-db", "repo-cloud", CopyFate.LOST, "It stood there."),
    CopyOutcome("pay-db", "repo-cloud", CopyFate.SURVIVES, "Nothing touches it.", "box/1"),
    CopyOutcome("pay-db", "repo-cloud", CopyFate.UNKNOWN, "Nobody said."),
)


@pytest.mark.parametrize("copies", list(permutations(COPIES)))
def test_the_best_copy_of_a_place_stands_in_its_cell(copies: tuple[CopyOutcome, ...]) -> None:
    given = sample.head_office()
    names = Names(given.plan)
    one = next(one for one in given.outcome.data_sets if one.data_set == "pay-db")
    found = matrix(replace(given.outcome, data_sets=(replace(one, copies=copies),)), names)
    (row,) = found.rows
    assert [cell.word for cell in row.cells if cell is not None] == ["survives"]
    assert len(row.copies) == 3
    assert {reason.copy.because for reason in found.reasons} == {"It stood there.", "Nobody said."}

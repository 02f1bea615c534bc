"""The reference organisation repaired: each repair takes its own lines away, and no others."""

from __future__ import annotations

import pytest

from refloat import assess
from refloat.model.maturity import Maturity
from tests.golden.reference_organisation import AS_OF, REPAIRS, Pair, facts_of, reference

LINES = {
    1: set[str](),
    2: {"archive-files"},
    3: set[str](),
    4: {"clin-db", "clin"},
    5: set[str](),
    6: set[str](),
    7: {"timesheet-db"},
    8: set[str](),
}
"""By repair, the things of which a control says no more that they fail."""


@pytest.fixture(scope="module")
def planted() -> Pair:
    return reference()


def judged(pair: Pair) -> Maturity:
    maturity = assess.assessment(pair[0], facts_of(pair[1]), AS_OF).maturity
    assert maturity is not None
    return maturity


def failing(maturity: Maturity) -> set[str]:
    return {
        f"{one.control} {line.split(':')[0]}"
        for one in maturity.controls.values()
        for line in one.failing
    }


@pytest.mark.requirement("R-120")
@pytest.mark.parametrize("number", REPAIRS)
def test_a_repair_takes_its_own_lines_away(planted: Pair, number: int) -> None:
    gone = failing(judged(planted)) - failing(judged(REPAIRS[number](planted)))
    new = failing(judged(REPAIRS[number](planted))) - failing(judged(planted))
    assert {line.split(" ", 1)[1] for line in gone} == LINES[number]
    assert new == set()


@pytest.mark.requirement("R-120")
def test_repaired_it_stands_at_the_first_level_and_rights_are_missing_to_the_second(
    planted: Pair,
) -> None:
    pair = planted
    for repair in REPAIRS.values():
        pair = repair(pair)
    maturity = judged(pair)
    assert maturity.level == "ML1"
    assert [text.split(":")[0] for text in maturity.missing] == ["ISM-1705", "ISM-1707"]

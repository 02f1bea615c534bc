"""What is new since a source was read first asks for a look at the plan."""

from __future__ import annotations

import pytest

from tests.unit.assess import timed
from tests.unit.assess.test_no_longer_seen import CHANGE, found, read
from tests.unit.assess.timed import DAY, NOW

BEFORE = read(NOW - 9 * DAY, "claims-data", entry=1)


@pytest.mark.requirement("R-157")
def test_a_new_application_is_noticed_until_somebody_looked_at_the_plan() -> None:
    came = read(NOW - 3 * DAY, "claims-data", "claims > parser", "parser", entry=2)
    again = read(NOW - DAY, "claims-data", "claims > parser", "parser", entry=3)
    assert found(CHANGE, BEFORE) == []
    assert found(CHANGE, came, again) == [], "what stood in the first reading is not new"
    (finding,) = found(CHANGE, BEFORE, came, again)
    assert (finding.requirements[0], finding.first_seen) == ("R-157", NOW - 3 * DAY)
    assert "is new in shop.yaml:3" in finding.sentence
    assert finding.services == ("claims",)
    assert found(CHANGE, BEFORE, came, timed.reviewed(NOW - DAY)) == [], "looked at since"
    ended = read(NOW - DAY, "claims-data", "claims", entry=3)
    assert found(CHANGE, BEFORE, came, ended) == [], "it is not there any more"


@pytest.mark.requirement("R-157")
def test_a_new_file_of_a_folder_that_was_read_before_holds_new_things() -> None:
    first = read(NOW - 9 * DAY, "claims-data", source="apps/a.yaml", entry=1)
    again = read(NOW - DAY, "claims-data", source="apps/a.yaml", entry=2)
    new = read(NOW - DAY, "parser", source="apps/b.yaml", entry=3)
    (finding,) = found(CHANGE, first, again, new)
    assert "is new in apps/b.yaml:1" in finding.sentence
    assert found(CHANGE, first, new) == [], "nobody looked at that folder again"
    elsewhere = read(NOW - DAY, "parser", source="other/b.yaml", entry=3)
    assert found(CHANGE, first, again, elsewhere) == [], "nobody looked there before"


def test_what_moved_from_one_file_to_another_is_not_new() -> None:
    first = read(NOW - 9 * DAY, "parser", source="old.yaml", entry=1)
    new = read(NOW - 9 * DAY, "claims-data", source="shop.yaml", entry=2)
    moved = read(NOW - DAY, "claims-data", "parser", source="shop.yaml", entry=3)
    gone = read(NOW - DAY, source="old.yaml", entry=4)
    assert found(CHANGE, first, new, moved, gone) == []

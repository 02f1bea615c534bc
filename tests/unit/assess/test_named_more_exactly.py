"""A source that called several things by one name calls each by its own now: no news by itself."""

from __future__ import annotations

import pytest

from refloat.assess.ground.sights import known_names, meant, without_index
from refloat.model.observations import Observation, ObservationFact
from refloat.model.plan import Plan
from tests.support import changing
from tests.unit.assess import timed
from tests.unit.assess.test_no_longer_seen import CHANGE, GONE, KEPT, STORE, found, read
from tests.unit.assess.timed import DAY, NOW

WHOLE = "aws_db_instance.claims"
EU, US, FIRST, SECOND = f'{WHOLE}["eu"]', f'{WHOLE}["us"]', f"{WHOLE}[0]", f"{WHOLE}[1]"
UNKNOWN = "UNDOCUMENTED_COMPONENT"


def called(*names: str) -> Plan:
    """Give the plan with data of claims called by the first name, and more databases beside."""
    plan = changing.with_component(timed.plan(), "claims-data", name=names[0])
    for number, name in enumerate(names[1:]):
        plan = changing.with_component(plan, f"more-{number}", name=name)
    return plan


def data(*names: str) -> tuple[Observation, ...]:
    return tuple(
        Observation(name, "", line, holds_data=True) for line, name in enumerate(names, start=1)
    )


def state(days: int, *seen: str | Observation) -> ObservationFact:
    return read(NOW - days * DAY, *seen, source="terraform.tfstate")


@pytest.mark.requirement("R-005", "R-112")
@pytest.mark.parametrize("now", [(FIRST,), (FIRST, SECOND), (EU, US)])
def test_what_the_plan_calls_by_the_whole_name_is_still_seen(now: tuple[str, ...]) -> None:
    plan = called(WHOLE)
    before, after = state(KEPT.days + 9, *data(WHOLE)), state(1, *data(*now))
    for code in (GONE, CHANGE, UNKNOWN):
        assert found(code, before, after, plan=plan) == [], code
    assert found(GONE, before, state(1, "vault-data"), plan=plan), "that would have been told"


@pytest.mark.requirement("R-157")
def test_another_version_of_one_of_several_is_noticed() -> None:
    before = state(9, Observation(EU, "", 1, version="15"), Observation(US, "", 2, version="15"))
    after = state(1, Observation(EU, "", 1, version="15"), Observation(US, "", 2, version="16"))
    (finding,) = found(CHANGE, before, after, plan=called(WHOLE))
    assert "went from 15 to 16" in finding.sentence
    assert finding.services == ("claims",)


@pytest.mark.requirement("R-080")
def test_one_protection_vouches_for_one_of_several() -> None:
    """The first of a count is what there was before; each other one, and each key, is a gap."""
    plan = called(WHOLE)
    told = found(STORE, state(1, *data(EU, US)), plan=plan)
    assert {one.services for one in told} == {("claims",)}, "whose data it is, is known"
    gaps = {
        now: [one.subject for one in found(STORE, state(1, *data(*now)), plan=plan)]
        for now in ((WHOLE,), (FIRST,), (FIRST, SECOND), (EU, US))
    }
    assert gaps == {
        (WHOLE,): [],
        (FIRST,): [],
        (FIRST, SECOND): [f"component {SECOND}"],
        (EU, US): [f"component {EU}", f"component {US}"],
    }


@pytest.mark.requirement("R-005")
def test_a_whole_name_is_one_of_those_that_the_plan_knows_with_an_index() -> None:
    plan = called(EU, US)
    node = [("component", "claims-data"), ("component", "more-0")]
    names = known_names(plan)
    assert list(meant(names, WHOLE.upper())) == node
    assert list(meant(names, EU)) == node[:1]
    assert meant(names, f'{WHOLE}["new"]') == (("unknown", f'{WHOLE}["new"]'),), "a third one"
    assert meant(names, "aws_db_instance.other") == (("unknown", "aws_db_instance.other"),)
    needs = f"claims > {WHOLE}"
    one, other = f"{WHOLE} > {EU}", f"{WHOLE} > {US}"
    for code in (UNKNOWN, "UNDOCUMENTED_DEPENDENCY"):
        assert found(code, state(1, needs, one, other), plan=plan) == [], code
    third = state(1, needs, one, other, f'{WHOLE} > {WHOLE}["new"]', f'{WHOLE}["new"]')
    (finding,) = found(UNKNOWN, third, plan=plan)
    assert finding.services == ("claims",)
    assert finding.subject.endswith('observed aws_db_instance.claims["new"]')


@pytest.mark.requirement("R-157")
def test_what_is_named_more_exactly_is_not_new_and_one_more_is() -> None:
    plan = timed.plan()
    needs = f"claims > {WHOLE}"
    before = state(9, needs, WHOLE)
    exact = state(3, needs, f"{WHOLE} > {EU}", f"{WHOLE} > {US}", EU, US)
    assert found(CHANGE, before, exact, plan=plan) == []
    one_more = f'{WHOLE}["asia"]'
    more = state(
        1, needs, f"{WHOLE} > {EU}", f"{WHOLE} > {US}", EU, US, f"{WHOLE} > {one_more}", one_more
    )
    (finding,) = found(CHANGE, before, exact, more, plan=plan)
    assert one_more.partition(".")[2] in finding.sentence
    assert '["eu"]' not in finding.sentence


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        (EU, WHOLE),
        ('module.a["x"].module.b[0].t.n["a\\"]b"]', "module.a.module.b.t.n"),
        ("rack[1]", "rack[1]"),
        ("www.example[x]", "www.example[x]"),
        ("a.b[", "a.b["),
        ("", ""),
    ],
)
def test_only_indexes_of_addresses_are_left_out(name: str, whole: str) -> None:
    assert without_index(name) == whole

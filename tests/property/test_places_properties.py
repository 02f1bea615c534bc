"""Places of copies are those that looking at every point in turn gives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from refloat.assess.ahead.places import LOOKED_BACK, Places
from refloat.assess.ground.seen import SeenPoint
from refloat.model.feed import CopySeen, FeedFact
from refloat.model.organisation import Watch
from refloat.model.plan import Component, ComponentKind, Dependency, Plan, Repository, Service
from tests.property.test_scenario_properties import copies_seen
from tests.unit.assess.copied import HOUR, NOW, organisation, point

_Spot = tuple[str, str, str]

REPOSITORIES = {key: Repository(key, name=f"Shelf {key}") for key in ("r0", "r1", "left over")}


def plan(copies: Sequence[str]) -> Plan:
    data = Component("data", ComponentKind.DATABASE, "data", watch=Watch("tool", tuple(copies)))
    service = Service("service", "service", needs=(Dependency("data"),))
    return Plan("small", {}, REPOSITORIES, {"service": service}, {"data": data})


def is_past(one: SeenPoint) -> bool:
    end = one.expires_at
    return end is not None and one.fact.observed_at < end <= NOW


def expected(points: Sequence[SeenPoint], meant: Sequence[str]) -> list[tuple[_Spot, str]]:
    """Give where copies are, and the newest point of each place, one point after the other."""
    names = {key: key for key in REPOSITORIES} | {"shelf r0": "r0", "shelf r1": "r1", "R1": "r1"}
    newest_first: list[SeenPoint] = []
    before: tuple[CopySeen, ...] = ()
    for one in reversed(points):
        if one.eligible and (not one.copies or one.copies != before):  # else it tells nothing more
            newest_first.append(one)
            before = before if is_past(one) else one.copies
    newest_first.sort(key=is_past)
    found: dict[_Spot, str] = {}
    for number, one in enumerate(newest_first):
        missing = set(meant) - {key for key, _, _ in found}
        for copy in one.copies:
            key = names.get(copy.repository, copy.repository)
            if key in REPOSITORIES and key not in meant:
                continue  # left over from another plan
            if number < LOOKED_BACK or key in missing:
                found.setdefault((key, copy.failure_domain, copy.key_kept), one.identity)
    return list(found.items())


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.lists(
                copies_seen | st.builds(CopySeen, st.sampled_from(("shelf r0", "left over"))),
                max_size=4,
            ),
            st.sampled_from(("ok", "failed")),
            st.sampled_from((None, NOW + HOUR, NOW, NOW - HOUR)),
        ),
        max_size=6,
    ),
    st.lists(st.sampled_from(("r0", "r1")), min_size=1, max_size=2, unique=True),
    st.integers(0, LOOKED_BACK + 3),
)
def test_the_newest_point_of_each_place_is_found(
    some: list[tuple[list[CopySeen], str, object]], meant: list[str], between: int
) -> None:
    seen: list[FeedFact] = []
    for number, (copies, usable, end) in enumerate(some):
        at = NOW - (number + 1) * HOUR
        seen.append(point("data", at, copies=tuple(copies), usable=usable, expires_at=end))
    for number in range(between):  # after the newest of those come so many that are all alike
        at = NOW - HOUR - timedelta(seconds=number + 1)
        seen.append(point("data", at, copies=(CopySeen("r1"),)))
    judged = organisation(plan(meant), *seen)
    basis = judged.bases["service"]
    found = Places(judged.plan, NOW, lambda _: False).of(judged.plan.components["data"], basis)
    told = [
        (
            (one.repository, one.copy.failure_domain, one.copy.key_kept),
            one.newest.identity,
        )
        for one in found
        if one.copy is not None and one.newest is not None
    ]
    assert told == expected(basis.points("data"), meant)
    named = {key for (key, _, _), _ in told}
    assert [one.repository for one in found if one.copy is None] == [
        key for key in meant if key not in named
    ]

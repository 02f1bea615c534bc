"""What holds of every scenario of small organisations: what comes back, when, with what loss.

Their data sets belong together in consistency groups, services were seen to need each other, and
copies lie in several places.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from refloat.model.access import Lock, LockMode
from refloat.model.ahead import Fate, GroupOutcome, Loss, LossKind, ScenarioOutcome, ServiceOutcome
from refloat.model.feed import CopySeen, DependencySeen, FeedFact
from refloat.model.organisation import Policy, Watch
from refloat.model.plan import Plan, Repository
from tests.property.test_scenario_properties import (
    COMPONENTS,
    REPOSITORIES,
    SERVICES,
    every,
    facts,
    outcome,
    plans,
)
from tests.unit.assess.copied import BOX, HOUR, MINUTE, NOW, organisation, point

_WORSE = (Fate.UNTOUCHED, Fate.BACK, Fate.DEGRADED, Fate.UNKNOWN, Fate.GONE)
_UP = _WORSE[:3]

_DATA = (LossKind.COMPONENT, LossKind.PRODUCTION, LossKind.SITE)
"""What data is lost with, most of the time."""

Made = tuple[Plan, list[FeedFact], tuple[Loss, ...], Loss]


@st.composite
def grouped(draw: st.DrawFn) -> Plan:
    """Give a plan whose data is mostly copied to both places, and often has to be of one time."""
    plan = draw(plans())
    components = {}
    for key, one in plan.components.items():
        watch = draw(st.sampled_from((Watch("tool", REPOSITORIES), one.watch)))
        group = draw(st.sampled_from(("ledger", "", "ledger", "stock")))
        components[key] = replace(one, watch=watch, group=group)
    tool = plan.platforms["tool"]
    reached = replace(tool, sign_in="local", break_glass=True, key_kept="outside", needs=())
    kept = {key: replace(one, key_kept="outside") for key, one in plan.repositories.items()}
    return replace(
        plan,
        components=components,
        repositories=draw(st.sampled_from((kept, plan.repositories))),
        platforms={"tool": draw(st.sampled_from((reached, tool)))},
        policy=Policy(skew=draw(st.sampled_from((15 * MINUTE, HOUR)))),
    )


@st.composite
def seen(draw: st.DrawFn) -> list[FeedFact]:
    """Give facts, with more points of each data set, and needs that were seen at work."""
    found = draw(facts())
    for key in COMPONENTS:
        for place in REPOSITORIES:
            for ago in draw(st.lists(st.integers(1, 12), max_size=3, unique=True)):
                copies = (CopySeen(place),)
                found.append(point(key, NOW - ago * 30 * MINUTE, copies=copies, usable="ok"))
    for one in SERVICES:
        for other in draw(st.lists(st.sampled_from(SERVICES), max_size=1)):
            known = f"{one} -> {other}"
            found.append(DependencySeen(BOX, known, NOW - HOUR, known, one, other))
    return found


@st.composite
def scenarios(draw: st.DrawFn) -> Made:
    """Give an organisation, some losses, and one more."""
    plan, some = draw(grouped()), draw(seen())
    losses = every(organisation(plan, *some))
    known = st.sampled_from(losses)
    data = st.sampled_from([one for one in losses if one.kind in _DATA and not one.for_good])
    chosen = (draw(data), *draw(st.lists(st.one_of(data, known), max_size=2)))
    return plan, some, chosen, draw(st.one_of(known, data))


def services(found: ScenarioOutcome) -> dict[str, ServiceOutcome]:
    return {one.service: one for one in found.services}


def groups(found: ScenarioOutcome) -> dict[str, GroupOutcome]:
    return {one.name: one for one in found.groups if one.named}


def badness(one: ServiceOutcome) -> int:
    """Give how bad it is; that it does without something is no worse than that it is back."""
    return _WORSE.index(Fate.BACK if one.fate is Fate.DEGRADED else one.fate)


@settings(max_examples=200)
@given(scenarios())
def test_losing_more_brings_nothing_back_and_nothing_sooner_or_newer(made: Made) -> None:
    plan, some, losses, more = made
    whole = organisation(plan, *some)
    before, after = outcome(whole, *losses), outcome(whole, *losses, more)
    now, apart = services(after), groups(after)
    for key, one in services(before).items():
        no_better(one, now[key])
    known = {one.data_set: one for one in after.data_sets}
    for data in before.data_sets:
        assert not data.lost or known[data.data_set].lost
        assert _WORSE.index(known[data.data_set].fate) >= _WORSE.index(data.fate)
    for name, group in groups(before).items():
        if name in apart:
            assert group.fits or not apart[name].fits, name


def no_better(before: ServiceOutcome, after: ServiceOutcome) -> None:
    """Hold that a service is no better, no sooner back, and loses no less; what is known of it."""
    if Fate.DEGRADED not in (before.fate, after.fate):
        assert badness(after) >= badness(before), before.service
    if before.fate in _UP and after.fate in _UP:
        times = (before.seconds, after.seconds), (before.loss_seconds, after.loss_seconds)
        for first, second in times:
            assert first is None or second is None or second >= first, before.service


def test_another_surviving_copy_makes_nothing_worse_later_or_lose_more() -> None:
    """Where data did not fit together, an older copy may let it fit, and then more of it is lost.

    That is no worse: what was lost before was told of data that nobody can use together.
    """
    met = Counter[str]()

    @settings(max_examples=200)
    @given(scenarios(), st.sampled_from(COMPONENTS), st.integers(1, 30), st.booleans())
    def hold(made: Made, key: str, ago: int, known: bool) -> None:
        plan, some, losses, _ = made
        watch = plan.components[key].watch
        if watch is None or not watch.copies:
            return  # where nothing copies it, it is put anew; a copy changes what it is
        whole = organisation(plan, *some)
        at = NOW - ago * 15 * MINUTE
        if known:  # another place of a point that is there already
            points = whole.bases[SERVICES[0]].points(key)
            at = max((one.consistency_time for one in points), default=at)
        copy = point(key, at, copies=(CopySeen("safe"),), usable="ok")
        better = organisation(with_safe(plan, key, watch), *some, copy)
        before, after = outcome(whole, *losses), outcome(better, *losses)
        kept = {one.data_set: one for one in after.data_sets}
        for data in before.data_sets:
            assert data.data_set in kept or not data.lost
            if data.data_set in kept:
                assert _WORSE.index(kept[data.data_set].fate) <= _WORSE.index(data.fate)
        apart = {key for one in before.groups if not one.fits for key in one.services}
        was, now = groups(before), groups(after)
        for service, one in services(before).items():
            no_worse(one, services(after)[service], apart=service in apart)
            met[one.fate] += 1
        for name, group in was.items():
            met["group"] += 1
            if name in now:
                fits_no_worse(group, now[name])

    hold()
    assert min(met[one] for one in (Fate.BACK, Fate.GONE, "group")) > 0


def with_safe(plan: Plan, key: str, watch: Watch) -> Plan:
    """Give a plan in which data is copied to one more repository, which nothing reaches."""
    locked = Lock(LockMode.OFFLINE)
    safe = Repository("safe", failure_domain="bank", site="bank", lock=locked, key_kept="bank")
    one = replace(plan.components[key], watch=replace(watch, copies=(*watch.copies, "safe")))
    repositories = {**plan.repositories, "safe": safe}
    return replace(plan, repositories=repositories, components={**plan.components, key: one})


def no_worse(before: ServiceOutcome, after: ServiceOutcome, *, apart: bool) -> None:
    """Hold that a service is no worse, no later back, and loses no more, unless it was apart."""
    if Fate.DEGRADED not in (before.fate, after.fate):
        assert badness(after) <= badness(before), before.service
    if before.fate not in _UP:
        return
    if before.seconds is not None:
        assert after.seconds is not None
        assert after.seconds <= before.seconds, before.service
    if before.loss_seconds is not None and not apart:
        assert after.loss_seconds is not None
        assert after.loss_seconds <= before.loss_seconds, before.service


def fits_no_worse(before: GroupOutcome, after: GroupOutcome) -> None:
    """Hold that data that fitted together fits, and that what did not lies no further apart."""
    assert after.fits or not before.fits, before.name
    spread, lost = before.skew_seconds, before.loss_seconds
    if not after.fits and spread is not None and lost is not None:
        assert after.skew_seconds is not None
        assert after.loss_seconds is not None
        assert after.skew_seconds <= spread or after.loss_seconds <= lost, before.name

"""The assessment is a function: no order matters, no future leaks, and good news never hurts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refloat.assess import Assessor, assessment
from refloat.model.codec import to_json
from refloat.model.facts import Facts
from refloat.model.feed import FeedFact, Heartbeat, TestLevel
from refloat.model.judgement import Assessment, CopyVerdict
from refloat.model.plan import ComponentKind, Person, Plan
from refloat.model.run import Verdict
from tests.support import small_organisation as small

NOW = small.NOW
KEYS = ("alpha", "beta", "gamma", "delta")
PARTS = tuple(f"{key}-{part}" for key in KEYS for part in ("db", "app"))
MOMENTS = st.integers(-40 * 1440, 2 * 1440).map(lambda minutes: NOW + timedelta(minutes=minutes))
FEW = settings(max_examples=100, deadline=None)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Give a plan of up to four services; it may have circles, which no parser lets through."""
    keys = draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=4))
    components, services = [], []
    for key in keys:
        app = small.component(f"{key}-app", kind=ComponentKind.APPLICATION, copied=False)
        data = small.component(f"{key}-db", f"{key}-app", copied=draw(st.booleans()))
        components += [app, data]
        others = draw(st.lists(st.sampled_from((*keys, *PARTS[:2])), unique=True, max_size=3))
        known = [one for one in others if one in keys or one in {part.key for part in components}]
        own = draw(st.sampled_from([(), (f"{key}-db",), (f"{key}-db", f"{key}-app")]))
        soft = [one for one in known if draw(st.booleans())]
        hard = [one for one in known if one not in soft and one != key]
        services.append(small.service(key, *own, *hard, soft=soft))
    return small.plan(services, components)


@st.composite
def stories(draw: st.DrawFn, plan: Plan) -> list[FeedFact]:
    """Give facts of every kind at any instants, some of them saying another thing later."""
    found: list[FeedFact] = []
    names, parts = st.sampled_from((*KEYS, "acme")), st.sampled_from(PARTS)
    whole = st.sampled_from([TestLevel.SERVICE, TestLevel.SERVICE, TestLevel.FILE])
    for key in plan.services:
        if draw(st.booleans()):
            found += small.good(plan, key)
    for at in draw(st.lists(MOMENTS, max_size=4)):
        state = draw(st.sampled_from(["ok", "failed", "unknown"]))
        name = draw(st.sampled_from(["", "same"]))
        version, seen = draw(st.sampled_from(["", "15", "16"])), draw(st.integers(0, 2 * 1440))
        one = small.point(
            draw(parts),
            at,
            integrity=state,
            identity=name,
            observed_at=at + timedelta(minutes=seen),
        )
        found.append(replace(one, version=version, digest=small.digest(one.digest, version)))
    for at in draw(st.lists(MOMENTS, max_size=3)):
        result = draw(st.sampled_from(["passed", "passed", "failed", "partial"]))
        seconds = draw(st.sampled_from([None, 600.0, 7200.0, 20_000.0]))
        test = small.restore_test(
            draw(names), at, seconds=seconds, result=result, level=draw(whole)
        )
        found.append(test)
    found += [small.change(draw(names), at) for at in draw(st.lists(MOMENTS, max_size=2))]
    found += [small.job(draw(parts), at) for at in draw(st.lists(MOMENTS, max_size=2))]
    found += [small.exercise(draw(names), at=at) for at in draw(st.lists(MOMENTS, max_size=1))]
    for at in draw(st.lists(MOMENTS, max_size=2)):
        found.append(small.seen_to_need(draw(parts), draw(st.one_of(names, parts)), at))
    for at in draw(st.lists(MOMENTS, max_size=1)):
        found.append(Heartbeat(small.TOOL, "alive", at, small.digest(str(at)), 3600.0))
    return found


STORIES = plans().flatmap(lambda plan: st.tuples(st.just(plan), stories(plan)))


def told(found: Assessment) -> bytes:
    return json.dumps(to_json(found)).encode()


def judged(plan: Plan, facts: list[FeedFact], instant: datetime) -> bytes:
    return told(assessment(plan, small.facts(facts), instant))


@given(STORIES, MOMENTS, st.randoms(use_true_random=False))
@FEW
def test_the_order_of_arrival_does_not_matter_and_the_bytes_are_the_same(
    story: tuple[Plan, list[FeedFact]], instant: datetime, source: Random
) -> None:
    plan, facts = story
    shuffled = [*facts, *facts[:1]]
    source.shuffle(shuffled)
    assert judged(plan, facts, instant) == judged(plan, shuffled, instant)


@given(STORIES, MOMENTS)
@FEW
def test_what_is_observed_later_does_not_change_the_past(
    story: tuple[Plan, list[FeedFact]], instant: datetime
) -> None:
    plan, facts = story
    known = [one for one in facts if one.observed_at <= instant]
    assert judged(plan, facts, instant) == judged(plan, known, instant)


@given(STORIES, st.data())
@FEW
def test_a_few_facts_more_give_the_same_as_all_of_them_at_once(
    story: tuple[Plan, list[FeedFact]], data: st.DataObject
) -> None:
    plan, facts = story
    cut = data.draw(st.integers(0, len(facts)))
    assessor = Assessor(plan, small.facts(facts[:cut]))
    assessor.assess(NOW)
    for fact in facts[cut:]:
        assessor.add(small.facts(fact))
    assert told(assessor.assess(NOW)) == judged(plan, facts, NOW)


@given(STORIES, st.data())
@FEW
def test_one_more_good_test_never_lowers_a_verdict(
    story: tuple[Plan, list[FeedFact]], data: st.DataObject
) -> None:
    """The test is newer than all others, within its target, and no slower than the last."""
    plan, facts = story
    if not plan.services:
        return
    key = data.draw(st.sampled_from(sorted(plan.services)))
    assessor = Assessor(plan, small.facts(facts))
    before = assessor.assess(NOW)
    last = assessor.organisation(NOW).bases[key].deciding_trial()
    seconds = last.own_seconds if last is not None and last.passed else None
    target = plan.services[key].objectives["rto"].target.total_seconds()
    good = small.restore_test(key, NOW, seconds=min(seconds or 60.0, target, 600.0))
    after = assessment(plan, small.facts(facts, good), NOW)
    order = [Verdict.FAILED, Verdict.UNPROVEN, Verdict.PROVEN]
    copies = [CopyVerdict.NO, CopyVerdict.UNKNOWN, CopyVerdict.YES]
    for one, other in zip(before.services, after.services, strict=True):
        assert order.index(other.recovery.verdict) >= order.index(one.recovery.verdict)
        assert copies.index(other.copy.verdict) >= copies.index(one.copy.verdict)


@given(STORIES, MOMENTS)
@FEW
def test_every_verdict_says_why_what_it_rests_on_and_what_would_change_it(
    story: tuple[Plan, list[FeedFact]], instant: datetime
) -> None:
    plan, facts = story
    for one in assessment(plan, small.facts(facts), instant).services:
        proven = one.recovery.verdict is Verdict.PROVEN
        assert bool(one.recovery.reasons) is not proven
        assert bool(one.copy.reasons) is (one.copy.verdict is not CopyVerdict.YES)
        for judged_part in (one.recovery, one.copy):
            assert judged_part.would_change.endswith(".")
            assert len(judged_part.references) <= 20
        assert one.recovery.references or not proven


@pytest.mark.requirement("R-089")
@given(STORIES, MOMENTS)
@FEW
def test_every_finding_says_when_it_was_seen_and_stands_at_its_services(
    story: tuple[Plan, list[FeedFact]], instant: datetime
) -> None:
    plan, facts = story
    found = assessment(plan, small.facts(facts), instant)
    for finding in found.findings:
        assert finding.last_seen == instant
        assert finding.first_seen is None or finding.first_seen <= instant
        assert finding.requirements
        for key in finding.services:
            status = next(one for one in found.services if one.service == key)
            assert finding in status.findings


def test_an_organisation_with_nothing_in_it_is_judged() -> None:
    empty = replace(small.plan([]), people={}, repositories={})
    found = assessment(empty, Facts(), NOW)
    assert found.services == ()
    assert told(found)


def test_a_service_without_components_is_neither_copied_nor_proven() -> None:
    (one,) = assessment(small.plan([small.service("alpha")]), Facts(), NOW).services
    assert one.copy.verdict is CopyVerdict.UNKNOWN
    assert one.recovery.verdict is Verdict.UNPROVEN


def test_services_that_need_each_other_are_judged_and_not_proven() -> None:
    plan = small.plan(
        [small.service("alpha", "alpha-db", "beta"), small.service("beta", "beta-db", "alpha")],
        [small.component("alpha-db"), small.component("beta-db")],
    )
    facts = small.facts(small.good(plan, "alpha"), small.good(plan, "beta"))
    found = assessment(plan, facts, NOW)
    assert {one.recovery.verdict for one in found.services} == {Verdict.UNPROVEN}


def test_a_person_who_is_everybody_decides_and_confirms() -> None:
    plan = small.plan([small.service("alpha", "alpha-db")], [small.component("alpha-db")])
    alone = replace(plan.services["alpha"], technical_owner="olga")
    plan = replace(
        plan,
        people={"olga": Person("olga", "Olga Berg", ("technical owner",))},
        services={"alpha": alone},
    )
    (one,) = assessment(plan, small.facts(small.good(plan, "alpha")), NOW).services
    assert one.recovery.verdict is Verdict.PROVEN

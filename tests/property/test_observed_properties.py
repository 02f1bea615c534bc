"""Files that are read, drills and all else, one by one, are judged as if they had come at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from refloat.assess import Assessor, assessment
from refloat.assess.over_time.histories import over
from refloat.model.facts import (
    AcceptanceFact,
    ApprovalFact,
    DrillFact,
    Fact,
    Facts,
    InterruptedFact,
    ObservationFact,
    PointsFact,
)
from refloat.model.feed import DependencySeen, FeedFact
from refloat.model.judgement import CopyVerdict
from refloat.model.observations import Observation
from refloat.model.plan import Plan
from refloat.model.points import BackupFailure
from refloat.model.run import Environment, Outcome, Stage, StepRecord, Verdict
from refloat.plan import fingerprint, objective_fingerprints, service_fingerprint
from tests.property.test_assessment_properties import KEYS, MOMENTS, PARTS, plans, stories, told
from tests.support import small_organisation as small
from tests.unit.report import report_sample

NOW = small.NOW
NAMES = st.sampled_from((*KEYS, *PARTS, "Alpha db", "queue", "mailer", "acme"))
FEW = settings(max_examples=150, deadline=None)

Known = Fact | FeedFact


@st.composite
def readings(draw: st.DrawFn, entry: int) -> ObservationFact:
    """Give a reading of one of three files."""
    some = draw(
        st.lists(
            st.builds(
                Observation,
                NAMES,
                st.one_of(st.just(""), NAMES),
                st.integers(0, 3),
                owner=st.sampled_from(["", "", "olga", "Kim"]),
                version=st.sampled_from(["", "1", "2"]),
                holds_data=st.booleans(),
            ),
            max_size=4,
        )
    )
    source = draw(st.sampled_from(["a.yaml", "b.yaml"]))
    observer = draw(st.sampled_from(["compose", "compose", "csv"]))
    return ObservationFact(entry, draw(MOMENTS), source, tuple(some), observer)


@st.composite
def drills(draw: st.DrawFn, plan: Plan, entry: int) -> DrillFact:
    """Give a drill of a service of the plan."""
    key, at = draw(st.sampled_from(sorted(plan.services))), draw(MOMENTS)
    verdict = draw(st.sampled_from([Verdict.PROVEN, Verdict.PROVEN, Verdict.FAILED]))
    seconds = draw(st.sampled_from([600.0, 7200.0, 20_000.0]))
    record = report_sample.drill()
    own = [need.on for need in plan.services[key].needs if need.on in plan.components]
    points = {one: report_sample.point(one, 1, 1000) for one in own}
    ended = Outcome.PASSED if verdict is Verdict.PROVEN else Outcome.FAILED
    record = replace(
        record,
        run=f"run-{entry}",
        service=key,
        verdict=verdict,
        declared_at=at,
        ended_at=at + timedelta(seconds=seconds),
        loss_at=at,
        common_recovery_point=replace(record.common_recovery_point, points=points),
        rto=replace(record.rto, measured_seconds=seconds),
        steps=tuple(StepRecord(one, Stage.RESTORE, ended, 0.0, 60.0, bytes=1000) for one in own),
        environment=Environment(
            fingerprint(plan), service_fingerprint(plan, key), tuple(own), {}, {}
        ),
    )
    return DrillFact(entry, at + timedelta(seconds=seconds), record)


@st.composite
def dependencies(draw: st.DrawFn) -> DependencySeen:
    """Give what the feed says of one thing needing another, or of a thing alone."""
    one, other, at = draw(NAMES), draw(st.one_of(st.just(""), NAMES)), draw(MOMENTS)
    version = draw(st.sampled_from(["", "1", "2"]))
    fact = small.seen_to_need(one, other, at)
    digest = small.digest(one, other, version)
    return replace(fact, version=version, digest=digest, holds_data=draw(st.booleans()))


@st.composite
def everything(draw: st.DrawFn, plan: Plan) -> list[Known]:
    """Give facts of the feed, readings, drills and what people say to them, in any order."""
    found: list[Known] = [*draw(stories(plan)), *draw(st.lists(dependencies(), max_size=4))]
    entry = 0
    for _ in range(draw(st.integers(0, 5))):
        entry += 1
        found.append(draw(readings(entry)))
    for _ in range(draw(st.integers(0, 3)) if plan.services else 0):
        drill = draw(drills(plan, entry + 1))
        entry += 2
        found.append(drill)
        if draw(st.booleans()):
            later = drill.at + draw(st.sampled_from([small.HOUR, small.DAY]))
            found.append(AcceptanceFact(entry, later, drill.record.run, "olga", "all there"))
    for _ in range(draw(st.integers(0, 2)) if plan.services else 0):
        entry += 1
        key, at = draw(st.sampled_from(sorted(plan.services))), draw(MOMENTS)
        print_of = objective_fingerprints(plan, key)["rto"]
        kind = draw(st.sampled_from(["approved", "interrupted", "failed"]))
        if kind == "approved":
            found.append(ApprovalFact(entry, at, "olga", key, "rto", print_of, 14_400.0))
        elif kind == "interrupted":
            found.append(InterruptedFact(entry, at, f"cut-{entry}", key, "restore"))
        else:
            failure = BackupFailure(f"{key}-db", at, "the disk is full")
            found.append(PointsFact(entry, at, (), (failure,)))
    return draw(st.permutations(found))


STORIES = plans().flatmap(lambda plan: st.tuples(st.just(plan), everything(plan)))
Story = tuple[Plan, Sequence[Known]]


@given(STORIES, st.data())
@FEW
def test_readings_and_drills_one_by_one_give_the_same_as_all_of_them_at_once(
    story: Story, data: st.DataObject
) -> None:
    plan, facts = story
    cut = data.draw(st.integers(0, len(facts)))
    assessor = Assessor(plan, Facts.of(facts[:cut]))
    assessor.assess(NOW)
    for number, fact in enumerate(facts[cut:], cut + 1):
        assessor.add(Facts.of([fact]))
        if data.draw(st.booleans()):
            anew = assessment(plan, Facts.of(facts[:number]), NOW)
            assert told(assessor.assess(NOW)) == told(anew)
    assert told(assessor.assess(NOW)) == told(assessment(plan, Facts.of(facts), NOW))


@given(STORIES, MOMENTS)
@FEW
def test_what_is_read_later_does_not_change_the_past(story: Story, instant: datetime) -> None:
    plan, facts = story
    known = [one for one in facts if _known_at(one) <= instant]
    later = assessment(plan, Facts.of(facts), instant)
    assert told(later) == told(assessment(plan, Facts.of(known), instant))


@given(STORIES, st.data())
@settings(max_examples=80, deadline=None)
def test_over_time_says_of_what_was_read_what_the_assessment_says(
    story: Story, data: st.DataObject
) -> None:
    plan, facts = story
    start, end = NOW - timedelta(days=60), NOW + timedelta(days=3)
    histories = over(plan, Facts.of(facts), start, end)
    minutes = st.integers(0, 63 * 1440 - 1)
    instants = [start + timedelta(minutes=data.draw(minutes)) for _ in range(3)]
    edges = sorted({edge for one in histories for gap in one.gaps for edge in (gap.start, gap.end)})
    instants += [one for one in edges if one < end][:3]
    for instant in instants:
        whole = assessment(plan, Facts.of(facts), instant)
        for one, status in zip(histories, whole.services, strict=True):
            lost = any(gap.start <= instant < gap.end for gap in one.gaps)
            good = status.copy.verdict is CopyVerdict.YES
            proven = status.recovery.verdict is Verdict.PROVEN
            assert (not lost) == (good and proven), (one.service, instant)


def _known_at(fact: Known) -> datetime:
    return fact.observed_at if isinstance(fact, FeedFact) else fact.at

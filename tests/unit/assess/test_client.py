"""A pack for one client holds facts about that client alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from refloat.assess.reviewing.client import only_of
from refloat.model.access import PrincipalKind, Right
from refloat.model.facts import Facts
from refloat.model.feed import (
    AccessSeen,
    CopySeen,
    DependencySeen,
    FeedFact,
    Heartbeat,
    JobRun,
    PointSeen,
    ProtectionScope,
    Quality,
    RestoreTest,
    Source,
    TestLevel,
)
from refloat.model.feed_people import Change
from refloat.model.stream import Stream
from tests.unit.assess import written
from tests.unit.assess.written import NOW, action, exercise, said

PLAN = written.plan()
OWN, OTHER = Source("bkp-own"), Source("bkp-other")


def facts_of(source: Source, service: str, data_set: str, person: str) -> list[FeedFact]:
    """Give one fact of each kind about a client."""
    head = (source, f"{source.instance}", NOW, f"digest of {source.instance}")
    return [
        PointSeen(*head, data_set, NOW, copies=(CopySeen("safe"),)),
        JobRun(*head, "all", data_set, NOW, "success"),
        JobRun(source, "everything", NOW, f"{source.instance} 2", "everything", "", NOW, "success"),
        RestoreTest(*head, service, (), TestLevel.SERVICE, "passed", NOW),
        RestoreTest(*head, "", (data_set,), TestLevel.FILE, "passed", NOW),
        ProtectionScope(*head, (data_set,), data_set=data_set),
        AccessSeen(
            *head,
            "operators" if source is OWN else "other-operators",
            PrincipalKind.PRIVILEGED,
            "safe",
            Right.DELETE,
            False,
            Quality.GOOD,
        ),
        Heartbeat(*head),
        DependencySeen(*head, service, "something new"),
        Change(*head, service, NOW, "changed"),
        exercise(source.instance, NOW, services=(service,)),
        said("export-taken", NOW + timedelta(seconds=len(person)), service, where=source.instance),
        action(source.instance, NOW, owner=person, subject=service),
    ]


@pytest.mark.requirement("R-121")
def test_facts_about_others_are_left_out_and_counted() -> None:
    own = facts_of(OWN, "booking", "book-db", "cem")
    others = facts_of(OTHER, "their-till", "their-db", "zoe")
    kept, left_out = only_of(PLAN, Facts(feed=Stream.of([*own, *others])))
    there = list(kept.feed.all())
    assert not [one for one in others if one in there]
    missing = [one for one in own if one not in there]
    assert [type(one) for one in missing] == [AccessSeen], "the plan knows no operators"
    assert left_out == len(others) + 1


@pytest.mark.requirement("R-121")
def test_what_a_shared_tool_says_of_all_its_work_is_left_out() -> None:
    ours = PointSeen(OWN, "p", NOW, "digest p", "book-db", NOW)
    theirs = PointSeen(OWN, "q", NOW, "digest q", "their-db", NOW)
    wide = JobRun(OWN, "all", NOW, "digest all", "the other client's night", "", NOW, "success")
    kept, _ = only_of(PLAN, Facts(feed=Stream.of([ours, wide])))
    assert wide in kept.feed.all()
    shared, _ = only_of(PLAN, Facts(feed=Stream.of([ours, theirs, wide])))
    assert [one.external_id for one in shared.feed.all()] == ["p"]


def test_what_names_nothing_of_the_client_is_left_out() -> None:
    vague = [
        exercise("e", NOW, services=()),
        action("a", NOW, owner=""),
        action("b", NOW, owner="zoe"),
        said("offline-kit-placed", NOW),
    ]
    kept, left_out = only_of(PLAN, Facts(feed=Stream.of(vague)))
    assert [type(one).__name__ for one in kept.feed.all()] == ["Attestation"], "ada is ours"
    assert left_out == 3


def test_names_for_people_and_subjects_of_findings_are_known() -> None:
    facts: list[FeedFact] = [
        PointSeen(OWN, "p", NOW, "digest p", "BOOKINGS", NOW),
        action("a", NOW, owner="cem", subject="service booking, data set book-db"),
        action("b", NOW, owner="cem", subject="service booking, data set their-db"),
    ]
    kept, left_out = only_of(PLAN, Facts(feed=Stream.of(facts)))
    assert {one.external_id for one in kept.feed.all()} == {"p", "a"}
    assert left_out == 1

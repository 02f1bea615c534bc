"""The reference organisation: its plan and facts, what is wrong with it on purpose, and repairs.

A repair takes the plan and the facts and gives them with one planted defect mended, the way that
the organisation would mend it. ``EXPECTED`` says what each defect is found by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from refloat.app.facts import load
from refloat.app.workspace import Workspace
from refloat.model.access import LockMode
from refloat.model.dependency import Dependency
from refloat.model.facts import Facts
from refloat.model.feed import CopySeen, FeedFact, PointSeen, RestoreTest, TestLevel
from refloat.model.organisation import Location, Watch
from refloat.model.plan import Component, Plan, Service
from refloat.model.stream import Stream

FOLDER = Path(__file__).parents[2] / "examples" / "saltbush"
AS_OF = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
"""2026-11-22 09:00 in Geelong."""

Pair: TypeAlias = tuple[Plan, list[FeedFact]]

EXPECTED: dict[int, frozenset[tuple[str, str]]] = {
    1: frozenset({("RECOVERY_AUTH_CYCLE", "service identity")}),
    2: frozenset({("NO_ISOLATED_COPY", "data set archive-files")}),
    3: frozenset(
        {
            ("UNDOCUMENTED_DEPENDENCY", "service booking, needs payments"),
            ("RESTORE_ORDER_INVALID", "service booking"),
            ("RTO_EXCEEDED", "service booking"),
        }
    ),
    4: frozenset({("RPO_BREACH", "service clinical-app, data set clin-db")}),
    5: frozenset({("TEST_NOT_SERVICE_LEVEL", "service pathology")}),
    6: frozenset(
        {
            ("RTO_EXCEEDED", "service payments"),
            ("CONTRACT_TOLERANCE_EXCEEDED", "vendor v-merchant, service payments"),
        }
    ),
    7: frozenset(
        {
            ("COVERAGE_GAP", "service payroll, component timesheet-db"),
            ("EVIDENCE_STALE_AFTER_CHANGE", "service payroll"),
        }
    ),
    8: frozenset(
        {
            ("INSTRUCTIONS_UNREACHABLE", "document runbooks"),
            ("INSTRUCTIONS_UNREACHABLE", "document contact-list"),
        }
    ),
}
"""Of each planted defect, by its number in the reference, the findings: code and subject."""

ALLOWED = frozenset({("CONTRACT_RENEWAL_DUE", "vendor v-corella")})
"""A reminder, and no defect."""

ESSENTIAL_EIGHT = {
    "ISM-1511": "ineffective",
    "ISM-1810": "ineffective",
    "ISM-1811": "ineffective",
    "ISM-1515": "effective",
    "ISM-1812": "effective",
    "ISM-1814": "effective",
    "ISM-1705": "ineffective",
    "ISM-1707": "ineffective",
    "ISM-1813": "effective",
    "ISM-1706": "no-visibility",
    "ISM-1708": "ineffective",
}


def reference() -> Pair:
    """Read the plan and the facts as they stand in the example."""
    plan = Workspace.find(str(FOLDER / "refloat.yaml"), None).plan
    loaded = load([FOLDER / "facts"])
    assert not loaded.refused
    return plan, list(loaded.facts.feed.all())


def facts_of(feed: list[FeedFact]) -> Facts:
    """Put facts of the feed together."""
    return Facts(feed=Stream.of(feed))


def give_the_backup_server_a_break_glass_account(pair: Pair) -> Pair:
    """1: somebody can open the backup server when nobody can sign in."""
    plan, feed = pair
    platform = replace(plan.platforms["bkp01"], break_glass=True)
    return replace(plan, platforms={**plan.platforms, "bkp01": platform}), feed


def copy_the_archive_to_the_cloud(pair: Pair) -> Pair:
    """2: a second copy where nobody can change it."""
    plan, feed = pair
    archive = plan.components["archive-files"]
    assert archive.watch is not None
    copies = (*archive.watch.copies, "repo-cloud")
    component = replace(archive, watch=replace(archive.watch, copies=copies))
    locked = CopySeen("repo-cloud", "cloudco-syd", encrypted=True, lock=LockMode.COMPLIANCE)
    seen = [
        replace(one, copies=(*one.copies, replace(locked, locked_until=one.expires_at)))
        if isinstance(one, PointSeen) and one.data_set == "archive-files"
        else one
        for one in feed
    ]
    return _with_component(plan, "archive-files", component), seen


def end_the_unwritten_dependency(pair: Pair) -> Pair:
    """3: bookings no longer charge cards, and the written steps are put in order."""
    plan, feed = pair
    booking = plan.services["booking"]
    steps = tuple(sorted(booking.steps, key=lambda step: step.name == "start-web"))
    kept = [one for one in feed if one.external_id != "booking->payments"]
    return _with_service(plan, "booking", replace(booking, steps=steps)), kept


def back_up_the_clinical_database(pair: Pair) -> Pair:
    """4: the log backup runs again."""
    plan, feed = pair
    return plan, [
        replace(one, consistency_time=datetime(2026, 11, 21, 21, 30, tzinfo=UTC))
        if isinstance(one, PointSeen) and one.data_set == "clin-db"
        else one
        for one in feed
    ]


def restore_pathology_as_a_whole(pair: Pair) -> Pair:
    """5: the whole service is restored, not a file."""
    return pair[0], [
        replace(one, level=TestLevel.SERVICE)
        if isinstance(one, RestoreTest) and one.service == "pathology"
        else one
        for one in pair[1]
    ]


def register_the_terminals_faster(pair: Pair) -> Pair:
    """6: the payments come back in time."""
    return pair[0], [
        replace(one, seconds=100 * 60.0)
        if isinstance(one, RestoreTest) and one.service == "payments"
        else one
        for one in pair[1]
    ]


def protect_the_timesheets(pair: Pair) -> Pair:
    """7: the forgotten database is copied, and payroll is tested with it."""
    plan, feed = pair
    timesheets = plan.components["timesheet-db"]
    retention = timesheets.retention
    assert retention is not None
    watch = Watch("saas-export", ("repo-cloud", "repo-usb"), kept_for=retention.target)
    pattern = next(
        one for one in feed if isinstance(one, PointSeen) and one.data_set == "payroll-export"
    )
    point = replace(pattern, external_id="timesheet-db-1", data_set="timesheet-db", digest="7" * 64)
    test = next(one for one in feed if isinstance(one, RestoreTest) and one.service == "payroll")
    again = replace(
        test,
        external_id="payroll-again",
        at=datetime(2026, 11, 2, tzinfo=UTC),
        observed_at=datetime(2026, 11, 2, 8, tzinfo=UTC),
        digest="8" * 64,
    )
    component = replace(timesheets, watch=watch)
    return _with_component(plan, "timesheet-db", component), [*feed, point, again]


def keep_instructions_on_paper(pair: Pair) -> Pair:
    """8: what is needed when nothing works lies in a safe."""
    plan, feed = pair
    paper = Location("a printed copy in both safes")
    documents = {
        key: replace(one, locations=(*one.locations, paper)) for key, one in plan.documents.items()
    }
    return replace(plan, documents=documents), feed


REPAIRS: dict[int, Callable[[Pair], Pair]] = {
    1: give_the_backup_server_a_break_glass_account,
    2: copy_the_archive_to_the_cloud,
    3: end_the_unwritten_dependency,
    4: back_up_the_clinical_database,
    5: restore_pathology_as_a_whole,
    6: register_the_terminals_faster,
    7: protect_the_timesheets,
    8: keep_instructions_on_paper,
}


def write_the_dependency_down(pair: Pair) -> Pair:
    """3, the other way: the plan says that bookings need payments; the time is still too long."""
    plan, feed = pair
    booking = plan.services["booking"]
    needs = (*booking.needs, Dependency("payments"))
    return _with_service(plan, "booking", replace(booking, needs=needs)), feed


def _with_component(plan: Plan, key: str, component: Component) -> Plan:
    return replace(plan, components={**plan.components, key: component})


def _with_service(plan: Plan, key: str, service: Service) -> Plan:
    return replace(plan, services={**plan.services, key: service})

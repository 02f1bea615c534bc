"""Recoverability over 90 days of 1,000 services with hourly points, against one assessment.

Ours: how much of 90 days each service was recoverable, with every gap and its reason. Baseline: one
assessment of the same organisation by the same facts, at one instant. Refused if the gaps that were
planted are not found.

``python -m benchmarks.over_time [PART]`` takes a part of the size only (10: a tenth).
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

from benchmarks.measure import compare, print_result
from benchmarks.organisation import NOW, Large, Size, approvals, service_key
from refloat.assess.assessor import Assessor
from refloat.assess.over_time.histories import over
from refloat.model.facts import Facts
from refloat.model.feed import FeedFact
from refloat.model.plan import ComponentKind, Plan
from refloat.model.stream import Stream

PAIRS = 3
TARGET = 10.0
DAYS = 90
SERVICES = 1_000
HOUR = timedelta(hours=1)
POINTS = DAYS * 24
"""Recovery points of each service; the first of its data sets has them, one an hour."""
EVERY = 10
"""Every so many services, backups fall out for six hours."""


def main() -> int:
    """Measure; exit code 1 if the target was missed."""
    services = SERVICES // (int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    plan, facts = _organisation(services)
    gc.collect()
    gc.freeze()
    result = compare(
        f"recoverability over {DAYS} days, {services} services with hourly points",
        partial(_look_back, plan, facts),
        partial(_assess, plan, facts),
        target=TARGET,
        pairs=PAIRS,
    )
    print_result(result)
    return 0 if result.met else 1


def _organisation(services: int) -> tuple[Plan, Facts]:
    """Give an organisation in which each service has one data set with hourly points."""
    large = Large(Size(services, 0, 20 * services, 0))
    components = {
        key: one
        if key.endswith("-0")
        else replace(one, watch=None, retention=None, kind=ComponentKind.APPLICATION)
        for key, one in large.plan.components.items()
    }
    plan = replace(large.plan, components=components)
    return plan, Facts(feed=Stream.of(_feed(large, plan)))


def _feed(large: Large, plan: Plan) -> Iterator[FeedFact]:
    for number in range(large.size.services):
        quiet = range(2000, 2006) if number % EVERY == 0 else range(0)
        for one in range(POINTS):
            if one not in quiet:
                yield large.point(number, 0, NOW - (POINTS - one) * HOUR, one)
        yield from large.tests(number)
        yield from approvals(plan, service_key(number))


def _look_back(plan: Plan, facts: Facts) -> None:
    histories = over(plan, facts, NOW - timedelta(days=DAYS), NOW)
    late = sum(any("older than" in gap.reason for gap in one.gaps) for one in histories)
    if late != len(range(0, len(histories), EVERY)):
        raise RuntimeError(f"{late} services were said to have had too old copies")


def _assess(plan: Plan, facts: Facts) -> None:
    Assessor(plan, facts).assess(NOW)


if __name__ == "__main__":
    sys.exit(main())

"""Judging a large organisation, against reading its facts and walking its dependencies once.

Ours: the whole assessment from facts that are loaded: verdicts, findings, maturity. Baseline: the
same facts, read line by line from their file with ``json`` into plain dataclasses, and every
dependency of the plan walked once. Then: one more fact, and the assessment again, against the whole
assessment. Both are refused if what was planted in the organisation is not found.

``python -m benchmarks.assessment [PART]`` takes a part of the size only (10: a tenth).
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measure import Result, compare, print_result
from benchmarks.organisation import NOW, Large, Size
from refloat.assess.assessor import Assessor
from refloat.feed import write
from refloat.model.facts import Facts
from refloat.model.judgement import Assessment
from refloat.model.plan import Plan

PAIRS = 3
FULL_TARGET = 3.0
AGAIN_TARGET = 0.02
LARGEST = 1_500_000_000
"""Bytes that this process may hold while it judges, plan and facts included."""


@dataclass
class Plain:
    """A fact as somebody would keep it who only reads it."""

    kind: str
    source: str
    identity: str
    observed_at: datetime
    about: str
    at: datetime | None
    rest: dict[str, Any]


def main() -> int:
    """Measure; exit code 1 if a target was missed."""
    part = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    large = Large(Size().part(part))
    plan, facts = large.plan, large.facts()
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "facts.jsonl"
        with lines.open("wb") as file:
            file.writelines(write(fact).rstrip(b"\n") + b"\n" for fact in large.feed())
        gc.collect()
        gc.freeze()  # what is loaded is not looked through again in either side's child
        full = compare(
            "full assessment of a large organisation",
            partial(_judge, plan, facts, large.expected),
            partial(_read_and_walk, lines, plan),
            target=FULL_TARGET,
            pairs=PAIRS,
        )
    print_result(full)
    again = _again(large, plan, facts)
    print_result(again)
    print(f"peak memory {full.peak_bytes / 1e9:.2f} GB of at most 1.5", file=sys.stderr)
    return 0 if full.met and again.met and full.peak_bytes < LARGEST else 1


def _judge(plan: Plan, facts: Facts, expected: Iterable[tuple[str, str]]) -> None:
    _see(Assessor(plan, facts).assess(NOW), expected)


def _see(found: Assessment, expected: Iterable[tuple[str, str]]) -> None:
    seen = {(one.code, key) for one in found.findings for key in one.services}
    missing = set(expected) - seen
    if missing:
        raise RuntimeError(f"{len(missing)} planted findings were not found: {min(missing)}")


def _read_and_walk(lines: Path, plan: Plan) -> None:
    with lines.open("rb") as file:
        facts = [_plain(json.loads(line)) for line in file]
    walked = 0
    for thing in (*plan.services.values(), *plan.components.values()):
        for need in thing.needs:
            walked += need.on in plan.components or need.on in plan.services
    if not facts or not walked:
        raise RuntimeError("there was nothing to read")


def _plain(members: dict[str, Any]) -> Plain:
    at = members.get("consistency_time")
    return Plain(
        members["kind"],
        members["source"]["instance"],
        members["external_id"],
        datetime.fromisoformat(members["observed_at"]),
        members.get("dataset_ref") or members.get("service") or "",
        datetime.fromisoformat(at) if at else None,
        members,
    )


def _again(large: Large, plan: Plan, facts: Facts) -> Result:
    """Measure both in one process each time, because the second needs what the first has made."""
    samples = [_both(large, plan, facts) for _ in range(PAIRS)]
    ratios = sorted(one / whole for whole, one in samples)
    whole, one = (sorted(sample[side] for sample in samples)[PAIRS // 2] for side in (0, 1))
    return Result(
        name="one more fact, then the assessment again",
        ratio=round(ratios[PAIRS // 2], 4),
        target=AGAIN_TARGET,
        met=ratios[PAIRS // 2] <= AGAIN_TARGET,
        seconds=round(one, 4),
        baseline_seconds=round(whole, 4),
        processor_ratio=round(ratios[PAIRS // 2], 4),
        peak_bytes=0,
        baseline_peak_bytes=0,
        pair_ratios=tuple(round(ratio, 4) for ratio in ratios),
    )


def _both(large: Large, plan: Plan, facts: Facts) -> tuple[float, float]:
    more = large.one_more()
    whole, assessor = _timed(lambda: _first(plan, facts))
    before = assessor.assess(NOW)
    one, after = _timed(lambda: _more(assessor, more))
    _see(after, large.expected)
    if len(after.findings) != len(before.findings):
        raise RuntimeError("a good recovery point changed what is found")
    return whole, one


def _first(plan: Plan, facts: Facts) -> Assessor:
    assessor = Assessor(plan, facts)
    assessor.assess(NOW)
    return assessor


def _more(assessor: Assessor, more: Facts) -> Assessment:
    assessor.add(more)
    return assessor.assess(NOW)


def _timed(function: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    made = function()
    return time.perf_counter() - start, made


if __name__ == "__main__":
    sys.exit(main())

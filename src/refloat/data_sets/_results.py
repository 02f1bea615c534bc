"""What every comparison of baselines says alike: that two differ in form, and how one was judged.

For the kinds of data beside this file. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from refloat.model.points import Baseline, Measure
from refloat.model.run import CheckResult, Outcome, Proof

NAMED_AT_MOST = 5
"""How many differences a result names; the rest is counted."""


def comparable(what: str, expected: Baseline, seen: Baseline) -> CheckResult | None:
    """See whether two baselines are of one form.

    Args:
        what: what was restored ("files").
        expected: what was backed up.
        seen: what was restored.

    Returns:
        None if they are; else the result that says so, which could not run.
    """
    if (expected.kind, expected.format) == (seen.kind, seen.format):
        return None
    return CheckResult(
        name=f"the restored {what} can be compared with the backup",
        kind="baseline",
        outcome=Outcome.COULD_NOT_RUN,
        proves=(),
        expected=f"a baseline of {seen.kind}, format {seen.format}",
        seen=(
            f"one of {expected.kind}, format {expected.format}, written by another version of"
            " Refloat"
        ),
    )


def judged(
    name: str,
    expected: str,
    complaints: Sequence[str],
    fine: str,
    proves: tuple[Proof, ...] = (Proof.DATA,),
) -> CheckResult:
    """Make the result of one comparison: failed if there is any complaint.

    Args:
        name: what holds if it passed.
        expected: what was backed up, in words.
        complaints: what differs, each in words; the first few are named, the others counted.
        fine: what was seen if nothing differs.
        proves: what a pass shows.
    """
    if not complaints:
        return CheckResult(name, "baseline", Outcome.PASSED, proves, expected, fine)
    more = len(complaints) - NAMED_AT_MOST
    seen = "; ".join(complaints[:NAMED_AT_MOST]) + (f"; and {more} more" if more > 0 else "")
    return CheckResult(name, "baseline", Outcome.FAILED, proves, expected, seen)


def mapping(where: Mapping[str, Measure], key: str) -> Mapping[str, Measure]:
    """Give the mapping behind a key of a baseline, which wrote it there."""
    value = where[key]
    assert isinstance(value, Mapping)
    return value


def integer(where: Mapping[str, Measure], key: str) -> int:
    """Give the number behind a key of a baseline; 0 where it counted none."""
    value = where.get(key, 0)
    assert isinstance(value, int)
    return value

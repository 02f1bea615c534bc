"""Restored files against their baseline, and a baseline against earlier ones. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from refloat.data_sets._files import tree
from refloat.data_sets._results import comparable
from refloat.model.points import Baseline, Measure
from refloat.model.run import CheckResult, Outcome, Proof

HEARTBEAT = ".refloat-heartbeat"
FORMAT = 1
FEWEST_FILES = 10
"""Fewer files than this say nothing about damage at the source: a handful changes by right."""


def lines_of(baseline: Baseline) -> Mapping[str, str]:
    """Give the descriptions in a baseline by path (see ``tree``); empty if it has none."""
    entries = baseline.detail.get("entries")
    return cast("Mapping[str, str]", entries) if isinstance(entries, Mapping) else {}


def compare(expected: Baseline, seen: Baseline) -> tuple[CheckResult, ...]:
    """Hold restored files against the baseline: contents first, then modes, times and owners.

    Lost owners are told, not failed, where all files belong to one account: there was none other
    to be had. What changed while it was backed up may be in either state, and is left out.
    """
    other_form = comparable("files", expected, seen)
    if other_form is not None:
        return (other_form,)
    found = tree.differences(lines_of(expected), lines_of(seen), expected.changed)
    return (_contents(expected, seen, found), _attributes(found))


def drift(previous: Sequence[Baseline], current: Baseline) -> tuple[CheckResult, ...]:
    """Hold a backup against earlier ones, oldest first: damage that was there at the source.

    A third of the files gone, or half of them rewritten, since the point just before is more than
    people do in a day; encrypting malware does both at once. Where so many were rewritten between
    the earlier points already, it is what this data set does, and says nothing.
    """
    earlier = [
        _contents_by_name(baseline)
        for baseline in previous
        if (baseline.kind, baseline.format) == (current.kind, current.format)
    ]
    if not earlier or len(earlier[-1]) < FEWEST_FILES:
        return ()
    before, now = earlier[-1], _contents_by_name(current)
    gone = sorted(before.keys() - now.keys())
    rewritten = _rewritten(before, now)
    usual = len(earlier) > 1 and 2 * len(_rewritten(earlier[0], before)) >= len(before)
    return (
        _drifted(
            "no files went at the source",
            f"most of the {len(before):,} files of the recovery point before",
            tree.naming("gone", gone) if 3 * len(gone) >= len(before) else "",
            f"{len(before) - len(gone):,} of {len(before):,} are still there",
        ),
        _drifted(
            "files were not rewritten wholesale at the source",
            "most of the contents of the recovery point before",
            tree.naming("rewritten", rewritten)
            if 2 * len(rewritten) >= len(before) and not usual
            else "",
            f"{len(rewritten):,} of {len(before):,} were rewritten",
        ),
    )


def _contents_by_name(baseline: Baseline) -> dict[str, str]:
    """Give the digest of every file that is not empty and not the heartbeat, by path."""
    found = {}
    for path, line in lines_of(baseline).items():
        kind, size, content, _ = line.split(" ", 3)
        if kind == "f" and size != "0" and not path.endswith(f"/{HEARTBEAT}"):
            found[path] = content
    return found


def _rewritten(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return sorted(path for path, content in before.items() if now.get(path, content) != content)


def _drifted(name: str, expected: str, complaint: str, fine: str) -> CheckResult:
    return CheckResult(
        name=name,
        kind="baseline",
        outcome=Outcome.FAILED if complaint else Outcome.PASSED,
        proves=(Proof.DATA,) if complaint else (),
        expected=expected,
        seen=complaint or fine,
    )


def _contents(expected: Baseline, seen: Baseline, found: tree.Differences) -> CheckResult:
    told = [
        tree.naming("missing", found.missing),
        tree.naming("different", found.content),
        tree.naming("never backed up", found.extra),
        tree.naming("not readable by the component's account", found.unread),
        tree.naming("not compared: changed while backed up", expected.changed),
    ]
    something = any(
        not line.startswith("d ") and not path.endswith(f"/{HEARTBEAT}")
        for path, line in lines_of(expected).items()
    )
    if found.missing or found.content or found.extra:
        outcome = Outcome.FAILED
    elif found.unread or not something:
        outcome = Outcome.COULD_NOT_RUN
    else:
        outcome = Outcome.PASSED
    if not something:
        told.append("no file was backed up, so nothing could differ")
    return CheckResult(
        name="files and their contents are as they were backed up",
        kind="baseline",
        outcome=outcome,
        proves=(Proof.DATA,),
        expected=_told(expected),
        seen="; ".join(filter(None, (_told(seen), *told))),
    )


def _attributes(found: tree.Differences) -> CheckResult:
    owners_lost = bool(found.owners) and found.one_account
    wrong = [
        tree.naming("with other modes", found.modes),
        tree.naming("with other times", found.times),
        "" if owners_lost else tree.naming("with other owners", found.owners),
    ]
    told = "; ".join(filter(None, wrong))
    same = "modes and times are the same" if owners_lost else "modes, times and owners are the same"
    seen = told or same
    if owners_lost:
        seen += f"; owners were not kept: all belong to one account, {len(found.owners):,} did not"
    return CheckResult(
        name="modes, times and owners are as they were backed up",
        kind="baseline",
        outcome=Outcome.FAILED if told else Outcome.PASSED,
        proves=(),
        expected="the same modes, times and owners",
        seen=seen,
    )


def _told(baseline: Baseline) -> str:
    counts = ", ".join(
        f"{_number(baseline.summary.get(name)):,} {name}"
        for name in ("files", "folders", "links", "bytes")
    )
    return f"{counts}, {str(baseline.summary.get('digest'))[:23]}…"


def _number(measure: Measure) -> int:
    return measure if isinstance(measure, int) else 0

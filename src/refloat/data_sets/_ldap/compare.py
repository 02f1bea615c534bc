"""Holds a restored directory against what was backed up, and a backup against earlier ones.

Pure: baselines in, results out. People are counted, never named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from refloat.data_sets._ldap.ldif import is_schema
from refloat.data_sets._results import comparable, integer, judged, mapping
from refloat.model.points import Baseline, Measure
from refloat.model.run import CheckResult, Outcome

FEWEST_ENTRIES = 20
"""A smaller directory rises and falls too much by itself to say that entries are missing."""


def compare(expected: Baseline, seen: Baseline) -> tuple[CheckResult, ...]:
    """Hold restored data against its baseline; see ``DataSet.compare``."""
    other_form = comparable("directory", expected, seen)
    if other_form is not None:
        return (other_form,)
    if not mapping(expected.detail, "entries"):
        name = "every entry of the directory is there"
        words = "no entry was backed up: there is nothing to compare"
        return (CheckResult(name, "baseline", Outcome.COULD_NOT_RUN, (), "entries", words),)
    return (_entries(expected, seen), _contents(expected, seen), _configuration(expected, seen))


def drift(previous: Sequence[Baseline], current: Baseline) -> tuple[CheckResult, ...]:
    """Hold a backup against earlier ones, oldest first: entries that went at the source.

    A pass proves nothing of the restored data, so it does not say so.
    """
    earlier = [
        integer(baseline.summary, "entries")
        for baseline in previous
        if (baseline.kind, baseline.format) == (current.kind, current.format)
    ]
    if not earlier:
        return ()
    most, now = max(earlier), integer(current.summary, "entries")
    complaints = []
    if most >= FEWEST_ENTRIES and now * 3 <= most * 2:
        complaints.append(
            f"the directory has {_count(now)}, {100 - 100 * now // most} % fewer than"
            f" the {most:,} it had"
        )
    return (
        judged(
            "no entries went at the source",
            f"about as many entries as in earlier recovery points ({most:,} at most)",
            complaints,
            _count(now),
            (),
        ),
    )


def _entries(expected: Baseline, seen: Baseline) -> CheckResult:
    name = "every entry of the directory is there"
    before, after = mapping(expected.detail, "entries"), mapping(seen.detail, "entries")
    missing, added = len(before.keys() - after.keys()), len(after.keys() - before.keys())
    complaints = []
    if missing:
        complaints.append(f"{missing:,} of {_count(len(before))} missing{_of_what(expected, seen)}")
    if added:
        complaints.append(f"{_counted(added)} not in the backup")
    return judged(name, _count(len(before)), complaints, _count(len(after)))


def _of_what(expected: Baseline, seen: Baseline) -> str:
    before, after = mapping(expected.detail, "classes"), mapping(seen.detail, "classes")
    short = [
        f"{integer(before, kind) - integer(after, kind):,} {kind}"
        for kind in sorted(before)
        if integer(after, kind) < integer(before, kind)
    ]
    return f" ({', '.join(short)})" if short else ""


def _contents(expected: Baseline, seen: Baseline) -> CheckResult:
    before, after = mapping(expected.detail, "entries"), mapping(seen.detail, "entries")
    changed = sum(1 for name in before if name in after and before[name] != after[name])
    complaints = [f"{_counted(changed)} changed"] if changed else []
    return judged(
        "the entries' contents are the same",
        "the same digest of every entry",
        complaints,
        "every digest is the same",
    )


def _configuration(expected: Baseline, seen: Baseline) -> CheckResult:
    before, after = mapping(expected.detail, "configuration"), mapping(seen.detail, "configuration")
    complaints = [f"{name} is missing" for name in sorted(before) if name not in after]
    for name in sorted(before.keys() & after.keys()):
        was, now = set(_texts(before, name)), set(_texts(after, name))
        if is_schema(name) and was <= now:
            continue
        if was != now:
            complaints.append(f"{name} is not as it was")
    words = f"{len(before):,} entries of the server's configuration"
    return judged("the server's configuration is the same", words, complaints, words)


def _texts(where: Mapping[str, Measure], key: str) -> list[str]:
    value = where[key]
    assert isinstance(value, Sequence)
    return [str(item) for item in value]


def _counted(value: int) -> str:
    return "1 entry is" if value == 1 else f"{value:,} entries are"


def _count(value: int) -> str:
    return "1 entry" if value == 1 else f"{value:,} entries"

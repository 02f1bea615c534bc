"""What comparisons of baselines say alike, whatever the kind of data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from refloat.data_sets._files.compare import compare as compare_files
from refloat.data_sets._ldap.compare import compare as compare_directories
from refloat.data_sets._postgresql.compare import compare as compare_databases
from refloat.model.points import Baseline, Measure
from refloat.model.run import CheckResult, Outcome


def directory(configuration: dict[str, Measure]) -> Baseline:
    detail: dict[str, Measure] = {
        "entries": {"cn=a": "1"},
        "classes": {},
        "configuration": configuration,
    }
    return Baseline("ldap", 1, {}, detail)


def test_what_is_not_named_is_counted() -> None:
    before = directory({f"cn={number}": ("x",) for number in range(7)})
    results = compare_directories(before, directory({}))
    (failed,) = (one for one in results if one.outcome is Outcome.FAILED)
    assert failed.seen.startswith("cn=0 is missing; ")
    assert failed.seen.endswith("cn=4 is missing; and 2 more")


@pytest.mark.parametrize("compare", [compare_files, compare_directories, compare_databases])
def test_a_baseline_of_another_form_could_not_be_compared_and_proves_nothing(
    compare: Callable[[Baseline, Baseline], tuple[CheckResult, ...]],
) -> None:
    seen = Baseline("some", 2, {}, {})
    for expected in (replace(seen, format=1), replace(seen, kind="other")):
        (result,) = compare(expected, seen)
        assert result.outcome is Outcome.COULD_NOT_RUN
        assert result.proves == ()
        assert f"one of {expected.kind}, format {expected.format}" in result.seen

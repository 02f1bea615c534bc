"""What the comparison of two baselines of a PostgreSQL database says, and what it keeps quiet."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from refloat.data_sets._postgresql.compare import compare, drift
from refloat.data_sets._postgresql.measure import FORMAT, _plain
from refloat.model.points import Baseline, Measure
from refloat.model.run import CheckResult, Outcome


def table(rows: int, content: str = "1", **more: Measure) -> Mapping[str, Measure]:
    return {"rows": rows, "content": content, "highest": {}, "newest": {}, **more}


def baseline(
    tables: Mapping[str, Measure],
    sequences: Mapping[str, Measure] | None = None,
    definitions: Mapping[str, Measure] | None = None,
    **more: Measure,
) -> Baseline:
    named = {f"table {name}": "x" for name in tables}
    detail: dict[str, Measure] = {
        "tables": tables,
        "definitions": definitions if definitions is not None else named,
        "sequences": sequences or {},
        "roles": {"app": "1"},
        "views": {},
        "foreign_tables": (),
        "large_objects": {"large_objects": 0},
        **more,
    }
    return Baseline("postgresql", FORMAT, {}, detail)


def failed(results: tuple[CheckResult, ...]) -> list[str]:
    return [result.seen for result in results if result.outcome is Outcome.FAILED]


def sequence(last: int, highest: int, *, called: bool = True, step: int = 1) -> Measure:
    return {
        "last": last,
        "called": called,
        "increment": step,
        "table": "public.t",
        "column": "id",
        "highest": highest,
    }


def test_the_same_passes() -> None:
    same = baseline({"public.t": table(5)}, {"public.s": sequence(5, 5)})
    results = compare(same, same)
    assert failed(results) == []
    assert {result.outcome for result in results} == {Outcome.PASSED}


def test_a_missing_table_is_named_once_with_its_rows() -> None:
    parts = {
        "constraint public.t.t_pkey": "x",
        "trigger public.t.touched": "x",
        "view public.v": "x",
    }
    before = baseline({"public.t": table(12043)}, definitions={"table public.t": "x", **parts})
    after = baseline({}, definitions={})
    assert failed(compare(before, after))[0] == (
        "the table t is missing: 12,043 rows had been backed up; the view v is missing"
    )


def test_too_many_rows_fail_as_well() -> None:
    found = failed(compare(baseline({"public.t": table(5)}), baseline({"public.t": table(7)})))
    assert found == ["the table t has 7 rows of 5: 2 too many"]


def test_other_contents_are_told_with_the_newest_time() -> None:
    before = baseline({"a.t": table(5, "1", newest={"at": "2026-02-02"})})
    after = baseline({"a.t": table(5, "2", newest={"at": "2026-01-01"})})
    assert failed(compare(before, after)) == [
        "the contents of the table a.t are not the same:"
        " the newest at is 2026-01-01, not 2026-02-02"
    ]


@pytest.mark.parametrize(
    ("now", "complaint"),
    [
        (sequence(9, 10), "is at 9, behind t.id, which has reached 10"),
        (sequence(10, 10, called=False), "is at 9, behind t.id, which has reached 10"),
        (sequence(7, 3), "is at 7, but had reached 10"),
        (sequence(10, 10), ""),
        (sequence(11, 10, called=False), ""),
        (sequence(12, 10), ""),
    ],
)
def test_sequences(now: Measure, complaint: str) -> None:
    tables = {"public.t": table(5)}
    found = failed(
        compare(
            baseline(tables, {"public.s": sequence(10, 10)}), baseline(tables, {"public.s": now})
        )
    )
    assert bool(found) == bool(complaint)
    assert complaint in "".join(found)


def test_a_sequence_that_counts_down_may_go_on_down() -> None:
    tables = {"public.t": table(5)}
    down = {"last": -5, "called": True, "increment": -1}
    further = {"last": -6, "called": True, "increment": -1}
    assert failed(compare(baseline(tables, {"s": down}), baseline(tables, {"s": further}))) == []
    assert failed(compare(baseline(tables, {"s": further}), baseline(tables, {"s": down}))) != []


def test_roles_views_and_large_objects() -> None:
    tables = {"public.t": table(5)}
    before = baseline(
        tables,
        roles={"app": "1", "other": "1"},
        views={"public.v": True, "public.never": False},
        large_objects={"large_objects": 2, "large_object_contents": "7"},
    )
    after = baseline(
        tables,
        roles={"app": "2"},
        views={"public.v": False},
        large_objects={"large_objects": 2, "large_object_contents": "8"},
    )
    assert failed(compare(before, after)) == [
        "the role other is missing; the role app has not the same rights",
        "the materialised view v is not filled",
        "the contents of the large objects are not the same",
    ]


def test_nothing_to_compare_with_is_no_pass() -> None:
    empty = baseline({})
    (only,) = compare(empty, empty)
    assert only.outcome is Outcome.COULD_NOT_RUN
    older = Baseline("postgresql", FORMAT - 1, {}, {})
    (only,) = compare(older, empty)
    assert only.outcome is Outcome.COULD_NOT_RUN


def test_many_differences_are_counted() -> None:
    tables = {f"public.t{n}": table(5) for n in range(9)}
    (found,) = failed(compare(baseline(tables), baseline({name: table(4) for name in tables})))
    assert found.endswith("; and 4 more")


@pytest.mark.parametrize(
    ("history", "now", "complaint"),
    [
        ([100], 50, "50 % fewer"),
        ([100], 0, "is empty"),
        ([100], 70, ""),
        ([100], 500, ""),
        ([100, 50], 50, "50 % fewer"),
        ([100, 0, 90], 0, ""),
        ([10], 0, ""),
        ([0], 0, ""),
    ],
)
def test_rows_that_went_at_the_source(history: list[int], now: int, complaint: str) -> None:
    before = [baseline({"public.t": table(rows)}) for rows in history]
    results = drift(before, baseline({"public.t": table(now)}))
    assert all(result.proves == () for result in results)
    found = failed(results)
    assert bool(found) == bool(complaint)
    assert complaint in "".join(found)


def test_a_table_that_went_at_the_source() -> None:
    before = [
        baseline({"public.t": table(9), "public.old": table(1)}),
        baseline({"public.t": table(9)}),
    ]
    assert failed(drift(before, baseline({}))) == ["the table t is gone: it had 9 rows"]


@pytest.mark.parametrize(
    ("was", "now", "complaint"),
    [
        ((100, 100, 0), (100, 100, 100), "turned into hashes or ciphertext: 100 % of"),
        ((100, 100, 0), (100, 5, 0), "lost its values: 95 % are empty, 0 % were"),
        ((100, 100, 100), (100, 100, 100), ""),
        ((100, 10, 0), (100, 12, 12), ""),
        ((100, 100, 10), (100, 100, 30), ""),
    ],
)
def test_columns_that_turned(
    was: tuple[int, int, int], now: tuple[int, int, int], complaint: str
) -> None:
    def shaped(sampled: int, filled: int, encoded: int) -> Baseline:
        shape = {"c": {"sampled": sampled, "filled": filled, "bytes": 1, "encoded": encoded}}
        return baseline({"public.t": table(100, shape=shape)})

    for history in ([shaped(*was)], [shaped(*was), shaped(*now)]):
        found = failed(drift(history, shaped(*now)))
        assert bool(found) == bool(complaint)
        assert complaint in "".join(found)


def test_the_first_point_has_nothing_to_drift_from() -> None:
    assert drift((), baseline({"public.t": table(5)})) == ()


def test_definitions_are_compared_without_what_a_restore_rewrites() -> None:
    x, y = "'x'::character varying", "'y z'::character varying"
    written = f"CHECK (((k)::text = ANY ((ARRAY[{x}, {y}])::text[])))"
    restored = f"CHECK (((k)::text = ANY (ARRAY[({x})::text, ({y})::text])))"
    assert _plain(written) == _plain(restored)
    assert _plain("CHECK (k = 'x')") != _plain("CHECK (k = 'y')")
    casts = (
        'a::timestamp(3) with time zone, b::"Odd"."Type"[], c::numeric(8,2), d::double precision'
    )
    assert _plain(casts) == "a,b,c,d"

"""Every dataclass of the model comes back from JSON as it went, and JSON is all it becomes."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refloat.model import facts, judgement, options, place, plan, points, run
from refloat.model.codec import from_json, to_json
from refloat.model.errors import EvidenceProblem
from refloat.model.secret import SecretReference

MODULES = (facts, judgement, options, place, plan, points, run)
CLASSES = sorted(
    {
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and dataclasses.is_dataclass(value)
    }
    - {facts.Facts, facts.Stream},  # collections of facts, which nothing writes
    key=lambda cls: f"{cls.__module__}.{cls.__name__}",
)

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
INSTANTS = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=11)), timezone(-timedelta(hours=9))])
).filter(lambda at: datetime(2, 1, 1, tzinfo=UTC) < at < datetime(9998, 1, 1, tzinfo=UTC))
DURATIONS = st.timedeltas(min_value=timedelta(days=-36525), max_value=timedelta(days=36525))
SECRETS = st.builds(SecretReference, st.sampled_from(["env", "file", "command"]), st.text())
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=6,
)
OPTION = (
    st.text()
    | st.integers()
    | st.booleans()
    | DURATIONS
    | SECRETS
    | st.lists(st.text(), max_size=3).map(tuple)
    | st.dictionaries(st.text(), st.text() | SECRETS, max_size=3)
)
TYPES: Mapping[type[Any], st.SearchStrategy[Any]] = {
    float: NUMBERS,
    datetime: INSTANTS,
    date: st.dates(),
    timedelta: DURATIONS,
    str: st.text(max_size=20),
    bytes: st.binary(max_size=20),
    SecretReference: SECRETS,
}
ALIASES = {"Measure": JSON, "OptionValue": OPTION, "Options": None}


class _Json:
    """Stands for Measure in hints."""


class _Option:
    """Stands for OptionValue in hints."""


def of(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Give a strategy for a dataclass that fills every field, defaults included."""
    return st.deferred(
        lambda: st.builds(cls, **{name: field(hint) for name, hint in hints(cls).items()})
    )


def hints(cls: type[Any]) -> dict[str, Any]:
    import typing

    local = {"Measure": _Json, "OptionValue": _Option, "Options": Mapping[str, _Option]}
    return typing.get_type_hints(cls, localns=local)


def field(hint: Any) -> st.SearchStrategy[Any]:
    import types
    import typing

    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is _Json:
        return JSON
    if hint is _Option:
        return OPTION
    if hint in TYPES:
        return TYPES[hint]
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(st.none() if one is type(None) else field(one) for one in arguments))
    if origin is tuple:
        return st.lists(field(arguments[0]), max_size=2).map(tuple)
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(field(arguments[0]), field(arguments[1]), max_size=2)
    if dataclasses.is_dataclass(hint):
        return of(hint)
    return st.from_type(hint)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
@given(data=st.data())
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_dataclass_comes_back_as_it_went(cls: type[Any], data: st.DataObject) -> None:
    value = data.draw(of(cls))
    text = json.dumps(to_json(value), allow_nan=False)
    assert from_json(cls, json.loads(text)) == value
    later = {**json.loads(text), "a key of a later version": [1, {"x": None}]}
    assert from_json(cls, later) == value


@given(JSON)
@settings(max_examples=200, deadline=None)
def test_rubbish_is_refused_and_never_a_traceback(rubbish: Any) -> None:
    plain = json.loads(json.dumps(rubbish))
    for cls in (points.RecoveryPoint, run.DrillRecord, facts.ApprovalFact):
        with pytest.raises(EvidenceProblem):
            from_json(cls, plain)


@given(st.sampled_from([math.nan, math.inf, -math.inf]))
def test_numbers_that_json_has_not_are_refused(number: float) -> None:
    measured = run.Measurement(number, None, None, False, "")
    with pytest.raises(EvidenceProblem, match="target_seconds is no finite number"):
        to_json(measured)
    with pytest.raises(EvidenceProblem, match="no finite number"):
        from_json(
            run.Measurement,
            {
                **to_json(dataclasses.replace(measured, target_seconds=1.0)),
                "target_seconds": number,
            },
        )

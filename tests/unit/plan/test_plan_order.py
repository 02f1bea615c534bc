"""What a service rests on, and in which waves it comes back."""

from __future__ import annotations

import pytest

from refloat.model.errors import MissingInput
from refloat.model.plan import Strength
from refloat.plan import closure, order
from refloat.plan.ordering import cycles, waves
from tests.unit.plan.example import FULL, plan_of


def test_waves_of_a_service() -> None:
    assert order(plan_of(FULL), "booking") == (
        ("bookings-db", "documents", "line"),
        ("booking-app",),
    )
    assert order(plan_of(FULL), "archive") == (("documents",),)


@pytest.mark.requirement("R-046")
def test_the_closure_says_what_is_hard() -> None:
    assert closure(plan_of(FULL), "booking") == {
        "booking-app": Strength.HARD,
        "bookings-db": Strength.HARD,
        "documents": Strength.SOFT,
        "line": Strength.HARD,
    }


def test_hard_needs_of_what_is_soft_are_soft() -> None:
    plan = plan_of("""\
organisation: x
services: {s: {name: S, needs: [{soft: a}, c]}}
components:
  a: {kind: vendor, needs: [b, d]}
  b: {kind: vendor}
  c: {kind: vendor, needs: [d]}
  d: {kind: vendor, needs: [{soft: b}]}
""")
    assert closure(plan, "s") == {
        "a": Strength.SOFT,
        "b": Strength.SOFT,
        "c": Strength.HARD,
        "d": Strength.HARD,
    }
    assert order(plan, "s") == (("b",), ("d",), ("a", "c"))


def test_a_service_that_needs_nothing() -> None:
    plan = plan_of("organisation: x\nservices: {s: {name: S}}\n")
    assert order(plan, "s") == ()
    assert closure(plan, "s") == {}


@pytest.mark.parametrize("function", [order, closure])
def test_a_service_that_is_not_there(function: object) -> None:
    assert callable(function)
    with pytest.raises(MissingInput) as caught:
        function(plan_of(FULL), "bookings")
    assert caught.value.hint == "Did you mean 'booking'?"


def test_circles_are_found_and_not_ordered() -> None:
    needs = {"a": ["b"], "b": ["c", "a"], "c": ["a", "unknown"], "d": ["a"]}
    assert cycles(needs) == (("a", "b"), ("a", "b", "c"))
    with pytest.raises(ValueError, match="cycle"):
        waves({"a": ["b"], "b": ["a"], "c": []})


def test_a_very_long_chain_needs_no_recursion() -> None:
    chain = {f"c{number}": [f"c{number + 1}"] for number in range(50_000)} | {"c50000": []}
    assert cycles(chain) == ()
    assert len(waves(chain)) == 50_001
    chain["c50000"] = ["c0"]
    assert len(cycles(chain)[0]) == 50_001

"""The longest way back: a drill holds all that a service needs, and yet that is back first."""

from __future__ import annotations

from refloat.assess.ground.paths import OwnTime, Paths, RecoveryPath


def path(drilled: float, needed: float | None) -> RecoveryPath:
    own = {"app": OwnTime(drilled, whole=True), "net": OwnTime(needed, whole=False)}
    return Paths({"app": ("net",), "net": ()}, own.get).of("app")


def test_a_drill_holds_what_it_brought_with_it() -> None:
    assert path(3600.0, 1200.0) == RecoveryPath(3600.0, 3600.0, ("app",))


def test_nothing_is_back_before_what_it_needs() -> None:
    assert path(3600.0, 18000.0) == RecoveryPath(18000.0, 18000.0, ("net", "app"))


def test_what_nobody_measured_apart_is_in_the_drill() -> None:
    assert path(3600.0, None) == RecoveryPath(3600.0, 3600.0, ("app",))

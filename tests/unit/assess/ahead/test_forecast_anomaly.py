"""One more worker can make a recovery take longer (Graham 1969); then the forecast says why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refloat.assess.organisation import Organisation
from refloat.model.forecast import Limits
from refloat.model.organisation import WrittenStep
from refloat.model.plan import Component, ComponentKind, Dependency, Service
from tests.support.changing import with_platform, with_repository
from tests.unit.assess.ahead.test_forecast import of, option
from tests.unit.assess.copied import HOUR, MINUTE, NOW, copied_to, organisation, plan, point

RECOVERY: tuple[tuple[str, tuple[str, ...], bool, int], ...] = (
    ("s0", (), True, 10),
    ("s1", ("s0",), False, 3),
    ("s2", (), True, 3),
    ("s3", (), False, 3),
    ("s4", ("s0", "s2"), False, 30),
    ("s5", (), True, 10),
    ("s6", ("s1",), True, 10),
    ("s7", ("s1", "s5"), True, 20),
)
"""Service, what it needs, whether a worker restores it (or a person sets it up), and minutes.

With one worker, s1 is set up before s4, which waits for s2. With two, s2 is there before s1 may
begin, so the only person begins s4 and everything behind s1 waits for half an hour.
"""


def seen() -> Organisation:
    given = with_platform(plan(), "box", needs=(), key_kept="outside")
    for key in given.repositories:
        given = with_repository(given, key, key_kept="outside")
    services, components = {}, {}
    for key, needs, copied, minutes in RECOVERY:
        part = f"{key}-part"
        takes = WrittenStep("do it", brings_back=part, takes=minutes * MINUTE, automatic=copied)
        kind = ComponentKind.DATABASE if copied else ComponentKind.APPLICATION
        watch = copied_to("vault") if copied else None
        components[part] = Component(part, kind, part, watch=watch)
        every = tuple(map(Dependency, (*needs, part)))
        services[key] = Service(key, key, owner="ada", tier=1, needs=every, steps=(takes,))
    given = replace(given, services=services, components=components)
    copied_ones = (f"{key}-part" for key, _, copied, _ in RECOVERY if copied)
    return organisation(given, *(point(one, NOW - HOUR) for one in copied_ones))


@pytest.mark.requirement("R-009")
def test_a_worker_who_makes_it_take_longer_is_told_and_explained() -> None:
    found = of(seen(), *(one[0] for one in RECOVERY), limits=Limits(workers=1, people=1))
    worker = option(found, "worker")
    assert worker.saves is not None
    assert worker.saves < 0
    (said,) = (one for one in found.assumes if "takes longer" in one)
    assert said.startswith("With one more restore worker all takes longer here")


def test_a_worker_who_helps_needs_no_explanation() -> None:
    found = of(seen(), *(one[0] for one in RECOVERY), limits=Limits(workers=1, people=3))
    assert (option(found, "worker").saves or 0) > 0
    assert not [one for one in found.assumes if "one more restore worker" in one]

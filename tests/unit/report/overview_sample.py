"""Organisations to look at as a page: the reference, an empty, a hostile, a large, a small one."""

from __future__ import annotations

from datetime import UTC, datetime

import report_sample

from refloat.app.assess import Ground
from refloat.app.overview import overview
from refloat.model.facts import Facts
from refloat.model.judgement import Assessment
from refloat.model.plan import Component, ComponentKind, Dependency, Plan, Service, Strength
from tests.golden.reference_organisation import AS_OF, facts_of, reference

NOW = datetime(2026, 11, 22, tzinfo=UTC)
Shown = tuple[Assessment, bytes]


def saltbush() -> Shown:
    """Give the reference organisation."""
    plan, feed = reference()
    return overview(Ground(plan, facts_of(feed)), AS_OF)


def empty() -> Shown:
    """Give an organisation with nothing in it."""
    return overview(Ground(Plan("Nothing yet", {}, {}, {}, {}), Facts()), NOW)


def hostile() -> Shown:
    """Give one where everything that a person may name is named to hurt."""
    # Half of a surrogate pair is no text: no plan that was read has it.
    nasty = tuple(text.replace("\ud800", "") for text in report_sample.NASTY)
    components = {
        f"d{n}": Component(f"d{n}", ComponentKind.DATABASE, text) for n, text in enumerate(nasty)
    }
    services = {
        f"s{n}": Service(f"s{n}", text, nasty, tier=1, needs=(Dependency(f"d{n}"),))
        for n, text in enumerate(nasty)
    }
    return overview(Ground(Plan(nasty[3], {}, {}, services, components), Facts()), NOW)


def generated(count: int) -> Shown:
    """Give many services in layers; each needs others, hard and soft, and data of its own."""
    components = {
        f"d{n}": Component(f"d{n}", ComponentKind.DATABASE, f"Data {n}") for n in range(count)
    }
    services = {}
    for n in range(count):
        needs = [Dependency(f"d{n}")]
        if n > 9:
            needs += [Dependency(f"s{n // 7}"), Dependency(f"s{n // 3}", Strength.SOFT)]
        name = f"Service number {n}"
        services[f"s{n}"] = Service(f"s{n}", name, (f"work {n}",), tier=1 + n % 3, needs=(*needs,))
    return overview(Ground(Plan("Many", {}, {}, services, components), Facts()), NOW)


def large() -> Shown:
    """Give 500 services."""
    return generated(500)


def single() -> Shown:
    """Give one service that nobody knows anything of."""
    return generated(1)


SAMPLES = {
    "saltbush": saltbush,
    "empty": empty,
    "hostile": hostile,
    "large": large,
    "single": single,
}

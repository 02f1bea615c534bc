"""Rules about signing in to what restores: can it be opened when it is needed?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refloat.assess import words
from refloat.assess.about import called, processes
from refloat.assess.access import credentials
from refloat.assess.access.isolation import owners
from refloat.assess.access.key_custody import Locked, buried_keys
from refloat.assess.access.keys_of_points import buried_points
from refloat.assess.access.sign_in import SignInCircle, sign_in_circles
from refloat.assess.organisation import Organisation
from refloat.assess.rule import OrganisationRule, Rule, ServiceRule
from refloat.model.feed import CopySeen
from refloat.model.judgement import Finding, Severity
from refloat.model.plan import Plan

_MANY = 4
"""How many names a sentence holds; the others are counted."""

_RESTORED = ("R-083", "R-004")


def recovery_auth_cycle(organisation: Organisation) -> Iterator[Finding]:
    """What restores a service can only be opened by signing in through that service."""
    plan = organisation.plan
    for circle in sign_in_circles(plan):
        kind, key = circle.node
        services = (key,) if kind == "service" else _owning(organisation, key)
        others = [one for one in _restored_by(organisation, circle) if one not in services]
        yield Finding(
            "RECOVERY_AUTH_CYCLE",
            _RESTORED,
            Severity.HIGH,
            f"{kind} {key}",
            _circle_sentence(plan, circle, services, others),
            _way_out(plan, circle),
            {
                "cycle": circle.drawn,
                "platforms": circle.platforms,
                "steps": circle.steps,
                "waiting": tuple(others),
            },
            services,
        )


def key_inside_its_copy(organisation: Organisation) -> Iterator[Finding]:
    """The key to copies is kept inside of what it opens, so it is lost together with them."""
    plan = organisation.plan
    buried = buried_keys(plan)
    known = owners(organisation) if buried else {}
    for one in buried:
        kind, key = one.opens
        opened = [part for part in one.buried if _opened_by(plan, part, one.opens)]
        needing = {name for part in opened for name in known.get(part, ())}
        lost = tuple(name for name in plan.services if name in needing)
        name = _name(plan, one.opens)
        effect = (
            f"Once that is lost, {_listed(plan, lost)} cannot be brought back. Without: "
            f"{_processes(plan, lost)}."
            if lost
            else "Once that is lost, these copies are worth nothing."
        )
        yield Finding(
            "KEY_INSIDE_ITS_COPY",
            ("R-044", "R-016"),
            Severity.HIGH if lost else Severity.MEDIUM,
            f"{kind} {key}",
            f"The key that opens the copies of {name} is kept in {_kept(plan, one.kept)}, which "
            f"itself can only be brought back with that key. {effect}",
            f"Keep another copy of the key to {name} outside of everything that it opens.",
            {
                "key_kept": one.kept,
                "through": tuple(" ".join(step) for step in one.through),
                "data_sets": tuple(opened),
            },
            lost,
        )


def key_inside_its_point(organisation: Organisation) -> Iterator[Finding]:
    """The newest copies of something are locked with a key that is lost together with it."""
    plan = organisation.plan
    for one in buried_points(organisation):
        if all(_said(plan, copy) for copy in one.point.copies):
            continue  # the plan says the same, and it is found there
        name = words.component(plan, one.data_set)
        places = {at.casefold(): at for at in (_kept(plan, kept) for kept in one.kept)}
        where = words.abridged(places.values(), _MANY)
        back = f", which itself can only be brought back with {name}" if one.through else ""
        for service in one.services:
            yield Finding(
                "KEY_INSIDE_ITS_COPY",
                ("R-044", "R-016"),
                Severity.HIGH,
                f"service {service}, data set {one.data_set}",
                f"The key that opens the copies of {name} is kept in {where}"
                f"{back or ' itself'}: once that is lost, {called(plan, service)} cannot be "
                f"brought back. Without it: {processes(plan.services[service])}.",
                f"Keep another copy of the key to {name} outside of everything that it opens.",
                {"point": one.point.reference, "key_kept": one.kept, "through": one.through},
                (service,),
                one.point.observed_at,
            )


def _said(plan: Plan, copy: CopySeen) -> bool:
    one = plan.repositories.get(copy.repository)
    return one is not None and one.key_kept.casefold() == copy.key_kept.casefold()


def _processes(plan: Plan, services: Iterable[str]) -> str:
    some = dict.fromkeys(name for key in services for name in plan.services[key].processes)
    return words.abridged(some, _MANY) or "whatever rests on them"


def _circle_sentence(
    plan: Plan, circle: SignInCircle, services: Iterable[str], others: list[str]
) -> str:
    it = called(plan, circle.node[1])
    without = "; ".join(processes(plan.services[key]) for key in services)
    platforms = [words.platform(plan, key) for key in circle.platforms]
    one = len(platforms) == 1
    why = (
        f"{words.abridged(platforms, _MANY)}, which "
        f"{'has' if one else 'have'} to restore it, {'lets' if one else 'let'} nobody in while "
        f"{it} is down"
        if platforms
        else f"whoever restores it must sign in through {it} first"
    )
    sentence = f"When {it} is down, it cannot be brought back: {why}."
    if without:
        sentence += f" Without it: {without}."
    if others:
        sentence += f" {_listed(plan, others)} would wait for the same."
    return sentence


def _way_out(plan: Plan, circle: SignInCircle) -> str:
    it = called(plan, circle.node[1])
    if circle.platforms:
        name = words.platform(plan, circle.platforms[0])
        return f"Set up a sealed account that opens {name} without {it}, and try it."
    return f"Give whoever restores {it} a way in that does not need it, and try it."


def _restored_by(organisation: Organisation, circle: SignInCircle) -> list[str]:
    """Name the services that have data which the platforms of a circle restore."""
    platforms = frozenset(circle.platforms)
    return [
        service
        for service, start in organisation.bases.items()
        if any(
            watch is not None and watch.platform in platforms
            for watch in (start.component(key).watch for key in start.data_sets)
        )
    ]


def _owning(organisation: Organisation, component: str) -> tuple[str, ...]:
    return tuple(
        service for service, start in organisation.bases.items() if component in start.strengths
    )


def _opened_by(plan: Plan, component: str, locked: Locked) -> bool:
    kind, key = locked
    one = plan.components[component]
    if kind == "repository":
        return key in one.repositories
    return one.watch is not None and one.watch.platform == key


def _name(plan: Plan, locked: Locked) -> str:
    kind, key = locked
    return words.repository(plan, key) if kind == "repository" else words.platform(plan, key)


def _kept(plan: Plan, where: str) -> str:
    if where in plan.repositories:
        return _name(plan, ("repository", where))
    if where in plan.platforms:
        return _name(plan, ("platform", where))
    return called(plan, where)


def _listed(plan: Plan, services: Iterable[str]) -> str:
    return words.abridged((called(plan, key) for key in services), _MANY)


RULES: tuple[Rule, ...] = (
    OrganisationRule(
        "RECOVERY_AUTH_CYCLE",
        _RESTORED,
        "What restores a service can only be opened by signing in through that service.",
        recovery_auth_cycle,
    ),
    OrganisationRule(
        "KEY_INSIDE_ITS_COPY",
        ("R-044", "R-016"),
        "The key to copies is kept inside of what it opens.",
        key_inside_its_copy,
    ),
    OrganisationRule(
        "KEY_INSIDE_ITS_COPY",
        ("R-044", "R-016"),
        "The newest copies of something are locked with a key that is lost together with it.",
        key_inside_its_point,
        frozenset({"points"}),
    ),
    ServiceRule(
        "CREDENTIAL_NOT_REACHABLE",
        ("R-004",),
        "A credential that recovery needs is lost with the service.",
        credentials.credential_lost,
    ),
    ServiceRule(
        "CREDENTIAL_REACH_NOT_KNOWN",
        ("R-004",),
        "Nobody can say whether a credential that recovery needs is lost, too.",
        credentials.credential_not_known,
    ),
)
"""The rules of this file, in the order of their findings."""

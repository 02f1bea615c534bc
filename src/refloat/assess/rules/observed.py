"""Rules about what was observed and is not documented (R-005, R-085)."""

from __future__ import annotations

from collections.abc import Iterator

from refloat.assess import words
from refloat.assess.about import affected, called, subject
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.sights import Sight, meant, service_pairs
from refloat.assess.rule import Rule, ServiceRule
from refloat.model.judgement import Finding, ServiceStatus, Severity
from refloat.model.observations import Undocumented


def undocumented_dependencies(basis: Basis, _status: ServiceStatus) -> Iterator[Finding]:
    """Something was seen to need something else, which the plan does not say."""
    if basis.moment.sights:
        yield from _needed_services(basis)
        yield from (one for one in _parts(basis) if one.code == "UNDOCUMENTED_DEPENDENCY")


def undocumented_components(basis: Basis, _status: ServiceStatus) -> Iterator[Finding]:
    """Something that the service rests on, or that uses what is the service's, is in no plan."""
    if basis.moment.sights:
        yield from (one for one in _parts(basis) if one.code == "UNDOCUMENTED_COMPONENT")


def _needed_services(basis: Basis) -> Iterator[Finding]:
    """Give each service once that this one was seen to need, and does not need by the plan."""
    key, plan = basis.service.key, basis.plan
    for needed, seen in sorted(basis.moment.unwritten.get(key, {}).items()):
        name, other = basis.service.name, plan.services[needed].name
        path = basis.path(observed=True)
        yield Finding(
            "UNDOCUMENTED_DEPENDENCY",
            ("R-005", "R-085"),
            Severity.HIGH,
            f"{subject(basis)}, needs {needed}",
            f"{name} was seen to need {other}, which nobody has written down: it may be brought "
            f"back in a wrong order, or without it. Meanwhile: {affected(basis)}.",
            f"Write down that {name} needs {other}, and test both together; or end it.",
            {
                "needs": needed,
                "seen_in": tuple(dict.fromkeys(one.place for one in seen)),
                "seconds": round(path.seconds) if path.seconds is not None else None,
                "way": path.way,
            },
            (key,),
            first_seen=min(one.at for one in seen),
        )


def _parts(basis: Basis) -> Iterator[Finding]:
    service = basis.service
    own = {("component", key) for key in basis.strengths} | {("service", service.key)}
    names = basis.moment.names
    for one in basis.moment.undocumented:
        rests = service.key in one.services
        uses = own & {node for name in one.uses for node in meant(names, name)}
        if not rests and (one.services or not uses):
            continue
        having, needed = _named(basis, one.component), _named(basis, one.needs)
        if one.needs:
            if _between_services(basis, one):
                continue  # said once for the two services
            code = "UNDOCUMENTED_DEPENDENCY"
            sentence = (
                f"{having} was seen to need {needed}, which the plan does not say: "
                f"{service.name} may be brought back in a wrong order, or without it."
            )
            step = f"Write into the plan that {having} needs {needed}, or end it."
        else:
            code, sentence = "UNDOCUMENTED_COMPONENT", _unknown(basis, one, rests)
            step = f"Write {one.component} into the plan, and how it comes back; or do without it."
        yield Finding(
            code,
            ("R-005", "R-085") if one.needs else ("R-005",),
            Severity.HIGH if rests else Severity.MEDIUM,
            f"{subject(basis)}, observed {one.component}",
            f"{words.sentence(sentence)} Seen in {one.seen_in[0]}.",
            step,
            {"seen_in": one.seen_in, "entry": one.entry, "needed_by": one.needed_by},
        )


def _between_services(basis: Basis, one: Undocumented) -> bool:
    """Whether it is said of two services, or lies inside of one where only traffic was seen."""
    names, graph = basis.moment.names, basis.moment.index.graph
    sight = Sight(
        component=one.component,
        needs=one.needs,
        source="",
        line=0,
        entry=one.entry,
        at=basis.instant,
        having=meant(names, one.component),
        needed=meant(names, one.needs),
    )
    outside = any(kind == "vendor" for kind, _ in sight.needed)
    return bool(service_pairs(graph, sight)) or (one.entry is None and not outside)


def _named(basis: Basis, seen: str) -> str:
    """Give the name for people of what was seen; as it was seen where the plan does not know it."""
    nodes = meant(basis.moment.names, seen)
    known = len(nodes) == 1 and nodes[0][0] != "unknown"
    return called(basis.plan, nodes[0][1]) if known else seen


def _unknown(basis: Basis, one: Undocumented, rests: bool) -> str:
    if rests:
        users = words.listed(_named(basis, name) for name in one.needed_by)
        by = f" ({users} needs it)" if users and users != basis.service.name else ""
        return (
            f"{basis.service.name} rests on {one.component}{by}, which is not in the plan: nobody "
            "has said how it comes back."
        )
    return (
        f"{one.component} uses {words.listed(one.uses)}, and is not in the plan: nobody has said "
        f"what it is when {basis.service.name} is lost."
    )


RULES: tuple[Rule, ...] = (
    ServiceRule(
        "UNDOCUMENTED_DEPENDENCY",
        ("R-005", "R-085"),
        "A service, or something of it, was seen to need what the plan does not say that it needs.",
        undocumented_dependencies,
    ),
    ServiceRule(
        "UNDOCUMENTED_COMPONENT",
        ("R-005",),
        "Something that a service rests on, or that uses what is the service's, is in no plan.",
        undocumented_components,
    ),
)
"""The rules of this file, in the order of their findings."""

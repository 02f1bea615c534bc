"""Rules about what was observed and is not documented, or documented and seen no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refloat.assess import words
from refloat.assess.about import affected, called, subject
from refloat.assess.coverage.no_longer_seen import (
    READS,
    Unseen,
    services_of,
    silent_maps,
    unseen_for_long,
)
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.sights import Node, Sight, meant, plain, service_pairs
from refloat.assess.organisation import Organisation
from refloat.assess.rule import OrganisationRule, Rule, ServiceRule
from refloat.model.judgement import Finding, ServiceStatus, Severity
from refloat.model.observations import Undocumented

_SHOWN = 3
"""Names that a sentence holds; all of them are in the inputs."""


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
    names = basis.moment.index.names
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
        seen = f" Seen in {one.seen_in[0]}." if one.line else ""
        yield Finding(
            code,
            ("R-005", "R-085") if one.needs or rests else ("R-005",),
            Severity.HIGH if rests else Severity.MEDIUM,
            f"{subject(basis)}, observed {one.component}",
            f"{words.sentence(sentence)}{seen} Meanwhile: {affected(basis)}.",
            step,
            {"seen_in": one.seen_in, "entry": one.entry, "needed_by": one.needed_by},
        )


def no_longer_seen(organisation: Organisation) -> Iterator[Finding]:
    """The plan speaks of what was seen long ago, and since then no more."""
    by_origin: dict[str, list[Unseen]] = {}
    for one in unseen_for_long(organisation):
        by_origin.setdefault(one.origin, []).append(one)
    for origin, some in sorted(by_origin.items()):
        plan, first = organisation.plan, some[0]
        names = [_unseen(organisation, one) for one in some]
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        yield Finding(
            "NO_LONGER_SEEN",
            ("R-112", "R-085"),
            Severity.MEDIUM,
            f"source {origin}",
            f"The plan may speak of what is not there any more: {words.listed(names[:_SHOWN])}"
            f"{more}. {first.told_by} showed it until {words.day(min(one.last for one in some))}, "
            "and was looked at since without seeing it.",
            "See whether it is still there. Take out of the plan what is gone; look at its source "
            "again where it is not.",
            {"missing": tuple(names), "last": words.instant(min(one.last for one in some))},
            _in_order(organisation, (one.having for one in some)),
            min(one.last for one in some) + plan.policy.observed_for,
        )


def silent_map(organisation: Organisation) -> Iterator[Finding]:
    """A source that showed what the plan speaks of was not looked at for long."""
    for one in silent_maps(organisation):
        how = f"refloat observe {one.observer} {one.source}" if one.observer else "import it again"
        yield Finding(
            "OBSERVATION_OLD",
            ("R-112", "R-113"),
            Severity.ADVISORY,
            f"source {one.origin}",
            f"{one.source} was last looked at on {words.day(one.last)}: nobody knows whether what "
            "it shows is still there, or what has come since.",
            f"Look at {one.source} again.",
            {"last": words.instant(one.last), "how": how},
            one.services,
            one.last + organisation.plan.policy.observed_for,
        )


def owner_differs(organisation: Organisation) -> Iterator[Finding]:
    """Somebody else answers for a thing than the plan says."""
    found: dict[tuple[str, str], list[tuple[Node, Sight]]] = {}
    for sight in organisation.sights:
        node = sight.having[0] if len(sight.having) == 1 else None
        if not sight.owner or node is None:
            continue
        owners = _owners(organisation, node)
        if owners and not any(_is(organisation, owner, sight.owner) for owner in owners):
            found.setdefault((owners[0], plain(sight.owner)), []).append((node, sight))
    for (owner, _), some in sorted(found.items(), key=lambda pair: pair[0]):
        nodes = dict.fromkeys(node for node, _ in some)
        names = [called(organisation.plan, key) for _, key in nodes]
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        things, sight = f"{words.listed(names[:_SHOWN])}{more}", some[0][1]
        person = words.person(organisation.plan, owner)
        yield Finding(
            "OWNER_DIFFERS",
            ("R-112", "R-049"),
            Severity.ADVISORY,
            f"person {owner}, observed {sight.owner}",
            f"By the plan {person} looks after {things}; {sight.place} names {sight.owner}.",
            f"Say in both places who looks after it. Where {person} is meant, that may stand among "
            "the roles in the plan.",
            {"keys": tuple(key for _, key in nodes), "owner": sight.owner, "seen_in": sight.place},
            _in_order(organisation, nodes),
            min(one.at for _, one in some),
        )


def _owners(organisation: Organisation, node: Node) -> tuple[str, ...]:
    """Name who looks after a thing by the plan, first whoever knows how it works."""
    kind, key = node
    if kind == "component":
        owner = organisation.plan.components[key].owner
        return (owner,) if owner else ()
    service = organisation.plan.services.get(key) if kind == "service" else None
    both = (service.technical_owner, service.owner) if service else ()
    return tuple(owner for owner in both if owner)


def _is(organisation: Organisation, owner: str, seen: str) -> bool:
    """Say whether a source means a person: by key, name, address or one of the roles."""
    person = organisation.plan.people.get(owner)
    names = (owner, *((person.name, person.email, *person.roles) if person else ()))
    return plain(seen) in map(plain, names)


def _unseen(organisation: Organisation, one: Unseen) -> str:
    plan = organisation.plan
    name = called(plan, one.having[1])
    return name if one.needed is None else f"that {name} needs {called(plan, one.needed[1])}"


def _in_order(organisation: Organisation, nodes: Iterable[Node]) -> tuple[str, ...]:
    found = {key for node in nodes for key in services_of(organisation, node)}
    return tuple(key for key in organisation.plan.services if key in found)


def _between_services(basis: Basis, one: Undocumented) -> bool:
    """Whether it is said of two services, or lies inside of one where only traffic was seen."""
    names, graph = basis.moment.index.names, basis.moment.index.graph
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
    nodes = meant(basis.moment.index.names, seen)
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
    uses = words.listed(dict.fromkeys(_named(basis, name) for name in one.uses))
    return (
        f"{one.component} uses {uses}, and is not in the plan: nobody has said what it is when "
        f"{basis.service.name} is lost."
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
        ("R-005", "R-085"),
        "Something that a service rests on, or that uses what is the service's, is in no plan.",
        undocumented_components,
    ),
    OrganisationRule(
        "NO_LONGER_SEEN",
        ("R-112", "R-085"),
        "The plan speaks of what was seen long ago, and since then no more.",
        no_longer_seen,
        READS,
    ),
    OrganisationRule(
        "OBSERVATION_OLD",
        ("R-112", "R-113"),
        "A source that showed what the plan speaks of was not looked at for long.",
        silent_map,
        READS,
    ),
    OrganisationRule(
        "OWNER_DIFFERS",
        ("R-112", "R-049"),
        "A source names somebody else as the owner of a thing than the plan does.",
        owner_differs,
        READS,
    ),
)
"""The rules of this file, in the order of their findings."""

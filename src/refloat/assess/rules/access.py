"""Rules about who can reach, change or destroy copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refloat.assess import words
from refloat.assess.about import called, processes
from refloat.assess.access import encryption
from refloat.assess.access.isolation import REPLICA, DataSetIsolation, Isolated, isolation
from refloat.assess.organisation import Organisation
from refloat.assess.rule import OrganisationRule, Rule, ServiceRule
from refloat.model.judgement import Finding, Severity
from refloat.model.plan import Plan
from refloat.model.points import Measure

_MANY = 4
"""How many names a sentence holds; the others are counted."""

_READS = frozenset({"access", "points"})


def no_isolated_copy(organisation: Organisation) -> Iterator[Finding]:
    """Whoever takes over production can change or destroy every copy of a data set."""
    plan = organisation.plan
    for one, services in isolation(organisation):
        if one.verdict is not Isolated.NO:
            continue
        name = words.component(plan, one.data_set)
        stopped = words.listed(dict.fromkeys(processes(plan.services[key]) for key in services))
        why = f"Whoever takes over an account of yours can destroy every copy of {name}"
        replicas = all(copy.way == REPLICA for copy in one.copies)
        if replicas:
            why = f"Whatever is deleted or spoilt in {name} is deleted or spoilt in its replica too"
        yield Finding(
            "NO_ISOLATED_COPY",
            ("R-084", "R-019", "R-082") if replicas else ("R-084", "R-019"),
            Severity.HIGH,
            f"data set {one.data_set}",
            f"{why}: {_listed(plan, services)} could then not be brought back. Without it: "
            f"{stopped}.",
            f"Keep one copy of {name} where no account of production can change or delete it.",
            _inputs(one),
            services,
            max((copy.since for copy in one.copies if copy.since is not None), default=None),
        )


def isolation_not_known(organisation: Organisation) -> Iterator[Finding]:
    """Nobody can say whether copies would outlive somebody who takes over production."""
    plan = organisation.plan
    doubtful: dict[str, dict[str, tuple[str, ...]]] = {}
    for one, services in isolation(organisation):
        if one.verdict is Isolated.UNKNOWN and any(copy.looked_at for copy in one.copies):
            unknown = next(copy for copy in one.copies if copy.verdict is Isolated.UNKNOWN)
            doubtful.setdefault(unknown.repository, {})[one.data_set] = services
    for key, data_sets in sorted(doubtful.items()):
        services = tuple(dict.fromkeys(name for some in data_sets.values() for name in some))
        place = words.repository(plan, key)
        yield Finding(
            "ISOLATION_NOT_KNOWN",
            ("R-019", "R-084"),
            Severity.MEDIUM,
            f"repository {key}",
            f"It is not known whether somebody who takes over an account of yours could destroy "
            f"the copies in {place}, and {_listed(plan, services)} may have no others left then.",
            f"See who can change or delete what is in {place}, and record it.",
            {"data_sets": tuple(data_sets)[:20], "count": len(data_sets)},
            services,
        )


def path_back_missing(organisation: Organisation) -> Iterator[Finding]:
    """A service that comes first could not come back when prevention fails.

    One thing that it cannot run without, and that an attacker can destroy, is enough for that.
    """
    open_sets = {one.data_set for one, _ in isolation(organisation) if one.verdict is Isolated.NO}
    for key, start in organisation.bases.items() if open_sets else ():
        data_sets = tuple(one for one in start.hard_data_sets if one in open_sets)
        if start.service.tier != 1 or not data_sets:
            continue
        names = _listed(organisation.plan, data_sets)
        yield Finding(
            "PATH_BACK_MISSING",
            ("R-090",),
            Severity.HIGH,
            f"service {key}",
            f"If an attack succeeds, there is no safe way back for {start.service.name}: an "
            f"attacker could destroy every copy of {names}. "
            f"Without it: {processes(start.service)}.",
            f"Keep a copy of everything that {start.service.name} needs out of reach, and write "
            "down how to restore it apart from production.",
            {"data_sets": data_sets},
            (key,),
        )


def _inputs(one: DataSetIsolation) -> dict[str, Measure]:
    copies: dict[str, Measure] = {
        copy.repository: {
            "isolated": copy.verdict.value,
            "way": copy.way,
            "right": copy.right.value if copy.right is not None else None,
            "lock": copy.lock.value,
            "seen": copy.seen,
        }
        for copy in one.copies
    }
    return {"copies": copies}


def _listed(plan: Plan, services: Iterable[str]) -> str:
    return words.abridged((called(plan, key) for key in services), _MANY)


RULES: tuple[Rule, ...] = (
    OrganisationRule(
        "NO_ISOLATED_COPY",
        ("R-084", "R-019", "R-082"),
        "Whoever takes over production can change or destroy every copy of a data set.",
        no_isolated_copy,
        _READS,
    ),
    OrganisationRule(
        "PATH_BACK_MISSING",
        ("R-090",),
        "A service that comes first could not come back when prevention fails.",
        path_back_missing,
        _READS,
    ),
    OrganisationRule(
        "ISOLATION_NOT_KNOWN",
        ("R-019", "R-084"),
        "Nobody can say whether copies would outlive somebody who takes over production.",
        isolation_not_known,
        _READS,
    ),
    ServiceRule(
        "COPY_NOT_ENCRYPTED",
        ("R-016",),
        "Copies are readable by whoever holds them.",
        encryption.copies_not_encrypted,
    ),
    ServiceRule(
        "ENCRYPTION_NOT_KNOWN",
        ("R-016",),
        "Nobody knows whether copies are readable by whoever holds them.",
        encryption.encryption_not_known,
    ),
    ServiceRule(
        "KEY_CUSTODY_NOT_KNOWN",
        ("R-016",),
        "The plan does not say where another copy of a key is kept.",
        encryption.key_kept,
    ),
)
"""The rules of this file, in the order of their findings."""

"""Which threats the data of a service outlives (R-082), and its way back when prevention failed.

A replica or standby follows the original: it outlives broken hardware and, standing elsewhere, the
loss of a site; what is deleted or spoilt is deleted and spoilt there, too. Only copies of an
earlier time outlive the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from refloat.assess import words
from refloat.assess.about import called
from refloat.assess.access.isolation import CopyIsolation, DataSetIsolation, Isolated, isolation_of
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.plan_graph import rests_on
from refloat.assess.ground.seen import SeenPoint
from refloat.assess.organisation import Organisation
from refloat.model.access import LockMode
from refloat.model.plan import Plan, Repository, Strength
from refloat.model.run import Outcome
from refloat.model.sheets import (
    THREATS,
    Cover,
    Known,
    PathBack,
    ThreatCell,
    ThreatMatrix,
    ThreatRow,
)

_HARDWARE, _SITE, _DELETION, _OVERWRITING, _ENCRYPTION, _PROVIDER = THREATS
_APART = frozenset({"", "none"})
_SHOWED = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.COULD_NOT_RUN: "showed nothing",
}


def threat_matrix(organisation: Organisation, service: str) -> ThreatMatrix:
    """Say for each data set of a service which threats it outlives.

    Args:
        organisation: the organisation at an instant.
        service: the service's key.

    Raises:
        KeyError: if the plan has no such service.
    """
    start = organisation.bases[service]
    judged = isolation_of(organisation, service)
    keys = (*start.data_sets, *start.unaccounted)
    return ThreatMatrix(
        service=service,
        name=start.service.name,
        as_of=organisation.instant,
        rows=tuple(_row(start, key, judged.get(key)) for key in keys),
    )


def path_back(organisation: Organisation, service: str) -> PathBack:
    """Say how a service comes back when prevention has failed (R-090).

    Args:
        organisation: the organisation at an instant.
        service: the service's key.

    Raises:
        KeyError: if the plan has no such service.
    """
    start, plan = organisation.bases[service], organisation.plan
    judged = isolation_of(organisation, service)
    copies = tuple(
        f"{words.component(plan, key)}: {_safe_place(plan, one)}"
        for key, one in judged.items()
        if one.verdict is Isolated.YES
    )
    hard = [(key, one.verdict) for key, one in judged.items() if key in start.hard_data_sets]
    lost = [key for key, verdict in hard if verdict is Isolated.NO]
    lost += [key for key in start.unaccounted if start.strengths[key] is Strength.HARD]
    unknown = [key for key, verdict in hard if verdict is Isolated.UNKNOWN]
    exists = Known.NO if lost else Known.UNKNOWN if unknown or not judged else Known.YES
    needed = rests_on(plan, start.service.needs) & set(plan.services)
    name = start.service.name
    return PathBack(
        service=service,
        name=name,
        exists=exists,
        copies=copies,
        without=tuple(words.component(plan, key) for key in (*lost, *unknown)),
        before=tuple(called(plan, key) for key in plan.services if key in needed),
        steps=_steps(start),
        statement=_statement(plan, name, exists, lost or unknown),
    )


def _statement(plan: Plan, name: str, exists: Known, without: Iterable[str]) -> str:
    names = words.listed(words.component(plan, key) for key in without)
    if exists is Known.YES:
        return (
            f"If prevention fails, {name} comes back from copies that no account of production can "
            "change, restored apart from production."
        )
    if exists is Known.NO:
        return (
            f"If prevention fails, there is no safe way back for {name}: nothing that an intruder "
            f"cannot destroy holds {names}."
        )
    if not names:
        return f"It is not known how {name} would come back: the plan names no data of it."
    return f"It is not known whether copies of {names} would outlive an intruder."


def _steps(start: Basis) -> tuple[str, ...]:
    """Give what is written down; else what Refloat carries out apart from production."""
    if start.service.steps:
        return tuple(step.name for step in start.service.steps)
    own = [key for key in start.data_sets if start.component(key).protection is not None]
    restored = tuple(f"restore {words.component(start.plan, key)}, isolated" for key in own)
    checked = tuple(f"check: {check.name}" for check in start.service.checks)
    return (*restored, *checked) if restored else ()


def _row(start: Basis, key: str, judged: DataSetIsolation | None) -> ThreatRow:
    copies = judged.copies if judged is not None else ()
    points = tuple(one for one in start.copies(key) if one.there) if judged is not None else ()
    cells = (
        _of_hardware(start, copies, points),
        _of_site(start, key, copies),
        _of_mistakes(start, key, _DELETION, points),
        _of_mistakes(start, key, _OVERWRITING, points),
        _of_encryption(start.plan, judged),
        _of_provider(start.plan, copies, points),
    )
    return ThreatRow(key, words.component(start.plan, key), cells, _last_test(start, key))


def _last_test(start: Basis, key: str) -> str:
    """Say what the last restore of a data set showed, and when (R-103)."""
    trial = start.last_restore(key)
    outcome = trial.brought_back(key) if trial is not None else None
    if trial is None or outcome is None:
        return "never"
    return f"{_SHOWED[outcome]} {words.day(trial.at)}"


def _of_hardware(
    start: Basis, copies: tuple[CopyIsolation, ...], points: tuple[SeenPoint, ...]
) -> ThreatCell:
    if start.service.standby:
        return ThreatCell(_HARDWARE, Cover.COVERED, "A standby takes over.")
    return _copied(start.plan, _HARDWARE, copies, points)


def _copied(
    plan: Plan, threat: str, copies: tuple[CopyIsolation, ...], points: tuple[SeenPoint, ...]
) -> ThreatCell:
    if not copies:
        return ThreatCell(threat, Cover.NOT_COVERED, "Nothing copies it.")
    if not points:
        return ThreatCell(threat, Cover.UNKNOWN, "No copy was ever heard of.")
    places = words.listed(words.repository(plan, one.repository) for one in copies if one.seen)
    places = places or words.listed(words.repository(plan, one.repository) for one in copies)
    return ThreatCell(threat, Cover.COVERED, f"Copies in {places}.")


def _of_site(start: Basis, key: str, copies: tuple[CopyIsolation, ...]) -> ThreatCell:
    if start.service.standby:
        return ThreatCell(_SITE, Cover.COVERED, "A standby takes over, if it stands elsewhere.")
    if not copies:
        return ThreatCell(_SITE, Cover.NOT_COVERED, "Nothing copies it.")
    plan, here = start.plan, start.component(key).site
    sites = {one.repository: _site(plan, one.repository) for one in copies}
    away = [one for one, site in sites.items() if here and site and site != here]
    if away:
        text = f"A copy in {words.repository(plan, away[0])}, at another place."
        return ThreatCell(_SITE, Cover.COVERED, text)
    domains = {_domain(start, key, one.repository) for one in copies}
    if len(domains - {""}) > 1:
        return ThreatCell(_SITE, Cover.COVERED, "Copies at several places that fail apart.")
    if here and set(sites.values()) == {here}:
        return ThreatCell(_SITE, Cover.NOT_COVERED, "Every copy stands where it stands itself.")
    return ThreatCell(_SITE, Cover.UNKNOWN, "Nobody wrote down where it and its copies stand.")


def _of_mistakes(start: Basis, key: str, threat: str, points: tuple[SeenPoint, ...]) -> ThreatCell:
    """Copies of an earlier time bring back what a mistake, or a fault, took away."""
    if key not in start.data_sets:
        return ThreatCell(threat, Cover.NOT_COVERED, "Nothing copies it.")
    if not points:
        return ThreatCell(threat, Cover.UNKNOWN, "No copy was ever heard of.")
    earlier = next((one for one in points if not one.follows), None)
    if earlier is None:
        return ThreatCell(threat, Cover.NOT_COVERED, "Only replicas of it are there.")
    back = words.duration((start.instant - earlier.consistency_time).total_seconds())
    return ThreatCell(threat, Cover.COVERED, f"Copies that reach {back} back.")


def _of_encryption(plan: Plan, judged: DataSetIsolation | None) -> ThreatCell:
    if judged is None:
        return ThreatCell(_ENCRYPTION, Cover.NOT_COVERED, "Nothing copies it.")
    if judged.verdict is Isolated.YES:
        return ThreatCell(_ENCRYPTION, Cover.COVERED, f"{_safe_place(plan, judged)}.")
    if judged.verdict is Isolated.NO:
        text = "Whoever takes over production can destroy every copy."
        return ThreatCell(_ENCRYPTION, Cover.NOT_COVERED, text)
    text = "It is not known who can destroy the copies."
    return ThreatCell(_ENCRYPTION, Cover.UNKNOWN, text)


def _of_provider(
    plan: Plan, copies: tuple[CopyIsolation, ...], points: tuple[SeenPoint, ...]
) -> ThreatCell:
    if not copies:
        return ThreatCell(_PROVIDER, Cover.NOT_COVERED, "Nothing copies it.")
    if points and all(one.follows for one in points):
        return ThreatCell(_PROVIDER, Cover.NOT_COVERED, "Only replicas of it are there.")
    offline = [one.repository for one in copies if one.lock is LockMode.OFFLINE]
    if offline:
        text = f"A copy in {words.repository(plan, offline[0])}, which no account opens."
        return ThreatCell(_PROVIDER, Cover.COVERED, text)
    accounts = {_account(plan.repositories, one.repository) for one in copies}
    if len(accounts - _APART) > 1:
        return ThreatCell(_PROVIDER, Cover.COVERED, "Copies under several accounts.")
    if accounts & _APART:
        text = "Nobody wrote down under which account the copies are."
        return ThreatCell(_PROVIDER, Cover.UNKNOWN, text)
    return ThreatCell(_PROVIDER, Cover.NOT_COVERED, "Every copy is under one account.")


def _domain(start: Basis, key: str, repository: str) -> str:
    """Give what a place fails together with: as its copies tell, or as the plan does."""
    newest = start.newest(key)
    for copy in newest.copies if newest is not None else ():
        if copy.repository == repository and copy.failure_domain:
            return copy.failure_domain
    known = start.plan.repositories.get(repository)
    return (known.failure_domain or known.site) if known is not None else ""


def _site(plan: Plan, repository: str) -> str:
    """Give the site of a place, where the plan calls it as it calls its sites."""
    known = plan.repositories.get(repository)
    if known is None:
        return ""
    return known.site or (known.failure_domain if known.failure_domain in plan.sites else "")


def _account(repositories: Mapping[str, Repository], key: str) -> str:
    known = repositories.get(key)
    return known.authentication_domain.casefold() if known is not None else ""


def _safe_place(plan: Plan, judged: DataSetIsolation) -> str:
    one = next(copy for copy in judged.copies if copy.verdict is Isolated.YES)
    how = {
        LockMode.OFFLINE: "out of reach",
        LockMode.COMPLIANCE: "locked",
        LockMode.WRITE_ONCE: "locked",
    }.get(one.lock, "which no account of production can change")
    until = f" until {words.day(one.locked_until)}" if one.locked_until is not None else ""
    return f"A copy in {words.repository(plan, one.repository)}, {how}{until}"

"""Rules about what is protected, what is left out on purpose, and what nobody thought of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from refloat.assess import days, words
from refloat.assess.about import affected, all_called, processes, subject
from refloat.assess.access.isolation import owners
from refloat.assess.coverage.units import UnitsOfScope, seen_stores, units
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.seen import SeenPoint
from refloat.assess.organisation import Organisation
from refloat.assess.rule import OrganisationRule, Rule, ServiceRule
from refloat.model.judgement import CopyVerdict, DataSetStatus, Finding, ServiceStatus, Severity
from refloat.model.organisation import Exclusion
from refloat.model.points import Measure

_DAY = timedelta(days=1)
_SHOWN = 20
_NAMED = 3


def no_copy(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Something that the service cannot run without has no copy that can be relied on."""
    for one in status.copy.data_sets:
        if one.copy is CopyVerdict.NO:
            yield _without_copy(basis, one, "NO_COPY")


def copy_not_known(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Nobody knows whether something that the service cannot run without has a copy."""
    for one in status.copy.data_sets:
        if one.copy is CopyVerdict.UNKNOWN:
            yield _without_copy(basis, one, "COPY_NOT_KNOWN")


def _without_copy(basis: Basis, one: DataSetStatus, code: str) -> Finding:
    lost = "does not come back" if one.hard else "comes back without it"
    job, why = basis.last_job(one.data_set), one.reason
    if job is not None and job.succeeded is False and not basis.points(one.data_set):
        why = f"There is no copy of {one.name}, and its last backup failed."  # in no tool's words
    return Finding(
        code,
        ("R-001", "R-017"),
        Severity.HIGH if one.hard else Severity.MEDIUM,
        f"{subject(basis)}, data set {one.data_set}",
        f"{why} Without one {basis.service.name} {lost}. At stake: {affected(basis)}.",
        f"Back up {one.name}, and see that it can be restored.",
        services=(basis.service.key,),
    )


def coverage_gap(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Something that holds data is needed, and nothing backs it up."""
    protected = [words.component(basis.plan, key) for key in basis.data_sets]
    for key in status.coverage.unaccounted:
        name = words.component(basis.plan, key)
        alone = f"{words.listed(protected)} alone would not bring it back."
        beside = f" {words.sentence(alone)}" if protected else ""
        yield Finding(
            "COVERAGE_GAP",
            ("R-080", "R-021", "R-030"),
            Severity.HIGH,
            f"{subject(basis)}, component {key}",
            f"{status.name} needs {name}, which holds data that nothing backs up.{beside} "
            f"At stake: {affected(basis)}.",
            f"Protect {name}.",
            {"protected": basis.data_sets, "kind": basis.component(key).kind.value},
            (status.service,),
        )


def undocumented_copy(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Copies are still made in a repository that the plan does not name for the data set."""
    for key in basis.data_sets:
        for repository in _unmeant(basis, key):
            name = words.component(basis.plan, key)
            place = words.repository(basis.plan, repository)
            lying = [one for one in basis.points(key) if repository in _kept_in(basis, one)]
            yield Finding(
                "UNDOCUMENTED_COPY",
                ("R-113", "R-005"),
                Severity.ADVISORY,
                f"{subject(basis)}, data set {key}, repository {repository}",
                f"Copies of {name}, which {status.name} needs, are made in {place}. The plan does "
                "not name that place for it, so they count for nothing here, and nobody judges who "
                f"can read or alter them. At stake: {affected(basis)}.",
                f"Name {place} in the plan for {name}, or stop copying it there.",
                {"point": lying[-1].reference, "points": len(lying)},
                (status.service,),
                min(one.observed_at for one in lying),
            )


def _unmeant(basis: Basis, key: str) -> tuple[str, ...]:
    """Name repositories of the plan with copies of a data set that the plan does not name for it.

    Only what is no older than the newest copy by one interval is still made there.
    """
    component, repositories = basis.component(key), basis.moment.index.repositories
    newest, found = basis.newest(key), dict[str, None]()
    if newest is None:
        return ()
    every = component.watch.every if component.watch is not None else None
    for point in reversed(basis.points(key)):
        if newest.consistency_time - point.consistency_time > (every or _DAY):
            break
        if point.there:
            found |= dict.fromkeys(_kept_in(basis, point))
    meant = component.repositories
    return tuple(one for one in found if repositories.is_of_another(one, meant))


def _kept_in(basis: Basis, point: SeenPoint) -> list[str]:
    return [basis.moment.index.repositories.key(one.repository) for one in point.copies]


def store_not_covered(organisation: Organisation) -> Iterator[Finding]:
    """Something was seen that holds data, and neither the plan nor any tool knows of it."""
    for one in seen_stores(organisation):
        needing = all_called(organisation.plan, one.services) or "Whatever uses it"
        yield Finding(
            "COVERAGE_GAP",
            ("R-021", "R-080", "R-030"),
            Severity.HIGH,
            f"component {one.name}",
            f"A place with data was seen that nothing backs up: {one.called}. {needing} would lose "
            "what is in it.",
            f"See what {one.called} holds; protect it, or let its owner decide to leave it out.",
            {"seen_in": one.seen_in, "what": one.what},
            one.services,
            one.since,
        )


def unaccounted_units(organisation: Organisation) -> Iterator[Finding]:
    """A tool counts things that it neither copies nor leaves out on purpose."""
    for one in units(organisation):
        if not one.unaccounted:
            continue
        count = len(one.unaccounted)
        plan = organisation.plan
        some = words.listed(words.component(plan, name) for name in one.unaccounted[:_NAMED])
        more = f" ({some}{' among them' if count > _NAMED else ''})"
        needing = all_called(plan, one.services)
        whose = f" of {needing}" if needing else ""
        work = dict.fromkeys(processes(plan.services[key]) for key in one.services[:_NAMED])
        stake = f" At stake: {words.listed(work)}." if work else ""
        yield Finding(
            "UNACCOUNTED_UNITS",
            ("R-030", "R-021"),
            Severity.HIGH,
            _about(one),
            f"{count} of {one.counted} parts{whose} are neither copied nor left out on purpose"
            f"{more}: what is in them would be lost.{stake}",
            "Protect them, or let the owner decide to leave them out, with a reason and an end.",
            {"unaccounted": one.unaccounted[:_SHOWN], "count": count, "fact": one.reference},
            one.services,
            one.observed_at,
        )


def exclusion_not_approved(organisation: Organisation) -> Iterator[Finding]:
    """Something is left out of protection, and nobody decided it, or not why, or for how long."""
    for one in organisation.plan.exclusions:
        said = {
            "who decided it": one.approved_by,
            "why": one.reason,
            "until when": one.until,
        }
        lacking = tuple(name for name, given in said.items() if not given)
        if lacking:
            text = f", and nobody wrote down {words.listed(lacking)}"
            yield _written(organisation, one, "EXCLUSION_NOT_APPROVED", text, lacking, None)
    for scope in units(organisation):
        for what, gaps in scope.lacking:
            text = f", and nobody wrote down {words.listed(gaps)}"
            yield _told(organisation, scope, what, "EXCLUSION_NOT_APPROVED", text)


def exclusion_expired(organisation: Organisation) -> Iterator[Finding]:
    """Something is still left out of protection, though the decision to do so has ended."""
    today = organisation.instant.astimezone(UTC).date()
    ended = " by a decision that ended on"
    for one in organisation.plan.exclusions:
        if one.until is not None and one.until < today:
            over = days.end(one.until)
            text = f"{ended} {one.until.isoformat()}"
            yield _written(organisation, one, "EXCLUSION_EXPIRED", text, (), over)
    for scope in units(organisation):
        for what, until in scope.expired:
            text = f"{ended} {words.day(until)}"
            yield _told(organisation, scope, what, "EXCLUSION_EXPIRED", text, until)


def _written(
    organisation: Organisation,
    one: Exclusion,
    code: str,
    text: str,
    lacking: tuple[str, ...],
    since: datetime | None,
) -> Finding:
    """Find something wrong with what the plan leaves out."""
    key = one.component or (one.what if one.what in organisation.plan.components else "")
    services = organisation.once(owners, frozenset()).get(key, ()) if key else ()
    name = words.component(organisation.plan, key) if key else one.what
    until = one.until.isoformat() if one.until is not None else None
    inputs = {"approved_by": one.approved_by, "until": until, "lacking": lacking}
    sentence = _left_out(organisation, name, text, services)
    return _exclusion(code, key or one.what, sentence, inputs, services, since)


def _told(
    organisation: Organisation,
    scope: UnitsOfScope,
    what: str,
    code: str,
    text: str,
    since: datetime | None = None,
) -> Finding:
    """Find something wrong with what a tool says that it leaves out."""
    sentence = _left_out(organisation, what, text, scope.services)
    inputs = {"fact": scope.reference}
    return _exclusion(code, what, sentence, inputs, scope.services, since or scope.observed_at)


def _exclusion(
    code: str,
    what: str,
    sentence: str,
    inputs: Mapping[str, Measure],
    services: tuple[str, ...],
    since: datetime | None,
) -> Finding:
    return Finding(
        code,
        ("R-030", "R-021"),
        Severity.MEDIUM,
        f"exclusion {what}",
        sentence,
        "Let the owner decide to leave it out, with a reason and an end; or protect it.",
        inputs,
        services,
        since,
    )


def _left_out(organisation: Organisation, what: str, text: str, services: tuple[str, ...]) -> str:
    needing = all_called(organisation.plan, services)
    effect = f"{needing} would come back without it." if needing else "It would not come back."
    return f"Backups leave out {what}{text}. {effect}"


def _about(one: UnitsOfScope) -> str:
    return f"data set {one.data_set}" if one.data_set else f"source {one.source}"


RULES: tuple[Rule, ...] = (
    ServiceRule(
        "NO_COPY",
        ("R-001", "R-017"),
        "Something that the service cannot run without has no copy that can be relied on.",
        no_copy,
    ),
    ServiceRule(
        "COPY_NOT_KNOWN",
        ("R-001", "R-017"),
        "Nobody knows whether something that the service cannot run without has a copy.",
        copy_not_known,
    ),
    ServiceRule(
        "COVERAGE_GAP",
        ("R-080", "R-021", "R-030"),
        "Something that holds data is needed, and nothing backs it up.",
        coverage_gap,
    ),
    ServiceRule(
        "UNDOCUMENTED_COPY",
        ("R-113", "R-005"),
        "Copies are made in a repository that the plan does not name for the data set.",
        undocumented_copy,
    ),
    OrganisationRule(
        "COVERAGE_GAP",
        ("R-021", "R-080", "R-030"),
        "Something was seen that holds data, and neither the plan nor any tool knows of it.",
        store_not_covered,
        frozenset({"dependencies", "scopes"}),
    ),
    OrganisationRule(
        "UNACCOUNTED_UNITS",
        ("R-030", "R-021"),
        "A tool counts things that it neither copies nor leaves out on purpose.",
        unaccounted_units,
        frozenset({"scopes"}),
    ),
    OrganisationRule(
        "EXCLUSION_NOT_APPROVED",
        ("R-030", "R-021"),
        "Something is left out of protection, and nobody decided it, why, or for how long.",
        exclusion_not_approved,
        frozenset({"scopes"}),
    ),
    OrganisationRule(
        "EXCLUSION_EXPIRED",
        ("R-030",),
        "Something is still left out of protection, though the decision to do so has ended.",
        exclusion_expired,
        frozenset({"scopes"}),
    ),
)
"""The rules of this file, in the order of their findings."""

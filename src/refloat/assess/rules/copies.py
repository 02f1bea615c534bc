"""Rules about copies over time: how often, how long kept, how far apart, and who fell silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from refloat.assess import words
from refloat.assess.about import affected, all_called, subject
from refloat.assess.coverage.silent_sources import silent_sources
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.seen import SeenPoint
from refloat.assess.ground.vanished import of_data_set
from refloat.assess.organisation import Organisation
from refloat.assess.rule import OrganisationRule, Rule, ServiceRule
from refloat.assess.verdicts.confidence import last_heard, silent_from
from refloat.model.feed import JobRun, PointSeen
from refloat.model.judgement import Finding, ServiceStatus, Severity
from refloat.model.packed import NO_POINTS
from refloat.model.stream import standing

_NAMED = 4
"""So many services are named in a sentence; the others are counted."""


def rpo_breach(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """The newest copy is older than the business allows; the jobs' words stand beside it."""
    rpo = status.objective("rpo")
    target = rpo.target_seconds
    for one in status.copy.data_sets:
        age = rpo.parts.get(one.data_set)
        if target is None or age is None or age <= target:
            continue
        job = basis.last_job(one.data_set)
        said = words.sentence(job.sentence) if job is not None else "Nothing was heard of its jobs."
        true_at = one.consistency_time
        yield Finding(
            "RPO_BREACH",
            ("R-086", "R-064"),
            Severity.HIGH,
            f"{subject(basis)}, data set {one.data_set}",
            f"If {status.name} were lost now, {words.duration(age)} of {one.name} would be lost "
            f"with it; the business allows {words.duration(target)}. At stake: {affected(basis)}.",
            f"Back up {one.name} now, and see why it was not done in time.",
            {
                "age": words.duration(age),
                "target": words.duration(target),
                "point": one.point,
                "consistency_time": words.instant(true_at) if true_at else None,
                "as_of": words.instant(basis.instant),
                "last_job": said,
            },
            (status.service,),
            true_at + timedelta(seconds=target) if true_at is not None else None,
        )


def rpo_missed_in_drill(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """The drill that decides would have lost more than the business allows."""
    rpo = status.objective("rpo")
    seconds, target = rpo.achieved_seconds, rpo.target_seconds
    if seconds is not None and target is not None and seconds > target:
        trial = basis.deciding_trial()
        yield Finding(
            "RPO_EXCEEDED",
            ("R-064", "R-071"),
            Severity.HIGH,
            subject(basis),
            f"In the last drill {words.duration(seconds)} of {status.name} were lost; the business "
            f"allows {words.duration(target)}. At stake: {affected(basis)}.",
            "Back up more often, or let the business decide anew.",
            {"lost": words.duration(seconds), "target": words.duration(target)},
            (status.service,),
            trial.at if trial is not None else None,
        )


def backup_failed(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """The last backup of a data set failed."""
    for job in status.jobs:
        newest = basis.newest(job.data_set)
        since = newest is not None and job.at is not None and job.at < newest.consistency_time
        if job.succeeded is not False or since:
            continue  # a copy of later than a failure shows that a backup went well since
        name = words.component(basis.plan, job.data_set)
        yield Finding(
            "BACKUP_FAILED",
            ("R-017", "R-020"),
            Severity.HIGH,
            f"{subject(basis)}, data set {job.data_set}",
            f"The last backup of {name} failed: what {status.name} has changed since the one "
            f"before may be lost. At stake: {affected(basis)}.",
            "Repair the cause, then back up again.",
            {
                "at": words.instant(job.at) if job.at is not None else None,
                "said": job.sentence,
            },
            (status.service,),
            job.at,
        )


def silence(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Nothing has been heard of a backup for too long: absence of data is a failure (R-017)."""
    for key in basis.data_sets:
        heard, end = last_heard(basis, key), silent_from(basis, key)
        name = words.component(basis.plan, key)
        if heard is not None and end is not None and basis.instant > end:
            quiet = words.duration((basis.instant - heard).total_seconds())
            text = (
                f"Nothing has been heard of the backups of {name} for {quiet}: what {status.name} "
                f"has changed since may be lost. At stake: {affected(basis)}."
            )
            yield _silent(basis, key, text, "See whether they still run.", end, heard)
            continue
        off = _switched_off(basis, key)
        if off is not None:
            text = (
                f"Every backup of {name} is switched off: what {status.name} changes in it now can "
                f"be lost. At stake: {affected(basis)}."
            )
            step = "Switch the backup on again, or say why it is not needed."
            yield _silent(basis, key, text, step, off, heard)


def source_silent(organisation: Organisation) -> Iterator[Finding]:
    """What watches copies has not been heard of for longer than it said itself (R-017)."""
    for one in silent_sources(organisation):
        quiet = words.duration((organisation.instant - one.heard).total_seconds())
        whose = all_called(organisation.plan, one.services[:_NAMED])
        more = len(one.services) - _NAMED
        whose += f" and {more} more" if more > 0 else ""
        yield Finding(
            "SILENCE",
            ("R-017",),
            Severity.HIGH,
            f"source {one.source}" + (f", {one.what}" if one.what else ""),
            f"Nothing has been heard of {one.name} for {quiet}, so nobody knows whether its copies "
            f"are still made. {f'At stake: what changes in {whose}.' if whose else ''}".rstrip(),
            f"See whether {one.name} still runs, and why it reports no more.",
            {
                "last_heard": words.instant(one.heard),
                "expected": words.duration(one.expected.total_seconds()),
            },
            one.services,
            one.heard + one.expected,
        )


def copy_damaged(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """The newest copies were looked at and are not whole."""
    for key in basis.data_sets:
        bad = [one for one in _unusable(basis, key) if one.integrity.state == "failed"]
        if bad:
            yield _bad(basis, key, bad, "COPY_DAMAGED", "is damaged and cannot be relied on")


def copy_infected(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """The newest copies hold something harmful, or may."""
    for key in basis.data_sets:
        bad = [one for one in _unusable(basis, key) if one.malware == "infected"]
        if bad:
            harm = "holds harmful software: bringing it back would bring that back, too"
            yield _bad(basis, key, bad, "COPY_INFECTED", harm)
            continue
        newest = basis.newest(key)
        if newest is not None and newest.malware == "suspicious":
            harm = "may hold harmful software: nobody knows whether it is safe to bring it back"
            yield _bad(basis, key, [newest], "COPY_INFECTED", harm, Severity.MEDIUM)


def rp_disappeared(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Copies were removed before their time, which is what an intruder does first."""
    for key in basis.data_sets:
        gone = of_data_set(basis.feed.points.get(key, NO_POINTS), basis.instant)
        if not gone:
            continue
        name, last = words.component(basis.plan, key), gone[-1].point
        copies = "A copy" if len(gone) == 1 else f"{len(gone)} copies"
        its = "its" if len(gone) == 1 else "their"
        yield Finding(
            "RP_DISAPPEARED",
            ("R-018", "R-032"),
            Severity.HIGH,
            f"{subject(basis)}, data set {key}",
            f"{copies} of {name} disappeared before {its} time. Whoever breaks in "
            f"does this first; {status.name} may soon have nothing to come back from. At stake: "
            f"{affected(basis)}.",
            f"Find out at once who removed them, and see that the other copies of {name} are safe.",
            {
                "count": len(gone),
                "points": tuple(_reference(one.point) for one in gone[:20]),
                "last_consistency_time": words.instant(last.consistency_time),
            },
            (status.service,),
            min(one.noticed_at for one in gone),
        )


def _reference(point: PointSeen) -> str:
    return f"{point.source.instance}/recovery_point/{point.external_id}"


def _silent(
    basis: Basis, data_set: str, text: str, step: str, since: datetime, heard: datetime | None
) -> Finding:
    return Finding(
        "SILENCE",
        ("R-017",),
        Severity.HIGH,
        f"{subject(basis)}, data set {data_set}",
        text,
        step,
        {"last_heard": words.instant(heard) if heard is not None else None},
        (basis.service.key,),
        since,
    )


def _switched_off(basis: Basis, data_set: str) -> datetime | None:
    """Give since when every job of a data set is known to be switched off; None if not so."""
    mine = basis.feed.jobs.get(data_set, ())
    if not any(run.enabled is False for run in mine):
        return None
    newest: dict[tuple[str, str], JobRun] = {}
    for run in standing(mine, basis.instant):
        newest[run.source.instance, run.job] = run
    sources = {run.source.instance for run in newest.values()}
    wide = standing(basis.feed.jobs.get("", ()), basis.instant)
    running = any(run.enabled is not False for run in newest.values()) or any(
        run.enabled is not False and run.source.instance in sources for run in wide
    )
    if running or not newest:
        return None
    return max(run.observed_at for run in newest.values())


def _unusable(basis: Basis, data_set: str) -> Iterator[SeenPoint]:
    """Give what is newer than the newest point that may be restored from, newest first."""
    for point in reversed(basis.points(data_set)):
        if point.there:
            return
        if not point.eligible:
            yield point


def _bad(
    basis: Basis,
    data_set: str,
    points: list[SeenPoint],
    code: str,
    harm: str,
    severity: Severity = Severity.HIGH,
) -> Finding:
    name, service = words.component(basis.plan, data_set), basis.service
    good = basis.newest(data_set)
    back = " There is no other copy."
    if good is not None:
        age = words.duration((basis.instant - good.consistency_time).total_seconds())
        back = f" The newest copy that can be relied on is {age} old."
    return Finding(
        code,
        ("R-064", "R-022"),
        severity,
        f"{subject(basis)}, data set {data_set}",
        f"The newest copy of {name}, without which {service.name} does not come back whole, {harm}."
        + ("" if good in points else back)
        + f" At stake: {affected(basis)}.",
        f"Make a new copy of {name}, and find out what happened to the last one.",
        {
            "points": tuple(one.reference for one in points[:20]),
            "good": good.reference if good is not None and good not in points else None,
        },
        (service.key,),
        min(one.observed_at for one in points),
    )


RULES: tuple[Rule, ...] = (
    ServiceRule(
        "RPO_BREACH",
        ("R-086", "R-064"),
        "The newest copy is older than the business allows.",
        rpo_breach,
    ),
    ServiceRule(
        "RPO_EXCEEDED",
        ("R-064", "R-071"),
        "The drill that decides would have lost more than the business allows.",
        rpo_missed_in_drill,
    ),
    ServiceRule(
        "COPY_DAMAGED",
        ("R-064", "R-022"),
        "The newest copies were looked at and are not whole.",
        copy_damaged,
    ),
    ServiceRule(
        "COPY_INFECTED",
        ("R-064", "R-022"),
        "The newest copies hold something harmful, or may.",
        copy_infected,
    ),
    ServiceRule(
        "RP_DISAPPEARED",
        ("R-018", "R-032"),
        "Copies were removed before their time.",
        rp_disappeared,
    ),
    ServiceRule(
        "BACKUP_FAILED",
        ("R-017", "R-020"),
        "The last backup of a data set failed.",
        backup_failed,
    ),
    ServiceRule(
        "SILENCE",
        ("R-017",),
        "Nothing has been heard of a backup for too long, or it is switched off.",
        silence,
    ),
    OrganisationRule(
        "SILENCE",
        ("R-017",),
        "What watches copies has not been heard of for longer than it said itself.",
        source_silent,
        frozenset({"heartbeats", "points", "jobs", "scopes"}),
    ),
)
"""The rules of this file, in the order of their findings."""

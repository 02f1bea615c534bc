"""What may be said of a service, and by which facts alone: R-020 to R-023.

A claim's rule is handed only facts of the types in the table, so that a job that ended well cannot
satisfy *usable*, *right-data* or *in-time*, whatever the rule's code does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from refloat.assess import words
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.proofs import proves_data
from refloat.assess.ground.representative import comparable
from refloat.assess.ground.trials import Trial
from refloat.assess.verdicts.copies import coverage
from refloat.assess.verdicts.drill import exceeded
from refloat.assess.verdicts.staleness import Cause, stale, stale_trial, trial_expires_at
from refloat.model.facts import UNWRITTEN, DrillFact, FactType
from refloat.model.judgement import Claim
from refloat.model.plan import Objective
from refloat.model.run import Outcome

JOB_COMPLETED = "job-completed"
COPIED = "copied"
USABLE = "usable"
RIGHT_DATA = "right-data"
IN_TIME = "in-time"


@dataclass(frozen=True)
class _Said:
    holds: bool
    because: str
    entries: tuple[int, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One claim: which types of fact may show it, and how.

    Attributes:
        satisfied_by: the types that may show it.
        compared_with: types that can only speak against it (how large the data is now).
        judge: given the service with facts of those types alone.
    """

    satisfied_by: frozenset[FactType]
    compared_with: frozenset[FactType]
    judge: Callable[[Basis], _Said]


def judge_claims(basis: Basis) -> tuple[Claim, ...]:
    """Judge every claim of a service, weakest first."""
    return tuple(_claim(basis, name, rule) for name, rule in RULES.items())


def rules_by_fact_type() -> dict[str, tuple[str, ...]]:
    """Give, for each type of fact, the claims that it may satisfy (R-020's matrix)."""
    return {
        kind.value: tuple(name for name, rule in RULES.items() if kind in rule.satisfied_by)
        for kind in FactType
    }


def _claim(basis: Basis, name: str, rule: Rule) -> Claim:
    said = rule.judge(basis.seeing(rule.satisfied_by | rule.compared_with))
    types = tuple(sorted(kind.value for kind in rule.satisfied_by))
    return Claim(name, said.holds, said.because, types, said.entries)


def _job_completed(basis: Basis) -> _Said:
    jobs = [basis.last_job(key) for key in basis.data_sets]
    done = [job for job in jobs if job is not None and job.succeeded]
    holds = bool(jobs) and len(done) == len(jobs)
    if holds:
        text = "Every last backup job ended well. That shows that processes ended, and no more."
    else:
        text = f"{len(jobs) - len(done)} of {len(jobs)} last backup jobs failed or are not known."
    return _Said(holds, text, tuple(sorted({job.entry for job in done} - {UNWRITTEN})))


def _copied(basis: Basis) -> _Said:
    seen = {key: basis.newest(key) for key in basis.hard_data_sets}
    missing = [words.component(basis.plan, key) for key, one in seen.items() if one is None]
    if missing or not seen:
        what = words.listed(missing) or basis.service.name
        return _Said(False, f"No recovery point of {what} is known.")
    entries = tuple(
        sorted({one.entry for one in seen.values() if one is not None and one.entry is not None})
    )
    return _Said(True, f"Each of {len(seen)} data sets has a recovery point.", entries)


def _usable(basis: Basis) -> _Said:
    entries: set[int] = set()
    for key in basis.hard_data_sets:
        name, trial = words.component(basis.plan, key), basis.last_restore(key)
        if trial is None:
            return _Said(False, f"{name} was never restored and looked at.")
        if trial.brought_back(key) is not Outcome.PASSED:
            when = words.instant(trial.at)
            return _Said(False, f"The last restore of {name}, on {when}, was not shown to be good.")
        if basis.instant > trial_expires_at(basis, trial):
            return _Said(False, f"The last restore of {name} is too long ago to count.")
        entries |= {trial.entry} if trial.entry is not None else set()
    if not basis.hard_data_sets:
        return _Said(False, f"The plan backs up nothing of {basis.service.name}.")
    return _Said(True, "Every data set was restored and its content verified.", _sorted(entries))


def _right_data(basis: Basis) -> _Said:
    unaccounted = coverage(basis).unaccounted
    if unaccounted:
        names = words.listed(words.component(basis.plan, key) for key in unaccounted)
        return _Said(False, f"Nothing backs up {names}, which {basis.service.name} needs.")
    trial = basis.deciding_trial()
    if trial is None:
        return _Said(False, "No drill has compared what is needed with what came back.")
    causes = (Cause.PLAN, Cause.AGE, Cause.CHANGE)
    changed = [one for one in stale_trial(basis, trial) if one.cause in causes]
    if changed:
        return _Said(False, changed[0].sentence)
    unproved = [key for key in basis.data_sets if not _proved(trial, key)]
    if unproved or not basis.data_sets:
        names = words.listed(words.component(basis.plan, key) for key in unproved)
        return _Said(False, f"The last drill did not prove the data of {names or 'anything'}.")
    text = "Everything that the service needs is backed up, and all of it came back as it was."
    return _Said(True, text, _entry(trial))


def _proved(trial: Trial, key: str) -> bool:
    """Whether a trial proved the data of a data set."""
    if trial.drill is not None:
        return key in proves_data(trial.drill.record.checks)
    return trial.brought_back(key) is Outcome.PASSED


def _entry(trial: Trial) -> tuple[int, ...]:
    return (trial.entry,) if trial.entry is not None else ()


def _in_time(basis: Basis) -> _Said:
    trial, objective = basis.deciding_trial(), basis.service.objectives.get("rto")
    if trial is None:
        return _Said(False, "No drill has measured how long the recovery takes.")
    if objective is None:
        return _Said(False, f"{basis.service.name} has no {words.MEASURES['rto']}.")
    if trial.drill is None:
        return _tested_in_time(basis, trial, objective.target.total_seconds())
    return _drilled_in_time(basis, trial.drill, objective)


def _tested_in_time(basis: Basis, trial: Trial, target: float) -> _Said:
    """Say whether a test, with the tests of what the service needs, stayed within the time."""
    path, changed = basis.path(observed=False), stale_trial(basis, trial)
    if trial.passed is not True or path.seconds is None:
        return _Said(False, "No test has measured how long the whole recovery takes.")
    if path.seconds > target:
        return _Said(False, exceeded("rto", path.seconds, target))
    if changed:
        return _Said(False, changed[0].sentence)
    took, allowed = words.duration(path.seconds), words.duration(target)
    return _Said(True, f"It came back in {took}; {allowed} is allowed.")


def _drilled_in_time(basis: Basis, drill: DrillFact, objective: Objective) -> _Said:
    seconds, target = drill.record.rto.measured_seconds, objective.target.total_seconds()
    if seconds is None:
        return _Said(False, "The last drill did not come to the end that is measured.")
    if seconds > target:
        return _Said(False, exceeded("rto", seconds, target))
    changed = stale(basis, drill)
    if changed:
        return _Said(False, changed[0].sentence)
    volumes = drill.record.environment.volume_bytes
    for key in basis.data_sets:
        newest = basis.newest(key)
        known = (newest.bytes or 0) if newest is not None else 0
        if not comparable(basis.plan, basis.service.key, volumes.get(key, 0), known):
            name = words.component(basis.plan, key)
            return _Said(False, f"Less of {name} was restored than there is now.")
    took, allowed = words.duration(seconds), words.duration(target)
    size = words.size(sum(volumes.values()))
    return _Said(True, f"{size} came back in {took}; {allowed} is allowed.", (drill.entry,))


def _sorted(entries: set[int]) -> tuple[int, ...]:
    return tuple(sorted(entries))


_NONE: frozenset[FactType] = frozenset()
RULES: Mapping[str, Rule] = {
    JOB_COMPLETED: Rule(frozenset({FactType.JOB_COMPLETED}), _NONE, _job_completed),
    COPIED: Rule(frozenset({FactType.RECOVERY_POINT}), _NONE, _copied),
    USABLE: Rule(frozenset({FactType.RESTORE_TEST}), _NONE, _usable),
    RIGHT_DATA: Rule(
        frozenset({FactType.RESTORE_TEST}), frozenset({FactType.RECOVERY_POINT}), _right_data
    ),
    IN_TIME: Rule(
        frozenset({FactType.RESTORE_TEST}), frozenset({FactType.RECOVERY_POINT}), _in_time
    ),
}
"""Every claim, weakest first."""

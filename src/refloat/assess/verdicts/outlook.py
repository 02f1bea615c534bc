"""The one fact that would change a verdict, said as a sentence."""

from __future__ import annotations

from datetime import datetime, timedelta

from refloat.assess import words
from refloat.assess.access.sign_in import locked_out
from refloat.assess.ground.basis import Basis
from refloat.model.judgement import (
    ApprovalState,
    CopyVerdict,
    DataSetStatus,
    ObjectiveStatus,
    RecoveryJudgement,
)
from refloat.model.run import Verdict


def recovery_outlook(
    basis: Basis, judged: RecoveryJudgement, objectives: tuple[ObjectiveStatus, ...]
) -> str:
    """Say what would change the second verdict.

    Args:
        basis: the service.
        judged: the verdict.
        objectives: the targets, and what is achieved against them.
    """
    name = basis.service.name
    if judged.verdict is Verdict.PROVEN:
        return _proven_until(basis, judged, objectives)
    if locked_out(basis):
        return f"A sealed account that opens what restores {name}, without {name}, comes first."
    unapproved = [one for one in objectives if one.approval is not ApprovalState.APPROVED]
    if unapproved:
        owner = words.person(basis.plan, basis.service.owner) or "the business owner"
        what = words.MEASURES[unapproved[0].measure]
        return f"An approval by {owner} of the {what} of {name} comes first."
    trial = basis.deciding_trial()
    rto = next((one for one in objectives if one.measure == "rto"), None)
    if trial is not None and trial.passed and not judged.stale:
        late = next((one for one in objectives if one.now_met is False), None)
        if late is not None and len(judged.reasons) == 1:
            oldest = max(late.parts, key=lambda key: (late.parts[key], key))
            return f"A new copy of {words.component(basis.plan, oldest)} would make this proven."
        needed = _not_proven(basis) if trial.drill is None else None
        if needed is not None:
            return f"That {needed} is proven to come back comes first."
    target = rto.target_seconds if rto is not None else None
    within = f" that ends within {words.duration(target)}" if target is not None else ""
    return f"A drill of {name}{within} would make this proven."


def copy_outlook(basis: Basis, verdict: CopyVerdict, data_sets: tuple[DataSetStatus, ...]) -> str:
    """Say what would change the first verdict.

    Args:
        basis: the service.
        verdict: the verdict.
        data_sets: what is known of each data set.
    """
    if verdict is CopyVerdict.YES:
        return "It stays so until a copy is lost, found damaged, or cannot be brought back."
    bad = [one.name for one in data_sets if one.hard and one.copy is not CopyVerdict.YES]
    bad = bad or [words.component(basis.plan, key) for key in basis.unaccounted]
    bad = bad or [one.name for one in data_sets if one.copy is not CopyVerdict.YES]
    what = words.listed(bad) or f"the data of {basis.service.name}"
    return f"A new recovery point of {what} that can be restored would change this."


def _proven_until(
    basis: Basis, judged: RecoveryJudgement, objectives: tuple[ObjectiveStatus, ...]
) -> str:
    ends: list[tuple[datetime, str]] = []
    if judged.expires_at is not None:
        ends.append((judged.expires_at, "its last test is too old"))
    rpo = next((one for one in objectives if one.measure == "rpo"), None)
    if rpo is not None and rpo.target_seconds is not None and rpo.now_seconds is not None:
        left = timedelta(seconds=rpo.target_seconds - rpo.now_seconds)
        ends.append((basis.instant + left, "its newest copies are too old"))
    if not ends:
        return "It stays proven until something material changes."
    end, why = min(ends)
    return f"It stays proven until {words.instant(end)}, when {why}."


def _not_proven(basis: Basis) -> str | None:
    for key in basis.moment.index.graph.hard[basis.service.key]:
        judged = basis.moment.recoveries.get(key)
        if judged is None or judged.verdict is not Verdict.PROVEN:
            return basis.plan.services[key].name
    return None

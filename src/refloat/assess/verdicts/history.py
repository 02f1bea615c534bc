"""What was restored before, and whether the business agreed that it was complete."""

from __future__ import annotations

from refloat.assess import words
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.trials import Trial
from refloat.assess.verdicts.approvals import only_technical
from refloat.assess.verdicts.recoveries import trial_reference
from refloat.assess.verdicts.staleness import trial_expires_at
from refloat.model.feed import TestLevel
from refloat.model.judgement import AcceptanceStatus, RepresentativeStatus, RestoreSeen
from refloat.model.run import Outcome, Verdict


def last_representative(basis: Basis) -> RepresentativeStatus:
    """Say when a representative restore last completed successfully (R-035).

    Restores of single data sets, and drills that miss a criterion of R-036, are shown and do not
    count.
    """
    last = next((one for one in reversed(basis.trials()) if one.representative), None)
    others = tuple(
        seen
        for one in reversed(basis.trials())
        if not one.representative and (seen := _seen(basis, one)) is not None
    )
    if last is None:
        return RepresentativeStatus(None, None, None, others)
    age = (basis.instant - last.at).total_seconds()
    return RepresentativeStatus(trial_reference(last), age, trial_expires_at(basis, last), others)


def judge_acceptance(basis: Basis) -> AcceptanceStatus:
    """Say whether the business confirmed what the deciding drill, or test, restored (R-055)."""
    completeness, drill = basis.service.completeness, basis.deciding()
    trial = basis.deciding_trial()
    if trial is not None and trial.test is not None and trial.confirmed_by:
        return _by_test(basis, trial)
    if completeness is None:
        text = f"The plan does not say how it is confirmed that {basis.service.name} is complete."
        return AcceptanceStatus("", "", "", "", None, False, text)
    confirmer = words.person(basis.plan, completeness.confirmer)
    question, run = completeness.question, drill.record.run if drill is not None else ""
    signed = [
        one
        for one in basis.facts.acceptances
        if one.run == run and one.person == completeness.confirmer
    ]
    if trial is not None and trial.test is not None:
        text = f"{confirmer} has not confirmed the data of the test of {words.day(trial.at)}: "
        return AcceptanceStatus(question, confirmer, "", "", None, False, text + question)
    if drill is None:
        text = f"Nothing was restored that {confirmer} could confirm."
        return AcceptanceStatus(question, confirmer, "", "", None, False, text)
    if not signed:
        when = words.instant(drill.record.declared_at)
        text = f"{confirmer} has not confirmed the data of the drill of {when}: {question}"
        return AcceptanceStatus(question, confirmer, "", "", None, False, text)
    last = signed[-1]
    text = f"{confirmer} confirmed it on {words.day(last.at)}: {last.statement}"
    return AcceptanceStatus(question, confirmer, run, confirmer, last.at, True, text)


def _by_test(basis: Basis, trial: Trial) -> AcceptanceStatus:
    """Say who confirmed somebody else's test, and whether that is whom the plan names."""
    completeness = basis.service.completeness
    person, name = words.person(basis.plan, trial.confirmed_by), basis.service.name
    asked = completeness.confirmer if completeness is not None else trial.confirmed_by
    confirmer = words.person(basis.plan, asked)
    question = completeness.question if completeness is not None else ""
    accepted = _may_confirm(basis, asked, trial.confirmed_by)
    text = f"{person} confirmed that {name} did its work in the test of {words.day(trial.at)}."
    if not accepted:
        text += f" {confirmer} was to do it."
    return AcceptanceStatus(question, confirmer, trial.reference, person, trial.at, accepted, text)


def _may_confirm(basis: Basis, asked: str, who: str) -> bool:
    """Whether somebody is whom the plan names, or one of its people who speaks for the business."""
    plan, service = basis.plan, basis.service
    names = {words.person(plan, key).casefold(): key for key in plan.people}
    key = who if who in plan.people else names.get(who.casefold(), "")
    if not key or key in (asked, service.owner):
        return bool(key)
    return not only_technical(plan, key, [service])


def _seen(basis: Basis, trial: Trial) -> RestoreSeen | None:
    back = tuple(key for key in basis.data_sets if trial.brought_back(key) is Outcome.PASSED)
    if not back:
        return None
    named = trial_reference(trial)
    missing = named.missing
    if trial.drill is not None and named.verdict is not Verdict.PROVEN:
        missing = (*missing, f"the drill was {named.verdict}")
    elif trial.level is not TestLevel.SERVICE:
        missing = (*missing, f"only of {trial.level}")
    return RestoreSeen(trial.entry, named.run, named.at, back, missing)

"""What was restored before, and whether the business agreed that it was complete."""

from __future__ import annotations

from refloat.assess import words
from refloat.assess.basis import Basis, restored
from refloat.assess.recoveries import reference
from refloat.assess.staleness import expires_at
from refloat.model.facts import DrillFact
from refloat.model.judgement import AcceptanceStatus, RepresentativeStatus, RestoreSeen
from refloat.model.run import Outcome, Verdict


def last_representative(basis: Basis) -> RepresentativeStatus:
    """Say when a representative restore last completed successfully (R-035).

    Restores of single data sets, and drills that miss a criterion of R-036, are shown and do not
    count.
    """
    drills = basis.drills()
    counted = [one for one in drills if reference(one).representative]
    last = counted[-1] if counted else None
    others = tuple(
        seen
        for one in reversed(drills)
        if one not in counted and (seen := _seen(basis, one)) is not None
    )
    if last is None:
        return RepresentativeStatus(None, None, None, others)
    age = (basis.instant - last.record.declared_at).total_seconds()
    return RepresentativeStatus(reference(last), age, expires_at(basis, last), others)


def judge_acceptance(basis: Basis) -> AcceptanceStatus:
    """Say whether the business confirmed what the deciding drill restored (R-055)."""
    completeness, drill = basis.service.completeness, basis.deciding()
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


def _seen(basis: Basis, drill: DrillFact) -> RestoreSeen | None:
    back = tuple(key for key in basis.data_sets if restored(drill, key) is Outcome.PASSED)
    if not back:
        return None
    named = reference(drill)
    missing = named.missing
    if drill.record.verdict is not Verdict.PROVEN:
        missing = (*missing, f"the drill was {drill.record.verdict}")
    return RestoreSeen(drill.entry, named.run, named.at, back, missing)

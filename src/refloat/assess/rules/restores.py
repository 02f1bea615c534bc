"""Rules about restores outside of drills: what went on without an approver must be looked at."""

from __future__ import annotations

from collections.abc import Iterator

from refloat.assess import about, words
from refloat.assess.organisation import Organisation
from refloat.assess.rule import OrganisationRule, Rule
from refloat.assess.verdicts.restores import restores
from refloat.model.judgement import Finding, Severity
from refloat.model.restores import RestoreStanding


def break_glass_not_reviewed(organisation: Organisation) -> Iterator[Finding]:
    """A restore was let go on without an approver, and nobody else has looked at it since."""
    if not organisation.facts.restores:
        return
    for one in restores(organisation.plan, organisation.facts, organisation.instant):
        if one.review_due:
            yield _finding(organisation, one)


def _finding(organisation: Organisation, one: RestoreStanding) -> Finding:
    plan, request = organisation.plan, one.request
    kind = "service" if request.subject in plan.services else "data set"
    who, what = words.person(plan, request.person), about.called(plan, request.subject)
    done = one.carried_out
    happened = (
        f"Data of it was put into {done[-1].folder}." if done else "It has not been carried out."
    )
    return Finding(
        "BREAK_GLASS_NOT_REVIEWED",
        ("R-034",),
        Severity.MEDIUM,
        f"{kind} {request.subject}, restore request {request.entry}",
        f"On {words.day(request.at)} {who} asked to restore {what} without waiting for an approver,"
        f" and nobody else has looked at it since. {happened} If it was not right, nobody would"
        " know.",
        f"Let somebody else than {who} look at what was asked for and what was restored, and sign"
        " what they found.",
        {
            "request": request.entry,
            "person": request.person,
            "reason": request.reason,
            "state": one.state.value,
        },
        _services(organisation, request.subject),
        first_seen=request.at,
    )


def _services(organisation: Organisation, subject: str) -> tuple[str, ...]:
    if subject in organisation.plan.services:
        return (subject,)
    return tuple(key for key, one in organisation.bases.items() if subject in one.strengths)


RULES: tuple[Rule, ...] = (
    OrganisationRule(
        "BREAK_GLASS_NOT_REVIEWED",
        ("R-034",),
        "A restore was let go on without an approver, and nobody else has looked at it since.",
        break_glass_not_reviewed,
        frozenset({"restores"}),
    ),
)
"""The rules of this file, in the order of their findings."""

"""Rules about the design of backups: the questions that it must answer."""

from __future__ import annotations

from collections.abc import Iterator

from refloat.assess.ground.basis import Basis
from refloat.assess.organisation import Organisation
from refloat.assess.rule import OrganisationRule, Rule, ServiceRule
from refloat.assess.sheets.questions import (
    unanswered,
    unanswered_by_all,
    unanswered_question,
    unknown_authority,
    unknown_rights,
)
from refloat.model.judgement import Finding, ServiceStatus

_ALL = ("R-030", "R-031", "R-032", "R-033", "R-034", "R-035", "R-036")


def design_question_unanswered(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Nobody knows what a service is made of, how often it is copied, or whether it came back."""
    for number, missing in unanswered(basis).items():
        if missing:
            yield unanswered_question(basis, number, missing)


def rights_unanswered(organisation: Organisation) -> Iterator[Finding]:
    """Nobody knows who can alter copies, or who asks for a restore and approves it."""
    if not organisation.bases:
        return
    missing = unknown_authority(organisation.plan)
    if missing:
        yield unanswered_by_all(organisation.plan, missing)
    for key, start in organisation.bases.items():
        rights = unknown_rights(organisation, key)
        if rights:
            yield unanswered_question(start, 3, rights)


RULES: tuple[Rule, ...] = (
    ServiceRule(
        "DESIGN_QUESTION_UNANSWERED",
        _ALL,
        "Nobody knows what a service is made of, how often it is copied, or whether it came back.",
        design_question_unanswered,
    ),
    OrganisationRule(
        "DESIGN_QUESTION_UNANSWERED",
        _ALL,
        "Nobody knows who can alter copies, or who asks for a restore and approves it.",
        rights_unanswered,
        frozenset({"access", "points"}),
    ),
)
"""The rules of this file, in the order of their findings."""

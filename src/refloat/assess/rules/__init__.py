"""Every rule of the assessment; among findings of one severity, this is their order."""

from __future__ import annotations

from refloat.assess.rule import OrganisationRule, Rule, ServiceRule
from refloat.assess.rules import (
    access,
    actions,
    cloud,
    copies,
    coverage,
    design,
    documents,
    drills,
    observed,
    order,
    people,
    restores,
    retention,
    signin,
    targets,
    testing,
    timing,
    triggers,
    vendors,
    workarounds,
)

RULES: tuple[Rule, ...] = (
    *observed.RULES,
    *signin.RULES,
    *testing.RULES,
    *timing.RULES,
    *copies.RULES,
    *retention.RULES,
    *coverage.RULES,
    *access.RULES,
    *restores.RULES,
    *design.RULES,
    *targets.RULES,
    *cloud.RULES,
    *order.RULES,
    *documents.RULES,
    *people.RULES,
    *vendors.RULES,
    *workarounds.RULES,
    *triggers.RULES,
    *actions.RULES,
    *drills.RULES,
)

SERVICE_RULES = tuple(rule for rule in RULES if isinstance(rule, ServiceRule))
ORGANISATION_RULES = tuple(rule for rule in RULES if isinstance(rule, OrganisationRule))

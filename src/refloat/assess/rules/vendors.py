"""Rules about vendors: contacts, contracts, and what a provider cannot show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from refloat.assess import days, words
from refloat.assess.organisation import Organisation
from refloat.assess.reviewing.renewal import renewal_answers, services_by_vendor
from refloat.assess.rule import OrganisationRule, Rule
from refloat.model.judgement import Finding, Severity
from refloat.model.organisation import Vendor
from refloat.model.plan import Plan

_MANY = 4
"""How many of many services a sentence names; each comes with its work, so it is few."""


def vendor_contact_missing(organisation: Organisation) -> Iterator[Finding]:
    """A vendor whom recovery needs cannot be called: nobody wrote down how."""
    plan = organisation.plan
    silent = [one for one in plan.vendors.values() if not one.contact]
    used = services_by_vendor(plan, organisation.bases) if silent else {}
    for one in silent:
        services = used.get(one.key, ())
        yield Finding(
            "VENDOR_CONTACT_MISSING",
            ("R-045", "R-052", "R-143"),
            Severity.MEDIUM,
            f"vendor {one.key}",
            f"Nobody wrote down how to call {_name(one)}. Until somebody finds the number, this "
            f"waits: {_waiting(plan, services)}.",
            f"Write down a number of {_name(one)} that answers when our systems are down.",
            {"vendor": one.key},
            services,
        )


def contract_ended(organisation: Organisation) -> Iterator[Finding]:
    """The contract of a vendor whom recovery needs has ended."""
    plan, instant = organisation.plan, organisation.instant
    over = [
        (one, _end(one.contract_end))
        for one in plan.vendors.values()
        if one.contract_end is not None and instant >= _end(one.contract_end)
    ]
    used = services_by_vendor(plan, organisation.bases) if over else {}
    for one, end in over:
        services = used.get(one.key, ())
        yield Finding(
            "CONTRACT_ENDED",
            ("R-126",),
            Severity.HIGH if services or one.provider else Severity.MEDIUM,
            f"vendor {one.key}",
            f"The contract with {_name(one)} ended on {one.contract_end}. In an emergency it need "
            f"not help, and this may stay away: {_waiting(plan, services)}.",
            f"Renew the contract with {_name(one)}, or write into the plan who does it instead.",
            {"contract_end": str(one.contract_end)},
            services,
            first_seen=end,
        )


def contract_renewal_due(organisation: Organisation) -> Iterator[Finding]:
    """The contract of a vendor ends soon."""
    plan, instant = organisation.plan, organisation.instant
    before = plan.policy.renewal_reminder
    soon = [
        (one, _end(one.contract_end))
        for one in plan.vendors.values()
        if one.contract_end is not None
        and days.earlier(_end(one.contract_end), before) <= instant < _end(one.contract_end)
    ]
    used = services_by_vendor(plan, organisation.bases) if soon else {}
    for one, end in soon:
        services = used.get(one.key, ())
        asked = (
            "Ask what is protected, how it is restored and how long that takes, before it is "
            f"renewed with {_name(one)}."
        )
        other = f"Decide in time whether the contract with {_name(one)} is renewed."
        yield Finding(
            "CONTRACT_RENEWAL_DUE",
            ("R-126",),
            Severity.ADVISORY,
            f"vendor {one.key}",
            f"The contract with {_name(one)} ends on {one.contract_end}. Without its help then: "
            f"{_waiting(plan, services)}.",
            asked if one.provider else other,
            {"contract_end": str(one.contract_end)},
            services,
            first_seen=days.earlier(end, before),
        )


def contract_clarification_needed(organisation: Organisation) -> Iterator[Finding]:
    """A provider cannot show what is protected, how it is restored, or how long that takes."""
    for answers in renewal_answers(organisation):
        if not answers.clauses:
            continue
        rows = [row for row in answers.rows if row.unanswered]
        services, plan = tuple(row.service for row in rows), organisation.plan
        yield Finding(
            "CONTRACT_CLARIFICATION_NEEDED",
            ("R-123", "R-124", "R-125", "R-126"),
            Severity.MEDIUM,
            f"vendor {answers.vendor}",
            f"{answers.name} looks after {_waiting(plan, services)}, and nothing shows "
            f"{words.listed(answers.clauses)}. What is not agreed may not be done when it matters.",
            f"Let the contract with {answers.name} say {answers.clauses[0]}.",
            {
                "clauses": answers.clauses,
                "unanswered": {row.service: row.unanswered for row in rows},
            },
            services,
        )


def _name(vendor: Vendor) -> str:
    return vendor.name or vendor.key


def _end(day: date | None) -> datetime:
    """Give the first instant after the last day of a contract (UTC)."""
    return days.end(day or date.max)


def _waiting(plan: Plan, services: tuple[str, ...]) -> str:
    if not services:
        return "whatever rests on it"
    return words.abridged((_with_work(plan, key) for key in services), _MANY)


def _with_work(plan: Plan, key: str) -> str:
    """Name a service with the work that stands still without it."""
    service = plan.services[key]
    work = words.listed(service.processes)
    return f"{service.name} ({work})" if work else service.name


RULES: tuple[Rule, ...] = (
    OrganisationRule(
        "CONTRACT_ENDED",
        ("R-126",),
        "The contract of a vendor whom recovery needs has ended.",
        contract_ended,
    ),
    OrganisationRule(
        "VENDOR_CONTACT_MISSING",
        ("R-045", "R-052", "R-143"),
        "A vendor whom recovery needs cannot be called: nobody wrote down how.",
        vendor_contact_missing,
    ),
    OrganisationRule(
        "CONTRACT_CLARIFICATION_NEEDED",
        ("R-123", "R-124", "R-125", "R-126"),
        "A provider cannot show what is protected, how it is restored, or how long that takes.",
        contract_clarification_needed,
        frozenset({"statuses", "points", "tests"}),
    ),
    OrganisationRule(
        "CONTRACT_RENEWAL_DUE",
        ("R-126",),
        "The contract of a vendor ends soon.",
        contract_renewal_due,
    ),
)
"""The rules of this file, in the order of their findings."""

"""The third step of the review: is everything mapped, and does what was seen agree with it?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from refloat.assess import words
from refloat.assess.organisation import Organisation
from refloat.model.judgement import Finding
from refloat.model.plan import Category, ComponentKind, Plan

_KINDS: dict[str, frozenset[ComponentKind]] = {
    "data": frozenset(
        {
            ComponentKind.DATA,
            ComponentKind.DATABASE,
            ComponentKind.FILES,
            ComponentKind.SETTINGS,
            ComponentKind.MICROSOFT_365,
        }
    ),
    "applications": frozenset({ComponentKind.APPLICATION, ComponentKind.LICENCE}),
    "infrastructure": frozenset(
        {
            ComponentKind.INFRASTRUCTURE,
            ComponentKind.VIRTUAL_MACHINE,
            ComponentKind.DEVICE_IMAGE,
            ComponentKind.KEY,
            ComponentKind.FACILITY,
        }
    ),
    "identity": frozenset({ComponentKind.IDENTITY}),
    "networks": frozenset({ComponentKind.NETWORK}),
    "vendors": frozenset({ComponentKind.VENDOR}),
}
"""The six categories of a dependency map (R-112), and the kinds of component in each."""

_REASONS = {
    "data": Category.DATA,
    "applications": Category.APPLICATIONS,
    "infrastructure": Category.INFRASTRUCTURE,
    "identity": Category.IDENTITIES,
    "networks": Category.INFRASTRUCTURE,
    "vendors": Category.DEPENDENCIES,
}
"""By category, where a service says why it has none of it."""

_UNRECONCILED = {
    "UNDOCUMENTED_DEPENDENCY": "What was seen is not in the map",
    "UNDOCUMENTED_COMPONENT": "What was seen is not in the map",
    "NO_LONGER_SEEN": "What is in the map is seen no more",
}
"""By code of a finding, in which way map and sight disagree."""


def mapped(
    organisation: Organisation, findings: Sequence[Finding]
) -> tuple[list[str], list[tuple[str, ...]]]:
    """Say what is mapped in each category, and what is missing in the map (R-112).

    Args:
        organisation: the organisation.
        findings: everything that was found at the same instant.

    Returns:
        What is missing, one sentence each; and the rows: category, what there is, why there is
        none.
    """
    plan = organisation.plan
    missing: list[str] = []
    rows: list[tuple[str, ...]] = []
    for category in _KINDS:
        there, why = tuple(_there(plan, category)), _why_none(plan, category)
        rows.append((category, words.listed(there), "" if there else why))
        if not there and not why:
            missing.append(f"The plan names no {category}, and does not say why there are none.")
    if not _looked(organisation):
        missing.append("Nothing was ever observed, so nobody knows whether the map is true.")
    missing += [
        f"{_UNRECONCILED[one.code]}: {one.sentence}"
        for one in findings
        if one.code in _UNRECONCILED
    ]
    return missing, rows


def _there(plan: Plan, category: str) -> Iterable[str]:
    kinds = _KINDS[category]
    yield from (one.name or key for key, one in plan.components.items() if one.kind in kinds)
    if category == "vendors":
        yield from (one.name or key for key, one in plan.vendors.items())


def _why_none(plan: Plan, category: str) -> str:
    """Give why no service has anything of a category; empty unless every one says it."""
    said = [one.not_applicable.get(_REASONS[category], "") for one in plan.services.values()]
    return "; ".join(dict.fromkeys(said)) if said and all(said) else ""


def _looked(organisation: Organisation) -> bool:
    seen = any(
        one.observed_at <= organisation.instant for one in organisation.facts.feed.dependencies
    )
    return seen or any(one.at <= organisation.instant for one in organisation.facts.observations)

"""The six things that a recovery restores, as the checklist of every drill (R-150)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from refloat.assess import words
from refloat.model.plan import Category, ComponentKind, Plan
from refloat.model.run import CategoryRecord, CheckResult, Outcome, Proof, Stage, StepRecord
from refloat.plan import closure

_KINDS: dict[Category, frozenset[ComponentKind]] = {
    Category.IDENTITIES: frozenset({ComponentKind.IDENTITY}),
    Category.APPLICATIONS: frozenset({ComponentKind.APPLICATION, ComponentKind.SETTINGS}),
    Category.INFRASTRUCTURE: frozenset(
        {
            ComponentKind.INFRASTRUCTURE,
            ComponentKind.NETWORK,
            ComponentKind.VIRTUAL_MACHINE,
            ComponentKind.DEVICE_IMAGE,
            ComponentKind.FACILITY,
        }
    ),
}

_OUTSIDE = frozenset({ComponentKind.KEY, ComponentKind.LICENCE, ComponentKind.VENDOR})
"""Kinds that are nothing but something else to depend on."""


def categories(
    plan: Plan, service: str, steps: Sequence[StepRecord], checks: Sequence[CheckResult]
) -> tuple[CategoryRecord, ...]:
    """Tick the six categories with what shows them, or with the reason why one does not apply.

    Args:
        plan: the plan that was drilled.
        service: the service's key.
        steps: every operation that ended.
        checks: every check.

    Raises:
        MissingInput: if the plan has no such service.
    """
    return tuple(_category(plan, service, one, steps, checks) for one in Category)


def category_of(kind: ComponentKind) -> Category:
    """Say which of the six a kind of component belongs to; data where it is none of the others."""
    for category, kinds in _KINDS.items():
        if kind in kinds:
            return category
    return Category.DEPENDENCIES if kind in _OUTSIDE else Category.DATA


def _category(
    plan: Plan,
    service: str,
    category: Category,
    steps: Sequence[StepRecord],
    checks: Sequence[CheckResult],
) -> CategoryRecord:
    named, outcomes = _evidence(plan, service, category, steps, checks)
    if outcomes:
        return CategoryRecord(category.value, _worst(outcomes), tuple(named))
    reason = plan.services[service].not_applicable.get(category)
    if reason:
        return CategoryRecord(category.value, None, (reason,))
    name = plan.services[service].name
    always = category in (Category.SERVICES, Category.INFRASTRUCTURE)
    if always or _members(plan, service, category):
        text = f"nothing was checked of the {category.value} of {name}"
        return CategoryRecord(category.value, Outcome.COULD_NOT_RUN, (text,))
    text = f"the plan names no {category.value} that {name} needs"
    return CategoryRecord(category.value, None, (text,))


def _evidence(
    plan: Plan,
    service: str,
    category: Category,
    steps: Sequence[StepRecord],
    checks: Sequence[CheckResult],
) -> tuple[list[str], list[Outcome]]:
    members = _members(plan, service, category)
    if category is Category.SERVICES:
        kept_steps: Iterable[StepRecord] = ()
        kept_checks = [check for check in checks if check.component is None]
    elif category is Category.DATA:
        kept_steps = [step for step in steps if step.stage in (Stage.RESTORE, Stage.LOAD)]
        kept_checks = [check for check in checks if Proof.DATA in check.proves and check.component]
    elif category is Category.DEPENDENCIES:
        kept_steps = [step for step in steps if step.component and step.stage is Stage.CHECK]
        kept_checks = []
    else:
        kept_steps = [step for step in steps if step.component in members and _comes_up(step)]
        kept_checks = [check for check in checks if _is_of(check, category, members)]
    if category is Category.INFRASTRUCTURE:
        kept_steps = [*(step for step in steps if step.stage is Stage.ISOLATE), *kept_steps]
    named = [_step_name(plan, step) for step in kept_steps]
    named += [f"check: {check.name}" for check in kept_checks]
    outcomes = [step.outcome for step in kept_steps] + [check.outcome for check in kept_checks]
    return list(dict.fromkeys(named)), outcomes


def _is_of(check: CheckResult, category: Category, members: Collection[str]) -> bool:
    if category is Category.IDENTITIES and Proof.IDENTITY in check.proves:
        return True
    return check.component in members


def _comes_up(step: StepRecord) -> bool:
    return step.stage in (Stage.RESTORE, Stage.LOAD, Stage.START, Stage.READY, Stage.CHECK)


def _members(plan: Plan, service: str, category: Category) -> frozenset[str]:
    keys = closure(plan, service)
    if category is Category.DEPENDENCIES:
        return frozenset(keys)
    if category is Category.DATA:
        return frozenset(key for key in keys if plan.components[key].protection is not None)
    kinds = _KINDS.get(category, frozenset())
    return frozenset(key for key in keys if plan.components[key].kind in kinds)


def _step_name(plan: Plan, step: StepRecord) -> str:
    if not step.component:
        return f"step: {step.stage}"
    return f"step: {words.component(plan, step.component)} {step.stage}"


def _worst(outcomes: Collection[Outcome]) -> Outcome:
    for outcome in (Outcome.FAILED, Outcome.COULD_NOT_RUN):
        if outcome in outcomes:
            return outcome
    return Outcome.PASSED

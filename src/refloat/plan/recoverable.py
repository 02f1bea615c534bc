"""What a recovery by Refloat itself cannot bring back."""

from __future__ import annotations

from refloat.model.plan import Component, ComponentKind, Plan, Strength
from refloat.plan.ordering import closure

_MUST_COME_BACK = frozenset(
    {
        ComponentKind.DATA,
        ComponentKind.DATABASE,
        ComponentKind.FILES,
        ComponentKind.SETTINGS,
        ComponentKind.APPLICATION,
        ComponentKind.IDENTITY,
    }
)


def unrecoverable(plan: Plan, service: str) -> tuple[str, ...]:
    """Name what a service cannot run without and that Refloat has no way to bring back.

    That is what holds data or is started by its kind, or is copied by somebody else's tool, and has
    neither ``protect`` nor ``recover`` with ``start``.

    Returns:
        Component keys, sorted.

    Raises:
        MissingInput: if the plan has no such service.
    """
    return tuple(
        key
        for key, strength in closure(plan, service).items()
        if strength is Strength.HARD and not _comes_back(plan.components[key])
    )


def _comes_back(component: Component) -> bool:
    if component.protection is not None or component.recovery.start is not None:
        return True
    return component.watch is None and component.kind not in _MUST_COME_BACK

"""What signing in may need where nobody wrote it down: whatever people sign in with.

A tool of which the plan neither says what it needs, nor that a sealed or a local account opens it,
may be opened by the very accounts that are lost; and so may a place of copies that lets accounts of
a lost identity in.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from refloat.assess.ahead.standing import words
from refloat.model.organisation import Platform
from refloat.model.plan import ComponentKind, Plan

_LOCAL = frozenset({"local", "none", "nobody", "own", "separate"})
"""Words that say that accounts are those of the thing itself."""


def is_unsaid(platform: Platform) -> bool:
    """Whether nobody wrote down what signing in to a tool needs."""
    if platform.needs or platform.break_glass:
        return False
    return _LOCAL.isdisjoint(words(platform.sign_in))


class Signing:
    """Says what signing in may need.

    Args:
        plan: the plan.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    @cached_property
    def identities(self) -> tuple[str, ...]:
        """Name what people sign in with: identities, and what written steps are signed in with."""
        plan = self._plan
        found = [key for key, one in plan.components.items() if one.kind is ComponentKind.IDENTITY]
        for service in plan.services.values():
            for step in service.steps:
                found += step.signs_in_with
        return tuple(dict.fromkeys(found))

    def of_domain(self, domain: str) -> tuple[str, ...]:
        """Name the identities whose accounts an authentication domain's are, by its name."""
        return self._by_name.get(domain.casefold(), ())

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[str, ...]]:
        plan, found = self._plan, dict[str, tuple[str, ...]]()
        for key in self.identities:
            one = plan.services.get(key) or plan.components.get(key)
            if one is not None:
                for name in {key.casefold(), one.name.casefold()} - {""}:
                    found[name] = (*found.get(name, ()), key)
        return found

"""Which copies are kept on a component of the plan, and so are lost together with it.

A failure domain says with what copies fail together. Where that is the very key of a component that
is no data set (a NAS, a host), they are lost with it, and it with the domain. Where it is only its
name, or the repository has its key, they perhaps are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from refloat.model.plan import Plan


class KeptOn:
    """Knows on which components copies are kept.

    Args:
        plan: the plan.
        groups: the numbers of copies, by their repository and what they fail together with.
    """

    def __init__(self, plan: Plan, groups: Mapping[tuple[str, str], list[int]]) -> None:
        self._plan = plan
        self._groups = groups

    def of(self, components: Iterable[str]) -> tuple[list[int], list[int]]:
        """Give the copies that surely fall with some components, and those that perhaps do."""
        surely: list[int] = []
        perhaps: list[int] = []
        for key in components:
            one = self._plan.components[key]
            if not one.copied:
                surely += self._by_domain.get(key, ())
                for name in dict.fromkeys((_spoken(key), _spoken(one.name))):
                    perhaps += self._by_name.get(name, ())
        return surely, perhaps

    def component(self, domain: str) -> tuple[str, ...]:
        """Give the component that a failure domain is; nothing if it is none."""
        one = self._plan.components.get(domain)
        return (domain,) if one is not None and not one.copied else ()

    def site(self, domain: str) -> str:
        """Give the site of the component that a failure domain is; empty if it has or is none."""
        return next((self._plan.components[key].site for key in self.component(domain)), "")

    @cached_property
    def _by_domain(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = {}
        for (_, domain), numbers in self._groups.items():
            if domain:
                found.setdefault(domain, []).extend(numbers)
        return found

    @cached_property
    def _by_name(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = {}
        for (repository, domain), numbers in self._groups.items():
            for name in dict.fromkeys((_spoken(repository), _spoken(domain))):
                if name:
                    found.setdefault(name, []).extend(numbers)
        return found


def _spoken(name: str) -> str:
    """Give a name as people say it: ``the Shared-NAS`` is ``shared nas``."""
    return name.casefold().replace("-", " ").replace("_", " ").removeprefix("the ").strip()

"""Which repository of the plan is meant where copies were seen."""

from __future__ import annotations

from collections.abc import Collection

from refloat.model.plan import Plan


class Repositories:
    """Looks up places of copies, as their sources call them.

    Args:
        plan: a valid plan.
    """

    def __init__(self, plan: Plan) -> None:
        self._known = plan.repositories
        self._keys = {one.name.casefold(): key for key, one in plan.repositories.items()}
        self._keys |= {key.casefold(): key for key in plan.repositories}

    def key(self, name: str) -> str:
        """Give the key of the repository that a name means; the name itself if it is none's."""
        return name if name in self._known else self._keys.get(name.casefold(), name)

    def is_of_another(self, key: str, meant: Collection[str]) -> bool:
        """Whether copies of a data set in a repository of the plan are none that the plan means.

        They are left over from another plan, or the plan is wrong; nobody promised more of them.

        Args:
            key: as ``key`` gives it.
            meant: keys of the repositories that the plan names for the data set.
        """
        return key in self._known and key not in meant

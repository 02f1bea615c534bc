"""Who can alter copies once an account is in somebody else's hands: rights, and what locks keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from refloat.assess.access.isolation import (
    PRODUCTION,
    CopyIsolation,
    DataSetIsolation,
    effective_rights,
    isolation_of_all,
)
from refloat.assess.ahead.places import Place, Places
from refloat.assess.ground.plan_graph import PlanGraph
from refloat.assess.organisation import Organisation
from refloat.model.access import ALTERING, HOLDING, LockMode, PrincipalKind, Right
from refloat.model.ahead import Loss, LossKind

UNLOCKING = (Right.TAKE_OWNERSHIP, Right.CHANGE_ACCESS, Right.CHANGE_RETENTION)
"""Rights that open a lock which is only kept by rules."""

ALTERING_RIGHTS = tuple(right for right in Right if right in ALTERING and right is not Right.ANY)
"""Rights with which a copy can be changed or destroyed."""

NOWHERE = frozenset({"", "none"})
"""Authentication domains that say that nobody signs in."""


class Compromise:
    """Knows what compromised accounts reach.

    Args:
        organisation: the organisation at an instant.
        graph: what rests on what.
        looks: looks copies up.
        by_number: by the number of a ``copy``, its place.
        by_repository: by repository, the numbers of the copies there.
    """

    def __init__(
        self,
        organisation: Organisation,
        graph: PlanGraph,
        looks: Places,
        by_number: Mapping[int, Place],
        by_repository: Mapping[str, list[int]],
    ) -> None:
        self._organisation = organisation
        self._plan = organisation.plan
        self._graph = graph
        self._looks = looks
        self._by_number = by_number
        self._by_repository = by_repository

    def isolation(self, place: Place) -> CopyIsolation | None:
        """Say whether production's accounts can alter copies in a place; None if nobody can."""
        judged = self._judged.get(place.data_set)
        for copy in judged.copies if judged is not None else ():
            if copy.repository == place.repository:
                return copy
        return None

    @cached_property
    def _judged(self) -> Mapping[str, DataSetIsolation]:
        return isolation_of_all(self._organisation)

    def alters(self, key: str) -> tuple[list[int], list[int]]:
        """Give the copies that an account can alter and no lock keeps: surely, and perhaps."""
        surely: list[int] = []
        perhaps: list[int] = []
        for repository in self._by_repository:
            acting = self._acting(key, repository)
            for governed, numbers in self._unlocked(repository).items():
                able = self._able(acting, repository, governed)
                if able is not False:
                    (surely if able else perhaps).extend(numbers)
        return surely, perhaps

    def can_alter(self, loss: Loss, place: Place) -> bool:
        """Whether a compromise lets somebody alter what no lock keeps in a place, or perhaps does.

        Args:
            loss: of a principal, or of production.
            place: the place.
        """
        asked = (loss, place.repository, place.governed)
        if asked not in self._altering:
            self._altering[asked] = any(
                self._able(self._acting(key, place.repository), place.repository, place.governed)
                is not False
                for key in self._names(loss)
            )
        return self._altering[asked]

    @cached_property
    def _altering(self) -> dict[tuple[Loss, str, bool], bool]:
        return {}

    def beside(self, loss: Loss, number: int, place: Place, known: CopyIsolation) -> bool:
        """Whether copies only stand beside locked ones, and nothing keeps them from being altered.

        Args:
            loss: of production.
            number: the number of the copies.
            place: where they are.
            known: what isolation says of their data set in their repository, of the best copy.
        """
        if known.lock not in HOLDING or place.copy is None or place.copy.offline:
            return False
        if place.copy.lock in HOLDING or place.copy.lock is LockMode.UNKNOWN:
            return False
        return not self._kept(number) and self.can_alter(loss, place)

    def _names(self, loss: Loss) -> list[str]:
        """Give the accounts that are in somebody else's hands."""
        if loss.kind is not LossKind.PRODUCTION:
            return [loss.key]
        principals = effective_rights(self._organisation).principals
        return [key for key, kind in principals.items() if kind in PRODUCTION]

    def _unlocked(self, repository: str) -> Mapping[bool, list[int]]:
        """Give a repository's copies that no lock keeps, by whether rules alone lock them."""
        if repository not in self._open:
            found: dict[bool, list[int]] = {}
            for number in self._by_repository[repository]:
                if not self._kept(number):
                    found.setdefault(self._by_number[number].governed, []).append(number)
            self._open[repository] = found
        return self._open[repository]

    @cached_property
    def _open(self) -> dict[str, Mapping[bool, list[int]]]:
        return {}

    def _acting(self, key: str, repository: str) -> tuple[str, ...]:
        """Give in whose names an account can act.

        Whoever of production can alter copies where backup administrators sign in can act as those.
        """
        one = self._plan.repositories.get(repository)
        if one is None or key not in self._takers(one.authentication_domain):
            return (key,)
        return (key, *self._administrators)

    @cached_property
    def _administrators(self) -> tuple[str, ...]:
        principals = effective_rights(self._organisation).principals
        wanted = PrincipalKind.BACKUP_ADMINISTRATOR
        return tuple(key for key, kind in principals.items() if kind is wanted)

    def _able(self, principals: Iterable[str], repository: str, governed: bool) -> bool | None:
        """Whether any of some accounts can alter copies in a repository; None if not known."""
        rights = effective_rights(self._organisation)
        unknown = False
        for key in principals:
            for right in UNLOCKING if governed else ALTERING_RIGHTS:
                asked = (key, repository, right)
                if asked not in self._allowed:
                    self._allowed[asked] = rights.knows(*asked).allowed
                allowed = self._allowed[asked]
                if allowed:
                    return True
                unknown = unknown or allowed is None
        return None if unknown else False

    @cached_property
    def _allowed(self) -> dict[tuple[str, str, Right], bool | None]:
        return {}

    def _takers(self, domain: str) -> frozenset[str]:
        """Give the accounts of production's that can alter copies in a domain."""
        if domain not in self._taken:
            rights, found = effective_rights(self._organisation), set[str]()
            if domain.casefold() not in NOWHERE:
                for one in self._plan.repositories.values():
                    if one.authentication_domain == domain:
                        held = rights.holders(one.key, ALTERING_RIGHTS, PRODUCTION)
                        found.update(holding.principal for holding in held)
            self._taken[domain] = frozenset(found)
        return self._taken[domain]

    @cached_property
    def _taken(self) -> dict[str, frozenset[str]]:
        return {}

    def _kept(self, number: int) -> bool:
        """Whether a lock that nobody's rights open keeps a copy there; looked up once."""
        if number not in self._locks:
            place = self._by_number[number]
            owners = self._graph.owners.get(place.data_set)
            start = self._organisation.bases[owners[0]] if owners else None
            self._locks[number] = self._looks.locked(place, start) is not None
        return self._locks[number]

    @cached_property
    def _locks(self) -> dict[int, bool]:
        return {}

"""Everything single that a plan knows and that can be lost."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from refloat.assess.access.isolation import effective_rights
from refloat.assess.ahead.compromise import NOWHERE
from refloat.assess.ahead.places import Place
from refloat.assess.organisation import Organisation
from refloat.model.ahead import Loss, LossKind

EVERYTHING = "production"
"""The key of the loss of all that runs, and of every account of production's."""


class KnownLosses:
    """Knows what can be lost.

    Args:
        organisation: the organisation at an instant.
        by_number: by the number of a ``copy``, its place.
    """

    def __init__(self, organisation: Organisation, by_number: Mapping[int, Place]) -> None:
        self._organisation = organisation
        self._plan = organisation.plan
        self._by_number = by_number

    def knows(self, loss: Loss) -> bool:
        """Whether the plan knows what is lost."""
        plan = self._plan
        keyed: Mapping[LossKind, Container[str]] = {
            LossKind.VENDOR: plan.vendors,
            LossKind.PERSON: plan.people,
            LossKind.SERVICE: plan.services,
            LossKind.COMPONENT: plan.components,
            LossKind.PLATFORM: plan.platforms,
        }
        if loss.kind in keyed:
            return loss.key in keyed[loss.kind]
        if loss.kind is LossKind.PRODUCTION:
            return loss.key == EVERYTHING and bool(plan.components or plan.services)
        return replace(loss, for_good=False) in self._few

    @cached_property
    def _few(self) -> frozenset[Loss]:
        """Give the losses of kinds of which there are few."""
        return frozenset(self._places())

    @cached_property
    def losses(self) -> tuple[Loss, ...]:
        """Everything single that the plan knows and that can be lost, sorted."""
        return tuple(sorted(set(self._all())))

    def _places(self) -> Iterator[Loss]:
        plan = self._plan
        for site in self.sites:
            yield Loss(LossKind.SITE, site)
        for domain in self.domains:
            yield Loss(LossKind.FAILURE_DOMAIN, domain)
        for one in plan.repositories.values():
            if one.authentication_domain.casefold() not in NOWHERE:
                yield Loss(LossKind.AUTHENTICATION_DOMAIN, one.authentication_domain)
        for key in effective_rights(self._organisation).principals:
            yield Loss(LossKind.PRINCIPAL, key)
        seen = (place.repository for place in self._by_number.values())
        for key in dict.fromkeys((*plan.repositories, *seen)):
            yield Loss(LossKind.REPOSITORY, key)

    def _all(self) -> Iterator[Loss]:
        plan = self._plan
        yield from self._few
        keyed: tuple[tuple[LossKind, Iterable[str]], ...] = (
            (LossKind.VENDOR, plan.vendors),
            (LossKind.PERSON, plan.people),
            (LossKind.SERVICE, plan.services),
            (LossKind.COMPONENT, plan.components),
            (LossKind.PLATFORM, plan.platforms),
        )
        for kind, keys in keyed:
            for key in keys:
                yield Loss(kind, key)
        if plan.components or plan.services:
            yield Loss(LossKind.PRODUCTION, EVERYTHING)

    @cached_property
    def sites(self) -> frozenset[str]:
        """Every site that the plan names."""
        plan = self._plan
        named = {one.site for one in plan.components.values()}
        named |= {one.site for one in plan.repositories.values()}
        return frozenset((*plan.sites, *named)) - {""}

    @cached_property
    def domains(self) -> frozenset[str]:
        """Every failure domain that is none of the sites."""
        named = {one.failure_domain for one in self._plan.repositories.values()}
        seen = {place.domain for place in self._by_number.values()}
        return frozenset(named | seen) - self.sites - {""}

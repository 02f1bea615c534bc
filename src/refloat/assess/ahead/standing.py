"""Where things stand, as far as anybody wrote it down: at which site, or at which vendor's.

What nobody wrote down may stand anywhere. A place of copies is elsewhere only if its words say so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cached_property

from refloat.assess.ground.plan_graph import PlanGraph
from refloat.model.plan import Component, ComponentKind, Plan

RENTED = frozenset({ComponentKind.VENDOR, ComponentKind.MICROSOFT_365})
"""Kinds of component that stand at a vendor's, wherever that is."""

_AWAY = tuple(
    map(
        frozenset,
        (
            *(("home",), ("cloud",), ("abroad",), ("overseas",), ("offsite",), ("off", "site")),
            *(("elsewhere",), ("remote",)),
            *(("aws",), ("azure",), ("another", "town"), ("another", "city")),
            *(("another", "country"), ("another", "region")),
        ),
    )
)
"""Words with which people say that something is not where the others are."""

_MICROSOFT = frozenset({"microsoft", "ms", "365", "m365", "o365", "office365", "entra"})


class Standing:
    """Says where things stand.

    Args:
        plan: the plan.
        sites: every site that it names.
    """

    def __init__(self, plan: Plan, sites: Collection[str]) -> None:
        self._plan = plan
        self._sites = sites
        self._known: dict[tuple[str, str, str], bool | None] = {}

    def at_site(self, site: str, own: str, domain: str) -> bool | None:
        """Whether copies stand at a site; None if nobody can say.

        Args:
            site: the site.
            own: the site at which the plan says that they stand; empty if it says none.
            domain: what they fail together with; empty if nobody said.
        """
        asked = (site, own, domain)
        if asked not in self._known:
            self._known[asked] = self._at_site(site, own, domain)
        return self._known[asked]

    def _at_site(self, site: str, own: str, domain: str) -> bool | None:
        if site in (own, domain):
            return True
        if own or domain in self._sites:
            return False
        said = words(domain)
        if not said or words(site) <= said:
            return None
        return False if any(one <= said for one in self._elsewhere(site)) else None

    def _elsewhere(self, site: str) -> Iterator[frozenset[str]]:
        yield from (one for key, one in self._words_of_sites.items() if key != site)
        yield from self._words_of_vendors
        yield from _AWAY

    @cached_property
    def _words_of_sites(self) -> dict[str, frozenset[str]]:
        return {key: said for key in sorted(self._sites) if (said := words(key))}

    @cached_property
    def _words_of_vendors(self) -> frozenset[frozenset[str]]:
        some = self._plan.vendors.values()
        return frozenset(
            said for one in some for said in (_of_key(one.key), words(one.name)) if said
        )

    def perhaps_at(self, vendor: str, graph: PlanGraph) -> Iterator[str]:
        """Give what stands at a vendor's that nobody named, and that may be this one.

        Vendors of whose name it has a word are meant, if there are any; else those that its service
        names, but for whoever looks after recoveries; else each may be.
        """
        vendors, services = self._plan.vendors, self._plan.services
        for one, hosts in self._rented:
            if not hosts:
                some = (
                    key
                    for owner in graph.owners.get(one.key, ())
                    for key in services[owner].vendors
                )
                hosts = frozenset(key for key in some if not vendors[key].provider)
            if not hosts or vendor in hosts:
                yield one.key

    @cached_property
    def _rented(self) -> tuple[tuple[Component, frozenset[str]], ...]:
        """Give what nobody named a vendor of, and the vendors of whose name it has a word."""
        return tuple(
            (one, self._alike(one))
            for one in self._plan.components.values()
            if one.kind in RENTED and one.vendor is None
        )

    def _alike(self, one: Component) -> frozenset[str]:
        said = words(one.key) | words(one.name)
        if one.kind is ComponentKind.MICROSOFT_365:
            said |= _MICROSOFT
        return frozenset(
            key
            for key, vendor in self._plan.vendors.items()
            if said & (_of_key(key) | words(vendor.name))
        )


def words(name: str) -> frozenset[str]:
    """Give the words of a name; single letters say nothing."""
    return frozenset(word for word in re.split(r"[\W_]+", name.casefold()) if len(word) > 1)


def _of_key(vendor: str) -> frozenset[str]:
    return words(vendor) - {"vendor"}

"""Where keys are kept: in words that may name the plan's own things, or with Refloat's machine.

A password of which the plan gives only the reference lies on the machine on which Refloat runs;
``key_kept`` says where another copy of it is, for the day when that machine is gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from refloat.assess.ahead.buried import secrets
from refloat.assess.ahead.network import Node
from refloat.assess.ahead.places import Places
from refloat.assess.ahead.standing import words
from refloat.model.plan import Plan


def is_read_here(plan: Plan, repository: str) -> bool:
    """Whether only the machine on which Refloat runs is said to have a repository's secrets."""
    one = plan.repositories.get(repository)
    return one is not None and not one.key_kept and any(True for _ in secrets(one.options))


def holding(plan: Plan, kept: str) -> tuple[str, ...]:
    """Give the people whom some words about a place of keys name."""
    if not kept:
        return ()
    spaced = " ".join(re.split(r"[^\w-]+", f" {kept.casefold()} "))
    return tuple(
        key
        for key, person in plan.people.items()
        if any(f" {name.casefold()} " in spaced for name in (key, person.name) if name)
    )


class KeysAt:
    """Says which keys are perhaps gone with a site, or with everything that runs.

    Args:
        plan: the plan.
        looks: knows what the places of keys name.
        known: by node, its number.
    """

    def __init__(self, plan: Plan, looks: Places, known: Mapping[Node, int]) -> None:
        self._plan = plan
        self._looks = looks
        self._known = known

    def site(self, site: str) -> Iterator[int]:
        """Give the keys that are perhaps kept at a site."""
        name = words(site)
        for number, said in self._said.items():
            if name and name <= said:
                yield number
        for number, sites in self._read.items():
            if site in sites or not sites or "" in sites:
                yield number

    def production(self) -> Iterator[int]:
        """Give the keys that are perhaps lost with everything that runs."""
        yield from self._read

    @cached_property
    def _said(self) -> Mapping[int, frozenset[str]]:
        """Give, by keys, the words on where they are kept, unless those name a thing of ours."""
        plan, found = self._plan, {}
        for kind, some in (("repository", plan.repositories), ("platform", plan.platforms)):
            for key, one in some.items():
                number = self._known.get(("keys", f"{kind} {key}"))
                if number is not None and one.key_kept and not self._looks.named(one.key_kept)[0]:
                    found[number] = words(one.key_kept)
        return found

    @cached_property
    def _read(self) -> Mapping[int, frozenset[str]]:
        """Give, by keys that are read where Refloat runs, the sites of what it copies with them."""
        found: dict[int, set[str]] = {}
        by_repository: dict[str, set[str]] = {}
        for key in self._plan.repositories:
            number = self._known.get(("keys", f"repository {key}"))
            if number is not None and is_read_here(self._plan, key):
                found[number] = by_repository[key] = set()
        if found:
            for one in self._plan.components.values():
                for key in one.repositories if one.protection is not None else ():
                    if key in by_repository:
                        by_repository[key].add(one.site)
        return {number: frozenset(sites) for number, sites in found.items()}

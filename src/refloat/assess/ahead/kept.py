"""Where keys are kept: in words that may name the plan's own things, or with Refloat's machine.

A password of which the plan gives only the reference lies on the machine on which Refloat runs;
``key_kept`` says where another copy of it is, for the day when that machine is gone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

from refloat.assess.ahead.buried import secrets
from refloat.assess.ahead.machine import OwnMachine
from refloat.assess.ahead.network import Node
from refloat.assess.ahead.places import Place, Places
from refloat.assess.ahead.standing import words
from refloat.model.ahead import Loss
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
    """Says which keys are perhaps gone with a site, or with the machine on which Refloat runs.

    Args:
        plan: the plan.
        looks: knows what the places of keys name.
        machine: knows what takes that machine.
        known: by node, its number.
        copies: every place of copies.

    Attributes:
        machine: as given.
    """

    def __init__(
        self,
        plan: Plan,
        looks: Places,
        machine: OwnMachine,
        known: Mapping[Node, int],
        copies: Collection[Place],
    ) -> None:
        self._plan = plan
        self._looks = looks
        self.machine = machine
        self._known = known
        self._copies = copies

    def site(self, site: str) -> Iterator[int]:
        """Give the keys whose place has a site's name in its words."""
        name = words(site)
        for number, said in self._said.items():
            if name and name <= said:
                yield number

    def read_here(self, loss: Loss) -> Iterator[int]:
        """Give the keys that are perhaps lost with the machine that alone has them."""
        for number, copied in self._read.items():
            if self.machine.lost_with(loss, copied):
                yield number

    @cached_property
    def _said(self) -> Mapping[int, frozenset[str]]:
        """Give, by keys, the words on where they are kept, unless those name a thing of ours."""
        plan, said = self._plan, dict[str, str]()
        for kind, some in (("repository", plan.repositories), ("platform", plan.platforms)):
            said |= {f"{kind} {key}": one.key_kept for key, one in some.items()}
        for place in self._copies:
            if place.copy is not None and place.copy.key_kept:
                said[f"{place.repository}: {place.copy.key_kept}"] = place.copy.key_kept
        found = {}
        for key, kept in said.items():
            number = self._known.get(("keys", key))
            if number is not None and kept and not self._looks.named(kept)[0]:
                found[number] = words(kept)
        return found

    @cached_property
    def _read(self) -> Mapping[int, frozenset[str]]:
        """Give, by keys that are read where Refloat runs, what it copies with them."""
        found: dict[int, set[str]] = {}
        by_repository: dict[str, set[str]] = {}
        for key in self._plan.repositories:
            number = self._known.get(("keys", f"repository {key}"))
            if number is not None and is_read_here(self._plan, key):
                found[number] = by_repository[key] = set()
        for key in self.machine.copied if found else ():
            for repository in self._plan.components[key].repositories:
                if repository in by_repository:
                    by_repository[repository].add(key)
        return {number: frozenset(copied) for number, copied in found.items()}

"""Which component of the plan a name of somebody else's tool means: what people say, never a guess.

A name that equals a component's key means it, and so does a component's name for people where only
one has it: the feed understands both everywhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from refloat.model.errors import UsageProblem
from refloat.model.plan import Plan
from refloat.plan import did_you_mean
from refloat.platforms import Fact

ANYTHING = "*"
"""What stands for any signs in a name that people say."""


class Names:
    """Says what the names of a tool mean.

    Args:
        plan: the plan.
        said: ``NAME=KEY``, each; ``*`` in a name stands for anything. One name may be said with
            several keys, when one copy holds several things.

    Raises:
        UsageProblem: if one cannot be meant, or names no component.
    """

    def __init__(self, plan: Plan, said: Iterable[str]) -> None:
        self._plan = plan
        self._said = [(text, *_parts(plan, text)) for text in said]
        names = Counter(_folded(one.name) for one in plan.components.values())
        self._called = {
            _folded(one.name): key
            for key, one in plan.components.items()
            if names[_folded(one.name)] == 1
        }
        self._used: set[str] = set()
        self._found: dict[str, tuple[str, ...]] = {}

    def of(self, name: str) -> tuple[str, ...]:
        """Give the keys of the components that a name means; none if nobody said."""
        if name not in self._found:
            fitting = [one for one in self._said if one[1].fullmatch(name)]
            self._used.update(text for text, _, _ in fitting)
            keys = tuple(dict.fromkeys(key for _, _, key in fitting))
            self._found[name] = keys or self._itself(name)
        return self._found[name]

    @property
    def unused(self) -> tuple[str, ...]:
        """What people said that no name fitted so far."""
        return tuple(text for text, _, _ in self._said if text not in self._used)

    def _itself(self, name: str) -> tuple[str, ...]:
        if name in self._plan.components:
            return (name,)
        key = self._called.get(_folded(name))
        return (key,) if key is not None else ()


def renamed(fact: Fact, names: Names) -> tuple[list[dict[str, Any]], list[str]]:
    """Give a fact in the plan's words: once for each component that its name means.

    Returns:
        The facts, and the names in it that mean nothing in the plan. A fact about nothing else is
        left out.
    """
    if "dataset_refs" in fact:
        return _of_several(fact, names)
    name = fact.get("dataset_ref")
    if not name:
        return [dict(fact)], []
    keys = names.of(name)
    if not keys:
        return [], [name]
    of_one: Mapping[str, Any] = {"external_name": name, **fact}
    identity = fact["external_id"]
    return [
        {
            **of_one,
            "dataset_ref": key,
            "external_id": identity if number == 0 else of_part(identity, key),
        }
        for number, key in enumerate(keys)
    ], []


class Places:
    """Says which repositories of the plan a tool's own names of places mean.

    Args:
        plan: the plan.
        said: ``NAME=KEY``, or ``KEY`` alone for the one place where all copies are.

    Raises:
        UsageProblem: if one names no repository, or two stand alone.
    """

    def __init__(self, plan: Plan, said: Iterable[str]) -> None:
        pairs = [one.rpartition("=") for one in said]
        for _, _, key in pairs:
            if key not in plan.repositories:
                raise UsageProblem(
                    f"the plan has no repository {key!r}",
                    hint=did_you_mean(key, plan.repositories, "Write --repository NAME=KEY."),
                )
        alone = [key for name, _, key in pairs if not name]
        if len(alone) > 1:
            raise UsageProblem(
                "two repositories are said to hold every copy",
                hint="Write --repository NAME=KEY for each name that the platform uses.",
            )
        self._plan = plan
        self._alone = alone[0] if alone else ""
        self._named = {name: key for name, _, key in pairs if name}

    def put(self, fact: dict[str, Any]) -> list[str]:
        """Put the places of a recovery point into the plan's words.

        Returns:
            The names in it that are no repository of the plan.
        """
        if fact["kind"] != "recovery_point":
            return []
        copies = [dict(copy) for copy in fact.get("copies", ())]
        if not copies and self._alone:
            copies = [{"location": self._alone}]
        for copy in copies:
            known = self._alone if len(copies) == 1 else ""
            copy["location"] = self._named.get(copy["location"], known or copy["location"])
        if copies:
            fact["copies"] = copies
        names = [copy["location"] for copy in copies]
        return [name for name in names if name not in self._plan.repositories]


def of_part(identity: str, key: str) -> str:
    """Give the id of a point of one component, where one copy holds several."""
    return f"{identity}#{key}"


def _of_several(fact: Fact, names: Names) -> tuple[list[dict[str, Any]], list[str]]:
    known = {name: names.of(name) for name in fact["dataset_refs"]}
    keys = list(dict.fromkeys(key for keys in known.values() for key in keys))
    unknown = [name for name, found in known.items() if not found]
    if unknown and not keys:
        return [], unknown  # none at all would mean everything of its service
    return [{**fact, "dataset_refs": keys}], unknown


def _parts(plan: Plan, text: str) -> tuple[re.Pattern[str], str]:
    name, found, key = text.rpartition("=")
    if not found or not name or not key:
        raise UsageProblem(
            f"{text!r} does not say what means what",
            hint="Write --data-set 'NAME OF THE TOOL=KEY OF THE COMPONENT'.",
        )
    if key not in plan.components:
        raise UsageProblem(
            f"the plan has no component {key!r}",
            hint=did_you_mean(key, plan.components, "refloat plan check names the plan."),
        )
    return re.compile(".*".join(map(re.escape, name.split(ANYTHING))), re.S), key


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())

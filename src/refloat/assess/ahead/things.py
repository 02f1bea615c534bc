"""Makes a network thing by thing: numbers them, and remembers what each needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from refloat.assess.ahead.naming import BACK, KINDS, Names, Numbers
from refloat.assess.ahead.network import Node
from refloat.assess.ahead.places import Place
from refloat.model.plan import Plan


class Things:
    """The things of a network that is being made.

    Args:
        plan: the plan; its components and services have their things from the start.
        written: by component and service, what it cannot run without, each once.

    Attributes:
        first: by component and service, the number of its first thing; the others follow.
        nodes: by number, what each is.
        known: the other way round.
        all_of: by number, what it needs.
        any_of: by number, of what it needs one each.
        doubtful: what perhaps never holds.
    """

    def __init__(self, plan: Plan, written: Mapping[str, tuple[str, ...]]) -> None:
        self._plan = plan
        self._written = written
        self.nodes = Names({**plan.components, **plan.services})
        self.known = Numbers(self.nodes)
        self.first: Mapping[str, int] = self.nodes.first
        backs = range(BACK, len(self.nodes), len(KINDS))
        self._back = dict(zip(self.first, backs, strict=True)).__getitem__
        self.all_of: list[tuple[int, ...]] = [()] * len(self.nodes)
        self.any_of: list[tuple[tuple[int, ...], ...]] = [()] * len(self.nodes)
        self.doubtful: set[int] = set()

    def add(self, kind: str, key: str) -> int:
        """Give the number of a thing; a new one that needs nothing, if it is not known."""
        node = (kind, key)
        return self.known[node] if node in self.known else self.new(node)

    def new(self, node: Node) -> int:
        """Give the number of a new thing that needs nothing."""
        self.all_of.append(())
        self.any_of.append(())
        return self.known.add(node)

    def copy(self, place: Place, opens: tuple[int, ...]) -> int:
        """Give the number of new copies in a place.

        Args:
            place: the place.
            opens: what opens them, each once.
        """
        self.all_of.append(opens)
        self.any_of.append(())
        return self.nodes.append(place)

    def needs(
        self, number: int, every: Iterable[int], one_of: Iterable[Sequence[int]] = ()
    ) -> None:
        """Say what a thing needs."""
        self.all_of[number] = tuple(dict.fromkeys(every))
        self.any_of[number] = tuple(map(tuple, map(dict.fromkeys, one_of)))

    def backs(self, keys: Iterable[str]) -> list[int]:
        """Give the numbers of what is back; what the plan does not know is passed over."""
        first = self.first
        return [first[key] + BACK for key in keys if key in first]

    def hard(self, key: str) -> tuple[int, ...]:
        """Give the numbers of what must be back for a component or service, each once."""
        wanted = self._written[key]
        try:
            return tuple(map(self._back, wanted))
        except KeyError:
            return tuple(self.backs(wanted))

    def doubt(self, key: str) -> int:
        """Give a thing that holds in the hopeful reading only."""
        number = self.add("doubt", key)
        self.doubtful.add(number)
        return number

    def never(self) -> int:
        """Give a thing that never holds."""
        number = self.add("doubt", "")
        self.any_of[number] = ((),)
        return number

    def people(self, keys: Iterable[str]) -> list[int]:
        """Give some people and their deputies."""
        found: list[int] = []
        for key in keys:
            found.append(self.add("person", key))
            known = self._plan.people.get(key)
            if known is not None and known.deputy is not None:
                found.append(self.add("person", known.deputy))
        return found

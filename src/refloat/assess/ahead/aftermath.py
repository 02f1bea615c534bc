"""What a scenario leaves: what falls at once, what comes back, and what nobody can say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from refloat.assess.ahead.network import fallen, solved_twice
from refloat.assess.ahead.recovery_network import BACK, RecoveryNetwork, recovery_network
from refloat.assess.organisation import Organisation
from refloat.model.ahead import Fate, Loss, Scenario
from refloat.model.plan import Plan, Service


@dataclass(frozen=True)
class Aftermath:
    """What a scenario leaves, by the numbers of the network.

    Attributes:
        network: the network.
        scenario: what happens.
        hopeful: by number, whether it holds if only that falls which surely does.
        cautious: by number, whether it holds if all falls that perhaps does.
        surely_down: by number, whether it surely falls before anything is brought back.
        perhaps_down: the same, and what perhaps falls.
        surely: by the number of what falls first, with which loss it surely falls.
        perhaps: by the number of what falls first, with which loss it perhaps falls.
    """

    network: RecoveryNetwork
    scenario: Scenario
    hopeful: bytearray
    cautious: bytearray
    surely_down: bytearray
    perhaps_down: bytearray
    surely: Mapping[int, Loss]
    perhaps: Mapping[int, Loss]

    @cached_property
    def plan(self) -> Plan:
        """The plan."""
        return self.network.plan

    @property
    def organisation(self) -> Organisation:
        """The organisation."""
        return self.network.organisation

    def number(self, kind: str, key: str) -> int:
        """Give the number of a thing that the network has."""
        return self.network.numbers[kind, key]

    def is_down(self, key: str) -> bool:
        """Whether a service or component is down, or perhaps is."""
        return bool(self.perhaps_down[self.network.first[key] + BACK])

    def is_lost(self, key: str) -> bool:
        """Whether a service or component itself is lost, or perhaps is."""
        number = self.network.first[key]
        return number in self.surely or number in self.perhaps

    def comes_back(self, key: str) -> bool:
        """Whether a service or component surely comes back, or never went."""
        number = self.network.first[key] + BACK
        return not self.perhaps_down[number] or bool(self.cautious[number])

    def fate(self, key: str) -> Fate:
        """Say what becomes of a service or component; what it can do without is not looked at."""
        number = self.network.first[key] + BACK
        if not self.perhaps_down[number]:
            return Fate.UNTOUCHED
        if self.cautious[number]:
            return Fate.BACK
        surely = self.surely_down[number] and not self.hopeful[number]
        return Fate.GONE if surely else Fate.UNKNOWN

    @cached_property
    def lost_components(self) -> tuple[str, ...]:
        """Components that are lost themselves, or perhaps are, in the plan's order."""
        return tuple(key for key in self.plan.components if self.is_lost(key))

    def missed_in_bringing(self, component: str) -> tuple[str, ...]:
        """Name the people who are away, and whom the steps that bring something back wait for."""
        steps = (
            one
            for key in self.network.graph.owners.get(component, ())
            for one in self.missed_in_steps(self.plan.services[key], component)
        )
        return tuple(dict.fromkeys(steps))

    def missed_in_steps(self, service: Service, brings_back: str = "") -> tuple[str, ...]:
        """Name the people who are away, and whom a service's written steps perhaps wait for.

        Args:
            service: the service.
            brings_back: a component, to look at the steps alone that bring it back.
        """
        found: dict[str, None] = {}
        for position, step in enumerate(service.steps):
            if brings_back and step.brings_back != brings_back:
                continue
            node = ("step", f"{service.key}/{position}")
            if step.who is None or node not in self.network.numbers:
                continue
            person = self.network.numbers.get(("person", step.who))
            if self.undecided(self.network.numbers[node]) and person in self.perhaps:
                found[step.who] = None
        return tuple(found)

    def undecided(self, number: int) -> bool:
        """Whether nobody can say if a thing holds."""
        return bool(self.hopeful[number]) and not self.cautious[number]


def aftermath(organisation: Organisation, scenario: Scenario) -> Aftermath:
    """Work out what a scenario leaves.

    Args:
        organisation: the organisation at the instant of loss.
        scenario: what happens; losses that the plan does not know take nothing away.
    """
    network = recovery_network(organisation)
    surely = _first(network.strikes, scenario.losses)
    perhaps = _first(network.perhaps, scenario.losses)
    surely_down = fallen(network, surely, network.restored)
    perhaps_down = surely_down
    if network.seen or not perhaps.keys() <= network.by_number.keys():  # copies take nothing down
        without = network.restored_or_doubtful if network.seen else network.restored
        start = None if network.seen else surely_down
        perhaps_down = fallen(network, (*surely, *perhaps), without, start)
    all_of_it = {*surely, *perhaps, *network.doubtful}
    hopeful, cautious = solved_twice(network, surely, all_of_it)
    return Aftermath(
        network=network,
        scenario=scenario,
        hopeful=hopeful,
        cautious=cautious,
        surely_down=surely_down,
        perhaps_down=perhaps_down,
        surely=surely,
        perhaps=perhaps,
    )


def _first(strikes: Mapping[object, tuple[int, ...]], losses: Iterable[Loss]) -> dict[int, Loss]:
    """Give, by number, the first loss with which it falls."""
    found: dict[int, Loss] = {}
    for loss in losses:
        numbers = strikes.get(loss, ())
        if found:
            for number in numbers:
                found.setdefault(number, loss)
        else:
            found = dict.fromkeys(numbers, loss)
    return found

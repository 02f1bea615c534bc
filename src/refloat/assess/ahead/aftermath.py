"""What a scenario leaves: what falls at once, what comes back, and what nobody can say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from refloat.assess.ahead.network import after, fallen
from refloat.assess.ahead.recovery_network import RecoveryNetwork, recovery_network
from refloat.assess.organisation import Organisation
from refloat.model.ahead import Fate, Loss, Scenario
from refloat.model.plan import Plan


@dataclass(frozen=True)
class Aftermath:
    """What a scenario leaves, by the numbers of the network.

    Attributes:
        network: the network.
        scenario: what happens.
        hopeful: by number, whether it holds if only that falls which surely does.
        cautious: by number, whether it holds if all falls that perhaps does.
        surely_down: what falls before anything is brought back, surely.
        perhaps_down: the same, and what perhaps falls.
        surely: by the number of what falls first, with which loss it surely falls.
        perhaps: by the number of what falls first, with which loss it perhaps falls.
    """

    network: RecoveryNetwork
    scenario: Scenario
    hopeful: bytes
    cautious: bytes
    surely_down: frozenset[int]
    perhaps_down: frozenset[int]
    surely: Mapping[int, Loss]
    perhaps: Mapping[int, Loss]

    @property
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
        return self.number("back", key) in self.perhaps_down

    def is_lost(self, key: str) -> bool:
        """Whether a service or component itself is lost, or perhaps is."""
        number = self.number("running", key)
        return number in self.surely or number in self.perhaps

    def comes_back(self, key: str) -> bool:
        """Whether a service or component surely comes back, or never went."""
        return not self.is_down(key) or bool(self.cautious[self.number("back", key)])

    def fate(self, key: str) -> Fate:
        """Say what becomes of a service or component; what it can do without is not looked at."""
        number = self.number("back", key)
        if number not in self.perhaps_down:
            return Fate.UNTOUCHED
        if self.cautious[number]:
            return Fate.BACK
        surely = number in self.surely_down and not self.hopeful[number]
        return Fate.GONE if surely else Fate.UNKNOWN

    @cached_property
    def lost_components(self) -> tuple[str, ...]:
        """Components that are lost themselves, or perhaps are, in the plan's order."""
        return tuple(key for key in self.plan.components if self.is_lost(key))

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
    restored = network.restored
    surely_down = fallen(network, surely, restored)
    if perhaps or network.seen:
        without = restored | network.doubtful
        perhaps_down = fallen(network, {*surely, *perhaps}, without)
    else:
        perhaps_down = surely_down
    return Aftermath(
        network=network,
        scenario=scenario,
        hopeful=bytes(after(network, scenario.losses, cautious=False)),
        cautious=bytes(after(network, scenario.losses, cautious=True)),
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

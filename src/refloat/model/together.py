"""Data that must be of one time: what becomes of it, and what rests on it if it may not fit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    """To which common time data sets come back that belong together, or may.

    What each of them alone could give is ``DataSetOutcome.loss_seconds``. Only groups are told
    whose members' newest states lie further apart than the policy allows.

    Attributes:
        name: the consistency group; of data sets that the plan puts into none, the service's key.
        named: whether the plan names the group; else nobody said whether they belong together.
        data_sets: keys of the components that have to be of one time.
        services: keys of the services that own them.
        fits: whether states of all of them survive that lie no further apart than is allowed.
        loss_seconds: the instant of loss less the common time; where they do not fit, less the
            oldest time in the closest set; None if a part of a named group does not come back.
        skew_seconds: the spread of the set that is taken, or comes closest; None likewise.
        allowed_seconds: the largest spread that the policy allows.
        because: all of that, in a sentence.
    """

    name: str
    named: bool
    data_sets: tuple[str, ...]
    services: tuple[str, ...]
    fits: bool
    loss_seconds: float | None
    skew_seconds: float | None
    allowed_seconds: float
    because: str


@dataclass(frozen=True, slots=True)
class Misfit:
    """Data of one time that comes back and may not fit together, and how a service rests on it.

    Attributes:
        group: the consistency group.
        way: keys of services, each of which cannot run without the next: the service itself first,
            one whose own data it is last. If it is alone, the data is its own.
    """

    group: str
    way: tuple[str, ...]

    @property
    def own(self) -> bool:
        """Whether the data is the service's own."""
        return len(self.way) == 1

    @property
    def drawn(self) -> str:
        """Draw the way as people do: ``payments <- ledger``."""
        return " <- ".join(self.way)

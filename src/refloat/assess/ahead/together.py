"""To which common time data comes back that has to be of one time.

A consistency group of the plan comes back as of the newest time from which states of all its data
sets survive that lie no further apart than the policy allows. What is still in use is such a state,
of the instant of the loss; it can also be put back to a copy. Data sets of a service that the plan
puts into no group come back as a drill would choose them; whether they belong together, nobody said
(decision 13).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

from refloat.assess import words
from refloat.assess.ahead.aftermath import Aftermath
from refloat.assess.ahead.copies_left import locked_only
from refloat.assess.ground.common_point import Timed, narrowest, newest_within, span_of
from refloat.model.ahead import DataSetOutcome, Fate, GroupOutcome

_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _State:
    """Data as it was at one time: of a copy, or of the instant of the loss, if it was not lost."""

    consistency_time: datetime
    identity: str = ""


class Together:
    """Looks at data that has to be of one time.

    Args:
        left: what a scenario leaves.
        data: what becomes of the data that is lost, by component.
    """

    def __init__(self, left: Aftermath, data: Mapping[str, DataSetOutcome]) -> None:
        self._left = left
        self._plan = left.plan
        self._data = data
        self._skew = left.plan.policy.skew
        self._allowed = self._skew.total_seconds()

    @cached_property
    def outcomes(self) -> tuple[GroupOutcome, ...]:
        """Every group of which a part is lost, and whose newest states lie too far apart."""
        named = (self._named(name, some) for name, some in self._groups.items())
        own = (self._unnamed(key) for key in self._apart)
        return tuple(one for one in (*named, *own) if one is not None)

    @cached_property
    def by_service(self) -> Mapping[str, tuple[GroupOutcome, ...]]:
        """The same, by the service whose data is in it."""
        found: dict[str, list[GroupOutcome]] = {}
        for one in self.outcomes:
            for service in one.services:
                found.setdefault(service, []).append(one)
        return {key: tuple(some) for key, some in found.items()}

    def told(self, data_sets: tuple[DataSetOutcome, ...]) -> tuple[DataSetOutcome, ...]:
        """Say of data sets that come back if nobody can say whether they fit together."""
        return tuple(map(self._told, data_sets)) if self._misfits else data_sets

    def _told(self, one: DataSetOutcome) -> DataSetOutcome:
        if one.lost and one.fate is Fate.BACK and one.data_set in self._misfits:
            text = one.because.removesuffix(".")
            group = self._misfits[one.data_set]
            text += f"; nobody can say whether it fits together with the rest of {group}."
            return replace(one, because=text)
        return one

    @cached_property
    def _misfits(self) -> Mapping[str, str]:
        """Give, by data set, the consistency group that cannot be brought back to one time."""
        found = (one for one in self.outcomes if one.named and not one.fits)
        return {key: one.name for one in found for key in one.data_sets}

    @cached_property
    def _apart(self) -> tuple[str, ...]:
        """Name services whose own lost data all comes back, in no group, and too far apart."""
        owners, components = self._left.network.graph.owners, self._plan.components
        lowest: dict[str, float] = {}
        highest: dict[str, float] = {}
        stuck: set[str] = set()
        for key, one in self._data.items():
            if not one.lost:
                continue
            seconds = one.loss_seconds if one.fate is Fate.BACK else None
            for service in owners.get(key, ()):
                if seconds is None:
                    stuck.add(service)
                elif not components[key].group:
                    if lowest.setdefault(service, seconds) > seconds:
                        lowest[service] = seconds
                    if highest.setdefault(service, seconds) < seconds:
                        highest[service] = seconds
        far = (key for key, low in lowest.items() if highest[key] - low > self._allowed)
        return tuple(key for key in far if key not in stuck)

    @cached_property
    def _groups(self) -> Mapping[str, list[str]]:
        """Give the data sets of every consistency group of the plan."""
        found: dict[str, list[str]] = {}
        for key in self._left.network.copies:
            one = self._plan.components[key]
            if one.group and one.copied:
                found.setdefault(one.group, []).append(key)
        return found

    def _named(self, name: str, keys: list[str]) -> GroupOutcome | None:
        lost = [key for key in keys if self._is_lost(key)]
        if len(keys) < 2 or not lost:
            return None
        owners = self._left.network.graph.owners
        services = tuple(dict.fromkeys(one for key in keys for one in owners.get(key, ())))
        without = [key for key in lost if self._alone(key) is None]
        said = f"{self._parts(keys)} must be of one time"
        if without:
            if len(without) == len(lost):
                return None  # of each alone it is said that it does not come back
            text = (
                f"{said}, and without {self._names(without)}, which no copy surely brings back, "
                "there is none."
            )
            return self._outcome(name, keys, services, text, named=True)
        if self._spread(keys) <= self._allowed:
            return None
        states = {key: tuple(self._states(key)) for key in keys}
        chosen = newest_within(states, self._skew)
        if chosen is not None:
            text = f"{said}: together they come back as they were {self._before(chosen)}."
            return self._outcome(name, keys, services, text, named=True, chosen=chosen)
        if not all(states.values()):
            text = f"{said}, and nobody can say as of which times all of them come back."
            return self._outcome(name, keys, services, text, named=True)
        chosen = narrowest(states)
        text = (
            f"{said}: the closest that survive lie {_apart(chosen)} apart, and "
            f"{words.duration(self._allowed)} is allowed."
        )
        return self._outcome(name, keys, services, text, named=True, chosen=chosen)

    def _unnamed(self, service: str) -> GroupOutcome:
        own = self._left.network.graph.own(service)
        lost = (key for key in own if self._is_lost(key))
        keys = [key for key in lost if not self._plan.components[key].group]
        longest = max(alone for alone in map(self._alone, keys) if alone is not None)
        anchor = self._left.organisation.instant - timedelta(seconds=longest)
        states = {key: tuple(self._states(key, anchor)) for key in keys}
        if not all(states.values()):
            text = (
                f"Nobody can say as of which times {self._parts(keys)} come back, nor whether they "
                "must be of one time."
            )
            return self._outcome(service, keys, (service,), text, named=False)
        chosen = narrowest(states)
        text = (
            f"{self._parts(keys)} come back from times {_apart(chosen)} apart, the oldest "
            f"{self._before(chosen)}; nobody wrote down whether they must be of one time."
        )
        return self._outcome(service, keys, (service,), text, named=False, chosen=chosen)

    def _outcome(
        self,
        name: str,
        keys: Iterable[str],
        services: tuple[str, ...],
        because: str,
        *,
        named: bool,
        chosen: Mapping[str, Timed] | None = None,
    ) -> GroupOutcome:
        loss = skew = None
        if chosen is not None:
            first, last = span_of(chosen.values())
            loss = (self._left.organisation.instant - first).total_seconds()
            skew = (last - first).total_seconds()
        return GroupOutcome(
            name=name,
            named=named,
            data_sets=tuple(keys),
            services=services,
            fits=skew is not None and skew <= self._allowed,
            loss_seconds=loss,
            skew_seconds=skew,
            allowed_seconds=self._allowed,
            because=because[:1].upper() + because[1:],
        )

    # One data set

    def _is_lost(self, key: str) -> bool:
        return key in self._data and self._data[key].lost

    def _alone(self, key: str) -> float | None:
        """Give how much is lost of a data set alone; None if it does not surely come back."""
        one = self._data.get(key)
        if one is None or not one.lost:
            return 0.0
        return one.loss_seconds if one.fate is Fate.BACK else None

    def _spread(self, keys: Iterable[str]) -> float:
        alone = [one for one in map(self._alone, keys) if one is not None]
        return max(alone) - min(alone)

    def _states(self, key: str, since: datetime = _EVER) -> Iterator[Timed]:
        """Give every state of a data set that can be had: from copies, and in use.

        Args:
            key: the component.
            since: from when on; of what is no newer, the newest in each place is given.
        """
        left = self._left
        network = left.network
        if not self._is_lost(key):
            yield _State(left.organisation.instant)
        start = network.owner(key)
        for number in network.copies.get(key, ()):
            if left.cautious[number]:
                place = network.by_number[number]
                locked = locked_only(left, place)
                for time in network.looks.times(place, start, locked=locked):
                    yield _State(time)
                    if time <= since:
                        break

    # In words

    def _parts(self, keys: Iterable[str]) -> str:
        return words.abridged(self._part(key) for key in keys)

    def _part(self, key: str) -> str:
        name, alone = words.component(self._plan, key), self._alone(key)
        if not self._is_lost(key):
            return f"{name} (still in use)"
        return name if alone is None else f"{name} (alone {words.duration(alone)})"

    def _names(self, keys: Iterable[str]) -> str:
        return words.abridged(words.component(self._plan, key) for key in keys)

    def _before(self, chosen: Mapping[str, Timed]) -> str:
        first, _ = span_of(chosen.values())
        lost = (self._left.organisation.instant - first).total_seconds()
        return f"{words.duration(lost)} before the loss"


def _apart(chosen: Mapping[str, Timed]) -> str:
    first, last = span_of(chosen.values())
    return words.duration((last - first) / timedelta(seconds=1))

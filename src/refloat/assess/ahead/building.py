"""Makes the things of components, written steps and services, and says what each needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from refloat.assess import words
from refloat.assess.about import called
from refloat.assess.ahead.buried import Buried, secrets
from refloat.assess.ahead.naming import BACK, RESTORED
from refloat.assess.ahead.opening import Opening
from refloat.assess.ahead.places import Place, Places
from refloat.assess.ahead.things import Things
from refloat.assess.ground.basis import HOLDS_DATA
from refloat.assess.ground.moment import Moment
from refloat.assess.ground.plan_graph import circles
from refloat.assess.ground.trials import Trial
from refloat.assess.organisation import Organisation
from refloat.model.feed import TestLevel
from refloat.model.organisation import WrittenStep
from refloat.model.plan import Component, ComponentKind, Plan, Protection, Service

_ANEW = frozenset({ComponentKind.APPLICATION, ComponentKind.INFRASTRUCTURE})
"""Kinds that people put anew by themselves, if only they know how."""


def failed(moment: Moment, service: str) -> Trial | None:
    """Give the newest test of a whole service, if it failed."""
    trial = moment.basis(service).deciding_trial()
    return trial if trial is not None and trial.passed is False else None


def although(service: Service) -> str:
    """Give the doubt about a service whose newest test failed."""
    return f"{service.name or service.key} comes back, although its newest test failed"


def in_spite(component: Component, trial: Trial) -> str:
    """Give the doubt about data whose last restore failed."""
    name = component.name or component.key
    return f"{name} can be restored after the failed restore of {words.day(trial.at)}"


def untold(service: Service) -> str:
    """Give the doubt about a service of which nobody wrote down what it consists of."""
    return f"somebody knows how to put {service.name or service.key} back"


class Steps:
    """Makes written steps.

    Args:
        plan: the plan.
        things: where the things are put.

    Attributes:
        bringing: by component, the steps that bring it back and need something themselves.
        free: components that a step brings back which needs nothing.
    """

    def __init__(self, plan: Plan, things: Things) -> None:
        self._plan = plan
        self._things = things
        self.bringing: dict[str, list[int]] = {}
        self.free: set[str] = set()

    def written(self, service: Service) -> None:
        """Look at the written steps: which bring what back, and what each needs."""
        for position, step in enumerate(service.steps):
            brings = step.brings_back
            constrained = bool(step.signs_in_with) or step.who is not None
            if brings is None or brings not in self._plan.components:
                continue
            if constrained:
                self.bringing.setdefault(brings, []).append(self.step(service, position))
            else:
                self.free.add(brings)

    def step(self, service: Service, position: int) -> int:
        """Give the number of a written step."""
        node = ("step", f"{service.key}/{position}")
        if node in self._things.known:
            return self._things.known[node]
        number, step = self._things.new(node), service.steps[position]
        people = self._things.people([step.who]) if step.who is not None else []
        self._things.needs(
            number, self.signing(service, position, step), [people] if people else []
        )
        return number

    def signing(self, service: Service, position: int, step: WrittenStep) -> Iterator[int]:
        """Give what one signs in with at a step, unless an earlier step has brought it back.

        What only later steps bring back must still run.
        """
        earlier = {one.brings_back for one in service.steps[:position]}
        to_come = {one.brings_back for one in service.steps[position:]} - {None}
        for key in step.signs_in_with:
            first = self._things.first.get(key)
            if first is None:
                continue
            if key in to_come or (key == service.key and to_come):
                yield first
            elif key != service.key and key not in earlier:
                yield first + BACK


class Components:
    """Makes components and their copies.

    Args:
        organisation: the organisation.
        moment: the same, each service looked at when it is asked for.
        looks: looks copies up.
        things: where the things are put.
        buried: knows which secrets lie inside of data sets.
        opening: makes what is opened.
        steps: the written steps, all looked at.

    Attributes:
        by_number: by the number of a ``copy``, its place.
        copies: by component that holds data, in the plan's order, the numbers of its copies.
    """

    def __init__(
        self,
        organisation: Organisation,
        moment: Moment,
        looks: Places,
        things: Things,
        buried: Buried,
        opening: Opening,
        steps: Steps,
    ) -> None:
        self._organisation = organisation
        self._plan = organisation.plan
        self._moment = moment
        self._graph = moment.index.graph
        self._looks = looks
        self._things = things
        self._opening = opening
        self._steps = steps
        self._buried = buried
        self.by_number: dict[int, Place] = {}
        self.copies: dict[str, tuple[int, ...]] = {}

    def component(self, one: Component) -> None:
        """Say when a component is restored, and when it is back."""
        running = self._things.first[one.key]
        restored, back = running + RESTORED, running + BACK
        self._things.all_of[back] = self._things.hard(one.key)
        self._things.any_of[back] = ((running, restored),)
        groups: list[Sequence[int]] = []
        if one.key in self._steps.bringing and one.key not in self._steps.free:
            groups.append(self._steps.bringing[one.key])
        every: Iterable[int] = ()
        if one.copied or one.kind in HOLDS_DATA:
            every = self.data(one, groups)
        elif one.takes is None:
            every = self.anew(one, self._graph.owners.get(one.key, ()))
        if every or groups:
            self._things.needs(restored, every, groups)

    def data(self, one: Component, groups: list[Sequence[int]]) -> Iterable[int]:
        """Give what restoring a data set needs, and add groups of what it needs one each of."""
        owners = self._graph.owners.get(one.key, ())
        self.copies[one.key] = ()
        start = self._organisation.bases[owners[0]] if owners else None
        places = self._looks.of(one, start)
        if places:
            if one.protection is not None:
                groups += self.secrets(one.protection)
            copies = tuple([self.copy(one, place) for place in places])
            self.copies[one.key] = copies
            groups.append(copies)
            trial = start.failed_restore(one.key) if start is not None else None
            if trial is None:
                return self._opening.tool(one)
            return (*self._opening.tool(one), self._things.doubt(in_spite(one, trial)))
        if one.kind in HOLDS_DATA and one.key not in self._moment.excluded:
            groups.append(())
            return ()
        return self.anew(one, owners) if one.takes is None else ()

    def secrets(self, protection: Protection) -> Iterator[Sequence[int]]:
        """Give what holds the secrets of a restore; perhaps they can be had elsewhere, too."""
        for reference in secrets(protection.options):
            for holder in self._buried.holders(str(reference)):
                doubt = self._things.doubt(f"{reference} can be had without {holder}")
                yield (self._things.first[holder] + BACK, doubt)

    def anew(self, one: Component, owners: Sequence[str]) -> Iterator[int]:
        """Give what putting a component anew needs: nothing if it is written down how."""
        rests_on_data = any(
            need.on in self._plan.components and self._plan.components[need.on].copied
            for need in one.needs
        )
        if one.recovery.start is not None or rests_on_data or one.vendor_commitment is not None:
            return
        if one.key in self._steps.bringing or one.key in self._steps.free:
            return
        if one.kind in HOLDS_DATA:
            yield self._things.doubt(f"{one.name or one.key} can be put anew, without its data")
        elif one.kind in _ANEW:
            if not any(map(self.tested, owners)):
                yield self._things.doubt(f"somebody knows how to put {one.name or one.key} anew")
        elif one.vendor is not None:
            yield self._things.add("vendor", one.vendor)
            yield self._things.doubt(
                f"{called(self._plan, one.vendor)} puts {one.name or one.key} back"
            )
        else:
            yield self._things.never()

    def tested(self, service: str) -> bool:
        """Whether the newest test of a whole service brought it back."""
        trial = self._organisation.bases[service].deciding_trial()
        return trial is not None and trial.passed is True and trial.level is TestLevel.SERVICE

    def copy(self, one: Component, place: Place) -> int:
        """Give the number of the copies of a data set in a place."""
        number = self._things.copy(place, self._opening.of_place(one, place))
        self.by_number[number] = place
        if place.newest is None or place.past:
            self._things.doubtful.add(number)
        return number


class Services:
    """Makes services.

    Args:
        moment: the organisation, each service looked at when it is asked for.
        things: where the things are put.
        steps: the written steps.
    """

    def __init__(self, moment: Moment, things: Things, steps: Steps) -> None:
        self._moment = moment
        self._plan = moment.index.plan
        self._graph = moment.index.graph
        self._things = things
        self._steps = steps

    def service(self, one: Service, seen: Iterable[str]) -> None:
        """Say when a service is restored, and when it is back."""
        running = self._things.first[one.key]
        restored, back = running + RESTORED, running + BACK
        last = max(
            (number for number, step in enumerate(one.steps) if step.brings_back is not None),
            default=len(one.steps),
        )
        steps = [
            self._steps.step(one, position)
            for position, step in enumerate(one.steps)
            if step.who is not None or (step.signs_in_with and position <= last)
        ]
        if not one.steps and not self._graph.own(one.key):
            steps.append(self._things.doubt(untold(one)))
        if failed(self._moment, one.key) is not None:
            steps.append(self._things.doubt(although(one)))
        providers = [key for key in one.vendors if self.provides(key)]
        self._things.needs(restored, (*steps, *map(self.vendor, providers)))
        vendors = [self.vendor(key) for key in one.vendors if key not in providers]
        hard = self._things.hard(one.key)
        every = [*hard, *vendors]
        every += [self.seen(one.key, other) for other in seen]
        if not one.standby:
            self._things.needs(back, every, [(running, restored)])
            return
        parts = self._things.add("parts", one.key)
        self._things.needs(parts, hard, [(running, restored)])
        below = (key for key in self._graph.hard[one.key] if key in self._plan.services)
        every = [*self._things.backs(below), *vendors]
        every += [self.seen(one.key, other) for other in seen]
        self._things.needs(back, every, [(parts, self._things.add("standby", one.key))])

    def provides(self, vendor: str) -> bool:
        """Whether a vendor looks after recoveries: without it things run, and do not come back."""
        return vendor in self._plan.vendors and self._plan.vendors[vendor].provider

    def vendor(self, key: str) -> int:
        """Give the number of a vendor that is there."""
        return self._things.add("vendor", key)

    def seen(self, service: str, other: str) -> int:
        """Give a need that was only seen: it counts in the cautious reading alone."""
        number = self._things.add("seen", f"{service}>{other}")
        choices = (
            self._things.known["back", other],
            self._things.doubt(
                f"{called(self._plan, service)} works without {called(self._plan, other)}"
            ),
        )
        self._things.needs(number, (), [choices])
        return number

    def seen_needs(self) -> tuple[dict[str, tuple[str, ...]], tuple[tuple[str, ...], ...]]:
        """Give, by service, what it was seen to need and the plan does not say.

        Needs that run in a circle are left out: nobody can say which of them comes first. The
        services in such circles are given, too, in alphabetical order.
        """
        if not self._moment.seen_needs:
            return {}, ()
        unwritten = {key: tuple(some) for key, some in self._moment.unwritten.items() if some}
        hard = self._graph.hard
        both = {key: (*hard[key], *unwritten.get(key, ())) for key in self._plan.services}
        found = circles(both)
        groups = {key: at for at, group in enumerate(found) for key in group}
        kept = {
            key: tuple(other for other in some if groups[other] != groups[key])
            for key, some in unwritten.items()
        }
        if kept == unwritten:
            return kept, ()
        return kept, tuple(tuple(sorted(group)) for group in found if len(group) > 1)

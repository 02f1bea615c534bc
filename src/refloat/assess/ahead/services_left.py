"""What becomes of services: which come back, when, with what loss, and what keeps the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from refloat.assess import words
from refloat.assess.about import called
from refloat.assess.access.sign_in import SignInCircle, sign_in_circles
from refloat.assess.ahead.aftermath import Aftermath
from refloat.assess.ahead.building import failed
from refloat.assess.ahead.losses import in_words
from refloat.assess.ahead.times import Return, needs_of, returns, way
from refloat.model.ahead import CopyFate, DataSetOutcome, Fate, GroupOutcome, ServiceOutcome
from refloat.model.plan import Service

_NAMED = 5
"""How many things a service names that keep it from coming back."""

UNTOUCHED = "Nothing that it needs is touched."
"""What is said of a service that goes on as before."""

_FIRST = {Fate.GONE: 0, Fate.UNKNOWN: 1}


class ServicesLeft:
    """Looks at services after a scenario.

    Args:
        left: what the scenario leaves.
        data: what becomes of the data that is lost, by component.
        groups: by service, data of its own that has to be of one time, and whose newest is not.
    """

    def __init__(
        self,
        left: Aftermath,
        data: Mapping[str, DataSetOutcome],
        groups: Mapping[str, tuple[GroupOutcome, ...]],
    ) -> None:
        self._left = left
        self._data = data
        self._own = _by_owner(data, left.network.graph.owners)
        self._groups = groups
        self._returns = returns(left)
        self._needs = needs_of(left.network)
        self._roots: dict[str, str] = {}
        self._near: dict[str, list[str]] = {}

    def outcomes(self) -> tuple[ServiceOutcome, ...]:
        """Give every service: those that do not come back first, then by wave."""
        found = [self._outcome(one) for one in self._left.plan.services.values()]
        return tuple(sorted(found, key=_place))

    @cached_property
    def circles(self) -> tuple[SignInCircle, ...]:
        """The circles of signing in that keep something from coming back."""
        left = self._left
        return tuple(one for one in sign_in_circles(left.plan) if not left.comes_back(one.node[1]))

    def _outcome(self, service: Service) -> ServiceOutcome:
        left, key = self._left, service.key
        fate = left.fate(key)
        without = self._without(service) if fate in (Fate.UNTOUCHED, Fate.BACK) else ()
        rto, rpo = service.objectives.get("rto"), service.objectives.get("rpo")
        back = self._returns.get(key) if fate is Fate.BACK else None
        mine = self._own.get(key, {})
        data = [mine[one] for one in left.network.graph.own(key) if one in mine] if mine else []
        lost = tuple(one.data_set for one in data if whole_lost(one))
        down = fate is not Fate.UNTOUCHED
        blocked = self._blocked(key) if fate in _FIRST else ()
        return ServiceOutcome(
            service=key,
            name=service.name or key,
            tier=service.tier,
            fate=Fate.DEGRADED if without else fate,
            because=self._because(service, fate, blocked, without, back),
            wave=back.wave if back is not None else None,
            seconds=back.seconds if back is not None else None if down else 0.0,
            measured=back.measured if back is not None else True,
            target_seconds=rto.target.total_seconds() if rto is not None else None,
            loss_seconds=self._loss(key, data) if data or fate not in _FIRST else None,
            loss_target_seconds=rpo.target.total_seconds() if rpo is not None else None,
            waits_for=way(self._returns, key) if back is not None else (),
            blocked_by=blocked,
            lost_data=lost,
            workarounds=tuple(one.name for one in service.workarounds) if down else (),
        )

    def _loss(self, service: str, data: list[DataSetOutcome]) -> float | None:
        """Say how much of the newest data is lost, with all that has to be of one time."""
        lost = [one.loss_seconds for one in data if one.lost]
        if self._left.is_down(service):
            lost += [one.loss_seconds for one in self._groups.get(service, ())]
        known = [one for one in lost if one is not None]
        return max(known, default=0.0) if len(known) == len(lost) else None

    def _without(self, service: Service) -> tuple[str, ...]:
        """Name what it can do without, and must."""
        soft = self._left.network.graph.soft(service.key)
        return tuple(key for key in soft if not self._left.comes_back(key))

    # What keeps it from coming back

    def _blocked(self, key: str) -> tuple[str, ...]:
        """Name what keeps a service from coming back: the nearest things, then what is behind."""
        near = self._failing(key)[:_NAMED]
        root = self._root(key)
        return tuple(dict.fromkeys((*near, root))) if root else tuple(near)

    def _failing(self, key: str) -> Sequence[str]:
        """Name what a service or component needs at once, and what does not surely come back.

        What surely does not goes before what perhaps does not: it is the reason.
        """
        near = self._near.get(key)
        if near is None:
            near = self._near[key] = list(self._needed(key))
            if len(near) > 1:
                near.sort(key=self._perhaps_away)
        return near

    def _perhaps_away(self, key: str) -> bool:
        return not self._surely_away(key)

    def _surely_away(self, key: str) -> bool:
        left = self._left
        if key not in left.network.first:
            return bool(left.surely_down[left.number("vendor", key)])
        return left.fate(key) is Fate.GONE

    def _needed(self, key: str) -> Iterator[str]:
        left = self._left
        service = left.plan.services.get(key)
        if service is not None:
            for vendor in service.vendors:
                number = left.number("vendor", vendor)
                if left.perhaps_down[number]:  # no vendor comes back
                    yield vendor
        needs = (*left.network.graph.written[key], *left.network.seen.get(key, ()))
        known = left.network.first
        yield from [one for one in needs if one in known and not left.comes_back(one)]

    def _root(self, key: str) -> str:
        """Give what is at the bottom of it: a circle as people draw it, or the last key."""
        way: list[str] = []
        inside: dict[str, int] = {}
        ahead = key
        while ahead not in self._roots:
            drawn = self._drawn.get(ahead)
            if drawn is not None:
                self._roots[ahead] = drawn
                break
            if ahead in inside:
                around = way[inside[ahead] :]
                self._roots[ahead] = " <- ".join((*around, ahead))
                break
            inside[ahead] = len(way)
            way.append(ahead)
            following = self._next(ahead)
            if not following:
                self._roots[ahead] = ahead
                break
            ahead = following
        root = self._roots[ahead]
        for one in way:
            self._roots[one] = root
        return "" if root == key else root

    def _next(self, key: str) -> str:
        """Give what to look at next: itself lost and not restored goes before what it needs."""
        left = self._left
        if key in left.plan.components:
            itself = (left.number("running", key), left.number("restored", key))
            if not any(left.cautious[number] for number in itself):
                return self._tool(key)
        if key not in left.plan.components and key not in left.plan.services:
            return ""
        return next(iter(self._failing(key)), "")

    def _tool(self, component: str) -> str:
        """Give what the platform needs that restores a component, where that is what fails."""
        left = self._left
        watch = left.plan.components[component].watch
        platform = left.plan.platforms.get((watch.platform if watch is not None else "") or "")
        if platform is None or platform.break_glass:
            return ""
        number = left.network.numbers.get(("platform", platform.key))
        if number is None or left.cautious[number] or number in left.surely:
            return ""
        return next((need.on for need in platform.needs if not left.comes_back(need.on)), "")

    @cached_property
    def _drawn(self) -> Mapping[str, str]:
        return {one.node[1]: one.drawn for one in self.circles}

    # Why

    def _because(
        self,
        service: Service,
        fate: Fate,
        blocked: tuple[str, ...],
        without: tuple[str, ...],
        back: Return | None,
    ) -> str:
        if fate in _FIRST:
            return self._why_not(service, fate, blocked)
        name = service.name or service.key
        if fate is Fate.UNTOUCHED and not without:
            later = [
                called(self._left.plan, one)
                for one in self._left.network.graph.soft(service.key)
                if self._left.is_down(one)
            ]
            if later:
                some = words.listed(later[:_NAMED])
                return f"{name} goes on, for a while without {some}."
            return UNTOUCHED
        text = f"{name} goes on" if back is None else _comes_back(name, back)
        if back is not None and not self._left.is_lost(service.key) and back.after:
            text += f", when {called(self._left.plan, back.after)} is"
        if without:
            names = words.listed(called(self._left.plan, key) for key in without[:_NAMED])
            text += f", without {names}"
        return f"{text}."

    def _why_not(self, service: Service, fate: Fate, blocked: tuple[str, ...]) -> str:
        left, plan, name = self._left, self._left.plan, service.name or service.key
        said = f"{name} does not come back"
        if fate is Fate.UNKNOWN:
            said = f"Nobody can say whether {name} comes back"
            if not left.surely_down[left.number("back", service.key)]:
                said = (
                    f"Nobody wrote down whether {name} goes down. If it does, it may not come back"
                )
                if left.network.numbers.get(("standby", service.key)) in left.perhaps:
                    said = (
                        f"Nobody knows whether the standby of {name} takes over. "
                        "If it does not, it may not come back"
                    )
            trial = failed(left.network.moment, service.key)
            if trial is not None and left.is_lost(service.key):
                return f"{said}: its newest test, of {words.day(trial.at)}, failed."
        circle = self._drawn.get(service.key)
        if circle is not None:
            return f"{said}: what restores it can only be signed in to through itself ({circle})."
        near = [one for one in blocked if one in plan.services or one in plan.components]
        vendors = [one for one in blocked if one in plan.vendors]
        if fate is Fate.GONE:  # what only perhaps stays away is not the reason
            vendors = [one for one in vendors if self._surely_away(one)]
            near = [one for one in near if self._surely_away(one)] or near
        if vendors:
            return f"{said}: it needs {words.listed(called(plan, one) for one in vendors)}."
        for part in _sure_first(left, (one for one in near if one in plan.components)):
            why = self._why_part(part)
            if why:
                return f"{said}{why}"
        if near:
            verb = "does not come back" if fate is Fate.GONE else "may not come back"
            return f"{said}: it needs {called(plan, near[0])}, which {verb}."
        why = self._why_itself(service, fate)
        return f"{said}: {why}." if why else f"{said}."

    def _why_itself(self, service: Service, fate: Fate) -> str:
        """Say why a service is not restored, where all that it needs is there."""
        left, plan = self._left, self._left.plan
        number = left.number("running", service.key)
        loss = left.surely.get(number)
        if loss is not None and loss.for_good:
            return in_words(plan, loss)
        if loss is None and number not in left.perhaps:
            return ""
        if not service.steps:
            own = left.network.graph.own(service.key)
            return f"nobody wrote down {'how it is put back' if own else 'what it consists of'}"
        if fate is Fate.GONE:
            return "its written steps cannot be done"
        away = [called(plan, key) for key in left.missed_in_steps(service)]
        if away:
            return f"it is not known who else than {words.listed(away)} can do its written steps"
        return "it is not known whether its written steps can be done"

    def _why_part(self, component: str) -> str:
        """Say why a component does not come back, if that is in itself or in what it needs."""
        left = self._left
        for key in (component, self._root(component)):
            data = self._data.get(key)
            if data is not None and data.lost and data.fate is not Fate.BACK:
                return f". It needs {data.name}. {data.because}"
            restored = left.network.numbers.get(("restored", key))
            lost = key in left.plan.components and left.is_lost(key)
            if lost and restored is not None and not left.cautious[restored]:
                name = called(left.plan, key)
                if restored in left.surely:
                    return f": nothing brings {name} back."
                away = left.missed_in_bringing(key)
                if away:
                    names = words.listed(called(left.plan, one) for one in away)
                    return f": it is not known who else than {names} can put {name} back."
                return f": nobody wrote down how to put {name} back."
        return ""


def _by_owner(
    data: Mapping[str, DataSetOutcome], owners: Mapping[str, Iterable[str]]
) -> Mapping[str, Mapping[str, DataSetOutcome]]:
    """Give what becomes of the data of each service's own, by component."""
    found: defaultdict[str, dict[str, DataSetOutcome]] = defaultdict(dict)
    for key, one in data.items():
        for service in owners.get(key, ()):
            found[service][key] = one
    return found


def _sure_first(left: Aftermath, parts: Iterable[str]) -> list[str]:
    """Put parts first that surely are not restored themselves: others only wait for such."""

    def perhaps(key: str) -> bool:
        number = left.network.numbers.get(("restored", key))
        return number is None or not left.is_lost(key) or bool(left.hopeful[number])

    return sorted(parts, key=perhaps)


def whole_lost(one: DataSetOutcome) -> bool:
    """Whether a data set is lost and no copy of it is left at all, opened or not."""
    left = (CopyFate.SURVIVES, CopyFate.SHUT, CopyFate.UNKNOWN)
    return one.lost and one.fate is Fate.GONE and not any(copy.fate in left for copy in one.copies)


def _comes_back(name: str, back: Return) -> str:
    if back.seconds is None:
        return f"{name} comes back; nobody has measured how long that takes"
    about = "" if back.measured else "by estimate "
    return f"{name} comes back {about}within {words.duration(back.seconds)}"


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _place(one: ServiceOutcome) -> tuple[int, int, int, str]:
    back = one.fate in (Fate.BACK, Fate.DEGRADED) and one.wave is not None
    return _FIRST.get(one.fate, 2 if back else 3), one.wave or 0, one.tier or 9, one.service

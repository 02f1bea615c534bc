"""How long a service takes to come back when everything that it needs must come back first.

The time of a service is what the newest trial that counts measured of its own part; a drill brought
the services that it needs with it, so its time stands for all of them. Services that were tested
apart come one after the other: the longest way through them is what the business waits. Nothing is
back before what it needs: where that took longer in a test of its own, that decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from refloat.assess.ground.plan_graph import circles


@dataclass(frozen=True)
class OwnTime:
    """What one service takes by itself.

    Attributes:
        seconds: how long; None if nobody measured it.
        whole: whether what it needs is in it (a drill).
    """

    seconds: float | None
    whole: bool


@dataclass(frozen=True)
class RecoveryPath:
    """The longest way back to a service.

    Attributes:
        seconds: how long it takes; None if the time of anything on any way is not known.
        at_least: what is known of it, in seconds.
        way: the services on the longest known way, the first to come back first.
        unknown: services that it needs, or itself, of which nobody measured how long they take.
    """

    seconds: float | None
    at_least: float
    way: tuple[str, ...]
    unknown: tuple[str, ...] = ()


class Paths:
    """The longest ways back of all services, each worked out once.

    Args:
        needs: by service, the nearest services that must be back before it.
        own: gives what a service takes by itself.
    """

    def __init__(
        self, needs: Mapping[str, Iterable[str]], own: Callable[[str], OwnTime | None]
    ) -> None:
        self._needs = needs
        self._own = own
        self._circle: dict[str, int] | None = None
        self._found: dict[str, RecoveryPath] = {}

    def of(self, service: str) -> RecoveryPath:
        """Give the way back of one service.

        Services that need each other in a circle are not waited for by each other: nobody can say
        which of them comes first.
        """
        ahead = [service]
        while ahead:
            key = ahead[-1]
            before = self._before(key) if key not in self._found else []
            waiting = [one for one in before if one not in self._found]
            if waiting:
                ahead += waiting
                continue
            ahead.pop()
            if key not in self._found:
                self._found[key] = self._path(key, before)
        return self._found[service]

    def forget(self, services: Iterable[str]) -> None:
        """Work these out anew when they are next asked for."""
        for service in services:
            self._found.pop(service, None)

    def _before(self, service: str) -> list[str]:
        if self._circle is None:
            groups = circles(self._needs)
            self._circle = {key: number for number, group in enumerate(groups) for key in group}
        mine = self._circle.get(service)
        return [
            key
            for key in self._needs.get(service, ())
            if key in self._circle and self._circle[key] != mine
        ]

    def _path(self, service: str, before: list[str]) -> RecoveryPath:
        own = self._own(service)
        ways = [self._found[key] for key in before]
        longest = max(ways, key=lambda way: way.at_least, default=None)
        if own is not None and own.whole and own.seconds is not None:
            if longest is None or longest.at_least <= own.seconds:
                return RecoveryPath(own.seconds, own.seconds, (service,))
            return RecoveryPath(longest.at_least, longest.at_least, (*longest.way, service))
        known = 0.0 if longest is None else longest.at_least
        way = (service,) if longest is None else (*longest.way, service)
        unknown = dict.fromkeys(key for one in ways for key in one.unknown)
        if own is None or own.seconds is None:
            unknown[service] = None
        else:
            known += own.seconds
        seconds = None if unknown else known
        return RecoveryPath(seconds, known, way, tuple(sorted(unknown)))

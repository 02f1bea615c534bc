"""How it is said what a unit needs: by names among all that is read, and by the paths it uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from refloat.observers._gathering import Gathering
from refloat.observers._machine import is_of_the_machine
from refloat.observers._systemd.units import Unit

_PASSING = ("/tmp", "/var/cache", "/var/log", "/var/tmp")  # noqa: S108 (names to compare with)
"""What lies there may be lost (file-hierarchy(7)), or tells only what was."""
_OF_ALL = frozenset(("/etc", "/opt", "/srv", "/var", "/var/lib"))
"""Folders in which things of all kinds lie: whoever may write there has data further inside."""
_EVERYWHERE = re.compile(
    r"-\.(?:mount|slice)|.*\.slice|(?:basic|default|multi-user|shutdown|sysinit|timers)\.target"
)
"""Units of every machine, which nobody restores (systemd.special(7))."""
_ESCAPED = re.compile(r"\\x([0-9a-f]{2})")


@dataclass(frozen=True)
class Around:
    """What is known of all units that are read together.

    Attributes:
        mounts: by its path, the unit that mounts something there.
        names: what a thing is called by which others know it under another name.
    """

    mounts: Mapping[str, str]
    names: Mapping[str, str]


def mounts_of(units: Iterable[Unit]) -> dict[str, str]:
    """Give the paths of all mounts, which are named for them (systemd.mount(5))."""
    found = {}
    for name in (unit.name for unit in units):
        if name.endswith(".mount") and name != "-.mount":
            path = "/" + name.removesuffix(".mount").replace("-", "/")
            found[_ESCAPED.sub(lambda sign: chr(int(sign.group(1), 16)), path)] = name
    return found


@dataclass(frozen=True)
class Needs:
    """Takes what one unit needs.

    Attributes:
        unit: the unit.
        gathering: takes it.
        around: what is known of the others.
    """

    unit: Unit
    gathering: Gathering
    around: Around

    @property
    def component(self) -> str:
        """Give the name of what needs."""
        return self.around.names.get(self.unit.name, self.unit.name)

    def need(self, name: str, line: int, what: str, *, keeps: bool = False) -> None:
        """Say that the unit needs something.

        Args:
            name: what; it is refused where systemd would have to fill it in, and passed over where
                every machine has it.
            line: where that stands.
            what: in which way.
            keeps: whether it keeps data.
        """
        if "%" in name:
            reason = "a specifier (%) stands in it that systemd alone can fill in"
            self.gathering.refuse(line, reason)
            return
        called = self.around.names.get(name, name)
        if name and called != self.component and not _EVERYWHERE.fullmatch(name):
            self.gathering.see(self.component, called, line, what, holds_data=keeps)

    def path(self, path: str, line: int, what: str, *, is_written: bool) -> None:
        """Say that the unit uses a folder or a file; of one on a mount it is that which keeps.

        Args:
            path: where.
            line: where that stands.
            what: in which way.
            is_written: whether it is there for being written to: what keeps nothing is then none.
        """
        is_nobodys = is_of_the_machine(path) or path in _OF_ALL or _is_below(path, _PASSING)
        if is_written and is_nobodys:
            return
        mounts = self.around.mounts
        on = [name for place, name in mounts.items() if _is_below(path, (place,))]
        self.need(path, line, what, keeps=not on and not is_nobodys)
        for name in on if "%" not in path else ():
            self.gathering.see(path, name, line, "lies on", holds_data=True)

    def settings(self, key: str) -> None:
        """Say which files of settings the unit reads; none of them is ever opened."""
        for line, value in self.unit.settings.get(key, ()):
            path = value.split(" (")[0].strip('"')
            may_lack = path.startswith("-") or value.endswith("(ignore_errors=yes)")
            what = "settings, may be missing" if may_lack else "settings"
            self.need(path.lstrip("-"), line, what)


def _is_below(path: str, folders: Iterable[str]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in folders)

"""Units as their files have them, and as ``systemctl cat`` and ``systemctl show`` print them.

After systemd.syntax(7), systemctl(1), and podman-systemd.unit(5), whose files have that form too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from refloat.observers._gathering import Gathering

NEEDS = ("Requires", "Requisite", "BindsTo", "Wants", "Upholds")
PATHS = ("RequiresMountsFor", "WantsMountsFor")

KINDS = ("service", "timer", "mount", "automount", "socket", "target", "path", "swap", "slice")
"""Kinds of units that systemd itself knows, and that stand in files."""

QUADLETS = ("container", "pod", "kube", "volume", "network", "image", "build")
"""Kinds of units that Podman makes services of (podman-systemd.unit(5)); their sections are called
so, too, and with ``X-`` before it in the services that it made."""

EMPTY = ("pod", "volume", "network")
"""Kinds of them that need no setting: an empty section says all."""

UNIT = re.compile(rf"[A-Za-z0-9:_.\\@-]+\.(?:{'|'.join(KINDS)}|scope|device)")
QUADLET = re.compile(rf"[A-Za-z0-9:_.\\@-]+\.(?:{'|'.join(QUADLETS)})")
_BEGINS = re.compile(r"# (/\S*/([^/\s]+))$")
_SETTING = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)[ \t]*=[ \t]*(.*)$")
_SECTION = re.compile(r"\[([^\[\]]+)\]\s*$")


@dataclass
class Unit:
    """One unit.

    Attributes:
        name: as its file is called.
        line: where it begins.
        settings: each setting's values with their lines; of Podman's sections with the section
            before the setting (``Container.Volume``).
        sections: its sections, without the ``X-`` of those that are Podman's.
    """

    name: str
    line: int
    settings: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    sections: set[str] = field(default_factory=set)

    def add(self, key: str, line: int, value: str) -> None:
        """Take a setting; one without a value takes back what was said before, but for needs."""
        if value:
            self.settings.setdefault(key, []).append((line, value))
        elif key not in NEEDS and key not in PATHS:
            self.settings.pop(key, None)

    def words(self, key: str) -> Iterator[tuple[int, str]]:
        """Give each word of a setting's values."""
        for line, value in self.settings.get(key, ()):
            for word in value.split():
                yield line, word.strip('"')

    def last(self, key: str) -> str:
        """Give the value that counts where only one does."""
        return self.settings.get(key, [(0, "")])[-1][1]


def units_of(source: str, path: Path, gathering: Gathering) -> list[Unit]:
    """Give the units of a text, whoever printed it; what is none is refused.

    Args:
        source: the text.
        path: where it was read, for the name of a single unit.
        gathering: takes what is refused.
    """
    lines = list(_lines(source))
    shown = any(line.startswith("Id=") for _, line in lines)
    return list(_shown(lines) if shown else _written(lines, path, gathering))


def is_of_networkd(unit: Unit) -> bool:
    """Say whether it is a file of systemd.network(5), which is called as Podman's networks are."""
    return unit.name.endswith(".network") and "Match" in unit.sections


def _lines(source: str) -> Iterator[tuple[int, str]]:
    """Give lines, with those joined that end in a stroke; comments between them are passed over."""
    begun, joined = 0, ""
    for number, line in enumerate(source.replace("\r\n", "\n").split("\n"), start=1):
        stripped = line.strip()
        if begun and stripped.startswith(("#", ";")):
            continue
        joined += stripped.removesuffix("\\")
        begun = begun or number
        if stripped.endswith("\\"):
            joined += " "
            continue
        yield begun, joined
        begun, joined = 0, ""
    if begun:
        yield begun, joined


def _written(lines: Iterable[tuple[int, str]], path: Path, gathering: Gathering) -> Iterator[Unit]:
    """Give the units of a unit file, or of many after one another as ``systemctl cat`` has them."""
    units: dict[str, Unit] = {}
    unit = _named(path)
    section = ""
    for number, line in lines:
        begins = _BEGINS.match(line)
        if begins and (name := _unit_name(begins.group(1))):
            unit = units.setdefault(name, Unit(name, number))
            section = ""
        elif not line or line.startswith(("#", ";")):
            continue
        elif found := _SECTION.match(line):
            section = found.group(1).removeprefix("X-")
            if unit is not None:
                unit.sections.add(section)
                if section.lower() in EMPTY:
                    units.setdefault(unit.name, unit)
        elif (found := _SETTING.match(line)) and section:
            if unit is None:
                gathering.refuse(number, "it stands in no unit: nothing says whose setting it is")
                continue
            units.setdefault(unit.name, unit)
            is_podmans = section.lower() in QUADLETS
            key = f"{section}.{found.group(1)}" if is_podmans else found.group(1)
            unit.add(key, number, found.group(2).strip())
        else:
            gathering.refuse(number, "it is no setting of a unit")
    yield from units.values()


def _named(path: Path) -> Unit | None:
    name = _unit_name(str(path.absolute()))
    return Unit(name, 0) if name else None


def _unit_name(path: str) -> str:
    """Give the unit that a file is of: its own name, or that of the folder of what it adds to."""
    folder, _, name = path.rpartition("/")
    above = folder.rpartition("/")[2]
    if name.endswith(".conf") and above.endswith(".d"):
        name = above.removesuffix(".d")
    return name if UNIT.fullmatch(name) or QUADLET.fullmatch(name) else ""


def _shown(lines: Iterable[tuple[int, str]]) -> Iterator[Unit]:
    """Give the units that ``systemctl show`` prints: properties, and an empty line between two."""
    block: list[tuple[int, str, str]] = []
    for number, line in [*lines, (0, "")]:
        found = _SETTING.match(line)
        if found:
            block.append((number, found.group(1), found.group(2).strip()))
        elif not line and block:
            names = [(number, value) for number, key, value in block if key == "Id"]
            if names:
                unit = Unit(names[0][1], names[0][0])
                for number, key, value in block:
                    unit.add(key, number, value)
                yield unit
            block = []

"""Reads systemd units: from unit files, from ``systemctl cat``, and from ``systemctl show``.

After systemd.unit(5), systemd.syntax(7) and systemctl(1)
(https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html). What stands in
``After=`` and ``Before=`` is order alone, and no need. What ``WantedBy=`` says holds only of units
that are enabled, which no file says. Commands and environment are never looked at, and files of
settings never opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from refloat.model.errors import ObservationProblem, RefloatError
from refloat.model.options import Option, Probe
from refloat.observers import Outcome, Reading, Scope
from refloat.observers._gathering import Gathering, digest_of
from refloat.observers._machine import is_of_the_machine
from refloat.observers._source import decode, read_bytes

_NEEDS = ("Requires", "Requisite", "BindsTo", "Wants", "Upholds")
_PATHS = ("RequiresMountsFor", "WantsMountsFor")
_WRITTEN = ("ReadWritePaths", "BindPaths")
"""Paths to which a unit may write (systemd.exec(5)); what stands before one says more of it."""
_FILES = ("EnvironmentFile", "EnvironmentFiles")
"""Files of settings, as a unit's file and as ``systemctl show`` calls them; never opened."""
_PASSING = ("/tmp", "/var/cache", "/var/log", "/var/tmp")  # noqa: S108 (names to compare with)
"""What lies there may be lost (file-hierarchy(7)), or tells only what was."""
_OF_ALL = frozenset(("/etc", "/opt", "/srv", "/var", "/var/lib"))
"""Folders in which things of all kinds lie: whoever may write there has data further inside."""
_EVERYWHERE = re.compile(
    r"-\.(?:mount|slice)|.*\.slice|(?:basic|default|multi-user|shutdown|sysinit|timers)\.target"
)
"""Units of every machine, which nobody restores (systemd.special(7))."""

LARGEST = 4 * 1024 * 1024
"""Bytes of one file at most: all units of a machine, as ``systemctl show`` prints them, have two
or three million."""

_KINDS = ("service", "timer", "mount", "automount", "socket", "target", "path", "swap", "slice")
_UNIT = re.compile(rf"[A-Za-z0-9:_.\\@-]+\.(?:{'|'.join(_KINDS)}|scope|device)")
_BEGINS = re.compile(r"# (/\S*/([^/\s]+))$")
_SETTING = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)[ \t]*=[ \t]*(.*)$")
_ESCAPED = re.compile(r"\\x([0-9a-f]{2})")
_SECTION = re.compile(r"\[([^\[\]]+)\]\s*$")

_NO_DISK = frozenset(
    (
        "autofs",
        "binfmt_misc",
        "bpf",
        "cgroup",
        "cgroup2",
        "configfs",
        "debugfs",
        "devpts",
        "devtmpfs",
        "efivarfs",
        "fusectl",
        "hugetlbfs",
        "mqueue",
        "proc",
        "pstore",
        "ramfs",
        "securityfs",
        "sysfs",
        "tmpfs",
        "tracefs",
    )
)
"""Types of mounts that keep nothing: the kernel makes them, or they are in memory (proc(5))."""

_TOO_LARGE = "Save fewer units at a time: systemctl cat 'web*' > units.txt"


@dataclass
class _Unit:
    """One unit: its name, where it begins, and each setting's values with their lines."""

    name: str
    line: int
    settings: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def add(self, key: str, line: int, value: str) -> None:
        """Take a setting; one without a value takes back what was said before, but for needs."""
        if value:
            self.settings.setdefault(key, []).append((line, value))
        elif key not in _NEEDS and key not in _PATHS:
            self.settings.pop(key, None)

    def words(self, key: str) -> Iterator[tuple[int, str]]:
        """Give each word of a setting's values."""
        for line, value in self.settings.get(key, ()):
            for word in value.split():
                yield line, word.strip('"')

    def last(self, key: str) -> str:
        """Give the value that counts where only one does."""
        return self.settings.get(key, [(0, "")])[-1][1]


class Systemd:
    """Reads units."""

    name = "systemd"
    summary = (
        "Reads systemd units: a unit file, or what systemctl cat or systemctl show prints of many;"
        " what they need, when timers start them, and what they mount."
    )
    options: tuple[Option, ...] = ()
    patterns = (*(f"*.{kind}" for kind in _KINDS), *(f"*.{kind}.d/*.conf" for kind in _KINDS))
    scope = Scope.SOURCE

    def probe(self) -> Probe:
        """Say that it needs nothing: systemd itself is never asked."""
        return Probe(True, "reads text; systemd itself is not needed")

    def read(self, path: Path) -> Reading:
        """Read one file.

        Raises:
            MissingInput: if it is not there, or cannot be opened.
            ObservationProblem: if it is no small ordinary file, or holds no unit.
        """
        source = _understood(path)
        return source.reading(_mounts([source]))

    def read_together(self, files: Mapping[Path, Path]) -> Iterator[Outcome]:
        """Read several files: a path lies on the mount of any file in the folder that was given."""
        read = {path: _tried(path) for path in files}
        by_folder: dict[Path, list[_Source]] = {}
        for path, found in read.items():
            if isinstance(found, _Source):
                by_folder.setdefault(files[path], []).append(found)
        mounts = {folder: _mounts(some) for folder, some in by_folder.items()}
        for path, found in read.items():
            if isinstance(found, RefloatError):
                yield Outcome(path, found)
                continue
            try:
                yield Outcome(path, found.reading(mounts[files[path]]))
            except ObservationProblem as error:
                yield Outcome(path, error)


@dataclass(frozen=True)
class _Source:
    """One file: its units, what of it was refused, and the digest of its bytes."""

    units: Sequence[_Unit]
    gathering: Gathering
    digest: str

    def reading(self, mounts: Mapping[str, str]) -> Reading:
        """Give what it shows.

        Args:
            mounts: by its path, the unit that mounts something there.
        """
        for unit in self.units:
            _gather(unit, self.gathering, mounts)
        return self.gathering.reading_of(self.digest)


def _tried(path: Path) -> _Source | RefloatError:
    try:
        return _understood(path)
    except RefloatError as error:
        return error


def _understood(path: Path) -> _Source:
    content = read_bytes(path, LARGEST, _TOO_LARGE)
    gathering = Gathering(path, _TOO_LARGE)
    lines = list(_lines(decode(path, content)))
    shown = any(line.startswith("Id=") for _, line in lines)
    units = list(_shown(lines) if shown else _written(lines, path, gathering))
    if not any(unit.settings for unit in units):
        raise ObservationProblem(
            f"{path} holds no systemd unit",
            hint="A unit's file is named for it (web.service). Many together: systemctl cat"
            " 'web*' > units.txt",
        )
    return _Source(units, gathering, digest_of(content))


def _mounts(sources: Iterable[_Source]) -> dict[str, str]:
    """Give the paths of all mounts, which are named for them (systemd.mount(5))."""
    names = (unit.name for one in sources for unit in one.units)
    found = {}
    for name in names:
        if name.endswith(".mount") and name != "-.mount":
            path = "/" + name.removesuffix(".mount").replace("-", "/")
            found[_ESCAPED.sub(lambda sign: chr(int(sign.group(1), 16)), path)] = name
    return found


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


def _written(lines: list[tuple[int, str]], path: Path, gathering: Gathering) -> Iterator[_Unit]:
    """Give the units of a unit file, or of many after one another as ``systemctl cat`` has them."""
    units: dict[str, _Unit] = {}
    unit = _named(path)
    section = ""
    for number, line in lines:
        begins = _BEGINS.match(line)
        if begins and (name := _unit_name(begins.group(1))):
            unit = units.setdefault(name, _Unit(name, number))
            section = ""
        elif not line or line.startswith(("#", ";")):
            continue
        elif found := _SECTION.match(line):
            section = found.group(1)
        elif (found := _SETTING.match(line)) and section:
            if unit is None:
                gathering.refuse(number, "it stands in no unit: nothing says whose setting it is")
                continue
            units.setdefault(unit.name, unit)
            unit.add(found.group(1), number, found.group(2).strip())
        else:
            gathering.refuse(number, "it is no setting of a unit")
    yield from units.values()


def _named(path: Path) -> _Unit | None:
    name = _unit_name(str(path.absolute()))
    return _Unit(name, 0) if name else None


def _unit_name(path: str) -> str:
    """Give the unit that a file is of: its own name, or that of the folder of what it adds to."""
    folder, _, name = path.rpartition("/")
    above = folder.rpartition("/")[2]
    if name.endswith(".conf") and above.endswith(".d"):
        name = above.removesuffix(".d")
    return name if _UNIT.fullmatch(name) else ""


def _shown(lines: list[tuple[int, str]]) -> Iterator[_Unit]:
    """Give the units that ``systemctl show`` prints: properties, and an empty line between two."""
    block: list[tuple[int, str, str]] = []
    for number, line in [*lines, (0, "")]:
        found = _SETTING.match(line)
        if found:
            block.append((number, found.group(1), found.group(2).strip()))
        elif not line and block:
            names = [(number, value) for number, key, value in block if key == "Id"]
            if names:
                unit = _Unit(names[0][1], names[0][0])
                for number, key, value in block:
                    unit.add(key, number, value)
                yield unit
            block = []


def _gather(unit: _Unit, gathering: Gathering, mounts: Mapping[str, str]) -> None:
    kind = unit.name.rpartition(".")[2]
    when = ", ".join(value for _, value in unit.settings.get("OnCalendar", ()))
    about = f"{kind}, starts {when}" if when else kind
    keeps = kind == "mount" and unit.last("Type") not in _NO_DISK
    owner = unit.last("X-Owner")
    if not gathering.see(unit.name, "", unit.line, about, owner=owner, holds_data=keeps):
        return
    for key in _NEEDS:
        for line, word in unit.words(key):
            if "%" in word or _UNIT.fullmatch(word) or word == "-.mount":
                _need(unit, word, line, key, gathering)
            else:
                gathering.refuse(line, "a word in it is no name of a unit")
    _lies_on(unit, gathering, mounts)
    for line, word in unit.words("StateDirectory"):
        _need(
            unit,
            "/var/lib/" + word.partition(":")[0],
            line,
            "StateDirectory",
            gathering,
            keeps=True,
        )
    for key in ("LoadCredential", "LoadCredentialEncrypted"):
        for line, word in unit.words(key):
            _need(unit, word.partition(":")[0], line, "credential", gathering, prefix="credential/")
    if kind in ("timer", "socket", "path", "automount"):
        _started(unit, kind, gathering)
    for line, word in unit.words("What") if keeps else ():
        _need(unit, word, line, "mounts", gathering, keeps=True)


def _lies_on(unit: _Unit, gathering: Gathering, mounts: Mapping[str, str]) -> None:
    """Say which folders and files a unit uses; of one on a known mount it is that which keeps."""
    for key in (*_PATHS, *_WRITTEN):
        for line, word in unit.words(key):
            path = word.lstrip("-+").partition(":")[0] if key in _WRITTEN else word
            is_nobodys = is_of_the_machine(path) or path in _OF_ALL or _is_below(path, _PASSING)
            if key in _WRITTEN and is_nobodys:
                continue
            on = [name for place, name in mounts.items() if _is_below(path, (place,))]
            keeps = not on and not is_nobodys
            _need(unit, path, line, key, gathering, keeps=keeps)
            for name in on if "%" not in path else ():
                gathering.see(path, name, line, "lies on", holds_data=True)
    for key in _FILES:
        for line, value in unit.settings.get(key, ()):
            path = value.split(" (")[0].strip('"')
            may_lack = path.startswith("-") or value.endswith("(ignore_errors=yes)")
            what = "settings, may be missing" if may_lack else "settings"
            _need(unit, path.lstrip("-"), line, what, gathering)


def _is_below(path: str, folders: Iterable[str]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in folders)


def _started(unit: _Unit, kind: str, gathering: Gathering) -> None:
    """Say what a unit starts: what it names, or else the service of its own name."""
    key = "Service" if kind == "socket" else "Unit"
    named = list(unit.words(key)) if kind != "automount" else []
    ending = ".mount" if kind == "automount" else ".service"
    for line, word in named or [(unit.line, unit.name.removesuffix(f".{kind}") + ending)]:
        _need(unit, word, line, "starts", gathering)


def _need(
    unit: _Unit,
    name: str,
    line: int,
    what: str,
    gathering: Gathering,
    *,
    keeps: bool = False,
    prefix: str = "",
) -> None:
    if "%" in name:
        gathering.refuse(line, "a specifier (%) stands in it that systemd alone can fill in")
    elif name and name != unit.name and not _EVERYWHERE.fullmatch(name):
        gathering.see(unit.name, prefix + name, line, what, holds_data=keeps)


ADAPTER = Systemd()

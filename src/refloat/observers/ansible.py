"""Reads Ansible inventories: hosts, and the groups that rest on them.

INI, YAML, and what ``ansible-inventory --list`` prints, after
https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html. Of all variables the
one that is called ``owner`` alone is looked at; vaults stay closed, and no playbook is run.
"""

from __future__ import annotations

import itertools
import re
import shlex
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from refloat.model.errors import ObservationProblem
from refloat.model.options import Option, Probe
from refloat.observers import Reading, Scope
from refloat.observers._gathering import MOST, UNRENDERED, Gathering, is_template
from refloat.observers._source import decode, read_bytes
from refloat.observers._yaml import Node, entries, get, items, read_documents, text

LARGEST = 4 * 1024 * 1024
"""Bytes of one file at most."""

LONGEST = 64 * 1024
"""Characters of one line of the INI form at most."""

_NO_GROUP = "it is nothing that a group has"
_EVERYBODY = frozenset(("all", "ungrouped"))
"""Groups that Ansible makes itself; being in one says nothing."""

_OF_VARIABLES = ("group_vars", "host_vars")
"""Folders beside an inventory whose files hold variables, and neither hosts nor groups."""

_YAML_NAMES = frozenset((".yaml", ".yml", ".json"))
_CALLED = ("hosts", "inventory")
"""How inventories are usually called; any other INI file may be that of another program."""

_SECTION = re.compile(r"\[([^\[\]:]+)(?::(vars|children|hosts))?\]\s*(?:[#;].*)?$")
_HOST = re.compile(r"[A-Za-z0-9_.:-]*[A-Za-z0-9_.-]|[0-9A-Fa-f:]+::")
_RANGE = re.compile(r"\[([A-Za-z0-9]+):([A-Za-z0-9]+)(?::([0-9]+))?\]")
_IS_YAML = re.compile(r"\{|---|- |[^\[;][^=]*:\s*(?:[{#&!*]|$)")
"""How the first line of the YAML form begins that says anything."""


class Ansible:
    """Reads inventories."""

    name = "ansible"
    summary = (
        "Reads an Ansible inventory as INI or YAML, or what ansible-inventory --list prints: hosts,"
        " groups, and the owners that their variables name."
    )
    options: tuple[Option, ...] = ()
    patterns = (
        "*.ini",
        "*.yaml",
        "*.yml",
        "*.json",
        "hosts",
        "inventory",
        "hosts.*",
        "inventory.*",
        *(f"!{folder}" for folder in _OF_VARIABLES),
        "!roles",
        "!collections",
    )
    scope = Scope.SOURCE

    def probe(self) -> Probe:
        """Say that it needs nothing but PyYAML: Ansible itself is never run."""
        return Probe(True, f"PyYAML {yaml.__version__}")

    def read(self, path: Path) -> Reading:
        """Read one file.

        Raises:
            MissingInput: if it is not there, or cannot be opened.
            ObservationProblem: if it is no small ordinary file, or no inventory.
        """
        content = read_bytes(path, LARGEST)
        source = decode(path, content)
        if any(folder in _OF_VARIABLES for folder in path.parent.parts):
            raise ObservationProblem(
                f"{path} holds variables, and is no inventory",
                hint="Observe the inventory beside that folder.",
            )
        gathering = Gathering(path)
        inventory = _Inventory(path, gathering)
        if path.suffix in _YAML_NAMES or _IS_YAML.match(_beginning(source)):
            _from_yaml(path, source, inventory)
        else:
            _from_lines(source, inventory)
            if inventory.refused > inventory.taken and not path.name.startswith(_CALLED):
                raise ObservationProblem(
                    f"{path} is no inventory: most of its lines name no host",
                    hint="Ansible takes no file in which one line is no host and no variable. Name"
                    " the inventory itself.",
                )
        inventory.gather()
        return gathering.reading(content)


def _beginning(source: str) -> str:
    """Give the first line that is neither empty nor a comment; empty if there is none."""
    lines = (line.strip() for line in source.split("\n"))
    return next((line for line in lines if line and line[0] != "#"), "")


@dataclass(frozen=True)
class _Member:
    """Something that is in a group: a host, or another group."""

    group: str
    name: str
    is_group: bool
    line: int


@dataclass
class _Inventory:
    """What one file says, before names that hosts and groups share are told apart."""

    path: Path
    gathering: Gathering
    hosts: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    members: dict[_Member, None] = field(default_factory=dict)
    owners: dict[tuple[bool, str], str] = field(default_factory=dict)
    written: int = 0
    taken: int = 0
    refused: int = 0

    def refuse(self, line: int, reason: str) -> None:
        """Refuse a line, and count it."""
        self.refused += 1
        self.gathering.refuse(line, reason)

    def group(self, name: str, line: int) -> None:
        """Take a group."""
        if name not in _EVERYBODY:
            self.groups.setdefault(name, line)

    def host(self, group: str, name: str, line: int) -> list[str]:
        """Take what stands for one host or a range of them, and give their names."""
        if is_template(name):
            self.refuse(line, UNRENDERED)
            return []
        found = list(itertools.islice(_hosts(name), MOST + 1))
        self.written += len(found)
        if len(found) > MOST or self.written > 5 * MOST:
            raise ObservationProblem(
                f"line {line} of {self.path}: it stands for more than {MOST} hosts, or all lines"
                f" for more than {5 * MOST}",
                hint="Split it into several files, and observe them together.",
            )
        if not found or not all(_HOST.fullmatch(one) for one in found):
            self.refuse(line, "it is no name of a host, and no range of them")
            return []
        self.taken += 1
        for one in found:
            self.hosts.setdefault(one, line)
            self.member(_Member(group, one, False, line))
        return found

    def member(self, member: _Member) -> None:
        """Take what is in a group."""
        if member.group not in _EVERYBODY and member.group:
            self.members.setdefault(member)
            if len(self.members) > MOST:
                raise ObservationProblem(f"{self.path} says more than {MOST} things")

    def gather(self) -> None:
        """Give everything on: hosts and groups first, then who is in which."""
        if not self.hosts and not self.groups:
            self.gathering.refuse(1, "no host and no group stands in it")
        for name, line in self.hosts.items():
            owner = self.owners.get((False, name), "")
            self.gathering.see(name, "", line, "host", owner=owner)
        for name, line in self.groups.items():
            owner = self.owners.get((True, name), "")
            self.gathering.see(self._spelled(name), "", line, "group of hosts", owner=owner)
        for one in self.members:
            name = self._spelled(one.name) if one.is_group else one.name
            what = "group in the group" if one.is_group else "host in the group"
            self.gathering.see(self._spelled(one.group), name, one.line, what)

    def _spelled(self, group: str) -> str:
        return f"group/{group}" if group in self.hosts else group


def _hosts(name: str) -> Iterator[str]:
    """Write ranges out: ``web[01:03].example``, ``db-[a:f]``, with a step as third number."""
    parts = _RANGE.split(name)
    head, _, port = parts[-1].rpartition(":")
    if port.isdecimal() and ":" not in head and (head or len(parts) > 1):
        parts[-1] = head
    if len(parts) == 1:
        return iter(parts)
    choices: list[list[str]] = []
    count = 1
    for place in range(0, len(parts) - 1, 4):
        choices += [[parts[place]], _range(*parts[place + 1 : place + 4])]
        count *= len(choices[-1])
        if count > MOST:  # whoever asks refuses so many: they are not written out
            return itertools.repeat(name, MOST + 1)
    return ("".join(chosen) for chosen in itertools.product(*choices, [parts[-1]]))


def _range(first: str, last: str, step: str | None) -> list[str]:
    every = max(int(step or 1), 1) if len(step or "") < 6 else 1
    if first.isdecimal() and last.isdecimal() and len(last) < 8 and len(first) < 8:
        width = len(first) if first.startswith("0") else 0
        numbers = range(int(first), int(last) + 1, every)[: MOST + 1]
        return [str(number).zfill(width) for number in numbers]
    letters = string.ascii_letters
    if len(first) == len(last) == 1 and first in letters and last in letters:
        return list(letters[letters.index(first) : letters.index(last) + 1 : every])
    return []


def _from_lines(source: str, inventory: _Inventory) -> None:
    """Read the INI form, whose lines are hosts with variables, groups' names, or variables."""
    group, kind = "ungrouped", ""
    for number, raw in enumerate(source.replace("\r\n", "\n").split("\n"), start=1):
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        if found := _SECTION.match(line):
            group, kind = found.group(1).strip(), found.group(2) or ""
            inventory.group(group, number)
        elif kind == "vars":
            name, _, value = line.partition("=")
            inventory.taken += 1
            if name.strip() == "owner":
                inventory.owners[True, group] = value.strip().strip("\"'")
        elif kind == "children":
            inventory.taken += 1
            inventory.group(line.split("#")[0].strip(), number)
            inventory.member(_Member(group, line.split("#")[0].strip(), True, number))
        else:
            _host_line(group, line, number, inventory)


def _host_line(group: str, line: str, number: int, inventory: _Inventory) -> None:
    if len(line) > LONGEST:  # shlex takes the square of the time
        inventory.refuse(number, f"it is longer than {LONGEST} characters")
        return
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        inventory.refuse(number, "a quotation mark is opened here and never closed")
        return
    variables = dict(word.partition("=")[::2] for word in words[1:])
    if not all(word.find("=") > 0 for word in words[1:]):
        inventory.refuse(number, "it is no host with its variables")
        return
    for name in inventory.host(group, words[0], number) if words else ():
        if variables.get("owner"):
            inventory.owners[False, name] = variables["owner"]


def _from_yaml(path: Path, source: str, inventory: _Inventory) -> None:
    """Read the YAML form, and the JSON that ansible-inventory prints, which names groups once."""
    documents, twice = read_documents(path, source)
    inventory.gathering.refuse_again(twice)
    root = entries(documents[0])
    if len(documents) > 1 or not root:
        raise ObservationProblem(
            f"{path} is no inventory: it is one mapping of groups",
            hint="A playbook is none; 'ansible-inventory --list' prints one.",
        )
    is_json = _beginning(source).startswith("{")
    for name, entry in root.items():
        if items(entry.node) and not is_json:  # in YAML a list is a variable's value
            inventory.gathering.refuse(entry.line, _NO_GROUP)
        elif name != "_meta":
            _group(name, entry.line, entry.node, inventory)
    for name, entry in entries(get(documents[0], "_meta", "hostvars")).items():
        if name not in inventory.hosts:
            inventory.host("ungrouped", name, entry.line)
        inventory.owners.setdefault((False, name), text(get(entry.node, "owner")))


def _group(name: str, line: int, node: Node, inventory: _Inventory) -> None:
    strange = [one.line for key, one in entries(node).items() if key not in _KEYS]
    if strange or (text(node) and not entries(node)):
        inventory.gathering.refuse((strange or [line])[0], _NO_GROUP)
        return
    inventory.group(name, line)
    inventory.owners.setdefault((True, name), text(get(node, "vars", "owner")))
    hosts = node if items(node) else get(node, "hosts")
    for host in items(hosts):
        inventory.host(name, text(host), host.line)
    for host_name, entry in entries(hosts).items():
        for one in inventory.host(name, host_name, entry.line):
            if owner := text(get(entry.node, "owner")):
                inventory.owners[False, one] = owner
    for child in items(get(node, "children")):
        inventory.member(_Member(name, text(child), True, child.line))
    for child_name, entry in entries(get(node, "children")).items():
        inventory.member(_Member(name, child_name, True, entry.line))
        _group(child_name, entry.line, entry.node, inventory)


_KEYS = frozenset(("hosts", "children", "vars"))

ADAPTER = Ansible()

"""Reads Docker Compose files: services, what they need, and where their data lies.

After the Compose Specification (https://github.com/compose-spec/compose-spec/blob/main/spec.md).
Values of ``environment`` are looked at for names of services alone, ``env_file`` and files of
secrets never.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from refloat.model.errors import ObservationProblem
from refloat.model.options import Option, Probe
from refloat.observers import Reading, Scope
from refloat.observers._addresses import hosts
from refloat.observers._gathering import UNRENDERED, Gathering, is_template
from refloat.observers._source import decode, read_bytes
from refloat.observers._yaml import (
    Entry,
    Node,
    entries,
    get,
    items,
    read_documents,
    text,
)

_ELSEWHERE = (
    "it takes from elsewhere what is not read here: observe what 'docker compose config' prints"
)
_SECTIONS = {"volumes": "volume", "secrets": "secret", "configs": "config", "networks": "network"}


class Compose:
    """Reads Compose files."""

    name = "compose"
    summary = (
        "Reads a Docker Compose file, or what docker compose config prints: services, images,"
        " owners, volumes, and what needs what."
    )
    options: tuple[Option, ...] = ()
    patterns = ("compose*.yaml", "compose*.yml", "docker-compose*.yaml", "docker-compose*.yml")
    scope = Scope.FILE

    def probe(self) -> Probe:
        """Say that it needs nothing but PyYAML."""
        return Probe(True, f"PyYAML {yaml.__version__}")

    def read(self, path: Path) -> Reading:
        """Read one file.

        Raises:
            MissingInput: if it is not there, or cannot be opened.
            ObservationProblem: if it is no small ordinary file, no YAML, or has no services.
        """
        content = read_bytes(path)
        documents, twice = read_documents(path, decode(path, content))
        root = documents[0]
        if len(documents) > 1 or not entries(get(root, "services")):
            raise ObservationProblem(
                f"{path} is no Compose file: it is one document with services in it",
                hint="Before version 2, services stood at the top: write them under 'services:'.",
            )
        gathering = Gathering(path)
        gathering.refuse_again(twice)
        _File(root, gathering).gather()
        return gathering.reading(content)


@dataclass(frozen=True)
class _Need:
    """Something that a service needs: its name, the line, and in which way."""

    name: str
    line: int
    what: str
    holds_data: bool = False


@dataclass
class _File:
    """One Compose file, and what is gathered from it."""

    root: Node
    gathering: Gathering
    services: dict[str, Entry] = field(init=False)

    def __post_init__(self) -> None:
        self.services = entries(get(self.root, "services"))

    def gather(self) -> None:
        """Gather the services first, then what they need, then what stands beside them."""
        for key in ("include", "extends"):
            if key in entries(self.root):
                self.gathering.refuse(entries(self.root)[key].line, _ELSEWHERE)
        taken = [(name, one) for name, one in self.services.items() if self._service(name, one)]
        for name, one in taken:
            for need in self._needs(one.node):
                self.gathering.see(
                    name, need.name, need.line, need.what, holds_data=need.holds_data
                )
        for section, kind in _SECTIONS.items():
            for name, one in entries(get(self.root, section)).items():
                self._beside(section, kind, name, one)

    def _service(self, name: str, one: Entry) -> bool:
        image = text(get(one.node, "image"))
        what = "service"
        if is_template(image):
            what = "service; its version is not known: a variable stands in its image"
        if "extends" in entries(one.node):
            self.gathering.refuse(entries(one.node)["extends"].line, _ELSEWHERE)
        owner = _owner(get(one.node, "labels"))
        return self.gathering.see(name, "", one.line, what, owner=owner, version=image)

    def _beside(self, section: str, kind: str, name: str, one: Entry) -> None:
        external = text(get(one.node, "external")) in ("true", "yes", "on") or bool(
            entries(get(one.node, "external"))
        )
        if kind != "network" or external:
            what = f"external {kind}, made by somebody else" if external else kind
            spelled = self._spelled(section, name)
            self.gathering.see(spelled, "", one.line, what, holds_data=kind == "volume")

    def _spelled(self, section: str, name: str) -> str:
        """Give the name of what stands beside the services: with its kind where another has it."""
        others = [
            other
            for other in ("services", *_SECTIONS)
            if other != section and name in entries(get(self.root, other))
        ]
        return f"{_SECTIONS[section]}/{name}" if others else name

    def _needs(self, service: Node) -> Iterator[_Need]:
        yield from _waited_for(get(service, "depends_on"))
        yield from _linked(service)
        yield from self._shared(service)
        for one in items(get(service, "volumes")):
            yield from self._mount(one)
        for section in ("secrets", "configs"):
            for one in items(get(service, section)):
                source = get(one, "source") if entries(one) else one
                name = self._spelled(section, text(source))
                yield _Need(name, source.line or one.line, _SECTIONS[section])
        yield from self._networks(get(service, "networks"))
        yield from self._addressed(get(service, "environment"))

    def _shared(self, service: Node) -> Iterator[_Need]:
        for key in ("network_mode", "pid", "ipc"):
            mode = get(service, key)
            kind, _, name = text(mode).partition(":")
            if kind in ("service", "container"):
                yield _Need(name, mode.line, f"{key} of the {kind}")

    def _mount(self, mount: Node) -> Iterator[_Need]:
        if entries(mount):
            kind, source = text(get(mount, "type")), get(mount, "source")
            name, line = text(source), source.line
            kept = text(get(mount, "read_only")) != "true"
        else:
            parts = text(mount).split(":") if not is_template(text(mount)) else [text(mount), ""]
            name, line, kept = parts[0], mount.line, "ro" not in parts[-1].split(",")
            kind = (
                "" if len(parts) == 1 else "bind" if name.startswith(("/", ".", "~")) else "volume"
            )
        if kind == "volume" and name:
            yield _Need(self._spelled("volumes", name), line, "volume", True)
        elif kind == "bind":
            yield _Need(name, line, "folder or file of the host", kept)

    def _networks(self, named: Node) -> Iterator[_Need]:
        lines = {name: one.line for name, one in entries(named).items()}
        for name, line in lines.items() or ((text(one), one.line) for one in items(named)):
            if get(self.root, "networks", name, "external").value in ("true", "yes", "on"):
                yield _Need(self._spelled("networks", name), line, "external network")

    def _addressed(self, environment: Node) -> Iterator[_Need]:
        """Give the services that values name as a host; a value itself goes nowhere."""
        settings = [(name, one.node) for name, one in entries(environment).items()]
        settings += [(text(one).partition("=")[0], one) for one in items(environment)]
        for name, node in settings:
            value = text(node)
            if not entries(environment):
                value = value.partition("=")[2]
            for host in hosts(name, value):
                if host in self.services:
                    yield _Need(host, node.line, f"named in {name}")
                elif is_template(host):
                    self.gathering.refuse(node.line, UNRENDERED)


def _waited_for(named: Node) -> Iterator[_Need]:
    for one in items(named):
        yield _Need(text(one), one.line, "depends_on")
    for name, entry in entries(named).items():
        may_lack = text(get(entry.node, "required")) == "false"
        yield _Need(name, entry.line, "depends_on, not required" if may_lack else "depends_on")


def _linked(service: Node) -> Iterator[_Need]:
    for key in ("links", "external_links"):
        for one in items(get(service, key)):
            name = text(one)
            yield _Need(name if is_template(name) else name.partition(":")[0], one.line, key)
    for one in items(get(service, "volumes_from")):
        name = text(one).removeprefix("container:")
        yield _Need(name if is_template(name) else name.partition(":")[0], one.line, "volumes_from")


def _owner(labels: Node) -> str:
    """Give the value of the label ``owner``, alone or at the end of a longer name."""
    pairs = [(name, text(one.node)) for name, one in entries(labels).items()]
    pairs += [(text(one).partition("=")[0], text(one).partition("=")[2]) for one in items(labels)]
    return next((value for name, value in pairs if name.split(".")[-1].lower() == "owner"), "")


ADAPTER = Compose()

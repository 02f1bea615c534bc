"""What one Compose file says: services, what they need, and what stands beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from refloat.observers._addresses import hosts
from refloat.observers._gathering import UNRENDERED, Gathering, is_template
from refloat.observers._machine import is_of_the_machine
from refloat.observers._yaml import Entry, Node, entries, get, items, text

SECTIONS = {"volumes": "volume", "secrets": "secret", "configs": "config", "networks": "network"}
"""What stands beside the services, and what one of each is called."""
_DRIVE = re.compile(r"[A-Za-z]:(?=[\\/])")


class Known:
    """Which names the files of one project declare, by section.

    Args:
        roots: the files.
    """

    def __init__(self, roots: Sequence[Node]) -> None:
        self._names: dict[str, dict[str, Entry]] = {}
        for section in ("services", *SECTIONS):
            found = self._names.setdefault(section, {})
            for root in roots:
                for name, entry in entries(get(root, section)).items():
                    found.setdefault(name, entry)

    def service(self, name: str) -> bool:
        """Say whether a service is called so."""
        return name in self._names["services"]

    def spelled(self, section: str, name: str) -> str:
        """Give the name of what stands beside the services: with its kind where another has it."""
        others = (some for other, some in self._names.items() if other != section)
        return f"{SECTIONS[section]}/{name}" if any(name in some for some in others) else name

    def is_external(self, section: str, name: str) -> bool:
        """Say whether something is made by somebody else."""
        entry = self._names[section].get(name)
        return entry is not None and is_external(entry.node)


def is_external(node: Node) -> bool:
    """Say whether what stands there is made by somebody else."""
    said = get(node, "external")
    return text(said) in ("true", "yes", "on") or bool(entries(said))


@dataclass(frozen=True)
class _Need:
    """Something that a service needs: its name, the line, and in which way.

    One that an address names may be the service itself: that is no need.
    """

    name: str
    line: int
    what: str
    holds_data: bool = False
    is_address: bool = False


@dataclass(frozen=True)
class Said:
    """What a file says of a service, itself or of one that it extends.

    Attributes:
        node: what is said.
        gathering: of the file in which it stands.
    """

    node: Node
    gathering: Gathering


@dataclass(frozen=True)
class File:
    """One Compose file, and what is gathered from it.

    Attributes:
        root: all of it.
        gathering: takes what it says.
        known: what its project declares.
    """

    root: Node
    gathering: Gathering
    known: Known

    def gather(self, bases: Mapping[str, Sequence[Said]]) -> None:
        """Gather the services first, then what they need, then what stands beside them.

        Args:
            bases: by service, what it extends, the nearest first.
        """
        taken = []
        for name, one in entries(get(self.root, "services")).items():
            said = (Said(one.node, self.gathering), *bases.get(name, ()))
            if self._service(name, one.line, said):
                taken.append((name, said))
        for name, said in taken:
            self._relate(name, said)
        for section, kind in SECTIONS.items():
            for name, one in entries(get(self.root, section)).items():
                self._beside(section, kind, name, one)

    def _service(self, name: str, line: int, said: Sequence[Said]) -> bool:
        images = filter(None, (text(get(one.node, "image")) for one in said))
        image = next(images, "")
        what = "service"
        if is_template(image):
            what = "service; its version is not known: a variable stands in its image"
        owner = next(filter(None, (_owner(get(one.node, "labels")) for one in said)), "")
        return self.gathering.see(name, "", line, what, owner=owner, version=image)

    def _relate(self, name: str, said: Sequence[Said]) -> None:
        """Say what a service needs; a setting that it makes itself is none of what it extends."""
        settings: set[str] = set()
        for one in said:
            for need in self._needs(one, frozenset(settings)):
                if not (need.is_address and need.name == name):
                    keeps = need.holds_data
                    one.gathering.see(name, need.name, need.line, need.what, holds_data=keeps)
            settings.update(setting for setting, _, _ in _settings(get(one.node, "environment")))

    def _beside(self, section: str, kind: str, name: str, one: Entry) -> None:
        external = is_external(one.node)
        if kind != "network" or external:
            what = f"external {kind}, made by somebody else" if external else kind
            spelled = self.known.spelled(section, name)
            options = get(one.node, "driver_opts")
            keeps = kind == "volume" and text(get(options, "type")) != "tmpfs"
            if self.gathering.see(spelled, "", one.line, what, holds_data=keeps) and keeps:
                self._device(spelled, get(options, "device"), text(get(options, "o")))

    def _device(self, volume: str, device: Node, options: str) -> None:
        """Say where a volume of the local driver lies: on a share, or at a place of the host."""
        address = dict(one.partition("=")[::2] for one in options.split(",")).get("addr", "")
        name = text(device)
        if name.startswith(":"):
            self.gathering.see(volume, address + name, device.line, "NFS share", holds_data=True)
        elif name:
            self.gathering.see(volume, name, device.line, "is kept on", holds_data=True)

    def _needs(self, said: Said, settings: frozenset[str]) -> Iterator[_Need]:
        service = said.node
        yield from _waited_for(get(service, "depends_on"))
        yield from _linked(service)
        yield from self._shared(service)
        for one in items(get(service, "volumes")):
            yield from self._mount(one)
        for section in ("secrets", "configs"):
            for one in items(get(service, section)):
                source = get(one, "source") if entries(one) else one
                name = self.known.spelled(section, text(source))
                yield _Need(name, source.line or one.line, SECTIONS[section])
        yield from _settings_files(get(service, "env_file"))
        yield from self._networks(get(service, "networks"))
        yield from self._addressed(said, settings)

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
            parts = _parts(text(mount))
            name, line, kept = parts[0], mount.line, "ro" not in parts[-1].split(",")
            kind = "" if len(parts) == 1 else "bind" if _is_path(name) else "volume"
        if kind in ("volume", "cluster") and name:
            yield _Need(self.known.spelled("volumes", name), line, "volume", True)
        elif kind == "bind":
            kept = kept and not is_of_the_machine(name)
            yield _Need(name, line, "folder or file of the host", kept)

    def _networks(self, named: Node) -> Iterator[_Need]:
        lines = {name: one.line for name, one in entries(named).items()}
        for name, line in lines.items() or ((text(one), one.line) for one in items(named)):
            if self.known.is_external("networks", name):
                yield _Need(self.known.spelled("networks", name), line, "external network")

    def _addressed(self, said: Said, settings: frozenset[str]) -> Iterator[_Need]:
        """Give the services that values name as a host; a value itself goes nowhere."""
        for name, value, line in _settings(get(said.node, "environment")):
            for host in hosts(name, value) if name not in settings else ():
                if self.known.service(host):
                    yield _Need(host, line, f"named in {name}", is_address=True)
                elif is_template(host):
                    said.gathering.refuse(line, UNRENDERED)


def _parts(mount: str) -> list[str]:
    """Split a mount in its short form; the colon of a Windows drive parts nothing."""
    if is_template(mount):
        return [mount, ""]
    drive = _DRIVE.match(mount)
    parts = mount[drive.end() :].split(":") if drive else mount.split(":")
    return [drive.group() + parts[0], *parts[1:]] if drive else parts


def _is_path(name: str) -> bool:
    return name.startswith(("/", ".", "~")) or bool(_DRIVE.match(name))


def _settings_files(named: Node) -> Iterator[_Need]:
    """Give the files of settings, which are never opened."""
    for one in items(named) or [named]:
        path = get(one, "path") if entries(one) else one
        may_lack = text(get(one, "required")) == "false"
        if text(path):
            yield _Need(text(path), path.line, f"settings{', not required' if may_lack else ''}")


def _settings(environment: Node) -> Iterator[tuple[str, str, int]]:
    """Give each setting with its value and its line, in either form of the section."""
    for name, one in entries(environment).items():
        yield name, text(one.node), one.node.line
    for item in items(environment):
        name, _, value = text(item).partition("=")
        yield name, value, item.line


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

"""Podman's units (Quadlets): containers, pods, volumes and networks that systemd runs.

After podman-systemd.unit(5) of Podman 5
(https://docs.podman.io/en/latest/markdown/podman-systemd.unit.5.html), quadlet(5) in short, which
makes a service of each file when the machine starts. What runs is called as its service is
(``web.container``: ``web.service``), because timers, other units and systemctl call it so; what is
only there is called as its file is (``data.volume``). A volume, a network or a secret that no file
makes has its kind before its name (``volume/data``), for others may be called so.

Of secrets the names alone are taken. ``Environment=``, ``Exec=``, ``PodmanArgs=`` and all else that
holds values or commands is never looked at.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

from refloat.observers._gathering import is_template
from refloat.observers._systemd.needing import Needs
from refloat.observers._systemd.units import QUADLETS, Unit

_RUNS = ("container", "pod", "kube")
_ABOUT = {"build": "image that is built here", "kube": "pods of a Kubernetes manifest"}
_NO_NETWORK = frozenset(("", "bridge", "host", "none", "ns", "pasta", "private", "slirp4netns"))
"""What is no network that somebody made (podman-run(1), ``--network``)."""
_NO_DISK = frozenset(("tmpfs", "ramfs"))
_IMAGES = (".image", ".build")


def kind_of(unit: Unit) -> str:
    """Give the kind of one of Podman's units, or of a service made of one; empty if it is none."""
    kind = unit.name.rpartition(".")[2]
    if kind in QUADLETS:
        return kind
    return next((one for one in QUADLETS if one.capitalize() in unit.sections), "")


def names_of(units: Iterable[Unit]) -> dict[str, str]:
    """Say what things are called by which units know them under other names.

    Args:
        units: all that are read together.

    Returns:
        By the other name what it means: of a file of what runs, its service; of a service that
        makes what is only there, its file; of what a file makes in Podman, the same. A service that
        runs something means itself, whoever else claims its name.
    """
    units = list(units)
    found: dict[str, str] = {}
    taken = {unit.name for unit in units if not kind_of(unit)}
    for unit in units:
        kind = kind_of(unit)
        if not kind:
            continue
        section = kind.capitalize()
        file = unit.name
        if not file.endswith(f".{kind}"):
            file = unit.last("SourcePath").rpartition("/")[2]
        given = unit.last(f"{section}.ServiceName")
        service = f"{given}.service" if given else service_of(file or unit.name)
        called = service if kind in _RUNS else file
        if not called or "%" in called:
            continue
        if kind in _RUNS:
            taken.add(service)
        other = file if kind in _RUNS else service
        found[other] = called if given else found.get(other, called)
        made = unit.last(f"{section}.{section}Name") or f"systemd-{file.rpartition('.')[0]}"
        found.setdefault(f"{kind}/{made}", called)
    return {
        name: called
        for name, called in found.items()
        if name and name != called and name not in taken
    }


def service_of(file: str) -> str:
    """Give the service that Podman makes of a file, if that names no other."""
    name, _, kind = file.rpartition(".")
    if kind not in QUADLETS:
        return file
    added = "" if kind in ("container", "kube") else f"-{kind}"
    if name.endswith("@"):
        return f"{name[:-1]}{added}@.service"
    return f"{name}{added}.service"


def component_of(file: str) -> str:
    """Give what a file of Podman's is called, as far as its name says."""
    return service_of(file) if file.rpartition(".")[2] in _RUNS else file


def about(unit: Unit, kind: str) -> tuple[str, str, str]:
    """Say what a unit is, who answers for it, and which version it is; empty where unsaid.

    Args:
        unit: the unit.
        kind: as ``kind_of`` gives it.
    """
    section = kind.capitalize()
    what = _ABOUT.get(kind, kind)
    image = unit.last(f"{section}.Image").strip('"') if kind in ("container", "image") else ""
    if is_template(image) or "%" in image:
        what, image = f"{what}; its version is not known: a specifier stands in its image", ""
    version = "" if image.endswith(_IMAGES) else image
    return what, unit.last("X-Owner") or _owner(unit, section), version


def keeps_data(unit: Unit, kind: str) -> bool:
    """Say whether it is a volume whose data stays when the machine starts again."""
    return kind == "volume" and unit.last("Volume.Type") not in _NO_DISK


def gather(needs: Needs, kind: str) -> None:
    """Take what one of Podman's units needs, apart from what every unit may.

    Args:
        needs: takes it.
        kind: as ``kind_of`` gives it.
    """
    unit, section = needs.unit, kind.capitalize()
    for line, image in _values(unit, f"{section}.Image"):
        if image.endswith(_IMAGES):
            needs.need(image, line, "image")
    for line, folder in _values(unit, f"{section}.Rootfs"):
        needs.path(folder.partition(":")[0], line, "Rootfs", is_written=True)
    for line, pod in _values(unit, f"{section}.Pod"):
        needs.need(_file(needs, pod), line, "Pod")
    for line, mount in _values(unit, f"{section}.Volume"):
        source, colon, rest = mount.partition(":")
        if colon:
            options = rest.partition(":")[2].split(",")
            _storage(needs, source, line, "Volume", is_written=not {"ro", "O"} & set(options))
    for line, mount in _values(unit, f"{section}.Mount"):
        _mounted(needs, mount, line)
    for line, network in _values(unit, f"{section}.Network"):
        _network(needs, network, line)
    for line, secret in _values(unit, f"{section}.Secret"):
        name = secret.partition(",")[0]
        needs.need(f"secret/{name.removeprefix('id=')}", line, "secret")
    needs.settings(f"{section}.EnvironmentFile")
    for key in ("Yaml", "ConfigMap"):
        for line, path in _values(unit, f"{section}.{key}"):
            needs.need(path, line, "manifest" if key == "Yaml" else "settings")
    if keeps_data(unit, kind):
        for line, device in _values(unit, "Volume.Device"):
            needs.path(device, line, "is kept on", is_written=False)


def _storage(needs: Needs, source: str, line: int, what: str, *, is_written: bool) -> None:
    """Say that a unit uses a place of the host, a file of Podman's, or a volume of that name."""
    if source.startswith(("/", ".", "~", "%")):
        if is_written:
            needs.path(source, line, what, is_written=True)
        else:
            needs.need(source, line, f"{what}, read only")
    elif source.endswith((".volume", *_IMAGES)):
        needs.need(source, line, what, keeps=source.endswith(".volume"))
    elif source:
        needs.need(f"volume/{source}", line, what, keeps=True)


def _mounted(needs: Needs, mount: str, line: int) -> None:
    """Take a mount in its long form (podman-run(1), ``--mount``); without a type it is a volume."""
    said = dict(one.partition("=")[::2] for one in mount.split(","))
    kind = said.get("type", "volume")
    source = said.get("source") or said.get("src") or ""
    is_read = any(said.get(key, "false") in ("", "true") for key in ("ro", "readonly"))
    if kind in ("bind", "volume") or (kind == "image" and source.endswith(_IMAGES)):
        _storage(needs, source, line, "Mount", is_written=not is_read)


def _network(needs: Needs, network: str, line: int) -> None:
    name, _, rest = network.partition(":")
    if rest.startswith("//"):  # an address is no name of a network
        name = network
    if name == "container" or name.endswith(".container"):
        joined = _file(needs, name) if name != "container" else f"container/{rest}"
        needs.need(joined, line, "network of the container")
    elif name.endswith(".network"):
        needs.need(name, line, "Network")
    elif name not in _NO_NETWORK:
        needs.need(f"network/{name}", line, "network, made by somebody else")


def _file(needs: Needs, file: str) -> str:
    """Give what a file of Podman's is called that another one names."""
    return needs.around.names.get(file, component_of(file))


def _owner(unit: Unit, section: str) -> str:
    """Give the value of the label ``owner``, alone or at the end of a longer name."""
    for _, value in unit.settings.get(f"{section}.Label", ()):
        try:
            labels = shlex.split(value)
        except ValueError:  # a quote is left open: nobody knows where a label ends
            continue
        for name, _, owner in (label.partition("=") for label in labels):
            if name.split(".")[-1].lower() == "owner":
                return owner
    return ""


def _values(unit: Unit, key: str) -> Iterator[tuple[int, str]]:
    for line, value in unit.settings.get(key, ()):
        yield line, value.strip('"')

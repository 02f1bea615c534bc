"""Reads Terraform's and OpenTofu's state: what runs, and what was made to need what.

Two forms are understood: the state itself in version 4, as it lies in ``terraform.tfstate`` and as
``terraform state pull`` prints it (https://developer.hashicorp.com/terraform/language/state), and
what ``terraform show -json`` prints
(https://developer.hashicorp.com/terraform/internals/json-format).

A state holds passwords and keys in clear text. Of a resource's attributes only the tags that name
an owner and the setting that names a version are looked at, and not even these where the state
calls them sensitive; outputs never.

Of what ``count`` or ``for_each`` makes of one resource, each is a component where it keeps data or
runs (two databases need a protection each), called by its whole address, of which the index is a
part (``aws_db_instance.bookings["eu"]``); all else is one component together, without an index
(forty rules of a firewall are nothing that comes back by itself). A state says which resource is
needed, and not which of several: where something needs one of which there are several, the address
without an index stands between, and needs them all. A state so large that it says too much with
each for itself is told with what runs together; then with all of it.
"""

from __future__ import annotations

import json
import platform
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from refloat.model.errors import ObservationProblem
from refloat.model.options import Option, Probe
from refloat.observers import Reading, Scope
from refloat.observers._gathering import Gathering
from refloat.observers._json import Bare, read_json
from refloat.observers._source import decode, read_bytes
from refloat.observers._terraform_types import DATA_STORES, RUNNING
from refloat.observers._yaml import Node, entries, get, items, text

VERSION = "4"
"""The one version of the state itself that is understood: Terraform 0.12 and newer write it."""

LARGEST = 32 * 1024 * 1024
"""Bytes of one state at most: it cannot be split; reading so much took 250 MB of memory."""

_INDEX = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')
_APART = (DATA_STORES | RUNNING, DATA_STORES, frozenset[str]())
"""Types of which each has a name of its own; the next one where that is more than fits."""
_NAME = r'[^\s.\[\]"=:/]+'
_ADDRESS = re.compile(rf"(?:module\.{_NAME}\.)*(data\.)?({_NAME})\.{_NAME}")
_MODULE = re.compile(rf"module\.{_NAME}(?:\.module\.{_NAME})*")
_PROVIDER = re.compile(r"(?<![\w-])([\w-]+/[\w-]+)\"?\]?(?:\.[\w-]+)?$")
_TAGS = ("tags", "tags_all", "labels", "effective_labels")
_OWNERS = ("owner", "team")
_VERSIONS = ("engine_version", "database_version", "kubernetes_version")

_TOO_LARGE = (
    "A state cannot be cut in two: keep parts of it in states of their own, and observe each of"
    " them; or observe what 'terraform state pull' prints of each workspace."
)


@dataclass(frozen=True)
class _Resource:
    """One resource as the state has it.

    Attributes:
        address: which it is in the configuration: without the index of ``count`` or ``for_each``.
        whole: the address with the indexes of the resource and of its modules.
        line: where it is named.
        own_line: where its index is named; the same where it has none.
        module: the address of the module that it stands in; empty for the outermost.
        is_managed: whether it exists because of this state; False where it is only looked up.
        provider: who provides it, such as ``hashicorp/aws``.
        attributes: its settings, and everything secret in them.
        sensitive: which of them are secret, as the state says.
        needs: the addresses of what it needs.
    """

    address: str
    whole: str
    line: int
    own_line: int
    module: str
    is_managed: bool
    provider: str
    attributes: Node
    sensitive: frozenset[str]
    needs: tuple[Node, ...]


class _Known:
    """What a state's resources are called.

    Args:
        resources: in the order of the state.
        apart: the types of which each has a name of its own.
    """

    def __init__(self, resources: Iterable[_Resource], apart: frozenset[str]) -> None:
        self._apart = apart
        self._all: dict[str, dict[str, int]] = {}
        self._inside: dict[str, list[str]] = {}
        for one in resources:
            self._all.setdefault(one.address, {}).setdefault(one.whole, one.own_line)
        self.groups: dict[str, None] = {}

    def __contains__(self, address: object) -> bool:
        """Say whether there is such a resource, by its address without an index."""
        return address in self._all

    def all_of(self, address: str) -> dict[str, int]:
        """Give all that were made of one resource, and the line of each."""
        return self._all.get(address, {})

    def is_apart(self, address: str) -> bool:
        """Say whether each that was made of a resource has a name; what is looked up has none."""
        kind = _ADDRESS.fullmatch(address)
        return kind is not None and not kind.group(1) and kind.group(2) in self._apart

    def called(self, address: str, whole: str) -> str:
        """Give the name of what is needed; of several, the name that stands for all of them.

        Args:
            address: without an index.
            whole: as it is written, possibly with one.
        """
        if not self.is_apart(address):
            return address
        made = self.all_of(address)
        if len(made) == 1:
            return next(iter(made))
        if whole in made and whole != address:
            return whole
        if made:
            self.groups.setdefault(address)
        return address

    def inside(self, module: str) -> list[str]:
        """Give those of a module, and of the modules in it; looked for once."""
        if module not in self._inside:
            start = f"{module}."
            self._inside[module] = [one for one in self._all if one.startswith(start)]
        return self._inside[module]


class Terraform:
    """Reads states."""

    name = "terraform"
    summary = (
        "Reads the state of Terraform or OpenTofu, or what terraform show -json prints: resources,"
        " their owners, versions and data stores, and what needs what."
    )
    options: tuple[Option, ...] = ()
    patterns = ("*.tfstate", "*.json")
    scope = Scope.FILE

    def probe(self) -> Probe:
        """Say that it needs nothing but Python."""
        return Probe(True, f"json of Python {platform.python_version()}")

    def read(self, path: Path) -> Reading:
        """Read one file.

        Raises:
            MissingInput: if it is not there, or cannot be opened.
            ObservationProblem: if it is no small ordinary file, no state, encrypted, or of a
                version that is not understood.
        """
        content = read_bytes(path, LARGEST, _TOO_LARGE)
        said = read_json(path, decode(path, content))
        resources = list(_resources(path, said.documents[0]))
        *ways, last = _APART
        for apart in ways:
            with suppress(ObservationProblem):
                return _gathered(path, resources, said.twice, apart).reading(content)
        return _gathered(path, resources, said.twice, last).reading(content)


def _gathered(
    path: Path, resources: Sequence[_Resource], twice: Iterable[int], apart: frozenset[str]
) -> Gathering:
    """Gather what resources show; those of some types each for itself."""
    gathering = Gathering(path, _TOO_LARGE)
    gathering.refuse_again(twice)
    known = _Known(resources, apart)
    for resource in resources:
        _see(gathering, resource, known)
    for address in known.groups:
        made = known.all_of(address)
        what = f"{len(made)} of them, by count or for_each"
        gathering.see(address, "", min(made.values()), what)
        keeps = _type(address) in DATA_STORES
        for name, line in made.items():
            if name != address:
                gathering.see(address, name, line, "is one of them", holds_data=keeps)
    return gathering


def _type(address: str) -> str:
    kind = _ADDRESS.fullmatch(address)
    return kind.group(2) if kind else ""


def _resources(path: Path, state: Node) -> Iterator[_Resource]:
    keys = entries(state)
    if "encrypted_data" in keys:
        raise ObservationProblem(
            f"{path} is an encrypted state",
            hint="Observe what 'tofu show -json' prints where the key is.",
        )
    if "planned_values" in keys:
        raise ObservationProblem(
            f"{path} is a plan of changes, not a state",
            hint="Observe what 'terraform show -json' prints without a plan.",
        )
    if "format_version" in keys:
        return _shown(path, state)
    version = text(get(state, "version"))
    if version != VERSION or "resources" not in keys:
        raise ObservationProblem(
            f"{path} is no state in version {VERSION}",
            hint="An older state is made new by 'terraform apply -refresh-only'; if this is no"
            " state, observe what 'terraform state pull' prints.",
        )
    return _stored(state)


def _stored(state: Node) -> Iterator[_Resource]:
    for one in items(get(state, "resources")):
        instances = items(get(one, "instances"))
        within = text(get(one, "module"))
        module = _INDEX.sub("", within)
        is_managed = text(get(one, "mode")) == "managed"
        name = get(one, "name")
        parts = ("" if is_managed else "data", text(get(one, "type")), text(name))
        inside = ".".join(filter(None, parts))
        for instance in instances:
            secret = [
                text(get(step, "value"))
                for way in items(get(instance, "sensitive_attributes"))
                for step in items(way)[:1]
            ]
            index = get(instance, "index_key")
            yield _Resource(
                ".".join(filter(None, (module, inside))),
                ".".join(filter(None, (within, inside))) + _index(index),
                name.line or one.line,
                index.line or name.line or one.line,
                module,
                is_managed,
                text(get(one, "provider")),
                get(instance, "attributes"),
                frozenset(secret),
                # Terraform before 0.12.14 wrote depends_on, relative to the module.
                (*items(get(instance, "dependencies")), *items(get(instance, "depends_on"))),
            )


def _index(key: Node) -> str:
    """Spell an index as Terraform does: a number of ``count``, or a key of ``for_each``."""
    if not key.line or not isinstance(key.value, str):
        return ""
    if isinstance(key.value, Bare):
        return f"[{key.value}]"
    quoted = json.dumps(key.value, ensure_ascii=False)
    return f"[{quoted.replace('${', '$${').replace('%{', '%%{')}]"


def _shown(path: Path, state: Node) -> Iterator[_Resource]:
    """Give the resources of all modules; a newer minor version only adds, as its page says."""
    if not text(get(state, "format_version")).startswith("1."):
        raise ObservationProblem(
            f"{path} is of a format_version that is not understood: 1 is",
            hint="Observe what 'terraform state pull' prints.",
        )
    modules = deque([get(state, "values", "root_module")])
    if not entries(modules[0]):
        raise ObservationProblem(f"{path} shows no values: there is no state, or it is empty")
    while modules:
        module = modules.popleft()
        modules += items(get(module, "child_modules"))
        for one in items(get(module, "resources")):
            address = get(one, "address")
            secrets = entries(get(one, "sensitive_values"))
            yield _Resource(
                _INDEX.sub("", text(address)),
                text(address),
                address.line or one.line,
                address.line or one.line,
                _INDEX.sub("", text(get(module, "address"))),
                text(get(one, "mode")) == "managed",
                text(get(one, "provider_name")),
                get(one, "values"),
                frozenset(name for name, entry in secrets.items() if _is_secret(entry.node)),
                tuple(items(get(one, "depends_on"))),
            )


def _is_secret(node: Node) -> bool:
    """Say whether anything below a name of ``sensitive_values`` is secret; most is one level."""
    if isinstance(node.value, str):
        return node.value == "true"
    return bool(items(node)) or any(_is_secret(one.node) for one in entries(node).values())


def _see(gathering: Gathering, resource: _Resource, known: _Known) -> None:
    kind = _type(resource.address)
    if not kind:
        gathering.refuse(resource.line, "it is no address of a resource")
        return
    is_apart = known.is_apart(resource.address)
    name = resource.whole if is_apart else resource.address
    provider = _PROVIDER.search(resource.provider)
    several = len(known.all_of(resource.address))
    made = ""
    if several > 1:
        number = f"one of {several}" if is_apart else f"{several} of them"
        made = f"{number}, by count or for_each"
    what = ", ".join(filter(None, (provider.group(1) if provider else "", made)))
    if resource.is_managed and not gathering.see(
        name,
        "",
        resource.own_line if is_apart else resource.line,
        what,
        owner=_owner(resource),
        version=_version(resource),
        holds_data=kind in DATA_STORES,
    ):
        return
    for node in resource.needs:
        for address in _needed(resource, text(node), known):
            if not _type(address):
                gathering.refuse(node.line, "it is no address of a resource")
                continue
            needed = known.called(address, text(node))
            keeps = _type(address) in DATA_STORES and needed not in known.groups
            gathering.see(name, needed, node.line, holds_data=keeps)


def _needed(resource: _Resource, address: str, known: _Known) -> list[str]:
    """Give the whole address: documented as relative to the module, it is written as a whole.

    A module stands for everything in it.
    """
    address = _INDEX.sub("", address)
    if _MODULE.fullmatch(address):
        if resource.address.startswith(f"{address}."):
            return []
        return known.inside(address)
    inside = f"{resource.module}.{address}"
    return [inside if address not in known and inside in known else address]


def _owner(resource: _Resource) -> str:
    for group in _TAGS:
        if group in resource.sensitive:
            continue
        tags = entries(get(resource.attributes, group))
        for wanted in _OWNERS:
            for name, entry in tags.items():
                if name.casefold() == wanted and text(entry.node):
                    return text(entry.node)
    return ""


def _version(resource: _Resource) -> str:
    said = (
        text(get(resource.attributes, name)) for name in _VERSIONS if name not in resource.sensitive
    )
    return next(filter(None, said), "")


ADAPTER = Terraform()

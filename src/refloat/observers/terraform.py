"""Reads Terraform's and OpenTofu's state: what runs, and what was made to need what.

Two forms are understood: the state itself in version 4, as it lies in ``terraform.tfstate`` and as
``terraform state pull`` prints it (https://developer.hashicorp.com/terraform/language/state), and
what ``terraform show -json`` prints
(https://developer.hashicorp.com/terraform/internals/json-format).

A state holds passwords and keys in clear text. Of a resource's attributes only the tags that name
an owner and the setting that names a version are looked at, and not even these where the state
calls them sensitive; outputs never.
"""

from __future__ import annotations

import platform
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from refloat.model.errors import ObservationProblem
from refloat.model.options import Option, Probe
from refloat.observers import Reading, Scope
from refloat.observers._gathering import Gathering
from refloat.observers._json import read_json
from refloat.observers._source import decode, read_bytes
from refloat.observers._terraform_types import DATA_STORES
from refloat.observers._yaml import Node, entries, get, items, text

VERSION = "4"
"""The one version of the state itself that is understood: Terraform 0.12 and newer write it."""

LARGEST = 32 * 1024 * 1024
"""Bytes of one state at most: it cannot be split; reading so much took 250 MB of memory."""

_INDEX = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')
_NAME = r'[^\s.\[\]"=:/]+'
_ADDRESS = re.compile(rf"(?:module\.{_NAME}\.)*(?:data\.)?({_NAME})\.{_NAME}")
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
        line: where it is named.
        module: the address of the module that it stands in; empty for the outermost.
        is_managed: whether it exists because of this state; False where it is only looked up.
        provider: who provides it, such as ``hashicorp/aws``.
        attributes: its settings, and everything secret in them.
        sensitive: which of them are secret, as the state says.
        needs: the addresses of what it needs.
    """

    address: str
    line: int
    module: str
    is_managed: bool
    provider: str
    attributes: Node
    sensitive: frozenset[str]
    needs: tuple[Node, ...]


class _Known:
    """The addresses of a state's resources.

    Args:
        addresses: in the order of the state, possibly several times.
    """

    def __init__(self, addresses: Iterable[str]) -> None:
        self.addresses = Counter(addresses)
        self._inside: dict[str, list[str]] = {}

    def inside(self, module: str) -> list[str]:
        """Give those of a module, and of the modules in it; looked for once."""
        if module not in self._inside:
            start = f"{module}."
            self._inside[module] = [one for one in self.addresses if one.startswith(start)]
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
        gathering = Gathering(path, _TOO_LARGE)
        gathering.refuse_again(said.twice)
        resources = list(_resources(path, said.documents[0]))
        known = _Known(one.address for one in resources)
        for resource in resources:
            _see(gathering, resource, known)
        return gathering.reading(content)


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
        module = _INDEX.sub("", text(get(one, "module")))
        is_managed = text(get(one, "mode")) == "managed"
        parts = (module, "" if is_managed else "data", text(get(one, "type")))
        name = get(one, "name")
        for instance in instances:
            secret = [
                text(get(step, "value"))
                for way in items(get(instance, "sensitive_attributes"))
                for step in items(way)[:1]
            ]
            yield _Resource(
                ".".join(filter(None, (*parts, text(name)))),
                name.line or one.line,
                module,
                is_managed,
                text(get(one, "provider")),
                get(instance, "attributes"),
                frozenset(secret),
                # Terraform before 0.12.14 wrote depends_on, relative to the module.
                (*items(get(instance, "dependencies")), *items(get(instance, "depends_on"))),
            )


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
    kind = _ADDRESS.fullmatch(resource.address)
    if kind is None:
        gathering.refuse(resource.line, "it is no address of a resource")
        return
    provider = _PROVIDER.search(resource.provider)
    several = known.addresses[resource.address]
    made = f"{several} of them, by count or for_each" if several > 1 else ""
    what = ", ".join(filter(None, (provider.group(1) if provider else "", made)))
    if resource.is_managed and not gathering.see(
        resource.address,
        "",
        resource.line,
        what,
        owner=_owner(resource),
        version=_version(resource),
        holds_data=kind.group(1) in DATA_STORES,
    ):
        return
    for node in resource.needs:
        for address in _needed(resource, text(node), known):
            needed = _ADDRESS.fullmatch(address)
            if needed is None:
                gathering.refuse(node.line, "it is no address of a resource")
                continue
            holds_data = needed.group(1) in DATA_STORES
            gathering.see(resource.address, address, node.line, holds_data=holds_data)


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
    is_relative = address not in known.addresses and inside in known.addresses
    return [inside if is_relative else address]


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

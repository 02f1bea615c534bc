"""Reads Backstage's catalogue: components and resources, who owns them, and what needs what.

After the description of ``catalog-info.yaml``
(https://backstage.io/docs/features/software-catalog/descriptor-format) and of references
(https://backstage.io/docs/features/software-catalog/references). What the catalogue's own interface
gives back, a list of entities in JSON, is read too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import yaml

from refloat.model.errors import ObservationProblem, RefloatError
from refloat.model.options import Option, Probe
from refloat.observers import Outcome, Reading, Scope
from refloat.observers._gathering import UNRENDERED, Gathering, digest_of, is_template
from refloat.observers._source import decode, read_bytes
from refloat.observers._yaml import Node, entries, get, items, read_documents, text

VERSIONS = ("backstage.io/v1alpha1", "backstage.io/v1beta1")
"""What ``apiVersion`` may say; both mean the same."""

DATA_TYPES = frozenset(
    """
    blob-storage bucket database db document-db dynamodb dynamodb-table elasticsearch file-share
    filesystem gcs-bucket mariadb mongodb mysql nosql-database object-storage opensearch
    persistent-volume postgres postgresql rds s3 s3-bucket sql-database storage-account volume
    """.split()  # noqa: SIM905 (a list of quoted names would be three times as long)
)
"""Types of resources that keep data; the catalogue leaves types to whoever writes it."""

_REFERENCE = re.compile(r"(?:([^:/]+):)?(?:([^:/]+)/)?([^:/]+)")
_THINGS = ("component", "resource")
_PASSED_OVER = ("api", "system", "domain", "group", "user")

_TOO_LARGE = (
    "Split it into several files, and observe them together; or ask the catalogue for fewer"
    " entities at a time."
)


class _Key(NamedTuple):
    """Which entity, in small letters: capital ones make no difference to the catalogue."""

    kind: str
    namespace: str
    name: str


@dataclass(frozen=True)
class _Entity:
    """A component or a resource, and where it is named."""

    key: _Key
    name: str
    line: int
    specification: Node


class _Need(NamedTuple):
    """That one entity needs another, and where it is said."""

    having: _Key
    needed: _Key
    line: int
    what: str


@dataclass
class _Together:
    """What all files say that are read together.

    Attributes:
        entities: components and resources.
        names: of each entity that is named anywhere, as it was written first.
        providers: of each interface, who provides it.
    """

    entities: dict[_Key, _Entity] = field(default_factory=dict)
    names: dict[_Key, str] = field(default_factory=dict)
    providers: dict[_Key, list[_Key]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class _Catalogue:
    """What one file says, before anything has got its name.

    Attributes:
        gathering: is told of what is refused.
        digest: of the bytes that were read.
        together: what it and all others say that are read together.
        entities: components and resources of the file.
        needs: in the order of the file.
    """

    gathering: Gathering
    digest: str
    together: _Together
    entities: dict[_Key, _Entity] = field(default_factory=dict)
    needs: list[_Need] = field(default_factory=list)

    def declare(self, document: Node) -> bool:
        """Take one document; say whether it is the catalogue's."""
        version = text(get(document, "apiVersion"))
        kind = get(document, "kind")
        if not version.partition("/")[0].endswith("backstage.io"):
            self.gathering.refuse(document.line, "it is no entity of Backstage")
            return False
        named = text(kind).casefold()
        if named == "location":
            reason = "a location names other files, which are not read: observe them too"
            self.gathering.refuse(kind.line, reason)
        elif named in _THINGS and version not in VERSIONS:
            self.gathering.refuse(document.line, "its apiVersion is not understood")
        elif named in _THINGS:
            self._thing(document, named)
        elif named not in _PASSED_OVER and version in VERSIONS:
            self.gathering.refuse(kind.line or document.line, "its kind is not understood")
        return True

    def _thing(self, document: Node, kind: str) -> None:
        node = get(document, "metadata", "name")
        name = text(node)
        namespace = text(get(document, "metadata", "namespace")) or "default"
        key = _Key(kind, namespace.casefold(), name.casefold())
        if not name or is_template(name) or is_template(namespace):
            reason = UNRENDERED if name else "it names nothing"
            self.gathering.refuse(node.line or document.line, reason)
        elif key in self.entities:
            self.gathering.refuse(node.line, "this entity stands in the file already")
        else:
            entity = _Entity(key, name, node.line, get(document, "spec"))
            self.entities[key] = self.together.entities[key] = entity
            self.together.names[key] = name

    def provide(self) -> None:
        """Say who provides which interface."""
        for entity in self.entities.values():
            for key, _line in self._references(entity, "providesApis", "api"):
                providers = self.together.providers[key]
                if entity.key not in providers:
                    providers.append(entity.key)

    def connect(self) -> None:
        """Read what each entity says of others, when all are known."""
        for entity in self.entities.values():
            for key, line in self._references(entity, "dependsOn"):
                self._need(entity.key, key, line)
            for key, line in self._references(entity, "dependencyOf"):
                self.needs.append(_Need(key, entity.key, line, ""))
            for key, line in self._references(entity, "consumesApis", "api"):
                self._need(entity.key, key, line)

    def _need(self, having: _Key, needed: _Key, line: int) -> None:
        """Write down a need; that of an interface is one of whoever provides it, if that is said.

        Whoever provides what it consumes itself needs nobody else for it.
        """
        providers = self.together.providers.get(needed)
        if not providers:
            what = "an interface that nothing that was read provides"
            self.needs.append(_Need(having, needed, line, what if needed.kind == "api" else ""))
        elif having not in providers:
            what = f"the interface {self.together.names[needed]}"
            self.needs += [_Need(having, provider, line, what) for provider in providers]

    def _references(self, entity: _Entity, name: str, kind: str = "") -> Iterator[tuple[_Key, int]]:
        """Give what a list refers to, each with its line.

        Args:
            entity: whose list.
            name: the key of the list.
            kind: what is meant where a reference names no kind; empty if it must name one.
        """
        node = get(entity.specification, name)
        if node.line and text(node):
            self.gathering.refuse(node.line, f"{name} is no list")
        for item in items(node):
            found = _REFERENCE.fullmatch(text(item))
            if is_template(text(item)):
                self.gathering.refuse(item.line, UNRENDERED)
            elif found is None:
                self.gathering.refuse(item.line, "it is no reference to an entity")
            elif not (found[1] or kind):
                self.gathering.refuse(item.line, "the reference does not say which kind it means")
            else:
                namespace = (found[2] or entity.key.namespace).casefold()
                key = _Key((found[1] or kind).casefold(), namespace, found[3].casefold())
                self.together.names.setdefault(key, found[3])
                yield key, item.line


class Backstage:
    """Reads catalogues."""

    name = "backstage"
    summary = (
        "Reads Backstage's catalog-info.yaml, or what its catalogue gives back in JSON: components,"
        " resources, owners, and what needs what."
    )
    options: tuple[Option, ...] = ()
    patterns = ("*.yaml", "*.yml", "*.json")
    scope = Scope.KIND

    def probe(self) -> Probe:
        """Say that it needs nothing but PyYAML."""
        return Probe(True, f"PyYAML {yaml.__version__}")

    def read(self, path: Path) -> Reading:
        """Read one file.

        Raises:
            MissingInput: if it is not there, or cannot be opened.
            ObservationProblem: if it is no small ordinary file, no YAML, or holds no entity.
        """
        catalogue = _declared(path, _Together())
        _connect([catalogue])
        return _reading(catalogue, _named([catalogue]))

    def read_together(self, files: Mapping[Path, Path]) -> Iterator[Outcome]:
        """Read several files: an interface finds who provides it in any."""
        together = _Together()
        read = {path: _tried(path, together) for path in files}
        catalogues = [one for one in read.values() if isinstance(one, _Catalogue)]
        _connect(catalogues)
        named = _named(catalogues)
        for path, found in read.items():
            if isinstance(found, RefloatError):
                yield Outcome(path, found)
                continue
            try:
                yield Outcome(path, _reading(found, named))
            except ObservationProblem as error:
                yield Outcome(path, error)


def _tried(path: Path, together: _Together) -> _Catalogue | RefloatError:
    try:
        return _declared(path, together)
    except RefloatError as error:
        return error


def _declared(path: Path, together: _Together) -> _Catalogue:
    content = read_bytes(path, hint=_TOO_LARGE)
    said = read_documents(path, decode(path, content))
    gathering = Gathering(path, _TOO_LARGE)
    gathering.refuse_again(said.twice)
    catalogue = _Catalogue(gathering, digest_of(content), together)
    known = [catalogue.declare(one) for document in said.documents for one in _each(document)]
    if not any(known):
        raise ObservationProblem(
            f"{path} holds no entity of Backstage",
            hint=f"Each begins with 'apiVersion: {VERSIONS[0]}' and a kind.",
        )
    return catalogue


def _connect(catalogues: Iterable[_Catalogue]) -> None:
    """Read what each file says of entities of all files."""
    some = list(catalogues)
    for catalogue in some:
        catalogue.provide()
    for catalogue in some:
        catalogue.connect()


def _each(document: Node) -> list[Node]:
    """Give the entities of a document: one, a list of them, or a page of the catalogue's answer."""
    if isinstance(document.value, list):
        return document.value
    if "apiVersion" not in entries(document) and items(get(document, "items")):
        return items(get(document, "items"))
    return [document] if document.value else []


def _reading(catalogue: _Catalogue, named: Mapping[_Key, str]) -> Reading:
    gathering, entities = catalogue.gathering, catalogue.together.entities
    for key, entity in catalogue.entities.items():
        gathering.see(
            named[key],
            "",
            entity.line,
            text(get(entity.specification, "type")),
            owner=text(get(entity.specification, "owner")),
            holds_data=_holds_data(entities, key),
        )
    for need in catalogue.needs:
        holds_data = _holds_data(entities, need.needed)
        having, needed = named[need.having], named[need.needed]
        gathering.see(having, needed, need.line, need.what, holds_data=holds_data)
    return gathering.reading_of(catalogue.digest)


def _named(catalogues: Iterable[_Catalogue]) -> dict[_Key, str]:
    """Name every entity by its bare name; by its whole reference where several share that."""
    used: dict[_Key, str] = {}
    for catalogue in catalogues:
        names = catalogue.together.names
        for key in catalogue.entities:
            used[key] = names[key]
        for need in catalogue.needs:
            used[need.having], used[need.needed] = names[need.having], names[need.needed]
    sharing: dict[str, int] = defaultdict(int)
    for key in used:
        sharing[key.name] += 1
    return {
        key: name if sharing[key.name] == 1 else f"{key.kind}:{key.namespace}/{name}"
        for key, name in used.items()
    }


def _holds_data(entities: Mapping[_Key, _Entity], key: _Key) -> bool:
    entity = entities.get(key)
    kind = text(get(entity.specification, "type")) if entity else ""
    return key.kind == "resource" and kind.casefold() in DATA_TYPES


ADAPTER = Backstage()

"""Reads Kubernetes manifests, and what ``kubectl get -o yaml`` or ``-o json`` prints.

All kinds that run something, keep data, or refer to what does. Pods and other objects that a
workload made for itself are one with it where both are read together. The content of secrets and of
settings is never looked at, and no cluster is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from refloat.model.errors import ObservationProblem, RefloatError
from refloat.model.options import Option, Probe
from refloat.observers import Outcome, Reading, Scope
from refloat.observers._gathering import UNRENDERED, Gathering, digest_of, is_template
from refloat.observers._kubernetes.naming import (
    HOLDS_DATA,
    WORKLOADS,
    Names,
    Thing,
    kind_of,
    template,
)
from refloat.observers._kubernetes.need import Need
from refloat.observers._kubernetes.operators import ELSEWHERE, SPEAKS_OF, is_understood, unrendered
from refloat.observers._kubernetes.references import KINDS, needs
from refloat.observers._source import decode, read_bytes
from refloat.observers._yaml import Node, each, entries, get, items, read_documents, text

_TOO_LARGE = (
    "Split it into several files, and observe them together: kubectl get prints one namespace, or"
    " one kind, at a time."
)


class Kubernetes:
    """Reads manifests."""

    name = "kubernetes"
    summary = (
        "Reads Kubernetes manifests as YAML or JSON: workloads, services, volumes, the names of"
        " secrets and settings, and what refers to what."
    )
    options: tuple[Option, ...] = ()
    patterns = ("*.yaml", "*.yml", "*.json")
    scope = Scope.KIND

    def probe(self) -> Probe:
        """Say that it needs nothing but PyYAML."""
        return Probe(True, f"PyYAML {yaml.__version__}")

    def read(self, path: Path) -> Reading:
        """Read one file of one or many documents.

        A file of objects that neither need nor keep anything (a namespace) gives an empty reading.

        Raises:
            MissingInput: if it is not there, or cannot be opened.
            ObservationProblem: if it is no small ordinary file, no YAML, or holds no object.
        """
        manifest = _understood(path)
        return _reading(manifest, Names(one.thing for one in manifest.objects))

    def read_together(self, files: Mapping[Path, Path]) -> Iterator[Outcome]:
        """Read several files: a service finds its workloads, an ingress its services in any."""
        read = {path: _tried(path) for path in files}
        manifests = [one for one in read.values() if isinstance(one, _Manifest)]
        names = Names(one.thing for manifest in manifests for one in manifest.objects)
        for path, found in read.items():
            if isinstance(found, RefloatError):
                yield Outcome(path, found)
                continue
            try:
                yield Outcome(path, _reading(found, names))
            except ObservationProblem as error:
                yield Outcome(path, error)


@dataclass(frozen=True)
class _Object:
    """One object: what of it is kept, who owns it, which version it is, and what it needs."""

    thing: Thing
    owner: str
    version: str
    unknown: str
    needs: tuple[Need, ...]


@dataclass(frozen=True)
class _Manifest:
    """One file: the objects in it, what of it was refused, and the digest of its bytes."""

    objects: tuple[_Object, ...]
    gathering: Gathering
    digest: str


def _tried(path: Path) -> _Manifest | RefloatError:
    try:
        return _understood(path)
    except RefloatError as error:
        return error


def _understood(path: Path) -> _Manifest:
    content = read_bytes(path, hint=_TOO_LARGE)
    documents, twice = read_documents(path, decode(path, content))
    gathering = Gathering(path, _TOO_LARGE)
    gathering.refuse_again(twice)
    objects = [one for document in documents for one in _objects(document)]
    if not any(text(get(one, "kind")) and text(get(one, "apiVersion")) for one in objects):
        raise ObservationProblem(
            f"{path} holds no Kubernetes object",
            hint="Each has an apiVersion and a kind. A chart is rendered first: helm template.",
        )
    understood = tuple(_object(one) for one in objects if _is_understood(one, gathering))
    return _Manifest(understood, gathering, digest_of(content))


def _reading(manifest: _Manifest, names: Names) -> Reading:
    _gather(manifest.objects, names, manifest.gathering)
    return manifest.gathering.reading_of(manifest.digest)


def _objects(document: Node) -> Iterator[Node]:
    """Give the objects of a document: itself, or those of a list; nothing where none stands."""
    if text(get(document, "kind")).endswith("List") and items(get(document, "items")):
        yield from items(get(document, "items"))
    elif document.value:
        yield document


def _is_understood(node: Node, gathering: Gathering) -> bool:
    """Say whether an object is of a kind that is understood, and has a name."""
    kind, name = kind_of(node), get(node, "metadata", "name")
    is_known = kind in KINDS
    if not kind or not text(get(node, "apiVersion")):
        gathering.refuse(node.line, "it is no Kubernetes object: it has no apiVersion or no kind")
    elif is_template(kind):
        gathering.refuse(node.line, UNRENDERED)
    elif not is_known and unrendered(kind, node):
        gathering.refuse(node.line, ELSEWHERE)
    elif (is_known := is_known or is_understood(kind, node)) and not text(name):
        gathering.refuse(node.line, "the object that begins here has no name")
    else:
        return is_known
    return False


def _object(node: Node) -> _Object:
    thing = Thing.of(node)
    version, unknown = _version(thing.kind, node)
    return _Object(thing, _owner(node), version, unknown, tuple(needs(thing.kind, node)))


def _gather(objects: Iterable[_Object], names: Names, gathering: Gathering) -> None:
    for one in objects:
        thing = one.thing
        if names.is_made(thing):
            continue
        if thing.kind in SPEAKS_OF:
            other = names.spell(SPEAKS_OF[thing.kind], thing.namespace, thing.name)
            if other:
                _relate(thing, other, one.needs, names, gathering)
            continue
        spelled = names.spell(thing.kind, thing.namespace, thing.name)
        space = f" in {thing.namespace}" if thing.namespace else ""
        taken = gathering.see(
            spelled,
            "",
            thing.line,
            f"{thing.kind}{space}{one.unknown}",
            owner=one.owner,
            version=one.version,
            holds_data=thing.keeps,
        )
        if taken:
            _relate(thing, spelled, one.needs, names, gathering)


def _relate(
    thing: Thing, spelled: str, found: Iterable[Need], names: Names, gathering: Gathering
) -> None:
    for one in names.behind(thing) if thing.kind == "Service" else ():
        name = names.spell(one.kind, one.namespace, one.name)
        if name != spelled:  # a service is one with the workload of its name
            gathering.see(spelled, name, thing.line, "leads to")
    for need in found:
        name, namespace = need.name or text(need.node), need.namespace or thing.namespace
        if need.maybe and not names.knows(need.kind, namespace, name):
            continue
        made = names.numbered(need.kind, namespace, need.numbered) if need.numbered else []
        for each_name in made or [name]:
            other = names.spell(need.kind, namespace, each_name) if need.kind else each_name
            if other != spelled:
                keeps = need.holds_data or need.kind in HOLDS_DATA
                gathering.see(spelled, other, need.node.line, need.what, holds_data=keeps)


def _version(kind: str, node: Node) -> tuple[str, str]:
    """Give the images of a workload, and what is not known of them."""
    if kind not in WORKLOADS:
        return "", ""
    pods = get(template(kind, node), "spec")
    images = [text(one) for one in each(get(pods, "containers"), "image")]
    if any(map(is_template, images)):
        return "", "; its version is not known: a template or a variable stands in an image"
    return ", ".join(dict.fromkeys(images)), ""


def _owner(node: Node) -> str:
    """Give the owner: the annotation of https://ambassadorlabs.github.io/k8s-for-humans/, or one
    or a label that is called so.
    """
    metadata = get(node, "metadata")
    for part in ("annotations", "labels"):
        for key, one in entries(get(metadata, part)).items():
            if key.rpartition("/")[2].lower() == "owner":
                return text(one.node)
    return ""


ADAPTER = Kubernetes()

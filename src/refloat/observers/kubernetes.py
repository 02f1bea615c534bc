"""Reads Kubernetes manifests, and what ``kubectl get -o yaml`` or ``-o json`` prints.

All kinds that run something, keep data, or refer to what does. The content of secrets and of
settings is never looked at, and no cluster is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from refloat.model.errors import ObservationProblem
from refloat.model.options import Option, Probe
from refloat.observers import Reading
from refloat.observers._gathering import UNRENDERED, Gathering, is_template
from refloat.observers._kubernetes.naming import WORKLOADS, Names, Thing
from refloat.observers._kubernetes.references import HOLDS_DATA, KINDS, Need, needs
from refloat.observers._source import decode, read_bytes
from refloat.observers._yaml import Node, each, entries, get, items, read_documents, text


class Kubernetes:
    """Reads manifests."""

    name = "kubernetes"
    summary = (
        "Reads Kubernetes manifests as YAML or JSON: workloads, services, volumes, the names of"
        " secrets and settings, and what refers to what."
    )
    options: tuple[Option, ...] = ()

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
        content = read_bytes(path)
        documents, twice = read_documents(path, decode(path, content))
        gathering = Gathering(path)
        gathering.refuse_again(twice)
        objects = [one for document in documents for one in _objects(document)]
        if not any(text(get(one, "kind")) and text(get(one, "apiVersion")) for one in objects):
            raise ObservationProblem(
                f"{path} holds no Kubernetes object",
                hint="Each has an apiVersion and a kind. A chart is rendered first: helm template.",
            )
        things = [thing for one in objects for thing in _things(one, gathering)]
        _gather(things, gathering)
        return gathering.reading(content)


def _objects(document: Node) -> Iterator[Node]:
    """Give the objects of a document: itself, or those of a list; nothing where none stands."""
    if text(get(document, "kind")).endswith("List") and items(get(document, "items")):
        yield from items(get(document, "items"))
    elif document.value:
        yield document


def _things(node: Node, gathering: Gathering) -> Iterator[Thing]:
    """Give an object if it is of a kind that is understood, and has a name."""
    kind, name = text(get(node, "kind")), get(node, "metadata", "name")
    if not kind or not text(get(node, "apiVersion")):
        gathering.refuse(node.line, "it is no Kubernetes object: it has no apiVersion or no kind")
    elif is_template(kind):
        gathering.refuse(node.line, UNRENDERED)
    elif kind in KINDS and not text(name):
        gathering.refuse(node.line, "the object that begins here has no name")
    elif kind in KINDS:
        namespace = text(get(node, "metadata", "namespace"))
        yield Thing(kind, text(name), namespace, name.line, node)


def _gather(things: list[Thing], gathering: Gathering) -> None:
    names = Names(things)
    for thing in things:
        spelled = names.spell(thing.kind, thing.namespace, thing.name)
        version, unknown = _version(thing)
        space = f" in {thing.namespace}" if thing.namespace else ""
        taken = gathering.see(
            spelled,
            "",
            thing.line,
            f"{thing.kind}{space}{unknown}",
            owner=_owner(thing),
            version=version,
            holds_data=thing.kind in HOLDS_DATA,
        )
        if taken:
            _relate(thing, spelled, needs(thing, names), names, gathering)


def _relate(
    thing: Thing, spelled: str, found: Iterable[Need], names: Names, gathering: Gathering
) -> None:
    for need in found:
        name = need.name or text(need.node)
        if need.kind:
            name = names.spell(need.kind, need.namespace or thing.namespace, name)
        if name != spelled:  # a service is one with the workload of its name
            keeps = need.holds_data or need.kind in HOLDS_DATA
            gathering.see(spelled, name, need.node.line, need.what, holds_data=keeps)


def _version(thing: Thing) -> tuple[str, str]:
    """Give the images of a workload, and what is not known of them."""
    if thing.kind not in WORKLOADS:
        return "", ""
    pods = get(thing.template, "spec")
    images = [text(one) for one in each(get(pods, "containers"), "image")]
    if any(map(is_template, images)):
        return "", "; its version is not known: a template or a variable stands in an image"
    return ", ".join(dict.fromkeys(images)), ""


def _owner(thing: Thing) -> str:
    """Give the owner: the annotation of https://ambassadorlabs.github.io/k8s-for-humans/, or one
    or a label that is called so.
    """
    metadata = get(thing.node, "metadata")
    for part in ("annotations", "labels"):
        for key, one in entries(get(metadata, part)).items():
            if key.rpartition("/")[2].lower() == "owner":
                return text(one.node)
    return ""


ADAPTER = Kubernetes()

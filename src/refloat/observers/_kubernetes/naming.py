"""Kubernetes objects, and the shortest name of each that is nobody else's among those in question.

Names are unique among objects of one kind in one namespace only
(https://kubernetes.io/docs/concepts/overview/working-with-objects/names/).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from refloat.observers._kubernetes import operators
from refloat.observers._kubernetes.operators import spoken_of
from refloat.observers._yaml import NOTHING, Node, entries, get, items, text

WORKLOADS = frozenset(
    (
        "Pod",
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "ReplicaSet",
        "ReplicationController",
        "Job",
        "CronJob",
        "CloneSet",
        "DeploymentConfig",
        "KnativeService",
        "Rollout",
    )
)
"""Kinds that run something; these have plain names. Those of OpenKruise, OpenShift, Knative and
Argo Rollouts have the template of a deployment."""

CLAIM = "PersistentVolumeClaim"
HOLDS_DATA = frozenset((CLAIM, "PersistentVolume", "VolumeSnapshot"))
"""Kinds of Kubernetes itself that keep data."""

_NUMBERED = re.compile(r"(.+)-[0-9]+")


class Thing(NamedTuple):
    """One object, without most of what is written of it: many are kept until all are read.

    Attributes:
        kind: as it is written.
        name: of ``metadata``; of addresses the name of the service whose they are.
        namespace: of ``metadata``; empty where none is written.
        line: where the name stands.
        labels: those of the pods of a workload.
        selector: which labels a service looks for.
        keeps: whether it keeps data.
        maker: the kind and name of the workload that made it, if one did: pods are made by a
            ReplicaSet, and that by a Deployment, with names that change.
    """

    kind: str
    name: str
    namespace: str
    line: int
    labels: Mapping[str, str]
    selector: Mapping[str, str]
    keeps: bool = False
    maker: tuple[str, str] = ("", "")

    @staticmethod
    def of(node: Node) -> Thing:
        """Take what is kept of an object."""
        kind = kind_of(node)
        name = spoken_of(kind, node)
        pods = template(kind, node) if kind in WORKLOADS else NOTHING
        return Thing(
            kind=kind,
            name=text(name),
            namespace=text(get(node, "metadata", "namespace")),
            line=name.line,
            labels=_texts(get(pods, "metadata", "labels")),
            selector=_texts(get(node, "spec", "selector")) if kind == "Service" else {},
            keeps=kind in HOLDS_DATA or operators.keeps(kind, node),
            maker=_maker(node) if kind in WORKLOADS else ("", ""),
        )


def template(kind: str, node: Node) -> Node:
    """Give the template of an object's pods, or a pod itself; nothing for what runs nothing."""
    if kind == "CronJob":
        return get(node, "spec", "jobTemplate", "spec", "template")
    return node if kind == "Pod" else get(node, "spec", "template")


def kind_of(node: Node) -> str:
    """Give the kind of an object; Knative calls a workload a service, as Kubernetes an address."""
    kind = text(get(node, "kind"))
    if kind == "Service" and text(get(node, "apiVersion")).startswith("serving.knative.dev/"):
        return "KnativeService"
    return kind


def _maker(node: Node) -> tuple[str, str]:
    for one in items(get(node, "metadata", "ownerReferences")):
        kind = text(get(one, "kind"))
        if kind in WORKLOADS and text(get(one, "controller")) == "true":
            return kind, text(get(one, "name"))
    return "", ""


def _texts(node: Node) -> dict[str, str]:
    return {key: text(one.node) for key, one in entries(node).items()}


class Names:
    """Spells the names of objects.

    A workload has its own name, and a service that of the workload of that name that it leads to.
    Everything else is spelled as kubectl does: ``secret/database``. What another one is called too
    has its kind before it, or its namespace behind it. What a workload among them made for itself
    (the pods of a deployment) is one with that workload, and has no name.

    Args:
        things: the objects of all files that are read together.
    """

    def __init__(self, things: Iterable[Thing]) -> None:
        self._kinds: dict[str, set[str]] = {}
        self._spaces: dict[tuple[str, str], set[str]] = {}
        self._labelled: dict[tuple[str, str, str], list[Thing]] = {}
        self._behind: dict[int, list[Thing]] = {}
        self._known: dict[tuple[str, str, str], Thing] = {}
        self._numbered: dict[tuple[str, str, str], list[str]] = {}
        several = list(things)
        self._all = {(one.kind, one.namespace, one.name) for one in several}
        for thing in several:
            if thing.maker[0] and self.is_made(thing):
                continue
            if thing.kind == CLAIM and (found := _NUMBERED.fullmatch(thing.name)):
                key = (thing.kind, thing.namespace, found.group(1))
                self._numbered.setdefault(key, []).append(thing.name)
            self._spaces.setdefault((thing.kind, thing.name), set()).add(thing.namespace)
            self._known.setdefault((thing.kind, thing.namespace, thing.name), thing)
            if thing.kind in WORKLOADS:
                self._kinds.setdefault(thing.name, set()).add(thing.kind)
                for label in thing.labels.items():
                    self._labelled.setdefault((thing.namespace, *label), []).append(thing)

    def spell(self, kind: str, namespace: str, name: str) -> str:
        """Give the name of an object, whether it was read or not; empty if it has none."""
        if not name:
            return ""
        plain = kind in WORKLOADS and len(self._kinds.get(name, ())) < 2
        if kind == "Service":
            service = self._known.get((kind, namespace, name))
            plain = name not in self._kinds or (
                service is not None and any(one.name == name for one in self.behind(service))
            )
        spelled = name if plain else f"{kind.lower()}/{name}"
        several = len(self._spaces.get((kind, name), ())) > 1
        return f"{spelled}.{namespace}" if several and namespace else spelled

    def knows(self, kind: str, namespace: str, name: str) -> bool:
        """Say whether an object is among them."""
        return (kind, namespace, name) in self._known

    def is_made(self, thing: Thing) -> bool:
        """Say whether a workload that is among them made it."""
        kind, name = thing.maker
        return bool(kind) and (kind, thing.namespace, name) in self._all

    def numbered(self, kind: str, namespace: str, name: str) -> list[str]:
        """Give the names of those objects that are called so, with a number behind."""
        return self._numbered.get((kind, namespace, name), [])

    def behind(self, service: Thing) -> list[Thing]:
        """Give the workloads that a service's selector leads to."""
        if id(service) not in self._behind:
            self._behind[id(service)] = self._selected(service.namespace, service.selector)
        return self._behind[id(service)]

    def _selected(self, namespace: str, wanted: Mapping[str, str]) -> list[Thing]:
        """Give the workloads that have all of some labels, out of those that have the rarest."""
        having = [self._labelled.get((namespace, *one), []) for one in wanted.items()]
        return [
            thing
            for thing in min(having, key=len, default=[])
            if all(thing.labels.get(key) == value for key, value in wanted.items())
        ]

"""What a Kubernetes object says that it needs, by its kind; values of secrets are never looked at.

After the reference of the API (https://kubernetes.io/docs/reference/kubernetes-api/) and of the
Gateway API (https://gateway-api.sigs.k8s.io/reference/spec/).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain

from refloat.observers._addresses import hosts
from refloat.observers._kubernetes.naming import CLAIM, WORKLOADS, template
from refloat.observers._kubernetes.need import Need
from refloat.observers._kubernetes.operators import references
from refloat.observers._machine import is_of_the_machine
from refloat.observers._yaml import NOTHING, Node, each, entries, get, items, text

_DISKS = {
    "awsElasticBlockStore": "volumeID",
    "azureDisk": "diskName",
    "azureFile": "shareName",
    "cephfs": "path",
    "cinder": "volumeID",
    "gcePersistentDisk": "pdName",
    "glusterfs": "path",
    "iscsi": "iqn",
    "portworxVolume": "volumeID",
    "rbd": "image",
    "vsphereVolume": "volumePath",
}
"""Volumes that a pod names itself, and what in them says which it is."""
_OF_EVERY_NAMESPACE = frozenset(("kube-root-ca.crt", "openshift-service-ca.crt"))
"""Settings that a cluster makes by itself in each namespace
(https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/)."""
_NO_FOLDER = frozenset(("Socket", "CharDevice", "BlockDevice"))
"""What a path of the host may be that is no folder and no file."""


def needs(kind: str, node: Node) -> Iterator[Need]:
    """Give what an object says that it needs; nothing for kinds that refer to nothing.

    Which workloads a service leads to is not said in it, but by the labels of others.
    """
    if kind in WORKLOADS:
        yield from _of_pods(kind, node)
    elif kind in _BY_KIND:
        for one in _BY_KIND[kind](node):
            if text(one.node):
                yield one
    else:
        yield from references(kind, node)


def _of_pods(kind: str, workload: Node) -> Iterator[Need]:
    pods = get(template(kind, workload), "spec")
    found = chain(
        _volumes(pods),
        *(
            _container(one)
            for key in ("initContainers", "containers")
            for one in items(get(pods, key))
        ),
        (
            Need("Secret", one, "pulls images")
            for one in each(get(pods, "imagePullSecrets"), "name")
        ),
        (Need("ServiceAccount", get(pods, "serviceAccountName"), "runs as"),),
        _claims(workload),
    )
    return (one for one in found if text(one.node))


def _claims(workload: Node) -> Iterator[Need]:
    name = text(get(workload, "metadata", "name"))
    for one in each(get(workload, "spec", "volumeClaimTemplates"), "metadata", "name"):
        made = f"{text(one)}-{name}"
        yield Need(CLAIM, one, "volume of its own for each replica", numbered=made)


def _volumes(pods: Node) -> Iterator[Need]:
    for volume in items(get(pods, "volumes")):
        for kind, (_, node) in entries(volume).items():
            if kind == "persistentVolumeClaim":
                yield Need(CLAIM, get(node, "claimName"), "volume")
            elif kind == "secret":
                yield Need("Secret", get(node, "secretName"), "volume")
            elif kind == "configMap":
                yield Need("ConfigMap", get(node, "name"), "volume")
            elif kind == "projected":
                yield from _projected(get(node, "sources"))
            elif kind == "hostPath":
                keeps = _keeps(pods, text(get(volume, "name")), node)
                yield Need("", get(node, "path"), "folder or file of the host", holds_data=keeps)
            elif kind == "nfs":
                yield _share(node)
            elif kind == "csi":
                what = get(node, "volumeAttributes", "secretProviderClass")
                yield Need("SecretProviderClass", what, "volume")
                yield Need("Secret", get(node, "nodePublishSecretRef", "name"), "volume")
            elif kind in _DISKS:
                yield from _disk(kind, node)


def _projected(sources: Node) -> Iterator[Need]:
    for one in each(sources, "secret", "name"):
        yield Need("Secret", one, "volume")
    for one in each(sources, "configMap", "name"):
        if text(one) not in _OF_EVERY_NAMESPACE:
            yield Need("ConfigMap", one, "volume")


def _keeps(pods: Node, name: str, node: Node) -> bool:
    """Say whether a folder of the host may keep data of these pods: they can write to it."""
    if is_of_the_machine(text(get(node, "path"))) or text(get(node, "type")) in _NO_FOLDER:
        return False
    mounts = [
        mount
        for key in ("initContainers", "containers")
        for container in items(get(pods, key))
        for mount in items(get(container, "volumeMounts"))
        if text(get(mount, "name")) == name
    ]
    return not mounts or any(text(get(mount, "readOnly")) != "true" for mount in mounts)


def _disk(kind: str, node: Node) -> Iterator[Need]:
    """Give a disk or share that pods use without a claim."""
    named = get(node, _DISKS[kind])
    if text(named):
        name = f"{kind.lower()}/{text(named)}"
        yield Need("", named, "volume without a claim", name=name, holds_data=True)
    yield Need("Secret", get(node, "secretName"), "volume")
    yield Need("Secret", get(node, "secretRef", "name"), "volume")


def _share(node: Node) -> Need:
    server, path = get(node, "server"), text(get(node, "path"))
    return Need("", server, "NFS share", name=f"{text(server)}:{path}", holds_data=True)


def _container(container: Node) -> Iterator[Need]:
    for one in items(get(container, "envFrom")):
        yield Need("ConfigMap", get(one, "configMapRef", "name"), "environment")
        yield Need("Secret", get(one, "secretRef", "name"), "environment")
    for one in items(get(container, "env")):
        source = get(one, "valueFrom")
        if source is not NOTHING:
            yield Need("ConfigMap", get(source, "configMapKeyRef", "name"), "environment")
            yield Need("Secret", get(source, "secretKeyRef", "name"), "environment")
        else:
            yield from _addressed(text(get(one, "name")), get(one, "value"))


def _addressed(name: str, value: Node) -> Iterator[Need]:
    """Give the services that a value may name as a host (``db.shop.svc``)."""
    for host in hosts(name, text(value)):
        service, _, rest = host.partition(".")
        namespace, _, domain = rest.partition(".")
        if service and domain in ("", "svc", "svc.cluster.local"):
            yield Need("Service", value, f"named in {name}", namespace, service, maybe=True)


def _of_service(node: Node) -> Iterator[Need]:
    yield Need("", get(node, "spec", "externalName"), "external name")


def _of_endpoints(node: Node) -> Iterator[Need]:
    for subset in items(get(node, "subsets")):
        for one in items(get(subset, "addresses")):
            if get(one, "targetRef") is NOTHING:  # else it is that of a pod
                yield Need("", get(one, "ip"), "address outside of the cluster")


def _of_slice(node: Node) -> Iterator[Need]:
    for one in items(get(node, "endpoints")):
        for address in items(get(one, "addresses")) if get(one, "targetRef") is NOTHING else ():
            yield Need("", address, "address outside of the cluster")


def _of_ingress(node: Node) -> Iterator[Need]:
    spec = get(node, "spec")
    yield Need("Service", get(spec, "defaultBackend", "service", "name"), "leads to")
    yield Need("Service", get(spec, "backend", "serviceName"), "leads to")
    for paths in each(get(spec, "rules"), "http", "paths"):
        for one in each(paths, "backend"):
            yield Need("Service", get(one, "service", "name"), "leads to")
            yield Need("Service", get(one, "serviceName"), "leads to")  # before v1
            resource = get(one, "resource")
            yield Need(text(get(resource, "kind")), get(resource, "name"), "leads to")
    for one in each(get(spec, "tls"), "secretName"):
        yield Need("Secret", one, "certificate")
    yield Need("IngressClass", get(spec, "ingressClassName"), "is served by")


def _of_route(node: Node) -> Iterator[Need]:
    spec = get(node, "spec")
    for one in items(get(spec, "parentRefs")):
        kind = text(get(one, "kind")) or "Gateway"
        yield Need(kind, get(one, "name"), "is served by", text(get(one, "namespace")))
    for backends in each(get(spec, "rules"), "backendRefs"):
        for one in items(backends):
            kind = text(get(one, "kind")) or "Service"
            yield Need(kind, get(one, "name"), "leads to", text(get(one, "namespace")))


def _of_gateway(node: Node) -> Iterator[Need]:
    yield Need("GatewayClass", get(node, "spec", "gatewayClassName"), "is served by")
    for certificates in each(get(node, "spec", "listeners"), "tls", "certificateRefs"):
        for one in items(certificates):
            kind = text(get(one, "kind")) or "Secret"
            yield Need(kind, get(one, "name"), "certificate", text(get(one, "namespace")))


def _of_claim(node: Node) -> Iterator[Need]:
    spec = get(node, "spec")
    yield Need("PersistentVolume", get(spec, "volumeName"), "is kept on")
    yield Need("StorageClass", get(spec, "storageClassName"), "is made by")
    source = get(spec, "dataSource")
    yield Need(text(get(source, "kind")), get(source, "name"), "was made from")


def _of_volume(node: Node) -> Iterator[Need]:
    spec = get(node, "spec")
    yield Need("StorageClass", get(spec, "storageClassName"), "is made by")
    yield Need("", get(spec, "hostPath", "path"), "folder of the host", holds_data=True)
    if get(spec, "nfs") is not NOTHING:
        yield _share(get(spec, "nfs"))


def _of_snapshot(node: Node) -> Iterator[Need]:
    claim = get(node, "spec", "source", "persistentVolumeClaimName")
    yield Need(CLAIM, claim, "was made from")
    yield Need("VolumeSnapshotClass", get(node, "spec", "volumeSnapshotClassName"), "is made by")


def _of_account(node: Node) -> Iterator[Need]:
    for one in each(get(node, "imagePullSecrets"), "name"):
        yield Need("Secret", one, "pulls images")


def _nothing(_node: Node) -> Iterator[Need]:
    return iter(())


_BY_KIND: Mapping[str, Callable[[Node], Iterator[Need]]] = {
    "Service": _of_service,
    "Endpoints": _of_endpoints,
    "EndpointSlice": _of_slice,
    "Ingress": _of_ingress,
    "HTTPRoute": _of_route,
    "GRPCRoute": _of_route,
    "TCPRoute": _of_route,
    "TLSRoute": _of_route,
    "Gateway": _of_gateway,
    CLAIM: _of_claim,
    "PersistentVolume": _of_volume,
    "VolumeSnapshot": _of_snapshot,
    "ServiceAccount": _of_account,
    "ConfigMap": _nothing,
    "Secret": _nothing,
    "StorageClass": _nothing,
}

KINDS = WORKLOADS | frozenset(_BY_KIND)
"""Kinds that are understood; others are passed over."""

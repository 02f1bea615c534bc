"""Objects that operators understand: databases, what says where secrets come from, and charts.

After the reference of each operator. What their objects refer to is found by the names that the
conventions of the API give to references
(https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md):
``secretName``, ``adminSecretRef``, ``storageClassName``. Only what can be a name of an object is
ever taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from refloat.observers._addresses import hosts
from refloat.observers._kubernetes.need import Need
from refloat.observers._yaml import NOTHING, Node, each, entries, get, items, text

_STORES = frozenset(
    """
    acid.zalan.do/postgresql
    cassandra.datastax.com/CassandraDatacenter
    ceph.rook.io/CephCluster
    clickhouse-keeper.altinity.com/ClickHouseKeeperInstallation
    clickhouse.altinity.com/ClickHouseInstallation
    couchbase.com/CouchbaseCluster
    crdb.cockroachlabs.com/CrdbCluster
    database.arangodb.com/ArangoDeployment
    databases.spotahome.com/RedisFailover
    dynamodb.services.k8s.aws/Table
    elasticsearch.k8s.elastic.co/Elasticsearch
    k8s.mariadb.com/MariaDB
    k8ssandra.io/K8ssandraCluster
    kafka.strimzi.io/Kafka
    kubegres.reactive-tech.io/Kubegres
    minio.min.io/Tenant
    moco.cybozu.com/MySQLCluster
    mongodb.com/MongoDB
    mongodbcommunity.mongodb.com/MongoDBCommunity
    monitoring.coreos.com/Prometheus
    mysql.oracle.com/InnoDBCluster
    mysql.presslabs.org/MysqlCluster
    objectbucket.io/ObjectBucketClaim
    opensearch.opster.io/OpenSearchCluster
    pgv2.percona.com/PerconaPGCluster
    pingcap.com/TidbCluster
    postgres-operator.crunchydata.com/PostgresCluster
    postgresql.cnpg.io/Cluster
    ps.percona.com/PerconaServerMySQL
    psmdb.percona.com/PerconaServerMongoDB
    pxc.percona.com/PerconaXtraDBCluster
    rabbitmq.com/RabbitmqCluster
    rds.services.k8s.aws/DBCluster
    rds.services.k8s.aws/DBInstance
    redis.redis.opstreelabs.in/Redis
    redis.redis.opstreelabs.in/RedisCluster
    redis.redis.opstreelabs.in/RedisReplication
    s3.services.k8s.aws/Bucket
    scylla.scylladb.com/ScyllaCluster
    solr.apache.org/SolrCloud
    sql.cnrm.cloud.google.com/SQLInstance
    stackgres.io/SGCluster
    storage.cnrm.cloud.google.com/StorageBucket
    vitess.planetscale.com/VitessCluster
    """.split()  # noqa: SIM905 (a list of quoted names would be harder to read)
)
"""Databases and the like that are made of one object, by its group and kind; their volumes stand in
no manifest."""

_CHARTS = frozenset(
    (
        "argoproj.io/Application",
        "argoproj.io/ApplicationSet",
        "helm.cattle.io/HelmChart",
        "helm.toolkit.fluxcd.io/HelmRelease",
    )
)
"""Objects of which a controller makes others, out of what stands somewhere else."""

_OVERLAYS = ("Component", "Kustomization")
_CHANGES = frozenset(
    (
        "components",
        "configMapGenerator",
        "helmCharts",
        "images",
        "namePrefix",
        "nameSuffix",
        "namespace",
        "patches",
        "patchesJson6902",
        "patchesStrategicMerge",
        "replacements",
        "secretGenerator",
    )
)
"""What kustomize does to the objects that it takes together
(https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/)."""

ELSEWHERE = "what is made of it was never rendered: helm template, kustomize build"

SPEAKS_OF = {
    "Certificate": "Secret",
    "Endpoints": "Service",
    "EndpointSlice": "Service",
    "ExternalSecret": "Secret",
}
"""Kinds that say where another object leads or comes from, and are nothing beside it."""

_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?")
"""A name of an object (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/)."""

_NAMED = {
    "barmanObjectName": "ObjectStore",
    "claimName": "PersistentVolumeClaim",
    "configMapName": "ConfigMap",
    "credentialsSecret": "Secret",
    "clientCASecret": "Secret",
    "replicationTLSSecret": "Secret",
    "secretName": "Secret",
    "secretsName": "Secret",
    "serverCASecret": "Secret",
    "serverTLSSecret": "Secret",
    "serviceAccountName": "ServiceAccount",
    "storageClass": "StorageClass",
    "storageClassName": "StorageClass",
}
"""Settings whose value is the name of an object."""
_REFERENCE = re.compile(r".*?(secret|configMap)(?:KeyRef|KeySelector|Ref)?s?", re.IGNORECASE)
"""Settings that hold a mapping with the name of an object, or a list of such."""


def full_kind(kind: str, node: Node) -> str:
    """Give the group and the kind of an object, as ``apps/Deployment``."""
    return f"{text(get(node, 'apiVersion')).rpartition('/')[0]}/{kind}"


def is_store(kind: str, node: Node) -> bool:
    """Say whether an object stands for a database or the like that an operator makes of it."""
    return kind in _STORE_KINDS and full_kind(kind, node) in _STORES


def keeps(kind: str, node: Node) -> bool:
    """Say whether what an operator makes of an object keeps data when its pods are gone."""
    if not is_store(kind, node):
        return False
    if kind == "Prometheus":
        return get(node, "spec", "storage") is not NOTHING
    return text(get(node, "spec", "kafka", "storage", "type")) != "ephemeral"


def is_understood(kind: str, node: Node) -> bool:
    """Say whether an object of an operator is one that refers to others, or keeps data."""
    return is_store(kind, node) or (kind in _REFERRING and full_kind(kind, node) in _BY_KIND)


def unrendered(kind: str, node: Node) -> bool:
    """Say whether objects are made of this one that only rendering would show.

    Where it was read from a cluster, what was made of it is there too.
    """
    if kind in _OVERLAYS:
        is_overlay = full_kind(kind, node).startswith("kustomize.config.k8s.io/")
        return is_overlay and not _CHANGES.isdisjoint(entries(node))
    is_chart = kind in _CHART_KINDS and full_kind(kind, node) in _CHARTS
    return is_chart and get(node, "metadata", "uid") is NOTHING


def spoken_of(kind: str, node: Node) -> Node:
    """Give the name of the object that one speaks of; for all other kinds its own."""
    name = get(node, "metadata", "name")
    if kind not in SPEAKS_OF:
        return name
    if kind == "EndpointSlice":
        return get(node, "metadata", "labels", "kubernetes.io/service-name")
    if kind == "Certificate":
        return get(node, "spec", "secretName")
    if kind == "ExternalSecret":
        made = get(node, "spec", "target", "name")
        return made if text(made) else name
    return name


def references(kind: str, node: Node) -> Iterator[Need]:
    """Give what an object of an operator says that it needs; nothing where it says nothing."""
    if not is_understood(kind, node):
        return
    of_kind = _BY_KIND.get(full_kind(kind, node), _by_convention)
    yield from (one for one in of_kind(get(node, "spec")) if text(one.node))


def _by_convention(spec: Node) -> Iterator[Need]:
    """Give what is named as the conventions name references, however deep it stands."""
    for one in items(spec):
        yield from _by_convention(one)
    for key, (_, node) in entries(spec).items():
        kind = _NAMED.get(key, "")
        found = _REFERENCE.fullmatch(key)
        if kind and text(node):
            yield from _named(kind, node, node)
        elif key.endswith("Credentials"):
            for _, one in entries(node).values():
                yield from _named("Secret", get(one, "name"), one)
            yield from _by_convention(node)
        elif found and any(get(one, "name").line for one in items(node) or [node]):
            kind = "Secret" if found.group(1).lower() == "secret" else "ConfigMap"
            for one in items(node) or [node]:
                yield from _named(kind, get(one, "name"), one)
        else:
            yield from _by_convention(node)


def _named(kind: str, name: Node, reference: Node) -> Iterator[Need]:
    """Give what a reference names, if that can be the name of an object."""
    if _NAME.fullmatch(text(name)):
        yield Need(kind, name, _WAYS.get(kind, "refers to"), text(get(reference, "namespace")))


_WAYS = {"StorageClass": "is made by", "ServiceAccount": "runs as", "ObjectStore": "is copied to"}


def _of_tenant(spec: Node) -> Iterator[Need]:
    yield Need("Secret", get(spec, "configuration", "name"), "refers to")
    for one in each(get(spec, "users"), "name"):
        yield Need("Secret", one, "refers to")
    yield from _by_convention(spec)


def _of_percona(spec: Node) -> Iterator[Need]:
    for _, one in entries(get(spec, "secrets")).values():
        yield from _named("Secret", one, NOTHING)
    yield from _by_convention(spec)


def _of_external_secret(spec: Node) -> Iterator[Need]:
    sources = (
        get(one, "sourceRef", "storeRef")
        for key in ("data", "dataFrom")
        for one in items(get(spec, key))
    )
    for one in (get(spec, "secretStoreRef"), *sources):
        yield Need(text(get(one, "kind")) or "SecretStore", get(one, "name"), "is read from")


def _of_secret_store(spec: Node) -> Iterator[Need]:
    server = get(spec, "provider", "vault", "server")
    for host in hosts("", text(server)):
        yield Need("", server, "vault", name=host)
    yield from _by_convention(spec)


def _of_certificate(spec: Node) -> Iterator[Need]:
    issuer = get(spec, "issuerRef")
    yield Need(text(get(issuer, "kind")) or "Issuer", get(issuer, "name"), "is issued by")


def _of_cluster(what: str) -> Callable[[Node], Iterator[Need]]:
    def found(spec: Node) -> Iterator[Need]:
        yield Need("Cluster", get(spec, "cluster", "name"), what)

    return found


def _of_openshift_route(spec: Node) -> Iterator[Need]:
    for one in (get(spec, "to"), *items(get(spec, "alternateBackends"))):
        yield Need(text(get(one, "kind")) or "Service", get(one, "name"), "leads to")


def _of_traefik_route(spec: Node) -> Iterator[Need]:
    for services in each(get(spec, "routes"), "services"):
        for one in items(services):
            kind = text(get(one, "kind")) or "Service"
            yield Need(kind, get(one, "name"), "leads to", text(get(one, "namespace")))
    yield Need("Secret", get(spec, "tls", "secretName"), "certificate")


def _of_virtual_service(spec: Node) -> Iterator[Need]:
    for key in ("http", "tcp", "tls"):
        for routes in each(get(spec, key), "route"):
            for host in each(routes, "destination", "host"):
                name, _, rest = text(host).partition(".")
                namespace, _, domain = rest.partition(".")
                if domain in ("", "svc.cluster.local"):
                    yield Need("Service", host, "leads to", namespace, name)
                else:
                    yield Need("", host, "leads to")


_BY_KIND: Mapping[str, Callable[[Node], Iterator[Need]]] = {
    "barmancloud.cnpg.io/ObjectStore": _by_convention,
    "cert-manager.io/Certificate": _of_certificate,
    "cert-manager.io/ClusterIssuer": _by_convention,
    "cert-manager.io/Issuer": _by_convention,
    "external-secrets.io/ClusterSecretStore": _of_secret_store,
    "external-secrets.io/ExternalSecret": _of_external_secret,
    "external-secrets.io/SecretStore": _of_secret_store,
    "minio.min.io/Tenant": _of_tenant,
    "networking.istio.io/VirtualService": _of_virtual_service,
    "postgresql.cnpg.io/Pooler": _of_cluster("leads to"),
    "postgresql.cnpg.io/ScheduledBackup": _of_cluster("copies"),
    "psmdb.percona.com/PerconaServerMongoDB": _of_percona,
    "pxc.percona.com/PerconaXtraDBCluster": _by_convention,
    "route.openshift.io/Route": _of_openshift_route,
    "traefik.containo.us/IngressRoute": _of_traefik_route,
    "traefik.io/IngressRoute": _of_traefik_route,
}

_STORE_KINDS = frozenset(one.partition("/")[2] for one in _STORES)
_CHART_KINDS = frozenset(one.partition("/")[2] for one in _CHARTS)
_REFERRING = frozenset(one.partition("/")[2] for one in _BY_KIND)

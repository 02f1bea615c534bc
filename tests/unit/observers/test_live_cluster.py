"""What kubectl prints of a cluster that runs, and older and rarer ways to write manifests.

Written after what kubectl 1.2x prints and the reference of the API; shapes as public manifests have
them (agents of monitoring, stateful sets, ingresses before v1).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from refloat import registry
from refloat.observers import Observer, Reading

KUBERNETES: Observer = registry.adapters("observers")["kubernetes"]
TEMPLATE = {"metadata": {"labels": {"app": "web"}}}


def thing(kind: str, name: str, maker: tuple[str, str] = ("", ""), **said: Any) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name, "namespace": "shop"}
    if maker[0]:
        owner = {"kind": maker[0], "name": maker[1], "controller": True, "uid": "1"}
        metadata["ownerReferences"] = [owner]
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **said}


def read(folder: Path, *things: dict[str, Any]) -> Reading:
    path = folder / "cluster.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": things}), "utf-8")
    return KUBERNETES.read(path)


def pairs(reading: Reading) -> list[tuple[str, str]]:
    return [(one.component, one.needs) for one in reading.observations]


def stores(reading: Reading) -> set[str]:
    return {one.needs or one.component for one in reading.observations if one.holds_data}


def test_what_a_workload_made_for_itself_is_one_with_it(tmp_path: Path) -> None:
    pod = thing("Pod", "web-7d4f9c-x2x4q", ("ReplicaSet", "web-7d4f9c"))
    pod["metadata"]["labels"] = {"app": "web"}
    reading = read(
        tmp_path,
        thing("Deployment", "web", spec={"template": TEMPLATE}),
        thing("ReplicaSet", "web-7d4f9c", ("Deployment", "web"), spec={"template": TEMPLATE}),
        pod,
        thing("Service", "shop", spec={"selector": {"app": "web"}}),
        thing("Job", "nightly-293", ("CronJob", "nightly")),
        thing("Pod", "etcd-node1", ("Node", "node1")),
    )
    assert pairs(reading) == [
        ("web", ""),
        ("shop", ""),
        ("shop", "web"),
        ("nightly-293", ""),
        ("etcd-node1", ""),
    ], "a job whose maker was not read stays, and so does a pod that no workload made"


def test_the_claims_that_a_stateful_set_made_are_what_it_needs(tmp_path: Path) -> None:
    claims = [{"metadata": {"name": "data"}}]
    database = thing("StatefulSet", "db", spec={"volumeClaimTemplates": claims})
    alone = read(tmp_path, database)
    assert ("db", "persistentvolumeclaim/data") in pairs(alone)
    made = [thing("PersistentVolumeClaim", f"data-db-{number}") for number in range(2)]
    reading = read(tmp_path, database, *made, thing("PersistentVolumeClaim", "data-db2-0"))
    assert [needs for component, needs in pairs(reading) if component == "db" and needs] == [
        "persistentvolumeclaim/data-db-0",
        "persistentvolumeclaim/data-db-1",
    ]


def test_an_ingress_from_before_v1_leads_to_its_services(tmp_path: Path) -> None:
    paths = [{"backend": {"serviceName": "web", "servicePort": 80}}]
    spec = {"backend": {"serviceName": "front"}, "rules": [{"http": {"paths": paths}}]}
    found = pairs(read(tmp_path, thing("Ingress", "shop", spec=spec)))
    assert [needs for _, needs in found] == ["", "front", "web"]


@pytest.mark.parametrize(
    ("folder", "mount", "keeps"),
    [
        ({"path": "/srv/orders"}, {}, True),
        ({"path": "/srv/orders"}, {"readOnly": True}, False),
        ({"path": "/srv/orders", "type": "Socket"}, {}, False),
        ({"path": "/var/run/docker.sock"}, {}, False),
        ({"path": "/proc"}, {}, False),
        ({"path": "/"}, {}, False),
        ({"path": "/lib/modules"}, {}, False),
        ({"path": "/library"}, {}, True),
    ],
)
def test_a_folder_of_the_machine_itself_is_no_data_store(
    tmp_path: Path, folder: dict[str, str], mount: dict[str, bool], keeps: bool
) -> None:
    container = {"name": "c", "volumeMounts": [{"name": "host", "mountPath": "/host", **mount}]}
    pods = {"containers": [container], "volumes": [{"name": "host", "hostPath": folder}]}
    reading = read(tmp_path, thing("Pod", "agent", spec=pods))
    assert ("agent", folder["path"]) in pairs(reading)
    assert stores(reading) == ({folder["path"]} if keeps else set())


def test_disks_that_a_pod_names_itself_keep_data(tmp_path: Path) -> None:
    volumes = [
        {"name": "a", "gcePersistentDisk": {"pdName": "orders", "fsType": "ext4"}},
        {"name": "b", "azureFile": {"shareName": "letters", "secretName": "azure-key"}},
        {"name": "c", "csi": {"volumeAttributes": {"secretProviderClass": "vault-keys"}}},
        {"name": "d", "emptyDir": {}},
    ]
    reading = read(tmp_path, thing("Pod", "web", spec={"volumes": volumes}))
    assert [needs for _, needs in pairs(reading)] == [
        "",
        "gcepersistentdisk/orders",
        "azurefile/letters",
        "secret/azure-key",
        "secretproviderclass/vault-keys",
    ]
    assert stores(reading) == {"gcepersistentdisk/orders", "azurefile/letters"}


def test_a_database_that_an_operator_makes_keeps_data(tmp_path: Path) -> None:
    database = thing("Cluster", "orders", spec={"instances": 3, "storage": {"size": "1Gi"}})
    other = thing("Cluster", "machines")
    database["apiVersion"], other["apiVersion"] = "postgresql.cnpg.io/v1", "cluster.x-k8s.io/v1"
    metrics = [thing("Prometheus", "kept", spec={"storage": {}}), thing("Prometheus", "lost")]
    for one in metrics:
        one["apiVersion"] = "monitoring.coreos.com/v1"
    reading = read(tmp_path, database, other, *metrics)
    assert [name for name, _ in pairs(reading)] == [
        "cluster/orders",
        "prometheus/kept",
        "prometheus/lost",
    ]
    assert stores(reading) == {"cluster/orders", "prometheus/kept"}


def test_a_service_that_leads_out_of_the_cluster_needs_what_is_there(tmp_path: Path) -> None:
    inside = {"ip": "10.0.0.7", "targetRef": {"kind": "Pod", "name": "db-0"}}
    addresses = [{"addresses": [{"ip": "192.0.2.10"}, inside]}]
    piece = thing("EndpointSlice", "mail-x7x2k")
    piece["metadata"]["labels"] = {"kubernetes.io/service-name": "mail"}
    piece["endpoints"] = [{"addresses": ["192.0.2.25"]}]
    reading = read(
        tmp_path,
        thing("Service", "db", spec={"ports": [{"port": 5432}]}),
        thing("Endpoints", "db", subsets=addresses),
        thing("Service", "mail", spec={}),
        piece,
        thing("EndpointSlice", "nobodys", endpoints=[{"addresses": ["192.0.2.26"]}]),
    )
    assert pairs(reading) == [
        ("db", ""),
        ("db", "192.0.2.10"),
        ("mail", ""),
        ("mail", "192.0.2.25"),
    ]
    assert reading.refused == ()

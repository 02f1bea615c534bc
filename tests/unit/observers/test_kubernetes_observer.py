"""Manifests as people write them and as kubectl prints them, and as nobody should."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from refloat import registry
from refloat.model.errors import ObservationProblem
from refloat.observers import Observer, Reading

KUBERNETES: Observer = registry.adapters("observers")["kubernetes"]
SHOP = Path(__file__).parent / "samples" / "kubernetes-shop.yaml"


def read(folder: Path, content: str) -> Reading:
    path = folder / "manifest.yaml"
    path.write_text(content, encoding="utf-8")
    return KUBERNETES.read(path)


def needs(reading: Reading, component: str) -> dict[str, str]:
    return {
        one.needs: one.what
        for one in reading.observations
        if one.component == component and one.needs
    }


def workload(name: str, kind: str = "Deployment", namespace: str = "", **pods: Any) -> str:
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    spec = {"template": {"metadata": {"labels": {"app": name}}, "spec": pods}}
    return json.dumps({"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": spec})


@pytest.mark.requirement("R-005")
def test_a_shop_shows_what_refers_to_what() -> None:
    reading = KUBERNETES.read(SHOP)
    assert needs(reading, "web") == {
        "persistentvolumeclaim/uploads": "volume",
        "secret/certificates": "volume",
        "configmap/extra": "volume",
        "/srv/cache": "folder or file of the host",
        "nas.example:/export/shop": "NFS share",
        "database": "named in WAIT_FOR",
        "configmap/web-settings": "environment",
        "secret/web-keys": "environment",
        "secret/database": "environment",
        "secret/registry": "pulls images",
        "serviceaccount/web-runner": "runs as",
    }
    assert needs(reading, "database") == {"postgres": "leads to"}
    assert needs(reading, "mail") == {"mail.example.org": "external name"}
    assert needs(reading, "ingress/shop") == {"web": "leads to", "secret/shop-tls": "certificate"}
    assert needs(reading, "nightly") == {"database": "named in PGHOST"}
    assert needs(reading, "persistentvolumeclaim/uploads") == {
        "persistentvolume/pv-7": "is kept on",
        "storageclass/fast": "is made by",
    }
    assert not reading.refused


def test_a_shop_shows_owners_images_and_where_data_lies() -> None:
    reading = KUBERNETES.read(SHOP)
    seen = {(one.component, one.needs): one for one in reading.observations}
    assert seen["web", ""].owner == "Shop team"
    assert seen["web", ""].version == "registry.example/shop/web:4.2, registry.example/proxy:2"
    assert seen["postgres", ""].version == ""
    assert "its version is not known" in seen["postgres", ""].what
    assert {names for names, one in seen.items() if one.holds_data} == {
        ("web", "persistentvolumeclaim/uploads"),
        ("web", "/srv/cache"),
        ("web", "nas.example:/export/shop"),
        ("postgres", "persistentvolumeclaim/data"),
        ("persistentvolumeclaim/uploads", ""),
        ("persistentvolumeclaim/uploads", "persistentvolume/pv-7"),
    }


def test_every_line_names_what_stands_there_and_no_secret_is_kept() -> None:
    lines = SHOP.read_text(encoding="utf-8").splitlines()
    reading = KUBERNETES.read(SHOP)
    for one in reading.observations:
        line = lines[one.line - 1]
        named = (one.needs or one.component).rpartition("/")[2].partition(":")[0]
        assert named in line or one.what in ("leads to", "NFS share"), one
    for kept in ("b7Qx-never-shown-9", "YjdReC1uZXZlci1zaG93bi05", "pay.example.org"):
        assert kept not in repr(reading)


def test_what_kubectl_prints_as_json_is_the_same(tmp_path: Path) -> None:
    listed = [
        json.loads(workload("web", volumes=[{"persistentVolumeClaim": {"claimName": "data"}}])),
        json.loads(workload("cron", kind="Job")),
    ]
    content = json.dumps({"apiVersion": "v1", "kind": "List", "items": listed}, indent=4)
    reading = read(tmp_path, content)
    assert [(one.component, one.needs) for one in reading.observations] == [
        ("web", ""),
        ("web", "persistentvolumeclaim/data"),
        ("cron", ""),
    ]
    lines = content.splitlines()
    assert all('"' in lines[one.line - 1] for one in reading.observations)


def test_what_shares_a_name_is_told_apart(tmp_path: Path) -> None:
    documents = [
        workload("web", namespace="one"),
        workload("web", namespace="two"),
        workload("sync"),
        workload("sync", kind="CronJob"),
        workload("queue"),
        '{"apiVersion": v1, "kind": Service, "metadata": {"name": queue},'
        ' "spec": {"selector": {"app": sync}}}',
        '{"apiVersion": v1, "kind": ConfigMap, "metadata": {"name": queue}}',
    ]
    reading = read(tmp_path, "\n---\n".join(documents))
    assert [one.component for one in reading.observations if not one.needs] == [
        "web.one",
        "web.two",
        "deployment/sync",
        "cronjob/sync",
        "queue",
        "service/queue",
        "configmap/queue",
    ]
    assert needs(reading, "service/queue") == {"deployment/sync": "leads to"}


def test_routes_gateways_and_snapshots(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop}
spec:
  parentRefs: [{name: edge, namespace: infra}]
  rules: [{backendRefs: [{name: web, port: 80}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  gatewayClassName: nginx
  listeners: [{tls: {certificateRefs: [{name: edge-tls}]}}]
---
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshot
metadata: {name: monday}
spec: {source: {persistentVolumeClaimName: data}}
""",
    )
    assert needs(reading, "httproute/shop") == {"gateway/edge": "is served by", "web": "leads to"}
    assert needs(reading, "gateway/edge") == {
        "gatewayclass/nginx": "is served by",
        "secret/edge-tls": "certificate",
    }
    assert needs(reading, "volumesnapshot/monday") == {
        "persistentvolumeclaim/data": "was made from"
    }


def test_objects_that_refer_to_nothing_give_an_empty_reading(tmp_path: Path) -> None:
    reading = read(tmp_path, "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n")
    assert (reading.observations, reading.refused) == ((), ())


def test_what_cannot_be_used_is_named_with_its_line(tmp_path: Path) -> None:
    documents = [
        workload("web"),
        "a: b",
        "apiVersion: v1\nkind: Secret\nmetadata: {generateName: x-}",
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 'token=hunter2'}",
        workload("web", volumes=[{"secret": {"secretName": "web"}}]).replace(" ", ""),
        "",
    ]
    reading = read(tmp_path, "\n---\n".join(documents))
    assert [(one.line, one.reason) for one in reading.refused] == [
        (3, "it is no Kubernetes object: it has no apiVersion or no kind"),
        (5, "the object that begins here has no name"),
        (12, "a template or a variable stands in it that was never rendered"),
        (16, "what looks like a secret stands in it"),
    ]
    assert "hunter2" not in repr(reading)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: b\n", "holds no Kubernetes object"),
        ("kind: Pod\n", "holds no Kubernetes object"),
        ("---\n---\n", "holds no Kubernetes object"),
        (workload("web")[:-9], "cannot be understood as YAML: line 1"),
        ("{{- if .Values.web }}\napiVersion: v1\n{{- end }}\n", "template that was never rendered"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: '{{ name }}'}\n", "line 3: a template"),
        ("apiVersion: v1\nkind: Pod\nspec: " + "{a: " * 70, "nested deeper than 64 levels"),
        ("apiVersion: v1\nkind: Pod\nspec: *a\n", "cannot be taken: line 3: an alias"),
        ("\x00\x01\x02", "cannot be understood as YAML"),
    ],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(ObservationProblem, match=said):
        read(tmp_path, content)


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    lines = ["apiVersion: v1", "kind: ConfigMap", "a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 60)]
    with pytest.raises(ObservationProblem, match="aliases repeat more than 200000 values"):
        read(tmp_path, "\n".join(lines))

"""Objects of operators: what keeps data, what they refer to, and what was never rendered."""

from __future__ import annotations

from pathlib import Path

import pytest

from refloat import registry
from refloat.model.errors import ObservationProblem
from refloat.observers import Observer, Reading

KUBERNETES: Observer = registry.adapters("observers")["kubernetes"]

SECRETS = """
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: booking}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  target: {name: booking-keys}
  data:
  - {secretKey: password, remoteRef: {key: booking/password}}
---
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: vault}
spec:
  provider:
    vault:
      server: https://vault.example.org:8200
      auth: {tokenSecretRef: {name: vault-token, key: token}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: booking}
spec:
  template:
    spec:
      containers: [{name: app, envFrom: [{secretRef: {name: booking-keys}}]}]
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: booking}
spec: {secretName: booking-tls, issuerRef: {name: own-ca}}
---
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: own-ca}
spec: {ca: {secretName: ca-key}}
"""

DATABASES = """
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: ledger}
spec:
  superuserSecret: {name: ledger-admin}
  storage: {storageClass: fast, size: 10Gi}
  backup:
    barmanObjectStore:
      destinationPath: s3://copies/ledger
      s3Credentials:
        accessKeyId: {name: s3-keys, key: id}
        secretAccessKey: {name: s3-keys, key: secret}
---
apiVersion: postgresql.cnpg.io/v1
kind: Pooler
metadata: {name: ledger-pool}
spec: {cluster: {name: ledger}}
---
apiVersion: minio.min.io/v2
kind: Tenant
metadata: {name: objects}
spec:
  configuration: {name: objects-settings}
  users: [{name: objects-user}]
  pools: [{volumeClaimTemplate: {spec: {storageClassName: slow}}}]
---
apiVersion: clickhouse.altinity.com/v1
kind: ClickHouseInstallation
metadata: {name: visits}
spec: {}
---
apiVersion: kafka.strimzi.io/v1beta2
kind: Kafka
metadata: {name: passing}
spec: {kafka: {storage: {type: ephemeral}}}
"""

ROUTES = """
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}}
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: shop}
spec:
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: shop, image: shop:1}]}
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: resize}
spec:
  template:
    spec:
      containers: [{name: resize, image: resize:2, envFrom: [{configMapRef: {name: sizes}}]}]
---
apiVersion: route.openshift.io/v1
kind: Route
metadata: {name: front}
spec: {to: {kind: Service, name: shop}}
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: entry}
spec: {routes: [{services: [{name: shop, port: 80}]}], tls: {secretName: entry-tls}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: mesh}
spec:
  http:
  - route: [{destination: {host: shop}}, {destination: {host: a.b.c}}]
"""


def read(folder: Path, content: str) -> Reading:
    path = folder / "manifest.yaml"
    path.write_text(content, encoding="utf-8")
    return KUBERNETES.read(path)


def pairs(reading: Reading) -> set[tuple[str, str]]:
    return {(one.component, one.needs) for one in reading.observations if one.needs}


@pytest.mark.requirement("R-005")
def test_secrets_need_what_they_are_read_from_and_who_issues_them(tmp_path: Path) -> None:
    assert pairs(read(tmp_path, SECRETS)) == {
        ("booking", "secret/booking-keys"),
        ("secret/booking-keys", "clustersecretstore/vault"),
        ("clustersecretstore/vault", "vault.example.org"),
        ("clustersecretstore/vault", "secret/vault-token"),
        ("secret/booking-tls", "issuer/own-ca"),
        ("issuer/own-ca", "secret/ca-key"),
    }


def test_a_database_of_an_operator_needs_what_it_refers_to(tmp_path: Path) -> None:
    reading = read(tmp_path, DATABASES)
    assert pairs(reading) == {
        ("cluster/ledger", "secret/ledger-admin"),
        ("cluster/ledger", "secret/s3-keys"),
        ("cluster/ledger", "storageclass/fast"),
        ("pooler/ledger-pool", "cluster/ledger"),
        ("tenant/objects", "secret/objects-settings"),
        ("tenant/objects", "secret/objects-user"),
        ("tenant/objects", "storageclass/slow"),
    }
    assert {one.component for one in reading.observations if one.holds_data and not one.needs} == {
        "cluster/ledger",
        "tenant/objects",
        "clickhouseinstallation/visits",
    }


def test_workloads_and_routes_of_others_are_understood(tmp_path: Path) -> None:
    reading = read(tmp_path, ROUTES)
    assert pairs(reading) == {
        ("resize", "configmap/sizes"),
        ("route/front", "shop"),
        ("ingressroute/entry", "shop"),
        ("ingressroute/entry", "secret/entry-tls"),
        ("virtualservice/mesh", "shop"),
        ("virtualservice/mesh", "a.b.c"),
    }
    assert {one.component: one.version for one in reading.observations if one.version} == {
        "shop": "shop:1",
        "resize": "resize:2",
    }


@pytest.mark.parametrize(
    "content",
    [
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop}\n",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamePrefix: test-\n",
    ],
)
def test_what_was_never_rendered_is_said(tmp_path: Path, content: str) -> None:
    with pytest.raises(ObservationProblem, match="never rendered"):
        read(tmp_path, content)
    beside = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n"
    reading = read(tmp_path, content + beside)
    assert [one.component for one in reading.observations] == ["configmap/extra"]
    assert [one.line for one in reading.refused] == [1]


def test_a_chart_in_a_cluster_is_there_with_what_was_made_of_it(tmp_path: Path) -> None:
    content = "kind: HelmRelease\napiVersion: helm.toolkit.fluxcd.io/v2\nmetadata: {uid: 7f}\n"
    assert not read(tmp_path, content).refused


def test_a_list_of_objects_alone_changes_no_name(tmp_path: Path) -> None:
    content = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a]\n"
    assert not read(tmp_path, content).refused


def test_what_can_be_no_name_is_never_taken(tmp_path: Path) -> None:
    """An operator may have a setting that sounds like a reference, with the secret itself in it."""
    content = """
apiVersion: mongodb.com/v1
kind: MongoDB
metadata: {name: visits}
spec:
  clientSecret: hunter2
  adminSecret: {name: Hunter2+/=, value: hunter3}
  credentialsSecret: "Swordfish+7"
  storageClass: STANDARD_IA
"""
    reading = read(tmp_path, content)
    assert [(one.component, one.needs) for one in reading.observations] == [("mongodb/visits", "")]
    assert "unter" not in str(reading)
    assert "wordfish" not in str(reading)

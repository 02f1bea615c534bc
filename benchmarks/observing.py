"""Observing 500 Compose files and 2,000 Kubernetes manifests, against PyYAML's C loader.

Ours: the files read together, as ``refloat observe`` reads a folder: each understood, and turned
into observations with lines, owners and versions.
Baseline: each file read, and loaded with ``yaml.load_all`` and the C loader. Ours
is refused if what the files say is not found.
"""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path

import yaml

from benchmarks.measure import compare, print_result
from refloat import registry
from refloat.observers import Observer, Reading, ReadsTogether

COMPOSE_FILES = 500
MANIFESTS = 2000
TARGET = 1.3

SERVICE = """\
  service-{one}:
    image: registry.example/team/service-{one}:1.{one}
    restart: unless-stopped
    labels:
      org.example.owner: Team {one}
    depends_on:
      service-{next}:
        condition: service_healthy
    environment:
      DATABASE_URL: postgres://app@service-{next}:5432/app
      LOG_LEVEL: info
      WORKERS: "4"
    ports:
      - "80{one:02}:80"
    volumes:
      - data-{one}:/var/lib/data
    healthcheck:
      test: [CMD, curl, -f, http://localhost/health]
      interval: 30s
"""

MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-{one}
  namespace: shop
  labels:
    app.kubernetes.io/name: web-{one}
    app.kubernetes.io/part-of: shop
  annotations:
    a8r.io/owner: Team {one}
spec:
  replicas: 3
  selector:
    matchLabels:
      app.kubernetes.io/name: web-{one}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: web-{one}
    spec:
      containers:
        - name: web
          image: registry.example/shop/web:4.{one}
          ports:
            - containerPort: 8080
          env:
            - name: DATABASE_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: database
                  key: password
            - name: LOG_LEVEL
              value: info
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
          volumeMounts:
            - name: data
              mountPath: /var/lib/data
      volumes:
        - name: data
          persistentVolumeClaim:
            claimName: data-{one}
---
apiVersion: v1
kind: Service
metadata:
  name: web-{one}
  namespace: shop
spec:
  selector:
    app.kubernetes.io/name: web-{one}
  ports:
    - port: 80
      targetPort: 8080
"""


def main() -> int:
    """Measure both kinds; exit code 1 if a target was missed."""
    met = True
    observers = registry.adapters("observers")
    with tempfile.TemporaryDirectory() as folder:
        for kind, paths, expected in (
            ("compose", _compose_files(Path(folder)), COMPOSE_FILES * 10 * 4),
            ("kubernetes", _manifests(Path(folder)), MANIFESTS * 3),
        ):
            result = compare(
                f"observing {len(paths)} files of the kind {kind}",
                partial(_observe, observers[kind], paths, expected),
                partial(_load, paths),
                target=TARGET,
            )
            print_result(result)
            met = met and result.met
    return 0 if met else 1


def _compose_files(folder: Path) -> list[Path]:
    services = "".join(SERVICE.format(one=one, next=(one + 1) % 10) for one in range(10))
    volumes = "".join(f"  data-{one}:\n" for one in range(10))
    paths = [folder / f"compose-{number}.yaml" for number in range(COMPOSE_FILES)]
    for path in paths:
        path.write_text(f"services:\n{services}volumes:\n{volumes}", encoding="utf-8")
    return paths


def _manifests(folder: Path) -> list[Path]:
    paths = [folder / f"manifest-{number}.yaml" for number in range(MANIFESTS)]
    for number, path in enumerate(paths):
        path.write_text(MANIFEST.format(one=number), encoding="utf-8")
    return paths


def _observe(observer: Observer, paths: list[Path], expected: int) -> None:
    assert isinstance(observer, ReadsTogether)
    outcomes = observer.read_together({path: path.parent for path in paths})
    readings = [one.result for one in outcomes if isinstance(one.result, Reading)]
    seen = sum(len(reading.observations) for reading in readings)
    if seen != expected or any(reading.refused for reading in readings):
        raise RuntimeError(f"{seen} things were seen, not {expected}")


def _load(paths: list[Path]) -> None:
    for path in paths:
        if not list(yaml.load_all(path.read_bytes(), Loader=yaml.CSafeLoader)):
            raise RuntimeError(f"{path} was empty")


if __name__ == "__main__":
    sys.exit(main())

"""Forecasts of two organisations of other shapes, held against schedules that were made by hand.

Of the print works all was timed as a whole; of the clinic everything stands in written steps. Both
make do with few workers, few people, or repositories that are read slowly.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import refloat

AS_OF = "2026-11-22T09:00:00Z"
GB = 10**9

PRINT_WORKS = """
organisation: Harbour Print
sites: [works, north]
people:
  ann: {name: Ann Lee, roles: [owner, backup administrator], deputy: bob}
  bob: {name: Bob Ray, roles: [backup administrator], deputy: ann}
repositories:
  store: {name: the store, site: north, encrypted: no}
  tape: {name: the tape, site: north, encrypted: no}
platforms:
  tool: {name: the tool, sign_in: local accounts, needs: [], administrator: ann}
services:
  alpha: {name: Alpha, owner: ann, tier: 1, needs: [a-db]}
  beta: {name: Beta, owner: ann, tier: 1, needs: [b-db]}
  gamma: {name: Gamma, owner: bob, tier: 2, needs: [c-db]}
  delta: {name: Delta, owner: bob, tier: 1, needs: [alpha, beta, d-db]}
components:
  a-db: {kind: database, site: works, watch: {platform: tool, copies: [store]}}
  b-db: {kind: database, site: works, watch: {platform: tool, copies: [store]}}
  c-db: {kind: database, site: works, watch: {platform: tool, copies: [tape]}}
  d-db: {kind: database, site: works, watch: {platform: tool, copies: [store]}}
"""
PRINTED = {  # minutes, and bytes: 10 MB/s for Alpha, 5 MB/s for the others
    "alpha": (60, "a-db", "store", 36 * GB),
    "beta": (40, "b-db", "store", 12 * GB),
    "gamma": (20, "c-db", "tape", 6 * GB),
    "delta": (30, "d-db", "store", 9 * GB),
}
CLINIC = """
organisation: River Clinic
sites: [main, away]
people:
  cho: {name: Cho Park, roles: [owner, backup administrator], deputy: dee}
  dee: {name: Dee Fox, roles: [backup administrator], deputy: cho}
  eve: {name: Eve Sun, roles: [technical owner]}
repositories:
  r-one: {name: repository one, site: away, encrypted: no}
  r-two: {name: repository two, site: away, encrypted: no}
platforms:
  tool: {name: the tool, sign_in: local accounts, needs: [], administrator: cho}
services:
  net:
    name: Network
    owner: cho
    tier: 1
    needs: [net-box]
    steps:
      - {buy a box: {takes: 30 min, who: cho}}
      - {set it up: {takes: 15 min, who: eve, brings_back: net-box}}
  files:
    name: Files
    owner: cho
    tier: 1
    needs: [net, share]
    steps:
      - {restore the share: {takes: 2 h, brings_back: share, automatic: yes}}
      - {check it: {takes: 20 min, who: eve}}
  mail:
    name: Mail
    owner: cho
    tier: 2
    needs: [net, mbox]
    steps:
      - {restore mail: {takes: 1 h, brings_back: mbox, automatic: yes}}
      - {check mail: {takes: 10 min, who: eve}}
  wiki: {name: Wiki, owner: cho, tier: 2, needs: [net, wiki-db, mail]}
components:
  net-box: {kind: network, site: main}
  share: {kind: files, site: main, watch: {platform: tool, copies: [r-one]}}
  mbox: {kind: database, site: main, watch: {platform: tool, copies: [r-two]}}
  wiki-db: {kind: database, site: main, takes: 25 min, watch: {platform: tool, copies: [r-one]}}
"""
COPIED = (("share", "r-one", 72 * GB), ("mbox", "r-two", 36 * GB), ("wiki-db", "r-one", 3 * GB))


def fact(kind: str, name: str, **more: Any) -> Mapping[str, Any]:
    given = {"schema": "recovery-feed/1", "kind": kind, "source": {"instance": "tool"}}
    return {**given, "observed_at": "2026-11-22T08:00:00Z", "external_id": name, **more}


def point(data_set: str, repository: str, size: int) -> Mapping[str, Any]:
    return fact(
        "recovery_point",
        data_set,
        dataset_ref=data_set,
        consistency_time="2026-11-22T06:00:00Z",
        complete=True,
        usable_claim="ok",
        size_bytes=size,
        copies=[{"location": repository, "failure_domain": "north", "encrypted": False}],
    )


def timed(service: str, minutes: int, size: int) -> Mapping[str, Any]:
    return fact(
        "restore_test",
        f"test of {service}",
        service=service,
        level="service",
        result="passed",
        started_at="2026-11-10T06:00:00Z",
        own_minutes=minutes,
        bytes=size,
        confirmed_by="ann",
    )


def written(folder: Path, plan: str, facts: Sequence[Mapping[str, Any]]) -> Path:
    (folder / "facts").mkdir()
    (folder / "refloat.yaml").write_text(plan, encoding="utf-8")
    lines = "".join(json.dumps(one) + "\n" for one in facts)
    (folder / "facts" / "all.jsonl").write_text(lines, encoding="utf-8")
    return folder


@pytest.fixture
def print_works(tmp_path: Path) -> Path:
    points = [point(*one[1:]) for one in PRINTED.values()]
    tests = [timed(key, minutes, size) for key, (minutes, _, _, size) in PRINTED.items()]
    return written(tmp_path, PRINT_WORKS, [*points, *tests])


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    return written(tmp_path, CLINIC, [point(*one) for one in COPIED])


def forecast(folder: Path, site: str, limits: str) -> Mapping[str, Any]:
    typed = f"forecast site:{site} --facts facts --as-of {AS_OF} --trials 200 --json {limits}"
    ended = refloat(folder, *typed.split())
    found: Mapping[str, Any] = json.loads(ended.stdout)
    assert "services" in found, ended.stderr
    return found


def path(found: Mapping[str, Any]) -> list[tuple[float, float, str]]:
    """Give the critical path without spread, limits and all: from, to, of which service."""
    return [
        (one["starts"] / 60, one["ends"] / 60, one["service"]) for one in found["critical_path"]
    ]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ("", [(0, 60, "alpha"), (60, 90, "delta")]),
        ("--workers 2", [(0, 60, "alpha"), (60, 90, "delta")]),
        (  # Delta has more before it than Gamma
            "--workers 1",
            [(0, 60, "alpha"), (60, 100, "beta"), (100, 130, "delta"), (130, 150, "gamma")],
        ),
        (
            "--people 1",
            [(0, 60, "alpha"), (60, 100, "beta"), (100, 130, "delta"), (130, 150, "gamma")],
        ),
        ("--bandwidth store=15MB/s", [(0, 60, "alpha"), (60, 90, "delta")]),
        (  # Alpha alone uses all of it, so nothing is won by sharing
            "--bandwidth store=10MB/s",
            [(0, 60, "alpha"), (60, 100, "beta"), (100, 130, "delta")],
        ),
        (  # 36 GB at 5 MB/s are 120 minutes
            "--bandwidth store=5MB/s --workers 3",
            [(0, 120, "alpha"), (120, 160, "beta"), (160, 190, "delta")],
        ),
        ("--bandwidth tape=1MB/s", [(0, 100, "gamma")]),
    ],
)
def test_the_print_works_come_back_as_by_hand(
    print_works: Path, limits: str, expected: list[tuple[float, float, str]]
) -> None:
    found = forecast(print_works, "works", limits)
    assert path(found) == expected
    assert found["without_limits"] == 90 * 60
    alone = {one["service"]: one["without_limits"] / 60 for one in found["services"]}
    assert alone == {"alpha": 60, "beta": 40, "gamma": 20, "delta": 90}


@pytest.mark.parametrize(
    ("limits", "ends"),
    [
        ("", [30, 45, 165, 185]),
        ("--workers 1", [30, 45, 165, 225, 235, 260]),  # share, then mail, then the wiki
        ("--workers 1 --people 1", [30, 45, 165, 225, 235, 260]),
        ("--bandwidth r-one=10MB/s --bandwidth r-two=5MB/s", [30, 45, 165, 175, 200]),
        ("--bandwidth r-one=1GB/s --bandwidth r-two=1GB/s", [30, 45, 165, 185]),
        ("--bandwidth r-one=5MB/s", [30, 45, 285, 310]),  # 72 GB are four hours; then the wiki
    ],
)
def test_the_clinic_comes_back_as_by_hand(clinic: Path, limits: str, ends: list[float]) -> None:
    found = forecast(clinic, "main", limits)
    assert [one[1] for one in path(found)] == ends
    alone = {one["service"]: one["without_limits"] / 60 for one in found["services"]}
    assert alone == {"net": 45, "files": 185, "mail": 115, "wiki": 140}

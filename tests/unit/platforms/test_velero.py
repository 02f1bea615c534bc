"""Velero: only what is Completed is whole, and a restore shows that objects came back.

The sample was written after the types and the definitions (``config/crd``) in the source of Velero
1.18, and conforms to the latter.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from listings import of_kind, only, points, read, sample

from refloat.platforms import Listing


@pytest.fixture(scope="module")
def listing() -> Listing:
    return sample("velero", "velero.json")


def made(tmp_path: Path, *items: dict[str, Any]) -> Path:
    path = tmp_path / "listing.json"
    path.write_text(json.dumps({"kind": "List", "items": items}), encoding="utf-8")
    return path


def item(kind: str, name: str, **said: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "velero"}
    return {"apiVersion": "velero.io/v1", "kind": kind, "metadata": metadata, **said}


def test_each_namespace_of_a_completed_backup_has_a_point(listing: Listing) -> None:
    said = points(listing)
    assert said["velero/daily-20261120150000/shop"] == {
        "dataset_ref": "shop",
        "external_name": "shop",
        "consistency_time": "2026-11-20T15:00:00+00:00",
        "completed_at": "2026-11-20T15:06:00+00:00",
        "copies": [{"location": "default"}],
        "expires_at": "2026-12-20T15:00:00+00:00",
        "complete": True,
        "usable_claim": "ok",
    }
    crm = said["velero/daily-20261120150000/crm"]
    assert (crm["dataset_ref"], crm["usable_claim"]) == ("crm", "ok")
    assert "complete" not in crm, "nothing says that a volume of it was copied"
    assert said["velero/daily-20261121150000/shop"]["complete"] is True
    assert listing.refused == ()


def test_what_is_not_completed_is_not_whole(listing: Listing) -> None:
    said = {
        identity: (one.get("complete"), one.get("usable_claim"), one.get("state"))
        for identity, one in points(listing).items()
    }
    assert said["velero/everything/*"] == (False, "warning", None)
    assert said["velero/broken/shop"] == (False, "failed", None)
    assert said["velero/being-removed/shop"] == (None, None, "deleted")
    assert not any("never-began" in one or "now" in one for one in said)


STATUS = {"phase": "Completed", "startTimestamp": "2026-11-21T01:00:00Z"}
SNAPSHOTS = {**STATUS, "volumeSnapshotsAttempted": 2, "volumeSnapshotsCompleted": 2}


def copied(phase: str, namespace: str = "shop") -> dict[str, Any]:
    said = item("PodVolumeBackup", f"b-{phase}", spec={"pod": {"namespace": namespace}})
    said["metadata"]["labels"] = {"velero.io/backup-name": "b"}
    return {**said, "status": {"phase": phase}}


@pytest.mark.parametrize(
    ("spec", "status", "complete", "claim"),
    [
        ({}, STATUS, None, "ok"),
        ({}, SNAPSHOTS, True, "ok"),
        ({}, {**SNAPSHOTS, "volumeSnapshotsCompleted": 1}, False, "warning"),
        ({"includedNamespaces": ["shop", "crm"]}, SNAPSHOTS, None, "ok"),
        ({"snapshotVolumes": False}, STATUS, None, "warning"),
        ({"snapshotVolumes": False, "defaultVolumesToFsBackup": True}, STATUS, None, "ok"),
        ({"labelSelector": {"matchLabels": {"app": "web"}}}, SNAPSHOTS, None, "warning"),
        ({"orLabelSelectors": [{"matchLabels": {"app": "web"}}]}, SNAPSHOTS, None, "warning"),
        ({"includedResources": ["secrets"]}, SNAPSHOTS, None, "warning"),
        ({"includedNamespaceScopedResources": ["*"]}, SNAPSHOTS, True, "ok"),
        ({"excludedResources": ["persistentvolumeclaims"]}, SNAPSHOTS, None, "warning"),
        ({"excludedResources": ["events", "nodes"]}, SNAPSHOTS, True, "ok"),
        ({"includedNamespaces": ["*"], "excludedNamespaces": ["x"]}, SNAPSHOTS, None, "warning"),
        ({"excludedNamespaces": ["crm"]}, SNAPSHOTS, True, "ok"),
        ({"resourcePolicy": {"kind": "configmap", "name": "p"}}, SNAPSHOTS, None, "ok"),
    ],
)
def test_what_was_left_out_or_of_which_no_volume_was_copied_is_not_called_whole(
    spec: dict[str, Any],
    status: dict[str, Any],
    complete: bool | None,
    claim: str,
    tmp_path: Path,
) -> None:
    backup = item("Backup", "b", spec={"includedNamespaces": ["shop"], **spec}, status=status)
    first, *_ = points(read("velero", made(tmp_path, backup))).values()
    assert (first.get("complete"), first["usable_claim"]) == (complete, claim)


@pytest.mark.parametrize(
    ("copies", "complete"),
    [
        ([copied("Completed")], True),
        ([copied("Completed"), copied("Canceled")], False),
        ([copied("Completed", "crm")], None),
    ],
)
def test_volumes_that_were_copied_as_files_count_for_their_own_namespace(
    copies: list[dict[str, Any]], complete: bool | None, tmp_path: Path
) -> None:
    spec = {"includedNamespaces": ["shop", "crm"], "snapshotVolumes": False}
    backup = item("Backup", "b", spec=spec, status=STATUS)
    listing = read("velero", made(tmp_path, backup, *copies))
    assert points(listing)["velero/b/shop"].get("complete") is complete


def test_snapshots_of_volumes_lie_with_their_storage_and_not_where_the_objects_are(
    tmp_path: Path,
) -> None:
    spec = {"includedNamespaces": ["shop"], "storageLocation": "default"}
    backup = item("Backup", "b", spec=spec, status=SNAPSHOTS)
    point = only(points(read("velero", made(tmp_path, backup))))
    assert (point["copies"], point["level"]) == ([{"location": "volume snapshots"}], "snapshot")
    both = only(points(read("velero", made(tmp_path, backup, copied("Completed")))))
    assert "copies" not in both, "it lies partly here and partly there"
    backup["status"] = STATUS
    point = only(points(read("velero", made(tmp_path, backup, copied("Completed")))))
    assert point["copies"] == [{"location": "default"}]
    assert "level" not in point


@pytest.mark.parametrize(("phase", "complete"), [("Completed", True), ("Failed", False)])
def test_data_of_snapshots_that_velero_moved_lies_where_the_objects_are(
    phase: str, complete: bool, tmp_path: Path
) -> None:
    spec = {"includedNamespaces": ["shop", "crm"], "storageLocation": "default"}
    backup = item("Backup", "b", spec={**spec, "snapshotMoveData": True}, status=STATUS)
    upload = item(
        "DataUpload", "b-x7f2k", spec={"sourceNamespace": "shop"}, status={"phase": phase}
    )
    upload["apiVersion"] = "velero.io/v2alpha1"
    upload["metadata"]["labels"] = {"velero.io/backup-name": "b"}
    listing = read("velero", made(tmp_path, backup, upload))
    assert listing.refused == ()
    shop, crm = points(listing).values()
    assert (shop["complete"], shop["copies"]) == (complete, [{"location": "default"}])
    assert "complete" not in crm


@pytest.mark.parametrize(
    ("spec", "result"),
    [
        ({"excludedResources": ["nodes", "events", "backups.velero.io"]}, "passed"),
        ({"includedResources": ["configmaps"]}, "partial"),
        ({"restorePVs": False}, "partial"),
        ({"labelSelector": {"matchLabels": {"app": "web"}}}, "partial"),
    ],
)
def test_a_restore_of_a_part_is_a_part(spec: dict[str, Any], result: str, tmp_path: Path) -> None:
    restore = item("Restore", "t", spec={"includedNamespaces": ["shop"], **spec}, status=STATUS)
    said = only(of_kind(read("velero", made(tmp_path, restore)), "restore_test"))
    assert said["result"] == result
    assert ("issues" in said and bool(said["issues"])) is (result == "partial")


def test_a_namespace_that_was_not_to_come_back_was_not_tried(tmp_path: Path) -> None:
    backup = item("Backup", "b", spec={"includedNamespaces": ["shop", "crm"]}, status=STATUS)
    spec = {"backupName": "b", "excludedNamespaces": ["crm"]}
    restore = item("Restore", "t", spec=spec, status=STATUS)
    said = only(of_kind(read("velero", made(tmp_path, backup, restore)), "restore_test"))
    assert (said["dataset_refs"], said["result"]) == (["shop"], "passed")
    spec["backupName"] = "elsewhere"
    restore = item("Restore", "t", spec=spec, status=STATUS)
    said = only(of_kind(read("velero", made(tmp_path, restore)), "restore_test"))
    assert (said["dataset_refs"], said["result"]) == (["*"], "partial")


def test_a_place_that_cannot_be_reached_is_a_warning(listing: Listing) -> None:
    assert points(listing)["velero/daily-20261121150000/shop"]["usable_claim"] == "warning"


def test_jobs_are_named_for_their_schedule(listing: Listing) -> None:
    jobs = of_kind(listing, "job_run")
    assert jobs["velero/daily-20261120150000/shop"] == {
        "job": "daily",
        "dataset_ref": "shop",
        "at": "2026-11-20T15:00:00+00:00",
        "status": "success",
        "message": "1 warning",
    }
    states = {identity.split("/")[1]: one["status"] for identity, one in jobs.items()}
    assert states["everything"] == "warning"
    assert states["broken"] == states["never-began"] == "failed"
    assert states["now"] == "running"
    assert "being-removed" not in states


def test_a_restore_is_a_test_of_objects_and_no_more(listing: Listing) -> None:
    tests = of_kind(listing, "restore_test")
    assert tests["velero/test-1"] == {
        "dataset_refs": ["shop", "crm"],
        "level": "object",
        "result": "passed",
        "started_at": "2026-11-21T01:00:00+00:00",
        "own_seconds": 750.0,
        "consistency_time": "2026-11-20T15:00:00+00:00",
        "issues": ["2 warnings"],
    }
    second = tests["velero/test-2"]
    assert (second["result"], second["dataset_refs"]) == ("partial", ["crm"])
    assert "own_seconds" not in second
    assert "consistency_time" not in second
    assert "velero/test-3" not in tests, "it has not ended"


def test_a_restore_with_errors_has_not_passed_whatever_its_phase(tmp_path: Path) -> None:
    status = {"phase": "Completed", "errors": 1, "startTimestamp": "2026-11-21T01:00:00Z"}
    path = made(tmp_path, item("Restore", "old", spec={"backupName": "b"}, status=status))
    said = only(of_kind(read("velero", path), "restore_test"))
    assert (said["result"], said["dataset_refs"]) == ("partial", ["*"])


def test_a_phase_that_is_not_known_is_no_recovery_point(tmp_path: Path) -> None:
    status = {"phase": "Sublimated", "startTimestamp": "2026-11-21T01:00:00Z"}
    listing = read("velero", made(tmp_path, item("Backup", "new", status=status)))
    assert points(listing) == {}
    assert only(of_kind(listing, "job_run"))["status"] == "Sublimated"


def test_other_kinds_are_passed_over_and_other_versions_refused(tmp_path: Path) -> None:
    other = {"apiVersion": "velero.io/v2", "kind": "Backup", "metadata": {"name": "x"}}
    listing = read("velero", made(tmp_path, item("Backup", "b"), item("Schedule", "s"), other))
    assert [one.place for one in listing.refused] == ["item 3"]
    assert len(listing.facts) == 1

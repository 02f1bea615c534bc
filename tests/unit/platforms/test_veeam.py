"""What Veeam says, and nothing that it does not say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from refloat.model.errors import ObservationProblem
from refloat.platforms import Listing, Request
from refloat.platforms.veeam import Veeam
from refloat.testing.platform_conformance import goes_through_the_door, sound

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAMPLE = Path(__file__).parent / "samples" / "veeam.json"

POINT = {"id": "p1", "name": "clin-app01", "creationTime": "2026-02-27T22:00:00+11:00"}
BACKUP = {"id": "b1", "jobId": "j1", "repositoryId": "r1", "repositoryName": "hardened"}
JOB = {
    "id": "j1",
    "name": "Nightly",
    "type": "VSphereBackup",
    "status": "Enabled",
    "lastResult": "Success",
    "lastRun": "2026-02-27T22:00:00+11:00",
    "sessionId": "s1",
}
SESSION = {
    "id": "s9",
    "name": "Laboratory",
    "sessionType": "SureBackup",
    "creationTime": "2026-02-28T05:00:00+11:00",
    "endTime": "2026-02-28T05:20:00+11:00",
    "state": "Stopped",
    "result": {"result": "Success", "isCanceled": False},
}


def saved(folder: Path, **answers: list[dict[str, Any]]) -> Listing:
    path = folder / "answers.json"
    content = {
        name: {"data": entries, "pagination": {"total": len(entries), "count": len(entries)}}
        for name, entries in answers.items()
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return Veeam().read(Request("bkp01", NOON, path))


def one(listing: Listing) -> dict[str, Any]:
    (fact,) = listing.facts
    return dict(fact)


def test_a_saved_file_says_of_points_jobs_and_laboratories() -> None:
    told = Veeam().read(Request("bkp01", NOON, SAMPLE))
    sound(told, SAMPLE.read_bytes())
    goes_through_the_door(told)
    assert [fact["kind"] for fact in told.facts] == [
        "recovery_point",
        "recovery_point",
        "job_run",
        "job_run",
        "restore_test",
    ]
    assert told.facts[0]["consistency_time"] == "2026-02-27T11:00:12.437000+00:00"
    assert told.facts[0]["size_bytes"] == 85_899_345_920
    assert not told.whole


def test_what_is_not_said_is_left_out(tmp_path: Path) -> None:
    fact = one(saved(tmp_path, restorePoints=[POINT]))
    common = {"schema", "kind", "source", "observed_at", "raw_sha256", "external_id"}
    assert set(fact) - common == {"dataset_ref", "external_name", "consistency_time"}


@pytest.mark.parametrize(
    ("job", "kind", "level"),
    [
        ("VSphereBackup", "Full", "full"),
        ("BackupCopy", "Increment", "incremental"),
        ("VSphereBackup", "Snapshot", "snapshot"),
        ("VSphereReplica", "Snapshot", "replica"),
        ("VSphereReplica", None, "replica"),
        ("Unknown", "Cdp", "replica"),
        ("VSphereBackup", "Different", None),
        (None, None, None),
    ],
)
def test_a_replica_follows_what_it_copies_and_is_told_as_one(
    job: str | None, kind: str | None, level: str | None, tmp_path: Path
) -> None:
    points = [{**POINT, "backupId": "b1", "type": kind}]
    told = saved(tmp_path, restorePoints=points, backups=[{**BACKUP, "jobType": job}])
    goes_through_the_door(told)
    assert one(told).get("level") == level


@pytest.mark.parametrize(
    ("status", "malware"),
    [
        ("Clean", "clean"),
        ("Suspicious", "suspicious"),
        ("Infected", "infected"),
        ("Informative", None),
        ("Sparkling", None),
    ],
)
def test_malware_is_what_veeam_found(tmp_path: Path, status: str, malware: str | None) -> None:
    fact = one(saved(tmp_path, restorePoints=[{**POINT, "malwareStatus": status}]))
    assert fact.get("malware") == malware


LOCK = {"mode": "governance", "until": "2026-03-13T11:00:00+00:00"}


@pytest.mark.parametrize(
    ("said", "lock"),
    [
        ({"type": "WinLocal", "repository": {"path": "D:"}}, None),
        ({"type": "WinLocal", "repository": {"makeRecentBackupsImmutableDays": 14}}, None),
        ({"type": "LinuxHardened", "repository": {}}, None),
        ({"type": "LinuxHardened", "repository": {"makeRecentBackupsImmutableDays": 14}}, LOCK),
        (
            {"type": "LinuxHardened", "repository": {"makeRecentBackupsImmutableDays": 0}},
            {"mode": "none"},
        ),
        ({"type": "LinuxHardened", "repository": {"makeRecentBackupsImmutableDays": 2}}, None),
        (
            {
                "type": "AmazonS3",
                "bucket": {"immutability": {"isEnabled": True, "daysCount": 14}},
            },
            LOCK,
        ),
        ({"type": "AmazonS3", "bucket": {"immutability": {"isEnabled": True}}}, None),
        ({"type": "AmazonS3", "bucket": {"immutability": {"isEnabled": False}}}, {"mode": "none"}),
        ({"type": "AmazonS3", "bucket": {}}, None),
        (
            {
                "type": "AmazonS3",
                "bucket": {
                    "immutability": {
                        "isEnabled": True,
                        "daysCount": 14,
                        "immutabilityMode": "RetentionSettings",
                    }
                },
            },
            None,
        ),
        (
            {
                "type": "AzureBlob",
                "container": {"immutability": {"isEnabled": True, "daysCount": 14}},
            },
            LOCK,
        ),
    ],
)
def test_a_lock_is_what_the_repository_says_and_no_more(
    tmp_path: Path, said: dict[str, Any], lock: dict[str, str] | None
) -> None:
    told = saved(
        tmp_path,
        restorePoints=[{**POINT, "backupId": "b1"}],
        backups=[BACKUP],
        repositories=[{"id": "r1", "name": "hardened", **said}],
    )
    (copy,) = one(told)["copies"]
    assert copy["location"] == "hardened"
    assert copy.get("immutable") == lock
    assert "encrypted" not in copy


def test_a_lock_that_would_outlast_every_calendar_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    days = {"makeRecentBackupsImmutableDays": 36_500}
    hardened = {"id": "r1", "name": "hardened", "type": "LinuxHardened", "repository": days}
    answers = {
        "restorePoints": [{**POINT, "backupId": "b1", "creationTime": "9999-01-01T00:00:00Z"}],
        "backups": [BACKUP],
        "repositories": [hardened],
    }
    path.write_text(json.dumps({name: {"data": some} for name, some in answers.items()}))
    listing = Veeam().read(Request("tool1", NOON, path))
    assert [fact["copies"] for fact in listing.facts] == [[{"location": "hardened"}]]


def test_a_scale_out_repository_that_is_not_listed_is_named_and_its_lock_not_known(
    tmp_path: Path,
) -> None:
    told = saved(tmp_path, restorePoints=[{**POINT, "backupId": "b1"}], backups=[BACKUP])
    assert one(told)["copies"] == [{"location": "hardened"}]


def test_a_job_speaks_for_what_it_has_points_of_and_never_for_all_of_the_server(
    tmp_path: Path,
) -> None:
    points = [
        {**POINT, "backupId": "b1"},
        {**POINT, "id": "p2", "name": "clin-db01", "backupId": "b1"},
        {**POINT, "id": "p3", "name": "other", "backupId": "b2"},
    ]
    told = saved(tmp_path, restorePoints=points, backups=[BACKUP], jobStates=[JOB])
    runs = [fact for fact in told.facts if fact["kind"] == "job_run"]
    assert {fact["dataset_ref"] for fact in runs} == {"clin-app01", "clin-db01"}
    assert {(fact["status"], fact["enabled"]) for fact in runs} == {("success", True)}
    assert len({fact["external_id"] for fact in runs}) == 2
    assert one(saved(tmp_path, jobStates=[JOB]))["dataset_ref"] == "Nightly"


@pytest.mark.parametrize(
    ("said", "status", "enabled"),
    [
        ({"lastResult": "Warning"}, "warning", True),
        ({"lastResult": "Failed", "status": "Disabled"}, "failed", False),
        ({"lastResult": "None", "status": "Running"}, "running", None),
        ({"status": "Inactive"}, "success", None),
        ({"status": "running"}, "running", None),
        ({"status": "disabled"}, "success", False),
    ],
)
def test_a_job_run_is_what_its_result_says(
    tmp_path: Path, said: dict[str, str], status: str, enabled: bool | None
) -> None:
    fact = one(saved(tmp_path, jobStates=[{**JOB, **said}]))
    assert (fact["status"], fact.get("enabled")) == (status, enabled)
    assert fact["kind"] == "job_run"


@pytest.mark.parametrize(
    "said",
    [
        {"lastRun": None},
        {"lastResult": "None"},
        {"lastResult": "Sparkling"},
        {"type": "SureBackupContentScan"},
    ],
)
def test_a_job_that_never_ran_or_copies_nothing_is_no_run(
    tmp_path: Path, said: dict[str, Any]
) -> None:
    told = saved(tmp_path, jobStates=[{**JOB, **said}])
    assert not told.facts
    assert not told.refused


@pytest.mark.parametrize(
    ("kind", "level", "seconds"),
    [
        ("SureBackup", "boot", 1200),
        ("RestoreVm", "image", 1200),
        ("InstantRecovery", "image", 1200),
        ("FileLevelRestore", "file", None),
    ],
)
def test_a_restore_is_never_more_than_what_is_certain(
    tmp_path: Path, kind: str, level: str, seconds: int | None
) -> None:
    told = saved(tmp_path, sessions=[{**SESSION, "sessionType": kind}])
    goes_through_the_door(told)
    fact = one(told)
    assert (fact["level"], fact["result"], fact.get("own_seconds")) == (level, "passed", seconds)
    assert fact["dataset_refs"] == ["Laboratory"]
    for unsaid in ("service", "confirmed_by", "checks", "environment", "consistency_time"):
        assert unsaid not in fact


def test_a_session_whose_parts_are_told_is_left_to_them(tmp_path: Path) -> None:
    part = {**SESSION, "id": "t1", "sessionId": "s9", "name": "clin-app01"}
    failed = {**part, "id": "t2", "name": "clin-db01", "result": {"result": "Failed"}}
    told = saved(tmp_path, sessions=[SESSION], taskSessions=[part, failed])
    assert [(fact["dataset_refs"], fact["result"]) for fact in told.facts] == [
        (["clin-app01"], "passed"),
        (["clin-db01"], "failed"),
    ]


def test_a_look_for_malware_is_no_restore_and_no_part_of_one(tmp_path: Path) -> None:
    look = {**SESSION, "id": "t1", "sessionId": "s9", "name": "clin-app01", "type": "Antivirus"}
    assert one(saved(tmp_path, sessions=[SESSION], taskSessions=[look]))["dataset_refs"] == [
        "Laboratory"
    ]
    started = {**look, "id": "t2", "type": "Restore"}
    told = saved(tmp_path, sessions=[SESSION], taskSessions=[look, started])
    assert [fact["external_id"] for fact in told.facts] == ["t2"]


@pytest.mark.parametrize(
    "said",
    [
        {"state": "Working"},
        {"result": {"result": "None"}},
        {"result": {"result": "Success", "isCanceled": True}},
        {"result": None},
        {"sessionType": "BackupJob"},
        {"sessionType": "SureBackupContentScan"},
    ],
)
def test_what_has_not_ended_was_called_off_or_restores_nothing_shows_nothing(
    tmp_path: Path, said: dict[str, Any]
) -> None:
    told = saved(tmp_path, sessions=[{**SESSION, **said}])
    assert not told.facts
    assert not told.refused


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"creationTime": "2026-02-27T22:00:00"}, "creationTime has no offset"),
        ({"creationTime": "yesterday"}, "creationTime is no time"),
        ({"creationTime": None}, "null stands where str belongs at creationTime"),
        ({"name": ""}, "it has no id, or does not say of what it is"),
        ({"name": "a\0b"}, "a name holds characters that cannot be shown"),
        ({"name": "https://u:hush@x/"}, "what looks like a secret stands in it"),
        ({"originalSize": -1}, "a value cannot be one of its kind at originalSize"),
        ({"id": 7}, "int stands where str belongs at id"),
    ],
)
def test_one_bad_entry_is_named_with_its_reason_and_spoils_no_other(
    tmp_path: Path, said: dict[str, Any], reason: str
) -> None:
    told = saved(tmp_path, restorePoints=[POINT, {**POINT, "id": "p2", **said}, {**POINT}])
    assert [fact["external_id"] for fact in told.facts] == ["p1"]
    assert [(refused.place, refused.reason) for refused in told.refused] == [
        ("restore point 2", reason),
        ("restore point 3", "its id stands in the listing twice; the first counts"),
    ]


def test_a_part_of_a_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "part.json"
    answer = {"data": [POINT], "pagination": {"total": 431, "count": 1}}
    path.write_text(json.dumps({"restorePoints": answer}), encoding="utf-8")
    with pytest.raises(ObservationProblem, match="1 entries of 431"):
        Veeam().read(Request("bkp01", NOON, path))


def test_a_repository_that_cannot_be_understood_is_an_error_because_locks_hang_on_it(
    tmp_path: Path,
) -> None:
    with pytest.raises(ObservationProblem, match="backup or repository"):
        saved(tmp_path, restorePoints=[POINT], repositories=[{"id": 7}])


def test_a_lock_whose_days_are_over_is_no_longer_told(tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    repository = {
        "id": "r1",
        "type": "LinuxHardened",
        "repository": {"makeRecentBackupsImmutableDays": 7},
    }
    answers = {
        "restorePoints": [{**POINT, "backupId": "b1"}],
        "backups": [BACKUP],
        "repositories": [repository],
    }
    content = {name: {"data": entries} for name, entries in answers.items()}
    path.write_text(json.dumps(content), encoding="utf-8")
    made = datetime(2026, 2, 27, 11, tzinfo=UTC)
    for after, locked in ((timedelta(days=7, seconds=-1), True), (timedelta(days=7), False)):
        (fact,) = Veeam().read(Request("bkp01", made + after, path)).facts
        assert ("immutable" in fact["copies"][0]) is locked

"""What AWS Backup says, and nothing that it does not say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from stubbed_aws import DATABASE, NOON, PLAN, POINT, VAULT, asked, job, one, point

from refloat.model.errors import ObservationProblem
from refloat.platforms import Request
from refloat.platforms.aws_backup import AwsBackup
from refloat.testing.platform_conformance import goes_through_the_door, sound

SAMPLE = Path(__file__).parent / "samples" / "aws-backup.json"
DAY = timedelta(days=1)


def read(path: Path, **options: str) -> Any:
    return AwsBackup().read(Request("aws-clinic", NOON, path, options))


def written(folder: Path, answer: object) -> Path:
    path = folder / "answer.json"
    path.write_text(json.dumps(answer), encoding="utf-8")
    return path


def test_a_point_is_told_with_its_resource_times_size_and_vault() -> None:
    later = datetime(2026, 4, 1, tzinfo=UTC)
    listing = asked(
        points=(
            point(
                CompletionDate=datetime(2026, 2, 28, 2, 9, tzinfo=UTC),
                CalculatedLifecycle={"DeleteAt": later},
                IsEncrypted=True,
                EncryptionKeyArn="arn:aws:kms:ap-southeast-2:111122223333:key/1",
                ResourceName="clinic",
            ),
        )
    )
    sound(listing)
    goes_through_the_door(listing)
    assert listing.whole
    fact = one(listing)
    assert fact["external_id"] == POINT
    assert (fact["dataset_ref"], fact["external_name"]) == (DATABASE, "clinic")
    assert fact["consistency_time"] == "2026-02-28T02:00:00+00:00"
    assert fact["completed_at"] == "2026-02-28T02:09:00+00:00"
    assert fact["expires_at"] == "2026-04-01T00:00:00+00:00"
    assert (fact["complete"], fact["usable_claim"], fact["size_bytes"]) == (True, "ok", 10)
    assert fact["copies"] == [{"location": "clinic", "encrypted": True}]


@pytest.mark.parametrize(("began", "true_at"), [(1, 1), (3, 2)])
def test_a_point_is_true_when_its_job_began_or_when_it_was_created_whichever_is_earlier(
    began: int, true_at: int
) -> None:
    fact = one(asked(points=(point(InitiationDate=datetime(2026, 2, 28, began, tzinfo=UTC)),)))
    assert fact["consistency_time"] == f"2026-02-28T{true_at:02}:00:00+00:00"


def test_what_is_not_said_is_left_out() -> None:
    fact = one(asked(points=(point(Status="AVAILABLE"),)))
    known = {"schema", "kind", "source", "observed_at", "raw_sha256", "external_id", "dataset_ref"}
    known |= {"external_name", "consistency_time", "size_bytes", "copies"}
    assert set(fact) - known == {"complete", "usable_claim"}
    assert fact["copies"] == [{"location": "clinic"}]


@pytest.mark.parametrize(
    ("status", "complete", "claim", "state"),
    [
        ("COMPLETED", True, "ok", None),
        ("AVAILABLE", True, "ok", None),
        ("PARTIAL", False, "warning", None),
        ("CREATING", False, None, None),
        ("EXPIRED", None, "warning", None),
        ("STOPPED", None, "warning", None),
        ("DELETING", None, "failed", "deleted"),
    ],
)
def test_each_status_says_what_its_documentation_says(
    status: str, complete: bool | None, claim: str | None, state: str | None
) -> None:
    fact = one(asked(points=(point(Status=status),)))
    assert (fact.get("complete"), fact.get("usable_claim"), fact.get("state")) == (
        complete,
        claim,
        state,
    )


def test_a_status_that_is_not_known_says_nothing(tmp_path: Path) -> None:
    said = {**point(Status="SPARKLING"), "CreationDate": "2026-02-28T02:00:00Z"}
    fact = one(read(written(tmp_path, {"RecoveryPoints": [said]})))
    assert "complete" not in fact
    assert "usable_claim" not in fact


@pytest.mark.parametrize(
    ("vault", "immutable"),
    [
        ({}, None),
        ({"Locked": False}, {"mode": "none"}),
        ({"Locked": True}, {"mode": "governance", "until": "2026-04-01T00:00:00+00:00"}),
        (
            {"Locked": True, "LockDate": NOON + DAY},
            {"mode": "governance", "until": "2026-04-01T00:00:00+00:00"},
        ),
        (
            {"Locked": True, "LockDate": NOON},
            {"mode": "compliance", "until": "2026-04-01T00:00:00+00:00"},
        ),
        ({"Locked": True, "VaultType": "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"}, None),
        ({"LockDate": NOON - DAY}, None),
    ],
    ids=["not said", "open", "no date", "date to come", "date passed", "air gapped", "date alone"],
)
def test_a_lock_is_what_the_vault_says_on_that_day(
    vault: dict[str, Any], immutable: dict[str, str] | None
) -> None:
    said = point(CalculatedLifecycle={"DeleteAt": datetime(2026, 4, 1, tzinfo=UTC)})
    fact = one(asked(vault=vault, points=(said,)))
    assert fact["copies"][0].get("immutable") == immutable


def test_a_point_that_never_goes_is_locked_for_ever_and_one_with_a_rule_until_nobody_knows() -> (
    None
):
    vault = {"Locked": True, "LockDate": NOON - DAY}
    for_ever = one(asked(vault=vault, points=(point(),)))
    assert for_ever["copies"][0]["immutable"] == {"mode": "compliance"}
    said = point(Lifecycle={"DeleteAfterEvent": "DELETE_AFTER_COPY"})
    assert "immutable" not in one(asked(vault=vault, points=(said,)))["copies"][0]


@pytest.mark.parametrize(
    ("scan", "malware"),
    [
        ({"FailedScan": False, "Findings": [], "LastComputed": NOON}, "clean"),
        ({"FailedScan": False, "Findings": ["MALWARE"], "LastComputed": NOON}, "infected"),
        ({"FailedScan": True, "Findings": [], "LastComputed": NOON}, None),
        ({"FailedScan": False}, None),
        ({"FailedScan": False, "LastComputed": NOON}, None),
        ({"FailedScan": False, "Findings": []}, None),
    ],
)
def test_malware_is_what_a_scan_that_ended_found(scan: dict[str, Any], malware: str | None) -> None:
    assert one(asked(points=(point(AggregatedScanResult=scan),))).get("malware") == malware


@pytest.mark.parametrize(
    ("said", "result", "passed"),
    [
        ({}, "passed", "no check"),
        ({"ValidationStatus": "SUCCESSFUL"}, "passed", True),
        ({"ValidationStatus": "FAILED"}, "failed", False),
        ({"ValidationStatus": "TIMED_OUT"}, "partial", None),
        ({"Status": "FAILED"}, "failed", "no check"),
    ],
)
def test_a_restore_job_is_a_test_and_its_validation_a_check_of_unknown_depth(
    said: dict[str, Any], result: str, passed: object
) -> None:
    listing = asked(jobs=(job(CreatedBy={"RestoreTestingPlanArn": PLAN}, **said),))
    goes_through_the_door(listing)
    fact = one(listing)
    assert (fact["kind"], fact["dataset_refs"]) == ("restore_test", [DATABASE])
    assert (fact["level"], fact["result"], fact["own_seconds"]) == ("object", result, 1800)
    assert "service" not in fact
    assert "confirmed_by" not in fact
    if passed == "no check":
        assert "checks" not in fact
    else:
        (check,) = fact["checks"]
        assert check["name"] == "validation of the restore testing plan weekly"
        assert check.get("passed") is passed
        assert "proves" not in check


@pytest.mark.parametrize(
    ("kind", "level"),
    [("EC2", "image"), ("EBS", "image"), ("EFS", "file"), ("FSx", "file"), ("S3", "object")],
)
def test_a_restore_is_never_more_than_what_was_brought_back(kind: str, level: str) -> None:
    said = job(ResourceType=kind, ValidationStatus="SUCCESSFUL")
    assert one(asked(jobs=(said,)))["level"] == level


@pytest.mark.parametrize(
    "said",
    [
        {"Status": "RUNNING"},
        {"Status": "PENDING"},
        {"Status": "ABORTED"},
        {"ValidationStatus": "VALIDATING"},
    ],
)
def test_a_restore_that_has_not_ended_or_was_called_off_shows_nothing(said: dict[str, Any]) -> None:
    listing = asked(jobs=(job(**said),))
    assert not listing.facts
    assert not listing.refused


def test_a_restore_that_does_not_say_of_what_is_known_by_its_point_or_refused() -> None:
    nameless = job()
    del nameless["SourceResourceArn"]
    told = asked(points=(point(),), jobs=(nameless,))
    assert told.facts[-1]["dataset_refs"] == [DATABASE]
    other = job(RestoreJobId="restore-2", RecoveryPointArn=f"{POINT}9")
    del other["SourceResourceArn"]
    told = asked(points=(point(),), jobs=(other,))
    assert [refused.place for refused in told.refused] == ["restore job 1"]
    assert not told.whole


def test_a_resource_whose_last_point_lies_in_another_vault_is_named_and_the_reading_not_whole() -> (
    None
):
    elsewhere = {"ResourceArn": DATABASE, "LastBackupVaultArn": f"{VAULT}-of-another-account"}
    told = asked(points=(point(),), resources=(elsewhere,))
    assert [refused.place for refused in told.refused] == ["protected resource 1"]
    assert not told.whole
    here = {"ResourceArn": DATABASE, "ResourceName": "clinic", "LastBackupVaultArn": VAULT}
    told = asked(points=(point(),), resources=(here,))
    assert told.whole
    assert one(told)["external_name"] == "clinic"


def test_an_account_without_vaults_points_and_jobs_is_a_reading_of_nothing() -> None:
    told = asked()
    assert (told.facts, told.refused, told.whole) == ((), (), True)


def test_a_file_of_the_command_line_says_the_same_as_the_account_but_never_that_it_is_whole() -> (
    None
):
    told = read(SAMPLE)
    assert not told.whole
    kinds = [(fact["kind"], fact.get("usable_claim"), fact.get("level")) for fact in told.facts]
    assert kinds == [
        ("recovery_point", "ok", None),
        ("recovery_point", "warning", None),
        ("restore_test", None, "object"),
    ]
    lock = told.facts[0]["copies"][0]["immutable"]
    assert lock == {"mode": "compliance", "until": "2026-04-03T15:00:00.087000+00:00"}


def test_seconds_since_1970_are_a_time_and_null_is_none(tmp_path: Path) -> None:
    said = [
        {"RecoveryPointArn": "a", "ResourceArn": "r", "CreationDate": 1516925490.087},
        {"RecoveryPointArn": "b", "ResourceArn": "r", "CreationDate": None},
        {"RecoveryPointArn": "c", "ResourceArn": "r", "CreationDate": 1e300},
    ]
    told = read(written(tmp_path, {"RecoveryPoints": said}))
    assert one(told)["consistency_time"] == "2018-01-26T00:11:30.087000+00:00"
    assert [refused.reason for refused in told.refused] == [
        "CreationDate is missing",
        "CreationDate is no time",
    ]


def test_a_list_of_one_resource_needs_to_be_told_which_and_calls_sizes_otherwise(
    tmp_path: Path,
) -> None:
    said = {
        "RecoveryPointArn": POINT,
        "CreationDate": "2026-02-28T02:00:00+11:00",
        "Status": "COMPLETED",
        "BackupSizeBytes": 12,
        "BackupVaultName": "clinic",
    }
    vault = {"BackupVaultName": "clinic", "Locked": True, "LockDate": "2025-01-01T00:00:00Z"}
    path = written(tmp_path, [vault, {"RecoveryPoints": [said]}])
    with pytest.raises(ObservationProblem, match="does not say of which resource"):
        read(path)
    fact = one(read(path, resource=DATABASE))
    assert (fact["dataset_ref"], fact["size_bytes"]) == (DATABASE, 12)
    # This list never says when a point goes: so it is not known until when the lock holds.
    assert "immutable" not in fact["copies"][0]


def test_a_part_of_a_list_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {"RecoveryPoints": [], "NextToken": "more"})
    with pytest.raises(ObservationProblem, match="only a part"):
        read(path)


@pytest.mark.parametrize("answer", [[], [{}], {"Reservations": []}, [{"RecoveryPoints": []}, {}]])
def test_an_answer_of_another_kind_is_refused(tmp_path: Path, answer: object) -> None:
    with pytest.raises(ObservationProblem):
        read(written(tmp_path, answer))


def test_a_vault_that_cannot_be_understood_is_an_error_because_locks_hang_on_it(
    tmp_path: Path,
) -> None:
    with pytest.raises(ObservationProblem):
        read(written(tmp_path, [{"BackupVaultName": "clinic", "Locked": "yes"}]))

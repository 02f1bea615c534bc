"""A client of AWS Backup that answers from a list, held against botocore's model of the service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import boto3  # type: ignore[import-untyped]  # no types
from botocore.stub import Stubber  # type: ignore[import-untyped]  # no types

from refloat.platforms import Listing, Request
from refloat.platforms.aws_backup import AwsBackup

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACCOUNT = "arn:aws:backup:ap-southeast-2:111122223333"
VAULT = f"{ACCOUNT}:backup-vault:clinic"
DATABASE = "arn:aws:rds:ap-southeast-2:111122223333:db:clinic"
POINT = f"{ACCOUNT}:recovery-point:1"
PLAN = f"{ACCOUNT}:restore-testing-plan:weekly-1"


def client() -> Any:
    """Make a client that has no account and can reach none."""
    return boto3.session.Session(
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="nothing",
        region_name="ap-southeast-2",
    ).client("backup")


@contextmanager
def stubbed() -> Iterator[tuple[AwsBackup, Stubber]]:
    """Give a reader whose client answers what the stub was told, and nothing that it was not."""
    asked = client()
    with Stubber(asked) as stub:
        yield AwsBackup(connect=lambda _: asked), stub


def point(**said: Any) -> dict[str, Any]:
    """Give a recovery point as the service lists it."""
    return {
        "RecoveryPointArn": POINT,
        "BackupVaultName": "clinic",
        "BackupVaultArn": VAULT,
        "ResourceArn": DATABASE,
        "ResourceType": "RDS",
        "Status": "COMPLETED",
        "CreationDate": datetime(2026, 2, 28, 2, tzinfo=UTC),
        "BackupSizeInBytes": 10,
        **said,
    }


def job(**said: Any) -> dict[str, Any]:
    """Give a restore job as the service lists it."""
    return {
        "RestoreJobId": "restore-1",
        "RecoveryPointArn": POINT,
        "SourceResourceArn": DATABASE,
        "ResourceType": "RDS",
        "Status": "COMPLETED",
        "CreationDate": datetime(2026, 2, 28, 5, tzinfo=UTC),
        "CompletionDate": datetime(2026, 2, 28, 5, 30, tzinfo=UTC),
        **said,
    }


def tell(
    stub: Stubber,
    *,
    vault: dict[str, Any] | None = None,
    points: tuple[dict[str, Any], ...] = (),
    resources: tuple[dict[str, Any], ...] = (),
    jobs: tuple[dict[str, Any], ...] = (),
) -> None:
    """Say what an account with one vault answers, in the order in which it is asked."""
    named = {"BackupVaultName": "clinic", "BackupVaultArn": VAULT}
    stub.add_response("list_backup_vaults", {"BackupVaultList": [named]}, {})
    stub.add_response(
        "describe_backup_vault", {**named, **(vault or {})}, {"BackupVaultName": "clinic"}
    )
    stub.add_response(
        "list_recovery_points_by_backup_vault",
        {"RecoveryPoints": list(points)},
        {"BackupVaultName": "clinic"},
    )
    tell_the_rest(stub, resources=resources, jobs=jobs)


def tell_the_rest(
    stub: Stubber,
    *,
    resources: tuple[dict[str, Any], ...] = (),
    jobs: tuple[dict[str, Any], ...] = (),
) -> None:
    """Say what an account answers after its vaults."""
    stub.add_response("list_protected_resources", {"Results": list(resources)}, {})
    plan = {
        "RestoreTestingPlanArn": PLAN,
        "RestoreTestingPlanName": "weekly",
        "CreationTime": NOON,
        "ScheduleExpression": "cron(0 5 ? * SAT *)",
    }
    stub.add_response("list_restore_testing_plans", {"RestoreTestingPlans": [plan]}, {})
    stub.add_response("list_restore_jobs", {"RestoreJobs": list(jobs)}, {})


def asked(**told: Any) -> Listing:
    """Ask an account with one vault."""
    with stubbed() as (platform, stub):
        tell(stub, **told)
        listing = platform.read(Request("aws-clinic", NOON))
        stub.assert_no_pending_responses()
    return listing


def one(listing: Listing) -> dict[str, Any]:
    """Give the only fact of a listing."""
    (fact,) = listing.facts
    return dict(fact)

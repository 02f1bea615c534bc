"""What answers of AWS Backup say, as facts. Fields after botocore's model of the service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from msgspec import Meta, Raw, Struct

from refloat.platforms import Fact, Telling
from refloat.platforms._listing import Unusable, clean, instant, one

Time = str | float | None
"""ISO text as the AWS command line writes it, or seconds since 1970 as the service does."""

Size = Annotated[int, Meta(ge=0)]

_AIR_GAPPED = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"

_STATES: Mapping[str, Mapping[str, Any]] = {
    "COMPLETED": {"complete": True, "usable_claim": "ok"},
    "AVAILABLE": {"complete": True, "usable_claim": "ok"},
    # A continuous backup that goes on no longer; what it holds so far can be restored.
    "STOPPED": {"usable_claim": "warning"},
    "EXPIRED": {"usable_claim": "warning"},
    "PARTIAL": {"complete": False, "usable_claim": "warning"},
    "CREATING": {"complete": False},
    # Nobody can stop it, and nothing can be restored from it any more.
    "DELETING": {"usable_claim": "failed", "state": "deleted"},
}
"""What a point's status says, after the service's documentation. Other words say nothing."""

_LEVELS = {
    **dict.fromkeys(("EC2", "EBS", "VirtualMachine", "Storage Gateway"), "image"),
    **dict.fromkeys(("EFS", "FSx"), "file"),
}
"""How much a restore job brings back, by the type of resource. Anything else is one object.

A machine that was made of its image is no more than that: nobody looked whether it starts."""


class Vault(Struct, rename="pascal"):
    """A vault: what ``describe-backup-vault`` says."""

    backup_vault_name: str
    backup_vault_arn: str | None = None
    vault_type: str | None = None
    locked: bool | None = None
    lock_date: Time = None


class Resource(Struct, rename="pascal"):
    """A resource that AWS Backup has points of."""

    resource_arn: str
    resource_name: str | None = None
    last_backup_vault_arn: str | None = None


class TestingPlan(Struct, rename="pascal"):
    """A plan of restore tests."""

    restore_testing_plan_arn: str
    restore_testing_plan_name: str


class _Expiry(Struct, rename="pascal"):
    delete_at: Time = None


class _Lifecycle(Struct, rename="pascal"):
    delete_after_days: int | None = None
    delete_after_event: str | None = None


class _Scan(Struct, rename="pascal"):
    failed_scan: bool | None = None
    findings: tuple[str, ...] | None = None
    last_computed: Time = None


class _Point(Struct, rename="pascal"):
    """A recovery point; the list of a resource calls its size otherwise than that of a vault."""

    recovery_point_arn: str
    creation_date: Time
    initiation_date: Time = None
    resource_arn: str | None = None
    resource_name: str | None = None
    backup_vault_name: str | None = None
    backup_vault_arn: str | None = None
    status: str | None = None
    completion_date: Time = None
    backup_size_in_bytes: Size | None = None
    backup_size_bytes: Size | None = None
    calculated_lifecycle: _Expiry | None = None
    lifecycle: _Lifecycle | None = None
    is_encrypted: bool | None = None
    aggregated_scan_result: _Scan | None = None


class _Creator(Struct, rename="pascal"):
    restore_testing_plan_arn: str | None = None


class _Restore(Struct, rename="pascal"):
    """A restore job, of a plan of restore tests or by hand."""

    restore_job_id: str
    creation_date: Time
    status: str
    recovery_point_arn: str | None = None
    source_resource_arn: str | None = None
    resource_type: str | None = None
    recovery_point_creation_date: Time = None
    completion_date: Time = None
    backup_size_in_bytes: Size | None = None
    created_by: _Creator | None = None
    validation_status: str | None = None


@dataclass(frozen=True)
class Surroundings:
    """What the answers say about what entries refer to.

    Attributes:
        vaults: the vaults, by name and by ARN.
        resources: the resources, by ARN.
        plans: the names of the plans of restore tests, by ARN.
        points: of which resource each recovery point is, by ARN.
        resource: ARN of the resource that lists without one are about; empty if nobody said.
    """

    vaults: Mapping[str, Vault]
    resources: Mapping[str, Resource]
    plans: Mapping[str, str]
    points: Mapping[str, str]
    resource: str


def vault_of(raw: Raw) -> Vault:
    """Give a vault.

    Raises:
        Unusable: if it is none.
    """
    said = one(raw, Vault)
    clean(said.backup_vault_name, said.backup_vault_arn)
    return said


def resource_of_point(raw: Raw) -> tuple[str, str] | None:
    """Give a recovery point's ARN and that of its resource; None if it does not say both."""
    try:
        said = one(raw, _Point)
    except Unusable:
        return None
    return (said.recovery_point_arn, said.resource_arn) if said.resource_arn else None


def point(telling: Telling, around: Surroundings, raw: Raw) -> Iterator[Fact]:
    """Give what a recovery point says.

    Raises:
        Unusable: if it cannot be used.
    """
    said = one(raw, _Point)
    resource = said.resource_arn or around.resource
    if not said.recovery_point_arn or not resource:
        raise Unusable("it does not say of which resource it is; list it by vault")
    known = around.resources.get(resource)
    name = said.resource_name or (known.resource_name if known is not None else None)
    location = said.backup_vault_name or said.backup_vault_arn
    clean(said.recovery_point_arn, resource, name, location)
    expires_at = _expiry(said)
    size = said.backup_size_in_bytes
    yield telling.fact(
        "recovery_point",
        said.recovery_point_arn,
        dataset_ref=resource,
        external_name=name or resource,
        consistency_time=_true_at(said),
        completed_at=_time_or_none(said.completion_date, "CompletionDate"),
        size_bytes=said.backup_size_bytes if size is None else size,
        copies=[_copy(telling, around, said, location, expires_at)] if location else None,
        expires_at=expires_at,
        malware=_malware(said.aggregated_scan_result),
        **_STATES.get(said.status or "", {}),
    )


def restore(telling: Telling, around: Surroundings, raw: Raw) -> Iterator[Fact]:
    """Give what a restore job shows; nothing of one that has not ended, or was called off.

    Raises:
        Unusable: if it cannot be used.
    """
    said = one(raw, _Restore)
    result = _result(said)
    if result is None:
        return
    resource = said.source_resource_arn or around.points.get(said.recovery_point_arn or "")
    if not said.restore_job_id or not resource:
        raise Unusable("it does not say what was restored")
    clean(said.restore_job_id, resource)
    began = _time(said.creation_date, "CreationDate")
    ended = _time_or_none(said.completion_date, "CompletionDate")
    yield telling.fact(
        "restore_test",
        said.restore_job_id,
        dataset_refs=[resource],
        level=_LEVELS.get(said.resource_type or "", "object"),
        result=result,
        started_at=began,
        own_seconds=(ended - began).total_seconds() if ended and ended >= began else None,
        bytes=said.backup_size_in_bytes,
        consistency_time=_time_or_none(
            said.recovery_point_creation_date, "RecoveryPointCreationDate"
        ),
        checks=_checks(around, said),
    )


def elsewhere(around: Surroundings, raw: Raw) -> Iterator[Fact]:
    """See that a resource's last recovery point lies in a vault that was read; gives no fact.

    Raises:
        Unusable: if it lies elsewhere: then the newest of its points are not among these.
    """
    said = one(raw, Resource)
    if said.last_backup_vault_arn and said.last_backup_vault_arn not in around.vaults:
        raise Unusable(
            "its last recovery point lies in a vault that was not read:"
            " read that account or region too"
        )
    yield from ()


def _true_at(said: _Point) -> datetime:
    """Give since when a point's data may be out of date: since its backup job began, if known."""
    created = _time(said.creation_date, "CreationDate")
    began = _time_or_none(said.initiation_date, "InitiationDate")
    return created if began is None else min(created, began)


def _copy(
    telling: Telling, around: Surroundings, said: _Point, location: str, expires_at: datetime | None
) -> dict[str, Any]:
    # The key's name is left out: which key it is does not say that a copy of it is kept.
    vault = around.vaults.get(said.backup_vault_arn or said.backup_vault_name or "")
    mode = _lock(vault, telling.request.observed_at) if vault is not None else None
    if mode == "compliance" and expires_at is None and not _kept_for_ever(said):
        mode = None  # until when it holds is not said, and leaving that out means for ever
    until = expires_at if mode in ("compliance", "governance") else None
    immutable = {"mode": mode, "until": until} if mode else None
    return {"location": location, "encrypted": said.is_encrypted, "immutable": immutable}


def _lock(vault: Vault, at: datetime) -> str | None:
    """Say what keeps the points of a vault from being deleted; None if that is not said.

    A lock can be taken off until its date has come; without a date, always.
    """
    if vault.locked is None:
        return None
    if not vault.locked:
        return "none"
    date = _time_or_none(vault.lock_date, "LockDate")
    if date is not None and date <= at:
        return "compliance"
    # The locks of vaults of this type cannot be taken off, but this answer does not say so.
    return None if date is None and vault.vault_type == _AIR_GAPPED else "governance"


def _kept_for_ever(said: _Point) -> bool:
    """Whether a point is in the list of a vault, which says when points go, and this never does."""
    rule = said.lifecycle or _Lifecycle()
    return bool(said.resource_arn) and not rule.delete_after_days and not rule.delete_after_event


def _expiry(said: _Point) -> datetime | None:
    expiry = said.calculated_lifecycle
    return _time_or_none(expiry.delete_at, "DeleteAt") if expiry is not None else None


def _malware(scan: _Scan | None) -> str | None:
    if scan is None:
        return None
    if scan.findings:
        return "infected" if "MALWARE" in scan.findings else None
    looked = scan.last_computed is not None and scan.findings is not None
    return "clean" if looked and scan.failed_scan is False else None


def _result(said: _Restore) -> str | None:
    if said.status == "FAILED":
        return "failed"
    if said.status != "COMPLETED" or said.validation_status == "VALIDATING":
        return None
    if said.validation_status == "FAILED":
        return "failed"
    return "passed" if said.validation_status in (None, "SUCCESSFUL") else "partial"


def _checks(around: Surroundings, said: _Restore) -> list[dict[str, Any]] | None:
    """Give the validation, which somebody's own script reports: what it looked at is not said."""
    if said.validation_status is None:
        return None
    plan = around.plans.get((said.created_by or _Creator()).restore_testing_plan_arn or "")
    name = f"validation of the restore testing plan {plan}" if plan else "validation"
    passed = {"SUCCESSFUL": True, "FAILED": False}.get(said.validation_status)
    return [{"name": name, "passed": passed}]


def _time_or_none(said: Time, what: str) -> datetime | None:
    return None if said is None else _time(said, what)


def _time(said: Time, what: str) -> datetime:
    if said is None:
        raise Unusable(f"{what} is missing")
    if isinstance(said, str):
        return instant(said, what)
    try:
        return datetime.fromtimestamp(said, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Unusable(f"{what} is no time") from error

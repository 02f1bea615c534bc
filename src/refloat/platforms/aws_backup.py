"""Reads recovery points, locks of vaults and restore jobs of AWS Backup.

Asks one account in one region itself, through boto3; or reads what the AWS command line printed. A
point is true when its job began or, where AWS does not say that, when it was created; of a
continuous backup AWS does not say to how much later it can be restored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from msgspec import Raw, Struct

from refloat.model.errors import ObservationProblem
from refloat.model.options import Option, Options, OptionType, Probe
from refloat.platforms import Listing, Request, Telling
from refloat.platforms._answers import probed
from refloat.platforms._aws_asking import answers, connect
from refloat.platforms._aws_telling import (
    Resource,
    Surroundings,
    TestingPlan,
    elsewhere,
    point,
    resource_of_point,
    restore,
    vault_of,
)
from refloat.platforms._listing import (
    Part,
    Unusable,
    clean,
    digest_of,
    gathered,
    one,
    read_bytes,
    understood,
)

COMMAND = "aws backup list-recovery-points-by-backup-vault --backup-vault-name NAME"

_ANOTHER = "no answer of AWS Backup that is understood"


class _Answer(Struct, rename="pascal"):
    """One answer: what it holds says what was asked."""

    recovery_points: list[Raw] | None = None
    restore_jobs: list[Raw] | None = None
    restore_testing_plans: list[Raw] | None = None
    results: list[Raw] | None = None
    backup_vault_list: list[Raw] | None = None
    backup_vault_name: str | None = None
    next_token: str | None = None

    @property
    def nothing(self) -> bool:
        """Whether it holds nothing that is known."""
        held = (
            self.recovery_points,
            self.restore_jobs,
            self.restore_testing_plans,
            self.results,
            self.backup_vault_list,
            self.backup_vault_name,
        )
        return all(one is None for one in held)


class AwsBackup:
    """Reads AWS Backup.

    Args:
        connect: makes the client; a test hands in one of its own.
    """

    name = "aws_backup"
    summary = "Reads AWS Backup: recovery points, the locks of their vaults, and restore jobs."
    options = (
        Option("region", OptionType.TEXT, "The region to ask.", example="ap-southeast-2"),
        Option(
            "profile",
            OptionType.TEXT,
            "The profile of the AWS settings to ask with. Refloat itself keeps no AWS key.",
            example="refloat-reader",
        ),
        Option(
            "resource",
            OptionType.TEXT,
            "The resource that a file of list-recovery-points-by-resource is about: its ARN, which"
            " that list leaves out.",
            example="arn:aws:rds:ap-southeast-2:111122223333:db:clinic",
        ),
    )
    rights = (
        "A policy that allows backup:ListBackupVaults, backup:DescribeBackupVault,"
        " backup:ListRecoveryPointsByBackupVault, backup:ListProtectedResources,"
        " backup:ListRestoreJobs and backup:ListRestoreTestingPlans, and nothing else."
    )
    takes_files = True
    asks = True

    def __init__(self, connect: Callable[[Options], Any] = connect) -> None:
        self._connect = connect

    def probe(self) -> Probe:
        """Say whether boto3 is there; files are read without it."""
        return probed("boto3", "aws")

    def read(self, request: Request) -> Listing:
        """Read a file of answers, or ask the account.

        Raises:
            MissingInput: if the file is not there, or cannot be opened.
            ObservationProblem: if it holds no answers of AWS Backup, or only a part of one.
            ToolMissing: if boto3 is needed and not installed.
            UsageProblem: if no region or no credentials are known.
            SourceProblem: if AWS does not answer, or refuses.
        """
        asked = request.path is None
        content = answers(self._connect(request.options)) if asked else read_bytes(request)
        found = [_answer(raw, request) for raw in _split(content, request)]
        if not found:
            raise ObservationProblem(f"{request.path} holds {_ANOTHER}")
        telling = Telling(request, "aws-backup", "aws_backup/2", digest_of(content))
        around = _surroundings(found, request)
        points, restores, resources = (
            [entry for _, answer in found for entry in getattr(answer, member) or ()]
            for member in ("recovery_points", "restore_jobs", "results")
        )
        known = [entry for entry in resources if around.vaults]
        parts = (
            Part("recovery point", points, partial(point, telling, around)),
            Part("restore job", restores, partial(restore, telling, around)),
            Part("protected resource", known, partial(elsewhere, around)),
        )
        listing = gathered(telling, parts)
        return replace(listing, whole=asked and not listing.refused)


def _split(content: bytes, request: Request) -> list[Raw]:
    """Give the answers: a list of them, or the only one."""
    text = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"["):
        return understood(content, list[Raw], request.path, COMMAND)
    return [understood(content, Raw, request.path, COMMAND)]


def _answer(raw: Raw, request: Request) -> tuple[Raw, _Answer]:
    answer = understood(bytes(raw), _Answer, request.path, COMMAND)
    if answer.nothing:
        raise ObservationProblem(
            f"{request.path} holds {_ANOTHER}", hint=f"It must be all that '{COMMAND}' prints."
        )
    if answer.next_token:
        raise ObservationProblem(
            f"{request.path} holds only a part of a list: a NextToken stands in it",
            hint="Let the AWS command line read all pages: without --max-items and --no-paginate.",
        )
    return raw, answer


def _surroundings(found: list[tuple[Raw, _Answer]], request: Request) -> Surroundings:
    """Gather what entries refer to.

    Raises:
        ObservationProblem: if a vault or a plan cannot be understood: a lock may hang on it.
    """
    try:
        vaults = [
            vault_of(raw)
            for whole, answer in found
            for raw in [
                *(answer.backup_vault_list or ()),
                *([whole] if answer.backup_vault_name is not None else ()),
            ]
        ]
        plans = [
            one(raw, TestingPlan)
            for _, answer in found
            for raw in answer.restore_testing_plans or ()
        ]
        resources = [one(raw, Resource) for _, answer in found for raw in answer.results or ()]
        clean(*(plan.restore_testing_plan_name for plan in plans))
    except Unusable as error:
        raise ObservationProblem(
            f"{request.path or 'an answer'} cannot be used: {error}"
        ) from error
    asked_for = any(answer.restore_jobs for _, answer in found)
    points = (
        resource_of_point(raw)
        for _, answer in found
        for raw in (answer.recovery_points or () if asked_for else ())
    )
    return Surroundings(
        vaults={
            **{vault.backup_vault_name: vault for vault in vaults},
            **{vault.backup_vault_arn: vault for vault in vaults if vault.backup_vault_arn},
        },
        resources={resource.resource_arn: resource for resource in resources},
        plans={plan.restore_testing_plan_arn: plan.restore_testing_plan_name for plan in plans},
        points=dict(filter(None, points)),
        resource=str(request.options.get("resource") or ""),
    )


ADAPTER = AwsBackup()

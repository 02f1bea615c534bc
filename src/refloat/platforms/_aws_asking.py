"""Asks AWS Backup itself, through boto3, and can ask for nothing but what is named here.

The answers are kept as the AWS command line would have printed them, so that what is asked and what
lies in a file is understood by the same code.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from refloat.model.errors import (
    NotAllowed,
    RefloatError,
    SourceBusy,
    SourceProblem,
    UsageProblem,
)
from refloat.model.options import Options
from refloat.platforms._answers import library

READS = frozenset(
    {
        "ListBackupVaults",
        "DescribeBackupVault",
        "ListRecoveryPointsByBackupVault",
        "ListProtectedResources",
        "ListRestoreJobs",
        "ListRestoreTestingPlans",
    }
)
"""The operations that may be called, as the service names them. Each needs the right of its name
(``backup:ListBackupVaults``). All of them only read."""

MOST_PAGES = 2_000
"""Pages of one list at most; a page holds up to 1,000 entries."""

_DENIED = frozenset({"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"})
_NOT_KNOWN = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_LATER = frozenset(
    {
        "InternalServerError",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


def connect(options: Options) -> Any:
    """Make the client. Whose account it is, the AWS settings of whoever runs this say.

    Args:
        options: ``region`` and ``profile``, where they are given.

    Raises:
        ToolMissing: if boto3 is not installed.
        UsageProblem: if no region is known, or there is no such profile.
    """
    boto3 = library("boto3", "aws")
    errors = library("botocore.exceptions", "aws")
    settings = library("botocore.config", "aws").Config(
        connect_timeout=10, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 5}
    )
    try:
        session = boto3.session.Session(
            profile_name=options.get("profile"), region_name=options.get("region")
        )
        return session.client("backup", config=settings)
    except errors.ProfileNotFound as error:
        raise UsageProblem(
            "the AWS settings have no such profile", hint="aws configure list-profiles names them."
        ) from error
    except errors.NoRegionError as error:
        raise UsageProblem(
            "no AWS region is named", hint="Give the option region, such as ap-southeast-2."
        ) from error
    except errors.BotoCoreError as error:
        raise UsageProblem(f"the AWS settings cannot be used ({type(error).__name__})") from error


def answers(client: Any) -> bytes:
    """Ask for all that is read, and give it as one JSON list of answers.

    Args:
        client: a client of the service ``backup``; from here on it calls nothing but ``READS``.

    Raises:
        SourceProblem: if AWS does not answer, refuses, or never comes to an end.
        SourceBusy: if it cannot answer just now.
        UsageProblem: if there are no credentials.
    """
    guard(client)
    asking = _Asking(client, library("botocore.exceptions", "aws"))
    vaults = list(asking.entries("list_backup_vaults", "BackupVaultList"))
    found: list[dict[str, Any]] = []
    for vault in vaults:
        name = vault.get("BackupVaultName")
        if not name:
            raise SourceProblem("AWS Backup lists a vault without a name")
        found.append(asking.call("describe_backup_vault", BackupVaultName=name))
        points = asking.entries(
            "list_recovery_points_by_backup_vault", "RecoveryPoints", BackupVaultName=name
        )
        found.append({"RecoveryPoints": list(points)})
    found += [
        {member: list(asking.entries(operation, member))}
        for operation, member in (
            ("list_protected_resources", "Results"),
            ("list_restore_testing_plans", "RestoreTestingPlans"),
            ("list_restore_jobs", "RestoreJobs"),
        )
    ]
    return msgspec.json.encode(found)


def guard(client: Any) -> None:
    """Let a client call nothing but ``READS``: everything else is refused before it is sent."""
    client.meta.events.register_first(
        "provide-client-params.*.*", _refuse_others, unique_id="refloat-reads-only"
    )


def _refuse_others(model: Any, **_: Any) -> None:
    if model.service_model.service_name != "backup" or model.name not in READS:
        raise NotAllowed(f"{model.name} is none of the operations that only read AWS Backup")


class _Asking:
    """Asks page after page, and says what went wrong in words."""

    def __init__(self, client: Any, errors: Any) -> None:
        self._client = client
        self._errors = errors

    def entries(self, operation: str, member: str, **parameters: str) -> Iterator[dict[str, Any]]:
        """Give the entries of a list, of all its pages."""
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            answer = self.call(operation, **parameters)
            yield from answer.get(member, ())
            token = answer.get("NextToken")
            if not token:
                return
            if token in seen:
                raise SourceProblem(f"AWS Backup goes round in circles in {operation}")
            seen.add(token)
            parameters["NextToken"] = token
        raise SourceProblem(f"{operation} has more than {MOST_PAGES} pages")

    def call(self, operation: str, **parameters: str) -> dict[str, Any]:
        """Call one operation; what belongs to the transport is left out of the answer."""
        try:
            answer = getattr(self._client, operation)(**parameters)
        except self._errors.ClientError as error:
            raise _refusal(operation, error) from error
        except (self._errors.NoCredentialsError, self._errors.PartialCredentialsError) as error:
            raise UsageProblem(
                "there are no AWS credentials, or half of them",
                hint="Name a profile, or run this where the role of the machine has them.",
            ) from error
        except self._errors.BotoCoreError as error:
            raise SourceBusy(
                f"AWS Backup does not answer {operation} ({type(error).__name__})"
            ) from error
        return {name: said for name, said in answer.items() if name != "ResponseMetadata"}


def _refusal(operation: str, error: Any) -> RefloatError:
    """Say why AWS refused, by its code alone: its message may name what is nobody's business."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    right = f"backup:{error.operation_name}"
    if code in _DENIED:
        return SourceProblem(
            f"AWS Backup refuses {operation}: the right {right} is missing",
            hint=f"Allow {right}, and nothing that writes, in the policy of whoever reads.",
        )
    if code in _NOT_KNOWN:
        return SourceProblem(
            "AWS does not accept the credentials: wrong, or no longer valid",
            hint="Sign in again, or renew the keys.",
        )
    if code in _LATER:
        return SourceBusy(f"AWS Backup cannot answer {operation} now ({code})", hint="Try later.")
    shown = code if code.isalnum() and len(code) <= 80 else "no known reason"
    return SourceProblem(f"AWS Backup does not answer {operation} ({shown})")

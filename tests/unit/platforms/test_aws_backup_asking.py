"""How AWS Backup is asked: by reading alone, to the end of every list, with errors in words."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import (  # type: ignore[import-untyped]  # no types
    ConnectTimeoutError,
    NoCredentialsError,
)
from stubbed_aws import NOON, VAULT, client, point, stubbed, tell_the_rest

from refloat.model.errors import (
    NotAllowed,
    RefloatError,
    SourceBusy,
    SourceProblem,
    ToolMissing,
    UsageProblem,
)
from refloat.platforms import Request, _aws_asking
from refloat.platforms._aws_asking import READS, connect, guard
from refloat.platforms.aws_backup import AwsBackup

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "how-to" / "read-aws-backup.md"
REQUEST = Request("aws-clinic", NOON)


@pytest.fixture(autouse=True)
def _nobody_s_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("delete_recovery_point", {"BackupVaultName": "clinic", "RecoveryPointArn": "x"}),
        ("delete_backup_vault_lock_configuration", {"BackupVaultName": "clinic"}),
        ("get_recovery_point_restore_metadata", {"BackupVaultName": "c", "RecoveryPointArn": "x"}),
        ("put_restore_validation_result", {"RestoreJobId": "1", "ValidationStatus": "SUCCESSFUL"}),
    ],
)
def test_nothing_but_the_reading_operations_can_be_called(
    operation: str, parameters: dict[str, str]
) -> None:
    with stubbed() as (platform, stub):
        stub.add_response("list_backup_vaults", {"BackupVaultList": []}, {})
        tell_the_rest(stub)
        platform.read(REQUEST)
        stub.add_response(operation, {})
        with pytest.raises(NotAllowed, match="only read"):
            getattr(stub.client, operation)(**parameters)


def test_every_operation_that_may_be_called_only_reads() -> None:
    model = client().meta.service_model
    for name in READS:
        assert model.operation_model(name).http["method"] == "GET"
        assert name.startswith(("List", "Describe"))


def test_no_address_of_another_operation_can_be_signed_either() -> None:
    asked = client()
    guard(asked)
    with pytest.raises(NotAllowed):
        asked.generate_presigned_url(
            "delete_recovery_point", {"BackupVaultName": "clinic", "RecoveryPointArn": "x"}
        )


def test_the_policy_of_the_page_allows_what_is_asked_and_nothing_else() -> None:
    (block,) = re.findall(r"^```json\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    (statement,) = json.loads(block)["Statement"]
    assert statement["Effect"] == "Allow"
    assert {action.removeprefix("backup:") for action in statement["Action"]} == READS
    assert all(action in AwsBackup.rights for action in statement["Action"])


def test_every_page_is_read_and_every_vault() -> None:
    with stubbed() as (platform, stub):
        names = [{"BackupVaultName": "clinic", "BackupVaultArn": VAULT}]
        stub.add_response("list_backup_vaults", {"BackupVaultList": names, "NextToken": "2"}, {})
        more = [{"BackupVaultName": "other", "BackupVaultArn": f"{VAULT}-2"}]
        stub.add_response("list_backup_vaults", {"BackupVaultList": more}, {"NextToken": "2"})
        for vault in (*names, *more):
            name = {"BackupVaultName": vault["BackupVaultName"]}
            stub.add_response("describe_backup_vault", vault, name)
            points = [point(RecoveryPointArn=f"{vault['BackupVaultArn']}:{n}") for n in range(2)]
            operation = "list_recovery_points_by_backup_vault"
            first = {"RecoveryPoints": points[:1], "NextToken": "n"}
            stub.add_response(operation, first, name)
            stub.add_response(operation, {"RecoveryPoints": points[1:]}, {**name, "NextToken": "n"})
        tell_the_rest(stub)
        listing = platform.read(REQUEST)
        stub.assert_no_pending_responses()
    assert len({fact["external_id"] for fact in listing.facts}) == 4
    assert listing.whole


def test_a_list_that_goes_round_in_circles_is_an_error() -> None:
    with stubbed() as (platform, stub):
        page = {"BackupVaultList": [], "NextToken": "again"}
        stub.add_response("list_backup_vaults", page, {})
        stub.add_response("list_backup_vaults", page, {"NextToken": "again"})
        with pytest.raises(SourceProblem, match="circles"):
            platform.read(REQUEST)


def test_a_list_without_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_aws_asking, "MOST_PAGES", 3)
    with stubbed() as (platform, stub):
        said: dict[str, str] = {}
        for number in range(3):
            page = {"BackupVaultList": [], "NextToken": str(number)}
            stub.add_response("list_backup_vaults", page, said)
            said = {"NextToken": str(number)}
        with pytest.raises(SourceProblem, match="more than 3 pages"):
            platform.read(REQUEST)


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("AccessDeniedException", SourceProblem, "the right backup:ListBackupVaults is missing"),
        ("ExpiredTokenException", SourceProblem, "does not accept the credentials"),
        ("UnrecognizedClientException", SourceProblem, "does not accept the credentials"),
        ("ThrottlingException", SourceBusy, "cannot answer list_backup_vaults now"),
        ("ServiceUnavailableException", SourceBusy, "cannot answer list_backup_vaults now"),
        ("InvalidParameterValueException", SourceProblem, "InvalidParameterValueException"),
        ("a code: password=hush", SourceProblem, "no known reason"),
    ],
)
def test_a_refusal_says_which_right_is_missing_or_what_to_do(
    code: str, kind: type[RefloatError], words: str
) -> None:
    with stubbed() as (platform, stub):
        stub.add_client_error("list_backup_vaults", code, "for password=hush")
        with pytest.raises(kind, match=re.escape(words)) as caught:
            platform.read(REQUEST)
    assert caught.value.permanent is (kind is not SourceBusy)
    assert "hush" not in f"{caught.value.message} {caught.value.hint}"


def test_a_right_that_is_missing_later_stops_the_reading_too() -> None:
    with stubbed() as (platform, stub):
        stub.add_response("list_backup_vaults", {"BackupVaultList": []}, {})
        stub.add_client_error("list_protected_resources", "AccessDeniedException")
        with pytest.raises(SourceProblem, match="backup:ListProtectedResources"):
            platform.read(REQUEST)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (ConnectTimeoutError(endpoint_url="https://x"), SourceBusy, "does not answer"),
        (NoCredentialsError(), UsageProblem, "no AWS credentials"),
    ],
)
def test_what_goes_wrong_on_the_way_is_said_in_words(
    error: Exception, kind: type[RefloatError], words: str
) -> None:
    asked = client()

    def fail(**_: object) -> None:
        raise error

    asked.meta.events.register("before-send", fail)
    with pytest.raises(kind, match=words):
        AwsBackup(connect=lambda _: asked).read(REQUEST)


def test_a_region_and_a_profile_must_be_known(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageProblem, match="no AWS region"):
        connect({})
    with pytest.raises(UsageProblem, match="no such profile"):
        connect({"profile": "nobody"})
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-southeast-2")
    assert connect({}).meta.region_name == "ap-southeast-2"
    assert connect({"region": "eu-west-1"}).meta.region_name == "eu-west-1"


def test_boto3_is_loaded_for_asking_alone_and_missed_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert AwsBackup().probe().version.startswith("boto3 ")
    assert not AwsBackup().probe().limits
    script = (
        "import sys; from refloat import registry; registry.adapters('platforms');"
        "print([name for name in ('boto3', 'botocore', 'urllib3') if name in sys.modules])"
    )
    ended = subprocess.run(
        (sys.executable, "-c", script), capture_output=True, text=True, timeout=60
    )
    assert ended.stdout.strip() == "[]", ended.stderr

    def nothing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", nothing)
    probe = AwsBackup().probe()
    assert probe.present
    assert "pip install 'refloat[aws]'" in probe.limits[0]
    with pytest.raises(ToolMissing, match="boto3"):
        AwsBackup().read(REQUEST)


def test_a_vault_without_a_name_is_an_error() -> None:
    with stubbed() as (platform, stub):
        stub.add_response("list_backup_vaults", {"BackupVaultList": [{}]}, {})
        with pytest.raises(SourceProblem, match="without a name"):
            platform.read(REQUEST)

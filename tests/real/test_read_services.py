"""The pages on reading AWS Backup and Veeam do what they say, on the sample business."""

from __future__ import annotations

import http.server
import json
import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from refloat.testing.veeam_server import FakeVeeam, serving

ROOT = Path(__file__).parents[2]
HOW_TO = ROOT / "docs" / "how-to"
PLAN = ROOT / "examples" / "harbour-street" / "refloat.yaml"

VAULT = "arn:aws:backup:ap-southeast-2:111122223333:backup-vault:clinic"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def page(name: str) -> str:
    return (HOW_TO / name).read_text(encoding="utf-8")


def files_of(name: str, folder: Path) -> Path:
    """Put the plan and every file that a page shows into a folder."""
    for file, content in re.findall(r"^```json file=(\S+)\n(.*?)^```$", page(name), re.M | re.S):
        (folder / file).write_text(content, encoding="utf-8")
    (folder / "refloat.yaml").write_bytes(PLAN.read_bytes())
    return folder


def typed(name: str, block: str) -> list[list[str]]:
    """Give what a page types after ``refloat``, in blocks of one kind."""
    blocks = re.findall(rf"^```{block}\n(.*?)^```$", page(name), re.M | re.S)
    return [
        shlex.split(line[10:]) for one in blocks for line in one.splitlines() if "refloat f" in line
    ]


def refloat(folder: Path, *words: str, **variables: str) -> tuple[int, Any, str]:
    surroundings = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("REFLOAT", "AWS", "VEEAM"))
    }
    ended = subprocess.run(
        (sys.executable, "-m", "refloat.cli", *words, "--json"),
        cwd=folder,
        env={**surroundings, **variables},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return ended.returncode, json.loads(ended.stdout or "null"), ended.stderr


def remembered(folder: Path) -> bytes:
    """Give every byte that is remembered below a folder's plan."""
    return b"".join(one.read_bytes() for one in (folder / ".refloat").rglob("*") if one.is_file())


@pytest.mark.parametrize("name", ["read-aws-backup.md", "read-veeam.md"])
def test_the_page_reads_its_file(name: str, tmp_path: Path) -> None:
    folder = files_of(name, tmp_path)
    (words,) = typed(name, "console run")
    code, done, said = refloat(folder, *words)
    assert code == 0, said
    (one,) = done["listings"]
    assert (one["points"], one["refused"], done["unmatched"], done["unused"]) == (1, [], {}, [])
    _, sources, _ = refloat(folder, "facts", "list")
    assert {source["instance"] for source in sources} == {done["instance"]}


def test_the_page_asks_a_veeam_server_and_tells_what_vanished(tmp_path: Path) -> None:
    folder = files_of("read-veeam.md", tmp_path)
    saved = json.loads((folder / "veeam.json").read_bytes())
    entries = {name: answer["data"] for name, answer in saved.items()}
    kept = {**entries["restorePoints"][0], "id": "another"}
    entries["restorePoints"].append(kept)
    with serving(FakeVeeam(tmp_path, entries)) as server:
        words = [word.replace("https://bkp01.example", server.address) for word in asking()]
        words += ["--data-set", "srv-bookings=bookings-db", "--repository", "cupboard"]
        (folder / "bkp01.pem").write_bytes(server.certificate.read_bytes())
        assert not any(server.password in word for word in words)
        code, done, said = refloat(folder, *words, VEEAM_READER=server.password)
        assert code == 0, said
        assert (done["whole"], done["listings"][0]["points"]) == (True, 2)
        assert {method for method, _, _ in server.asked[1:]} == {"GET"}
        server.entries = {**entries, "restorePoints": [kept]}
        code, done, said = refloat(folder, *words, VEEAM_READER=server.password)
        assert (code, done["gone"]) == (0, 1), said
        server.password = "another"
        code, done, said = refloat(folder, *words, VEEAM_READER="hush")
        assert code == 69
        assert "hush" not in f"{done}{said}"
    written = remembered(folder)
    assert b"correct horses" not in written
    assert b"token-0" not in written


def asking() -> list[str]:
    (words,) = typed("read-veeam.md", "console")
    return words


@contextmanager
def backup_service(answers: Mapping[str, Any]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Let something answer on 127.0.0.1 as AWS Backup does, by the addresses of its model."""
    asked: list[tuple[str, str]] = []

    class Answering(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def answer(self) -> None:
            path = self.path.partition("?")[0]
            asked.append((self.command, path))
            content = json.dumps(answers.get(path, {})).encode()
            self.send_response(200 if path in answers else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    for method in ("GET", "POST", "PUT", "DELETE"):
        setattr(Answering, f"do_{method}", Answering.answer)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_page_asks_an_account_by_boto3_itself(tmp_path: Path) -> None:
    folder = files_of("read-aws-backup.md", tmp_path)
    point = {
        "RecoveryPointArn": "arn:aws:backup:ap-southeast-2:111122223333:recovery-point:1",
        "BackupVaultName": "clinic",
        "BackupVaultArn": VAULT,
        "ResourceArn": "arn:aws:rds:ap-southeast-2:111122223333:db:bookings",
        "Status": "COMPLETED",
        "CreationDate": 1763650800.087,
        "CalculatedLifecycle": {"DeleteAt": 4102444800.0},
    }
    answers: dict[str, Any] = {
        "/backup-vaults/": {
            "BackupVaultList": [{"BackupVaultName": "clinic", "BackupVaultArn": VAULT}]
        },
        "/backup-vaults/clinic": {
            "BackupVaultName": "clinic",
            "BackupVaultArn": VAULT,
            "Locked": True,
            "LockDate": 1741996800.0,
        },
        "/backup-vaults/clinic/recovery-points/": {
            "RecoveryPoints": [point, {**point, "RecoveryPointArn": "arn:aws:backup:::2"}]
        },
        "/resources/": {"Results": []},
        "/restore-testing/plans": {"RestoreTestingPlans": []},
        "/restore-jobs/": {"RestoreJobs": []},
    }
    (words,) = typed("read-aws-backup.md", "console")
    words = [*words, "--data-set", "*:db:bookings=bookings-db"]
    with backup_service(answers) as (address, asked):
        settings = tmp_path / "aws.ini"
        settings.write_text(
            f"[profile refloat-reader]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
            f"aws_secret_access_key = {SECRET_KEY}\n",
            encoding="utf-8",
        )
        variables = {
            "AWS_CONFIG_FILE": str(settings),
            "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
            "AWS_ENDPOINT_URL_BACKUP": address,
        }
        code, done, said = refloat(folder, *words, **variables)
        assert code == 0, said
        assert (done["whole"], done["listings"][0]["points"]) == (True, 2)
        assert {method for method, _ in asked} == {"GET"}
        assert {path for _, path in asked} == set(answers)
        answers["/backup-vaults/clinic/recovery-points/"]["RecoveryPoints"].pop()
        code, done, said = refloat(folder, *words, **variables)
        assert (code, done["gone"]) == (0, 1), said
        (gone,) = done["listings"][0]["imported"]["vanished"]
        assert gone["point"]["external_id"] == "arn:aws:backup:::2"
    assert SECRET_KEY.encode() not in remembered(folder)

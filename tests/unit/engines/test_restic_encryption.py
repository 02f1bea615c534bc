"""Encryption is looked at in the stored bytes, and unknown is never a yes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from refloat import registry
from refloat.engines import Encrypts, RepositoryAccess
from refloat.engines._restic.encryption import look
from refloat.model.errors import RepositoryProblem
from refloat.model.points import Encrypted
from refloat.model.secret import Secret


def access(folder: Path, password: str) -> RepositoryAccess:
    return RepositoryAccess("cupboard", {"location": str(folder)}, {"password": Secret(password)})


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder, source = tmp_path / "backup", tmp_path / "letters"
    source.mkdir()
    (source / "letter.txt").write_text("Dear patient, " * 5_000)
    environment = {"RESTIC_PASSWORD": "right", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    for arguments in (("init",), ("backup", str(source), "--tag", "refloat-seal")):
        command = ("restic", "-r", str(folder), "--no-cache", *arguments)
        subprocess.run(command, check=True, capture_output=True, env=environment)
    return folder


@pytest.mark.requirement("R-016")
def test_a_real_repository_holds_nothing_but_ciphertext(repository: Path) -> None:
    engine = registry.adapters("engines")["restic"]
    assert isinstance(engine, Encrypts)
    seen = engine.encryption(access(repository, "right"))
    assert seen.state is Encrypted.YES
    assert seen.algorithm == "AES-256-CTR with Poly1305-AES"
    assert "stored files looked at" in seen.shown_by


@pytest.mark.requirement("R-016")
def test_readable_bytes_are_seen_whatever_the_tool_says(repository: Path) -> None:
    pack = next(path for path in (repository / "data").rglob("*") if path.is_file())
    pack.chmod(0o600)
    pack.write_bytes(b"Dear patient, your appointment is on Monday. " * 100)
    assert look(repository).state is Encrypted.NO


def test_elsewhere_the_tool_is_taken_at_its_word_and_that_is_said() -> None:
    seen = look(None)
    assert seen.state is Encrypted.YES
    assert "format" in seen.shown_by


def test_a_wrong_password_says_nothing_about_encryption(repository: Path) -> None:
    engine = registry.adapters("engines")["restic"]
    with pytest.raises(RepositoryProblem):
        engine.encryption(access(repository, "wrong"))

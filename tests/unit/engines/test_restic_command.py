"""What a restic command may be made of."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from refloat.engines import RepositoryAccess
from refloat.engines._restic import command, reader
from refloat.engines._restic.command import Location, ReadVerb, WriteVerb
from refloat.engines._restic.reader import ResticReader
from refloat.model.errors import PlanProblem, RepositoryProblem, ToolMissing
from refloat.model.secret import Secret

WRITING = {
    "backup", "forget", "prune", "init", "tag", "unlock", "migrate", "rebuild-index", "key",
    "recover", "copy", "rewrite", "repair", "self-update", "mount",
}  # fmt: skip


def access(**options: str) -> RepositoryAccess:
    environment = {"environment.AWS_SECRET_ACCESS_KEY": Secret("cloud word")}
    return RepositoryAccess("r", options, {"password": Secret("sesame"), **environment})


def test_a_reader_has_no_verb_that_writes() -> None:
    assert not {verb.value for verb in ReadVerb} & WRITING
    assert not {verb.value for verb in ReadVerb} & {verb.value for verb in WriteVerb}
    text = inspect.getsource(reader)
    assert "WriteVerb" not in text
    assert "command.write" not in text


def test_a_missing_restic_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "PROGRAM", "no-such-restic")
    with pytest.raises(ToolMissing) as missing:
        ResticReader(access(location="/backup")).points()
    assert missing.value.hint == "Run: apt-get install restic"


def test_what_is_no_restic_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nonsense = tmp_path / "restic"
    nonsense.write_text("#!/bin/sh\necho Good morning\n")
    nonsense.chmod(0o755)
    monkeypatch.setattr(command, "PROGRAM", str(nonsense))
    with pytest.raises(RepositoryProblem, match="printed something that is no list of") as told:
        ResticReader(access(location="/backup")).points()
    assert "Expecting value" not in told.value.message
    assert "refloat doctor" in told.value.hint


def test_the_password_waits_in_a_pipe_and_stands_nowhere_else() -> None:
    with Location(access(location="/backup")).command("snapshots", ("--json",)) as made:
        assert "sesame" not in " ".join(made.arguments)
        assert made.arguments[:4] == ("restic", "snapshots", "--repo", "/backup")
        place = made.arguments[made.arguments.index("--password-file") + 1]
        assert place == f"/dev/fd/{made.inherits[0]}"
        with open(place) as pipe:
            assert pipe.read() == "sesame\n"
        assert made.environment == {"AWS_SECRET_ACCESS_KEY": "cloud word"}


@pytest.mark.parametrize(
    "options",
    [{}, {"location": "/a", "url": "s3:x"}, {"url": "rest:https://me:secret@backup.example/x"}],
)
def test_a_repository_has_one_place_and_no_password_in_it(options: dict[str, str]) -> None:
    with pytest.raises(PlanProblem) as raised:
        Location(access(**options))
    assert "secret" not in raised.value.message
    assert raised.value.hint


def test_the_version_is_read_from_the_tool_itself() -> None:
    found = command.version()
    assert found.numbers >= (0, 14)
    assert found.text == "restic " + ".".join(str(number) for number in found.numbers)

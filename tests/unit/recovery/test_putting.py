"""Where a restore may be put: an empty folder that nobody else can write into."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from refloat.model.errors import StateProblem
from refloat.recovery.putting import require_empty


@pytest.mark.requirement("R-034")
def test_an_empty_folder_of_our_own_is_taken_and_one_that_is_not_there_is_made(
    tmp_path: Path,
) -> None:
    made = require_empty(tmp_path / "new" / "inside")
    assert made.stat().st_mode & 0o777 == 0o700
    assert require_empty(made) == made


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o1777])
def test_a_folder_that_others_can_write_into_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(StateProblem, match="another account can write"):
        require_empty(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_folder_of_another_account_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o700)
    os.chown(folder, 65534, 65534)
    with pytest.raises(StateProblem, match="another account can write"):
        require_empty(folder)


def test_what_is_not_empty_or_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path)
    for name, said in (("file", "cannot be used"), ("link", "symbolic link"), (".", "not empty")):
        with pytest.raises(StateProblem, match=said):
            require_empty(tmp_path / name)

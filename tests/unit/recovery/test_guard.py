"""What a drill may never touch is refused before anything begins, in a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from refloat.model.errors import NotAllowed
from refloat.recovery.guard import refuse_holes


def refuse(tmp_path: Path, **given: Any) -> None:
    arguments = {
        "scratch": tmp_path / "state" / "runs" / "one",
        "software": (),
        "private": {},
        "sources": {},
    }
    refuse_holes(**{**arguments, **given})


def test_a_plan_without_holes_passes(tmp_path: Path) -> None:
    refuse(
        tmp_path,
        software=(tmp_path / "opt",),
        private={"the repository cupboard": tmp_path / "backup"},
        sources={"documents": tmp_path / "documents"},
    )


@pytest.mark.parametrize("shown", ["backup", "backup/data", "."])
def test_a_repository_is_never_shown_not_even_a_part_or_its_parent(
    tmp_path: Path, shown: str
) -> None:
    with pytest.raises(NotAllowed, match="would show the repository cupboard"):
        refuse(
            tmp_path,
            software=(tmp_path / shown,),
            private={"the repository cupboard": tmp_path / "backup"},
        )


def test_a_link_to_something_private_is_seen_through(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "opt").symlink_to(tmp_path / "secrets")
    with pytest.raises(NotAllowed, match="would show the secret"):
        refuse(
            tmp_path,
            software=(tmp_path / "opt",),
            private={"the secret file:secrets/password": tmp_path / "secrets" / "password"},
        )


def test_production_data_comes_from_the_backup_alone(tmp_path: Path) -> None:
    with pytest.raises(NotAllowed, match="production data of documents"):
        refuse(
            tmp_path,
            software=(tmp_path / "documents" / "old",),
            sources={"documents": tmp_path / "documents"},
        )


def test_a_drill_never_writes_into_production(tmp_path: Path) -> None:
    with pytest.raises(NotAllowed, match="lies in the production data of documents"):
        refuse(
            tmp_path,
            scratch=tmp_path / "documents" / ".refloat" / "runs" / "one",
            sources={"documents": tmp_path / "documents"},
        )

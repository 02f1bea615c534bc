"""Seals of one round of backups: the last carries the others, and no copy is believed unseen."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from refloat.engines import PathContent, PointDetails, RepositoryAccess
from refloat.engines._restic import beside, command
from refloat.engines._restic.command import Location, ReadVerb
from refloat.engines._restic.seals import seal_text
from refloat.engines.restic import Restic
from refloat.host import process
from refloat.model.errors import RepositoryProblem
from refloat.model.points import Baseline, RecoveryPoint
from refloat.model.secret import Secret

PASSWORD = "only for tests"
NAMES = ("bookings", "documents", "settings")


def access(folder: Path) -> RepositoryAccess:
    place = {"location": str(folder / "repository")}
    return RepositoryAccess("cupboard", place, {"password": Secret(PASSWORD)})


def baseline_of(name: str, size: int = 1) -> Baseline:
    return Baseline("files", 1, {"files": size}, {"of": name * size})


def backed_up(engine: Restic, folder: Path, name: str, size: int = 1) -> RecoveryPoint:
    source = folder / name
    source.mkdir(exist_ok=True)
    (source / "file").write_text(name)
    writer = engine.writer(access(folder))
    stored = writer.store(PathContent((source,)), timeout=60)
    details = PointDetails(name, "files", datetime.now(UTC), timedelta(0), "", (str(source),))
    attachments = {"roles.sql": name.encode()}
    return writer.seal(stored, details, baseline_of(name, size), attachments)


def round_of(folder: Path, *names: str) -> dict[str, RecoveryPoint]:
    """Back up as one command of Refloat would, which remembers nothing of those before it."""
    engine = Restic()
    engine.writer(access(folder)).prepare()
    return {name: backed_up(engine, folder, name) for name in names}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[ReadVerb, str]]:
    """Give what restic is asked to read: the verb, and of which snapshot."""
    seen: list[tuple[ReadVerb, str]] = []
    real = command.read

    def read(
        location: Location, verb: ReadVerb, arguments: Sequence[str], **more: float
    ) -> process.Completed:
        seen.append((verb, arguments[0]))
        return real(location, verb, arguments, timeout=more.get("timeout", command.QUICK))

    monkeypatch.setattr(command, "read", read)
    return seen


def test_the_seals_of_a_round_are_read_by_one_command(
    tmp_path: Path, asked: list[tuple[ReadVerb, str]]
) -> None:
    made = round_of(tmp_path, *NAMES)
    reader = Restic().reader(access(tmp_path))
    assert list(reader.points()) == list(made.values())
    with ThreadPoolExecutor(len(NAMES)) as pool:  # as a drill asks: all at the same time
        sealed = dict(zip(NAMES, pool.map(reader.sealed, made.values()), strict=True))
    for name in NAMES:
        assert sealed[name].baseline == baseline_of(name)
        assert sealed[name].attachments == {"roles.sql": name.encode()}
    assert asked[1:] == [(ReadVerb.DUMP, made["settings"].seal)]


def test_each_round_is_read_by_its_own_last_seal(
    tmp_path: Path, asked: list[tuple[ReadVerb, str]]
) -> None:
    rounds = [round_of(tmp_path, *NAMES) for _ in range(2)]
    reader = Restic().reader(access(tmp_path))
    reader.points(("bookings",))  # a drill of one data set lists no other
    for made in rounds:
        assert reader.sealed(made["bookings"]).baseline == baseline_of("bookings")
    assert asked[1:] == [(ReadVerb.DUMP, made["settings"].seal) for made in rounds]


def test_without_a_listing_each_seal_is_read_by_itself(
    tmp_path: Path, asked: list[tuple[ReadVerb, str]]
) -> None:
    made = round_of(tmp_path, *NAMES)
    reader = Restic().reader(access(tmp_path))
    for name, point in made.items():
        assert reader.sealed(point).baseline == baseline_of(name)
    assert asked == [(ReadVerb.DUMP, point.seal) for point in made.values()]


def test_a_large_seal_is_read_by_itself(tmp_path: Path, asked: list[tuple[ReadVerb, str]]) -> None:
    engine = Restic()
    engine.writer(access(tmp_path)).prepare()
    large = backed_up(engine, tmp_path, "documents", size=beside.SMALL)
    small = backed_up(engine, tmp_path, "settings")
    reader = Restic().reader(access(tmp_path))
    reader.points()
    assert reader.sealed(large).baseline == baseline_of("documents", beside.SMALL)
    assert reader.sealed(small).baseline == baseline_of("settings")
    assert asked[1:] == [(ReadVerb.DUMP, large.seal), (ReadVerb.DUMP, small.seal)]


def test_when_the_last_seal_is_gone_the_others_speak_for_themselves(tmp_path: Path) -> None:
    made = round_of(tmp_path, *NAMES)
    reader = Restic().reader(access(tmp_path))
    reader.points()
    word = tmp_path / "word"
    word.write_text(PASSWORD)
    forget = ("restic", "--no-cache", "-r", str(tmp_path / "repository"), "-p", str(word), "forget")
    subprocess.run((*forget, made["settings"].seal), check=True, timeout=60, capture_output=True)
    for name in ("bookings", "documents"):
        assert reader.sealed(made[name]).baseline == baseline_of(name)
    with pytest.raises(RepositoryProblem):
        reader.sealed(made["settings"])


def test_a_copy_that_somebody_slipped_in_is_not_believed(tmp_path: Path) -> None:
    """Who may only add to a repository could otherwise change what an older point is held to."""
    made = round_of(tmp_path, *NAMES)
    tokens = _tokens(tmp_path)
    forger = Restic()
    forger.writer(access(tmp_path)).prepare()
    place = str(tmp_path / "repository")
    text = seal_text(baseline_of("forged"), {"roles.sql": b"CREATE ROLE intruder SUPERUSER"})
    for point in made.values():
        forger._rounds.join(place, tokens[point.seal], text)
    forger._rounds.join(place, "0" * 32, "{}")  # so that it carries more than the real one
    forged = backed_up(forger, tmp_path, "letters")
    reader = Restic().reader(access(tmp_path))
    assert list(reader.points()) == [*made.values(), forged]
    for name, point in made.items():
        assert reader.sealed(point).baseline == baseline_of(name)
        assert reader.sealed(point).attachments == {"roles.sql": name.encode()}


def _tokens(folder: Path) -> dict[str, str]:
    """Give the token of each seal, by its id."""
    given = Location(access(folder))
    listed = command.read(given, ReadVerb.SNAPSHOTS, ("--json",)).output
    return {
        one["id"]: tag.removeprefix("stored=")
        for one in json.loads(listed)
        for tag in one["tags"]
        if tag.startswith("stored=")
    }

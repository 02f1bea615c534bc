"""Files: what a scan sees, what is said of it, and what differs."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import stat
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from refloat.data_sets import Source
from refloat.data_sets._files import inside, tree
from refloat.data_sets._files import scan as scanning
from refloat.data_sets.files import ADAPTER, HEARTBEAT, FilesView
from refloat.model.errors import SourceProblem
from refloat.model.points import Baseline
from refloat.model.run import Outcome, Proof

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
SUMS = {"": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}


def source(*paths: Path, folder: Path = Path("/tmp")) -> Source:
    return Source("documents", {"paths": tuple(map(str, paths))}, {}, "", folder, True)


def described(*paths: Path) -> Baseline:
    with ADAPTER.open(source(*paths)) as view:
        return view.settle(view.baseline())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / "deep").mkdir(parents=True)
    (home / "deep" / "a").write_bytes(b"a" * 3_000_000)
    (home / "deep" / os.fsdecode(b"\xff odd\n")).write_text("odd")
    (home / "empty").touch()
    (home / "link").symlink_to("deep/a")
    (home / "folder link").symlink_to("deep")
    os.mkfifo(home / "pipe")
    with (home / "sparse").open("wb") as stream:
        stream.truncate(5_000_000)
    os.link(home / "empty", home / "same")
    return home


def outcomes(expected: Baseline, seen: Baseline) -> list[Outcome]:
    return [result.outcome for result in ADAPTER.compare(expected, seen)]


def test_a_baseline_counts_everything_and_reads_no_link_pipe_or_socket(home: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(home / "socket"))
        baseline = described(home)
    entries = baseline.detail["entries"]
    assert isinstance(entries, dict)
    assert str(home / "socket") not in entries
    summary = dict(baseline.summary)
    assert str(summary.pop("digest")).startswith("sha256:")
    assert summary == {
        "files": 5, "folders": 2, "links": 2, "special": 1, "bytes": 8_000_003, "hard_links": 2,
    }  # fmt: skip
    assert entries[str(home / "empty")].split(" ")[:3] == ["f", "0", SUMS[""]]
    assert entries[str(home / "pipe")].startswith("x 0 - ")
    assert baseline.changed == ()


def test_inside_a_place_the_same_is_said_of_the_same_files(home: Path) -> None:
    expected = described(home).detail["entries"]
    paths = [str(home)]
    assert inside.describe({"paths": paths, "page": 0, "pages": 1})["entries"] == expected
    pages = [
        inside.describe({"paths": paths, "page": page, "pages": 3})["entries"] for page in range(3)
    ]
    assert {path: line for page in pages for path, line in page.items()} == expected
    assert sum(map(len, pages)) == len(expected)


@pytest.mark.requirement("R-010")
def test_one_flipped_byte_is_named_although_size_and_time_are_the_same(home: Path) -> None:
    expected = described(home)
    before = (home / "deep" / "a").stat()
    with (home / "deep" / "a").open("r+b") as stream:
        stream.seek(1_500_000)
        stream.write(b"b")
    os.utime(home / "deep" / "a", ns=(before.st_atime_ns, before.st_mtime_ns))
    contents, attributes = ADAPTER.compare(expected, described(home))
    assert contents.outcome is Outcome.FAILED
    assert contents.proves == (Proof.DATA,)
    assert "1 different" in contents.seen
    assert str(home / "deep" / "a") in contents.seen
    assert attributes.outcome is Outcome.PASSED
    assert attributes.seen == "modes, times and owners are the same"


def test_missing_and_extra_and_relinked_are_named_with_totals(home: Path) -> None:
    for number in range(1200):
        (home / "deep" / f"n{number:04}").touch()
    expected = described(home)
    for number in range(1200):
        (home / "deep" / f"n{number:04}").unlink()
    (home / "new").touch()
    (home / "link").unlink()
    (home / "link").symlink_to("elsewhere")
    contents, _ = ADAPTER.compare(expected, described(home))
    assert contents.outcome is Outcome.FAILED
    assert "1,200 missing (" in contents.seen
    assert "n0000" in contents.seen
    assert "n0003" not in contents.seen
    assert f"1 never backed up ({home}/new)" in contents.seen
    assert f"1 different ({home}/link)" in contents.seen


def test_names_play_no_tricks_on_a_terminal(home: Path) -> None:
    expected = described(home)
    (home / "deep" / os.fsdecode(b"\xff odd\n")).unlink()
    seen = ADAPTER.compare(expected, described(home))[0].seen
    assert r"\udcff odd\n" in seen
    assert seen.isascii() or "…" in seen
    assert "\n" not in seen


def test_modes_and_times_are_compared_too(home: Path) -> None:
    expected = described(home)
    (home / "empty").chmod(0o600)
    os.utime(home / "sparse", ns=(0, 0))
    contents, attributes = ADAPTER.compare(expected, described(home))
    assert contents.outcome is Outcome.PASSED
    assert attributes.outcome is Outcome.FAILED
    assert "2 with other modes" in attributes.seen
    assert f"1 with other times ({home}/sparse)" in attributes.seen


@AS_ROOT
def test_owners_lost_to_one_account_are_told_and_mixed_up_owners_fail(home: Path) -> None:
    for number, path in enumerate(sorted(home.rglob("*"))):
        os.chown(path, 1000 + number % 2, 1000, follow_symlinks=False)
    expected = described(home)
    for path in (home, *home.rglob("*")):
        os.chown(path, 2000, 2000, follow_symlinks=False)
    assert outcomes(expected, described(home)) == [Outcome.PASSED, Outcome.PASSED]
    seen = ADAPTER.compare(expected, described(home))[1].seen
    assert seen.startswith("modes and times are the same; owners were not kept")
    os.chown(home / "empty", 3000, 3000)
    assert outcomes(expected, described(home)) == [Outcome.PASSED, Outcome.FAILED]


def test_a_file_that_cannot_be_read_inside_leaves_the_question_open(home: Path) -> None:
    expected = described(home)
    entries = dict(expected.detail["entries"])  # type: ignore[call-overload]  # a mapping
    line = entries[str(home / "empty")]
    entries[str(home / "empty")] = line.replace(SUMS[""], "?")
    seen = replace(expected, detail={"entries": entries})
    contents, _ = ADAPTER.compare(expected, seen)
    assert contents.outcome is Outcome.COULD_NOT_RUN
    assert "1 not readable" in contents.seen


def test_what_lies_in_a_folder_that_cannot_be_read_is_not_called_missing(home: Path) -> None:
    expected = described(home)
    entries = dict(expected.detail["entries"])  # type: ignore[call-overload]  # a mapping
    deep = str(home / "deep")
    entries = {path: line for path, line in entries.items() if not path.startswith(f"{deep}/")}
    entries[deep] = entries[deep].replace("d 0 -", "d 0 ?")
    contents, _ = ADAPTER.compare(expected, replace(expected, detail={"entries": entries}))
    assert contents.outcome is Outcome.COULD_NOT_RUN
    assert "3 not readable" in contents.seen
    del entries[str(home / "empty")]
    contents, _ = ADAPTER.compare(expected, replace(expected, detail={"entries": entries}))
    assert contents.outcome is Outcome.FAILED
    assert f"1 missing ({home}/empty)" in contents.seen


@pytest.mark.parametrize(
    "change",
    [
        lambda home: (home / "empty").write_text("x"),
        lambda home: (home / "another").touch(),
        lambda home: (home / "deep" / "a").unlink(),
        lambda home: os.replace(home / "sparse", home / "empty"),
        lambda home: (home / "empty").chmod(0o600),
    ],
)
def test_what_changes_while_it_is_read_is_named_and_not_compared(
    home: Path, change: Callable[[Path], object]
) -> None:
    with ADAPTER.open(source(home)) as view:
        baseline = view.baseline()
        change(home)
        settled = view.settle(baseline)
    assert settled.changed
    assert outcomes(settled, described(home)) == [Outcome.PASSED, Outcome.PASSED]
    assert "changed while backed up" in ADAPTER.compare(settled, described(home))[0].seen


def test_a_change_that_hides_behind_its_old_time_is_found(home: Path) -> None:
    with ADAPTER.open(source(home)) as view:
        baseline = view.baseline()
        before = (home / "deep" / "a").stat()
        with (home / "deep" / "a").open("r+b") as stream:
            stream.write(b"X")
        os.utime(home / "deep" / "a", ns=(before.st_atime_ns, before.st_mtime_ns))
        assert view.settle(baseline).changed == (str(home / "deep" / "a"),)


def test_a_file_swapped_for_a_link_is_not_followed(home: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("nobody's business")
    with ADAPTER.open(source(home)) as view:
        (home / "empty").unlink()
        (home / "empty").symlink_to(tmp_path / "secret")
        (home / "deep").rename(tmp_path / "was deep")
        (home / "deep").symlink_to(tmp_path)
        baseline = view.baseline()
        settled = view.settle(baseline)
    entries = baseline.detail["entries"]
    assert isinstance(entries, dict)
    assert entries[str(home / "empty")].split(" ")[2] == "?"
    assert {str(home / "empty"), str(home / "deep"), str(home / "deep" / "a")} <= set(
        settled.changed
    )


@pytest.mark.parametrize("kind", ["missing", "link"])
def test_a_path_that_is_no_path_is_refused_by_name(home: Path, kind: str) -> None:
    wrong = home / "not mounted" if kind == "missing" else home / "folder link"
    with pytest.raises(SourceProblem) as raised, ADAPTER.open(source(home / "deep", wrong)):
        pass
    assert str(wrong) in raised.value.message
    assert raised.value.hint


def test_a_path_that_vanishes_while_it_is_read_fails_the_backup(home: Path) -> None:
    with ADAPTER.open(source(home / "deep", home / "empty")) as view:
        baseline = view.baseline()
        (home / "empty").unlink()
        with pytest.raises(SourceProblem, match="empty"):
            view.settle(baseline)


def test_a_path_within_another_is_backed_up_once(home: Path) -> None:
    with ADAPTER.open(source(home / "deep", home, home / "deep" / "a", home)) as view:
        assert isinstance(view, FilesView)
        assert view.paths == (home,)


def test_reading_ends_when_the_view_is_closed(home: Path) -> None:
    found = scanning.scan((home,))
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(SourceProblem, match="stopped"):
        scanning.describe(found, cancelled)


def test_the_heartbeat_is_an_ordinary_file_of_the_folders_owner(home: Path) -> None:
    at = datetime(2026, 3, 1, 9, 30, 15, 250_001, tzinfo=UTC)
    if os.geteuid() == 0:
        os.chown(home, pwd.getpwnam("nobody").pw_uid, 4000)
    (home / HEARTBEAT).symlink_to("/etc/passwd")
    (home / f"{HEARTBEAT}.new").symlink_to("/etc/passwd")
    ADAPTER.beat(source(home), at)
    ADAPTER.beat(source(home / "empty", home), at)
    status = (home / HEARTBEAT).lstat()
    assert stat.S_ISREG(status.st_mode)
    assert (status.st_uid, status.st_gid) == (home.stat().st_uid, home.stat().st_gid)
    assert (home / HEARTBEAT).read_text() == "2026-03-01T09:30:15.250001+00:00\n"
    assert not (home / f"{HEARTBEAT}.new").exists()
    found = inside.newest_record({"paths": [str(home)], "heartbeat": HEARTBEAT, "pattern": ""})
    assert found == {"heartbeats": ["2026-03-01T09:30:15.250001+00:00\n"], "modified": None}
    (home / "record").touch()
    os.utime(home / "record", ns=(0, 7))
    found = inside.newest_record({"paths": [str(home)], "heartbeat": "", "pattern": "record"})
    assert found == {"heartbeats": [], "modified": 7}


def test_single_files_get_no_heartbeat_and_their_pattern_tells_the_newest(home: Path) -> None:
    ADAPTER.beat(source(home / "empty"), datetime.now(UTC))
    assert not list(home.rglob(f"*{HEARTBEAT}*"))
    for name, at in (("a.pdf", 5), ("deep/b.pdf", 9), ("deep/c.txt", 99)):
        (home / name).touch()
        os.utime(home / name, ns=(0, at * 10**9))
    (home / "z.pdf").symlink_to("/etc/passwd")
    found = inside.newest_record({"paths": [str(home)], "heartbeat": HEARTBEAT, "pattern": "*.pdf"})
    assert found == {"heartbeats": [], "modified": 9 * 10**9}


def test_a_heartbeat_that_cannot_be_written_is_a_problem_that_says_where(home: Path) -> None:
    (home / f"{HEARTBEAT}").mkdir()
    with pytest.raises(SourceProblem, match=str(home)):
        ADAPTER.beat(source(home), datetime.now(UTC))
    assert not (home / f"{HEARTBEAT}.new").exists()


def test_a_baseline_of_another_kind_or_format_cannot_be_compared(home: Path) -> None:
    baseline = described(home)
    for other in (replace(baseline, kind="ldap"), replace(baseline, format=99)):
        assert outcomes(other, baseline) == [Outcome.COULD_NOT_RUN]


def test_a_comparison_of_nothing_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty folder").mkdir()
    ADAPTER.beat(source(tmp_path), datetime.now(UTC))
    baseline = described(tmp_path)
    contents, _ = ADAPTER.compare(baseline, baseline)
    assert contents.outcome is Outcome.COULD_NOT_RUN
    assert "no file was backed up" in contents.seen


def files(folder: Path, name: str, count: int = 30, text: str = "text") -> Baseline:
    """Describe so many files of a folder that is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for number in range(count):
        (folder / f"{name} {number}").write_text(f"{text} {number}")
    ADAPTER.beat(source(folder), datetime.now(UTC))
    return described(folder)


def drifts(*baselines: Baseline) -> list[Outcome]:
    return [result.outcome for result in ADAPTER.drift(baselines[:-1], baselines[-1])]


def test_damage_at_the_source_is_told_from_ordinary_change(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    first = files(folder, "letter")
    good, bad = Outcome.PASSED, Outcome.FAILED
    assert drifts(first) == []
    assert drifts(first, first) == [good, good]
    assert drifts(first, files(folder, "letter", 21)) == [good, good]
    assert drifts(first, files(folder, "letter", 20)) == [bad, good]
    assert drifts(first, files(folder, "letter.locked")) == [bad, good]
    encrypted = files(folder, "letter", text="\x00\x01")
    assert drifts(first, encrypted) == [good, bad]
    assert "30 rewritten (" in ADAPTER.drift([first], encrypted)[1].seen
    assert drifts(first, encrypted, files(folder, "letter", text="third")) == [good, good]
    assert drifts(files(folder, "few", 5), files(folder, "other", 5)) == []


LINES = some.dictionaries(
    some.text("ab", min_size=1, max_size=3).map(lambda name: f"/r/{name}"),
    some.builds("f {} {} 644 0 0 0".format, some.integers(0, 3), some.sampled_from(["aa", "bb"])),
    max_size=6,
)


@given(LINES, LINES)
def test_the_digest_is_the_same_exactly_when_the_contents_are(
    one: dict[str, str], other: dict[str, str]
) -> None:
    root = {"/r": "d 0 - 755 0 0 0"}
    first, second = root | one, root | other
    same = tree.tree_digest(first, ("/r",)) == tree.tree_digest(second, ("/r",))
    assert same == (first == second)
    found = tree.differences(first, second, ())
    assert same == (not found.missing and not found.extra and not found.content)


def test_the_digest_leaves_out_owners_modes_and_times_and_sees_moves() -> None:
    lines = {"/r": "d 0 - 755 0 0 0", "/r/a": "d 0 - 755 0 0 0", "/r/a/x": "f 1 aa 644 0 0 0"}
    moved = {"/r": "d 0 - 755 0 0 0", "/r/a": "d 0 - 755 0 0 0", "/r/x": "f 1 aa 644 0 0 0"}
    other = {**lines, "/r/a/x": "f 1 aa 600 7 7 7"}
    assert tree.tree_digest(lines, ("/r",)) == tree.tree_digest(other, ("/r",))
    assert tree.tree_digest(lines, ("/r",)) != tree.tree_digest(moved, ("/r",))

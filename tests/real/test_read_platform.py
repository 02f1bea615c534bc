"""What other people's tools list is imported like every fact, and what they lost is noticed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from refloat.app import memory
from refloat.app.feed import Imported, look_up
from refloat.app.read_platform import ReadPlatform, Wanted, read_platform
from refloat.app.workspace import Workspace
from refloat.assess.ground.vanished import disappearances
from refloat.host.clock import Clock, Instant
from refloat.model.errors import MissingInput, UsageProblem
from refloat.model.feed import PointSeen
from refloat.model.stream import standing
from tests.support.commands import run
from tests.support.named_adapter import named_adapter

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "examples" / "saltbush" / "refloat.yaml"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
NAME = "web1:/srv/files"
CLIN_FILES = (f"{NAME}=clin-files",)
KEPT = {"kept_for": "35 days"}


class Stopped(Clock):
    """A clock that stands."""

    def now(self) -> Instant:
        return Instant(NOW, 1000.0, "this start")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "refloat.yaml").write_bytes(PLAN.read_bytes())
    return Workspace.find(str(tmp_path / "refloat.yaml"), None)


def snapshot(identity: str, day: int, path: str = "/srv/files", **said: Any) -> dict[str, Any]:
    began = f"2026-11-{day:02}T02:00:00Z"
    return {"id": identity, "hostname": "web1", "paths": [path], "time": began, **said}


def listing(workspace: Workspace, day: int, *snapshots: dict[str, Any]) -> Path:
    """Write a listing of restic's, made at noon of a day in November."""
    path = workspace.folder / f"restic-{day}.json"
    path.write_text(json.dumps(snapshots), encoding="utf-8")
    at = datetime(2026, 11, day, 12, tzinfo=UTC).timestamp()
    os.utime(path, (at, at))
    return path


def read(workspace: Workspace, *paths: Path, **how: Any) -> ReadPlatform:
    usual = {"data_sets": CLIN_FILES, "instance": "bkp01"}
    return read_platform(workspace, Stopped(), Wanted("restic", paths, **{**usual, **how}))


def imported(done: ReadPlatform) -> Imported:
    (one,) = done.listings
    assert one.imported is not None
    return one.imported


def there(workspace: Workspace, data_set: str = "clin-files") -> dict[str, PointSeen]:
    points = memory.known(workspace).feed.points.get(data_set, ())
    return {one.external_id: one for one in standing(points, NOW) if not one.deleted}


DAYS = [snapshot("k18", 18), snapshot("k19", 19), snapshot("k20", 20)]


def test_a_listing_becomes_facts_that_a_signed_entry_vouches_for(workspace: Workspace) -> None:
    path = listing(workspace, 20, *DAYS)
    done = read(workspace, path)
    assert (imported(done).new, done.listings[0].points, done.in_plan) == (3, 3, True)
    point = there(workspace)["k20"]
    assert point.observed_at == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert point.source.reader == "restic/2"
    entry = imported(done).entry
    assert entry is not None
    (first, *_) = [one for one in workspace.ledger().entries() if one.index == entry]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert ("source/restic-20.json", digest) in [
        (one.name, one.sha256) for one in first.statement.subjects
    ]
    (said,) = look_up(workspace, "bkp01/recovery_point/k20")
    assert (said["raw_sha256"], said["external_name"]) == (digest, NAME)


def test_the_same_listing_again_brings_nothing_new(workspace: Workspace) -> None:
    path = listing(workspace, 20, *DAYS)
    read(workspace, path)
    again = imported(read(workspace, path))
    assert (again.new, again.known, again.changed, again.entry) == (0, 3, 0, None)


@pytest.mark.requirement("R-018")
@pytest.mark.requirement("R-032")
@pytest.mark.parametrize("whole", [True, False])
def test_a_point_that_goes_before_its_time_is_noticed(workspace: Workspace, whole: bool) -> None:
    read(workspace, listing(workspace, 20, *DAYS), options=KEPT)
    done = read(workspace, listing(workspace, 21, *DAYS[1:]), options=KEPT, whole=whole)
    assert [one.point.external_id for one in imported(done).vanished] == ["k18"]
    assert done.gone == (1 if whole else 0)
    again = read(workspace, listing(workspace, 21, *DAYS[1:]), options=KEPT, whole=whole)
    assert (imported(again).entry, again.gone) == (None, 0)


def test_everything_of_a_data_set_gone_is_noticed_where_the_listing_is_whole(
    workspace: Workspace,
) -> None:
    read(workspace, listing(workspace, 20, *DAYS), options=KEPT)
    kept = read(workspace, listing(workspace, 21))
    assert (kept.gone, imported(kept).vanished) == (0, ())
    assert len(there(workspace)) == 3
    done = read(workspace, listing(workspace, 21), whole=True)
    assert (done.gone, len(imported(done).vanished)) == (3, 3)
    assert there(workspace) == {}


def test_what_is_gone_is_no_copy_any_more_even_if_nobody_said_how_long_it_is_kept(
    workspace: Workspace,
) -> None:
    read(workspace, listing(workspace, 20, *DAYS))
    done = read(workspace, listing(workspace, 21, *DAYS[1:]), whole=True)
    assert (done.gone, imported(done).vanished) == (1, ())
    assert there(workspace).keys() == {"k19", "k20"}
    back = read(workspace, listing(workspace, 22 - 1, *DAYS), as_of=NOW, whole=True)
    assert back.gone == 0
    assert there(workspace).keys() == {"k18", "k19", "k20"}


def test_a_listing_that_is_not_understood_wholly_says_nothing_of_what_is_missing(
    workspace: Workspace,
) -> None:
    read(workspace, listing(workspace, 20, *DAYS), options=KEPT)
    broken = {**DAYS[0], "time": "the day before"}
    done = read(workspace, listing(workspace, 21, broken, *DAYS[1:]), whole=True)
    assert (done.whole, done.gone) == (False, 0)
    assert [one.place for one in done.listings[0].refused] == ["snapshot 1"]
    assert len(there(workspace)) == 3


def test_a_whole_listing_speaks_for_its_own_platform_and_installation_alone(
    workspace: Workspace,
) -> None:
    read(workspace, listing(workspace, 20, *DAYS), instance="other")
    kopia = workspace.folder / "kopia.json"
    source = {"host": "web1", "userName": "root", "path": "/srv"}
    said = [{"id": "k1", "startTime": "2026-11-20T02:00:00Z", "source": source}]
    kopia.write_text(json.dumps(said), encoding="utf-8")
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    wanted = Wanted("kopia", (kopia,), "bkp01", at, ("root@web1:/srv=clin-files",))
    read_platform(workspace, Stopped(), wanted)
    assert read(workspace, listing(workspace, 21), whole=True).gone == 0
    assert there(workspace).keys() == {"k18", "k19", "k20", "root@web1:/srv/2026-11-20T02:00:00Z"}


@pytest.mark.parametrize("whole", [True, False])
def test_two_repositories_of_which_nobody_said_which_is_which_raise_no_alarm(
    whole: bool, workspace: Workspace
) -> None:
    other = [snapshot("b19", 19), snapshot("b20", 20)]
    first, second = listing(workspace, 20, *DAYS), listing(workspace, 21, *other)
    read(workspace, first, instance="", options=KEPT)
    known = there(workspace)
    with pytest.raises(UsageProblem, match=r"(another|which) installation"):
        read(workspace, second, instance="", options=KEPT, whole=whole)
    assert there(workspace) == known
    read(workspace, second, instance="restic-2", options=KEPT, whole=whole)
    assert len(there(workspace)) == 5
    later = listing(workspace, 21, *DAYS, snapshot("k21", 21))
    done = imported(read(workspace, later, instance="", options=KEPT))
    assert (done.new, done.vanished) == (1, ())
    assert len(there(workspace)) == 6


def test_several_listings_are_whole_together(workspace: Workspace) -> None:
    files, more = listing(workspace, 19, *DAYS[:1]), listing(workspace, 20, *DAYS[1:])
    assert read(workspace, files, more, whole=True).gone == 0
    done = read(workspace, files, more, as_of=NOW, whole=True)
    assert (done.gone, [one.points for one in done.listings]) == (0, [1, 2])


def test_parts_of_one_whole_do_not_look_as_if_each_lost_the_other(workspace: Workspace) -> None:
    parts = [DAYS[:1], DAYS[1:]]

    def both(first: int, second: int, **how: Any) -> ReadPlatform:
        paths = [listing(workspace, first, *parts[0]), listing(workspace, second, *parts[1])]
        return read(workspace, *paths, options=KEPT, **how)

    with pytest.raises(UsageProblem, match="share no recovery point of clin-files"):
        both(20, 21)
    both(19, 20, whole=True)
    again = both(21, 20, whole=True)
    assert [one.observed_at.day for one in again.listings] == [21, 21]
    assert [one.imported.vanished for one in again.listings if one.imported] == [(), ()]
    assert disappearances(memory.known(workspace).feed, NOW) == ()
    parts[0] = []
    done = both(20, 22 - 1, whole=True, as_of=NOW)
    assert done.gone == 1
    assert done.listings[-1].imported is not None
    assert [one.point.external_id for one in done.listings[-1].imported.vanished] == ["k18"]


def test_what_is_gone_from_the_first_of_several_listings_of_one_time_is_told(
    workspace: Workspace,
) -> None:
    names = (*CLIN_FILES, "web1:/srv/db=clin-db")
    others = [snapshot(f"d{day}", day, "/srv/db") for day in (18, 19, 20)]

    def both(files: list[dict[str, Any]], as_of: datetime) -> ReadPlatform:
        paths = [listing(workspace, 20, *files), listing(workspace, 21, *others)]
        return read(workspace, *paths, data_sets=names, options=KEPT, as_of=as_of)

    both(DAYS, NOW - timedelta(hours=1))
    done = both(DAYS[1:], NOW)
    told = [one.imported.vanished for one in done.listings if one.imported]
    assert [[one.point.external_id for one in some] for some in told] == [["k18"], []]


def test_listings_of_several_times_keep_their_times(workspace: Workspace) -> None:
    paths = [listing(workspace, 20, *DAYS), listing(workspace, 21, *DAYS[1:])]
    done = read(workspace, *paths, options=KEPT)
    assert [one.observed_at.day for one in done.listings] == [20, 21]
    (gone,) = disappearances(memory.known(workspace).feed, NOW)
    assert (gone.point.external_id, gone.noticed_at.day) == ("k18", 21)


def test_an_older_listing_that_is_read_later_takes_nothing_away(workspace: Workspace) -> None:
    read(workspace, listing(workspace, 21, *DAYS), options=KEPT)
    done = read(workspace, listing(workspace, 19, *DAYS[:2]), options=KEPT, whole=True)
    assert (done.gone, imported(done).vanished) == (0, ())
    assert len(there(workspace)) == 3


def test_names_that_nobody_explained_are_told_and_nothing_of_them_is_taken(
    workspace: Workspace,
) -> None:
    path = listing(workspace, 20, *DAYS, snapshot("x1", 20, "/tmp/x"), snapshot("x2", 20, "/tmp/x"))
    done = read(workspace, path, data_sets=(*CLIN_FILES, "root@web9:*=clin-db"))
    assert done.unmatched == {"web1:/tmp/x": 2}
    assert done.unused == ("root@web9:*=clin-db",)
    assert imported(done).new == 3
    assert "web1:/tmp/x" not in memory.known(workspace).feed.points


def test_an_explanation_that_is_taken_back_removes_no_copy(workspace: Workspace) -> None:
    path = listing(workspace, 20, *DAYS)
    read(workspace, path, options=KEPT)
    done = read(workspace, path, data_sets=(), as_of=NOW, whole=True)
    assert (done.unmatched, done.gone) == ({NAME: 3}, 0)
    assert len(there(workspace)) == 3


def test_one_copy_may_hold_several_data_sets(workspace: Workspace) -> None:
    both = (*CLIN_FILES, f"{NAME}=clin-db")
    read(workspace, listing(workspace, 20, *DAYS), data_sets=both)
    assert there(workspace).keys() == {"k18", "k19", "k20"}
    parts = {"k18#clin-db", "k19#clin-db", "k20#clin-db"}
    assert there(workspace, "clin-db").keys() == parts
    done = read(workspace, listing(workspace, 21, *DAYS[1:]), data_sets=both, whole=True)
    assert done.gone == 2
    assert there(workspace, "clin-db").keys() == parts - {"k18#clin-db"}


def test_a_name_that_is_the_components_own_needs_no_explanation(workspace: Workspace) -> None:
    path = workspace.folder / "velero.json"
    backup = {
        "apiVersion": "velero.io/v1",
        "kind": "Backup",
        "metadata": {"name": "b1", "namespace": "velero"},
        "spec": {"includedNamespaces": ["clin-db", "The Clinical  Documents", "shop"]},
        "status": {"phase": "Completed", "startTimestamp": "2026-11-20T02:00:00Z"},
    }
    path.write_text(json.dumps({"kind": "List", "items": [backup]}), encoding="utf-8")
    done = read_platform(workspace, Stopped(), Wanted("velero", (path,), as_of=NOW))
    assert done.unmatched == {"shop": 2}
    assert len(there(workspace, "clin-db")) == len(there(workspace, "clin-files")) == 1


def test_places_are_repositories_of_the_plan_if_somebody_says_which(workspace: Workspace) -> None:
    path = listing(workspace, 20, *DAYS)
    read(workspace, path, repositories=("repo-nas1",))
    assert [one.repository for one in there(workspace)["k20"].copies] == ["repo-nas1"]
    snapshots = workspace.folder / "pbs.json"
    said = {"backup-type": "vm", "backup-id": "100", "backup-time": 1763600000}
    snapshots.write_text(json.dumps([said]), encoding="utf-8")
    wanted = Wanted("proxmox_backup", (snapshots,), "pbs", NOW, ("vm/100=clin-db",))
    assert read_platform(workspace, Stopped(), wanted).places == ("pbs",)
    named = Wanted(
        **{**vars(wanted), "as_of": None, "repositories": ("pbs=repo-cloud", "x=repo-nas1")}
    )
    at = NOW.timestamp() - 60
    os.utime(snapshots, (at, at))
    assert read_platform(workspace, Stopped(), named).places == ()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"data_sets": ("clin-files",)}, "does not say what means what"),
        ({"data_sets": ("x=clin-filez",)}, "no component 'clin-filez'"),
        ({"repositories": ("repo-nas",)}, "no repository 'repo-nas'"),
        ({"repositories": ("repo-nas1", "repo-cloud")}, "two repositories"),
        ({"options": {"kept": "1 day"}}, "unknown key 'kept'"),
        ({"options": {"kept_for": "long"}}, "no duration"),
        ({"as_of": datetime(2026, 11, 22, 1, tzinfo=UTC)}, "in the future"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    workspace: Workspace, how: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageProblem, match=message):
        read(workspace, listing(workspace, 20, *DAYS), **how)
    assert not (workspace.state / "ledger").exists()


def test_a_file_of_the_future_is_refused(workspace: Workspace) -> None:
    with pytest.raises(UsageProblem, match="which is in the future"):
        read(workspace, listing(workspace, 23, *DAYS))


def test_if_one_listing_cannot_be_read_nothing_is_imported(workspace: Workspace) -> None:
    with pytest.raises(MissingInput):
        read(workspace, listing(workspace, 20, *DAYS), workspace.folder / "nothing.json")
    assert not (workspace.state / "ledger").exists()


def test_a_point_of_the_future_is_refused_with_its_id(workspace: Workspace) -> None:
    done = read(workspace, listing(workspace, 20, *DAYS, snapshot("k23", 23)))
    (refused,) = done.listings[0].refused
    assert refused.place == "recovery_point k23"
    assert "in the future" in refused.reason
    assert there(workspace).keys() == {"k18", "k19", "k20"}


def test_only_looking_remembers_nothing(workspace: Workspace) -> None:
    done = read(workspace, listing(workspace, 20, *DAYS), only_look=True)
    assert [json.loads(line)["external_id"] for line in done.listings[0].lines] == [
        "k18",
        "k19",
        "k20",
    ]
    assert done.listings[0].imported is None
    assert not (workspace.state / "ledger").exists()


ASKED = '''
import hashlib

from refloat.model.options import Option, OptionType, Probe
from refloat.platforms import Listing, Telling


class Asked:
    """Asks a shelf."""

    name = "asked"
    summary = "Asks a shelf."
    options = (Option("password", OptionType.SECRET, "The shelf's password.", required=True),)
    rights = "To look."
    takes_files = False
    asks = True

    def probe(self):
        return Probe(True, "1")

    def read(self, request):
        assert request.path is None
        named = request.secrets["password"].reveal().split()
        digest = hashlib.sha256(b"").hexdigest()
        telling = Telling(request, "shelf", "asked/1", digest)
        facts = [
            telling.fact("recovery_point", one, dataset_ref="clin-db",
                         consistency_time=request.observed_at)
            for one in named
        ]
        return Listing(tuple(facts), (), digest, whole=True)


ADAPTER = Asked()
'''


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[None]:
    with named_adapter(tmp_path / "named", "platforms", "asked", ASKED):
        yield


@pytest.mark.usefixtures("shelf")
def test_a_platform_that_is_asked_is_given_its_secrets_and_knows_what_is_whole(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = Wanted("asked", options={"password": "env:SHELF"})
    monkeypatch.setenv("SHELF", "one two")
    assert imported(read_platform(workspace, Stopped(), wanted)).new == 2
    monkeypatch.setenv("SHELF", "two")
    later = Clock()
    done = read_platform(workspace, later, wanted)
    assert (done.whole, done.gone) == (True, 1)
    with pytest.raises(UsageProblem, match="reads no files"):
        read_platform(workspace, Stopped(), Wanted("asked", (Path("x"),)))
    with pytest.raises(UsageProblem, match="as of another time"):
        read_platform(workspace, Stopped(), Wanted("asked", as_of=NOW))
    with pytest.raises(UsageProblem, match="a secret itself may not stand"):
        read_platform(workspace, Stopped(), Wanted("asked", options={"password": "hunter2"}))
    with pytest.raises(UsageProblem, match="password"):
        read_platform(workspace, Stopped(), Wanted("asked"))


def test_the_command_says_what_it_did_and_its_exit_code_says_how_it_went(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace.folder)
    start = ("facts", "read", "restic", "--instance", "bkp01")
    path = str(listing(workspace, 20, *DAYS))
    code, out, err = run(capsys, *start, path)
    assert code == 2
    assert f"Not taken, because no component is known by that name: {NAME}" in err
    said = ("--data-set", f"{NAME}=clin-files", "--set", "kept_for=35 days")
    code, out, _ = run(capsys, *start, path, *said)
    assert (code, "3 recovery points as of 2026-11-20 12:00 UTC" in out) == (0, True)
    code, _, err = run(capsys, *start, path, *said, "--repository", "repo-nas1")
    assert (code, "say --as-of a second later" in err) == (0, True)
    later = str(listing(workspace, 21, *DAYS[1:], {"id": 7}))
    code, out, err = run(capsys, *start, later, *said, "--whole", "--json")
    assert code == 65
    assert json.loads(out)["gone"] == 0
    later = str(listing(workspace, 21, *DAYS[1:]))
    code, out, err = run(capsys, *start, later, *said, "--whole")
    assert code == 0
    assert "is gone from bkp01 before its time" in err
    assert "1 recovery points that were there before" in err
    assert run(capsys, *start, "nothing.json")[0] == 66
    assert run(capsys, "facts", "read", "resticc", later)[0] == 64
    assert run(capsys, *start, later, "--set", "x")[0] == 64
    assert run(capsys, *start, path, "--as-of", "2030-01-01T00:00:00Z")[0] == 64


def test_nothing_that_a_listing_says_beside_reaches_the_state(workspace: Workspace) -> None:
    secret = "hunter2hunter2"
    said: dict[str, Any] = {
        "description": secret,
        "tags": {"password": secret},
        "incomplete": secret,
    }
    good = snapshot("k20", 20, **said)
    bad = snapshot(f"token={secret}", 20)
    done = read(workspace, listing(workspace, 20, good, bad))
    assert (imported(done).new, len(done.listings[0].refused)) == (1, 1)
    assert secret not in repr(done)
    kept = [one for one in workspace.state.rglob("*") if one.is_file()]
    assert any(b"k20" in one.read_bytes() for one in kept)
    assert not [one for one in kept if secret.encode() in one.read_bytes()]


@pytest.mark.requirement("R-018")
def test_the_assessment_tells_of_copies_that_a_whole_listing_has_no_more(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace.folder)
    read(workspace, listing(workspace, 20, *DAYS), options=KEPT)
    read(workspace, listing(workspace, 21), options=KEPT, whole=True)
    code, out, _ = run(capsys, "assess", "--as-of", NOW.isoformat(), "--json")
    found = [one for one in json.loads(out)["findings"] if one["code"] == "RP_DISAPPEARED"]
    assert code == 1
    assert [one["subject"] for one in found] == ["service clinical-app, data set clin-files"]
    assert found[0]["inputs"]["count"] == 3

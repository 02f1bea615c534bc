"""kopia, restic and Proxmox Backup Server: what each says, and what it leaves unsaid.

Where the samples come from: ``kopia.json`` and ``kopia-before-a-pin.json`` are what kopia 0.12.1
itself printed of one repository, after and before a snapshot was pinned; ``restic-0.14*.json`` are
what restic 0.14.0 itself printed, after and before a snapshot was tagged. The others were written
after the source of their tools, Proxmox Backup Server 3.2 and restic 0.18. borg has a file of its
own.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from listings import MELBOURNE, SEEN, made, only, points, read, sample

from refloat import registry
from refloat.model.errors import ObservationProblem, RefloatError
from refloat.platforms import Request, _listing


def snapshot(**said: object) -> dict[str, Any]:
    source = {"host": "web1", "userName": "root", "path": "/srv/files"}
    return {"id": "k1", "source": source, "startTime": "2026-11-20T15:00:02Z", **said}


def test_kopia_says_which_snapshots_are_whole() -> None:
    said = points(sample("kopia", "kopia.json"))
    name = "root@web1:/srv/files"
    assert said[f"{name}/2026-11-20T15:00:02Z"] == {
        "dataset_ref": name,
        "external_name": name,
        "consistency_time": "2026-11-20T15:00:02+00:00",
        "completed_at": "2026-11-20T15:04:41+00:00",
        "complete": True,
        "size_bytes": 32731,
    }
    unreadable = said[f"{name}/2026-11-21T15:00:01Z"]
    assert (unreadable["complete"], unreadable["usable_claim"]) == (False, "warning")
    assert "complete" not in said["root@web1:/srv/mail/2026-11-21T15:20:00Z"], (
        "a file that it was let to pass over may have been meant"
    )
    socket = said["root@web1:/srv/application/2026-11-21T15:10:00Z"]
    assert (socket["complete"], socket.get("usable_claim")) == (True, None), "a socket is no data"
    assert said["root@web1:/srv/dump.sql/2026-11-21T15:30:00Z"]["size_bytes"] == 19306
    (half,) = [one for one in said if "/" not in one]
    assert (said[half]["complete"], said[half]["usable_claim"]) == (False, "failed")
    assert said[half]["consistency_time"] == "2026-11-22T15:00:00+00:00"
    other = said["EXAMPLE\\dev@lap7:/srv/files/2026-11-22T15:00:00Z"]
    assert (other["dataset_ref"], other["complete"]) == ("EXAMPLE\\dev@lap7:/srv/files", True)
    assert len(said) == 7


def test_a_snapshot_that_kopia_pins_stays_the_same_point() -> None:
    kept = {"kept_for": timedelta(days=35)}
    before = points(sample("kopia", "kopia-before-a-pin.json", kept))
    after = points(sample("kopia", "kopia.json", kept))
    pinned = "root@web1:/srv/files/2026-11-20T15:00:02Z"
    assert before.keys() <= after.keys(), "its id is another one, and nothing is gone"
    assert before[pinned]["expires_at"] == "2026-12-25T15:00:02+00:00"
    assert "expires_at" not in after[pinned], "nobody said when the pin goes"


@pytest.mark.parametrize(
    ("said", "complete"),
    [
        ({"stats": {"totalSize": 12, "ignoredErrorCount": 4}, "rootEntry": None}, None),
        ({"stats": {"ignoredErrorCount": 4}, "rootEntry": {"summ": {"numFailed": 0}}}, None),
        ({"rootEntry": {"summ": {"numIgnoredErrors": 11, "errors": []}}}, None),
        ({"rootEntry": {"summ": {"numFailed": 1, "errors": []}}}, False),
    ],
)
def test_what_kopia_passed_over_without_a_word_may_have_been_meant(
    said: dict[str, Any], complete: bool | None, tmp_path: Path
) -> None:
    path = made(tmp_path, [snapshot(endTime="0001-01-01T00:00:00Z", **said)])
    point = only(points(read("kopia", path)))
    assert (point.get("complete"), point["usable_claim"]) == (complete, "warning")
    assert "completed_at" not in point, "the year 1 is no time"


@pytest.mark.parametrize(
    ("platform", "name", "options"),
    [
        ("kopia", "kopia-before-a-pin.json", {}),
        ("restic", "restic-0.14.json", {}),
        ("borg", "borg-list.json", MELBOURNE),
        ("proxmox_backup", "proxmox-backup-api.json", {}),
    ],
)
def test_points_expire_only_if_somebody_says_so(
    platform: str, name: str, options: dict[str, Any]
) -> None:
    plain = points(sample(platform, name, options))
    assert not any("expires_at" in one for one in plain.values())
    kept = points(sample(platform, name, {**options, "kept_for": timedelta(days=35)}))
    assert kept.keys() == plain.keys()
    for one in kept.values():
        if "expires_at" in one:
            assert one["expires_at"] > one["consistency_time"]
        else:
            assert one.get("usable_claim") == "failed" or platform == "proxmox_backup"
    assert any("expires_at" in one for one in kept.values())
    for_ever = points(sample(platform, name, {**options, "kept_for": timedelta(days=10**8)}))
    assert for_ever == plain


def test_restic_says_when_and_what_and_not_whether_it_is_whole() -> None:
    first, second, third = points(sample("restic", "restic-0.14.json")).values()
    assert first == {
        "dataset_ref": "web1:/srv/files",
        "external_name": "web1:/srv/files",
        "consistency_time": "2026-11-20T15:00:00+00:00",
    }
    assert second["dataset_ref"] == "web1:/etc/hostname,/srv/files"
    assert third["consistency_time"] == "2026-11-21T15:00:00+00:00"
    later = only(points(sample("restic", "restic-0.18.json")))
    assert later["size_bytes"] == 9437184
    assert later["completed_at"] == "2026-11-20T15:04:10.123456+00:00"
    assert "complete" not in later


def test_a_snapshot_that_restic_tags_stays_the_same_point() -> None:
    before = points(sample("restic", "restic-0.14-before-a-tag.json"))
    assert points(sample("restic", "restic-0.14.json")) == before


def test_a_snapshot_that_restic_rewrote_beside_the_old_one_is_another(tmp_path: Path) -> None:
    said = {"hostname": "web1", "paths": ["/srv"], "time": "2026-11-20T15:00:00Z"}
    old, new, newer = {"id": "a", **said}, {"id": "b", **said}, {"id": "c", **said}
    new["original"] = newer["original"] = "a"
    assert points(read("restic", made(tmp_path, [old, new, newer]))).keys() == {"a", "b", "c"}
    assert points(read("restic", made(tmp_path, [new]))).keys() == {"a"}


def test_proxmox_says_what_checksums_showed_and_never_calls_it_a_restore() -> None:
    said = points(sample("proxmox_backup", "proxmox-backup-api.json"))
    newest, older, container, half = said.values()
    assert next(iter(said)) == "vm/100/2026-11-20T15:00:00Z"
    assert newest == {
        "dataset_ref": "vm/100",
        "external_name": "vm/100",
        "consistency_time": "2026-11-20T15:00:00+00:00",
        "size_bytes": 34359743470,
        "copies": [{"location": "tool1", "encrypted": True}],
        "integrity": {"kind": "checksum", "state": "ok", "at": "2026-11-20T17:11:54+00:00"},
    }
    assert older["integrity"] == {"kind": "checksum", "state": "failed"}
    assert "integrity" not in container
    assert container["copies"] == [{"location": "tool1", "encrypted": False}]
    assert (half["complete"], half["usable_claim"]) == (False, "failed")
    assert half["copies"] == [{"location": "tool1"}]
    listed = only(points(sample("proxmox_backup", "proxmox-backup-client.json")))
    assert "complete" not in listed
    assert listed["copies"] == [{"location": "tool1", "encrypted": True}], (
        "neither the log nor the key that came along is data"
    )


def test_names_of_files_alone_do_not_say_whether_proxmox_encrypted_them(tmp_path: Path) -> None:
    path = made(tmp_path, [vm(files=["drive-scsi0.img.fidx", "index.json.blob"])])
    said = only(points(read("proxmox_backup", path)))
    assert said["copies"] == [{"location": "tool1"}]
    assert "usable_claim" not in said


def test_a_backup_that_has_just_begun_is_half_of_one(tmp_path: Path) -> None:
    said = only(points(read("proxmox_backup", made(tmp_path, [vm(files=[])]))))
    assert (said["complete"], said["usable_claim"]) == (False, "failed")


def test_a_snapshot_whose_manifest_the_server_cannot_read_cannot_be_used(tmp_path: Path) -> None:
    files = [{"filename": "drive-scsi0.img.fidx"}, {"filename": "index.json.blob"}]
    said = only(points(read("proxmox_backup", made(tmp_path, [vm(files=files)]))))
    assert said["usable_claim"] == "failed"
    assert "complete" not in said


@pytest.mark.parametrize(
    ("platform", "name", "options"),
    [
        ("kopia", "kopia.json", {}),
        ("borg", "borg-list.json", MELBOURNE),
        ("proxmox_backup", "proxmox-backup-api.json", {}),
    ],
)
def test_half_of_a_point_may_go_at_any_time_because_its_tool_clears_it_away(
    platform: str, name: str, options: dict[str, Any]
) -> None:
    kept = points(sample(platform, name, {**options, "kept_for": timedelta(days=35)}))
    (half,) = [one for one in kept.values() if one.get("usable_claim") == "failed"]
    assert half["complete"] is False
    assert "expires_at" not in half


def test_what_proxmox_protects_has_no_end(tmp_path: Path) -> None:
    path = made(tmp_path, [vm(protected=True), vm("2")])
    said = points(read("proxmox_backup", path, {"kept_for": timedelta(days=35)}))
    assert [one.get("expires_at") for one in said.values()] == [None, "2026-12-25T15:00:00+00:00"]


def vm(identity: str = "1", **said: object) -> dict[str, Any]:
    return {"backup-type": "vm", "backup-id": identity, "backup-time": 1795186800, **said}


def test_words_of_proxmox_that_are_not_known_are_unknown(tmp_path: Path) -> None:
    verification = {"state": "perhaps", "upid": "UPID:a:1:1:1:FFFFFFFFFFFFFFFF:verify:"}
    path = made(tmp_path, [vm(verification=verification)])
    said = only(points(read("proxmox_backup", path)))
    assert said["integrity"] == {"kind": "checksum", "state": "unknown"}
    assert said["copies"] == [{"location": "tool1"}]


def test_a_snapshot_of_which_kopia_counted_nothing_is_not_called_whole(tmp_path: Path) -> None:
    assert "complete" not in only(points(read("kopia", made(tmp_path, [snapshot()]))))


def test_a_listing_in_which_far_too_much_cannot_be_used_is_no_listing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_listing, "MOST_REFUSED", 3)
    good = {"id": "r1", "hostname": "web1", "paths": ["/srv"], "time": "2026-11-20T15:00:02Z"}
    assert len(read("restic", made(tmp_path, [good, 1, 2, 3])).refused) == 3
    with pytest.raises(ObservationProblem, match=r"more than 3 entries of .* snapshot 2: int"):
        read("restic", made(tmp_path, [good, 1, 2, 3, 4]))


@pytest.mark.parametrize("platform", ["kopia", "restic", "borg", "proxmox_backup", "velero"])
def test_a_reason_never_repeats_what_stands_there(platform: str, tmp_path: Path) -> None:
    secret = "hunter2hunter2"
    entries = [
        {"id": secret, "source": 7},
        {"id": [secret], "time": {"x": secret}, secret: secret},
        {"backup-time": secret, "backup-id": 7, "apiVersion": secret, "kind": secret},
        secret,
        [secret],
    ]
    for value in (
        entries,
        {"data": entries, "items": entries, "archives": entries, "repository": {}},
        {secret: secret},
        secret,
    ):
        with pytest.raises(ObservationProblem) as caught:
            read(platform, made(tmp_path, value))
        assert secret not in f"{caught.value.message} {caught.value.hint}"


WORDS = st.text(max_size=12) | st.sampled_from(
    ["2026-11-20T02:00:00Z", "2026-11-20T02:00:00", "Completed", "Backup", "velero.io/v1", "/srv"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    "id",
    "name",
    "start",
    "end",
    "time",
    "paths",
    "hostname",
    "source",
    "startTime",
    "endTime",
    "stats",
    "rootEntry",
    "incomplete",
    "backup-type",
    "backup-id",
    "backup-time",
    "files",
    "size",
    "verification",
    "apiVersion",
    "kind",
    "metadata",
    "spec",
    "status",
    "summary",
]
ENTRIES = st.lists(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=12), max_size=4)


@pytest.mark.parametrize("platform", ["kopia", "restic", "borg", "proxmox_backup", "velero"])
@given(entries=ENTRIES)
def test_whatever_stands_in_a_listing_it_is_read_or_refused(
    platform: str, entries: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any-{platform}.json"
    wrapped = {"data": entries, "items": entries, "archives": entries, "repository": {}}
    for value in (entries, wrapped):
        path.write_text(json.dumps(value), encoding="utf-8")
        adapter = registry.adapters("platforms")[platform]
        try:
            listing = adapter.read(Request("tool1", SEEN, path, MELBOURNE))
        except RefloatError:
            continue
        assert len(listing.facts) + len(listing.refused) <= 10 * len(entries)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-20T02:00:00.123456789+11:00", "2026-11-19T15:00:00.123456+00:00"),
        ("2026-11-20T02:00:00.5Z", "2026-11-20T02:00:00.500000+00:00"),
        ("2026-11-20T02:00:00-00:30", "2026-11-20T02:30:00+00:00"),
    ],
)
def test_times_keep_their_moment(text: str, utc: str, tmp_path: Path) -> None:
    path = made(tmp_path, [{"id": "r1", "time": text, "paths": ["/srv"], "hostname": "web1"}])
    assert only(points(read("restic", path)))["consistency_time"] == utc


@pytest.mark.parametrize(
    "text",
    ["2026-11-20", "2026-11-20T02:00:00", "9999-12-31T23:59:59-11:00", "", "now", "20261120"],
)
def test_what_is_no_moment_is_refused(text: str, tmp_path: Path) -> None:
    path = made(tmp_path, [{"id": "r1", "time": text, "paths": ["/srv"], "hostname": "web1"}])
    with pytest.raises(ObservationProblem, match=r"time (is no time|has no offset)"):
        read("restic", path)


def test_a_machine_may_be_called_as_secrets_are(tmp_path: Path) -> None:
    said = {"id": "r1", "time": "2026-11-20T02:00:00Z", "paths": ["/srv"], "hostname": "api-token"}
    assert only(points(read("restic", made(tmp_path, [said]))))["dataset_ref"] == "api-token:/srv"
    secret = {**said, "paths": ["/srv", "/mnt/password=hunter2"]}
    with pytest.raises(ObservationProblem, match="looks like a secret"):
        read("restic", made(tmp_path, [secret]))

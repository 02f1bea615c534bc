"""borg: what its listings say, and what they leave unsaid.

Where the samples come from: ``borg-1.4-list.json`` is what borg 1.4.5 itself printed, and
``borg-2.0-*.json`` what borg 2.0.0b18 did; names of machines and folders, and the day, are others.
``borg-list.json`` and ``borg-info.json`` were written after borg's documentation, and held against
what borg 1.2.4 printed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from listings import MELBOURNE, made, only, points, read, sample

from refloat.model.errors import ObservationProblem, UsageProblem


def archive(**said: object) -> dict[str, Any]:
    return {
        "archives": [{"id": "b1", "name": "web1", "start": "2026-11-20T02:00:00", **said}],
        "repository": {"location": "/srv/borg"},
        "encryption": {"mode": "repokey"},
    }


def test_borg_says_when_in_the_zone_that_it_was_listed_in() -> None:
    first, half = points(sample("borg", "borg-list.json", MELBOURNE)).values()
    assert first == {
        "dataset_ref": "web1-files-2026-11-20",
        "external_name": "web1-files-2026-11-20",
        "consistency_time": "2026-11-20T15:00:00+00:00",
        "copies": [{"location": "/srv/borg", "encrypted": True}],
    }
    assert (half["complete"], half["usable_claim"]) == (False, "failed")
    info = only(points(sample("borg", "borg-info.json", {"timezone": "UTC"})))
    assert info["consistency_time"] == "2026-11-21T02:00:00+00:00"
    assert info["completed_at"] == "2026-11-21T02:09:00+00:00"
    assert info["size_bytes"] == 9437184
    assert info["copies"] == [{"location": "ssh://nas.example/srv/borg", "encrypted": False}]


def test_a_time_of_borg_without_a_zone_is_refused_with_what_to_do() -> None:
    with pytest.raises(ObservationProblem, match="--set timezone=NAME"):
        sample("borg", "borg-list.json")
    with pytest.raises(UsageProblem, match="no time zone 'Melbourne'"):
        sample("borg", "borg-list.json", {"timezone": "Melbourne"})
    with pytest.raises(UsageProblem, match="no time zone"):
        sample("borg", "borg-list.json", {"timezone": "../../etc/passwd"})


def test_a_time_of_borg_with_an_offset_needs_no_zone(tmp_path: Path) -> None:
    path = made(tmp_path, archive(start="2026-11-20T02:00:00.000000+11:00"))
    for options in ({}, MELBOURNE):
        said = only(points(read("borg", path, options)))
        assert said["consistency_time"] == "2026-11-19T15:00:00+00:00"


def test_an_hour_that_is_shown_twice_is_the_first_and_one_never_shown_is_refused(
    tmp_path: Path,
) -> None:
    twice = made(tmp_path, archive(start="2026-04-05T02:30:00"))
    said = only(points(read("borg", twice, MELBOURNE)))
    assert said["consistency_time"] == "2026-04-04T15:30:00+00:00"
    never = made(tmp_path, archive(start="2026-10-04T02:30:00"))
    with pytest.raises(ObservationProblem, match="no clock in Australia/Melbourne ever showed"):
        read("borg", never, MELBOURNE)


@pytest.mark.parametrize(
    ("mode", "encrypted"),
    [
        ("repokey-blake2", True),
        ("keyfile", True),
        ("none", False),
        ("authenticated-blake2", False),
        ("", None),
        ("something-new", None),
    ],
)
def test_borg_says_whether_it_encrypts_in_words_that_are_known(
    mode: str, encrypted: bool | None, tmp_path: Path
) -> None:
    path = made(tmp_path, {**archive(), "encryption": {"mode": mode}})
    (copy,) = only(points(read("borg", path, MELBOURNE)))["copies"]
    assert copy.get("encrypted") is encrypted


def test_a_secret_in_the_address_of_a_repository_of_borgs_is_left_out(tmp_path: Path) -> None:
    path = made(tmp_path, {**archive(), "repository": {"location": "ssh://me:hunter2@nas/r"}})
    listing = read("borg", path, MELBOURNE)
    assert only(points(listing))["copies"][0]["location"] == "tool1"
    assert "hunter2" not in repr(listing)


def test_borg_1_4_lists_as_1_2_did() -> None:
    listing = sample("borg", "borg-1.4-list.json", {"timezone": "UTC"})
    assert listing.refused == ()
    older = points(listing)["8252492643ae29daebd8a37535d74da4643c41fa1d08ef806a4f6af70f6d2dfb"]
    assert older == {
        "dataset_ref": "web1-docs-2026-11-21",
        "external_name": "web1-docs-2026-11-21",
        "consistency_time": "2026-11-21T02:00:00+00:00",
        "copies": [{"location": "/srv/borg", "encrypted": True}],
    }


def test_borg_2_says_the_offset_and_may_call_many_archives_alike() -> None:
    listing = sample("borg", "borg-2.0-repo-list.json")
    assert listing.refused == ()
    said = points(listing)
    assert [one["dataset_ref"] for one in said.values()] == ["other", "docs", "docs"]
    assert next(iter(said.values())) == {
        "dataset_ref": "other",
        "external_name": "other",
        "consistency_time": "2026-11-20T15:00:00+00:00",
        "copies": [{"location": "/srv/borg", "encrypted": True}],
    }
    info = points(sample("borg", "borg-2.0-info.json"))
    assert info.keys() == said.keys()
    for identity, one in info.items():
        assert one["consistency_time"] == said[identity]["consistency_time"]
        assert (one["size_bytes"], "completed_at" in one) == (38, True)


def test_a_listing_of_borg_2_without_start_has_its_time_there(tmp_path: Path) -> None:
    path = made(tmp_path, archive(start="", time="2026-11-20T02:00:00+11:00"))
    assert only(points(read("borg", path)))["consistency_time"] == "2026-11-19T15:00:00+00:00"
    with pytest.raises(ObservationProblem, match="start is missing"):
        read("borg", made(tmp_path, archive(start="")))


@pytest.mark.parametrize(
    ("cipher", "encrypted"),
    [
        ("aes256-ocb", True),
        ("chacha20-poly1305", True),
        ("none-blake3", False),
        ("authenticated-sha256", False),
        ("rot13", None),
    ],
)
def test_later_versions_of_borg_2_name_the_cipher(
    cipher: str, encrypted: bool | None, tmp_path: Path
) -> None:
    said = {**archive(), "encryption": {"encryption": cipher, "id_hash": "sha256"}}
    (copy,) = only(points(read("borg", made(tmp_path, said), MELBOURNE)))["copies"]
    assert copy.get("encrypted") is encrypted


@pytest.mark.parametrize(
    ("name", "half"),
    [("web1.checkpoint", True), ("web1.checkpoint.12", True), ("web1.checkpoints-2026", False)],
)
def test_a_checkpoint_is_called_as_borg_calls_it(name: str, half: bool, tmp_path: Path) -> None:
    said = only(points(read("borg", made(tmp_path, archive(name=name)), MELBOURNE)))
    assert (said.get("complete") is False) is half

"""Real restic and real borg list what they have, and it is read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from refloat import registry
from refloat.platforms import Fact, Listing, Platform, Request
from refloat.testing.platform_conformance import goes_through_the_door, sound

WITH_RESTIC = pytest.mark.skipif(shutil.which("restic") is None, reason="restic is not installed")
WITH_BORG = pytest.mark.skipif(shutil.which("borg") is None, reason="borg is not installed")
SLACK = timedelta(seconds=2)


def run(folder: Path, *command: str, zone: str = "Australia/Melbourne") -> bytes:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TZ": zone,
        "RESTIC_PASSWORD": "only for tests",
        "RESTIC_REPOSITORY": str(folder / "restic"),
        "BORG_BASE_DIR": str(folder / "base"),
        "BORG_REPO": str(folder / "borg"),
        "BORG_PASSPHRASE": "only for tests",
    }
    return subprocess.run(
        command, cwd=folder, env=environment, check=True, capture_output=True, timeout=120
    ).stdout


def read(folder: Path, platform: str, listed: bytes, **options: str) -> Listing:
    path = folder / "listing.json"
    path.write_bytes(listed)
    adapter: Platform = registry.adapters("platforms")[platform]
    listing = adapter.read(Request("tool1", datetime.now(UTC), path, options))
    sound(listing, listed)
    goes_through_the_door(listing, datetime.now(UTC))
    assert listing.refused == ()
    return listing


def was_true(fact: Fact) -> datetime:
    return datetime.fromisoformat(fact["consistency_time"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file").write_bytes(os.urandom(5000))
    return tmp_path


@WITH_RESTIC
def test_what_restic_lists_is_read(folder: Path) -> None:
    run(folder, "restic", "init")
    assert read(folder, "restic", run(folder, "restic", "snapshots", "--json")).facts == ()
    before = datetime.now(UTC)
    for tag in ("one", "two"):
        run(folder, "restic", "backup", "--host", "web1", "--tag", f"token={tag}", "data")
    listed = run(folder, "restic", "snapshots", "--json")
    listing = read(folder, "restic", listed)
    ids = [one["id"] for one in json.loads(listed)]
    assert [one["external_id"] for one in listing.facts] == ids
    assert {one["dataset_ref"] for one in listing.facts} == {f"web1:{folder / 'data'}"}
    for one in listing.facts:
        assert before - SLACK <= was_true(one) <= datetime.now(UTC)
    assert "token=" not in repr(listing)


@WITH_RESTIC
def test_what_restic_tags_and_rewrites_the_id_of_stays_the_same_point(folder: Path) -> None:
    run(folder, "restic", "init")
    for _ in range(2):
        run(folder, "restic", "backup", "--host", "web1", "data")
    listed = run(folder, "restic", "snapshots", "--json")
    before = read(folder, "restic", listed)
    for tag in ("kept", "longer"):
        run(folder, "restic", "tag", "--add", tag, "latest")
    told = run(folder, "restic", "snapshots", "--json")
    assert {one["id"] for one in json.loads(told)} != {one["id"] for one in json.loads(listed)}
    after = read(folder, "restic", told)
    assert [one["external_id"] for one in after.facts] == [
        one["external_id"] for one in before.facts
    ]


@WITH_BORG
def test_what_borg_lists_is_read_in_its_own_zone(folder: Path) -> None:
    run(folder, "borg", "init", "--encryption", "repokey")
    zone = {"timezone": "Australia/Melbourne"}
    assert read(folder, "borg", run(folder, "borg", "list", "--json"), **zone).facts == ()
    before = datetime.now(UTC)
    for name in ("web1-one", "web1-two"):
        run(folder, "borg", "create", f"::{name}", "data")
    listing = read(folder, "borg", run(folder, "borg", "list", "--json"), **zone)
    assert [one["dataset_ref"] for one in listing.facts] == ["web1-one", "web1-two"]
    for one in listing.facts:
        assert before - SLACK <= was_true(one) <= datetime.now(UTC)
        assert one["copies"] == [{"location": str(folder / "borg"), "encrypted": True}]
    told = run(folder, "borg", "info", "--json", "--glob-archives", "*", zone="UTC")
    more = read(folder, "borg", told, timezone="UTC")
    assert [one["external_id"] for one in more.facts] == [
        one["external_id"] for one in listing.facts
    ]
    assert [was_true(one) for one in more.facts] == [was_true(one) for one in listing.facts]
    assert all(one["size_bytes"] >= 5000 for one in more.facts)

"""Drills in bad surroundings: disks that are full or read-only, links, secrets in what is said."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from refloat.app import memory
from refloat.app.workspace import Workspace
from tests.real.small_shop import (
    READY,
    Shop,
    done,
    give,
    left_behind,
    plan_text,
    seeded_shop,
    small_disk,
)

BIG = 6 * 1024 * 1024


@pytest.fixture(scope="module")
def seeded() -> Iterator[Shop]:
    with seeded_shop() as shop:
        (shop.home / "letters" / "scan.bin").write_bytes(os.urandom(BIG))
        if os.geteuid() == 0:
            give(shop.home / "letters")
        done(shop.run("backup"))
        yield shop


@pytest.mark.parametrize("left", ["400K", "0"])
def test_a_disk_that_fills_up_while_restoring_is_no_failure_of_the_backup(
    shop: Shop, tmp_path: Path, left: str
) -> None:
    with small_disk(shop, megabytes=300) as small:
        fill = small.state.parent / "fill"
        wrapper = tmp_path / "restic"
        wrapper.write_text(
            f'#!/bin/sh\ncase " $* " in *" restore "*)'
            f" dd if=/dev/zero of={fill} bs=1M 2>/dev/null; truncate -s -{left} {fill};;"
            f' esac\nexec /usr/bin/restic "$@"\n'
        )
        wrapper.chmod(0o755)
        ended = small.drill(PATH=f"{tmp_path}:/usr/bin:/bin")
        result = ended.json()
        assert fill.exists()
        assert ended.code == 2, result
        assert result["verdict"] == "unproven"
        told = " ".join(result["reasons"]).lower()
        assert "no space left" in told or "the disk is full" in told, told
        assert result["teardown"]["clean"] is True
        assert left_behind(small.state) == []
        fill.unlink()
        assert small.drill().json()["verdict"] == "proven"


def test_a_state_folder_that_cannot_be_written_is_told_before_anything_begins(
    shop: Shop,
) -> None:
    with small_disk(shop, megabytes=100, options="ro") as small:
        ended = small.drill()
        assert ended.code == 74
        error = ended.json()["error"]
        assert str(small.state) in error["message"]
        assert "Read-only" in error["message"]
        assert left_behind(small.state / "runs") == []


def test_nothing_is_kept_behind_a_link(shop: Shop) -> None:
    link = shop.home / f"link-to-{shop.state.name}"
    link.symlink_to(shop.state)
    before = sorted(one.name for one in shop.state.iterdir())
    ended = replace(shop, state=link).drill()
    assert ended.code == 74
    assert "symbolic link" in ended.json()["error"]["message"]
    assert sorted(one.name for one in shop.state.iterdir()) == before


def test_an_account_that_does_not_exist_here_is_named(shop: Shop) -> None:
    if os.geteuid() != 0:
        pytest.skip("without root all components run as the one account")
    shop.plan.write_text(plan_text().replace("user: www-data", "user: nobody-of-that-name"))
    result = shop.drill().json()
    assert result["verdict"] == "unproven"
    assert "nobody-of-that-name" in " ".join(result["reasons"])


def test_secrets_that_an_application_prints_are_masked_everywhere(shop: Shop) -> None:
    secret = "open sesame: 4711"
    place = shop.home / "secrets" / "door"
    place.write_text(secret)
    place.chmod(0o600)
    asks = READY.replace(
        'http: "http://127.0.0.1:18080/health"',
        'http: {url: "http://127.0.0.1:18080/health", form: {word: "file:secrets/door"}}',
    )
    shop.plan.write_text(
        plan_text(start=f"/bin/sh -c 'echo the word is {secret}; exit 1'", recover=asks).replace(
            secret, "$(cat program/word)"
        )
    )
    (shop.home / "program" / "word").write_text(secret)
    if os.geteuid() == 0:
        give(shop.home / "program")
    done(shop.run("backup"))
    ended = shop.drill()
    result = ended.json()
    assert result["verdict"] == "failed"
    assert "the word is ***" in " ".join(result["reasons"])
    assert secret not in ended.output + ended.errors
    assert secret not in str(memory.read(Workspace(shop.plan, shop.state)))
    found = subprocess.run(
        ("grep", "-rlF", secret, str(shop.state)), capture_output=True, check=False
    )
    assert found.stdout == b""


def test_a_broken_index_costs_a_drill_nothing(shop: Shop) -> None:
    (shop.state / "index.sqlite3").write_bytes(b"this is no database" * 100)
    result = shop.drill().json()
    assert result["verdict"] == "proven", result["reasons"]
    assert [drill.record.run for drill in memory.read(Workspace(shop.plan, shop.state)).drills] == [
        result["run"]
    ]

"""What people work with meanwhile: taken out, encrypted, opened without Refloat, missed if old."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyrage  # type: ignore[import-untyped]  # it ships no types
import pytest

from tests.real.small_shop import (
    LETTERS,
    Ended,
    Shop,
    done,
    plan_text,
    without,
)

NAME = "paper list"
WORKAROUND = """
    workarounds:
      {name}:
        how: Reception looks into the letters.
        data: personal
        controls: [a locked drawer]
        approved_by: ada
        disposal: shred what was printed
        source: {source}
        refreshed_every: {every}
        location: {location}
        encrypted_for: {keys}
        key_kept: the safe of the other shop
"""


@pytest.fixture
def identity() -> Any:
    return pyrage.x25519.Identity.generate()


def write_plan(shop: Shop, location: str, *keys: str, source: str = "letters") -> None:
    text = WORKAROUND.format(
        name=NAME, location=location, keys=json.dumps(keys), source=source, every="12 h"
    )
    plan = plan_text()
    assert "    needs: [application, soft: pictures]\n" in plan
    shop.plan.write_text(plan.replace("    needs: [application", f"{text}    needs: [application"))


def refreshed(shop: Shop, *more: str) -> Ended:
    return shop.run("workaround", "refresh", "shop", NAME, "--json", *more)


def opened(file: Path, identity: Any, into: Path) -> Path:
    """Open an export as somebody does who has no Refloat: with age and tar."""
    if shutil.which("age") is None:
        pytest.skip("age is not installed: apt-get install age")
    into.mkdir()
    key = into.parent / "key"
    key.write_text(f"{identity}\n")
    command = f"age --decrypt --identity {key} {shlex.quote(str(file))} | tar --extract --file -"
    subprocess.run(("bash", "-o", "pipefail", "-c", command), cwd=into, check=True, timeout=60)
    return into


def too_old(shop: Shop, at: datetime) -> list[dict[str, Any]]:
    listed = shop.run("findings", "--as-of", at.isoformat(), "--json").json()["findings"]
    return [one for one in listed if one["code"] == "EXPORT_TOO_OLD"]


@pytest.mark.requirement("R-139")
def test_an_export_is_read_only_encrypted_and_opened_without_refloat(
    shop: Shop, tmp_path: Path, identity: Any
) -> None:
    write_plan(shop, str(tmp_path), str(identity.to_public()))
    result = done(refreshed(shop)).json()
    file, about = Path(result["file"]), Path(result["about"])
    assert result["outcome"] == "passed"
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted((file.name, about.name))
    assert re.fullmatch(r"shop-paper-list-\d{8}T\d{6}Z\.tar\.age", file.name)
    assert stat.S_IMODE(file.stat().st_mode) == 0o400
    assert stat.S_IMODE(about.stat().st_mode) & 0o222 == 0
    content = file.read_bytes()
    assert content.startswith(b"age-encryption.org/v1\n")
    assert b"Dear 7" not in content
    assert not list((shop.state / "runs").iterdir()), "nothing in the clear is left"

    folder = opened(file, identity, tmp_path / "opened") / "shop-paper-list" / "data"
    letters = folder / str(shop.home / "letters").lstrip("/")
    assert len(list(letters.glob("letter *.txt"))) == LETTERS
    assert (letters / "letter 7.txt").read_text() == "Dear 7" * 7
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(content, [pyrage.x25519.Identity.generate()])


@pytest.mark.requirement("R-139")
def test_the_text_beside_it_says_of_when_it_is_and_how_it_is_opened(
    shop: Shop, tmp_path: Path, identity: Any
) -> None:
    write_plan(shop, str(tmp_path), str(identity.to_public()))
    result = done(refreshed(shop)).json()
    text = Path(result["about"]).read_text()
    taken = datetime.fromisoformat(result["taken_at"])
    summed = subprocess.run(
        ("sha256sum", result["file"]), capture_output=True, text=True, check=True
    ).stdout.split()[0]
    for wanted in (
        f"It is as it was at: {taken:%Y-%m-%d %H:%M:%S} UTC",
        f"Too old after: {taken + timedelta(hours=12):%Y-%m-%d %H:%M:%S} UTC",
        f"SHA-256: {summed}",
        f"age --decrypt --identity KEY-FILE {Path(result['file']).name}",
        "kept here: the safe of the other shop.",
        "a locked drawer",
        "Shred what was printed.",
        "is the same",
    ):
        assert wanted in text, wanted


@pytest.mark.requirement("R-139")
def test_its_age_is_that_of_the_data_and_too_old_is_found(
    shop: Shop, tmp_path: Path, identity: Any
) -> None:
    write_plan(shop, str(tmp_path), str(identity.to_public()))
    now = datetime.now(UTC)
    (finding,) = too_old(shop, now)
    assert "it was never taken out" in finding["sentence"]
    result = done(refreshed(shop)).json()
    taken = datetime.fromisoformat(result["taken_at"])
    end = taken + timedelta(hours=12)
    later = datetime.now(UTC)
    assert too_old(shop, later) == []
    assert too_old(shop, end) == []
    (finding,) = too_old(shop, end + timedelta(seconds=1))
    assert finding["first_seen"] == result["taken_at"].replace(
        taken.strftime("%Y-%m-%dT%H:%M:%S"), end.strftime("%Y-%m-%dT%H:%M:%S")
    )
    (listed,) = shop.run("workaround", "list", "--json").json()
    assert (listed["taken_at"], listed["late"]) == (result["taken_at"], False)
    assert listed["where"] == result["file"]
    assert listed["age_seconds"] > 0
    assert "✓ fresh" in shop.run("workaround", "list").output


@pytest.mark.requirement("R-139")
def test_a_newer_export_takes_the_place_of_the_older_and_touches_nothing_else(
    shop: Shop, tmp_path: Path, identity: Any
) -> None:
    write_plan(shop, str(tmp_path), str(identity.to_public()))
    first = done(refreshed(shop)).json()
    others = ["shop-paper-list-notes.txt", "shop-other-20260101T000000Z.tar.age", "mine"]
    for name in others:
        (tmp_path / name).write_text("mine")
    done(shop.run("backup", "letters"))
    second = done(refreshed(shop)).json()
    assert second["taken_at"] > first["taken_at"]
    assert sorted(second["removed"]) == sorted((first["file"], first["about"]))
    kept = {Path(second["file"]).name, Path(second["about"]).name, *others}
    assert {one.name for one in tmp_path.iterdir()} == kept
    again = done(refreshed(shop)).json()
    assert (again["file"], again["removed"]) == (second["file"], [])


def test_what_is_newer_is_kept_and_what_a_kill_left_goes_after_a_day(
    shop: Shop, tmp_path: Path, identity: Any
) -> None:
    write_plan(shop, str(tmp_path), str(identity.to_public()))
    newer = tmp_path / "shop-paper-list-29991231T000000Z.tar.age"
    left, writing = (
        tmp_path / f".shop-paper-list-20260101T000000Z.tar.age.{end}"
        for end in ("0123abcd", "0123abce")
    )
    for one in (newer, left, writing):
        one.write_text("encrypted")
    long_ago = datetime.now(UTC).timestamp() - 25 * 3600
    os.utime(left, (long_ago, long_ago))
    result = done(refreshed(shop)).json()
    assert result["removed"] == []
    kept = {newer.name, writing.name, Path(result["file"]).name, Path(result["about"]).name}
    assert {one.name for one in tmp_path.iterdir()} == kept


def test_two_workarounds_never_take_each_others_place(
    shop: Shop, tmp_path: Path, identity: Any
) -> None:
    key = str(identity.to_public())
    write_plan(shop, str(tmp_path), key)
    text = shop.plan.read_text()
    (block,) = re.findall(rf"^      {NAME}:\n(?:        .*\n)+", text, re.M)
    other = block.replace(f"{NAME}:", '"Paper: list":')
    shop.plan.write_text(text.replace(block, block + other))
    files = []
    for name in (NAME, "Paper: list"):
        done(shop.run("backup", "letters"))
        result = done(shop.run("workaround", "refresh", "shop", name, "--json")).json()
        assert result["removed"] == []
        files.append(Path(result["file"]))
    assert all(one.exists() for one in files)


def test_what_cannot_be_exported_is_said_and_nothing_is_written(
    shop: Shop, tmp_path: Path, identity: Any
) -> None:
    key = str(identity.to_public())
    out = tmp_path / "out"
    out.mkdir()
    wrong_key = key[:-1] + ("q" if key[-1] != "q" else "p")
    for location, keys, source, code, says in (
        (str(out), (), "letters", 77, "names nobody who could open"),
        (str(out), (wrong_key,), "letters", 65, "is no public key of age"),
        (str(out), (key,), "a printed list", 66, "no component of that key"),
        (str(out), (key,), "application", 66, "no component of that key"),
        ("the drawer", (key,), "letters", 66, "nothing says which folder"),
        (str(tmp_path / "away"), (key,), "letters", 66, "is no folder"),
        (str(shop.home / "letters"), (key,), "letters", 77, "production data of letters"),
    ):
        write_plan(shop, location, *keys, source=source)
        ended = refreshed(shop)
        assert (ended.code, says in ended.output) == (code, True), ended.output
    write_plan(shop, str(out), key)
    ended = shop.run("workaround", "refresh", "shop", "paper lists")
    assert (ended.code, "Did you mean 'paper list'" in ended.errors) == (66, True)
    assert not list(out.iterdir())
    runs = shop.state / "runs"
    assert not runs.exists() or not list(runs.iterdir())


def test_an_export_that_was_killed_leaves_nothing_in_the_clear(
    shop: Shop, tmp_path: Path, identity: Any
) -> None:
    write_plan(shop, str(tmp_path), str(identity.to_public()))
    words = ("workaround", "refresh", "shop", NAME)
    assert shop.run(*words, REFLOAT_FAULT="export.restored").code == -9
    assert list((shop.state / "runs").rglob("letter 3.txt"))
    assert not list(tmp_path.iterdir())
    done(shop.run("restore", "list"))
    assert not list((shop.state / "runs").iterdir()), "the next command removed it"


def test_without_a_sandbox_it_is_written_and_says_that_nobody_compared_it(
    shop: Shop, tmp_path: Path, identity: Any
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can hide a program from a process, by a mount of its own")
    write_plan(shop, str(tmp_path), str(identity.to_public()))
    words = shop.command("workaround", "refresh", "shop", NAME, "--json")
    ended = without("/usr/bin/bwrap", words, shop)
    assert ended.code == 2, ended.errors
    assert "Look twice" in Path(ended.json()["about"]).read_text()


PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "keep-an-export.md"


@pytest.mark.requirement("R-139")
def test_the_page_does_what_it_says(shop: Shop, tmp_path: Path, identity: Any) -> None:
    """Follow the page, but for the folder and the key, which are the test's own."""
    text = PAGE.read_text(encoding="utf-8")
    (written,) = re.findall(r"^```yaml\n(.*?)^```$", text, re.M | re.S)
    key = str(identity.to_public())
    written = re.sub(r"age1[a-z0-9]{58}", key, written).replace("/srv/exports", str(tmp_path))
    plan = plan_text()
    needs = "    needs: [application, soft: pictures]\n"
    indented = "".join(f"    {line}\n" for line in written.splitlines())
    shop.plan.write_text(plan.replace(needs, indented + needs))
    typed = re.findall(r"^```console run\n\$ refloat (.*?)\n```$", text, re.M | re.S)
    assert [shlex.split(line)[1] for line in typed] == ["refresh", "list"]
    for line in typed:
        ended = done(shop.run(*shlex.split(line)))
    assert "✓ fresh" in ended.output
    (cron,) = re.findall(r"^```cron\n(.*?)^```$", text, re.M | re.S)
    assert f"refloat {typed[0]}" in cron.replace("--plan /srv/refloat/refloat.yaml ", "")
    (file,) = tmp_path.glob("*.tar.age")
    opens = re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)[-1]
    assert opens.startswith("age --decrypt --identity")
    opened(file, identity, tmp_path / "opened")
    assert list((tmp_path / "opened").rglob("letter 3.txt"))

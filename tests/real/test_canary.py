"""A canary is deleted by who may and kept from who may not; nothing else is ever touched."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from refloat.app import memory
from refloat.app.workspace import Workspace
from refloat.model.feed import AccessSeen, Quality
from tests.real.small_shop import Ended, Shop, done, plan_text

INTRUDER = "games"
"""An account of every Debian that owns nothing."""

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another account")

MORE = """
principals:
  strangers: {{kind: unprivileged}}
  administrators: {{kind: privileged}}
  others: {{kind: unprivileged}}
"""
SHELF = 'shelf: {engine: restic, location: backup, password: "file:secrets/repository"'


def write_plan(shop: Shop, canary: str, shelf: str = "") -> None:
    text = plan_text(more=MORE.format())
    assert SHELF in text
    more = ", failure_domain: shop, authentication_domain: shop"
    shop.plan.write_text(text.replace(SHELF, f"{SHELF}{more}{shelf}, canary: {canary}"))


def tried(shop: Shop, principal: str, *more: str) -> Ended:
    words = ("canary", "shelf", "--as-principal", principal, "--json")
    return shop.run(*words, "--attempt", *more)


def objects(shop: Shop) -> dict[str, str]:
    """Every object of the repository by its digest; locks come and go with every command."""
    folder = shop.home / "backup"
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file() and file.parent.name != "locks"
    }


def unchanged(before: dict[str, str], shop: Shop) -> list[str]:
    """See that everything is as it was; give what came in addition."""
    after = objects(shop)
    assert {name: after.get(name) for name in before} == before
    assert not list((shop.home / "backup" / "locks").iterdir())
    return sorted(set(after) - set(before))


def seen(shop: Shop) -> list[AccessSeen]:
    return list(memory.known(Workspace(shop.plan, shop.state)).feed.access)


def row(shop: Shop, kind: str) -> dict[str, Any]:
    """Give what question 3 answers of one kind of account."""
    sheet = shop.run("answers", "shop", "--json").json()
    rows = sheet["questions"]["rights"]
    (found,) = (one for one in rows if one["kind"] == kind and one["repository"] == "shelf")
    return dict(found)


@contextmanager
def opened_to_everybody(shop: Shop) -> Iterator[None]:
    """Let any account write where snapshots are: what a share without rights looks like."""
    folder = shop.home / "backup" / "snapshots"
    modes = {one: one.stat().st_mode for one in (shop.home / "backup", folder)}
    try:
        (shop.home / "backup").chmod(0o755)
        folder.chmod(0o777)
        yield
    finally:
        for one, mode in modes.items():
            one.chmod(mode)


@AS_ROOT
@pytest.mark.requirement("R-033")
def test_a_stranger_on_this_machine_is_denied_and_the_answers_show_it(shop: Shop) -> None:
    write_plan(shop, f"{{strangers: {{user: {INTRUDER}}}}}")
    before = objects(shop)
    assert row(shop, "unprivileged")["tried"] == []
    ended = tried(shop, "strangers")
    assert ended.code == 0, ended.errors
    result = ended.json()
    assert result["allowed"] is False
    assert "denied" in result["said"].lower()
    assert result["left"] is False
    more = unchanged(before, shop)
    assert not [name for name in more if name.startswith("snapshots/")], "the canary went"
    (fact,) = seen(shop)
    assert (fact.principal, fact.repository, fact.allowed) == ("strangers", "shelf", False)
    assert (fact.quality, fact.observed_by) == (Quality.EXCELLENT, "refloat")
    answered = row(shop, "unprivileged")
    (told,) = answered["tried"]
    assert told.startswith("strangers could not delete a canary on 20")
    said, _, age = told.rpartition(", ")
    assert age.endswith(" ago")
    assert f"{said}, " in shop.run("answers", "shop").output
    assert answered["quality"] == "excellent"
    unknown = {answered[what] for what in ("read", "modify", "delete", "delete_place", "shorten")}
    assert unknown == {"not known"}, "the others are unprivileged, too, and were not tried"


@AS_ROOT
@pytest.mark.requirement("R-033")
def test_who_could_delete_deletes_the_canary_alone_and_the_answers_show_it(shop: Shop) -> None:
    write_plan(shop, f"{{strangers: {{user: {INTRUDER}}}}}")
    before = objects(shop)
    done(tried(shop, "strangers"))
    with opened_to_everybody(shop):
        ended = tried(shop, "strangers")
    assert ended.code == 1, ended.errors
    result = ended.json()
    assert (result["allowed"], result["left"]) == (True, False)
    assert not [name for name in unchanged(before, shop) if name.startswith("snapshots/")]
    answered = row(shop, "unprivileged")
    assert answered["delete"] == "yes", "the later word counts"
    assert answered["ways"] == ["delete: strangers -> shelf"]
    assert len(shop.run("points", "letters", "--json").json()["points"]) == 1


@AS_ROOT
def test_a_canary_that_may_not_be_removed_is_said_to_be_left(shop: Shop) -> None:
    write_plan(shop, f"{{strangers: {{user: {INTRUDER}}}}}", ", append_only: yes")
    before = objects(shop)
    result = done(tried(shop, "strangers")).json()
    assert (result["allowed"], result["left"]) == (False, True)
    left = [name for name in unchanged(before, shop) if name.startswith("snapshots/")]
    assert left == [f"snapshots/{result['canary']}"]
    points = shop.run("points", "--json").json()["points"]
    assert result["canary"] not in {one["identity"] for one in points}, "it is no recovery point"
    (shop.home / "backup" / left[0]).unlink()


def killed(shop: Shop, principal: str = "strangers") -> str:
    """Let a try be killed when its canary has been written; give the canary."""
    before = objects(shop)
    words = ("canary", "shelf", "--as-principal", principal, "--attempt")
    assert shop.run(*words, REFLOAT_FAULT="canary.written").code == -9
    (left,) = (name for name in unchanged(before, shop) if name.startswith("snapshots/"))
    return left.removeprefix("snapshots/")


def snapshots(shop: Shop) -> set[str]:
    return {one.name for one in (shop.home / "backup" / "snapshots").iterdir()}


@AS_ROOT
@pytest.mark.requirement("R-033")
@pytest.mark.parametrize("by_clean", [False, True], ids=["the next canary", "clean"])
def test_a_canary_whose_writer_was_killed_is_removed_and_recorded(
    shop: Shop, by_clean: bool
) -> None:
    write_plan(shop, f"{{strangers: {{user: {INTRUDER}}}}}")
    before = snapshots(shop)
    left = killed(shop)
    shop.run("status")
    assert snapshots(shop) == before | {left}, "no other command asks a repository for it"
    ended = done(shop.run("clean", "--json") if by_clean else tried(shop, "strangers"))
    (told,) = ended.json() if by_clean else ended.json()["earlier"]
    assert "a canary in shelf" in told["stage"]
    assert (told["recorded"], told["teardown"]["clean"]) == (True, True)
    assert snapshots(shop) == before
    (recorded,) = memory.read(Workspace(shop.plan, shop.state)).interruptions
    assert (recorded.run, recorded.stage) == (told["run"], told["stage"])
    assert shop.run("clean", "--json").json() == []
    done(shop.run("evidence", "verify"))
    assert shop.run("assess").code < 64


@AS_ROOT
@pytest.mark.requirement("R-033")
def test_where_refloat_may_only_add_a_killed_canary_is_left_and_said_to_be_once(shop: Shop) -> None:
    write_plan(shop, f"{{strangers: {{user: {INTRUDER}}}}}", ", append_only: yes")
    left = killed(shop)
    ended = shop.run("clean")
    assert ended.code == 1
    assert f"still there: the canary {left[:8]} in shelf" in ended.errors
    assert left in snapshots(shop)
    assert "Nothing was left behind" in done(shop.run("clean")).errors
    (shop.home / "backup" / "snapshots" / left).unlink()


@AS_ROOT
def test_a_killed_canary_is_looked_for_again_until_its_repository_answers(shop: Shop) -> None:
    write_plan(shop, f"{{strangers: {{user: {INTRUDER}}}}}")
    before = snapshots(shop)
    killed(shop)
    right = shop.plan.read_text()
    shop.plan.write_text(right.replace("secrets/repository", "secrets/wrong"))
    ended = shop.run("clean")
    assert (ended.code, "still there: perhaps" in ended.errors) == (1, True)
    shop.plan.write_text(right)
    done(shop.run("clean"))
    assert snapshots(shop) == before


@contextmanager
def served(shop: Shop, *options: str) -> Iterator[str]:
    """Serve the repository over HTTP by rclone; give its address."""
    for _ in range(5):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        words = ("rclone", "serve", "restic", "--addr", f"127.0.0.1:{port}", *options)
        server = subprocess.Popen(
            (*words, str(shop.home / "backup")),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "HOME": str(shop.state)},
        )
        try:
            if answers(server, port):
                yield f"rest:http://127.0.0.1:{port}/"
                return
        finally:
            server.terminate()
            server.wait(60)
    pytest.fail("rclone did not come up on any port")


def answers(server: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until a server listens; False if it ended, because somebody else took its port."""
    end = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            time.sleep(0.1)  # one that cannot have the port ends at once
            return server.poll() is None
    return False


@pytest.mark.timeout(900)
@pytest.mark.skipif(shutil.which("rclone") is None, reason="rclone is not installed")
@pytest.mark.requirement("R-033")
def test_a_server_that_only_appends_denies_it_and_one_that_does_not_allows_it(shop: Shop) -> None:
    for options, code in (((), 1), (("--append-only",), 0)):
        with served(shop, *options) as url:
            write_plan(shop, f'{{administrators: {{options: {{url: "{url}"}}}}}}')
            before = objects(shop)
            ended = tried(shop, "administrators")
        assert ended.code == code, ended.errors
        assert not [name for name in unchanged(before, shop) if name.startswith("snapshots/")]
        answered = row(shop, "privileged")
        assert answered["delete"] == ("yes" if code else "no")
        unknown = {answered[what] for what in ("read", "modify", "delete_place", "shorten")}
        assert unknown == {"not known"}, "no more was seen than that"
        assert ("could not" in answered["tried"][0]) is not bool(code)
    assert "403" in ended.json()["said"]
    assert "asm_" not in ended.json()["said"], "no stack trace is told"


@pytest.mark.timeout(900)
@pytest.mark.requirement("R-033")
def test_what_could_not_be_told_is_no_denial_and_nothing_is_recorded(shop: Shop) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # nobody listens there, and nobody else can
        url = f"rest:http://127.0.0.1:{closed.getsockname()[1]}/"
        write_plan(shop, f'{{administrators: {{options: {{url: "{url}"}}}}}}')
        before = objects(shop)
        ended = tried(shop, "administrators")
    assert ended.code == 2, ended.errors
    assert (ended.json()["allowed"], ended.json()["entry"]) == (None, None)
    assert not [name for name in unchanged(before, shop) if name.startswith("snapshots/")]
    assert not seen(shop)


@pytest.mark.skipif(shutil.which("rclone") is None, reason="rclone is not installed")
@pytest.mark.requirement("R-033")
def test_a_credential_that_is_turned_away_at_the_door_is_no_denial(shop: Shop) -> None:
    with served(shop, "--user", "them", "--pass", "theirs") as url:
        write_plan(shop, f'{{administrators: {{options: {{url: "{url}"}}}}}}')
        before = objects(shop)
        ended = tried(shop, "administrators")
    assert ended.code == 2, ended.errors
    assert "401" in ended.json()["said"]
    assert not [name for name in unchanged(before, shop) if name.startswith("snapshots/")]
    assert not seen(shop)


@pytest.mark.requirement("R-033")
def test_nothing_is_tried_unless_the_plan_and_the_command_say_so(shop: Shop) -> None:
    write_plan(shop, f"{{strangers: {{user: {INTRUDER}}}, others: {{}}}}")
    before = objects(shop)
    for words, code, says in (
        (("shelf", "--as-principal", "strangers"), 64, "--attempt"),
        (("shelf", "--as-principal", "administrators", "--attempt"), 77, "does not say"),
        (("shelf", "--as-principal", "others", "--attempt"), 64, "Refloat's own rights"),
        (("shelf", "--as-principal", "stranger", "--attempt"), 66, "Did you mean 'strangers'"),
        (("shel", "--as-principal", "strangers", "--attempt"), 66, "Did you mean 'shelf'"),
    ):
        ended = shop.run("canary", *words)
        assert (ended.code, says in ended.errors) == (code, True), ended.errors
    write_plan(shop, '{strangers: {options: {password: "file:secrets/wrong"}}}')
    ended = tried(shop, "strangers")
    assert (ended.code, "where the account decides" in ended.output) == (64, True)
    write_plan(shop, "{strangers: {options: {place: elsewhere}}}")
    ended = tried(shop, "strangers")
    assert (ended.code, "is no option of restic" in ended.output) == (64, True)
    assert unchanged(before, shop) == []
    assert not seen(shop)


@AS_ROOT
def test_the_page_does_what_it_says(shop: Shop) -> None:
    """The plan of the page is understood; its command is tried on the repository in a folder."""
    page = Path(__file__).parents[2] / "docs" / "how-to" / "try-a-canary.md"
    text = page.read_text(encoding="utf-8")
    (plan,) = re.findall(r"^```yaml\n(.*?)^```$", text, re.M | re.S)
    shop.plan.write_text(f"organisation: Corner Shop\n{plan}")
    done(shop.run("plan", "check"))
    here = plan.replace("/srv/backup", str(shop.home / "backup"))
    here = here.replace("file:secrets/restic-password", "file:secrets/repository")
    shop.plan.write_text(f"organisation: Corner Shop\n{here}")
    (typed,) = re.findall(r"^```console\n\$ refloat (.*?)\n```$", text, re.M | re.S)
    words = shlex.split(typed.replace("vault", "shelf").replace("administrators", "staff"))
    assert done(shop.run(*words)).errors.startswith("✓ staff could not delete the canary in shelf")

"""The page on looking ahead: its commands are run, and what it quotes is their output."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from refloat.assess.ahead.forecasting.durations import MEASURED, Duration
from refloat.assess.ahead.forecasting.tasks import PEOPLE, WORKER, Recovery, Task
from refloat.assess.ahead.forecasting.trials import run_middle
from tests.golden.reference_organisation import FOLDER
from tests.support.commands import refloat

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "looking-ahead.md"
TEXT = PAGE.read_text(encoding="utf-8")
_EXAMPLE = re.compile(
    r"^```console run exit=(\d+)\n\$ refloat (.*?)\n```\n\n```text\n(.*?)\n```$", re.M | re.S
)
EXAMPLES = [
    pytest.param(int(code), typed, quoted.splitlines(), id=" ".join(typed.split()[:2]))
    for code, typed, quoted in _EXAMPLE.findall(TEXT)
]
_DRAWN = re.compile(r"[┃│█▓░]")
_INSTANT = "--facts facts --as-of 2026-11-22T09:00:00+11:00"


@cache
def ran(typed: str) -> tuple[int, str]:
    """Give the exit code of a command in a copy of the example, and all that it printed."""
    with TemporaryDirectory() as folder:
        example = Path(shutil.copytree(FOLDER, Path(folder) / "saltbush"))
        ended = refloat(example, *shlex.split(typed))
        assert not (example / ".refloat").exists(), "looking ahead writes nothing"
    assert "Traceback" not in ended.stderr
    return ended.returncode, f"{ended.stdout}\n{ended.stderr}"


def told(typed: str) -> Any:
    return json.loads(ran(f"{typed} --json")[1])


def sentences(found: Any) -> Iterator[str]:
    """Give every text in a JSON value."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict | list):
        for one in found.values() if isinstance(found, dict) else found:
            yield from sentences(one)


def plain(text: str) -> str:
    """Take away what only draws tables and bars."""
    return " ".join(_DRAWN.sub(" ", text).split())


def test_every_command_of_the_page_is_followed_by_what_it_says() -> None:
    assert len(EXAMPLES) == TEXT.count("```console") == 5


@pytest.mark.parametrize(("code", "typed", "quoted"), EXAMPLES)
def test_a_command_says_what_the_page_quotes(code: int, typed: str, quoted: list[str]) -> None:
    ended, printed = ran(typed)
    assert ended == code
    said = [plain(printed), *sentences(told(typed))]
    for line in quoted:
        assert any(plain(line) in one for one in said), line


def test_of_most_data_that_stays_away_a_copy_survives_as_the_page_says() -> None:
    away = [
        one
        for one in told(f"scenario ransomware {_INSTANT}")["data_sets"]
        if one["fate"] == "does not come back"
    ]
    kept = [one for one in away if any(copy["fate"] == "survives" for copy in one["copies"])]
    assert (len(kept), len(away)) == (9, 11)
    assert "Of nine of these eleven data sets a copy survives." in TEXT
    (way,) = {
        copy["way"] for one in away for copy in one["copies"] if copy["fate"] == "can be altered"
    }
    assert f"`{way}`" in TEXT


def test_of_the_pair_of_the_page_either_loss_alone_is_no_end() -> None:
    alone = {
        key: ran(f"scenario --lose {key} {_INSTANT}") for key in ("repo-nas1", "archive-files")
    }
    assert {code for code, _ in alone.values()} == {0}
    assert "No service goes down." in alone["repo-nas1"][1]
    assert "1 of 14 services comes back" in alone["archive-files"][1]
    assert ran(f"scenario --lose repo-nas1 --lose archive-files {_INSTANT}")[0] == 1


def test_the_whole_takes_longer_than_its_parts_as_the_page_says() -> None:
    found = told(f"forecast site:geelong-hq {_INSTANT}")
    known = [one["seconds"]["p80"] for one in found["services"] if one["seconds"]]
    minutes = [int(-(-one // 60)) for one in (max(known), found["whole"]["p80"])]
    assert (len(known), found["trials"]) == (4, 10_000)
    assert "10,000 recoveries are simulated" in TEXT
    assert (
        f"each of four services is back within {minutes[0]} min in 80 of 100 recoveries, "
        f"all four within {minutes[1]} min." in TEXT
    )
    printed = plain(ran(f"forecast site:geelong-hq {_INSTANT}")[1])
    assert "DNS 30 min 15 min and 1 h 1 min measured once" in printed
    assert "30 min, measured once, lie in 9 of 10 recoveries between 15 min and 1 h 1 min" in TEXT


def task(key: str, minutes: int, hands: str, *needs: str) -> Task:
    takes = Duration(minutes * 60.0, 0.0, MEASURED, "")
    return Task(key, key, "application", needs, (frozenset({hands}),), takes)


@pytest.mark.parametrize(
    ("workers", "said"),
    [(1, "enters the key meanwhile: 43 min."), (2, "the key waits 30 min for it: 63 min.")],
)
def test_the_recovery_of_the_page_is_later_with_one_more_worker(workers: int, said: str) -> None:
    tasks = [
        task("database", 10, WORKER),
        task("settings", 3, WORKER),
        task("set up", 30, PEOPLE, "database", "settings"),
        task("enter the key", 3, PEOPLE, "database"),
        task("behind the key", 20, WORKER, "enter the key"),
    ]
    whole = Task("all", "", "application", tuple(one.key for one in tasks))
    recovery = Recovery(
        {one.key: one for one in (*tasks, whole)}, {"application": "all"}, {}, spread=0.0
    )
    middle = run_middle(recovery, {WORKER: workers, PEOPLE: 1})
    assert said.endswith(f": {round(max(middle.ends) / 60)} min.")
    assert said in TEXT

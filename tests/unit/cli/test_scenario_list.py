"""The list of all scenarios: what a line says at a glance, and never too sure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from refloat.app.scenario import ScenarioLine, ScenarioList
from refloat.cli import scenario_list, shared
from refloat.cli.scenario_list import tell_all

LINE = ScenarioLine(
    key="site:hq",
    title="The site hq is lost",
    untouched=3,
    back=2,
    gone=0,
    unknown=0,
    seconds=3600.0,
    loss_seconds=600.0,
    lost_data=0,
)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "✓ 2 1 h 10 min never"),
        ({"back": 0, "untouched": 5}, "all go on never"),
        ({"unfit": 1, "on_unfit": 1}, "? 2 1 h ? 10 min never 1 may not fit 1 needs it"),
        ({"back": 0, "untouched": 5, "unfit": 2}, "? all go on never 2 may not fit"),
        ({"apart": 1}, "✓ 2 1 h 10 min never"),
        ({"seconds": None}, "✓ 2 not known 10 min never"),
        ({"late": 1}, "✓ 2 ✗ 1 h 10 min never"),
        ({"seconds": None, "late": 1}, "✓ 2 ✗ 1 too late; of others not known 10 min never"),
    ],
)
def test_a_line_says_what_comes_back(
    changes: dict[str, Any],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    tell_all(ScenarioList((replace(LINE, **changes),), {}))
    told = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert f"site:hq The site hq is lost {said}" in told


def test_in_little_room_the_names_stay_whole_and_nothing_is_left_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (shared, scenario_list):
        monkeypatch.setattr(module, "room", lambda: 80)
    long = replace(LINE, key="deletion:clinical-settings", gone=4, unknown=2, lost_data=1)
    unfit = replace(LINE, unfit=1, on_unfit=3, tested_at=datetime(2026, 10, 24, tzinfo=UTC))
    tell_all(ScenarioList((long, unfit), {}))
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 80
    assert "│ deletion:clinical-settings │" in told
    said = " ".join(told.replace("│", " ").split())
    for part in ("✗ 4 gone", "? 2 not", "✓ 2 back", "? 2 back", "3 need it", "2026-10-24"):
        assert part in said

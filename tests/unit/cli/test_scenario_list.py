"""The list of all scenarios: what a line says at a glance, and never too sure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refloat.app.scenario import ScenarioLine, ScenarioList
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
    changes: dict[str, float | None],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    tell_all(ScenarioList((replace(LINE, **changes),), {}))  # type: ignore[arg-type]
    told = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert f"site:hq The site hq is lost {said}" in told

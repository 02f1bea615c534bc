"""The helper of the benchmarks: it must not measure what failed, nor the memory of its caller."""

import importlib.util
import json
import sys
import time
from pathlib import Path

import pytest

SPECIFICATION = importlib.util.spec_from_file_location(
    "benchmarks_measure", Path(__file__).parents[3] / "benchmarks" / "measure.py"
)
assert SPECIFICATION is not None
assert SPECIFICATION.loader is not None
measure = importlib.util.module_from_spec(SPECIFICATION)
sys.modules[SPECIFICATION.name] = measure
SPECIFICATION.loader.exec_module(measure)


def test_pairs_are_interleaved_and_the_ratio_is_that_of_the_medians(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    took = {"ours": [9.0, 2.0, 4.0], "theirs": [1.0, 8.0, 2.0]}
    order: list[str] = []

    def once(side: list[str]) -> object:
        (name,) = side
        order.append(name)
        return measure.Sample(took[name].pop(0), 1.0, 1024)

    monkeypatch.setattr(measure, "measure", once)
    result = measure.compare("numbers", ["ours"], ["theirs"], pairs=3, target=1.5)
    assert order == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert (result.seconds, result.baseline_seconds, result.ratio) == (4.0, 2.0, 2.0)
    assert not result.met
    assert result.pair_ratios == (9.0, 0.25, 2.0)
    measure.print_result(result)
    output = capsys.readouterr()
    assert json.loads(output.out)["ratio"] == result.ratio
    assert "MISSED" in output.err


def test_a_side_is_measured_by_its_own_time() -> None:
    slow = measure.measure(lambda: time.sleep(0.05))
    assert slow.seconds >= 0.05
    assert measure.measure(("sleep", "0.05")).seconds >= 0.05


def test_the_peak_of_a_command_is_its_own_and_not_that_of_its_caller() -> None:
    held = bytearray(200 * 2**20)
    small = measure.measure((sys.executable, "-I", "-S", "-c", "pass"))
    large = measure.measure((sys.executable, "-I", "-S", "-c", "x = bytearray(90 * 2**20)"))
    assert small.peak_bytes < 60 * 2**20 < large.peak_bytes < 150 * 2**20
    assert len(held) > large.peak_bytes


@pytest.mark.parametrize("side", [("false",), ("/nowhere/no-such-program",), lambda: 1 // 0])
def test_what_failed_is_not_measured(side: object) -> None:
    with pytest.raises(RuntimeError, match="nothing was measured"):
        measure.measure(side)

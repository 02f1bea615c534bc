"""Comparing one thing with another in the same run: interleaved pairs, medians, a ratio.

Each side runs in a child process of its own, so that neither warms the other up and the peak memory
of each is known. Pairs alternate which side goes first, so that a slow minute of the machine hits
both.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

Side = Callable[[], object] | Sequence[str]


@dataclass(frozen=True)
class Sample:
    """One side, once.

    Attributes:
        seconds: wall clock, from the child's start to its end; of a function, its own time alone.
        processor_seconds: user and system time of the child and of its children that it waited for.
        peak_bytes: the largest resident size of the child, or of its largest child; of a function,
            what this process held when it began included.

    """

    seconds: float
    processor_seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class Result:
    """A comparison.

    Attributes:
        name: what was compared.
        ratio: median of ours over median of the baseline, by wall clock.
        target: the ratio that must not be exceeded.
        met: whether it was not.
        seconds: median of ours.
        baseline_seconds: median of the baseline.
        processor_ratio: the same ratio by processor time.
        peak_bytes: the largest peak of ours.
        baseline_peak_bytes: the largest peak of the baseline.
        pair_ratios: ours over baseline of each pair, to show how much the machine swings.

    """

    name: str
    ratio: float
    target: float
    met: bool
    seconds: float
    baseline_seconds: float
    processor_ratio: float
    peak_bytes: int
    baseline_peak_bytes: int
    pair_ratios: tuple[float, ...]


def compare(
    name: str,
    ours: Side,
    baseline: Side,
    *,
    pairs: int = 5,
    target: float = 1.5,
    before_each: Callable[[], object] = lambda: None,
) -> Result:
    """Run both sides in turn and compare their medians.

    Args:
        name: what is compared.
        ours: a function without arguments, or an argv; run in a child process.
        baseline: what it is held against.
        pairs: how often each side runs; at least five for a figure to quote.
        target: the ratio that must not be exceeded.
        before_each: called before each side runs, outside of what is measured.

    Raises:
        RuntimeError: if a side fails; a time of something that failed is no time.

    """
    samples: tuple[list[Sample], list[Sample]] = ([], [])
    for pair in range(pairs):
        order = (0, 1) if pair % 2 == 0 else (1, 0)
        for side in order:
            before_each()
            samples[side].append(measure((ours, baseline)[side]))
    mine, other = samples
    ratio = _median(mine, "seconds") / _median(other, "seconds")
    return Result(
        name=name,
        ratio=round(ratio, 3),
        target=target,
        met=ratio <= target,
        seconds=round(_median(mine, "seconds"), 4),
        baseline_seconds=round(_median(other, "seconds"), 4),
        processor_ratio=round(
            _median(mine, "processor_seconds") / max(_median(other, "processor_seconds"), 1e-6), 3
        ),
        peak_bytes=max(sample.peak_bytes for sample in mine),
        baseline_peak_bytes=max(sample.peak_bytes for sample in other),
        pair_ratios=tuple(
            round(a.seconds / b.seconds, 3) for a, b in zip(mine, other, strict=True)
        ),
    )


def measure(side: Side) -> Sample:
    """Run one side once in a child process.

    Raises:
        RuntimeError: if it fails.

    """
    return _measure_function(side) if callable(side) else _measure_command(tuple(side))


def print_result(result: Result) -> None:
    """Print one line of JSON on stdout, and a table for people on stderr."""
    print(json.dumps(asdict(result)), flush=True)
    rows = (
        ("", "ours", "baseline", "ratio"),
        (
            "seconds (median)",
            f"{result.seconds:.3f}",
            f"{result.baseline_seconds:.3f}",
            f"{result.ratio:.3f} of at most {result.target} {'met' if result.met else 'MISSED'}",
        ),
        ("processor time", "", "", f"{result.processor_ratio:.3f}"),
        (
            "peak memory (MiB)",
            f"{result.peak_bytes / 2**20:.1f}",
            f"{result.baseline_peak_bytes / 2**20:.1f}",
            "",
        ),
    )
    print(f"\n{result.name}, pairs {', '.join(map(str, result.pair_ratios))}", file=sys.stderr)
    for label, mine, other, ratio in rows:
        print(f"  {label:<20}{mine:>10}{other:>10}  {ratio}".rstrip(), file=sys.stderr)


def _median(samples: Sequence[Sample], attribute: str) -> float:
    return statistics.median(getattr(sample, attribute) for sample in samples)


# The peak that Linux reports for a child includes what its parent held when it forked. So a small
# process of its own starts the command, and reports on a descriptor that the command does not get.
_STARTER = """
import os, sys, time
report, argv = int(sys.argv[1]), sys.argv[2:]
os.set_inheritable(report, False)
start = time.perf_counter()
pid = os.posix_spawnp(argv[0], argv, os.environ)
_, status, usage = os.wait4(pid, 0)
fields = (time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, status)
os.write(report, " ".join(map(repr, fields)).encode())
"""


def _measure_command(argv: tuple[str, ...]) -> Sample:
    reader, writer = os.pipe()
    starter = subprocess.Popen(
        (sys.executable, "-I", "-S", "-c", _STARTER, str(writer), *argv),
        stdout=subprocess.DEVNULL,
        pass_fds=(writer,),
    )
    os.close(writer)
    with os.fdopen(reader) as stream:
        fields = stream.read().split()
    starter.wait()
    code = os.waitstatus_to_exitcode(int(fields[3])) if fields else starter.returncode
    if code != 0:
        raise RuntimeError(f"{argv[0]} ended with {code}; nothing was measured")
    return Sample(float(fields[0]), float(fields[1]), int(fields[2]) * 1024)


def _measure_function(function: Callable[[], object]) -> Sample:
    """Fork, so that the function needs no name that another process can import."""
    reader, writer = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(reader)
            start = time.perf_counter()
            function()
            os.write(writer, repr(time.perf_counter() - start).encode())
            code = 0
        except BaseException:  # noqa: BLE001 - a forked child must never return into its parent's code
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as stream:
        text = stream.read()
    _, status, usage = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status) != 0 or not text:
        raise RuntimeError("a side failed; nothing was measured")
    return Sample(float(text), usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)

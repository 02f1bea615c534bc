"""The recovery as a Gantt chart: rows, lanes and bars in percent of the whole time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from refloat.model.run import DrillRecord, Outcome, StepRecord
from refloat.report._scale import Tick, scale
from refloat.report.words import STAGES, lasted, mark

LANE_HEIGHT = 18


@dataclass(frozen=True)
class Segment:
    """One operation as a bar.

    Attributes:
        stage: the stage's name, for its shade.
        left: percent from the declaration.
        width: percent of the whole.
        top: pixels from the row's top, by its lane.
        critical: whether it lies on the critical path.
        mark: how it ended.
        title: all of it in words.

    """

    stage: str
    left: float
    width: float
    top: int
    critical: bool
    mark: str
    title: str


@dataclass(frozen=True)
class Row:
    """One component, or one operation on the whole.

    Attributes:
        name: of whom or what.
        critical: whether any of its operations lies on the critical path.
        span: from when to when, in words.
        height: pixels.
        segments: its bars.
        stages: its operations and how long each took, in words.
        problems: what went wrong: symbol and sentence.

    """

    name: str
    critical: bool
    span: str
    height: int
    segments: tuple[Segment, ...]
    stages: tuple[str, ...]
    problems: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Timeline:
    """The whole chart.

    Attributes:
        rows: in the order of their beginnings.
        ticks: the axis.
        target_at: where the recovery time objective ends, in percent; None if it is off the scale.
        critical: the critical path in words, with durations.
        stages: the stages that occur, for the key.

    """

    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    target_at: float | None
    critical: tuple[str, ...]
    stages: tuple[tuple[str, str], ...]


def timeline(drill: DrillRecord, name_of: Callable[[str], str]) -> Timeline | None:
    """Draw a drill's steps; None if it has none.

    Args:
        drill: the drill.
        name_of: gives a component's name for people.

    """
    steps = sorted(
        drill.steps,
        key=lambda step: (step.started, step.component is None, step.component or "", step.ended),
    )
    if not steps:
        return None
    total = max(max(step.ended for step in steps), 0.001)
    grouped: dict[str, list[StepRecord]] = {}
    for step in steps:
        grouped.setdefault(step.component or f" {step.stage}", []).append(step)
    target = drill.rto.target_seconds
    occurring = {step.stage for step in steps}
    return Timeline(
        rows=tuple(_row(group, total, name_of) for group in grouped.values()),
        ticks=scale((total,), even=True, room=1.0).ticks,
        target_at=round(100 * target / total, 3) if target and target <= total else None,
        critical=_critical(drill, steps, name_of),
        stages=tuple((css(stage), words) for stage, words in STAGES.items() if stage in occurring),
    )


def css(stage: str) -> str:
    """Give the class name of a stage."""
    return f"stage-{stage.replace(' ', '-')}"


def _row(steps: Sequence[StepRecord], total: float, name_of: Callable[[str], str]) -> Row:
    lanes: list[float] = []
    segments = []
    for step in steps:
        lane = next((n for n, free in enumerate(lanes) if free <= step.started), len(lanes))
        lanes[lane : lane + 1] = [step.ended]
        segments.append(_segment(step, lane, total))
    first, tried = steps[0], [step for step in steps if _tried(step)]
    whole = STAGES.get(first.stage, str(first.stage))
    begin = min((step.started for step in tried), default=0.0)
    end = max((step.ended for step in tried), default=0.0)
    return Row(
        name=name_of(first.component) if first.component else whole[:1].upper() + whole[1:],
        critical=any(step.critical for step in steps),
        span=f"{_clock(begin)} to {_clock(end)}" if tried else "not tried",
        height=LANE_HEIGHT * len(lanes),
        segments=tuple(segments),
        stages=tuple(_stage_words(step) for step in tried) if first.component else (),
        problems=_problems(steps),
    )


def _tried(step: StepRecord) -> bool:
    return step.outcome is not Outcome.COULD_NOT_RUN or step.ended > step.started


def _problems(steps: Sequence[StepRecord]) -> tuple[tuple[str, str], ...]:
    """Give the symbol and a sentence of each thing that went wrong; stages that share it, once."""
    together: dict[tuple[Outcome, str], list[str]] = {}
    for step in steps:
        if step.outcome is not Outcome.PASSED:
            stage = STAGES.get(step.stage, str(step.stage))
            together.setdefault((step.outcome, step.detail), []).append(stage)
    return tuple(
        (mark(outcome), f"{', '.join(stages)}: {outcome}. {detail}")
        for (outcome, detail), stages in together.items()
    )


def _segment(step: StepRecord, lane: int, total: float) -> Segment:
    taken = lasted(max(0.0, step.ended - step.started))
    stage = STAGES.get(step.stage, str(step.stage))
    critical = ", on the critical path" if step.critical else ""
    return Segment(
        stage=css(step.stage),
        left=round(100 * step.started / total, 3),
        width=max(0.3, round(100 * (step.ended - step.started) / total, 3)),
        top=lane * LANE_HEIGHT,
        critical=step.critical,
        mark=mark(step.outcome),
        title=f"{stage}: {taken}, {_ending(step)}{critical}",
    )


def _ending(step: StepRecord) -> str:
    return "done before, in an earlier attempt" if step.repeated else str(step.outcome)


def _stage_words(step: StepRecord) -> str:
    words = f"{STAGES.get(step.stage, str(step.stage))} {lasted(step.ended - step.started)}"
    return f"{words} (done in an earlier attempt)" if step.repeated else words


def _critical(
    drill: DrillRecord, steps: Sequence[StepRecord], name_of: Callable[[str], str]
) -> tuple[str, ...]:
    marked = [step for step in steps if step.critical]
    if not marked:
        return drill.critical_path
    return tuple(
        (f"{name_of(step.component)}: " if step.component else "")
        + f"{STAGES.get(step.stage, str(step.stage))} ({lasted(step.ended - step.started)})"
        for step in marked
    )


def _clock(seconds: float) -> str:
    if seconds < 60:
        return f"{round(seconds, 1):g} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02} h" if hours else f"{minutes}:{rest:02} min"

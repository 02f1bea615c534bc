"""What every kind of data set must keep, for whoever writes one: call these from your own test.

Each function of ``PROMISES`` takes a ``Sample`` (real data of the kind, and what may happen to it)
and the ``Rig`` that it is carried through: an engine with a repository, and a place to restore to.
``tests/conformance/test_data_sets.py`` calls them for every kind that is found.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from refloat.data_sets import DataSet, Source, Target
from refloat.engines import Engine, PathContent, PointDetails, RepositoryAccess
from refloat.model.errors import SourceProblem
from refloat.model.place import Place, Running
from refloat.model.points import Baseline, RecoveryPoint
from refloat.model.run import CheckResult, Outcome, Proof

TIMEOUT = 120.0


@dataclass(frozen=True)
class Sample:
    """Real data of one kind.

    Attributes:
        data_set: the kind.
        source: the data in production; its heartbeat may be written.
        target: the same component, to be put back.
        broken: the same source with options that lead nowhere.
        damages: by name, what a test does to the restored data in the place, each of which the
            comparison must see: a row gone, a file changed.
        lose: takes the data in production away; called before anything is restored. A place
            without walls (``refloat.testing.place``) needs it.
    """

    data_set: DataSet
    source: Source
    target: Target
    broken: Source
    damages: Mapping[str, Callable[[Place], None]]
    lose: Callable[[], None]


@dataclass(frozen=True)
class Rig:
    """What a sample is carried through."""

    engine: Engine
    repository: RepositoryAccess
    place: Place


Promise: TypeAlias = Callable[[Sample, Rig], None]


@dataclass(frozen=True)
class Kept:
    """What a backup left: the point, its baseline, and the heartbeat that is in it."""

    point: RecoveryPoint
    baseline: Baseline
    beat: datetime


def describes_itself(sample: Sample, rig: Rig) -> None:
    """Assert that its name, summary and options are fit for the plan and the reference page."""
    data_set = sample.data_set
    assert re.fullmatch(r"[a-z][a-z0-9_]*", data_set.name)
    assert data_set.summary.endswith(".")
    names = [option.name for option in data_set.options]
    assert len(set(names)) == len(names)
    assert all(option.help.endswith(".") for option in data_set.options)
    assert sum(option.short for option in data_set.options) <= 1
    assert not {"repository", "every", "keep", "heartbeat", "timeout"} & set(names)
    assert data_set.probe().present, data_set.probe().missing


def refuses_what_is_not_there(sample: Sample, rig: Rig) -> None:
    """Assert that a source that leads nowhere is a ``SourceProblem``, before anything is stored."""
    refused = False
    try:
        with sample.data_set.open(sample.broken):
            pass
    except SourceProblem:
        refused = True
    assert refused, "a source that leads nowhere was opened"


def comes_back(sample: Sample, rig: Rig) -> None:
    """Assert that data goes through a backup and a restore and compares equal, heartbeat and all.

    Every damage of the sample is done to the restored data afterwards, and must be seen.
    """
    kept = _back_up(sample, rig)
    _is_shareable(kept.baseline)
    assert sample.data_set.estimate(kept.point) >= kept.point.bytes
    sample.lose()
    running = _put_back(sample, rig, kept)
    try:
        results = _compared(sample, rig, kept)
        assert all(result.outcome is Outcome.PASSED for result in results), results
        assert any(Proof.DATA in result.proves for result in results)
        assert all(result.kind == "baseline" for result in results)
        newest = sample.data_set.newest(rig.place, sample.target)
        assert newest is not None
        assert abs(newest - kept.beat) < timedelta(milliseconds=1)
        for name, damage in sample.damages.items():
            damage(rig.place)
            seen = _compared(sample, rig, kept)
            failed = [one for one in seen if one.outcome is Outcome.FAILED]
            assert any(Proof.DATA in one.proves for one in failed), (name, seen)
    finally:
        if running is not None:
            running.stop(10.0)


PROMISES: tuple[Promise, ...] = (describes_itself, refuses_what_is_not_there, comes_back)
"""Everything that a kind of data set owes, one function each."""


def _back_up(sample: Sample, rig: Rig) -> Kept:
    data_set, source = sample.data_set, replace(sample.source, heartbeat=True)
    writer, reader = rig.engine.writer(rig.repository), rig.engine.reader(rig.repository)
    writer.prepare()
    beat = datetime.now(UTC)
    data_set.beat(source, beat)
    with data_set.open(source) as view:
        assert view.consistency_time >= beat
        stored = writer.store(view.content, timeout=TIMEOUT)
        baseline = view.settle(view.baseline())
        attachments = view.attachments()
        content = view.content
    paths = (
        tuple(str(path) for path in content.paths)
        if isinstance(content, PathContent)
        else (content.file_name,)
    )
    details = PointDetails(
        source.key,
        data_set.name,
        view.consistency_time,
        timedelta(seconds=1),
        view.source_version,
        paths,
    )
    point = writer.seal(stored, details, baseline, attachments)
    read = reader.sealed(point).baseline
    assert (read.kind, read.summary) == (data_set.name, baseline.summary)
    return Kept(point, read, beat)


def _put_back(sample: Sample, rig: Rig, kept: Kept) -> Running | None:
    reader = rig.engine.reader(rig.repository)
    staged = rig.place.staging(sample.source.key)
    restored = reader.restore(kept.point, staged, timeout=TIMEOUT)
    attachments = reader.sealed(kept.point).attachments
    sample.data_set.load(rig.place, sample.target, restored, attachments)
    shutil.rmtree(staged, ignore_errors=True)
    running = sample.data_set.serve(rig.place, sample.target)
    assert (running is not None) == sample.data_set.serves
    for _ in range(600):
        if sample.data_set.ready(rig.place, sample.target):
            return running
        assert running is not None, "what serves nothing is ready at once"
        assert running.alive(), running.last_words()
        time.sleep(0.1)
    raise AssertionError("it never got ready")


def _compared(sample: Sample, rig: Rig, kept: Kept) -> tuple[CheckResult, ...]:
    seen = sample.data_set.inspect(rig.place, sample.target, kept.baseline)
    return sample.data_set.compare(kept.baseline, seen)


def _is_shareable(baseline: Baseline) -> None:
    """Assert that a summary is small and without fractions, as evidence needs it."""
    text = json.dumps(baseline.summary)
    assert len(text) < 64 * 1024
    assert not re.search(r"[:\[,] ?-?\d+\.\d", text), "evidence allows no fractions"

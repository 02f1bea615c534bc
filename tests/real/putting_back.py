"""Carries data sets from their servers into sandboxes, with a plain file instead of an engine."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from refloat.data_sets import DataSet, Source, Target
from refloat.engines import Restored, StreamContent
from refloat.host import process
from refloat.model.place import Running
from refloat.model.points import Baseline
from refloat.model.run import CheckResult, Outcome
from refloat.sandboxes import OpenSandbox, SandboxRequest
from refloat.sandboxes.bubblewrap import ADAPTER as BUBBLEWRAP


@dataclass(frozen=True)
class Kept:
    """What a backup left, as a repository would give it back."""

    content: bytes
    baseline: Baseline
    attachments: Mapping[str, bytes]


def back_up(data_set: DataSet, source: Source) -> Kept:
    """Read a source's stream and its baseline."""
    with data_set.open(source) as view:
        assert isinstance(view.content, StreamContent)
        content = b"".join(
            process.run(
                command.arguments,
                environment=command.environment,
                user=command.user,
                timeout=120,
            ).output
            for command in view.content.commands
        )
        baseline = view.settle(view.baseline())
        return Kept(content, _through_json(baseline), view.attachments())


@contextmanager
def sandbox(folder: Path, user: str, name: str = "box") -> Iterator[OpenSandbox]:
    """Open a sandbox, and see that nothing is left of it."""
    run = f"test-{name}-{secrets.token_hex(3)}"  # as every run's: no two are called the same
    place = BUBBLEWRAP.open(SandboxRequest(run, folder / name, (user,)))
    try:
        yield place
    finally:
        assert place.close().clean


def load(data_set: DataSet, place: OpenSandbox, target: Target, kept: Kept) -> tuple[str, ...]:
    """Put what was kept into a place."""
    staged = place.staging(target.key) / "stream"
    staged.write_bytes(kept.content)
    restored = Restored(((staged, "stream"),), len(kept.content))
    return data_set.load(place, target, restored, kept.attachments)


def serve(data_set: DataSet, place: OpenSandbox, target: Target) -> Running:
    """Start its server and wait until it answers."""
    running = data_set.serve(place, target)
    assert running is not None
    deadline = time.monotonic() + 30
    while not data_set.ready(place, target):
        assert running.alive(), running.last_words()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return running


def compared(
    data_set: DataSet, place: OpenSandbox, target: Target, expected: Baseline
) -> tuple[CheckResult, ...]:
    """Hold what is in the place against a baseline."""
    seen = _through_json(data_set.inspect(place, target, expected))
    return data_set.compare(expected, seen)


def failures(results: tuple[CheckResult, ...]) -> str:
    """Give what failed, as one text; nothing that could not run may hide in it."""
    assert all(result.outcome is not Outcome.COULD_NOT_RUN for result in results), results
    return "; ".join(result.seen for result in results if result.outcome is Outcome.FAILED)


def _through_json(baseline: Baseline) -> Baseline:
    """A repository keeps baselines as JSON."""
    return Baseline(
        baseline.kind,
        baseline.format,
        json.loads(json.dumps(baseline.summary)),
        json.loads(json.dumps(baseline.detail)),
        baseline.changed,
    )

"""What was measured: how long services, and single steps of components, took to come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from refloat.assess import words
from refloat.assess.ahead.forecasting.durations import Sample, usual_spread
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.trials import Trial
from refloat.assess.organisation import Organisation
from refloat.model.facts import DrillFact
from refloat.model.run import Outcome, Stage, Verdict

_SCALES = frozenset({Stage.RESTORE, Stage.LOAD})
"""Stages whose time goes with the volume."""

_NOTICEABLE = 1.0
"""Seconds; what takes less varies for reasons that have nothing to do with a recovery."""


@dataclass(frozen=True)
class Samples:
    """Everything that was measured.

    Attributes:
        steps: by component (empty for what is done for a service as a whole: then the service's
            key stands behind a colon) and stage, the oldest first.
        spread: the usual spread of what was measured more than once.
    """

    steps: Mapping[tuple[str, Stage], Sequence[Sample]]
    spread: float


def samples_of(organisation: Organisation) -> Samples:
    """Collect what was measured by an organisation's instant; only once for each."""
    return organisation.once(_collected)


def _collected(organisation: Organisation) -> Samples:
    steps: dict[tuple[str, Stage], list[Sample]] = {}
    groups: list[Sequence[Sample]] = []
    for basis in organisation.bases.values():
        for drill in basis.drills():
            if drill.record.verdict is Verdict.PROVEN:
                _add(drill, steps)
        groups.append(tests_of(basis))
    groups += [some for some in steps.values() if all(one.seconds >= _NOTICEABLE for one in some)]
    return Samples(steps, usual_spread(some for some in groups if len(some) > 1))


def tests_of(basis: Basis) -> tuple[Sample, ...]:
    """Give what measured a service as a whole, the oldest first; empty if its newest trial did not.

    What was measured before a material change no longer counts beside what was measured after it.
    """
    newest = basis.deciding_trial()
    if newest is None or newest.passed is not True or newest.own_seconds is None:
        return ()
    since = max((one.at for one in basis.changes() if one.at <= newest.at), default=None)
    return tuple(
        Sample(one.own_seconds, one.bytes, f"the test of {words.day(one.at)}")
        for one in basis.trials()
        if _measures(one, basis, newest)
        and one.own_seconds is not None
        and (since is None or one.at >= since)
    )


def stale_since(basis: Basis) -> str:
    """Say what changed since the newest trial; empty if nothing did."""
    newest = basis.deciding_trial()
    later = [one for one in basis.changes() if newest is not None and one.at > newest.at]
    return later[-1].what if later else ""


def _measures(trial: Trial, basis: Basis, newest: Trial) -> bool:
    return (
        trial.passed is True
        and trial.drill is None
        and newest.drill is None
        and trial.counts(basis.plan)
    )


def _add(drill: DrillFact, steps: dict[tuple[str, Stage], list[Sample]]) -> None:
    record = drill.record
    of = f"the drill of {words.day(record.declared_at)}"
    for step in record.steps:
        if step.outcome is not Outcome.PASSED or step.repeated:
            continue
        size = None
        if step.stage in _SCALES and step.component is not None:
            size = step.bytes or record.environment.volume_bytes.get(step.component)
        key = step.component or f":{record.service}"
        steps.setdefault((key, step.stage), []).append(
            Sample(max(0.0, step.ended - step.started), size, of)
        )

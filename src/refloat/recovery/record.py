"""From what happened to what is recorded: a run's story becomes its ``DrillRecord``."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from refloat import __version__
from refloat.assess.ground.representative import representative
from refloat.assess.verdicts.approvals import Approval, approval, objectives_as_stood
from refloat.assess.verdicts.categories import categories
from refloat.assess.verdicts.drill import DrillParts, degraded, drill_verdict
from refloat.host.clock import Instant
from refloat.model.facts import Facts
from refloat.model.place import PlaceFacts, Teardown
from refloat.model.plan import Plan, Strength
from refloat.model.points import CommonRecoveryPoint, RecoveryPoint
from refloat.model.run import (
    DrillRecord,
    Environment,
    Measurement,
    Outcome,
    Stage,
    StepRecord,
    Verdict,
)
from refloat.plan import closure, fingerprint, order, service_fingerprint
from refloat.recovery import measure
from refloat.recovery.journal import Declaration, Story
from refloat.recovery.machine import JOURNEY, Blueprint

CLOCK_JUMP_SECONDS = 2.0
NOTHING = CommonRecoveryPoint(None, timedelta(0), {})


@dataclass(frozen=True)
class Circumstances:
    """What the record needs beside the story.

    Attributes:
        plan: the plan that it ran against.
        facts: what the ledger holds: the approvals.
        common: the chosen points; ``NOTHING`` where none were.
        latest: the newest point of each data set that the repositories held.
        heartbeats: the newest heartbeat or record restored, by data set.
        sandbox: what the sandbox was; None if none was opened.
        teardown: what was left; None if no sandbox was opened.
        trouble: why it could not start, or was stopped; empty if it went its way.
        interrupted: whether somebody stopped it.
    """

    plan: Plan
    facts: Facts
    common: CommonRecoveryPoint
    latest: Mapping[str, RecoveryPoint]
    heartbeats: Mapping[str, datetime]
    sandbox: PlaceFacts | None
    teardown: Teardown | None
    trouble: str
    interrupted: bool = False


def drill_record(story: Story, layout: Blueprint, around: Circumstances) -> DrillRecord:
    """Put everything together, and let the assessment judge it.

    Args:
        story: the run, read out of its journal.
        layout: the recovery's blueprint.
        around: what else the record needs.
    """
    declaration, plan = story.declaration, around.plan
    service = plan.services[declaration.service]
    path = measure.critical_path(layout, story.steps)
    steps = measure.mark_critical(story.steps, path)
    approvals = {one: _approval(story, around, one) for one in service.objectives}
    rto, rpo = _measurements(story, around, steps, approvals)
    known = {one: behind.sentence for one, behind in approvals.items()}
    parts = DrillParts(around.common, steps, story.checks, rto, rpo, around.teardown, known)
    verdict, reasons = drill_verdict(plan, service.key, parts)
    if around.trouble and verdict is Verdict.FAILED:
        reasons = (around.trouble, *reasons)  # what had failed before it was stopped has failed
    elif around.trouble:
        verdict, reasons = Verdict.UNPROVEN, (around.trouble,)
    return DrillRecord(
        run=declaration.run,
        service=service.key,
        service_name=service.name,
        organisation=plan.organisation,
        verdict=verdict,
        reasons=reasons,
        declared_at=declaration.instant.wall,
        ended_at=_later(declaration, story.journey_ended),
        loss_at=declaration.loss_at,
        mode=declaration.mode,
        operator=declaration.operator,
        common_recovery_point=around.common,
        rto=rto,
        rpo=rpo,
        critical_path=tuple(str(operation) for operation in path),
        steps=steps,
        checks=story.checks,
        categories=categories(plan, service.key, steps, story.checks),
        representative=representative(
            plan,
            service.key,
            common=around.common,
            newest=around.latest,
            declared_at=declaration.instant.wall,
            steps=steps,
            checks=story.checks,
        ),
        degraded=degraded(plan, service.key, steps) if _came_to_restore(steps) else (),
        environment=environment(plan, service.key, around.common, around.sandbox),
        objectives=objectives_as_stood(plan, service.key, around.facts, declaration.instant.wall),
        sandbox=around.sandbox,
        teardown=around.teardown,
        notes=(*story.notes, *_clock_set(story)),
        resumed=story.resumed,
        interrupted=around.interrupted,
    )


def _approval(story: Story, around: Circumstances, objective: str) -> Approval:
    at = story.declaration.instant.wall
    return approval(around.plan, story.declaration.service, objective, around.facts, at)


def _measurements(
    story: Story,
    around: Circumstances,
    steps: Sequence[StepRecord],
    approvals: Mapping[str, Approval],
) -> tuple[Measurement, Measurement]:
    declaration, plan = story.declaration, around.plan
    service = plan.services[declaration.service]
    seconds = None
    if story.outcomes.get(JOURNEY) is Outcome.PASSED and story.journey_ended is not None:
        seconds = story.journey_ended.seconds_since(declaration.instant)

    def approved(objective: str) -> bool:
        return objective in approvals and approvals[objective].counts

    return (
        measure.recovery_time(service.objectives.get("rto"), approved("rto"), seconds, steps),
        measure.data_loss(
            service.objectives.get("rpo"),
            approved("rpo"),
            declaration.loss_at,
            around.heartbeats,
            _hard_data_sets(plan, service.key),
        ),
    )


def _later(declaration: Declaration, instant: Instant | None) -> datetime | None:
    """Give an instant of the run as time of day, whatever the machine's clock was set to since."""
    if instant is None:
        return None
    return declaration.instant.wall + timedelta(seconds=instant.seconds_since(declaration.instant))


def _clock_set(story: Story) -> tuple[str, ...]:
    """See whether the machine's clock was set while the run went on."""
    first, last = story.declaration.instant, story.last
    if last is None or last.boot_identity != first.boot_identity:
        return ()
    jump = (last.wall - first.wall).total_seconds() - last.seconds_since(first)
    if abs(jump) < CLOCK_JUMP_SECONDS:
        return ()
    return (
        f"This machine's clock was set {abs(jump):.0f} s {'forward' if jump > 0 else 'back'} while"
        " the drill ran; what it measured is by a clock that no setting moves.",
    )


def unstarted_record(
    declaration: Declaration, organisation: str, plan: str, reasons: tuple[str, ...]
) -> DrillRecord:
    """Make the record of a drill whose plan says nothing that could be drilled.

    Args:
        declaration: what was declared; its fingerprint is the plan's too.
        organisation: whose it is, or ``unknown``.
        plan: the fingerprint of the plan's bytes.
        reasons: why it could not start, in sentences.
    """
    unknown = measure.recovery_time(None, False, None, ())
    return DrillRecord(
        run=declaration.run,
        service=declaration.service,
        service_name=declaration.service,
        organisation=organisation,
        verdict=Verdict.UNPROVEN,
        reasons=reasons,
        declared_at=declaration.instant.wall,
        ended_at=None,
        loss_at=declaration.loss_at,
        mode=declaration.mode,
        operator=declaration.operator,
        common_recovery_point=NOTHING,
        rto=unknown,
        rpo=measure.data_loss(None, False, declaration.loss_at, {}, ()),
        critical_path=(),
        steps=(),
        checks=(),
        categories=(),
        representative={},
        degraded=(),
        environment=Environment(
            plan=plan,
            service=declaration.fingerprint,
            closure=(),
            versions={"refloat": __version__, "python": platform.python_version()},
            volume_bytes={},
        ),
        objectives={},
        sandbox=None,
        teardown=None,
    )


def _came_to_restore(steps: Sequence[StepRecord]) -> bool:
    """Whether points were chosen and a sandbox was there: before that nothing can be missing."""
    passed = {step.stage for step in steps if step.outcome is Outcome.PASSED}
    return {Stage.CHOOSE, Stage.ISOLATE} <= passed


def environment(
    plan: Plan, service: str, common: CommonRecoveryPoint, sandbox: PlaceFacts | None
) -> Environment:
    """Say what a drill ran against, so that a later change can be seen (R-161)."""
    versions = {"refloat": __version__, "python": platform.python_version()}
    for point in common.points.values():
        versions[f"{point.engine} of {point.data_set}"] = point.engine_version
        if point.source_version:
            versions[point.data_set] = point.source_version
    if sandbox is not None:
        versions[sandbox.sandbox] = sandbox.version
    return Environment(
        plan=fingerprint(plan),
        service=service_fingerprint(plan, service),
        closure=tuple(key for wave in order(plan, service) for key in wave),
        versions=dict(sorted(versions.items())),
        volume_bytes={name: point.bytes for name, point in sorted(common.points.items())},
    )


def interrupted_stage(story: Story) -> str:
    """Say what a run was doing when it ended without an end."""
    if story.unfinished:
        return ", ".join(str(operation) for operation in story.unfinished)
    last = story.steps[-1] if story.steps else None
    if last is None:
        return "before its first step"
    return f"after {last.component or ''} {last.stage}".replace("  ", " ")


def _hard_data_sets(plan: Plan, service: str) -> tuple[str, ...]:
    return tuple(
        key
        for key, strength in closure(plan, service).items()
        if strength is Strength.HARD and plan.components[key].protection is not None
    )


def bare_story(declaration: Declaration) -> Story:
    """Give the story of a drill that could not start: declared, and nothing else."""
    return Story(declaration, (), (), (), {}, None, 0, (), False)

"""What a drill proves: the verdict on its parts, with every cause in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from refloat.assess import words
from refloat.assess.ground.proofs import data_sets, dependency_shown, proves_data
from refloat.model.place import Teardown
from refloat.model.plan import ComponentKind, Plan, Strength
from refloat.model.points import CommonRecoveryPoint
from refloat.model.run import (
    CheckResult,
    Measurement,
    Outcome,
    Proof,
    Stage,
    StepRecord,
    Verdict,
)
from refloat.plan import closure, written_out

_SEPARATE_PROOFS = {
    ComponentKind.IDENTITY: (Proof.IDENTITY, "signed in through"),
    ComponentKind.LICENCE: (Proof.LICENCE, "obtained a licence from"),
}
"""R-081: that these answer is not enough; somebody must have been served by them."""

_TROUBLE = {
    Stage.CHOOSE: "no common recovery point could be chosen",
    Stage.ISOLATE: "no sandbox could be opened",
    Stage.PREPARE: "the server of {} could not be prepared",
    Stage.RESTORE: "{} could not be restored",
    Stage.LOAD: "the data of {} could not be put in its place",
    Stage.START: "{} could not be started",
    Stage.READY: "{} did not answer",
    Stage.CHECK: "{} did not pass its checks",
    Stage.JOURNEY: "the checks of {} did not all pass",
    Stage.TAKE_DOWN: "the sandbox could not be taken down",
}
_ORDER = {stage: number for number, stage in enumerate(Stage)}


@dataclass(frozen=True)
class DrillParts:
    """Everything that the verdict on a drill rests on.

    Attributes:
        common: the recovery points that it came back from; empty if it never came to choose.
        steps: every operation that ended, the last attempt of each.
        checks: every check.
        rto: measured recovery time; its ``approved`` says whether the target is.
        rpo: measured loss of data; likewise.
        teardown: what was left; None if no sandbox was opened.
        approvals: by measure, what is known of its approval, in a sentence.
    """

    common: CommonRecoveryPoint
    steps: Sequence[StepRecord]
    checks: Sequence[CheckResult]
    rto: Measurement
    rpo: Measurement
    teardown: Teardown | None
    approvals: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Reason:
    verdict: Verdict
    sentence: str
    about: str | None = None


def drill_verdict(plan: Plan, service: str, parts: DrillParts) -> tuple[Verdict, tuple[str, ...]]:
    """Judge a drill.

    It is proven only when each data set has a passed check that proves its data, everything that
    the service cannot run without came back, the journey exists and is green, identity and licence
    providers have served somebody, RTO and RPO were measured and are within approved objectives,
    and nothing was left behind. What failed or exceeded a target makes it failed; what could not
    run, is missing or not approved, unproven.

    Args:
        plan: the plan that was drilled.
        service: the service's key.
        parts: what the drill showed.

    Returns:
        The verdict, and why it is not proven: failures first, causes before consequences.

    Raises:
        MissingInput: if the plan has no such service.
    """
    found = [*_steps(plan, service, parts), *_checks(plan, service, parts.checks)]
    found += _targets(plan, service, parts)
    found += _left(parts)
    explained = {reason.about for reason in found}
    found += [one for one in _missing(plan, service, parts) if one.about not in explained]
    if not found:
        found += _unmeasured(parts)
    for verdict in (Verdict.FAILED, Verdict.UNPROVEN):
        if any(reason.verdict is verdict for reason in found):
            ordered = sorted(found, key=lambda reason: reason.verdict is not Verdict.FAILED)
            sentences = dict.fromkeys(words.sentence(reason.sentence) for reason in ordered)
            return verdict, tuple(sentences)
    return Verdict.PROVEN, ()


def degraded(plan: Plan, service: str, steps: Iterable[StepRecord]) -> tuple[str, ...]:
    """Say which soft dependencies did not come back, a sentence each.

    Raises:
        MissingInput: if the plan has no such service.
    """
    back = _back(steps)
    name = plan.services[service].name
    return tuple(
        f"{words.component(plan, key)} did not come back; {name} runs without it."
        for key, strength in closure(plan, service).items()
        if strength is Strength.SOFT and key not in back
    )


def required(plan: Plan, service: str) -> frozenset[str]:
    """Name the components whose failure fails a drill: hard ones, and all that have data.

    Raises:
        MissingInput: if the plan has no such service.
    """
    return frozenset(
        key
        for key, strength in closure(plan, service).items()
        if strength is Strength.HARD or plan.components[key].protection is not None
    )


def _back(steps: Iterable[StepRecord]) -> frozenset[str]:
    return frozenset(
        step.component
        for step in steps
        if step.component and step.stage is Stage.CHECK and step.outcome is Outcome.PASSED
    )


def _steps(plan: Plan, service: str, parts: DrillParts) -> Iterator[_Reason]:
    needed = required(plan, service)
    checked = {check.component for check in parts.checks if check.outcome is not Outcome.PASSED}
    chosen = any(
        step.stage is Stage.CHOOSE and step.outcome is Outcome.PASSED for step in parts.steps
    )
    for step in _causes(plan, parts.steps):
        key = step.component or None
        if key is not None and key not in needed:
            continue
        if step.stage in (Stage.CHECK, Stage.JOURNEY) and key in checked:
            continue  # the checks themselves say it better
        name = words.component(plan, key) if key else plan.services[service].name
        trouble = _TROUBLE[step.stage].format(name)
        if step.detail:
            trouble = f"{trouble}: {step.detail}"
        # An empty server that could not be made says nothing of copies that nobody restored.
        tried = chosen or step.stage is not Stage.PREPARE
        verdict = _verdict(step.outcome) if tried else Verdict.UNPROVEN
        yield _Reason(verdict, trouble, key or step.stage.value)


def _causes(plan: Plan, steps: Iterable[StepRecord]) -> list[StepRecord]:
    """Give the steps that did not pass by themselves, not because another did not."""
    bad = [step for step in steps if step.outcome is not Outcome.PASSED]
    broken = {(step.component or "", step.stage) for step in bad}
    general = {stage for key, stage in broken if not key}
    stopped = {key for key, _ in broken if key}

    def consequence(step: StepRecord) -> bool:
        if step.outcome is Outcome.FAILED:
            return False
        earlier = {stage for key, stage in broken if key == (step.component or "")}
        if any(_ORDER[stage] < _ORDER[step.stage] for stage in earlier):
            return True
        if not step.component:
            return step.stage is Stage.JOURNEY and bool(stopped)
        if general & {Stage.CHOOSE, Stage.ISOLATE}:
            return True
        component = plan.components.get(step.component)
        needs = written_out(plan, component.needs) if component is not None else ()
        return any(need.strength is Strength.HARD and need.on in stopped for need in needs)

    causes = [step for step in bad if not consequence(step)]
    return sorted(causes, key=lambda step: (step.ended, step.component or "", _ORDER[step.stage]))


def _checks(plan: Plan, service: str, checks: Iterable[CheckResult]) -> Iterator[_Reason]:
    needed = required(plan, service)
    journey_broken = False
    for check in checks:
        key = check.component
        if check.outcome is Outcome.PASSED or (key is not None and key not in needed):
            continue
        if key is None:
            if journey_broken and check.outcome is Outcome.COULD_NOT_RUN:
                continue  # not asked, because an earlier one did not pass
            journey_broken = True
        of = words.component(plan, key) if key is not None else plan.services[service].name
        if check.outcome is Outcome.FAILED:
            seen = (
                f"expected {check.expected}; seen: {check.seen}" if check.expected else check.seen
            )
            text = f"the check '{check.name}' of {of} failed: {seen}"
        else:
            text = f"the check '{check.name}' of {of} could not run: {check.seen}"
        yield _Reason(_verdict(check.outcome), text, key or Stage.JOURNEY.value)


def _targets(plan: Plan, service: str, parts: DrillParts) -> Iterator[_Reason]:
    name = plan.services[service].name
    for measure, measured in (("rto", parts.rto), ("rpo", parts.rpo)):
        target, seconds = measured.target_seconds, measured.measured_seconds
        if target is None:
            text = f"{name} has no {words.MEASURES[measure]}"
            yield _Reason(Verdict.UNPROVEN, text, measure)
            continue
        if seconds is not None and seconds > target:
            yield _Reason(Verdict.FAILED, exceeded(measure, seconds, target), measure)
        if not measured.approved:
            text = f"Nobody has approved the {words.MEASURES[measure]} of {name}."
            known = parts.approvals.get(measure, text)
            if known != text:
                text = f"{text[:-1]} as the plan has it: {known}"
            yield _Reason(Verdict.UNPROVEN, text, measure)


def exceeded(measure: str, seconds: float, target: float) -> str:
    """Say that a measured time is over its target."""
    took, allowed = words.duration(seconds), words.duration(target)
    if measure == "rto":
        return f"The recovery took {took}; {allowed} is allowed."
    return f"{took} of data would be lost; {allowed} is allowed."


def _left(parts: DrillParts) -> Iterator[_Reason]:
    teardown = parts.teardown
    isolated = any(
        step.stage is Stage.ISOLATE and step.outcome is Outcome.PASSED for step in parts.steps
    )
    if teardown is None:
        if isolated:
            yield _Reason(Verdict.UNPROVEN, "the sandbox was not taken down", "teardown")
        return
    left = (*teardown.processes, *teardown.mounts, *(() if teardown.kept else teardown.folders))
    if left:
        text = f"the drill left something behind: {'; '.join(left)}"
        yield _Reason(Verdict.UNPROVEN, text, "teardown")
    elif not teardown.clean and not teardown.kept:
        yield _Reason(Verdict.UNPROVEN, "the drill left something behind", "teardown")


def _missing(plan: Plan, service: str, parts: DrillParts) -> Iterator[_Reason]:
    """Say which proofs are not there although nothing broke."""
    name = plan.services[service].name
    gone = frozenset(parts.common.missing)
    proved, back = proves_data(parts.checks), _back(parts.steps)
    stopped = any(
        step.component is None and step.outcome is not Outcome.PASSED
        for step in parts.steps
        if step.stage in (Stage.CHOOSE, Stage.ISOLATE)
    )
    if stopped:
        return
    strengths = closure(plan, service)
    for key in data_sets(plan, service):
        of = words.component(plan, key)
        if key in gone:
            yield _Reason(Verdict.UNPROVEN, f"there is no recovery point of {of}", key)
        elif key not in proved:
            yield _Reason(Verdict.UNPROVEN, f"no check proved the data of {of}", key)
    for key, strength in strengths.items():
        if strength is Strength.HARD and key not in back and _stands_alone(plan, key, parts):
            of = words.component(plan, key)
            text = f"{name} cannot run without {of}, which did not come back"
            yield _Reason(Verdict.UNPROVEN, text, key)
    yield from _service_level(plan, service, parts)


def _stands_alone(plan: Plan, key: str, parts: DrillParts) -> bool:
    """Whether a component is away for no reason that another component has given already."""
    back = _back(parts.steps)
    needs = written_out(plan, plan.components[key].needs)
    return all(need.on in back for need in needs if need.strength is Strength.HARD)


def _service_level(plan: Plan, service: str, parts: DrillParts) -> Iterator[_Reason]:
    name = plan.services[service].name
    strengths = closure(plan, service)
    if not any(check.component is None for check in parts.checks):
        if plan.services[service].checks:
            text = f"the drill ended before {name} itself was checked"
        else:
            text = f"the plan has no checks of {name} itself, so nothing shows that it works"
        broken = any(step.outcome is not Outcome.PASSED for step in parts.steps)
        if not (broken and plan.services[service].checks):
            yield _Reason(Verdict.UNPROVEN, text, Stage.JOURNEY.value)
    elif not dependency_shown(parts.steps, parts.checks):
        text = f"no check asked anything that {name} depends on"
        yield _Reason(Verdict.UNPROVEN, text, "dependencies")
    shown = {
        proof for check in parts.checks if check.outcome is Outcome.PASSED for proof in check.proves
    }
    for key, strength in strengths.items():
        separate = _SEPARATE_PROOFS.get(plan.components[key].kind)
        if separate is not None and strength is Strength.HARD and separate[0] not in shown:
            text = f"no check {separate[1]} {words.component(plan, key)}"
            yield _Reason(Verdict.UNPROVEN, text, key)


def _unmeasured(parts: DrillParts) -> Iterator[_Reason]:
    for what, measured in (("recovery time", parts.rto), ("loss of data", parts.rpo)):
        if measured.measured_seconds is None:
            text = f"the {what} was not measured: {measured.explanation or 'nothing says why'}"
            yield _Reason(Verdict.UNPROVEN, text)


def _verdict(outcome: Outcome) -> Verdict:
    return Verdict.FAILED if outcome is Outcome.FAILED else Verdict.UNPROVEN

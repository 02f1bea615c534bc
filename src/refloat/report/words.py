"""The two verdicts as sentences that the owner of a service understands first."""

from __future__ import annotations

import math
from dataclasses import dataclass

from refloat.assess.words import day, duration, instant
from refloat.model.judgement import CopyVerdict, ServiceStatus
from refloat.model.run import DrillRecord, Outcome, Stage, Verdict

STAGES = {
    Stage.CHOOSE: "choose the recovery point",
    Stage.ISOLATE: "open the sandbox",
    Stage.PREPARE: "prepare the server",
    Stage.RESTORE: "restore",
    Stage.LOAD: "load",
    Stage.START: "start",
    Stage.READY: "wait until it answers",
    Stage.CHECK: "check",
    Stage.JOURNEY: "prove the service",
    Stage.TAKE_DOWN: "take the sandbox down",
}
"""The stages of a recovery, as people say them."""


def lasted(seconds: float) -> str:
    """Say how long something took: below a minute to the tenth of a second, rounded up.

    Rounded to the millisecond first, so that 4.9 s less 4.5 s is 0.4 s and not a hair more.
    """
    exact = round(seconds, 3)
    if not 0 <= exact < 60:
        return duration(exact)
    return f"{math.ceil(round(exact * 10, 2)) / 10:g} s"


@dataclass(frozen=True)
class Answer:
    """One verdict for people.

    Attributes:
        question: what is asked.
        word: the verdict in one word.
        mark: ``good``, ``bad`` or ``open``: the symbol beside the word.
        sentence: what it means.
        reasons: why, most important first.
        until: how long it holds; empty where that means nothing.

    """

    question: str
    word: str
    mark: str
    sentence: str
    reasons: tuple[str, ...] = ()
    until: str = ""


def copy_answer(status: ServiceStatus) -> Answer:
    """Say whether there is a copy, and how old it is."""
    verdict, name = status.copy.verdict, status.name
    if verdict is CopyVerdict.YES:
        ages = [one.age_seconds for one in status.copy.data_sets if one.age_seconds is not None]
        old = f" The oldest of the newest copies is {duration(max(ages))} old." if ages else ""
        sentence = f"There is a copy of all the data that {name} cannot run without.{old}"
        return Answer(_COPY, "Yes", "good", sentence, ())
    if verdict is CopyVerdict.NO:
        sentence = f"Data that {name} cannot run without has no copy."
        return Answer(_COPY, "No", "bad", sentence, status.copy.reasons)
    sentence = f"Nobody can say whether the data of {name} has a copy."
    return Answer(_COPY, "Not known", "open", sentence, status.copy.reasons)


def recovery_answer(status: ServiceStatus) -> Answer:
    """Say whether the service would come back in time, and what that rests on."""
    judged, name = status.recovery, status.name
    achieved, target = _achieved(status)
    when = f" on {day(judged.rests_on.at)}" if judged.rests_on else ""
    reasons = tuple(dict.fromkeys((*judged.reasons, *judged.stale)))
    tried = "tested" if _by_others(status) else "drilled"
    if judged.verdict is Verdict.PROVEN:
        allowed = f"; {duration(target)} is allowed" if target is not None else ""
        sentence = f"{name} came back from its backups{_how(status, when, achieved)}{allowed}."
        until = f"It holds until {instant(judged.expires_at)}" if judged.expires_at else ""
        until += ", unless the service changes before." if until else ""
        return Answer(_RECOVERY, "Proven", "good", sentence, reasons, until)
    if judged.verdict is Verdict.FAILED:
        sentence = f"{name} did not come back as promised when it was {tried}{when}."
        if judged.rests_on is None or judged.rests_on.verdict is Verdict.PROVEN:
            before = f"{name} came back when it was {tried}{when}, but " if when else f"{name} "
            subject = "it " if when else ""
            sentence = f"{before}{subject}would not come back as promised now."
        return Answer(_RECOVERY, "Failed", "bad", sentence, reasons)
    what = "test" if _by_others(status) else "drill"
    drilled = f"The {what}{when} does not prove it" if when else "It was never drilled"
    sentence = f"Nobody can say whether {name} would come back in time. {drilled}."
    return Answer(_RECOVERY, "Unproven", "open", sentence, reasons)


def _by_others(status: ServiceStatus) -> bool:
    """Whether the verdict rests on somebody else's test: where that was done is not known."""
    rests_on = status.recovery.rests_on
    return rests_on is not None and rests_on.entry is None


def _how(status: ServiceStatus, when: str, achieved: float | None) -> str:
    """Say how a service came back, as far as it is known."""
    took = lasted(achieved) if achieved is not None else ""
    if _by_others(status):
        return f" in a test{when}" + (f"; with all that it needs that takes {took}" if took else "")
    return f", in isolation,{when}" + (f" in {took}" if took else "")


_COPY = "Is there a copy?"
_RECOVERY = "Would the service come back in time?"


def _achieved(status: ServiceStatus) -> tuple[float | None, float | None]:
    for objective in status.objectives:
        if objective.measure == "rto":
            return objective.achieved_seconds, objective.target_seconds
    return None, None


def mark(outcome: Outcome | Verdict | bool | None) -> str:
    """Give the symbol of an outcome: ``good``, ``bad`` or ``open``."""
    if outcome is None or outcome in (Outcome.COULD_NOT_RUN, Verdict.UNPROVEN):
        return "open"
    return "good" if outcome in (Outcome.PASSED, Verdict.PROVEN, True) else "bad"


def component_outcome(drill: DrillRecord | None, key: str) -> tuple[str, str]:
    """Say how a component fared in a drill: the symbol, and one to three words."""
    outcomes: list[Outcome] = []
    if drill is not None:
        outcomes += [step.outcome for step in drill.steps if step.component == key]
        outcomes += [check.outcome for check in drill.checks if check.component == key]
    if Outcome.FAILED in outcomes:
        return "bad", "failed"
    if Outcome.COULD_NOT_RUN in outcomes:
        return "open", "could not be tried"
    return ("good", "came back") if outcomes else ("open", "not tried")

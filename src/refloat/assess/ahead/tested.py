"""When a scenario was last tried: the scenario itself, and each service that it takes down.

An exercise is one of the scenario that it names, or whose losses it names. What names none is read
from its words: those for its kind, or the name of all that is lost; that is said. But for the two
scenarios that have words, an exercise is also one of a scenario if it restored all services that go
down, or, naming none, practised the one whose part is lost. That data is deleted is also tried by
whatever last restored it. A test of a service shows that it comes back; not that it does in this
scenario.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from refloat.assess import words
from refloat.assess.about import called
from refloat.assess.ahead.aftermath import Aftermath
from refloat.assess.ahead.losses import name_of, written
from refloat.assess.ahead.ready_made import IDENTITY, RANSOMWARE, ready_made
from refloat.assess.ahead.standing import words as words_of
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.trials import Trial
from refloat.assess.verdicts.staleness import stale_trial, trial_expires_at
from refloat.model.ahead import WHOLE, Fate, LastTest, Loss, LossKind, ServiceOutcome, TestResult
from refloat.model.feed import TestLevel
from refloat.model.feed_people import Exercise
from refloat.model.run import Outcome
from refloat.model.stream import standing

_SPOKEN = {
    IDENTITY: (("identity",), ("sign", "in"), ("signing", "in"), ("authentication",), ("logon",)),
    RANSOMWARE: (("ransomware",), ("malware",), ("encrypted",), ("encryption",), ("intruder",)),
}
"""Words with which people say what kind of exercise it was; one group is enough."""

_AWAY = frozenset({"absence", "absent", "away", "ill", "leave", "left", "unreachable", "without"})
"""Words with which people say that somebody was not there; else who is named took part."""

_SHOWED = {True: TestResult.PASSED, False: TestResult.FAILED, None: TestResult.NOTHING}
_DATA = {
    Outcome.PASSED: TestResult.PASSED,
    Outcome.FAILED: TestResult.FAILED,
    Outcome.COULD_NOT_RUN: TestResult.NOTHING,
}
_NEVER = LastTest("", "", "", TestResult.NEVER)


def tested(left: Aftermath, services: Iterable[ServiceOutcome]) -> tuple[LastTest, ...]:
    """Say when a scenario was last tried, and then when each service was that goes down.

    Args:
        left: what the scenario leaves.
        services: what becomes of services.
    """
    if not left.scenario.losses:
        return ()
    down = [one.service for one in services if one.fate is not Fate.UNTOUCHED]
    down = [key for key in down if left.is_down(key)]
    return (_of_scenario(left, frozenset(down)), *(_of_service(left, key) for key in down))


# The scenario


def _of_scenario(left: Aftermath, down: frozenset[str]) -> LastTest:
    feed = left.organisation.facts.feed
    instant = left.organisation.instant
    held = [one for one in standing(feed.exercises, instant) if one.at <= instant]
    found = [one for one in (_exercise(left, one, down) for one in held) if one is not None]
    found += _restored(left)
    return max(found, key=lambda one: (one.at, one.reference), default=_NEVER)


def _exercise(left: Aftermath, one: Exercise, down: frozenset[str]) -> LastTest | None:
    """Tell of an exercise, if it was one of this scenario."""
    says = _says(left, one)
    if says:
        return _held(left, one, by_words=False)
    spoken = left.scenario.key in _SPOKEN
    if not spoken and down and down.issubset(one.restored):
        return _held(left, one, by_words=False)
    if says is None and _by_words(left, one):
        return _held(left, one, by_words=True)
    return None


def _says(left: Aftermath, exercise: Exercise) -> bool | None:
    """Whether an exercise says that it was of this scenario; None if it does not say of which."""
    if not exercise.scenario and not exercise.lost:
        return None
    losses = left.scenario.losses
    theirs: set[str] = set()
    if exercise.scenario:
        known = ready_made(left.organisation).get(exercise.scenario)
        if known is None:
            return False
        theirs.update(map(written, known.losses))
    for text in exercise.lost:
        meant = {written(one) for one in losses if text in (one.key, written(one))}
        if not meant:
            return False
        theirs |= meant
    return theirs == set(map(written, losses))


def _by_words(left: Aftermath, exercise: Exercise) -> bool:
    """Whether the words of an exercise tell of a scenario, or of all that is lost in it."""
    key, losses = left.scenario.key, left.scenario.losses
    said = words_of(f"{exercise.what} {exercise.external_id}")
    if key in _SPOKEN:
        return any(said.issuperset(some) for some in _SPOKEN[key])
    return bool(losses) and all(_names(left, one, said, exercise) for one in losses)


def _names(left: Aftermath, loss: Loss, said: frozenset[str], exercise: Exercise) -> bool:
    """Whether an exercise names what is lost, practised its service or restored it."""
    owners = left.network.graph.owners.get(loss.key, ())
    ours = loss.kind in (LossKind.COMPONENT, LossKind.SERVICE)
    if ours and not {loss.key, *owners}.isdisjoint((*exercise.restored, *exercise.services)):
        return True
    if loss.kind is LossKind.PERSON and said.isdisjoint(_AWAY):
        return False
    names = (words_of(loss.key), words_of(name_of(left.plan, loss)) - {"the"})
    if loss.kind is LossKind.VENDOR:
        names = (names[0] - {"vendor"}, names[1])
    if loss.kind is LossKind.PRODUCTION:
        return any(said.issuperset(some) for some in _SPOKEN[RANSOMWARE])
    return any(one and one <= said for one in names)


def _held(left: Aftermath, one: Exercise, *, by_words: bool) -> LastTest:
    stale: tuple[str, ...] = ()
    every, ago = left.plan.policy.exercise_every, left.organisation.instant - one.at
    if ago > every:
        text = [words.duration(some / timedelta(seconds=1)) for some in (ago, every)]
        stale = (f"It was {text[0]} ago; {text[1]} is the longest.",)
    what = one.what
    done, keys = ("restored", one.restored) if one.restored else ("practised", one.services)
    if keys:
        what = f"{what} ({done}: {words.listed(called(left.plan, key) for key in keys)})"
    return LastTest(
        service="",
        kind="exercise",
        what=what,
        result=TestResult.HELD,
        at=one.at,
        reference=f"{one.source.instance}/exercise/{one.external_id}",
        stale=stale,
        counts_until=one.at + every,
        by_words=by_words,
    )


def _restored(left: Aftermath) -> Iterator[LastTest]:
    """Give the newest restore of the one data set whose deletion a scenario is."""
    losses = left.scenario.losses
    if len(losses) != 1 or losses[0].kind is not LossKind.COMPONENT:
        return
    key = losses[0].key
    start = left.network.owner(key)
    trial = start.last_restore(key) if start is not None else None
    outcome = trial.brought_back(key) if trial is not None else None
    if start is not None and trial is not None and outcome is not None:
        yield _trial(start, trial, "", _DATA[outcome])


# A service


def _of_service(left: Aftermath, key: str) -> LastTest:
    start = left.organisation.bases[key]
    trial = start.deciding_trial()
    if trial is None:
        trial = next(reversed(start.trials()), None)
        if trial is None:
            return LastTest(key, "", "", TestResult.NEVER)
        part = TestResult.PART if trial.passed else _SHOWED[trial.passed]
        return _trial(start, trial, key, part)
    judged = left.organisation.statuses[key].recovery
    if judged.references[:1] != (trial.reference,) or judged.expires_at is None:
        return _trial(start, trial, key, _SHOWED[trial.passed])
    return _told(start, trial, key, _SHOWED[trial.passed], judged.stale, judged.expires_at)


def _trial(start: Basis, trial: Trial, service: str, result: TestResult) -> LastTest:
    old = tuple(one.sentence for one in stale_trial(start, trial))
    return _told(start, trial, service, result, old, trial_expires_at(start, trial))


def _told(
    start: Basis,
    trial: Trial,
    service: str,
    result: TestResult,
    stale: tuple[str, ...],
    until: datetime,
) -> LastTest:
    return LastTest(
        service=service,
        kind="drill" if trial.drill is not None else "restore test",
        what=_what(start, trial),
        result=result,
        at=trial.at,
        reference=trial.reference,
        stale=stale,
        counts_until=until,
    )


def _what(start: Basis, trial: Trial) -> str:
    if trial.drill is not None or trial.level is TestLevel.SERVICE:
        return WHOLE
    names = words.listed(words.component(start.plan, key) for key in trial.data_sets)
    level = trial.level.value
    return f"a part: {level} ({names})" if names else f"a part: {level}"

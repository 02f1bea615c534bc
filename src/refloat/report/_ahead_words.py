"""What is lost and what becomes of it, in words and symbols that an owner understands first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol

from refloat.assess.ahead.misfits import apart
from refloat.assess.ahead.services_left import whole_lost
from refloat.assess.words import abridged, duration
from refloat.model.ahead import CopyFate, Fate, ScenarioOutcome, ServiceOutcome
from refloat.model.forecast import ServiceForecast
from refloat.model.plan import Plan
from refloat.report.words import Answer

MARKS = {
    Fate.UNTOUCHED: "idle",
    Fate.BACK: "good",
    Fate.DEGRADED: "less",
    Fate.UNKNOWN: "open",
    Fate.GONE: "bad",
}
COPY_MARKS = {
    CopyFate.SURVIVES: "good",
    CopyFate.LOST: "bad",
    CopyFate.EXPOSED: "risk",
    CopyFate.SHUT: "shut",
    CopyFate.UNKNOWN: "open",
}
_COME_BACK = (Fate.BACK, Fate.DEGRADED)
_NAMED = 4


class _Named(Protocol):
    @property
    def name(self) -> str: ...


class Names:
    """Names for people of whatever the plan gives a key."""

    def __init__(self, plan: Plan) -> None:
        kinds: tuple[Mapping[str, _Named], ...] = (
            plan.services,
            plan.components,
            plan.repositories,
            plan.platforms,
            plan.vendors,
            plan.people,
        )
        self._names: dict[str, str] = {}
        for kind in kinds:
            for key, one in kind.items():
                self._names.setdefault(key, one.name)

    def of(self, key: str) -> str:
        """Give the name; what is no key of the plan, such as a drawn circle, as it is."""
        return self._names.get(key) or key

    def all_of(self, keys: Sequence[str]) -> tuple[str, ...]:
        """Give the names of some, in their order."""
        return tuple(map(self.of, keys))


def some(names: Sequence[str], most: int = _NAMED) -> str:
    """Join names as people do; of many, the first and how many more there are."""
    return abridged(names, most)


def count(number: int, one: str, many: str) -> str:
    """Say how many there are: ``1 service``, ``3 services``."""
    return f"{number} {one if number == 1 else many}"


def late(one: ServiceOutcome) -> bool:
    """Whether a service comes back after its target."""
    target = one.target_seconds
    return one.seconds is not None and target is not None and one.seconds > target


def goes_on(one: ServiceOutcome) -> bool:
    """Whether a service never goes down, though it may run with less."""
    return one.fate is Fate.UNTOUCHED or (one.fate is Fate.DEGRADED and one.wave is None)


def misfit(one: ServiceOutcome | ServiceForecast) -> str:
    """Say in words to add that a service rests on data that may not fit together; else nothing."""
    if not one.misfits:
        return ""
    return ", may not fit" if one.misfits[0].own else ", on what may not fit"


def fate(one: ServiceOutcome) -> tuple[str, str]:
    """Give the symbol of what becomes of a service, and a few words."""
    mark, word = _fate(one)
    unfit = misfit(one)
    if unfit and one.fate is Fate.UNTOUCHED:
        word = "goes on"
    return unfit_mark(one, mark), f"{word}{unfit}"


def unfit_mark(one: ServiceOutcome | ServiceForecast, mark: str) -> str:
    """Give the symbol of a service for what may not fit together, unless it has a graver one."""
    if not one.misfits or mark not in ("good", "idle", "less"):
        return mark
    return "open" if one.misfits[0].own else "less"


def _fate(one: ServiceOutcome) -> tuple[str, str]:
    if one.fate is Fate.DEGRADED and goes_on(one):
        return "less", "goes on with less"
    if one.fate in _COME_BACK and late(one):
        return "risk", "comes back late"
    if one.fate is Fate.BACK and one.seconds is None:
        return "less", "comes back, nobody knows when"
    return MARKS[one.fate], str(one.fate)


def sentence(outcome: ScenarioOutcome) -> str:
    """Say for the owner, in one breath, what comes back, by when, what not, and who is missed."""
    alone = sum(len(one.duties) for one in outcome.people)
    falls = "duty of those who are away falls", "duties of those who are away fall"
    missed = f" {count(alone, *falls)} to nobody."
    return _services_sentence(outcome) + _data_sentence(outcome) + (missed if alone else "")


def _data_sentence(outcome: ScenarioOutcome) -> str:
    """Say what data stays away, where no service does, so that nobody takes all for well."""
    unfit = len(apart(outcome.groups))
    text = ""
    if unfit:
        cannot = "cannot be brought back to one time"
        text = f" {count(unfit, 'group of data', 'groups of data')} {cannot}{_whose(outcome)}."
    if any(one.fate in (Fate.GONE, Fate.UNKNOWN) for one in outcome.services):
        return text
    for fate, does, do in (
        (Fate.GONE, "data set does not come back", "data sets do not come back"),
        (Fate.UNKNOWN, "data set perhaps does not come back", "data sets perhaps do not come back"),
    ):
        names = [one.name for one in outcome.data_sets if one.lost and one.fate is fate]
        if names:
            text += f" {count(len(names), does, do)}: {some(names)}."
    return text


def _whose(outcome: ScenarioOutcome) -> str:
    """Name whose data it is that may not fit together, and say how many others need it."""
    misfits = [one for one in outcome.services if one.misfits]
    own = [one.name for one in misfits if one.misfits[0].own]
    if not own:
        return ""
    more = len(misfits) - len(own)
    return f", of {some(own)}" + (
        f"; {more} more cannot run without {'it' if len(own) == 1 else 'them'}" if more else ""
    )


def _services_sentence(outcome: ScenarioOutcome) -> str:
    total = len(outcome.services)
    if not total:
        return "The plan names no service, so nothing can be said to come back."
    hit = touched(outcome)
    if not hit:
        return f"No service goes down: {'it goes' if total == 1 else f'all {total} go'} on."
    back = [one for one in hit if one.fate in _COME_BACK]
    names = {found: [one.name for one in hit if one.fate is found] for found in Fate}
    parts = [_come_back(back, len(hit), total)]
    if gone := names[Fate.GONE]:
        parts.append(f"{len(gone)} {'does' if len(gone) == 1 else 'do'} not: {some(gone)}")
    if unknown := names[Fate.UNKNOWN]:
        parts.append(f"of {len(unknown)} nobody can say: {some(unknown)}")
    return "; ".join(parts) + "."


def _come_back(back: Sequence[ServiceOutcome], hit: int, total: int) -> str:
    of = f"{hit} services that go down" if hit < total else count(total, "service", "services")
    if hit == 1 < total:
        of = "1 service that goes down"
    comes = "comes" if len(back) == 1 else "come"
    known = [one.seconds for one in back if one.seconds is not None]
    if not back:
        return f"None of {of} comes back"
    if not known:
        return f"{len(back)} of {of} {comes} back, nobody knows how soon"
    some_of = f", {len(known)} of these" if len(known) < len(back) else ""
    return f"{len(back)} of {of} {comes} back{some_of} within {duration(max(known))}"


def touched(outcome: ScenarioOutcome) -> tuple[ServiceOutcome, ...]:
    """Give the services that go down."""
    return tuple(one for one in outcome.services if not goes_on(one))


def cards(outcome: ScenarioOutcome, *, timed: bool = True) -> tuple[Answer, ...]:
    """Answer what an owner asks first: does it come back, in time, and what is lost for good?

    Args:
        outcome: what becomes of everything.
        timed: whether to answer "in time", which a forecast answers better.
    """
    hit = touched(outcome)
    if not hit:
        return ()
    when = (_time_card(hit),) if timed else ()
    return (_back_card(hit), *when, _data_card(outcome, hit))


def _back_card(hit: Sequence[ServiceOutcome]) -> Answer:
    fates = Counter(one.fate for one in hit)
    back = fates[Fate.BACK] + fates[Fate.DEGRADED]
    misfits = Counter(one.misfits[0].own for one in hit if one.misfits)
    unsure = fates[Fate.UNKNOWN] or misfits
    mark = "bad" if fates[Fate.GONE] else "open" if unsure else "good"
    reasons = []
    if fates[Fate.GONE]:
        reasons.append(f"{count(fates[Fate.GONE], 'does', 'do')} not come back.")
    if fates[Fate.UNKNOWN]:
        reasons.append(f"Of {fates[Fate.UNKNOWN]}, nobody can say.")
    if fates[Fate.DEGRADED]:
        reasons.append(f"{count(fates[Fate.DEGRADED], 'comes', 'come')} back with less.")
    if misfits[True]:
        reasons.append(f"The data of {misfits[True]} may not fit together.")
    if misfits[False]:
        reasons.append(f"{count(misfits[False], 'needs', 'need')} such data of others.")
    return Answer("Do the services come back?", f"{back} of {len(hit)}", mark, "", tuple(reasons))


def _time_card(hit: Sequence[ServiceOutcome]) -> Answer:
    fates = Counter(one.fate for one in hit)
    back = [one for one in hit if one.fate in _COME_BACK]
    slow = sum(map(late, back))
    unknown = sum(one.seconds is None for one in back) + fates[Fate.UNKNOWN]
    aimless = sum(one.target_seconds is None and one.seconds is not None for one in back)
    timely = len(hit) - slow - unknown - aimless - fates[Fate.GONE]
    reasons = []
    if slow:
        reasons.append(f"{count(slow, 'comes', 'come')} back too late.")
    if fates[Fate.GONE]:
        reasons.append(f"{count(fates[Fate.GONE], 'does', 'do')} not come back.")
    if unknown:
        reasons.append(f"Of {unknown}, nobody knows.")
    if aimless:
        reasons.append(f"{count(aimless, 'has', 'have')} no target.")
    mark = "bad" if slow or fates[Fate.GONE] else "open" if unknown or aimless else "good"
    return Answer(
        "Within the time that is allowed?", f"{timely} of {len(hit)}", mark, "", tuple(reasons)
    )


def _data_card(outcome: ScenarioOutcome, hit: Sequence[ServiceOutcome]) -> Answer:
    question = "How much data is lost?"
    lost = [one for one in outcome.data_sets if one.lost]
    if not lost:
        return Answer(question, "None", "good", "No data in use is lost.")
    whole = [one.name for one in lost if whole_lost(one)]
    stuck = sum(one.fate is Fate.GONE for one in lost) - len(whole)
    unknown = sum(one.fate is Fate.UNKNOWN for one in lost)
    over = sum(_loses_too_much(one) for one in hit)
    unfit = len(apart(outcome.groups))
    reasons = []
    if whole:
        reasons.append(f"Nothing is left of {some(whole)}.")
    if stuck:
        reasons.append(f"Of {count(stuck, 'data set', 'data sets')} nothing can be brought back.")
    if unknown:
        reasons.append(f"Of {count(unknown, 'data set', 'data sets')}, nobody can say.")
    if over:
        reasons.append(f"{count(over, 'service loses', 'services lose')} more than is allowed.")
    if unfit:
        reasons.append(f"{count(unfit, 'group does', 'groups do')} not fit together.")
    gone = bool(whole or stuck)
    losses = [one.loss_seconds for one in lost]
    losses += [one.loss_seconds for one in outcome.groups]
    known = [one for one in losses if one is not None]
    if not known:
        word = "All that is hit" if gone and not unknown else "Not known"
        return Answer(question, word, "bad" if gone else "open", "", tuple(reasons))
    mark = "bad" if gone or over else "open" if unknown or unfit else "good"
    longest = f"Up to {duration(max(known))}"
    says = "The newest work of so long, where copies come back."
    return Answer(question, longest, mark, says, tuple(reasons))


def _loses_too_much(one: ServiceOutcome) -> bool:
    lost, target = one.loss_seconds, one.loss_target_seconds
    return lost is not None and target is not None and lost > target

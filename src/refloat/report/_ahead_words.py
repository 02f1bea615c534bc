"""What is lost and what becomes of it, in words and symbols that an owner understands first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

from refloat.assess.words import duration
from refloat.model.ahead import CopyFate, Fate, Loss, LossKind, ScenarioOutcome, ServiceOutcome
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


class Names:
    """Names for people of whatever the plan gives a key."""

    def __init__(self, plan: Plan) -> None:
        self._by_kind: dict[LossKind, Mapping[str, str]] = {
            LossKind.SERVICE: {key: one.name for key, one in plan.services.items()},
            LossKind.COMPONENT: {key: one.name for key, one in plan.components.items()},
            LossKind.REPOSITORY: {key: one.name for key, one in plan.repositories.items()},
            LossKind.PLATFORM: {key: one.name for key, one in plan.platforms.items()},
            LossKind.VENDOR: {key: one.name for key, one in plan.vendors.items()},
            LossKind.PERSON: {key: one.name for key, one in plan.people.items()},
        }
        self._any: dict[str, str] = {}
        for key, name in chain.from_iterable(one.items() for one in self._by_kind.values()):
            self._any.setdefault(key, name)

    def of(self, key: str) -> str:
        """Give the name; what is no key of the plan, such as a drawn circle, as it is."""
        return self._any.get(key) or key

    def all_of(self, keys: Sequence[str]) -> tuple[str, ...]:
        """Give the names of some, in their order."""
        return tuple(map(self.of, keys))

    def loss(self, loss: Loss) -> str:
        """Say what is lost: ``the site geelong-hq``, ``Ben Carter``, ``the repository NAS``."""
        name = self._by_kind.get(loss.kind, {}).get(loss.key) or loss.key
        words = _LOSSES[loss.kind].format(name)
        return f"{words}, for good" if loss.for_good else words


_LOSSES = {
    LossKind.SITE: "the site {}",
    LossKind.FAILURE_DOMAIN: "everything in {}",
    LossKind.AUTHENTICATION_DOMAIN: "signing in to {}",
    LossKind.PRINCIPAL: "{}, in the hands of somebody else",
    LossKind.VENDOR: "the vendor {}",
    LossKind.PERSON: "{}, who is away",
    LossKind.SERVICE: "the service {}",
    LossKind.COMPONENT: "{}",
    LossKind.REPOSITORY: "the repository {}",
    LossKind.PLATFORM: "the platform {}",
    LossKind.PRODUCTION: "everything that runs, and every account of it",
}


def some(names: Sequence[str], most: int = _NAMED) -> str:
    """Join names as people do; of many, the first and how many more there are."""
    if len(names) > most + 1:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)


def count(number: int, one: str, many: str) -> str:
    """Say how many there are: ``1 service``, ``3 services``."""
    return f"{number} {one if number == 1 else many}"


def late(one: ServiceOutcome) -> bool:
    """Whether a service comes back after its target."""
    target = one.target_seconds
    return one.seconds is not None and target is not None and one.seconds > target


def fate(one: ServiceOutcome) -> tuple[str, str]:
    """Give the symbol of what becomes of a service, and one to four words."""
    if one.fate in _COME_BACK and late(one):
        return "risk", "comes back late"
    if one.fate is Fate.BACK and one.seconds is None:
        return "less", "comes back, nobody knows when"
    return MARKS[one.fate], str(one.fate)


def sentence(outcome: ScenarioOutcome) -> str:
    """Say for the owner, in one breath, what comes back, by when, and what does not."""
    total = len(outcome.services)
    if not total:
        return "The plan names no service, so nothing can be said to come back."
    hit = touched(outcome)
    if not hit:
        return f"No service is touched: {'it goes' if total == 1 else f'all {total} go'} on."
    back = [one for one in hit if one.fate in _COME_BACK]
    names = {found: [one.name for one in hit if one.fate is found] for found in Fate}
    parts = [_come_back(back, len(hit), total)]
    if gone := names[Fate.GONE]:
        parts.append(f"{len(gone)} {'does' if len(gone) == 1 else 'do'} not: {some(gone)}")
    if unknown := names[Fate.UNKNOWN]:
        parts.append(f"of {len(unknown)} nobody can say: {some(unknown)}")
    return "; ".join(parts) + "."


def _come_back(back: Sequence[ServiceOutcome], hit: int, total: int) -> str:
    of = f"{hit} services that are hit" if hit < total else count(total, "service", "services")
    if hit == 1 < total:
        of = "1 service that is hit"
    comes = "comes" if len(back) == 1 else "come"
    known = [one.seconds for one in back if one.seconds is not None]
    if not back:
        return f"None of {of} comes back"
    if not known:
        return f"{len(back)} of {of} {comes} back, nobody knows how soon"
    some_of = f", {len(known)} of these" if len(known) < len(back) else ""
    return f"{len(back)} of {of} {comes} back{some_of} within {duration(max(known))}"


def touched(outcome: ScenarioOutcome) -> tuple[ServiceOutcome, ...]:
    """Give the services that do not simply go on."""
    return tuple(one for one in outcome.services if one.fate is not Fate.UNTOUCHED)


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
    mark = "bad" if fates[Fate.GONE] else "open" if fates[Fate.UNKNOWN] else "good"
    reasons = []
    if fates[Fate.GONE]:
        reasons.append(f"{count(fates[Fate.GONE], 'does', 'do')} not come back.")
    if fates[Fate.UNKNOWN]:
        reasons.append(f"Of {fates[Fate.UNKNOWN]}, nobody can say.")
    if fates[Fate.DEGRADED]:
        reasons.append(f"{count(fates[Fate.DEGRADED], 'comes', 'come')} back with less.")
    return Answer("Do the services come back?", f"{back} of {len(hit)}", mark, "", tuple(reasons))


def _time_card(hit: Sequence[ServiceOutcome]) -> Answer:
    back = [one for one in hit if one.fate in _COME_BACK]
    slow = sum(map(late, back))
    unknown = sum(one.seconds is None for one in back)
    aimless = sum(one.target_seconds is None and one.seconds is not None for one in back)
    timely = len(back) - slow - unknown - aimless
    reasons = []
    if slow:
        reasons.append(f"{count(slow, 'comes', 'come')} back too late.")
    if unknown:
        reasons.append(f"Of {unknown}, nobody knows when.")
    if aimless:
        reasons.append(f"{count(aimless, 'has', 'have')} no target.")
    if len(back) < len(hit):
        reasons.append(f"{count(len(hit) - len(back), 'is', 'are')} not known to come back at all.")
    mark = "good" if timely == len(hit) else "bad" if slow or not back else "open"
    return Answer(
        "Within the time that is allowed?", f"{timely} of {len(hit)}", mark, "", tuple(reasons)
    )


def _data_card(outcome: ScenarioOutcome, hit: Sequence[ServiceOutcome]) -> Answer:
    question = "How much data is lost?"
    gone = [one.name for one in outcome.data_sets if one.lost and one.fate is Fate.GONE]
    unknown = sum(one.lost and one.fate is Fate.UNKNOWN for one in outcome.data_sets)
    known = [one.loss_seconds for one in hit if one.loss_seconds is not None]
    over = sum(
        one.loss_seconds > one.loss_target_seconds
        for one in hit
        if one.loss_seconds is not None and one.loss_target_seconds is not None
    )
    reasons = []
    if gone:
        reasons.append(f"Nothing is left of {some(gone)}.")
    if unknown:
        reasons.append(f"Of {count(unknown, 'data set', 'data sets')}, nobody can say.")
    if over:
        reasons.append(f"{count(over, 'service loses', 'services lose')} more than is allowed.")
    if not any(one.lost for one in outcome.data_sets):
        return Answer(question, "None", "good", "No data in use is lost.", ())
    if not known:
        word = "All of it" if gone else "Not known"
        return Answer(question, word, "bad" if gone else "open", "", tuple(reasons))
    mark = "bad" if gone or over else "open" if unknown else "good"
    longest = f"Up to {duration(max(known))}"
    says = "The newest work of so long, where copies come back."
    return Answer(question, longest, mark, says, tuple(reasons))

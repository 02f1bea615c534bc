"""What would survive, and what would come back: scenarios of one organisation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from refloat.assess.ahead.losses import put_together
from refloat.assess.ahead.misfits import apart
from refloat.assess.ahead.ready_made import ready_made, scenario_named
from refloat.assess.ahead.scenario import scenario_outcome
from refloat.assess.ahead.services_left import whole_lost
from refloat.assess.organisation import Organisation
from refloat.model.ahead import Fate, Scenario, ScenarioOutcome, TestResult

LISTED = 20
"""How many scenarios of one kind a list holds; the others are counted."""


@dataclass(frozen=True)
class Wanted:
    """Which scenario somebody asks for.

    Attributes:
        name: the key of a ready-made one, or how it begins; empty for none.
        lose: what is lost, as people name it.
        without: what is lost for good, likewise.
    """

    name: str = ""
    lose: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.name or self.lose or self.without)


@dataclass(frozen=True)
class ScenarioLine:
    """One line on a scenario.

    Attributes:
        key: its name on the command line.
        title: what happens.
        untouched: how many services go on, perhaps without something.
        back: how many come back, degraded ones among them.
        gone: how many do not.
        unknown: of how many nobody can say.
        seconds: when the last is back that comes back; None if nobody knows, or none has to.
        loss_seconds: the most that is lost of the newest data of a service that comes back; None
            if none has to.
        lost_data: how many data sets are lost with every copy.
        late: how many services come back after their target.
        loses_more: how many lose more of their newest data than their target allows.
        alone: how many duties nobody else has than those who are away.
        tested_at: when the scenario itself was last tried; None if never.
        tested_stale: whether that no longer counts, or failed.
        untested: how many of the services that go down were never tested.
        apart: how many groups of data cannot be brought back to one time.
        unfit: how many services come back, or go on, with data of their own in such a group.
        on_unfit: how many others cannot run without these.
    """

    key: str
    title: str
    untouched: int
    back: int
    gone: int
    unknown: int
    seconds: float | None
    loss_seconds: float | None
    lost_data: int
    late: int = 0
    loses_more: int = 0
    alone: int = 0
    tested_at: datetime | None = None
    tested_stale: bool = False
    untested: int = 0
    apart: int = 0
    unfit: int = 0
    on_unfit: int = 0


@dataclass(frozen=True)
class ScenarioList:
    """The scenarios that a plan suggests.

    Attributes:
        scenarios: a line on each.
        left_out: by kind (``deletion``), how many more there are.
    """

    scenarios: tuple[ScenarioLine, ...]
    left_out: dict[str, int]


def chosen(organisation: Organisation, wanted: Wanted) -> Scenario:
    """Give the scenario that somebody asks for.

    Raises:
        UsageProblem, MissingInput: if a name means several things, or nothing.
    """
    start = scenario_named(organisation, wanted.name) if wanted.name else None
    if start is not None and not (wanted.lose or wanted.without):
        return start
    return put_together(organisation, wanted.lose, wanted.without, start)


def outcome(organisation: Organisation, wanted: Wanted) -> ScenarioOutcome:
    """Work out the scenario that somebody asks for.

    Raises:
        UsageProblem, MissingInput: as ``chosen``.
    """
    return scenario_outcome(organisation, chosen(organisation, wanted))


def listed(organisation: Organisation) -> ScenarioList:
    """Give a line on every scenario that the plan suggests; of each kind, no more than a few."""
    shown: list[Scenario] = []
    kinds: Counter[str] = Counter()
    for key, scenario in ready_made(organisation).items():
        kind = key.partition(":")[0]
        kinds[kind] += 1
        if kinds[kind] <= LISTED:
            shown.append(scenario)
    left_out = {kind: count - LISTED for kind, count in kinds.items() if count > LISTED}
    lines = (line(scenario_outcome(organisation, one)) for one in shown)
    return ScenarioList(tuple(lines), left_out)


def line(found: ScenarioOutcome) -> ScenarioLine:
    """Put a scenario's outcome into one line."""
    fates = Counter(one.fate for one in found.services)
    back = [one for one in found.services if one.wave is not None]
    times = [one.seconds for one in back]
    losses = [one.loss_seconds for one in back if one.loss_seconds is not None]
    last = next((one for one in found.tested if not one.service), None)
    groups = apart(found.groups)
    misfits = [one.misfits for one in found.services if one.misfits] if groups else []
    unfit = sum(some[0].own for some in misfits)
    return ScenarioLine(
        key=found.scenario.key,
        title=found.scenario.title,
        untouched=len(found.services) - len(back) - fates[Fate.GONE] - fates[Fate.UNKNOWN],
        back=len(back),
        gone=fates[Fate.GONE],
        unknown=fates[Fate.UNKNOWN],
        seconds=_longest(times),
        loss_seconds=max(losses, default=None),
        lost_data=sum(map(whole_lost, found.data_sets)),
        late=sum(_beyond(one.seconds, one.target_seconds) for one in back),
        loses_more=sum(_beyond(one.loss_seconds, one.loss_target_seconds) for one in back),
        alone=sum(len(one.duties) for one in found.people),
        tested_at=last.at if last is not None else None,
        tested_stale=last is not None and (bool(last.stale) or last.result is TestResult.FAILED),
        apart=len(groups),
        unfit=unfit,
        on_unfit=len(misfits) - unfit,
        untested=sum(one.result is TestResult.NEVER for one in found.tested if one.service),
    )


def verdict(found: ScenarioOutcome) -> int:
    """Give the exit code: 0 if all comes back, 1 if something does not, 2 if nobody can say.

    Something is a service, or data: a service that can do without may go on, and yet it is lost.
    Nobody can say, either, what becomes of data that must be of one time and is not.
    """
    fates = {one.fate for one in found.services}
    fates |= {one.fate for one in found.data_sets if one.lost}
    if Fate.GONE in fates:
        return 1
    alone = any(one.duties for one in found.people)
    return 2 if Fate.UNKNOWN in fates or alone or apart(found.groups) else 0


def _beyond(value: float | None, target: float | None) -> bool:
    return value is not None and target is not None and value > target


def _longest(times: Iterable[float | None]) -> float | None:
    some = list(times)
    known = [one for one in some if one is not None]
    return max(known, default=None) if len(known) == len(some) else None

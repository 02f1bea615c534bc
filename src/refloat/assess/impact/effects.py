"""What a proposed number does to backup frequency, architecture, testing and cost (R-152)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from refloat.assess import words
from refloat.assess.about import called
from refloat.model.impact import (
    ARCHITECTURE,
    ASPECTS,
    BACKUP_FREQUENCY,
    COST,
    TESTING,
    Effect,
)
from refloat.model.judgement import DataSetStatus, ServiceStatus
from refloat.model.plan import Component, Plan, Service

CAPABILITIES = "replication, a standby, orchestration and more frequent testing"
"""What near-zero loss of data and rapid failover take beside copies (R-067)."""


@dataclass(frozen=True)
class Proposal:
    """A number that is about to be approved, and how things stand.

    Attributes:
        plan: the plan with the proposed number.
        subject: key of the service, or of the component for ``retention``.
        measure: which number.
        after: what is proposed, in seconds, or the tier's number.
        before: what was last approved; None if nothing was.
        before_by: who approved that, by name.
        before_at: when.
        status: the service as it is judged; None for ``retention``.
    """

    plan: Plan
    subject: str
    measure: str
    after: int
    before: int | None
    before_by: str
    before_at: datetime | None
    status: ServiceStatus | None

    @property
    def name(self) -> str:
        """The name for people of what it is about."""
        return called(self.plan, self.subject)

    @property
    def service(self) -> Service:
        """The service; not for ``retention``."""
        return self.plan.services[self.subject]

    @property
    def near_zero(self) -> bool:
        """Whether it takes more than periodic copies to lose so little data."""
        limit = self.plan.policy.near_zero.total_seconds()
        return self.measure == "rpo" and self.after <= limit

    @property
    def data_sets(self) -> tuple[DataSetStatus, ...]:
        """The data sets that the service cannot run without; all of them if none is such."""
        every = self.status.copy.data_sets if self.status is not None else ()
        return tuple(one for one in every if one.hard) or every

    def said(self, number: int) -> str:
        """Say a number of this measure."""
        return f"tier {number}" if self.measure == "tier" else words.duration(number)


def interval_of(plan: Plan, one: DataSetStatus) -> float | None:
    """Say how often a data set is copied, in seconds: as planned, else as seen; None if unknown."""
    component = plan.components[one.data_set]
    planned = planned_interval(component)
    return planned.total_seconds() if planned is not None else one.median_interval_seconds


def planned_interval(component: Component) -> timedelta | None:
    """Give the interval at which a component is meant to be copied; None if nobody said."""
    if component.protection is not None:
        return component.protection.every
    return component.watch.every if component.watch is not None else None


def effects(proposal: Proposal) -> tuple[Effect, ...]:
    """Say what a proposal does to each aspect."""
    table = _EFFECTS[proposal.measure]
    return tuple(
        Effect(aspect, *(table[aspect](proposal) if aspect in table else _nothing(aspect)))
        for aspect in ASPECTS
    )


def _nothing(aspect: str) -> tuple[bool | None, str]:
    return False, f"Nothing changes for {_NAMED[aspect]}."


def _rpo_frequency(proposal: Proposal) -> tuple[bool | None, str]:
    allowed = words.duration(proposal.after)
    if not proposal.data_sets:
        return None, f"Nothing of {proposal.name} is copied, so nobody knows."
    unknown: list[str] = []
    rarer: list[str] = []
    for one in proposal.data_sets:
        seconds = interval_of(proposal.plan, one)
        if seconds is None:
            unknown.append(one.name)
        elif seconds > proposal.after:
            rarer.append(f"{one.name} (now every {words.duration(seconds)})")
    if rarer:
        return True, f"At least every {allowed} must be copied: {words.listed(rarer)}."
    if unknown:
        return None, f"Nobody knows how often {words.listed(unknown)} is copied."
    return False, f"All of it is copied at least every {allowed} already."


def _rpo_architecture(proposal: Proposal) -> tuple[bool | None, str]:
    if not proposal.near_zero:
        return False, "Periodic copies can do it."
    standby = " It has a standby already." if proposal.service.standby else ""
    return (
        not proposal.service.standby,
        f"Periodic copies cannot do it: it takes {CAPABILITIES}." + (standby),
    )


def _rto_architecture(proposal: Proposal) -> tuple[bool | None, str]:
    assert proposal.status is not None, "only the retention of a component has no status"
    seconds = proposal.status.objective("rto").achieved_seconds
    if seconds is None:
        return None, f"Nobody has measured how long {proposal.name} takes to come back."
    took = words.duration(seconds)
    if seconds <= proposal.after:
        return False, f"It came back in {took} when it was last tried; that is soon enough."
    late = words.duration(seconds - proposal.after)
    return True, (
        f"It takes {took}, which is {late} too long: shorten its longest steps, let machines do "
        "them, or keep a standby ready."
    )


def _limit_architecture(proposal: Proposal) -> tuple[bool | None, str]:
    rto = proposal.service.objectives.get("rto")
    if rto is None:
        return None, f"Nobody has decided within which time {proposal.name} is to be back."
    seconds = rto.target.total_seconds()
    if seconds <= proposal.after:
        return False, f"It is to be back within {words.duration(seconds)}, which is sooner."
    return True, (
        f"It may take {words.duration(seconds)} to come back, which is later than the business can "
        "bear: that number must become smaller, too."
    )


def _target_testing(proposal: Proposal) -> tuple[bool | None, str]:
    assert proposal.status is not None, "only the retention of a component has no status"
    valid = words.duration(proposal.service.evidence_valid_for.total_seconds())
    seconds = proposal.status.objective(proposal.measure).achieved_seconds
    often = f"{proposal.name} is tested at least every {valid}"
    if seconds is None:
        return True, f"{often}; no test that counts has measured this yet, so one is due."
    measured = words.duration(seconds)
    if seconds > proposal.after:
        return True, f"{often}; the last test measured {measured}, so one that is within is due."
    more = " It should be tested more often than others." if proposal.near_zero else ""
    return proposal.near_zero, f"{often}; the last test measured {measured}, which is within.{more}"


def _rpo_cost(proposal: Proposal) -> tuple[bool | None, str]:
    times = [
        seconds / proposal.after
        for one in proposal.data_sets
        if proposal.after and (seconds := interval_of(proposal.plan, one)) is not None
    ]
    most = max(times, default=None)
    if most is None:
        return None, "Nobody knows: how often copies are made today is not known."
    if most <= 1:
        return False, "No more copies than today are needed."
    more = f"Up to {math.ceil(most)} times as many copies as today are made and kept."
    return True, more + (" The capabilities cost beside." if proposal.near_zero else "")


def _rto_cost(proposal: Proposal) -> tuple[bool | None, str]:
    changes, _ = _rto_architecture(proposal)
    if changes is None:
        return None, "Nobody knows before it has been measured."
    if not changes:
        return False, "Nothing that is there today need be added."
    return True, "Each way to be faster costs something; the options below have room for it."


def _tier_frequency(proposal: Proposal) -> tuple[bool | None, str]:
    return False, "The tier itself changes no copies; its objectives do."


def _tier_architecture(proposal: Proposal) -> tuple[bool | None, str]:
    if proposal.before is None or proposal.before == proposal.after:
        return False, f"It comes back together with the others of tier {proposal.after}."
    where = "before" if proposal.after < proposal.before else "after"
    text = f"In a disaster it now comes back {where} the services of tier {proposal.before}."
    if proposal.after == 1 and not proposal.service.workarounds and not proposal.service.workaround:
        text += " It needs a way to go on working meanwhile, which nobody has written down."
    return True, text


def _tier_testing(proposal: Proposal) -> tuple[bool | None, str]:
    every = proposal.plan.policy.test_every
    now, then = every.get(proposal.after), every.get(proposal.before or 0)
    if now is None:
        return None, f"Nobody has decided how often services of tier {proposal.after} are tested."
    text = f"Services of tier {proposal.after} are tested every {words.duration(_seconds(now))}"
    if then is None or then == now:
        return False, f"{text}."
    return True, f"{text}, instead of every {words.duration(_seconds(then))}."


def _tier_cost(proposal: Proposal) -> tuple[bool | None, str]:
    every = proposal.plan.policy.test_every
    now, then = every.get(proposal.after), every.get(proposal.before or 0)
    if now is None or then is None or now == then:
        return False, "No more tests than today are needed."
    per_year = math.ceil(timedelta(days=365) / now), math.ceil(timedelta(days=365) / then)
    return True, f"Tests in a year: {per_year[0]} instead of {per_year[1]}."


def _retention_architecture(proposal: Proposal) -> tuple[bool | None, str]:
    component = proposal.plan.components[proposal.subject]
    short = [
        words.repository(proposal.plan, key)
        for key in component.repositories
        if key in proposal.plan.repositories
        and (period := proposal.plan.repositories[key].lock.period) is not None
        and period.total_seconds() < proposal.after
    ]
    if not component.repositories:
        return True, f"Nothing keeps copies of {proposal.name}."
    if short:
        return True, f"Copies are locked for a shorter time in: {words.listed(short)}."
    return False, "Where its copies are kept, nothing need change."


def _retention_cost(proposal: Proposal) -> tuple[bool | None, str]:
    if not proposal.before:
        return None, "Nobody knows: nothing was agreed on before."
    if proposal.before == proposal.after:
        return False, "No more room than today is needed."
    percent = round(100 * proposal.after / proposal.before)
    return True, f"Copies are kept for {percent} % of the time, and take room accordingly."


def _seconds(value: timedelta) -> float:
    return value.total_seconds()


_NAMED: Mapping[str, str] = {
    BACKUP_FREQUENCY: "how often copies are made",
    ARCHITECTURE: "how the service is built",
    TESTING: "how it is tested",
    COST: "what it costs",
}
_EFFECTS: Mapping[str, Mapping[str, Callable[[Proposal], tuple[bool | None, str]]]] = {
    "rpo": {
        BACKUP_FREQUENCY: _rpo_frequency,
        ARCHITECTURE: _rpo_architecture,
        TESTING: _target_testing,
        COST: _rpo_cost,
    },
    "rto": {ARCHITECTURE: _rto_architecture, TESTING: _target_testing, COST: _rto_cost},
    "mtpd": {ARCHITECTURE: _limit_architecture},
    "tier": {
        BACKUP_FREQUENCY: _tier_frequency,
        ARCHITECTURE: _tier_architecture,
        TESTING: _tier_testing,
        COST: _tier_cost,
    },
    "retention": {ARCHITECTURE: _retention_architecture, COST: _retention_cost},
}

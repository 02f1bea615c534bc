"""Judges a whole organisation, and judges it again at once when a few more facts have come.

A fact touches the services whose own it is. What is judged of those may change what is judged of
the services that cannot run without them; that is followed for as long as a verdict, or the time
that a recovery takes, changes. Rules of the organisation say what they read, and are asked again
only when some of that has come. The result is the same as if all were judged anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from refloat.assess import eight, words
from refloat.assess.access.isolation import effective_rights
from refloat.assess.ground.index import Index, Touched
from refloat.assess.ground.moment import Moment
from refloat.assess.organisation import Kept, Organisation
from refloat.assess.rule import OrganisationRule
from refloat.assess.rules import ORGANISATION_RULES
from refloat.assess.services import by_severity, judge, service_findings, settle
from refloat.model.facts import Facts
from refloat.model.judgement import Assessment, Finding, ServiceStatus
from refloat.model.maturity import Maturity
from refloat.model.plan import Plan

STATUSES = "statuses"
"""What a rule says that it reads when it reads what was judged of the services."""


@dataclass(frozen=True)
class _Shown:
    """A status with its findings, and what it was made of."""

    status: ServiceStatus
    found: list[Finding]
    whole: ServiceStatus


class Assessor:
    """Keeps what was judged, so that little has to be judged again.

    Args:
        plan: a valid plan.
        facts: the facts that are known so far.
    """

    def __init__(self, plan: Plan, facts: Facts | None = None) -> None:
        self._plan = plan
        self._index = Index(plan, facts or Facts())
        self._moment: Moment | None = None
        self._statuses: dict[str, ServiceStatus] = {}
        self._own: dict[str, tuple[Finding, ...]] = {}
        self._wide: dict[int, tuple[Finding, ...]] = {}
        self._services: dict[str, _Shown] = {}
        self._kept = Kept()

    @property
    def facts(self) -> Facts:
        """All facts that are known so far."""
        return self._index.facts

    def add(self, facts: Facts) -> None:
        """Take more facts in; what they touch is judged again at the next assessment.

        Args:
            facts: facts that are not known yet.
        """
        touched = self._index.add(facts)
        if self._moment is not None:
            self._again(self._moment, touched)

    def assess(self, instant: datetime) -> Assessment:
        """Judge the organisation at an instant.

        Args:
            instant: when, with a time zone; later facts are passed over.
        """
        if self._moment is None or self._moment.instant != instant:
            self._anew(instant)
        assert self._moment is not None
        own = (finding for key in self._plan.services for finding in self._own[key])
        wide = (finding for some in self._wide.values() for finding in some)
        return Assessment(
            organisation=self._plan.organisation,
            as_of=instant,
            services=tuple(self._with_findings()),
            findings=by_severity((*own, *wide)),
            maturity=self._maturity(self._seen(self._moment)),
        )

    def organisation(self, instant: datetime) -> Organisation:
        """Give what was judged of all services at an instant, for whoever asks more of it."""
        if self._moment is None or self._moment.instant != instant:
            self._anew(instant)
        assert self._moment is not None
        return self._seen(self._moment)

    def _maturity(self, seen: Organisation) -> Maturity:
        return eight.maturity(seen, seen.each(_part), effective_rights(seen))

    def _anew(self, instant: datetime) -> None:
        moment = Moment(self._index, instant)
        settle(moment, self._index.graph.settled)
        self._statuses = {key: judge(moment, key) for key in self._plan.services}
        self._own = {
            key: service_findings(moment, status) for key, status in self._statuses.items()
        }
        self._moment = moment
        self._wide = {}
        self._services = {}
        self._kept = Kept()
        self._ask(moment, ORGANISATION_RULES)

    def _again(self, moment: Moment, touched: Touched) -> None:
        services = touched.services
        if "dependencies" in touched.reads:
            services |= moment.see_again()
        moment.forget(services)
        changed = self._settle_again(moment, services)
        before = {key: self._statuses[key] for key in changed}
        for key in changed:
            self._statuses[key] = judge(moment, key)
            self._own[key] = service_findings(moment, self._statuses[key])
        self._kept.forget(changed, touched.reads)
        reads = set(touched.reads)
        if any(before[key] != self._statuses[key] for key in changed):
            reads.add(STATUSES)
        self._ask(moment, [rule for rule in ORGANISATION_RULES if rule.reads & reads])

    def _settle_again(self, moment: Moment, services: Iterable[str]) -> list[str]:
        """Settle services anew, and those above for as long as something changes for them."""
        due, done = set(services), []
        for key in moment.settled:
            if key not in due:
                continue
            before = moment.recoveries[key].verdict
            times = moment.times(key)
            moment.forget_paths(key)
            settle(moment, (key,))
            done.append(key)
            if moment.recoveries[key].verdict is not before or moment.times(key) != times:
                due.update(moment.above(key))
        return done

    def _ask(self, moment: Moment, rules: Iterable[OrganisationRule]) -> None:
        seen = self._seen(moment)
        for rule in rules:
            found = rule.judge(seen)
            self._wide[ORGANISATION_RULES.index(rule)] = tuple(
                replace(finding, sentence=words.begun(finding.sentence), last_seen=moment.instant)
                for finding in found
            )
        self._wide = dict(sorted(self._wide.items()))

    def _seen(self, moment: Moment) -> Organisation:
        return Organisation(
            plan=self._plan,
            facts=self._index.facts,
            instant=moment.instant,
            bases={key: moment.basis(key) for key in self._plan.services},
            statuses=self._statuses,
            kept=self._kept,
        )

    def _with_findings(self) -> Iterable[ServiceStatus]:
        about: dict[str, list[Finding]] = {}
        for findings in (*self._own.values(), *self._wide.values()):
            for finding in findings:
                for key in finding.services:
                    about.setdefault(key, []).append(finding)
        for key, status in self._statuses.items():
            some = about.get(key, [])
            known = self._services.get(key)
            if known is None or known.status is not status or known.found != some:
                known = _Shown(status, some, replace(status, findings=by_severity(some)))
                self._services[key] = known
            yield known.whole


def _part(organisation: Organisation, service: str) -> eight.ServicePart:
    inside = organisation.once(_inside, frozenset())
    return eight.service_part(organisation.bases[service], organisation.statuses[service], inside)


def _inside(organisation: Organisation) -> frozenset[str]:
    return eight.inside_names(organisation.plan)

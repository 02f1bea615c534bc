"""Rules about changes after which the plan is to be looked at again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from refloat.assess import words
from refloat.assess.about import tool_called
from refloat.assess.coverage.arrived import arrivals
from refloat.assess.coverage.no_longer_seen import gone, key_of, upgrades
from refloat.assess.organisation import Organisation
from refloat.assess.rule import OrganisationRule, Rule
from refloat.model.access import PrincipalKind
from refloat.model.feed_people import Change
from refloat.model.judgement import Finding, Severity
from refloat.model.plan import ComponentKind, Plan
from refloat.model.stream import standing

REVIEWED = frozenset({"plan-reviewed", "continuity-plan-approved"})
"""Topics of statements that somebody has looked at the whole plan."""

APPLICATION, VENDOR, IDENTITY, BUSINESS = "application", "vendor", "identity", "business"
CATEGORIES: Mapping[str, tuple[str, str]] = {
    APPLICATION: ("R-157", "the applications"),
    VENDOR: ("R-158", "the vendors and their contracts"),
    IDENTITY: ("R-159", "who has which account and which role"),
    BUSINESS: ("R-160", "what matters to the business"),
}
"""After a change of which the plan is looked at again: the requirement, and how people call it."""

_SPOKEN_OF = 3
"""How many changes a sentence names; all of them are in the inputs."""


@dataclass(frozen=True)
class _Seen:
    """A change that nobody has looked at yet.

    Attributes:
        category: one of ``CATEGORIES``.
        subject: the key that it is about.
        at: when.
        what: what changed, in words.
        services: keys of services that it touches.
    """

    category: str
    subject: str
    at: datetime
    what: str
    services: tuple[str, ...]


@dataclass
class _Map:
    """Which services a key is about; what nobody asks for is not worked out."""

    organisation: Organisation

    def services(self, key: str) -> tuple[str, ...]:
        """Give the services that a service, component, vendor or person has a part in."""
        if key in self.organisation.plan.services:
            return (key,)
        if key in self.organisation.plan.components:
            first = next(iter(self.organisation.bases.values()), None)
            return first.moment.index.graph.owners.get(key, ()) if first is not None else ()
        return self._of_outsiders.get(key, ()) or self._of_copying.get(key, ())

    @cached_property
    def _of_copying(self) -> Mapping[str, tuple[str, ...]]:
        """Give, by tool and by place of copies, the services whose data they hold."""
        found: dict[str, dict[str, None]] = {}
        plan = self.organisation.plan
        for service, basis in self.organisation.bases.items():
            for key in basis.data_sets:
                component = plan.components[key]
                tool = component.watch.platform if component.watch is not None else None
                for one in (*component.repositories, *(() if tool is None else (tool,))):
                    found.setdefault(one, {})[service] = None
        return {key: tuple(some) for key, some in found.items()}

    @cached_property
    def _of_outsiders(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for service, basis in self.organisation.bases.items():
            people = {basis.service.owner, basis.service.technical_owner} - {None}
            for key in (*people, *basis.moment.index.vendors(service)):
                found.setdefault(key or "", {})[service] = None
        return {key: tuple(some) for key, some in found.items()}


def review_due_after_change(organisation: Organisation) -> Iterator[Finding]:
    """Find changes since the plan was last looked at that no later test has covered."""
    feed, read = organisation.facts.feed, organisation.facts.observations
    if not (feed.changes or feed.dependencies or feed.access or read):
        return
    reviewed = max(
        (
            one.at
            for one in standing(feed.attestations, organisation.instant)
            if one.topic in REVIEWED and one.at <= organisation.instant
        ),
        default=None,
    )
    due: dict[str, list[_Seen]] = {}
    touched = _Map(organisation)
    for seen in (*_told(organisation, touched), *_noticed(organisation, touched)):
        if reviewed is None or seen.at > reviewed:
            due.setdefault(seen.category, []).append(seen)
    due.setdefault(IDENTITY, []).extend(
        one for one in _strangers(organisation) if reviewed is None or one.at > reviewed
    )
    for category in CATEGORIES:
        if due.get(category):
            yield _finding(organisation.plan, category, due[category], reviewed)


def _told(organisation: Organisation, touched: _Map) -> Iterator[_Seen]:
    """Give the changes that somebody reported, and that no test of their service covers."""
    for subject, changes in organisation.facts.feed.changes.items():
        for change in standing(changes, organisation.instant):
            category = category_of(organisation.plan, change)
            if category is None or not change.material or change.at > organisation.instant:
                continue
            services = touched.services(subject)
            since = change.at if _copies(organisation.plan, subject) else None
            if not _covered(organisation, category, subject, since, services):
                yield _Seen(category, subject, change.at, change.what, services)


def _noticed(organisation: Organisation, touched: _Map) -> Iterator[_Seen]:
    """Give the changes that nobody reported, but that were seen: versions, things new and gone."""
    for new in arrivals(organisation):
        yield _Seen(APPLICATION, new.name, new.at, f"is new in {new.told_by}", new.services)
    for one in upgrades(organisation):
        key = key_of(organisation, one.name)
        if key is not None:
            what = f"went from {one.before} to {one.now}"
            yield from _unless_tested(organisation, touched, key, one.at, what)
    for gone_one in gone(organisation):
        kind, key = gone_one.having
        since = gone_one.missing_since
        if kind != "vendor" and since is not None:
            what = f"is no longer seen in {gone_one.told_by}"
            yield from _unless_tested(organisation, touched, key, since, what)


def _unless_tested(
    organisation: Organisation, touched: _Map, key: str, at: datetime, what: str
) -> Iterator[_Seen]:
    services = touched.services(key)
    if not _covered(organisation, APPLICATION, key, at, services):
        yield _Seen(APPLICATION, key, at, what, services)


def _strangers(organisation: Organisation) -> Iterator[_Seen]:
    """Give the accounts with power that were seen and that the plan does not know (R-159)."""
    plan = organisation.plan
    powerful = (PrincipalKind.PRIVILEGED, PrincipalKind.BACKUP_ADMINISTRATOR)
    if not any(one.kind in powerful for one in plan.principals.values()):
        return  # the plan names no such accounts at all, so none of them is new
    seen: dict[str, _Seen] = {}
    for fact in standing(organisation.facts.feed.access, organisation.instant):
        known = fact.principal in plan.principals or fact.principal in plan.people
        if fact.allowed and fact.kind in powerful and not known and fact.principal not in seen:
            what = "an account with power over copies, which the plan does not know"
            seen[fact.principal] = _Seen(IDENTITY, fact.principal, fact.observed_at, what, ())
    yield from seen.values()


def _covered(
    organisation: Organisation,
    category: str,
    subject: str,
    since: datetime | None,
    services: Iterable[str],
) -> bool:
    """Whether a change of a service was looked at: by a test since, or it is told of the last one.

    A test does not say whether a contract, a role or a priority still is what the plan says, so
    changes of those are covered by nothing but a look at the plan.

    Args:
        organisation: everything.
        category: which kind of change it is.
        subject: the key that it is about.
        since: when the last test must have been; None where a test from before is told to be stale.
        services: the services that the change touches.
    """
    plan = organisation.plan
    tested = subject in plan.services or subject in plan.components or _copies(plan, subject)
    if not tested or category == BUSINESS or not services:
        return False
    last = [organisation.bases[service].deciding_trial() for service in services]
    return all(one is not None and (since is None or one.at >= since) for one in last)


def _copies(plan: Plan, key: str) -> bool:
    """Whether a key is that of a tool that copies, or of a place of copies."""
    return key in plan.platforms or key in plan.repositories


def category_of(plan: Plan, change: Change) -> str | None:
    """Say which of ``CATEGORIES`` a change is; None for one that asks for no look at the plan.

    A tool that copies, or a place of copies, is an application, too: by it everything comes back.
    """
    if _copies(plan, change.subject) and change.category in {"", "infrastructure"}:
        return APPLICATION
    if change.category:
        return change.category if change.category in CATEGORIES else None
    key = change.subject
    if key in plan.vendors:
        return VENDOR
    if key in plan.people or key in plan.principals:
        return IDENTITY
    component = plan.components.get(key)
    if component is not None and component.kind is ComponentKind.IDENTITY:
        return IDENTITY
    return APPLICATION if component is not None or key in plan.services else None


def _finding(plan: Plan, category: str, due: list[_Seen], reviewed: datetime | None) -> Finding:
    requirement, what = CATEGORIES[category]
    changes = sorted(due, key=lambda one: (one.at, one.subject, one.what))
    named = "; ".join(
        f"{tool_called(plan, one.subject)}: {one.what.rstrip('.')} ({words.day(one.at)})"
        for one in changes[:_SPOKEN_OF]
    )
    more = f"; and {len(changes) - _SPOKEN_OF} more" if len(changes) > _SPOKEN_OF else ""
    since = f"since {words.day(reviewed)}" if reviewed else "since then"
    services = tuple(dict.fromkeys(key for one in changes for key in one.services))
    return Finding(
        "REVIEW_DUE_AFTER_CHANGE",
        (requirement, "R-116"),
        Severity.MEDIUM,
        f"organisation, {category}",
        f"The recovery plan may no longer be right: {what} changed, and nobody has looked at the "
        f"plan {since}. {words.sentence(named + more)}",
        "Look at the plan with the people whom the change concerns, and record that you did.",
        {
            "category": category,
            "changes": tuple(
                {"subject": one.subject, "what": one.what, "at": words.instant(one.at)}
                for one in changes
            ),
        },
        services=services,
        first_seen=changes[0].at,
    )


RULES: tuple[Rule, ...] = (
    OrganisationRule(
        "REVIEW_DUE_AFTER_CHANGE",
        ("R-157", "R-158", "R-159", "R-160", "R-116"),
        "Something changed after which the plan is looked at again, and nobody did.",
        review_due_after_change,
        frozenset({"changes", "tests", "attestations", "dependencies", "access"}),
    ),
)
"""The rules of this file, in the order of their findings."""

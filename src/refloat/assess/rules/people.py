"""Rules about people: who declares, decides, owns and communicates, and can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from refloat.assess import days, words
from refloat.assess.ground.plan_graph import rests_on
from refloat.assess.organisation import Organisation
from refloat.assess.reviewing import completeness
from refloat.assess.reviewing.completeness import Asked
from refloat.assess.reviewing.responsibility import blanks
from refloat.assess.rule import OrganisationRule, Rule
from refloat.model.judgement import Finding, Severity
from refloat.model.organisation import AUDIENCES, Channel
from refloat.model.plan import ComponentKind, Plan

_WRITTEN = (
    *(
        "R-034",
        "R-045",
        "R-048",
        "R-049",
        "R-050",
        "R-051",
        "R-052",
        "R-053",
        "R-054",
        "R-055",
        "R-073",
    ),
    *("R-110", "R-130", "R-131", "R-132", "R-133", "R-134", "R-135", "R-136", "R-140"),
)
_EARLIEST = timedelta(hours=14)
"""How much earlier than in UTC a day begins where it begins first."""
_NAMED = 8
"""So many missing things are named in a sentence; all of them stand in the inputs."""


def plan_incomplete(organisation: Organisation) -> Iterator[Finding]:
    """Something that people will look up in an emergency is not written down."""
    plan = organisation.plan
    supporting = completeness.supporting(plan)
    whole = completeness.of_organisation(plan)
    if completeness.missing(whole):
        yield _incomplete(
            "organisation",
            whole,
            "In an emergency nobody could look up",
            "People would decide that under pressure, while all services wait.",
        )
    for key, service in plan.services.items():
        basis = organisation.bases.get(key)
        own = basis.strengths if basis is not None else ()
        asked = tuple(completeness.of_service(plan, service, own, key in supporting))
        if completeness.missing(asked):
            waiting = words.listed(service.processes) or "the work that rests on it"
            yield _incomplete(
                f"service {key}",
                asked,
                f"When {service.name} fails, nobody can look up",
                f"Meanwhile this waits: {waiting}.",
                (key,),
            )


def _incomplete(
    subject: str, asked: tuple[Asked, ...], before: str, after: str, services: tuple[str, ...] = ()
) -> Finding:
    gaps = completeness.missing(asked)
    named = [one.what for one in gaps[:_NAMED]]
    if len(gaps) > _NAMED:
        named.append(f"{len(gaps) - _NAMED} more things")
    return Finding(
        "PLAN_INCOMPLETE",
        tuple(sorted({one.requirement for one in gaps})),
        Severity.MEDIUM,
        subject,
        f"{before} {words.listed(named)}. {after}",
        f"Write down {gaps[0].what}{', and the rest that is missing' if len(gaps) > 1 else ''}.",
        {
            "missing": tuple(one.what for one in gaps),
            "said": len(asked) - len(gaps),
            "asked": len(asked),
            "percent": completeness.percent(asked),
        },
        services,
    )


def channel_depends_on_production(organisation: Organisation) -> Iterator[Finding]:
    """No place for updates works without our own systems, or none but the usual one does."""
    plan = organisation.plan
    channels = tuple(plan.channels.values())
    resting = {channel.key: _ours(plan, channel) for channel in channels}
    if not channels or any(not resting[channel.key] for channel in channels[1:]):
        return
    if len(channels) == 1 and not resting[channels[0].key]:
        return  # that there is no second place is a gap of the plan
    names = words.listed(
        channel.name or channel.key for channel in channels if resting[channel.key]
    )
    first = not resting[channels[0].key]
    when = "When the usual place for updates is away too" if first else "When our systems are down"
    yield Finding(
        "CHANNEL_DEPENDS_ON_PRODUCTION",
        ("R-050", "R-131"),
        Severity.MEDIUM,
        "organisation",
        f"{when}, nobody can tell staff and customers what is going on: {names} would be down "
        "with them.",
        "Agree on a place for updates that needs nothing of our own, and try it.",
        {"channels": {key: tuple(sorted(keys)) for key, keys in resting.items()}},
    )


def _ours(plan: Plan, channel: Channel) -> frozenset[str]:
    """Give the services and components of ours that a channel needs; a vendor is none."""
    needed = rests_on(plan, channel.needs, hard_only=True)
    return frozenset(key for key in needed if not _vendors(plan, key))


def _vendors(plan: Plan, key: str) -> bool:
    component = plan.components.get(key)
    return component is not None and component.kind is ComponentKind.VENDOR


def contact_not_verified(organisation: Organisation) -> Iterator[Finding]:
    """Somebody with a part in recovery has no telephone number that was tried of late."""
    plan = organisation.plan
    every = plan.policy.contacts_verified_every
    without: list[str] = []
    never: list[str] = []
    late: dict[str, datetime] = {}
    for key in _with_a_part(plan):
        person = plan.people.get(key)
        if person is None or not person.phone:
            without.append(key)
        elif person.verified is None or _not_yet(person.verified, organisation.instant):
            never.append(key)
        elif organisation.instant > _due(person.verified, every):
            late[key] = _due(person.verified, every)
    for key, vendor in plan.vendors.items():
        if vendor.verified is not None and organisation.instant > _due(vendor.verified, every):
            late[key] = _due(vendor.verified, every)
    named = [*without, *never, *late]
    if not named:
        return
    who = words.listed(_called(plan, key) for key in named)
    yield Finding(
        "CONTACT_NOT_VERIFIED",
        ("R-130", "R-143"),
        Severity.MEDIUM,
        "organisation",
        f"It is not known that {who} can be reached by telephone when our systems are down. "
        "Decisions would wait until they are found.",
        "Ring each of them on a number that works without our systems, and write down the day.",
        {"no_number": tuple(without), "never_tried": tuple(never), "too_long_ago": tuple(late)},
        first_seen=min(late.values()) if late and not without and not never else None,
    )


def _called(plan: Plan, key: str) -> str:
    return plan.vendors[key].name if key in plan.vendors else words.person(plan, key)


def _due(verified: date, every: timedelta) -> datetime:
    return days.later(days.begin(verified), every)


def _not_yet(verified: date, instant: datetime) -> bool:
    """Whether a day has begun nowhere on earth: what is said to happen then has not."""
    return verified > (instant.astimezone(UTC) + _EARLIEST).date()


def _with_a_part(plan: Plan) -> tuple[str, ...]:
    """Name everybody whose word recovery waits for, and who stands in for them, each once."""
    who = plan.authority
    named = (
        *who.declare,
        *who.decide,
        *who.lead,
        who.communicate,
        *who.administer_backups,
        *who.approve_restores,
        *(one.approver for one in plan.communications.values()),
        *(one.deputy for one in plan.communications.values()),
    )
    keys = [key for key in named if key is not None]
    deputies = [plan.people[key].deputy for key in keys if key in plan.people]
    return tuple(dict.fromkeys((*keys, *(key for key in deputies if key is not None))))


def communication_not_approved(organisation: Organisation) -> Iterator[Finding]:
    """Nobody is named who approves urgent communication to an audience."""
    plan = organisation.plan
    if not plan.services:
        return
    for audience in AUDIENCES:
        if completeness.communication(plan, audience).approver is None:
            yield Finding(
                "COMMUNICATION_NOT_APPROVED",
                (completeness.AUDIENCE_ROWS[audience],),
                Severity.MEDIUM,
                f"communication {audience}",
                f"Nobody is named who may approve what is said to {_AUDIENCES[audience]} in an "
                "emergency. They would hear nothing, or hear it too late.",
                f"Name who approves urgent {audience} communication, with a deputy and a text.",
                {"audience": audience},
            )


_AUDIENCES = {"customer": "customers", "supplier": "suppliers", "regulatory": "the regulator"}


def restore_approver_is_requester_only(organisation: Organisation) -> Iterator[Finding]:
    """Somebody may ask for a restore that nobody but they themselves may approve."""
    plan = organisation.plan
    who = plan.authority
    approvers = frozenset(who.approve_restores)
    alone = [key for key in dict.fromkeys(who.request_restores) if approvers == {key}]
    for key in alone:
        name = words.person(plan, key)
        yield Finding(
            "RESTORE_APPROVER_IS_REQUESTER_ONLY",
            ("R-034",),
            Severity.MEDIUM,
            f"person {key}",
            f"When {name} asks for data to be restored, nobody else may approve it: nobody would "
            "notice data that is overwritten or taken away by mistake or on purpose.",
            f"Name somebody beside {name} who may approve a restore.",
            {"requester": key, "approvers": tuple(sorted(approvers))},
        )


def responsibility_blank(organisation: Organisation) -> Iterator[Finding]:
    """The plan's table of responsibilities leaves cells empty."""
    found = blanks(organisation.plan)
    if found:
        named = words.listed(f"{area} at {party}" for area, party in found[:_NAMED])
        more = f", and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        yield Finding(
            "RESPONSIBILITY_BLANK",
            ("R-108",),
            Severity.MEDIUM,
            "organisation",
            f"Nobody is responsible for {named}{more}. Each may believe that another does it, "
            "until data is lost.",
            "Agree with each party what it is responsible for, or write that it has no part.",
            {"blank": tuple(f"{area}/{party}" for area, party in found)},
        )


RULES: tuple[Rule, ...] = (
    OrganisationRule(
        "CHANNEL_DEPENDS_ON_PRODUCTION",
        ("R-050", "R-131"),
        "No place for updates works without our own systems, or none but the usual one does.",
        channel_depends_on_production,
    ),
    OrganisationRule(
        "COMMUNICATION_NOT_APPROVED",
        ("R-132", "R-133", "R-134"),
        "Nobody is named who approves urgent communication to an audience.",
        communication_not_approved,
    ),
    OrganisationRule(
        "CONTACT_NOT_VERIFIED",
        ("R-130", "R-143"),
        "Somebody with a part in recovery has no telephone number that was tried of late.",
        contact_not_verified,
    ),
    OrganisationRule(
        "RESTORE_APPROVER_IS_REQUESTER_ONLY",
        ("R-034",),
        "Somebody may ask for a restore that nobody but they themselves may approve.",
        restore_approver_is_requester_only,
    ),
    OrganisationRule(
        "RESPONSIBILITY_BLANK",
        ("R-108",),
        "The plan's table of responsibilities leaves cells empty.",
        responsibility_blank,
    ),
    OrganisationRule(
        "PLAN_INCOMPLETE",
        _WRITTEN,
        "Something that people will look up in an emergency is not written down.",
        plan_incomplete,
    ),
)
"""The rules of this file, in the order of their findings."""

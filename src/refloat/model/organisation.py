"""What an organisation writes down beside its services: rights, vendors, authority, ways to work.

All of it is frozen and part of the plan: what somebody *says* is so. What was *seen* are facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from refloat.model.dependency import Dependency


@dataclass(frozen=True)
class Platform:
    """Somebody's backup tool that Refloat watches and does not run.

    Attributes:
        key: its name in the plan.
        name: what it is, for people.
        needs: what must be there so that somebody can sign in to it and restore.
        sign_in: which accounts open it, in words ("domain accounts", "local").
        break_glass: whether a sealed account opens it when ``needs`` are away.
        key_kept: where the keys of its copies are kept; empty if nobody said.
        administrator: key of the person who runs it; None if nobody said.
    """

    key: str
    name: str
    needs: tuple[Dependency, ...] = ()
    sign_in: str = ""
    break_glass: bool = False
    key_kept: str = ""
    administrator: str | None = None


@dataclass(frozen=True)
class Watch:
    """That somebody else's tool copies a component's data set: Refloat watches it.

    Attributes:
        platform: key of the platform; None if nobody said.
        copies: keys of the repositories that keep the copies; empty if nothing copies it.
        every: the interval that is meant to be kept; None if nobody said.
        kept_for: how long the platform is set to keep copies; None if nobody said.
    """

    platform: str | None = None
    copies: tuple[str, ...] = ()
    every: timedelta | None = None
    kept_for: timedelta | None = None


@dataclass(frozen=True)
class Escalation:
    """Whom to call when nothing has happened for a time.

    Attributes:
        who: a person's key, or words for somebody outside.
        after: how long after the first call; zero for the first.
    """

    who: str
    after: timedelta = timedelta(0)


@dataclass(frozen=True)
class Vendor:
    """Somebody outside whom recovery needs.

    Attributes:
        key: the name in the plan.
        name: the name for people.
        contact: a telephone number or address; empty if nobody said.
        hours: when they answer ("24x7", "business"); empty if nobody said.
        customer_number: what they ask for first; empty if nobody said.
        contract: a reference of the contract; empty if nobody said.
        contract_end: when it ends; None if nobody said.
        access: how they get in, or how we get in with them; empty if nobody said.
        verified: when somebody last tried the contact; None if never.
        escalation: whom to call next, in order.
        commitments: by service, how long their recovery may take, as they promise.
        outage_limits: by service, the longest outage that their contract allows us.
        provider: whether they look after our recovery (a managed service provider).
    """

    key: str
    name: str
    contact: str = ""
    hours: str = ""
    customer_number: str = ""
    contract: str = ""
    contract_end: date | None = None
    access: str = ""
    verified: date | None = None
    escalation: tuple[Escalation, ...] = ()
    commitments: Mapping[str, timedelta] = field(default_factory=dict)
    outage_limits: Mapping[str, timedelta] = field(default_factory=dict)
    provider: bool = False


@dataclass(frozen=True)
class Authority:
    """Who may do what when it matters: keys of people.

    Attributes:
        declare: may declare an incident.
        decide: make the decisions.
        lead: leads the recovery, then their deputy.
        communicate: owns communication; None if nobody said.
        administer_backups: administer backups.
        request_restores: may ask for a restore.
        approve_restores: may approve one that somebody else asked for.
        facilitate_exercises: runs exercises; None if nobody said.
    """

    declare: tuple[str, ...] = ()
    decide: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    communicate: str | None = None
    administer_backups: tuple[str, ...] = ()
    request_restores: tuple[str, ...] = ()
    approve_restores: tuple[str, ...] = ()
    facilitate_exercises: str | None = None


@dataclass(frozen=True)
class Channel:
    """A place where updates are published.

    Attributes:
        key: its name in the plan.
        name: what it is, for people.
        needs: the services and components that it needs itself.
    """

    key: str
    name: str
    needs: tuple[Dependency, ...] = ()


AUDIENCES = ("customer", "supplier", "regulatory")
"""To whom urgent communication must be approved (R-132 to R-134)."""


@dataclass(frozen=True)
class Communication:
    """Who approves urgent communication to one audience.

    Attributes:
        audience: one of ``AUDIENCES``.
        approver: key of the person; None if nobody said.
        deputy: who stands in; None if nobody.
        template: where the prepared text is; empty if there is none.
        recipient: the regulator, where the audience is one; empty if nobody said.
        trigger: what makes it due, in words; empty if nobody said.
        deadline: how long after the trigger it is due; None if nobody said.
    """

    audience: str
    approver: str | None = None
    deputy: str | None = None
    template: str = ""
    recipient: str = ""
    trigger: str = ""
    deadline: timedelta | None = None


@dataclass(frozen=True)
class Facility:
    """Another place to work from.

    Attributes:
        key: its name in the plan.
        name: what it is, for people.
        needs: what it needs itself.
    """

    key: str
    name: str
    needs: tuple[Dependency, ...] = ()


@dataclass(frozen=True)
class Location:
    """Where a document can be read.

    Attributes:
        where: in words.
        needs: the services and components without which it cannot be read there.
    """

    where: str
    needs: tuple[Dependency, ...] = ()


@dataclass(frozen=True)
class Document:
    """Recovery instructions, contacts, or both.

    Attributes:
        key: its name in the plan.
        content: what is in it ("recovery instructions", "contacts", "vendors").
        locations: everywhere that it can be read.
    """

    key: str
    content: tuple[str, ...]
    locations: tuple[Location, ...] = ()


@dataclass(frozen=True)
class Exclusion:
    """Something that is left out of protection on purpose.

    Attributes:
        what: in words, or a component's key.
        component: the component that is meant; None if it is none of the plan's.
        reason: why.
        approved_by: key of the person; None if nobody.
        until: when the decision ends; None if nobody said.
    """

    what: str
    component: str | None = None
    reason: str = ""
    approved_by: str | None = None
    until: date | None = None


@dataclass(frozen=True)
class Workaround:
    """How essential work of a service goes on meanwhile.

    Attributes:
        name: what it is, for people ("manual appointment list"); one name once a service.
        how: what people do.
        data: the classification of what they handle: ``none``, ``internal``, ``personal``,
            ``health``, ``financial`` or other words; empty if nobody said.
        controls: what keeps that data safe.
        approved_by: key of the owner who agreed; None if nobody.
        usable_for: the longest time that it can be kept up; None if nobody said.
        way_back: how what was done is entered afterwards; empty if nobody said.
        disposal: how its data is destroyed afterwards; empty if nobody said.
        source: where its data comes from: words, or the key of a component that Refloat backs up;
            empty if nobody said.
        refreshed_every: how old its data may be; None if it has none, or nobody said.
        location: where it lies; empty if nobody said.
        encrypted_for: public keys of age that an export of its data is encrypted for; empty where
            Refloat makes no export.
        key_kept: where the private key is kept; empty if nobody said.
    """

    name: str
    how: str
    data: str = ""
    controls: tuple[str, ...] = ()
    approved_by: str | None = None
    usable_for: timedelta | None = None
    way_back: str = ""
    disposal: str = ""
    source: str = ""
    refreshed_every: timedelta | None = None
    location: str = ""
    encrypted_for: tuple[str, ...] = ()
    key_kept: str = ""


@dataclass(frozen=True)
class WrittenStep:
    """One step of a recovery as somebody wrote it down; steps stand in the order to follow.

    Attributes:
        name: the action.
        needs: names of steps of the same service that must be done before.
        brings_back: the component that it brings back; None if none.
        who: key of the person who does it; None if it is automatic or nobody said.
        automatic: whether a machine does it.
        takes: the estimate; None if nobody said.
        verify: how one sees that it worked; empty if nobody said.
        signs_in_with: what one must sign in to for it: services or components.
    """

    name: str
    needs: tuple[str, ...] = ()
    brings_back: str | None = None
    who: str | None = None
    automatic: bool = False
    takes: timedelta | None = None
    verify: str = ""
    signs_in_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class Policy:
    """What the organisation holds itself to, where services say nothing else.

    Attributes:
        test_every: by tier, how long the test of a whole service counts.
        exercise_every: how long an exercise counts.
        skew: the largest spread of a common recovery point.
        near_zero: recovery point objectives up to this need more than periodic copies.
        contacts_verified_every: how long a tried telephone number counts.
        integrity_verified_every: how long a verification of copies counts.
        access_seen_every: how long a look at rights counts.
        plan_reviewed_every: how long an approval of the whole plan counts.
        renewal_reminder: how long before a contract ends somebody is reminded.
        poor_evidence_counts: whether a statement alone may make a control effective.
        file_tests_count: whether the restore of single files counts as a test of a service.
        essential_eight_target: the maturity level that the organisation aims at, 0 to 3.
        standards: ids of other standards that it answers to.
        observed_for: how long an observed dependency counts as still there.
        restore_requests_stand: how long a request for a restore can be approved and carried out.
    """

    test_every: Mapping[int, timedelta] = field(
        default_factory=lambda: {
            1: timedelta(days=92),
            2: timedelta(days=184),
            3: timedelta(days=366),
        }
    )
    exercise_every: timedelta = timedelta(days=366)
    skew: timedelta = timedelta(minutes=15)
    near_zero: timedelta = timedelta(minutes=5)
    contacts_verified_every: timedelta = timedelta(days=366)
    integrity_verified_every: timedelta = timedelta(days=92)
    access_seen_every: timedelta = timedelta(days=92)
    plan_reviewed_every: timedelta = timedelta(days=366)
    renewal_reminder: timedelta = timedelta(days=120)
    poor_evidence_counts: bool = False
    file_tests_count: bool = False
    essential_eight_target: int = 1
    standards: tuple[str, ...] = ()
    observed_for: timedelta = timedelta(days=92)
    restore_requests_stand: timedelta = timedelta(hours=24)

"""A plan, as it is understood: who, what for, made of what, protected how, and put back how.

All of it is frozen. Paths are text as the plan wrote them, relative to the plan's folder; the plan
itself does no reading. A *component key* is also the name of its data set: one protection each.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from refloat.model.access import CanaryAccess, Lock, Principal, Right
from refloat.model.dependency import Dependency as Dependency
from refloat.model.dependency import Strength as Strength
from refloat.model.options import Options
from refloat.model.organisation import (
    Authority,
    Channel,
    Communication,
    Document,
    Exclusion,
    Facility,
    Platform,
    Policy,
    Vendor,
    Watch,
    Workaround,
    WrittenStep,
)


class ComponentKind(enum.StrEnum):
    """The kinds of thing that a service needs (vision.md, "Words")."""

    DATA = "data"
    DATABASE = "database"
    FILES = "files"
    VIRTUAL_MACHINE = "virtual machine"
    DEVICE_IMAGE = "device image"
    MICROSOFT_365 = "microsoft 365"
    SETTINGS = "settings"
    APPLICATION = "application"
    IDENTITY = "identity"
    INFRASTRUCTURE = "infrastructure"
    NETWORK = "network"
    KEY = "key"
    LICENCE = "licence"
    VENDOR = "vendor"
    FACILITY = "facility"


class Category(enum.StrEnum):
    """The six things that a recovery restores (R-150)."""

    SERVICES = "services"
    IDENTITIES = "identities"
    APPLICATIONS = "applications"
    INFRASTRUCTURE = "infrastructure"
    DATA = "data"
    DEPENDENCIES = "dependencies"


@dataclass(frozen=True)
class Person:
    """Somebody with a part in recovery.

    Attributes:
        key: the short name that the plan refers to.
        name: the full name.
        roles: what they are to the organisation ("business owner", "technical owner",
            "backup administrator", "communication owner", …).
        phone: a number that works when the systems do not; empty if not given.
        email: an address; empty if not given.
        deputy: the key of the person who stands in; None if nobody.
        verified: when somebody last rang the number; None if never.
    """

    key: str
    name: str
    roles: tuple[str, ...] = ()
    phone: str = ""
    email: str = ""
    deputy: str | None = None
    verified: date | None = None


@dataclass(frozen=True)
class Objective:
    """A target that the business decides on.

    Attributes:
        measure: ``rpo``, ``rto``, ``mtpd`` (maximum tolerable period of disruption) or, of a
            component, ``retention``.
        target: the longest time allowed; of a retention, the shortest.
        basis: ``bia``, ``contract``, ``regulation``, ``vendor-default``; empty if not given.
        approver: key of the person who is to approve it; None if not given.
        approved_on: the date that the plan claims; only a signed approval counts.
        review_on: when it is to be looked at again.
    """

    measure: str
    target: timedelta
    basis: str = ""
    approver: str | None = None
    approved_on: date | None = None
    review_on: date | None = None


@dataclass(frozen=True)
class CheckSpecification:
    """One assertion about a restored component or service.

    Attributes:
        name: what it shows, in words ("a dentist can sign in").
        kind: the check adapter's name (``http``, ``sql``, …).
        options: the adapter's options.
        timeout: the longest that it may take.
    """

    name: str
    kind: str
    options: Options
    timeout: timedelta = timedelta(seconds=30)


@dataclass(frozen=True)
class Repository:
    """Where copies are kept.

    Attributes:
        key: its name in the plan.
        engine: the engine that keeps it; empty where somebody else's tool does.
        options: the engine's options (location, password, …).
        failure_domain: what it shares with others when something breaks (a server room, a site).
        authentication_domain: whose accounts can reach it.
        append_only: whether old recovery points can only be added to; retention is then never run.
        key_kept: where another copy of its key is kept, for the day when this machine is gone.
        name: what it is, for people; the key if not given.
        site: where it stands; empty if nobody said.
        encrypted: whether its copies are encrypted, as the plan says; None if it does not.
        lock: what keeps its copies from being changed, as the plan says.
        rights: by principal, what it may do, as the plan says; an empty list says: nothing.
        controlled_by: keys of principals that own the host or account and so have every right.
        canary: by principal, how a try to delete a canary acts as it; empty to try nothing.
    """

    key: str
    engine: str = ""
    options: Options = field(default_factory=dict)
    failure_domain: str = ""
    authentication_domain: str = ""
    append_only: bool = False
    key_kept: str = ""
    name: str = ""
    site: str = ""
    encrypted: bool | None = None
    lock: Lock = field(default_factory=Lock)
    rights: Mapping[str, tuple[Right, ...]] = field(default_factory=dict)
    controlled_by: tuple[str, ...] = ()
    canary: Mapping[str, CanaryAccess] = field(default_factory=dict)


@dataclass(frozen=True)
class Retention:
    """How many recovery points are kept; zero means that this rule keeps none by itself."""

    last: int = 0
    hourly: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    yearly: int = 0


@dataclass(frozen=True)
class Protection:
    """Which data set of a component is backed up, by what, where to, how often, kept how long.

    Attributes:
        data_set: the kind of data set (``files``, ``postgresql``, ``ldap``): its adapter's name.
        options: that adapter's options.
        repository: key of the repository.
        every: the interval that is meant to be kept; None if on demand only.
        keep: the retention; None means that nothing is ever removed.
        heartbeat: whether Refloat may write its heartbeat into the data set.
        timeout: the longest that one backup, or the restore of one point, may take.
    """

    data_set: str
    options: Options
    repository: str
    every: timedelta | None = None
    keep: Retention | None = None
    heartbeat: bool = True
    timeout: timedelta = timedelta(hours=1)


@dataclass(frozen=True)
class Start:
    """How an application is brought up where a data set does not bring its own server.

    Attributes:
        command: the program and its arguments; relative paths are seen from the plan's folder.
        environment: variables for it; nothing else is in its environment but PATH, HOME and LANG.
        folder: where it runs, relative to the plan's folder; empty for its home.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""


@dataclass(frozen=True)
class Recovery:
    """How a component is put back.

    Attributes:
        start: the program to start; None for data that nothing of its own serves.
        ready: the check that says that it answers; None where the data set knows by itself.
        software: paths outside of /usr that the component's installed programs need, read-only.
        timeout: the longest that start and answering may take together.
    """

    start: Start | None = None
    ready: CheckSpecification | None = None
    software: tuple[str, ...] = ()
    timeout: timedelta = timedelta(minutes=2)


@dataclass(frozen=True)
class Component:
    """A thing that a service needs.

    Attributes:
        key: its name in the plan, and its data set's.
        kind: what it is.
        name: its name for people; the key if not given.
        user: the unprivileged account it runs as; empty means the sandbox's ordinary user.
        needs: what it needs itself.
        protection: how its data is backed up; None where it has none of its own.
        recovery: how it is put back.
        checks: what must hold of it when it is back.
        owner: key of the technical owner; None if not given.
        vendor_commitment: the recovery time that its vendor promises; None if not given.
        watch: how somebody else's tool copies its data; None where Refloat does, or nobody.
        group: name of the consistency group whose copies must be true at one time; empty if none.
        retention: how long its copies are to be kept; None if nobody decided.
        vendor: key of the vendor behind it; None if not given.
        site: where it stands; empty if not given.
        takes: an estimate of how long bringing it back takes; None if not given.
    """

    key: str
    kind: ComponentKind
    name: str
    user: str = ""
    needs: tuple[Dependency, ...] = ()
    protection: Protection | None = None
    recovery: Recovery = field(default_factory=Recovery)
    checks: tuple[CheckSpecification, ...] = ()
    owner: str | None = None
    vendor_commitment: timedelta | None = None
    watch: Watch | None = None
    group: str = ""
    retention: Objective | None = None
    vendor: str | None = None
    site: str = ""
    takes: timedelta | None = None

    @property
    def copied(self) -> bool:
        """Whether anything copies its data: Refloat, or somebody else's tool."""
        return self.protection is not None or (self.watch is not None and bool(self.watch.copies))

    @property
    def repositories(self) -> tuple[str, ...]:
        """Keys of the repositories that are meant to keep its copies."""
        own = (self.protection.repository,) if self.protection is not None else ()
        return (*own, *(self.watch.copies if self.watch is not None else ()))


@dataclass(frozen=True)
class Completeness:
    """How the business itself confirms that restored data is complete (R-055).

    Attributes:
        question: what the confirmer looks at, in business words.
        confirmer: key of the person who signs.
    """

    question: str
    confirmer: str


@dataclass(frozen=True)
class Service:
    """A business service: what it supports, what it needs, what it was promised, how it is proved.

    Attributes:
        key: its name in the plan.
        name: its name for people.
        processes: the business processes that it supports.
        owner: key of the business owner; None if not given.
        technical_owner: key of the technical owner; None if not given.
        tier: 1 for the most important; None if nobody decided.
        objectives: by measure (``rpo``, ``rto``).
        needs: its direct dependencies.
        checks: the journey that proves it, in order.
        evidence_valid_for: how long a passing drill counts.
        completeness: how the business confirms the data; None if nobody said.
        workaround: how work goes on meanwhile; empty if nobody said.
        contract_limit: the longest outage that a contract allows; None if none.
        not_applicable: why a category of R-150 does not apply, by category.
        comparable_percent: smallest share of the last known size that a drill must restore (R-036).
        vendors: keys of the vendors that it needs.
        workarounds: how essential work goes on meanwhile, in full.
        steps: its recovery as somebody wrote it down, in the order to follow.
        standby: whether a replica or standby stands ready, beside the copies.
    """

    key: str
    name: str
    processes: tuple[str, ...] = ()
    owner: str | None = None
    technical_owner: str | None = None
    tier: int | None = None
    objectives: Mapping[str, Objective] = field(default_factory=dict)
    needs: tuple[Dependency, ...] = ()
    checks: tuple[CheckSpecification, ...] = ()
    evidence_valid_for: timedelta = timedelta(days=90)
    completeness: Completeness | None = None
    workaround: str = ""
    contract_limit: timedelta | None = None
    not_applicable: Mapping[Category, str] = field(default_factory=dict)
    comparable_percent: int = 80
    vendors: tuple[str, ...] = ()
    workarounds: tuple[Workaround, ...] = ()
    steps: tuple[WrittenStep, ...] = ()
    standby: bool = False


@dataclass(frozen=True)
class Plan:
    """Everything that an organisation wrote down about coming back.

    Attributes:
        organisation: its name.
        people: who has a part in it.
        repositories: where copies are kept.
        services: the business services. ``needs`` of a service or component name components or
            services; a key that is needed names only one of both.
        components: what the services need.
        sandbox: where drills run.
        sandbox_options: its options.
        sites: the places where the business works.
        policy: what it holds itself to.
        platforms: other people's backup tools that are watched.
        principals: accounts and groups of accounts.
        vendors: outsiders whom recovery needs.
        authority: who may do what when it matters.
        channels: where updates are published; the first is the usual one.
        communications: who approves urgent communication, by audience.
        facilities: other places to work from.
        facilities_not_needed: why there are none; empty if nobody said.
        documents: where instructions and contacts are kept.
        exclusions: what is left out of protection on purpose.
        responsibilities: by area (identity, sharing, logging, backup) and party, who is responsible
            in words or by a person's key; an empty text is a blank.
    """

    organisation: str
    people: Mapping[str, Person]
    repositories: Mapping[str, Repository]
    services: Mapping[str, Service]
    components: Mapping[str, Component]
    sandbox: str = "bubblewrap"
    sandbox_options: Options = field(default_factory=dict)
    sites: tuple[str, ...] = ()
    policy: Policy = field(default_factory=Policy)
    platforms: Mapping[str, Platform] = field(default_factory=dict)
    principals: Mapping[str, Principal] = field(default_factory=dict)
    vendors: Mapping[str, Vendor] = field(default_factory=dict)
    authority: Authority = field(default_factory=Authority)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    communications: Mapping[str, Communication] = field(default_factory=dict)
    facilities: Mapping[str, Facility] = field(default_factory=dict)
    facilities_not_needed: str = ""
    documents: Mapping[str, Document] = field(default_factory=dict)
    exclusions: tuple[Exclusion, ...] = ()
    responsibilities: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

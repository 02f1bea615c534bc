"""What could happen: losses, what would survive them, what would come back, and what would not."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from refloat.model.answers import Reach
from refloat.model.together import GroupOutcome as GroupOutcome
from refloat.model.together import Misfit as Misfit


class LossKind(enum.StrEnum):
    """What kind of thing is lost."""

    SITE = "site"
    FAILURE_DOMAIN = "failure domain"
    AUTHENTICATION_DOMAIN = "authentication domain"
    PRINCIPAL = "principal"
    VENDOR = "vendor"
    PERSON = "person"
    SERVICE = "service"
    COMPONENT = "component"
    REPOSITORY = "repository"
    PLATFORM = "platform"
    PRODUCTION = "production"


@dataclass(frozen=True, order=True, slots=True)
class Loss:
    """One thing that is lost; of a principal, that somebody else acts in its name.

    Attributes:
        kind: what it is; ``production`` is everything that runs, with every account of production's
            in somebody else's hands.
        key: its key in the plan, or the name of a site or domain as the plan writes it; of
            production, the word itself.
        for_good: whether it stays away: nothing brings it back while the scenario lasts.
    """

    kind: LossKind
    key: str
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """Something that could happen.

    Attributes:
        key: its name on the command line (``identity``, ``site:geelong-hq``); empty for one that
            somebody put together.
        title: what happens, for people ("The site geelong-hq is lost").
        losses: everything that is lost, sorted.
        assumes: what was taken for given in putting it together, a sentence each.
    """

    key: str
    title: str
    losses: tuple[Loss, ...]
    assumes: tuple[str, ...] = ()


class Fate(enum.StrEnum):
    """What becomes of a service or of a component, the worst last."""

    UNTOUCHED = "untouched"
    BACK = "comes back"
    DEGRADED = "comes back degraded"
    UNKNOWN = "not known"
    GONE = "does not come back"


class CopyFate(enum.StrEnum):
    """What becomes of the copies of one data set in one repository."""

    SURVIVES = "survives"
    LOST = "lost"
    EXPOSED = "can be altered"
    SHUT = "cannot be opened"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class CopyOutcome:
    """What becomes of the copies of one data set in one repository.

    Attributes:
        data_set: the component's key.
        repository: the repository's key, or its source's name.
        fate: what becomes of them.
        because: why, in a sentence.
        point: reference of the newest point that survives there; empty if none does.
        consistency_time: of that point; None likewise.
        way: who can alter them, on which way ("domain-admins -> repo-nas1"); empty if nobody.
    """

    data_set: str
    repository: str
    fate: CopyFate
    because: str
    point: str = ""
    consistency_time: datetime | None = None
    way: str = ""


@dataclass(frozen=True, slots=True)
class DataSetOutcome:
    """What becomes of one data set.

    Attributes:
        data_set: the component's key.
        name: the component's name for people.
        lost: whether the data in use is lost, so that a copy is needed.
        fate: whether it comes back.
        because: why, in a sentence.
        from_repository: where it comes back from; empty if it need not, or does not.
        loss_seconds: how much of the newest data is lost if it comes back alone: the instant of
            loss less the point's consistency time; None if it is not known or if all of it is lost.
        copies: each place of its copies.
    """

    data_set: str
    name: str
    lost: bool
    fate: Fate
    because: str
    from_repository: str = ""
    loss_seconds: float | None = None
    copies: tuple[CopyOutcome, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceOutcome:
    """What becomes of one service.

    Attributes:
        service: its key.
        name: its name for people.
        tier: its tier; None if nobody decided.
        fate: what becomes of it.
        because: why, in a sentence of the business.
        wave: its place in the order of recovery, from 1; services of one wave can come back side by
            side. None if it is untouched or does not come back.
        seconds: how long after the loss it is back, every dependency included, by what was measured
            or estimated; 0.0 if untouched, None if it does not come back or nobody knows.
        measured: whether all of that was measured.
        target_seconds: the recovery time objective; None if there is none.
        loss_seconds: how much of the newest data is lost: the most of its data sets, and of the
            groups that they come back with; None if it is not known, or if all of one is lost.
        loss_target_seconds: the recovery point objective; None if there is none.
        waits_for: the services on the longest way back, the first to come back first, itself last.
        blocked_by: what keeps it from coming back, nearest first: keys of the plan, or a circle as
            people draw it ("identity <- bkp01 <- identity").
        lost_data: keys of data sets of which no copy is left, opened or not.
        workarounds: how its work goes on meanwhile: names.
        misfits: where it comes back or goes on, data that may not fit together: first all that is
            its own, then of what it needs the nearest few groups, with the way there.
    """

    service: str
    name: str
    tier: int | None
    fate: Fate
    because: str
    wave: int | None = None
    seconds: float | None = None
    measured: bool = True
    target_seconds: float | None = None
    loss_seconds: float | None = None
    loss_target_seconds: float | None = None
    waits_for: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()
    lost_data: tuple[str, ...] = ()
    workarounds: tuple[str, ...] = ()
    misfits: tuple[Misfit, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessOutcome:
    """Whether a key, a credential or a platform's sign-in can be reached after the loss.

    Attributes:
        what: what is opened ("the keys of the repository repo-cloud", "signing in to bkp01").
        where: where it is kept, or with what one signs in; empty if nobody said.
        reach: whether it can be reached.
        because: why, in a sentence.
        needed_for: keys of the components or services that need it.
    """

    what: str
    where: str
    reach: Reach
    because: str
    needed_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentOutcome:
    """Whether a document or a channel can still be used.

    Attributes:
        key: its key in the plan.
        content: what is in it; for a channel, what it is.
        readable_at: the places where it still can be, from the first hour on.
        later_at: the places where it can be again when services are back.
        needs: what the others need that is lost.
    """

    key: str
    content: tuple[str, ...]
    readable_at: tuple[str, ...]
    later_at: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonOutcome:
    """Somebody who is away, and who stands in.

    Attributes:
        person: the key.
        name: the full name.
        duties: what only such a person may do, in words ("approve restores").
        stands_in: name of the deputy, or of others with the same duty; empty if nobody.
    """

    person: str
    name: str
    duties: tuple[str, ...]
    stands_in: tuple[str, ...] = ()


class TestResult(enum.StrEnum):
    """What the last test showed."""

    PASSED = "passed"
    HELD = "held"
    PART = "passed in part"
    NOTHING = "showed nothing"
    FAILED = "failed"
    NEVER = "never tested"

    __test__ = False


WHOLE = "the whole service"
"""What a test tried that was of no part alone."""


@dataclass(frozen=True, slots=True)
class LastTest:
    """When a scenario, or a service that it takes down, was last tried.

    Attributes:
        service: the service's key; empty for the scenario itself.
        kind: ``exercise``, ``drill`` or ``restore test``; empty if it was never tested.
        what: what was tried, in words.
        result: what it showed.
        at: when; None if never.
        reference: the fact, or the entry of the ledger.
        stale: why it no longer counts, a sentence each; empty if it does.
        counts_until: when it will be too old; None if it was never tested.
        by_words: whether that an exercise was of this scenario is only read from its words.
    """

    service: str
    kind: str
    what: str
    result: TestResult
    at: datetime | None = None
    reference: str = ""
    stale: tuple[str, ...] = ()
    counts_until: datetime | None = None
    by_words: bool = False


@dataclass(frozen=True, slots=True)
class ScenarioOutcome:
    """What a scenario does to the organisation.

    Attributes:
        scenario: what happens.
        as_of: the instant of loss.
        services: every service of the plan: those that do not come back first, then by wave.
        data_sets: every data set that is lost or whose copies are touched.
        access: keys, credentials and sign-ins that the recovery needs.
        documents: instructions and contacts.
        channels: where updates are published.
        people: who is away.
        circles: what cannot come back because signing in to what restores it needs it, drawn.
        assumes: what was assumed, a sentence each.
        surer: which drill or fact would make the result surer, a sentence each; the most telling
            first.
        groups: data sets that must be, or may have to be, of one time, and whose newest are not.
        tested: when the scenario itself was last tried, then each service that goes down.
    """

    scenario: Scenario
    as_of: datetime
    services: tuple[ServiceOutcome, ...]
    data_sets: tuple[DataSetOutcome, ...]
    access: tuple[AccessOutcome, ...] = ()
    documents: tuple[DocumentOutcome, ...] = ()
    channels: tuple[DocumentOutcome, ...] = ()
    people: tuple[PersonOutcome, ...] = ()
    circles: tuple[str, ...] = ()
    assumes: tuple[str, ...] = ()
    surer: tuple[str, ...] = ()
    groups: tuple[GroupOutcome, ...] = ()
    tested: tuple[LastTest, ...] = ()


@dataclass(frozen=True, slots=True)
class CutSet:
    """A smallest set of losses that keeps something from coming back.

    Attributes:
        losses: the losses, sorted; without any one of them it would come back.
        services: keys of the services that do not come back with it, and would without any one of
            the losses.
        sentence: what that means, for people.
        remedy: what would help most.
        perhaps: keys of the services of which it is not known whether they come back with it; if
            there are no ``services``, the set is one only as far as anybody knows.
        alike: for each of the losses, others that take away the very same things.
        itself: key of the service whose own loss this is, if that service is in
            ``Weakest.already``; empty otherwise.
    """

    losses: tuple[Loss, ...]
    services: tuple[str, ...]
    sentence: str
    remedy: str = ""
    perhaps: tuple[str, ...] = ()
    alike: tuple[tuple[Loss, ...], ...] = ()
    itself: str = ""


@dataclass(frozen=True, slots=True)
class Weakest:
    """The smallest sets of losses that make some services unrecoverable.

    Attributes:
        services: keys of the services that were looked at.
        as_of: when.
        up_to: the largest size of a set that was looked for.
        cut_sets: the sets, the smallest first, then those that hit the most.
        complete: up to which size every set was found.
        found: how many sets of each size there are, from 1; where there are very many, not all of
            them are in ``cut_sets``.
        already: by key, the services that would not come back even if nothing but themselves were
            lost, and why, in a sentence.
        apart: after which single losses data that must be of one time comes back, and may not fit
            together, a sentence each; these losses take nothing away.
        left_out: what was not looked at or is not listed, a sentence each.
        assumes: what was assumed.
        surer: what would make the result surer.
    """

    services: tuple[str, ...]
    as_of: datetime
    up_to: int
    cut_sets: tuple[CutSet, ...]
    complete: int = 0
    found: tuple[int, ...] = ()
    already: Mapping[str, str] = field(default_factory=dict)
    apart: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    assumes: tuple[str, ...] = ()
    surer: tuple[str, ...] = ()

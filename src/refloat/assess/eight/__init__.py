"""The Essential Eight's strategy "Regular backups", judged control by control from facts.

What one service says of its own data is a ``ServicePart``, so that a fact about one service makes
only its own part anew. No control ever looks at a backup job.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from refloat.assess.access.rights import Rights, effective
from refloat.assess.eight.access import BANS, banned
from refloat.assess.eight.catalogue import CATALOGUE
from refloat.assess.eight.coordinated import Member, coordinated, members, single
from refloat.assess.eight.exercised import exercised
from refloat.assess.eight.kept import copies_of
from refloat.assess.eight.locked import LockSeen, locked, locks, weakest
from refloat.assess.eight.often import backed_up, left_out
from refloat.assess.eight.outcome import conclude, level, with_exception
from refloat.assess.eight.secure import inside_names, kept_securely
from refloat.assess.eight.tally import Tally, together
from refloat.assess.ground.basis import Basis
from refloat.assess.organisation import Organisation
from refloat.model.judgement import ServiceStatus
from refloat.model.maturity import ControlResult, Maturity

__all__ = ["ServicePart", "inside_names", "maturity", "service_part"]

_LEVELS = (1, 2, 3)
_ACCESS = frozenset({"access"})


@dataclass(frozen=True)
class ServicePart:
    """What one service says of the controls that look at data sets.

    Attributes:
        backed_up: of ISM-1511.
        members: of ISM-1810: its data sets that belong to groups.
        kept: of ISM-1811.
        locks: of ISM-1708: the weakest lock of each repository that keeps its copies.
        repositories: where its copies are.
    """

    backed_up: Tally
    members: tuple[Member, ...]
    kept: Tally
    locks: tuple[LockSeen, ...]
    repositories: tuple[str, ...]


def service_part(basis: Basis, status: ServiceStatus, inside: frozenset[str]) -> ServicePart:
    """Look at the data sets of one service.

    Args:
        basis: the service at the instant.
        status: what was judged of it.
        inside: ``inside_names`` of the plan.
    """
    copies = {key: copies_of(basis, status, key) for key in basis.data_sets}
    return ServicePart(
        backed_up=backed_up(basis, status),
        members=members(basis),
        kept=kept_securely(basis, copies, inside),
        locks=locks(basis, copies),
        repositories=tuple(
            dict.fromkeys(one.repository for some in copies.values() for one in some)
        ),
    )


def maturity(
    organisation: Organisation,
    parts: Mapping[str, ServicePart] | None = None,
    rights: Rights | None = None,
) -> Maturity:
    """Judge the strategy "Regular backups" of the Essential Eight at the organisation's instant.

    Args:
        organisation: the organisation.
        parts: by service, its ``service_part`` at this instant; those not given are worked out.
        rights: the effective rights at this instant; None to work them out.
    """
    plan, facts, instant = organisation.plan, organisation.facts, organisation.instant
    mine = _parts(organisation, parts or {})
    if rights is None:
        rights = effective(plan, facts.feed, instant)
    tallies = _tallies(organisation, mine, rights)
    poor = plan.policy.poor_evidence_counts
    results = {
        one.key: with_exception(conclude(one, tallies[one.key], poor), plan, facts.feed, instant)
        for one in CATALOGUE.controls
    }
    reached = level(results, {number: CATALOGUE.needed(number) for number in _LEVELS})
    return Maturity(
        strategy=CATALOGUE.strategy,
        label=(
            f"Regular backups stands at maturity level ML{reached}; this is one of the Essential "
            "Eight's strategies, and says nothing of the other seven."
        ),
        catalogue=CATALOGUE.edition,
        as_of=instant,
        level=f"ML{reached}",
        target=f"ML{plan.policy.essential_eight_target}",
        controls=results,
        missing=_missing(results, reached),
    )


def _parts(organisation: Organisation, known: Mapping[str, ServicePart]) -> list[ServicePart]:
    plan = organisation.plan
    inside = frozenset() if len(known) == len(plan.services) else inside_names(plan)
    return [
        known[key]
        if key in known
        else service_part(organisation.bases[key], organisation.statuses[key], inside)
        for key in plan.services
    ]


def _tallies(
    organisation: Organisation, parts: list[ServicePart], rights: Rights
) -> dict[str, Tally]:
    plan, facts, instant = organisation.plan, organisation.facts, organisation.instant
    policy, kept = plan.policy, organisation.kept
    valid = policy.access_seen_every
    repositories = tuple(dict.fromkeys(key for one in parts for key in one.repositories))
    tallies = {
        key: kept.under(
            (key, repositories), _ACCESS, partial(banned, ban, rights, repositories, valid)
        )
        for key, ban in BANS.items()
    }
    merged = kept.pieces("eight", parts, lambda some: _merged(some, policy.skew))
    named = (member for one in parts for member in one.members if member.named)
    groups = together((coordinated(named, policy.skew), *(one.coordinated for one in merged)))
    if groups.quality is None and not (groups.failing or groups.unknown):
        groups = single(member for one in parts for member in one.members)
    seen = weakest(lock for one in merged for lock in one.locks)
    return tallies | {
        "ISM-1511": together((*(one.backed_up for one in merged), left_out(organisation))),
        "ISM-1810": groups,
        "ISM-1811": together(one.kept for one in merged),
        "ISM-1515": exercised(plan, facts, instant),
        "ISM-1708": kept.under(
            ("ISM-1708", *seen.values()), _ACCESS, partial(locked, seen, rights, valid)
        ),
    }


@dataclass(frozen=True)
class _Merged:
    """The parts of some services put together."""

    backed_up: Tally
    kept: Tally
    coordinated: Tally
    locks: tuple[LockSeen, ...]


def _merged(parts: Sequence[ServicePart], skew: timedelta) -> _Merged:
    alone = (member for one in parts for member in one.members if not member.named)
    locks = weakest(lock for one in parts for lock in one.locks)
    return _Merged(
        backed_up=together(one.backed_up for one in parts),
        kept=together(one.kept for one in parts),
        coordinated=coordinated(alone, skew),
        locks=tuple(locks.values()),
    )


def _missing(results: Mapping[str, ControlResult], reached: int) -> tuple[str, ...]:
    if reached == _LEVELS[-1]:
        return ()
    needed = CATALOGUE.needed(reached + 1)
    return tuple(
        f"{one.key}: {results[one.key].would_change}" for one in needed if not results[one.key].met
    )

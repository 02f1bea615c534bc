"""Effective rights: who can do what to the copies in a repository, directly or through others.

What was *seen* goes before what the plan *claims*, and the newest sight counts. A right is also had
through a group, through an account that one can take over, and by controlling the host or account
that a repository lies on. A right that nobody looked at, or not for too long, is not known: that is
neither a yes nor a no.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from refloat.model.access import PrincipalKind, Right
from refloat.model.feed import AccessSeen, Quality
from refloat.model.plan import Plan
from refloat.model.stream import Stream, standing

_CAUTION = {False: 0, None: 1, True: 2}
"""Of two sights of one instant, the one that fears more counts."""

_CANARY = "/access_fact/canary/"
"""What is in the reference of a right that was seen by letting somebody delete a canary."""

_QUALITIES = {quality: number for number, quality in enumerate(Quality)}


@dataclass(frozen=True, slots=True)
class Holding:
    """What is known of one right of one principal on one repository.

    Attributes:
        principal: the principal's key, or its source's name for it.
        kind: what it is; None if nobody said.
        repository: the repository's key, or its source's name for it.
        right: the right.
        allowed: whether it has it; None if that is not known.
        quality: of the weakest evidence that this rests on; None if nothing is known.
        path: how it comes to it: from the principal to the repository, key by key.
        observed_at: when that evidence was seen; None for what the plan claims.
        reference: that evidence, as ``source/kind/id``; empty for what the plan claims.
        expired: whether it is not known only because the last look at it is too old.
    """

    principal: str
    kind: PrincipalKind | None
    repository: str
    right: Right
    allowed: bool | None
    quality: Quality | None = None
    path: tuple[str, ...] = ()
    observed_at: datetime | None = None
    reference: str = ""
    expired: bool = False

    @property
    def way(self) -> str:
        """The path in words: ``domain-admins -> nas-host -> nas``."""
        return " -> ".join(self.path)


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said of one right, by a fact or by the plan, before anything is followed."""

    allowed: bool | None
    quality: Quality | None = None
    observed_at: datetime | None = None
    reference: str = ""
    expired: bool = False


_UNSAID = _Said(None)
_CONTROL = _Said(True, Quality.POOR)
"""Whoever owns the host or the account has every right; that they do is claimed by the plan."""

_Table = dict[str, dict[str, dict[Right, _Said]]]
"""By repository and principal, what is said of each right; ``ANY`` for the rights not named."""


@dataclass(frozen=True, slots=True)
class _Reached:
    """A principal whose rights another one has too."""

    path: tuple[str, ...]
    by_taking_over: bool


@dataclass(frozen=True)
class Rights:
    """All effective rights at one instant.

    Attributes:
        principals: every principal of the plan and of the facts, with its kind; in the plan's
            order, then by name.
        repositories: every repository of the plan and of the facts, likewise.
    """

    principals: Mapping[str, PrincipalKind | None]
    repositories: tuple[str, ...]
    _said: _Table
    _next: Mapping[str, tuple[tuple[str, bool], ...]]
    _controlled_by: Mapping[str, frozenset[str]]
    _reach: dict[str, dict[str, _Reached]] = field(default_factory=dict)
    _tried: dict[str, bool] = field(default_factory=dict)

    def knows(self, principal: str, repository: str, right: Right) -> Holding:
        """Say what is known of one right of one principal on one repository."""
        table = self._said.get(repository, {})
        kind = self.principals.get(principal)
        owners = self._controlled_by.get(repository, frozenset())
        denied: list[_Said] = []
        doubt: _Said | None = None
        for key, reached in self._reached(principal).items():
            said = _CONTROL if key in owners else _look(table, key, right)
            if said.allowed:
                return _holding(principal, kind, repository, right, said, reached.path)
            # What was denied to somebody was denied to them as a member of their groups, too.
            if key == principal or reached.by_taking_over:
                if said.allowed is None:
                    doubt = doubt or said
                else:
                    denied.append(said)
        found = doubt or max(denied, key=_weakness)
        return _holding(principal, kind, repository, right, found, (principal,))

    def holdings(
        self,
        repository: str,
        rights: Iterable[Right],
        kinds: Iterable[PrincipalKind] | None = None,
    ) -> Iterator[Holding]:
        """Give what is known of some rights of all principals, or of those of some kinds.

        Args:
            repository: the repository.
            rights: the rights; ``ANY``, which stands for all of them, is passed over.
            kinds: the kinds of principal; None for all, those of no known kind included.
        """
        wanted = tuple(right for right in rights if right is not Right.ANY)
        which = None if kinds is None else frozenset(kinds)
        for principal, kind in self.principals.items():
            if which is None or kind in which:
                for right in wanted:
                    yield self.knows(principal, repository, right)

    def holders(
        self,
        repository: str,
        rights: Iterable[Right],
        kinds: Iterable[PrincipalKind] | None = None,
    ) -> tuple[Holding, ...]:
        """Give who has any of some rights on a repository, each right on its own.

        Args:
            repository: the repository.
            rights: the rights.
            kinds: the kinds of principal; None for all, those of no known kind included.
        """
        wanted = tuple(right for right in rights if right is not Right.ANY)
        which = None if kinds is None else frozenset(kinds)
        having = self._having(repository)
        known = (
            self.knows(principal, repository, right)
            for principal, kind in (self.principals.items() if having else ())
            if principal in having and (which is None or kind in which)
            for right in wanted
        )
        return tuple(one for one in known if one.allowed)

    def seen_to_delete(self, repository: str) -> bool:
        """Whether any account was seen to delete a canary there, whatever is said to be locked.

        What was tried goes before what a source or the plan says of a lock: one that let anybody
        delete is no lock for whoever has the right.
        """
        if repository not in self._tried:
            holders = self.holders(repository, (Right.DELETE,))
            self._tried[repository] = any(_CANARY in one.reference for one in holders)
        return self._tried[repository]

    def _having(self, repository: str) -> frozenset[str]:
        """Give who may have any right at all: far fewer, most times, than there are principals."""
        table = self._said.get(repository, {})
        direct = {key for key, mine in table.items() if any(one.allowed for one in mine.values())}
        direct |= self._controlled_by.get(repository, frozenset())
        through = (key for key in self._next if not direct.isdisjoint(self._reached(key)))
        return frozenset((*direct, *through)) if direct else frozenset()

    def unknown(
        self,
        repository: str,
        rights: Iterable[Right],
        kinds: Iterable[PrincipalKind] | None = None,
    ) -> tuple[Holding, ...]:
        """Give whose rights on a repository are not known, each right on its own.

        Args:
            repository: the repository.
            rights: the rights.
            kinds: the kinds of principal; None for all, those of no known kind included.
        """
        known = self.holdings(repository, rights, kinds)
        return tuple(one for one in known if one.allowed is None)

    def looked_at(self, repository: str) -> bool:
        """Say whether anything at all is said of anybody's rights on a repository."""
        return bool(self._said.get(repository)) or bool(self._controlled_by.get(repository))

    def _reached(self, principal: str) -> dict[str, _Reached]:
        """Give every principal whose rights one has, itself first; cycles end."""
        known = self._reach.get(principal)
        if known is None:
            known = {principal: _Reached((principal,), False)}
            ahead = [principal]
            for key in ahead:
                for other, taken in self._next.get(key, ()):
                    here = known[key]
                    if other not in known:
                        path = (*here.path, other)
                        known[other] = _Reached(path, here.by_taking_over or taken)
                        ahead.append(other)
            self._reach[principal] = known
        return known


def effective(plan: Plan, feed: Stream, instant: datetime) -> Rights:
    """Work out who has which right on which repository.

    Args:
        plan: a valid plan; its claims are of poor quality. A principal with an empty list of rights
            is claimed to have none; with rights, the others are not known.
        feed: the facts; those observed after the instant are passed over, and those observed longer
            than ``policy.access_seen_every`` before it make a right not known.
        instant: when.
    """
    said: _Table = {}
    _claims(plan, said)
    seen = _newest(plan, feed, instant)
    kinds: dict[str, PrincipalKind | None] = {
        key: principal.kind for key, principal in plan.principals.items()
    }
    for fact, principal, repository in seen:
        table = said.setdefault(repository, {}).setdefault(principal, {})
        table[fact.right] = _of_fact(plan, fact, table, instant)
    for principal, kind in sorted(
        ((principal, fact.kind) for fact, principal, _ in seen if principal not in kinds),
        key=lambda one: (one[0], one[1] is None, one[1] or ""),
    ):
        kinds.setdefault(principal, kind)
    for one in plan.repositories.values():
        for principal in (*one.rights, *one.controlled_by):
            kinds.setdefault(principal, None)
    return Rights(
        principals=kinds,
        repositories=(*plan.repositories, *sorted(set(said) - set(plan.repositories))),
        _said=said,
        _next=_next(plan),
        _controlled_by={
            key: frozenset(one.controlled_by) for key, one in plan.repositories.items()
        },
    )


def _next(plan: Plan) -> dict[str, tuple[tuple[str, bool], ...]]:
    """Give whose rights each principal has at once, and whether only by taking them over."""
    found: dict[str, list[tuple[str, bool]]] = {}
    for key, principal in plan.principals.items():
        for group in principal.member_of:
            found.setdefault(key, []).append((group, False))
        for other in principal.can_become:
            found.setdefault(key, []).append((other, True))
        for member in principal.members:
            if member in plan.principals:
                found.setdefault(member, []).append((key, False))
    return {key: tuple(some) for key, some in found.items()}


def _claims(plan: Plan, said: _Table) -> None:
    for key, repository in plan.repositories.items():
        for principal, rights in repository.rights.items():
            claimed = {right: _Said(True, Quality.POOR) for right in rights}
            if not rights:
                claimed = {Right.ANY: _Said(False, Quality.POOR)}
            said.setdefault(key, {})[principal] = claimed


def _newest(plan: Plan, feed: Stream, instant: datetime) -> list[tuple[AccessSeen, str, str]]:
    """Give the facts that count, with their keys of the plan, in the order of their telling.

    Of one principal, repository and right the newest counts; that ``ANY`` is had or denied is a
    newer word on all rights that were spoken of before it, and of words of one instant the one that
    fears more counts.
    """
    principals = {key.casefold(): key for key in plan.principals}
    repositories = {one.name.casefold(): key for key, one in plan.repositories.items() if one.name}
    repositories |= {key.casefold(): key for key in plan.repositories}
    found: dict[tuple[str, str], dict[Right, AccessSeen]] = {}
    for fact in sorted(standing(feed.access, instant), key=_by_instant):
        principal = principals.get(fact.principal.casefold(), fact.principal)
        repository = repositories.get(fact.repository.casefold(), fact.repository)
        table = found.setdefault((principal, repository), {})
        if fact.right is Right.ANY:
            for right in [one for one, old in table.items() if _outdone(old, fact)]:
                del table[right]
        table[fact.right] = fact
    return [
        (fact, principal, repository)
        for (principal, repository), table in found.items()
        for fact in table.values()
    ]


def _outdone(old: AccessSeen, fact: AccessSeen) -> bool:
    """Whether a word on all rights takes the place of one on a right, which another line said."""
    if old.observed_at < fact.observed_at:
        return True
    return old.digest != fact.digest and _CAUTION[old.allowed] < _CAUTION[fact.allowed]


def _by_instant(fact: AccessSeen) -> tuple[datetime, int, str, str, str]:
    caution = _CAUTION[fact.allowed]
    return fact.observed_at, caution, fact.source.instance, fact.external_id, fact.digest


def _of_fact(
    plan: Plan, fact: AccessSeen, table: Mapping[Right, _Said], instant: datetime
) -> _Said:
    reference = f"{fact.source.instance}/access_fact/{fact.external_id}"
    expired = instant - fact.observed_at > plan.policy.access_seen_every
    if not expired:
        return _Said(fact.allowed, fact.quality, fact.observed_at, reference)
    claimed = table.get(fact.right)
    if claimed is not None and claimed.allowed:
        return claimed
    return _Said(None, None, fact.observed_at, reference, expired=True)


def _look(table: Mapping[str, Mapping[Right, _Said]], principal: str, right: Right) -> _Said:
    """Find what is said of a right by name, or of all rights at once."""
    mine = table.get(principal)
    if mine is None:
        return _UNSAID
    named, every = mine.get(right), mine.get(Right.ANY)
    if named is None or every is None:
        return named or every or _UNSAID
    if named.observed_at is None and every.observed_at is not None:
        # A fact goes before a claim, unless it is too old and the claim admits the right.
        return named if every.expired and named.allowed else every
    return named


def _holding(
    principal: str,
    kind: PrincipalKind | None,
    repository: str,
    right: Right,
    said: _Said,
    path: tuple[str, ...],
) -> Holding:
    return Holding(
        principal=principal,
        kind=kind,
        repository=repository,
        right=right,
        allowed=said.allowed,
        quality=said.quality,
        path=(*path, repository),
        observed_at=said.observed_at,
        reference=said.reference,
        expired=said.expired,
    )


def _weakness(said: _Said) -> int:
    return -1 if said.quality is None else _QUALITIES[said.quality]

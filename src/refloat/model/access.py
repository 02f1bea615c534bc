"""Who can do what to copies, and what keeps them from it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import timedelta

from refloat.model.options import Options


class PrincipalKind(enum.StrEnum):
    """What an account, or a group of accounts, is (Essential Eight tells these apart)."""

    UNPRIVILEGED = "unprivileged"
    PRIVILEGED = "privileged"
    BACKUP_ADMINISTRATOR = "backup administrator"
    BREAK_GLASS = "break glass"
    SERVICE = "service"


class Right(enum.StrEnum):
    """What a principal may do to the copies in a repository.

    ``ANY`` stands for all of them: a fact that ``ANY`` is denied says that the principal was seen
    to have no right at all.
    """

    LIST = "list"
    READ_OWN = "read own"
    READ_OTHER = "read other"
    WRITE = "write"
    MODIFY = "modify"
    DELETE = "delete"
    TAKE_OWNERSHIP = "take ownership"
    CHANGE_ACCESS = "change access"
    CHANGE_RETENTION = "change retention"
    DELETE_REPOSITORY = "delete repository"
    ANY = "any"


ALTERING = frozenset(
    {
        Right.MODIFY,
        Right.DELETE,
        Right.TAKE_OWNERSHIP,
        Right.CHANGE_ACCESS,
        Right.CHANGE_RETENTION,
        Right.DELETE_REPOSITORY,
        Right.ANY,
    }
)
"""Rights with which a copy can be destroyed or changed, at once or in two steps."""


class LockMode(enum.StrEnum):
    """What keeps copies from being changed before their time; unknown is never a lock."""

    NONE = "none"
    GOVERNANCE = "governance"
    COMPLIANCE = "compliance"
    WRITE_ONCE = "write once"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


HOLDING = frozenset({LockMode.COMPLIANCE, LockMode.WRITE_ONCE, LockMode.OFFLINE})
"""Locks that nobody's rights open before their time."""


@dataclass(frozen=True)
class Lock:
    """What keeps the copies of a repository from being changed.

    Attributes:
        mode: how.
        period: for how long after a copy was made; None if for ever, or as long as it is away.
    """

    mode: LockMode = LockMode.UNKNOWN
    period: timedelta | None = None


@dataclass(frozen=True)
class Principal:
    """An account or a group of accounts that can sign in somewhere.

    Attributes:
        key: its name in the plan.
        kind: what it is.
        members: keys of people in it, or words for who is not in the plan ("sealed").
        member_of: keys of principals whose rights it has too.
        can_become: keys of principals whose password it can set, or whose host it controls.
    """

    key: str
    kind: PrincipalKind
    members: tuple[str, ...] = ()
    member_of: tuple[str, ...] = ()
    can_become: tuple[str, ...] = ()


@dataclass(frozen=True)
class CanaryAccess:
    """How a principal reaches a repository, for a try to delete a canary in it (R-033).

    Attributes:
        user: the account of this machine that it acts as; empty for Refloat's own.
        options: options of the engine that replace the repository's (another address, password).
        environment: the variables of its own credential; none of the repository's are given to it.
    """

    user: str = ""
    options: Options = field(default_factory=dict)
    environment: Options = field(default_factory=dict)

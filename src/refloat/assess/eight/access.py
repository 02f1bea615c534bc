"""Who can read, change or delete copies: ISM-1812, 1814, 1705, 1707, 1813 and 1706.

An account is judged by its kind in the plan, or as its source calls it. A service account counts as
an account without privileges, unless it is called privileged or a backup administrator's: since
September 2024 the manual counts service accounts among user accounts. A right that nobody looked
at is not known; one that is only claimed is poor evidence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from refloat.assess.access.rights import Holding, Rights
from refloat.assess.eight.tally import Tally
from refloat.model.access import PrincipalKind, Right
from refloat.model.feed import Quality

UNPRIVILEGED = frozenset({PrincipalKind.UNPRIVILEGED, PrincipalKind.SERVICE})
PRIVILEGED = frozenset({PrincipalKind.PRIVILEGED})
BACKUP_ADMINISTRATORS = frozenset({PrincipalKind.BACKUP_ADMINISTRATOR})

READ_OWN = (Right.READ_OWN,)
READ_OTHER = (Right.READ_OTHER,)
CHANGE = (
    Right.MODIFY,
    Right.DELETE,
    Right.TAKE_OWNERSHIP,
    Right.CHANGE_ACCESS,
    Right.CHANGE_RETENTION,
)
"""Rights that must be known to be denied so that copies cannot be changed or deleted."""
ALSO_CHANGE = (Right.DELETE_REPOSITORY,)
"""Rights that are damning where they are had; few sources tell of them by name."""

_ABLE = {
    Right.READ_OWN: "can read its own copies",
    Right.READ_OTHER: "can read other accounts' copies",
    Right.MODIFY: "can change copies",
    Right.DELETE: "can delete copies",
    Right.TAKE_OWNERSHIP: "can take ownership of copies",
    Right.CHANGE_ACCESS: "can change who has access to copies",
    Right.CHANGE_RETENTION: "can change how long copies are kept",
    Right.DELETE_REPOSITORY: "can delete the whole place of the copies",
}


@dataclass(frozen=True)
class Ban:
    """What accounts of some kinds must not be able to do.

    Attributes:
        kinds: the kinds of account.
        rights: rights that must be known to be denied.
        also: rights that must not be had, as far as anything is known of them.
    """

    kinds: frozenset[PrincipalKind]
    rights: tuple[Right, ...]
    also: tuple[Right, ...] = ()


BANS = {
    "ISM-1812": Ban(UNPRIVILEGED, READ_OTHER),
    "ISM-1814": Ban(UNPRIVILEGED, CHANGE, ALSO_CHANGE),
    "ISM-1705": Ban(PRIVILEGED, READ_OTHER),
    "ISM-1707": Ban(PRIVILEGED, CHANGE, ALSO_CHANGE),
    "ISM-1813": Ban(UNPRIVILEGED, READ_OWN),
    "ISM-1706": Ban(PRIVILEGED, READ_OWN),
}
"""By control, what it forbids to whom."""


def banned(ban: Ban, rights: Rights, repositories: Iterable[str], valid_for: timedelta) -> Tally:
    """Hold the effective rights against what must not be possible.

    Args:
        ban: what must not be possible.
        rights: the effective rights.
        repositories: keys of the repositories that keep copies.
        valid_for: how long a look at rights counts.
    """
    tally = Tally()
    principals = [key for key, kind in rights.principals.items() if kind in ban.kinds]
    for repository in repositories:
        for principal in principals:
            tally.counted += 1
            known = [rights.knows(principal, repository, right) for right in ban.rights]
            known += [rights.knows(principal, repository, right) for right in ban.also]
            weigh(tally, f"{principal} on {repository}", known, ban.also, valid_for)
        _of_no_kind(tally, ban, rights, repository)
    return tally


def weigh(
    tally: Tally,
    name: str,
    known: Iterable[Holding],
    optional: tuple[Right, ...],
    valid_for: timedelta,
) -> None:
    """Say of one account and repository whether a forbidden right is had, denied, or not known.

    Args:
        tally: where to say it.
        name: of the account and the repository.
        known: what is known of each forbidden right.
        optional: rights among them that may be unknown.
        valid_for: how long a look at rights counts.
    """
    had: list[str] = []
    unseen: list[str] = []
    old = False
    for one in known:
        if one.allowed:
            had.append(f"{_ABLE[one.right]} ({one.way})")
        elif one.allowed is None:
            if one.right not in optional:
                unseen.append(one.right.value)
                old = old or one.expired
            continue
        _rest(tally, name, one, valid_for)
    if had:
        tally.failing[name] = "; ".join(had)
    elif unseen and old:
        tally.expired[name] = f"the last look at this is too old: {', '.join(unseen)}"
    elif unseen:
        tally.unknown[name] = f"nobody has looked whether it has this right: {', '.join(unseen)}"


def able(right: Right) -> str:
    """Say what a right lets somebody do."""
    return _ABLE[right]


def _rest(tally: Tally, name: str, one: Holding, valid_for: timedelta) -> None:
    quality = one.quality or Quality.POOR
    if quality is Quality.POOR:
        tally.claim(
            name,
            f"only words say {'that it has' if one.allowed else 'that it lacks'} "
            "this right; nobody has looked",
        )
    else:
        tally.rest(
            quality, f"{name}: a look at its rights", one.reference, one.observed_at, valid_for
        )


def _of_no_kind(tally: Tally, ban: Ban, rights: Rights, repository: str) -> None:
    """An account that can do it, of which nobody said what kind it is, leaves the answer open."""
    for principal, kind in rights.principals.items():
        if kind is None:
            for right in (*ban.rights, *ban.also):
                if rights.knows(principal, repository, right).allowed:
                    name = f"{principal} on {repository}"
                    text = f"{able(right)}, and nobody said what kind of account it is"
                    tally.unknown.setdefault(name, text)

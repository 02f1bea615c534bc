"""The spellings that lines may use, as words of the model; and instants as UTC."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from refloat.model.access import LockMode, PrincipalKind, Right

LOCKS: Mapping[str, LockMode] = {
    **{mode.value: mode for mode in LockMode},
    "worm": LockMode.WRITE_ONCE,
    "write_once": LockMode.WRITE_ONCE,
}
RIGHTS: Mapping[str, Right] = {
    **{right.value: right for right in Right},
    **{right.value.replace(" ", "_"): right for right in Right},
}
PRINCIPALS: Mapping[str, PrincipalKind] = {
    **{kind.value: kind for kind in PrincipalKind},
    **{kind.value.replace(" ", "_"): kind for kind in PrincipalKind},
    "backup_admin": PrincipalKind.BACKUP_ADMINISTRATOR,
}
FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
"""The first and the last instant that there is a datetime for."""


def utc(instant: datetime) -> datetime:
    """Give an instant with an offset in UTC; beyond the years 1 and 9999, their first or last."""
    if instant.tzinfo is UTC:
        return instant
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        return LAST if instant.year > 1 else FIRST


def utc_or_none(instant: datetime | None) -> datetime | None:
    """Give an instant in UTC as ``utc`` does, or None where there is none."""
    if instant is None or instant.tzinfo is UTC:
        return instant
    return utc(instant)

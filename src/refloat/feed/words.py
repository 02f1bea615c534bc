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


def utc(instant: datetime) -> datetime:
    """Give an instant with an offset in UTC.

    Raises:
        OverflowError: if there it would lie before the year 1 or after the year 9999.
    """
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)


def utc_or_none(instant: datetime | None) -> datetime | None:
    """Give an instant in UTC, or None where there is none.

    Raises:
        OverflowError: as ``utc``.
    """
    if instant is None or instant.tzinfo is UTC:
        return instant
    return instant.astimezone(UTC)

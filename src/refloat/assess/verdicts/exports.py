"""How old the data is that people would work with meanwhile (R-139)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from refloat.model.feed_people import Attestation
from refloat.model.organisation import Workaround
from refloat.model.plan import Plan, Service
from refloat.model.stream import standing

EXPORT_TAKEN = "export-taken"
"""Topic of the statement that a workaround's data was renewed."""


@dataclass(frozen=True)
class ExportAge:
    """The data of one workaround.

    Attributes:
        service: key of the service.
        workaround: name of the workaround.
        made_by_refloat: whether Refloat is to make the export.
        allowed_seconds: how old it may be; None if nobody said.
        taken_at: when the data was true; None if it never was renewed, as far as is known.
        age_seconds: how old it is; None likewise.
        due_at: from when on it is too old; None if nobody said, or it never was renewed.
        late: whether it is too old, or missing where Refloat is to make it.
        where: where the newest lies, as its statement says; empty if it does not.
    """

    service: str
    workaround: str
    made_by_refloat: bool
    allowed_seconds: float | None
    taken_at: datetime | None
    age_seconds: float | None
    due_at: datetime | None
    late: bool
    where: str


def exports(
    plan: Plan, attestations: Iterable[Attestation], instant: datetime
) -> Iterator[ExportAge]:
    """Give the age of the data of every workaround that works with data of its own.

    That is one whose data is renewed now and then, or was said to be.
    """
    taken = _taken(attestations, instant)
    for service in plan.services.values():
        for one in service.workarounds:
            newest = _newest(taken, service, one)
            if one.refreshed_every is not None or one.encrypted_for or newest is not None:
                yield _age(service, one, newest, instant)


def _age(
    service: Service, one: Workaround, newest: Attestation | None, instant: datetime
) -> ExportAge:
    every = one.refreshed_every
    due = newest.at + every if newest is not None and every is not None else None
    missing = newest is None and every is not None and bool(one.encrypted_for)
    return ExportAge(
        service=service.key,
        workaround=one.name,
        made_by_refloat=bool(one.encrypted_for),
        allowed_seconds=every.total_seconds() if every is not None else None,
        taken_at=newest.at if newest is not None else None,
        age_seconds=(instant - newest.at).total_seconds() if newest is not None else None,
        due_at=due,
        late=missing or (due is not None and instant > due),
        where=newest.where if newest is not None else "",
    )


def _taken(attestations: Iterable[Attestation], instant: datetime) -> dict[str, Attestation]:
    """Give when data was last renewed, by what the statement is about."""
    last: dict[str, Attestation] = {}
    for one in standing(tuple(attestations), instant):
        if one.topic == EXPORT_TAKEN and one.at <= instant:
            before = last.get(one.subject)
            if before is None or one.at >= before.at:
                last[one.subject] = one
    return last


def _newest(taken: dict[str, Attestation], service: Service, one: Workaround) -> Attestation | None:
    names = (f"{service.key}/{one.name}", service.key, one.name, one.source)
    known = [taken[name] for name in names if name and name in taken]
    return max(known, key=lambda said: said.at, default=None)

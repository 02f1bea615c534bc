"""Rules about how long copies are kept, and who decided that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from refloat.assess import words
from refloat.assess.about import affected, subject
from refloat.assess.coverage.retention import FOR_EVER, Kept, kept
from refloat.assess.ground.basis import Basis
from refloat.assess.rule import Rule, ServiceRule
from refloat.model.judgement import Finding, ServiceStatus, Severity
from refloat.model.points import Measure


def retention_short(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Copies are removed before the time is over that somebody decided on."""
    for key in basis.data_sets:
        found = kept(basis, key)
        if not found.too_short or found.agreed is None or found.actual is None:
            continue
        name = words.component(basis.plan, key)
        yield Finding(
            "RETENTION_SHORT",
            ("R-018", "R-032"),
            Severity.HIGH,
            f"{subject(basis)}, data set {key}",
            f"Copies of {name} are removed after {_days(found.actual)}; it was agreed that they "
            f"are kept for {_days(found.agreed)}. What is older cannot be brought back for "
            f"{status.name}. At stake: {affected(basis)}.",
            f"Keep the copies of {name} for {_days(found.agreed)}, or let somebody decide anew.",
            _lengths(found),
            (status.service,),
            found.seen_at,
        )


def retention_longer(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Copies are kept for longer than somebody decided, and nobody said why."""
    for key in basis.data_sets:
        found = kept(basis, key)
        if not found.too_long or found.agreed is None:
            continue
        name = words.component(basis.plan, key)
        long = max(one for one in (found.set_to, found.seen) if one is not None)
        yield Finding(
            "RETENTION_LONGER_THAN_AGREED",
            ("R-018",),
            Severity.ADVISORY,
            f"{subject(basis)}, data set {key}",
            f"Copies of {name} are kept {'for ever' if long == FOR_EVER else f'for {_days(long)}'};"
            f" it was agreed that they are kept for {_days(found.agreed)}. What {status.name} "
            "needs no more can still be lost or stolen there.",
            f"Remove what is older, or write down why {status.name} needs it.",
            _lengths(found),
            (status.service,),
        )


def retention_not_agreed(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Nobody has decided how long copies are to be kept."""
    open_sets = {key: why for key in basis.data_sets if (why := kept(basis, key).why_not)}
    if open_sets:
        names = words.listed(words.component(basis.plan, key) for key in open_sets)
        why = next(iter(open_sets.values()))
        yield Finding(
            "RETENTION_NOT_AGREED",
            ("R-018",),
            Severity.MEDIUM,
            subject(basis),
            f"It is not agreed for how long copies of what {status.name} needs are kept ({names}): "
            f"{why}. An older state may be wanted one day, and be gone. At stake: "
            f"{affected(basis)}.",
            f"Let the owner of {status.name} decide how long they are needed, and write it down.",
            {"data_sets": tuple(open_sets)},
            (status.service,),
        )


def _days(length: timedelta) -> str:
    return words.duration(length.total_seconds())


def _lengths(found: Kept) -> dict[str, Measure]:
    def said(length: timedelta | None) -> str | None:
        if length is None:
            return None
        return "for ever" if length == FOR_EVER else _days(length)

    return {"agreed": said(found.agreed), "set_to": said(found.set_to), "seen": said(found.seen)}


RULES: tuple[Rule, ...] = (
    ServiceRule(
        "RETENTION_SHORT",
        ("R-018", "R-032"),
        "Copies are removed before the time is over that somebody decided on.",
        retention_short,
    ),
    ServiceRule(
        "RETENTION_NOT_AGREED",
        ("R-018",),
        "Nobody has decided how long copies are to be kept.",
        retention_not_agreed,
    ),
    ServiceRule(
        "RETENTION_LONGER_THAN_AGREED",
        ("R-018",),
        "Copies are kept for longer than somebody decided, and nobody said why.",
        retention_longer,
    ),
)
"""The rules of this file, in the order of their findings."""

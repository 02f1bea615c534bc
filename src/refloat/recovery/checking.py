"""The questions of a recovery: is the restored data what was backed up, and does it all work?"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from refloat.checks import CheckContext
from refloat.data_sets import Drift
from refloat.engines import Reader
from refloat.model.errors import RefloatError
from refloat.model.points import Baseline, RecoveryPoint
from refloat.model.run import CheckResult, Outcome, Proof
from refloat.recovery.listing import points_for
from refloat.recovery.preparation import PreparedCheck, PreparedComponent
from refloat.recovery.session import COULD_NOT, Done, Session


def data_checks(session: Session, component: PreparedComponent) -> list[CheckResult]:
    """Hold restored data against its baseline and earlier ones; read its newest heartbeat."""
    key, place, target = component.component.key, session.here(), component.its_target()
    data_set, point = component.its_data_set(), session.point(component.component.key)
    reader = component.its_reader()
    expected = session.seal_of(key).baseline
    results: list[CheckResult] = []
    try:
        seen = data_set.inspect(place, target, expected)
        results += data_set.compare(expected, seen)
        newest = data_set.newest(place, target)
        if newest is not None:
            session.heartbeats[key] = newest
    except RefloatError as error:
        results.append(_unreadable(error))
    if isinstance(data_set, Drift):
        results += data_set.drift(_earlier(session, reader, point), expected)
    return [replace(result, component=key) for result in results]


def _earlier(session: Session, reader: Reader, point: RecoveryPoint) -> Sequence[Baseline]:
    """Read the baselines of the oldest point and of the one just before this."""
    if not session.known:  # a resumed run has its points from the journal, not from a listing
        session.known = points_for(session.preparation)
    before = [
        other
        for other in session.known.get(point.data_set, ())
        if other.consistency_time < point.consistency_time
    ]
    picked = {other.identity: other for other in (*before[:1], *before[-1:])}
    return [reader.sealed(other).baseline for other in picked.values()]


def _unreadable(error: RefloatError) -> CheckResult:
    """Say that data could not be described: its fault, unless the error says nothing about it."""
    return CheckResult(
        name="the restored data can be read",
        kind="baseline",
        outcome=Outcome.COULD_NOT_RUN if isinstance(error, COULD_NOT) else Outcome.FAILED,
        proves=(Proof.DATA,),
        expected="the restored data can be described in full",
        seen=error.message,
    )


def ask(
    session: Session, prepared: PreparedCheck, variables: dict[str, str], key: str | None
) -> CheckResult:
    """Ask one check, of a component or (None) of the service, and take its time."""
    began = time.monotonic()
    seen = prepared.adapter.run(session.here(), prepared.options, context(prepared, variables))
    return CheckResult(
        name=prepared.specification.name,
        kind=prepared.specification.kind,
        outcome=seen.outcome,
        proves=_proves(prepared, key),
        expected=seen.expected,
        seen=seen.seen,
        seconds=time.monotonic() - began,
        component=key,
    )


def result(prepared: PreparedCheck, outcome: Outcome, seen: str) -> CheckResult:
    """Give the result of a check of the service that was not asked, with the reason."""
    name, kind = prepared.specification.name, prepared.specification.kind
    return CheckResult(name, kind, outcome, _proves(prepared, None), "", seen)


def _proves(prepared: PreparedCheck, key: str | None) -> tuple[Proof, ...]:
    proves = prepared.adapter.proves(prepared.options)
    if key is None:
        proves |= {Proof.JOURNEY}
    return tuple(sorted(proves))


def context(prepared: PreparedCheck, variables: dict[str, str]) -> CheckContext:
    """Give a check what it needs beside its options."""
    timeout = prepared.specification.timeout.total_seconds()
    return CheckContext(prepared.secrets, prepared.user, timeout, variables)


def judged(results: Sequence[CheckResult], otherwise: str) -> Done:
    """Sum up checks: one failure fails, one that could not run leaves it open."""
    for outcome in (Outcome.FAILED, Outcome.COULD_NOT_RUN):
        worst = [result for result in results if result.outcome is outcome]
        if worst:
            detail = "; ".join(f"{result.name}: {result.seen}" for result in worst[:3])
            return Done(outcome, detail, checks=tuple(results))
    return Done(Outcome.PASSED, otherwise or f"{len(results)} checks passed", checks=tuple(results))

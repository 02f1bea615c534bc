"""How much of a service a trial showed: a file, a machine, or somebody at work with it again."""

from __future__ import annotations

from collections.abc import Mapping

from refloat.assess.ground.basis import Basis
from refloat.assess.ground.proofs import DEPENDENCY_PROOFS
from refloat.assess.ground.trials import Trial
from refloat.model.facts import DrillFact
from refloat.model.feed import TestLevel
from refloat.model.plan import ComponentKind
from refloat.model.run import Outcome, Proof

LEVELS: Mapping[TestLevel, str] = {
    TestLevel.FILE: "Single files of",
    TestLevel.OBJECT: "Single items of",
    TestLevel.IMAGE: "The image of",
    TestLevel.BOOT: "The machine of",
    TestLevel.APPLICATION: "The application on",
    TestLevel.SERVICE: "The data of",
}
"""What came back in a restore of each level, as people say it before a name."""

_SERVED = {ComponentKind.IDENTITY: Proof.IDENTITY, ComponentKind.LICENCE: Proof.LICENCE}
_DEPENDENCIES = frozenset({"dependency", "identity", "licence"})


def shows_service(basis: Basis, trial: Trial) -> bool:
    """Whether a trial tried the whole service, its identity and licences served (R-081).

    A test that lists its checks must list one of each identity and licence provider of the
    service's own; one that lists none is attested by whoever reported it.
    """
    if trial.drill is not None:
        return _journey_seen(basis, trial.drill)
    if trial.level is not TestLevel.SERVICE:
        return False
    said = {check.proves for check in trial.checks if check.passed is True and check.proves}
    needed = {proof.value for proof in _served(basis)}
    return not said or needed <= said


def unchecked(basis: Basis, trial: Trial) -> tuple[str, ...]:
    """Say what a test of somebody else did not look at, in words; empty if nothing is known of it.

    A drill says so in its verdict. A test whose checks do not say what they prove, or that lists
    none, is attested by the person who confirmed it; without one, nobody looked at anything.
    """
    if trial.test is None:
        return ()
    said = {check.proves for check in trial.checks if check.proves}
    if not said:
        return () if trial.confirmed_by else ("anything",)
    passed = {check.proves for check in trial.checks if check.passed is True}
    missing: list[str] = []
    if basis.data_sets and "data" not in passed:
        missing.append("its data")
    if depends(basis) and not _DEPENDENCIES & passed:
        missing.append("what it needs")
    return tuple(missing)


def depends(basis: Basis) -> bool:
    """Whether there is anything that a test of the service could ask beside its own data."""
    needed = basis.moment.index.graph.needed(basis.service.key)
    return bool(needed) or any(key not in basis.data_sets for key in basis.strengths)


def _journey_seen(basis: Basis, drill: DrillFact) -> bool:
    passed = [check for check in drill.record.checks if check.outcome is Outcome.PASSED]
    journey = [check for check in drill.record.checks if check.component is None]
    if not journey or any(check not in passed for check in journey):
        return False
    shown = {proof for check in passed for proof in check.proves} & DEPENDENCY_PROOFS
    return _served(basis) <= shown


def _served(basis: Basis) -> frozenset[Proof]:
    """Give what must be shown of the service's own identity and licence providers."""
    kinds = (_SERVED.get(basis.component(key).kind) for key in basis.strengths)
    return frozenset(proof for proof in kinds if proof is not None)

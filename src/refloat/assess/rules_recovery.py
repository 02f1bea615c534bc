"""Rules about recovery: is it drilled, does the drill still count, was it within the targets?

Each rule is one small function: given the basis and the status so far, it gives its findings.
"""

from __future__ import annotations

from collections.abc import Iterator

from refloat.assess import words
from refloat.assess.about import affected, subject
from refloat.assess.basis import Basis
from refloat.assess.drill import DEPENDENCY_PROOFS
from refloat.assess.staleness import Cause, expires_at, stale
from refloat.model.judgement import Finding, ServiceStatus, Severity
from refloat.model.plan import ComponentKind
from refloat.model.run import Outcome, Proof, Verdict

_SERVED = {ComponentKind.IDENTITY: Proof.IDENTITY, ComponentKind.LICENCE: Proof.LICENCE}


def never_drilled(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """No drill of the service is on record."""
    if basis.deciding() is None:
        yield Finding(
            "NEVER_DRILLED",
            ("R-001", "R-035"),
            Severity.HIGH,
            subject(basis),
            f"Nobody knows whether {status.name} would come back: it has never been tried. "
            f"Without it: {affected(basis)}.",
            f"Drill {status.name}.",
        )


def last_drill_not_proven(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """The drill that decides failed, or proved nothing."""
    drill = basis.deciding()
    if drill is None or drill.record.verdict is Verdict.PROVEN:
        return
    failed = drill.record.verdict is Verdict.FAILED
    outcome = "did not come back as it must" if failed else "was not shown to come back"
    why = drill.record.reasons[0] if drill.record.reasons else "The drill does not say why."
    yield Finding(
        "DRILL_FAILED" if failed else "DRILL_UNPROVEN",
        ("R-002", "R-040"),
        Severity.HIGH,
        subject(basis),
        f"{status.name} {outcome} on {words.day(drill.record.declared_at)}. {why}",
        "Repair the cause, then drill again.",
        {"entry": drill.entry, "run": drill.record.run, "verdict": drill.record.verdict.value},
    )


def test_not_service_level(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Something was restored, but no restore that still counts shows the whole service."""
    recent = [one for one in basis.drills() if basis.instant <= expires_at(basis, one)]
    entries = {one.entry for one in recent}
    restores = [one for one in status.representative.not_counted if one.entry in entries]
    whole = [one for one in recent if _service_level(basis, one.record.run)]
    if restores and not whole:
        back = words.listed(words.component(basis.plan, key) for key in restores[0].data_sets)
        yield Finding(
            "TEST_NOT_SERVICE_LEVEL",
            ("R-087", "R-081", "R-040"),
            Severity.HIGH,
            subject(basis),
            f"{back} came back, but nobody has seen {status.name} itself at work after a restore.",
            f"Add checks that do what a user of {status.name} does, and drill it whole.",
            {"entries": tuple(one.entry for one in restores)},
        )


def rto_exceeded(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """The measured recovery time is over its target."""
    rto = status.objective("rto")
    seconds, target = rto.achieved_seconds, rto.target_seconds
    if seconds is not None and target is not None and seconds > target:
        yield Finding(
            "RTO_EXCEEDED",
            ("R-088", "R-006", "R-065"),
            Severity.HIGH,
            subject(basis),
            f"{status.name} needs {words.duration(seconds)} to come back; the business allows "
            f"{words.duration(target)}. Meanwhile: {affected(basis)}.",
            "Shorten the longest steps of the recovery, or let the business decide anew.",
            {"measured": words.duration(seconds), "target": words.duration(target)},
        )


def contract_tolerance_exceeded(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """The measured recovery time is longer than a contract allows."""
    seconds, limit = status.objective("rto").achieved_seconds, basis.service.contract_limit
    if seconds is not None and limit is not None and seconds > limit.total_seconds():
        yield Finding(
            "CONTRACT_TOLERANCE_EXCEEDED",
            ("R-088",),
            Severity.HIGH,
            subject(basis),
            f"{status.name} needs {words.duration(seconds)} to come back; a contract allows an "
            f"outage of {words.duration(limit.total_seconds())}.",
            "Shorten the recovery, or speak with the other party before it happens.",
            {"limit": words.duration(limit.total_seconds())},
        )


def vendor_commitment_insufficient(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """A vendor promises less than the business was promised."""
    target = status.objective("rto").target_seconds
    for key in basis.strengths:
        promised = basis.component(key).vendor_commitment
        if target is None or promised is None or promised.total_seconds() <= target:
            continue
        name = words.component(basis.plan, key)
        yield Finding(
            "VENDOR_COMMITMENT_INSUFFICIENT",
            ("R-088",),
            Severity.HIGH,
            f"{subject(basis)}, component {key}",
            f"{status.name} must be back within {words.duration(target)}; the vendor of {name} "
            f"promises {words.duration(promised.total_seconds())}.",
            "Agree on a shorter time with the vendor, or find another way without it.",
        )


def evidence_stale(basis: Basis, _status: ServiceStatus) -> Iterator[Finding]:
    """What was drilled is not what is there now."""
    drill = basis.deciding()
    if drill is None:
        return
    changes = [one for one in stale(basis, drill) if one.cause is not Cause.AGE]
    if changes:
        yield Finding(
            "EVIDENCE_STALE_AFTER_CHANGE",
            ("R-154", "R-161"),
            Severity.HIGH,
            subject(basis),
            f"The last drill no longer says anything about today. {changes[0].sentence}",
            f"Drill {basis.service.name} again.",
            {"causes": tuple(one.cause.value for one in changes), "entry": drill.entry},
        )


def evidence_expired(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """The drill is too long ago to count."""
    drill = basis.deciding()
    if drill is None or basis.instant <= expires_at(basis, drill):
        return
    age = (basis.instant - drill.record.declared_at).total_seconds()
    yield Finding(
        "EVIDENCE_EXPIRED",
        ("R-161", "R-024"),
        Severity.HIGH,
        subject(basis),
        f"{status.name} was last drilled {words.duration(age)} ago, which is too long to count.",
        f"Drill {status.name} again.",
        {"entry": drill.entry, "expired": words.instant(expires_at(basis, drill))},
    )


def not_representative(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Drills are on record, but none speaks for the real thing."""
    drill = basis.deciding()
    if drill is None or status.representative.drill is not None:
        return
    missing = tuple(name for name, met in drill.record.representative.items() if not met)
    lacks = f" What it lacked: {words.listed(missing)}." if missing else ""
    yield Finding(
        "NO_REPRESENTATIVE_RESTORE",
        ("R-035", "R-036"),
        Severity.MEDIUM,
        subject(basis),
        f"No restore of {status.name} yet was like the real thing.{lacks}",
        "Drill the whole service from its newest copies.",
        {"missing": missing},
    )


def _service_level(basis: Basis, run: str) -> bool:
    """Whether a drill saw the service itself at work, its identity and licences served (R-081)."""
    record = next(one.record for one in basis.drills() if one.record.run == run)
    passed = [check for check in record.checks if check.outcome is Outcome.PASSED]
    journey = [check for check in record.checks if check.component is None]
    if not journey or any(check not in passed for check in journey):
        return False
    shown = {proof for check in passed for proof in check.proves} & DEPENDENCY_PROOFS
    needed = {_SERVED.get(basis.component(key).kind) for key in basis.strengths} - {None}
    return needed <= shown

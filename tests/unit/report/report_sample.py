"""Reports to look at: proven, failed, never drilled, large and hostile ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from refloat.model.judgement import (
    AcceptanceStatus,
    ApprovalState,
    Cell,
    ComparisonRow,
    ComparisonTable,
    Confidence,
    ConfidenceStatus,
    CopyJudgement,
    CopyVerdict,
    Coverage,
    DataSetStatus,
    DrillReference,
    Finding,
    JobStatus,
    LadderStep,
    ObjectiveStatus,
    RecoveryJudgement,
    RepresentativeStatus,
    ServiceStatus,
    Severity,
)
from refloat.model.place import PlaceFacts, Teardown
from refloat.model.plan import (
    Completeness,
    Component,
    ComponentKind,
    Dependency,
    Person,
    Plan,
    Repository,
    Service,
    Strength,
)
from refloat.model.points import CommonRecoveryPoint, RecoveryPoint
from refloat.model.run import (
    CategoryRecord,
    CheckResult,
    DrillRecord,
    Environment,
    Measurement,
    Outcome,
    Proof,
    Stage,
    StepRecord,
    Verdict,
)
from refloat.report import EvidenceReference, ReportInput

NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
DECLARED = datetime(2026, 11, 22, 10, 12, 4, tzinfo=UTC)
WAVES = (
    ("booking-settings", "bookings-db", "documents", "identity"),
    ("booking-app",),
)
QUESTIONS = (
    ("R-070", "What is protected?"),
    ("R-071", "How much data can be lost?"),
    ("R-072", "How quickly can work resume?"),
    ("R-073", "Who acts?"),
    ("R-074", "How is success proven?"),
)


def plan() -> Plan:
    hard, soft = Strength.HARD, Strength.SOFT
    return Plan(
        organisation="Harbour Street Dental",
        people={
            "ben": Person("ben", "Ben Okafor", ("business owner",), "+61 3 5550 0142"),
            "mei": Person("mei", "Mei Tan", ("technical owner",), "+61 3 5550 0177"),
        },
        repositories={"cupboard": Repository("cupboard", "restic", {}, "server room", "backup")},
        services={
            "booking": Service(
                "booking",
                "Online booking",
                ("Patients book a visit", "Dentists see their day"),
                "ben",
                "mei",
                1,
                needs=(Dependency("booking-app"), Dependency("documents", soft)),
                completeness=Completeness("Are the bookings of today all there?", "ben"),
                workaround="The paper diary at reception.",
            )
        },
        components={
            "identity": Component("identity", ComponentKind.IDENTITY, "Staff directory"),
            "bookings-db": Component("bookings-db", ComponentKind.DATABASE, "Bookings database"),
            "documents": Component("documents", ComponentKind.FILES, "Documents"),
            "booking-settings": Component("booking-settings", ComponentKind.SETTINGS, "Settings"),
            "booking-app": Component(
                "booking-app",
                ComponentKind.APPLICATION,
                "Booking application",
                needs=(
                    Dependency("identity", hard),
                    Dependency("bookings-db", hard),
                    Dependency("booking-settings", hard),
                    Dependency("documents", soft),
                ),
            ),
        },
    )


def point(key: str, seconds: int, size: int) -> RecoveryPoint:
    return RecoveryPoint(
        identity=f"{sum(map(ord, key)):x}" * 16,
        data_set=key,
        repository="cupboard",
        engine="restic",
        kind="files",
        consistency_time=DECLARED - timedelta(minutes=9, seconds=-seconds),
        paths=(key,),
        bytes=size,
        duration=timedelta(seconds=3),
        engine_version="restic 0.14.0",
        source_version="",
        seal="s",
    )


def steps() -> tuple[StepRecord, ...]:
    ok = Outcome.PASSED

    def step(
        key: str | None, stage: Stage, begin: float, end: float, critical: bool = False
    ) -> StepRecord:
        return StepRecord(key, stage, ok, begin, end, "done", critical=critical)

    return (
        step(None, Stage.CHOOSE, 0.0, 1.9, True),
        step(None, Stage.ISOLATE, 1.9, 2.3, True),
        step("identity", Stage.RESTORE, 2.3, 3.6),
        step("identity", Stage.LOAD, 3.6, 4.1),
        step("identity", Stage.START, 4.1, 4.3),
        step("identity", Stage.READY, 4.3, 4.5),
        step("identity", Stage.CHECK, 4.5, 4.9),
        step("bookings-db", Stage.PREPARE, 2.3, 3.3),
        step("bookings-db", Stage.RESTORE, 2.3, 4.2, True),
        step("bookings-db", Stage.LOAD, 4.2, 7.9, True),
        step("bookings-db", Stage.START, 7.9, 8.1, True),
        step("bookings-db", Stage.READY, 8.1, 8.2, True),
        step("bookings-db", Stage.CHECK, 8.2, 9.4),
        step("documents", Stage.RESTORE, 2.4, 4.6),
        step("documents", Stage.LOAD, 4.6, 4.7),
        step("documents", Stage.CHECK, 4.7, 5.2),
        step("booking-settings", Stage.RESTORE, 2.4, 3.3),
        step("booking-settings", Stage.LOAD, 3.3, 3.4),
        step("booking-app", Stage.START, 8.2, 8.3, True),
        step("booking-app", Stage.READY, 8.3, 9.1, True),
        step("booking-app", Stage.CHECK, 9.1, 9.3, True),
        step(None, Stage.JOURNEY, 9.4, 10.4, True),
        step(None, Stage.TAKE_DOWN, 10.4, 10.9),
    )


def checks() -> tuple[CheckResult, ...]:
    ok = Outcome.PASSED
    answers, data = (Proof.ANSWERS,), (Proof.DATA,)
    return (
        CheckResult(
            "tables and schema", "baseline", ok, data, "9 tables", "9 tables", 0.2, "bookings-db"
        ),
        CheckResult(
            "rows", "baseline", ok, data, "131,204 rows", "131,204 rows", 0.4, "bookings-db"
        ),
        CheckResult(
            "staff can sign in",
            "ldap",
            ok,
            (Proof.IDENTITY,),
            "the sign-in succeeds",
            "signed in",
            0.02,
            "identity",
        ),
        CheckResult(
            "every file is the same", "baseline", ok, data, "1,000 files", "1,000", 0.3, "documents"
        ),
        CheckResult("a dentist signs in", "http", ok, answers, "status 200", "status 200", 0.21),
        CheckResult(
            "the dentist sees today's bookings",
            "http",
            ok,
            answers,
            "status 200, count at least 1",
            "status 200; count is 23",
            0.31,
        ),
        CheckResult(
            "a document opens unchanged",
            "http",
            ok,
            answers,
            "status 200, the SHA-256 that the plan or an earlier check gives",
            "status 200; that SHA-256",
            0.12,
        ),
        CheckResult("a booking is made", "http", ok, answers, "status 201", "status 201", 0.25),
    )


def drill() -> DrillRecord:
    sizes = {"identity": 812_331, "bookings-db": 41_220_113, "documents": 36_900_000}
    sizes["booking-settings"] = 2_112
    points = {key: point(key, 7 * n, size) for n, (key, size) in enumerate(sizes.items())}
    passed = Outcome.PASSED
    names = ("services", "identities", "applications", "infrastructure", "data", "dependencies")
    return DrillRecord(
        run="20261122-101204-7f3a",
        service="booking",
        service_name="Online booking",
        organisation="Harbour Street Dental",
        verdict=Verdict.PROVEN,
        reasons=(),
        declared_at=DECLARED,
        ended_at=DECLARED + timedelta(seconds=10.4),
        loss_at=DECLARED,
        mode="latest",
        operator="root",
        common_recovery_point=CommonRecoveryPoint(
            DECLARED - timedelta(minutes=9), timedelta(seconds=21), points
        ),
        rto=Measurement(600.0, 10.4, True, True, "10.4 s from the declaration", {}),
        rpo=Measurement(900.0, 541.0, True, True, "the oldest heartbeat restored", {}),
        critical_path=("bookings-db restore", "bookings-db load", "booking-app start", "journey"),
        steps=steps(),
        checks=checks(),
        categories=tuple(
            CategoryRecord(name, None, ("everything runs on one server of the sandbox",))
            if name == "infrastructure"
            else CategoryRecord(name, passed, ("a dentist signs in", "rows"))
            for name in names
        ),
        representative={"all critical data": True, "a current point": True, "whole volume": True},
        degraded=(),
        environment=Environment(
            "sha256:" + "1f" * 32,
            "sha256:" + "c4" * 32,
            tuple(key for wave in WAVES for key in wave),
            {"restic": "0.14.0", "PostgreSQL": "15.20", "OpenLDAP": "2.5.13"},
            sizes,
        ),
        objectives={},
        sandbox=PlaceFacts(
            "bubblewrap",
            "bubblewrap 0.8.0",
            ("mount", "pid", "ipc", "uts", "network"),
            {"memory": "2 GiB", "processes": "512"},
            ("The CPU share could not be limited: there is no such controller.",),
        ),
        teardown=Teardown(True, seconds=0.4),
    )


def status() -> ServiceStatus:
    reference = DrillReference(41, "20261122-101204-7f3a", DECLARED, Verdict.PROVEN, True)
    expires = DECLARED + timedelta(days=90)
    approved = ApprovalState.APPROVED
    at = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    words = "Ben Okafor approved it on 2026-11-02; the evidence is entry 3."
    return ServiceStatus(
        service="booking",
        name="Online booking",
        organisation="Harbour Street Dental",
        as_of=NOW,
        copy=CopyJudgement(
            CopyVerdict.YES,
            (),
            tuple(
                DataSetStatus(
                    key, key, True, CopyVerdict.YES, "a copy", age_seconds=float(400 + 9 * n)
                )
                for n, key in enumerate(WAVES[0])
            ),
        ),
        recovery=RecoveryJudgement(Verdict.PROVEN, (), reference, expires),
        objectives=(
            ObjectiveStatus(
                "rpo", 900, "bia", approved, "Ben Okafor", at, 3, words, 541, True, 427, True
            ),
            ObjectiveStatus("rto", 600, "bia", approved, "Ben Okafor", at, 4, words, 10.4, True),
        ),
        claims=(),
        confidence=ConfidenceStatus(
            Confidence.SERVICE_VALIDATED,
            expires,
            (
                LadderStep(Confidence.MONITORED, True, "Backups were seen.", expires),
                LadderStep(Confidence.RESTORED, True, "All data came back whole.", expires),
                LadderStep(Confidence.SERVICE_VALIDATED, True, "The journey is green.", expires),
                LadderStep(Confidence.EXERCISED, False, "No exercise was recorded."),
            ),
        ),
        representative=RepresentativeStatus(reference, 1076.0, expires),
        acceptance=AcceptanceStatus(
            "Are the bookings of today all there?",
            "Ben Okafor",
            "",
            "",
            None,
            False,
            "Ben Okafor has not yet confirmed that the restored bookings are complete.",
        ),
        coverage=Coverage(WAVES[0], WAVES[1], ()),
        findings=(
            Finding(
                "RESTORED_DATA_NOT_CONFIRMED",
                ("R-055",),
                Severity.MEDIUM,
                "service booking",
                "Nobody from the business has confirmed that the restored data is complete.",
                "Ask Ben Okafor: are the bookings of today all there?",
            ),
        ),
        jobs=(JobStatus("bookings-db", DECLARED, True, "succeeded 2026-11-22 10:03:04 UTC"),),
    )


def comparison() -> ComparisonTable:
    backup = (
        "4 data sets: bookings-db, booking-settings, documents, identity",
        "Every 15 min; the last 10 and 14 daily copies are kept",
        "About 8 s, from the size and the speed seen",
        "Backup administrator: Mei Tan",
        "Restored whole on 2026-11-22 (entry 41)",
    )
    recovery = (
        "Online booking with its 5 components",
        "At most 15 min (approved); 9 min 1 s were lost in the drill",
        "10.4 s measured, at most 10 min allowed; meanwhile the paper diary at reception",
        "Business: Ben Okafor; technical: Mei Tan; vendor: NOT KNOWN",
        "Service validated on 2026-11-22 (entry 41); no exercise: NOT KNOWN",
    )
    rows = tuple(
        ComparisonRow(
            requirement,
            question,
            Cell(backup[number], True),
            Cell(recovery[number], "NOT KNOWN" not in recovery[number]),
        )
        for number, (requirement, question) in enumerate(QUESTIONS)
    )
    return ComparisonTable("booking", "Online booking", rows, ())


def evidence() -> EvidenceReference:
    return EvidenceReference(
        41,
        42,
        "9d1f" * 16,
        "sha256:" + "ab12" * 16,
        "python -m refloat.ledger.verify evidence.json --key evidence.pub",
    )


def proven() -> ReportInput:
    return ReportInput(plan(), "booking", WAVES, status(), drill(), comparison(), evidence())


def failed() -> ReportInput:
    """The database came back without a table; the application could not sign anybody in."""
    words = "The table visits is missing: 12,043 rows were backed up."
    broken = {("bookings-db", Stage.CHECK): words}
    after = {("booking-app", Stage.START), ("booking-app", Stage.READY), ("booking-app", "check")}
    altered = []
    for step in steps():
        key = (step.component, step.stage)
        if key in broken:
            step = replace(step, outcome=Outcome.FAILED, detail=broken[key], critical=True)
        elif key in after or step.stage is Stage.JOURNEY:
            detail = "Bookings database did not come back"
            step = replace(
                step, outcome=Outcome.COULD_NOT_RUN, detail=detail, started=9.4, ended=9.4
            )
            step = replace(step, critical=False)
        altered.append(step)
    lost = replace(
        checks()[1], outcome=Outcome.FAILED, seen="119,161 rows; the table visits is missing"
    )
    journey = [
        replace(check, outcome=Outcome.COULD_NOT_RUN, seen="the application did not start")
        for check in checks()[4:]
    ]
    reasons = (
        f"{words} Bookings database therefore did not come back.",
        "The journey could not be tried, because Booking application was not started.",
    )
    record = replace(
        drill(),
        verdict=Verdict.FAILED,
        reasons=reasons,
        steps=tuple(altered),
        checks=(*checks()[:1], lost, *checks()[2:4], *journey),
        rto=Measurement(600.0, None, None, True, "not measured", {}),
        degraded=("Documents did not come back, so Online booking ran without them.",),
        categories=tuple(
            replace(one, outcome=Outcome.FAILED) if one.outcome else one
            for one in drill().categories
        ),
        teardown=Teardown(False, ("pid 4711 postgres",), (), ("/var/tmp/refloat/x",), 5.0),
        resumed=1,
    )
    finding = Finding(
        "DRILL_FAILED",
        ("R-001",),
        Severity.HIGH,
        "service booking",
        "If the server were lost now, Online booking would not come back.",
        "See why pg_dump leaves out the table visits, back up again, and drill again.",
    )
    base = status()
    reference = DrillReference(42, record.run, DECLARED, Verdict.FAILED, False)
    rto = replace(base.objectives[1], achieved_seconds=None, achieved_met=None)
    rpo = replace(base.objectives[0], now_seconds=1500.0, now_met=False)
    judged = replace(
        base,
        recovery=RecoveryJudgement(Verdict.FAILED, reasons, reference, None),
        objectives=(rpo, rto),
        findings=(finding, *base.findings),
    )
    return replace(proven(), status=judged, drill=record)


def undrilled() -> ReportInput:
    """All jobs are green, and nobody ever tried."""
    base = status()
    missing = ApprovalState.CLAIMED
    words = "The plan claims an approval; no signed approval was recorded."
    objectives = tuple(
        replace(
            one,
            approval=missing,
            explanation=words,
            achieved_seconds=None,
            achieved_met=None,
            target_seconds=None if one.measure == "rpo" else 600,
        )
        for one in base.objectives
    )
    judged = replace(
        base,
        recovery=RecoveryJudgement(
            Verdict.UNPROVEN, ("Online booking has never been drilled.",), None, None
        ),
        objectives=objectives,
        representative=RepresentativeStatus(None, None, None),
        confidence=ConfidenceStatus(
            Confidence.MONITORED,
            None,
            (
                base.confidence.ladder[0],
                *(
                    LadderStep(one.level, False, "There was no drill.")
                    for one in base.confidence.ladder[1:]
                ),
            ),
        ),
        findings=(),
    )
    return replace(proven(), status=judged, drill=None, evidence=None)


NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "line one\nline two\r\n\tand more",
    "\u202egnidaer sdrawkcab\u202c \u0627\u0644\u062d\u062c\u0632",
    "\U0001f9b7 dental \U0001f469\u200d\u2695\ufe0f " * 3,
    "{{ 7*7 }}{% raw %}",
    "nul\x00 bell\x07 half \ud800 pair",
    "W" * 300,
    "&lt;already&amp;escaped&gt;",
    "\u6b6f\u79d1\u4e88\u7d04\u30c7\u30fc\u30bf\u30d9\u30fc\u30b9" * 4,
)


def hostile() -> ReportInput:
    """Everything that a person may name is named to hurt."""
    base = proven()
    keys = [key for wave in WAVES for key in wave]
    components = {
        key: replace(component, name=NASTY[n % len(NASTY)])
        for n, (key, component) in enumerate(base.plan.components.items())
    }
    service = replace(
        base.plan.services["booking"], name=NASTY[0], processes=NASTY, workaround=NASTY[1]
    )
    people = {key: replace(one, name=NASTY[1]) for key, one in base.plan.people.items()}
    record = drill()
    nasty_checks = tuple(
        CheckResult(text, NASTY[0], outcome, (), text, text, 0.1, keys[n % len(keys)])
        for n, text in enumerate(NASTY)
        for outcome in Outcome
    )
    nasty_steps = tuple(
        replace(step, outcome=Outcome.FAILED, detail=NASTY[n % len(NASTY)])
        for n, step in enumerate(record.steps)
    )
    judged = replace(
        base.status,
        name=NASTY[0],
        organisation=NASTY[3],
        recovery=replace(base.status.recovery, verdict=Verdict.FAILED, reasons=NASTY),
        findings=tuple(Finding(text, (), Severity.HIGH, text, text, text, {}) for text in NASTY),
    )
    rows = tuple(
        replace(row, backup=Cell(text, True), recovery=Cell(text, False))
        for row, text in zip(base.comparison.rows, NASTY, strict=False)
    )
    return ReportInput(
        replace(
            base.plan,
            organisation=NASTY[3],
            components=components,
            services={"booking": service},
            people=people,
        ),
        "booking",
        WAVES,
        judged,
        replace(record, checks=nasty_checks, steps=nasty_steps, operator=NASTY[6], notes=NASTY),
        replace(base.comparison, rows=rows),
        evidence(),
    )


def large() -> ReportInput:
    """A hundred components in five waves."""
    base = proven()
    waves = tuple(tuple(f"part-{w}-{n:02}" for n in range(20)) for w in range(5))
    components: dict[str, Component] = {}
    for w, wave in enumerate(waves):
        for n, key in enumerate(wave):
            needs = []
            if w:
                needs.append(Dependency(waves[w - 1][(7 * n) % 20]))
                needs.append(Dependency(waves[w - 1][(n + 3) % 20], Strength.SOFT))
            if w > 2 and n % 5 == 0:
                needs.append(Dependency(waves[0][n]))
            components[key] = Component(
                key,
                ComponentKind.APPLICATION,
                f"Component {w}.{n} of the group",
                needs=tuple(needs),
            )
    all_steps = tuple(
        StepRecord(key, stage, Outcome.PASSED, w * 60.0 + n, w * 60.0 + n + 20 * s + 15)
        for w, wave in enumerate(waves)
        for n, key in enumerate(wave)
        for s, stage in enumerate((Stage.RESTORE, Stage.START))
    )
    service = replace(
        base.plan.services["booking"], needs=tuple(Dependency(key) for key in waves[4])
    )
    return replace(
        base,
        plan=replace(base.plan, components=components, services={"booking": service}),
        waves=waves,
        drill=replace(drill(), steps=all_steps, checks=()),
    )


SAMPLES = {
    "proven": proven,
    "failed": failed,
    "undrilled": undrilled,
    "hostile": hostile,
    "large": large,
}

"""What the golden evidence says: invented, in the shape that drills have, and fixed for good."""

from __future__ import annotations

import hashlib

from refloat.ledger.statement import (
    ACCEPTANCE,
    APPROVAL,
    DRILL,
    INTERRUPTED,
    RECOVERY_POINTS,
    Statement,
    Subject,
    build_test_result,
)

PLAN = hashlib.sha256(b"harbour street plan").hexdigest()


def subject(name: str) -> Subject:
    """Give an invented subject."""
    return Subject(name, hashlib.sha256(name.encode()).hexdigest())


def points(day: int) -> tuple[Subject, ...]:
    """Give a day's recovery points."""
    names = ("identity", "bookings-db", "documents", "booking-settings")
    return tuple(subject(f"recovery-point/{name}/2026-11-{day:02}T02:04:00Z") for name in names)


def statements() -> list[Statement]:
    """Give what the good log says, in order: ten entries."""
    approval = {
        "recorded_at": "2026-11-20T09:15:00Z",
        "approver": "ben",
        "decision": "approved",
        "what": "objective booking: RPO 15 min, RTO 2 h",
    }
    interrupted = {
        "recorded_at": "2026-11-21T22:00:00Z",
        "run": "drill-0003",
        "service": "booking",
        "found": "the run had stopped in: bookings-db load",
        "cleaned": True,
    }
    acceptance = {
        "recorded_at": "2026-11-22T08:30:00Z",
        "run": "drill-0004",
        "service": "booking",
        "acceptor": "ben",
        "decision": "the restored data is complete",
    }
    return [
        recovery_points(20),
        Statement((Subject("objective/booking", PLAN),), APPROVAL, approval),
        recovery_points(21),
        drill(21, "drill-0001", "proven", ()),
        test_result(21, "PASSED"),
        drill(21, "drill-0002", "failed", ("bookings-db: 4 of 6 tables were restored",)),
        test_result(21, "FAILED"),
        Statement((Subject("service/booking", PLAN),), INTERRUPTED, interrupted),
        drill(22, "drill-0004", "proven", ()),
        Statement(points(22), ACCEPTANCE, acceptance),
    ]


def recovery_points(day: int) -> Statement:
    """Give a batch of recovery points."""
    listed = [
        {
            "data_set": item.name.split("/")[1],
            "consistent_at": f"2026-11-{day}T02:04:00Z",
            "bytes": 4096,
        }
        for item in points(day)
    ]
    time = f"2026-11-{day}T02:09:31Z"
    return Statement(points(day), RECOVERY_POINTS, {"recorded_at": time, "points": listed})


def drill(day: int, run: str, verdict: str, reasons: tuple[str, ...]) -> Statement:
    """Give a drill's own statement."""
    predicate = {
        "recorded_at": f"2026-11-{day}T06:00:{int(run[-1]) * 7:02}Z",
        "run": run,
        "service": "booking",
        "service_name": "Online booking, Zahnärzte",
        "verdict": verdict,
        "reasons": list(reasons),
        "plan": f"sha256:{PLAN}",
        "rto": {"target_seconds": 7200, "measured_seconds": 31.407, "met": verdict == "proven"},
        "rpo": {"target_seconds": 900, "measured_seconds": 12.5, "met": True},
        "steps": [
            {"component": "bookings-db", "stage": "restore", "started": 0.2, "ended": 3.81},
            {"component": "bookings-db", "stage": "load", "started": 3.81, "ended": 9.02},
        ],
        "teardown": {"clean": True, "left": []},
    }
    return Statement(points(day), DRILL, predicate)


def test_result(day: int, result: str) -> Statement:
    """Give the same result in the standard predicate."""
    passed, failed = ["journey"], []
    if result == "FAILED":
        passed, failed = [], ["bookings-db against its baseline"]
    plan = [Subject("refloat.yaml", PLAN)]
    return build_test_result(points(day), result, plan, passed=passed, failed=failed)

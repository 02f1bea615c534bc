"""Verifying a log against the cryptography alone: as many Ed25519 verifications and SHA-256.

Both sides run in one thread, and start their interpreter within the measured time. The baseline
gets signed bytes, signatures and leaves ready made from a file (about 2 of its 72 microseconds an
entry); all that it does is verify and hash. Reading JSON, the tree, the checkpoint and its history
are ours alone. A side that does not end with 0 (verified) ends the benchmark.

    python -m benchmarks.verify_log --entries 100000 --pairs 5
"""

from __future__ import annotations

import argparse
import hashlib
import pickle
import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from benchmarks.measure import compare, print_result
from refloat.ledger.dsse import pae, raw_key, read_envelope, read_public_key
from refloat.ledger.log import Ledger
from refloat.ledger.statement import (
    APPROVAL,
    DRILL,
    RECOVERY_POINTS,
    Statement,
    Subject,
    build_test_result,
)

BATCH = 100
BEGIN = datetime(2026, 1, 1, 2, 4, tzinfo=UTC)
MOST_BYTES = 120 * 2**20


def main() -> int:
    """Build a log, compare, print; exit 1 when the target or the memory was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--pairs", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="refloat-benchmark-") as temporary:
        folder = Path(temporary)
        ledger = Ledger.create(folder / "ledger", "Benchmark")
        for start in range(0, arguments.entries, BATCH):
            count = min(BATCH, arguments.entries - start)
            ledger.append([statement(start + n) for n in range(count)])
        export, prepared = folder / "evidence.json", folder / "prepared"
        ledger.export(export)
        size = prepare(ledger, prepared)
        argv = (sys.executable, "-m", "refloat.ledger.verify", str(export))
        argv = (*argv, "--key", str(ledger.folder / "key.pub"), "--json")
        result = compare(
            f"verify a log of {arguments.entries} entries, {size} bytes an entry on average",
            argv,
            (sys.executable, "-m", "benchmarks.verify_log", "baseline", str(prepared)),
            pairs=arguments.pairs,
            target=1.5,
        )
    print_result(result)
    return 0 if result.met and result.peak_bytes <= MOST_BYTES else 1


def statement(number: int) -> Statement:
    """Give an invented statement, in the mix and the sizes of a year's log.

    Of a hundred, eighty are batches of recovery points, eight are drills and eight their test
    results, four are approvals.
    """
    dice = random.Random(number)
    subjects = tuple(
        Subject(
            f"recovery-point/{name}/2026-11-22T02:04:{number % 60:02}Z", dice.randbytes(32).hex()
        )
        for name in ("identity", "bookings-db", "documents", "booking-settings")
    )
    time = (BEGIN + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    kind = number % 25
    if kind in (0, 1):
        return Statement(subjects, DRILL, drill(dice, time))
    if kind in (2, 3):
        names = [f"{item.name} answers" for item in subjects]
        return build_test_result(subjects, "PASSED", subjects[:1], passed=names)
    if kind == 4:
        return Statement(
            subjects[:1], APPROVAL, {"recorded_at": time, "approver": "ben", "rto_seconds": 14400}
        )
    points = [
        {"data_set": item.name, "consistent_at": time, "bytes": dice.getrandbits(32), "seconds": 12}
        for item in subjects
    ]
    return Statement(subjects, RECOVERY_POINTS, {"recorded_at": time, "points": points})


def drill(dice: random.Random, time: str) -> dict[str, object]:
    """Give the predicate of an invented drill, as large as a real one of five components."""
    components = ("identity", "bookings-db", "documents", "booking-settings", "booking-app")
    return {
        "recorded_at": time,
        "run": f"drill-{dice.getrandbits(40):x}",
        "service": "booking",
        "verdict": "proven" if dice.random() < 0.9 else "failed",
        "steps": [
            {
                "component": component,
                "stage": stage,
                "outcome": "passed",
                "started": round(dice.random() * 60, 3),
                "ended": round(60 + dice.random() * 60, 3),
                "detail": f"the {stage} of {component} ended with exit code 0, nothing was left",
                "bytes": dice.getrandbits(30),
                "critical": dice.random() < 0.3,
                "repeated": False,
            }
            for component in components
            for stage in ("restore", "load", "start", "ready", "check")
        ],
        "checks": [
            {
                "name": f"{component} holds what was backed up, by count and by fingerprint ({n})",
                "kind": "baseline",
                "outcome": "passed",
                "proves": ["data", "answers"],
                "expected": "100,204 rows in 6 tables with the fingerprints of the baseline",
                "seen": "100,204 rows in 6 tables with the fingerprints of the baseline",
                "seconds": round(dice.random(), 3),
                "component": component,
            }
            for component in components
            for n in range(4)
        ],
        "environment": {"plan": "sha256:" + dice.randbytes(32).hex(), "closure": components},
        "rto": {"target_seconds": 7200.0, "measured_seconds": 31.4, "met": True, "approved": True},
        "rpo": {"target_seconds": 900.0, "measured_seconds": 12.5, "met": True, "approved": True},
    }


def prepare(ledger: Ledger, path: Path) -> int:
    """Write what the baseline needs, one pickle an entry; give the mean size of an envelope."""
    total = count = 0
    with path.open("wb") as stream:
        pickle.dump(raw_key(read_public_key(ledger.public_key_pem())), stream)
        for entry in ledger.entries():
            envelope = read_envelope(entry.envelope)
            signed = pae(envelope.payload_type, envelope.payload)
            pickle.dump((envelope.signatures[0].value, signed, entry.envelope), stream)
            total, count = total + len(entry.envelope), count + 1
    return total // count


def prepared_entries(path: Path) -> Iterator[tuple[Ed25519PublicKey, bytes, bytes, bytes]]:
    """Give key, signature, signed bytes and leaf of each entry."""
    with path.open("rb") as stream:
        key = Ed25519PublicKey.from_public_bytes(pickle.load(stream))
        while stream.peek(1):
            yield key, *pickle.load(stream)


def baseline(path: Path) -> None:
    """Verify and hash, nothing else."""
    for key, signature, signed, leaf in prepared_entries(path):
        key.verify(signature, signed)
        hashlib.sha256(leaf).digest()


if __name__ == "__main__":
    if sys.argv[1:2] == ["baseline"]:
        baseline(Path(sys.argv[2]))
    else:
        sys.exit(main())

"""Importing facts against reading each line's JSON and inserting it into SQLite.

The baseline does by hand what an import is at least: ``orjson.loads`` of every line and one row of
key, kind, time and body, ten thousand in a transaction, on the same disk, in a plain table: a
second import of the same file would double every row. ``--with-key`` makes the key unique. Ours
also checks every field, refuses what cannot be, brings each line into canonical form, tells it from
what is known, writes it to a file that the ledger vouches for, and signs.

Then the imported facts are loaded, for the time and the memory that this takes.

    python -m benchmarks.facts_import --facts 1000000 --pairs 5
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import orjson

from benchmarks.measure import compare, measure, print_result
from refloat.app import memory
from refloat.app.feed import import_file
from refloat.app.workspace import Workspace
from refloat.host.clock import Clock

AT_ONCE = 10_000
DATA_SETS = 1_000
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
MOST_BYTES_LOADED = 900 * 2**20


def main() -> int:
    """Write a feed, compare, print; exit code 1 if a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=int, default=1_000_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--with-key", action="store_true", help="the baseline has a unique key")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="refloat-benchmark-", dir=Path.cwd()) as temporary:
        folder = Path(temporary)
        feed = folder / "feed.jsonl"
        write_feed(feed, arguments.facts)
        plan = folder / "refloat.yaml"
        plan.write_text("organisation: Benchmark\n")
        workspace = Workspace.find(str(plan), str(folder / "state"))
        rows = folder / "rows.sqlite3"

        def clean() -> None:
            shutil.rmtree(workspace.state, ignore_errors=True)
            for end in ("", "-wal", "-shm"):
                rows.with_name(rows.name + end).unlink(missing_ok=True)

        result = compare(
            f"import {arguments.facts} facts, {feed.stat().st_size} bytes",
            lambda: whole(import_file(workspace, Clock(), feed).new, arguments.facts),
            lambda: by_hand(feed, rows, unique=arguments.with_key),
            pairs=arguments.pairs,
            target=2.0,
            before_each=clean,
        )
        print_result(result)
        clean()
        import_file(workspace, Clock(), feed)
        loaded = measure(lambda: memory.known(workspace))
        empty = measure(lambda: None)
    took = loaded.peak_bytes - empty.peak_bytes
    print(
        f"  load {arguments.facts} facts: {loaded.seconds:.2f} s, {took / 2**20:.0f} MiB"
        f" of at most {MOST_BYTES_LOADED / 2**20:.0f} MiB",
        file=sys.stderr,
    )
    return 0 if result.met and took <= MOST_BYTES_LOADED else 1


def whole(taken: int, wanted: int) -> None:
    """See that everything was taken.

    Raises:
        RuntimeError: if it was not: then a time means nothing.
    """
    if taken != wanted:
        raise RuntimeError(f"{taken} of {wanted} facts were taken")


def by_hand(feed: Path, rows: Path, *, unique: bool) -> None:
    """Read every line and insert it, as a program would that knows nothing of facts."""
    connection = sqlite3.connect(rows, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    key = "PRIMARY KEY" if unique else ""
    connection.execute(
        f"CREATE TABLE fact (key TEXT {key}, kind TEXT, observed_at TEXT, body BLOB)"
    )
    with feed.open("rb") as stream:
        while some := list(islice(stream, AT_ONCE)):
            batch = []
            for line in some:
                said = orjson.loads(line)
                name = f"{said['source']['instance']}/{said['kind']}/{said['external_id']}"
                batch.append((name, said["kind"], said["observed_at"], line))
            connection.execute("BEGIN")
            connection.executemany("INSERT OR IGNORE INTO fact VALUES (?, ?, ?, ?)", batch)
            connection.execute("COMMIT")
    connection.close()


def write_feed(path: Path, count: int) -> None:
    """Write recovery points of a thousand data sets, hour by hour."""
    dice = random.Random(5)
    with path.open("wb") as stream:
        for number in range(count):
            data_set = number % DATA_SETS
            time = BEGIN + timedelta(hours=number // DATA_SETS, seconds=data_set)
            stream.write(orjson.dumps(point(data_set, time, dice)) + b"\n")


def point(data_set: int, time: datetime, dice: random.Random) -> dict[str, object]:
    """Give one recovery point, as the format's description writes it."""
    until = (time + timedelta(days=35)).isoformat()
    return {
        "schema": "recovery-feed/1",
        "kind": "recovery_point",
        "source": {
            "tool": "backup-server",
            "instance": f"bkp{data_set % 20:02}",
            "tool_version": "12.3",
            "reader": "reader/1",
        },
        "observed_at": (time + timedelta(minutes=20)).isoformat(),
        "dataset_ref": f"data-{data_set:05}",
        "external_id": f"{dice.getrandbits(64):016x}",
        "external_name": f"SRV-{data_set:05}",
        "started_at": time.isoformat(),
        "completed_at": (time + timedelta(minutes=dice.randrange(1, 20))).isoformat(),
        "consistency_time": time.isoformat(),
        "consistency": "application",
        "level": "incremental",
        "complete": True,
        "usable_claim": "ok",
        "size_bytes": dice.randrange(10**10),
        "copies": [
            {
                "location": "repo-nas",
                "failure_domain": "hq",
                "offline": False,
                "encrypted": True,
                "key_ref": "offline-kit",
                "immutable": {"mode": "none"},
            },
            {
                "location": "repo-cloud",
                "failure_domain": "cloud",
                "encrypted": True,
                "immutable": {"mode": "compliance", "until": until},
            },
        ],
        "expires_at": until,
        "integrity": {"kind": "checksum", "state": "ok"},
        "malware": "clean",
    }


if __name__ == "__main__":
    sys.exit(main())

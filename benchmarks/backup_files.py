"""Backing up 2 GB in 20,000 files, baseline and seal included, against bare ``restic backup``.

Both sides start from the same new, empty repository each time. The files are random bytes, which
restic can neither compress nor share: the case in which it leaves the least time to hide behind.
Refloat's side is a process of its own, from its start to its end: it makes sure of the repository,
writes the heartbeat, stores, describes every file, checks the source again, and seals. Neither side
removes old points.

    python -m benchmarks.backup_files --files 20000 --bytes 2000000000 --pairs 5
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import compare, print_result
from refloat.data_sets import Source
from refloat.data_sets.files import ADAPTER as FILES
from refloat.engines import RepositoryAccess
from refloat.engines.restic import ADAPTER as RESTIC
from refloat.model.secret import Secret
from refloat.recovery.backup import BackupJob, back_up_all

PASSWORD = "a password of no worth"
MOST_BYTES = 120 * 2**20
TARGET = 1.25
FOLDERS = 200


def main() -> int:
    """Make the files, compare, print; exit 1 when the target or the memory was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--bytes", type=int, default=2_000_000_000)
    parser.add_argument("--pairs", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="refloat-benchmark-") as temporary:
        folder = Path(temporary)
        make_files(folder / "data", arguments.files, arguments.bytes)
        (folder / "password").write_text(PASSWORD)
        bare = ("restic", "--password-file", str(folder / "password"), "--no-cache", "--quiet")
        subprocess.run((*bare, "--repo", str(folder / "empty"), "init"), check=True)

        def renew() -> None:
            for side in ("ours", "bare"):
                shutil.rmtree(folder / side, ignore_errors=True)
                shutil.copytree(folder / "empty", folder / side)
            os.sync()  # or one side would wait for what the other left to be written

        result = compare(
            f"back up {arguments.bytes} bytes in {arguments.files} files",
            (sys.executable, "-m", "benchmarks.backup_files", "--ours", str(folder)),
            (*bare, "--repo", str(folder / "bare"), "backup", str(folder / "data")),
            pairs=arguments.pairs,
            target=TARGET,
            before_each=renew,
        )
        peak = max(int(line) for line in (folder / "peaks").read_text().split())
    print_result(result)
    print(f"  Refloat itself: {peak / 2**20:.1f} MiB at most (the rest is restic)", file=sys.stderr)
    return 0 if result.met and peak <= MOST_BYTES else 1


def make_files(folder: Path, count: int, size: int) -> None:
    """Write files of uneven sizes, ``size`` bytes together, in 200 folders; always the same."""
    dice = random.Random(20_000)
    weights = [dice.lognormvariate(0, 1.2) for _ in range(count)]
    scale = size / sum(weights)
    for number, weight in enumerate(weights):
        place = folder / f"folder {number % FOLDERS:03}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"file {number}.dat").write_bytes(dice.randbytes(int(weight * scale)))


def ours(folder: Path) -> int:
    """Back up as Refloat does, and note this process's own peak of memory."""
    access = RepositoryAccess(
        "benchmark", {"location": str(folder / "ours")}, {"password": Secret(PASSWORD)}
    )
    source = Source("data", {"paths": (str(folder / "data"),)}, {}, "", folder, True)
    (result,) = back_up_all([BackupJob(RESTIC, access, FILES, source, {}, 3600.0)])
    if result.error is not None:
        raise result.error
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    if found is None:
        raise RuntimeError("the kernel does not tell this process's peak of memory")
    with (folder / "peaks").open("a") as stream:
        stream.write(f"{int(found[1]) * 1024}\n")
    return 0


if __name__ == "__main__":
    sys.exit(ours(Path(sys.argv[2])) if sys.argv[1:2] == ["--ours"] else main())

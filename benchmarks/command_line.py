"""``refloat --help`` against Python importing Click alone, and against 0.2 seconds."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from benchmarks.measure import compare, print_result

ALLOWED_SECONDS = 0.2
TARGET = 2.0


def main() -> int:
    """Compare; exit code 1 if it is slow by either measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=11)
    result = compare(
        "refloat --help",
        (sys.executable, "-m", "refloat.cli", "--help"),
        (sys.executable, "-c", "import click"),
        pairs=parser.parse_args().pairs,
        target=TARGET,
    )
    met = result.met and result.seconds <= ALLOWED_SECONDS
    print_result(replace(result, met=met))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())

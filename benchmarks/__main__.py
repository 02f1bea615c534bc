"""Every benchmark, one after another: ``python -m benchmarks [NAME…]``."""

from __future__ import annotations

import subprocess
import sys

NAMES = (
    "command_line",
    "verify_log",
    "backup_files",
    "drill_postgresql",
    "assessment",
    "over_time",
    "facts_import",
    "observing",
    "scenario",
    "weakest",
    "forecast",
)


def main() -> int:
    """Run those that are named, or all; exit code 1 if one missed its target."""
    missed = [
        name
        for name in sys.argv[1:] or NAMES
        if subprocess.run((sys.executable, "-m", f"benchmarks.{name}")).returncode
    ]
    for name in missed:
        print(f"{name}: a target was missed", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

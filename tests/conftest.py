"""What every test stands on: a clean environment, quick repositories, and a header that says so."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

from hypothesis import HealthCheck, settings

PROGRAMS = Path(__file__).parent / "support" / "programs"

# A variable of whoever runs the tests must not lead Refloat to their plan or their state.
KEPT = "REFLOAT_ADAPTERS"  # a test that adds an adapter runs the suite with it
for name in [one for one in os.environ if one.startswith(("REFLOAT_", "RESTIC_", "PG"))]:
    if name != KEPT:
        del os.environ[name]
os.environ["PATH"] = f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', '')}"

# Whoever starts the tests in the background (`&`, nohup) has them ignore these, and so would every
# program that a test starts and then stops by them.
for number, usual in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGHUP, signal.SIG_DFL),
):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, usual)

# A property that is true on a fast machine must not be called false on one that is busy.
settings.register_profile(
    "unhurried",
    parent=settings(),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("unhurried")


def pytest_report_header() -> list[str]:
    """Say what is there and what is not, before anything runs."""
    account = "root" if os.geteuid() == 0 else "an ordinary user"
    wanted = ("restic", "bwrap", "slapd", "psql", "rclone", "borg", "chromium")
    path = f"{os.environ['PATH']}:/usr/sbin:/usr/lib/postgresql/15/bin"
    found = {name: shutil.which(name, path=path) is not None for name in wanted}
    there = ", ".join(name for name, is_there in found.items() if is_there)
    missing = ", ".join(name for name, is_there in found.items() if not is_there) or "nothing"
    return [
        f"refloat: as {account}; there: {there}; missing: {missing}",
        "refloat: repositories that tests make derive their key quickly (tests/support)",
    ]

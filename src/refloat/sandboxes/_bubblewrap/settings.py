"""What a plan may say of a bubblewrap sandbox, and which limits come of it."""

from __future__ import annotations

import os
import re
import resource
from collections.abc import Mapping

from refloat.model.errors import PlanProblem
from refloat.model.options import Option, Options, OptionType
from refloat.sandboxes._bubblewrap.groups import Limits

PROCESSES = 2_048
DESCRIPTORS = 65_536
SHARE_OF_MEMORY = (3, 4)
_UNITS = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?) *(KiB|MiB|GiB|TiB)")

OPTIONS = (
    Option(
        "memory",
        OptionType.TEXT,
        "The memory that everything in the sandbox may use together; three quarters of the"
        " machine's if it is not given, and never more than the machine has.",
        example="4 GiB",
    ),
    Option(
        "processes",
        OptionType.INTEGER,
        "How many processes and threads there may be in the sandbox.",
        default=PROCESSES,
        example="512",
    ),
    Option(
        "processors",
        OptionType.TEXT,
        "How many processors the sandbox may keep busy; all if it is not given.",
        example="1.5",
    ),
)


def limits(options: Options) -> Limits:
    """Read the limits that a plan asks for.

    Raises:
        PlanProblem: if one cannot be meant.
    """
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    share, whole = SHARE_OF_MEMORY
    given = options.get("memory")
    memory = machine * share // whole if given is None else _size(str(given))
    processes = options.get("processes", PROCESSES)
    if not isinstance(processes, int) or processes < 1:
        raise PlanProblem(f"a sandbox cannot live with {processes!r} processes")
    return Limits(min(memory, machine), processes, _processors(options.get("processors")))


def _size(text: str) -> int:
    match = _SIZE.fullmatch(text.strip())
    if match is None or float(match[1]) == 0:
        raise PlanProblem(
            f"{text!r} is no amount of memory", hint="Write a number and a unit, such as '4 GiB'."
        )
    return int(float(match[1]) * _UNITS[match[2]])


def _processors(given: object) -> int | None:
    if given is None:
        return None
    try:
        wanted = round(float(str(given)) * 100)
    except (ValueError, OverflowError):
        wanted = 0
    if wanted < 1:
        raise PlanProblem(
            f"{given!r} is no number of processors", hint="Write a number, such as '1.5'."
        )
    return min(wanted, 100 * (os.cpu_count() or 1))


def descriptors() -> int:
    """Say how many files each process may have open: never more than Refloat itself may."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)


def in_force(wanted: Limits, have: set[str], files: int) -> Mapping[str, str]:
    """Name the limits in force, for the evidence.

    Args:
        wanted: what was asked for.
        have: the controllers that took it.
        files: how many open files each process may have.
    """
    named = {"open files": f"{files} each process", "core dumps": "none"}
    if "memory" in have:
        named["memory"] = f"{wanted.memory // 2**20} MiB"
    if "pids" in have:
        named["processes"] = str(wanted.processes)
    if "cpu" in have and wanted.processors is not None:
        named["processors"] = f"{wanted.processors // 100}.{wanted.processors % 100:02d}"
    return dict(sorted(named.items()))


def not_had(wanted: Limits, have: set[str]) -> tuple[str, ...]:
    """Say which limits were not to be had, in sentences."""
    said = []
    if "memory" not in have:
        said.append("Memory is not limited: no control group for it can be made here.")
    if "pids" not in have:
        said.append("The number of processes is not limited: no control group can be made here.")
    if "cpu" not in have and wanted.processors is not None:
        said.append("Processors are not limited: no control group for them can be made here.")
    said.append("Disk space is not limited inside; only an estimate is made beforehand.")
    return tuple(said)

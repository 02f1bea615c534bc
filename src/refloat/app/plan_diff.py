"""Two plans, judged by the same facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from refloat.app.assess import ground
from refloat.app.facts import Refused
from refloat.app.workspace import Workspace
from refloat.assess.over_time.plan_difference import difference
from refloat.model.difference import PlanDifference


@dataclass(frozen=True)
class Compared:
    """What a change of the plan does, and what it was judged by.

    Attributes:
        difference: what it does.
        refused: lines of the facts that could not be used.
        remembered: whether there were facts at all: given, or remembered beside the new plan.
    """

    difference: PlanDifference
    refused: tuple[Refused, ...]
    remembered: bool


def compared(old: Path, new: Path, paths: Sequence[Path], instant: datetime) -> Compared:
    """Say what the change from one plan to another does.

    Args:
        old: the plan as it was: a file or a folder.
        new: the plan as it is to be.
        paths: files or folders of facts; without any, what is remembered beside the new plan.
        instant: when.

    Raises:
        PlanProblem, MissingInput: if a plan or a file cannot be understood or read.
        StateProblem, EvidenceProblem: if what is remembered cannot be read.
    """
    before = Workspace.find(str(old), None).plan
    workspace = Workspace.find(str(new), None)
    found = ground(workspace, paths)
    remembered = bool(paths) or (workspace.state / "ledger").exists()
    return Compared(difference(before, found.plan, found.facts, instant), found.refused, remembered)

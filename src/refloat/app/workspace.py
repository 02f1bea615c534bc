"""Where a command works: the plan's file, and Refloat's state beside it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from refloat import plan as plans
from refloat import registry
from refloat.host import files
from refloat.ledger.log import Ledger
from refloat.model.errors import MissingInput, PlanProblem, StateProblem
from refloat.model.options import AdapterCatalogue
from refloat.model.plan import Plan, Service
from refloat.plan import nearest

PLAN_VARIABLE = "REFLOAT_PLAN"
STATE_VARIABLE = "REFLOAT_STATE"
DEFAULT_PLAN = "refloat.yaml"
LARGEST_PLAN = 64 * 1024 * 1024
_ORGANISATION = re.compile(rb"^organisation:[ \t]*([^\r\n#]{1,200})", re.MULTILINE)


def catalogue() -> AdapterCatalogue:
    """Describe every adapter that a plan may name."""
    rooms = ("engines", "data_sets", "checks", "sandboxes")
    return AdapterCatalogue(**{room: registry.describe(room) for room in rooms})


@dataclass(frozen=True)
class Workspace:
    """A plan's file and a state folder.

    Attributes:
        plan_path: the plan's file, absolute.
        state: Refloat's own folder: the ledger, the runs, the index.
    """

    plan_path: Path
    state: Path

    @staticmethod
    def find(plan: str | None, state: str | None) -> Workspace:
        """Find the plan and the state from what the command line and the environment say.

        Args:
            plan: the plan's file; ``REFLOAT_PLAN`` or ``refloat.yaml`` here if None.
            state: the state folder; ``REFLOAT_STATE`` or ``.refloat`` beside the plan if None.

        Raises:
            StateProblem: if something that is no folder stands where the state would be.
        """
        path = Path(plan or os.environ.get(PLAN_VARIABLE) or DEFAULT_PLAN).absolute()
        beside = path.parent / ".refloat"
        folder = Path(state or os.environ.get(STATE_VARIABLE) or beside).absolute()
        if folder.exists() and not folder.is_dir():
            raise StateProblem(f"{folder} is no folder, so Refloat cannot keep its state there")
        return Workspace(path, folder)

    @property
    def folder(self) -> Path:
        """The folder that the plan's relative paths are relative to."""
        return self.plan_path.parent

    @property
    def runs(self) -> Path:
        """The folder of the runs."""
        return self.state / "runs"

    @cached_property
    def plan_bytes(self) -> bytes:
        """The plan as it is written.

        Raises:
            MissingInput: if there is no such file, or it cannot be read.
        """
        try:
            with self.plan_path.open("rb") as stream:
                return stream.read(LARGEST_PLAN)
        except OSError as error:
            raise MissingInput(
                f"the plan {self.plan_path} cannot be read: {error.strerror}",
                hint="Change to the plan's folder, or name the file with --plan or REFLOAT_PLAN.",
            ) from error

    @cached_property
    def plan(self) -> Plan:
        """The plan, understood.

        Raises:
            PlanProblem: with every complaint and its place.
            MissingInput: if it cannot be read.
        """
        checks = registry.adapters("checks")
        return plans.parse(
            self.plan_bytes,
            str(self.plan_path.name),
            catalogue(),
            {name: check.complaints for name, check in checks.items()},
        )

    def service(self, key: str) -> Service:
        """Give a service of the plan.

        Raises:
            MissingInput: if the plan has no such service; names the nearest.
        """
        services = self.plan.services
        if key not in services:
            near = nearest(key, services)
            names = ", ".join(services) or "none"
            raise MissingInput(
                f"the plan has no service {key!r}",
                hint=f"Did you mean {near!r}?" if near else f"It has: {names}.",
            )
        return services[key]

    def ledger(self) -> Ledger:
        """Open the ledger, made at its first use.

        Raises:
            StateProblem: if the state folder cannot be written.
            EvidenceProblem: if the ledger is damaged.
        """
        folder = files.private_folder(self.state) / "ledger"
        ignore = self.state / ".gitignore"
        if not ignore.exists():
            files.write_atomically(ignore, b"# Refloat's state is not for a repository.\n*\n")
        return Ledger.open(folder) if folder.exists() else Ledger.create(folder, self.organisation)

    @property
    def organisation(self) -> str:
        """Whose ledger it is; of a broken plan, what stands behind its ``organisation:``."""
        try:
            return self.plan.organisation
        except PlanProblem:
            written = _ORGANISATION.search(self.plan_bytes)
            name = written[1].decode("utf-8", "replace").strip(" \t\"'") if written else ""
            return name if name.isprintable() and name else "unknown"

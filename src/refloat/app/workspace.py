"""Where a command works: the plan's file or folder, and Refloat's state beside it."""

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
from refloat.plan import PlanFile, service_of

PLAN_VARIABLE = "REFLOAT_PLAN"
STATE_VARIABLE = "REFLOAT_STATE"
DEFAULT_PLAN = "refloat.yaml"
LARGEST_PLAN = 64 * 1024 * 1024
_ORGANISATION = re.compile(rb"^organisation:[ \t]*([^\r\n#]{1,200})", re.MULTILINE)


def catalogue() -> AdapterCatalogue:
    """Describe every adapter that a plan may name."""
    rooms = ("engines", "data_sets", "checks", "sandboxes")
    return AdapterCatalogue(**{room: registry.describe(room) for room in rooms})


def _folder_of(plan: Path) -> Path:
    return plan if plan.is_dir() else plan.parent


def _read(path: Path, most: int) -> bytes:
    """Read at most so much of a file of the plan: more is refused when it is understood."""
    try:
        with path.open("rb") as stream:
            return stream.read(most)
    except OSError as error:
        raise MissingInput(
            f"the plan {path} cannot be read: {error.strerror}",
            hint="Change to the plan's folder, or name its file or folder with --plan or"
            " REFLOAT_PLAN. refloat init writes a start.",
        ) from error


def _plan_paths(folder: Path, state: Path) -> list[Path]:
    """Find the files of a plan in a folder: hidden ones and Refloat's state are none of it.

    Raises:
        MissingInput: if a folder in it cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise MissingInput(f"the folder {error.filename} cannot be read: {error.strerror}")

    found = []
    for inside, folders, names in os.walk(folder, onerror=refuse):
        here = Path(inside)
        folders[:] = [name for name in folders if name[0] != "." and here / name != state]
        found += [
            here / name for name in names if name[0] != "." and name.endswith((".yaml", ".yml"))
        ]
    return sorted(found)


@dataclass(frozen=True)
class Workspace:
    """A plan and a state folder.

    Attributes:
        plan_path: the plan's file, or the folder whose files are the plan; absolute.
        state: Refloat's own folder: the ledger, the runs, the index.
    """

    plan_path: Path
    state: Path

    @staticmethod
    def find(plan: str | None, state: str | None) -> Workspace:
        """Find the plan and the state from what the command line and the environment say.

        Args:
            plan: the plan's file or folder; ``REFLOAT_PLAN`` or ``refloat.yaml`` here if None.
            state: the state folder; ``REFLOAT_STATE`` or ``.refloat`` beside the plan's file or in
                its folder if None.

        Raises:
            StateProblem: if something that is no folder stands where the state would be.
        """
        path = Path(plan or os.environ.get(PLAN_VARIABLE) or DEFAULT_PLAN).absolute()
        beside = _folder_of(path) / ".refloat"
        folder = Path(state or os.environ.get(STATE_VARIABLE) or beside).absolute()
        if folder.exists() and not folder.is_dir():
            raise StateProblem(f"{folder} is no folder, so Refloat cannot keep its state there")
        return Workspace(path, folder)

    @property
    def folder(self) -> Path:
        """The folder that the plan's relative paths are relative to."""
        return _folder_of(self.plan_path)

    @property
    def runs(self) -> Path:
        """The folder of the runs."""
        return self.state / "runs"

    @cached_property
    def plan_files(self) -> tuple[PlanFile, ...]:
        """The plan as it is written: one file, or all files of its folder by their names in it.

        Raises:
            MissingInput: if there is no such file or folder, or it cannot be read.
        """
        if not self.plan_path.is_dir():
            return (PlanFile(self.plan_path.name, _read(self.plan_path, LARGEST_PLAN + 1)),)
        found, left = [], LARGEST_PLAN + 1
        for path in _plan_paths(self.plan_path, self.state):
            text = _read(path, left)
            left -= len(text)
            found.append(PlanFile(str(path.relative_to(self.plan_path)), text))
        if not found:
            raise MissingInput(
                f"the folder {self.plan_path} holds no plan: no file in it ends in .yaml or .yml",
                hint=f"refloat init {self.plan_path} writes a start.",
            )
        return tuple(found)

    @property
    def plan_bytes(self) -> bytes:
        """The plan as it is written, all files together.

        Raises:
            MissingInput: if it cannot be read.
        """
        return b"\n".join(file.text for file in self.plan_files)

    @cached_property
    def plan(self) -> Plan:
        """The plan, understood.

        Raises:
            PlanProblem: with every complaint and its place.
            MissingInput: if it cannot be read.
        """
        complaints_of = {
            name: check.complaints for name, check in registry.adapters("checks").items()
        }
        files, name = self.plan_files, self.plan_path.name
        if self.plan_path.is_dir():
            return plans.parse_files(files, name, catalogue(), complaints_of)
        return plans.parse(files[0].text, name, catalogue(), complaints_of)

    def service(self, key: str) -> Service:
        """Give a service of the plan.

        Raises:
            MissingInput: if the plan has no such service; names the nearest.
        """
        return service_of(self.plan, key)

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

"""Private folders for data on its way: gone at the end, and after a crash at the next command."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from refloat import registry
from refloat.app.workspace import Workspace
from refloat.host import files
from refloat.host.clock import Clock
from refloat.sandboxes import Sandbox
from refloat.store.journal import FileJournal

MARK = "scratch"
"""The file that tells such a folder from that of a drill, which may be resumed."""


@contextmanager
def scratch(workspace: Workspace, clock: Clock, what: str) -> Iterator[Path]:
    """Give a private folder among those of the runs, for as long as the block runs.

    Args:
        workspace: the plan and the state.
        clock: what time it is.
        what: what it is for, in its name.

    Raises:
        StateProblem: if it cannot be made.
    """
    name = f"{clock.now().wall:%Y%m%d-%H%M%S}-{what}-{secrets.token_hex(3)}"
    folder = files.private_folder(files.private_folder(workspace.runs) / name)
    try:
        with FileJournal(folder).held():
            files.write_atomically(folder / MARK, b"")  # after the lock: who sees it may ask that
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_scratch(workspace: Workspace) -> None:
    """Remove what processes left that were killed: data in the clear, and their sandboxes."""
    for mark in workspace.runs.glob(f"*/{MARK}"):
        folder = mark.parent
        if not FileJournal(folder).alive():
            for one in registry.adapters("sandboxes").values():
                kind: Sandbox = one
                if (folder / "sandbox").exists():
                    kind.sweep(folder / "sandbox", remove_data=True)
            shutil.rmtree(folder, ignore_errors=True)

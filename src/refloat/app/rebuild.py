"""The index is made anew from the ledger, which is the truth."""

from __future__ import annotations

from refloat.app.evidence import existing
from refloat.app.workspace import Workspace
from refloat.store import index


def rebuild(workspace: Workspace) -> int:
    """Make every row again, and give the number of entries that were indexed.

    Raises:
        MissingInput: if there is no ledger yet.
        EvidenceProblem: if the ledger is damaged: then nothing can be rebuilt from it.
        StateProblem: if the database cannot be written.
    """
    return index.rebuild(workspace.state, existing(workspace))

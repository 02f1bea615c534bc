"""What Refloat's own commands have seen, told to the feed like what other tools have seen."""

from __future__ import annotations

import tempfile
from pathlib import Path

from refloat.app.feed import import_file
from refloat.app.workspace import Workspace
from refloat.feed import write
from refloat.host.clock import Clock
from refloat.model.feed import FeedFact, Source

SOURCE = Source("refloat", "refloat")
"""Where a fact comes from that Refloat's own command line has seen."""


def tell(workspace: Workspace, clock: Clock, name: str, fact: FeedFact) -> int | None:
    """Remember a fact.

    Args:
        workspace: the plan and the state.
        clock: what time it is.
        name: what the import is called in the ledger, such as ``kit-placed``.
        fact: the fact, of ``SOURCE``, observed by now.

    Returns:
        The evidence; None if the very same was known.

    Raises:
        StateProblem, NoRoom: if it cannot be kept.
        EvidenceProblem: if the ledger is damaged.
    """
    with tempfile.TemporaryDirectory() as folder:
        line = Path(folder) / f"{name}.jsonl"
        line.write_bytes(write(fact) + b"\n")
        return import_file(workspace, clock, line).entry

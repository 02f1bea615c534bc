"""A program for ``test_saltbush_stored``: judges each mutation by way of the database.

Every mutation of the reference organisation is written as lines of the feed, imported into a state
of its own, and judged by what is remembered. The database is the one that ``REFLOAT_DATABASE``
names. It prints, by the mutation's name, the codes and subjects that were found.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from refloat import feed
from refloat.app import memory
from refloat.app.feed import import_file
from refloat.app.workspace import Workspace
from refloat.assess import assessment
from refloat.host.clock import Clock
from tests.golden.reference_organisation import AS_OF, FOLDER, REPAIRS, Pair, reference


def mutations() -> Iterator[tuple[str, Pair]]:
    """Give each organisation with one defect repaired, and with one defect alone."""
    for number in REPAIRS:
        yield f"repaired {number}", REPAIRS[number](reference())
        pair = reference()
        for other in sorted(set(REPAIRS) - {number}):
            pair = REPAIRS[other](pair)
        yield f"planted {number}", pair


def main() -> int:
    """Judge every mutation in a folder that the command line names."""
    found = {}
    for name, (plan, facts) in mutations():
        state = Path(sys.argv[1]) / name.replace(" ", "-")
        state.mkdir()
        file = state / "facts.jsonl"
        file.write_bytes(b"".join(feed.write(fact) + b"\n" for fact in facts))
        workspace = Workspace.find(str(FOLDER / "refloat.yaml"), str(state))
        imported = import_file(workspace, Clock(), file)
        assert (imported.new, imported.refused) == (len(facts), ()), imported
        judged = assessment(plan, memory.known(workspace), AS_OF)
        found[name] = [(one.code, one.subject) for one in judged.findings]
    json.dump(found, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())

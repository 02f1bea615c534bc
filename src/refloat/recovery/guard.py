"""What a drill may never touch: looked at before anything begins, refused in a sentence.

The walls are the sandbox's. The guard keeps a plan from asking for a hole in them, and Refloat's
own writing from ending up in production.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from refloat.model.errors import NotAllowed


def refuse_holes(
    *,
    scratch: Path,
    software: Iterable[Path],
    private: Mapping[str, Path],
    sources: Mapping[str, Path],
) -> None:
    """See that what is shown inside, and where the drill writes, is nobody else's.

    Args:
        scratch: where the drill writes on the host.
        software: host paths that the plan wants to show inside, read-only.
        private: what must never be shown, by what it is ("the repository cupboard").
        sources: original paths of production data, by component key.

    Raises:
        NotAllowed: naming the path and what it would expose or overwrite.
    """
    for name, path in private.items():
        for shown in software:
            if _overlap(path, shown):
                raise NotAllowed(
                    f"the plan asks to show {shown} inside the sandbox, which would show {name}",
                    hint="Name a narrower folder under recover.software.",
                )
    for name, path in sources.items():
        if _within(scratch, path):
            raise NotAllowed(
                f"the drill would write to {scratch}, which lies in the production data of {name}",
                hint="Choose another state folder with --state or REFLOAT_STATE.",
            )
        for shown in software:
            if _overlap(path, shown):
                raise NotAllowed(
                    f"the plan asks to show {shown} inside the sandbox, which holds the production"
                    f" data of {name}",
                    hint="Production data comes from the backup alone; take it off the list.",
                )


def _overlap(one: Path, other: Path) -> bool:
    return _within(one, other) or _within(other, one)


def _within(inner: Path, outer: Path) -> bool:
    inner, outer = inner.resolve(), outer.resolve()
    return inner == outer or outer in inner.parents

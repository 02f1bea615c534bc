"""What is really there, as somebody or something saw it, and what of it the plan does not know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Observation:
    """One thing that was seen: a component, or that it needs another.

    Attributes:
        component: its name in the source.
        needs: the name of what it needs; empty if the component alone was seen.
        line: where in the source this stands, counted from 1; 0 where the source has no lines.
        what: what was seen, in words of the source; empty if it says nothing.
        owner: who answers for the component, as the source says; empty if it does not.
        version: which version of the component it is (an image), as the source says; empty if it
            does not.
        holds_data: whether what is named last (``needs``, or the component alone) keeps data.
    """

    component: str
    needs: str
    line: int
    what: str = ""
    owner: str = ""
    version: str = ""
    holds_data: bool = False


@dataclass(frozen=True)
class RefusedLine:
    """A line of a source that says nothing that can be used.

    Attributes:
        line: which, counted from 1.
        reason: why, in words; never the line's text, which may hold anything.
    """

    line: int
    reason: str


@dataclass(frozen=True)
class ObservationFact:
    """A source was read that says what is really there (R-005).

    The newest fact of an observer and a source says all that this source shows; older ones of the
    same source no longer count.

    Attributes:
        entry: index in the ledger.
        at: when it was read (UTC).
        source: the file, relative to the plan's folder where it lies in it.
        observations: what it shows, in the order of its lines.
        observer: name of the observer that read it.
        refused: how many lines of it could not be used.
    """

    entry: int
    at: datetime
    source: str
    observations: tuple[Observation, ...]
    observer: str
    refused: int = 0


@dataclass(frozen=True)
class Undocumented:
    """One row of what was observed minus what is documented (R-005).

    Attributes:
        component: the observed name that the plan does not know, or the known one that needs
            something unwritten.
        needs: the known name of what it needs; empty if ``component`` itself is not known.
        source: where it was seen first: a file.
        line: the line in it; 0 where the source has none.
        seen_in: every such place, as ``source:line``.
        needed_by: the names that were seen to need an unknown component.
        uses: the names that an unknown component was seen to need.
        services: keys of the services that rest on it, by what is documented and observed.
        entry: the evidence of the first sighting; None where the feed tells of it.
    """

    component: str
    needs: str
    source: str
    line: int
    seen_in: tuple[str, ...]
    needed_by: tuple[str, ...]
    uses: tuple[str, ...]
    services: tuple[str, ...]
    entry: int | None

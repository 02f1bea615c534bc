"""The recovery of a service as people carry it out: numbered, one action a step."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RunStep:
    """One step of a run sheet.

    Attributes:
        number: from 1.
        wave: steps of one wave may go on side by side.
        component: the component key; None for a step on the whole service.
        action: the one thing to do, in words.
        who: name and telephone number of who does it; ``NOT KNOWN`` if nobody is named.
        expected_seconds: how long it took in the last drill that did it; None if none did.
        verification: how one sees that it is done.
        after: numbers of the steps that must be done before.
    """

    number: int
    wave: int
    component: str | None
    action: str
    who: str
    expected_seconds: float | None
    verification: str
    after: tuple[int, ...]

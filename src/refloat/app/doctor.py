"""Is what Refloat drives there, and does it answer?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from refloat import registry
from refloat.model.options import Probe

ROOMS = {
    "engine": "engines",
    "data set": "data_sets",
    "sandbox": "sandboxes",
    "check": "checks",
    "observer": "observers",
    "platform": "platforms",
}


@dataclass(frozen=True)
class Examined:
    """One adapter, and what its tools said of themselves.

    Attributes:
        room: what kind of adapter it is.
        name: its name in a plan.
        probe: whether its tools answer.
    """

    room: str
    name: str
    probe: Probe


@dataclass(frozen=True)
class Examination:
    """Every adapter, examined."""

    adapters: tuple[Examined, ...]


def examine() -> Examination:
    """Run the tools of every adapter, side by side."""
    wanted = [
        (kind, name, adapter)
        for kind, room in ROOMS.items()
        for name, adapter in registry.adapters(room).items()
    ]
    with ThreadPoolExecutor(max_workers=4) as pool:
        probes = list(pool.map(lambda one: one[2].probe(), wanted))
    return Examination(
        tuple(
            Examined(kind, name, probe)
            for (kind, name, _), probe in zip(wanted, probes, strict=True)
        )
    )

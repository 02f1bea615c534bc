"""A source of each kind for the conformance suite, found by the observer's name."""

from __future__ import annotations

from refloat.testing.observer_conformance import SECRET, Sample

SAMPLES = {
    "csv": Sample(
        content=(
            "component,needs,what\n"
            "booking-app,redis,keeps sessions\n"
            f"booking-app,vault,https://app:{SECRET}@vault.example/\n"
            '"Store, main",,\n'
            ",redis,\n"
            f"redis,clock,password={SECRET}\n"
            "Büro,redis\n"
        ).encode(),
        shows=frozenset({("booking-app", "redis"), ("Store, main", ""), ("Büro", "redis")}),
        refuses=(3, 5, 6),
    )
}

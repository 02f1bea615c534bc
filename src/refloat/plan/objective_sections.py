"""The keys of a target that the business decides on."""

from __future__ import annotations

from typing import Any

from refloat.model.plan import Objective
from refloat.plan.mappings import Table
from refloat.plan.reading import Key, Section
from refloat.plan.values import Choice, Date, Duration, Name

BASES = ("bia", "contract", "regulation", "vendor-default")
"""Where an objective's number may come from; ``bia`` is the business impact analysis."""


def read_objective(measure: str, values: dict[str, Any]) -> Objective:
    """Make an objective of the values of ``objective_keys``."""
    return Objective(
        measure=measure,
        target=values["target"],
        basis=values["basis"],
        approver=values["approver"],
        approved_on=values["date"],
        review_on=values["review"],
    )


def objective_keys(meaning: str, target: str, basis: str) -> tuple[Key, ...]:
    """Give the keys of a target.

    Args:
        meaning: what the target means, one sentence.
        target: an example of it.
        basis: an example of its basis.
    """
    return (
        Key("target", Duration(), meaning, required=True, example=target),
        Key("basis", Choice(BASES), "Where the number comes from.", default="", example=basis),
        Key("approver", Name("people"), "Who is to approve it.", example="ben"),
        Key(
            "date",
            Date(),
            "When it was approved, as the plan claims; only a signed approval counts.",
            example="2026-11-02",
        ),
        Key("review", Date(), "When it is to be looked at again.", example="2027-05-02"),
    )


OBJECTIVE = Section(
    "objectives",
    "A target that the business decides on. A duration alone means the target.",
    objective_keys("The longest time allowed.", "15 min", "bia"),
    build=read_objective,
    short="target",
    defaulted=frozenset({"basis", "approver", "date", "review"}),
)

MEASURES = Section(
    "measures",
    "The objectives of a service, by measure.",
    (
        Key(
            "rpo",
            Table(OBJECTIVE),
            "Recovery point objective: how much of the newest data may be lost, as time.",
            example="{target: 15 min, basis: bia, approver: ben}",
        ),
        Key(
            "rto",
            Table(OBJECTIVE),
            "Recovery time objective: how long the service may be away.",
            example="{target: 4 h, basis: bia, approver: ben}",
        ),
        Key(
            "mtpd",
            Table(OBJECTIVE),
            "Maximum tolerable period of disruption: how long the business survives without it.",
            example="{target: 2 days, basis: bia, approver: ben}",
        ),
    ),
)

RETENTION = Section(
    "retention",
    "How long copies of a component's data must be kept at least, as somebody decided it."
    " A duration alone means the target.",
    objective_keys("The shortest time allowed.", "35 days", "regulation"),
    build=read_objective,
    short="target",
)

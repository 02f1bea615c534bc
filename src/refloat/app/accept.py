"""The business confirms that restored data is complete (R-055): asked for, recorded, and missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from refloat.app import memory
from refloat.app.approve import find_person
from refloat.app.workspace import Workspace
from refloat.host.clock import Clock
from refloat.model.errors import MissingInput, NotAllowed
from refloat.model.facts import UNWRITTEN, AcceptanceFact, DrillFact


@dataclass(frozen=True)
class Accepted:
    """What was confirmed.

    Attributes:
        entry: the evidence.
        run: the run whose data it is about.
        person: who, by name.
        statement: the question that was answered with yes.
        at: when (UTC).
    """

    entry: int
    run: str
    person: str
    statement: str
    at: datetime


def accept(workspace: Workspace, clock: Clock, run: str, person_key: str) -> Accepted:
    """Append the signed confirmation of the person whom the plan names for it.

    Raises:
        MissingInput: if there is no such run or person, or the plan asks for no confirmation.
        NotAllowed: if somebody else is to confirm it, or the run brought nothing back.
    """
    drill = _find(memory.read(workspace).drills, run)
    service = workspace.service(drill.record.service)
    if service.completeness is None:
        raise MissingInput(
            f"the plan does not say how {service.name} is confirmed to be complete",
            hint="Write it under the service: completeness: question and confirmer.",
        )
    person = find_person(workspace, person_key)
    if person.key != service.completeness.confirmer:
        named = find_person(workspace, service.completeness.confirmer).name
        raise NotAllowed(f"{person.name} may not confirm this; the plan names {named}")
    if not drill.record.checks:
        raise NotAllowed(f"run {run} restored nothing that could be confirmed")
    now = clock.now().wall
    restored = drill.record.run
    fact = AcceptanceFact(UNWRITTEN, now, restored, person.key, service.completeness.question)
    subjects = memory.point_subjects(drill.record.common_recovery_point.points.values())
    (entry,) = memory.record(workspace, [memory.statement(fact, subjects)])
    return Accepted(entry.index, restored, person.name, fact.statement, now)


def _find(drills: tuple[DrillFact, ...], run: str) -> DrillFact:
    for drill in reversed(drills):
        if run in (drill.record.run, "latest"):
            return drill
    raise MissingInput(
        f"there is no drill {run!r} in the ledger", hint="refloat evidence list shows them."
    )

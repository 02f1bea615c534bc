"""The offline kit: made, and said to be placed, so that an old one is missed (R-135)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from refloat.app.approve import find_person
from refloat.app.assess import Ground
from refloat.app.own_facts import SOURCE, tell
from refloat.app.workspace import Workspace
from refloat.assess.offline.card import card
from refloat.assess.offline.kit import kit
from refloat.assess.rules.documents import KIT_PLACED
from refloat.host.clock import Clock
from refloat.model.codec import instant_text
from refloat.model.errors import UsageProblem
from refloat.model.feed_people import Attestation
from refloat.plan import fingerprint
from refloat.report.kit import kit_page
from refloat.report.kit_text import kit_text


@dataclass(frozen=True)
class Placed:
    """A kit that lies somewhere now.

    Attributes:
        entry: the evidence; None if the very same was known.
        where: the place.
        person: who said so, by name.
        at: when (UTC).
        plan: fingerprint of the plan that the kit must have been made from.
    """

    entry: int | None
    where: str
    person: str
    at: datetime
    plan: str


class KitFormat(enum.StrEnum):
    """What the kit is written as."""

    HTML = "html"
    TEXT = "text"


def make(found: Ground, instant: datetime, form: KitFormat = KitFormat.HTML) -> bytes:
    """Make the kit as it stood at an instant: an HTML page that needs no network, or plain text."""
    made = kit(found.plan, found.facts, instant)
    return kit_text(made) if form is KitFormat.TEXT else kit_page(made, card(made))


def place(workspace: Workspace, clock: Clock, where: str, person_key: str) -> Placed:
    """Record that a kit of the plan as it stands now lies at a place.

    Raises:
        UsageProblem: if the place is empty.
        MissingInput: if the plan knows nobody of that key.
        StateProblem, NoRoom: if it cannot be recorded.
        EvidenceProblem: if the ledger is damaged.
    """
    named = " ".join(where.split())
    if not named:
        raise UsageProblem("say where the kit lies, for example --where 'the safe at reception'")
    person = find_person(workspace, person_key)
    now, plan = clock.now().wall, fingerprint(workspace.plan)
    fact = Attestation(
        source=SOURCE,
        external_id=f"{KIT_PLACED}/{named}/{instant_text(now)}",
        observed_at=now,
        digest="",
        topic=KIT_PLACED,
        subject="",
        person=person.key,
        statement="The recovery kit was put here.",
        at=now,
        fingerprint=plan,
        where=named,
    )
    entry = tell(workspace, clock, "kit-placed", fact)
    return Placed(entry, named, person.name, now, plan)

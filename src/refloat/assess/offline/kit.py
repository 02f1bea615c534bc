"""The offline kit: all that people need to begin a recovery when no system answers (R-135).

It says where keys are, and never what they are: nothing in it is a secret. It does hold names and
private telephone numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from refloat.assess import about, words
from refloat.assess.ground.graph import services_needed
from refloat.assess.offline.tables import tables
from refloat.assess.sheets.runsheet import run_sheet
from refloat.model.facts import Facts
from refloat.model.organisation import Workaround
from refloat.model.plan import Plan, Service
from refloat.model.review import Kit, KitContact, KitService
from refloat.plan import fingerprint
from refloat.plan.ordering import waves

_LAST = 9
"""Stands for a tier that nobody decided: such services come back after the others of their wave."""

FIRST_PARTS = (
    "may declare an incident",
    "makes the decisions",
    "leads the recovery",
    "owns communication",
)
"""What people are called for in the first hour, in the order of ``Authority``."""


def kit(plan: Plan, facts: Facts, instant: datetime) -> Kit:
    """Put the kit together as it stood at an instant.

    Args:
        plan: a valid plan.
        facts: the facts in any order; later ones are passed over. They say how long steps took.
        instant: when.

    Returns:
        The kit, with services in the order in which they come back.
    """
    return Kit(
        organisation=plan.organisation,
        as_of=instant,
        plan=fingerprint(plan),
        contacts=tuple(_contacts(plan)),
        services=tuple(_services(plan, facts, instant)),
        tables=tables(plan),
    )


def _contacts(plan: Plan) -> Iterator[KitContact]:
    """Give everybody in the plan; who has a part in authority first, in its order."""
    parts = _parts(plan)
    first = [key for key in parts if key in plan.people]
    for key in dict.fromkeys((*first, *plan.people)):
        person = plan.people[key]
        deputy = plan.people.get(person.deputy or "")
        standing_in = "" if deputy is None else _with_phone(deputy.name, deputy.phone)
        yield KitContact(
            name=person.name,
            parts=tuple(dict.fromkeys((*person.roles, *parts.get(key, ())))),
            phone=person.phone,
            verified=person.verified,
            deputy=standing_in,
        )


def _with_phone(name: str, phone: str) -> str:
    return f"{name}, {phone}" if phone else name


def _parts(plan: Plan) -> dict[str, list[str]]:
    """Give, by person, what they may do and what is theirs."""
    who = plan.authority
    found: dict[str, list[str]] = {}
    named = (
        *zip(FIRST_PARTS, (who.declare, who.decide, who.lead, (who.communicate,)), strict=True),
        ("administers the backups", who.administer_backups),
        ("may ask for a restore", who.request_restores),
        ("may approve a restore", who.approve_restores),
    )
    for part, keys in named:
        for key in keys:
            if key is not None:
                found.setdefault(key, []).append(part)
    for part, owned in _owned(plan).items():
        for key, names in owned.items():
            found.setdefault(key, []).append(f"{part} {words.listed(names)}")
    return found


def _owned(plan: Plan) -> dict[str, dict[str, list[str]]]:
    """Give, by part, what of each person's it is: names of services."""
    found: dict[str, dict[str, list[str]]] = {}
    for service in plan.services.values():
        confirmer = service.completeness.confirmer if service.completeness else None
        for part, owner in (
            ("decides about", service.owner),
            ("looks after", service.technical_owner),
            ("confirms the data of", confirmer),
        ):
            if owner is not None:
                found.setdefault(part, {}).setdefault(owner, []).append(service.name)
    return found


def _services(plan: Plan, facts: Facts, instant: datetime) -> Iterator[KitService]:
    needs = services_needed(plan)
    for number, wave in enumerate(waves(needs), start=1):
        for key in sorted(wave, key=lambda one: (plan.services[one].tier or _LAST, one)):
            service = plan.services[key]
            yield KitService(
                name=service.name,
                wave=number,
                tier=service.tier,
                processes=service.processes,
                targets=tuple(_targets(service)),
                needs=tuple(about.called(plan, one) for one in needs[key]),
                steps=run_sheet(plan, facts, key, instant),
                workarounds=tuple(_workarounds(service)),
            )


def _targets(service: Service) -> Iterator[str]:
    phrases = {
        "rto": "back within {}",
        "rpo": "at most {} of data lost",
        "mtpd": "the business cannot bear more than {} without it",
    }
    for measure, phrase in phrases.items():
        objective = service.objectives.get(measure)
        if objective is not None:
            yield phrase.format(words.duration(objective.target.total_seconds()))


def _workarounds(service: Service) -> Iterator[str]:
    if service.workaround:
        yield words.sentence(service.workaround)
    for one in service.workarounds:
        yield " ".join(_sentences(one))


def _sentences(one: Workaround) -> Iterator[str]:
    yield words.sentence(f"{one.name}: {one.how}" if one.name else one.how)
    if one.location:
        yield f"It lies here: {one.location}."
    if one.controls:
        yield f"Keep it safe: {words.listed(one.controls)}."
    if one.usable_for is not None:
        yield f"It can be kept up for {words.duration(one.usable_for.total_seconds())}."
    if one.way_back:
        yield f"Afterwards: {words.sentence(one.way_back)}"
    if one.disposal:
        yield f"Then: {words.sentence(one.disposal)}"

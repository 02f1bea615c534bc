"""Who has a duty in a recovery, and who stands in when somebody is away."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from refloat.assess import words
from refloat.model.ahead import PersonOutcome
from refloat.model.plan import Plan

_AUTHORITY = {
    "declare": "declare an incident",
    "decide": "decide",
    "lead": "lead the recovery",
    "administer_backups": "administer the backups",
    "request_restores": "ask for a restore",
    "approve_restores": "approve a restore",
}
_ALONE = {
    "communicate": "own communication",
    "facilitate_exercises": "run exercises",
}


def duties(plan: Plan) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Give, by person, every duty in words, and who else has it: others, then the deputy.

    Args:
        plan: a plan; it alone is looked at. Where its words say where a key is kept, a name in
            them is taken for somebody who holds it.
    """
    having: dict[str, list[str]] = {}
    for duty, person in _all(plan):
        if person not in having.setdefault(duty, []):
            having[duty].append(person)
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for duty, people in having.items():
        for person in people:
            others = [one for one in people if one != person]
            known = plan.people.get(person)
            if known is not None and known.deputy is not None and known.deputy != person:
                others.append(known.deputy)
            found.setdefault(person, {})[duty] = tuple(dict.fromkeys(others))
    return found


def absent(plan: Plan, away: Collection[str]) -> tuple[PersonOutcome, ...]:
    """Say who is away, what nobody else may do meanwhile, and who stands in for the rest.

    Args:
        plan: a plan.
        away: keys of people; somebody who is away stands in for nobody.
    """
    known, gone = (duties(plan), frozenset(away)) if away else ({}, frozenset())
    found = []
    for key in sorted(gone):
        mine = known.get(key, {})
        left = {duty: [one for one in others if one not in gone] for duty, others in mine.items()}
        standing = dict.fromkeys(one for others in left.values() for one in others)
        found.append(
            PersonOutcome(
                person=key,
                name=words.person(plan, key),
                duties=tuple(duty for duty, others in left.items() if not others),
                stands_in=tuple(words.person(plan, one) for one in standing),
            )
        )
    return tuple(found)


def _all(plan: Plan) -> Iterator[tuple[str, str]]:
    authority = plan.authority
    for name, duty in _AUTHORITY.items():
        for person in getattr(authority, name):
            yield duty, person
    for name, duty in _ALONE.items():
        person = getattr(authority, name)
        if person is not None:
            yield duty, person
    for platform in plan.platforms.values():
        if platform.administrator is not None:
            for person in (platform.administrator, *authority.administer_backups):
                yield f"run {words.platform(plan, platform.key)}", person
    for communication in plan.communications.values():
        for person in (communication.approver, communication.deputy):
            if person is not None:
                yield f"approve what is said to {communication.audience} audiences", person
    for service in plan.services.values():
        for step in service.steps:
            if step.who is not None:
                yield f"“{step.name}” for {service.name or service.key}", step.who
        if service.completeness is not None:
            yield (
                f"confirm that {service.name or service.key} is whole",
                (service.completeness.confirmer),
            )
    yield from _holders(plan)


def _holders(plan: Plan) -> Iterator[tuple[str, str]]:
    """Give who is named where it is written down where a key is kept."""
    kept = [(words.repository(plan, key), one.key_kept) for key, one in plan.repositories.items()]
    kept += [(words.platform(plan, key), one.key_kept) for key, one in plan.platforms.items()]
    named: dict[str, list[str]] = {}
    for what, where in kept:
        if where:
            named.setdefault(where, []).append(what)
    for where, some in named.items():
        spaced = " ".join(re.split(r"[^\w-]+", f" {where.casefold()} "))
        for key, person in plan.people.items():
            if any(f" {name.casefold()} " in spaced for name in (key, person.name) if name):
                for what in some:
                    yield f"hold the key to {what}", key

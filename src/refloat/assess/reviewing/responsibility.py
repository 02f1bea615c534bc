"""Who is responsible for what, by area and party; and who may do what with a restore."""

from __future__ import annotations

from refloat.assess import words
from refloat.model.plan import Plan
from refloat.model.review import Responsibilities, ResponsibilityRow, RoleRow

AREAS = ("identity", "sharing", "logging", "backup")
"""What a baseline of a cloud workload must divide between the parties (R-108)."""


def responsibilities(plan: Plan) -> Responsibilities:
    """Put together the tables of responsibilities and roles of a plan (R-106, R-108).

    Args:
        plan: a valid plan.

    Returns:
        No rows of areas where the plan has no such table; the roles of a restore always.
    """
    parties = _parties(plan)
    rows = tuple(
        ResponsibilityRow(area, {party: _cell(plan, area, party) for party in parties})
        for area in _areas(plan)
    )
    return Responsibilities(parties, rows, blanks(plan), _roles(plan))


def blanks(plan: Plan) -> tuple[tuple[str, str], ...]:
    """Give area and party of every cell of the plan's table that is empty.

    A party that stands in one area belongs in every one; so does every area that R-108 names. A
    plan without such a table has no blank.
    """
    parties = _parties(plan)
    return tuple(
        (area, party)
        for area in _areas(plan)
        for party in parties
        if not plan.responsibilities.get(area, {}).get(party, "").strip()
    )


def _areas(plan: Plan) -> tuple[str, ...]:
    if not plan.responsibilities:
        return ()
    return tuple(dict.fromkeys((*AREAS, *plan.responsibilities)))


def _parties(plan: Plan) -> tuple[str, ...]:
    found = (party for cells in plan.responsibilities.values() for party in cells)
    return tuple(dict.fromkeys(found)) or (("organisation",) if plan.responsibilities else ())


def _cell(plan: Plan, area: str, party: str) -> str:
    text = plan.responsibilities.get(area, {}).get(party, "").strip()
    return words.person(plan, text) if text in plan.people else text


def _roles(plan: Plan) -> tuple[RoleRow, ...]:
    who = plan.authority
    executing = tuple(
        dict.fromkeys(
            key
            for one in plan.services.values()
            for key in (one.technical_owner, *(step.who for step in one.steps))
            if key is not None
        )
    )
    administering, approving = set(who.administer_backups), set(who.approve_restores)
    return (
        _role(plan, "administers", who.administer_backups, "approves", approving),
        _role(plan, "requests", who.request_restores, "approves", approving),
        _role(plan, "approves", who.approve_restores, "administers", administering),
        _role(plan, "executes", executing, "approves", approving),
    )


def _role(plan: Plan, role: str, keys: tuple[str, ...], other: str, others: set[str]) -> RoleRow:
    """Say of a role who has it, and whether for each of them there is somebody else to check."""
    people = tuple(words.person(plan, key) for key in keys)
    if not keys or not others:
        return RoleRow(role, people, "Nobody is named, so nothing is kept apart.", None)
    both = [key for key in keys if key in others]
    alone = [key for key in both if others == {key}]
    if not both:
        return RoleRow(role, people, f"Nobody who {role} also {other}.", True)
    names = words.listed(words.person(plan, key) for key in both)
    if alone:
        return RoleRow(role, people, f"{names} also {other}, and nobody else does.", False)
    return RoleRow(role, people, f"{names} also {other}; others can, so nobody checks alone.", True)

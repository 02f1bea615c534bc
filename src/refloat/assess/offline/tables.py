"""The tables of the offline kit: authority, vendors, communication, places, copies and keys."""

from __future__ import annotations

from collections.abc import Iterator

from refloat.assess import about, words
from refloat.model.access import Lock, LockMode
from refloat.model.organisation import AUDIENCES, Escalation, Vendor
from refloat.model.plan import Plan
from refloat.model.review import KitTable

UNSAID = "nobody wrote it down"

_LOCKS = {
    LockMode.NONE: "can be changed and deleted",
    LockMode.GOVERNANCE: "locked, some accounts can open it",
    LockMode.COMPLIANCE: "locked, nobody can open it",
    LockMode.WRITE_ONCE: "written once, nobody can change it",
    LockMode.OFFLINE: "offline",
    LockMode.UNKNOWN: "not known",
}


def tables(plan: Plan) -> tuple[KitTable, ...]:
    """Give all tables of the kit, in the order in which people need them."""
    return (
        _authority(plan),
        _channels(plan),
        _communications(plan),
        _vendors(plan),
        _copies(plan),
        _repositories(plan),
        _platforms(plan),
        _facilities(plan),
        _documents(plan),
    )


def _authority(plan: Plan) -> KitTable:
    who = plan.authority
    parts: tuple[tuple[str, tuple[str | None, ...]], ...] = (
        ("Declare an incident", who.declare),
        ("Make the decisions", who.decide),
        ("Lead the recovery", who.lead),
        ("Own communication", (who.communicate,)),
        ("Administer the backups", who.administer_backups),
        ("Ask for a restore", who.request_restores),
        ("Approve a restore that somebody else asked for", who.approve_restores),
    )
    rows = []
    for part, keys in parts:
        named = [key for key in keys if key is not None]
        rows.append((part, "; then ".join(_person(plan, key) for key in named) or UNSAID))
    return KitTable("Who may do what", ("What", "Who, in this order"), tuple(rows), "")


def _channels(plan: Plan) -> KitTable:
    rows = tuple(
        (one.name or one.key, about.all_called(plan, (need.on for need in one.needs)) or "nothing")
        for one in plan.channels.values()
    )
    return KitTable(
        "Where updates are published",
        ("Where, the usual place first", "It needs"),
        rows,
        "Nobody wrote down where updates are published.",
    )


def _communications(plan: Plan) -> KitTable:
    rows = []
    for audience in AUDIENCES:
        one = plan.communications.get(audience)
        if one is None:
            rows.append((audience, UNSAID, "", ""))
            continue
        due = [one.recipient, one.trigger]
        if one.deadline is not None:
            due.append(f"within {words.duration(one.deadline.total_seconds())}")
        rows.append(
            (
                audience,
                "; else ".join(_person(plan, key) for key in (one.approver, one.deputy) if key)
                or UNSAID,
                one.template or UNSAID,
                "; ".join(part for part in due if part),
            )
        )
    return KitTable(
        "Who approves what is said",
        ("To whom", "Approved by", "Prepared text", "Due"),
        tuple(rows),
        "",
    )


def _vendors(plan: Plan) -> KitTable:
    rows = tuple(
        (
            one.name or one.key,
            one.contact or UNSAID,
            one.hours or UNSAID,
            "; ".join(_proof(one)) or UNSAID,
            one.access,
            "; ".join(_escalation(plan, step) for step in one.escalation),
        )
        for one in plan.vendors.values()
    )
    return KitTable(
        "Vendors",
        ("Who", "Call", "Answers", "Say this", "Access", "If nothing happens"),
        rows,
        "No vendor is needed, or none was written down.",
    )


def _proof(vendor: Vendor) -> Iterator[str]:
    if vendor.customer_number:
        yield f"customer {vendor.customer_number}"
    if vendor.contract:
        yield f"contract {vendor.contract}"
    if vendor.contract_end is not None:
        yield f"contract until {vendor.contract_end}"


def _escalation(plan: Plan, step: Escalation) -> str:
    after = step.after.total_seconds()
    return f"{_person(plan, step.who)}{f' after {words.duration(after)}' if after else ''}"


def _copies(plan: Plan) -> KitTable:
    rows = []
    for key, one in plan.components.items():
        if not one.copied:
            continue
        kept = "; ".join(words.repository(plan, name) for name in one.repositories)
        watch = one.watch
        tool = ""
        if watch is not None and watch.platform is not None:
            tool = words.platform(plan, watch.platform)
        elif one.protection is not None:
            tool = plan.repositories[one.protection.repository].engine or "Refloat"
        rows.append((words.component(plan, key), kept, tool))
    return KitTable(
        "Where each copy is",
        ("Data", "Copies in", "Brought back with"),
        tuple(rows),
        "Nothing is copied, or nobody wrote down where.",
    )


def _repositories(plan: Plan) -> KitTable:
    rows = tuple(
        (
            one.name or one.key,
            one.site or one.failure_domain or UNSAID,
            one.authentication_domain or UNSAID,
            _lock(one.lock),
            one.key_kept or UNSAID,
        )
        for one in plan.repositories.values()
    )
    return KitTable(
        "Where copies are kept, and where their keys are",
        ("Place", "Stands at", "Accounts of", "Lock", "Its key is kept"),
        rows,
        "No place for copies is written down.",
    )


def _platforms(plan: Plan) -> KitTable:
    rows = tuple(
        (
            one.name or one.key,
            one.sign_in or UNSAID,
            about.all_called(plan, (need.on for need in one.needs)) or "nothing",
            "yes" if one.break_glass else "no",
            one.key_kept or UNSAID,
            _person(plan, one.administrator) if one.administrator else UNSAID,
        )
        for one in plan.platforms.values()
    )
    return KitTable(
        "Backup tools",
        ("Tool", "Sign in with", "It needs", "Sealed account", "Its key is kept", "Run by"),
        rows,
        "No other backup tool is used.",
    )


def _facilities(plan: Plan) -> KitTable:
    rows = tuple(
        (one.name or one.key, about.all_called(plan, (need.on for need in one.needs)) or "nothing")
        for one in plan.facilities.values()
    )
    why = plan.facilities_not_needed
    empty = f"None is needed: {why}" if why else "Nobody wrote down another place to work from."
    return KitTable("Other places to work from", ("Where", "It needs"), rows, empty)


def _documents(plan: Plan) -> KitTable:
    rows = tuple(
        (
            words.listed(one.content) or one.key,
            place.where,
            about.all_called(plan, (need.on for need in place.needs)) or "nothing",
        )
        for one in plan.documents.values()
        for place in one.locations
    )
    return KitTable(
        "Where instructions and contacts are kept",
        ("What", "Where", "It needs"),
        rows,
        "Nobody wrote down where they are kept.",
    )


def _person(plan: Plan, key: str) -> str:
    person = plan.people.get(key)
    if person is None:
        return key
    return f"{person.name}, {person.phone}" if person.phone else person.name


def _lock(lock: Lock) -> str:
    period = "" if lock.period is None else f" for {words.duration(lock.period.total_seconds())}"
    return f"{_LOCKS[lock.mode]}{period}"

"""What a plan must say so that people can recover by it, and what of that it leaves out.

Each thing that is asked for stems from a requirement. Whether an answer is any good is for other
rules; here it only counts that there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from refloat.assess import words
from refloat.assess.ground.plan_graph import rests_on
from refloat.model.organisation import AUDIENCES, Communication, Vendor, Workaround
from refloat.model.plan import Component, ComponentKind, Plan, Service

AUDIENCE_ROWS = {"customer": "R-132", "supplier": "R-133", "regulatory": "R-134"}
"""The requirement behind each audience of urgent communication."""

NO_DATA = frozenset({"none", "no data", "public"})
"""What a plan writes where a workaround handles nothing that must be kept safe."""


_SENSITIVE = re.compile(
    r"personal|private|health|medical|clinical|patient|financ|pay|card|bank|salar|tax|customer|"
    r"client|resident|citizen|tenant|student|pupil|child|famil|member|employee|staff|legal|"
    r"confidential|sensitive|restricted|secret|protected|privileged|identit|biometric|passport|"
    r"name|address|password|credential"
)
_HARMLESS = re.compile(r"(no|none|not|non|without|nothing)\b")
"""How a classification begins that says what the data is not."""


def sensitive(data: str) -> bool:
    """Whether the loss of data of such a classification is a second incident (R-140)."""
    text = data.casefold().strip()
    return _HARMLESS.match(text) is None and _SENSITIVE.search(text) is not None


_GROUNDS = frozenset(
    {
        ComponentKind.IDENTITY,
        ComponentKind.INFRASTRUCTURE,
        ComponentKind.KEY,
        ComponentKind.LICENCE,
        ComponentKind.NETWORK,
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a plan must say.

    Attributes:
        what: the thing, in words that stand after "nobody wrote down".
        requirement: id of the requirement that asks for it.
        said: whether the plan says it.
    """

    what: str
    requirement: str
    said: bool


def missing(asked: Iterable[Asked]) -> tuple[Asked, ...]:
    """Give what was asked for and is not said."""
    return tuple(one for one in asked if not one.said)


def percent(asked: tuple[Asked, ...]) -> int:
    """Give the share of what is said, rounded down: only a whole plan has 100."""
    return 100 if not asked else 100 * (len(asked) - len(missing(asked))) // len(asked)


def of_organisation(plan: Plan) -> tuple[Asked, ...]:
    """List what the organisation as a whole must say.

    Args:
        plan: a valid plan.
    """
    return (
        Asked("any service that the business runs on", "R-110", bool(plan.services)),
        *_people(plan),
        *_places(plan),
        *(one for vendor in plan.vendors.values() for one in _vendor(vendor)),
        *(one for audience in AUDIENCES for one in _communication(plan, audience)),
    )


def of_service(plan: Plan, service: Service, own: Iterable[str], supports: bool) -> Iterator[Asked]:
    """List what must be said of one service.

    Args:
        plan: a valid plan.
        service: one of its services.
        own: keys of its own components.
        supports: whether it is one of ``supporting``.
    """
    yield Asked("which business process it supports", "R-110", bool(service.processes))
    yield Asked("how important it is", "R-110", service.tier is not None)
    yield Asked("who decides about it for the business", "R-110", service.owner is not None)
    yield Asked("who looks after its technology", "R-049", service.technical_owner is not None)
    yield Asked(
        "how the business sees that its data is complete, and who confirms it",
        "R-055",
        service.completeness is not None,
    )
    if service.tier == 1 and not supports:
        there = bool(service.workarounds) or bool(service.workaround)
        yield Asked("how people work while it is away", "R-054", there)
    for workaround in service.workarounds:
        yield from _workaround(plan, workaround)
    for key in own:
        component = plan.components.get(key)
        if component is not None and component.kind is ComponentKind.VENDOR:
            yield from _outside(plan, component)


def supporting(plan: Plan) -> frozenset[str]:
    """Give the services whose users work with another one, of which a workaround is asked instead.

    That is what a service of the first tier cannot run without, however far below it; and what
    any service needs and nobody works with for its own sake, such as signing in. That one of a
    lower tier needs a service takes no question away otherwise: nobody asks it of that.
    """
    first = (need for one in plan.services.values() if one.tier == 1 for need in one.needs)
    others = (need for one in plan.services.values() for need in one.needs)
    below = rests_on(plan, others, hard_only=True) & plan.services.keys()
    return frozenset(
        (rests_on(plan, first, hard_only=True) & plan.services.keys())
        | {key for key in below if _ground(plan, plan.services[key])}
    )


def _ground(plan: Plan, service: Service) -> bool:
    """Whether a service is one that others stand on: it has an identity, a network or a key."""
    own = (plan.components[need.on] for need in service.needs if need.on in plan.components)
    return any(one.kind in _GROUNDS for one in own)


def communication(plan: Plan, audience: str) -> Communication:
    """Give what the plan says of communication to an audience; nothing at all if it is silent."""
    return plan.communications.get(audience, Communication(audience))


def _people(plan: Plan) -> Iterator[Asked]:
    who = plan.authority
    parts = (
        ("may declare an incident", "R-130", who.declare),
        ("makes the decisions", "R-048", who.decide),
        ("leads the recovery", "R-048", who.lead),
    )
    for what, requirement, keys in parts:
        yield Asked(f"who {what}", requirement, bool(keys))
        if keys:
            named = words.listed(words.person(plan, key) for key in dict.fromkeys(keys))
            yield Asked(f"who stands in for {named}, who {what}", requirement, _deputy(plan, keys))
    yield Asked("who owns communication", "R-073", who.communicate is not None)
    yield Asked("who administers the backups", "R-073", bool(who.administer_backups))
    yield Asked("who may ask for a restore", "R-034", bool(who.request_restores))
    yield Asked("who may approve a restore", "R-034", bool(who.approve_restores))


def _deputy(plan: Plan, keys: tuple[str, ...]) -> bool:
    """Whether somebody stands in: a second name, or the first one's deputy."""
    first = plan.people.get(keys[0])
    deputy = first.deputy if first is not None else None
    return len(set(keys)) > 1 or (deputy is not None and deputy != keys[0])


def _places(plan: Plan) -> Iterator[Asked]:
    channels = len(plan.channels)
    yield Asked("where updates are published", "R-050", channels > 0)
    yield Asked("where updates are published when the usual place is away", "R-131", channels > 1)
    there = bool(plan.facilities) or bool(plan.facilities_not_needed)
    yield Asked("where people work when a site is lost, or why that is not needed", "R-051", there)
    kept = {part for one in plan.documents.values() if one.locations for part in one.content}
    yield Asked("where the recovery instructions are kept", "R-135", _holds(kept, "instruction"))
    yield Asked("where contact details are kept", "R-135", _holds(kept, "contact"))


def _holds(contents: Iterable[str], word: str) -> bool:
    return any(word in content.casefold() for content in contents)


def _vendor(vendor: Vendor) -> Iterator[Asked]:
    contract = bool(vendor.contract) or vendor.contract_end is not None
    yield Asked(f"the contract of {vendor.name}", "R-052", contract)
    yield Asked(f"when {vendor.name} answers", "R-052", bool(vendor.hours))
    steps = vendor.escalation
    yield Asked(f"whom to call next at {vendor.name}", "R-053", bool(steps))
    if len(steps) > 1:
        after = [step.after for step in steps]
        timed = timedelta(0) not in after[1:]
        yield Asked(f"after how long to call the next person at {vendor.name}", "R-053", timed)
        if timed:
            yield Asked(f"in which order to call at {vendor.name}", "R-053", after == sorted(after))


def _communication(plan: Plan, audience: str) -> Iterator[Asked]:
    given = communication(plan, audience)
    if given.approver is None:
        return  # COMMUNICATION_NOT_APPROVED says that
    row, what = AUDIENCE_ROWS[audience], f"urgent {audience} communication"
    deputy = given.deputy is not None and given.deputy != given.approver
    yield Asked(f"who approves {what} when the usual person is away", row, deputy)
    yield Asked(f"where the prepared text of {what} is", row, bool(given.template))
    if audience == "regulatory":
        yield Asked("which regulator must be told", row, bool(given.recipient))
        yield Asked("what makes it due to tell the regulator", row, bool(given.trigger))
        yield Asked("by when the regulator must be told", row, given.deadline is not None)


def _workaround(plan: Plan, one: Workaround) -> Iterator[Asked]:
    it = f'"{one.name}"' if one.name else "its workaround"
    yield Asked(f"which data {it} handles", "R-140", bool(one.data))
    yield Asked(f"how long {it} can be kept up", "R-140", one.usable_for is not None)
    yield Asked(f"how work done with {it} is entered afterwards", "R-136", bool(one.way_back))
    if one.data and not sensitive(one.data):  # WORKAROUND_INSECURE says it of what is sensitive
        agreed = one.approved_by is not None
        yield Asked(f"who agreed that people work with {it}", "R-140", agreed)
    if not one.data or one.data.casefold() in NO_DATA:
        return
    if not sensitive(one.data):
        yield Asked(f"what keeps the data of {it} safe", "R-140", bool(one.controls))
    yield Asked(f"where the data of {it} comes from", "R-136", bool(one.source))
    yield Asked(f"how the data of {it} is destroyed afterwards", "R-140", bool(one.disposal))
    if one.source in plan.services or one.source in plan.components:
        there = one.refreshed_every is not None
        yield Asked(f"how often the data of {it} is renewed", "R-136", there)
        yield Asked(f"where the data of {it} lies", "R-136", bool(one.location))


def _outside(plan: Plan, component: Component) -> Iterator[Asked]:
    name = component.name or component.key
    vendor = plan.vendors.get(component.vendor or "")
    yield Asked(f"whom to call about {name}", "R-045", vendor is not None)
    if vendor is not None:
        yield Asked(f"how to get access at {vendor.name}", "R-045", bool(vendor.access))

"""The keys at the top of a plan: tables that the parser, the JSON Schema and the reference share.

What stands behind them is described in the other modules whose names end in ``_sections``. The
order matters: what ``policy``, ``defaults`` and ``tiers`` say is known when services are read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from refloat.model.organisation import Authority, Exclusion, Policy
from refloat.model.plan import Component, Plan
from refloat.plan.component_sections import CHECK, COMPONENT, PROTECTION, RECOVERY
from refloat.plan.copy_sections import PLATFORM, PRINCIPAL, REPOSITORY
from refloat.plan.mappings import Defaults, Named, Table
from refloat.plan.objective_sections import OBJECTIVE
from refloat.plan.organisation_sections import (
    EXCLUSION,
    POLICY,
    RESPONSIBILITIES,
    TIER_RULE,
    TIERS,
    VENDOR,
)
from refloat.plan.parts import SandboxChoice, Tables
from refloat.plan.people_sections import (
    AUTHORITY,
    CHANNEL,
    COMMUNICATIONS,
    DOCUMENT,
    FACILITY,
    PERSON,
)
from refloat.plan.reading import INVALID, Key, Section
from refloat.plan.service_sections import SERVICE, TIER, ServiceTable
from refloat.plan.values import Text, Texts

_TEXT = Text()


def _plan(key: str, values: dict[str, Any]) -> Plan:
    sandbox, options = values["sandbox"] or (Plan.sandbox, {})
    said: dict[str, Any] = {
        **{name: value for name, value in values.items() if name not in ("defaults", "tiers")},
        "sandbox": sandbox,
        "sandbox_options": options if options is not INVALID else {},
        "policy": values["policy"] or Policy(),
        "authority": values["authority"] or Authority(),
    }
    return _meant(Plan(**said))


def _meant(plan: Plan) -> Plan:
    """Let an exclusion that calls a component by its key or name mean that component."""
    if not all(isinstance(one, Exclusion) and isinstance(one.what, str) for one in plan.exclusions):
        return plan  # it is refused for what it says there
    loose = {one.what.casefold() for one in plan.exclusions if one.component is None}
    if not loose or not all(isinstance(one, Component) for one in plan.components.values()):
        return plan
    named = {str(one.name).casefold(): key for key, one in plan.components.items()}
    named |= {key.casefold(): key for key in plan.components}
    exclusions = tuple(
        replace(one, component=one.component or named.get(one.what.casefold()))
        for one in plan.exclusions
    )
    return replace(plan, exclusions=exclusions)


def _named(name: str, table: Table, meaning: str, example: str) -> Key:
    return Key(name, Named(table), meaning, default={}, example=example)


SANDBOX = Section(
    "sandbox", "Where drills run: one sandbox, its options behind it.", (), room="sandboxes"
)

_ORGANISATION = (
    Key(
        "organisation",
        _TEXT,
        "Whose plan it is.",
        required=True,
        example="Harbour Street Dental",
    ),
    Key(
        "sites",
        Texts(empty=True),
        "The places where the business works.",
        default=(),
        example="[harbour-street, north-bank]",
    ),
    Key(
        "policy",
        Table(POLICY),
        "What the organisation holds itself to.",
        example="{test_every: {1: 92 days}, exercise_every: 366 days}",
    ),
)

_PEOPLE = (
    _named("people", Table(PERSON), "Who has a part in recovery.", "{mei: Mei Tan}"),
    Key(
        "authority",
        Table(AUTHORITY),
        "Who may do what when it matters.",
        example="{declare: [ben], lead: [mei, ben]}",
    ),
    _named(
        "channels",
        Table(CHANNEL),
        "Where updates are published; the first is the usual one.",
        "{status-page: {name: External status page}}",
    ),
    Key(
        "communications",
        Table(COMMUNICATIONS),
        "Who approves urgent communication, by audience.",
        default={},
        example="{customer: {approver: ben, deputy: mei}}",
    ),
    _named(
        "facilities",
        Table(FACILITY),
        "Other places to work from.",
        "{spare-suite: {name: The spare suite}}",
    ),
    Key(
        "facilities_not_needed",
        _TEXT,
        "Why there is no other place to work from.",
        default="",
        example="Everybody can work from home.",
    ),
    _named(
        "documents",
        Table(DOCUMENT),
        "Where instructions and contacts are kept.",
        "{run-books: {content: recovery instructions, locations: [A folder in the safe]}}",
    ),
)

_OTHERS = (
    _named(
        "vendors",
        Table(VENDOR),
        "Outsiders whom recovery needs.",
        '{line-company: {name: Line Company, contact: "1800 975 700"}}',
    ),
    Key(
        "responsibilities",
        RESPONSIBILITIES,
        "By area and party who is responsible, in words or by a person's key; nothing is a blank.",
        default={},
        example="{identity: {our people: mei, the provider: }}",
    ),
)

_COPIES = (
    _named(
        "platforms",
        Table(PLATFORM),
        "Other people's backup tools that are watched.",
        "{backup-server: {name: The backup server, needs: [identity]}}",
    ),
    _named(
        "principals",
        Table(PRINCIPAL),
        "Accounts, and groups of accounts.",
        "{administrators: {kind: privileged, members: [mei]}}",
    ),
    _named(
        "repositories",
        Table(REPOSITORY),
        "Where copies are kept.",
        "{cupboard: {engine: restic, …}}",
    ),
)

_SERVICES = (
    Key(
        "defaults",
        Defaults((PROTECTION, RECOVERY, OBJECTIVE, CHECK)),
        "What holds wherever a component, objective or check says nothing else;"
        " what it says there replaces it, key by key.",
        example="{protect: {repository: cupboard, every: 15 min}}",
    ),
    Key(
        "tiers",
        Named(Table(TIER), "a mapping of tiers", f"^{TIERS}$", TIER_RULE),
        "What holds for all services of a tier that say nothing else.",
        example="{1: {objectives: {rto: 4 h}, evidence_valid_for: 92 days}}",
    ),
    _named(
        "services",
        ServiceTable(SERVICE),
        "The business services.",
        "{booking: {name: Online booking, …}}",
    ),
    _named(
        "components",
        Table(COMPONENT),
        "What the services need.",
        "{documents: {kind: files, …}}",
    ),
    Key(
        "exclusions",
        Tables(Table(EXCLUSION)),
        "What is left out of protection on purpose.",
        default=(),
        example="[{what: Kiosk computers, reason: rebuilt from an image, approved_by: ben}]",
    ),
    Key("sandbox", SandboxChoice(SANDBOX), "Where drills run.", example="bubblewrap"),
)

PLAN = Section(
    "plan",
    "The whole plan: refloat.yaml, or the files of a folder.",
    (*_ORGANISATION, *_PEOPLE, *_OTHERS, *_COPIES, *_SERVICES),
    build=_plan,
)

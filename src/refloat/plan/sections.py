"""The keys of a plan: tables that the parser, the JSON Schema and the reference are driven by.

Those of repositories and components stand in ``component_sections``; the same holds for these.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from refloat.model.plan import (
    Category,
    Completeness,
    Objective,
    Person,
    Plan,
    Service,
)
from refloat.plan.component_sections import CHECK, COMPONENT, PROTECTION, RECOVERY, REPOSITORY
from refloat.plan.mappings import Defaults, Named, Table
from refloat.plan.parts import Checks, Needs, SandboxChoice
from refloat.plan.reading import INVALID, Key, Section
from refloat.plan.values import Choice, Date, Duration, Integer, Name, Text, Texts

BASES = ("bia", "contract", "regulation", "vendor-default")
"""Where an objective's number may come from; ``bia`` is the business impact analysis."""

_TEXT = Text()


def _objective(measure: str, values: dict[str, Any]) -> Objective:
    return Objective(
        measure=measure,
        target=values["target"],
        basis=values["basis"],
        approver=values["approver"],
        approved_on=values["date"],
        review_on=values["review"],
    )


def _service(key: str, values: dict[str, Any]) -> Service:
    objectives = values.pop("objectives") or {}
    reasons = values.pop("not_applicable") or {}
    return Service(
        key=key,
        objectives={measure: objective for measure, objective in objectives.items() if objective},
        not_applicable={Category(name): reason for name, reason in reasons.items() if reason},
        **{**values, "name": values["name"] or key},
    )


def _plan(key: str, values: dict[str, Any]) -> Plan:
    sandbox, options = values["sandbox"] or (Plan.sandbox, {})
    parts: dict[str, Any] = {
        part: values[part] or {} for part in ("people", "repositories", "services", "components")
    }
    return Plan(
        organisation=values["organisation"],
        sandbox=sandbox,
        sandbox_options=options if options is not INVALID else {},
        **parts,
    )


PERSON = Section(
    "people",
    "Somebody with a part in recovery.",
    (
        Key("name", _TEXT, "The full name.", required=True, example="Mei Tan"),
        Key(
            "roles",
            Texts(),
            "What the person is to the organisation.",
            default=(),
            example="[technical owner, backup administrator]",
        ),
        Key(
            "phone",
            _TEXT,
            "A number that works when the systems do not.",
            default="",
            example='"+61 3 5550 0177"',
        ),
        Key(
            "email",
            Text("an address", r"[^@\s]+@[^@\s]+", "an address has one '@'"),
            "An address for mail.",
            default="",
            example="mei@harbourstreet.example",
        ),
        Key("deputy", Name("people"), "Who stands in for this person.", example="ben"),
    ),
    build=lambda key, values: Person(key=key, **{**values, "name": values["name"] or key}),
    short="name",
)

OBJECTIVE = Section(
    "objectives",
    "A target that the business decides on. A duration alone means the target.",
    (
        Key("target", Duration(), "The longest time allowed.", required=True, example="15 min"),
        Key("basis", Choice(BASES), "Where the number comes from.", default="", example="bia"),
        Key("approver", Name("people"), "Who is to approve it.", example="ben"),
        Key(
            "date",
            Date(),
            "When it was approved, as the plan claims; only a signed approval counts.",
            example="2026-11-02",
        ),
        Key("review", Date(), "When it is to be looked at again.", example="2027-05-02"),
    ),
    build=_objective,
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
    ),
)

COMPLETENESS = Section(
    "completeness",
    "How the business itself confirms that restored data is complete.",
    (
        Key(
            "question",
            _TEXT,
            "What the confirmer looks at, in business words.",
            required=True,
            example="Are the bookings of today all there?",
        ),
        Key("confirmer", Name("people"), "Who signs.", required=True, example="ben"),
    ),
    build=lambda key, values: Completeness(**values),
)

NOT_APPLICABLE = Section(
    "not_applicable",
    "Why something that a recovery usually restores does not apply to this service.",
    tuple(
        Key(category.value, _TEXT, f"Why a recovery of this service restores no {category.value}.")
        for category in Category
    ),
)

SERVICE = Section(
    "services",
    "A business service: what it supports, what it needs, what was promised, how it is proved.",
    (
        Key("name", _TEXT, "Its name for people.", required=True, example="Online booking"),
        Key(
            "processes",
            Texts(),
            "The business processes that it supports.",
            default=(),
            example="[Patients book a visit]",
        ),
        Key("owner", Name("people"), "The business owner.", example="ben"),
        Key("technical_owner", Name("people"), "The technical owner.", example="mei"),
        Key("tier", Integer(1, 9), "1 for the most important.", example="1"),
        Key("objectives", Table(MEASURES), "What the business decided.", example="{rpo: 15 min}"),
        Key(
            "needs",
            Needs(),
            "The components that it needs: a bare name is hard, {soft: name} lets it run degraded.",
            default=(),
            example="[booking-app, {soft: documents}]",
        ),
        Key(
            "checks",
            Checks(Table(CHECK)),
            "The journey that proves it, in order; cookies and captured values go on.",
            default=(),
            example="[a dentist signs in: {http: {…}}]",
        ),
        Key(
            "evidence_valid_for",
            Duration(),
            "How long a passing drill counts.",
            default=timedelta(days=90),
            example="30 days",
        ),
        Key(
            "completeness",
            Table(COMPLETENESS),
            "How the business confirms that the data is complete.",
            example="{question: Are the bookings of today all there?, confirmer: ben}",
        ),
        Key(
            "workaround",
            _TEXT,
            "How work goes on meanwhile.",
            default="",
            example="The paper diary at reception.",
        ),
        Key(
            "contract_limit",
            Duration(),
            "The longest outage that a contract allows.",
            example="8 h",
        ),
        Key(
            "not_applicable",
            Table(NOT_APPLICABLE),
            "Why a category of what is restored does not apply.",
            example="{infrastructure: The building's network is the landlord's.}",
        ),
        Key(
            "comparable_percent",
            Integer(1, 100),
            "The smallest share of the last known size that a drill must restore to count.",
            default=80,
            example="90",
        ),
    ),
    build=_service,
)

SANDBOX = Section(
    "sandbox", "Where drills run: one sandbox, its options behind it.", (), room="sandboxes"
)

PLAN = Section(
    "plan",
    "The whole plan: refloat.yaml.",
    (
        Key(
            "organisation",
            _TEXT,
            "Whose plan it is.",
            required=True,
            example="Harbour Street Dental",
        ),
        Key(
            "people", Named(Table(PERSON)), "Who has a part in recovery.", example="{mei: Mei Tan}"
        ),
        Key(
            "repositories",
            Named(Table(REPOSITORY)),
            "Where copies are kept.",
            example="{cupboard: {engine: restic, …}}",
        ),
        Key(
            "defaults",
            Defaults((PROTECTION, RECOVERY, OBJECTIVE, CHECK)),
            "What holds wherever a component, objective or check says nothing else;"
            " what it says there replaces it, key by key.",
            example="{protect: {repository: cupboard, every: 15 min}}",
        ),
        Key(
            "services",
            Named(Table(SERVICE)),
            "The business services.",
            example="{booking: {name: Online booking, …}}",
        ),
        Key(
            "components",
            Named(Table(COMPONENT)),
            "What the services need.",
            example="{documents: {kind: files, …}}",
        ),
        Key("sandbox", SandboxChoice(SANDBOX), "Where drills run.", example="bubblewrap"),
    ),
    build=_plan,
)

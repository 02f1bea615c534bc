"""The keys of business services: what they were promised, what they need, how they come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from refloat.model.organisation import Policy, Workaround, WrittenStep
from refloat.model.plan import Category, Completeness, Objective, Service
from refloat.plan.component_sections import CHECK
from refloat.plan.mappings import Table, described, read_section
from refloat.plan.objective_sections import MEASURES
from refloat.plan.parts import Checks, Needs, StepName, Steps
from refloat.plan.reading import NEEDED, Invalid, Key, Reading, Section
from refloat.plan.tree import MappingNode, Node
from refloat.plan.values import Boolean, Duration, Integer, Name, Text, Texts, names_of

_TEXT = Text()


def _service(key: str, values: dict[str, Any]) -> Service:
    objectives = values["objectives"] or {}
    reasons = values["not_applicable"] or {}
    said: dict[str, Any] = {
        "name": values["name"] or key,
        "objectives": {measure: one for measure, one in objectives.items() if one},
        "not_applicable": {Category(name): reason for name, reason in reasons.items() if reason},
        "workarounds": tuple(dict(values["workarounds"]).values()),
    }
    return Service(key=key, **{**values, **said})


@dataclass(frozen=True)
class ServiceTable(Table):
    """The keys of a service; what it does not say, its tier says, and then the policy."""

    def read(self, node: Node, reading: Reading) -> Any:
        """Read the keys, and give the service."""
        values = read_section(self.section, node, reading)
        if isinstance(values, Invalid):
            return values
        tier = values["tier"]
        usual = (reading.top.get("tiers") or {}).get(str(tier), {})
        said = node.entries if isinstance(node, MappingNode) else {}
        for name, value in usual.items():
            if name == "objectives" and value:
                own = values[name] or {}
                values[name] = {**value, **{key: one for key, one in own.items() if one}}
            elif value is not None and name not in said:
                values[name] = value
        if values["evidence_valid_for"] is None:
            policy = reading.top.get("policy") or Policy()
            usual_time = policy.test_every.get(tier, Service.evidence_valid_for)
            values["evidence_valid_for"] = _shortened(usual_time, values["objectives"], policy)
        return _service(reading.path[-1] if reading.path else "", values)


def _shortened(every: timedelta, objectives: Mapping[str, Any] | None, policy: Policy) -> timedelta:
    """Halve the time for which a test counts where next to nothing may be lost (R-155, R-067).

    A service that says itself how long its tests count is taken at its word.
    """
    stated = [one.target for one in (objectives or {}).values() if isinstance(one, Objective)]
    targets = [one for one in stated if isinstance(one, timedelta)]  # others were complained of
    return every / 2 if any(target <= policy.near_zero for target in targets) else every


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

AGE_KEY = "^age1[ac-hj-np-z02-9]{58}$"
"""How age spells a public key (age-encryption.org/v1, "The X25519 recipient type": Bech32)."""

WORKAROUND = Section(
    "workarounds",
    "How essential work goes on meanwhile, behind its name in words.",
    (
        Key(
            "how",
            _TEXT,
            "What people do.",
            required=True,
            example="Reception writes into the paper diary.",
        ),
        Key(
            "data",
            _TEXT,
            "The classification of what they handle: none, internal, personal, health, financial,"
            " or other words.",
            default="",
            example="health",
        ),
        Key(
            "controls",
            Texts(empty=True),
            "What keeps that data safe.",
            default=(),
            example="[locked tray, shredded next day]",
        ),
        Key("approved_by", Name("people"), "Who agreed.", example="ben"),
        Key("usable_for", Duration(), "The longest time that it can be kept up.", example="24 h"),
        Key(
            "way_back",
            _TEXT,
            "How what was done is entered afterwards.",
            default="",
            example="Reception types the diary in.",
        ),
        Key(
            "disposal",
            _TEXT,
            "How its data is destroyed afterwards.",
            default="",
            example="The pages are shredded.",
        ),
        Key(
            "source",
            _TEXT,
            "Where its data comes from: words, or the key of a component, of which 'refloat"
            " workaround refresh' then makes an export.",
            default="",
            example="A printed list.",
        ),
        Key("refreshed_every", Duration(), "How old its data may be.", example="1 day"),
        Key("location", _TEXT, "Where it lies.", default="", example="The drawer at reception."),
        Key(
            "encrypted_for",
            Texts(
                Text("a public key of age", AGE_KEY, "'age1' and 58 small letters and digits"),
                "a public key of age, or a list of them",
                empty=True,
            ),
            "Who can open the export: public keys of age.",
            default=(),
            example="[age1cf8lqly3qmgvdkhqn6mjqe9yezzq9hvax38dc3kqda483cavf5dq63sn4n]",
        ),
        Key(
            "key_kept",
            _TEXT,
            "Where the private key is kept.",
            default="",
            example="a sealed envelope in the safe",
        ),
    ),
    build=lambda key, values: Workaround(name=key, **values),
)

STEP = Section(
    "steps",
    "One step of a recovery as somebody wrote it down, behind its name.",
    (
        Key(
            "needs",
            Texts(StepName(), "the name of a step, or a list of them", empty=True),
            "Steps of the same service that must be done before.",
            default=(),
            example="[restore-database]",
        ),
        Key(
            "brings_back", Name("components"), "The component that it brings back.", example="diary"
        ),
        Key("who", Name("people"), "Who does it.", example="mei"),
        Key("automatic", Boolean(), "Whether a machine does it.", default=False, example="no"),
        Key("takes", Duration(), "An estimate.", example="20 min"),
        Key(
            "verify",
            _TEXT,
            "How one sees that it worked.",
            default="",
            example="The page of today opens.",
        ),
        Key(
            "signs_in_with",
            names_of(NEEDED),
            "The services or components that one must sign in to for it.",
            default=(),
            example="[identity]",
        ),
    ),
    build=lambda key, values: WrittenStep(name=key, **values),
)

_COMES_OF_A_TIER: tuple[Key, ...] = (
    Key("owner", Name("people"), "The business owner.", example="ben"),
    Key("technical_owner", Name("people"), "The technical owner.", example="mei"),
    Key("objectives", Table(MEASURES), "What the business decided.", example="{rpo: 15 min}"),
    Key(
        "evidence_valid_for",
        Duration(),
        "How long a passing drill counts; where nothing is said, what 'policy' says of the"
        " service's tier, or 90 days; half of that where a target is near zero.",
        example="30 days",
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
        default=Service.comparable_percent,
        example="90",
    ),
    Key(
        "vendors",
        names_of("vendors"),
        "The vendors that it needs.",
        default=(),
        example="[line-company]",
    ),
    Key(
        "standby",
        Boolean(),
        "Whether a replica or standby stands ready, beside the copies.",
        default=False,
        example="no",
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
        Key(
            "tier",
            Integer(1, 9),
            "1 for the most important; 'tiers' says what holds for all services of one.",
            example="1",
        ),
        *_COMES_OF_A_TIER,
        Key(
            "needs",
            Needs(),
            "The components and services that it needs: a bare name is hard, {soft: name} lets it"
            " run degraded.",
            default=(),
            example="[booking-app, identity, {soft: documents}]",
        ),
        Key(
            "checks",
            Checks(Table(CHECK)),
            "The journey that proves it, in order; cookies and captured values go on.",
            default=(),
            example="[a dentist signs in: {http: {…}}]",
        ),
        Key(
            "completeness",
            Table(COMPLETENESS),
            "How the business confirms that the data is complete.",
            example="{question: Are the bookings of today all there?, confirmer: ben}",
        ),
        Key(
            "steps",
            Steps(Table(STEP)),
            "Its recovery as somebody wrote it down, in the order to follow.",
            default=(),
            example="[restore-database, {start-web: {who: mei, takes: 20 min}}]",
        ),
        Key(
            "workaround",
            _TEXT,
            "How work goes on meanwhile, in one sentence.",
            default="",
            example="The paper diary at reception.",
        ),
        Key(
            "workarounds",
            described(Table(WORKAROUND)),
            "How essential work goes on meanwhile, in full, by name.",
            default=(),
            example="{paper diary: {how: Reception writes into it., data: health}}",
        ),
    ),
    build=_service,
)

TIER = Section(
    "tiers",
    "What holds for all services of one tier that say nothing else. A measure of 'objectives' that"
    " a service gives itself replaces the tier's.",
    # None tells what a tier does not say from what it says to be empty.
    tuple(replace(key, default=None) for key in _COMES_OF_A_TIER),
)

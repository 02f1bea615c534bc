"""The keys of what holds for the whole organisation: policy, vendors, exclusions, who answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from refloat.model.organisation import Escalation, Exclusion, Policy, Vendor
from refloat.plan.mappings import Named, Table, described
from refloat.plan.parts import Tables
from refloat.plan.reading import Key, Section
from refloat.plan.values import Boolean, Date, Duration, Integer, MaybeText, Name, Text, Texts

_TEXT = Text()
_USUAL = Policy()

TIERS = "[1-9]"
"""How a tier is written where it is a name."""

TIER_RULE = "a tier is a number from 1 to 9"


def _policy(key: str, values: dict[str, Any]) -> Policy:
    by_tier = {int(tier): time for tier, time in values["test_every"].items() if tier.isdigit()}
    return Policy(**{**values, "test_every": {**_USUAL.test_every, **by_tier}})


def _time(name: str, meaning: str, *, zero: bool = False) -> Key:
    usual: timedelta = getattr(_USUAL, name)
    kind = Duration(zero=zero)
    return Key(name, kind, meaning, default=usual, example=kind.show(usual))


def _durations_by_service(words: str) -> Named:
    return Named(Duration(), words, section="services")


POLICY = Section(
    "policy",
    "What the organisation holds itself to, where services say nothing else.",
    (
        Key(
            "test_every",
            Named(Duration(), "a mapping of tiers to durations", f"^{TIERS}$", TIER_RULE),
            "By tier, how long the test of a whole service counts; a tier that is not named keeps"
            " the usual time (1: 92 days, 2: 184 days, 3: 366 days).",
            default={},
            example="{1: 92 days, 2: 184 days, 3: 366 days}",
        ),
        _time("exercise_every", "How long an exercise counts."),
        _time("skew", "The largest spread of a common recovery point.", zero=True),
        _time(
            "near_zero",
            "Recovery point objectives up to this need more than periodic copies.",
            zero=True,
        ),
        _time("contacts_verified_every", "How long a tried telephone number counts."),
        _time("integrity_verified_every", "How long a verification of copies counts."),
        _time("access_seen_every", "How long a look at rights counts."),
        _time("plan_reviewed_every", "How long an approval of the whole plan counts."),
        _time(
            "renewal_reminder", "How long before a contract ends somebody is reminded.", zero=True
        ),
        Key(
            "poor_evidence_counts",
            Boolean(),
            "Whether a statement alone may make a control effective.",
            default=False,
            example="no",
        ),
        Key(
            "file_tests_count",
            Boolean(),
            "Whether the restore of single files counts as a test of a service.",
            default=False,
            example="no",
        ),
        Key(
            "essential_eight_target",
            Integer(0, 3),
            "The maturity level of the Essential Eight that is aimed at.",
            default=_USUAL.essential_eight_target,
            example="2",
        ),
        Key(
            "standards",
            Texts(empty=True),
            "Other standards that the organisation answers to, by their ids.",
            default=(),
            example="[cis-8.1]",
        ),
        _time("observed_for", "How long an observed dependency counts as still there."),
        _time(
            "restore_requests_stand",
            "How long a request for a restore can be approved and carried out.",
        ),
    ),
    build=_policy,
)

ESCALATION = Section(
    "escalation",
    "Whom to call when nothing has happened for a time. Words alone mean the first call.",
    (
        Key(
            "who",
            _TEXT,
            "A person's key, or words for somebody outside.",
            required=True,
            example="account manager",
        ),
        Key(
            "after",
            Duration(zero=True),
            "How long after the first call.",
            default=timedelta(0),
            example="2 h",
        ),
    ),
    build=lambda key, values: Escalation(**values),
    short="who",
)

VENDOR = Section(
    "vendors",
    "Somebody outside whom recovery needs.",
    (
        Key(
            "name",
            _TEXT,
            "The name for people; the key where nothing is said.",
            example="Line Company",
        ),
        Key("contact", _TEXT, "A number or an address.", default="", example='"1800 975 700"'),
        Key("hours", _TEXT, "When they answer.", default="", example="24x7"),
        Key(
            "customer_number",
            _TEXT,
            "What they ask for first.",
            default="",
            example='"HS-40021"',
        ),
        Key("contract", _TEXT, "A reference of the contract.", default="", example="C-2024-17"),
        Key("contract_end", Date(), "When the contract ends.", example="2027-12-31"),
        Key(
            "access",
            _TEXT,
            "How they get in, or how we get in with them.",
            default="",
            example="Mei opens a remote session.",
        ),
        Key("verified", Date(), "When somebody last tried the contact.", example="2026-09-02"),
        Key(
            "escalation",
            Tables(Table(ESCALATION)),
            "Whom to call next, in order.",
            default=(),
            example="[support, {who: account manager, after: 2 h}]",
        ),
        Key(
            "commitments",
            _durations_by_service("a mapping of services to durations"),
            "By service, how long their recovery may take, as they promise.",
            default={},
            example="{booking: 2 h}",
        ),
        Key(
            "outage_limits",
            _durations_by_service("a mapping of services to durations"),
            "By service, the longest outage that their contract allows.",
            default={},
            example="{booking: 5 h}",
        ),
        Key(
            "provider",
            Boolean(),
            "Whether they look after the organisation's recovery.",
            default=False,
            example="yes",
        ),
    ),
    build=lambda key, values: Vendor(key=key, **{**values, "name": values["name"] or key}),
)

EXCLUSION = Section(
    "exclusions",
    "Something that is left out of protection on purpose.",
    (
        Key("what", _TEXT, "What it is.", required=True, example="Kiosk computers"),
        Key(
            "component",
            Name("components"),
            "The component that is meant, where it is one of the plan's; where nothing is said, "
            "the one that `what` names.",
            example="documents",
        ),
        Key("reason", _TEXT, "Why.", default="", example="They are rebuilt from an image."),
        Key("approved_by", Name("people"), "Who agreed.", example="ben"),
        Key("until", Date(), "When the decision ends.", example="2027-03-31"),
    ),
    build=lambda key, values: Exclusion(**values),
)

RESPONSIBILITIES = described(
    described(MaybeText(), "a mapping of parties to who is responsible"),
    "a mapping of areas to parties",
)
"""By area and party who is responsible; an empty text is a blank."""

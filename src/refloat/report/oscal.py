"""The maturity as OSCAL documents, which an assessor's own tools read.

OSCAL 1.1.2 (https://pages.nist.gov/OSCAL/), the version of the Information Security Manual's own
catalogue, whose control ids (``ism-1511``) are used. OSCAL knows a control as satisfied or not; the
seven outcomes of the Essential Eight's assessment guide stand beside it in a property of our
namespace. Names are UUIDs of version 5 and times come from the judgement, so the same judgement
gives the same bytes.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from refloat.assess.eight.catalogue import CATALOGUE
from refloat.model.feed import Quality
from refloat.model.feed_people import ActionSeen
from refloat.model.maturity import ControlOutcome, ControlResult, Maturity

OSCAL_VERSION = "1.1.2"
NAMESPACE = "https://refloat.dev/ns/essential-eight"
CATALOGUE_SOURCE = "https://github.com/AustralianCyberSecurityCentre/ism-oscal"
_ROOT = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)

_METHODS = {
    Quality.EXCELLENT: "TEST",
    Quality.GOOD: "EXAMINE",
    Quality.FAIR: "EXAMINE",
    Quality.POOR: "INTERVIEW",
}
_STATES = {
    ControlOutcome.EFFECTIVE: ("satisfied", "pass"),
    ControlOutcome.ALTERNATE_CONTROL: ("satisfied", "other"),
    ControlOutcome.NOT_APPLICABLE: ("satisfied", "other"),
    ControlOutcome.INEFFECTIVE: ("not-satisfied", "fail"),
    ControlOutcome.NOT_IMPLEMENTED: ("not-satisfied", "fail"),
    ControlOutcome.NO_VISIBILITY: ("not-satisfied", "other"),
    ControlOutcome.NOT_ASSESSED: ("not-satisfied", "other"),
}
_MOST_LINES = 100


@dataclass(frozen=True)
class OscalInput:
    """What the documents are made of.

    Attributes:
        organisation: its name.
        maturity: the judgement.
        actions: corrective actions that stand at its instant.
        plan_name: under which name the assessment plan is kept beside the results.
    """

    organisation: str
    maturity: Maturity
    actions: tuple[ActionSeen, ...] = ()
    plan_name: str = "assessment-plan.json"


def assessment_results(given: OscalInput) -> bytes:
    """Write the assessment results."""
    maturity = given.maturity
    controls = tuple(maturity.controls.values())
    started = min((one.checked_at for one in controls if one.checked_at), default=maturity.as_of)
    plan = _name(given, "plan-resource")
    result = {
        "uuid": _name(given, "result"),
        "title": maturity.strategy,
        "description": f"{maturity.label} Aimed at: {maturity.target}.",
        "start": _time(min(started, maturity.as_of)),
        "end": _time(maturity.as_of),
        "props": [
            _property("maturity-level", maturity.level),
            _property("maturity-level-aimed-at", maturity.target),
        ],
        "reviewed-controls": _reviewed(),
        "observations": [_observation(given, one) for one in controls if one.quality],
        "risks": [_risk(given, one) for one in controls if not one.met],
        "findings": [_finding(given, one) for one in controls],
        "remarks": "It rests on the facts known at its end, and on nothing else.",
    }
    body = {
        "uuid": _name(given, "assessment-results"),
        "metadata": _metadata(given, f"Essential Eight, {maturity.strategy}: results"),
        "import-ap": {"href": f"#{plan}"},
        "results": [_filled(result)],
        "back-matter": {
            "resources": [
                {
                    "uuid": plan,
                    "title": "Assessment plan",
                    "rlinks": [{"href": quote(given.plan_name)}],
                },
                _catalogue(given),
            ]
        },
    }
    return _bytes("assessment-results", body)


def assessment_plan(given: OscalInput) -> bytes:
    """Write the assessment plan that the results refer to: which controls are looked at."""
    system = _name(given, "system-resource")
    body = {
        "uuid": _name(given, "assessment-plan"),
        "metadata": _metadata(given, f"Essential Eight, {given.maturity.strategy}: plan"),
        "import-ssp": {"href": f"#{system}"},
        "reviewed-controls": _reviewed(),
        "assessment-subjects": [
            {
                "type": "party",
                "description": "The organisation as a whole, by its plan and the facts known.",
                "include-all": {},
            }
        ],
        "back-matter": {
            "resources": [
                {
                    "uuid": system,
                    "title": "The organisation's plan",
                    "description": "Kept as code; there is no security plan in OSCAL.",
                },
                _catalogue(given),
            ]
        },
    }
    return _bytes("assessment-plan", body)


def plan_of_action(given: OscalInput) -> bytes | None:
    """Write the open corrective actions; None if there are none."""
    items = [_item(given, one) for one in given.actions if one.status == "open"]
    if not items:
        return None
    system = _name(given, "system-resource")
    body = {
        "uuid": _name(given, "plan-of-action"),
        "metadata": _metadata(given, f"Essential Eight, {given.maturity.strategy}: open actions"),
        "import-ssp": {"href": f"#{system}"},
        "poam-items": items,
        "back-matter": {
            "resources": [{"uuid": system, "title": "The organisation's plan"}, _catalogue(given)]
        },
    }
    return _bytes("plan-of-action-and-milestones", body)


def _observation(given: OscalInput, one: ControlResult) -> dict[str, Any]:
    assert one.quality is not None
    return _filled(
        {
            "uuid": _name(given, f"observation/{one.control}"),
            "title": f"{one.control}: {one.title}",
            "description": _text((one.sentence, f"The weakest evidence: {one.weakest}")),
            "props": [_property("evidence-quality", one.quality.value)],
            "methods": [_METHODS[one.quality]],
            "types": ["control-objective"],
            "subjects": [
                {
                    "subject-uuid": _name(given, "organisation"),
                    "type": "party",
                    "title": _line(given.organisation),
                }
            ],
            "relevant-evidence": [
                {"href": f"urn:refloat:fact:{quote(reference)}", "description": _line(reference)}
                for reference in one.rests_on
            ],
            "collected": _time(one.checked_at or given.maturity.as_of),
            "expires": _time(one.expires_at) if one.expires_at else None,
        }
    )


def _risk(given: OscalInput, one: ControlResult) -> dict[str, Any]:
    return _filled(
        {
            "uuid": _name(given, f"risk/{one.control}"),
            "title": f"{one.control} is not shown to be met",
            "description": _text((one.sentence, *one.failing, *one.not_known)),
            "statement": _text((f"What would change it: {one.would_change}",)),
            "status": "open",
            "related-observations": _related(given, one),
        }
    )


def _finding(given: OscalInput, one: ControlResult) -> dict[str, Any]:
    state, reason = _STATES[one.outcome]
    key = one.control.casefold()
    risk = [{"risk-uuid": _name(given, f"risk/{one.control}")}]
    return _filled(
        {
            "uuid": _name(given, f"finding/{one.control}"),
            "title": one.control,
            "description": _text((one.demand, one.sentence)),
            "props": [
                _property("essential-eight-outcome", one.outcome.value),
                *(_property("needed-for", f"ML{level}") for level in one.levels),
            ],
            "target": {
                "type": "objective-id",
                "target-id": key,
                "status": {"state": state, "reason": reason},
            },
            "related-observations": _related(given, one),
            "related-risks": [] if one.met else risk,
        }
    )


def _related(given: OscalInput, one: ControlResult) -> list[dict[str, str]]:
    if one.quality is None:
        return []
    return [{"observation-uuid": _name(given, f"observation/{one.control}")}]


def _item(given: OscalInput, action: ActionSeen) -> dict[str, Any]:
    owner = f"Owner: {action.owner}." if action.owner else "Nobody owns it."
    due = f"Due {action.due.date().isoformat()}." if action.due else "No date is set."
    answers = f"It answers {action.finding} {action.subject}".rstrip() if action.finding else ""
    return {
        "uuid": _name(given, f"action/{action.source.instance}/{action.external_id}"),
        "title": _line(action.what) or "Corrective action",
        "description": _text((owner, due, answers)),
    }


def _reviewed() -> dict[str, Any]:
    return {
        "control-selections": [
            {"include-controls": [{"control-id": one.key.casefold()} for one in CATALOGUE.controls]}
        ]
    }


def _catalogue(given: OscalInput) -> dict[str, Any]:
    return {
        "uuid": _name(given, "catalogue-resource"),
        "title": "Catalogue of controls",
        "description": _text((CATALOGUE.edition, f"Catalogue {CATALOGUE.identity}.")),
        "rlinks": [{"href": CATALOGUE_SOURCE}],
    }


def _metadata(given: OscalInput, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "last-modified": _time(given.maturity.as_of),
        "version": _time(given.maturity.as_of),
        "oscal-version": OSCAL_VERSION,
        "parties": [
            {
                "uuid": _name(given, "organisation"),
                "type": "organization",
                "name": _line(given.organisation) or "Unnamed organisation",
            }
        ],
    }


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": NAMESPACE, "value": value}


def _name(given: OscalInput, what: str) -> str:
    """Give a UUID that depends on the organisation, the instant and the thing alone."""
    of_judgement = f"{given.organisation}\n{_time(given.maturity.as_of)}\n{what}"
    return str(uuid.uuid5(_ROOT, of_judgement))


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _text(parts: Iterable[str]) -> str:
    """Join sentences to paragraphs; of very many, the first are said and the rest counted."""
    said = [_line(part) for part in parts if part.strip()]
    if len(said) > _MOST_LINES:
        said = [*said[:_MOST_LINES], f"And {len(said) - _MOST_LINES} more."]
    return "\n\n".join(said) or "Nothing is said."


def _line(text: str) -> str:
    return " ".join(text.split())


def _filled(members: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty: OSCAL has no empty arrays."""
    return {name: value for name, value in members.items() if value not in (None, [], "")}


def _bytes(root: str, body: Mapping[str, Any]) -> bytes:
    return (json.dumps({root: body}, ensure_ascii=False, indent=2) + "\n").encode()

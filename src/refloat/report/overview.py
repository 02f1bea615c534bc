"""The assessment of an organisation as one page: what would come back, what is wrong, what breaks.

Like the report on one service it has no script, no network and no clock; the same input gives the
same bytes. A very large organisation is shown in part, and the page says so: the worst first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from refloat.model.judgement import Assessment
from refloat.model.maturity import ControlOutcome, ControlResult, Maturity
from refloat.model.plan import Plan, Strength
from refloat.model.review import Review
from refloat.model.sheets import Known, PathBack
from refloat.report import _overview_findings as costs
from refloat.report import _overview_map as whole_map
from refloat.report import _overview_rows as verdicts
from refloat.report import _overview_soon as soon
from refloat.report._templates import render

_FAILED = (ControlOutcome.INEFFECTIVE, ControlOutcome.NOT_IMPLEMENTED)
_BACK = {
    Known.NO: ("bad", "none"),
    Known.UNKNOWN: ("open", "not known"),
    Known.YES: ("good", "there is one"),
}
_SHOWN_WAYS = 60
"""So many services are shown with their way back when prevention has failed."""

_SHOWN_LINES = 5
"""So many of the things that a control or a review step lacks are shown."""


@dataclass(frozen=True)
class OverviewInput:
    """All that the page is made from; the same input gives the same bytes.

    Attributes:
        plan: the plan.
        assessment: what is judged of it at an instant.
        review: the recovery review at the same instant.
        needs: by service, the nearest services that it needs, and how much.
        seen: by service, the services that it was seen to need, written down or not.
        ways_back: how each service that comes first comes back when prevention has failed (R-090).
    """

    plan: Plan
    assessment: Assessment
    review: Review
    needs: Mapping[str, Mapping[str, Strength]]
    seen: Mapping[str, frozenset[str]]
    ways_back: tuple[PathBack, ...] = ()


def overview_page(given: OverviewInput) -> bytes:
    """Make the page on an organisation: one self-contained HTML file in UTF-8."""
    judged = given.assessment
    return render(
        "overview.html",
        ("report.css", "overview.css"),
        organisation=judged.organisation,
        as_of=judged.as_of,
        answers=verdicts.answers(judged.services),
        sentence=verdicts.sentence(judged.services),
        first_steps=costs.first_steps(given.plan, judged),
        table=verdicts.table(given.plan, judged.services),
        costs=costs.by_cost(given.plan, judged),
        map=whole_map.draw(given.plan, judged.services, given.needs, given.seen),
        ways_back=_ways_back(given.ways_back),
        ways_total=len(given.ways_back),
        maturity=judged.maturity,
        controls=_controls(judged.maturity),
        gates=given.review.gates,
        shown_lines=_SHOWN_LINES,
        actions=tuple(one for one in given.review.findings if one.owner or one.accepted),
        soon=soon.changes(given.plan, judged, given.review),
        soon_days=soon.WITHIN.days,
        fingerprint=given.review.plan,
        facts=tuple(_counted(kind, said) for kind, said in sorted(given.review.facts.items())),
        inputs_text=_inputs_text,
    )


def _ways_back(every: tuple[PathBack, ...]) -> tuple[tuple[str, str, PathBack], ...]:
    """Give each way back with its symbol and word, those first that are missing."""
    order = list(_BACK)
    first = sorted(every, key=lambda one: order.index(one.exists))[:_SHOWN_WAYS]
    return tuple((*_BACK[one.exists], one) for one in first)


def _controls(judged: Maturity | None) -> tuple[tuple[str, ControlResult], ...]:
    """Give each control with its symbol: ``good``, ``bad`` or ``open``."""
    if judged is None:
        return ()
    return tuple((_control_mark(one), one) for one in judged.controls.values())


def _control_mark(one: ControlResult) -> str:
    return "good" if one.met else "bad" if one.outcome in _FAILED else "open"


def _counted(kind: str, said: str) -> tuple[str, str, str]:
    """Take ``PointSeen`` and ``12 sha256:…`` apart into words, the number and the digest."""
    count, _, digest = said.partition(" ")
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()
    return words, count, digest


def _inputs_text(inputs: Mapping[str, Any]) -> str:
    return json.dumps(inputs, ensure_ascii=False, sort_keys=True, default=dict)

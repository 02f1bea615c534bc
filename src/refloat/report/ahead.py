"""What could happen, as pages: a scenario, with its forecast if there is one; the weakest points.

Like the other pages they have no script, no network and no clock; the same input gives the same
bytes. Of what is very large the worst is shown, and the page says what it leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from refloat.assess.ahead.losses import in_words
from refloat.model.ahead import (
    AccessOutcome,
    DocumentOutcome,
    PersonOutcome,
    ScenarioOutcome,
    TestResult,
    Weakest,
)
from refloat.model.answers import Reach
from refloat.model.forecast import Forecast
from refloat.model.plan import Plan
from refloat.plan import fingerprint
from refloat.report import _ahead_copies as copies
from refloat.report import _ahead_forecast as forecasts
from refloat.report import _ahead_map as scenario_map
from refloat.report import _ahead_services as services
from refloat.report import _ahead_weakest as cuts
from refloat.report import _ahead_words as words
from refloat.report._templates import render

STYLES = ("report.css", "overview.css", "ahead.css")
LIMIT = 200
"""So many keys, documents or people are shown of each, the worst first."""

_NEEDED_FOR = 6
_REACH = {
    Reach.LOST: ("bad", "out of reach"),
    Reach.UNKNOWN: ("open", "not known"),
    Reach.REACHABLE: ("good", "can be reached"),
}


_RESULTS = {
    TestResult.FAILED: (0, "bad"),
    TestResult.NEVER: (1, "open"),
    TestResult.NOTHING: (2, "open"),
    TestResult.PART: (2, "less"),
    TestResult.HELD: (3, "good"),
    TestResult.PASSED: (3, "good"),
}
"""By what a test showed, its place and its mark."""


@dataclass(frozen=True)
class AheadInput:
    """All that the page on a scenario is made from; the same input gives the same bytes.

    Attributes:
        plan: the plan.
        outcome: what the scenario does to it.
        seen: by service, the services that it was seen to need, written down or not.
        forecast: how long the recovery will take; None if nobody asked.
    """

    plan: Plan
    outcome: ScenarioOutcome
    seen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    forecast: Forecast | None = None


@dataclass(frozen=True)
class Listed:
    """The part of a long list that is shown, and how long the list is."""

    rows: tuple[Any, ...]
    total: int

    @property
    def left(self) -> int:
        """Give how many are not shown."""
        return self.total - len(self.rows)


def scenario_page(given: AheadInput) -> bytes:
    """Make the page on what could happen: one self-contained HTML file in UTF-8."""
    return render("ahead.html", STYLES, **_scenario(given))


def weakest_page(plan: Plan, weakest: Weakest) -> bytes:
    """Make the page on the weakest points: one self-contained HTML file in UTF-8."""
    return render(
        "weakest.html",
        STYLES,
        organisation=plan.organisation,
        weakest=weakest,
        view=cuts.view(plan, weakest, words.Names(plan)),
        limit=LIMIT,
        assumes=_listed(weakest.assumes),
        surer=_listed(weakest.surer),
        fingerprint=fingerprint(plan),
    )


def _scenario(given: AheadInput) -> dict[str, Any]:
    plan, outcome = given.plan, given.outcome
    names = words.Names(plan)
    ahead = forecasts.view(given.forecast, names) if given.forecast else None
    later = given.forecast or outcome
    return {
        "organisation": plan.organisation,
        "scenario": outcome.scenario,
        "as_of": outcome.as_of,
        "sentence": words.sentence(outcome),
        "cards": (*words.cards(outcome, timed=ahead is None), *(ahead.cards if ahead else ())),
        "ahead": ahead,
        "limit": LIMIT,
        "losses": _listed([in_words(plan, one) for one in outcome.scenario.losses]),
        "table": services.table(plan, outcome, names),
        "data": copies.matrix(outcome, names),
        "groups": _listed(copies.groups(outcome, names)),
        "map": scenario_map.draw(plan, outcome, given.seen, names),
        "access": _listed(_access(outcome.access, names)),
        "circles": outcome.circles,
        "documents": _listed(_documents(outcome.documents, "read")),
        "channels": _listed(_documents(outcome.channels, "used")),
        "tested": _listed(_tests(outcome, names)),
        "people": _listed(_people(outcome.people)),
        "assumes": _listed(_once(outcome.scenario.assumes, outcome.assumes, later.assumes)),
        "surer": _listed(_once(later.surer, outcome.surer)),
        "fingerprint": fingerprint(plan),
    }


def _once(*lists: Sequence[str]) -> tuple[str, ...]:
    """Join lists; what several of them say stands once."""
    return tuple(dict.fromkeys(chain.from_iterable(lists)))


def _listed(rows: Sequence[Any]) -> Listed:
    return Listed(tuple(rows[:LIMIT]), len(rows))


def _access(some: Sequence[AccessOutcome], names: words.Names) -> list[dict[str, Any]]:
    """Give keys, credentials and sign-ins, those out of reach first."""
    order = list(_REACH)
    result = []
    for one in sorted(some, key=lambda one: order.index(one.reach)):
        mark, word = _REACH[one.reach]
        needed = names.all_of(one.needed_for)
        row = {"what": one.what, "where": one.where, "because": one.because}
        result.append(row | {"mark": mark, "word": word, "needed": words.some(needed, _NEEDED_FOR)})
    return result


def _documents(some: Sequence[DocumentOutcome], done: str) -> list[dict[str, Any]]:
    """Give documents or channels, those that cannot be used first."""
    states = (
        ("bad", f"cannot be {done}"),
        ("less", f"can be {done} later"),
        ("good", f"can be {done}"),
    )
    rows = []
    for one in some:
        place = 2 if one.readable_at else 1 if one.later_at else 0
        mark, word = states[place]
        row = {"key": one.key, "content": one.content, "now": one.readable_at}
        row |= {"later": one.later_at, "needs": one.needs, "mark": mark, "word": word}
        rows.append((place, row))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def _tests(outcome: ScenarioOutcome, names: words.Names) -> list[dict[str, Any]]:
    """Give when the scenario was last tried, then its services, those first that show least."""
    rows = []
    for one in outcome.tested:
        place, mark = _RESULTS[one.result]
        if one.stale and mark == "good":
            place, mark = 2, "less"
        row: dict[str, Any] = {
            "name": names.of(one.service) if one.service else "",
            "mark": mark,
            "at": one.at,
        }
        row |= {"word": str(one.result), "kind": one.kind, "what": one.what, "stale": one.stale}
        row["until"] = one.counts_until
        rows.append((place if one.service else -1, row))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def _people(some: Sequence[PersonOutcome]) -> list[PersonOutcome]:
    """Give who is away, those first who have duties that nobody else has."""
    return sorted(some, key=lambda one: not one.duties)

"""Rules about actions and exercises: what was practised, what was found, who does what by when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refloat.assess import words
from refloat.assess.organisation import Organisation
from refloat.assess.reviewing.follow_up import covers_all, exercises
from refloat.assess.rule import OrganisationRule, Rule
from refloat.model.feed_people import Exercise
from refloat.model.judgement import Finding, Severity
from refloat.model.plan import Plan
from refloat.model.stream import standing


def exercise_overdue(organisation: Organisation) -> Iterator[Finding]:
    """No exercise of decisions, communication and workarounds together is recent enough."""
    plan, instant = organisation.plan, organisation.instant
    if not plan.services:
        return
    whole = [one for one in exercises(organisation) if covers_all(one)]
    last = whole[-1] if whole else None
    due = last.at + plan.policy.exercise_every if last is not None else None
    if due is not None and instant <= due:
        return
    what = "decisions, communication and temporary ways of working"
    never = f"People have never practised {what} together."
    since = f"People have not practised {what} together since {words.day(last.at) if last else ''}."
    yield Finding(
        "EXERCISE_OVERDUE",
        ("R-115", "R-141"),
        Severity.MEDIUM,
        "organisation",
        f"{since if last else never} In an emergency they would lose time over who decides, who "
        "tells whom, and how work goes on.",
        "Hold an exercise, at a table if need be, in which people decide, tell others, and work "
        "without their systems.",
        {"last": last.external_id if last is not None else None},
        first_seen=due,
    )


def exercise_without_frictions(organisation: Organisation) -> Iterator[Finding]:
    """An exercise names nothing that held people up, and nobody asserts that nothing did."""
    for one in _recent(organisation):
        if not one.frictions and not one.no_friction:
            yield Finding(
                "EXERCISE_WITHOUT_FRICTIONS",
                ("R-148",),
                Severity.MEDIUM,
                f"exercise {one.external_id}",
                f"The exercise of {words.day(one.at)} names nothing that held people up, and "
                "nobody says that nothing did. What would delay a recovery stays unknown.",
                "Let whoever led the exercise write down what held people up, or that nothing did.",
                {"exercise": one.external_id},
                first_seen=one.at,
            )


def authority_unclear(organisation: Organisation) -> Iterator[Finding]:
    """The newest exercise of decisions met a decision for which nobody had authority."""
    practised = [
        one for one in exercises(organisation) if one.decisions or one.nobody_had_authority
    ]
    if practised and practised[-1].nobody_had_authority:
        one = practised[-1]
        yield Finding(
            "AUTHORITY_UNCLEAR",
            ("R-142",),
            Severity.MEDIUM,
            f"exercise {one.external_id}",
            f"In the exercise of {words.day(one.at)} nobody had the authority to decide: "
            f"{words.listed(one.nobody_had_authority)}. In an emergency people would wait for it.",
            "Name who decides that, and practise it again.",
            {"decisions": one.nobody_had_authority},
            _known(organisation.plan, one.services),
            first_seen=one.at,
        )


def assumption_failed(organisation: Organisation) -> Iterator[Finding]:
    """Something that recovery assumes turned out to be wrong, and was not shown to hold since."""
    last: dict[str, tuple[Exercise, str, str]] = {}
    for one in exercises(organisation):
        for text, outcome in one.assumptions:
            if outcome in ("held", "failed"):
                last[" ".join(text.casefold().split())] = (one, text, outcome)
    failed: dict[str, tuple[Exercise, list[str]]] = {}
    for one, text, outcome in last.values():
        if outcome == "failed":
            failed.setdefault(one.external_id, (one, []))[1].append(text)
    for one, texts in failed.values():
        yield Finding(
            "ASSUMPTION_FAILED",
            ("R-144",),
            Severity.MEDIUM,
            f"exercise {one.external_id}",
            f"The exercise of {words.day(one.at)} showed that this cannot be counted on: "
            f"{words.listed(text.rstrip('.') for text in texts)}. A recovery that does would stop "
            "there.",
            "Change the plan so that it does without, or make it true, and practise it again.",
            {"assumptions": tuple(texts)},
            _known(organisation.plan, one.services),
            first_seen=one.at,
        )


def action_overdue(organisation: Organisation) -> Iterator[Finding]:
    """A corrective action is still open after the day by which it was due."""
    plan, instant = organisation.plan, organisation.instant
    for one in standing(organisation.facts.feed.actions, instant):
        if one.status == "open" and one.due is not None and instant > one.due:
            owner = words.person(plan, one.owner) or "nobody"
            yield Finding(
                "ACTION_OVERDUE",
                ("R-147", "R-116"),
                Severity.MEDIUM,
                f"action {one.external_id}",
                f"This was to be done by {words.day(one.due)}, by {owner}, and is not: "
                f"{one.what.rstrip('.')}. The gap that it was to close is still there.",
                f"Do it, or agree on a new day: {one.what.rstrip('.')}.",
                {"owner": one.owner, "due": words.instant(one.due), "finding": one.finding},
                _known(plan, (one.subject,)),
                first_seen=one.due,
            )


def _recent(organisation: Organisation) -> list[Exercise]:
    every = organisation.plan.policy.exercise_every
    return [one for one in exercises(organisation) if organisation.instant <= one.at + every]


def _known(plan: Plan, keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(key for key in keys if key in plan.services)


_EXERCISES = frozenset({"exercises"})

RULES: tuple[Rule, ...] = (
    OrganisationRule(
        "EXERCISE_OVERDUE",
        ("R-115", "R-141"),
        "No exercise of decisions, communication and workarounds together is recent enough.",
        exercise_overdue,
        _EXERCISES,
    ),
    OrganisationRule(
        "AUTHORITY_UNCLEAR",
        ("R-142",),
        "The newest exercise of decisions met a decision for which nobody had authority.",
        authority_unclear,
        _EXERCISES,
    ),
    OrganisationRule(
        "ASSUMPTION_FAILED",
        ("R-144",),
        "Something that recovery assumes turned out to be wrong, and was not shown to hold since.",
        assumption_failed,
        _EXERCISES,
    ),
    OrganisationRule(
        "EXERCISE_WITHOUT_FRICTIONS",
        ("R-148",),
        "An exercise names nothing that held people up, and nobody asserts that nothing did.",
        exercise_without_frictions,
        _EXERCISES,
    ),
    OrganisationRule(
        "ACTION_OVERDUE",
        ("R-147", "R-116"),
        "A corrective action is still open after the day by which it was due.",
        action_overdue,
        frozenset({"actions"}),
    ),
)
"""The rules of this file, in the order of their findings."""

"""ISM-1515: is restoring to a common point in time tested in disaster recovery exercises?

Bringing back single files of users in daily business is not enough: an exercise must have restored
a significant part of a system (a service, or one of its applications, databases or machines) to a
common point in time, and must have left a report. Source: the assessment process guide of the
Essential Eight, October 2024; "regularly" is at least once a year.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from refloat.assess import words
from refloat.assess.eight.tally import Tally
from refloat.model.facts import Facts
from refloat.model.feed import Quality
from refloat.model.feed_people import Exercise
from refloat.model.plan import ComponentKind, Plan
from refloat.model.stream import standing

AT_LEAST = timedelta(days=366)
"""The manual's year; a policy may ask for more exercises, never for fewer."""

SIGNIFICANT = frozenset(
    {
        ComponentKind.APPLICATION,
        ComponentKind.DATA,
        ComponentKind.DATABASE,
        ComponentKind.VIRTUAL_MACHINE,
        ComponentKind.IDENTITY,
    }
)
"""Kinds of component whose restore is more than a user's files or settings."""


def exercised(plan: Plan, facts: Facts, instant: datetime) -> Tally:
    """Look for an exercise that restored a significant part to a common point in time."""
    tally = Tally()
    every = min(plan.policy.exercise_every, AT_LEAST)
    held = [one for one in standing(facts.feed.exercises, instant) if one.at <= instant]
    if not held:
        return tally
    tally.counted = len(held)
    held.sort(key=lambda one: (one.at, one.external_id), reverse=True)
    reasons = {id(one): tuple(_missing(plan, one)) for one in held}
    good = next((one for one in held if not reasons[id(one)]), None)
    if good is not None and instant - good.at <= every:
        _rest(tally, facts, good, every)
        return tally
    last = good or held[0]
    lacks = list(reasons[id(last)])
    if instant - last.at > every:
        ago, most = (one / timedelta(seconds=1) for one in (instant - last.at, every))
        lacks.append(f"it was {words.duration(ago)} ago; {words.duration(most)} is the longest")
    _rest(tally, facts, last, every)
    tally.failing[last.external_id] = f"{last.what} of {words.day(last.at)}: " + "; ".join(lacks)
    return tally


def _missing(plan: Plan, exercise: Exercise) -> Iterator[str]:
    if exercise.scheduled is False:
        yield "it was no planned exercise"
    if not any(_significant(plan, key) for key in exercise.restored):
        yield "it restored no service and no application, database or machine of one"
    if not exercise.common_point:
        yield "nobody said that what was restored was of one common point in time"
    told = exercise.timeline and (exercise.frictions or exercise.no_friction)
    if not (told or exercise.report):
        yield "it left no report of what happened when, and what held people up"


def _significant(plan: Plan, key: str) -> bool:
    component = plan.components.get(key)
    return key in plan.services or (component is not None and component.kind in SIGNIFICANT)


def _rest(tally: Tally, facts: Facts, exercise: Exercise, every: timedelta) -> None:
    """Rest on an exercise: a simulation itself where Refloat's own drill of that day stands by."""
    drilled = [
        one
        for one in facts.drills
        if one.record.service in exercise.restored
        and abs(one.record.declared_at - exercise.at) < _DAY
    ]
    quality = Quality.EXCELLENT if drilled else Quality.FAIR
    reference = f"{exercise.source.instance}/exercise/{exercise.external_id}"
    what = f"{exercise.external_id}: the record of the exercise"
    tally.rest(quality, what, reference, exercise.at, every)


_DAY = timedelta(days=1)

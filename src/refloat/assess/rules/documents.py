"""Rules about documents: can instructions and contacts be read when systems are down?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from refloat.assess import about, words
from refloat.assess.ground.plan_graph import rests_on
from refloat.assess.organisation import Organisation
from refloat.assess.rule import OrganisationRule, Rule
from refloat.model.feed_people import Attestation
from refloat.model.judgement import Finding, Severity
from refloat.model.organisation import Document, Location
from refloat.model.plan import ComponentKind, Plan
from refloat.model.stream import standing
from refloat.plan import fingerprint

KIT_PLACED = "offline-kit-placed"
"""Topic of the statement that an offline kit lies somewhere; it is bound to a plan."""

ADMINISTRATORS = "an administrator's account is taken over"
"""The loss in which nothing of ours can be relied on; what vendors run is not ours."""


def instructions_unreachable(organisation: Organisation) -> Iterator[Finding]:
    """Instructions or contacts cannot be read anywhere in one of the losses to expect."""
    plan = organisation.plan
    if not plan.documents or _kits(organisation):
        return
    losses = _losses(plan)
    for document in plan.documents.values():
        needed = [_needed(plan, location) for location in document.locations]
        if not needed or not all(needed):
            continue
        unreadable = [loss for loss, lost in losses.items() if all(keys & lost for keys in needed)]
        if unreadable:
            yield _unreachable(plan, document, unreadable)


def _unreachable(plan: Plan, document: Document, losses: list[str]) -> Finding:
    direct = dict.fromkeys(need.on for one in document.locations for need in one.needs)
    contents = words.listed(document.content) or f"the document {document.key}"
    worse = any(loss != ADMINISTRATORS for loss in losses)
    return Finding(
        "INSTRUCTIONS_UNREACHABLE",
        ("R-135",),
        Severity.HIGH if worse else Severity.MEDIUM,
        f"document {document.key}",
        f"When {_or(losses)}, nobody can read the {contents}: every place where they are kept "
        f"needs {about.all_called(plan, direct)}. People would have to recover from memory, and "
        "every service takes longer to come back.",
        "Keep a copy that needs none of our systems, on paper or on a laptop apart, and write "
        "down where it is.",
        {
            "losses": tuple(losses),
            "locations": tuple(one.where for one in document.locations),
            "needs": tuple(direct),
        },
    )


def _or(losses: list[str]) -> str:
    return " or ".join((", ".join(losses[:-1]), losses[-1])) if len(losses) > 1 else losses[0]


def _needed(plan: Plan, location: Location) -> frozenset[str]:
    """Give everything without which a document cannot be read at a location."""
    return rests_on(plan, location.needs, hard_only=True)


def _losses(plan: Plan) -> Mapping[str, frozenset[str]]:
    """Give the losses to expect, in words, and what each takes away at once."""
    found: dict[str, frozenset[str]] = {}
    signing_in = {
        *(key for key, one in plan.components.items() if one.kind is ComponentKind.IDENTITY),
        *(
            key
            for one in plan.services.values()
            for step in one.steps
            for key in step.signs_in_with
        ),
        *(need.on for one in plan.platforms.values() for need in one.needs),
    }
    if signing_in:
        found["nobody can sign in"] = frozenset(signing_in)
    for site in plan.sites:
        there = frozenset(key for key, one in plan.components.items() if one.site == site)
        if there:
            found[f"the site {site} is lost"] = there
    ours = (key for key, one in plan.components.items() if one.kind is not ComponentKind.VENDOR)
    return found | {ADMINISTRATORS: frozenset((*plan.services, *ours))}


def kit_stale(organisation: Organisation) -> Iterator[Finding]:
    """An offline kit was placed, and the plan has changed since it was made."""
    kits = _kits(organisation)
    if not kits:
        return
    now = fingerprint(organisation.plan)
    stale = [kit for kit in kits if kit.fingerprint != now]
    if stale:
        places = words.listed(kit.where or "a place that nobody named" for kit in stale)
        since = words.day(min(kit.at for kit in stale))
        yield Finding(
            "KIT_STALE",
            ("R-135",),
            Severity.MEDIUM,
            "organisation",
            f"The recovery kit kept at {places} was made for a plan that has changed since "
            f"({since}). Whoever recovers by it may call the wrong people, or leave something out.",
            "Print a new recovery kit, put it in the place of the old one, and say so.",
            {"where": tuple(kit.where for kit in stale), "plan": now},
        )


def _kits(organisation: Organisation) -> tuple[Attestation, ...]:
    """Give the kits that lie somewhere: the last word on each place."""
    return placed(organisation.facts.feed.attestations, organisation)


def placed(said: Iterable[Attestation], organisation: Organisation) -> tuple[Attestation, ...]:
    """Give, by place, the last statement that a kit was put there and that still holds."""
    instant = organisation.instant
    last: dict[str, Attestation] = {}
    for one in standing(said, instant):
        if one.topic == KIT_PLACED and one.at <= instant:
            earlier = last.get(one.where)
            if earlier is None or (one.at, one.digest) > (earlier.at, earlier.digest):
                last[one.where] = one
    return tuple(one for one in last.values() if one.until is None or instant < one.until)


RULES: tuple[Rule, ...] = (
    OrganisationRule(
        "INSTRUCTIONS_UNREACHABLE",
        ("R-135",),
        "Instructions or contacts cannot be read anywhere in one of the losses to expect.",
        instructions_unreachable,
        frozenset({"attestations"}),
    ),
    OrganisationRule(
        "KIT_STALE",
        ("R-135",),
        "An offline kit was placed, and the plan has changed since it was made.",
        kit_stale,
        frozenset({"attestations"}),
    ),
)
"""The rules of this file, in the order of their findings."""

"""Rules about workarounds: proportionate, secure, long enough, with data that is fresh enough."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from refloat.assess import about, words
from refloat.assess.ground.basis import Basis
from refloat.assess.organisation import Organisation
from refloat.assess.rule import OrganisationRule, Rule, ServiceRule
from refloat.model.feed_people import Attestation
from refloat.model.judgement import Finding, ServiceStatus, Severity
from refloat.model.organisation import Workaround
from refloat.model.plan import Service
from refloat.model.stream import standing

SENSITIVE = ("personal", "health", "financial", "patient", "payment", "confidential", "sensitive")
"""Words in a classification that make a second incident of its loss (R-140)."""

EXPORT_TAKEN = "export-taken"
"""Topic of the statement that a workaround's data was renewed."""


def workaround_insecure(basis: Basis, _status: ServiceStatus) -> Iterator[Finding]:
    """A workaround handles sensitive data that nothing keeps safe, or that no owner agreed to."""
    service = basis.service
    for one in service.workarounds:
        if not _sensitive(one) or (one.controls and one.approved_by is not None):
            continue
        lacking = []
        if not one.controls:
            lacking.append("nothing keeps it safe")
        if one.approved_by is None:
            lacking.append("no owner agreed to it")
        yield Finding(
            "WORKAROUND_INSECURE",
            ("R-140",),
            Severity.MEDIUM if one.controls else Severity.HIGH,
            f"{about.subject(basis)}, workaround {one.name}",
            f"While {service.name} is away, people handle {one.data} data by {_called(one)}, and "
            f"{words.listed(lacking)}. If that data is lost or seen by others, it is a second "
            "incident.",
            f"Decide with the owner what keeps the data of {_called(one)} safe, and write it down.",
            {"data": one.data, "controls": one.controls, "approved_by": one.approved_by},
            (service.key,),
        )


def workaround_too_short(basis: Basis, _status: ServiceStatus) -> Iterator[Finding]:
    """No workaround of a service can be kept up as long as the service may be away."""
    service, rto = basis.service, basis.service.objectives.get("rto")
    if rto is None or not service.workarounds:
        return
    lasting = [one.usable_for for one in service.workarounds if one.usable_for is not None]
    if len(lasting) < len(service.workarounds) or max(lasting) >= rto.target:
        return
    longest, target = max(lasting).total_seconds(), rto.target.total_seconds()
    yield Finding(
        "WORKAROUND_TOO_SHORT",
        ("R-140",),
        Severity.MEDIUM,
        about.subject(basis),
        f"{service.name} may be away for {words.duration(target)}, but people can do without it "
        f"for {words.duration(longest)} only. After that this stops: {about.affected(basis)}.",
        f"Find a way to work without {service.name} for longer, or bring it back sooner.",
        {"usable_seconds": round(longest), "target_seconds": round(target)},
        (service.key,),
    )


def export_too_old(organisation: Organisation) -> Iterator[Finding]:
    """The data that a workaround works with was not renewed as often as it must be."""
    taken = _taken(organisation)
    if not taken:
        return
    for service in organisation.plan.services.values():
        for one in service.workarounds:
            at = _newest(taken, service, one)
            if at is None or one.refreshed_every is None:
                continue
            due = at + one.refreshed_every
            if organisation.instant > due:
                age = (organisation.instant - at).total_seconds()
                yield Finding(
                    "EXPORT_TOO_OLD",
                    ("R-139",),
                    Severity.MEDIUM,
                    f"service {service.key}, workaround {one.name}",
                    f"If {service.name} failed now, people would work by {_called(one)} with data "
                    f"that is {words.duration(age)} old; "
                    f"{words.duration(one.refreshed_every.total_seconds())} is allowed.",
                    f"Renew the data of {_called(one)}, and find out why that was not done.",
                    {"age_seconds": round(age), "taken_at": words.instant(at)},
                    (service.key,),
                    first_seen=due,
                )


def _taken(organisation: Organisation) -> dict[str, datetime]:
    """Give when data was last renewed, by what the statement is about."""
    said: tuple[Attestation, ...] = standing(
        organisation.facts.feed.attestations, organisation.instant
    )
    last: dict[str, datetime] = {}
    for one in said:
        if one.topic == EXPORT_TAKEN and one.at <= organisation.instant:
            last[one.subject] = max(one.at, last.get(one.subject, one.at))
    return last


def _newest(taken: dict[str, datetime], service: Service, one: Workaround) -> datetime | None:
    names = (f"{service.key}/{one.name}", service.key, one.name, one.source)
    return max((taken[name] for name in names if name and name in taken), default=None)


def _sensitive(one: Workaround) -> bool:
    return any(word in one.data.casefold() for word in SENSITIVE)


def _called(one: Workaround) -> str:
    return f'the workaround "{one.name}"' if one.name else "its workaround"


RULES: tuple[Rule, ...] = (
    ServiceRule(
        "WORKAROUND_INSECURE",
        ("R-140",),
        "A workaround handles sensitive data that nothing keeps safe, or no owner agreed to.",
        workaround_insecure,
    ),
    ServiceRule(
        "WORKAROUND_TOO_SHORT",
        ("R-140",),
        "No workaround of a service can be kept up as long as the service may be away.",
        workaround_too_short,
    ),
    OrganisationRule(
        "EXPORT_TOO_OLD",
        ("R-139",),
        "The data that a workaround works with was not renewed as often as it must be.",
        export_too_old,
        frozenset({"attestations"}),
    ),
)
"""The rules of this file, in the order of their findings."""

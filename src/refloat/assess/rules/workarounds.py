"""Rules about workarounds: proportionate, secure, long enough, with data that is fresh enough."""

from __future__ import annotations

from collections.abc import Iterator

from refloat.assess import about, words
from refloat.assess.ground.basis import Basis
from refloat.assess.organisation import Organisation
from refloat.assess.reviewing.completeness import sensitive
from refloat.assess.rule import OrganisationRule, Rule, ServiceRule
from refloat.assess.verdicts.exports import ExportAge, exports
from refloat.model.judgement import Finding, ServiceStatus, Severity
from refloat.model.organisation import Workaround
from refloat.model.plan import Service


def workaround_insecure(basis: Basis, _status: ServiceStatus) -> Iterator[Finding]:
    """A workaround handles sensitive data that nothing keeps safe, or that no owner agreed to."""
    service = basis.service
    for one in service.workarounds:
        if not sensitive(one.data) or (one.controls and one.approved_by is not None):
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
            f"incident, beside the first: {about.affected(basis)}.",
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
    plan = organisation.plan
    for one in exports(plan, organisation.facts.feed.attestations, organisation.instant):
        if one.late:
            service = plan.services[one.service]
            way = next(way for way in service.workarounds if way.name == one.workaround)
            yield _too_old(service, way, one)


def _too_old(service: Service, way: Workaround, one: ExportAge) -> Finding:
    allowed = words.duration(one.allowed_seconds or 0)
    if one.taken_at is None or one.age_seconds is None:
        sentence = (
            f"If {service.name} failed now, people would have no data to work with by"
            f" {_called(way)}: it was never taken out. It may be {allowed} old. At stake: "
            f"{about.processes(service)}."
        )
        inputs: dict[str, int | str | None] = {"age_seconds": None, "taken_at": None}
    else:
        sentence = (
            f"If {service.name} failed now, people would work by {_called(way)} with data "
            f"that is {words.duration(one.age_seconds)} old; {allowed} is allowed. At stake: "
            f"{about.processes(service)}."
        )
        inputs = {"age_seconds": round(one.age_seconds), "taken_at": words.instant(one.taken_at)}
    return Finding(
        "EXPORT_TOO_OLD",
        ("R-139",),
        Severity.MEDIUM,
        f"service {service.key}, workaround {way.name}",
        sentence,
        f"Renew the data of {_called(way)}, and find out why that was not done.",
        inputs,
        (service.key,),
        first_seen=one.due_at,
    )


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

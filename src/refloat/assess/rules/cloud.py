"""Rules about what runs in somebody else's cloud: what it needs that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from refloat.assess.about import affected, all_called, subject
from refloat.assess.ground.basis import Basis
from refloat.assess.rule import Rule, ServiceRule
from refloat.model.judgement import Finding, ServiceStatus, Severity
from refloat.model.plan import Category, ComponentKind


def cloud_alone(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """A service rests on Microsoft 365, and nothing that it needs outside of it is written down."""
    kinds = {key: basis.component(key).kind for key in basis.strengths}
    cloud = [key for key, kind in kinds.items() if kind is ComponentKind.MICROSOFT_365]
    needed = basis.moment.index.graph.needed(basis.service.key)
    if not cloud or len(cloud) < len(kinds) or needed:
        return
    if basis.service.not_applicable.get(Category.DEPENDENCIES):
        return
    yield Finding(
        "CLOUD_DEPENDENCIES_NOT_WRITTEN",
        ("R-109",),
        Severity.MEDIUM,
        subject(basis),
        f"{status.name} rests on {all_called(basis.plan, cloud)} in Microsoft's cloud, and nothing "
        "is written down that it needs outside of it: how people sign in, how names are found, who "
        f"carries the mail and the internet. Where one of these is away, so is {affected(basis)}, "
        "and nobody would know why.",
        f"Write down what {status.name} needs outside of Microsoft's cloud, or why that is "
        "nothing.",
        {"workloads": tuple(cloud)},
        services=(basis.service.key,),
    )


RULES: tuple[Rule, ...] = (
    ServiceRule(
        "CLOUD_DEPENDENCIES_NOT_WRITTEN",
        ("R-109",),
        "A service rests on Microsoft 365, and nothing that it needs outside of it is written "
        "down.",
        cloud_alone,
    ),
)
"""The rules of this file, in the order of their findings."""

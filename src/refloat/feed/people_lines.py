"""The lines of the feed about what people do, state, approve and accept."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from refloat.feed.lines import Amount, Instant, Line, Name


class ChangeLine(Line, frozen=True, gc=False, tag="change", kw_only=True):
    """Something material changed: older tests no longer show what is there now."""

    subject: Annotated[
        Name, Meta(description="key of a service, component, vendor, principal or person")
    ]
    at: Annotated[Instant, Meta(description="when")]
    what: Annotated[Name, Meta(description="what changed, in words")]
    category: Annotated[
        Literal["application", "infrastructure", "vendor", "identity", "business", ""] | None,
        Meta(description="what kind of change it was"),
    ] = None
    material: Annotated[
        bool | None, Meta(description="whether it matters to recovery; it does if left out")
    ] = None


class AssumptionLine(Struct, frozen=True, gc=False):
    """Something that an exercise assumed."""

    what: Annotated[Name, Meta(description="what was assumed")]
    state: Annotated[Literal["held", "failed", "untested"], Meta(description="how it turned out")]


class ExerciseLine(Line, frozen=True, gc=False, tag="exercise", kw_only=True):
    """People practised."""

    what: Annotated[Name, Meta(description="which kind of exercise it was, in words")]
    at: Annotated[Instant, Meta(description="when")]
    services: Annotated[
        tuple[str, ...] | None, Meta(description="keys of services whose recovery was practised")
    ] = None
    decisions: Annotated[bool | None, Meta(description="whether decisions were practised")] = None
    communications: Annotated[
        bool | None, Meta(description="whether communication was practised")
    ] = None
    workarounds: Annotated[bool | None, Meta(description="whether workarounds were practised")] = (
        None
    )
    restored: Annotated[
        tuple[str, ...] | None, Meta(description="keys of what was restored in it")
    ] = None
    common_point: Annotated[
        bool | None, Meta(description="whether that was of one common point in time")
    ] = None
    timeline: Annotated[tuple[str, ...] | None, Meta(description="what happened when")] = None
    decided: Annotated[tuple[str, ...] | None, Meta(description="who decided what")] = None
    frictions: Annotated[tuple[str, ...] | None, Meta(description="what held people up")] = None
    no_friction: Annotated[
        bool | None, Meta(description="whether the facilitator asserts that nothing did")
    ] = None
    assumptions: Annotated[
        tuple[AssumptionLine, ...] | None, Meta(description="what was assumed")
    ] = None
    nobody_had_authority: Annotated[
        tuple[str, ...] | None, Meta(description="decisions for which nobody had authority")
    ] = None
    actions: Annotated[tuple[str, ...] | None, Meta(description="what is to be done about it")] = (
        None
    )
    report: Annotated[str | None, Meta(description="where its report is")] = None
    scenario: Annotated[
        str | None,
        Meta(description="which scenario it was of, as refloat scenario lists it: site:KEY"),
    ] = None
    lost: Annotated[
        tuple[str, ...] | None,
        Meta(description="what was taken to be lost, as --lose names it: KEY, site:KEY"),
    ] = None
    scheduled: Annotated[bool | None, Meta(description="whether it was planned as an exercise")] = (
        None
    )


class AttestationLine(Line, frozen=True, gc=False, tag="attestation", kw_only=True):
    """Somebody states something that no machine can see; its quality is always poor."""

    topic: Annotated[
        Name,
        Meta(
            description="what it is about: `continuity-plan-approved`, `offline-kit-placed`, "
            "`inventory-complete`, `export-taken`, or other words"
        ),
    ]
    subject: Annotated[
        str | None, Meta(description="the key that it is about; left out for the organisation")
    ] = None
    person: Annotated[Name, Meta(description="key of the person who says so")]
    statement: Annotated[Name, Meta(description="what they say")]
    at: Annotated[Instant, Meta(description="when")]
    until: Annotated[Instant | None, Meta(description="until when it holds")] = None
    fingerprint: Annotated[str | None, Meta(description="of what it is bound to")] = None
    where: Annotated[str | None, Meta(description="the place that it names")] = None


class ApprovalLine(Line, frozen=True, gc=False, tag="approval", kw_only=True):
    """A named person approved a target, as somebody else's record says."""

    person: Annotated[Name, Meta(description="the person's key")]
    service: Annotated[
        Name, Meta(description="the service's key, or a component's for its retention")
    ]
    measure: Annotated[
        Literal["rpo", "rto", "mtpd", "tier", "retention"], Meta(description="what was approved")
    ]
    fingerprint: Annotated[Name, Meta(description="of exactly what was approved")]
    target_seconds: Annotated[Amount, Meta(description="the target; a tier's number for a tier")]
    at: Annotated[Instant, Meta(description="when")]
    basis: Annotated[str | None, Meta(description="what it was derived from")] = None
    review_at: Annotated[Instant | None, Meta(description="when to look at it again")] = None


class ActionLine(Line, frozen=True, gc=False, tag="action", kw_only=True):
    """A corrective action, or that a finding was accepted."""

    what: Annotated[Name, Meta(description="what is to be done")]
    owner: Annotated[str | None, Meta(description="key of the person")] = None
    due: Annotated[Instant | None, Meta(description="by when")] = None
    status: Annotated[
        Literal["open", "done", "accepted"] | None,
        Meta(description="how it stands; open if left out"),
    ] = None
    finding: Annotated[str | None, Meta(description="code of the finding that it answers")] = None
    subject: Annotated[
        str | None, Meta(description="the key that this finding is about; every one if left out")
    ] = None
    accepted_by: Annotated[str | None, Meta(description="who accepted the risk")] = None
    until: Annotated[Instant | None, Meta(description="when the acceptance ends")] = None

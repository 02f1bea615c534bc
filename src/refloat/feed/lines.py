"""The lines of the feed as msgspec decodes them: what tools and machines say.

Each class is one ``kind``. The descriptions of the fields are the reference page and the JSON
Schema of ``refloat facts schema``. A field that no class names is kept with its line, and is not
judged. The people's kinds are in ``people_lines``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

SCHEMA = "recovery-feed/1"

Instant = Annotated[datetime, Meta(tz=True)]
Name = Annotated[str, Meta(min_length=1)]
Amount = Annotated[float, Meta(ge=0, le=1e12)]
Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Claim = Literal["ok", "warning", "failed", "unknown"]
Looked = Literal["ok", "failed", "unknown"]
Mode = Literal[
    "none", "governance", "compliance", "worm", "write once", "write_once", "offline", "unknown"
]
PrincipalWord = Literal[
    "unprivileged",
    "privileged",
    "backup administrator",
    "backup_administrator",
    "backup_admin",
    "break glass",
    "break_glass",
    "service",
]
RightWord = Literal[
    "list",
    "read own",
    "read_own",
    "read other",
    "read_other",
    "write",
    "modify",
    "delete",
    "take ownership",
    "take_ownership",
    "change access",
    "change_access",
    "change retention",
    "change_retention",
    "delete repository",
    "delete_repository",
    "any",
]


class SourceLine(Struct, frozen=True, gc=False):
    """Where a fact comes from."""

    instance: Annotated[
        str, Meta(min_length=1, description="which installation or person; part of the fact's key")
    ]
    tool: Annotated[str | None, Meta(description="what kind of thing that is")] = None
    reader: Annotated[str | None, Meta(description="what read it, with its version")] = None


class Line(Struct, frozen=True, gc=False, tag_field="kind", kw_only=True):
    """What every line has."""

    schema: Annotated[
        Literal["recovery-feed/1"] | None, Meta(description="the format of the line")
    ] = None
    source: Annotated[SourceLine, Meta(description="where the fact comes from")]
    observed_at: Annotated[Instant, Meta(description="when the source saw it to be so")]
    external_id: Annotated[
        str | None, Meta(description="the source's own id of it; derived if left out")
    ] = None


class ImmutableLine(Struct, frozen=True, gc=False):
    """What keeps a copy from being changed."""

    mode: Annotated[Mode | None, Meta(description="how; `worm` is `write once`")] = None
    until: Annotated[Instant | None, Meta(description="until when; for ever if left out")] = None


class CopyLine(Struct, frozen=True, gc=False):
    """One stored instance of a recovery point."""

    location: Annotated[Name, Meta(description="key of the repository, or the source's name")]
    failure_domain: Annotated[str | None, Meta(description="what it breaks together with")] = None
    offline: Annotated[bool | None, Meta(description="whether nothing can reach it")] = None
    encrypted: Annotated[bool | None, Meta(description="whether it is encrypted")] = None
    key_ref: Annotated[str | None, Meta(description="where its key is kept")] = None
    immutable: Annotated[
        ImmutableLine | None, Meta(description="what keeps it from being changed")
    ] = None


class IntegrityLine(Struct, frozen=True, gc=False):
    """That somebody looked whether a recovery point is whole."""

    kind: Annotated[
        Literal["none", "checksum", "boot", "restore"] | None, Meta(description="how")
    ] = None
    state: Annotated[Looked | None, Meta(description="what was found")] = None
    at: Annotated[Instant | None, Meta(description="when")] = None


class PointLine(Line, frozen=True, gc=False, tag="recovery_point", kw_only=True):
    """A recovery point was seen."""

    dataset_ref: Annotated[Name, Meta(description="key of the component, or the source's name")]
    consistency_time: Annotated[Instant, Meta(description="when the data was true")]
    completed_at: Annotated[Instant | None, Meta(description="when the job ended")] = None
    complete: Annotated[
        bool | None, Meta(description="whether everything meant to be in it is")
    ] = None
    usable_claim: Annotated[Claim | None, Meta(description="what the source claims of it")] = None
    consistency: Annotated[
        Literal["application", "filesystem", "crash", "unknown"] | None,
        Meta(description="how consistent it is"),
    ] = None
    consistency_group: Annotated[
        str | None, Meta(description="which group of points it was made with")
    ] = None
    size_bytes: Annotated[Count | None, Meta(description="its size")] = None
    copies: Annotated[tuple[CopyLine, ...] | None, Meta(description="where it is kept")] = None
    expires_at: Annotated[Instant | None, Meta(description="when its source removes it")] = None
    integrity: Annotated[
        IntegrityLine | None, Meta(description="whether somebody looked if it is whole")
    ] = None
    malware: Annotated[
        Literal["clean", "suspicious", "infected", "unknown"] | None,
        Meta(description="what a scan found"),
    ] = None
    version: Annotated[str | None, Meta(description="version of what it holds")] = None
    level: Annotated[
        str | None,
        Meta(
            description="`full`, `incremental`, `log`, `snapshot` or another word; a `replica` "
            "follows what it copies, and is deleted or spoilt with it"
        ),
    ] = None
    state: Annotated[
        Literal["present", "deleted"] | None,
        Meta(description="`deleted` if the source says that it is gone"),
    ] = None


class JobLine(Line, frozen=True, gc=False, tag="job_run", kw_only=True):
    """A backup job ended, or did not: that, and no more."""

    job: Annotated[Name, Meta(description="its name in its source")]
    status: Annotated[
        Name, Meta(description="`success`, `warning`, `failed`, `running` or another word")
    ]
    dataset_ref: Annotated[
        str | None, Meta(description="key of the component; left out for all of the source")
    ] = None
    at: Annotated[
        Instant | None,
        Meta(description="when it ran; `scheduled_at`, then `observed_at` if left out"),
    ] = None
    scheduled_at: Annotated[Instant | None, Meta(description="when it was meant to run")] = None
    enabled: Annotated[bool | None, Meta(description="whether it is switched on")] = None
    message: Annotated[str | None, Meta(description="what it said")] = None


class CheckLine(Struct, frozen=True, gc=False):
    """One check of a restore test."""

    name: Annotated[Name, Meta(description="what it shows")]
    passed: Annotated[bool | None, Meta(description="whether it did; null if it could not run")] = (
        None
    )
    proves: Annotated[
        Literal["data", "dependency", "identity", "licence", "service", ""] | None,
        Meta(description="what it proves"),
    ] = None


class StepLine(Struct, frozen=True, gc=False):
    """One step of a restore test."""

    name: Annotated[Name, Meta(description="what was done")]
    seconds: Annotated[Amount, Meta(description="how long it took")]


class TestLine(Line, frozen=True, gc=False, tag="restore_test", kw_only=True):
    """Something was restored to see whether it comes back."""

    __test__ = False  # not a test of pytest's

    service: Annotated[
        str | None, Meta(description="key of the service; left out if only data was restored")
    ] = None
    dataset_refs: Annotated[
        tuple[Name, ...] | None,
        Meta(description="keys of what was restored; all of the service's if left out"),
    ] = None
    level: Annotated[
        Literal["file", "object", "image", "boot", "application", "service"],
        Meta(description="how much was brought back; only `service` tests a service"),
    ]
    result: Annotated[Literal["passed", "failed", "partial"], Meta(description="how it ended")]
    started_at: Annotated[Instant, Meta(description="when it began")]
    own_seconds: Annotated[
        Amount | None, Meta(description="how long this service's own part took")
    ] = None
    own_minutes: Annotated[Amount | None, Meta(description="the same in minutes")] = None
    bytes: Annotated[Count | None, Meta(description="how much was restored")] = None
    consistency_time: Annotated[
        Instant | None, Meta(description="when the restored data was true")
    ] = None
    confirmed_by: Annotated[
        str | None, Meta(description="key of the person who confirmed that the service works")
    ] = None
    issues: Annotated[tuple[str, ...] | None, Meta(description="what went wrong on the way")] = None
    checks: Annotated[tuple[CheckLine, ...] | None, Meta(description="what was checked")] = None
    environment: Annotated[
        str | None, Meta(description="where it was restored to: `isolated`, `production`, …")
    ] = None
    steps: Annotated[tuple[StepLine, ...] | None, Meta(description="how long each step took")] = (
        None
    )


class ExclusionLine(Struct, frozen=True, gc=False):
    """Something that a source leaves out."""

    what: Annotated[Name, Meta(description="what is left out")]
    why: Annotated[str | None, Meta(description="why")] = None
    reason: Annotated[str | None, Meta(description="the same as `why`")] = None
    approved_by: Annotated[str | None, Meta(description="who approved it")] = None
    until: Annotated[Instant | None, Meta(description="until when")] = None


class ScopeLine(Line, frozen=True, gc=False, tag="protection_scope", kw_only=True):
    """What a backup tool was told to copy, what to leave out, and what there is."""

    selected: Annotated[tuple[str, ...] | None, Meta(description="names that it copies")] = None
    excluded: Annotated[
        tuple[ExclusionLine, ...] | None, Meta(description="what it leaves out")
    ] = None
    inventory: Annotated[
        tuple[str, ...] | None, Meta(description="everything that there is, as the source counts")
    ] = None
    dataset_ref: Annotated[
        str | None, Meta(description="key of the component; left out for all of the source")
    ] = None


class AccessLine(Line, frozen=True, gc=False, tag="access_fact", kw_only=True):
    """Which rights a principal has on a repository."""

    principal: Annotated[Name, Meta(description="its key, or the source's name")]
    principal_kind: Annotated[PrincipalWord | None, Meta(description="what it is")] = None
    path: Annotated[Name, Meta(description="key of the repository, or the source's path")]
    right: Annotated[RightWord | None, Meta(description="one right; `any` is all")] = None
    allowed: Annotated[
        bool | None, Meta(description="whether it has that one right; null if nobody could tell")
    ] = None
    rights: Annotated[
        tuple[RightWord, ...] | None,
        Meta(
            description="instead of `right`: all that it was seen to have; `any`: every right that"
            " the line does not name; `[]`: none at all"
        ),
    ] = None
    denied: Annotated[
        tuple[RightWord, ...] | None,
        Meta(
            description="beside `rights`: those that it was seen not to have; `any`: every right"
            " that the line does not name"
        ),
    ] = None
    quality: Annotated[
        Literal["excellent", "good", "fair", "poor"] | None,
        Meta(description="how it was seen; poor if left out"),
    ] = None
    observed_by: Annotated[str | None, Meta(description="who or what looked")] = None


class HeartbeatLine(Line, frozen=True, gc=False, tag="heartbeat", kw_only=True):
    """A source is alive."""

    expected_interval_seconds: Annotated[
        Amount | None, Meta(description="by when it means to be heard of again")
    ] = None
    what: Annotated[str | None, Meta(description="what it speaks for; itself if left out")] = None


class DependencyLine(Line, frozen=True, gc=False, tag="dependency", kw_only=True):
    """Something was seen to need something, or to be there."""

    component: Annotated[Name, Meta(description="its name in the source, or its key")] = field(
        name="from"
    )
    needs: Annotated[
        str | None, Meta(description="what it needs; left out if it was only seen to be there")
    ] = field(name="to", default=None)
    what: Annotated[str | None, Meta(description="what was seen, in words")] = None
    holds_data: Annotated[bool | None, Meta(description="whether it is a data store")] = None
    version: Annotated[str | None, Meta(description="what it runs as")] = None
    line: Annotated[Count | None, Meta(description="where it stands in the file that was read")] = (
        None
    )

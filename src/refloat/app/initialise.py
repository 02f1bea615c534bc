"""Write the commented start of a plan, never over anything that is there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from refloat import plan as plans
from refloat.app import draft_text
from refloat.app.draft_text import NotUsed
from refloat.app.drafting import Drawn, draw
from refloat.app.sources import Source, gather, observer_of
from refloat.app.workspace import DEFAULT_PLAN, catalogue
from refloat.host import files
from refloat.model.errors import NotAllowed, ObservationProblem, UsageProblem
from refloat.plan import PlanRefused

PLAN_MODE = 0o644
"""A plan is for everybody who recovers, and holds no secret."""

START = """\
## The recovery plan: what this organisation needs to come back, and who says so.
## It is right as it stands: 'refloat plan check' says so. Replace what is in it by what is true.
## Lines that begin with one '#' are examples: take the '#' away where you need them.
## docs/reference/plan.md explains every key.

organisation: Our organisation
# sites: [high-street]

## Who has a part in recovery. 'phone' is a number that works when the systems do not.
people:
  alex:
    name: Alex Example
    roles: [business owner]
    # phone: "+61 491 570 006"
    # deputy: kim
  kim:
    name: Kim Example
    roles: [technical owner]

## Who may do what when it matters.
# authority:
#   declare: [alex, kim]
#   decide: [alex]
#   lead: [kim, alex]
#   communicate: alex
#   administer_backups: [kim]
#   request_restores: [alex]
#   approve_restores: [kim]
#   facilitate_exercises: alex

## Where updates are published; the first is the usual one. 'needs' names what it rests on itself.
# channels:
#   phone-list: {name: Calls from private phones}
# communications:
#   customer: {approver: alex, deputy: kim, template: outage.txt}
# facilities_not_needed: Everybody can work from home.

## Where instructions can be read when the systems are away.
# documents:
#   instructions:
#     content: [recovery instructions, contacts]
#     locations: [A folder in the safe]

## Outsiders whom recovery needs.
# vendors:
#   line-company:
#     name: Line Company
#     contact: "1800 975 700"
#     hours: 24x7
#     contract_end: 2027-12-31

## Where copies are kept. With 'engine', Refloat writes them; secrets are references, never here.
# repositories:
#   cupboard:
#     engine: restic
#     location: /srv/backup
#     password: file:secrets/backup-password
#     failure_domain: server room
#     authentication_domain: backup account
#     key_kept: a sealed envelope in the safe
#   far-away:
#     name: The provider's store
#     failure_domain: another town
#     authentication_domain: the provider's account
#     lock: {mode: compliance, period: 35 days}

## Backup tools of others, which Refloat watches.
# platforms:
#   backup-server: {name: The backup server, sign_in: local accounts, administrator: kim}

## What holds for all services of a tier that say nothing else.
tiers:
  1:
    objectives: {rpo: {target: 1 h, approver: alex}, rto: {target: 4 h, approver: alex}}

## The business services: what people and customers would miss.
services:
  orders:
    name: Taking orders
    processes: [Customers order]
    owner: alex
    technical_owner: kim
    tier: 1
    needs: [orders-data]
    # workarounds:
    #   paper list:
    #     how: Orders are written down, and typed in afterwards.
    #     usable_for: 1 day
    #     approved_by: alex

## What the services need. 'refloat assess' names everything that nothing copies yet.
components:
  orders-data:
    kind: files
    owner: kim
    # retention: {target: 35 days, approver: alex}
    ## Either Refloat backs it up ...
    # protect:
    #   files: orders
    #   repository: cupboard
    #   every: 1 h
    ## ... or somebody else's tool does, and Refloat watches:
    # watch: {platform: backup-server, copies: [far-away], every: 1 h, kept_for: 35 days}

## What is left out on purpose, until when, and who agreed.
# exclusions:
#   - what: Kiosk computers
#     reason: They are rebuilt from an image.
#     approved_by: alex
#     until: 2027-06-30
"""
"""A plan that is right as it stands; '##' begins an explanation, '#' an example."""


@dataclass(frozen=True)
class Drafted:
    """A plan that was drafted out of what sources show.

    Attributes:
        written: the file.
        components: how many there are.
        stores: keys of those that keep data, and that nothing is said to copy.
        people: how many owners the sources name.
        apart: what is called the same and was kept apart, each with where it stands.
        circles: needs that are left out because they close a circle, each with where it stands.
        not_used: what else is not in it, with its place and the reason.
    """

    written: Path
    components: int
    stores: tuple[str, ...]
    people: int
    apart: tuple[str, ...]
    circles: tuple[str, ...]
    not_used: tuple[NotUsed, ...]


def initialise(target: Path) -> Path:
    """Write the start of a plan.

    Args:
        target: the file, if its name ends in ``.yaml`` or ``.yml``; otherwise the folder that
            ``refloat.yaml`` goes into, made if it is not there.

    Returns:
        The file.

    Raises:
        NotAllowed: if the file is there already; it is not touched.
        StateProblem: if it cannot be written; NoRoom if the disk is full.
    """
    path = _file(target)
    _write(path, START)
    return path


def draft(target: Path, named: Sequence[tuple[str, Path]]) -> Drafted:
    """Draft a plan out of what sources show; the same sources give the same bytes.

    Nothing is recorded: ``refloat observe`` does that, when there is a plan to hold it against.

    Args:
        target: as for ``initialise``.
        named: the kind of each source, and the file or folder.

    Raises:
        UsageProblem: if there is no such kind.
        MissingInput, ObservationProblem: if a source cannot be read or understood, or none shows
            anything.
        NotAllowed: if the file is there already; it is not touched.
        StateProblem: if it cannot be written; NoRoom if the disk is full.
    """
    path = _file(target)
    if os.path.lexists(path):
        raise _there(path)
    if not named:
        raise UsageProblem("no source is named", hint="refloat init --from KIND PATH")
    by_kind: dict[str, list[Path]] = {}
    for kind, source in named:
        by_kind.setdefault(kind, []).append(source)
    sources: list[Source] = []
    not_used: list[NotUsed] = []
    for kind in sorted(by_kind):
        found = gather(observer_of(kind), by_kind[kind], path.parent)
        sources += found.sources
        not_used += [NotUsed(one.source, 0, one.reason) for one in found.not_read]
        not_used += [
            NotUsed(one.name, line.line, line.reason)
            for one in found.sources
            for line in one.reading.refused
        ]
    text, drawn, used = _drafted(path, sources, not_used)
    _write(path, text)
    return _report(path, drawn, used)


def _drafted(
    path: Path, sources: Sequence[Source], not_used: Sequence[NotUsed]
) -> tuple[str, Drawn, tuple[NotUsed, ...]]:
    """Draft until the plan's parser has nothing to say; names that it refuses are left out."""
    left_out: dict[str, str] = {}
    while True:
        drawn = draw(sources, frozenset(left_out))
        if not drawn.things:
            raise ObservationProblem(
                "nothing was seen in these sources, so there is nothing to draft",
                hint="refloat init without --from writes a start that says what a plan holds.",
            )
        used = (*not_used, *_left_out(sources, left_out))
        used = tuple(sorted(set(used), key=lambda one: (one.source, one.line, one.reason)))
        written = draft_text.write(drawn, sources, used)
        try:
            plans.parse(written.text.encode(), path.name, catalogue(), {})
        except PlanRefused as refused:
            worse = {
                written.about[one.line]: one.message
                for one in refused.complaints
                if one.line in written.about
            }
            if not worse:
                raise
            left_out |= worse
        else:
            return written.text, drawn, used


def _left_out(sources: Sequence[Source], names: dict[str, str]) -> list[NotUsed]:
    return [
        NotUsed(source.name, seen.line, f"a name in it cannot stand in a plan: {names[name]}")
        for source in sources
        for seen in source.reading.observations
        for name in (seen.component, seen.needs, seen.owner)
        if name in names
    ]


def _report(path: Path, drawn: Drawn, not_used: tuple[NotUsed, ...]) -> Drafted:
    things = drawn.things.values()
    return Drafted(
        written=path,
        components=len(drawn.things),
        stores=tuple(one.key for one in things if one.holds_data),
        people=len(set(drawn.owners.values())),
        apart=tuple(f"{one.key} ({one.places[0]})" for one in things if one.apart),
        circles=tuple(
            f"{one.key} needs {other.key} ({place})"
            for one in things
            for other, place in one.circles.items()
        ),
        not_used=not_used,
    )


def _file(target: Path) -> Path:
    is_file = target.suffix in (".yaml", ".yml") and not target.is_dir()
    return target if is_file else target / DEFAULT_PLAN


def _there(path: object) -> NotAllowed:
    return NotAllowed(
        f"{path} is there already, and nothing was written",
        hint="refloat plan check says what is in it. Name another file to begin anew.",
    )


def _write(path: Path, text: str) -> None:
    """Write a new file, never over another; nothing stays of one that could not be written."""
    with files.told(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PLAN_MODE)
        except FileExistsError as error:
            raise _there(error.filename or path) from error
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(text.encode())
                stream.flush()
                os.fsync(stream.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        files.sync_folder(path.parent)

"""Other people's recovery points: listings are read, and go the way of every imported fact."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import starmap, zip_longest
from pathlib import Path
from typing import Any

from refloat import feed, registry
from refloat.app import memory, resolve
from refloat.app.feed import Imported, Incoming, import_all
from refloat.app.naming import Names, Places, renamed
from refloat.app.read_together import (
    another,
    at_one_time,
    identities,
    in_parts,
    is_of,
    see_same,
    see_times,
)
from refloat.app.workspace import Workspace
from refloat.feed.reading import Refused
from refloat.host.clock import Clock
from refloat.model.errors import MissingInput, UsageProblem
from refloat.model.feed import PointSeen
from refloat.model.stream import standing
from refloat.plan.spoken import options_said
from refloat.platforms import Fact, Listing, Platform, RefusedEntry, Request, Telling

ROOM = "platforms"


@dataclass(frozen=True)
class Wanted:
    """What is to be read.

    Attributes:
        platform: its name.
        paths: the listings; none to ask the platform itself.
        instance: which installation; empty for one that is called like the platform.
        as_of: when the listings were made; None for the time of each file, or for now.
        data_sets: what the platform's names mean: ``NAME=KEY``.
        repositories: where its copies are: ``NAME=KEY``, or ``KEY`` for all.
        options: the platform's options, by name.
        whole: whether the listings together hold everything that there is.
        only_look: whether to remember nothing.
    """

    platform: str
    paths: tuple[Path, ...] = ()
    instance: str = ""
    as_of: datetime | None = None
    data_sets: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False
    only_look: bool = False


@dataclass(frozen=True)
class ReadListing:
    """What became of one listing.

    Attributes:
        source: the file, or the platform itself.
        observed_at: when it was made (UTC).
        points: how many recovery points of the plan's data sets it lists.
        lines: the lines that would be imported, if nothing was to be remembered; none otherwise.
        refused: entries that cannot be used.
        imported: what was new; None if nothing was to be remembered.
    """

    source: str
    observed_at: datetime
    points: int
    lines: tuple[str, ...]
    refused: tuple[RefusedEntry, ...]
    imported: Imported | None = None


@dataclass(frozen=True)
class ReadPlatform:
    """What became of all listings.

    Attributes:
        instance: the installation that they are of.
        in_plan: whether the plan has a platform of that key.
        listings: each of them.
        unmatched: names of data sets that mean nothing in the plan, and how many facts each has;
            none of them was taken.
        places: names of places of copies that are no repository of the plan.
        unused: what was said of names (``NAME=KEY``) that stand in no listing.
        whole: whether the listings hold everything, and every entry of them could be used.
        gone: recovery points that were there before, and that no listing has; only known where
            ``whole`` is true.
    """

    instance: str
    in_plan: bool
    listings: tuple[ReadListing, ...]
    unmatched: Mapping[str, int]
    places: tuple[str, ...]
    unused: tuple[str, ...]
    whole: bool
    gone: int


@dataclass
class _Read:
    """One listing on its way."""

    request: Request
    listing: Listing
    facts: list[dict[str, Any]] = field(default_factory=list)
    refused: list[RefusedEntry] = field(default_factory=list)

    @property
    def source(self) -> str:
        return str(self.request.path or self.request.instance)


@dataclass
class _Words:
    """The plan's words for a platform's names, and what has none."""

    names: Names
    repositories: Places
    unmatched: Counter[str] = field(default_factory=Counter)
    places: set[str] = field(default_factory=set)


def read_platform(workspace: Workspace, clock: Clock, wanted: Wanted) -> ReadPlatform:
    """Read listings of a platform, and import what they say of the plan's data sets.

    All of them are read before anything is imported: if one cannot be, nothing is.

    Args:
        workspace: the plan and the state.
        clock: what time it is.
        wanted: what is to be read.

    Raises:
        UsageProblem: if there is no such platform, option or component, or a time is in the future;
            or if it must be said which installation this is.
        MissingInput, ObservationProblem, SourceProblem: if a listing cannot be had or understood.
        SecretProblem: if a secret cannot be had.
        PlanProblem: if the plan cannot be understood.
        StateProblem, NoRoom, EvidenceProblem: as of ``import_file``.
    """
    now = clock.now().wall
    platform: Platform = resolve.adapter(ROOM, wanted.platform, "platform")
    _ask_which(workspace, wanted)
    words = _Words(
        Names(workspace.plan, wanted.data_sets), Places(workspace.plan, wanted.repositories)
    )
    read = [_Read(one, platform.read(one)) for one in _requests(workspace, platform, wanted, now)]
    for one in read:
        _take(one, words, now)
    if not wanted.instance:
        feeds = memory.known(workspace).feed.points
        see_same([one.facts for one in read], feeds, platform.name, read[0].request.instance)
    _together(wanted, read)
    whole = _whole(wanted, read)
    gone = _gone(workspace, wanted, read) if whole else []
    read[-1].facts += gone
    imported = () if wanted.only_look else import_all(workspace, clock, map(_incoming, read))
    instance = read[0].request.instance
    return ReadPlatform(
        instance=instance,
        in_plan=instance in workspace.plan.platforms,
        listings=tuple(starmap(_done, zip_longest(read, imported))),
        unmatched=dict(sorted(words.unmatched.items())),
        places=tuple(sorted(words.places)),
        unused=words.names.unused,
        whole=whole,
        gone=len(gone),
    )


def _ask_which(workspace: Workspace, wanted: Wanted) -> None:
    """See that a name is known of the installation that listings are said to hold all of.

    Raises:
        UsageProblem: if nobody said it, and the plan has no platform that is called like the tool.
    """
    if wanted.whole and not wanted.instance and wanted.platform not in workspace.plan.platforms:
        raise UsageProblem(
            "--whole says that nothing is missing, and nobody said of which installation",
            hint="Say --instance NAME: one name for each repository, server or cluster. Two under"
            " one name would look as if each had lost what the other has.",
        )


def _together(wanted: Wanted, read: Sequence[_Read]) -> None:
    """Let the parts of one whole be of one time, the latest.

    Raises:
        UsageProblem: if nobody said that they are whole, and they cannot be of several times.
    """
    listings = [one.facts for one in read]
    if wanted.whole and in_parts(listings):
        latest = max(one.request.observed_at for one in read)
        at_one_time(listings, latest)
        for one in read:
            one.request = replace(one.request, observed_at=latest)
    elif wanted.as_of is None and not wanted.whole:
        see_times(listings)


def _requests(
    workspace: Workspace, platform: Platform, wanted: Wanted, now: datetime
) -> list[Request]:
    """Say what the platform is asked for each listing.

    Raises:
        UsageProblem: if it reads no files, or nothing else, or a time is in the future.
    """
    if wanted.paths and not platform.takes_files:
        raise UsageProblem(f"{platform.name} is asked itself, and reads no files")
    if not wanted.paths and not platform.asks:
        raise UsageProblem(
            f"no listing is named, and {platform.name} is not asked itself",
            hint=f"refloat facts read {platform.name} PATH",
        )
    if not wanted.paths and wanted.as_of is not None:
        raise UsageProblem("what is asked now cannot be as of another time")
    options = options_said(registry.describe(ROOM)[platform.name], wanted.options)
    secrets = resolve.fetch(options, workspace.folder)
    absolute = resolve.absolute(options, platform.options, workspace.folder)
    asked = Request(wanted.instance or platform.name, now, None, absolute, secrets)
    return [
        replace(asked, path=path, observed_at=_made_at(path, wanted.as_of, now))
        for path in dict.fromkeys(wanted.paths)
    ] or [asked]


def _made_at(path: Path, as_of: datetime | None, now: datetime) -> datetime:
    """Say when a listing was made: as people say, or when its file was last written."""
    at = as_of or _written_at(path)
    if at > now:
        whose = "the listing" if as_of is not None else f"the file {path}"
        raise UsageProblem(
            f"{whose} is of {at:%Y-%m-%d %H:%M:%S} UTC, which is in the future",
            hint="Say with --as-of when the listing was made, and look at this machine's clock.",
        )
    return at


def _written_at(path: Path) -> datetime:
    try:
        nanoseconds = path.stat().st_mtime_ns
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name cannot be one"
        raise MissingInput(f"the listing {path} cannot be read: {why}") from error
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=nanoseconds // 1000)


def _take(one: _Read, words: _Words, now: datetime) -> None:
    """Put a listing into the plan's words, and refuse what the feed would refuse."""
    reader = feed.Reader(now)
    one.refused += one.listing.refused
    for fact in one.listing.facts:
        facts, unknown = renamed(fact, words.names)
        words.unmatched.update(unknown)
        for said in facts:
            words.places.update(words.repositories.put(said))
            try:
                reader.facts(reader.understand(_line(said)))
            except Refused as error:
                place = f"{fact['kind']} {fact['external_id']}"
                one.refused.append(RefusedEntry(place, str(error)))
            else:
                one.facts.append(said)


def _whole(wanted: Wanted, read: Sequence[_Read]) -> bool:
    """Whether what is in none of the listings is there no more: they hold all, and all was read."""
    if any(one.listing.refused for one in read):
        return False
    return wanted.whole or all(one.listing.whole for one in read)


def _gone(workspace: Workspace, wanted: Wanted, read: Sequence[_Read]) -> list[dict[str, Any]]:
    """Tell of each point that this platform had before the listings were made, and now has not.

    Raises:
        UsageProblem: if nobody said which installation it is, and it may well be another one.
    """
    last = max((one.request for one in read), key=lambda one: one.observed_at)
    listed = {
        fact["external_id"]
        for one in read
        for fact in one.listing.facts
        if fact["kind"] == "recovery_point"
    }
    digest = read[-1].listing.digest
    before = list(_before(workspace, wanted.platform, last))
    gone = [point for point in before if not identities(point) & listed]
    if listed and gone and len(gone) == len(before) and not wanted.instance:
        raise another(last.instance, len(gone))
    return [
        _deleted(point, replace(last, instance=point.source.instance), digest) for point in gone
    ]


def _before(workspace: Workspace, platform: str, request: Request) -> Iterable[PointSeen]:
    """Give the points that this platform was last seen to have."""
    every = [
        point
        for some in memory.known(workspace).feed.points.values()
        for point in some
        if is_of(point, request.instance, platform)
    ]
    in_order = sorted(every, key=lambda one: (one.observed_at, one.digest))
    return (one for one in standing(in_order, request.observed_at) if not one.deleted)


def _deleted(point: PointSeen, request: Request, digest: str) -> dict[str, Any]:
    telling = Telling(request, point.source.tool, point.source.reader, digest)
    return telling.fact(
        "recovery_point",
        point.external_id,
        dataset_ref=point.data_set,
        consistency_time=point.consistency_time,
        expires_at=point.expires_at,
        state="deleted",
    )


def _incoming(one: _Read) -> Incoming:
    name = one.request.path.name if one.request.path else one.request.instance
    lines = (_line(fact) + b"\n" for fact in one.facts)
    return Incoming(one.source, name, lines, one.listing.digest)


def _done(one: _Read, imported: Imported | None) -> ReadListing:
    points = sum(
        fact["kind"] == "recovery_point" and fact.get("state") != "deleted" for fact in one.facts
    )
    return ReadListing(
        source=one.source,
        observed_at=one.request.observed_at,
        points=points,
        lines=tuple(map(_text, one.facts)) if imported is None else (),
        refused=tuple(one.refused),
        imported=imported,
    )


def _line(fact: Fact) -> bytes:
    return json.dumps(fact, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _text(fact: Fact) -> str:
    return _line(fact).decode("utf-8", "replace")

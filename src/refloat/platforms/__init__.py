"""Platforms: one file, one backup platform of somebody else whose recovery points are read. This
file is the contract.

A module here whose name has no leading underscore is a platform; it ends with
``ADAPTER = YourPlatform()``.

What an implementer owes:

* It only reads, with the least rights that are enough; ``rights`` says which. A platform that is
  asked itself can send nothing but reading requests, by a white list of its own.
* It passes on what the source says, and nothing else: what the source does not say is left out of
  the fact. It is never a yes, and never filled with what is usual. Half of a recovery point is
  ``complete: false``; checksums that were compared are ``integrity: checksum`` and no restore; what
  is said in words that are not known is unknown.
* It makes every fact with ``Telling.fact``, in the format of the feed; each goes through the same
  door as ``refloat facts import``. ``dataset_ref`` is the source's own name of what was copied;
  whoever calls says which component of the plan it is.
* The same thing keeps the same ``external_id`` and says the same in every reading: nothing of the
  reading itself (a count, a position, a reason that changes daily) is part of a recovery point.
* No secret and no content comes out of it: it takes the fields that it knows, one by one, and
  refuses an entry in which one of them looks like a secret (``_listing.clean``).
* One bad entry does not spoil the others: it is refused with its place and a reason that does not
  repeat its text. A source of which nothing can be understood is an error. One that says that there
  is nothing (an empty list) is a reading: everything may be gone.
* ``whole`` is true only if the platform itself knows that it read everything: what was there
  before and is missing is then taken as gone. A file cannot know how it was made.
* Sizes and times have limits, and passing one is an error that says so; nothing is cut off
  silently.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from refloat.model.options import Option, Options, Probe
from refloat.model.secret import Secret

SCHEMA = "recovery-feed/1"

Fact: TypeAlias = Mapping[str, Any]
"""One line of the feed, as ``refloat facts schema`` describes it."""


@dataclass(frozen=True)
class Request:
    """What is to be read.

    Attributes:
        instance: which installation; part of every fact's key. The platform's key in the plan.
        observed_at: when the source said it (UTC): when a file was made, or now.
        path: the file; None to ask the platform itself.
        options: what the platform declares of itself and was given, with defaults.
        secrets: values of the options that are secrets, by option name.
    """

    instance: str
    observed_at: datetime
    path: Path | None = None
    options: Options = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)


@dataclass(frozen=True)
class RefusedEntry:
    """An entry of a source that cannot be used.

    Attributes:
        place: where it stands, in words: ``snapshot 3``.
        reason: why; never its text, which may hold anything.
    """

    place: str
    reason: str


@dataclass(frozen=True)
class Listing:
    """What one source says.

    Attributes:
        facts: in the order of the source, no key twice.
        refused: the entries that say nothing that can be used.
        digest: SHA-256 of the bytes that were read, in hexadecimal.
        whole: whether the platform itself knows that nothing is missing.
    """

    facts: tuple[Fact, ...]
    refused: tuple[RefusedEntry, ...]
    digest: str
    whole: bool = False


@dataclass(frozen=True)
class Telling:
    """What all facts of one reading have in common.

    Attributes:
        request: what was asked.
        tool: what was read, as people call it: ``kopia``.
        reader: what reads it, with the version of its understanding: ``kopia/1``.
        digest: SHA-256 of what was read, in hexadecimal.
    """

    request: Request
    tool: str
    reader: str
    digest: str

    def fact(self, kind: str, external_id: str, **said: object) -> dict[str, Any]:
        """Make one fact.

        Args:
            kind: a kind of the feed: ``recovery_point``, ``job_run``, ``restore_test`` …
            external_id: the source's own id of it; it must be the same in every reading.
            said: the fields of the feed. What is None is left out, in mappings and lists too;
                times must have an offset, and are written in UTC.
        """
        return {
            "schema": SCHEMA,
            "kind": kind,
            "source": {
                "tool": self.tool,
                "instance": self.request.instance,
                "reader": self.reader,
            },
            "observed_at": _plain(self.request.observed_at),
            "raw_sha256": self.digest,
            "external_id": external_id,
            **_plain(said),
        }


class Platform(Protocol):
    """A backup platform of somebody else.

    Attributes:
        name: as the command line spells it; the module's name.
        summary: one sentence.
        options: what it must or may be told.
        rights: the least rights that it needs, in one sentence.
        takes_files: whether it reads listings that were made before.
        asks: whether it can ask the platform itself.
    """

    name: str
    summary: str
    options: tuple[Option, ...]
    rights: str
    takes_files: bool
    asks: bool

    def probe(self) -> Probe:
        """Say whether what it reads with is there; asks no platform."""

    def read(self, request: Request) -> Listing:
        """Read one source: a file, or the platform itself.

        Raises:
            MissingInput: if the file is not there, or cannot be opened.
            ObservationProblem: if it is not of this kind, or too large, or nothing in it can be
                understood.
            UsageProblem: if an option makes no sense, or one is missing.
            SourceProblem: if the platform does not answer, or refuses.
        """


def _plain(value: object) -> Any:
    """Give a value as JSON can have it, without what is None."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a time without an offset says nothing")
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value if one is not None]
    return value

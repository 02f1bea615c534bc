"""What every reader of other people's backup platforms owes, as functions that take one.

A platform that reads files is given everything in ``GENERAL``, and ``SAMPLED`` with a sample of its
own. One that only asks the platform itself is given ``says_who_it_is``; its author tests it against
a small fake of the platform's documented paths, and hands each answer's listing to ``sound`` and
``goes_through_the_door``.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from refloat import feed
from refloat.model.errors import MissingInput, ObservationProblem, RefloatError
from refloat.model.options import Options
from refloat.platforms import Fact, Listing, Platform, Request

SECRET = "Tr0ub4dor-and-3-correct-horses"  # noqa: S105 (it is here to be looked for)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KINDS = frozenset({"recovery_point", "job_run", "restore_test", "protection_scope", "heartbeat"})


@dataclass(frozen=True)
class Sample:
    """A listing of the platform's kind, with ``SECRET`` in it wherever one might stand.

    Attributes:
        content: its bytes. Every time in it is before ``NOON``.
        points: the source's name of what was copied and the id, of every recovery point in it.
        refuses: the places of the entries that must be refused.
        options: what the platform must be told to read it.
        empty: a listing of the same kind in which there is nothing.
    """

    content: bytes
    points: frozenset[tuple[str, str]]
    refuses: tuple[str, ...]
    empty: bytes
    options: Options = field(default_factory=dict)


def says_who_it_is(platform: Platform, _folder: Path) -> None:
    """It has a name, sentences, and answers a probe."""
    assert platform.name
    assert platform.name == platform.name.strip().lower()
    for sentence in (platform.summary, platform.rights):
        assert sentence.endswith(".")
        assert sentence[0].isupper()
    assert platform.takes_files or platform.asks
    probe = platform.probe()
    assert probe.version if probe.present else probe.missing and probe.install


def refuses_what_is_not_there(platform: Platform, folder: Path) -> None:
    """A file that is not there, a folder, and a name that cannot be one are errors."""
    _refused(platform, folder / "nothing", MissingInput)
    _refused(platform, folder, ObservationProblem)
    _refused(platform, Path("a\0b"), MissingInput)
    _refused(platform, Path("/dev/zero"), ObservationProblem)


def refuses_what_says_nothing(platform: Platform, folder: Path) -> None:
    """An empty file, one of another kind, and half a file are errors, and never a reading."""
    path = folder / "listing"
    contents = (b"", b" \n", b"hello", b"7", b'"x"', b"[", b'[{"id":', b"[7]", b"{}\n{}", b"[{}]")
    for content in contents:
        path.write_bytes(content)
        _refused(platform, path, ObservationProblem)


def survives_rubbish(platform: Platform, folder: Path) -> None:
    """Whatever stands in a file, it is read or refused; nothing else ever happens."""
    path = folder / "rubbish"
    chance = random.Random(17)  # noqa: S311 (rubbish need not be unguessable)
    rubbish = [chance.randbytes(chance.randrange(1, 4000)) for _ in range(60)]
    brackets = b"[" * 500_000 + b"]" * 500_000
    deep = (b"[" * 500_000, b'{"a":' * 500_000, brackets, b'[{"id":"x","tags":' + brackets + b"}]")
    for content in (*rubbish, *deep, b"\0" * 9000, b'"' * 9001, b"[null]", b"[1e999]"):
        path.write_bytes(content)
        with suppress(RefloatError):
            sound(platform.read(_request(path)), content)


def has_a_limit(platform: Platform, folder: Path) -> None:
    """A listing of a gigabyte is refused before it is read."""
    path = folder / "huge"
    with path.open("wb") as stream:
        stream.truncate(2**30)
    _refused(platform, path, ObservationProblem)


def reads_its_sample(platform: Platform, folder: Path, sample: Sample) -> None:
    """It tells of every recovery point, names what it refuses, and repeats no secret."""
    listing = platform.read(_written(folder, sample))
    sound(listing, sample.content)
    points = [fact for fact in listing.facts if fact["kind"] == "recovery_point"]
    assert {(one["dataset_ref"], one["external_id"]) for one in points} == sample.points
    assert tuple(one.place for one in listing.refused) == sample.refuses
    assert SECRET in sample.content.decode("utf-8-sig"), "the sample tries no secret"
    assert SECRET not in repr(listing)


def goes_through_the_door_of_the_feed(platform: Platform, folder: Path, sample: Sample) -> None:
    """Every fact is one that ``refloat facts import`` takes, and says nothing of the future."""
    goes_through_the_door(platform.read(_written(folder, sample)))


def reads_half_of_it_as_nothing(platform: Platform, folder: Path, sample: Sample) -> None:
    """A listing that was cut off is refused, wherever it was."""
    path = folder / "half"
    whole = sample.content.strip()
    for end in range(1, len(whole), max(1, len(whole) // 40)):
        path.write_bytes(whole[:end])
        _refused(platform, path, ObservationProblem, sample.options)


def tells_that_there_is_nothing(platform: Platform, folder: Path, sample: Sample) -> None:
    """A listing with nothing in it is a reading without recovery points: all may be gone."""
    path = folder / "empty"
    path.write_bytes(sample.empty)
    listing = platform.read(_request(path, sample.options))
    assert not [fact for fact in listing.facts if fact["kind"] == "recovery_point"]
    assert not listing.refused


def says_the_same_again(platform: Platform, folder: Path, sample: Sample) -> None:
    """A later reading tells of the same points in the same words; else nothing could vanish."""
    request = _written(folder, sample)
    later = Request(request.instance, NOON.replace(hour=18), request.path, request.options)
    first, second = platform.read(request), platform.read(later)
    assert [_lasting(one) for one in first.facts] == [_lasting(one) for one in second.facts]
    assert first == platform.read(request)


def writes_nothing(platform: Platform, folder: Path, sample: Sample) -> None:
    """What it reads stays as it was."""
    request = _written(folder, sample)
    path = folder / "sample"
    path.chmod(0o400)
    before = path.stat()
    platform.read(request)
    after = path.stat()
    assert path.read_bytes() == sample.content
    assert (before.st_mtime_ns, before.st_mode) == (after.st_mtime_ns, after.st_mode)
    assert [one.name for one in folder.iterdir()] == ["sample"]


GENERAL: tuple[Callable[[Platform, Path], None], ...] = (
    says_who_it_is,
    refuses_what_is_not_there,
    refuses_what_says_nothing,
    survives_rubbish,
    has_a_limit,
)
"""What needs nothing but the platform."""

SAMPLED: tuple[Callable[[Platform, Path, Sample], None], ...] = (
    reads_its_sample,
    goes_through_the_door_of_the_feed,
    reads_half_of_it_as_nothing,
    tells_that_there_is_nothing,
    says_the_same_again,
    writes_nothing,
)
"""What needs a listing of its kind."""


def sound(listing: Listing, content: bytes | None = None) -> None:
    """See that a listing is one: keys once, the marks of every fact, reasons for every refusal.

    Args:
        listing: what a platform gave.
        content: what was read, where that is known.
    """
    if content is not None:
        assert listing.digest == hashlib.sha256(content).hexdigest()
    keys = [(fact["kind"], fact["external_id"]) for fact in listing.facts]
    assert len(set(keys)) == len(keys), "two facts have one key"
    for fact in listing.facts:
        assert fact["schema"] == "recovery-feed/1"
        assert fact["kind"] in KINDS
        assert fact["raw_sha256"] == listing.digest
        assert all(fact["source"][name] for name in ("tool", "instance"))
        name, _, version = fact["source"]["reader"].partition("/")
        assert name
        assert version.isdigit()
    assert all(one.place and one.reason for one in listing.refused)


def goes_through_the_door(listing: Listing, received_at: datetime = NOON) -> None:
    """See that the feed takes every fact of a listing.

    Args:
        listing: what a platform gave.
        received_at: when.
    """
    reader = feed.Reader(received_at)
    for fact in listing.facts:
        understood = reader.understand(json.dumps(fact).encode())
        assert understood.kind == fact["kind"]
        assert understood.external_id == fact["external_id"]
        assert reader.facts(understood)


def _lasting(fact: Fact) -> Mapping[str, object]:
    return {name: said for name, said in fact.items() if name != "observed_at"}


def _request(path: Path, options: Options | None = None) -> Request:
    return Request("tool1", NOON, path, options or {})


def _written(folder: Path, sample: Sample) -> Request:
    path = folder / "sample"
    path.write_bytes(sample.content)
    return _request(path, sample.options)


def _refused(
    platform: Platform, path: Path, kind: type[RefloatError], options: Options | None = None
) -> None:
    said = ""
    try:
        listing = platform.read(_request(path, options))
    except kind as error:
        said = f"{error.message} {error.hint}"
    else:
        raise AssertionError(f"{str(path)[:100]!r} was read: {str(listing)[:300]}")
    assert SECRET not in said

"""What every observer must keep, for whoever writes one: call these from a test of your own.

Each function takes an adapter (an object that keeps the contract of ``refloat.observers.Observer``)
and a folder that the test may fill, and asserts one thing. ``GENERAL`` needs nothing else;
``SAMPLED`` is given a ``Sample`` too: a real source of the kind, and what it shows.
``tests/conformance/test_observers.py`` calls them for every observer that is found.
"""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from refloat.model.errors import MissingInput, ObservationProblem, RefloatError
from refloat.model.facts import ObservationFact, fact_from_entry, predicate, predicate_type
from refloat.model.options import Option, Probe
from refloat.observers import Observer, Reading, ReadsFolders, ReadsTogether, Scope
from refloat.testing.example import NOON

SECRET = "b7Qx-never-shown-9"  # noqa: S105 (made up)
"""A made-up secret: wherever it is seen, something leaks."""


@dataclass(frozen=True)
class Sample:
    """A source of one kind.

    Attributes:
        content: its bytes, with one line at least that must be refused, and with ``SECRET`` as a
            password inside of an address or of a setting.
        shows: every pair of component and what it needs (empty for nothing) that it shows.
        refuses: the numbers of the lines that must be refused.
    """

    content: bytes
    shows: frozenset[tuple[str, str]]
    refuses: tuple[int, ...]


def says_who_it_is(observer: Observer, _folder: Path) -> None:
    """It has a name, a sentence, options that are such, and knows whether it can work."""
    assert observer.name
    assert observer.summary.endswith(".")
    assert all(isinstance(option, Option) for option in observer.options)
    probe = observer.probe()
    assert isinstance(probe, Probe)
    assert probe.version if probe.present else probe.missing


def refuses_what_is_not_there(observer: Observer, folder: Path) -> None:
    """A missing source, and one whose name cannot be one, are missing; nothing else is said."""
    for path in (folder / "nothing", folder / "nul\0byte", folder / ("x" * 5000)):
        _refused(observer, path, MissingInput)


def refuses_what_never_ends(observer: Observer, folder: Path) -> None:
    """A pipe that nobody writes to, and a device without an end, hold nobody up."""
    os.mkfifo(folder / "pipe")
    for path in (folder / "pipe", Path("/dev/zero")):
        _refused(observer, path, RefloatError)


def refuses_what_says_nothing(observer: Observer, folder: Path) -> None:
    """An empty source is an error, not the news that nothing is there any more."""
    path = folder / "empty"
    for content in (b"", b"\n\n", b"\xef\xbb\xbf", b" "):
        path.write_bytes(content)
        _refused(observer, path, ObservationProblem)


def survives_rubbish(observer: Observer, folder: Path) -> None:
    """Bytes of any kind give a reading or an error of ours, never another."""
    path = folder / "rubbish"
    chance = random.Random(17)  # noqa: S311 (rubbish need not be unguessable)
    rubbish = [chance.randbytes(chance.randrange(1, 4000)) for _ in range(60)]
    for content in (*rubbish, b"\0" * 9000, b"{" * 9000, b'"' * 9001, b"a,b\n" * 9000):
        path.write_bytes(content)
        with suppress(RefloatError):
            _sound(observer.read(path), content)


def has_a_limit(observer: Observer, folder: Path) -> None:
    """A source of a gigabyte is refused before it is read."""
    path = folder / "huge"
    with path.open("wb") as stream:
        stream.truncate(2**30)
    _refused(observer, path, ObservationProblem)


def says_what_it_reads_in_a_folder(observer: Observer, _folder: Path) -> None:
    """If it can be given a folder, it says which names are its own, and how far names reach."""
    if isinstance(observer, ReadsFolders):
        assert observer.patterns
        assert all(isinstance(one, str) and one.strip("*") for one in observer.patterns)
        assert isinstance(observer.scope, Scope)
    else:
        assert not isinstance(observer, ReadsTogether), "what reads together reads folders"


def reads_its_sample(observer: Observer, folder: Path, sample: Sample) -> None:
    """It sees what is there, each with its line; names what it refuses; and repeats no secret.

    The line names one of both; a kind before a stroke (``secret/tls``) need not stand in it.
    """
    path = folder / "sample"
    path.write_bytes(sample.content)
    reading = observer.read(path)
    _sound(reading, sample.content)
    assert {(one.component, one.needs) for one in reading.observations} == sample.shows
    assert tuple(one.line for one in reading.refused) == sample.refuses
    lines = sample.content.decode("utf-8-sig").split("\n")
    for one in reading.observations:
        names = [name.rpartition("/")[2] for name in (one.component, one.needs) if name]
        assert not one.line or any(name in lines[one.line - 1] for name in names)
    assert SECRET in sample.content.decode("utf-8-sig"), "the sample tries no secret"
    assert SECRET not in repr(reading)


def reads_the_same_beside_others(observer: Observer, folder: Path, sample: Sample) -> None:
    """Read together with what is not there, it shows the same; one bad file spoils no other."""
    if not isinstance(observer, ReadsTogether):
        return
    good, bad, missing = folder / "sample", folder / "bad", folder / "nothing"
    good.write_bytes(sample.content)
    bad.write_bytes(b"\0" * 99)
    found = {
        one.path: one.result
        for one in observer.read_together(dict.fromkeys((bad, good, missing), folder))
    }
    assert found[good] == observer.read(good)
    assert isinstance(found[bad], ObservationProblem)
    assert isinstance(found[missing], MissingInput)


def writes_nothing(observer: Observer, folder: Path, sample: Sample) -> None:
    """What it reads stays as it was, and reading twice shows the same."""
    path = folder / "sample"
    path.write_bytes(sample.content)
    path.chmod(0o400)
    before = path.stat()
    assert observer.read(path) == observer.read(path)
    after = path.stat()
    assert path.read_bytes() == sample.content
    assert (before.st_mtime_ns, before.st_mode) == (after.st_mtime_ns, after.st_mode)
    assert [one.name for one in folder.iterdir()] == ["sample"]


def becomes_a_fact(observer: Observer, folder: Path, sample: Sample) -> None:
    """What it shows can be recorded, and comes back the same."""
    path = folder / "sample"
    path.write_bytes(sample.content)
    reading = observer.read(path)
    fact = ObservationFact(3, NOON, "sample", reading.observations, observer.name)
    assert fact_from_entry(3, predicate_type(fact), predicate(fact)) == fact


GENERAL: tuple[Callable[[Observer, Path], None], ...] = (
    says_who_it_is,
    refuses_what_is_not_there,
    refuses_what_never_ends,
    refuses_what_says_nothing,
    survives_rubbish,
    has_a_limit,
    says_what_it_reads_in_a_folder,
)
"""What needs nothing but the observer."""

SAMPLED: tuple[Callable[[Observer, Path, Sample], None], ...] = (
    reads_its_sample,
    reads_the_same_beside_others,
    writes_nothing,
    becomes_a_fact,
)
"""What needs a source of its kind."""


def _refused(observer: Observer, path: Path, kind: type[RefloatError]) -> None:
    try:
        reading = observer.read(path)
    except kind:
        return
    raise AssertionError(f"{str(path)[:100]!r} was read: {reading}")


def _sound(reading: Reading, content: bytes) -> None:
    assert reading.observations, "a reading of nothing says that nothing is there any more"
    assert reading.digest == hashlib.sha256(content).hexdigest()
    pairs = [(one.component, one.needs) for one in reading.observations]
    assert len(set(pairs)) == len(pairs)
    assert all(one.component for one in reading.observations)
    assert all(line.reason for line in reading.refused)

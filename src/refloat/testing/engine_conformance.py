"""What every engine must keep, for whoever writes one: call these from a test of your own.

Each function of ``PROMISES`` takes an engine (an object that keeps the contract of
``refloat.engines.Engine``), a repository that does not exist yet and an empty folder, and asserts
one thing. ``tests/conformance/test_engines.py`` calls them for every engine that is found. Where
``sample_repository`` cannot guess what your options need, make the ``RepositoryAccess`` yourself.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeAlias

from refloat.engines import (
    Canary,
    Engine,
    PathContent,
    PointDetails,
    RepositoryAccess,
    Restored,
    Stored,
    StreamCommand,
    StreamContent,
)
from refloat.model.errors import (
    NotAllowed,
    RefloatError,
    RepositoryProblem,
    SourceProblem,
    ToolMissing,
)
from refloat.model.options import OptionType, OptionValue
from refloat.model.points import Baseline, RecoveryPoint
from refloat.model.secret import Secret

Promise: TypeAlias = Callable[[Engine, RepositoryAccess, Path], None]

SECRET_WORD = "b7Qx!never-shown-9"  # noqa: S105 (made up)
"""A made-up secret: wherever it is seen, something leaks."""

TIMEOUT = 120.0
_INSTANT = datetime(2026, 3, 1, 9, 30, 15, 250_000, tzinfo=UTC)


def sample_repository(engine: Engine, folder: Path) -> RepositoryAccess:
    """Make up a repository in a folder: a path for each PATH, a password for each SECRET.

    Args:
        engine: the engine; every other option that it requires needs ``choices``.
        folder: an existing folder.

    Raises:
        ValueError: if the engine requires an option that nothing can be made up for.
    """
    options: dict[str, OptionValue] = {}
    secrets: dict[str, Secret] = {}
    for option in engine.options:
        if option.type is OptionType.PATH:
            options[option.name] = str(folder / option.name)
        elif option.type is OptionType.SECRET:
            secrets[option.name] = Secret(SECRET_WORD)
        elif option.default is not None:
            options[option.name] = option.default
        elif option.required and option.choices:
            options[option.name] = option.choices[0]
        elif option.required:
            raise ValueError(f"make the RepositoryAccess yourself: {option.name} is required")
    return RepositoryAccess("sample", options, secrets)


def describes_itself(engine: Engine, access: RepositoryAccess, folder: Path) -> None:
    """Assert that its name, summary and options are fit for the plan and the reference page."""
    assert re.fullmatch(r"[a-z][a-z0-9_]*", engine.name)
    assert engine.summary.endswith(".")
    names = [option.name for option in engine.options]
    assert len(set(names)) == len(names)
    assert all(option.help.endswith(".") for option in engine.options)
    assert not {"engine", "append_only", "failure_domain", "authentication_domain"} & set(names)
    assert engine.probe().present, engine.probe().missing
    assert engine.probe().version


def lists_only_what_is_sealed(engine: Engine, access: RepositoryAccess, folder: Path) -> None:
    """Assert that a point exists from its seal on, and that the repository tells all of it."""
    writer, reader = engine.writer(access), engine.reader(access)
    writer.prepare()
    writer.prepare()
    tree = _tree(folder / "data")
    stored = writer.store(PathContent((tree,)), timeout=TIMEOUT)
    assert stored.bytes == len("second") + 3 * 70_000
    assert reader.points() == ()
    details = _details("documents", (str(tree),))
    baseline = Baseline(
        "files", 1, {"files": 5, "digest": "sha256:0"}, {"odd\udcff\n": ("x", 1)}, ("a", "b")
    )
    point = writer.seal(stored, details, baseline, {"roles.sql": b"\0\xff" * 10})
    assert reader.points() == (point,)
    assert reader.points(("documents", "other")) == (point,)
    assert reader.points(("other",)) == ()
    told = (point.data_set, point.kind, point.consistency_time, point.paths, point.bytes)
    assert told == ("documents", "files", _INSTANT, (str(tree),), stored.bytes)
    assert (point.repository, point.engine) == ("sample", engine.name)
    assert (point.source_version, point.changed) == ("Source 1.2, a", 2)
    assert point.duration == details.duration
    assert dict(point.summary) == dict(baseline.summary)
    assert point.engine_version
    sealed = reader.sealed(point)
    read = sealed.baseline
    assert (read.kind, read.format, read.changed) == ("files", 1, ("a", "b"))
    assert list(read.detail) == ["odd\udcff\n"]
    assert sealed.attachments == {"roles.sql": b"\0\xff" * 10}


def brings_files_back(engine: Engine, access: RepositoryAccess, folder: Path) -> None:
    """Assert that files, folders, links, odd names, modes and times come back, several paths."""
    tree, single = _tree(folder / "data"), folder / "single, with comma"
    single.write_bytes(b"alone")
    os.chmod(single, 0o640)
    os.utime(single, ns=(0, 1_600_000_000_123_456_789))
    point = _backed_up(engine, access, (tree, single))
    restored = _restored(engine, access, point, folder / "out")
    assert [original for _, original in restored.items] == [str(tree), str(single)]
    staged_tree, staged_single = (staged for staged, _ in restored.items)
    assert _contents(staged_tree) == _contents(tree)
    assert staged_single.read_bytes() == b"alone"
    status = staged_single.stat()
    assert (status.st_mode & 0o777, status.st_mtime_ns) == (0o640, 1_600_000_000_123_456_789)
    assert restored.bytes >= point.bytes


def brings_a_stream_back(engine: Engine, access: RepositoryAccess, folder: Path) -> None:
    """Assert that the outputs of several commands come back as one file, byte for byte."""
    writer = engine.writer(access)
    writer.prepare()
    content = StreamContent(
        (StreamCommand(("seq", "200000")), StreamCommand(("printf", r"\000\377end"))), "all.dump"
    )
    stored = writer.store(content, timeout=TIMEOUT)
    point = writer.seal(stored, _details("db", ("all.dump",)), _baseline(), {})
    restored = _restored(engine, access, point, folder / "out")
    ((staged, name),) = restored.items
    assert name == "all.dump"
    expected = b"".join(b"%d\n" % number for number in range(1, 200_001)) + b"\0\xffend"
    assert staged.read_bytes() == expected
    assert (stored.files, stored.bytes) == (1, len(expected))


def half_a_stream_is_nothing(engine: Engine, access: RepositoryAccess, folder: Path) -> None:
    """Assert that a dump that fails, dies, is missing or writes nothing leaves no point."""
    writer, reader = engine.writer(access), engine.reader(access)
    writer.prepare()
    good = StreamCommand(("seq", "100000"))
    for broken, word in (
        (("sh", "-c", "seq 100000; echo table is locked >&2; exit 3"), "table is locked"),
        (("sh", "-c", "seq 100000; kill -9 $$"), "signal 9"),
        (("true",), "true"),
    ):
        first = () if broken == ("true",) else (good,)
        content = StreamContent((*first, StreamCommand(broken)), "half.dump")
        error = _raises(SourceProblem, partial(writer.store, content, timeout=TIMEOUT))
        assert word in error.message, error.message
    absent = StreamContent((good, StreamCommand(("refloat-no-such-dump",))), "half.dump")
    _raises(ToolMissing, lambda: writer.store(absent, timeout=TIMEOUT))
    assert reader.points() == ()
    stored = writer.store(StreamContent((good,), "whole.dump"), timeout=TIMEOUT)
    point = writer.seal(stored, _details("db", ("whole.dump",)), _baseline(), {})
    assert reader.points() == (point,)


def names_a_missing_path(engine: Engine, access: RepositoryAccess, folder: Path) -> None:
    """Assert that one path missing among several is a failure that names it."""
    writer = engine.writer(access)
    writer.prepare()
    content = PathContent((_tree(folder / "data"), folder / "not mounted"))
    error = _raises(SourceProblem, lambda: writer.store(content, timeout=TIMEOUT))
    assert str(folder / "not mounted") in error.message
    assert engine.reader(access).points() == ()


def tells_troubles_apart(engine: Engine, access: RepositoryAccess, folder: Path) -> None:
    """Assert that a missing repository and, where there are passwords, a wrong one are told."""
    missing = _raises(RepositoryProblem, lambda: engine.reader(access).points())
    engine.writer(access).prepare()
    if not access.secrets:
        return
    other = replace(access, secrets={name: Secret("another word") for name in access.secrets})
    for call in (
        lambda: engine.reader(other).points(),
        lambda: engine.writer(other).store(PathContent((folder,)), timeout=TIMEOUT),
    ):
        wrong = _raises(RepositoryProblem, call)
        assert "password" in wrong.message
        assert "another word" not in wrong.message
    assert "password" not in missing.message


def reads_without_a_trace(engine: Engine, access: RepositoryAccess, folder: Path) -> None:
    """Assert that a reader changes nothing in a repository that lies in a folder."""
    point = _backed_up(engine, access, (_tree(folder / "data"),))
    places = [Path(str(access.options[name])) for name in _paths(engine) if name in access.options]
    before = [_state(place) for place in places]
    reader = engine.reader(access)
    assert reader.points() == (point,)
    reader.sealed(point)
    _restored(engine, access, point, folder / "out")
    assert [_state(place) for place in places] == before
    writing = {"store", "seal", "prepare", "apply_retention"}
    assert not writing & set(dir(reader)), "a reader has no verb that writes"


def removes_by_policy(engine: Engine, access: RepositoryAccess, folder: Path) -> None:
    """Assert that retention keeps what it says, a data set at a time, and none if append-only."""
    writer, reader = engine.writer(access), engine.reader(access)
    writer.prepare()
    tree = _tree(folder / "data")
    for data_set, age in (("documents", 3), ("documents", 2), ("documents", 1), ("other", 9)):
        stored = writer.store(PathContent((tree,)), timeout=TIMEOUT)
        instant = _INSTANT - timedelta(days=age)
        details = replace(_details(data_set, (str(tree),)), consistency_time=instant)
        writer.seal(stored, details, _baseline(), {})
    closed = engine.writer(replace(access, append_only=True))
    _raises(NotAllowed, lambda: closed.apply_retention({"documents": {"last": 1}}))
    assert len(reader.points()) == 4
    keep = {"documents": {"last": 2}, "other": {"last": 1}}
    assert writer.apply_retention(keep) == {"documents": 1, "other": 0}
    ages = {(one.data_set, (_INSTANT - one.consistency_time).days) for one in reader.points()}
    assert ages == {("documents", 2), ("documents", 1), ("other", 9)}
    assert writer.apply_retention({"documents": {"last": 1}}) == {"documents": 1}
    ages = {(one.data_set, (_INSTANT - one.consistency_time).days) for one in reader.points()}
    assert ages == {("documents", 1), ("other", 9)}


def keeps_its_secrets(engine: Engine, access: RepositoryAccess, folder: Path) -> None:
    """Assert that no secret stands in an argument of any process meanwhile.

    The stream that is stored is what all processes of the machine show of themselves.
    """
    writer = engine.writer(access)
    writer.prepare()
    look = "cat /proc/[0-9]*/cmdline 2>/dev/null; true"
    content = StreamContent((StreamCommand(("sh", "-c", look)),), "processes")
    stored = writer.store(content, timeout=TIMEOUT)
    point = writer.seal(stored, _details("look", ("processes",)), _baseline(), {})
    restored = _restored(engine, access, point, folder / "out")
    seen = restored.items[0][0].read_bytes()
    assert b"/proc/" in seen
    for secret in access.secrets.values():
        assert secret.reveal().encode() not in seen


def tries_its_canary_alone(engine: Engine, access: RepositoryAccess, folder: Path) -> None:
    """Assert that a try to delete a canary, if it can try that, touches nothing else at all.

    The other credential is Refloat's own here, so it must be allowed and seen to be.
    """
    if not isinstance(engine, Canary):
        return
    point = _backed_up(engine, access, (_tree(folder / "data"),))
    places = [Path(str(access.options[name])) for name in _paths(engine) if name in access.options]
    before = [_contents(place) for place in places]
    mark = "0123456789abcdef"
    tried = engine.attempt_deletion(access, access, user="", mark=mark)
    assert (tried.allowed, tried.left) == (True, False), tried.said
    assert tried.canary
    assert tried.canary not in (point.identity, point.seal)
    for place, objects in zip(places, before, strict=True):
        after = _contents(place)
        assert {name: after.get(name) for name in objects} == objects
    assert engine.reader(access).points() == (point,)
    assert engine.remove_canary(access, mark) is None, "it went, and nothing else is taken for it"
    for secret in access.secrets.values():
        assert secret.reveal() not in tried.said


def stops_in_time(engine: Engine, access: RepositoryAccess, folder: Path) -> None:
    """Assert that a dump which never ends is stopped, and that nothing of it counts."""
    writer = engine.writer(access)
    writer.prepare()
    endless = StreamContent((StreamCommand(("sleep", "3600")),), "never")
    error = _raises(RefloatError, lambda: writer.store(endless, timeout=3.0))
    assert "within" in error.message
    assert engine.reader(access).points() == ()


PROMISES: tuple[Promise, ...] = (
    describes_itself,
    lists_only_what_is_sealed,
    brings_files_back,
    brings_a_stream_back,
    half_a_stream_is_nothing,
    names_a_missing_path,
    tells_troubles_apart,
    reads_without_a_trace,
    removes_by_policy,
    keeps_its_secrets,
    tries_its_canary_alone,
    stops_in_time,
)
"""Everything that an engine owes, one function each."""


def _tree(folder: Path) -> Path:
    """Make a small tree of all that is awkward."""
    (folder / "deep" / "er").mkdir(parents=True)
    for number in range(3):
        (folder / "deep" / f"file {number}").write_bytes(bytes([number]) * 70_000)
    (folder / "empty").touch()
    (folder / "empty folder").mkdir()
    (folder / "a link").symlink_to("deep/nowhere, really")
    odd = os.fsdecode(b"line\nbreak \xff \xc3\xa9")
    (folder / "deep" / "er" / odd).write_text("second")
    return folder


def _paths(engine: Engine) -> tuple[str, ...]:
    """Name the options that are paths of this machine."""
    return tuple(option.name for option in engine.options if option.type is OptionType.PATH)


def _contents(folder: Path) -> dict[str, bytes | str | None]:
    """Give what is in a tree: bytes of files, targets of links, None for folders."""
    found: dict[str, bytes | str | None] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = os.readlink(path)
        else:
            found[name] = path.read_bytes() if path.is_file() else None
    return found


def _state(folder: Path) -> dict[str, tuple[int, int, int]]:
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        found[str(path)] = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return found


def _details(data_set: str, paths: tuple[str, ...]) -> PointDetails:
    return PointDetails(
        data_set, "files", _INSTANT, timedelta(seconds=2, microseconds=5), "Source 1.2, a", paths
    )


def _baseline() -> Baseline:
    return Baseline("files", 1, {"files": 1})


def _backed_up(engine: Engine, access: RepositoryAccess, paths: tuple[Path, ...]) -> RecoveryPoint:
    writer = engine.writer(access)
    writer.prepare()
    stored: Stored = writer.store(PathContent(paths), timeout=TIMEOUT)
    details = _details("documents", tuple(str(path) for path in paths))
    return writer.seal(stored, details, _baseline(), {})


def _restored(
    engine: Engine, access: RepositoryAccess, point: RecoveryPoint, into: Path
) -> Restored:
    into.mkdir()
    return engine.reader(access).restore(point, into, timeout=TIMEOUT)


def _raises(kind: type[RefloatError], call: Callable[[], object]) -> RefloatError:
    """Call it and give the error that it must raise."""
    try:
        given = call()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__} was raised; it gave {given!r}")

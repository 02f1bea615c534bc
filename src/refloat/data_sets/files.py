"""Files and folders: documents, settings, anything that lies on a disk and is copied as it is."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from refloat.data_sets import Source, Target, View
from refloat.data_sets._files import compare as comparing
from refloat.data_sets._files import inside, tree
from refloat.data_sets._files import scan as scanning
from refloat.data_sets._files.compare import HEARTBEAT
from refloat.data_sets._files.scan import Seen
from refloat.engines import PathContent, Restored, StreamContent
from refloat.model.errors import SourceProblem
from refloat.model.options import Option, Options, OptionType, Probe
from refloat.model.place import Place, Running
from refloat.model.points import Baseline, Measure, RecoveryPoint
from refloat.model.run import CheckResult

PAGE = 50_000
"""Entries an answer from inside the place may hold: some six megabytes of JSON."""
OVERHEAD = 64 * 1024 * 1024
ENTRY_OVERHEAD = 8 * 1024


@dataclass
class FilesView:
    """Files as one scan saw them; see ``refloat.data_sets.View``.

    Attributes:
        consistency_time: the instant before the scan.
        paths: what the engine is to read.
        found: what the scan saw.
        content: the paths as the engine takes them.
        cancelled: set when the view is closed; ends a reading that goes on.

    """

    consistency_time: datetime
    paths: tuple[Path, ...]
    found: Mapping[str, Seen]
    cancelled: threading.Event = field(default_factory=threading.Event)
    source_version: str = ""
    content: PathContent | StreamContent = field(init=False)

    def __post_init__(self) -> None:
        self.content = PathContent(self.paths)

    def baseline(self) -> Baseline:
        """Read every file that the scan saw; see the contract."""
        lines = scanning.describe(self.found, self.cancelled)
        hard_links = sum(1 for seen in self.found.values() if seen.links > 1)
        return _baseline(lines, self.paths, {"hard_links": hard_links})

    def attachments(self) -> Mapping[str, bytes]:
        """Give nothing: files need nothing beside themselves."""
        return {}

    def settle(self, baseline: Baseline) -> Baseline:
        """Scan once more, and name in the baseline what is not as it was.

        Raises:
            SourceProblem: if a path of the plan is no longer there or readable.

        """
        now = scanning.scan(self.paths)
        return replace(baseline, changed=scanning.differing(self.found, now))


class Files:
    """Files and folders; see ``refloat.data_sets.DataSet``."""

    name = "files"
    serves = False
    summary = "Files and folders, with their links, owners, modes and times."
    options = (
        Option(
            "paths",
            OptionType.PATHS,
            "What to back up: a file or folder, or a list of them.",
            required=True,
            example="documents",
            short=True,
        ),
        Option(
            "newest",
            OptionType.TEXT,
            "Where no heartbeat may be written: a pattern of file names; the modification time of"
            " the newest such file counts as the newest record.",
            example="'*.pdf'",
        ),
    )

    def probe(self) -> Probe:
        """Say that it works: it needs nothing but Python."""
        return Probe(True, f"Python {sys.version_info.major}.{sys.version_info.minor}")

    def beat(self, source: Source, at: datetime) -> None:
        """Write the heartbeat file into the first folder; a data set of single files has none."""
        for path in _paths(source.options):
            if path.is_dir() and not path.is_symlink():
                _write_heartbeat(path, at)
                return

    @contextlib.contextmanager
    def open(self, source: Source) -> Iterator[View]:
        """Scan the files; see the contract."""
        paths = _paths(source.options)
        began = datetime.now(UTC)
        view = FilesView(began, paths, scanning.scan(paths))
        try:
            yield view
        finally:
            view.cancelled.set()

    def estimate(self, point: RecoveryPoint) -> int:
        """Say how many bytes of disk a recovery of this point will need, generously."""
        entries = sum(_number(point.summary.get(name)) for name in ("files", "folders", "links"))
        return point.bytes + point.bytes // 10 + entries * ENTRY_OVERHEAD + OVERHEAD

    def load(
        self, place: Place, target: Target, restored: Restored, attachments: Mapping[str, bytes]
    ) -> tuple[str, ...]:
        """Put each restored path where it was; see the contract."""
        notes: list[str] = []
        for staged, original in restored.items:
            notes += place.adopt(staged, original, user=target.user)
        return tuple(dict.fromkeys(notes))

    def serve(self, place: Place, target: Target) -> Running | None:
        """Start nothing: files serve themselves."""
        return None

    def ready(self, place: Place, target: Target) -> bool:
        """Say yes: files are there once they are loaded."""
        return True

    def inspect(self, place: Place, target: Target, expected: Baseline) -> Baseline:
        """Describe the files from inside the place, as the component's own account sees them."""
        paths = _paths(target.options)
        pages = 1 + len(comparing.lines_of(expected)) // PAGE
        lines: dict[str, str] = {}
        for page in range(pages):
            answer = place.ask(
                inside.describe,
                {"paths": tuple(str(path) for path in paths), "page": page, "pages": pages},
                user=target.user,
                timeout=target.timeout,
            )
            lines.update(cast("dict[str, str]", answer["entries"]))
        return _baseline(lines, paths, {})

    def compare(self, expected: Baseline, seen: Baseline) -> tuple[CheckResult, ...]:
        """Hold restored files against the baseline: contents first, then modes, times and owners.

        Lost owners are told, not failed, where all files belong to one account: there was none
        other to be had. What changed while it was backed up may be either state, and is left out.
        """
        return comparing.compare(expected, seen)

    def drift(self, previous: Sequence[Baseline], current: Baseline) -> tuple[CheckResult, ...]:
        """Tell damage at the source: files that went, or were rewritten, in great numbers."""
        return comparing.drift(previous, current)

    def newest(self, place: Place, target: Target) -> datetime | None:
        """Read the heartbeat file, or the newest modification time of the pattern's files."""
        pattern = target.options.get("newest")
        answer = place.ask(
            inside.newest_record,
            {
                "paths": tuple(str(path) for path in _paths(target.options)),
                "heartbeat": HEARTBEAT if target.heartbeat else "",
                "pattern": pattern if isinstance(pattern, str) else "",
            },
            user=target.user,
            timeout=target.timeout,
        )
        beats = [_instant(str(text)) for text in cast("list[str]", answer["heartbeats"])]
        instants = [beat for beat in beats if beat is not None]
        modified = answer["modified"]
        if isinstance(modified, int):
            instants.append(
                datetime.fromtimestamp(0, UTC) + timedelta(microseconds=modified // 1000)
            )
        return max(instants, default=None)


def _paths(options: Options) -> tuple[Path, ...]:
    """Give the plan's paths, without those that lie in another of them."""
    given = options["paths"]
    texts = (given,) if isinstance(given, str) else cast("tuple[str, ...]", given)
    paths = tuple(dict.fromkeys(Path(os.path.normpath(text)) for text in texts))
    return tuple(path for path in paths if not any(other in path.parents for other in paths))


def _baseline(
    lines: dict[str, str], paths: tuple[Path, ...], more: Mapping[str, Measure]
) -> Baseline:
    summary: dict[str, Measure] = {**tree.counts(lines), **more}
    summary["digest"] = tree.tree_digest(lines, tuple(str(path) for path in paths))
    return Baseline("files", comparing.FORMAT, summary, {"entries": lines})


def _number(measure: Measure) -> int:
    return measure if isinstance(measure, int) else 0


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return instant.astimezone(UTC) if instant.tzinfo is not None else None


def _write_heartbeat(folder: Path, at: datetime) -> None:
    """Write the heartbeat so that a reader sees the old or the new one, and the owner keeps it.

    All of it goes through the folder's own handle, so no link can lead it elsewhere.
    """
    beside = f"{HEARTBEAT}.new"
    content = f"{at.astimezone(UTC).isoformat()}\n".encode("ascii")
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            _remove(beside, handle)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            with os.fdopen(os.open(beside, flags, 0o644, dir_fd=handle), "wb") as stream:
                stream.write(content)
                owner = os.fstat(handle)
                if os.geteuid() == 0:
                    os.fchown(stream.fileno(), owner.st_uid, owner.st_gid)
                os.fchmod(stream.fileno(), 0o644 & (owner.st_mode | stat.S_IRUSR | stat.S_IWUSR))
            os.rename(beside, HEARTBEAT, src_dir_fd=handle, dst_dir_fd=handle)
        finally:
            _remove(beside, handle)
            os.close(handle)
    except OSError as error:
        raise SourceProblem(
            f"the heartbeat cannot be written into {folder}: {error.strerror}",
            hint="Give Refloat's account the right to, or set heartbeat: no in the plan.",
        ) from error


def _remove(name: str, folder: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)


ADAPTER = Files()

"""What a backup may do with a restic repository: store, seal, and remove by restic's own policy."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from refloat.engines import (
    PathContent,
    PointDetails,
    Progress,
    RepositoryAccess,
    Stored,
    StreamContent,
)
from refloat.engines._restic import command, errors
from refloat.engines._restic.beside import Rounds
from refloat.engines._restic.command import Location, WriteVerb
from refloat.engines._restic.points import (
    Snapshot,
    data_set_tag,
    data_tags,
    join,
    seal_tags,
    strays,
)
from refloat.engines._restic.reader import list_snapshots
from refloat.engines._restic.seals import DOCUMENT_NAME, document, seal_text
from refloat.engines._restic.stream import store_stream
from refloat.host.process import Completed
from refloat.model.errors import NotAllowed, RepositoryProblem, SourceProblem, UsageProblem
from refloat.model.points import Baseline, RecoveryPoint

INCOMPLETE = 3
"""restic's exit code for a snapshot that lacks files which could not be read."""
STRAY_AGE = timedelta(days=1)
NAMED = 5
KEEP_RULES = ("last", "hourly", "daily", "weekly", "monthly", "yearly")


class ResticWriter:
    """A restic repository, opened for backups; see ``refloat.engines.Writer``.

    Args:
        access: the repository, with what is needed to open it.
        rounds: what other writers of this process seal in the same round.

    """

    def __init__(self, access: RepositoryAccess, rounds: Rounds) -> None:
        self._location = Location(access)
        self._rounds = rounds
        self._append_only = access.append_only

    def prepare(self) -> None:
        """Make the repository if there is none, and begin a round; see the contract.

        One on this machine that has its ``config`` is there. Whether it answers is left to the
        backup that follows: asking costs a key derivation, 0.6 s.
        """
        place = self._location.place
        self._rounds.begin(place)
        if place.startswith("/") and (Path(place) / "config").is_file():
            return
        if not (place.startswith("/") and _holds_nothing(Path(place))):
            answer = command.write(
                self._location, WriteVerb.CONFIGURATION, ("config", "--no-lock"), check=False
            )
            if answer.exit_code == 0:
                return
            trouble = errors.trouble(answer.exit_code, answer.errors)
            if trouble != errors.NO_REPOSITORY or _keys_without_configuration(place):
                raise errors.problem(self._location.where, answer.exit_code, answer.errors)
        command.write(self._location, WriteVerb.MAKE, ())

    def store(
        self,
        content: PathContent | StreamContent,
        *,
        timeout: float,
        progress: Progress | None = None,
    ) -> Stored:
        """Put data into the repository; see the contract.

        A stream follows the rule of ``stream``. restic is content with some of several
        paths missing, so they are looked for before and after.
        """
        _require_writable(self._location)
        token = secrets.token_hex(16)
        report = _BackupReport(progress)
        arguments = [*_tag_arguments(data_tags(token)), "--json", *command.patience()]
        if isinstance(content, PathContent):
            _require_paths(content)
            arguments += ["--", *(str(path) for path in content.paths)]
            completed = command.write(
                self._location,
                WriteVerb.BACKUP,
                arguments,
                timeout=timeout,
                on_output=report.take,
                check=False,
            )
            self._judge_files(completed)
            _require_paths(content)
        else:
            arguments += ["--stdin", "--stdin-filename", content.file_name]
            with self._location.command(WriteVerb.BACKUP.value, arguments) as backup:
                completed = store_stream(backup, content, timeout=timeout, on_output=report.take)
            self._judge_stream(completed, content)
        summary = report.summary(self._location)
        return Stored(f"{token}:{summary.snapshot}", summary.bytes, summary.files)

    def seal(
        self,
        stored: Stored,
        details: PointDetails,
        baseline: Baseline,
        attachments: Mapping[str, bytes],
    ) -> RecoveryPoint:
        """Make stored data a recovery point; see the contract.

        The point that is given back is made of what is in the repository afterwards.
        """
        token, _, data = stored.identity.partition(":")
        report = _BackupReport(None)
        sealed = self._rounds.join(self._location.place, token, seal_text(baseline, attachments))
        tags = seal_tags(token, stored, details, baseline, command.version().text, sealed)
        command.write(
            self._location,
            WriteVerb.BACKUP,
            (
                *_tag_arguments(tags),
                *("--time", details.consistency_time.astimezone(UTC).strftime("%F %T")),
                *("--json", "--stdin", "--stdin-filename", DOCUMENT_NAME),
                *command.patience(),
            ),
            standard_input=document(token, details.data_set, sealed),
            on_output=report.take,
        )
        seal = report.summary(self._location).snapshot
        pair = (
            self._found(data, details, data_tags(token)),
            self._found(seal, details, tags),
        )
        known = tuple(snapshot for snapshot in pair if snapshot is not None)
        if len(known) < len(pair):
            known = list_snapshots(self._location, f"stored={token}").snapshots
        points = join(known, self._location.key)
        if len(points) != 1:
            raise RepositoryProblem(
                f"{self._location.where}: the backup of {details.data_set} was stored and sealed,"
                " but the repository does not list it as a recovery point",
                hint="Back up once more; if that does not help, run restic check.",
            )
        return points[0]

    def _found(self, short: str, details: PointDetails, tags: tuple[str, ...]) -> Snapshot | None:
        """Find the whole id of a new snapshot of which restic 0.14 tells eight digits only.

        On this machine the ids are the names in the repository's folder ``snapshots`` (restic's
        "Repository Format", "Repository Layout"); that spares a command of 0.6 s.
        """
        folder = Path(self._location.place) / "snapshots"
        if not self._location.place.startswith("/") or not short:
            return None
        names = [path.name for path in folder.glob(f"{short}*")]
        if len(names) != 1:
            return None
        return Snapshot(names[0], details.consistency_time, "", tags)

    def apply_retention(self, keep: Mapping[str, Mapping[str, int]]) -> Mapping[str, int]:
        """Remove old points by restic's ``forget`` and ``prune``; see the contract.

        The policy is restic's, and looks at the seals alone, which carry the consistency time; so
        a point and its seal go together. What crashed backups left goes after a day. Every restic
        costs a key derivation, 0.6 s: one lists, one more for each data set with points to spare
        says which, and where any go, all go with one ``forget --prune``.
        """
        rules = {data_set: _keep_arguments(one) for data_set, one in keep.items()}
        if self._append_only:
            raise NotAllowed(
                f"the repository {self._location.where} is marked append-only:"
                " Refloat removes nothing from it",
                hint="Whoever keeps it applies the retention there.",
            )
        listed = list_snapshots(self._location)
        listed.require_whole()
        gone = list(strays(listed.snapshots, datetime.now(UTC) - STRAY_AGE))
        removed: dict[str, int] = {}
        for data_set, one in keep.items():
            points = join(listed.snapshots, self._location.key, (data_set,))
            spare = len(points) > one.get("last", 0)
            seals = self._too_old(data_set, rules[data_set]) if spare else set()
            old = [point for point in points if point.seal in seals]
            gone += [identity for point in old for identity in (point.identity, point.seal)]
            removed[data_set] = len(old)
        if gone:
            # Locks of processes that are dead, or older than half an hour, would stop the prune.
            command.write(self._location, WriteVerb.UNLOCK, ())
            command.write(
                self._location,
                WriteVerb.FORGET,
                ("--prune", *command.patience(), *gone),
                timeout=command.QUICK * 12,
            )
        return removed

    def _too_old(self, data_set: str, rules: tuple[str, ...]) -> set[str]:
        """Ask restic which seals its policy would remove; nothing is removed by asking."""
        tags = f"refloat-seal,{data_set_tag(data_set)}"
        output = command.write(
            self._location,
            WriteVerb.FORGET,
            ("--dry-run", "--no-lock", "--json", "--group-by", "", "--tag", tags, *rules),
        ).output
        try:
            groups = json.loads(output or b"[]")
            return {entry["id"] for group in groups for entry in group["remove"] or ()}
        except (ValueError, KeyError, TypeError) as error:
            raise RepositoryProblem(
                f"{self._location.where}: restic's answer about retention is not understood"
            ) from error

    def _judge_files(self, completed: Completed) -> None:
        unread = errors.file_errors(completed.errors)
        if unread and completed.exit_code in (0, INCOMPLETE):
            named = ", ".join(f"{each.item}: {each.reason}" for each in unread[:NAMED])
            more = f" and {len(unread) - NAMED} more" if len(unread) > NAMED else ""
            raise SourceProblem(
                f"not everything could be read: {named}{more}",
                hint="Give Refloat's account the right to read it, or leave it out of the plan.",
            )
        if completed.exit_code != 0:
            raise errors.problem(self._location.where, completed.exit_code, completed.errors)

    def _judge_stream(self, completed: Completed, content: StreamContent) -> None:
        if "snapshot is empty" in completed.errors:
            program = Path(content.commands[-1].arguments[0]).name
            raise SourceProblem(
                f"{program} ended well but wrote nothing: {content.file_name} would be empty"
            )
        if completed.exit_code != 0:
            raise errors.problem(self._location.where, completed.exit_code, completed.errors)


@dataclass(frozen=True)
class _Summary:
    bytes: int
    files: int
    snapshot: str


class _BackupReport:
    """Reads restic's lines while it backs up: how far it is, and its summary."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._summary: _Summary | None = None

    def take(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        if message.get("message_type") == "summary":
            self._summary = _Summary(
                int(message["total_bytes_processed"]),
                int(message["total_files_processed"]),
                str(message["snapshot_id"]),
            )
        elif self._progress is not None and "bytes_done" in message:
            self._progress(int(message["bytes_done"]), message.get("total_bytes"))

    def summary(self, location: Location) -> _Summary:
        if self._summary is None:
            raise RepositoryProblem(f"{location.where}: restic ended well but saved no snapshot")
        return self._summary


def _tag_arguments(tags: tuple[str, ...]) -> list[str]:
    return [part for tag in tags for part in ("--tag", tag)]


def _keep_arguments(keep: Mapping[str, int]) -> tuple[str, ...]:
    unknown = sorted(set(keep) - set(KEEP_RULES))
    if unknown or not any(count > 0 for count in keep.values()):
        raise UsageProblem(
            f"this retention cannot be applied: {dict(keep)}",
            hint=f"Say how many to keep by one or more of {', '.join(KEEP_RULES)}.",
        )
    return tuple(
        part
        for rule in KEEP_RULES
        if keep.get(rule, 0) > 0
        for part in (f"--keep-{rule}", str(keep[rule]))
    )


def _require_paths(content: PathContent) -> None:
    missing = [str(path) for path in content.paths if not os.path.lexists(path)]
    if missing:
        raise SourceProblem(
            f"{', '.join(missing)} is not there"
            if len(missing) == 1
            else f"these paths are not there: {', '.join(missing)}",
            hint="Correct the path in the plan, or mount what is to be backed up.",
        )


def _require_writable(location: Location) -> None:
    """See that a local repository can be written to: restic would try for three quarters of a
    minute before it says so.
    """
    place = location.place
    if place.startswith("/") and os.path.isdir(place) and not os.access(place, os.W_OK):
        raise RepositoryProblem(
            f"the repository {location.where} cannot be written to:"
            " its file system is read-only, or this account has no right to",
            hint="It can be restored from. To back up, mount it for writing, or change its owner.",
        )


def _holds_nothing(folder: Path) -> bool:
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def _keys_without_configuration(place: str) -> bool:
    """Whether a local repository has lost its ``config``: a new one must not be made over it."""
    return place.startswith("/") and (Path(place) / "keys").is_dir()

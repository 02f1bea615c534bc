"""What people work with meanwhile: taken out of the copies, encrypted, with its age (R-139)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from refloat.app import wiring
from refloat.app.assess import Ground
from refloat.app.own_facts import SOURCE, tell
from refloat.app.scratch import scratch
from refloat.app.workspace import Workspace
from refloat.assess.verdicts.exports import EXPORT_TAKEN, ExportAge, exports
from refloat.host import age, faults, files
from refloat.host.clock import Clock
from refloat.model.codec import instant_text
from refloat.model.errors import Interrupted, MissingInput, NotAllowed, StateProblem
from refloat.model.feed_people import Attestation
from refloat.model.organisation import Workaround
from refloat.model.plan import Plan, Service
from refloat.model.points import RecoveryPoint
from refloat.model.run import CheckResult, Outcome
from refloat.plan import did_you_mean
from refloat.recovery.putting import chosen, compare, put_down, take_down, worst
from refloat.report.export import export_text

EXPORT, ABOUT = ".tar.age", ".txt"
READ_ONLY = 0o400
READABLE = 0o444
_STAMP = r"\d{8}T\d{6}Z"
_DAY = 24 * 3600.0


@dataclass(frozen=True)
class Refreshed:
    """An export that was made.

    Attributes:
        service: key of the service.
        workaround: name of the workaround.
        component: key of the component that it is of.
        point: the engine's name of the recovery point.
        taken_at: when its data was true.
        file: the encrypted file; empty if none was written, because its data was damaged.
        about: the text beside it; empty likewise.
        sha256: of the encrypted file.
        outcome: how its data compares with what was backed up.
        checks: each comparison.
        removed: older exports of the same workaround that were removed.
        entry: the evidence; None if none was written, or the very same was known.
    """

    service: str
    workaround: str
    component: str
    point: str
    taken_at: datetime
    file: str
    about: str
    sha256: str
    outcome: Outcome
    checks: tuple[CheckResult, ...]
    removed: tuple[str, ...] = ()
    entry: int | None = None


def listed(found: Ground, instant: datetime) -> tuple[ExportAge, ...]:
    """Give the age of the data of every workaround that works with data of its own."""
    return tuple(exports(found.plan, found.facts.feed.attestations, instant))


def refresh(
    workspace: Workspace,
    clock: Clock,
    service_key: str,
    name: str,
    into: Path | None,
    listening: Callable[[], AbstractContextManager[None]],
) -> Refreshed:
    """Make the export of a workaround from the newest recovery point, and record how old it is.

    Args:
        workspace: the plan and the state.
        clock: what time it is.
        service_key: key of the service.
        name: name of the workaround.
        into: the folder to write into; the workaround's ``location`` if None.
        listening: gives the block in which Ctrl-C may raise ``KeyboardInterrupt``, once.

    Raises:
        MissingInput: if there is no such service, workaround, recovery point or folder, or its
            source is no component that Refloat backs up.
        NotAllowed: if the plan names nobody who could open it, or the folder is where nothing may
            be put.
        PlanProblem: if a key is no key of age.
        RepositoryProblem, SecretProblem: if the repository cannot be asked.
        StateProblem, NoRoom, EvidenceProblem: if it cannot be written or recorded.
        Interrupted: if it was stopped; nothing is left then.
    """
    service = workspace.service(service_key)
    way = _workaround(service, name)
    component = _component(workspace.plan, way)
    folder = _folder(workspace, way, into)
    try:
        with scratch(workspace, clock, "export") as private, listening():
            return _Export(workspace, clock, service, way, component, folder, private).make()
    except KeyboardInterrupt as error:
        raise Interrupted("the export was stopped; nothing of it is left") from error


class _Export:
    """One export, on its way."""

    def __init__(
        self,
        workspace: Workspace,
        clock: Clock,
        service: Service,
        way: Workaround,
        component: str,
        folder: Path,
        scratch: Path,
    ) -> None:
        self._workspace = workspace
        self._clock = clock
        self._service = service
        self._way = way
        self._component = component
        self._folder = folder
        self._scratch = scratch

    def make(self) -> Refreshed:
        """Restore, compare, encrypt, write, record; then remove what is older."""
        key, now = self._component, self._clock.now().wall
        data = wiring.prepare_data(self._workspace, self._service.key, (key,), self._scratch)
        session = chosen(data, self._scratch.name, now)
        point = session.point(key)
        restored = self._scratch / "restored"
        estimate = session.component(key).its_data_set().estimate(point)
        files.require_room(self._scratch, 2 * estimate)
        files.require_room(self._folder, point.bytes)
        try:
            put_down(session, key, restored)
            faults.point("export.restored")
            results = compare(session, (key,))
        finally:
            take_down(session)
        outcome = worst(results)
        if outcome is Outcome.FAILED:
            return self._made(point, outcome, results[key])
        stem = stem_of(self._workspace.plan, self._service, self._way)
        stamp = f"{point.consistency_time.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        file = self._folder / f"{stem}-{stamp}{EXPORT}"
        digest = age.pack({stem: restored}, file, self._way.encrypted_for, READ_ONLY)
        about = self._folder / f"{stem}-{stamp}{ABOUT}"
        text = export_text(self._service, self._way, point, file.name, digest, outcome, now)
        files.write_atomically(about, text, READABLE)
        entry = self._record(point, file, digest)
        removed = _remove_older(self._folder, stem, stamp, now.timestamp())
        return self._made(point, outcome, results[key], file, about, digest, removed, entry)

    def _record(self, point: RecoveryPoint, file: Path, digest: str) -> int | None:
        subject = f"{self._service.key}/{self._way.name}"
        now = self._clock.now().wall
        fact = Attestation(
            source=SOURCE,
            external_id=f"{EXPORT_TAKEN}/{subject}/{instant_text(now)}",
            observed_at=now,
            digest="",
            topic=EXPORT_TAKEN,
            subject=subject,
            person="refloat",
            statement=f"An encrypted export of {self._component} was written.",
            at=point.consistency_time,
            fingerprint=f"sha256:{digest}",
            where=str(file),
        )
        return tell(self._workspace, self._clock, EXPORT_TAKEN, fact)

    def _made(
        self,
        point: RecoveryPoint,
        outcome: Outcome,
        checks: tuple[CheckResult, ...],
        file: Path | None = None,
        about: Path | None = None,
        digest: str = "",
        removed: tuple[str, ...] = (),
        entry: int | None = None,
    ) -> Refreshed:
        return Refreshed(
            service=self._service.key,
            workaround=self._way.name,
            component=self._component,
            point=point.identity,
            taken_at=point.consistency_time,
            file=str(file or ""),
            about=str(about or ""),
            sha256=digest,
            outcome=outcome,
            checks=checks,
            removed=removed,
            entry=entry,
        )


def _workaround(service: Service, name: str) -> Workaround:
    ways = {one.name: one for one in service.workarounds}
    if name not in ways:
        known = ", ".join(f"{one!r}" for one in ways)
        raise MissingInput(
            f"{service.name} has no workaround {name!r}",
            hint=did_you_mean(name, ways, f"It has: {known or 'none'}."),
        )
    if not ways[name].encrypted_for:
        raise NotAllowed(
            f"the plan names nobody who could open an export for {name!r}",
            hint="Write under it: encrypted_for: and a public key of age (age-keygen makes one).",
        )
    return ways[name]


def _component(plan: Plan, way: Workaround) -> str:
    """Give the component that the data comes from.

    Raises:
        MissingInput: if it is none that Refloat backs up.
    """
    known = plan.components.get(way.source)
    if known is None or known.protection is None:
        raise MissingInput(
            f"the source of {way.name!r} is {way.source or 'not written down'!r}, and Refloat backs"
            " up no component of that key",
            hint="Write as its source the key of a component with 'protect'.",
        )
    return way.source


def _folder(workspace: Workspace, way: Workaround, into: Path | None) -> Path:
    """Give the folder to write into.

    Raises:
        MissingInput: if nobody said which, or it is not there.
        NotAllowed: if nothing may be put there.
    """
    if into is None and not way.location.startswith("/"):
        raise MissingInput(
            f"nothing says which folder the export of {way.name!r} goes to",
            hint="Say --to FOLDER, or write an absolute path as its location.",
        )
    folder = (into or Path(way.location)).absolute()
    if not folder.is_dir():
        raise MissingInput(f"{folder} is no folder", hint="Make it, or mount what it lies on.")
    wiring.refuse_place(workspace, folder)
    return folder


def stem_of(plan: Plan, service: Service, way: Workaround) -> str:
    """Give how the files of a workaround's exports begin: no other workaround's begin so."""
    stem = _slug(service.key, way.name)
    same = sum(
        _slug(one.key, other.name) == stem
        for one in plan.services.values()
        for other in one.workarounds
        if other.encrypted_for
    )
    if same < 2:
        return stem
    exactly = f"{service.key}/{way.name}".encode("utf-8", "surrogateescape")
    return f"{stem}-{hashlib.sha256(exactly).hexdigest()[:8]}"


def _slug(service: str, way: str) -> str:
    parts = (re.sub(r"[^a-z0-9]+", "-", one.casefold()).strip("-") for one in (service, way))
    return "-".join(part or "export" for part in parts)


def _remove_older(folder: Path, stem: str, stamp: str, now: float) -> tuple[str, ...]:
    """Remove earlier exports of the same workaround: data that is out of date is a risk alone.

    Only files whose names are exactly those that an export gets are looked at; and those that one
    was being written to, a day ago, when it was killed. What is newer is kept.

    Raises:
        StateProblem: if one cannot be removed.
    """
    exactly = re.compile(rf"{re.escape(stem)}-({_STAMP})({re.escape(EXPORT)}|{re.escape(ABOUT)})")
    unfinished = re.compile(rf"\.{exactly.pattern}\.[0-9a-f]{{8}}")
    removed = []
    try:
        for one in sorted(folder.iterdir()):
            found = exactly.fullmatch(one.name)
            if found and found[1] < stamp and one.is_file():
                one.unlink()
                removed.append(str(one))
            elif unfinished.fullmatch(one.name) and now - one.lstat().st_mtime > _DAY:
                one.unlink()
    except OSError as error:
        raise StateProblem(f"{error.filename} cannot be removed: {error.strerror}") from error
    return tuple(removed)

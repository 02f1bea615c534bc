"""Live progress of backups and drills, on standard error; quiet when it is no terminal."""

from __future__ import annotations

import threading
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from refloat.cli.plain import plain
from refloat.model.run import Outcome
from refloat.recovery.backup import BackupEvent, BackupStage

ENDS = {BackupStage.DONE, BackupStage.FAILED}
MARKS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.COULD_NOT_RUN: "?"}


class Display:
    """A line for each thing that goes on; one plain line at each end where nobody watches."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._tasks: dict[str, TaskID] = {}
        self._progress = Progress(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[words]}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=False,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        """Begin to show."""
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Leave what was shown standing."""
        self._progress.stop()

    def show(self, name: str, words: str, done: int = 0, total: int | None = None) -> None:
        """Show how far something is."""
        with self._lock:
            task = self._task(name)
            self._progress.update(task, words=plain(words), completed=done, total=total)

    def end(self, name: str, words: str) -> None:
        """Show how something ended."""
        with self._lock:
            task = self._task(name)
            self._progress.update(task, words=plain(words), completed=1, total=1)
            self._progress.stop_task(task)

    def _task(self, name: str) -> TaskID:
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(plain(name), words="", total=None)
        return self._tasks[name]


class BackupDisplay(Display):
    """Shows backups: give it as the announcer."""

    def __call__(self, event: BackupEvent) -> None:
        """Take an event of a backup."""
        if event.stage in ENDS:
            self.end(event.data_set, "✓ done" if event.stage is BackupStage.DONE else "✗ failed")
        else:
            self.show(event.data_set, event.stage, event.done, event.total)


class DrillDisplay(Display):
    """Shows a drill: give it as the listener of the run's events."""

    def __call__(self, event: dict[str, Any]) -> None:
        """Take an event of the journal."""
        name = f"{event.get('component', '')} {event.get('stage', '')}".strip()
        if event["event"] == "began":
            self.show(name, "…")
        elif event["event"] == "ended":
            done = event["done"]
            outcome = Outcome(done["outcome"])
            words = "" if outcome is Outcome.PASSED else str(done["detail"])[:120]
            self.end(name, f"{MARKS[outcome]} {words}")

"""Starting and ending the servers, each known by its process id and the instant it began."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from parts.layout import Account, Layout, Trouble

_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


def run(
    arguments: Sequence[str], owner: Account | None, folder: Path, given: str | None = None
) -> None:
    """Run a program to its end as the owner, with an optional text on its standard input.

    Raises Trouble with the program's last lines when it fails.
    """
    process = subprocess.Popen(
        # Should this program be killed, the tool is killed too and writes nothing later.
        ("setpriv", "--pdeathsig", "KILL", *arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env=_ENVIRONMENT,
        umask=0o077,
        start_new_session=True,
        **_identity(owner),
    )
    try:
        printed, _ = process.communicate(given, timeout=120)
    except BaseException:
        _kill_group(process)
        raise
    if process.returncode != 0:
        last = "\n".join(printed.strip().splitlines()[-8:])
        raise Trouble(f"{arguments[0]} ended with {process.returncode}: {last}")


def start(layout: Layout, name: str, arguments: Sequence[str], owner: Account | None) -> None:
    """Start a server in the background and record it; it outlives this program.

    What it prints goes to ``state/NAME.log``. Ctrl-C waits until the record is written, so no
    server is ever started that ``stop`` does not know.
    """
    with (layout.state / f"{name}.log").open("ab") as log, _interrupts_held():
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=layout.home,
            env=_ENVIRONMENT,
            umask=0o077,
            start_new_session=True,
            **_identity(owner),
        )
        began = _began(process.pid)
        _record(layout, name).write_text(json.dumps({"pid": process.pid, "began": began}))


def is_running(layout: Layout, name: str) -> bool:
    """Say whether the recorded process is alive and still the one that we started."""
    return _process(layout, name) is not None


def stop(layout: Layout, name: str, polite: signal.Signals, patience: float = 20) -> None:
    """End the recorded process and forget it; fine when there is none.

    It is asked with the polite signal, and killed when it has not gone after ``patience`` seconds.
    A process that merely got the same number later is left alone.
    """
    for kind, seconds in ((polite, patience), (signal.SIGKILL, 5.0)):
        process = _process(layout, name)
        if process is None:
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, kind)
        _wait_for_end(layout, name, seconds)
    else:
        if is_running(layout, name):
            raise Trouble(f"{name} does not end; its process id is in {_record(layout, name)}")
    _record(layout, name).unlink(missing_ok=True)


def wait_until(
    layout: Layout, name: str, answers: Callable[[], str | None], patience: float = 20
) -> None:
    """Wait until the server answers; the function given returns None then, or what is wrong.

    Raises Trouble with the log's last lines when the server ends or stays silent.
    """
    deadline = time.monotonic() + patience
    while (complaint := answers()) is not None:
        if not is_running(layout, name) or time.monotonic() > deadline:
            log = (layout.state / f"{name}.log").read_text(encoding="utf-8", errors="replace")
            last = "\n".join(log.splitlines()[-8:])
            raise Trouble(f"{name} does not answer ({complaint}). Its log ends so:\n{last}")
        time.sleep(0.05)


def require_free(port: int, patience: float = 5) -> None:
    """Raise Trouble when something else holds this port of 127.0.0.1 for longer than a moment.

    For a moment it may be the near end of anybody's connection: the kernel hands out such numbers.
    """
    deadline = time.monotonic() + patience
    while (cause := _why_taken(port)) is not None:
        if time.monotonic() > deadline:
            raise Trouble(
                f"port {port} of 127.0.0.1 cannot be had ({cause}): give another --port-base"
            )
        time.sleep(0.1)


def _why_taken(port: int) -> str | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            return problem.strerror
    return None


def _identity(owner: Account | None) -> dict[str, Any]:
    """Return what makes a child process run as the owner, in that owner's own group alone."""
    if owner is None:
        return {}
    return {"user": owner.user, "group": owner.group, "extra_groups": []}


def _kill_group(process: subprocess.Popen[str]) -> None:
    """Kill a tool and its own children, and wait until they are gone; initdb has some."""
    deadline = time.monotonic() + 5
    with contextlib.suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(process.pid, signal.SIGKILL)
            process.poll()
            time.sleep(0.02)


def _record(layout: Layout, name: str) -> Path:
    return layout.state / f"{name}.pid"


def _process(layout: Layout, name: str) -> int | None:
    """Return the id of the recorded process if it still lives, else None."""
    try:
        record = json.loads(_record(layout, name).read_text())
        process, began = int(record["pid"]), int(record["began"])
    except (FileNotFoundError, ValueError, KeyError):
        return None
    return process if _began(process) == began else None


def _began(process: int) -> int | None:
    """Return when a process began, in clock ticks since boot; None when it is gone or a zombie.

    Fields 3 and 22 of /proc/PID/stat, see proc(5); the name in field 2 may hold spaces.
    """
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def _wait_for_end(layout: Layout, name: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while is_running(layout, name) and time.monotonic() < deadline:
        time.sleep(0.02)


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold back Ctrl-C and termination until the block is done, then let them happen.

    Handlers, not a signal mask: a child would inherit the mask.
    """
    held: list[int] = []

    def remember(number: int, _frame: FrameType | None) -> None:
        held.append(number)

    kinds = (signal.SIGINT, signal.SIGTERM)
    former = {kind: signal.signal(kind, remember) for kind in kinds}
    try:
        yield
    finally:
        for kind, handler in former.items():
            signal.signal(kind, handler)
        for number in held:
            signal.raise_signal(number)

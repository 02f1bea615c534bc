"""Programs of the host: started with a tuple, a time limit and an almost empty environment.

Every program that Refloat starts dies with it, also when it is killed by SIGKILL (``setpriv
--pdeathsig``, util-linux). Programs run in sessions of their own: Ctrl-C reaches Refloat alone,
which then ends them in order.
"""

from __future__ import annotations

import os
import pwd
import select
import shutil
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from refloat.model.errors import Interrupted, ToolFailed, ToolMissing, ToolTimeout
from refloat.model.secret import Secret

SEARCH_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
LAST_LINES = 20
LINE_LIMIT = 2_000
TERMINATION_GRACE = 5.0
DOCTOR_KNOWS = "refloat doctor names what is missing and how to install it."
PIPE = subprocess.PIPE
"""For ``start``: give the program a pipe, whose other end ``Child.finish`` reads or feeds."""

_running: set[subprocess.Popen[bytes]] = set()
_lock = threading.Lock()
_stopping = threading.Event()


@dataclass(frozen=True)
class Completed:
    """How a program ended.

    Attributes:
        arguments: what was run, secrets never among them.
        exit_code: its exit code; negative for a signal.
        output: its standard output, whole.
        errors: the last lines of its standard error, secrets masked.
        seconds: how long it took.
    """

    arguments: tuple[str, ...]
    exit_code: int
    output: bytes
    errors: str
    seconds: float


def find(program: str, also: Sequence[str] = (), *, install: str = "") -> str:
    """Give the path of a program, looking in the usual folders, on PATH, and in ``also``.

    Args:
        program: its name, or its path.
        also: folders to look in first.
        install: the command that installs it, for the hint; empty where that is not known.

    Raises:
        ToolMissing: if there is none.
    """
    path = os.pathsep.join([*also, os.environ.get("PATH", ""), *SEARCH_PATH])
    found = shutil.which(program, path=path)
    if found is None:
        hint = f"Run: {install}" if install else DOCTOR_KNOWS
        raise ToolMissing(f"the program {program} is not installed", hint=hint)
    return found


def run(
    arguments: Sequence[str],
    *,
    timeout: float,
    environment: Mapping[str, str] | None = None,
    standard_input: bytes | IO[bytes] | None = None,
    output_to: IO[bytes] | None = None,
    folder: Path | None = None,
    user: str = "",
    secrets: Sequence[Secret] = (),
    on_output: Callable[[bytes], None] | None = None,
    pass_fds: Sequence[int] = (),
    check: bool = True,
    install: str = "",
) -> Completed:
    """Run a program to its end.

    Args:
        arguments: the program and its arguments; no secret may be among them.
        timeout: seconds after which it is ended.
        environment: what it gets beside PATH, HOME, LANG and TZ.
        standard_input: bytes to feed, or an open file; nothing if None.
        output_to: an open file that takes its standard output; then ``output`` is empty.
        folder: where it runs.
        user: account to run it as, when Refloat is root; ignored when Refloat is that user.
        secrets: values to mask in its error lines.
        on_output: called with each line of standard output as it comes; then ``output`` is empty.
        pass_fds: file descriptors that it inherits.
        check: whether an exit code other than 0 raises.
        install: the command that installs the program, for the hint if it is missing.

    Raises:
        ToolMissing: if there is no such program.
        ToolFailed: with ``check``, if it ended with an error.
        ToolTimeout: if its time was up.
        Interrupted: if Refloat is stopping.
    """
    child = start(
        arguments,
        environment=environment,
        standard_input=standard_input if not isinstance(standard_input, bytes) else subprocess.PIPE,
        output=output_to if output_to is not None else subprocess.PIPE,
        folder=folder,
        user=user,
        secrets=secrets,
        pass_fds=pass_fds,
        install=install,
    )
    feed = standard_input if isinstance(standard_input, bytes) else None
    completed = child.finish(timeout=timeout, feed=feed, on_output=on_output)
    if check and completed.exit_code != 0:
        raise failure(completed)
    return completed


def account() -> str:
    """Name the account that Refloat runs as: as the kernel knows it, whatever variables say."""
    number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def failure(completed: Completed) -> ToolFailed:
    """Make the error that tells of a program's failure, with its last lines."""
    name = Path(completed.arguments[0]).name
    ending = (
        f"was ended by signal {-completed.exit_code}"
        if completed.exit_code < 0
        else f"ended with exit code {completed.exit_code}"
    )
    words = completed.errors.strip() or "(it said nothing)"
    return ToolFailed(f"{name} {ending}: {words}")


def start(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    standard_input: IO[bytes] | int | None = None,
    output: IO[bytes] | int | None = None,
    errors: IO[bytes] | int | None = None,
    folder: Path | None = None,
    user: str = "",
    secrets: Sequence[Secret] = (),
    pass_fds: Sequence[int] = (),
    install: str = "",
) -> Child:
    """Start a program that goes on; see ``run`` for the arguments.

    ``output`` and ``errors`` take what ``subprocess.Popen`` takes. With ``errors`` None the last
    lines of standard error are kept.

    The thread that calls this must live as long as the program: the kernel ends the program when
    that thread ends.
    """
    if _stopping.is_set():
        raise Interrupted("Refloat is stopping")
    command = (*_prefix(user), find(arguments[0], install=install), *arguments[1:])
    popen = subprocess.Popen(
        command,
        stdin=standard_input if standard_input is not None else subprocess.DEVNULL,
        stdout=output if output is not None else subprocess.DEVNULL,
        stderr=errors if errors is not None else subprocess.PIPE,
        env=_environment(environment, user),
        cwd=folder,
        start_new_session=True,
        pass_fds=tuple(pass_fds),
    )
    with _lock:
        _running.add(popen)
    child = Child(popen, tuple(arguments), secrets)
    if _stopping.is_set():  # everything was ended while this one was just being started
        child.stop()
        raise Interrupted("Refloat is stopping")
    return child


class Child:
    """A program that was started: watched, fed, and ended with its whole session."""

    def __init__(
        self, popen: subprocess.Popen[bytes], arguments: tuple[str, ...], secrets: Sequence[Secret]
    ) -> None:
        self.popen = popen
        self.arguments = arguments
        self._secrets = tuple(secrets)
        self._began = time.monotonic()
        self._last: deque[bytes] = deque(maxlen=LAST_LINES)
        self._listener: threading.Thread | None = None
        if popen.stderr is not None:
            self._listener = threading.Thread(target=self._listen, daemon=True)
            self._listener.start()

    @property
    def pid(self) -> int:
        """The process id on the host."""
        return self.popen.pid

    def alive(self) -> bool:
        """Whether it still runs."""
        return self.popen.poll() is None

    def last_words(self) -> str:
        """The last lines of its standard error, secrets masked."""
        text = b"".join(self._last).decode("utf-8", "replace")
        return mask(text, self._secrets)

    def finish(
        self,
        *,
        timeout: float,
        feed: bytes | None = None,
        on_output: Callable[[bytes], None] | None = None,
    ) -> Completed:
        """Wait for its end; feed it, and take its output meanwhile.

        Raises:
            ToolTimeout: if its time was up; it is ended then.
            Interrupted: if Refloat is stopping.
        """
        output: list[bytes] = []
        take = on_output or output.append
        helpers = [
            threading.Thread(target=target, daemon=True)
            for target in (lambda: self._feed(feed), lambda: self._drain(take))
        ]
        for helper in helpers:
            helper.start()
        try:
            in_time = _wait(self.popen, timeout)
        except BaseException:
            self.stop()
            raise
        if not in_time:
            self.stop()
            raise ToolTimeout(
                f"{Path(self.arguments[0]).name} did not end within {timeout:.0f} seconds"
                f" and was stopped: {self.last_words().strip() or '(it said nothing)'}"
            )
        for helper in helpers:
            helper.join(TERMINATION_GRACE)
        return self._completed(b"".join(output))

    def stop(self, grace: float = TERMINATION_GRACE, first: int = signal.SIGTERM) -> None:
        """End it and its session: ask (``first``), wait ``grace`` seconds, kill. Safe twice."""
        for number in (first, signal.SIGKILL):
            if self.popen.poll() is not None:
                break
            self.signal(number)
            _wait(self.popen, grace)
        self._forget()

    def stop_after(self, patience: float) -> int:
        """Wait ``patience`` seconds for its end, then end it; give the exit code."""
        if not _wait(self.popen, patience):
            self.stop()
        self._forget()
        return self.popen.wait()

    def signal(self, number: int) -> None:
        """Send a signal to its whole session, which nobody else is in."""
        try:
            os.killpg(self.popen.pid, number)
        except ProcessLookupError:
            return

    def _completed(self, output: bytes) -> Completed:
        if self._listener is not None:
            self._listener.join(TERMINATION_GRACE)
        self._forget()
        if _stopping.is_set():
            raise Interrupted(f"{Path(self.arguments[0]).name} was stopped")
        seconds = time.monotonic() - self._began
        return Completed(self.arguments, self.popen.returncode, output, self.last_words(), seconds)

    def _forget(self) -> None:
        with _lock:
            _running.discard(self.popen)

    def _listen(self) -> None:
        stream = self.popen.stderr
        if stream is None:
            return
        with stream:
            while line := stream.readline(LINE_LIMIT):
                self._last.append(line)

    def _drain(self, take: Callable[[bytes], None]) -> None:
        if self.popen.stdout is None:
            return
        with self.popen.stdout as stream:
            while line := stream.readline(1 << 20):
                take(line)

    def _feed(self, feed: bytes | None) -> None:
        if self.popen.stdin is None:
            return
        try:
            with self.popen.stdin as stream:
                stream.write(feed or b"")
        except BrokenPipeError:
            return  # it ended without reading all; its exit code says why


def _wait(popen: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for a program's end; give whether it came.

    ``Popen.wait`` with a time limit looks every 50 ms; a descriptor of the process wakes at once.
    """
    if popen.poll() is not None:
        return True
    try:
        descriptor = os.pidfd_open(popen.pid)
    except ProcessLookupError:  # another thread has collected it meanwhile
        popen.wait()
        return True
    try:
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        if not waiting.poll(max(0.0, seconds) * 1000):
            return False
    finally:
        os.close(descriptor)
    popen.wait()
    return True


def mask(text: str, secrets: Sequence[Secret]) -> str:
    """Replace every secret in a text by stars."""
    for secret in secrets:
        value = secret.reveal()
        if value:
            text = text.replace(value, "***")
    return text


def stop_everything() -> None:
    """End all programs that run, for a clean stop; whoever waits for one gets ``Interrupted``."""
    _stopping.set()
    with _lock:
        children = list(_running)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for popen in children:
            if popen.poll() is None:
                try:
                    os.killpg(popen.pid, number)
                except ProcessLookupError:
                    continue
        deadline = time.monotonic() + TERMINATION_GRACE
        while any(p.poll() is None for p in children) and time.monotonic() < deadline:
            time.sleep(0.02)


def stopping() -> bool:
    """Whether ``stop_everything`` was called, and nothing may be started."""
    return _stopping.is_set()


def allow_again() -> None:
    """After ``stop_everything``: let what takes down and records start programs again."""
    _stopping.clear()


def _prefix(user: str) -> tuple[str, ...]:
    drop: tuple[str, ...] = ()
    if user and os.geteuid() == 0:
        account = pwd.getpwnam(user)
        drop = (f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--init-groups")
    return (
        find("setpriv", install="apt-get install util-linux"),
        "--pdeathsig",
        "KILL",
        *drop,
        "--",
    )


def _environment(extra: Mapping[str, str] | None, user: str) -> dict[str, str]:
    home = pwd.getpwnam(user).pw_dir if user and os.geteuid() == 0 else os.environ.get("HOME", "/")
    base = {"PATH": os.pathsep.join(SEARCH_PATH), "HOME": home, "LANG": "C.UTF-8", "TZ": "UTC"}
    return {**base, **(extra or {})}

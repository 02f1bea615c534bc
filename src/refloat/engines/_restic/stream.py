"""Half a stream never becomes a snapshot.

restic before 0.17 cannot be told that its input failed: when a dump breaks off, restic sees the end
of its input and saves what came as if it were whole. So Refloat keeps a write end of the pipe open
itself. As long as it does, restic cannot see an end, whatever became of the dump. The write end is
closed only when every command has ended with 0; otherwise restic is ended first. The bytes go from
the dump to restic directly; Refloat touches none of them.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from refloat.engines import StreamCommand, StreamContent
from refloat.engines._restic.command import INSTALL, Command
from refloat.host import process
from refloat.host.process import Child, Completed
from refloat.model.errors import SourceProblem

PIPE_BYTES = 1 << 20


def store_stream(
    command: Command,
    content: StreamContent,
    *,
    timeout: float,
    on_output: Callable[[bytes], None],
) -> Completed:
    """Run restic on the output of the content's commands.

    Args:
        command: a restic that backs up its standard input.
        content: the commands whose output is stored.
        timeout: seconds for all of it.
        on_output: takes restic's lines.

    Returns:
        How restic ended; its exit code is the caller's to judge.

    Raises:
        SourceProblem: if a command failed; restic was ended before it could take the stream for
            whole.
        ToolMissing, ToolTimeout, Interrupted: as said there; restic was ended likewise.

    """
    deadline = time.monotonic() + timeout
    with _pipe() as (read_end, write_end):
        restic = process.start(
            command.arguments,
            environment=command.environment,
            standard_input=read_end[0],
            output=process.PIPE,
            secrets=command.secrets,
            pass_fds=command.inherits,
            install=INSTALL,
        )
        os.close(read_end.pop())  # restic alone reads; when it dies, the dump gets SIGPIPE
        feeder = _Feeder(write_end)
        with ThreadPoolExecutor(1) as pool:
            try:
                ending = pool.submit(restic.finish, timeout=timeout, on_output=on_output)
                ending.add_done_callback(lambda _: feeder.abandon())
                feeder.feed(content, deadline)
            except BaseException:
                restic.stop(first=signal.SIGINT)  # at SIGINT restic removes its lock
                raise
            os.close(write_end.pop())
            return ending.result()


class _Feeder:
    """Runs the commands of a stream one after another, for as long as restic takes their output."""

    def __init__(self, write_end: list[int]) -> None:
        self._write_end = write_end
        self._current: Child | None = None
        self._abandoned = False
        self._lock = threading.Lock()

    def feed(self, content: StreamContent, deadline: float) -> None:
        for command in content.commands:
            with self._lock:
                if self._abandoned:
                    return
                self._current = process.start(
                    command.arguments,
                    environment=command.environment,
                    output=self._write_end[0],
                    user=command.user,
                )
            self._judge(command, self._current.finish(timeout=deadline - time.monotonic()))

    def abandon(self) -> None:
        """End the command that runs: nobody reads its output any more."""
        with self._lock:
            self._abandoned = True
            current = self._current
        if current is not None:
            current.stop()

    def _judge(self, command: StreamCommand, completed: Completed) -> None:
        if completed.exit_code == 0 or self._nobody_reads():
            return  # in the second case restic ended first, and what it says is the reason
        name = Path(command.arguments[0]).name
        how = (
            f"was ended by signal {-completed.exit_code}"
            if completed.exit_code < 0
            else f"ended with exit code {completed.exit_code}"
        )
        raise SourceProblem(
            f"the stream broke: {name} {how}: {completed.errors.strip() or '(it said nothing)'}",
            hint="What was stored of it does not count; the last whole recovery point is intact.",
        )

    def _nobody_reads(self) -> bool:
        poll = select.poll()
        poll.register(self._write_end[0], 0)
        return any(event & select.POLLERR for _, event in poll.poll(0))


@contextlib.contextmanager
def _pipe() -> Iterator[tuple[list[int], list[int]]]:
    """Give both ends of a pipe, each in a list that whoever closes an end takes it out of."""
    read_end, write_end = os.pipe()
    ends = ([read_end], [write_end])
    try:
        with contextlib.suppress(OSError):
            fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        yield ends
    finally:
        for end in ends:
            while end:
                os.close(end.pop())

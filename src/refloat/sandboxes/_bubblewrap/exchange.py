"""Runs one program in a sandbox to its end: feeds it, takes what it writes, watches the time."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from refloat.host.process import LAST_LINES, LINE_LIMIT
from refloat.model.place import CommandResult
from refloat.sandboxes._bubblewrap.conversation import KILL, Conversation, Program

CHUNK = 1 << 16
AFTER = 0.1  # seconds for output that a program's own children still hold open after its end
_LOST = 10.0  # seconds for a killed program to be collected


def run(
    conversation: Conversation,
    request: Mapping[str, Any],
    *,
    feed: bytes,
    timeout: float,
    output_limit: int,
) -> CommandResult:
    """Run a program to its end.

    Args:
        conversation: with the sandbox's agent.
        request: the program as the agent wants to have it.
        feed: its standard input.
        timeout: seconds.
        output_limit: bytes of output that are kept.

    Raises:
        IsolationProblem: if the sandbox is gone.
    """
    began = time.monotonic()
    given, feeding = os.pipe2(os.O_CLOEXEC)
    output, put_out = os.pipe2(os.O_CLOEXEC)
    errors, put_errors = os.pipe2(os.O_CLOEXEC)
    try:
        program = conversation.start(request, (given, put_out, put_errors))
    except BaseException:
        for descriptor in (feeding, output, errors):
            os.close(descriptor)
        raise
    finally:
        for descriptor in (given, put_out, put_errors):
            os.close(descriptor)
    exchange = _Exchange(feeding, output, errors, feed, output_limit)
    try:
        in_time = exchange.until_end(program, began + timeout)
        if not in_time:
            conversation.signal(program, KILL, session=True)
            exchange.until_end(program, time.monotonic() + _LOST)
    finally:
        exchange.close()
        program.release()
    if program.gone:
        raise conversation.absence()
    words = program.refused or last_lines(bytes(exchange.errors))
    return CommandResult(
        tuple(request["arguments"]),
        program.exit_code if in_time else None,
        bytes(exchange.output),
        words,
        time.monotonic() - began,
    )


def last_lines(text: bytes) -> str:
    """Give the last lines of what a program wrote."""
    lines = text.splitlines()[-LAST_LINES:]
    return b"\n".join(line[:LINE_LIMIT] for line in lines).decode("utf-8", "replace")


@dataclass
class _Taken:
    """What came out of one pipe."""

    kept: bytearray
    limit: int
    from_end: bool


class _Exchange:
    """The three pipes of a program."""

    def __init__(
        self, feeding: int, output: int, errors: int, feed: bytes, output_limit: int
    ) -> None:
        self.output = bytearray()
        self.errors = bytearray()
        self._feeding: int | None = feeding
        self._feed = memoryview(feed)
        self._taken = {
            output: _Taken(self.output, output_limit, from_end=False),
            errors: _Taken(self.errors, LAST_LINES * LINE_LIMIT, from_end=True),
        }
        os.set_blocking(feeding, False)
        if not feed:
            self._close_feed()

    def until_end(self, program: Program, deadline: float) -> bool:
        """Exchange until the program has ended; give whether it did in time."""
        over = False
        while self._taken or not over:
            left = deadline - time.monotonic()
            events = self._poll(None if over else program.ended, left)
            if not events or (over and left <= 0):
                return over
            for descriptor in events:
                if descriptor == program.ended:
                    over = True
                    deadline = time.monotonic() + AFTER
                    self._close_feed()
                elif descriptor == self._feeding:
                    self._write()
                elif descriptor in self._taken:
                    self._read(descriptor)
        return True

    def _poll(self, ended: int | None, seconds: float) -> list[int]:
        poll = select.poll()
        for descriptor in self._taken:
            poll.register(descriptor, select.POLLIN)
        if ended is not None:
            poll.register(ended, select.POLLIN)
        if self._feeding is not None:
            poll.register(self._feeding, select.POLLOUT)
        return [descriptor for descriptor, _ in poll.poll(max(0.0, seconds) * 1000)]

    def _write(self) -> None:
        assert self._feeding is not None
        try:
            count = os.write(self._feeding, self._feed[:CHUNK])
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._close_feed()  # it does not want more; its exit code says whether that is well
            return
        self._feed = self._feed[count:]
        if not self._feed:
            self._close_feed()

    def _read(self, descriptor: int) -> None:
        taken = self._taken[descriptor]
        part = os.read(descriptor, CHUNK)
        if not part:
            del self._taken[descriptor]
            os.close(descriptor)
        elif taken.from_end:
            taken.kept += part
            del taken.kept[: -taken.limit]
        else:
            taken.kept += part[: taken.limit - len(taken.kept)]

    def _close_feed(self) -> None:
        if self._feeding is not None:
            os.close(self._feeding)
            self._feeding = None

    def close(self) -> None:
        """Close what is open."""
        self._close_feed()
        for descriptor in self._taken:
            with suppress(OSError):
                os.close(descriptor)
        self._taken.clear()

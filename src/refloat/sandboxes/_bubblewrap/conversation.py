"""Refloat's end of the socket to the agent: one thread that holds the sandbox and listens.

The thread starts the agent and lives as long as the sandbox, because the kernel ends a program when
the thread that started it ends (prctl(2), PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import base64
import json
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from refloat.host import process
from refloat.model.errors import Interrupted, IsolationProblem, RefloatError

AGENT = Path(__file__).with_name("agent.py")
TAIL = 16 * 1024  # bytes of a program's last words that are kept
PATIENCE = 10.0  # seconds for the agent to end everything and itself
_BOOT = "import sys; sys.path.insert(0, sys.argv.pop(1)); import agent; agent.main()"


@dataclass
class Program:
    """Something that was put into the sandbox.

    Attributes:
        identity: its number in the conversation.
        output: the pipe that this thread reads its last words from; None if somebody else does.
        words: those words.
        settled: set when it was started or refused.
        done: set when it ended.
        ended: an eventfd, readable from its end on, for whoever polls.
        refused: why it could not be started; empty if it could.
        exit_code: after its end; None before, and when the sandbox went first.
        gone: whether the sandbox went first.
    """

    identity: int
    output: int | None = None
    words: bytearray = field(default_factory=bytearray)
    settled: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    ended: int = -1
    refused: str = ""
    exit_code: int | None = None
    gone: bool = False

    @property
    def over(self) -> bool:
        """Whether it ended."""
        return self.done.is_set()

    def finish(self, exit_code: int | None, *, gone: bool = False) -> None:
        """Note the end and wake whoever waits."""
        self.exit_code, self.gone = exit_code, gone
        self.done.set()
        self.settled.set()
        if self.ended >= 0:
            os.eventfd_write(self.ended, 1)

    def release(self) -> None:
        """Close the eventfd."""
        descriptor, self.ended = self.ended, -1
        os.close(descriptor)


def readable(descriptors: Sequence[int], seconds: float | None) -> list[int]:
    """Wait until one of some descriptors can be read (or is closed at its other end)."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return [d for d, _ in poll.poll(None if seconds is None else max(0.0, seconds) * 1000)]


class Conversation:
    """What is said between Refloat and one agent.

    Args:
        opening: what the agent needs to open the sandbox; see ``agent.Agent.open``.
    """

    def __init__(self, opening: Mapping[str, Any]) -> None:
        self._opening = opening
        self._ours, theirs = socket.socketpair()
        self._theirs: socket.socket | None = theirs
        self._lock = threading.Lock()
        self._programs: dict[int, Program] = {}
        self._count = 0
        self._opened = threading.Event()
        self._trouble: RefloatError | None = None
        self._over = False
        self._thread = threading.Thread(target=self._hold, name="refloat-sandbox", daemon=True)
        self.agent = 0
        self.first = 0
        self.monitor = 0
        self.joined: frozenset[Path] = frozenset()

    def open(self) -> None:
        """Start the agent and wait until the sandbox is up.

        Raises:
            IsolationProblem: if it cannot be had, with bubblewrap's own words.
        """
        self._thread.start()
        self._opened.wait()
        if self._trouble is not None:
            raise self._trouble

    def start(
        self, request: Mapping[str, Any], descriptors: Sequence[int], output: int | None = None
    ) -> Program:
        """Put a program into the sandbox; give it when it runs or was refused.

        Raises:
            IsolationProblem: if the sandbox is gone.
            Interrupted: if that is because Refloat is stopping.
        """
        with self._lock:
            if self._over:
                raise self.absence()
            self._count += 1
            program = Program(self._count, output)
            if output is None:
                program.ended = os.eventfd(0, os.EFD_CLOEXEC)
            self._programs[program.identity] = program
            self._send({**request, "id": program.identity}, descriptors)
        program.settled.wait()
        if program.gone:
            if output is None:
                program.release()
            raise self.absence()
        return program

    def signal(self, program: Program, number: int, *, session: bool) -> None:
        """Signal a program, or all of its session; nothing happens if it ended."""
        with self._lock:
            if not program.over and not self._over:
                self._send({"id": program.identity, "signal": number, "session": session}, ())

    def absence(self) -> RefloatError:
        """Make the error that tells that the sandbox is gone."""
        if process.stopping():
            return Interrupted("the sandbox was taken down because Refloat is stopping")
        return IsolationProblem("the sandbox is gone: its processes were ended from outside")

    def close(self) -> None:
        """End the sandbox and wait until the agent has collected everything. Safe twice."""
        with suppress(OSError):  # the agent may have ended before
            self._ours.shutdown(socket.SHUT_RDWR)
        if self._thread.ident is not None:
            self._thread.join()

    def _send(self, message: Mapping[str, Any], descriptors: Sequence[int]) -> None:
        body = json.dumps(message).encode()
        try:
            socket.send_fds(self._ours, [len(body).to_bytes(8, "big")], descriptors)
            self._ours.sendall(body)
        except OSError:
            return  # the listening thread notices, and tells whoever waits

    def _hold(self) -> None:
        agent: process.Child | None = None
        try:
            agent = self._start_agent()
            self._listen(agent)
        except RefloatError as error:
            self._trouble = error
        finally:
            with self._lock:
                self._over = True
                left = list(self._programs.values())
            for program in left:
                if not program.over:
                    program.finish(None, gone=True)
            if agent is not None:
                agent.stop_after(PATIENCE)
            self._opened.set()
            self._ours.close()

    def _start_agent(self) -> process.Child:
        theirs = self._theirs
        assert theirs is not None
        command = (sys.executable, "-I", "-S", "-c", _BOOT, str(AGENT.parent), str(theirs.fileno()))
        agent = process.start(command, pass_fds=(theirs.fileno(),))
        theirs.close()
        self._theirs = None
        self.agent = agent.pid
        with self._lock:
            self._send(self._opening, ())
        return agent

    def _listen(self, agent: process.Child) -> None:
        opening = self._receive()
        if opening is None or "failed" in opening:
            agent.stop_after(PATIENCE)
            said = agent.last_words().strip()
            why = (opening or {}).get("failed", "its agent ended")
            raise IsolationProblem(
                f"the sandbox could not be opened: {why}{': ' if said else ''}{said}",
                hint="'refloat doctor' says what a sandbox needs on this machine.",
            )
        self.first, self.monitor = opening["open"], opening["monitor"]
        self.joined = frozenset(Path(joined).parent for joined in opening["joined"])
        self._opened.set()
        outputs: dict[int, Program] = {}
        try:
            while self._serve(outputs):
                pass
        finally:
            for descriptor in outputs:
                os.close(descriptor)

    def _serve(self, outputs: dict[int, Program]) -> bool:
        """Take what the agent and the programs say; give whether the agent is still there."""
        for descriptor in readable((self._ours.fileno(), *outputs), None):
            if descriptor in outputs:
                self._read_words(descriptor, outputs)
                continue
            message = self._receive()
            if message is None:
                return False
            self._heard(message, outputs)
        return True

    def _heard(self, message: Mapping[str, Any], outputs: dict[int, Program]) -> None:
        with self._lock:
            program = self._programs[message["id"]]
            if "started" not in message:
                del self._programs[message["id"]]
        if "started" in message:
            if program.output is not None:
                outputs[program.output] = program
            program.settled.set()
        elif "refused" in message:
            program.refused = message["refused"]
            program.finish(127)
        else:
            while program.output in outputs and readable((program.output,), 0):
                self._read_words(program.output, outputs)
            program.finish(message["ended"])

    def _read_words(self, descriptor: int, outputs: dict[int, Program]) -> None:
        part = os.read(descriptor, 1 << 16)
        program = outputs[descriptor]
        if not part:
            del outputs[descriptor]
            os.close(descriptor)
            return
        program.words += part
        del program.words[:-TAIL]

    def _receive(self) -> dict[str, Any] | None:
        head = self._read(8)
        body = self._read(int.from_bytes(head, "big")) if head else None
        return json.loads(body) if body else None

    def _read(self, count: int) -> bytes | None:
        taken = bytearray()
        while len(taken) < count:
            try:
                part = self._ours.recv(count - len(taken))
            except OSError:
                return None
            if not part:
                return None
            taken += part
        return bytes(taken)


def opening(
    bubblewrap: Sequence[str],
    *,
    groups: Sequence[Path],
    limits: Sequence[tuple[int, int]],
    allowed: bytes,
    user_namespace: bool,
) -> dict[str, Any]:
    """Make the first message to an agent; ``agent.Agent.open`` reads it.

    Args:
        bubblewrap: the command, path first, without the options that the agent adds.
        groups: folders of the control groups that everything joins.
        limits: resource limits, number and value.
        allowed: the filter of system calls.
        user_namespace: whether bubblewrap makes one.
    """
    return {
        "bubblewrap": list(bubblewrap),
        "groups": [str(group / "cgroup.procs") for group in groups],
        "limits": [list(limit) for limit in limits],
        "filter": base64.b64encode(allowed).decode("ascii"),
        "user_namespace": user_namespace,
    }


TERMINATE = int(signal.SIGTERM)
KILL = int(signal.SIGKILL)

"""The sandbox's agent: a small program between Refloat and bubblewrap. It is run, never imported.

It stands outside of the sandbox, starts bubblewrap, and puts every further program into the
sandbox's namespaces. It is a program of its own because only a process with a single thread may
join a user namespace (setns(2)), and fork without starting another program first.

A program that is put in has lost everything *before* a byte of the sandbox's files is executed:
capabilities, groups, the account, the ability to gain any of it back, and the system calls that
reach around namespaces. No loader, shell or tool inside ever runs with power.

When Refloat ends, however it ends, the socket to it closes; the agent then ends the sandbox's first
process, which ends every other one, and collects them all. When the agent is killed itself, the
first process reads the end of its input, and bubblewrap's ``--die-with-parent`` does the same.

Messages in both directions are a length in eight bytes and JSON; programs' descriptors come with
the first byte. See ``conversation`` for the other end.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import fcntl
import json
import os
import resource
import select
import signal
import socket
import sys
import types
from typing import Any, NoReturn

PR_SET_PDEATHSIG = 1
PR_CAPBSET_DROP = 24
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
SECCOMP_MODE_FILTER = 2
CAPABILITY_VERSION_3 = 0x20080522
HIGHEST_CAPABILITY = 63
NAMESPACES = ("mnt", "uts", "ipc", "net", "cgroup")
REPORT = 3  # where a child finds the pipe that tells why it could not become its program
SETTING_UP = 60_000  # milliseconds for bubblewrap to set up, generous for a machine under load
DESCRIPTORS = 3
ENDING = (signal.SIGTERM, signal.SIGINT)
USUAL = (*ENDING, signal.SIGPIPE, signal.SIGXFSZ)
APART = 64  # a number that no descriptor in use here reaches

_libc = ctypes.CDLL(None, use_errno=True)


class Ended(Exception):
    """Refloat is gone, or asked for the end."""


def main() -> None:
    """Serve one sandbox until Refloat's end of the socket closes."""
    call("prctl", PR_SET_PDEATHSIG, 0, 0, 0, 0)  # the socket's end tells, and lets us end in order
    for number in ENDING:
        signal.signal(number, end)
    channel = socket.socket(fileno=int(sys.argv[1]))
    channel.set_inheritable(False)
    agent = Agent(channel)
    try:
        agent.open()
        agent.serve()
    except Ended:
        pass
    finally:
        agent.end()


def end(number: int, frame: types.FrameType | None) -> NoReturn:
    """Leave the loop."""
    raise Ended


def call(name: str, *arguments: Any) -> int:
    """Call a function of the C library.

    Raises:
        OSError: with the C library's error.
    """
    widened = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments]
    result: int = getattr(_libc, name)(*widened)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


class Agent:
    """One sandbox: its bubblewrap, its namespaces, and what was put into it."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self.poll = select.poll()
        self.programs: dict[int, tuple[int, int]] = {}  # pidfd: (request, pid)
        self.namespaces: list[int] = []
        self.monitor = 0
        self.first = -1
        self.lifeline = -1
        self.limits: list[tuple[int, int]] = []
        self.filter: bytes = b""

    def open(self) -> None:
        """Read what is asked for, start bubblewrap, open its namespaces, and say so."""
        request, _ = receive(self.channel)
        try:
            joined = self._join_groups(request["groups"])
            self.limits = [(int(name), value) for name, value in request["limits"]]
            self.filter = base64.b64decode(request["filter"])
            child = self._start_bubblewrap(request["bubblewrap"])
            self._enter(child, user_namespace=request["user_namespace"])
        except OSError as error:
            send(self.channel, {"failed": f"{error.strerror or error}"})
            raise Ended from error
        send(self.channel, {"open": child, "monitor": self.monitor, "joined": joined})

    def _join_groups(self, groups: list[str]) -> list[str]:
        # Once, here: joining costs a grace period of the kernel, and children inherit it. A group
        # that can be made but not joined (across the border of a namespace, say) is not had.
        joined = []
        for group in groups:
            with contextlib.suppress(OSError), open(group, "wb", buffering=0) as stream:
                stream.write(b"0")
                joined.append(group)
        return joined

    def _start_bubblewrap(self, arguments: list[str]) -> int:
        told, tell = os.pipe()
        heard, echo = os.pipe()
        lifeline, self.lifeline = os.pipe()
        allowed = os.memfd_create("filter")
        os.pwrite(allowed, self.filter, 0)  # who reads it begins at its begin
        filtered = ("--seccomp", str(allowed)) if self.filter else ()
        command = [arguments[0], "--info-fd", str(tell), *filtered, *arguments[1:]]
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # or nobody would know of it
        self.monitor = os.fork()
        if self.monitor == 0:
            become_bubblewrap(command, lifeline, echo, (tell, allowed))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        for descriptor in (tell, lifeline, echo, allowed):
            os.close(descriptor)
        child = read_child(told)
        os.close(told)
        self.first = os.pidfd_open(child)
        # The sandbox's first process echoes: when it does, all walls are up.
        os.write(self.lifeline, b"\n")
        if not readable(heard) or os.read(heard, 1) != b"\n":
            raise OSError(0, "bubblewrap could not set up the sandbox")
        os.close(heard)
        return child

    def _enter(self, child: int, *, user_namespace: bool) -> None:
        theirs = f"/proc/{child}/ns"
        self.namespaces = [
            os.open(f"{theirs}/{name}", os.O_RDONLY)
            for name in NAMESPACES
            if os.readlink(f"/proc/self/ns/{name}") != os.readlink(f"{theirs}/{name}")
        ]
        processes = os.open(f"{theirs}/pid", os.O_RDONLY)
        if user_namespace:
            join(os.open(f"{theirs}/user", os.O_RDONLY))
        join(processes)  # of children from now on; the agent itself stays outside
        os.close(processes)

    def serve(self) -> None:
        """Do what is asked for, and tell how programs end."""
        self.poll.register(self.channel, select.POLLIN)
        self.poll.register(self.first, select.POLLIN)
        while True:
            for descriptor, _ in self.poll.poll():
                if descriptor in self.programs:
                    self._ended(descriptor)
                elif descriptor == self.first:
                    raise Ended
                else:
                    self._asked()

    def _asked(self) -> None:
        request, descriptors = receive(self.channel)
        try:
            if "signal" in request:
                self._signal(request)
            else:
                self._start(request, descriptors)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _start(self, request: dict[str, Any], descriptors: list[int]) -> None:
        heard, report = os.pipe()
        try:
            pid = os.fork()
        except OSError as error:
            os.close(heard)
            os.close(report)
            send(self.channel, {"id": request["id"], "refused": f"{error.strerror}"})
            return
        if pid == 0:
            self._become(request, descriptors, report)
        os.close(report)
        with os.fdopen(heard, "rb") as stream:
            trouble = stream.read().decode("utf-8", "replace")
        if trouble:
            os.waitpid(pid, 0)
            send(self.channel, {"id": request["id"], "refused": trouble})
            return
        descriptor = os.pidfd_open(pid)
        self.programs[descriptor] = (request["id"], pid)
        self.poll.register(descriptor, select.POLLIN)
        send(self.channel, {"id": request["id"], "started": pid})

    def _become(self, request: dict[str, Any], descriptors: list[int], report: int) -> NoReturn:
        try:
            for number in USUAL:
                signal.signal(number, signal.SIG_DFL)
            os.setsid()
            os.umask(0o022)
            for namespace in self.namespaces:
                join(namespace)
            report = arrange(descriptors, report)
            drop(request["user"], request["group"], self.limits, self.filter)
            os.chdir(request["folder"])
            command = request["arguments"]
            os.execvpe(command[0], command, request["environment"])  # noqa: S606 (it is its task)
        except ValueError as error:
            os.write(report, str(error).encode())
        except OSError as error:
            name = error.filename or request["arguments"][0]
            os.write(report, f"{name}: {error.strerror}".encode())
        finally:
            os._exit(127)

    def _signal(self, request: dict[str, Any]) -> None:
        # Only what was not collected yet is signalled: its number cannot belong to another process.
        for descriptor, (identity, pid) in self.programs.items():
            if identity == request["id"]:
                if request["session"]:
                    os.killpg(pid, request["signal"])
                else:
                    signal.pidfd_send_signal(descriptor, request["signal"])

    def _ended(self, descriptor: int) -> None:
        identity, pid = self.programs.pop(descriptor)
        self.poll.unregister(descriptor)
        os.close(descriptor)
        _, status = os.waitpid(pid, 0)
        send(self.channel, {"id": identity, "ended": os.waitstatus_to_exitcode(status)})

    def end(self) -> None:
        """End the first process, and with it all; collect what we are the parent of."""
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)
        if self.first >= 0:
            with contextlib.suppress(ProcessLookupError):  # it may have ended by itself
                signal.pidfd_send_signal(self.first, signal.SIGKILL)
        elif self.monitor:
            # Ended now, it would leave behind what it has made, which waits for it for ever.
            os.close(self.lifeline)
            if not readable(os.pidfd_open(self.monitor)):
                os.kill(self.monitor, signal.SIGKILL)
        while True:
            try:
                os.wait()
            except ChildProcessError:
                return


def become_bubblewrap(
    arguments: list[str], standard_input: int, output: int, kept: tuple[int, ...]
) -> NoReturn:
    """In a child: become bubblewrap, with the lifeline as its input."""
    try:
        os.setsid()
        for number in USUAL:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        os.dup2(standard_input, 0)
        os.dup2(output, 1)
        for descriptor in kept:
            os.set_inheritable(descriptor, True)
        os.execve(arguments[0], arguments, {"PATH": "/usr/bin:/bin"})  # noqa: S606 (its task)
    except OSError as error:
        os.write(2, f"{arguments[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(127)


def read_child(told: int) -> int:
    """Read from bubblewrap's ``--info-fd`` which process it made.

    Raises:
        OSError: if it ended without saying so.
    """
    with os.fdopen(told, "rb", closefd=False) as stream:  # who finds it closed dies of that
        text = stream.read() if readable(told) else b""
    if not text:
        raise OSError(0, "bubblewrap could not make the namespaces")
    return int(json.loads(text)["child-pid"])


def readable(descriptor: int) -> bool:
    """Wait until something can be read, or the time for setting up is over."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(SETTING_UP))


def arrange(descriptors: list[int], report: int) -> int:
    """Put the program's descriptors in their places, close others; give the report's place."""
    if len(descriptors) < DESCRIPTORS:  # no input, and one for output and errors
        descriptors = [os.open("/dev/null", os.O_RDONLY), descriptors[0], descriptors[0]]
    apart = [fcntl.fcntl(d, fcntl.F_DUPFD_CLOEXEC, APART) for d in (*descriptors, report)]
    for place, descriptor in enumerate(apart[:DESCRIPTORS]):
        os.dup2(descriptor, place)
    os.dup2(apart[DESCRIPTORS], REPORT, inheritable=False)
    os.closerange(REPORT + 1, 1 << 20)
    return REPORT


def join(descriptor: int) -> None:
    """Join a namespace."""
    call("setns", descriptor, 0)


class CapabilityHeader(ctypes.Structure):
    """``cap_user_header_t`` of capset(2)."""

    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def drop(user: int, group: int, limits: list[tuple[int, int]], allowed: bytes) -> None:
    """Become an account without any capability, for good."""
    for name, value in limits:
        resource.setrlimit(name, (value, value))
    for capability in range(HIGHEST_CAPABILITY + 1):
        if _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break  # the kernel knows no higher one
    call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    if os.getuid() != user or os.getgid() != group:
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
    none = (ctypes.c_uint32 * 6)()
    call("capset", ctypes.byref(CapabilityHeader(CAPABILITY_VERSION_3, 0)), ctypes.byref(none))
    call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if allowed:
        install(allowed)


class Filter(ctypes.Structure):
    """``struct sock_fprog`` of seccomp(2)."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def install(allowed: bytes) -> None:
    """Install a filter of system calls, for good."""
    program = Filter(len(allowed) // 8, allowed)
    call("prctl", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)


def send(channel: socket.socket, message: dict[str, Any]) -> None:
    """Send one message; a reader that is gone is noticed at the next receiving."""
    body = json.dumps(message).encode()
    try:
        channel.sendall(len(body).to_bytes(8, "big") + body)
    except BrokenPipeError:
        return


def receive(channel: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Receive one message with the descriptors that came with it.

    Raises:
        Ended: if the other end is closed.
    """
    head, descriptors, _, _ = socket.recv_fds(
        channel, 8, DESCRIPTORS, socket.MSG_CMSG_CLOEXEC | socket.MSG_WAITALL
    )
    if len(head) < 8:
        raise Ended
    body = bytearray()
    wanted = int.from_bytes(head, "big")
    while len(body) < wanted:
        part = channel.recv(min(wanted - len(body), 1 << 20))
        if not part:
            raise Ended
        body += part
    return json.loads(body), list(descriptors)


if __name__ == "__main__":
    main()

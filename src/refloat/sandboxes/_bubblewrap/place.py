"""A sandbox that is up: puts, runs, starts, asks, and takes itself down."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from refloat.host import files
from refloat.model.errors import IsolationProblem
from refloat.model.place import CommandResult, PlaceFacts, Running, Teardown
from refloat.model.points import Measure
from refloat.sandboxes._bubblewrap import asking, exchange, remains, tree
from refloat.sandboxes._bubblewrap.conversation import KILL, TERMINATE, Conversation, Program

STAGING = "staging"
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_KILLED = 10.0  # seconds for a killed program to be collected


@dataclass(frozen=True)
class Interior:
    """What a sandbox was opened with.

    Attributes:
        folder: its folder on the host.
        accounts: who is known inside, by name.
        keeps_owners: whether owners are real inside (Refloat is root).
        facts: what it is.
        wall: called before anything is run inside; raises IsolationProblem when it must not.
    """

    folder: Path
    accounts: Mapping[str, tree.Account]
    keeps_owners: bool
    facts: PlaceFacts
    wall: Callable[[], None]


class BubblewrapPlace:
    """An open sandbox; see ``refloat.sandboxes.OpenSandbox``."""

    def __init__(self, interior: Interior, conversation: Conversation) -> None:
        self._interior = interior
        self._conversation = conversation
        self._root = interior.folder / remains.ROOT
        self._staging = interior.folder / STAGING
        self._closing = threading.Lock()
        self._torn: Teardown | None = None

    def facts(self) -> PlaceFacts:
        """Say what it is, for the evidence."""
        return self._interior.facts

    def staging(self, name: str) -> Path:
        """Give a private folder of the host on the tree's file system.

        Raises:
            IsolationProblem: if the name is no plain name.
        """
        if not name or "/" in name or "\0" in name or name in (".", ".."):
            raise IsolationProblem(f"{name!r} is no name for a staging folder")
        return files.private_folder(self._staging / name)

    def adopt(self, staged: Path, original: str, *, user: str) -> tuple[str, ...]:
        """Move a restored file or folder to its original path.

        Raises:
            IsolationProblem: if it may not be there, or something is.
        """
        self._account(user)
        tree.adopt(self._staging, staged, self._root, original)
        if self._interior.keeps_owners:
            return ()
        count = tree.count(self._root, original)
        name = self._account(user).name
        return (
            f"Refloat is not root and could set no owners: all {count} files and folders"
            f" of {original} belong to {name}, whoever owned them.",
        )

    def make_folder(self, path: str, *, user: str, mode: int = 0o700) -> None:
        """Make a folder with its missing parents.

        Raises:
            IsolationProblem: if it may not be there.
        """
        tree.make_folder(self._root, path, self._owner(user), mode)

    def write(self, path: str, content: bytes, *, user: str, mode: int = 0o600) -> None:
        """Write a file.

        Raises:
            IsolationProblem: if it may not be there.
        """
        tree.write(self._root, path, content, self._owner(user), mode)

    def run(
        self,
        arguments: tuple[str, ...],
        *,
        user: str,
        timeout: float,
        environment: Mapping[str, str] | None = None,
        standard_input: bytes = b"",
        folder: str = "/",
        output_limit: int = 16 * 1024 * 1024,
    ) -> CommandResult:
        """Run a program to its end.

        Raises:
            IsolationProblem: if the sandbox is gone, or knows no such account.
        """
        self._interior.wall()
        return exchange.run(
            self._conversation,
            self._request(arguments, user, environment, folder),
            feed=standard_input,
            timeout=timeout,
            output_limit=output_limit,
        )

    def start(
        self,
        name: str,
        arguments: tuple[str, ...],
        *,
        user: str,
        environment: Mapping[str, str] | None = None,
        folder: str = "/",
    ) -> Running:
        """Start a program that goes on. One that cannot be started is there, dead, and says why.

        Raises:
            IsolationProblem: if the sandbox is gone, or knows no such account.
        """
        self._interior.wall()
        request = self._request(arguments, user, environment, folder)
        output, put_out = os.pipe2(os.O_CLOEXEC)
        try:
            program = self._conversation.start(request, (put_out,), output)
        except BaseException:
            os.close(output)
            raise
        finally:
            os.close(put_out)
        if program.refused:
            os.close(output)
        return Component(name, self._conversation, program)

    def ask(
        self,
        function: Callable[[dict[str, Measure]], dict[str, Measure]],
        arguments: Mapping[str, Measure],
        *,
        user: str,
        timeout: float,
    ) -> dict[str, Measure]:
        """Run a Python function inside and give back what it returns.

        Raises:
            ToolFailed: if it raised.
            ToolTimeout: if it did not return in time.
            ToolMissing: if there is no Python in /usr.
            IsolationProblem: if the sandbox is gone.
        """
        text = asking.program(function, arguments)
        result = self.run(asking.ARGUMENTS, user=user, timeout=timeout, standard_input=text)
        return asking.answer(function.__name__, result, timeout)

    def close(self, *, keep: bool = False) -> Teardown:
        """End everything, remove it, verify. Safe twice; from any thread."""
        with self._closing:
            if self._torn is None:
                began = time.monotonic()
                self._conversation.close()
                self._torn = remains.clear(self._interior.folder, keep=keep, began=began)
            return self._torn

    def _account(self, user: str) -> tree.Account:
        try:
            return self._interior.accounts[user or "nobody"]
        except KeyError:
            raise IsolationProblem(
                f"the sandbox knows no account {user!r}",
                hint="Only the users that the plan names for components exist inside.",
            ) from None

    def _owner(self, user: str) -> tuple[int, int] | None:
        account = self._account(user)
        return (account.user, account.group) if self._interior.keeps_owners else None

    def _request(
        self,
        arguments: tuple[str, ...],
        user: str,
        environment: Mapping[str, str] | None,
        folder: str,
    ) -> dict[str, Any]:
        account = self._account(user)
        base = {
            "PATH": SEARCH_PATH,
            "HOME": account.home,
            "USER": account.name,
            "LOGNAME": account.name,
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        }
        return {
            "arguments": list(arguments),
            "user": account.user,
            "group": account.group,
            "environment": {**base, **(environment or {})},
            "folder": folder,
        }


class Component:
    """A program that goes on inside."""

    def __init__(self, name: str, conversation: Conversation, program: Program) -> None:
        self.name = name
        self._conversation = conversation
        self._program = program

    def alive(self) -> bool:
        """Whether it still runs."""
        return not self._program.over

    def last_words(self) -> str:
        """The last lines that it wrote to standard output and standard error."""
        return self._program.refused or exchange.last_lines(bytes(self._program.words))

    def stop(self, timeout: float) -> None:
        """SIGTERM to the program itself, which ends its own children; then SIGKILL to all of them.

        A server such as PostgreSQL takes a signal to each of its processes for a crash.
        """
        self._conversation.signal(self._program, TERMINATE, session=False)
        if not self._program.done.wait(timeout):
            self._conversation.signal(self._program, KILL, session=True)
            self._program.done.wait(_KILLED)

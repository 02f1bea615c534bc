"""Sandboxes: one file, one kind of place to restore to. This file is the contract.

A module here whose name has no leading underscore is a sandbox; it ends with
``ADAPTER = YourKind()``.

What an implementer owes:

* Nothing inside can reach production: not the host's loopback, not another sandbox, not the
  network, no socket, directory or abstract name of the host, none of its processes, no repository,
  no secret of the plan. Loopback inside works.
* Everything inside runs without any capability, as an unprivileged user, also when Refloat is root.
* If Refloat dies, also by SIGKILL, every process inside dies with it.
* What a crash leaves is found by ``sweep`` from the folder alone, without any memory.
* What limits or owners were not to be had is said in ``facts``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from refloat.model.options import Option, Options, Probe
from refloat.model.place import Place, PlaceFacts, Teardown


@dataclass(frozen=True)
class SandboxRequest:
    """What is asked for.

    Attributes:
        run: the run's identity; two sandboxes of different runs never touch each other.
        folder: a private folder of the host for all that the sandbox keeps; made if it is missing,
            taken over as it is if it is there (resume).
        users: names of the accounts that components run as.
        software: host paths outside of /usr to show inside, read-only, at the same path.
        options: the sandbox's options from the plan.
    """

    run: str
    folder: Path
    users: tuple[str, ...] = ()
    software: tuple[Path, ...] = ()
    options: Options = field(default_factory=dict)


class OpenSandbox(Place, Protocol):
    """A sandbox that is up."""

    def facts(self) -> PlaceFacts:
        """Say what it is, for the evidence."""

    def close(self, *, keep: bool = False) -> Teardown:
        """End every process, remove everything (but the folder with ``keep``), verify, and say so.

        Never raises for what it finds; safe to call twice and from another thread than ``open``'s.
        """


class Sandbox(Protocol):
    """A kind of place.

    Attributes:
        name: as the plan spells it; the module's name.
        summary: one sentence.
        options: what the plan may say of it (memory, processes, …).
    """

    name: str
    summary: str
    options: tuple[Option, ...]

    def probe(self) -> Probe:
        """Open and close a real sandbox to see whether it works here, and with which limits."""

    def open(self, request: SandboxRequest) -> OpenSandbox:
        """Open a sandbox. Call it from a thread that lives as long as the sandbox.

        Raises:
            IsolationProblem: if one of the walls cannot be had.
        """

    def sweep(self, folder: Path, *, remove_data: bool) -> Teardown:
        """After a crash: end what still runs from ``folder``, unmount, and remove; verify.

        Args:
            folder: as it was in the request.
            remove_data: False keeps restored data, so that a run can be resumed.
        """

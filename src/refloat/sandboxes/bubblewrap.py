"""Sandboxes from Linux namespaces, by bubblewrap: no daemon, no image, no network."""

from __future__ import annotations

import os
import platform
import pwd
import re
import resource
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from refloat.host import faults, files, process
from refloat.model.errors import IsolationProblem, RefloatError, StateProblem
from refloat.model.options import Option, Probe
from refloat.model.place import PlaceFacts, Teardown
from refloat.sandboxes import SandboxRequest
from refloat.sandboxes._bubblewrap import command, groups, remains, seccomp, settings, tree
from refloat.sandboxes._bubblewrap.conversation import Conversation, opening
from refloat.sandboxes._bubblewrap.place import STAGING, BubblewrapPlace, Interior
from refloat.sandboxes._bubblewrap.sockets import Wall

INSTALL = f"{command.INSTALL} util-linux coreutils python3-minimal"
ALLOW = "sysctl user.max_user_namespaces=15000, as root; or run refloat as root"


class Bubblewrap:
    """A kind of place: namespaces of the machine itself."""

    name = "bubblewrap"
    summary = "Linux namespaces on this machine, by bubblewrap; nothing inside has any capability."
    options: tuple[Option, ...] = settings.OPTIONS

    def probe(self) -> Probe:
        """Open and close a real sandbox."""
        try:
            version = _version()
            with tempfile.TemporaryDirectory(prefix="refloat-probe-") as folder:
                request = SandboxRequest(f"probe-{os.getpid()}", Path(folder, "sandbox"))
                place = self.open(request)
                result = place.run(("/usr/bin/true",), user="", timeout=30)
                facts = place.facts()
                torn = place.close()
        except RefloatError as error:
            return Probe(False, missing=error.message, install=_cure(error))
        if not result.succeeded or not torn.clean:
            return Probe(False, version, f"a sandbox opens, but: {result} {torn}", INSTALL)
        return Probe(True, version, limits=facts.not_had)

    def open(self, request: SandboxRequest) -> BubblewrapPlace:
        """Open a sandbox.

        Raises:
            IsolationProblem: if one of the walls cannot be had.
            ToolMissing: if bubblewrap is not installed.
            StateProblem: if its folder cannot be written.
        """
        limits = settings.limits(request.options)
        accounts = _accounts(request.users)
        folder = files.private_folder(request.folder)
        folder.chmod(0o700)
        command.refuse_software(request.software, folder)
        wall = Wall(request.software)
        remains.refuse_used(folder)
        left = remains.sweep(folder, remove_data=False)
        if not left.clean:
            raise IsolationProblem(f"an earlier sandbox in {folder} is not gone: {left}")
        name = command.host_name(request.run)
        try:
            files.private_folder(folder / STAGING)
            tree.prepare(folder / remains.ROOT, accounts, name, request.software)
            return self._up(request, folder, accounts, limits, wall)
        except OSError as error:
            raise StateProblem(
                f"the sandbox's folder {folder} cannot be written: {error.strerror}",
                hint="Free some space, or keep Refloat's state on a larger disk.",
            ) from error

    def _up(
        self,
        request: SandboxRequest,
        folder: Path,
        accounts: tuple[tree.Account, ...],
        limits: groups.Limits,
        wall: Wall,
    ) -> BubblewrapPlace:
        planned = _planned_groups(request.run, limits)
        _record(folder, (), planned)
        faults.point("sandbox.recorded")
        made = groups.make(planned)
        faults.point("sandbox.groups-made")
        allowed = seccomp.build(platform.machine())
        descriptors = settings.descriptors()
        conversation = Conversation(
            opening(
                command.bubblewrap(request, folder / remains.ROOT),
                groups=[group.folder for group in made],
                limits=((resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, descriptors)),
                allowed=allowed,
                user_namespace=not _is_root(),
            )
        )
        try:
            conversation.open()
        except RefloatError:
            conversation.close()
            remains.sweep(folder, remove_data=False)
            raise
        faults.point("sandbox.up")
        pids = (conversation.first, conversation.agent, conversation.monitor)
        _record(folder, pids, made)
        joined = tuple(group for group in made if group.folder in conversation.joined)
        facts = _facts(self.name, joined, limits, filtered=bool(allowed), descriptors=descriptors)
        names = {account.name: account for account in accounts}
        return BubblewrapPlace(Interior(folder, names, _is_root(), facts, wall.hold), conversation)

    def sweep(self, folder: Path, *, remove_data: bool) -> Teardown:
        """After a crash: end, remove, verify."""
        return remains.sweep(folder, remove_data=remove_data)


def _cure(error: RefloatError) -> str:
    """Say what helps where no sandbox opens: a program, or leave to make namespaces."""
    refused = isinstance(error, IsolationProblem) and not _is_root()
    return ALLOW if refused else INSTALL


def _is_root() -> bool:
    return os.geteuid() == 0


@cache
def _version() -> str:
    return (
        process.run(("bwrap", "--version"), timeout=30, install=command.INSTALL)
        .output.decode()
        .strip()
    )


def _accounts(users: tuple[str, ...]) -> tuple[tree.Account, ...]:
    """Give the accounts that exist inside: root and nobody, and those that components run as.

    Raises:
        IsolationProblem: if one does not exist on the host, or is root.
    """
    found: dict[str, tree.Account] = {}
    for name in (*users, "nobody"):
        if not name:
            continue
        if not _is_root():
            found[name] = tree.Account(name, os.getuid(), os.getgid(), name, "/")
            continue
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            raise IsolationProblem(
                f"the account {name!r} does not exist on this machine",
                hint=f"Make it, or install the software that does: adduser --system {name}",
            ) from None
        if entry.pw_uid == 0:
            raise IsolationProblem(
                f"nothing runs as {name!r} in a sandbox: that account is all-powerful",
                hint="Give the component's own account under 'user'.",
            )
        group = command.group_name(entry.pw_gid)
        found[name] = tree.Account(name, entry.pw_uid, entry.pw_gid, group, entry.pw_dir)
    return tuple(found.values())


def _planned_groups(run: str, limits: groups.Limits) -> tuple[groups.Group, ...]:
    name = "refloat-" + re.sub(r"[^A-Za-z0-9_-]", "-", run)
    own = Path("/proc/self")
    return groups.plan(
        name,
        limits,
        (own / "cgroup").read_text(encoding="utf-8"),
        (own / "mountinfo").read_text(encoding="utf-8"),
    )


def _record(
    folder: Path,
    pids: tuple[int, ...],
    limited: tuple[groups.Group, ...],
) -> None:
    owner = remains.known(os.getpid())
    assert owner is not None
    parts = tuple(filter(None, (remains.known(pid) for pid in pids)))
    paths = tuple(str(group.folder) for group in limited)
    remains.save(folder, remains.Record(remains.boot(), owner, parts, paths))


def _facts(
    name: str,
    made: tuple[groups.Group, ...],
    limits: groups.Limits,
    *,
    filtered: bool,
    descriptors: int,
) -> PlaceFacts:
    namespaces: tuple[str, ...] = ("mount", "pid", "ipc", "uts", "network", "cgroup")
    have = {controller for group in made for controller in group.controllers}
    in_force: Mapping[str, str] = settings.in_force(limits, have, descriptors)
    not_had = settings.not_had(limits, have)
    if not filtered:
        not_had += (
            f"System calls are not filtered: their numbers on {platform.machine()} are not known.",
        )
    if not _is_root():
        namespaces += ("user",)
        not_had += (
            "Refloat is not root: everything inside runs as one account and owns all files.",
        )
    version = f"{_version()}, Linux {platform.release()}"
    return PlaceFacts(name, version, namespaces, in_force, not_had)


ADAPTER = Bubblewrap()

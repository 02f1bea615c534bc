"""The bubblewrap command of one sandbox."""

from __future__ import annotations

import grp
import hashlib
import os
import re
from pathlib import Path

from refloat.host import process
from refloat.model.errors import IsolationProblem
from refloat.sandboxes import SandboxRequest
from refloat.sandboxes._bubblewrap.tree import ALTERNATIVES, HOST_LINKS

INSTALL = "apt-get install bubblewrap"
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
LINKS = (
    ("/proc/self/fd", "/dev/fd"),
    ("/proc/self/fd/0", "/dev/stdin"),
    ("/proc/self/fd/1", "/dev/stdout"),
    ("/proc/self/fd/2", "/dev/stderr"),
)
HIDDEN = ("/proc/keys", "/proc/key-users", "/proc/timer_list", "/proc/kallsyms", "/proc/kcore")
"""What tells of the host although the processes of /proc are the sandbox's own."""

HOLDER = 65_533
"""The account of the first process inside: a number that nothing else runs as."""

NEVER_SHOWN = (
    *("/proc", "/sys", "/dev", "/run", "/etc", "/root", "/home"),
    *("/tmp", "/var"),  # noqa: S108 (nothing is written there)
)
HOST_NAME_LENGTH = 63  # sethostname(2) takes 64 bytes, DNS one less


def bubblewrap(request: SandboxRequest, root: Path) -> tuple[str, ...]:
    """Make the command, without the descriptors that the agent adds.

    As root no user namespace is made: owners stay real. Single device nodes are bound instead of
    ``--dev``, for which bubblewrap would make a second user namespace that nobody can join.

    Args:
        request: what is asked for.
        root: the root tree.

    Raises:
        ToolMissing: if bubblewrap or what the first process needs is not installed.
    """
    as_root = os.geteuid() == 0
    found = [
        process.find("bwrap", install=INSTALL),
        "--die-with-parent",
        "--new-session",
        "--clearenv",
    ]
    found += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    found += ["--unshare-cgroup-try", "--hostname", host_name(request.run)]
    found += ["--bind", str(root), "/", "--ro-bind", "/usr", "/usr", "--proc", "/proc"]
    for hidden in filter(os.path.exists, HIDDEN):
        found += ["--ro-bind", "/dev/null", hidden]
    for folder in unmerged():
        found += ["--ro-bind", folder, folder]
    if ALTERNATIVES.is_dir():
        found += ["--ro-bind", str(ALTERNATIVES), str(ALTERNATIVES)]
    found += ["--tmpfs", "/dev"]
    for device in DEVICES:
        found += ["--dev-bind-try", f"/dev/{device}", f"/dev/{device}"]
    for target, link in LINKS:
        found += ["--symlink", target, link]
    found += ["--perms", "1777", "--tmpfs", "/dev/shm"]  # noqa: S108 (of the sandbox)
    found += ["--remount-ro", "/dev"]
    for path in request.software:
        found += ["--ro-bind", str(path), str(path)]
    found += ["--as-pid-1", "--cap-drop", "ALL"]
    if as_root:
        for capability in ("SETUID", "SETGID", "SETPCAP"):
            found += ["--cap-add", f"CAP_{capability}"]
        return (*found, "--", *_drop(), *_holder())
    return (*found, "--unshare-user", "--", *_holder())


def unmerged() -> tuple[str, ...]:
    """Give the folders of programs that lie beside /usr on machines that did not merge them."""
    paths = (Path("/", name) for name in HOST_LINKS)
    return tuple(str(path) for path in paths if path.is_dir() and not path.is_symlink())


def _drop() -> tuple[str, ...]:
    return (
        process.find("setpriv", install="apt-get install util-linux"),
        f"--reuid={HOLDER}",
        f"--regid={HOLDER}",
        "--clear-groups",
        "--bounding-set=-all",
        "--inh-caps=-all",
        "--ambient-caps=-all",
        "--no-new-privs",
        "--pdeathsig=KILL",
        "--",
    )


def _holder() -> tuple[str, ...]:
    # With SIGCHLD ignored the kernel collects orphans; at the end of its input cat ends, and with
    # it, the first process, every other one.
    return (process.find("env"), "--ignore-signal=CHLD", process.find("cat"))


def host_name(run: str) -> str:
    """Give the name of the machine that the sandbox believes to be."""
    plain = re.sub(r"[^A-Za-z0-9-]+", "-", f"refloat-{run}").strip("-")
    if len(plain) <= HOST_NAME_LENGTH:
        return plain
    digest = hashlib.sha256(run.encode()).hexdigest()[:8]
    return f"{plain[: HOST_NAME_LENGTH - 9]}-{digest}"


def group_name(number: int) -> str:
    """Name a group of the host."""
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return f"group-{number}"


def refuse_software(software: tuple[Path, ...], folder: Path) -> None:
    """See that no software path would show what must stay hidden.

    Raises:
        IsolationProblem: if one would.
    """
    for path in software:
        real = Path(os.path.realpath(path))
        why = ""
        if not path.is_absolute() or real != path:
            why = f"is not the plain absolute path of what it names ({real})"
        elif not path.exists():
            why = "does not exist"
        elif len(path.parts) < 2 or str(path) in NEVER_SHOWN:
            why = "is more than software"
        elif any(path.is_relative_to(hidden) for hidden in NEVER_SHOWN[:4]):
            why = "lies among the machine's own files"
        elif folder.is_relative_to(path) or path.is_relative_to(folder):
            why = f"holds the sandbox's own folder {folder}, or lies in it"
        if why:
            raise IsolationProblem(
                f"the software path {path} cannot be shown in a sandbox: it {why}",
                hint="Name the folder that holds the programs, and nothing else.",
            )

"""Paths of a machine that keep nothing of those who use them: its own files, devices and sockets.

After the Filesystem Hierarchy Standard (https://refspecs.linuxfoundation.org/FHS_3.0/fhs/index.html)
and file-hierarchy(7).
"""

from __future__ import annotations

_FOLDERS = (
    "/bin",
    "/boot",
    "/dev",
    "/etc/pki",
    "/etc/ssl",
    "/lib",
    "/lib32",
    "/lib64",
    "/proc",
    "/run",
    "/sbin",
    "/sys",
    "/tmp/.X11-unix",  # noqa: S108 (a name to compare with, nothing is written there)
    "/usr/bin",
    "/usr/lib",
    "/usr/libexec",
    "/usr/sbin",
    "/usr/share/zoneinfo",
    "/usr/src",
    "/var/run",
)
_ALONE = frozenset(
    (
        "",
        "/usr",
        "/etc/group",
        "/etc/hostname",
        "/etc/hosts",
        "/etc/localtime",
        "/etc/machine-id",
        "/etc/os-release",
        "/etc/passwd",
        "/etc/resolv.conf",
        "/etc/timezone",
    )
)


def is_of_the_machine(path: str) -> bool:
    """Say whether what lies at a path belongs to the machine itself, or is a socket.

    Args:
        path: as it is written; only one from the root can be of the machine.
    """
    plain = path.rstrip("/")
    if path and plain in _ALONE:
        return True
    return plain.endswith(".sock") or any(
        plain == folder or plain.startswith(f"{folder}/") for folder in _FOLDERS
    )

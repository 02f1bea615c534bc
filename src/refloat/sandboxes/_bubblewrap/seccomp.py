"""The filter of system calls: what reaches around namespaces is refused inside a sandbox.

Namespaces do not cover everything that a process may ask the kernel for. An account's keyring is
shared by all processes of its number, inside and outside; a socket of the family VSOCK reaches the
hypervisor whatever the network namespace; io_uring makes such sockets without the call that a
filter sees; a new user namespace gives capabilities over kernel code that is rarely reached
otherwise. None of them is needed by a restored service.

Numbers are those of Linux's ``asm/unistd_64.h`` (x86_64) and ``asm-generic/unistd.h`` (aarch64);
the filter's format is that of ``linux/filter.h`` and seccomp(2).
"""

from __future__ import annotations

import errno
import struct

FORBIDDEN: dict[str, tuple[int, int]] = {
    # keys and messages that no namespace separates
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # new namespaces and mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    # looking into other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    # large pieces of the kernel that services do not need, io_uring among them
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "syslog": (103, 116),
    # what only root may do anyway
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "acct": (163, 89),
    "quotactl": (179, 60),
}
CLONE = (56, 220)
CLONE3 = (435, 435)
SOCKET = (41, 198)
ALLOWED_FAMILIES = (1, 2, 10, 16)  # UNIX, INET, INET6, NETLINK
NEW_NAMESPACE_FLAGS = 0x7E020000
X32_BIT = 0x40000000

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column, AUDIT_ARCH_*
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000


def build(machine: str) -> bytes:
    """Make the filter for one kind of processor.

    Args:
        machine: as ``uname -m`` says it.

    Returns:
        Instructions of eight bytes each; nothing for a processor whose numbers are not known here.
    """
    if machine not in _ARCHITECTURES:
        return b""
    column, architecture = _ARCHITECTURES[machine]
    refuse = _ERROR | errno.EPERM
    parts = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_EQUAL, architecture, 1, 0),
        _instruction(_RETURN, refuse),  # calls of another processor's kind have other numbers
        _instruction(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        parts += [_instruction(_AT_LEAST, X32_BIT, 0, 1), _instruction(_RETURN, refuse)]
    for numbers in FORBIDDEN.values():
        parts += [_instruction(_EQUAL, numbers[column], 0, 1), _instruction(_RETURN, refuse)]
    # clone3 hides its flags from a filter; with ENOSYS the C library falls back to clone.
    parts += [
        _instruction(_EQUAL, CLONE3[column], 0, 1),
        _instruction(_RETURN, _ERROR | errno.ENOSYS),
        _instruction(_EQUAL, CLONE[column], 0, 4),
        _instruction(_LOAD, _FIRST_ARGUMENT),
        _instruction(_ANY_BIT, NEW_NAMESPACE_FLAGS, 0, 1),
        _instruction(_RETURN, refuse),
        _instruction(_RETURN, _ALLOW),
        _instruction(_EQUAL, SOCKET[column], 0, 2 + len(ALLOWED_FAMILIES)),
        _instruction(_LOAD, _FIRST_ARGUMENT),
    ]
    for position, family in enumerate(ALLOWED_FAMILIES):
        parts.append(_instruction(_EQUAL, family, len(ALLOWED_FAMILIES) - position, 0))
    parts += [
        _instruction(_RETURN, _ERROR | errno.EAFNOSUPPORT),
        _instruction(_RETURN, _ALLOW),
    ]
    return b"".join(parts)


def _instruction(code: int, value: int, when_true: int = 0, when_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, when_true, when_false, value)

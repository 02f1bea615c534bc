"""Attempts to leave a sandbox, each a function that stands alone.

The same function runs outside, where it must succeed (the control: it shows that the attempt is a
real one), and inside by ``place.ask``, where it must not. ``outside`` runs one in a process of its
own on the host. An answer's ``reached`` says whether it succeeded, ``why`` what stood in its way.
"""

from __future__ import annotations

import inspect
import json
import sys
import textwrap
from collections.abc import Callable, Mapping

from refloat.host import process
from refloat.model.points import Measure

Answer = dict[str, Measure]
Attempt = Callable[[Answer], Answer]

_PROGRAM = """from __future__ import annotations
import json
{source}
print(json.dumps({name}(json.loads({arguments!r}))))
"""


def outside(attempt: Attempt, arguments: Mapping[str, Measure], *, user: str = "") -> Answer:
    """Run an attempt on the host, in a process of its own; the control of ``place.ask``.

    Args:
        attempt: one of the functions below.
        arguments: what it is given.
        user: an account to run it as, when the tests are root.
    """
    source = textwrap.dedent(inspect.getsource(attempt))
    program = _PROGRAM.format(
        source=source, name=attempt.__name__, arguments=json.dumps(dict(arguments))
    )
    interpreter = "/usr/bin/python3" if user else sys.executable
    ran = process.run(
        (interpreter, "-I", "-S", "-"), timeout=60, standard_input=program.encode(), user=user
    )
    answer: Answer = json.loads(ran.output)
    return answer


def connect(given: Answer) -> Answer:
    """Connect to ``host`` and ``port``, or to the socket ``path`` (abstract with a leading @)."""
    import errno
    import socket

    path = str(given.get("path", ""))
    family = socket.AF_UNIX if path else socket.AF_INET
    target = path.replace("@", "\0", 1) if path else (str(given["host"]), int(str(given["port"])))
    with socket.socket(family) as client:
        client.settimeout(5)
        try:
            client.connect(target)
        except OSError as error:
            return {"reached": False, "why": errno.errorcode.get(error.errno or 0, str(error))}
    return {"reached": True, "why": ""}


def read(given: Answer) -> Answer:
    """Read the file ``path``."""
    try:
        with open(str(given["path"]), "rb") as stream:
            return {"reached": bool(stream.read(1)), "why": ""}
    except OSError as error:
        return {"reached": False, "why": str(error.strerror)}


def write(given: Answer) -> Answer:
    """Write a file in the folder ``path``."""
    import os
    import tempfile

    try:
        handle, name = tempfile.mkstemp(dir=str(given["path"]))
    except OSError as error:
        return {"reached": False, "why": str(error.strerror)}
    os.close(handle)
    os.unlink(name)
    return {"reached": True, "why": ""}


def find_word(given: Answer) -> Answer:
    """Look for ``word`` in the command lines and environments of all processes that are seen."""
    import os

    word = str(given["word"]).encode()
    found = []
    for name in os.listdir("/proc"):
        if not name.isdecimal() or int(name) == os.getpid():
            continue
        for file in ("cmdline", "environ"):
            try:
                with open(f"/proc/{name}/{file}", "rb") as stream:
                    if word in stream.read():
                        found.append(f"{file} of process {name}")
            except OSError:
                continue
    if any(word in f"{key}={value}".encode() for key, value in os.environ.items()):
        found.append("own environment")
    return {"reached": bool(found), "why": ", ".join(found)}


def powers(given: Answer) -> Answer:
    """Tell of every process that is seen: account, groups, capabilities, ability to gain some."""
    import os

    names = ("Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs")
    found = {}
    for name in os.listdir("/proc"):
        if name.isdecimal():
            with open(f"/proc/{name}/status", encoding="utf-8", errors="replace") as stream:
                lines = dict(line.rstrip("\n").split(":\t", 1) for line in stream if ":\t" in line)
            found[name] = {key: lines.get(key, "").strip() for key in names}
    return {"processes": found}


def call(given: Answer) -> Answer:
    """Make the system call ``call``, which reaches around namespaces.

    Only calls that change nothing but this process are among them: root runs them on the host too.
    """
    import ctypes
    import errno
    import os

    libc = ctypes.CDLL(None, use_errno=True)
    intel = os.uname().machine == "x86_64"
    name = given["call"]
    if name == "new user namespace":
        result = libc.unshare(0x10000000)
    elif name == "new process in a user namespace":
        result = libc.syscall(56 if intel else 220, 0x10000000 | 17, 0, 0, 0, 0)
        if result == 0:
            os._exit(0)
    elif name == "trace":
        result = libc.ptrace(0, 0, None, None)
    elif name == "VSOCK socket":
        result = libc.socket(40, 1, 0)
    else:
        raise ValueError(f"no such call: {name}")
    number = ctypes.get_errno()
    return {"reached": result >= 0, "why": "" if result >= 0 else errno.errorcode[number]}


def keep_key(given: Answer) -> Answer:
    """Keep the key ``word`` in the account's keyring, or with ``search`` look for it there."""
    import ctypes
    import errno
    import os

    libc = ctypes.CDLL(None, use_errno=True)
    add, control = (248, 250) if os.uname().machine == "x86_64" else (217, 219)
    word, ring = str(given["word"]).encode(), ctypes.c_long(-4)
    if given.get("search"):
        result = libc.syscall(control, 10, ring, b"user", word, 0)
    else:
        result = libc.syscall(add, b"user", word, word, ctypes.c_size_t(len(word)), ring)
        if result >= 0:
            libc.syscall(control, 15, result, 60)  # it vanishes by itself after a minute
    number = ctypes.get_errno()
    return {"reached": result >= 0, "why": "" if result >= 0 else errno.errorcode[number]}

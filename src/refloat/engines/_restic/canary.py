"""A canary: a snapshot of Refloat's own, which somebody else's credential is let try to delete.

Nothing but the canary is ever named: each command gets its whole id. In a folder of this machine
the snapshot's file is unlinked by the other account, which is all that ``restic forget ID`` does in
the end (restic's "Repository Format", "Snapshots"), and does not need the repository's password.
Elsewhere it is ``restic forget ID`` with the other credential.

Whether it was allowed is seen by looking, with Refloat's own right: not by what a program said.
"""

from __future__ import annotations

import os
import pwd
import re
import secrets
from dataclasses import replace
from pathlib import Path

from refloat.engines import Attempt, RepositoryAccess
from refloat.engines._restic import command, errors
from refloat.engines._restic.command import Location, WriteVerb
from refloat.engines._restic.reader import list_snapshots
from refloat.host import process
from refloat.model.errors import MissingInput, RepositoryProblem, UsageProblem

TAG = "refloat-canary"
_WORDS = b"A canary of Refloat's. It holds nothing, and may be deleted at any time.\n"
_IDENTITY = re.compile(r"[0-9a-f]{64}")
_PLACES = ("location", "url")
_DENIED = ("permission denied", "operation not permitted", "read-only file system")
_REFUSALS = (
    *_DENIED,
    "403 forbidden",
    "(403)",
    "401 unauthorized",
    "(401)",
    "405 method not allowed",
    "(405)",
    "access denied",
    "accessdenied",
)


def attempt(repository: RepositoryAccess, intruder: RepositoryAccess, user: str) -> Attempt:
    """Write a canary, let somebody else try to delete it, and look; see the contract."""
    own, other = Location(repository), Location(_aimed(repository, intruder))
    if _is_folder(other) and not user and intruder != repository:
        raise UsageProblem(
            f"{other.where} is a folder of this machine, where the account decides, and none is"
            " named to try it as",
            hint="Write user: and an account under its canary.",
        )
    tag = f"{TAG}={secrets.token_hex(16)}"
    canary = _plant(own, tag)
    said = _unlink(other, canary, user) if _is_folder(other) else _forget(other, canary, user)
    left = bool(list_snapshots(own, tag).snapshots)
    if not left:
        return Attempt(allowed=True, canary=canary, said=said, left=False)
    refused = any(words in said.lower() for words in _REFUSALS)
    if not repository.append_only:
        command.write(own, WriteVerb.FORGET, (*command.patience(), canary), check=False)
        left = bool(list_snapshots(own, tag).snapshots)
    return Attempt(allowed=False if refused else None, canary=canary, said=said, left=left)


def _plant(own: Location, tag: str) -> str:
    """Write the canary; give its whole id.

    Raises:
        RepositoryProblem: if it is not there afterwards.
    """
    command.write(
        own,
        WriteVerb.BACKUP,
        ("--tag", tag, "--stdin", "--stdin-filename", TAG, *command.patience()),
        standard_input=_WORDS,
    )
    found = list_snapshots(own, tag).snapshots
    if len(found) != 1 or not _IDENTITY.fullmatch(found[0].identity):
        raise RepositoryProblem(f"{own.where}: the canary was written, and is not listed")
    return found[0].identity


def _forget(other: Location, canary: str, user: str) -> str:
    """Let restic try; give its words. It goes on trying for three quarters of a minute."""
    with other.command(WriteVerb.FORGET.value, (canary,)) as given:
        account = _account(user)
        if account is not None:
            for handle in given.inherits:  # the password's pipe, which is opened anew by its name
                os.fchown(handle, account.pw_uid, -1)
        completed = process.run(
            given.arguments,
            timeout=command.QUICK,
            environment=given.environment,
            secrets=given.secrets,
            pass_fds=given.inherits,
            check=False,
            install=command.INSTALL,
            user=user,
        )
    return _shortened(completed.errors) if completed.errors else "it was deleted"


def _unlink(other: Location, canary: str, user: str) -> str:
    """Let the account unlink the canary's file; give what was said."""
    _account(user)
    file = Path(other.place) / "snapshots" / canary
    completed = process.run(
        ("rm", "-f", "--", str(file)), timeout=command.QUICK, user=user, check=False
    )
    return completed.errors.strip() or "it was deleted"


def _account(user: str) -> pwd.struct_passwd | None:
    """Give the account to act as; None for Refloat's own.

    Raises:
        MissingInput: if this machine has no such account.
    """
    if not user or os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(user)
    except KeyError:
        raise MissingInput(f"this machine has no account {user!r}") from None


def _aimed(repository: RepositoryAccess, intruder: RepositoryAccess) -> RepositoryAccess:
    """Leave the one place that somebody else's credential is aimed at: theirs, if they have one."""
    theirs = [
        name
        for name in _PLACES
        if intruder.options.get(name) and intruder.options[name] != repository.options.get(name)
    ]
    if not theirs:
        return intruder
    kept = {
        name: value
        for name, value in intruder.options.items()
        if name not in _PLACES or name in theirs
    }
    return replace(intruder, options=kept)


def _is_folder(location: Location) -> bool:
    return location.place.startswith("/")


def _shortened(words: str) -> str:
    """Leave out the stack trace that restic prints, and what it says again and again."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    telling = [line for line in lines if not errors.is_trace(line) and "retrying after" not in line]
    return "; ".join(dict.fromkeys(telling[-4:])) or lines[-1]

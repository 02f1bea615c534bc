"""A canary: a snapshot of Refloat's own, which somebody else's credential is let try to delete.

Nothing but the canary is ever named: each command gets its whole id. In a folder of this machine
the snapshot's file is unlinked by the other account, which is all that ``restic forget ID`` does in
the end (restic's "Repository Format", "Snapshots"), and does not need the repository's password.
Elsewhere it is ``restic forget ID`` with the other credential.

Whether it was allowed is seen by looking, with Refloat's own right: not by what a program said.
Denied it was only where the store refused to remove that snapshot. Who is turned away earlier, by a
credential that is wrong or may not write restic's lock, has tried nothing, and nothing can be told.
"""

from __future__ import annotations

import os
import pwd
import re
import tempfile
from dataclasses import replace
from pathlib import Path

from refloat.engines import Attempt, CanaryLeft, RepositoryAccess
from refloat.engines._restic import command, errors
from refloat.engines._restic.command import Location, WriteVerb
from refloat.engines._restic.reader import list_snapshots
from refloat.host import faults, process
from refloat.model.errors import MissingInput, RepositoryProblem, UsageProblem

TAG = "refloat-canary"
_WORDS = b"A canary of Refloat's. It holds nothing, and may be deleted at any time.\n"
_IDENTITY = re.compile(r"[0-9a-f]{64}")
_PLACES = ("location", "url")
_REMOVAL = re.compile(r"(?:remove\(<|unable to remove <?)snapshot/")
"""How restic 0.14 to 0.18 speaks of a snapshot that it cannot remove, in small letters."""
_KEPT_LOCK = "Remove(<lock/"
_LOUDEST = 1 << 20
_LONGEST = 3 * command.QUICK
"""Seconds: where not even restic's own lock can be removed, it tries three times for a minute."""
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


def attempt(
    repository: RepositoryAccess, intruder: RepositoryAccess, user: str, mark: str
) -> Attempt:
    """Write a canary, let somebody else try to delete it, and look; see the contract."""
    own, other = Location(repository), Location(_aimed(repository, intruder))
    if _is_folder(other) and not user and intruder != repository:
        raise UsageProblem(
            f"{other.where} is a folder of this machine, where the account decides, and none is"
            " named to try it as",
            hint="Write user: and an account under its canary.",
        )
    tag = f"{TAG}={mark}"
    canary = _plant(own, tag)
    faults.point("canary.written")
    words = _unlink(other, canary, user) if _is_folder(other) else _forget(other, canary, user)
    left = bool(list_snapshots(own, tag).snapshots)
    said = shortened(words) or "it was deleted"
    if not left:
        return Attempt(allowed=True, canary=canary, said=said, left=False)
    refused = is_denial(words, by_restic=not _is_folder(other))
    if _KEPT_LOCK in words:  # of a process that has ended; it would stop the next prune
        command.write(own, WriteVerb.UNLOCK, (), check=False)
    return Attempt(
        allowed=False if refused else None,
        canary=canary,
        said=said,
        left=_remove(repository, canary, tag),
    )


def remove(repository: RepositoryAccess, mark: str) -> CanaryLeft | None:
    """Remove a canary whose writer was killed; see the contract."""
    tag = f"{TAG}={mark}"
    for found in list_snapshots(Location(repository), tag).snapshots:
        return CanaryLeft(found.identity, left=_remove(repository, found.identity, tag))
    return None


def _remove(repository: RepositoryAccess, canary: str, tag: str) -> bool:
    """Remove a canary that is there, where Refloat may; give whether it still is."""
    if repository.append_only:
        return True
    own = Location(repository)
    command.write(own, WriteVerb.FORGET, (*command.patience(), canary), check=False)
    return bool(list_snapshots(own, tag).snapshots)


def is_denial(words: str, *, by_restic: bool) -> bool:
    """Whether words tell that the store refused to remove the canary, and not something before."""
    told = words.lower()
    return any(one in told for one in _REFUSALS) and (not by_restic or bool(_REMOVAL.search(told)))


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
    """Let restic try; give its words. It goes on trying for a minute or so."""
    with other.command(WriteVerb.FORGET.value, (canary,)) as given:
        account = _account(user)
        if account is not None:
            for handle in given.inherits:  # the password's pipe, which is opened anew by its name
                os.fchown(handle, account.pw_uid, -1)
        with tempfile.TemporaryFile() as errors:  # its stack trace would push its words out
            process.start(
                given.arguments,
                environment=given.environment,
                errors=errors,
                pass_fds=given.inherits,
                install=command.INSTALL,
                user=user,
            ).finish(timeout=_LONGEST)
            errors.seek(0)
            words = errors.read(_LOUDEST).decode("utf-8", "replace")
    return process.mask(words, given.secrets)


def _unlink(other: Location, canary: str, user: str) -> str:
    """Let the account unlink the canary's file; give what was said."""
    _account(user)
    file = Path(other.place) / "snapshots" / canary
    completed = process.run(
        ("rm", "-f", "--", str(file)), timeout=command.QUICK, user=user, check=False
    )
    return completed.errors


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


def shortened(words: str) -> str:
    """Leave out the stack trace that restic prints, and what it says again and again."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    telling = [line for line in lines if not errors.is_trace(line) and "retrying after" not in line]
    return "; ".join(dict.fromkeys((telling or lines)[-4:]))

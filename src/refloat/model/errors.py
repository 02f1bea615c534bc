"""Everything that can go wrong, as one tree.

::

    RefloatError
    ├── UsageProblem            64  the command line was not understood
    ├── PlanProblem             65  the plan says something that cannot be meant
    ├── EvidenceProblem         65  bytes that claim to be evidence are not
    ├── ObservationProblem      65  a source of observations cannot be understood
    ├── MissingInput            66  a file, run or name that was asked for is not there
    ├── ToolProblem             69  a program that Refloat drives is missing or failed
    │   ├── ToolMissing             it is not installed
    │   ├── ToolFailed              it ended with an error
    │   └── ToolTimeout             it did not end in time
    ├── SourceProblem           69  data to back up is missing, unreadable or broke while read
    ├── RepositoryProblem       69  a repository is missing, locked, damaged or refuses us
    ├── IsolationProblem        70  a sandbox could not be had, or did not hold
    ├── StateProblem            74  Refloat's own files cannot be read or written
    ├── NoRoom                  74  the disk has no room for what was asked
    ├── NotAllowed              77  this person or this place may not do that
    ├── SecretProblem           78  a secret's reference leads nowhere
    └── Interrupted            130  somebody pressed Ctrl-C

A failed restore or a failed check is never an exception: it is a result (``model.run``).
Exit codes from 64 are those of sysexits.h.
"""

from __future__ import annotations


class RefloatError(Exception):
    """The root: a message for people, a hint of what to do, and whether trying again can help.

    Args:
        message: what happened, to what.
        hint: what to do about it, one sentence; empty where there is nothing to say.
    """

    exit_code = 70
    permanent = True

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def lines(self) -> tuple[str, ...]:
        """The message, as so many lines as it has things to say."""
        return (self.message,)

    @property
    def code(self) -> str:
        """The stable name of this kind of error, as scripts see it in ``--json``."""
        return type(self).__name__


class UsageProblem(RefloatError):
    """The command line was not understood."""

    exit_code = 64


class PlanProblem(RefloatError):
    """The plan says something that cannot be meant; each complaint has its place in the file."""

    exit_code = 65


class EvidenceProblem(RefloatError):
    """Bytes that claim to be evidence are malformed, altered or signed by somebody else."""

    exit_code = 65


class ObservationProblem(RefloatError):
    """A source of observations cannot be understood, or is larger than an observer takes."""

    exit_code = 65


class MissingInput(RefloatError):
    """A file, run, service or entry that was asked for is not there."""

    exit_code = 66


class ToolProblem(RefloatError):
    """A program that Refloat drives did not do what it was asked."""

    exit_code = 69


class ToolMissing(ToolProblem):
    """A program that is needed is not installed; the hint names the command that installs it."""


class ToolFailed(ToolProblem):
    """A program ended with an error; the message carries its last lines, secrets masked."""


class ToolTimeout(ToolProblem):
    """A program did not end within the time it was given, and was stopped."""

    permanent = False


class SourceProblem(RefloatError):
    """Data to back up is missing, unreadable, or broke off while it was read."""

    exit_code = 69


class SourceBusy(SourceProblem):
    """A source cannot answer just now: too many ask it, or it cannot be reached."""

    permanent = False


class RepositoryProblem(RefloatError):
    """A repository is missing, locked, damaged, or refuses the password."""

    exit_code = 69


class IsolationProblem(RefloatError):
    """A sandbox could not be had, or did not hold."""

    exit_code = 70


class StateProblem(RefloatError):
    """Refloat's own files cannot be read or written."""

    exit_code = 74


class NoRoom(RefloatError):
    """The disk has no room for what was asked."""

    exit_code = 74
    permanent = False


class NotAllowed(RefloatError):
    """This person or this place may not do that."""

    exit_code = 77


class SecretProblem(RefloatError):
    """A reference to a secret leads nowhere, or the secret is not readable."""

    exit_code = 78


class Interrupted(RefloatError):
    """Somebody pressed Ctrl-C; what was going on was stopped and recorded."""

    exit_code = 130
    permanent = False

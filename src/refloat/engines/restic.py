"""restic: encrypted, deduplicated repositories on a disk or a server. Version 0.14 and later."""

from __future__ import annotations

from pathlib import Path

from refloat.engines import Attempt, CanaryLeft, Reader, RepositoryAccess, Writer
from refloat.engines._restic import canary, command
from refloat.engines._restic.beside import Rounds
from refloat.engines._restic.encryption import look
from refloat.engines._restic.points import SEAL_TAG
from refloat.engines._restic.reader import ResticReader, list_snapshots
from refloat.engines._restic.writer import ResticWriter
from refloat.model.errors import ToolMissing, ToolProblem
from refloat.model.options import Option, OptionType, Probe
from refloat.model.points import Encryption

OLDEST = (0, 14)


class Restic:
    """The backup tool restic; see ``refloat.engines.Engine``."""

    name = "restic"
    summary = "Encrypted, deduplicated repositories of restic, on a disk or a server."
    options = (
        Option(
            "location",
            OptionType.PATH,
            "The folder of a repository on this machine; made by the first backup.",
            example="backup",
        ),
        Option(
            "url",
            OptionType.TEXT,
            "A repository elsewhere, as restic names it, instead of a location.",
            example="rest:https://backup.example/harbour",
        ),
        Option(
            "password",
            OptionType.SECRET,
            "The repository's password.",
            required=True,
            example="file:secrets/restic-password",
        ),
        Option(
            "environment",
            OptionType.TEXT_MAP,
            "Variables that restic needs to reach the url, such as an account and its key.",
            example="{AWS_ACCESS_KEY_ID: env:BACKUP_KEY_ID}",
        ),
    )

    def __init__(self) -> None:
        self._rounds = Rounds()

    def probe(self) -> Probe:
        """Run restic to see whether it is there and which version."""
        try:
            found = command.version()
        except ToolMissing as error:
            return Probe(False, missing=error.message, install=command.INSTALL)
        except ToolProblem as error:
            return Probe(
                False, missing=f"restic does not answer: {error.message}", install=command.INSTALL
            )
        if found.numbers < OLDEST:
            return Probe(
                False,
                found.text,
                f"{found.text} is too old; 0.14 is the oldest that works",
                command.INSTALL,
            )
        return Probe(True, found.text)

    def reader(self, repository: RepositoryAccess) -> Reader:
        """Open a repository for reading only; see the contract."""
        return ResticReader(repository)

    def writer(self, repository: RepositoryAccess) -> Writer:
        """Open a repository for backups; see the contract."""
        return ResticWriter(repository, self._rounds)

    def encryption(self, repository: RepositoryAccess) -> Encryption:
        """Open the repository with its password, then look at stored bytes; see the contract."""
        list_snapshots(command.Location(repository), SEAL_TAG)
        folder = repository.options.get("location")
        return look(Path(folder) if isinstance(folder, str) else None)

    def attempt_deletion(
        self, repository: RepositoryAccess, intruder: RepositoryAccess, *, user: str, mark: str
    ) -> Attempt:
        """Let somebody else's credential try to delete a snapshot of our own; see the contract."""
        return canary.attempt(repository, intruder, user, mark)

    def remove_canary(self, repository: RepositoryAccess, mark: str) -> CanaryLeft | None:
        """Remove the snapshot of a try that was killed; see the contract."""
        return canary.remove(repository, mark)


ADAPTER = Restic()

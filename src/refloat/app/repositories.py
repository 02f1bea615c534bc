"""What a repository is like, looked at when a batch of backups has ended (R-016)."""

from __future__ import annotations

from collections.abc import Iterable

from refloat.app import wiring
from refloat.app.resolve import references
from refloat.app.workspace import Workspace
from refloat.engines import Encrypts
from refloat.model.errors import RefloatError
from refloat.model.plan import Repository
from refloat.model.points import Encrypted, Encryption, RepositorySeen


def look(workspace: Workspace, keys: Iterable[str]) -> tuple[RepositorySeen, ...]:
    """See of each repository whether its copies are encrypted, and where its key is."""
    repositories = workspace.plan.repositories
    return tuple(_look(workspace, repositories[key]) for key in sorted(set(keys)))


def _look(workspace: Workspace, repository: Repository) -> RepositorySeen:
    return RepositorySeen(
        key=repository.key,
        engine=repository.engine,
        encryption=_encryption(workspace, repository),
        key_reference=", ".join(map(str, references(repository.options))),
        key_kept=repository.key_kept,
    )


def _encryption(workspace: Workspace, repository: Repository) -> Encryption:
    engine = wiring.engine_of(repository)
    if not isinstance(engine, Encrypts):
        return Encryption(Encrypted.UNKNOWN, "", f"{repository.engine} does not say")
    try:
        return engine.encryption(wiring.access(workspace, repository))
    except RefloatError as error:
        return Encryption(Encrypted.UNKNOWN, "", f"could not be looked at: {error.message}")

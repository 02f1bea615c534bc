"""What a repository is like, looked at when a batch of backups has ended (R-016)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from refloat.app import wiring
from refloat.app.workspace import Workspace
from refloat.engines import Encrypts
from refloat.model.errors import RefloatError
from refloat.model.options import Options
from refloat.model.plan import Repository
from refloat.model.points import Encrypted, Encryption, RepositorySeen
from refloat.model.secret import SecretReference


def look(workspace: Workspace, keys: Iterable[str]) -> tuple[RepositorySeen, ...]:
    """See of each repository whether its copies are encrypted, and where its key is."""
    repositories = workspace.plan.repositories
    return tuple(_look(workspace, repositories[key]) for key in sorted(set(keys)))


def _look(workspace: Workspace, repository: Repository) -> RepositorySeen:
    return RepositorySeen(
        key=repository.key,
        engine=repository.engine,
        encryption=_encryption(workspace, repository),
        key_reference=", ".join(_references(repository.options)),
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


def _references(options: Options) -> list[str]:
    found = [str(value) for value in options.values() if isinstance(value, SecretReference)]
    for value in options.values():
        if isinstance(value, Mapping):
            found += [str(one) for one in value.values() if isinstance(one, SecretReference)]
    return found

"""Are the copies encrypted, and is the key where it can be reached when this machine is gone?"""

from __future__ import annotations

from collections.abc import Iterator

from refloat.assess.about import subject
from refloat.assess.basis import Basis
from refloat.model.judgement import Finding, ServiceStatus, Severity
from refloat.model.points import Encrypted, RepositorySeen


def repositories_seen(basis: Basis) -> tuple[RepositorySeen, ...]:
    """Give what was last seen of each repository that keeps the newest copies of a service."""
    newest = [basis.newest(key) for key in basis.data_sets]
    used = {one.repository for one in newest if one is not None}
    seen = {
        repository.key: repository
        for batch in basis.facts.batches
        for repository in batch.repositories
        if repository.key in used
    }
    return tuple(seen[key] for key in sorted(seen))


def copies_encrypted(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Copies are readable by whoever holds them, or nobody knows (R-016)."""
    seen = {one.key: one for one in status.repositories}
    used = {one.repository for one in status.copy.data_sets if one.repository}
    for key in sorted(used):
        encryption = seen[key].encryption if key in seen else None
        if encryption is not None and encryption.state is Encrypted.YES:
            continue
        certain = encryption is not None and encryption.state is Encrypted.NO
        yield Finding(
            "COPY_NOT_ENCRYPTED" if certain else "ENCRYPTION_NOT_KNOWN",
            ("R-016",),
            Severity.HIGH if certain else Severity.MEDIUM,
            f"{subject(basis)}, repository {key}",
            f"The copies of {status.name} in {key} "
            + (
                "can be read by whoever gets hold of them."
                if certain
                else "may be readable by whoever gets hold of them: nobody has looked."
            ),
            "Encrypt the copies, and keep the key elsewhere."
            if certain
            else f"Back up to {key} again, and see what is found.",
            {"shown_by": encryption.shown_by if encryption is not None else None},
        )


def key_kept(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """The only known copy of a key is on the machine that may be lost (R-016)."""
    for one in status.repositories:
        encrypted = one.encryption.state is Encrypted.YES
        repository = basis.plan.repositories.get(one.key)
        if not encrypted or repository is None or repository.key_kept:
            continue
        yield Finding(
            "KEY_CUSTODY_NOT_KNOWN",
            ("R-016",),
            Severity.ADVISORY,
            f"{subject(basis)}, repository {one.key}",
            f"The plan does not say where another copy of the key to {one.key} is kept; without "
            f"it, the copies of {status.name} are worth nothing when this machine is gone.",
            "Keep the key in a second place, and write down where.",
            {"key_reference": one.key_reference},
        )

"""Are the copies encrypted, and is the key where it can be reached when this machine is gone?"""

from __future__ import annotations

from collections.abc import Iterator

from refloat.assess import words
from refloat.assess.about import subject
from refloat.assess.ground.basis import Basis
from refloat.model.feed import CopySeen
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


def copies_not_encrypted(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Copies are readable by whoever holds them (R-016)."""
    for key in _places_where(basis, status, Encrypted.NO):
        yield _readable(
            basis,
            status,
            key,
            "can be read by whoever gets hold of them.",
            "Encrypt the copies, and keep the key elsewhere.",
        )


def encryption_not_known(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Nobody knows whether copies are readable by whoever holds them (R-016)."""
    for key in _places_where(basis, status, Encrypted.UNKNOWN):
        yield _readable(
            basis,
            status,
            key,
            "may be readable by whoever gets hold of them: nobody has looked.",
            f"See whether what is in {words.repository(basis.plan, key)} is encrypted, and "
            "record it.",
            known=False,
        )


def _readable(
    basis: Basis, status: ServiceStatus, key: str, text: str, step: str, *, known: bool = True
) -> Finding:
    shown = next((one.encryption.shown_by for one in status.repositories if one.key == key), "")
    return Finding(
        "COPY_NOT_ENCRYPTED" if known else "ENCRYPTION_NOT_KNOWN",
        ("R-016",),
        Severity.HIGH if known else Severity.MEDIUM,
        f"{subject(basis)}, repository {key}",
        f"The copies of {status.name} in {words.repository(basis.plan, key)} {text}",
        step,
        {"shown_by": shown or None},
        (status.service,),
    )


def key_kept(basis: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """The only known copy of a key is on the machine that may be lost (R-016)."""
    seen = {one.key: one for one in status.repositories}
    for key, state in sorted(_states(basis, status).items()):
        repository = basis.plan.repositories.get(key)
        if state is not Encrypted.YES or repository is None or repository.key_kept:
            continue
        if key not in seen and _kept_by_others(basis, key):
            continue
        place = words.repository(basis.plan, key)
        yield Finding(
            "KEY_CUSTODY_NOT_KNOWN",
            ("R-016",),
            Severity.ADVISORY,
            f"{subject(basis)}, repository {key}",
            f"The plan does not say where another copy of the key to {place} is kept; without "
            f"it, the copies of {status.name} are worth nothing when this machine is gone.",
            "Keep the key in a second place, and write down where.",
            {"key_reference": seen[key].key_reference if key in seen else None},
            (status.service,),
        )


def _places_where(basis: Basis, status: ServiceStatus, wanted: Encrypted) -> list[str]:
    return sorted(key for key, state in _states(basis, status).items() if state is wanted)


def _states(basis: Basis, status: ServiceStatus) -> dict[str, Encrypted]:
    """Say of each place of the newest copies whether they are encrypted; the worst word counts.

    A look at stored bytes goes before what a tool says of a copy, and that before the plan.
    """
    looked = {one.key: one.encryption.state for one in status.repositories}
    found: dict[str, Encrypted] = {}
    for data_set in basis.data_sets:
        newest = basis.newest(data_set)
        for copy in newest.copies if newest is not None else ():
            key = copy.repository
            state = looked[key] if key in looked else _said(basis, copy)
            found[key] = max(found.get(key, state), state, key=_WORST.index)
    return found


_WORST = (Encrypted.YES, Encrypted.UNKNOWN, Encrypted.NO)


def _said(basis: Basis, copy: CopySeen) -> Encrypted:
    said = copy.encrypted
    if said is None and copy.repository in basis.plan.repositories:
        said = basis.plan.repositories[copy.repository].encrypted
    if said is None:
        return Encrypted.UNKNOWN
    return Encrypted.YES if said else Encrypted.NO


def _kept_by_others(basis: Basis, repository: str) -> bool:
    """Whether somebody else's tool, or what it says of its copies, tells where the key is."""
    for data_set in basis.data_sets:
        newest, watch = basis.newest(data_set), basis.component(data_set).watch
        copies = newest.copies if newest is not None else ()
        mine = [copy for copy in copies if copy.repository == repository]
        platform = basis.plan.platforms.get(watch.platform or "") if watch is not None else None
        kept = platform.key_kept if platform is not None else ""
        if mine and not kept and not any(copy.key_kept for copy in mine):
            return False
    return True

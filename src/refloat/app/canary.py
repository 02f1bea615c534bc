"""Whether somebody could delete copies: tried on a canary, as whom the plan names (R-033)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime

from refloat.app import wiring
from refloat.app.canaries import kept_in_mind, remove_left
from refloat.app.clean import Remains
from refloat.app.own_facts import SOURCE, tell
from refloat.app.workspace import Workspace
from refloat.assess.sheets.answering import CANARY
from refloat.engines import Canary
from refloat.host import process
from refloat.host.clock import Clock
from refloat.model.access import CanaryAccess, Right
from refloat.model.errors import MissingInput, NotAllowed, UsageProblem
from refloat.model.feed import AccessSeen, Quality
from refloat.model.plan import Repository
from refloat.plan import did_you_mean


@dataclass(frozen=True)
class Tried:
    """What came of a try to delete a canary.

    Attributes:
        repository: key of the repository.
        principal: key of the principal that it was tried as.
        at: when (UTC).
        allowed: whether the canary was deleted; None if that could not be told.
        said: what the tool or the store said.
        canary: the engine's name of the canary.
        left: whether it is still there.
        entry: the evidence; None where nothing could be told, so that nothing was recorded.
        earlier: canaries of tries that were killed, and what became of them now.
    """

    repository: str
    principal: str
    at: datetime
    allowed: bool | None
    said: str
    canary: str
    left: bool
    entry: int | None
    earlier: tuple[Remains, ...] = ()


def attempt(workspace: Workspace, clock: Clock, key: str, principal: str) -> Tried:
    """Write a canary, let a principal try to delete it, and record whether it could.

    Args:
        workspace: the plan and the state.
        clock: what time it is.
        key: key of the repository.
        principal: key of the principal; the repository's ``canary`` must name it.

    Raises:
        MissingInput: if there is no such repository or principal, or its engine cannot try it.
        NotAllowed: if the plan does not say that this may be tried, or this account cannot act as
            the other.
        UsageProblem: if what the plan says of it is nothing, or no option of the engine.
        RepositoryProblem, SecretProblem: if the repository does not answer, or a secret is missing.
        StateProblem, NoRoom, EvidenceProblem: if the result cannot be recorded.
    """
    repository = _repository(workspace, key)
    given = _given(workspace, repository, principal)
    engine = wiring.engine_of(repository)
    if not isinstance(engine, Canary):
        raise MissingInput(f"the engine {repository.engine} cannot try to delete a canary")
    own = wiring.access(workspace, repository)
    other = wiring.intruder(workspace, repository, given)
    earlier = remove_left(workspace, clock, key)
    with kept_in_mind(workspace, clock, repository, principal) as mark:
        done = engine.attempt_deletion(own, other, user=given.user, mark=mark)
    now = clock.now().wall
    entry = None
    if done.allowed is not None:
        kind = workspace.plan.principals[principal].kind
        fact = AccessSeen(
            source=SOURCE,
            external_id=f"{CANARY}{key}/{principal}",
            observed_at=now,
            digest="",
            principal=principal,
            kind=kind,
            repository=key,
            right=Right.DELETE,
            allowed=done.allowed,
            quality=Quality.EXCELLENT,
            observed_by="refloat",
        )
        entry = tell(workspace, clock, "canary", fact)
    return Tried(
        key, principal, now, done.allowed, done.said, done.canary, done.left, entry, earlier
    )


def _repository(workspace: Workspace, key: str) -> Repository:
    known = workspace.plan.repositories
    if key not in known:
        raise MissingInput(
            f"the plan has no repository {key!r}",
            hint=did_you_mean(key, known, f"It has: {', '.join(known) or 'none'}."),
        )
    if not known[key].engine:
        raise MissingInput(
            f"somebody else's tool keeps {key}, and Refloat has no way to write a canary there",
            hint="Import an access fact of what that tool shows.",
        )
    return known[key]


def _given(workspace: Workspace, repository: Repository, principal: str) -> CanaryAccess:
    """Give how a principal is to act, if the plan says that it may be tried.

    Raises:
        MissingInput, NotAllowed, UsageProblem: if not; says what is missing.
    """
    if principal not in workspace.plan.principals:
        raise MissingInput(
            f"the plan has no principal {principal!r}",
            hint=did_you_mean(principal, workspace.plan.principals),
        )
    given = repository.canary.get(principal)
    if given is None:
        raise NotAllowed(
            f"the plan does not say that {principal} may be tried on {repository.key}",
            hint=f"Write under the repository: canary: {{{principal}: …}}.",
        )
    if not (given.user or given.options or given.environment):
        raise UsageProblem(
            f"nothing says how {principal} reaches {repository.key}, so this would try Refloat's"
            " own rights",
            hint="Give user, options or environment under its canary.",
        )
    if given.user and os.geteuid() != 0 and given.user != process.account():
        raise NotAllowed(f"only root can act as {given.user}", hint="Run this command as root.")
    return given

"""Losses as people name them: ``geelong-hq``, or ``site:geelong-hq`` where a name is not enough."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from refloat.assess.ahead.recovery_network import recovery_network
from refloat.assess.organisation import Organisation
from refloat.model.ahead import Loss, LossKind, Scenario
from refloat.model.errors import MissingInput, UsageProblem
from refloat.model.plan import Plan
from refloat.plan import first_of

_LOST = {
    LossKind.SITE: "the site {} is lost",
    LossKind.FAILURE_DOMAIN: "everything kept at {} is lost",
    LossKind.AUTHENTICATION_DOMAIN: "no account of {} can sign in",
    LossKind.PRINCIPAL: "somebody else acts as {}",
    LossKind.VENDOR: "{} is gone",
    LossKind.PERSON: "{} is away",
    LossKind.SERVICE: "nothing is left of {}",
    LossKind.COMPONENT: "nothing is left of {}",
    LossKind.REPOSITORY: "nothing is left of {}",
    LossKind.PLATFORM: "nobody can use {}",
    LossKind.PRODUCTION: "somebody has taken over all of production",
}
"""Names may be in the plural (“the clinical documents”): the words around them work for both."""

_AT_MOST = 6
"""How many losses a title names; the others are counted."""


class _Named(Protocol):
    @property
    def name(self) -> str: ...


def written(loss: Loss) -> str:
    """Give a loss as people write it on the command line: ``site:geelong-hq``."""
    return f"{loss.kind.replace(' ', '-')}:{loss.key}"


def name_of(plan: Plan, loss: Loss) -> str:
    """Give what is lost by its name for people; a key may be of things of several kinds."""
    named: Mapping[LossKind, Mapping[str, _Named]] = {
        LossKind.VENDOR: plan.vendors,
        LossKind.PERSON: plan.people,
        LossKind.SERVICE: plan.services,
        LossKind.COMPONENT: plan.components,
        LossKind.REPOSITORY: plan.repositories,
        LossKind.PLATFORM: plan.platforms,
    }
    known = named.get(loss.kind, {}).get(loss.key)
    return known.name or loss.key if known is not None else loss.key


def in_words(plan: Plan, loss: Loss) -> str:
    """Say what happens with a loss: ``the site geelong-hq is lost``."""
    text = _LOST[loss.kind].format(name_of(plan, loss))
    return f"{text} for good" if loss.for_good else text


def losses_named(
    organisation: Organisation, texts: Iterable[str], option: str = "--lose"
) -> tuple[Loss, ...]:
    """Find the losses that people mean.

    Args:
        organisation: the organisation.
        texts: a key of the plan, the name of a site or domain, or either with its kind before it
            (``site:geelong-hq``). Whoever acts as a member of groups acts as each of them, so a
            member that is no principal of its own (``principal:p-dev``) stands for its groups.
        option: with which option people name them.

    Returns:
        The losses, in the same order.

    Raises:
        UsageProblem: if a text may mean several things.
        MissingInput: if the plan knows no such thing; the hint names what is spelled likest.
    """
    known: dict[str, list[Loss]] = {}
    for loss in recovery_network(organisation).strikes:
        if isinstance(loss, Loss):
            known.setdefault(written(loss), []).append(loss)
            known.setdefault(loss.key, []).append(loss)
    groups = _groups(organisation.plan)
    found: list[Loss] = []
    for text in texts:
        member = text.strip().removeprefix("principal:")
        if text.strip() not in known and member in groups:
            found.extend(groups[member])
        else:
            found.append(_meant(organisation.plan, known, text, option))
    return tuple(found)


def _groups(plan: Plan) -> dict[str, list[Loss]]:
    """Give, by member, the groups that name it: their losses."""
    found: dict[str, list[Loss]] = {}
    for key, one in plan.principals.items():
        for member in one.members:
            found.setdefault(member, []).append(Loss(LossKind.PRINCIPAL, key))
    return found


def _meant(plan: Plan, known: dict[str, list[Loss]], text: str, option: str) -> Loss:
    found = list(dict.fromkeys(known.get(text.strip(), ())))
    if len(found) == 1:
        return found[0]
    if found:
        ways = " or ".join(f"{option} {shlex.quote(written(one))}" for one in found)
        raise UsageProblem(f"{text!r} may mean several things", hint=f"Say which: {ways}")
    wanted = text.strip().casefold()
    close = [name for name in known if name.casefold() == wanted]
    close = close or _called(plan, known, wanted)
    hint = perhaps_meant(text, known, close) or _some(known)
    raise MissingInput(f"the plan knows nothing called {text!r} that can be lost", hint=hint)


def _called(plan: Plan, known: dict[str, list[Loss]], wanted: str) -> list[str]:
    """Give, as people write them, the losses of what has a name for people."""
    every = dict.fromkeys(one for some in known.values() for one in some)
    return [written(one) for one in every if name_of(plan, one).casefold() == wanted]


def perhaps_meant(text: str, known: Iterable[str], same: Sequence[str]) -> str:
    """Ask whether another name was meant; empty if none is near.

    Args:
        text: what somebody said.
        known: the names that there are.
        same: those of them that say the same in another way; if there are none, what is alike.
    """
    close = same or difflib.get_close_matches(text, list(known), n=3, cutoff=0.6)
    return f"Did you mean {' or '.join(close)}?" if close else ""


def _some(known: Iterable[str]) -> str:
    names = sorted(name for name in known if ":" not in name)
    return f"It knows {first_of(names)}." if names else "It names nothing that can be lost."


def put_together(
    organisation: Organisation,
    lose: Sequence[str],
    without: Sequence[str] = (),
    start: Scenario | None = None,
) -> Scenario:
    """Put a scenario together from what people name.

    Args:
        organisation: the organisation.
        lose: what is lost.
        without: what is lost for good, so that nothing brings it back.
        start: a scenario that happens as well; None for none.

    Raises:
        UsageProblem, MissingInput: as ``losses_named``.
    """
    gone = [replace(one, for_good=True) for one in losses_named(organisation, without, "--without")]
    away = {replace(one, for_good=False) for one in gone}
    staying = [one for one in losses_named(organisation, lose) if one not in away]
    own = tuple(sorted({*staying, *gone}))
    if start is None:
        return Scenario("", _title(organisation.plan, own), own)
    both = {one for one in start.losses if one not in away} | set(own)
    title = f"{start.title}; {_title(organisation.plan, own)}" if own else start.title
    return Scenario("" if own else start.key, title, tuple(sorted(both)), start.assumes)


def _title(plan: Plan, losses: Sequence[Loss]) -> str:
    if not losses:
        return "Nothing is lost"
    said = [in_words(plan, one) for one in losses[:_AT_MOST]]
    if len(losses) > _AT_MOST:
        said.append(f"{len(losses) - _AT_MOST} more things are lost")
    text = " and ".join((", ".join(said[:-1]), said[-1])) if len(said) > 1 else said[0]
    return text[:1].upper() + text[1:]

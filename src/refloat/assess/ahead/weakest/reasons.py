"""Why something does not come back with a set of losses, and what would help most."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from refloat.assess import words
from refloat.assess.about import called, tool_called
from refloat.assess.ahead.losses import name_of
from refloat.assess.ahead.network import Node
from refloat.assess.ahead.recovery_network import RecoveryNetwork
from refloat.model.ahead import Loss, LossKind
from refloat.model.plan import Plan


class Why(enum.Enum):
    """Why something does not come back, the plainest first."""

    NO_COPY = enum.auto()
    NO_WAY = enum.auto()
    VENDOR = enum.auto()
    COPIES = enum.auto()
    KEYS = enum.auto()
    SIGN_IN = enum.auto()
    TOOL = enum.auto()
    HANDS = enum.auto()
    STEP = enum.auto()
    PLACE = enum.auto()
    DOUBT = enum.auto()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something does not come back.

    Attributes:
        why: the kind of reason.
        what: key of what does not come back, or is not there.
        by: what it does not come back by: keys of a tool, repositories, what it signs in with, or
            what holds the keys to its copies.
        also: keys of others that the same is true of.
    """

    why: Why
    what: str
    by: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


_HOLDING = ("back", "repository", "platform", "person")
"""Kinds of things in which keys are kept, or that know them."""

_NAMED = 4
"""How many things a reason names; the others are counted."""

_MOST = 200
"""At how many things that fall one looks for reasons."""

_COPY_TAKING = (
    LossKind.REPOSITORY,
    LossKind.FAILURE_DOMAIN,
    LossKind.SITE,
    LossKind.VENDOR,
)


def reasons(
    network: RecoveryNetwork, struck: Iterable[int], fails: Callable[[int], bool]
) -> dict[Reason, list[int]]:
    """Say why things do not come back that fell at once.

    Args:
        network: the network.
        struck: the numbers of what fell at once.
        fails: says by number what does not hold in the end.

    Returns:
        The reasons, each with the numbers of what does not hold because of it; empty if none can
        be told.
    """
    found: dict[Reason, list[int]] = {}
    fallen = frozenset(struck)
    down = [one for one in fallen if network.nodes[one][0] in ("running", "vendor")]
    for number in sorted(down)[:_MOST]:
        kind, key = network.nodes[number]
        if kind == "vendor":
            found.setdefault(Reason(Why.VENDOR, key), []).append(number)
            continue
        restored = network.numbers["restored", key]
        if fails(restored):
            for reason in _unrestored(network, key, restored, fails, fallen):
                found.setdefault(reason, []).append(restored)
    return found


def _unrestored(
    network: RecoveryNetwork,
    key: str,
    restored: int,
    fails: Callable[[int], bool],
    struck: frozenset[int],
) -> Iterator[Reason]:
    """Say why a component or service is not restored."""
    nodes = network.nodes
    if restored in struck:
        yield Reason(Why.PLACE, key)
    for group in network.any_of[restored]:
        if not group:
            yield Reason(Why.NO_COPY, key)
        elif all(map(fails, group)):
            if nodes[group[0]][0] == "copy":
                yield _no_copy(network, key, group, fails, struck)
            elif nodes[group[0]][0] == "back":
                yield Reason(Why.KEYS, key, (nodes[group[0]][1],))
            else:
                yield Reason(Why.STEP, key)
    for number in network.all_of[restored]:
        if fails(number):
            yield _missing(network, key, nodes[number], number, fails)


def _no_copy(
    network: RecoveryNetwork,
    key: str,
    copies: Iterable[int],
    fails: Callable[[int], bool],
    struck: frozenset[int],
) -> Reason:
    """Say why no copy can be used: what is whole, and cannot be opened, goes first."""
    places = tuple(network.nodes[one][1].rpartition("@")[2] for one in copies)
    shut = [
        needed
        for one in copies
        if one not in struck and one not in network.doubtful
        for needed in network.all_of[one]
        if fails(needed)
    ]
    holders: dict[str, None] = {}
    for needed in shut:
        choices = chain((needed,), network.all_of[needed], *network.any_of[needed])
        held = [network.nodes[one] for one in choices if fails(one)]
        holders |= dict.fromkeys(name for kind, name in held if kind in _HOLDING)
    return Reason(Why.KEYS, key, tuple(holders)) if holders else Reason(Why.COPIES, key, places)


def _missing(
    network: RecoveryNetwork, key: str, node: Node, number: int, fails: Callable[[int], bool]
) -> Reason:
    kind, name = node
    if kind == "platform":
        needs = [network.nodes[one][1] for one in network.all_of[number] if fails(one)]
        return Reason(Why.SIGN_IN, name, tuple(needs)) if needs else Reason(Why.TOOL, key, (name,))
    if kind == "hands":
        return Reason(Why.HANDS, name)
    if kind == "vendor":
        return Reason(Why.VENDOR, name)
    if kind == "doubt":
        return Reason(Why.DOUBT, name) if name else Reason(Why.NO_WAY, key)
    return Reason(Why.STEP, key)


def merged(some: Iterable[Reason]) -> tuple[Reason, ...]:
    """Tell once what several things stay away for: the same tool, the same place of keys."""
    found: dict[object, Reason] = {}
    for one in some:
        same = (one.why, one.by) if one.why in (Why.TOOL, Why.KEYS) else one
        first = found.get(same)
        found[same] = one if first is None else replace(first, also=(*first.also, one.what))
    return tuple(found.values())


def _whats(plan: Plan, reason: Reason) -> str:
    return words.abridged((called(plan, key) for key in (reason.what, *reason.also)), _NAMED)


def because(plan: Plan, reason: Reason) -> str:
    """Say a reason, as the end of a sentence: ``there is no copy of the bookings``."""
    what, by = _whats(plan, reason), words.listed(called(plan, one) for one in reason.by)
    tools = words.listed(tool_called(plan, one) for one in reason.by)
    texts = {
        Why.NO_COPY: f"there is no copy of {what}",
        Why.NO_WAY: f"nobody wrote down how to put {what} anew",
        Why.VENDOR: f"nothing stands in for {what}",
        Why.COPIES: f"no copy of {what} is left that can be used",
        Why.KEYS: f"copies of {what} are left, and what opens them is kept {_where(plan, reason)}",
        Why.SIGN_IN: f"{tool_called(plan, reason.what)}, which restores it, cannot be signed in to "
        f"without {by}",
        Why.TOOL: f"nothing but {tools} restores {what}",
        Why.HANDS: _hands(plan, reason.what),
        Why.STEP: f"nobody can do the written steps that bring {what} back",
        Why.PLACE: f"nobody wrote down where else {what} can run",
        Why.DOUBT: f"nobody can say that {reason.what}",
    }
    return texts[reason.why]


def remedy(plan: Plan, reason: Reason, losses: Iterable[Loss]) -> str:
    """Say what would help most against a reason, given what is lost."""
    lost, what = tuple(losses), _whats(plan, reason)
    tools = words.listed(tool_called(plan, one) for one in reason.by)
    if reason.why is Why.COPIES:
        return _another_copy(plan, what, lost)
    if reason.why is Why.HANDS:
        does = "may approve a restore"
        if reason.what != "approve":
            does = f"can work {_works(plan, reason.what)}"
        return f"Name somebody else who {does}."
    texts = {
        Why.NO_COPY: f"Protect {what}: nothing copies it.",
        Why.NO_WAY: f"Write down how to put {what} anew, and try it.",
        Why.VENDOR: f"Agree with another provider, or write down how to go on without {what}.",
        Why.KEYS: f"Let somebody else keep what opens the copies of {what}, too."
        if _by_people(plan, reason)
        else f"Keep what opens the copies of {what} outside of {tools}, too.",
        Why.SIGN_IN: f"Give {tool_called(plan, reason.what)} a break-glass account that needs none "
        f"of {words.listed(called(plan, one) for one in reason.by)}.",
        Why.TOOL: f"Write down how to restore {what} without {tools}, and try it.",
        Why.STEP: _deputy(plan, lost)
        or f"Write down a way to bring {what} back that needs nothing of what is lost here.",
        Why.PLACE: f"Write down where {what} can run instead, and try it.",
        Why.DOUBT: f"Find out whether this is so: {reason.what}.",
    }
    return texts[reason.why]


def _another_copy(plan: Plan, what: str, losses: tuple[Loss, ...]) -> str:
    accounts = [one for one in losses if one.kind is LossKind.PRINCIPAL]
    domains = [one for one in losses if one.kind is LossKind.AUTHENTICATION_DOMAIN]
    places = [one for one in losses if one.kind in _COPY_TAKING]
    if accounts:
        return f"Keep a copy of {what} that {_names(plan, accounts)} cannot alter."
    if places:
        return f"Keep another copy of {what} that does not fail with {_names(plan, places)}."
    if domains:
        return (
            f"Keep a copy of {what} that opens without an account of {_names(plan, domains)}, or "
            "a break-glass account for it."
        )
    return f"Keep another copy of {what}, where nothing of this reaches it."


def _where(plan: Plan, reason: Reason) -> str:
    """Say in what, or by whom, keys are kept."""
    names = words.listed(tool_called(plan, one) for one in reason.by)
    return f"by {names} alone" if _by_people(plan, reason) else f"in {names}"


def _by_people(plan: Plan, reason: Reason) -> bool:
    things = (plan.components, plan.services, plan.repositories, plan.platforms)
    return all(key in plan.people and not any(key in some for some in things) for key in reason.by)


def _names(plan: Plan, losses: Iterable[Loss]) -> str:
    return words.listed(dict.fromkeys(name_of(plan, one) for one in losses))


def _deputy(plan: Plan, losses: Iterable[Loss]) -> str:
    people = [one for one in losses if one.kind is LossKind.PERSON]
    return f"Name a deputy for {_names(plan, people)}." if people else ""


def _hands(plan: Plan, name: str) -> str:
    if name == "approve":
        return "nobody else may approve a restore"
    return f"nobody else works {_works(plan, name)}"


def _works(plan: Plan, tool: str) -> str:
    return tool_called(plan, tool) if tool else "the backups"

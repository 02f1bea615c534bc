"""Why something does not come back with a set of losses, and what would help most."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from refloat.assess import words
from refloat.assess.about import called
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
    SIGN_IN = enum.auto()
    TOOL = enum.auto()
    HANDS = enum.auto()
    STEP = enum.auto()
    DOUBT = enum.auto()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something does not come back.

    Attributes:
        why: the kind of reason.
        what: key of what does not come back, or is not there.
        by: what it does not come back by: keys of a tool, repositories, or what it signs in with.
    """

    why: Why
    what: str
    by: tuple[str, ...] = ()


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
    down = [one for one in struck if network.nodes[one][0] in ("running", "vendor")]
    for number in sorted(down)[:_MOST]:
        kind, key = network.nodes[number]
        if kind == "vendor":
            found.setdefault(Reason(Why.VENDOR, key), []).append(number)
            continue
        restored = network.numbers["restored", key]
        if fails(restored):
            for reason in _unrestored(network, key, restored, fails):
                found.setdefault(reason, []).append(restored)
    return found


def _unrestored(
    network: RecoveryNetwork, key: str, restored: int, fails: Callable[[int], bool]
) -> Iterator[Reason]:
    """Say why a component or service is not restored."""
    nodes = network.nodes
    for group in network.any_of[restored]:
        if not group:
            yield Reason(Why.NO_COPY, key)
        elif all(map(fails, group)):
            if nodes[group[0]][0] == "copy":
                places = tuple(nodes[one][1].rpartition("@")[2] for one in group)
                yield Reason(Why.COPIES, key, places)
            else:
                yield Reason(Why.STEP, key)
    for number in network.all_of[restored]:
        if fails(number):
            yield _missing(network, key, nodes[number], number, fails)


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


def because(plan: Plan, reason: Reason) -> str:
    """Say a reason, as the end of a sentence: ``there is no copy of the bookings``."""
    what, by = called(plan, reason.what), words.listed(called(plan, one) for one in reason.by)
    tools = words.listed(_tool(plan, one) for one in reason.by)
    texts = {
        Why.NO_COPY: f"there is no copy of {what}",
        Why.NO_WAY: f"nobody wrote down how {what} is put anew",
        Why.VENDOR: f"nothing stands in for {what}",
        Why.COPIES: f"no copy of {what} is left that can be used",
        Why.SIGN_IN: f"{_tool(plan, reason.what)}, which restores it, cannot be signed in to "
        f"without {by}",
        Why.TOOL: f"{what} is restored by {tools}, and by nothing else",
        Why.HANDS: _hands(plan, reason.what),
        Why.STEP: f"nobody can do the written steps that bring {what} back",
        Why.DOUBT: f"nobody can say that {reason.what}",
    }
    return texts[reason.why]


def remedy(plan: Plan, reason: Reason, losses: Iterable[Loss]) -> str:
    """Say what would help most against a reason, given what is lost."""
    lost, what = tuple(losses), called(plan, reason.what)
    if reason.why is Why.COPIES:
        return _another_copy(plan, what, lost)
    if reason.why is Why.HANDS:
        does = "may approve a restore"
        if reason.what != "approve":
            does = f"can work {_tool(plan, reason.what) if reason.what else 'the backups'}"
        return f"Name somebody else who {does}."
    texts = {
        Why.NO_COPY: f"Protect {what}: nothing copies it.",
        Why.NO_WAY: f"Write down how {what} is put anew, and try it.",
        Why.VENDOR: f"Agree with another provider, or write down how to go on without {what}.",
        Why.SIGN_IN: f"Give {_tool(plan, reason.what)} a break-glass account that needs none of "
        f"{words.listed(called(plan, one) for one in reason.by)}.",
        Why.TOOL: f"Write down how {what} is restored without "
        f"{words.listed(_tool(plan, one) for one in reason.by)}, and try it.",
        Why.STEP: _deputy(plan, lost)
        or f"Write down a way to bring {what} back that needs nothing of what is lost here.",
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


def _names(plan: Plan, losses: Iterable[Loss]) -> str:
    return words.listed(dict.fromkeys(name_of(plan, one) for one in losses))


def _deputy(plan: Plan, losses: Iterable[Loss]) -> str:
    people = [one for one in losses if one.kind is LossKind.PERSON]
    return f"Name a deputy for {_names(plan, people)}." if people else ""


def _hands(plan: Plan, name: str) -> str:
    if name == "approve":
        return "nobody else may approve a restore"
    return f"nobody else works {_tool(plan, name)}" if name else "nobody else works the backups"


def _tool(plan: Plan, key: str) -> str:
    return plan.platforms[key].name or key if key in plan.platforms else called(plan, key)

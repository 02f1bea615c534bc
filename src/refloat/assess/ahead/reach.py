"""What a recovery must open: keys, credentials and sign-ins, and whether they can be reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from refloat.assess import words
from refloat.assess.about import all_called, called
from refloat.assess.ahead.aftermath import Aftermath
from refloat.assess.ahead.buried import secrets
from refloat.assess.ahead.signing import is_unsaid
from refloat.assess.ground.plan_graph import hard_needs
from refloat.model.ahead import AccessOutcome
from refloat.model.answers import CredentialTrace, Reach

_ORDER = (Reach.LOST, Reach.UNKNOWN, Reach.REACHABLE)
_SEALED = "A sealed account opens it, whatever else is down."


def reached(left: Aftermath, data_sets: Iterable[str]) -> tuple[AccessOutcome, ...]:
    """Say what must be opened to bring data back, and whether that can be reached.

    Args:
        left: what a scenario leaves.
        data_sets: the data sets that are lost.

    Returns:
        Sign-ins of platforms and of written steps, keys, then credentials; what is lost first.
    """
    lost = tuple(data_sets)
    tools = _tools(left, lost)
    found = (
        *_platforms(left, tools),
        *_steps(left),
        *_keys(left, lost, tools),
        *_credentials(left),
    )
    return tuple(sorted(found, key=lambda one: _ORDER.index(one.reach)))


def reach_of(left: Aftermath, number: int) -> Reach:
    """Say whether a thing of the network can be reached."""
    if left.cautious[number]:
        return Reach.REACHABLE
    return Reach.UNKNOWN if left.hopeful[number] else Reach.LOST


def _tools(left: Aftermath, data_sets: Iterable[str]) -> Mapping[str, list[str]]:
    """Give, by platform, the data sets that are restored with it."""
    found: dict[str, list[str]] = {}
    for key in data_sets:
        watch = left.plan.components[key].watch
        if watch is not None and watch.copies and watch.platform in left.plan.platforms:
            found.setdefault(str(watch.platform), []).append(key)
    return found


def _platforms(left: Aftermath, tools: Mapping[str, list[str]]) -> Iterator[AccessOutcome]:
    for key, some in tools.items():
        number = left.network.numbers.get(("platform", key))
        if number is None:
            continue
        one = left.plan.platforms[key]
        needs = hard_needs(one.needs)
        down = [need for need in needs if not left.comes_back(need)]
        reach, because = reach_of(left, number), "Nothing that it needs is down for good."
        if number in left.surely:
            because = "It cannot be used at all."
        elif one.break_glass:
            because = _SEALED
        elif reach is not Reach.REACHABLE and is_unsaid(one):
            because = "Nobody wrote down what signing in needs; it may be what is lost."
        elif reach is not Reach.REACHABLE:
            because = f"Signing in needs {all_called(left.plan, down)}, which {_not_back(reach)}."
        elif is_unsaid(one):
            because = "Nobody wrote down what signing in needs; no identity is lost."
        elif not needs:
            because = "Signing in needs nothing of ours."
        yield AccessOutcome(
            f"signing in to {words.platform(left.plan, key)}",
            one.sign_in,
            reach,
            because,
            tuple(some),
        )


def _not_back(reach: Reach) -> str:
    return "does not come back" if reach is Reach.LOST else "may not come back"


def _steps(left: Aftermath) -> Iterator[AccessOutcome]:
    for service in left.plan.services.values():
        if not left.is_down(service.key) or not left.is_lost(service.key):
            continue
        for position, step in enumerate(service.steps):
            number = left.network.numbers.get(("step", f"{service.key}/{position}"))
            if number is None or not step.signs_in_with:
                continue
            reach, names = reach_of(left, number), all_called(left.plan, step.signs_in_with)
            because = f"{words.sentence(names)[:-1]} can be signed in to when the step is due."
            if reach is not Reach.REACHABLE:
                because = f"One signs in with {names} for it, which is not back when it is due."
            yield AccessOutcome(
                f"signing in for the step “{step.name}” of {called(left.plan, service.key)}",
                names,
                reach,
                because,
                (service.key,),
            )


def _keys(
    left: Aftermath, data_sets: Iterable[str], tools: Mapping[str, list[str]]
) -> Iterator[AccessOutcome]:
    repositories: dict[str, list[str]] = {}
    own: dict[tuple[str, str], list[str]] = {}
    network = left.network
    for key in data_sets:
        for number in network.copies.get(key, ()):
            place = network.by_number[number]
            repositories.setdefault(place.repository, []).append(key)
            if place.copy is not None and place.copy.key_kept:
                own.setdefault((place.repository, place.copy.key_kept), []).append(key)
    told = [some for key, some in tools.items() if left.plan.platforms[key].key_kept]
    spoken = frozenset(chain.from_iterable(told))
    found = [(_platform_key(left, key), some) for key, some in tools.items()]
    found += [
        (_repository_key(left, key, spoken=spoken.issuperset(some)), some)
        for key, some in repositories.items()
    ]
    for (key, kept), some in own.items():
        found.append((_key(left, f"{key}: {kept}", _place(left, key), kept), some))
    for one, some in found:
        if one is not None:
            yield replace(one, needed_for=tuple(dict.fromkeys(some)))


def _place(left: Aftermath, repository: str) -> str:
    return f"copies in {words.repository(left.plan, repository)}"


def _platform_key(left: Aftermath, key: str) -> AccessOutcome | None:
    name, kept = words.platform(left.plan, key), left.plan.platforms[key].key_kept
    return _key(left, f"platform {key}", name, kept) if kept else None


def _repository_key(left: Aftermath, key: str, *, spoken: bool) -> AccessOutcome | None:
    """Say it of a repository; nothing if its copies are not encrypted, or a tool has the keys."""
    one = left.plan.repositories.get(key)
    kept = one.key_kept if one is not None else ""
    unsaid = left.network.numbers.get(("keys", f"repository {key}")) in left.network.doubtful
    if not kept and (not unsaid or spoken):
        return None
    return _key(left, f"repository {key}", words.repository(left.plan, key), kept)


def _key(left: Aftermath, opens: str, name: str, kept: str) -> AccessOutcome:
    number = left.network.numbers.get(("keys", opens))
    what = f"the keys to {name}"
    if number is not None:
        reach = reach_of(left, number)
        because = "The place where they are kept is there, or comes back."
        if not kept and number in left.network.doubtful:
            because = "Nobody wrote down where they are kept."
        elif reach is Reach.LOST:
            because = "The place where they are kept is lost, and needs them to come back."
        elif reach is Reach.UNKNOWN:
            because = "The place where they are kept may be lost, and may need them to come back."
            if number in left.perhaps:
                because = "The plan does not say whether they are kept where something is lost."
        elif not left.network.any_of[number]:
            because = "They are kept outside of everything that is lost."
        return AccessOutcome(what, kept, reach, because)
    if kept:
        return AccessOutcome(
            what, kept, Reach.REACHABLE, "They are kept outside of everything that is lost."
        )
    return AccessOutcome(what, "", Reach.UNKNOWN, "Nobody wrote down where they are kept.")


def _credentials(left: Aftermath) -> Iterator[AccessOutcome]:
    """Give what Refloat's own recoveries refer to (R-004), each reference once."""
    found: dict[str, tuple[AccessOutcome, dict[str, None]]] = {}
    for service, status in left.organisation.statuses.items():
        if not status.credentials or not left.is_down(service):
            continue
        for trace in status.credentials:
            if trace.reference not in found:
                found[trace.reference] = _credential(left, trace), {}
            found[trace.reference][1][trace.component or service] = None
    for outcome, needed in found.values():
        yield replace(outcome, needed_for=tuple(needed))


def _credential(left: Aftermath, trace: CredentialTrace) -> AccessOutcome:
    what = f"the credential {trace.reference} for {trace.needed_for}"
    holders = left.network.buried.holders(trace.reference)
    gone = [key for key in holders if left.is_lost(key)]
    if trace.reach is Reach.LOST and trace.rests_on is not None and left.is_lost(trace.rests_on):
        gone = gone or [trace.rests_on]
    if gone:
        kept = f" Another copy is kept: {trace.kept}." if trace.kept else ""
        because = f"It is lost together with {all_called(left.plan, gone)}.{kept}"
        return AccessOutcome(what, trace.kept or trace.lives_in, Reach.LOST, because)
    open_still = trace.rests_on is None or left.is_lost(trace.rests_on)
    if trace.reach is Reach.UNKNOWN and open_still:
        return AccessOutcome(what, trace.lives_in, Reach.UNKNOWN, trace.because)
    if not left.network.falls.keys.machine.is_lost(left.scenario.losses):
        because = "Nothing that is lost holds it."
        return AccessOutcome(what, trace.lives_in, Reach.REACHABLE, because)
    because = "It lies where Refloat runs, which may be lost; "
    if not trace.kept:
        because += "no other place of it is written down."
        return AccessOutcome(what, trace.lives_in, Reach.UNKNOWN, because)
    if all(left.cautious[number] for number in _kept_with(left, trace)):
        because = f"{because}another copy is kept: {trace.kept}."
        return AccessOutcome(what, trace.kept, Reach.REACHABLE, because)
    because = f"{because}so may be the place of its other copy: {trace.kept}."
    return AccessOutcome(what, trace.kept, Reach.UNKNOWN, because)


def _kept_with(left: Aftermath, trace: CredentialTrace) -> Iterator[int]:
    """Give the keys of the repositories that a credential opens."""
    for key, one in left.plan.repositories.items():
        number = left.network.numbers.get(("keys", f"repository {key}"))
        if number is not None and any(
            str(each) == trace.reference for each in secrets(one.options)
        ):
            yield number

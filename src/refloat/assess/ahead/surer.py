"""What a scenario took for given, and which fact or drill would make its result surer."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping

from refloat.assess import words
from refloat.assess.about import called
from refloat.assess.ahead.aftermath import Aftermath
from refloat.assess.ahead.building import although, failed, in_spite, untold
from refloat.assess.ahead.losses import name_of
from refloat.assess.ahead.seen_circles import passed_over
from refloat.model.ahead import (
    WHOLE,
    AccessOutcome,
    CopyFate,
    DataSetOutcome,
    Fate,
    GroupOutcome,
    LastTest,
    LossKind,
    ServiceOutcome,
    TestResult,
)
from refloat.model.answers import Reach

ELSEWHERE: Mapping[LossKind, str] = {
    LossKind.SITE: (
        "Copies stand elsewhere only where the plan names another site, a vendor or a place "
        "that is plainly away (a home, a cloud); others may be lost with the site."
    ),
    LossKind.VENDOR: "A place of copies is a vendor's only where its name says so.",
    LossKind.PRINCIPAL: "Whoever can alter copies does so, and does not wait for locks to end.",
    LossKind.PRODUCTION: "Whoever can alter copies does so, and does not wait for locks to end.",
}
"""By what is lost, what is taken for given of copies."""

AS_SEEN = (
    "Copies, rights and tests are as they were last seen, and no copy is removed while the "
    "recovery lasts."
)


def assumed(left: Aftermath, services: Iterable[ServiceOutcome]) -> tuple[str, ...]:
    """Say what was taken for given."""
    return (*left.scenario.assumes, *dict.fromkeys(_assumed(left, tuple(services))))


def _assumed(left: Aftermath, services: tuple[ServiceOutcome, ...]) -> Iterator[str]:
    plan, losses = left.plan, left.scenario.losses
    unsaid = _unsaid(left)
    if unsaid:
        yield (
            f"Nobody wrote down where {words.abridged(called(plan, key) for key in unsaid)} can be "
            "found; it was taken that all of that may be lost with the site."
        )
    kinds = {one.kind for one in losses}
    yield from (text for kind, text in ELSEWHERE.items() if kind in kinds)
    standbys = [
        key
        for kind, key in left.network.nodes_of("standby")
        if left.number(kind, key) in left.perhaps
    ]
    if standbys:
        names = words.abridged(called(plan, key) for key in standbys)
        yield f"Nobody can write down where the standby of {names} stands; it may be lost, too."
    if not kinds.isdisjoint((LossKind.COMPONENT, LossKind.SERVICE)):
        lain = [called(plan, key) for key in left.lost_components if _lay_on(left, key)]
        if lain:
            yield f"What lay on it is perhaps lost with it: {words.abridged(lain)}."
    if kinds - {LossKind.PERSON}:
        yield AS_SEEN
    if any(one.seconds is not None and one.wave is not None for one in services):
        away = LossKind.PERSON in kinds
        everybody = "Everybody else who is needed" if away else "Everybody who is needed"
        yield f"{everybody} is there, and what can be recovered side by side is."
    seen = {key: some for key, some in left.network.seen.items() if left.is_down(key)}
    for key, others in sorted(seen.items()):
        if any(left.is_down(one) for one in others):
            names = words.listed(called(plan, one) for one in others)
            yield f"{called(plan, key)} waits for {names}: the plan does not say so; it was seen."
    yield from passed_over(left.network, left.is_down)


def surer(
    left: Aftermath,
    services: Iterable[ServiceOutcome],
    data_sets: Iterable[DataSetOutcome],
    access: Iterable[AccessOutcome],
    groups: Iterable[GroupOutcome] = (),
    last: Iterable[LastTest] = (),
) -> tuple[str, ...]:
    """Say which fact or drill would make the result surer; what decides most comes first."""
    all_services = tuple(services)
    found = (
        *_of_fates(left, all_services, tuple(data_sets)),
        *_of_access(access),
        *_of_groups(left, groups),
        *_of_times(all_services),
        *_of_tests(left, tuple(last), all_services),
    )
    return tuple(dict.fromkeys(found))


def _of_fates(
    left: Aftermath, services: tuple[ServiceOutcome, ...], data_sets: tuple[DataSetOutcome, ...]
) -> Iterator[str]:
    plan = left.plan
    unknown = [plan.services[one.service] for one in services if one.fate is Fate.UNKNOWN]
    said: set[str] = set()
    for one in (one for one in unknown if _failed(left, one.key)):
        said.add(although(one))
        name = one.name or one.key
        yield f"Find out why the newest test of {name} failed, and test all of it again."
    for key, text in _restores(left, data_sets):
        said.add(text)
        yield f"Find out why the last restore of {called(plan, key)} failed; restore it again."
    unsaid = _unsaid(left)
    if unsaid and unknown:
        names = words.abridged(called(plan, key) for key in unsaid)
        yield f"Write down at which site {names} can be found."
    yield from _of_data(left, data_sets)
    own = left.network.graph.own
    for one in (one for one in unknown if not one.steps and not own(one.key)):
        said.add(untold(one))
        yield f"Write down what {one.name or one.key} consists of and what it needs."
    yield from _of_doubts(left, said)
    hands = (left.network.numbers[node] for node in left.network.nodes_of("hands"))
    if data_sets and any(left.undecided(number) for number in hands):
        yield "Name somebody who stands in for whoever administers backups and approves restores."
    for service in unknown:
        away = words.abridged(called(plan, key) for key in left.missed_in_steps(service))
        if away:
            name = service.name or service.key
            yield f"Name somebody who stands in for {away} in the written steps of {name}."


def _of_doubts(left: Aftermath, said: Container[str]) -> Iterator[str]:
    for node in left.network.nodes_of("doubt"):
        if not node[1] or node[1] in said:
            continue
        if any(_decides(left, one) for one in left.network.users(node)):
            yield f"Find out, and write down, whether this is so: {node[1]}."


def _of_data(left: Aftermath, data_sets: tuple[DataSetOutcome, ...]) -> Iterator[str]:
    plan = left.plan
    places: dict[str, dict[str, None]] = {}
    failed = {key for key, _ in _restores(left, data_sets)}
    for one in data_sets:
        for copy in one.copies if one.data_set not in failed else ():
            if copy.fate is CopyFate.UNKNOWN and one.fate is not Fate.BACK:
                places.setdefault(copy.repository, {})[one.name] = None
    for repository, some in places.items():
        place = words.repository(plan, repository)
        yield f"Find out whether copies of {words.abridged(some)} in {place} would survive."
    for one in data_sets:
        if one.fate is not Fate.UNKNOWN:
            continue
        loss = left.perhaps.get(left.number("restored", one.data_set))
        if loss is not None and not loss.for_good:
            yield f"Write down where {one.name} can run without {name_of(plan, loss)}."


def _restores(left: Aftermath, data_sets: tuple[DataSetOutcome, ...]) -> Iterator[tuple[str, str]]:
    """Give the data sets that are not known to come back as their last restore failed."""
    for one in data_sets:
        start = left.network.owner(one.data_set) if one.fate is Fate.UNKNOWN else None
        trial = start.failed_restore(one.data_set) if start is not None else None
        if trial is not None:
            yield one.data_set, in_spite(left.plan.components[one.data_set], trial)


def _failed(left: Aftermath, service: str) -> bool:
    return left.is_lost(service) and failed(left.network.moment, service) is not None


def _decides(left: Aftermath, number: int) -> bool:
    """Whether it is not known if something holds that a recovery of what is lost needs."""
    kind, key = left.network.nodes[number]
    return left.undecided(number) and (kind != "restored" or left.is_lost(key))


def _of_access(access: Iterable[AccessOutcome]) -> Iterator[str]:
    for one in access:
        if one.reach is Reach.UNKNOWN and not one.where:
            yield f"Write down where {one.what} are kept."
        elif one.reach is Reach.UNKNOWN and one.what.startswith("the keys to "):
            yield f"Find out whether {one.what} would survive ({one.where})."
        elif one.reach is Reach.UNKNOWN:
            yield f"Try whether this works without what is lost: {one.what}."


def _of_groups(left: Aftermath, groups: Iterable[GroupOutcome]) -> Iterator[str]:
    for one in groups:
        names = words.abridged(words.component(left.plan, key) for key in one.data_sets)
        if one.named and not one.fits and one.skew_seconds is not None:
            allowed = words.duration(one.allowed_seconds)
            yield f"Back up {names} at one time: they may be {allowed} apart."
        elif not one.named:
            yield f"Write down whether {names} must be of one time: put them into a group."


def _of_times(services: tuple[ServiceOutcome, ...]) -> Iterator[str]:
    back = [one for one in services if one.wave is not None]
    for one in back:
        if one.seconds is None:
            yield f"Measure how long {one.name} takes to come back: test all of it."
    estimated = [one.name for one in back if one.seconds is not None and not one.measured]
    if estimated:
        yield f"Measure what is only estimated on the way to {words.abridged(estimated)}."


def untested(names: Iterable[str]) -> Iterator[str]:
    """Say that services were never tested, if there are any."""
    some = words.abridged(names)
    if some:
        yield f"Test all of {some}: nobody ever did."


def _of_tests(
    left: Aftermath, last: tuple[LastTest, ...], services: tuple[ServiceOutcome, ...]
) -> Iterator[str]:
    """Say what to try again, and whether the scenario itself was ever tried."""
    never = {one.service for one in last if one.what != WHOLE}
    yield from untested(
        one.name for one in services if one.service in never and one.seconds is not None
    )
    old = [called(left.plan, one.service) for one in last if one.service and one.stale]
    if old:
        yield f"Test {words.abridged(old)} again: what the last tests showed is out of date."
    back = {one.service for one in services if one.seconds is not None}
    ends = {
        one.service: one.counts_until
        for one in last
        if one.service in back and one.result is TestResult.PASSED and one.counts_until
        if not one.stale
    }
    if ends:
        first = min(ends, key=lambda key: (ends[key], key))
        name, until = called(left.plan, first), words.day(ends[first])
        yield f"Test {name} again before {until}: its last test counts until then."
    for one in last:
        if not one.service and one.result is TestResult.NEVER:
            yield "Rehearse this scenario: no exercise of it is on record."
        elif not one.service and one.stale and one.at is not None:
            yield f"Rehearse this scenario again: the last time was {words.day(one.at)}."
        elif one.by_words and one.at is not None:
            yield (
                f"Write down which scenario the exercise of {words.day(one.at)} was of: that it"
                " was of this one is only read from its words."
            )


def _lay_on(left: Aftermath, key: str) -> bool:
    """Whether a component is perhaps lost because it lay on one that is."""
    loss = left.perhaps.get(left.number("running", key))
    return loss is not None and loss.kind in (LossKind.COMPONENT, LossKind.SERVICE)


def _unsaid(left: Aftermath) -> tuple[str, ...]:
    """Name the components of which nobody wrote down whether they stand at a site that is lost."""
    if not any(one.kind is LossKind.SITE for one in left.scenario.losses):
        return ()
    return tuple(
        key
        for key, one in left.plan.components.items()
        if not one.site and left.number("running", key) in left.perhaps
    )

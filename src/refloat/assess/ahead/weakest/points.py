"""The weakest points of an organisation: which losses, alone or together, nothing repairs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, combinations

from refloat.assess import words
from refloat.assess.about import called
from refloat.assess.ahead.losses import in_words
from refloat.assess.ahead.recovery_network import RecoveryNetwork, recovery_network
from refloat.assess.ahead.seen_circles import passed_over
from refloat.assess.ahead.standing import RENTED
from refloat.assess.ahead.surer import AS_SEEN, ELSEWHERE, untested
from refloat.assess.ahead.weakest.cuts import USUAL, Limits, Question, Search, Smallest
from refloat.assess.ahead.weakest.data_apart import apart
from refloat.assess.ahead.weakest.many import rows_of
from refloat.assess.ahead.weakest.ordered import NOWHERE
from refloat.assess.ahead.weakest.reasons import Reason, because, merged, reasons, remedy
from refloat.assess.organisation import Organisation
from refloat.model.ahead import CutSet, Loss, LossKind, Weakest
from refloat.model.plan import Plan

_NAMED = 6
"""How many services a sentence names; the others are counted."""

_SETTLING = {
    LossKind.SITE: "Write at each component and repository at which site it stands.",
    LossKind.PERSON: "Name a deputy for everybody who has a duty in a recovery.",
    LossKind.VENDOR: "Write at each component and repository which vendor runs it.",
    LossKind.PRINCIPAL: "Write down the rights of every account on every repository.",
    LossKind.PRODUCTION: "Write down the rights of every account on every repository.",
}
"""By what is lost, which fact would settle what perhaps falls with it."""

_AT_ONCE = 256
"""For how many sets reasons are looked for at once."""

_Hit = tuple[tuple[int, ...], frozenset[int], frozenset[int]]
"""A set of events, the targets that it surely takes away, and those that it perhaps does."""

_REASONS = 3
"""How many reasons a sentence gives."""

_NOT_LOOKED_AT = (
    "After which single losses data of one time may not fit together: there are too many. Name "
    "fewer services or kinds."
)

_SIZES = {1: "single losses", 2: "pairs of losses", 3: "sets of three losses"}


def weakest(
    organisation: Organisation,
    services: Sequence[str],
    up_to: int = 2,
    kinds: Collection[LossKind] | None = None,
    limits: Limits = USUAL,
) -> Weakest:
    """Find the smallest sets of losses that make each of some services unrecoverable.

    Args:
        organisation: the organisation at an instant.
        services: keys of the services.
        up_to: how large a set may be, 1 to 3.
        kinds: which kinds of things may be lost; None for all.
        limits: what the search may cost.
    """
    network = recovery_network(organisation)
    losses = [one for one in network.strikes if isinstance(one, Loss)]
    if kinds is not None:
        losses = [one for one in losses if one.kind in kinds]
    asked = frozenset(services)
    targets = {
        number: key
        for number, (kind, key) in enumerate(network.nodes)
        if kind == "back" and key in asked
    }
    question = Question(network, tuple(targets), losses)
    search = _Points(network, targets, question, limits)
    known, perhaps = (one.smallest(up_to) for one in (search.known, search.perhaps))
    already = search.already()
    cut_sets = search.cut_sets((known, perhaps), already)
    unfit = apart(organisation, network, asked, losses)
    return Weakest(
        services=tuple(services),
        as_of=organisation.instant,
        up_to=up_to,
        cut_sets=cut_sets,
        complete=min(known.complete, perhaps.complete),
        found=tuple(_found(known, perhaps, size) for size in range(1, up_to + 1)),
        already=already,
        apart=unfit or (),
        left_out=(
            *_left_out((known, perhaps), cut_sets, up_to),
            *((_NOT_LOOKED_AT,) if unfit is None else ()),
        ),
        assumes=(*_assumes(kinds), *passed_over(network, bool)),
        surer=tuple(_surer(search, cut_sets)),
    )


class _Points:
    """What is worked out of an organisation, in both readings."""

    def __init__(
        self,
        network: RecoveryNetwork,
        targets: Mapping[int, str],
        question: Question,
        limits: Limits,
    ) -> None:
        self.network, self.plan, self.targets = network, network.plan, targets
        self.question, self.limits = question, limits
        self._resting: dict[int, frozenset[int]] = {}
        self.known = Search(question, limits, cautious=False)
        self.perhaps = Search(question, limits, cautious=True)

    def already(self) -> dict[str, str]:
        """Give the services that their own loss alone makes unrecoverable, and why."""
        places = self.question.ordered.places
        cases = {}
        for number, key in self.targets.items():
            struck = self.network.strikes.get(Loss(LossKind.SERVICE, key), ())
            cases[number] = [places[one] for one in struck if places[one] != NOWHERE]
        failing = dict(zip(cases, self.known.failing_in(list(cases.values())), strict=True))
        gone = [number for number, some in failing.items() if number in some]
        told: dict[int, Sequence[Reason]] = dict.fromkeys(self.known.failing, ())
        why = self._reasons([cases[one] for one in gone], cautious=False)
        for number, some in zip(gone, why, strict=True):
            told[number] = self._told(some, failing[number])
        by_key = {
            self.targets[number]: _already(
                self.plan, self.targets[number], why_not, len(failing[number] - {number})
            )
            for number, why_not in told.items()
        }
        return {key: by_key[key] for key in self.plan.services if key in by_key}

    def _reasons(
        self, cases: Sequence[Sequence[int]], *, cautious: bool
    ) -> list[dict[Reason, list[int]]]:
        """Say of some cases, given by the places that fall at once, why nothing helps."""
        found, ordered = [], self.question.ordered
        search = self.perhaps if cautious else self.known
        for start in range(0, len(cases), _AT_ONCE):
            part = cases[start : start + _AT_ONCE]
            rows = rows_of(ordered, part, search.known)
            for at, places in enumerate(part):
                fails = partial(_fails, rows, ordered.places, at)
                struck = [ordered.numbers[place] for place in places]
                found.append(reasons(self.network, struck, fails))
        return found

    def _told(self, why: Mapping[Reason, list[int]], hit: frozenset[int]) -> tuple[Reason, ...]:
        """Give all reasons, so that the first few tell the most services.

        A service may stay away for several, of which each alone is enough.
        """
        above = {one: self._above_any(anchors) & hit for one, anchors in why.items()}
        left, told = set(hit), list[Reason]()
        while above:
            best = min(
                above, key=lambda one: (-len(left & above[one]), -len(above[one]), one.why.value)
            )
            mine = above.pop(best)
            if mine or not told:
                told.append(best)
                left -= mine
        return merged(told)

    def _above_any(self, numbers: Iterable[int]) -> frozenset[int]:
        return frozenset(chain.from_iterable(map(self._above, numbers)))

    def _above(self, number: int) -> frozenset[int]:
        """Give the services that rest on something; looked up once."""
        if number not in self._resting:
            ordered = self.question.ordered
            above = map(ordered.numbers.__getitem__, ordered.above((ordered.places[number],)))
            self._resting[number] = frozenset(one for one in above if one in self.targets)
        return self._resting[number]

    def cut_sets(self, found: Iterable[Smallest], already: Collection[str]) -> tuple[CutSet, ...]:
        """Put together what was found in both readings."""
        cuts = {
            cut.events: None for one in found for size in one.sizes.values() for cut in size.cuts
        }
        known, perhaps = self.known.smallest_of(cuts), self.perhaps.smallest_of(cuts)
        hit = [(one, known[one], perhaps[one] - known[one]) for one in cuts]
        hit.sort(key=lambda one: (len(one[0]), -len(one[1]), -len(one[2]), one[0]))
        sure = [one for one in hit if one[1]]
        unsure = [one for one in hit if not one[1]]
        reason = dict(zip((one[0] for one in sure), self._why(sure, cautious=False), strict=True))
        reason |= zip((one[0] for one in unsure), self._why(unsure, cautious=True), strict=True)
        return tuple(self._cut_set(*one, reason[one[0]], already) for one in hit)

    def _why(self, hit: Sequence[_Hit], *, cautious: bool) -> list[tuple[Reason, ...]]:
        """Say why nothing helps; what is so with fewer losses already is passed over."""
        search = self.perhaps if cautious else self.known
        cases: dict[tuple[int, ...], int] = {}
        for events, _, _ in hit:
            for one in (events, *combinations(events, len(events) - 1)):
                cases.setdefault(one, len(cases))
        why = self._reasons([search.struck_by(one) for one in cases], cautious=cautious)
        found = []
        for events, surely, unsure in hit:
            before = {
                one for part in combinations(events, len(events) - 1) for one in why[cases[part]]
            }
            all_of = why[cases[events]]
            new = {one: anchors for one, anchors in all_of.items() if one not in before}
            found.append(self._told(new or all_of, surely or unsure))
        return found

    def _cut_set(
        self,
        events: tuple[int, ...],
        known: frozenset[int],
        perhaps: frozenset[int],
        why: tuple[Reason, ...],
        already: Collection[str],
    ) -> CutSet:
        alike = [self.question.events[event] for event in events]
        losses = tuple(some[0] for some in alike)
        services, unsure = self._keys(known), self._keys(perhaps)
        itself = self._itself(alike[0], already) if len(events) == 1 else ""
        return CutSet(
            losses=losses,
            services=services,
            sentence=_sentence(self.plan, losses, services, unsure, why),
            remedy=_remedy(self.plan, why, losses),
            perhaps=unsure,
            alike=tuple(some[1:] for some in alike),
            itself=itself,
        )

    def _keys(self, numbers: frozenset[int]) -> tuple[str, ...]:
        return tuple(self.targets[number] for number in sorted(numbers))

    def _itself(self, losses: Iterable[Loss], already: Collection[str]) -> str:
        """Give the service, of some that are broken already, whose own loss some losses are."""
        owners = self.network.graph.owners
        for key in sorted(already):
            if all(
                (one.kind is LossKind.SERVICE and one.key == key)
                or (one.kind is LossKind.COMPONENT and key in owners.get(one.key, ()))
                for one in losses
            ):
                return key
        return ""


def _fails(rows: Mapping[int, int], places: Sequence[int], case: int, number: int) -> bool:
    place = places[number]
    return place != NOWHERE and bool(rows.get(place, 0) >> case & 1)


def _already(plan: Plan, key: str, why: Sequence[Reason], others: int) -> str:
    name = called(plan, key)
    said = because(plan, why[0]) if why else "it needs itself, in a circle"
    if others:
        said += f"; {others} more would stay away with it" if others > 1 else "; so would one more"
    return f"{name} would not come back even if nothing else were lost: {said}."


def _sentence(
    plan: Plan,
    losses: Sequence[Loss],
    services: Sequence[str],
    unsure: Sequence[str],
    why: Sequence[Reason],
) -> str:
    lost = words.listed(in_words(plan, one) for one in losses)
    gone = services or unsure
    names = [called(plan, key) for key in gone[:_NAMED]]
    more = len(gone) - _NAMED
    if more > 0:
        names.append("one more service" if more == 1 else f"{more} more services")
    verb = "does not come back" if len(gone) == 1 else "do not come back"
    if not services:
        verb = "may not come back, as far as is known"
    text = f"If {lost}, {words.listed(names)} {verb}"
    told = "; ".join(because(plan, one) for one in why[:_REASONS])
    if len(why) > _REASONS:
        more = len(why) - _REASONS
        told += "; and for one reason more" if more == 1 else f"; and for {more} reasons more"
    return f"{text}: {told}." if why else f"{text}."


def _remedy(plan: Plan, why: Sequence[Reason], losses: Sequence[Loss]) -> str:
    """Say what helps most; that it is not enough alone, where it is not."""
    helps = list(dict.fromkeys(remedy(plan, one, losses) for one in why))
    more = len(helps) - _REASONS
    if more > 0:
        stands = "1 thing more stands" if more == 1 else f"{more} things more stand"
        helps[_REASONS:] = [f"That is not enough: {stands} in the way."]
    return " ".join(helps)


def _found(known: Smallest, perhaps: Smallest, size: int) -> int:
    """Give how many sets of a size there are in either reading; at least, if not all are listed."""
    some = [one.sizes[size] for one in (known, perhaps)]
    listed = {cut.events for one in some for cut in one.cuts}
    return max(len(listed), *(one.count for one in some))


def _left_out(found: Sequence[Smallest], cut_sets: Sequence[CutSet], up_to: int) -> Iterator[str]:
    for size in range(1, up_to + 1):
        surely, perhaps = (one.sizes[size].among for one in found)
        if surely is not None:
            yield (
                f"There are too many things that may be lost to try all {_SIZES[size]}: they were"
                f" looked for among the {surely} riskiest alone. Name fewer services or kinds to"
                " have all."
            )
        elif perhaps is not None:
            yield (
                f"All {_SIZES[size]} are there that surely take a service away. Those that perhaps"
                f" do were looked for among the {perhaps} riskiest alone."
            )
    for size in range(1, up_to + 1):
        shown = sum(len(one.losses) == size for one in cut_sets)
        most = max(one.sizes[size].count for one in found)
        if most > shown:
            yield f"Of at least {most} {_SIZES[size]}, the {shown} that hit the most are listed."


def _assumes(kinds: Collection[LossKind] | None) -> Iterator[str]:
    yield "What is lost together is lost at once, and nothing else is."
    yield "Who is named for a duty can do it; what was tested comes back as it did."
    yield AS_SEEN
    yield from dict.fromkeys(
        text for kind, text in ELSEWHERE.items() if kinds is None or kind in kinds
    )
    yield (
        "How long it takes, how much of the newest data is lost, and whether data of one time fits"
        " together after more than one loss were not looked at; a scenario says that."
    )
    if kinds is not None:
        some = words.listed(sorted(kind.value for kind in kinds))
        yield f"Only losses of these kinds were looked at: {some}."


def _surer(search: _Points, cut_sets: Iterable[CutSet]) -> Iterator[str]:
    """Say which facts would settle what is not known, and which tests would show the rest."""
    unsure = [one for one in cut_sets if one.perhaps]
    kinds = {loss.kind for one in unsure for loss in one.losses}
    plan = search.plan
    found = {text: None for kind, text in _SETTLING.items() if kind in kinds}
    for text in found:
        unsaid = _unsaid(plan) if text == _SETTLING[LossKind.SITE] else []
        if unsaid:
            text = f"Write down at which site {words.abridged(unsaid)} can be found."
        yield text
    if unsure:
        yield from _doubts(search.question)
    bases, looked_at = search.network.organisation.bases, search.targets.values()
    never = [key for key in looked_at if bases[key].deciding_trial() is None]
    yield from untested(called(plan, key) for key in never)


def _unsaid(plan: Plan) -> list[str]:
    """Name the components of ours of which nobody wrote down where they stand."""
    return [
        one.name or key
        for key, one in plan.components.items()
        if not one.site and one.vendor is None and one.kind not in RENTED
    ]


def _doubts(question: Question) -> Iterator[str]:
    network = question.network
    for number in sorted(network.doubtful):
        kind, name = network.nodes[number]
        if kind == "doubt" and name and question.ordered.places[number] != NOWHERE:
            yield f"Find out whether this is so: {name}."

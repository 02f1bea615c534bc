"""Many recoveries at once, each an event after the other, as a machine with few hands carries them.

The rules, which ``benchmarks/forecast.py`` carries out again in SimPy, trial by trial:

* A task may begin when all that it needs has ended and one of its *ways* is free: a set of things
  (a worker, a person, a place at a repository) that it holds whole until it ends. Nothing that has
  begun is broken off.
* Whenever a task ends, what may begin does so at once: the most urgent first, for as long as there
  is room. Nobody waits for something more urgent that may come later: a greedy list schedule.
* Of two tasks that end at the same instant, the more urgent is looked at first.

All trials go in step: each step ends one task of every trial, whichever that is there. So numbers
of trials stand in rows of NumPy, and a recovery of n tasks takes n steps however many trials there
are. What may begin is kept in sets of bits, ordered by urgency: the most urgent is the lowest bit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from refloat.assess.ahead.forecasting.kinds import Kinds, kinds_of
from refloat.assess.ahead.forecasting.longest import longest_ways
from refloat.assess.ahead.forecasting.work import NO_CAUSES, Numbers, Ran, Whole, Work

Bits = NDArray[np.uint64]
Flags = NDArray[np.bool_]

_ONE = np.uint64(1)
_NEVER = np.int64(2**63 - 1)
_WIDE, _BLOCK = 1024, 64


class Simulation:
    """Some work, laid out so that many trials of it can be run.

    Args:
        work: the work. Every task has a way for which there is room at all, and no task needs
            itself in a circle.
        watched: the tasks of which it is wanted when they end.
    """

    def __init__(self, work: Work, watched: Sequence[int] = ()) -> None:
        self.needs = work.needs
        self.count = len(work.needs)
        self.kinds: Kinds = kinds_of(work.ways, work.room)
        self.watched = np.full(self.count, len(watched), np.int64)
        self.watched[list(watched)] = np.arange(len(watched))
        self.watching = tuple(watched)
        # The last is no task: it follows where nothing follows, and is never counted down to 0.
        kind = np.int16 if self.count < 2**13 else np.int32
        self.waiting = np.array([*map(len, work.needs), 2 * self.count + 1], kind)
        following: list[list[int]] = [[] for _ in work.needs]
        for task, needs in enumerate(work.needs):
            for need in needs:
                following[need].append(task)
        none = self.count
        self.first = np.array([some[0] if some else none for some in following] + [none])
        self.more = np.array([max(0, len(some) - 1) for some in following] + [0])
        self.rest = np.array([task for some in following for task in some[1:]] + [none])
        self.starts = np.concatenate(([0], np.cumsum(self.more)[:-1]))
        self.side_by_side = len(self.kinds.kind_at)
        self.place_bits = max(1, (self.side_by_side - 1).bit_length())
        self.task_bits = max(1, (self.count - 1).bit_length())

    @property
    def bits(self) -> int:
        """Bits of a number of time that are not left for the time."""
        return 0 if self.kinds.unlimited else self.place_bits + self.task_bits

    def run(self, durations: Numbers, *, causes: bool = False) -> Ran:
        """Carry out trials.

        Args:
            durations: whole numbers of some unit, a row a task and a column a trial; none negative,
                and the longest trial is below 2 to the power of 62 less ``bits``.
            causes: whether it is wanted what let each task begin.
        """
        if not self.count:
            nothing = np.zeros(durations.shape[1], np.int64)
            return Ran(np.zeros((0, len(nothing)), np.int64), nothing, NO_CAUSES, nothing - 1)
        if self.kinds.unlimited:
            return longest_ways(self.needs, durations, self.watching, causes=causes)
        trials = _Trials(self, durations, causes=causes)
        for _ in range(self.count):
            trials.step()
        ends = trials.ends[:-1] >> trials.low
        return Ran(ends, trials.now >> trials.low, trials.begun_by, trials.ended)


class _Trials:
    """Trials that are under way.

    Every kind has places, in each of which one of its tasks may run. By place and trial stands one
    number for when what runs there ends, which task it is and which place that is: the least number
    of a trial is what ends next. What stands by trial and something else (place, kind, word, task)
    lies flat, with the trial last.
    """

    def __init__(self, work: Simulation, durations: Numbers, *, causes: bool) -> None:
        self.work, self.kinds = work, work.kinds
        kinds, tasks = work.kinds, work.count
        self.count = trials = durations.shape[1]
        self.place_bits = np.int64(work.place_bits)
        self.low = np.int64(work.place_bits + work.task_bits)
        self.place_mask = np.int64((1 << work.place_bits) - 1)
        self.task_mask = np.int64((1 << work.task_bits) - 1)
        self.durations = durations.reshape(-1)
        self.left = np.repeat(work.waiting, trials)
        self.all = np.arange(trials)
        wide = work.side_by_side > _WIDE
        places = -(-work.side_by_side // _BLOCK) * _BLOCK if wide else work.side_by_side
        self.running = np.full((places, trials), _NEVER, np.int64)
        self.running_flat = self.running.reshape(-1)
        # Where there are very many places, the least of each block of them is kept, too.
        self.least = np.full((places // _BLOCK if wide else 0, trials), _NEVER, np.int64)
        self.used = 0
        # The free places of each kind lie on a pile: the last are the first to be taken.
        self.piles = np.repeat(_piles(kinds), trials)
        self.bottom = np.repeat(kinds.first_place * trials, trials)
        self.bottom += np.tile(self.all, len(kinds.kinds))
        self.top = self.bottom + np.repeat([one.places * trials for one in kinds.kinds], trials)
        self.trial_of = np.tile(self.all, len(kinds.kinds))
        self.word_of = np.repeat(kinds.first_word, trials)
        self.word_at, self.kind_at = kinds.word * trials, kinds.kind * trials
        self.pile_at = kinds.kind_at * trials
        ready, summary = _ready_at_once(work)
        self.ready, self.summary = ready.repeat(trials), summary.repeat(trials)
        self.alone = kinds.together * trials
        self.room = np.repeat(kinds.room, trials).reshape(-1, trials)
        self.way = np.repeat(kinds.first_way[kinds.kind_at], trials if kinds.choices else 0)
        self.now = np.zeros(trials, np.int64)
        self.ended = np.full(trials, -1, np.int64)
        self.ends = np.zeros((len(work.watching) + 1, trials), np.int64)
        self.ends_flat, self.row_at = self.ends.reshape(-1), work.watched * trials
        number = np.int16 if tasks < 2**15 else np.int32
        self.begun_by = np.full((tasks, trials) if causes else (0, 0), -1, number)
        self.begun_by_flat = self.begun_by.reshape(-1)
        self._begin()

    def step(self) -> None:
        """End the next task of each trial, and begin what may begin then."""
        first, used = self.running, self.used
        if len(self.least):
            first, used = self.least, -(-self.used // _BLOCK)
        key = np.minimum.reduce(first[:used], axis=0)
        place = key & self.place_mask
        key -= place
        task = self.ended = (key >> self.place_bits) & self.task_mask
        key -= task << self.place_bits
        self.now = key
        where = place * self.count
        where += self.all
        self.running_flat[where] = _NEVER
        if len(self.least):
            block = place // _BLOCK
            blocks = self.running.reshape(-1, _BLOCK, self.count)
            self.least[block, self.all] = blocks[block, :, self.all].min(axis=1)
        if self.kinds.families:
            self._give_back(task, where)
        kind = self.pile_at.take(place)
        kind += self.all
        top = self.top.take(kind)
        self.piles[top] = place
        top += self.count
        self.top[kind] = top
        if self.work.watching:
            row = self.row_at.take(task)
            row += self.all
            self.ends_flat[row] = key
        self._release(task)
        self._begin()

    def _give_back(self, task: Whole, where: Whole) -> None:
        """Give back what the tasks that ended held."""
        held, which = self.kinds.held, task
        if self.kinds.choices:
            held, which = self.kinds.held_by_way, self.way.take(where)
        for number, some in enumerate(held):
            self.room[number] += some.take(which)

    def _release(self, task: Whole) -> None:
        """Count down what waits for the tasks that ended; make ready what waits for nothing more.

        Nearly every task has one that follows; the others are looked at apart, so that a task that
        a thousand wait for costs a thousand once, and not in every trial's every step.
        """
        following = self.work.first.take(task)
        last = self._count_down(following, self.all)
        self._make_ready(last, following.take(last))
        more = self.work.more.take(task)
        which = more.nonzero()[0]
        if not which.size:
            return
        counts = more.take(which)
        ends = counts.cumsum()
        trial = which.repeat(counts)
        start = self.work.starts.take(task.take(which))
        start -= ends
        start += counts
        shift = start.repeat(counts)
        shift += np.arange(len(shift))
        following = self.work.rest.take(shift)
        last = self._count_down(following, trial)
        self._make_ready(trial.take(last), following.take(last), once=False)

    def _count_down(self, task: Whole, trial: Whole) -> Whole:
        where = task * self.count
        where += trial
        left = self.left.take(where)
        left -= 1
        self.left[where] = left
        last: Whole = (left == 0).nonzero()[0]
        return last

    def _make_ready(self, trial: Whole, task: Whole, *, once: bool = True) -> None:
        """Make tasks ready.

        Args:
            trial: in which trials.
            task: which.
            once: whether each trial is there once, which is faster.
        """
        word, bit = self.word_at.take(task), self.kinds.bit.take(task)
        word += trial
        kind, word_bit = self.kind_at.take(task), self.kinds.word_bit.take(task)
        kind += trial
        if once:
            bit |= self.ready.take(word)
            self.ready[word] = bit
            word_bit |= self.summary.take(kind)
            self.summary[kind] = word_bit
        else:
            np.bitwise_or.at(self.ready, word, bit)
            np.bitwise_or.at(self.summary, kind, word_bit)

    def _begin(self) -> None:
        """Begin all that may begin."""
        for family in self.kinds.families:
            trial = self._may_begin(family, self.all)
            while trial.size:
                for kind, some in self._most_urgent(family, trial):
                    self._begin_at(some + kind * self.count, self._take(kind, some))
                trial = self._may_begin(family, trial)
        can = self.summary[self.alone :] != 0
        can &= self.top[self.alone :] > self.bottom[self.alone :]
        where = can.nonzero()[0]
        where += self.alone
        while where.size:
            where = where.take(self._begin_at(where).nonzero()[0])

    def _begin_at(self, where: Whole, way: Whole | None = None) -> Flags:
        """Begin the most urgent ready task of some kinds, in some trials; say whether another task
        of the kind is ready, and has a place.

        Args:
            where: kind and trial; each once.
            way: with which way, where that must be remembered.
        """
        trial = self.trial_of.take(where)
        task, word, bits, summary = self._lowest(where, trial)
        self.ready[word] = bits
        self.summary[where] = summary
        top = self.top.take(where)
        top -= self.count
        self.top[where] = top
        place = self.piles.take(top)
        self.used = max(self.used, int(np.maximum.reduce(place)) + 1)
        at = task * self.count
        at += trial
        if self.begun_by_flat.size:
            self.begun_by_flat[at] = self.ended.take(trial)
        key = self.durations.take(at).astype(np.int64)
        key <<= self.low
        key += self.now.take(trial)
        task <<= self.place_bits
        key += task
        key += place
        if len(self.least):
            np.minimum.at(self.least, (place // _BLOCK, trial), key)
        place *= self.count
        place += trial
        self.running_flat[place] = key
        if way is not None and self.kinds.choices:
            self.way[place] = way
        another: Flags = summary != 0
        another &= top > self.bottom.take(where)
        return another

    def _lowest(self, where: Whole, trial: Whole) -> tuple[Whole, Whole, Bits, Bits]:
        """Give the most urgent ready task of some kinds, the word of bits that it stands in, what
        is left of that word without it, and what is left of the bits of words.
        """
        summary = self.summary.take(where)
        word_bit = _lowest_bit(summary)
        word = self.word_of.take(where)
        word += np.bitwise_count(word_bit - _ONE)
        at = word * self.count
        at += trial
        bits = self.ready.take(at)
        lowest = _lowest_bit(bits)
        word <<= 6
        word += np.bitwise_count(lowest - _ONE)
        bits ^= lowest
        word_bit *= bits == 0
        summary ^= word_bit
        return self.kinds.task.take(word), at, bits, summary

    # Kinds that may hold the same things

    def _may_begin(self, family: tuple[int, ...], trial: Whole) -> Whole:
        """Give those of some trials in which a task of some kinds may begin."""
        found = self._can(family[0], trial)
        for kind in family[1:]:
            found |= self._can(kind, trial)
        return trial[found]

    def _can(self, kind: int, trial: Whole) -> Flags:
        can: Flags = self.summary.take(trial + kind * self.count) != 0
        ways = self.kinds.kinds[kind].ways
        free = self._free(ways[0], trial)
        for way in ways[1:]:
            free |= self._free(way, trial)
        can &= free
        return can

    def _free(self, way: tuple[int, ...], trial: Whole) -> Flags:
        free: Flags = self.room[way[0]].take(trial) > 0
        for thing in way[1:]:
            free &= self.room[thing].take(trial) > 0
        return free

    def _most_urgent(self, family: tuple[int, ...], trial: Whole) -> list[tuple[int, Whole]]:
        """Say of which kind the most urgent task is that may begin, by trial."""
        best = np.full(len(trial), self.work.count)
        chosen = np.zeros(len(trial), np.int64)
        for kind in family:
            some = self._can(kind, trial).nonzero()[0]
            task = self._lowest(trial[some] + kind * self.count, trial[some])[0]
            better = task < best[some]
            best[some[better]] = task[better]
            chosen[some[better]] = kind
        return [(kind, trial[chosen == kind]) for kind in family if (chosen == kind).any()]

    def _take(self, kind: int, trial: Whole) -> Whole:
        """Take what a way needs, the first way that is free; say which way that is."""
        ways = self.kinds.kinds[kind].ways
        taken = np.zeros(len(trial), np.int64)
        left = np.arange(len(trial))
        for number, way in enumerate(ways):
            some = left
            if number < len(ways) - 1:
                free = self._free(way, trial[left])
                some, left = left[free], left[~free]
            for thing in way:
                self.room[thing][trial[some]] -= 1
            taken[some] = self.kinds.first_way[kind] + number
        return taken


def _ready_at_once(work: Simulation) -> tuple[Bits, Bits]:
    """Give the bits of the tasks that wait for nothing, and the bits of their words."""
    kinds = work.kinds
    tasks = (work.waiting[:-1] == 0).nonzero()[0]
    ready, summary = np.zeros(kinds.words, np.uint64), np.zeros(len(kinds.kinds), np.uint64)
    np.bitwise_or.at(ready, kinds.word[tasks], kinds.bit[tasks])
    np.bitwise_or.at(summary, kinds.kind[tasks], kinds.word_bit[tasks])
    return ready, summary


def _lowest_bit(words: Bits) -> Bits:
    lowest: Bits = np.bitwise_and(words, np.negative(words))
    return lowest


def _piles(kinds: Kinds) -> Whole:
    """Give the places of every kind, the first of each on top."""
    piles = [
        np.arange(first + one.places - 1, first - 1, -1)
        for one, first in zip(kinds.kinds, kinds.first_place.tolist(), strict=True)
    ]
    return np.concatenate(piles) if piles else np.zeros(0, np.int64)

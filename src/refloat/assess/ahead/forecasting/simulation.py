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

from refloat.assess.ahead.forecasting.kinds import NOTHING, Kinds, kinds_of
from refloat.assess.ahead.forecasting.longest import longest_ways
from refloat.assess.ahead.forecasting.work import NO_CAUSES, Ran, Whole, Work

Bits = NDArray[np.uint64]
Flags = NDArray[np.bool_]

_ONE = np.uint64(1)
_NEVER = np.int64(2**63 - 1)


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
        self.watched = np.full(self.count + 1, -1, np.int64)
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
        self.side_by_side = min(self.count, self.kinds.most_at_once)
        self.row_bits = max(1, (self.side_by_side - 1).bit_length())
        self.task_bits = max(1, (self.count - 1).bit_length())

    @property
    def bits(self) -> int:
        """Bits of a number of time that are not left for the time."""
        return 0 if self.kinds.unlimited else self.row_bits + self.task_bits

    def run(self, durations: Whole, *, causes: bool = False) -> Ran:
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
        return Ran(trials.ends, trials.now >> trials.low, trials.begun_by, trials.ended)


class _Trials:
    """Trials that are under way.

    What runs stands in rows of ``running``: one number for when it ends, which task it is and in
    which row it stands, so that the least number of a column is what ends next.
    """

    def __init__(self, work: Simulation, durations: Whole, *, causes: bool) -> None:
        self.work, self.kinds = work, work.kinds
        self.count = trials = durations.shape[1]
        rows, tasks = work.side_by_side, work.count
        self.row_bits = np.int64(work.row_bits)
        self.low = np.int64(work.row_bits + work.task_bits)
        self.row_mask = np.int64((1 << work.row_bits) - 1)
        self.task_mask = np.int64((1 << work.task_bits) - 1)
        keys = durations << self.low
        keys += (np.arange(tasks, dtype=np.int64) << self.row_bits)[:, None]
        self.keys = keys.reshape(-1)
        self.left = np.repeat(work.waiting, trials)
        self.all = np.arange(trials)
        self.running = np.full((rows, trials), _NEVER, np.int64)
        self.running_flat = self.running.reshape(-1)
        self.empty_rows = np.repeat(np.arange(rows - 1, -1, -1, dtype=np.int32), trials)
        self.empty = np.full(trials, rows, np.int64)
        self.used_rows = 0
        self.ready = np.zeros(self.kinds.words * trials, np.uint64)
        self.summary = np.zeros(len(self.kinds.kinds) * trials, np.uint64)
        self.room = np.repeat(self.kinds.room, trials).reshape(-1, trials)
        self.way = np.zeros(rows * trials if self.kinds.choices else 0, np.int16)
        self.now = np.zeros(trials, np.int64)
        self.ended = np.full(trials, -1, np.int64)
        self.ends = np.zeros((len(work.watching), trials), np.int64)
        self.begun_by = np.full((tasks, trials) if causes else (0, 0), -1, np.int32)
        self.begun_by_flat = self.begun_by.reshape(-1)
        for task in (work.waiting[:-1] == 0).nonzero()[0]:
            self._make_ready(self.all, np.full(trials, task))
        self._begin()

    def step(self) -> None:
        """End the next task of each trial, and begin what may begin then."""
        key = np.minimum.reduce(self.running[: self.used_rows], axis=0)
        row = key & self.row_mask
        task = self.ended = (key >> self.row_bits) & self.task_mask
        self.now = key - (task << self.row_bits) - row
        place = row * self.count
        place += self.all
        self.running_flat[place] = _NEVER
        self.empty_rows[self.empty * self.count + self.all] = row
        self.empty += 1
        self._give_back(task, place)
        if self.work.watching:
            self._watch(task)
        self._release(task)
        self._begin()

    def _give_back(self, task: Whole, place: Whole) -> None:
        """Give back what the tasks that ended held."""
        held, which = self.kinds.held, task
        if self.kinds.choices:
            held, which = self.kinds.held_by_way, self.way.take(place)
        for number, some in enumerate(held):
            self.room[number] += some.take(which)

    def _watch(self, task: Whole) -> None:
        column = self.work.watched.take(task)
        which = (column >= 0).nonzero()[0]
        if which.size:
            self.ends[column[which], which] = self.now[which] >> self.low

    def _release(self, task: Whole) -> None:
        """Count down what waits for the tasks that ended; make ready what waits for nothing more.

        Nearly every task has one that follows; the others are looked at apart, so that a task that
        a thousand wait for costs a thousand once, and not in every trial's every step.
        """
        following = self.work.first.take(task)
        last = self._count_down(following, self.all)
        self._make_ready(last, following[last])
        more = self.work.more.take(task)
        which = more.nonzero()[0]
        if not which.size:
            return
        counts = more[which]
        ends = np.cumsum(counts)
        trial = np.repeat(which, counts)
        shift = np.repeat(self.work.starts[task[which]] - ends + counts, counts)
        following = self.work.rest.take(np.arange(ends[-1]) + shift)
        last = self._count_down(following, trial)
        self._make_ready(trial[last], following[last])

    def _count_down(self, task: Whole, trial: Whole) -> Whole:
        place = task * self.count
        place += trial
        left = self.left.take(place)
        left -= 1
        self.left[place] = left
        last: Whole = (left == 0).nonzero()[0]
        return last

    def _make_ready(self, trial: Whole, task: Whole) -> None:
        kinds = self.kinds
        place = kinds.word.take(task) * self.count + trial
        np.bitwise_or.at(self.ready, place, kinds.bit.take(task))
        place = kinds.kind.take(task) * self.count + trial
        np.bitwise_or.at(self.summary, place, kinds.word_bit.take(task))

    def _begin(self) -> None:
        """Begin all that may begin."""
        for family in self.kinds.families:
            trial = self._may_begin(family, None)
            while trial.size:
                if len(family) == 1:
                    self._begin_of(family[0], trial)
                else:
                    for kind, some in self._most_urgent(family, trial):
                        self._begin_of(kind, some)
                trial = self._may_begin(family, trial)

    def _may_begin(self, family: tuple[int, ...], trial: Whole | None) -> Whole:
        """Give those of some trials, or of all, in which a task of some kinds may begin."""
        found = self._can(family[0], trial)
        for kind in family[1:]:
            found |= self._can(kind, trial)
        which = found.nonzero()[0]
        return which if trial is None else trial[which]

    def _can(self, kind: int, trial: Whole | None) -> Flags:
        start = kind * self.count
        summary = self.summary[start : start + self.count]
        can: Flags = (summary if trial is None else summary[trial]) != 0
        ways = self.kinds.kinds[kind].ways
        if ways != NOTHING:
            free = self._free(ways[0], trial)
            for way in ways[1:]:
                free |= self._free(way, trial)
            can &= free
        return can

    def _free(self, way: tuple[int, ...], trial: Whole | None) -> Flags:
        rooms = [self.room[one] if trial is None else self.room[one][trial] for one in way]
        free: Flags = rooms[0] > 0
        for room in rooms[1:]:
            free &= room > 0
        return free

    def _most_urgent(self, family: tuple[int, ...], trial: Whole) -> list[tuple[int, Whole]]:
        """Say of which kind the most urgent task is that may begin, by trial."""
        best = np.full(len(trial), self.work.count)
        chosen = np.zeros(len(trial), np.int64)
        for kind in family:
            some = (self._can(kind, trial)).nonzero()[0]
            task = self._lowest(kind, trial[some])[0]
            better = some[task < best[some]]
            best[better] = task[task < best[some]]
            chosen[better] = kind
        return [(kind, trial[chosen == kind]) for kind in family if (chosen == kind).any()]

    def _lowest(self, kind: int, trial: Whole) -> tuple[Whole, Whole, Bits, Bits]:
        """Give the most urgent ready task of a kind, and where it stands in the sets of bits."""
        summary = self.summary[kind * self.count + trial]
        word_bit = summary & (~summary + _ONE)
        word = np.bitwise_count(word_bit - _ONE).astype(np.int64)
        word += self.kinds.kinds[kind].first_word
        place = word * self.count
        place += trial
        bits = self.ready.take(place)
        lowest = bits & (~bits + _ONE)
        word <<= 6
        word += np.bitwise_count(lowest - _ONE)
        bits ^= lowest
        return self.kinds.task.take(word), place, bits, word_bit

    def _begin_of(self, kind: int, trial: Whole) -> None:
        """Begin the most urgent ready task of a kind in each of some trials."""
        task, place, bits, word_bit = self._lowest(kind, trial)
        self.ready[place] = bits
        done = (bits == 0).nonzero()[0]
        if done.size:
            self.summary[kind * self.count + trial[done]] ^= word_bit[done]
        empty = self.empty.take(trial)
        empty -= 1
        self.empty[trial] = empty
        row = self.empty_rows.take(empty * self.count + trial).astype(np.int64)
        self.used_rows = max(self.used_rows, int(row.max()) + 1)
        self._take(kind, trial, row)
        place = task * self.count
        place += trial
        if self.begun_by_flat.size:
            self.begun_by_flat[place] = self.ended[trial]
        key = self.keys.take(place)
        key += self.now.take(trial)
        key += row
        self.running_flat[row * self.count + trial] = key

    def _take(self, kind: int, trial: Whole, row: Whole) -> None:
        """Take what a way needs: the first way that is free."""
        ways = self.kinds.kinds[kind].ways
        first_way = self.kinds.kinds[kind].first_way
        left = np.arange(len(trial))
        for number, way in enumerate(ways):
            some = left
            if number < len(ways) - 1:
                free = self._free(way, trial[left])
                some, left = left[free], left[~free]
            taken = trial if len(some) == len(trial) else trial[some]
            for one in way:
                self.room[one][taken] -= 1
            if self.kinds.choices:
                self.way[row[some] * self.count + taken] = first_way + number

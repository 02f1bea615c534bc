"""What verified statements say, gathered while they pass by."""

from __future__ import annotations

import re
from collections import Counter, deque
from typing import Any

from refloat.ledger.report import DrillLine
from refloat.ledger.statement import DRILL, Statement

LATEST_DRILLS = 20

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", re.ASCII)


class Summary:
    """Counts of kinds and verdicts, the span of time, and the latest drills; small for any log."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self.verdicts: Counter[str] = Counter()
        self.drills: deque[DrillLine] = deque(maxlen=LATEST_DRILLS)
        self.first = ""
        self.last = ""
        self.back_in_time: int | None = None
        self._before = ""

    def add(self, index: int, statement: Statement) -> None:
        """Take in one statement.

        Args:
            index: its place in the log.
            statement: what it says; only call this after its signature was verified.

        """
        # A hostile signer could invent a kind for each entry; a hundred are enough to see that.
        if statement.kind in self.kinds or len(self.kinds) < 100:
            self.kinds[statement.kind] += 1
        time = statement.predicate.get("recorded_at")
        if isinstance(time, str) and _TIME.fullmatch(time):
            self._note_time(index, time)
        else:
            time = ""
        if statement.predicate_type == DRILL:
            verdict = _text(statement.predicate.get("verdict"))
            if verdict in self.verdicts or len(self.verdicts) < 100:
                self.verdicts[verdict] += 1
            service = _text(statement.predicate.get("service"))
            self.drills.append(DrillLine(index, service, verdict, time))

    def _note_time(self, index: int, time: str) -> None:
        """Widen the span; remember the first entry whose clock stood before its predecessor's."""
        if self.back_in_time is None and time[:19] < self._before:
            self.back_in_time = index
        self._before = time[:19]
        self.first = min(self.first or time, time)
        self.last = max(self.last, time)


def _text(value: Any) -> str:
    return value[:200] if isinstance(value, str) else "not said"

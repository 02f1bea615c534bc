"""How the command line shows recoverability over time (``refloat status --over``)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from refloat.assess.words import duration
from refloat.cli.shared import say, table, tell
from refloat.model.history import Gap, ServiceHistory

HEADINGS = ("Service", "Recoverable", "Gaps", "Longest gap", "Now")
SHOWN_GAPS = 5


def tell_histories(histories: Sequence[ServiceHistory], *, every_gap: bool) -> None:
    """Print the share of each service, then its gaps with their reasons, the newest first."""
    table("", HEADINGS, [_row(one) for one in histories])
    for one in histories:
        if one.gaps:
            tell()
            tell(one.name)
            shown = one.gaps if every_gap else one.gaps[-SHOWN_GAPS:]
            for gap in reversed(shown):
                tell(f"  {_span(gap)}  {gap.reason}")
            if len(shown) < len(one.gaps):
                tell(f"  … and {len(one.gaps) - len(shown)} earlier ones (--every-gap)")
    say("Today's plan was applied to all of the time.")


def _row(one: ServiceHistory) -> tuple[str, ...]:
    longest = max((gap.seconds for gap in one.gaps), default=0)
    open_now = bool(one.gaps) and one.gaps[-1].end == one.end
    return (
        one.name,
        _percent(one.share),
        str(len(one.gaps)),
        duration(longest) if one.gaps else "-",
        "✗ not recoverable" if open_now else "✓ recoverable",
    )


def _percent(share: float) -> str:
    """Say a share, rounded down: 100 % is said of the whole time alone."""
    return f"{math.floor(share * 10_000) / 100:.2f} %"


def _span(gap: Gap) -> str:
    return f"{gap.start:%Y-%m-%d %H:%M:%S} to {gap.end:%Y-%m-%d %H:%M:%S} UTC"

"""Options that several platforms share, and what follows from them."""

from __future__ import annotations

from datetime import datetime, timedelta

from refloat.model.options import Option, OptionType
from refloat.platforms import Request

KEPT_FOR = Option(
    "kept_for",
    OptionType.DURATION,
    "For how long the tool is set to keep each point, where it keeps all of them equally long; the"
    " listing does not say. A point that goes earlier is then noticed even without --whole.",
    example="35 days",
)
"""The tool itself does not say when it removes a point; whoever set it up can."""


def expires_at(request: Request, began: datetime) -> datetime | None:
    """Give when a point is to be removed, if somebody said how long they are kept.

    Args:
        request: what was asked.
        began: when the point was made.
    """
    kept_for = request.options.get(KEPT_FOR.name)
    try:
        return began + kept_for if isinstance(kept_for, timedelta) else None
    except OverflowError:
        return None

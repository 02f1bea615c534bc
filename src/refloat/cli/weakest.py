"""``refloat weakest``: which losses, alone or together, nothing repairs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from refloat.app import ahead_pages
from refloat.app import weakest as app
from refloat.app.assess import Ground
from refloat.app.workspace import Workspace
from refloat.assess.about import called
from refloat.assess.ahead.losses import in_words
from refloat.assess.ahead.weakest.grouping import Group, grouped
from refloat.cli.judging import on_facts
from refloat.cli.pages import page_option, write_page
from refloat.cli.shared import Cell, emit, say, table
from refloat.model.ahead import Loss, LossKind, Weakest
from refloat.model.plan import Plan

SHOWN = 15
"""So many rows of a table are shown if nobody says otherwise."""

_NAMED = 4
_ANY_OF = 6
_TITLES = {
    1: "One loss alone",
    2: "Two losses together, of which neither alone is too many",
    3: "Three losses together, of which no two are too many",
}
_ALREADY = "Would not come back if they alone were lost"
_APART = "Comes back, and may not fit together"


class KindsType(click.ParamType[frozenset[LossKind]]):
    """Kinds of losses on the command line: ``site,vendor,failure-domain``."""

    name = "KINDS"

    def convert(
        self, value: Any, parameter: click.Parameter | None, context: click.Context | None
    ) -> frozenset[LossKind]:
        """Give the kinds."""
        if isinstance(value, frozenset):
            return value
        known = {kind.value.replace(" ", "-"): kind for kind in LossKind}
        names = [name.strip().replace(" ", "-") for name in str(value).split(",")]
        for name in names:
            if name not in known:
                self.fail(
                    f"{name!r} is no kind of loss; there are {', '.join(known)}", parameter, context
                )
        return frozenset(known[name] for name in names)


@click.command("weakest")
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option(
    "--tier",
    type=click.IntRange(min=1),
    default=app.FIRST_TIER,
    show_default=True,
    help="Look at the services of this tier, if no service is named.",
)
@click.option(
    "--up-to",
    type=click.IntRange(1, 3),
    default=2,
    show_default=True,
    help="How many things are lost together, at most.",
)
@click.option(
    "--kinds",
    type=KindsType(),
    help="Which kinds of things are lost, with commas between: site,vendor,person,….",
)
@click.option(
    "--show",
    type=click.IntRange(min=0),
    default=SHOWN,
    show_default=True,
    help="How many rows a table has at most; the JSON has all.",
)
@page_option
@on_facts
def command(
    workspace: Workspace,
    found: Ground,
    services: tuple[str, ...],
    tier: int,
    up_to: int,
    kinds: frozenset[LossKind] | None,
    show: int,
    write_to: Path | None,
    instant: datetime,
    as_json: bool,
) -> int:
    """Name the weakest points: the smallest sets of losses after which a SERVICE does not come
    back, single ones first, and what would help most against each.

    Every site, place of copies, account, vendor, person, tool, service and component is lost in
    turn, then every two of them. What is backed up well is missing here: it comes back.

    Exit code 1 if one loss alone is too many, 2 if one is as far as is known or leaves data that
    may not fit together, 0 if none is.
    """
    query = app.WeakestQuery(services, tier, up_to, kinds)
    result = app.weakest(found, query, instant)
    if as_json:
        emit(result)
    else:
        _tell(found.plan, result, show if write_to is None else None)
    if write_to is not None:
        write_page(write_to, ahead_pages.weakest(found, result))
    return app.verdict(result)


def _tell(plan: Plan, found: Weakest, show: int | None) -> None:
    """Tell people what was found; where no row is to be shown, only how much it is."""
    count = len(found.services)
    say(f"{count} service{'s' if count > 1 else ''} looked at.", style="bold")
    if show is None:
        for size in range(1, found.up_to + 1):
            number = sum(len(one.losses) == size and not one.itself for one in found.cut_sets)
            say(f"{_TITLES[size]}: {number or 'nothing'} found.")
        for title, some in ((_ALREADY, found.already), (_APART, found.apart)):
            if some:
                say(f"{title}: {len(some)} found.")
        return
    _lines(_ALREADY, found.already.values())
    for size in range(1, found.up_to + 1):
        told = [one for one in found.cut_sets if len(one.losses) == size and not one.itself]
        if not told:
            say(f"{_TITLES[size]}: nothing found.")
            continue
        groups = grouped(told)
        rows = [_row(plan, one) for one in groups[:show]]
        table(_TITLES[size], ("", "What is lost", "Services", "What helps most"), rows)
        if len(groups) > len(rows):
            say(f"… and {len(groups) - len(rows)} more rows; --show {len(groups)} has them.")
    _lines(_APART, found.apart)
    _lines("Left out", found.left_out)
    _lines("Taken for given", found.assumes)
    _lines("What would make this surer", found.surer)


def _row(plan: Plan, group: Group) -> tuple[Cell, ...]:
    one = group.first
    each = [_any_of(plan, some) for some in group.losses]
    lost = tuple(
        f"{'and ' if at else ''}{said}{',' if at < len(each) - 1 else ''}"
        for at, said in enumerate(each)
    )
    sign = "✗" if one.services else "? perhaps"
    services = _some(plan, one.services)
    if one.perhaps:
        perhaps = _some(plan, one.perhaps)
        services = f"{services}; perhaps {perhaps}" if services else f"perhaps {perhaps}"
    return sign, lost, services, one.remedy


def _any_of(plan: Plan, losses: Sequence[Loss]) -> str:
    """Say what is lost, where any one of some losses is enough."""
    said = list(dict.fromkeys(in_words(plan, one) for one in losses))
    if len(said) > _ANY_OF:
        said[_ANY_OF - 1 :] = [f"one of {len(said) - _ANY_OF + 1} more"]
    return " or ".join(said)


def _some(plan: Plan, services: Sequence[str]) -> str:
    names = [called(plan, key) for key in services]
    if len(names) > _NAMED:
        names[_NAMED - 1 :] = [f"{len(names) - _NAMED + 1} more"]
    return f"{len(services)}: {', '.join(names)}" if services else ""


def _lines(title: str, lines: Iterable[str]) -> None:
    for at, line in enumerate(lines):
        if not at:
            say(f"{title}:", style="bold")
        say(f"  · {line}")

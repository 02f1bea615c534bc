"""``refloat forecast``: how long will the recovery take, and what would shorten it?"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from refloat import assess
from refloat.app import ahead_pages
from refloat.app import forecast as app
from refloat.app.assess import Ground
from refloat.app.scenario import Wanted
from refloat.app.scenario import outcome as scenario_outcome
from refloat.app.workspace import Workspace
from refloat.assess.words import abridged
from refloat.cli.judging import on_facts
from refloat.cli.losing import what_happens
from refloat.cli.pages import page_option, write_page
from refloat.cli.shared import emit, entered_costs, say, seconds, table
from refloat.model.ahead import Fate
from refloat.model.errors import UsageProblem
from refloat.model.forecast import (
    CriticalTask,
    Forecast,
    ForecastOption,
    Limits,
    ServiceForecast,
)

SHOWN = 40
"""So many rows of a table are shown; the JSON has all."""

_WIDTH, _TARGET_AT = 24, 16
"""Columns of a bar, and the column of the target in it."""

_FINE = 600
_SIZES = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_SIZES |= {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
_SPEED = re.compile(r"(\d{1,15}(?:\.\d{1,6})?) ?(|[kKMGT]|[KMGT]i)(B|bit)(?:/s)?")
_WAITS = {"worker": "a free restore worker", "people": "somebody free", "": "nothing"}


class BandwidthType(click.ParamType[tuple[str, float]]):
    """A repository and the bytes a second that it gives: ``repo-cloud=200MB/s``."""

    name = "REPOSITORY=SPEED"

    def convert(
        self, value: Any, parameter: click.Parameter | None, context: click.Context | None
    ) -> tuple[str, float]:
        """Give the repository's key and bytes a second."""
        if isinstance(value, tuple):
            return value
        key, _, text = str(value).partition("=")
        found = _SPEED.fullmatch(text.strip())
        if found is None or not key.strip():
            self.fail(
                f"{value!r} is no bandwidth; write it as repo-cloud=200MB/s, or 1Gbit/s",
                parameter,
                context,
            )
        size = _SIZES[found[2]]
        return key.strip(), float(found[1]) * size / (8 if found[3] == "bit" else 1)


@click.command("forecast")
@what_happens
@click.option("--workers", type=int, help="So many restores run at once; without it, all that can.")
@click.option("--people", type=int, help="So many people work at once; without it, enough.")
@click.option(
    "--bandwidth",
    type=BandwidthType(),
    multiple=True,
    help="So fast this repository can be read: repo-cloud=200MB/s. May be repeated.",
)
@click.option(
    "--trials",
    type=int,
    default=app.DEFAULT_TRIALS,
    show_default=True,
    help="How many recoveries are simulated.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=app.DEFAULT_SEED,
    show_default=True,
    help="The start of the random numbers; the same gives the same forecast.",
)
@click.option(
    "--cost",
    "costs",
    multiple=True,
    metavar="OPTION=TEXT",
    help="What an option costs, shown beside what it saves: worker='900 a month'.",
)
@page_option
@on_facts
def command(
    workspace: Workspace,
    found: Ground,
    wanted: Wanted,
    workers: int | None,
    people: int | None,
    bandwidth: tuple[tuple[str, float], ...],
    trials: int,
    seed: int,
    costs: tuple[str, ...],
    write_to: Path | None,
    instant: datetime,
    as_json: bool,
) -> int:
    """Forecast how long the recovery from a loss takes: within which time 50, 80 and 95 of 100
    recoveries are done, for each service and for the whole, against what is wanted; what decides
    it; and what one more worker, more bandwidth or a standby would save.

    Times come from drills and tests, or else from estimates in the plan; what nobody measured or
    estimated is not known. Exit code 0 when 80 of 100 meet every target, 1 when a target is missed
    or a service does not come back, 2 when it is not known.
    """
    asked = app.Asked(
        Limits(workers, people, _each_once(bandwidth)), trials, seed, entered_costs(costs)
    )
    organisation = assess.organisation(found.plan, found.facts, instant)
    result = app.forecast(organisation, wanted, asked)
    if as_json:
        emit(result)
    else:
        _tell(result, brief=write_to is not None)
    if write_to is not None:
        outcome = scenario_outcome(organisation, wanted)
        write_page(write_to, ahead_pages.scenario(found, outcome, instant, result))
    return app.verdict(result)


def _each_once(given: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Give bandwidths by repository.

    Raises:
        UsageProblem: if a repository has two.
    """
    found: dict[str, float] = {}
    for key, speed in given:
        if key in found:
            raise UsageProblem(f"{key} has two bandwidths", hint="Give each repository only one.")
        found[key] = speed
    return found


def _tell(found: Forecast, *, brief: bool) -> None:
    say(found.scenario.title + ".", style="bold")
    say(_sentence(found))
    if brief:
        return
    rows = [_service(one) for one in found.services if one.seconds is not None]
    columns = ("", "Service", "50 of 100", "80 of 100", "95 of 100", "Target", "", "Within it")
    _table("Back within, in so many of 100 recoveries", columns, rows)
    if rows:
        say("A bar reaches to 50 (█), 80 (▓) and 95 (░) of 100; │ is the target.")
    _lines("Comes back, and may not fit together", _unfit(found.services))
    others = [
        ("✗ does not come back" if one.fate is Fate.GONE else "? not known", one.name, one.why_not)
        for one in found.services
        if one.seconds is None
    ]
    _table("Without a forecast", ("", "Service", "Why"), others)
    _table(
        "What decides when all of this is back (without spread)",
        ("From", "To", "What is done", "Waited for", "Decides"),
        [_critical(one) for one in found.critical_path],
    )
    _table(
        "What would change it",
        (
            "What",
            "80 of 100 then",
            "Saves",
            "Meets its target with it",
            "Comes back with it",
            "Cost",
        ),
        [_option(found, one) for one in found.options],
    )
    _table(
        "Where times come from",
        ("What is done", "Middle", "9 of 10 between", "", "Because"),
        [
            (one.task, seconds(one.seconds), _between(one.low, one.high), one.basis, one.because)
            for one in found.durations
        ],
    )
    _lines("Taken for given", found.assumes)
    _lines("What would make this surer", found.surer)


def _sentence(found: Forecast) -> str:
    if not found.services:
        return "No service goes down, so nothing has to be brought back."
    known = [one for one in found.services if one.seconds is not None]
    missed = sum(app.missed(one) and one.seconds is not None for one in found.services)
    gone = sum(one.fate is Fate.GONE for one in found.services)
    unknown = len(found.services) - len(known) - gone
    parts = []
    if found.whole is not None:
        parts.append(
            f"In 80 of 100 recoveries, {_count(len(known), 'service')} of {len(found.services)} "
            f"{'are' if len(known) > 1 else 'is'} back within {_about(found.whole.p80)}"
        )
    if missed:
        parts.append(f"{missed} of these miss{'' if missed > 1 else 'es'} the target")
    unfit = sum(bool(one.misfits) for one in known)
    if unfit:
        parts.append(
            f"{unfit} of these rest{'' if unfit > 1 else 's'} on data that may not fit together"
        )
    if gone:
        parts.append(f"{gone} do{'' if gone > 1 else 'es'} not come back")
    if unknown:
        parts.append(f"of {unknown} nobody can say when")
    return "; ".join(parts) + "."


def _service(one: ServiceForecast) -> tuple[str, ...]:
    assert one.seconds is not None, "only services with a forecast have a row"
    target, within = one.target_seconds, one.within_target
    return (
        "" if target is None else "✗" if app.missed(one) else "✓",
        one.name,
        *(_about(value) for value in (one.seconds.p50, one.seconds.p80, one.seconds.p95)),
        seconds(target) if target is not None else "none",
        _bar(one),
        f"{100 * within:.0f} of 100" if within is not None else "",
    )


def _unfit(services: Iterable[ServiceForecast]) -> Iterator[str]:
    """Say of each group of data that may not fit together whose it is, and which others need it."""
    own: dict[str, list[str]] = {}
    needed: dict[str, list[str]] = {}
    for one in services:
        for misfit in one.misfits:
            some = f"{one.name}{'' if misfit.own else f' ({misfit.drawn})'}"
            (own if misfit.own else needed).setdefault(misfit.group, []).append(some)
    for group in dict.fromkeys((*own, *needed)):
        parts = (("of", own), ("needed by", needed))
        said = [f"{how} {abridged(some[group])}" for how, some in parts if group in some]
        yield f"Data of the group {group}, {'; '.join(said)}."


def _bar(one: ServiceForecast) -> str:
    """Draw a service's times; the target always stands in the same column."""
    if one.target_seconds is None or one.seconds is None:
        return ""
    unit = max(one.target_seconds, 1e-9) / _TARGET_AT
    ends = [round(value / unit) for value in (one.seconds.p50, one.seconds.p80, one.seconds.p95)]
    signs = [
        next((sign for sign, end in zip("█▓░", ends, strict=True) if at < end), " ")
        for at in range(_WIDTH)
    ]
    signs.insert(_TARGET_AT, "│")
    return "".join(signs) + (">" if ends[-1] > _WIDTH else " ")


def _critical(one: CriticalTask) -> tuple[str, ...]:
    return (
        seconds(one.starts),
        seconds(one.ends),
        one.task,
        _WAITS.get(one.waits_for, one.waits_for),
        f"in {100 * one.critical:.0f} of 100",
    )


def _option(found: Forecast, one: ForecastOption) -> tuple[str, ...]:
    names = {some.service: some.name for some in found.services}
    saves = "not comparable"
    if one.saves is not None:
        saves = _about(one.saves) if one.saves > 0 else "nothing"
        if one.saves < 0:
            saves = f"takes {_about(-one.saves)} longer"
    return (
        f"{one.what} ({one.key})",
        _about(one.whole.p80) if one.whole is not None else "not known",
        saves,
        ", ".join(names.get(key, key) for key in one.meets),
        ", ".join(names.get(key, key) for key in one.brings_back),
        one.cost or "not entered",
    )


def _between(low: float | None, high: float | None) -> str:
    return f"{_about(low)} and {_about(high)}" if low is not None else "not known"


def _about(value: float | None) -> str:
    """Say a time as exactly as a forecast can: from ten minutes on, in minutes, rounded up."""
    return seconds(value if value is None or value < _FINE else math.ceil(value / 60) * 60)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _table(title: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    if rows:
        table(title, columns, rows[:SHOWN])
        if len(rows) > SHOWN:
            say(f"… and {len(rows) - SHOWN} more; --json has all.")


def _lines(title: str, lines: Iterable[str]) -> None:
    for at, line in enumerate(lines):
        if not at:
            say(f"{title}:", style="bold")
        say(f"  · {line}")

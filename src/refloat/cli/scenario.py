"""``refloat scenario``: what would survive, and what would come back?"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from pathlib import Path

import click

from refloat import assess
from refloat.app import ahead_pages
from refloat.app import scenario as app
from refloat.app.assess import Ground
from refloat.app.workspace import Workspace
from refloat.assess.ahead.misfits import apart
from refloat.assess.words import abridged, day
from refloat.cli.judging import on_facts
from refloat.cli.losing import what_happens
from refloat.cli.pages import page_option, write_page
from refloat.cli.scenario_list import lost_time, tell_all
from refloat.cli.shared import emit, say, seconds, table
from refloat.model.ahead import (
    CopyFate,
    CopyOutcome,
    DataSetOutcome,
    DocumentOutcome,
    Fate,
    LastTest,
    PersonOutcome,
    ScenarioOutcome,
    ServiceOutcome,
    TestResult,
)
from refloat.model.answers import Reach
from refloat.model.errors import UsageProblem

SHOWN = 40
"""So many rows of a table are shown; the JSON has all."""

_FATES = {
    Fate.UNTOUCHED: "✓ untouched",
    Fate.BACK: "✓ comes back",
    Fate.DEGRADED: "? degraded",
    Fate.UNKNOWN: "? not known",
    Fate.GONE: "✗ does not come back",
}
_GOES = {Fate.UNTOUCHED: "goes on", Fate.BACK: "comes back", Fate.DEGRADED: "degraded"}
_COPIES = {
    CopyFate.SURVIVES: "✓ survives",
    CopyFate.LOST: "✗ lost",
    CopyFate.EXPOSED: "✗ can be altered",
    CopyFate.SHUT: "✗ cannot be opened",
    CopyFate.UNKNOWN: "? not known",
}
_RESULTS = {
    TestResult.PASSED: "✓ passed",
    TestResult.HELD: "✓ held",
    TestResult.NOTHING: "? showed nothing",
    TestResult.PART: "? passed in part",
    TestResult.FAILED: "✗ failed",
    TestResult.NEVER: "✗ never tested",
}
_REACH = {Reach.REACHABLE: "✓", Reach.LOST: "✗ lost", Reach.UNKNOWN: "? not known"}


@click.command("scenario")
@what_happens
@page_option
@on_facts
def command(
    workspace: Workspace,
    found: Ground,
    wanted: app.Wanted,
    write_to: Path | None,
    instant: datetime,
    as_json: bool,
) -> int:
    """Say what would survive a loss: which copies, keys and sign-ins, which services come back, in
    which order and by when, with what loss of data, and what could still be read.

    Without a name, list what the plan suggests: identity, ransomware, each site, each provider,
    each deletion by mistake, each person away. What nobody wrote down is not known, and never a
    yes. Exit code 0 when everything comes back, early enough or not, 1 when a service or data does
    not, 2 when it is not known, or not known whether data fits together.
    """
    organisation = assess.organisation(found.plan, found.facts, instant)
    if not wanted.anything:
        if write_to is not None:
            raise UsageProblem(
                "a page tells one scenario", hint="Name it, or say --lose KEY; --json lists all."
            )
        listed = app.listed(organisation)
        if as_json:
            emit(listed)
        else:
            tell_all(listed)
        return 0
    outcome = app.outcome(organisation, wanted)
    if as_json:
        emit(outcome)
    else:
        _tell(outcome, brief=write_to is not None)
    if write_to is not None:
        write_page(write_to, ahead_pages.scenario(found, outcome, instant))
    return app.verdict(outcome)


def _tell(found: ScenarioOutcome, *, brief: bool) -> None:
    say(found.scenario.title + ".", style="bold")
    say(_sentence(found))
    if brief:
        return
    _services(found.services)
    _data(found.data_sets, {key for one in apart(found.groups) for key in one.data_sets})
    _groups(found)
    access = [one for one in found.access if one.reach is not Reach.REACHABLE]
    rows = [(_REACH[one.reach], one.what, one.where, one.because) for one in access]
    columns = ("", "What", "Where, or with what", "Why")
    _table("What cannot be opened, or perhaps cannot", columns, rows)
    _readable("Read and publish", (*found.documents, *found.channels))
    _tests(found)
    for person in found.people:
        say(_away(person))
    _lines("Circles", found.circles)
    _lines("Taken for given", found.assumes)
    _lines("What would make this surer", found.surer)


def _away(person: PersonOutcome) -> str:
    """Say what nobody else may do than somebody who is away, and who stands in for the rest."""
    others = ", ".join(person.stands_in)
    if person.duties:
        text = f"{person.name} is away. What nobody else may do: {', '.join(person.duties)}."
        return f"{text} For the rest: {others}." if others else text
    if others:
        return f"{person.name} is away. Others may do all that is due: {others}."
    return f"{person.name} is away. Nothing of the recovery is waiting for that."


def _sentence(found: ScenarioOutcome) -> str:
    one = app.line(found)
    text = f"{_of_services(one, len(found.services))}{_against_targets(one)}"
    gone = sum(data.lost and data.fate is Fate.GONE for data in found.data_sets)
    if gone:
        sets = "1 data set does" if gone == 1 else f"{gone} data sets do"
        text += f" {sets} not come back."
    unknown = sum(data.lost and data.fate is Fate.UNKNOWN for data in found.data_sets)
    if unknown:
        sets = "1 data set" if unknown == 1 else f"{unknown} data sets"
        comes = "it comes" if unknown == 1 else "they come"
        text += f" Of {sets} nobody can say whether {comes} back."
    if one.apart:
        sets = "1 group of data" if one.apart == 1 else f"{one.apart} groups of data"
        text += f" {sets} cannot be brought back to one time{_resting(one)}."
    return text


def _resting(one: app.ScenarioLine) -> str:
    """Say how many services have data that may not fit together, and how many only need these."""
    if not one.unfit:
        return ""
    more = f"; {one.on_unfit} more cannot run without {'it' if one.unfit == 1 else 'them'}"
    return f": it is data of {_of(one.unfit, 0)} service{'s' if one.unfit > 1 else ''}" + (
        more if one.on_unfit else ""
    )


def _against_targets(one: app.ScenarioLine) -> str:
    """Say how many services that come back miss what the business needs."""
    parts = []
    if one.late:
        parts.append("1 is later than its target" if one.late == 1 else f"{one.late} are too late")
    if one.loses_more:
        verb = "loses" if one.loses_more == 1 else "lose"
        parts.append(f"{one.loses_more} {verb} more of the newest data than may be lost")
    return f" Of those that come back, {' and '.join(parts)}." if parts else ""


def _of_services(one: app.ScenarioLine, total: int) -> str:
    if one.untouched == total:
        return "No service goes down."
    parts = []
    if one.back:
        within = f" within {seconds(one.seconds)}" if one.seconds is not None else ""
        parts.append(f"{_of(one.back, total)} {'come' if one.back > 1 else 'comes'} back{within}")
    if one.gone:
        some = _of(one.gone, 0 if parts else total)
        parts.append(f"{some} {'do' if one.gone > 1 else 'does'} not come back")
    if one.unknown:
        some = _of(one.unknown, 0 if parts else total)
        comes = "they come" if one.unknown > 1 else "it comes"
        parts.append(f"{'of' if parts else 'Of'} {some} nobody can say whether {comes} back")
    if one.untouched:
        parts.append(f"{one.untouched} go on" if one.untouched > 1 else "1 goes on")
    return "; ".join(parts) + "."


def _of(count: int, total: int) -> str:
    """Give a number of services, the first time with how many there are."""
    if not total:
        return str(count)
    return f"{count} of {total} service{'' if total == 1 else 's'}"


def _services(services: Sequence[ServiceOutcome]) -> None:
    told = [one for one in services if one.fate is not Fate.UNTOUCHED or one.misfits]
    rows = [
        (
            _what_becomes(one),
            one.name,
            str(one.wave or ""),
            _within(one),
            _loses(one),
            one.because,
        )
        for one in told
    ]
    columns = ("", "Service", "Wave", "Back within (target)", "Loses (target)", "Why")
    _table("Services", columns, rows)


def _what_becomes(one: ServiceOutcome) -> str:
    """Say what becomes of a service; what rests on data that may not fit is no plain yes."""
    if not one.misfits or one.fate not in _GOES:
        return _FATES[one.fate]
    return f"? {_GOES[one.fate]}{',' if one.misfits[0].own else ', on what'} may not fit"


def _within(one: ServiceOutcome) -> str:
    if one.wave is None:
        return ""
    return _held(seconds(one.seconds), one.seconds, one.target_seconds)


def _loses(one: ServiceOutcome) -> str:
    if one.wave is None:
        return ""
    return _held(lost_time(one.loss_seconds), one.loss_seconds, one.loss_target_seconds)


def _held(text: str, value: float | None, target: float | None) -> str:
    """Hold a value against its target."""
    if value is None or target is None:
        return text
    return f"{'✓' if value <= target else '✗'} {text} ({seconds(target)})"


def _data(data_sets: Sequence[DataSetOutcome], apart: Container[str]) -> None:
    rows = [
        (_in_use(one, one.data_set in apart), one.name, *_copy(copy, one))
        for one in data_sets
        for copy in one.copies or (None,)
    ]
    _table("Data and its copies", ("In use", "Data", "Copy in", "That copy", "Why"), rows)


def _in_use(one: DataSetOutcome, apart: bool) -> str:
    """Say what becomes of data; what perhaps does not fit together is no plain yes."""
    return "? comes back, may not fit" if apart and one.fate is Fate.BACK else _FATES[one.fate]


def _groups(found: ScenarioOutcome) -> None:
    rows = [
        (
            "✓" if one.fits else "?",
            one.name if one.named else f"{one.name} (no group)",
            lost_time(one.loss_seconds),
            f"{seconds(one.skew_seconds)} ({seconds(one.allowed_seconds)})",
            one.because,
            abridged(
                some.name
                for some in found.services
                for misfit in some.misfits
                if misfit.group == one.name and one.named and not misfit.own
            ),
        )
        for one in found.groups
    ]
    columns = ("", "Group", "Loses together", "Apart (allowed)", "Why", "Needed by")
    _table("Data that must be of one time", columns, rows)


def _tests(found: ScenarioOutcome) -> None:
    names = {one.service: one.name for one in found.services}
    rows: list[tuple[str, ...]] = [
        (
            _RESULTS[one.result].replace("✓", "?") if one.stale else _RESULTS[one.result],
            names.get(one.service, "this scenario"),
            f"{one.kind}: {one.what}" if one.kind else "",
            day(one.at) if one.at is not None else "",
            " ".join(one.stale) or _until(one),
        )
        for one in found.tested
    ]
    _table("Last tested", ("", "What", "By", "When", "Still counts"), rows)


def _until(one: LastTest) -> str:
    return f"until {day(one.counts_until)}" if one.counts_until is not None else ""


def _copy(copy: CopyOutcome | None, one: DataSetOutcome) -> tuple[str, str, str]:
    if copy is None:
        return "none", "", one.because
    return copy.repository, _COPIES[copy.fate], copy.way or copy.because


def _readable(title: str, documents: Iterable[DocumentOutcome]) -> None:
    rows = [
        (
            "✓" if one.readable_at else "? later" if one.later_at else "✗",
            one.key,
            ", ".join(one.content),
            ", ".join(one.readable_at or one.later_at) or "nowhere",
            "" if one.readable_at else ", ".join(one.needs),
        )
        for one in documents
    ]
    _table(title, ("", "Key", "What", "Where", "Waits for"), rows)


def _table(title: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    if rows:
        table(title, columns, rows[:SHOWN])
        if len(rows) > SHOWN:
            say(f"… and {len(rows) - SHOWN} more; --json has all.")


def _lines(title: str, lines: Sequence[str]) -> None:
    if lines:
        say(f"{title}:", style="bold")
        for one in lines[:SHOWN]:
            say(f"  · {one}")
        if len(lines) > SHOWN:
            say(f"  … and {len(lines) - SHOWN} more; --json has all.")

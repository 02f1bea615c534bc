"""How ``refloat scenario`` tells people of all scenarios that a plan suggests."""

from __future__ import annotations

from refloat.app import scenario as app
from refloat.assess.words import day
from refloat.cli.shared import Cell, room, say, seconds, table

_ROOM = 120
"""In less room the list is told in fewer columns."""


def tell_all(listed: app.ScenarioList) -> None:
    """Tell people of all scenarios that a plan suggests, a line each."""
    if not listed.scenarios:
        say("The plan suggests no scenario: it names nothing that could be lost.")
        return
    if room() < _ROOM:
        _in_little_room(listed)
    else:
        _in_full(listed)
    for one in listed.scenarios:
        if one.alone:
            duties = "1 duty" if one.alone == 1 else f"{one.alone} duties"
            say(f"{one.key}: {duties} that nobody else has.")
    for kind, count in listed.left_out.items():
        say(f"… and {count} more that begin with {kind}:")


def _in_full(listed: app.ScenarioList) -> None:
    rows: list[tuple[Cell, ...]] = [
        (
            one.key,
            one.title,
            _count("✗", one.gone),
            _count("?", one.unknown),
            _back(one),
            *_how_well(one),
            _tried(one),
        )
        for one in listed.scenarios
    ]
    columns = ("Scenario", "What happens", "Services gone", "Not known", "Come back")
    table("", (*columns, "Within", "Loses at most", "Data lost whole", "Last tested"), rows)


def _in_little_room(listed: app.ScenarioList) -> None:
    """Tell the same with what happens below the name, and all of the services in one column."""
    rows: list[tuple[Cell, ...]] = [
        ((one.key, one.title), _services(one), *_how_well(one), _tried(one))
        for one in listed.scenarios
    ]
    columns = ("Scenario", "Services", "Within", "Loses at most", "Data lost whole", "Last tested")
    table("", columns, rows)


def _services(one: app.ScenarioLine) -> tuple[str, ...]:
    back = _back(one)
    first, *more = (back,) if isinstance(back, str) else back
    counted = f"{first} back" if one.back else first
    gone, unknown = _count("✗", one.gone), _count("?", one.unknown)
    lines = (f"{gone} gone" if gone else "", f"{unknown} not known" if unknown else "", counted)
    return tuple(filter(None, (*lines, *more)))


def _how_well(one: app.ScenarioLine) -> tuple[str, str, str]:
    """Say when the last is back, how much is lost at most, and of how many data sets all is."""
    back = (_within_all(one), _lost(one)) if one.back else ("", "")
    return (*back, _count("✗", one.lost_data))


def _lost(one: app.ScenarioLine) -> str:
    """Say how much is lost at most, and whether that is surely so."""
    text = lost_time(one.loss_seconds)
    return f"? {text}" if one.unfit and not one.loses_more else _missed(text, one.loses_more)


def _tried(one: app.ScenarioLine) -> str:
    """Say when a scenario itself was last tried."""
    if one.tested_at is None:
        return "never"
    return f"{'?' if one.tested_stale else ''} {day(one.tested_at)}".strip()


def _back(one: app.ScenarioLine) -> Cell:
    """Say how many services come back, and of how many that is no plain yes."""
    if not (one.back or one.gone or one.unknown or one.unfit):
        return "all go on"
    if not one.unfit:
        return _count("✓", one.back)
    more = (f"{one.on_unfit} need{'s' if one.on_unfit == 1 else ''} it",) if one.on_unfit else ()
    back = f"? {one.back}" if one.back else "? all go on"
    return (back, f"{one.unfit} may not fit", *more)


def _within_all(one: app.ScenarioLine) -> str:
    """Say when the last is back that comes back, and whether any is too late."""
    if one.seconds is None and one.late:
        return f"✗ {one.late} too late; of others not known"
    return _missed(seconds(one.seconds), one.late)


def _missed(text: str, count: int) -> str:
    """Mark what misses the target of at least one service."""
    return f"✗ {text}" if count else text


def _count(sign: str, count: int) -> str:
    return f"{sign} {count}" if count else ""


def lost_time(value: float | None) -> str:
    """Say how much of the newest data is lost, given in seconds; None is not known."""
    return "not known" if value is None else seconds(value) if value else "nothing"

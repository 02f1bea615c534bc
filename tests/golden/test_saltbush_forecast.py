"""The forecast of the reference organisation, held against times that are added up by hand."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from refloat.assess.ahead.forecasting.forecast import Asked, forecast
from refloat.assess.ahead.ready_made import ready_made, scenario_named
from refloat.assess.ahead.scenario import scenario_outcome
from refloat.assess.assessor import Assessor
from refloat.assess.organisation import Organisation
from refloat.model.ahead import Fate
from refloat.model.forecast import Forecast, Limits
from tests.golden.reference_organisation import (
    AS_OF,
    Pair,
    facts_of,
    give_the_backup_server_a_break_glass_account,
    reference,
)
from tests.golden.test_saltbush_pages import _COMMAND, PAGES, example, refloat

__all__ = ["example"]

HEAD_OFFICE = "site:geelong-hq"
MINUTES = {
    "network": 30,
    "key-vault": 20,
    "identity": 90,  # network 30, then 60
    "licence-server": 115,  # identity 90, then 25
    "clinical-app": 190,  # licence server 115, then 75
    "payments": 370,  # identity 90, then 280
    "booking": 410,  # payments 370 (nobody wrote that down; it was seen), then 40
}
OPENED = give_the_backup_server_a_break_glass_account
PAGE = PAGES / "forecast-a-recovery.md"


def as_it_stands(pair: Pair) -> Pair:
    return pair


def seen(change: Callable[[Pair], Pair] = as_it_stands) -> Organisation:
    plan, feed = change(reference())
    return Assessor(plan, facts_of(feed)).organisation(AS_OF)


def of(organisation: Organisation, name: str, limits: Limits | None = None) -> Forecast:
    asked = Asked(limits or Limits(), trials=2_000)
    return forecast(organisation, scenario_named(organisation, name), asked)


def test_losing_the_head_office_is_what_adds_up_by_hand() -> None:
    found = of(seen(OPENED), HEAD_OFFICE)
    back = {one.service: one.without_limits for one in found.services}
    assert {key: back[key] for key in MINUTES} == {
        key: minutes * 60.0 for key, minutes in MINUTES.items()
    }
    assert found.without_limits == 410 * 60.0
    assert [one.service for one in found.critical_path] == [
        "network",
        "identity",
        "payments",
        "booking",
    ]


def test_as_it_stands_only_what_needs_no_sign_in_has_a_forecast() -> None:
    found = of(seen(), HEAD_OFFICE)
    known = {one.service for one in found.services if one.seconds is not None}
    assert known == {"network", "key-vault", "status-site", "telephony"}
    best = found.options[0]
    assert best.key == "break-glass:bkp01"
    assert {"identity", "payments", "booking"} <= set(best.brings_back)
    pathology = next(one for one in found.services if one.service == "pathology")
    assert pathology.seconds is None


def test_payments_miss_their_target_in_nearly_all_trials() -> None:
    found = of(seen(OPENED), HEAD_OFFICE)
    payments = next(one for one in found.services if one.service == "payments")
    assert payments.within_target is not None
    assert payments.within_target < 0.2
    assert payments.seconds is not None
    assert payments.target_seconds == 4 * 3600.0
    assert payments.seconds.p80 > payments.target_seconds


def test_one_worker_alone_restores_one_after_the_other_and_a_second_helps() -> None:
    found = of(seen(OPENED), HEAD_OFFICE, Limits(workers=1))
    every = [one.seconds for one in found.durations if one.seconds is not None]
    assert found.critical_path[-1].ends == sum(every), "one restore after the other"
    worker = next(one for one in found.options if one.key == "worker")
    assert worker.saves is not None
    assert worker.saves > 2 * 3600


@pytest.mark.parametrize("change", [as_it_stands, OPENED])
def test_forecast_and_scenario_agree_on_every_loss(change: Callable[[Pair], Pair]) -> None:
    organisation = seen(change)
    for scenario in ready_made(organisation).values():
        outcome = scenario_outcome(organisation, scenario)
        found = forecast(organisation, scenario, Asked(trials=20))
        forecasts = {one.service: one for one in found.services}
        for one in outcome.services:
            if one.fate is Fate.UNTOUCHED:
                assert one.service not in forecasts, scenario.key
                continue
            expected = one.seconds if one.fate in (Fate.BACK, Fate.DEGRADED) else None
            assert forecasts[one.service].without_limits == expected, (scenario.key, one)


@pytest.mark.parametrize(("code", "typed"), _COMMAND.findall(PAGE.read_text(encoding="utf-8")))
def test_a_command_does_what_the_page_says(example: Path, code: str, typed: str) -> None:
    ended = refloat(example, *shlex.split(typed))
    assert ended.returncode == int(code or 0), ended.stderr
    assert ended.stdout or (example / "forecast.html").exists()
    assert "Traceback" not in ended.stderr
    assert not (example / ".refloat").exists(), "judging files writes nothing"


def test_the_command_gives_the_same_bytes_each_time_and_says_what_it_cannot_know(
    example: Path,
) -> None:
    typed = (
        f"forecast {HEAD_OFFICE} --facts facts --as-of 2026-11-22T09:00:00+11:00 --trials 200"
        " --workers 2 --people 3 --bandwidth repo-cloud=1Gbit/s --cost worker='900 a month' --json"
    )
    ended = [refloat(example, *shlex.split(typed)) for _ in range(2)]
    assert ended[0].stdout == ended[1].stdout
    assert ended[0].returncode == 1
    said = json.loads(ended[0].stdout)
    assert said["limits"]["bandwidth"] == {"repo-cloud": 125_000_000.0}
    assert {one["cost"] for one in said["options"] if one["key"] == "worker"} == {"900 a month"}


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("forecast --facts facts", 64),
        (f"forecast {HEAD_OFFICE} --facts facts --trials 0", 64),
        (f"forecast {HEAD_OFFICE} --facts facts --workers -1", 64),
        (f"forecast {HEAD_OFFICE} --facts facts --bandwidth repo-usb=quick", 64),
        (f"forecast {HEAD_OFFICE} --facts facts --bandwidth attic=1MB/s", 66),
        (f"forecast {HEAD_OFFICE} --facts facts --cost worker", 64),
        (
            f"forecast {HEAD_OFFICE} --facts facts --bandwidth repo-usb=1MB/s"
            " --bandwidth repo-usb=2MB/s",
            64,
        ),
        ("forecast atlantis --facts facts", 66),
    ],
)
def test_what_cannot_be_meant_is_refused(example: Path, typed: str, code: int) -> None:
    ended = refloat(example, *shlex.split(typed))
    assert ended.returncode == code, ended.stderr
    assert "Traceback" not in ended.stderr

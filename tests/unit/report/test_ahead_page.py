"""The pages that look ahead: the result first, nothing by colour alone, nothing that can hurt."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import ahead_sample as sample
import pytest
from test_report_page import Reader

from refloat.assess.ground.plan_graph import PlanGraph
from refloat.model.ahead import (
    CopyFate,
    CutSet,
    Fate,
    Loss,
    LossKind,
    Scenario,
    ScenarioOutcome,
    ServiceOutcome,
    Weakest,
)
from refloat.model.forecast import Percentiles
from refloat.model.plan import Component, ComponentKind, Dependency, Plan, Service
from refloat.report import _ahead_forecast as forecasts
from refloat.report import _ahead_services as services
from refloat.report import ahead
from refloat.report._ahead_durations import simulated
from refloat.report._ahead_map import component_fates, draw
from refloat.report._ahead_words import Names, cards, sentence
from refloat.report._scale import scale
from refloat.report.ahead import scenario_page, weakest_page

HOUR, DAY = 3600.0, 86400.0
BODIES: dict[str, Callable[[], bytes]] = {
    name: partial(lambda made: scenario_page(made()), made) for name, made in sample.SAMPLES.items()
}
BODIES["weakest"] = lambda: weakest_page(*sample.weakest())


@pytest.fixture(scope="module", params=sorted(BODIES))
def content(request: pytest.FixtureRequest) -> bytes:
    return BODIES[str(request.param)]()


@pytest.fixture(scope="module")
def head_office() -> bytes:
    return BODIES["head-office"]()


@pytest.fixture(scope="module")
def forecast() -> bytes:
    return BODIES["forecast"]()


def section(content: bytes, name: str) -> str:
    after = content.decode().partition(f'<h2 id="{name}">')[2]
    return after.partition("</h2>")[2].partition("</section>")[0]


def words(part: str) -> str:
    return Reader(f"<div>{part}</div>".encode()).text


def test_it_is_well_formed_and_can_be_read_aloud(content: bytes) -> None:
    read = Reader(content)
    ids = read.attributes("id")
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    assert {name.removeprefix("#") for name in read.attributes("href")} <= set(ids)
    named = " ".join(read.attributes("aria-labelledby")).split()
    assert set(named) <= set(ids)
    tags = [tag for tag, _ in read.tags]
    assert tags.count("h1") == 1
    assert tags.count("caption") == tags.count("table")
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h\d", tag)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    for tag, given in read.tags:
        if tag == "svg" and not {"x", "y"} <= set(given):
            spoken = given.get("role") == "img" and (
                given.get("aria-label") or given.get("aria-labelledby")
            )
            assert spoken or given.get("aria-hidden") == "true"


def test_it_needs_nothing_from_outside_and_runs_nothing(content: bytes) -> None:
    read = Reader(content)
    tags = {tag for tag, _ in read.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "use"}
    for _, given in read.tags:
        assert not {"src", "style", "srcset", "xlink:href", "data"} & set(given)
        assert not [key for key in given if key.startswith("on")]
    assert all(target.startswith("#") for target in read.attributes("href"))
    style = "".join(data for tag, data in read.texts if tag == "style")
    assert not [word for word in ("url(", "@import", "http", "@font-face") if word in style]


def test_colour_never_stands_alone(content: bytes) -> None:
    read = Reader(content)
    for position, (tag, given) in enumerate(read.tags):
        if tag == "span" and (given.get("class") or "").startswith("state "):
            assert read.tags[position + 1][0] == "svg", "a state without its symbol"
    for text in re.findall(r'<text class="what [^>]*>([^<]*)<', content.decode()):
        assert re.match(r"[✓✗?!◐\N{EN DASH}▲] .", text)


def test_every_mark_has_a_symbol_and_a_colour_of_its_own(forecast: bytes) -> None:
    text = forecast.decode()
    shapes = dict(re.findall(r'<svg class="icon (\w+)"[^>]*>(.*?)</svg>', text, re.DOTALL))
    assert set(shapes) >= {"good", "bad", "open", "risk", "less", "idle", "shut"}
    assert len(set(shapes.values())) == len(shapes)
    for mark in shapes.keys() - {"clock"}:
        assert re.search(rf"\.{mark}\b[^{{]*{{ color: var", text)


def test_the_result_stands_first_in_one_breath(head_office: bytes) -> None:
    text = Reader(head_office).text
    said = (
        "9 of 11 services that go down come back, 8 of these within 7 h 30 min; 1 does not: "
        "Scanned paper-record archive; of 1 nobody can say: Payroll and timesheets. "
        "1 group of data cannot be brought back to one time. "
        "1 duty of those who are away falls to nobody."
    )
    assert said in text
    first = text.index(said)
    assert first < text.index("Do the services come back? 9 of 11")
    assert text.index("Within the time that is allowed? 4 of 11") < text.index(
        "What happens: 4 losses"
    )


def test_what_does_not_come_back_stands_before_what_does(head_office: bytes) -> None:
    part = section(head_office, "services")
    titles = re.findall(r'scope="rowgroup">(.*?)<', part)
    assert titles[:2] == ["Does not come back", "Nobody can say whether it comes back"]
    assert titles[2:] == [f"Comes back in wave {number}" for number in range(1, 6)]
    text = words(part)
    assert "never; 5 days allowed" in text
    assert "6 h 50 min of 3 h, too late" in text
    assert "not known when; 2 h allowed" in text
    assert "Untouched: Email (Exchange Online), SharePoint, OneDrive, Teams files" in text
    assert part.count('class="endless"') == 3


def test_bars_stop_at_their_target_and_go_on_beyond_it() -> None:
    given = sample.head_office()
    rows = services.table(given.plan, given.outcome, Names(given.plan))
    found = {row.name: row.back for _, group in rows.groups for row in group}
    late = found["Online booking platform"]
    assert late.target_at == late.within == rows.axis.at(3 * HOUR)
    assert late.within + late.beyond == pytest.approx(rows.axis.at((6 + 5 / 6) * HOUR), abs=0.01)
    timely = found["Sites' WAN, firewall, DNS"]
    assert (timely.within, timely.beyond) == (rows.axis.at(HOUR / 2), 0.0)


@pytest.mark.parametrize("fate", [Fate.GONE, Fate.UNKNOWN])
def test_what_does_not_come_back_never_has_a_bar(fate: Fate) -> None:
    given = sample.head_office()
    hit = [replace(one, fate=fate, seconds=None) for one in given.outcome.services]
    rows = services.table(
        given.plan, replace(given.outcome, services=tuple(hit)), Names(given.plan)
    )
    assert rows.total == 14
    for _, group in rows.groups:
        assert all(row.back.endless and not row.back.within for row in group)


def test_each_copy_has_a_sign_and_a_word(head_office: bytes) -> None:
    part = section(head_office, "data")
    table = part.partition('class="stack matrix"')[2].partition("</table>")[0]
    for mark, word in (
        ("good", "survives"),
        ("bad", "lost"),
        ("risk", "can be altered"),
        ("shut", "cannot be opened"),
        ("open", "not known"),
    ):
        assert re.search(rf'<span class="state {mark}"><svg class="icon {mark}".*?{word}<', table)
    text = words(part)
    assert "domain-admins -> bkp01 -> repo-nas1" in text
    assert "of 2026-11-21 19:30 UTC" in text


def test_many_repositories_become_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refloat.report._ahead_copies.COLUMNS", 1)
    part = section(BODIES["head-office"](), "data")
    assert 'class="stack matrix"' not in part
    assert part.count("can be altered</span>") == 2, "in the list, and with its reason"


def test_the_map_tells_lost_restored_gone_and_untouched_apart_without_colour(
    head_office: bytes,
) -> None:
    part = section(head_office, "map")
    boxes = re.findall(
        r'<rect class="box (\w+) whole".*?/>\s*(<path class="corner")?.*?'
        r'<text class="what words \w+" y="\d+">(.*?)</text>',
        part,
        re.DOTALL,
    )
    assert len(boxes) == 14
    seen = {(mark, bool(corner), text[0]) for mark, corner, text in boxes}
    assert seen == {
        ("bad", True, "✗"),
        ("open", True, "?"),
        ("less", True, "◐"),
        ("risk", True, "!"),
        ("good", True, "✓"),
        ("idle", False, "\N{EN DASH}"),
    }
    style = head_office.decode().partition("<style>")[2].partition("</style>")[0]
    frames = {
        mark: re.findall(rf"\.map \.box\.{mark} {{([^}}]*)}}", style)[0]
        for mark in ("bad", "open", "less", "risk", "good", "idle")
    }
    drawn = {
        re.sub(r"(stroke|fill): var\([^)]*\);?", "", frame).strip() for frame in frames.values()
    }
    assert len(drawn) == 6, "every frame differs in width or in its dashes"
    assert "✗ the scanned records: not back" in part
    assert "identity &lt;- bkp01 &lt;- identity" in part


def test_a_part_that_keeps_its_service_away_is_marked_whatever_took_it() -> None:
    hard = Dependency("switch")
    plan = Plan(
        "Small",
        {},
        {},
        {key: Service(key, key.upper(), needs=(hard,)) for key in ("a", "b", "c")},
        {"switch": Component("switch", ComponentKind.NETWORK, "the switch", site="hq")},
    )
    away, perhaps, fine = (ServiceOutcome(key, key.upper(), 1, Fate.BACK, "") for key in "abc")
    away = replace(away, fate=Fate.GONE, blocked_by=("switch",))
    perhaps = replace(perhaps, fate=Fate.UNKNOWN, blocked_by=("switch",))
    graph = PlanGraph(plan)

    def fates(*services: ServiceOutcome, lost: bool = False) -> dict[str, tuple[Fate, bool]]:
        losses = (Loss(LossKind.SITE, "hq"),) if lost else ()
        scenario = Scenario("", "Something", losses)
        outcome = ScenarioOutcome(scenario, sample.NOW, services, ())
        return component_fates(plan, outcome, graph)

    assert fates(away, perhaps, fine) == {"switch": (Fate.GONE, True)}
    assert fates(perhaps, fine, lost=True) == {"switch": (Fate.UNKNOWN, True)}
    assert fates(fine, lost=True) == {"switch": (Fate.BACK, True)}
    assert fates(fine) == {}
    drawn = draw(
        plan,
        ScenarioOutcome(Scenario("", "Something", ()), sample.NOW, (away, perhaps), ()),
        {},
        Names(plan),
    )
    assert drawn.shared
    assert drawn.drawing is not None
    assert sorted(box.face.part for box in drawn.drawing.boxes) == [False, False, True]
    assert len(drawn.drawing.lines) == 2


def test_what_was_only_seen_is_on_the_map(head_office: bytes) -> None:
    assert section(head_office, "map").count('class="hard seen') == 1
    text = Reader(head_office).text
    assert "seen, not written down: Medicare and EFTPOS claiming gateway" in text


def test_what_cannot_be_reached_or_read_stands_first(head_office: bytes) -> None:
    text = words(section(head_office, "access"))
    assert text.index("out of reach") < text.index("not known") < text.index("can be reached")
    text = words(section(head_office, "documents"))
    assert text.index("can be read later") < text.index("telephone numbers")
    assert "cannot be used" in text
    text = words(section(head_office, "people"))
    assert text.index("Ben declare an incident") < text.index("Dev nothing Ben")


def test_it_says_what_was_assumed_and_what_would_make_it_surer(forecast: bytes) -> None:
    given = sample.SAMPLES["forecast"]()
    assert given.forecast is not None
    assumed, surer = words(section(forecast, "assumes")), words(section(forecast, "surer"))
    said = (given.outcome.scenario.assumes, given.outcome.assumes, given.forecast.assumes)
    for text in itertools.chain.from_iterable(said):
        assert text in assumed
    assert surer.index(given.forecast.surer[0]) < surer.index(given.outcome.surer[0])


def test_the_forecast_shows_spread_target_and_share(forecast: bytes) -> None:
    text = words(section(forecast, "forecast"))
    assert "10,000 recoveries were simulated" in text
    assert "at most 2 restores at once" in text
    assert "3 h of 2 h, too late half: 2 h 15 min; 95 of 100: 4 h 45 min" in text
    assert "48 of 100" in text
    assert "no forecast; 5 days allowed The only copy" in text
    assert "Scanned paper-record archive does not come back" in text, "it is said nowhere else"


def test_the_critical_path_says_what_each_task_waited_for(forecast: bytes) -> None:
    part = section(forecast, "path")
    text = words(part)
    assert "1 h 15 min to 2 h 15 min. Waited for: a free place for a restore." in text
    assert "On the critical path in 99 of 100 recoveries" in text
    assert part.count('class="reach"') == 7, "all but the first waited"


def test_options_say_what_they_buy_beside_what_they_cost(forecast: bytes) -> None:
    text = words(section(forecast, "options"))
    assert "saves 2 h 42 min: 6 h 18 min instead of 9 h" in text
    assert "Comes back only with it: Scanned paper-record archive. AU$ 300 once" in text
    assert "nobody can say what it does to the time" in text
    assert "not given" in text


def test_bars_of_options_share_one_axis_and_only_what_compares_has_them() -> None:
    given = sample.SAMPLES["forecast"]()
    assert given.forecast is not None
    one, freeing, unknown = forecasts.view(given.forecast, Names(given.plan)).options
    assert one.now is not None
    assert one.then == pytest.approx(0.7 * one.now, abs=0.01)
    assert (freeing.now, freeing.then, unknown.now, unknown.then) == (None, None, None, None)
    slower = replace(given.forecast.options[0], saves=-HOUR, whole=Percentiles(1.0, 1e5, 2e5))
    changed = replace(given.forecast, options=(given.forecast.options[0], slower))
    first, second = forecasts.view(changed, Names(given.plan)).options
    assert first.now == second.now
    assert second.then is not None
    assert first.now is not None
    assert first.now < second.then <= 100


def test_what_is_known_least_stands_first_among_durations(forecast: bytes) -> None:
    text = words(section(forecast, "durations"))
    table = text.partition("Because")[2]
    order = [table.index(f" {word} ") for word in ("not known", "estimated", "scaled", "measured")]
    assert order == sorted(order)
    assert (
        "Of 18 durations: 4 measured, 4 measured once, 4 scaled, 3 estimated, 3 not known." in text
    )


def test_shares_are_never_rounded_to_all_or_none() -> None:
    said = [forecasts.of_hundred(share) for share in (0.0, 0.0004, 0.29, 0.5, 0.9999, 1.0)]
    assert said == [
        "0 of 100",
        "fewer than 1 of 100",
        "29 of 100",
        "50 of 100",
        "99 of 100",
        "100 of 100",
    ]


def test_a_simulated_time_is_rounded_up_to_the_minute() -> None:
    assert simulated(4 * HOUR) == "4 h"
    assert simulated(4 * HOUR + 0.2) == "4 h 1 min"
    assert simulated(59.5) == "1 min"


def test_a_target_met_by_80_of_100_is_met() -> None:
    given = sample.SAMPLES["forecast"]()
    assert given.forecast is not None
    one = replace(given.forecast.services[0], target_seconds=HOUR)
    for p80, mark in ((HOUR, "good"), (HOUR + 1, "risk")):
        spread = Percentiles(HOUR / 2, p80, 2 * HOUR)
        changed = replace(given.forecast, services=(replace(one, seconds=spread),))
        [row] = forecasts.view(changed, Names(given.plan)).rows
        assert row.mark == mark


def test_single_points_come_first_with_what_helps() -> None:
    content = BODIES["weakest"]()
    text = Reader(content).text
    assert "12 of 14 services hang on a single point." in text
    assert "The worst: nothing is left of the network's settings." in text
    places = [text.index(word) for word in ("Broken already", "Single points", "Pairs:", "Triples")]
    assert places == sorted(places)
    part = section(content, "single-points")
    widths = [float(one) for one in re.findall(r'class="within"[^>]*width="([\d.]+)%"', part)]
    assert widths == [pytest.approx(100 * 12 / 14, abs=0.01), pytest.approx(100 / 14, abs=0.01)]
    assert "Keep a second copy elsewhere." in part
    assert "everything kept at geelong-hq is lost, or nothing is left of SMB share on NAS" in part
    assert "1 of 14, perhaps 1 more" in part
    assert 'class="maybe"' in part
    pairs = words(section(content, "pairs"))
    assert "perhaps 3 of 14" in pairs
    rows = words(section(content, "services"))
    assert "Online booking platform on a single point 1 1 0" in rows
    assert "AD DS and Entra ID sign-in does not come back already" in rows


def test_what_a_service_loses_alone_with_itself_is_no_single_point() -> None:
    plan, found = sample.weakest()
    itself = CutSet((Loss(LossKind.SERVICE, "identity"),), ("identity",), "", itself="identity")
    content = weakest_page(
        plan, replace(found, cut_sets=(itself, *found.cut_sets), found=(3, 1, 1))
    )
    assert "2 in all." in words(section(content, "single-points"))
    assert "How many single points? 2" in Reader(content).text


def test_what_was_left_out_of_the_weakest_is_said() -> None:
    plan, found = sample.weakest()
    partly = replace(found, complete=2, left_out=("Triples of 9,000 things were not looked at.",))
    text = Reader(weakest_page(plan, partly)).text
    assert "Every set of up to 2 was found; of larger ones there may be more." in text
    assert "Triples of 9,000 things were not looked at." in text


def test_no_cut_set_and_no_service_are_said_as_they_are() -> None:
    plan, found = sample.weakest()
    none = Reader(weakest_page(plan, replace(found, cut_sets=(), already={}))).text
    assert "No 3 losses keep any of 14 services away for good." in none
    assert none.count("None was found") == 3
    empty = Reader(weakest_page(plan, Weakest((), found.as_of, 2, ()))).text
    assert "No service was looked at, so nothing can be said." in empty


def test_many_cut_sets_are_shown_in_part_and_the_page_says_so() -> None:
    plan, found = sample.weakest()
    many = tuple(
        CutSet((Loss(LossKind.COMPONENT, f"c{n}"),), ("booking",), "It is gone.", f"Mend {n}.")
        for n in range(5000)
    )
    content = weakest_page(plan, replace(found, cut_sets=many))
    assert "120 of 5000 rows are shown" in Reader(content).text
    assert len(content) < 200_000


@pytest.mark.parametrize(
    ("fates", "said"),
    [
        ((Fate.UNTOUCHED,), "No service goes down: it goes on."),
        ((Fate.UNTOUCHED, Fate.UNTOUCHED), "No service goes down: all 2 go on."),
        ((Fate.BACK,), "1 of 1 service comes back within 1 h."),
        (
            (Fate.GONE, Fate.UNTOUCHED),
            "None of 1 service that goes down comes back; 1 does not: A.",
        ),
        ((Fate.BACK, Fate.UNKNOWN), "1 of 2 services comes back within 1 h; of 1 nobody can say"),
        ((), "The plan names no service, so nothing can be said to come back."),
    ],
)
def test_the_sentence_says_it_for_few_and_for_none(fates: tuple[Fate, ...], said: str) -> None:
    given = sample.head_office().outcome
    some = tuple(
        replace(given.services[0], fate=fate, name="AB"[n], seconds=HOUR)
        for n, fate in enumerate(fates)
    )
    assert sentence(replace(given, services=some)).startswith(said)


def test_duties_that_fall_to_nobody_are_said_though_nothing_goes_down() -> None:
    given = sample.untouched()
    away = replace(given.outcome, people=sample.head_office().outcome.people)
    said = "No service goes down: all 14 go on. 1 duty of those who are away falls to nobody."
    assert sentence(away) == said
    assert "no service and no data is hit" in Reader(scenario_page(given)).text


def test_what_brings_more_back_helps_most() -> None:
    given = sample.SAMPLES["forecast"]()
    assert given.forecast is not None
    shown = forecasts.view(given.forecast, Names(given.plan))
    assert shown.cards[2].word == "1 more service back"
    assert shown.options[1].text == "brings more back; all of that within 9 h"
    saving = replace(given.forecast, options=given.forecast.options[:1])
    assert forecasts.view(saving, Names(given.plan)).cards[2].word == "2 h 42 min less"


def test_who_goes_on_with_less_never_goes_down() -> None:
    given = sample.head_office()
    first = replace(given.outcome.services[0], fate=Fate.DEGRADED, wave=None, seconds=0.0)
    outcome = replace(given.outcome, services=(first,))
    assert sentence(outcome).startswith("No service goes down: it goes on.")
    text = Reader(scenario_page(replace(given, outcome=outcome))).text
    assert "Goes on, with less" in text
    assert "never goes down" in text
    assert "Comes back" not in text


def test_data_that_nobody_can_open_is_not_called_gone() -> None:
    given = sample.head_office()
    stuck, whole = (
        replace(
            sample.data_set(given.plan, "archive-files", Fate.GONE, {"repo-nas1": fate}),
            name="the scans",
        )
        for fate in (CopyFate.SHUT, CopyFate.LOST)
    )
    for data, said in (
        (stuck, "Of 1 data set nothing can be brought back."),
        (whole, "Nothing is left of the scans."),
    ):
        outcome = replace(given.outcome, data_sets=(data,))
        assert cards(outcome)[-1].reasons[0] == said
        assert cards(outcome)[-1].mark == "bad"


def test_a_forecast_of_a_part_never_calls_it_everything() -> None:
    given = sample.SAMPLES["forecast"]()
    assert given.forecast is not None
    answer = forecasts.view(given.forecast, Names(given.plan)).cards[0]
    assert (answer.word, answer.mark) == ("Not known", "open")
    assert answer.sentence.startswith("The rest within 9 h")
    gone = tuple(replace(one, fate=Fate.GONE) for one in given.forecast.services[-1:])
    changed = replace(given.forecast, services=(*given.forecast.services[:-1], *gone))
    answer = forecasts.view(changed, Names(given.plan)).cards[0]
    assert (answer.word, answer.mark) == ("Never all of it", "bad")
    known = tuple(one for one in given.forecast.services if one.seconds is not None)
    whole = forecasts.view(replace(given.forecast, services=known), Names(given.plan))
    assert (whole.cards[0].word, whole.cards[0].mark) == ("9 h", "clock")
    assert "all services that go down are back within 9 h" in whole.sentence


def test_nothing_is_not_a_pass() -> None:
    text = Reader(BODIES["empty"]()).text
    assert "nothing can be said to come back" in text
    assert "article" not in [tag for tag, _ in Reader(BODIES["empty"]()).tags]


def test_hostile_names_stay_names() -> None:
    content = BODIES["hostile"]()
    read = Reader(content)
    for nasty in ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"):
        assert nasty in read.text
    assert not [sign for sign in "\x00\x07\u202e\u202c" if sign in content.decode()]


def test_a_very_large_organisation_is_shown_in_part_and_the_page_says_so() -> None:
    content = scenario_page(sample.large())
    text = Reader(content).text
    assert "300 of 2000 services that are hit are shown" in text
    assert "40 of 2000 services are drawn" in text
    assert "120 of 10000 components are named in it" in text
    assert "200 of 10000 data sets are shown" in text
    assert "300 of 2000 services are shown, the first to be back first" in text
    assert "200 of 6000 of these are shown" in text
    assert len(content) < 2_500_000


def test_an_axis_has_few_ticks_in_order_that_people_know() -> None:
    for times in ([0.2, 4.9], [1800.0, 10 * HOUR], [5.0, 200 * DAY], [60.0], [], [1.0, 4e8]):
        axis = scale(times)
        places = [tick.at for tick in axis.ticks]
        assert places[0] == 0.0
        assert places == sorted(places)
        assert 2 <= len(places) <= 8
        assert all(after - before > 9 for before, after in itertools.pairwise(places))
    assert [tick.text for tick in scale([5.0, 90 * DAY]).ticks][-1] == "90 days"


def test_seconds_beside_months_are_seen_and_in_order() -> None:
    axis = scale([30.0, 3 * HOUR, 90 * DAY])
    assert not axis.even
    short, middle, long = (axis.at(one) for one in (30.0, 3 * HOUR, 90 * DAY))
    assert 5 < short < middle < long <= 100
    assert scale([HOUR, 5 * HOUR]).even
    assert scale([30.0, 90 * DAY], even=True).even


def test_the_same_input_gives_the_same_bytes_in_any_process() -> None:
    program = (
        "import sys; sys.path[:0] = sys.argv[1:3]; import ahead_sample, hashlib;"
        "from refloat.report.ahead import scenario_page, weakest_page;"
        "print(hashlib.sha256(scenario_page(ahead_sample.SAMPLES['forecast']())"
        " + weakest_page(*ahead_sample.weakest())).hexdigest())"
    )
    both = BODIES["forecast"]() + BODIES["weakest"]()
    digests = {hashlib.sha256(both).hexdigest()}
    folder = Path(__file__).parent
    for seed, zone in (("1", "UTC"), ("2", "Australia/Melbourne")):
        run = subprocess.run(
            [sys.executable, "-c", program, str(folder), str(folder.parents[2])],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LANG": "C"},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        digests.add(run.stdout.strip())
    assert len(digests) == 1


def test_long_lists_say_what_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "LIMIT", 1)
    text = Reader(scenario_page(sample.head_office())).text
    assert "1 of 3 assumptions are shown" in text
    assert "1 of 4 losses are shown" in text

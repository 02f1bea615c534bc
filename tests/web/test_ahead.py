"""The pages that look ahead, as people see them: wide and narrow, light, dark and on paper."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from refloat.report.ahead import scenario_page, weakest_page
from tests.web.looking import (
    A4,
    A4_ACROSS,
    BLACK_ON_WHITE,
    fits_and_asks_for_nothing,
    map_is_reached_by_keyboard,
    opened,
    printed,
)

sys.path.append(str(Path(__file__).parents[1] / "unit" / "report"))
import ahead_sample as sample

pytestmark = pytest.mark.browser
NAMES = [*sorted(sample.SAMPLES), "weakest"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("ahead")
    result = {name: folder / f"{name}.html" for name in NAMES}
    for name, made in sample.SAMPLES.items():
        result[name].write_bytes(scenario_page(made()))
    result["weakest"].write_bytes(weakest_page(*sample.weakest()))
    return result


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("name", NAMES)
def test_it_fits_and_asks_for_nothing(
    browser: Browser, files: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    fits_and_asks_for_nothing(browser, files[name], width, scheme)


@pytest.mark.parametrize("name", ["head-office", "forecast", "weakest"])
def test_the_answer_is_seen_without_scrolling(
    browser: Browser, files: dict[str, Path], name: str
) -> None:
    view, _ = opened(browser, files[name], 1280, "light")
    bottom = view.evaluate(
        """Math.max(...[...document.querySelectorAll(".answer .word")].map(one =>
             one.getBoundingClientRect().bottom))"""
    )
    assert bottom < 900
    view.context.close()


@pytest.mark.parametrize("name", ["head-office", "hostile"])
def test_no_text_runs_out_of_its_box_or_over_another(
    browser: Browser, files: dict[str, Path], name: str
) -> None:
    view, _ = opened(browser, files[name], 1280, "light")
    crossing = view.evaluate(
        """() => [...document.querySelectorAll(".map g > svg")].filter(box => {
             const frame = box.parentElement.querySelector("rect").getBoundingClientRect();
             const texts = [...box.querySelectorAll("text")].map(one =>
                 one.getBoundingClientRect());
             return texts.some((one, n) => one.bottom > frame.bottom + 1 ||
                 (n && one.top < texts[n - 1].top + 8));
           }).map(box => box.textContent)"""
    )
    assert crossing == []
    view.context.close()


def test_what_becomes_of_a_part_is_not_cut_off(browser: Browser, files: dict[str, Path]) -> None:
    view, _ = opened(browser, files["head-office"], 1280, "light")
    cut = view.evaluate(
        """() => [...document.querySelectorAll(".map g > svg text")].filter(text => {
             const box = text.getBBox();
             return box.x + box.width > text.ownerSVGElement.width.baseVal.value;
           }).map(text => text.textContent)"""
    )
    assert [text for text in cut if ": " in text] == []
    view.context.close()


@pytest.mark.parametrize("width", [400, 1280])
def test_the_words_of_an_axis_do_not_meet(
    browser: Browser, files: dict[str, Path], width: int
) -> None:
    view, _ = opened(browser, files["forecast"], width, "light")
    axes = view.evaluate(
        """() => [...document.querySelectorAll("svg.axis")].filter(one => one.checkVisibility() &&
             !(one.closest("thead") && innerWidth < 640)).map(axis =>
             [...axis.querySelectorAll("text")].map(one => one.getBoundingClientRect()).every(
               (one, n, all) => !n || all[n - 1].right < one.left))"""
    )
    assert len(axes) >= 3
    assert all(axes)
    view.context.close()


def test_a_bar_is_as_long_as_its_axis_says(browser: Browser, files: dict[str, Path]) -> None:
    view, _ = opened(browser, files["forecast"], 1280, "light")
    first, one_hour = view.evaluate(
        """() => { const table = document.querySelector(".path");
             const bar = table.querySelector("tbody rect.within").getBoundingClientRect();
             const ticks = [...table.querySelectorAll("tr:nth-child(2) line.grid")].map(one =>
                 one.getBoundingClientRect().x);
             return [bar.width, (ticks[1] - ticks[0]) / 2]; }"""
    )
    assert first == pytest.approx(one_hour, abs=2), "ticks are two hours apart"
    view.context.close()


@pytest.mark.parametrize(
    ("name", "most"),
    [("head-office", 12), ("forecast", 15), ("weakest", 4), ("empty", 3), ("untouched", 3)],
)
def test_it_prints_on_a4(browser: Browser, files: dict[str, Path], name: str, most: int) -> None:
    view, _ = opened(browser, files[name], 1280, "dark")
    paper = printed(view)
    assert 1 <= paper.sheets <= most
    assert paper.sizes <= {A4, A4_ACROSS}, "upright, and the map across"
    assert (A4_ACROSS in paper.sizes) == (name in ("head-office", "forecast"))
    assert paper.colours == BLACK_ON_WHITE
    view.context.close()


def test_the_map_can_be_reached_by_keyboard(browser: Browser, files: dict[str, Path]) -> None:
    map_is_reached_by_keyboard(browser, files["head-office"], 400)


def test_the_map_begins_with_boxes_on_a_phone(browser: Browser, files: dict[str, Path]) -> None:
    view, _ = opened(browser, files["head-office"], 360, "light")
    above = view.evaluate(
        """() => { const top = one => one.getBoundingClientRect().top;
             const map = document.querySelector("svg.map");
             const boxes = [...map.querySelectorAll("rect.box")].filter(
               one => one.getBoundingClientRect().left < innerWidth);
             return [boxes.length, Math.min(...boxes.map(top)) - top(map)]; }"""
    )
    assert above[0] > 0
    assert above[1] < 40
    view.context.close()


def test_the_largest_opens(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "large.html"
    file.write_bytes(scenario_page(sample.large()))
    view, trouble = opened(browser, file, 1280, "light")
    assert trouble == []
    assert view.evaluate("document.documentElement.scrollWidth") <= 1280
    view.context.close()

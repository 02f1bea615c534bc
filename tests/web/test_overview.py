"""The assessment as people see it: in Chromium, wide and narrow, light and dark, on paper."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.web.looking import (
    A4,
    BLACK_ON_WHITE,
    fits_and_asks_for_nothing,
    map_is_reached_by_keyboard,
    opened,
    printed,
)

sys.path.append(str(Path(__file__).parents[1] / "unit" / "report"))
import overview_sample as sample

pytestmark = pytest.mark.browser
NAMES = sorted(sample.SAMPLES)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("overviews")
    result = {}
    for name in NAMES:
        result[name] = folder / f"{name}.html"
        result[name].write_bytes(sample.SAMPLES[name]()[1])
    return result


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1280])
@pytest.mark.parametrize("name", NAMES)
def test_it_fits_and_asks_for_nothing(
    browser: Browser, files: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    fits_and_asks_for_nothing(browser, files[name], width, scheme)


@pytest.mark.parametrize("width", [380, 1280])
def test_both_verdicts_are_seen_without_scrolling(
    browser: Browser, files: dict[str, Path], width: int
) -> None:
    view, _ = opened(browser, files["saltbush"], width, "light")
    bottom = view.evaluate(
        """Math.max(...[...document.querySelectorAll(".answer .word")].map(one =>
             one.getBoundingClientRect().bottom))"""
    )
    assert bottom < 900
    view.context.close()


def test_no_text_runs_out_of_its_box(browser: Browser, files: dict[str, Path]) -> None:
    view, _ = opened(browser, files["saltbush"], 1280, "light")
    crossing = view.evaluate(
        """() => [...document.querySelectorAll(".map g > svg")].filter(box => {
             const right = box.previousElementSibling.getBoundingClientRect().right;
             const texts = [...box.querySelectorAll("text")].map(one =>
                 one.getBoundingClientRect());
             const meet = texts.length > 2 && texts[1].right > texts[2].left;
             return meet || texts.some(one => one.right > right);
           }).map(box => box.textContent)"""
    )
    assert crossing == []
    view.context.close()


def test_codes_are_folded_and_open_by_keyboard(browser: Browser, files: dict[str, Path]) -> None:
    view, _ = opened(browser, files["saltbush"], 1280, "light")
    code = view.locator("#costs ~ .cost details code").first
    assert not code.is_visible()
    view.locator("#costs ~ .cost summary").first.focus()
    view.keyboard.press("Enter")
    assert code.is_visible()
    view.context.close()


@pytest.mark.parametrize(("name", "most"), [("saltbush", 14), ("single", 8), ("empty", 4)])
def test_it_prints_on_a4(browser: Browser, files: dict[str, Path], name: str, most: int) -> None:
    view, _ = opened(browser, files[name], 1280, "dark")
    paper = printed(view)
    assert 1 <= paper.sheets <= most
    assert (paper.sizes, paper.colours) == ({A4}, BLACK_ON_WHITE)
    assert not view.locator("#costs ~ .cost details").first.is_visible()
    view.context.close()


def test_the_map_can_be_reached_by_keyboard(browser: Browser, files: dict[str, Path]) -> None:
    map_is_reached_by_keyboard(browser, files["saltbush"], 380)

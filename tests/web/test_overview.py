"""The assessment as people see it: in Chromium, wide and narrow, light and dark, on paper."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.web.looking import fits_and_asks_for_nothing, opened

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
    printed = view.pdf(prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type /Page\b", printed)) <= most
    sizes = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed))
    assert {(round(float(w)), round(float(h))) for w, h in sizes} == {(595, 842)}
    view.emulate_media(media="print")
    shown = (
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert view.evaluate(shown) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert not view.locator("#costs ~ .cost details").first.is_visible()
    view.context.close()


def test_the_map_can_be_reached_by_keyboard(browser: Browser, files: dict[str, Path]) -> None:
    view, _ = opened(browser, files["saltbush"], 380, "light")
    scrolls = view.evaluate(
        """() => { const map = document.querySelector(".scroll"); map.focus();
             return [document.activeElement === map, map.scrollWidth > map.clientWidth]; }"""
    )
    assert scrolls == [True, True]
    view.context.close()

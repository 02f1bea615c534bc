"""The report as people see it: looked at in Chromium, wide and narrow, light, dark and on paper."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from refloat.report.html import page
from tests.web.looking import (
    A4,
    BLACK_ON_WHITE,
    fits_and_asks_for_nothing,
    map_is_reached_by_keyboard,
    opened,
    printed,
)

sys.path.append(str(Path(__file__).parents[1] / "unit" / "report"))
import report_sample as sample

pytestmark = pytest.mark.browser
NAMES = sorted(sample.SAMPLES)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    result = {}
    for name in NAMES:
        result[name] = folder / f"{name}.html"
        result[name].write_bytes(page(sample.SAMPLES[name]()))
    return result


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1280])
@pytest.mark.parametrize("name", NAMES)
def test_it_fits_and_asks_for_nothing(
    browser: Browser, files: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    fits_and_asks_for_nothing(browser, files[name], width, scheme)


@pytest.mark.parametrize("name", ["proven", "failed", "undrilled"])
def test_it_is_styled_in_both_schemes(browser: Browser, files: dict[str, Path], name: str) -> None:
    colours = []
    for scheme in ("light", "dark"):
        view, _ = opened(browser, files[name], 1280, scheme)
        colours.append(view.evaluate("getComputedStyle(document.body).backgroundColor"))
        pictures = view.screenshot(full_page=True)
        assert len(pictures) > 20_000
        view.context.close()
    assert colours == ["rgb(255, 255, 255)", "rgb(16, 23, 29)"]


def test_the_verdicts_are_seen_without_scrolling(browser: Browser, files: dict[str, Path]) -> None:
    for name in ("proven", "failed", "undrilled"):
        view, _ = opened(browser, files[name], 1280, "light")
        bottom = view.evaluate(
            """Math.max(...[...document.querySelectorAll(".answer .word")].map(one =>
                 one.getBoundingClientRect().bottom))"""
        )
        assert bottom < 900
        view.context.close()


def test_bars_are_as_long_as_they_say(browser: Browser, files: dict[str, Path]) -> None:
    view, _ = opened(browser, files["failed"], 1280, "light")
    within, beyond, target = view.evaluate(
        """() => { const last = [...document.querySelectorAll(".gauge svg")].at(-1);
             const box = name => last.querySelector(name).getBoundingClientRect();
             return [box(".within").width, box(".beyond").width, box(".target").x
                     - last.getBoundingClientRect().x]; }"""
    )
    # 25 min lost where 15 min are allowed.
    assert within / (within + beyond) == pytest.approx(15 / 25, abs=0.02)
    assert target == pytest.approx(within, abs=3)
    view.context.close()


@pytest.mark.parametrize(("name", "most"), [("proven", 8), ("failed", 9), ("large", 30)])
def test_it_prints_on_a4(browser: Browser, files: dict[str, Path], name: str, most: int) -> None:
    view, _ = opened(browser, files[name], 1280, "dark")
    paper = printed(view)
    assert 2 <= paper.sheets <= most
    assert (paper.sizes, paper.colours) == ({A4}, BLACK_ON_WHITE)
    view.context.close()


def test_the_map_can_be_reached_by_keyboard(browser: Browser, files: dict[str, Path]) -> None:
    map_is_reached_by_keyboard(browser, files["large"], 380)

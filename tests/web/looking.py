"""Pages as people look at them: opened in a browser that has no network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

_TOO_WIDE = """width => [...document.querySelectorAll("main *")].filter(one =>
  !one.closest(".scroll, .hidden, thead, svg") &&
  one.getBoundingClientRect().right > width + 1).map(one => one.outerHTML.slice(0, 90))"""
"""Only what is made to be scrolled sideways may be wider than the page."""


def opened(browser: Browser, file: Path, width: int, scheme: str) -> tuple[Page, list[str]]:
    """Open a page; give it and whatever it complained of or asked for."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        offline=True,
    )
    view, trouble = context.new_page(), []
    view.on("console", lambda message: trouble.append(f"console: {message.text}"))
    view.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    view.on("dialog", lambda dialog: trouble.append(f"dialog: {dialog.message}"))
    view.on(
        "request",
        lambda asked: trouble.append(asked.url) if asked.url != file.as_uri() else None,
    )
    view.goto(file.as_uri())
    return view, trouble


@dataclass(frozen=True)
class Printed:
    """A page on paper: how many sheets, their sizes in points, the colours of ink and paper."""

    sheets: int
    sizes: frozenset[tuple[int, int]]
    colours: tuple[str, str]


A4, A4_ACROSS = (595, 842), (842, 595)
BLACK_ON_WHITE = ("rgb(0, 0, 0)", "rgb(255, 255, 255)")


def printed(view: Page) -> Printed:
    """Print a page; it stays as it is on paper."""
    paper = view.pdf(prefer_css_page_size=True)
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper)
    view.emulate_media(media="print")
    ink, ground = view.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    return Printed(
        len(re.findall(rb"/Type /Page\b", paper)),
        frozenset((round(float(width)), round(float(height))) for width, height in sizes),
        (ink, ground),
    )


def map_is_reached_by_keyboard(browser: Browser, file: Path, width: int) -> None:
    """See that the map, where it is wider than the page, can be scrolled without a mouse."""
    view, _ = opened(browser, file, width, "light")
    scrolls = view.evaluate(
        """() => { const map = document.querySelector(".scroll"); map.focus();
             return [document.activeElement === map, map.scrollWidth > map.clientWidth]; }"""
    )
    assert scrolls == [True, True]
    view.context.close()


def fits_and_asks_for_nothing(browser: Browser, file: Path, width: int, scheme: str) -> None:
    """See that a page needs no scrolling sideways, complains of nothing and fetches nothing."""
    view, trouble = opened(browser, file, width, scheme)
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    assert trouble == []
    assert view.evaluate(_TOO_WIDE, width) == []
    view.context.close()

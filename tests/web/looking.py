"""Pages as people look at them: opened in a browser that has no network."""

from __future__ import annotations

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


def fits_and_asks_for_nothing(browser: Browser, file: Path, width: int, scheme: str) -> None:
    """See that a page needs no scrolling sideways, complains of nothing and fetches nothing."""
    view, trouble = opened(browser, file, width, scheme)
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    assert trouble == []
    assert view.evaluate(_TOO_WIDE, width) == []
    view.context.close()

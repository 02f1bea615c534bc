"""What every page is made with: templates that clean and escape, and a style sheet by digest."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from refloat.assess import words as said
from refloat.report._clean import plain
from refloat.report.words import lasted, mark

_TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, styles: Sequence[str], **view: Any) -> bytes:
    """Make one self-contained page.

    Args:
        template: the template's file name.
        styles: file names of the style sheets, which become one.
        view: what the template shows.

    Returns:
        HTML in UTF-8. The same view gives the same bytes.
    """
    style = "".join((_TEMPLATES / name).read_text(encoding="utf-8") for name in styles)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    text = (
        _environment()
        .get_template(template)
        .render(
            **view,
            style=Markup(style),  # noqa: S704 (ours, and no part of the input)
            style_digest=digest,
        )
    )
    return text.encode("utf-8", "replace")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=plain,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "duration": said.duration,
        "lasted": lasted,
        "instant": said.instant,
        "day": said.day,
        "minute": _minute,
        "size": said.size,
        "seconds": _seconds,
        "breakable": _breakable,
        "mark": mark,
    }
    return environment


def _breakable(code: str) -> Markup:
    """Let a long name with underscores break after each of them."""
    return Markup("_<wbr>").join(str(plain(code)).split("_"))


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _seconds(length: timedelta) -> float:
    return length.total_seconds()

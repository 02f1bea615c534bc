"""The offline kit as one page for paper or a laptop: no network, no script, no clock."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from refloat.assess import words
from refloat.model.review import Kit
from refloat.report._clean import plain

_TEMPLATES = Path(__file__).parent / "templates"


def kit_page(kit: Kit) -> bytes:
    """Make the kit's page: one self-contained HTML file in UTF-8; the same kit, the same bytes."""
    style = "".join(
        (_TEMPLATES / name).read_text(encoding="utf-8") for name in ("report.css", "kit.css")
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    text = (
        _environment()
        .get_template("kit.html")
        .render(
            kit=kit,
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
    environment.filters |= {"instant": words.instant, "duration": words.duration}
    return environment

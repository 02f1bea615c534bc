"""The offline kit as one page for paper or a laptop: no network, no script, no clock."""

from __future__ import annotations

from refloat.model.review import Kit
from refloat.report._templates import render


def kit_page(kit: Kit) -> bytes:
    """Make the kit's page: one self-contained HTML file in UTF-8; the same kit, the same bytes."""
    return render("kit.html", ("report.css", "kit.css"), kit=kit)

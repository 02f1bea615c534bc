"""The offline kit as one page for paper or a laptop: no network, no script, no clock."""

from __future__ import annotations

from refloat.model.review import Kit, KitCard
from refloat.report._code import code
from refloat.report._templates import render
from refloat.report.kit_text import FIRST


def kit_page(kit: Kit, card: KitCard) -> bytes:
    """Make the kit's page: one self-contained HTML file in UTF-8; the same kit, the same bytes.

    Args:
        kit: what stands on it.
        card: what the code on it says to a telephone.
    """
    styles = ("report.css", "kit.css")
    drawn = code(card.text)
    return render("kit.html", styles, kit=kit, card=card, code=drawn, first=FIRST)

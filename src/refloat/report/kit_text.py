"""The offline kit as plain text: every machine shows it and every printer prints it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from refloat.assess import words
from refloat.model.review import Kit, KitContact, KitService, KitTable
from refloat.report._clean import plain

COLUMNS = 76
"""The longest line: what fits on A4, in a terminal and in a quoted message."""

FIRST = (
    "See that people are safe.",
    "Somebody who may declares the incident. Write down who, when and why: the clock of every"
    " target starts then.",
    "Call whoever leads the recovery, then whoever owns communication.",
    "Start the temporary ways of working below.",
    "Bring services back in the order below. Write down when each step began and ended, and what"
    " went wrong.",
)
"""What everybody does first; the page says the same."""


def kit_text(kit: Kit) -> bytes:
    """Make the kit's text: UTF-8, lines of 76 signs at most; the same kit, the same bytes."""
    lines = [
        *_heading(f"RECOVERY KIT: {kit.organisation}", "="),
        *_paragraph(f"Made {words.instant(kit.as_of)} from the plan"),
        *_paragraph(kit.plan),
        "",
        *_paragraph(
            "Read this when systems do not answer. It holds names and private telephone numbers:"
            " keep it where only those can read it who need it. No password or key is in it; it"
            " says where they are. When the plan changes, this kit is out of date."
        ),
        *_heading("First"),
        *(line for n, text in enumerate(FIRST, 1) for line in _item(f"{n}. [ ]", text)),
        *_heading("Whom to call"),
        *_contacts(kit.contacts),
        *(line for table in kit.tables for line in _table(table)),
        *_heading("What comes back, in this order"),
        *_order(kit.services),
        *(line for one in kit.services for line in _service(one)),
        "",
        "(end of the kit)",
        "",
    ]
    return "\n".join(lines).encode("utf-8", "replace")


def _contacts(contacts: Iterable[KitContact]) -> Iterator[str]:
    nobody = True
    for one in contacts:
        nobody = False
        yield ""
        tried = f"tried {one.verified}" if one.verified else "never tried"
        yield from _paragraph(f"{one.name}: {one.phone or 'no number'} ({tried})")
        if one.parts:
            yield from _paragraph("; ".join(one.parts), "    ")
        if one.deputy:
            yield from _paragraph(f"stands in: {one.deputy}", "    ")
    if nobody:
        yield "Nobody is named in the plan."


def _table(table: KitTable) -> Iterator[str]:
    """Write each row as a paragraph: columns of text do not fit on a line."""
    yield from _heading(table.title)
    if not table.rows:
        yield from _paragraph(table.empty)
    for row in table.rows:
        yield ""
        yield from _paragraph(row[0])
        for name, cell in zip(table.columns[1:], row[1:], strict=True):
            if cell:
                yield from _paragraph(f"{name}: {cell}", "    ")


def _order(services: Iterable[KitService]) -> Iterator[str]:
    none = True
    for one in services:
        none = False
        tier = f"tier {one.tier}" if one.tier is not None else "no tier"
        told = "; ".join((tier, *one.targets))
        yield from _item(f"{one.wave}. [ ]", f"{one.name} ({told}). Back at: ____________")
        if one.needs:
            yield from _paragraph(f"after: {', '.join(one.needs)}", "        ")
    if none:
        yield "The plan names no service."


def _service(one: KitService) -> Iterator[str]:
    yield from _heading(f"{one.wave}. {one.name}")
    if one.processes:
        yield from _paragraph(f"Waiting for it: {', '.join(one.processes)}.")
    yield ""
    yield "Until it is back:"
    for text in one.workarounds or ("No temporary way of working is written down.",):
        yield from _item("-", text)
    yield ""
    yield "Bring it back:"
    if not one.steps:
        yield from _item("-", "No step is written down.")
    for step in one.steps:
        seconds = step.expected_seconds
        told = [
            f"Who: {step.who}.",
            f"Expected: {words.duration(seconds) if seconds is not None else 'not known'}.",
            f"After step {', '.join(str(n) for n in step.after)}." if step.after else "",
            f"Done when: {step.verification}",
        ]
        yield from _item(f"{step.number}. [ ]", step.action)
        yield from _paragraph(" ".join(text for text in told if text), "        ")


def _heading(text: str, line: str = "-") -> Iterator[str]:
    yield ""
    shown = textwrap.wrap(plain(text), COLUMNS) or [""]
    yield from shown
    yield line * max(len(one) for one in shown)


def _item(mark: str, text: str) -> Iterator[str]:
    yield from textwrap.wrap(
        plain(text),
        COLUMNS,
        initial_indent=f"{mark} ",
        subsequent_indent=" " * (len(mark) + 1),
    ) or [mark]


def _paragraph(text: str, indent: str = "") -> Iterator[str]:
    yield from textwrap.wrap(plain(text), COLUMNS, initial_indent=indent, subsequent_indent=indent)

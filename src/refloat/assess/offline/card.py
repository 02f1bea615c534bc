"""The kit's card: the first numbers to call, small enough for a code that a telephone reads.

It is a vCard, because telephones understand one without any network, and offer each number to be
called (RFC 2426). The note says whose each number is, and which plan the kit was made from.
"""

from __future__ import annotations

import re

from refloat.assess import words
from refloat.assess.offline.kit import FIRST_PARTS
from refloat.model.review import Kit, KitCard, KitContact

MOST_BYTES = 660
"""What the card may take: 97 by 97 modules at error correction M (ISO/IEC 18004, table 7). On paper
of six centimetres a module is then 0.6 mm wide, which a telephone's camera still tells apart."""

_LONGEST_NAME = 60
_FEWEST_DIGITS, _MOST_DIGITS = 3, 18
"""From emergency numbers to 15 digits (ITU-T E.164, 6.2.1) behind a prefix to dial out."""
_WRITTEN = re.compile(
    r"(?:\+\s*)?[0-9*#][0-9*#\s().\u2010-\u2015-]*|\([0-9][0-9*#\s().\u2010-\u2015-]*"
)
"""A telephone number as people write one, up to the first letter, slash, comma or the like."""


def card(kit: Kit) -> KitCard:
    """Choose whom to call first, as many as there is room for, in the kit's order."""
    numbered = [one for one in kit.contacts if _number(one.phone)]
    chosen: list[tuple[str, str, str]] = []
    text = _written(kit, chosen)
    for one in numbered:
        tried = [*chosen, (_short(one.name), _short(_part(one)), _short(one.phone))]
        longer = _written(kit, tried)
        if len(longer.encode()) > MOST_BYTES:
            break
        chosen, text = tried, longer
    return KitCard(
        text=text,
        names=tuple(name for name, _, _ in chosen),
        left_out=len(numbered) - len(chosen),
    )


def _short(text: str) -> str:
    """Cut what is too long to leave room for the numbers of others."""
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1].rstrip()}…"


def _part(one: KitContact) -> str:
    """Say why somebody is called: their part in the first hour, else the first of their parts."""
    first = [part for part in one.parts if part in FIRST_PARTS]
    return next(iter((*first, *one.parts)), "")


def _written(kit: Kit, chosen: list[tuple[str, str, str]]) -> str:
    title = f"Recovery: {kit.organisation[:_LONGEST_NAME]}"
    people = [f"{name}{f', {part}' if part else ''}: {phone}" for name, part, phone in chosen]
    note = [*people, f"Kit of {words.day(kit.as_of)}, plan {kit.plan}"]
    lines = (
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"N:{_escaped(title)};;;;",
        f"FN:{_escaped(title)}",
        *(f"TEL:{_number(phone)}" for _, _, phone in chosen),
        f"NOTE:{_escaped(chr(10).join(note))}",
        "END:VCARD",
    )
    return "\r\n".join(lines) + "\r\n"


def _escaped(text: str) -> str:
    """Escape a value as RFC 2426, 2.4.2 says; other control characters have no place in it."""
    shown = "".join(one for one in text if one == "\n" or one.isprintable())
    for sign in "\\;,":
        shown = shown.replace(sign, f"\\{sign}")
    return shown.replace("\n", "\\n")


def _number(phone: str) -> str:
    """Give what a telephone dials: the first number that is written; empty if there is none.

    What stands behind it (an extension, a second number, hours) would make another number of it.
    """
    for found in _WRITTEN.findall(phone):
        digits = "".join(one for one in found.replace("(0)", "") if one in "0123456789*#")
        if _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
            return f"+{digits}" if found.startswith("+") else digits
    return ""

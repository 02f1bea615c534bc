"""What every observer asks of the texts that it takes out of a source."""

from __future__ import annotations

import re
import unicodedata

from refloat.model.secret import in_address

LONGEST = 200
"""Characters of one text at most."""

_SECRET = re.compile(
    r"(?:password|passwd|pwd|\bpw|\bpass(?==)|passphrase|secret|token|api_?key)\s*[=:]\s*\S", re.I
)
_ACCOUNT = re.compile(r"(?:^|[\s,/])[^/@\s:]+:[^/@\s:]+@(?!sha\d+:)\w")
"""``user:password@host`` without an address around it; ``image:tag@sha256:…`` is none."""


def complaint(text: str) -> str:
    """Say why a text cannot be taken; empty if it can. The text itself is never repeated."""
    if len(text) > LONGEST:
        return f"a text is longer than {LONGEST} characters"
    if not text.isprintable() and any(
        unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn") for sign in text
    ):
        return "a text holds characters that cannot be shown"
    if not (":" in text or "=" in text):
        return ""
    if in_address(text) or _SECRET.search(text) or ("@" in text and _ACCOUNT.search(text)):
        return "what looks like a secret stands in it"
    return ""

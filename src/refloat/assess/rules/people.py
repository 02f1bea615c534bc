"""Rules about people: who declares, decides, owns and communicates, and can be reached."""

from __future__ import annotations

from refloat.assess.rule import Rule

RULES: tuple[Rule, ...] = ()
"""The rules of this file, in the order of their findings."""

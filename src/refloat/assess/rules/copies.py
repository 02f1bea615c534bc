"""Rules about copies over time: how often, how long kept, how far apart, and who fell silent."""

from __future__ import annotations

from refloat.assess.rule import Rule

RULES: tuple[Rule, ...] = ()
"""The rules of this file, in the order of their findings."""

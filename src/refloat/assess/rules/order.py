"""Rules about the written recovery: is there one, is it whole, and in a right order?"""

from __future__ import annotations

from refloat.assess.rule import Rule

RULES: tuple[Rule, ...] = ()
"""The rules of this file, in the order of their findings."""

"""Rules about changes after which the plan is to be looked at again."""

from __future__ import annotations

from refloat.assess.rule import Rule

RULES: tuple[Rule, ...] = ()
"""The rules of this file, in the order of their findings."""

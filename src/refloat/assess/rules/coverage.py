"""Rules about what is protected, what is left out on purpose, and what nobody thought of."""

from __future__ import annotations

from refloat.assess.rule import Rule

RULES: tuple[Rule, ...] = ()
"""The rules of this file, in the order of their findings."""

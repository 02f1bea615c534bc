"""Rules about targets: who decided them, on what ground, and can they be met at all?"""

from __future__ import annotations

from refloat.assess.rule import Rule

RULES: tuple[Rule, ...] = ()
"""The rules of this file, in the order of their findings."""

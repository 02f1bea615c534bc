"""Rules about vendors: can they be reached, until when are they bound, what do they promise?"""

from __future__ import annotations

from refloat.assess.rule import Rule

RULES: tuple[Rule, ...] = ()
"""The rules of this file, in the order of their findings."""

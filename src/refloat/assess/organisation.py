"""The organisation at one instant: every service judged, for rules that see it as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from refloat.assess.basis import Basis
from refloat.model.facts import Facts
from refloat.model.judgement import ServiceStatus
from refloat.model.plan import Plan


@dataclass(frozen=True)
class Organisation:
    """Everything that a rule of the organisation may look at.

    Attributes:
        plan: the plan.
        facts: all facts; use ``refloat.model.stream.standing`` with the instant on its feed.
        instant: when.
        bases: what each service is judged by, by key, in the plan's order.
        statuses: what was judged of each service, by key, without findings.
    """

    plan: Plan
    facts: Facts
    instant: datetime
    bases: Mapping[str, Basis]
    statuses: Mapping[str, ServiceStatus]

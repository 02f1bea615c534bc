"""What a change of the plan does to everything that is judged by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from refloat.model.judgement import CopyVerdict, Finding
from refloat.model.run import Verdict

Waves = tuple[tuple[str, ...], ...]
"""An order of recovery: what may come back side by side, wave after wave."""


@dataclass(frozen=True)
class ServiceDifference:
    """A service of which something is judged otherwise.

    Attributes:
        service: its key.
        name: its name for people, by the new plan where it is in that.
        copy_before: whether there is a copy, by the old plan.
        copy_after: by the new one.
        recovery_before: whether it would come back, by the old plan.
        recovery_after: by the new one.
        reasons: why it would not by the new plan; empty if it would.
        order_before: in which order its components come back, by the old plan.
        order_after: by the new one.
        worse: whether a verdict is lower than before.
    """

    service: str
    name: str
    copy_before: CopyVerdict
    copy_after: CopyVerdict
    recovery_before: Verdict
    recovery_after: Verdict
    reasons: tuple[str, ...]
    order_before: Waves
    order_after: Waves
    worse: bool


@dataclass(frozen=True)
class ControlDifference:
    """A control of the Essential Eight with another outcome.

    Attributes:
        control: its id.
        before: its outcome by the old plan.
        after: by the new one.
    """

    control: str
    before: str
    after: str


@dataclass(frozen=True)
class PlanDifference:
    """What a change of the plan does.

    Attributes:
        as_of: the instant at which both plans were judged, by the same facts.
        before: fingerprint of the old plan.
        after: fingerprint of the new one.
        services: services that are in both and judged otherwise, or come back in another order.
        services_added: keys of services that are new.
        services_removed: keys of services that are gone.
        components_added: keys of components that are new.
        components_removed: keys of components that are gone.
        appeared: findings that the new plan has and the old one has not.
        gone: findings that the old plan has and the new one has not.
        level_before: the Essential Eight's level by the old plan; empty if nobody judged it.
        level_after: by the new one.
        controls: controls with another outcome.
        worse: why the change makes something worse, in sentences; empty if it does not.
    """

    as_of: datetime
    before: str
    after: str
    services: tuple[ServiceDifference, ...]
    services_added: tuple[str, ...]
    services_removed: tuple[str, ...]
    components_added: tuple[str, ...]
    components_removed: tuple[str, ...]
    appeared: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    level_before: str
    level_after: str
    controls: tuple[ControlDifference, ...]
    worse: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether both plans mean the same."""
        return self.before == self.after

"""The machine on which Refloat runs: it stands where what it copies stands, or nobody knows where.

What Refloat reads there, passwords above all, is perhaps lost with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from refloat.assess.ahead.stopping import CARRIERS
from refloat.assess.ground.plan_graph import PlanGraph
from refloat.model.ahead import Loss, LossKind
from refloat.model.plan import Plan


class OwnMachine:
    """Says which losses perhaps take the machine on which Refloat runs.

    Args:
        plan: the plan.
        graph: what rests on what.
    """

    def __init__(self, plan: Plan, graph: PlanGraph) -> None:
        self._plan = plan
        self._graph = graph

    @cached_property
    def copied(self) -> frozenset[str]:
        """Everything that Refloat copies itself."""
        some = self._plan.components.items()
        return frozenset(key for key, one in some if one.protection is not None)

    def is_lost(self, losses: Iterable[Loss]) -> bool:
        """Whether losses perhaps take the machine that copies all that Refloat does."""
        return any(self.lost_with(one, self.copied) for one in losses)

    def lost_with(self, loss: Loss, copied: frozenset[str]) -> bool:
        """Whether a loss perhaps takes the machine that copies some components.

        That data is deleted leaves the machine; that what the data lies on is lost does not.
        """
        if loss.kind is LossKind.PRODUCTION:
            return True
        if loss.kind is LossKind.SITE:
            sites = {self._plan.components[key].site for key in copied}
            return not sites or not sites.isdisjoint(("", loss.key))
        if loss.kind is LossKind.VENDOR:
            hosted = (*copied, *self._under(copied))
            return any(self._plan.components[key].vendor == loss.key for key in hosted)
        if loss.kind is LossKind.COMPONENT:
            return loss.key in self._under(copied)
        if loss.kind is LossKind.SERVICE and loss.key in self._plan.services:
            return not self._under(copied).isdisjoint(self._graph.own(loss.key))
        return False

    def _under(self, copied: frozenset[str]) -> frozenset[str]:
        """Name what components lie on, and what that lies on."""
        if copied not in self._known:
            components, found = self._plan.components, set[str]()
            ahead = list(copied)
            for key in ahead:
                for needed in self._graph.written[key]:
                    on = components.get(needed)
                    if on is not None and on.kind in CARRIERS and on.key not in found:
                        found.add(on.key)
                        ahead.append(on.key)
            self._known[copied] = frozenset(found)
        return self._known[copied]

    @cached_property
    def _known(self) -> dict[frozenset[str], frozenset[str]]:
        return {}

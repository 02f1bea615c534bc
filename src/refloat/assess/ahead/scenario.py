"""What a scenario does to an organisation: the whole answer."""

from __future__ import annotations

from refloat.assess.ahead.absent import absent
from refloat.assess.ahead.aftermath import aftermath
from refloat.assess.ahead.copies_left import CopiesLeft
from refloat.assess.ahead.misfits import with_misfits
from refloat.assess.ahead.reach import reached
from refloat.assess.ahead.reading import channels_left, documents_left
from refloat.assess.ahead.services_left import ServicesLeft
from refloat.assess.ahead.surer import assumed, surer
from refloat.assess.ahead.tested import tested
from refloat.assess.ahead.together import Together
from refloat.assess.organisation import Organisation
from refloat.model.ahead import LossKind, Scenario, ScenarioOutcome


def scenario_outcome(organisation: Organisation, scenario: Scenario) -> ScenarioOutcome:
    """Work out what a scenario does to an organisation.

    Args:
        organisation: the organisation at the instant of loss.
        scenario: what happens; losses that the plan does not know take nothing away.

    Returns:
        The outcome; the same for the same plan, facts, instant and losses, in whatever order.
    """
    left = aftermath(organisation, scenario)
    data_sets = CopiesLeft(left).outcomes()
    by_key = {one.data_set: one for one in data_sets}
    together = Together(left, by_key)
    data_sets = together.told(data_sets)
    looked = ServicesLeft(left, by_key, together.by_service)
    services = with_misfits(left, by_key, together.outcomes, looked.outcomes())
    lost = tuple(sorted(one.data_set for one in data_sets if one.lost))
    access = reached(left, lost)
    last = tested(left, services)
    away = [one.key for one in scenario.losses if one.kind is LossKind.PERSON]
    return ScenarioOutcome(
        scenario=scenario,
        as_of=organisation.instant,
        services=services,
        data_sets=data_sets,
        access=access,
        documents=documents_left(left),
        channels=channels_left(left),
        people=absent(organisation.plan, away),
        circles=tuple(one.drawn for one in looked.circles),
        assumes=assumed(left, services),
        surer=surer(left, services, data_sets, access, together.outcomes, last),
        groups=together.outcomes,
        tested=last,
    )

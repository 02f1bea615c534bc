"""How long the recovery from a scenario will take, and what would shorten it."""

from __future__ import annotations

from refloat.app.scenario import Wanted, chosen
from refloat.assess.ahead.forecasting.forecast import DEFAULT_SEED as DEFAULT_SEED
from refloat.assess.ahead.forecasting.forecast import DEFAULT_TRIALS as DEFAULT_TRIALS
from refloat.assess.ahead.forecasting.forecast import Asked as Asked
from refloat.assess.ahead.forecasting.forecast import forecast as made
from refloat.assess.ahead.ready_made import ready_made
from refloat.assess.organisation import Organisation
from refloat.model.ahead import Fate
from refloat.model.errors import UsageProblem
from refloat.model.forecast import Forecast, ServiceForecast

_NAMED = 8


def forecast(organisation: Organisation, wanted: Wanted, asked: Asked) -> Forecast:
    """Forecast the recovery from the scenario that somebody asks for.

    Raises:
        UsageProblem: if no scenario is asked for, a name means several things, or a number of the
            question has no sense.
        MissingInput: if a name means nothing.
    """
    if not wanted.anything:
        known = list(ready_made(organisation))
        names = ", ".join(known[:_NAMED]) + (", …" if len(known) > _NAMED else "")
        raise UsageProblem(
            "nobody said what happens",
            hint=f"Name a scenario ({names}), or say --lose KEY." if known else "Say --lose KEY.",
        )
    return made(organisation, chosen(organisation, wanted), asked)


def missed(one: ServiceForecast) -> bool:
    """Whether a service does not come back, or misses its target in more than 20 of 100 trials."""
    if one.fate is Fate.GONE:
        return True
    if one.seconds is None or one.target_seconds is None:
        return False
    return one.seconds.p80 > one.target_seconds


def verdict(found: Forecast) -> int:
    """Give the exit code: 0 if 80 of 100 trials meet every target, 1 if a target is missed or a
    service does not come back, 2 if nobody can say of one.
    """
    if any(missed(one) for one in found.services):
        return 1
    return 2 if any(one.seconds is None for one in found.services) else 0

"""A part that several services share is brought back once, and takes its time once."""

from __future__ import annotations

from refloat.assess.ahead.forecasting.forecast import Asked, forecast
from refloat.assess.ahead.losses import put_together
from refloat.assess.verdicts.estimates import Estimates
from tests.unit.assess.ahead.test_what_falls import company, lost, service

HOUR = 3600.0
FIRM = """
sites: [hq, dr]
services:
  storage: {name: Storage, owner: ana, needs: [BASE]}
  folders: {name: Folders, owner: ana, needs: [storage]}
  records: {name: Records, owner: ana, needs: [app, folders]}
components:
  nas: {name: the NAS, kind: infrastructure, site: hq, takes: 24 h}
  app: {name: the application, kind: application, site: hq, takes: 3 h, needs: [nas]}
  shelf: {name: the shelf, kind: infrastructure, site: hq, takes: 1 h}
"""
SHARED = FIRM.replace("BASE", "nas")
SOFT = FIRM.replace("BASE", "{soft: nas}, shelf")


def test_what_came_back_with_a_service_that_is_waited_for_takes_no_time_again() -> None:
    given = company(SHARED)
    found = lost(given, "site:hq")
    assert service(found, "storage").seconds == 24 * HOUR
    assert service(found, "records").seconds == 27 * HOUR
    told = forecast(given, put_together(given, ("site:hq",)), Asked(trials=10))
    assert told.without_limits == 27 * HOUR
    assert Estimates(given).of("records")[0] == 27 * HOUR


def test_what_a_service_can_do_without_is_not_there_with_it() -> None:
    given = company(SOFT)
    found = lost(given, "site:hq")
    assert service(found, "storage").seconds == HOUR
    assert service(found, "records").seconds == (1 + 24 + 3) * HOUR
    assert Estimates(given).of("records")[0] == (1 + 24 + 3) * HOUR


def test_a_service_of_which_all_is_there_by_then_takes_no_time_of_its_own() -> None:
    found = lost(company(SHARED.replace("[app, folders]", "[nas, folders]")), "nas")
    assert service(found, "records").seconds == 24 * HOUR

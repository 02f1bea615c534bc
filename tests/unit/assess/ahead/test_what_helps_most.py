"""What helps most against the weakest points: it must help, and all of it must be told."""

from __future__ import annotations

from dataclasses import replace

from refloat.assess.ahead.losses import put_together
from refloat.assess.ahead.scenario import scenario_outcome
from refloat.assess.ahead.weakest.points import weakest
from refloat.model.ahead import CutSet, LossKind
from refloat.model.organisation import Vendor
from refloat.model.plan import ComponentKind, Dependency, Plan
from tests.support.changing import with_component, with_platform, with_repository, with_service
from tests.unit.assess.copied import copied_to, healthy, organisation, plan


def asked(given: Plan, service: str, kind: LossKind) -> dict[str, CutSet]:
    seen = organisation(given, *healthy(given))
    found = weakest(seen, (service,), 1, (kind,))
    return {one.losses[0].key: one for one in found.cut_sets}


def test_where_the_key_goes_with_the_data_another_place_of_the_key_helps() -> None:
    given = with_platform(plan(), "box", key_kept="")
    given = with_repository(given, "cupboard", key_kept="Bookings")
    given = with_component(given, "book-db", watch=copied_to("cupboard"))
    one = asked(given, "booking", LossKind.COMPONENT)["book-db"]
    assert one.services == ("booking",)
    assert one.sentence.endswith(
        "copies of Bookings are left, and what opens them is kept in Bookings."
    )
    assert one.remedy == "Keep what opens the copies of Bookings outside of Bookings, too."


def hosted() -> Plan:
    given = replace(plan(), vendors={"acme": Vendor("acme", "Acme Hosting")})
    return with_component(given, "book-db", vendor="acme")


def test_what_a_vendor_ran_needs_another_place_to_run() -> None:
    one = asked(hosted(), "booking", LossKind.VENDOR)["acme"]
    assert one.perhaps == ("booking",)
    assert one.sentence.endswith("nobody wrote down where else Bookings can run.")
    assert one.remedy == "Write down where Bookings can run instead, and try it."
    seen = organisation(hosted(), *healthy(hosted()))
    found = scenario_outcome(seen, put_together(seen, ("vendor:acme",)))
    (data,) = (one for one in found.data_sets if one.lost)
    assert data.because == "Nobody wrote down where else it can run."
    assert "Write down where Bookings can run without Acme Hosting." in found.surer


def test_every_reason_is_told_where_each_alone_is_enough() -> None:
    given = with_platform(plan(), "box", break_glass=False)
    given = replace(given, sites=("house",))
    given = with_component(given, "directory", site="house")
    given = with_component(given, "pictures", name="Pictures", kind=ComponentKind.FILES)
    given = with_component(given, "pictures", site="house")
    needs = (*given.services["booking"].needs, Dependency("pictures"))
    given = with_component(with_service(given, "booking", needs=needs), "book-db", site="house")
    one = asked(given, "booking", LossKind.SITE)["house"]
    assert "Protect Pictures: nothing copies it." in one.remedy
    assert "Give the backup box a break-glass account" in one.remedy


def test_where_one_person_alone_has_the_key_somebody_else_must_have_it_too() -> None:
    given = with_platform(plan(), "box", key_kept="")
    given = with_repository(given, "cupboard", key_kept="Cem Yildiz")
    given = with_component(given, "book-db", watch=copied_to("cupboard"))
    seen = organisation(given, *healthy(given))
    kinds = (LossKind.PERSON, LossKind.COMPONENT)
    found = weakest(seen, ("booking",), 2, kinds)
    keys = {one.key for cut in found.cut_sets for one in cut.losses}
    assert {"book-db", "cem"} <= keys
    (one,) = (
        cut for cut in found.cut_sets if {loss.key for loss in cut.losses} == {"book-db", "cem"}
    )
    assert "what opens them is kept by Cem Yildiz alone" in one.sentence
    assert "Let somebody else keep what opens the copies of Bookings, too." in one.remedy

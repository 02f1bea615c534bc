"""The weakest points of the reference organisation: the single ones are named, and what helps."""

from __future__ import annotations

import pytest

from refloat import assess
from refloat.assess.ahead.losses import written
from refloat.assess.ahead.weakest.points import weakest
from refloat.model.ahead import CutSet, Weakest
from tests.golden.reference_organisation import AS_OF, REPAIRS, Pair, facts_of, reference


def found(pair: Pair, up_to: int = 2, tier: int | None = None) -> Weakest:
    plan, feed = pair
    services = [one.key for one in plan.services.values() if tier in (None, one.tier)]
    return weakest(assess.organisation(plan, facts_of(feed), AS_OF), services, up_to)


def sets(result: Weakest, service: str, size: int) -> dict[frozenset[str], CutSet]:
    """Give the known sets of one size for a service, by any of the losses that strike the same."""
    told: dict[frozenset[str], CutSet] = {}
    for one in result.cut_sets:
        if len(one.losses) == size and service in one.services:
            some = [frozenset[str]()]
            for loss, alike in zip(one.losses, one.alike, strict=True):
                some = [each | {written(also)} for each in some for also in (loss, *alike)]
            told.update(dict.fromkeys(some, one))
    return told


@pytest.fixture(scope="module")
def everything() -> Weakest:
    return found(reference(), 3)


def test_all_sets_are_found(everything: Weakest) -> None:
    assert everything.complete == 3
    assert not everything.left_out
    assert sum(everything.found) == len(everything.cut_sets)


def test_who_cannot_come_back_even_alone_is_said_apart(everything: Weakest) -> None:
    said = everything.already
    assert set(said) == {"identity", "payroll"}
    assert "on-prem backup server, which restores it, cannot be signed in to" in said["identity"]
    assert "there is no copy of the timesheets database" in said["payroll"]
    own = {one.itself for one in everything.cut_sets if one.itself}
    assert own == {"identity", "payroll"}


@pytest.mark.parametrize(
    "lost", ["production:production", "site:geelong-hq", "component:ad-dc", "vendor:v-harbour"]
)
def test_the_single_points_are_named(everything: Weakest, lost: str) -> None:
    assert frozenset({lost}) in sets(everything, "file-archive", 1)


@pytest.mark.parametrize("lost", ["production:production", "site:geelong-hq"])
def test_the_archive_hangs_on_one_copy_at_the_head_office(lost: str) -> None:
    pair = REPAIRS[1](reference())  # while nobody can sign in, that keeps everything away
    one = sets(found(pair), "file-archive", 1)[frozenset({lost})]
    assert one.services == ("payroll", "file-archive")
    assert "no copy of the scanned records is left that can be used" in one.sentence
    assert "Keep another copy of the scanned records" in one.remedy


def test_what_is_copied_to_three_places_hangs_on_no_single_one(everything: Weakest) -> None:
    assert not sets(everything, "key-vault", 1)


@pytest.mark.parametrize(
    "taking", ["repository:repo-nas1", "principal:domain-admins", "platform:bkp01"]
)
def test_what_the_archives_only_copy_hangs_on_is_named(everything: Weakest, taking: str) -> None:
    pair = sets(everything, "file-archive", 2)[frozenset({"component:archive-files", taking})]
    assert pair.services == ("file-archive",)
    assert "the scanned records" in pair.remedy


def test_three_copies_need_three_losses(everything: Weakest) -> None:
    triples = sets(everything, "key-vault", 3)
    lost = {"component:vault-export", "repository:repo-cloud", "repository:repo-usb"}
    assert frozenset(lost) in triples


def test_an_account_for_the_day_when_nobody_can_sign_in_takes_the_circle_away() -> None:
    mended = found(REPAIRS[1](reference()), tier=1)
    assert not mended.already
    assert frozenset({"component:ad-dc"}) not in sets(mended, "identity", 1)


def test_a_copy_that_production_cannot_reach_takes_the_attack_off_the_list() -> None:
    mended = found(REPAIRS[1](REPAIRS[2](reference())))
    assert frozenset({"production:production"}) not in sets(mended, "file-archive", 1)


def test_the_same_bytes_come_again() -> None:
    assert found(reference(), 2) == found(reference(), 2)

"""What a drill refuses before it begins, so that nothing it shows is lost or senseless."""

from __future__ import annotations

from tests.real.small_shop import Shop, done


def test_an_instant_of_loss_that_has_not_come_yet_is_no_instant_of_loss(shop: Shop) -> None:
    before = len(shop.evidence())
    refused = shop.drill("--at", "2130-01-01T00:00:00Z")
    assert refused.code == 64
    assert "has not come yet" in refused.errors
    assert len(shop.evidence()) == before


def test_a_damaged_ledger_is_found_out_before_the_drill_not_after(shop: Shop) -> None:
    done(shop.drill())
    entries = shop.state / "ledger" / "entries.jsonl"
    data = bytearray(entries.read_bytes())
    data[100] ^= 1
    entries.write_bytes(data)
    runs = shop.runs()
    refused = shop.drill()
    assert refused.code == 65
    assert shop.runs() == runs, "a run was begun whose evidence could not have been kept"


def test_what_is_kept_on_request_is_told_as_kept_and_removed_as_asked(shop: Shop) -> None:
    kept = shop.run("drill", "shop", "--keep")
    assert kept.code == 0, kept.errors
    assert "nothing is left" not in kept.errors
    assert "was kept as asked" in kept.errors
    cleaned = done(shop.run("clean"))
    assert "never came to its end" not in cleaned.errors
    assert "left on request was removed" in cleaned.errors
    assert not list((shop.state / "runs").glob("*/sandbox"))

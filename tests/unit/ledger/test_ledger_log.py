import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from refloat.ledger import log
from refloat.ledger.log import Ledger
from refloat.ledger.merkle import EMPTY_ROOT, root
from refloat.ledger.statement import APPROVAL, DRILL, Statement, Subject
from refloat.model.errors import EvidenceProblem, MissingInput, SecretProblem, StateProblem


def said(number: int) -> Statement:
    return Statement((Subject("service/booking", "ab" * 32),), APPROVAL, {"number": number})


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger.create(tmp_path / "ledger", "Harbour Street Dental")
    made.append([said(0)])
    made.append([said(1), said(2), said(3)])
    return made


def flip(path: Path, at: int) -> None:
    """Change a byte for certain: a constant would be no change once in 256."""
    data = bytearray(path.read_bytes())
    data[at] ^= 0x01
    path.write_bytes(data)


def test_a_new_log_is_empty_private_and_named_for_the_organisation(tmp_path: Path) -> None:
    made = Ledger.create(tmp_path / "ledger", "  Zahnärzte + Söhne\nBerlin ")
    assert made.checkpoint().size == 0
    assert made.checkpoint().root == EMPTY_ROOT
    assert made.checkpoint().origin.startswith("refloat.dev/log/zahnärzte-söhne-berlin/")
    assert list(made.entries()) == []
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700
    for path in made.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert log.origin("+++").startswith("refloat.dev/log/organisation/")
    assert log.origin("a") != log.origin("a")


def test_entries_come_back_in_order_also_after_opening_again(ledger: Ledger) -> None:
    last = ledger.append([said(4)])
    assert [entry.index for entry in last] == [4]
    again = Ledger.open(ledger.folder)
    entries = list(again.entries())
    assert [entry.statement.predicate["number"] for entry in entries] == [0, 1, 2, 3, 4]
    assert [entry.index for entry in entries] == [0, 1, 2, 3, 4]
    assert entries[4] == last[0] == again.entry(4)
    assert again.checkpoint().root == root([entry.leaf_hash for entry in entries])
    assert again.signed_checkpoint() == ledger.signed_checkpoint()
    assert (ledger.folder / "entries.jsonl").read_bytes().split(b"\n")[:-1] == [
        entry.envelope for entry in entries
    ]


def test_a_batch_is_one_commit_and_an_empty_one_is_none(ledger: Ledger) -> None:
    assert ledger.append([]) == ()
    lines = (ledger.folder / "checkpoints").read_text().splitlines()
    assert [json.loads(line).split("\n")[1] for line in lines] == ["0", "1", "4"]


def test_an_entry_that_is_not_there_is_missing(ledger: Ledger) -> None:
    with pytest.raises(MissingInput, match="no entry 4; the log has 4"):
        ledger.entry(4)
    with pytest.raises(MissingInput, match="there is no ledger"):
        Ledger.open(ledger.folder / "elsewhere")


def test_nothing_is_made_over_something(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(StateProblem, match="not empty"):
        Ledger.create(ledger.folder, "again")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(StateProblem, match="a link"):
        Ledger.create(tmp_path / "link", "again")
    (tmp_path / "file").write_text("")
    with pytest.raises(StateProblem):
        Ledger.create(tmp_path / "file", "again")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "ledger", "link"]


def test_what_was_not_committed_does_not_count_and_is_cut_away(ledger: Ledger) -> None:
    before = (ledger.folder / "entries.jsonl").read_bytes()
    for tail in (b"{", before, b"x" * 100_000):
        (ledger.folder / "entries.jsonl").write_bytes(before + tail)
        opened = Ledger.open(ledger.folder)
        assert len(list(opened.entries())) == 4
    opened.append([said(4)])
    assert len(list(Ledger.open(ledger.folder).entries())) == 5
    assert (ledger.folder / "entries.jsonl").read_bytes().count(b"\n") == 5


@pytest.mark.parametrize("keep", [0, 1, -1, -2, -600])
def test_missing_bytes_are_damage_and_are_never_repaired(ledger: Ledger, keep: int) -> None:
    entries = ledger.folder / "entries.jsonl"
    entries.write_bytes(entries.read_bytes()[:keep])
    with pytest.raises(EvidenceProblem, match="the ledger is damaged"):
        Ledger.open(ledger.folder)
    with pytest.raises(EvidenceProblem, match="the ledger is damaged"):
        ledger.append([said(9)])
    with pytest.raises(EvidenceProblem, match="the ledger is damaged"):
        list(ledger.entries())


@pytest.mark.parametrize("at", [0, 100, 700, -3, -1])
def test_a_changed_byte_is_found_before_any_entry_is_given(ledger: Ledger, at: int) -> None:
    flip(ledger.folder / "entries.jsonl", at)
    with pytest.raises(EvidenceProblem, match="the ledger is damaged"):
        next(ledger.entries())
    with pytest.raises(EvidenceProblem, match="the ledger is damaged"):
        ledger.export(ledger.folder.parent / "evidence.json")
    assert [path.name for path in ledger.folder.parent.iterdir()] == ["ledger"]


@pytest.mark.parametrize("at", [0, 30, 60, -5])
def test_a_changed_checkpoint_is_refused(ledger: Ledger, at: int) -> None:
    flip(ledger.folder / "checkpoint", at)
    with pytest.raises(EvidenceProblem, match="the ledger is damaged"):
        Ledger.open(ledger.folder)
    with pytest.raises(EvidenceProblem, match="the ledger is damaged"):
        ledger.append([said(9)])


def test_a_log_put_back_to_an_earlier_state_takes_nothing_more(ledger: Ledger) -> None:
    earlier = (ledger.folder / "checkpoint").read_bytes()
    ledger.append([Statement((Subject("a", "ab" * 32),), DRILL, {"verdict": "failed"})])
    (ledger.folder / "checkpoint").write_bytes(earlier)
    with pytest.raises(EvidenceProblem, match="put back to an earlier state"):
        ledger.append([said(4)])
    assert b"cut" not in (ledger.folder / "entries.jsonl").read_bytes()
    assert (ledger.folder / "entries.jsonl").read_bytes().count(b"\n") == 5


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"size":4,"hashes":["00"]}', b"[]", b"{}"])
def test_the_frontier_is_only_a_cache(ledger: Ledger, content: bytes | None) -> None:
    frontier = ledger.folder / "frontier"
    frontier.unlink()
    if content is not None:
        frontier.write_bytes(content)
    ledger.append([said(4)])
    entries = list(ledger.entries())
    assert len(entries) == 5
    assert json.loads(frontier.read_bytes())["size"] == 5


def test_a_forged_frontier_is_not_believed(ledger: Ledger) -> None:
    frontier = ledger.folder / "frontier"
    kept = json.loads(frontier.read_bytes())
    kept["hashes"][0] = "00" * 32
    frontier.write_text(json.dumps(kept))
    ledger.append([said(4)])
    assert len(list(ledger.entries())) == 5


def test_appending_does_not_read_the_log_again(ledger: Ledger) -> None:
    # With the frontier kept, a byte that changed long ago is not even seen while appending; whoever
    # reads the entries finds it.
    flip(ledger.folder / "entries.jsonl", 100)
    ledger.append([said(4)])
    with pytest.raises(EvidenceProblem, match="the ledger is damaged"):
        next(ledger.entries())


def test_what_was_read_is_gone_on_from_without_reading_it_again(ledger: Ledger) -> None:
    entries, mark = ledger.read_on()
    assert [entry.index for entry in entries] == [0, 1, 2, 3]
    assert (mark.size, mark.root) == (4, ledger.checkpoint().root)
    flip(ledger.folder / "entries.jsonl", 100)
    ledger.append([said(4), said(5)])
    entries, after = ledger.read_on(mark)
    assert [entry.statement.predicate["number"] for entry in entries] == [4, 5]
    assert after.root == ledger.checkpoint().root
    assert list(ledger.read_on(after)[0]) == []
    with pytest.raises(EvidenceProblem, match="do not give the signed root"):
        ledger.read_on()


def test_a_mark_of_another_past_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    other = Ledger.create(tmp_path / "other", "Harbour Street Dental")
    other.append([said(0), said(1)])
    mark = other.read_on()[1]
    ours = ledger.read_on()[1]
    forged = [
        mark,
        replace(ours, size=5),
        replace(ours, size=2),
        replace(ours, length=ours.length + 1),
        replace(ours, length=10),
        replace(ours, hashes=(b"\0" * 32,)),
        replace(ours, hashes=()),
    ]
    for one in forged:
        with pytest.raises(EvidenceProblem, match="the ledger is damaged"):
            ledger.read_on(one)


def test_a_torn_or_missing_end_of_the_history_is_made_good(ledger: Ledger) -> None:
    history = ledger.folder / "checkpoints"
    lines = history.read_bytes().splitlines(keepends=True)
    history.write_bytes(b"".join(lines[:-1]) + lines[-1][:50])
    ledger.append([said(4)])
    sizes = [json.loads(line).split("\n")[1] for line in history.read_text().splitlines()]
    assert sizes == ["0", "1", "4", "5"]
    for content in (b"", b"{}\n", b'"x"\n'):
        history.write_bytes(content)
        with pytest.raises(EvidenceProblem, match="the ledger is damaged"):
            ledger.append([said(5)])


@pytest.mark.parametrize(
    "name", ["entries.jsonl", "checkpoint", "checkpoints", "key.pem", "key.pub", "lock"]
)
def test_symbolic_links_are_refused(ledger: Ledger, name: str, tmp_path: Path) -> None:
    (ledger.folder / name).rename(tmp_path / name)
    (ledger.folder / name).symlink_to(tmp_path / name)
    with pytest.raises(EvidenceProblem, match="symbolic link"):
        Ledger.open(ledger.folder).append([said(4)])


def test_a_link_to_the_folder_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(ledger.folder)
    with pytest.raises(EvidenceProblem, match="symbolic link"):
        Ledger.open(tmp_path / "link")


def test_what_is_no_file_is_refused(ledger: Ledger) -> None:
    (ledger.folder / "entries.jsonl").unlink()
    os.mkfifo(ledger.folder / "entries.jsonl")
    with pytest.raises(EvidenceProblem, match="not a regular file"):
        Ledger.open(ledger.folder)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_may_read_signs_nothing(ledger: Ledger, mode: int) -> None:
    (ledger.folder / "key.pem").chmod(mode)
    before = ledger.signed_checkpoint()
    with pytest.raises(SecretProblem, match="open to other accounts"):
        ledger.append([said(4)])
    assert ledger.signed_checkpoint() == before
    assert len(list(Ledger.open(ledger.folder).entries())) == 4


def test_a_key_that_is_missing_broken_or_anothers_signs_nothing(
    ledger: Ledger, tmp_path: Path
) -> None:
    other = Ledger.create(tmp_path / "other", "Other")
    key = ledger.folder / "key.pem"
    for content, says in (
        ((other.folder / "key.pem").read_bytes(), "does not belong to key.pub"),
        (b"nonsense", "not a key in PEM form"),
        (None, "cannot be read"),
    ):
        key.unlink()
        if content is not None:
            key.write_bytes(content)
            key.chmod(0o600)
        with pytest.raises(SecretProblem, match=says) as raised:
            ledger.append([said(4)])
        assert "PRIVATE" not in str(raised.value)
    assert len(list(ledger.entries())) == 4


def test_what_json_cannot_say_is_not_recorded(ledger: Ledger) -> None:
    nan = Statement((Subject("a", "ab" * 32),), DRILL, {"rto": float("nan")})
    with pytest.raises(EvidenceProblem, match="cannot be recorded"):
        ledger.append([said(4), nan])
    assert ledger.checkpoint().size == 4


def test_an_export_replaces_a_file_as_a_whole(ledger: Ledger, tmp_path: Path) -> None:
    target = tmp_path / "evidence.json"
    target.write_text("old")
    ledger.export(target)
    document = json.loads(target.read_bytes())
    assert [entry["index"] for entry in document["entries"]] == [0, 1, 2, 3]
    assert document["key_beside"]["trusted"] is False
    assert document["checkpoint"] == ledger.signed_checkpoint()
    before = target.read_bytes()
    with pytest.raises(MissingInput, match="no entry 7"):
        ledger.export(target, indexes=[1, 7])
    assert target.read_bytes() == before
    with pytest.raises(MissingInput):
        ledger.export(tmp_path / "no" / "folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evidence.json", "ledger"]


def test_a_selection_holds_what_was_asked_for(ledger: Ledger, tmp_path: Path) -> None:
    ledger.export(tmp_path / "evidence.json", indexes=[3, 1, 1])
    document = json.loads((tmp_path / "evidence.json").read_bytes())
    assert document["coverage"] == "selection"
    assert [entry["index"] for entry in document["entries"]] == [1, 3]

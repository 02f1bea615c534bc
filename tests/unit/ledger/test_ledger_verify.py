import io
import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import cryptography
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import refloat
from refloat.ledger.canonical import Malformed
from refloat.ledger.dsse import read_public_key
from refloat.ledger.export import MOST_CHECKPOINTS, thin
from refloat.ledger.log import Ledger
from refloat.ledger.report import Report
from refloat.ledger.statement import (
    ACCEPTANCE,
    APPROVAL,
    DRILL,
    RECOVERY_POINTS,
    Statement,
    Subject,
    build_test_result,
)
from refloat.ledger.verify import main, verify_export

SUBJECTS = (Subject("recovery-point/bookings-db/2026-11-22T02:04:00Z", "ab" * 32),)


def drill(number: int, verdict: str, **more: object) -> Statement:
    predicate = {"recorded_at": f"2026-11-22T0{number}:00:00Z", "service": "booking", **more}
    return Statement(SUBJECTS, DRILL, {"verdict": verdict, "run": f"drill-{number}", **predicate})


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger.create(tmp_path / "ledger", "Harbour Street Dental")
    made.append([Statement(SUBJECTS, RECOVERY_POINTS, {"recorded_at": "2026-11-21T02:04:00Z"})])
    made.append([drill(1, "proven"), build_test_result(SUBJECTS, "PASSED", SUBJECTS)])
    made.append([drill(2, "failed")])
    made.append([Statement(SUBJECTS, APPROVAL, {"recorded_at": "2026-11-22T03:00:00Z"})])
    return made


def exported(ledger: Ledger, *indexes: int) -> Path:
    path = ledger.folder.parent / f"evidence{'-'.join(map(str, indexes))}.json"
    ledger.export(path, indexes or None)
    return path


def alone(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the verifier as an auditor would: nothing but Python, cryptography and these files.

    ``-I -S`` leaves out site-packages and the environment; the folder has links to ``refloat`` and
    to ``cryptography`` with what it is made of, and to no other package.
    """
    packages = folder / "packages"
    packages.mkdir(exist_ok=True)
    site = Path(cryptography.__file__).parents[1]
    for name in ("cryptography", "cffi", "_cffi_backend", "pycparser"):
        for found in site.glob(f"{name}*"):
            if not found.name.endswith("info") and not (packages / found.name).exists():
                (packages / found.name).symlink_to(found)
    if not (packages / "refloat").exists():
        (packages / "refloat").symlink_to(Path(refloat.__file__).parent)
    program = (
        "import sys, runpy\n"
        f"sys.path.append({str(packages)!r})\n"
        "for name in ('click', 'django', 'yaml', 'rich', 'jinja2'):\n"
        "    try:\n"
        "        __import__(name)\n"
        "    except ModuleNotFoundError:\n"
        "        continue\n"
        "    sys.exit(f'{name} can be imported: this is no bare environment')\n"
        "before = set(sys.modules)\n"
        "try:\n"
        "    runpy.run_module('refloat.ledger.verify', run_name='__main__')\n"
        "finally:\n"
        "    ours = {n for n in sys.modules if n.split('.')[0] == 'refloat'}\n"
        "    others = sorted(n for n in ours if not n.startswith('refloat.ledger'))\n"
        "    print(others, file=sys.stderr)\n"
    )
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, *arguments],
        cwd=folder,
        env={},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.requirement("R-008")
def test_a_third_party_verifies_offline_with_cryptography_alone(
    ledger: Ledger, tmp_path: Path
) -> None:
    auditor = tmp_path / "auditor"
    auditor.mkdir()
    kept = auditor / "kept.checkpoint"
    kept.write_text(ledger.signed_checkpoint())
    ledger.append([Statement(SUBJECTS, ACCEPTANCE, {"recorded_at": "2026-11-22T04:00:00Z"})])
    ledger.export(auditor / "evidence.json")
    (auditor / "evidence.pub").write_bytes(ledger.public_key_pem())
    ledger.folder.rename(tmp_path / "gone")

    good = ("evidence.json", "--key", "evidence.pub", "--checkpoint", "kept.checkpoint")
    done = alone(auditor, *good)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("VERIFIED. Every entry")
    assert "only grew since it had 5 entries" in done.stdout
    assert done.stderr.strip() == "['refloat']"

    evidence = auditor / "evidence.json"
    text = evidence.read_bytes()
    lines = text.splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if line.startswith(b'{"index":3,'))
    evidence.write_bytes(b"".join(lines[:at] + lines[at + 1 :]))
    done = alone(auditor, *good)
    assert done.returncode == 1
    assert "Entry 3 is missing" in done.stdout


def test_the_summary_says_how_many_from_when_to_when_what_and_with_which_verdicts(
    ledger: Ledger,
) -> None:
    key = read_public_key(ledger.public_key_pem())
    report = verify_export(exported(ledger), [key])
    assert report.verdict == "verified"
    assert (report.exit_code, report.problems, report.notes) == (0, (), ())
    assert (report.entries, report.size, report.complete) == (5, 5, True)
    assert (report.first, report.last) == ("2026-11-21T02:04:00Z", "2026-11-22T03:00:00Z")
    assert report.kinds == {"recovery points": 1, "drill": 2, "test result": 1, "approval": 1}
    assert report.verdicts == {"proven": 1, "failed": 1}
    assert [(line.index, line.verdict) for line in report.drills] == [(1, "proven"), (3, "failed")]
    assert report.root == ledger.checkpoint().root.hex()
    assert report.origin == ledger.checkpoint().origin
    text = report.to_text()
    assert "Entries  all 5" in text
    assert "2026-11-21T02:04:00Z to 2026-11-22T03:00:00Z" in text
    assert report.root in text


def test_json_is_the_same_and_nothing_else(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(exported(ledger)), "--json"]) == 2
    printed = json.loads(capsys.readouterr().out)
    assert printed["verdict"] == "signer unknown"
    assert printed["exit_code"] == 2
    assert printed == verify_export(exported(ledger)).to_json()


def test_an_export_is_one_valid_json_document(ledger: Ledger) -> None:
    for path in (exported(ledger), exported(ledger, 0, 3)):
        document = json.loads(path.read_bytes())
        assert document["format"] == "refloat-evidence"
    empty = Ledger.create(ledger.folder.parent / "empty", "Empty")
    path = exported(empty)
    assert json.loads(path.read_bytes())["entries"] == []
    assert verify_export(path, [read_public_key(empty.public_key_pem())]).verdict == "verified"


@pytest.mark.parametrize("indent", [None, 1])
def test_an_export_that_a_json_tool_laid_out_otherwise_says_the_same(
    ledger: Ledger, indent: int | None
) -> None:
    keys = [read_public_key(ledger.public_key_pem())]
    whole, some = (json.loads(exported(ledger, *of).read_bytes()) for of in ((), (0, 3)))

    def verify(document: object, **more: Any) -> Report:
        return verify_export(io.BytesIO(json.dumps(document, indent=indent).encode()), keys, **more)

    assert verify(whole) == verify_export(exported(ledger), keys)
    assert verify(some, selection=True) == verify_export(
        exported(ledger, 0, 3), keys, selection=True
    )
    earlier = json.dumps(whole, indent=indent).encode()
    assert verify(whole, previous_checkpoint=earlier).grew_from == 5
    entries = whole["entries"]
    for wrong in (
        entries[:-1],
        entries[1:],
        [*entries, entries[0]],
        [entries[1], entries[0], *entries[2:]],
        [*entries[:2], {"index": 2}, *entries[3:]],
        [*entries[:2], "x", *entries[3:]],
        [{**entries[0], "envelope": entries[1]["envelope"]}, *entries[1:]],
    ):
        assert verify({**whole, "entries": wrong}).verdict == "not genuine"
    for wrong in ({**whole, "version": 2}, {**whole, "entries": 5}, {**whole, "format": "x"}, []):
        with pytest.raises(Malformed):
            verify(wrong)
    with pytest.raises(Malformed, match="stands twice"):
        verify_export(io.BytesIO(earlier.replace(b"{", b'{"version": 1,', 1)), keys)
    with pytest.raises(Malformed, match="not JSON"):
        verify_export(io.BytesIO(earlier[:-9]), keys)


def test_an_earlier_export_serves_as_the_previous_checkpoint(ledger: Ledger) -> None:
    key = read_public_key(ledger.public_key_pem())
    earlier = exported(ledger).read_bytes()
    ledger.append([drill(4, "proven")])
    report = verify_export(exported(ledger), [key], earlier)
    assert (report.verdict, report.grew_from) == ("verified", 5)
    later = exported(ledger).read_bytes()
    report = verify_export(io.BytesIO(earlier), [key], later)
    assert report.verdict == "not genuine"
    assert "put back to an earlier state" in report.problems[0]


def test_a_previous_checkpoint_that_nobody_signed_accuses_nobody(ledger: Ledger) -> None:
    key = read_public_key(ledger.public_key_pem())
    forged = ledger.signed_checkpoint().replace("\n5\n", "\n9\n").encode()
    report = verify_export(exported(ledger), [key], forged)
    assert report.verdict == "not genuine"
    assert len(report.problems) == 1
    assert (
        "The previous checkpoint that you gave (of 9 entries) is not signed" in report.problems[0]
    )


def test_several_trusted_keys_may_be_given(ledger: Ledger) -> None:
    others = [Ed25519PrivateKey.generate().public_key() for _ in range(2)]
    key = read_public_key(ledger.public_key_pem())
    assert verify_export(exported(ledger), [*others, key]).verdict == "verified"
    assert verify_export(exported(ledger), others).verdict == "not genuine"


def test_a_changed_byte_is_noticed_wherever_it_is(ledger: Ledger) -> None:
    """One byte in seven is changed in turn; only the key beside and its note may be other ones."""
    key = read_public_key(ledger.public_key_pem())
    good = exported(ledger).read_bytes()
    beside = range(good.index(b'"key_beside"'), good.index(b'"checkpoints"'))
    unnoticed = []
    for at in range(0, len(good), 7):
        bad = bytearray(good)
        bad[at] ^= 0x01
        try:
            report = verify_export(io.BytesIO(bytes(bad)), [key])
        except Malformed:
            continue
        if report.exit_code == 0 and at not in beside:
            unnoticed.append((at, good[max(0, at - 20) : at + 20]))
    assert unnoticed == []


def test_a_line_that_is_too_long_is_refused_without_reading_it_whole(
    ledger: Ledger,
) -> None:
    good = exported(ledger).read_bytes()
    at = good.index(b'{"index":2,')
    giant = good[:at] + b'{"index":2,"envelope":"' + b"A" * (20 * 2**20) + b'"},\n' + good[at:]
    tracemalloc.start()
    report = verify_export(io.BytesIO(giant), [read_public_key(ledger.public_key_pem())])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report.exit_code == 1
    assert "after entry 1: a line is longer" in report.problems[-1]
    assert peak < 40 * 2**20


@pytest.mark.parametrize("head", [b"\n" * 10**6, b"[" * 10**6, b"x" * 6_000_000])
def test_a_head_that_never_ends_is_refused(head: bytes) -> None:
    with pytest.raises(Malformed, match="not an evidence export"):
        verify_export(io.BytesIO(head))


def test_very_many_problems_are_counted_and_not_all_said(ledger: Ledger) -> None:
    ledger.append([drill(n % 10, "proven") for n in range(60)])
    report = verify_export(exported(ledger), [Ed25519PrivateKey.generate().public_key()])
    assert len(report.problems) == 21
    assert report.problems[-1] == "And 46 more problems."


def test_signed_text_cannot_steer_the_terminal_of_the_auditor(ledger: Ledger) -> None:
    ledger.append([drill(4, "\x1b[32mproven\x1b[0m", service="\x1b]0;x\x07\u202e\ud7ff")])
    ledger.append([Statement(SUBJECTS, "https://example.com/\x1b[2J", {"a": 1})])
    report = verify_export(exported(ledger), [read_public_key(ledger.public_key_pem())])
    assert report.exit_code == 0
    assert all(c.isprintable() or c == "\n" for c in report.to_text())


def test_a_clock_that_went_back_is_noted_and_changes_no_verdict(ledger: Ledger) -> None:
    ledger.append([drill(0, "proven")])
    report = verify_export(exported(ledger), [read_public_key(ledger.public_key_pem())])
    assert report.exit_code == 0
    assert "Entry 5 bears an earlier time" in report.notes[0]


def test_a_signed_thing_that_is_no_statement_is_not_evidence(
    ledger: Ledger,
) -> None:
    class Said(Statement):
        def payload(self) -> bytes:
            return b'{"_type":"something else"}'

    ledger.append([Said(SUBJECTS, DRILL, {"a": 1})])
    report = verify_export(exported(ledger), [read_public_key(ledger.public_key_pem())])
    assert report.problems == ("Entry 5 is no evidence: not an in-toto Statement v1.",)


def test_history_is_thinned_evenly_and_keeps_its_ends() -> None:
    texts = [str(n) for n in range(5000)]
    thinned = thin(texts)
    assert len(set(thinned)) == MOST_CHECKPOINTS
    assert (thinned[0], thinned[-1]) == ("0", "4999")
    assert list(thinned) == sorted(thinned, key=int)
    assert thin(texts[:7]) == tuple(texts[:7])


def test_usage_and_missing_files_have_their_own_exit_codes(
    ledger: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = str(exported(ledger))
    assert main([str(tmp_path / "nothing.json")]) == 66
    assert main([good, "--key", str(tmp_path / "nothing.pub")]) == 66
    assert "nothing.pub cannot be read" in capsys.readouterr().err
    assert main([good, "--key", good]) == 65
    assert main([good, "--key", str(ledger.folder / "key.pem")]) == 65
    assert "no public key" in capsys.readouterr().err
    assert main([good, "--checkpoint", str(ledger.folder / "key.pub")]) == 65
    assert main([str(tmp_path)]) == 66
    with pytest.raises(SystemExit) as raised:
        main([good, "--nonsense"])
    assert raised.value.code == 64


def test_the_verifier_runs_where_output_cannot_be_spelled(ledger: Ledger) -> None:
    ledger.append([drill(4, "proven", service="Zahnärzte 歯科")])
    done = subprocess.run(
        [sys.executable, "-m", "refloat.ledger.verify", str(exported(ledger))],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 2, done.stderr
    assert b"Zahn" in done.stdout

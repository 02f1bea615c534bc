"""The reference organisation, imported: what is remembered is judged like the files themselves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import PASSWORD, Database, postgresql

from tests.golden.reference_organisation import ALLOWED, AS_OF, EXPECTED, FOLDER, REPAIRS

EVERYTHING = frozenset(pair for pairs in EXPECTED.values() for pair in pairs)


@pytest.fixture(scope="module")
def server() -> Iterator[Database]:
    with postgresql() as database:
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Give an environment with a state of its own, in one of the two databases."""
    given = dict(os.environ, REFLOAT_STATE=str(tmp_path / "state"))
    given["REFLOAT_PLAN"] = str(FOLDER / "refloat.yaml")
    if request.param == "postgresql":
        server: Database = request.getfixturevalue("server")
        name = f"t{os.urandom(6).hex()}"
        server.sql(f"CREATE DATABASE {name}", database="postgres")
        password, folder = (
            urllib.parse.quote(one, safe="") for one in (PASSWORD, str(server.socket))
        )
        given["REFLOAT_DATABASE"] = (
            f"postgresql://postgres:{password}@/{name}?host={folder}&port={server.port}"
        )
    return given


def refloat(
    environment: dict[str, str], *arguments: str, code: int = 0
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "refloat.cli", *arguments]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == code, done.stderr
    return done


def test_what_was_imported_is_judged_like_the_files(environment: dict[str, str]) -> None:
    files = sorted(str(path) for path in (FOLDER / "facts").glob("*.jsonl"))
    refloat(environment, "facts", "import", *files)
    again = json.loads(refloat(environment, "facts", "import", *reversed(files), "--json").stdout)
    assert sum(one["new"] for one in again) == 0
    instant = ("--as-of", AS_OF.isoformat(), "--json")
    remembered = refloat(environment, "assess", *instant, code=1).stdout
    read = refloat(environment, "assess", "--facts", str(FOLDER / "facts"), *instant, code=1).stdout
    assert remembered == read
    found = {(one["code"], one["subject"]) for one in json.loads(remembered)["findings"]}
    assert found - ALLOWED == EVERYTHING
    refloat(environment, "rebuild")
    assert refloat(environment, "assess", *instant, code=1).stdout == remembered


def test_every_mutation_is_judged_by_what_is_remembered(
    environment: dict[str, str], tmp_path: Path
) -> None:
    program = [sys.executable, "-m", "tests.real.stored_mutations", str(tmp_path)]
    done = subprocess.run(
        program, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    found = {
        name: {(code, about) for code, about in pairs} - ALLOWED for name, pairs in told.items()
    }
    assert len(found) == 2 * len(REPAIRS)
    for number, expected in EXPECTED.items():
        assert found[f"repaired {number}"] == EVERYTHING - expected, number
        assert found[f"planted {number}"] == expected, number

"""Every platform that is found keeps the contract."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from platform_samples import SAMPLES

from refloat import registry
from refloat.platforms import Platform
from refloat.testing.platform_conformance import (
    GENERAL,
    SAMPLED,
    SECRET,
    Sample,
    says_who_it_is,
)
from tests.support.named_adapter import keeps_promises, named_adapter

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-platform-reader.md"
PLATFORMS: dict[str, Platform] = registry.adapters("platforms")
OF_FILES = [name for name, one in PLATFORMS.items() if one.takes_files]

THIRD_PARTY = '''
import hashlib
import json

from refloat.model.errors import MissingInput, ObservationProblem
from refloat.model.options import Probe
from refloat.platforms import Listing, RefusedEntry, Telling


class Shelf:
    """Reads lists of names."""

    name = "shelf"
    summary = "Reads a list of names of tapes."
    options = ()
    rights = "To read the file."
    takes_files = True
    asks = False

    def probe(self):
        return Probe(True, "nothing is needed")

    def read(self, request):
        path = request.path
        try:
            if not path.exists():
                raise MissingInput(f"{path} is not there")
            if not path.is_file() or path.stat().st_size > 100_000:
                raise ObservationProblem("no small file")
            content = path.read_bytes()
        except (OSError, ValueError) as error:
            raise MissingInput("it cannot be read") from error
        digest = hashlib.sha256(content).hexdigest()
        telling = Telling(request, "shelf", "shelf/1", digest)
        try:
            names = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise ObservationProblem("no list of names") from error
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ObservationProblem("no list of names")
        facts = {
            name: telling.fact(
                "recovery_point", name, dataset_ref=name, consistency_time=request.observed_at
            )
            for name in names
        }
        return Listing(tuple(facts.values()), (), digest)


ADAPTER = Shelf()
'''


@pytest.mark.parametrize("name", PLATFORMS)
def test_platform_says_who_it_is(name: str, tmp_path: Path) -> None:
    says_who_it_is(PLATFORMS[name], tmp_path)


@pytest.mark.parametrize("proof", GENERAL, ids=lambda proof: proof.__name__)
@pytest.mark.parametrize("name", OF_FILES)
def test_platform(name: str, proof: object, tmp_path: Path) -> None:
    assert callable(proof)
    proof(PLATFORMS[name], tmp_path)


@pytest.mark.parametrize("proof", SAMPLED, ids=lambda proof: proof.__name__)
@pytest.mark.parametrize("name", OF_FILES)
def test_platform_with_its_sample(name: str, proof: object, tmp_path: Path) -> None:
    assert callable(proof)
    assert name in SAMPLES, f"put a listing of {name} into platform_samples.py"
    proof(PLATFORMS[name], tmp_path, SAMPLES[name])


def test_a_platform_in_a_folder_that_the_operator_names_is_found_and_keeps_the_contract(
    tmp_path: Path,
) -> None:
    with named_adapter(tmp_path / "named", "platforms", "shelf", THIRD_PARTY) as found:
        keeps_promises(found, GENERAL, tmp_path)


def test_the_reader_of_the_how_to_page_keeps_the_contract(tmp_path: Path) -> None:
    """Taken from the page as it is written there, with a sample."""
    code = re.findall(r"```python\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)[0]
    tapes = [
        {"label": "T1", "holds": "letters", "written": "2026-02-27T02:00:00Z", "note": SECRET},
        {"label": f"token={SECRET}", "holds": "letters", "written": "2026-02-27T02:00:00Z"},
        {"label": "T3", "holds": "letters", "written": "last week"},
        {"label": "", "holds": "letters", "written": "2026-02-27T02:00:00Z"},
    ]
    sample = Sample(
        content=json.dumps(tapes).encode(),
        points=frozenset({("letters", "T1")}),
        refuses=("tape 2", "tape 3", "tape 4"),
        empty=b"[]",
    )
    with named_adapter(tmp_path / "named", "platforms", "shelf", code) as found:
        keeps_promises(found, GENERAL, tmp_path)
        for holds in SAMPLED:
            own = tmp_path / holds.__name__
            own.mkdir()
            holds(found, own, sample)

"""Every observer that is found keeps the contract."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from observer_samples import SAMPLES

from refloat import registry
from refloat.observers import Observer
from refloat.testing.observer_conformance import GENERAL, SAMPLED, SECRET, Sample
from tests.support.named_adapter import keeps_promises, named_adapter

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "add-an-observer.md"
OBSERVERS: dict[str, Observer] = registry.adapters("observers")

THIRD_PARTY = '''
import hashlib

from refloat.model.errors import MissingInput, ObservationProblem
from refloat.model.observations import Observation
from refloat.model.options import Probe
from refloat.observers import Reading


class Arrows:
    """Reads lines such as ``a -> b``."""

    name = "arrows"
    summary = "Reads arrows."
    options = ()

    def probe(self):
        return Probe(True, "nothing is needed")

    def read(self, path):
        try:
            if not path.is_file():
                raise MissingInput(f"{path} is not there")
            if path.stat().st_size > 100_000:
                raise ObservationProblem("too large")
            content = path.read_bytes()
        except (OSError, ValueError) as error:
            raise MissingInput("it cannot be read") from error
        lines = enumerate(content.decode("latin-1").split("\\n"), start=1)
        pairs = [(line.split(" -> "), number) for number, line in lines if " -> " in line]
        if not pairs:
            raise ObservationProblem("no arrows")
        seen = {tuple(pair[:2]): Observation(*pair[:2], number) for pair, number in pairs}
        return Reading(tuple(seen.values()), (), hashlib.sha256(content).hexdigest())


ADAPTER = Arrows()
'''


@pytest.mark.parametrize("proof", GENERAL, ids=lambda proof: proof.__name__)
@pytest.mark.parametrize("name", OBSERVERS)
def test_observer(name: str, proof: object, tmp_path: Path) -> None:
    assert callable(proof)
    proof(OBSERVERS[name], tmp_path)


@pytest.mark.parametrize("proof", SAMPLED, ids=lambda proof: proof.__name__)
@pytest.mark.parametrize("name", OBSERVERS)
def test_observer_with_its_sample(name: str, proof: object, tmp_path: Path) -> None:
    assert callable(proof)
    assert name in SAMPLES, f"put a source of {name} into observer_samples.py"
    proof(OBSERVERS[name], tmp_path, SAMPLES[name])


def test_an_observer_in_a_folder_that_the_operator_names_is_found_and_keeps_the_contract(
    tmp_path: Path,
) -> None:
    with named_adapter(tmp_path / "named", "observers", "arrows", THIRD_PARTY) as found:
        keeps_promises(found, GENERAL, tmp_path)


def test_the_observer_of_the_how_to_page_keeps_the_contract(tmp_path: Path) -> None:
    """Taken from the page as it is written there, with a sample."""
    code = re.findall(r"```python\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)[0]
    sample = Sample(
        content=f"web -> database\nweb -> amqp://app:{SECRET}@queue/\nwords\nclock ->\n".encode(),
        shows=frozenset({("web", "database"), ("clock", "")}),
        refuses=(2, 3),
    )
    with named_adapter(tmp_path / "named", "observers", "arrows", code) as found:
        keeps_promises(found, GENERAL, tmp_path)
        for holds in SAMPLED:
            own = tmp_path / holds.__name__
            own.mkdir()
            holds(found, own, sample)

"""Every observer that is found keeps the contract."""

from __future__ import annotations

from pathlib import Path

import pytest
from observer_samples import SAMPLES

from refloat import registry
from refloat.observers import Observer
from refloat.testing.observer_conformance import GENERAL, SAMPLED

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
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tmp_path / "named"
    (named / "observers").mkdir(parents=True)
    (named / "observers" / "arrows.py").write_text(THIRD_PARTY, encoding="utf-8")
    monkeypatch.setenv(registry.ADAPTERS_VARIABLE, str(named))
    registry.adapters.cache_clear()
    try:
        observer: Observer = registry.adapters("observers")["arrows"]
        for number, holds in enumerate(GENERAL):
            folder = tmp_path / str(number)
            folder.mkdir()
            holds(observer, folder)
    finally:
        registry.adapters.cache_clear()

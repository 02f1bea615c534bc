"""Every kind of data set in its folder keeps its promises, from its source into a real sandbox."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from data_set_samples import SAMPLES

from refloat import registry
from refloat.engines.restic import ADAPTER as RESTIC
from refloat.sandboxes import SandboxRequest
from refloat.testing.data_set_conformance import PROMISES, Promise, Rig
from refloat.testing.engine_conformance import sample_repository

KINDS = registry.adapters("data_sets")
SANDBOX = registry.adapters("sandboxes")["bubblewrap"]


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="rf-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.mark.requirement("R-010")
@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
@pytest.mark.parametrize("kind", KINDS)
def test_data_set(kind: str, promise: Promise, folder: Path) -> None:
    repository = sample_repository(RESTIC, folder)
    with SAMPLES[kind](folder) as sample:
        place = SANDBOX.open(
            SandboxRequest(
                f"conformance-{kind}-{os.getpid()}", folder / "sandbox", (sample.target.user,)
            )
        )
        try:
            promise(sample, Rig(RESTIC, repository, place))
        finally:
            assert place.close().clean

"""Everything that a recovery needs to begin, with adapters found and secrets resolved.

The use cases fill these in; from here on nothing knows an adapter by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from refloat.checks import Check
from refloat.data_sets import DataSet, Target
from refloat.engines import Reader
from refloat.model.options import Options
from refloat.model.plan import CheckSpecification, Component, Plan, Service
from refloat.model.secret import Secret
from refloat.sandboxes import Sandbox


@dataclass(frozen=True)
class PreparedCheck:
    """A check with its adapter, absolute paths and secrets.

    Attributes:
        specification: as the plan has it.
        adapter: what carries it out.
        options: the options, paths made absolute.
        secrets: by option name, ``form.password`` for one inside a mapping.
        user: the account that it asks as.
    """

    specification: CheckSpecification
    adapter: Check
    options: Options
    secrets: Mapping[str, Secret]
    user: str


@dataclass(frozen=True)
class PreparedComponent:
    """A component with all that its operations need.

    Attributes:
        component: as the plan has it.
        user: the account that it runs as in the place.
        data_set: its kind of data; None where it has none.
        target: the data set's target; None where it has none.
        reader: the repository, read-only by its type; None where it has no data.
        start: the command to start, with absolute folder; empty where nothing is to be started.
        environment: the variables of that command.
        folder: where it runs, absolute.
        ready: the check that says that it answers; None where the data set knows.
        checks: what must hold of it.
    """

    component: Component
    user: str
    data_set: DataSet | None
    target: Target | None
    reader: Reader | None
    start: tuple[str, ...]
    environment: Mapping[str, str]
    folder: str
    ready: PreparedCheck | None
    checks: tuple[PreparedCheck, ...]

    def its_data_set(self) -> DataSet:
        """Give the kind of its data; asked only of components that have data."""
        assert self.data_set is not None, f"{self.component.key} has no data set"
        return self.data_set

    def its_target(self) -> Target:
        """Give the target of its data; asked only of components that have data."""
        assert self.target is not None, f"{self.component.key} has no data set"
        return self.target

    def its_reader(self) -> Reader:
        """Give the repository of its data; asked only of components that have data."""
        assert self.reader is not None, f"{self.component.key} has no repository"
        return self.reader


@dataclass(frozen=True)
class Preparation:
    """A whole recovery, ready to begin.

    Attributes:
        plan: the plan.
        service: the service that is to come back.
        plan_folder: what relative paths were relative to; made empty inside the place.
        components: every component of the closure, by key.
        journey: the service's checks, in order.
        sandbox: where to.
        sandbox_options: its options from the plan.
        software: host paths that components need, to be shown read-only.
        scratch: a private folder of the host for all of it.
    """

    plan: Plan
    service: Service
    plan_folder: Path
    components: Mapping[str, PreparedComponent]
    journey: tuple[PreparedCheck, ...]
    sandbox: Sandbox
    sandbox_options: Options
    software: tuple[Path, ...]
    scratch: Path

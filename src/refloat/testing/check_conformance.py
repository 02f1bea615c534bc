"""What every check must keep, for whoever writes one: call these from a test of your own.

Each function takes an adapter (an object that keeps the contract of ``refloat.checks.Check``) and
asserts one thing. ``tests/conformance/test_checks.py`` calls them for every check that is found.
Beyond that, describe what your check should say in real cases as ``Scenario``s and hand each to
``keeps_its_word`` with a place to run it in.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import yaml

from refloat.checks import Check, CheckContext, CheckOutcome
from refloat.model.errors import IsolationProblem, ToolFailed
from refloat.model.options import Option, Options, OptionType, OptionValue, Probe
from refloat.model.place import CommandResult, Place, Running
from refloat.model.points import Measure
from refloat.model.run import Outcome, Proof
from refloat.model.secret import Secret, SecretReference

SECRET_WORD = "b7Qx!never-shown-9"  # noqa: S105 (made up)
"""A made-up secret: wherever it is seen, something leaks."""

CONTENT = "Quill Marrow-Ashdown"
"""A made-up content of rows, documents and pages: wherever it is seen, something leaks."""

_DURATIONS = {"s": 1, "min": 60, "h": 3600, "day": 86_400, "days": 86_400}


@dataclass(frozen=True)
class Scenario:
    """One case: what is asked, and how it must end.

    Attributes:
        name: what it shows.
        options: the check's options.
        outcome: how it must end.
        seen: a regular expression that must be found in what it saw.
        secrets: values of its secret options.
        variables: what earlier checks of the journey captured.
        timeout: seconds.
        user: the account it asks as; the place's ordinary one if empty.

    """

    name: str
    options: Options
    outcome: Outcome
    seen: str = ""
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 20.0
    user: str = ""


def keeps_its_word(check: Check, place: Place, scenario: Scenario, *, user: str) -> CheckContext:
    """Run a scenario, assert its outcome and that nothing leaks; give the context afterwards."""
    assert check.complaints(scenario.options) == ()
    context = CheckContext(
        scenario.secrets, scenario.user or user, scenario.timeout, dict(scenario.variables)
    )
    outcome = check.run(WatchedPlace(place, scenario.secrets), scenario.options, context)
    assert outcome.outcome is scenario.outcome, outcome
    assert re.search(scenario.seen, outcome.seen), outcome
    _tells_nothing(outcome, scenario.secrets)
    return context


def describes_itself(check: Check) -> None:
    """Assert that its name, summary and options are fit for the plan and the reference page."""
    assert re.fullmatch(r"[a-z][a-z0-9_]*", check.name)
    assert check.summary.endswith(".")
    names = [option.name for option in check.options]
    assert len(names) == len(set(names))
    assert sum(option.short for option in check.options) <= 1
    for option in check.options:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", option.name), option
        assert option.help.endswith("."), option
        assert option.example, f"{option.name} has no example"
        assert not (option.required and option.default is not None), option
    assert not {"name", "timeout"} & set(names), "those keys are the plan's own"


def takes_its_own_examples(check: Check) -> None:
    """Assert that the examples of its required options can be parsed."""
    for option in check.options:
        example_value(option)


def probes(check: Check) -> None:
    """Assert that its probe says what is there, or what is missing and how to install it."""
    probe = check.probe()
    assert isinstance(probe, Probe)
    assert probe.version if probe.present else probe.missing and probe.install


def proves_something_known(check: Check) -> None:
    """Assert that what it proves is made of known proofs, never the journey itself."""
    proofs = check.proves(example_options(check))
    assert isinstance(proofs, frozenset)
    assert all(isinstance(proof, Proof) and proof is not Proof.JOURNEY for proof in proofs)


def cannot_run_where_nothing_runs(check: Check) -> None:
    """Assert that a place that is gone, and one without any tool, never count as an answer."""
    for place in (EmptyPlace(gone=True), EmptyPlace()):
        options = example_options(check)
        secrets = {
            option.name: Secret(SECRET_WORD)
            for option in check.options
            if option.type is OptionType.SECRET
        }
        context = CheckContext(secrets, "nobody", 5.0, {"digest": "0" * 64, "name": CONTENT})
        outcome = check.run(place, options, context)
        assert outcome.outcome is Outcome.COULD_NOT_RUN, outcome
        assert outcome.expected
        assert outcome.seen
        _tells_nothing(outcome, secrets)


GENERAL: tuple[Callable[[Check], None], ...] = (
    describes_itself,
    takes_its_own_examples,
    probes,
    proves_something_known,
    cannot_run_where_nothing_runs,
)
"""What holds of every check, whatever it asks."""


def example_options(check: Check) -> Options:
    """Give the options as their examples say, with as few of them as the check has no complaint of.

    Required options first; then optional ones are added while there are complaints.
    """
    chosen: dict[str, OptionValue] = {
        option.name: option.default for option in check.options if option.default is not None
    }
    chosen |= {option.name: example_value(option) for option in check.options if option.required}
    for option in check.options:
        if not check.complaints(chosen):
            break
        if option.name not in chosen:
            more = {**chosen, option.name: example_value(option)}
            if len(check.complaints(more)) < len(check.complaints(chosen)):
                chosen = more
    assert check.complaints(chosen) == (), "its own examples make no check"
    return chosen


def example_value(option: Option) -> OptionValue:
    """Parse an option's example as the plan would.

    Raises:
        AssertionError: if the example is of another type.

    """
    example = option.example
    value: OptionValue = example
    if option.type is OptionType.INTEGER:
        value = int(example)
    elif option.type is OptionType.BOOLEAN:
        assert example in ("yes", "no"), option
        value = example == "yes"
    elif option.type is OptionType.DURATION:
        amount, unit = shlex.split(example)
        value = timedelta(seconds=int(amount) * _DURATIONS[unit])
    elif option.type is OptionType.SECRET:
        scheme, _, target = example.partition(":")
        assert scheme in ("env", "file", "command"), option
        value = SecretReference(scheme, target)
    elif option.type in (OptionType.PATHS, OptionType.TEXTS):
        value = (example,)
    elif option.type is OptionType.TEXT_MAP:
        mapping = yaml.safe_load(example)
        assert isinstance(mapping, dict), option
        value = {str(key): str(text) for key, text in mapping.items()}
    assert not option.choices or example in option.choices, option
    return value


class EmptyPlace:
    """A place in which there is no program at all, not even a shell.

    Args:
        gone: whether it has been taken down, too.

    """

    def __init__(self, *, gone: bool = False) -> None:
        self._gone = gone

    def staging(self, name: str) -> Path:
        """Refuse: a check stages nothing."""
        raise AssertionError("a check restores nothing")

    def adopt(self, staged: Path, original: str, *, user: str) -> tuple[str, ...]:
        """Refuse: a check moves nothing."""
        raise AssertionError("a check restores nothing")

    def make_folder(self, path: str, *, user: str, mode: int = 0o700) -> None:
        """Do nothing."""

    def write(self, path: str, content: bytes, *, user: str, mode: int = 0o600) -> None:
        """Do nothing."""

    def run(
        self,
        arguments: tuple[str, ...],
        *,
        user: str,
        timeout: float,
        environment: Mapping[str, str] | None = None,
        standard_input: bytes = b"",
        folder: str = "/",
        output_limit: int = 16 * 1024 * 1024,
    ) -> CommandResult:
        """Say what a shell says of a program that is not there."""
        assert not any(SECRET_WORD in word for word in arguments), "a secret is an argument"
        self._require()
        return CommandResult(arguments, 127, b"", f"{arguments[0]}: not found", 0.0)

    def start(
        self,
        name: str,
        arguments: tuple[str, ...],
        *,
        user: str,
        environment: Mapping[str, str] | None = None,
        folder: str = "/",
    ) -> Running:
        """Refuse: a check starts nothing that goes on."""
        raise AssertionError("a check starts nothing that goes on")

    def ask(
        self,
        function: Callable[[dict[str, Measure]], dict[str, Measure]],
        arguments: Mapping[str, Measure],
        *,
        user: str,
        timeout: float,
    ) -> dict[str, Measure]:
        """Fail as a place without Python does."""
        self._require()
        raise ToolFailed("/usr/bin/python3 is not in the place")

    def _require(self) -> None:
        if self._gone:
            raise IsolationProblem("the place is gone")


class WatchedPlace(EmptyPlace):
    """Hands everything on to a real place, and asserts that no secret is an argument on the way.

    Args:
        place: the place.
        secrets: what must be seen neither in arguments nor in an environment that is handed over.

    """

    def __init__(self, place: Place, secrets: Mapping[str, Secret]) -> None:
        super().__init__()
        self._place = place
        self._secrets = tuple(secret.reveal() for secret in secrets.values() if secret.reveal())

    def run(
        self,
        arguments: tuple[str, ...],
        *,
        user: str,
        timeout: float,
        environment: Mapping[str, str] | None = None,
        standard_input: bytes = b"",
        folder: str = "/",
        output_limit: int = 16 * 1024 * 1024,
    ) -> CommandResult:
        """Run it in the place."""
        for word in (*arguments, *(environment or {}).values()):
            assert not any(secret in word for secret in self._secrets), "a secret is an argument"
        return self._place.run(
            arguments,
            user=user,
            timeout=timeout,
            environment=environment,
            standard_input=standard_input,
            folder=folder,
            output_limit=output_limit,
        )

    def ask(
        self,
        function: Callable[[dict[str, Measure]], dict[str, Measure]],
        arguments: Mapping[str, Measure],
        *,
        user: str,
        timeout: float,
    ) -> dict[str, Measure]:
        """Ask it in the place; a place hands these arguments over by a pipe."""
        return self._place.ask(function, arguments, user=user, timeout=timeout)


def _tells_nothing(outcome: CheckOutcome, secrets: Mapping[str, Secret]) -> None:
    for words in (outcome.expected, outcome.seen):
        assert CONTENT not in words, "content in the outcome"
        assert len(words) < 2_000
        for value in secrets.values():
            assert value.reveal() not in words, "a secret in the outcome"

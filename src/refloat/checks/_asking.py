"""What all checks share: reading their options, captured values, and the three outcomes."""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Callable, Mapping, Sequence

from refloat.checks import CheckContext, CheckOutcome
from refloat.host import process
from refloat.model.errors import (
    IsolationProblem,
    MissingInput,
    SecretProblem,
    ToolMissing,
    ToolProblem,
    ToolTimeout,
)
from refloat.model.options import Option, Options, OptionType, Probe
from refloat.model.place import CommandResult
from refloat.model.run import Outcome, Proof
from refloat.model.secret import Secret, SecretReference

PYTHON = "/usr/bin/python3"
GRACE = 5.0
"""Seconds that a question gets beyond the check's own time limit, which it watches itself."""

NOT_FOUND = 127
NOT_EXECUTABLE = 126
"""What a shell, env, setpriv and nsenter exit with when a program cannot be started (POSIX)."""

CAPTURE_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_REFERENCE = re.compile(r"\$\{([^}]*)\}")
_SHOWN_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?")
_MESSAGE_LIMIT = 300

PROVES = Option(
    "proves",
    OptionType.TEXT,
    "What a pass says something about, where the plan knows better than the kind of check.",
    choices=tuple(proof.value for proof in Proof if proof is not Proof.JOURNEY),
    example="licence",
)
"""The option that every kind of check has: a command may prove that a licence was obtained."""


def proofs(options: Options, *otherwise: Proof) -> frozenset[Proof]:
    """Give what the plan says that the check proves; what the kind proves when it is silent."""
    said = text(options, "proves")
    return frozenset({Proof(said)}) if said else frozenset(otherwise)


def text(options: Options, name: str, otherwise: str = "") -> str:
    """Give a text option; ``otherwise`` where the plan is silent."""
    value = options.get(name)
    return value if isinstance(value, str) else otherwise


def integer(options: Options, name: str) -> int | None:
    """Give an integer option; None where the plan is silent."""
    value = options.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def flag(options: Options, name: str, otherwise: bool) -> bool:
    """Give a yes-or-no option; ``otherwise`` where the plan is silent."""
    value = options.get(name)
    return value if isinstance(value, bool) else otherwise


def texts(options: Options, name: str) -> tuple[str, ...]:
    """Give an option that is a list of texts or paths; empty where the plan is silent."""
    value = options.get(name)
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, tuple) else ()


def text_map(options: Options, name: str) -> Mapping[str, str | SecretReference]:
    """Give an option that maps names to texts; empty where the plan is silent."""
    value = options.get(name)
    return value if isinstance(value, Mapping) else {}


def secret(context: CheckContext, name: str) -> Secret | None:
    """Give an option's secret value; None where the plan names none.

    Raises:
        SecretProblem: if it is empty: an empty password would prove nothing.

    """
    value = context.secrets.get(name)
    if value is not None and not value.reveal():
        raise SecretProblem(f"the secret {name} is empty", hint="See what its reference leads to.")
    return value


def resolved_map(options: Options, context: CheckContext, name: str) -> tuple[tuple[str, str], ...]:
    """Give a TEXT_MAP option with captured values and secrets filled in.

    Raises:
        MissingInput: if it names a value that no earlier check captured.
        SecretProblem: if a secret in it was not handed over, or is empty.

    """
    pairs = []
    for key, value in text_map(options, name).items():
        if isinstance(value, SecretReference):
            known = secret(context, f"{name}.{key}")
            if known is None:
                raise SecretProblem(f"the secret {name}.{key} was not handed to the check")
            pairs.append((key, known.reveal()))
        else:
            pairs.append((key, fill(value, context.variables)))
    return tuple(pairs)


def fill(
    template: str, variables: Mapping[str, str], quote: Callable[[str], str] = lambda value: value
) -> str:
    """Replace each ``${name}`` by the value that an earlier check captured.

    Args:
        template: the option's text.
        variables: what was captured.
        quote: makes a value safe for where it is put.

    Raises:
        MissingInput: if no earlier check of this journey captured that name.

    """

    def value_of(match: re.Match[str]) -> str:
        name = match[1]
        if not CAPTURE_NAME.fullmatch(name) or name not in variables:
            raise MissingInput(
                f"no earlier check captured ${{{name}}}",
                hint="The check that captures it failed, or the plan captures another name.",
            )
        return quote(variables[name])

    return _REFERENCE.sub(value_of, template)


def references(template: str) -> tuple[str, ...]:
    """Give the names that a text refers to as ``${name}``."""
    return tuple(_REFERENCE.findall(template))


def in_url(value: str) -> str:
    """Quote a captured value as one part of an address."""
    return urllib.parse.quote(value, safe="")


def in_json(value: str) -> str:
    """Quote a captured value as (a part of) a JSON string."""
    return json.dumps(value)[1:-1]


def in_sql(value: str) -> str:
    """Quote a captured value as an SQL text literal, quotation marks included."""
    if "\0" in value:
        raise MissingInput("a captured value holds a NUL character, which SQL cannot say")
    return " E'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def shown(value: str) -> str:
    """Describe a value for the evidence: a number as it is, anything else by its length only."""
    if _SHOWN_NUMBER.fullmatch(value):
        return value
    return f"a text of {len(value):,} characters" if value else "nothing"


def passed(expected: str, seen: str) -> CheckOutcome:
    """Make the outcome of a check that saw what it expected."""
    return CheckOutcome(Outcome.PASSED, expected, seen)


def failed(expected: str, seen: str) -> CheckOutcome:
    """Make the outcome of a check that ran and saw something else."""
    return CheckOutcome(Outcome.FAILED, expected, seen)


def could_not_run(expected: str, seen: str) -> CheckOutcome:
    """Make the outcome of a check that proves nothing, because it could not be asked."""
    return CheckOutcome(Outcome.COULD_NOT_RUN, expected, seen)


def judged(expected: str, findings: Sequence[tuple[bool, str]]) -> CheckOutcome:
    """Make the outcome of several findings: passed when each is true; failures are told alone."""
    wrong = [words for fine, words in findings if not fine]
    if wrong:
        return failed(expected, "; ".join(wrong))
    return passed(expected, "; ".join(words for _, words in findings))


def asked(
    expected: str, context: CheckContext, question: Callable[[], CheckOutcome]
) -> CheckOutcome:
    """Ask a question, and turn what hindered it into an outcome.

    A thing that does not answer in time has failed. A place that is gone, a missing tool, a value
    that was not captured and a secret that is not there mean that the check could not run.
    """
    try:
        return question()
    except ToolTimeout:
        return failed(expected, no_answer(context))
    except (IsolationProblem, ToolProblem, MissingInput, SecretProblem) as problem:
        return could_not_run(expected, _last_line(problem.message, context))


def no_answer(context: CheckContext) -> str:
    """Say that time was up."""
    return f"no answer within {context.timeout:g} s"


def unable(result: CommandResult, program: str) -> str:
    """Say why a program of the place could not be started; empty when it was."""
    if result.exit_code == NOT_FOUND:
        return f"{program} is not in the place"
    if result.exit_code == NOT_EXECUTABLE:
        return f"{program} cannot be started in the place"
    return ""


def probe_program(arguments: tuple[str, ...], install: str) -> Probe:
    """Run a program with the argument that makes it say its version; see whether it answers.

    Args:
        arguments: the program and that argument.
        install: the command that installs it.

    """
    name = arguments[0].rpartition("/")[2]
    try:
        completed = process.run(arguments, timeout=20, check=False)
    except (ToolMissing, ToolTimeout) as problem:
        return Probe(False, missing=problem.message, install=install)
    words = completed.output.decode("utf-8", "replace").strip() or completed.errors.strip()
    if completed.exit_code != 0 or not words:
        return Probe(False, missing=f"{name} is there and does not answer", install=install)
    return Probe(True, version=words.splitlines()[0][:120])


def probe_python() -> Probe:
    """See whether the interpreter that runs questions in a place answers."""
    return probe_program((PYTHON, "--version"), "apt-get install python3-minimal")


def _last_line(message: str, context: CheckContext) -> str:
    lines = process.mask(message, tuple(context.secrets.values())).strip().splitlines()
    return lines[-1][:_MESSAGE_LIMIT] if lines else "the question could not be asked"

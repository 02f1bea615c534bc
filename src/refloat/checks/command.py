"""Runs a program inside the place, and judges its exit code and what it writes."""

from __future__ import annotations

import shlex

from refloat.checks import CheckContext, CheckOutcome
from refloat.checks._asking import (
    PROVES,
    asked,
    could_not_run,
    failed,
    fill,
    integer,
    judged,
    no_answer,
    probe_program,
    proofs,
    secret,
    text,
    texts,
    unable,
)
from refloat.model.options import Option, Options, OptionType, Probe
from refloat.model.place import Place
from refloat.model.run import Proof

OUTPUT_LIMIT = 16 * 1024 * 1024
LARGEST_EXIT_CODE = 125
"""What lies above means that a program could not be started, or was ended by a signal."""


class CommandCheck:
    """Runs a program."""

    name = "command"
    summary = "Runs a program, and judges its exit code and what it writes."
    options = (
        Option(
            "command",
            OptionType.TEXTS,
            "The program and its arguments: one text, split as a shell splits words, or a list.",
            required=True,
            short=True,
            example="/usr/bin/test -s /etc/hostname",
        ),
        Option(
            "exit_code",
            OptionType.INTEGER,
            "The exit code that means well.",
            default=0,
            example="0",
        ),
        Option("contains", OptionType.TEXT, "A text in its output.", example="licence valid"),
        Option("folder", OptionType.PATH, "Where it runs.", default="/", example="booking"),
        Option(
            "standard_input",
            OptionType.SECRET,
            "A secret that it reads from its standard input.",
            example="file:secrets/licence",
        ),
        PROVES,
    )

    def probe(self) -> Probe:
        """See whether the shell, without which nothing runs in a place, is there."""
        return probe_program(("/bin/sh", "-c", "echo sh"), "apt-get install dash")

    def complaints(self, options: Options) -> tuple[str, ...]:
        """Refuse no program, an open quotation mark, and an exit code that proves nothing."""
        found = []
        try:
            if not _split(texts(options, "command")):
                found.append("this is a check on nothing: `command` is empty")
        except ValueError as problem:
            found.append(f"`command` cannot be split into words: {str(problem).lower()}")
        code = integer(options, "exit_code")
        if code is not None and not 0 <= code <= LARGEST_EXIT_CODE:
            found.append(
                f"`exit_code` is between 0 and {LARGEST_EXIT_CODE}; a shell keeps the rest"
            )
        if "contains" in options and not text(options, "contains"):
            found.append("`contains` is empty: every output would pass")
        return tuple(found)

    def proves(self, options: Options) -> frozenset[Proof]:
        """Give answering, unless the plan knows better."""
        return proofs(options, Proof.ANSWERS)

    def run(self, place: Place, options: Options, context: CheckContext) -> CheckOutcome:
        """Run it once; what it writes is not kept."""
        expected = f"exit code {integer(options, 'exit_code') or 0}"
        if "contains" in options:
            expected += ", and the plan's text in its output"
        return asked(expected, context, lambda: _ask(place, options, context, expected))


def _split(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(shlex.split(given[0])) if len(given) == 1 else given


def _ask(place: Place, options: Options, context: CheckContext, expected: str) -> CheckOutcome:
    words = _split(texts(options, "command"))
    arguments = tuple(fill(word, context.variables) for word in words)
    fed = secret(context, "standard_input")
    result = place.run(
        arguments,
        user=context.user,
        timeout=context.timeout,
        standard_input=fed.reveal().encode() if fed else b"",
        folder=text(options, "folder", "/"),
        output_limit=OUTPUT_LIMIT,
    )
    hindrance = unable(result, words[0])
    if hindrance:
        return could_not_run(expected, hindrance)
    code = result.exit_code
    if code is None:
        return failed(expected, no_answer(context))
    ending = f"exit code {code}" if code >= 0 else f"it was ended by signal {-code}"
    findings = [(code == (integer(options, "exit_code") or 0), ending)]
    if "contains" in options:
        found = fill(text(options, "contains"), context.variables).encode() in result.output
        findings.append((found, "with that text" if found else "without that text"))
    return judged(expected, findings)


ADAPTER = CommandCheck()

"""Checks: one file, one kind of proof. This file is the contract, written for whoever adds one.

A module here whose name has no leading underscore is a check; it ends with
``ADAPTER = YourCheck()``.

What an implementer owes:

* It asks from *inside* the place, by ``place.run`` or ``place.ask``, never from the host.
* Three outcomes: passed; failed (it ran, and saw something else); could not run (the tool is
  missing, the place is gone, the option makes no sense now). A refused connection of the thing that
  is checked is *failed*: it is what a user would see.
* ``expected`` and ``seen`` are words and numbers for the evidence: no content of rows, documents or
  pages, no secret.
* An option's text may hold ``${name}``: a value that an earlier check of the same journey captured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from refloat.model.options import Option, Options, Probe
from refloat.model.place import Place
from refloat.model.run import Outcome, Proof
from refloat.model.secret import Secret


@dataclass
class CheckContext:
    """What a check is given beside its options.

    Attributes:
        secrets: values of the options that are secrets, by option name (``form.password`` for a
            secret inside a TEXT_MAP option).
        user: the account that the check runs as inside the place.
        timeout: seconds.
        variables: values captured so far in this journey; a check may add some. Cookies of ``http``
            live here too, under names that no plan can write.
    """

    secrets: Mapping[str, Secret]
    user: str
    timeout: float
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckOutcome:
    """What a check saw."""

    outcome: Outcome
    expected: str
    seen: str


class Check(Protocol):
    """A kind of proof.

    Attributes:
        name: as the plan spells it; the module's name.
        summary: one sentence.
        options: what the plan says of one such check.
    """

    name: str
    summary: str
    options: tuple[Option, ...]

    def probe(self) -> Probe:
        """Run the tools that it needs to see whether they are there."""

    def complaints(self, options: Options) -> tuple[str, ...]:
        """Say what is wrong with the options beyond their types: a check on nothing, say."""

    def proves(self, options: Options) -> frozenset[Proof]:
        """Say what a pass says something about: data, answering, identity, licence."""

    def run(self, place: Place, options: Options, context: CheckContext) -> CheckOutcome:
        """Ask once, and judge. Raises nothing for what it finds."""

"""Secrets are named in a plan by reference only, and never shown."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class SecretReference:
    """Where a secret is kept.

    Attributes:
        scheme: ``env``, ``file`` or ``command``.
        target: the variable's name, the file's path (relative to the plan's folder) or the command.
    """

    scheme: str
    target: str

    def __str__(self) -> str:
        """Give the reference as the plan writes it; it is no secret itself."""
        return f"{self.scheme}:{self.target}"


class Secret:
    """A secret's value, which prints as stars wherever it slips into text.

    Args:
        value: the secret text; leading and trailing line ends are the caller's to cut.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the text itself: only at the moment when it goes into a pipe or a private file."""
        return self._value

    def __repr__(self) -> str:
        """Give stars."""
        return "Secret(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        """Two secrets are equal when their values are."""
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        """Hash the value."""
        return hash(self._value)


_IN_ADDRESS = re.compile(r"//[^/@\s:]*:[^/@\s]+@|https?://[^/?#@\s:]+:?@", re.IGNORECASE)


def in_address(text: str) -> bool:
    """Whether an address in a text holds a secret: ``//user:password@``, ``https://TOKEN@``.

    What stands alone before the ``@`` is a token where the web is spoken, which has no accounts
    without a password; elsewhere it names an account (``ssh://backup@host``, ``postgres://app@db``).
    """
    return "@" in text and _IN_ADDRESS.search(text) is not None

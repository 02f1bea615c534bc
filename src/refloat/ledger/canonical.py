"""JSON with one spelling: canonical bytes, fingerprints, and reading that accepts no doubt.

Writing follows RFC 8785 (JSON Canonicalization Scheme) without floating point, whose spelling
differs between languages. Reading refuses what two parsers could read differently: a key that
stands twice, NaN and infinities, bytes that are not UTF-8.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 100


class Malformed(ValueError):
    """Bytes or values are not what they must be; the message says which and why.

    The ledger's reading side raises it, because an auditor's verifier does without Refloat's own
    error tree; ``log`` turns it into ``EvidenceProblem``.
    """


def canonical_bytes(value: Any) -> bytes:
    """Give the one spelling of a value as JSON, in UTF-8.

    Args:
        value: None, booleans, integers, text, lists, tuples (as lists) and mappings with text keys.

    Raises:
        Malformed: for a float, an integer beyond ±(2**53 - 1), a key that is no text, text with a
            lone surrogate, nesting deeper than 100, or any other type; it names the place.

    """
    text = json.dumps(_ordered(value, "$", 0), ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def digest(value: Any) -> str:
    """Give the fingerprint of a value: ``sha256:`` and 64 hexadecimal digits.

    Two values have the same fingerprint exactly when they mean the same: the order of keys, and
    whether a list was a tuple, do not matter.

    Raises:
        Malformed: as ``canonical_bytes``.

    """
    return "sha256:" + hashlib.sha256(canonical_bytes(value)).hexdigest()


def parse(data: bytes) -> Any:
    """Read JSON that every parser reads the same way.

    Args:
        data: UTF-8 text.

    Raises:
        Malformed: if it is not JSON or not UTF-8, a key stands twice in one object, a number is
            NaN, infinite or too long, or it is nested too deeply.

    """
    try:
        return _DECODER.decode(data.decode())
    except Malformed:
        raise
    except UnicodeDecodeError as error:
        raise Malformed(f"not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise Malformed("nested too deeply") from error
    except json.JSONDecodeError as error:
        raise Malformed(f"not JSON: {error.msg} at character {error.pos}") from error
    except ValueError as error:
        raise Malformed("not acceptable JSON: a number has too many digits") from error


def printable(text: str, longest: int = 120) -> str:
    """Give text from an untrusted source in a form that cannot steer a terminal.

    Args:
        text: any text.
        longest: characters after which it is cut, with an ellipsis.

    """
    shown = text if len(text) <= longest else text[:longest] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)


def _ordered(value: Any, place: str, depth: int) -> Any:
    """Give the value with the keys of every object in the order of RFC 8785 §3.2.3."""
    if depth > DEEPEST:
        raise Malformed(f"{place} is nested deeper than {DEEPEST}")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        _utf16(value, place)
        return value
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise Malformed(f"{place} is an integer beyond 2**53 - 1; write it as text")
        return value
    if isinstance(value, float):
        raise Malformed(f"{place} is a floating-point number; use an integer or text")
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise Malformed(f"{place} has a key that is no text: {key!r}")
        keys = sorted(value, key=lambda key: _utf16(key, place))
        return {key: _ordered(value[key], f"{place}.{key}", depth + 1) for key in keys}
    if isinstance(value, list | tuple):
        return [_ordered(item, f"{place}[{n}]", depth + 1) for n, item in enumerate(value)]
    raise Malformed(f"{place} is a {type(value).__name__}, which JSON does not have")


def _utf16(text: str, place: str) -> bytes:
    try:
        return text.encode("utf-16-be")
    except UnicodeEncodeError as error:
        raise Malformed(f"{place} holds text with a lone surrogate") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise Malformed(f"the key {printable(key)!r} stands twice in one object")
            seen.add(key)
    return members


def _no_constant(name: str) -> NoReturn:
    raise Malformed(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise Malformed(f"the number {printable(text, 20)} is out of range")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite
)

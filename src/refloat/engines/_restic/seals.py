"""What a seal's document holds: the baseline and the attachments of its point, as JSON.

A document also carries the texts of the small seals that the same round of backups wrote just
before it. Every restic command costs a key derivation, half a second of a processor; so a drill of
four data sets reads one document and not four. Such a copy counts only if it has the digest that
the listing tells of its own seal: whoever may add to a repository cannot slip in another text.

All of this is pure.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from refloat.engines import Sealed
from refloat.model.points import Baseline

DOCUMENT_NAME = "refloat-seal.json"
FORMAT = 1


@dataclass(frozen=True)
class SealText:
    """What a document is made of.

    Attributes:
        text: the baseline and the attachments, as ``seal_text`` writes them.
        beside: the texts of other seals of the same round, by token.
    """

    text: str
    beside: Mapping[str, str]


def digest(text: str) -> str:
    """Give what a seal's text is known by: SHA-256, hexadecimal."""
    return hashlib.sha256(text.encode("ascii", "replace")).hexdigest()


def seal_text(baseline: Baseline, attachments: Mapping[str, bytes]) -> str:
    """Write a baseline and attachments as a JSON object; names that are no UTF-8 survive in it."""
    return json.dumps(
        {
            "baseline": {
                "kind": baseline.kind,
                "format": baseline.format,
                "summary": baseline.summary,
                "detail": baseline.detail,
                "changed": baseline.changed,
            },
            "attachments": {
                name: base64.b64encode(content).decode("ascii")
                for name, content in attachments.items()
            },
        },
        separators=(",", ":"),
    )


def document(token: str, data_set: str, sealed: SealText) -> bytes:
    """Make the document that seals a point: the members of its text, and what is beside it."""
    about = {
        "format": FORMAT,
        "stored": token,
        "data_set": data_set,
        **({"beside": dict(sealed.beside)} if sealed.beside else {}),
    }
    opening = json.dumps(about, separators=(",", ":")).removesuffix("}")
    return f"{opening},{sealed.text.removeprefix('{')}".encode("ascii")


def read_document(content: bytes) -> tuple[Sealed, dict[str, str]]:
    """Read a document.

    Returns:
        What was sealed, and the texts of the seals beside it, by token.

    Raises:
        ValueError: if it is no such document, or of a later format.

    """
    read = _parsed(content)
    try:
        if read["format"] != FORMAT:
            raise ValueError(f"the seal has format {read['format']}; this Refloat knows {FORMAT}")
        beside = {str(token): str(text) for token, text in read.get("beside", {}).items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the seal is not understood: {error!r}") from error
    return _sealed(read), beside


def read_text(text: str) -> Sealed:
    """Read a seal's text.

    Raises:
        ValueError: if it is none.

    """
    return _sealed(_parsed(text))


def _parsed(content: bytes | str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError("the seal is no JSON document") from error


def _sealed(read: Any) -> Sealed:
    try:
        baseline = read["baseline"]
        attachments = {
            str(name): base64.b64decode(text) for name, text in read["attachments"].items()
        }
        found = Baseline(
            kind=str(baseline["kind"]),
            format=int(baseline["format"]),
            summary=baseline["summary"],
            detail=baseline["detail"],
            changed=tuple(baseline["changed"]),
        )
    except (KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise ValueError(f"the seal is not understood: {error!r}") from error
    return Sealed(found, attachments)

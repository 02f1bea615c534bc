"""What a review rests on, and the bytes of a review: the same inputs give the same hash (R-117)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

from refloat.ledger.canonical import canonical_bytes
from refloat.model.codec import to_json
from refloat.model.facts import Facts, predicate, predicate_type
from refloat.model.review import Review

FORMAT = "https://refloat.dev/review/v1"
"""Stands in every bundle, so that a reader knows what the members mean."""


def bundle(review: Review) -> bytes:
    """Give a review as one file: JSON in canonical form (RFC 8785), in UTF-8, with a line end.

    The SHA-256 of these bytes is the review's content hash: ``sha256sum`` shows it.
    """
    return canonical_bytes({"format": FORMAT, "done": review.done, **to_json(review)}) + b"\n"


def content_hash(content: bytes) -> str:
    """Give the SHA-256 of a bundle: 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def digests(facts: Facts, instant: datetime) -> dict[str, str]:
    """Give, by kind, how many facts there were at an instant, and one digest of them all.

    Args:
        facts: the facts in any order: the digests do not depend on it.
        instant: when; later facts do not count.

    Returns:
        By kind ``COUNT sha256:DIGEST``; kinds without a fact are left out.
    """
    found: dict[str, list[str]] = {}
    for fact in facts.feed.all():
        if fact.observed_at <= instant:
            found.setdefault(type(fact).__name__, []).append(fact.digest)
    for own in facts.until(instant).all():
        text = json.dumps([own.entry, predicate_type(own), predicate(own)], sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        found.setdefault(type(own).__name__, []).append(digest)
    return {kind: f"{len(some)} {_of_all(some)}" for kind, some in sorted(found.items())}


def _of_all(single: Iterable[str]) -> str:
    whole = hashlib.sha256()
    for digest in sorted(single):
        whole.update(digest.encode() + b"\n")
    return f"sha256:{whole.hexdigest()}"

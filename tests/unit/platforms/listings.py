"""Readings of the samples beside this file, and of listings that tests make up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from refloat import registry
from refloat.model.options import Options
from refloat.platforms import Listing, Request
from refloat.testing.platform_conformance import goes_through_the_door, sound

SAMPLES = Path(__file__).parent / "samples"
MELBOURNE = {"timezone": "Australia/Melbourne"}
SEEN = datetime(2026, 11, 22, 22, tzinfo=UTC)


def made(tmp_path: Path, value: object) -> Path:
    """Write a listing of JSON, and give its path."""
    path = tmp_path / "listing.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def read(platform: str, path: Path, options: Options | None = None) -> Listing:
    """Read a listing, and see that the feed takes what it says."""
    listing: Listing = registry.adapters("platforms")[platform].read(
        Request("tool1", SEEN, path, options or {})
    )
    sound(listing, path.read_bytes())
    goes_through_the_door(listing, SEEN)
    return listing


def sample(platform: str, name: str, options: Options | None = None) -> Listing:
    """Read a sample."""
    return read(platform, SAMPLES / name, options)


def of_kind(listing: Listing, kind: str) -> dict[str, dict[str, Any]]:
    """Give what each fact of a kind says of its own, by its id."""
    common = {"schema", "kind", "source", "observed_at", "raw_sha256", "external_id"}
    return {
        fact["external_id"]: {name: said for name, said in fact.items() if name not in common}
        for fact in listing.facts
        if fact["kind"] == kind
    }


def points(listing: Listing) -> dict[str, dict[str, Any]]:
    """Give what is said of each recovery point, by its id."""
    return of_kind(listing, "recovery_point")


def only(some: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Give the one that there is."""
    (one,) = some.values()
    return one

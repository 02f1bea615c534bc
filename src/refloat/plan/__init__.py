"""Plan as code: YAML text in; a valid plan, or every complaint with its place, out."""

from refloat.plan.complaints import Complaint, PlanRefused, nearest
from refloat.plan.durations import format_duration, parse_duration
from refloat.plan.fingerprints import (
    fingerprint,
    objective_fingerprint,
    objective_fingerprints,
    service_fingerprint,
)
from refloat.plan.ordering import closure, order
from refloat.plan.parser import parse
from refloat.plan.reference import reference
from refloat.plan.schema_of_plan import schema

__all__ = [
    "Complaint",
    "PlanRefused",
    "closure",
    "fingerprint",
    "format_duration",
    "nearest",
    "objective_fingerprint",
    "objective_fingerprints",
    "order",
    "parse",
    "parse_duration",
    "reference",
    "schema",
    "service_fingerprint",
]

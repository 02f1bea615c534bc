"""Plan as code: YAML text in; a valid plan, or every complaint with its place, out."""

from refloat.plan.complaints import Complaint, PlanRefused, did_you_mean, first_of, nearest
from refloat.plan.durations import format_duration, parse_duration
from refloat.plan.fingerprints import (
    fingerprint,
    objective_fingerprint,
    objective_fingerprints,
    restore_authority_fingerprint,
    retention_fingerprint,
    service_fingerprint,
    service_fingerprints,
    tier_fingerprint,
)
from refloat.plan.joining import PlanFile
from refloat.plan.ordering import closure, order, own, service_of, services_needed, written_out
from refloat.plan.parser import parse, parse_files
from refloat.plan.recoverable import unrecoverable
from refloat.plan.reference import reference
from refloat.plan.schema_of_plan import schema

__all__ = [
    "Complaint",
    "PlanFile",
    "PlanRefused",
    "closure",
    "did_you_mean",
    "fingerprint",
    "first_of",
    "format_duration",
    "nearest",
    "objective_fingerprint",
    "objective_fingerprints",
    "order",
    "own",
    "parse",
    "parse_duration",
    "parse_files",
    "reference",
    "restore_authority_fingerprint",
    "retention_fingerprint",
    "schema",
    "service_fingerprint",
    "service_fingerprints",
    "service_of",
    "services_needed",
    "tier_fingerprint",
    "unrecoverable",
    "written_out",
]

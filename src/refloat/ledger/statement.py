"""in-toto Statements: what is said about which subjects.

The form is in-toto Statement v1 (https://github.com/in-toto/attestation/blob/main/spec/v1). Every
statement of Refloat has a predicate type of its own; beside a drill stands the same result in the
standard ``test-result`` predicate, for tools that know nothing of Refloat.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from refloat.ledger.canonical import Malformed, parse, printable

STATEMENT = "https://in-toto.io/Statement/v1"
DRILL = "https://refloat.dev/attestation/drill/v1"
APPROVAL = "https://refloat.dev/attestation/approval/v1"
RECOVERY_POINTS = "https://refloat.dev/attestation/recovery-points/v1"
ACCEPTANCE = "https://refloat.dev/attestation/acceptance/v1"
INTERRUPTED = "https://refloat.dev/attestation/interrupted/v1"
OBSERVATIONS = "https://refloat.dev/attestation/observations/v1"
REVIEW = "https://refloat.dev/attestation/review/v1"
FACTS_IMPORTED = "https://refloat.dev/attestation/facts-imported/v1"
RESTORE_REQUESTED = "https://refloat.dev/attestation/restore-requested/v1"
RESTORE_DECIDED = "https://refloat.dev/attestation/restore-decided/v1"
RESTORE_CARRIED_OUT = "https://refloat.dev/attestation/restore-carried-out/v1"
RESTORE_REVIEWED = "https://refloat.dev/attestation/restore-reviewed/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"

KINDS: Mapping[str, str] = {
    DRILL: "drill",
    APPROVAL: "approval",
    RECOVERY_POINTS: "recovery points",
    ACCEPTANCE: "acceptance",
    INTERRUPTED: "interrupted run",
    OBSERVATIONS: "observations",
    FACTS_IMPORTED: "imported facts",
    REVIEW: "recovery review",
    RESTORE_REQUESTED: "restore requested",
    RESTORE_DECIDED: "restore decided",
    RESTORE_CARRIED_OUT: "restore carried out",
    RESTORE_REVIEWED: "restore reviewed",
    TEST_RESULT: "test result",
}
RESULTS = ("PASSED", "WARNED", "FAILED")
LARGEST_PAYLOAD = 4 * 2**20

_HEXADECIMAL = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that a statement is about.

    Attributes:
        name: what it is called, unique in its statement.
        sha256: 64 lower-case hexadecimal digits.

    """

    name: str
    sha256: str

    def __post_init__(self) -> None:
        """See that it is complete.

        Raises:
            Malformed: if the name is empty or the digest is not one.

        """
        if not self.name:
            raise Malformed("a subject has no name")
        if not _HEXADECIMAL.fullmatch(self.sha256):
            raise Malformed(f"the digest of {printable(self.name)!r} is not SHA-256 in hexadecimal")

    def to_json(self) -> dict[str, Any]:
        """Give it as an in-toto ResourceDescriptor."""
        return {"name": self.name, "digest": {"sha256": self.sha256}}


@dataclass(frozen=True, slots=True)
class Statement:
    """What is said about one or more subjects.

    A drill that had nothing to restore still needs a subject: name the service and the fingerprint
    of its plan.

    Attributes:
        subjects: at least one, each name once.
        predicate_type: one of the URIs of this module, for what Refloat writes.
        predicate: JSON members. By convention ``recorded_at`` is the time of the statement (UTC,
            RFC 3339); a drill has ``run``, ``service`` and ``verdict``. The verifier's summary
            shows these.

    """

    subjects: tuple[Subject, ...]
    predicate_type: str
    predicate: Mapping[str, Any]

    def __post_init__(self) -> None:
        """See that it is a valid Statement.

        Raises:
            Malformed: without subjects, with a name twice, without a type or a predicate.

        """
        names = [subject.name for subject in self.subjects]
        if not names:
            raise Malformed("a statement needs at least one subject")
        if len(set(names)) != len(names):
            raise Malformed("two subjects of a statement have the same name")
        if ":" not in self.predicate_type:
            raise Malformed("the predicate type of a statement is not a URI")
        if not self.predicate:
            raise Malformed("a statement says nothing: its predicate is empty")

    @property
    def kind(self) -> str:
        """What it is, in words; the predicate type itself where Refloat does not know it."""
        return KINDS.get(self.predicate_type, self.predicate_type)

    def payload(self) -> bytes:
        """Give the bytes that are signed.

        Raises:
            Malformed: if the predicate holds what JSON does not have (NaN included), or the whole
                is larger than 4 MiB.

        """
        members = {
            "_type": STATEMENT,
            "subject": [subject.to_json() for subject in self.subjects],
            "predicateType": self.predicate_type,
            "predicate": dict(self.predicate),
        }
        try:
            text = json.dumps(
                members, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
            )
            data = text.encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise Malformed(f"a predicate that JSON cannot say: {error}") from error
        if len(data) > LARGEST_PAYLOAD:
            raise Malformed(f"a statement of {len(data)} bytes; at most {LARGEST_PAYLOAD} may be")
        return data


def read_statement(payload: bytes) -> Statement:
    """Read a Statement from bytes whose signature was verified before.

    Raises:
        Malformed: if it is not a valid in-toto Statement v1 with SHA-256 digests.

    """
    members = parse(payload)
    if not isinstance(members, dict) or members.get("_type") != STATEMENT:
        raise Malformed("not an in-toto Statement v1")
    predicate_type, predicate = members.get("predicateType"), members.get("predicate", {})
    if not isinstance(predicate_type, str) or not isinstance(predicate, dict):
        raise Malformed("a Statement without a predicate type, or with a predicate of no members")
    try:
        subjects = tuple(
            Subject(item.get("name", ""), item["digest"]["sha256"]) for item in members["subject"]
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise Malformed("a Statement whose subjects are not names with SHA-256 digests") from error
    return Statement(subjects, predicate_type, predicate)


def build_test_result(
    subjects: Iterable[Subject],
    result: str,
    configuration: Sequence[Subject],
    *,
    passed: Sequence[str] = (),
    warned: Sequence[str] = (),
    failed: Sequence[str] = (),
) -> Statement:
    """Give a drill's result in the standard predicate ``test-result`` v0.1.

    Args:
        subjects: the recovery points that were drilled.
        result: ``PASSED`` (proven), ``WARNED`` (unproven) or ``FAILED``.
        configuration: what was tested against: the plan and the service with their fingerprints.
        passed: names of the checks that passed.
        warned: names of those that could not run.
        failed: names of those that failed.

    Raises:
        Malformed: if the result is none of the three, or nothing says what was tested against.

    """
    if result not in RESULTS:
        raise Malformed(f"a test result is one of {', '.join(RESULTS)}, not {result!r}")
    if not configuration:
        raise Malformed("a test result needs the configuration that it was tested with")
    predicate = {
        "result": result,
        "configuration": [item.to_json() for item in configuration],
        "passedTests": list(passed),
        "warnedTests": list(warned),
        "failedTests": list(failed),
    }
    return Statement(tuple(subjects), TEST_RESULT, predicate)

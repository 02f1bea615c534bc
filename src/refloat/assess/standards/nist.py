"""Demands of the institute of standards of the United States (NIST), in our own words."""

from __future__ import annotations

from refloat.assess.standards.data import WEEK, YEAR, Demand, EvidenceKind, Standard

_TARGETS = ("TARGET_NOT_APPROVED", "TARGET_REVIEW_DUE", "TARGET_APPROVED_BY_TECHNICAL_OWNER")
_TESTS = (
    "NEVER_DRILLED",
    "DRILL_FAILED",
    "TEST_OVERDUE",
    "TEST_NOT_SERVICE_LEVEL",
    "EVIDENCE_STALE_AFTER_CHANGE",
)
_COPIES = ("COVERAGE_GAP", "UNACCOUNTED_UNITS", "NO_COPY", "COPY_NOT_KNOWN", "RPO_BREACH")
_ORDER = ("RESTORE_ORDER_INVALID", "RESTORE_ORDER_MISSING", "PLAN_STEP_OMITS_DEPENDENCY")

_CONTINGENCY = Standard(
    "nist-800-34r1",
    "NIST SP 800-34, contingency planning guide for federal information systems",
    "Revision 1, May 2010, with updates of November 2010",
    (
        Demand(
            "3.1",
            "Somebody with authority has decided on a policy for coming back.",
            ("PLAN_INCOMPLETE",),
            (EvidenceKind.PLAN, EvidenceKind.AUTHORITY),
            None,
            "the policy itself as a document",
        ),
        Demand(
            "3.2",
            "The impact on the business is analysed: how long an outage may last at most is no "
            "shorter than the recovery time that is aimed at, and how much data may be lost is "
            "decided.",
            (*_TARGETS, "MTPD_BELOW_RTO", "TARGET_BASIS_MISSING"),
            (EvidenceKind.PLAN, EvidenceKind.TARGETS),
        ),
        Demand(
            "3.3",
            "Preventive measures keep an outage small, or from happening.",
            ("NO_ISOLATED_COPY", "NEAR_ZERO_NEEDS_MORE"),
            (EvidenceKind.RIGHTS,),
            None,
            "preventive measures other than those on copies",
        ),
        Demand(
            "3.4",
            "Strategies for backup, for other places of work and for replacement fit the targets.",
            (
                *_COPIES,
                "ARCHITECTURE_CANNOT_MEET_RPO",
                "ARCHITECTURE_CANNOT_MEET_RTO",
                "NO_ISOLATED_COPY",
            ),
            (EvidenceKind.POINTS,),
        ),
        Demand(
            "3.5",
            "A contingency plan says who does what, in which order, and where it can be read.",
            (*_ORDER, "PLAN_INCOMPLETE", "INSTRUCTIONS_UNREACHABLE"),
            (EvidenceKind.PLAN, EvidenceKind.AUTHORITY, EvidenceKind.DOCUMENTS),
        ),
        Demand(
            "3.6",
            "Plans are tested, people are trained, and exercises are held.",
            (*_TESTS, "EXERCISE_OVERDUE"),
            (EvidenceKind.SERVICE_TESTS, EvidenceKind.EXERCISES),
            YEAR,
            "the training of people",
        ),
        Demand(
            "3.7",
            "The plan is kept true to what is there, after changes and at fixed intervals.",
            ("REVIEW_DUE_AFTER_CHANGE", "UNDOCUMENTED_DEPENDENCY", "CONTACT_NOT_VERIFIED"),
            (EvidenceKind.PLAN_REVIEWS,),
            YEAR,
        ),
        Demand(
            "3.6-low",
            "Systems of low impact: an exercise at the table at least once a year.",
            ("EXERCISE_OVERDUE",),
            (EvidenceKind.EXERCISES,),
            YEAR,
        ),
        Demand(
            "3.6-moderate",
            "Systems of moderate impact: a functional exercise at least once a year.",
            ("EXERCISE_OVERDUE", *_TESTS),
            (EvidenceKind.EXERCISES, EvidenceKind.TESTS),
            YEAR,
        ),
        Demand(
            "3.6-high",
            "Systems of high impact: a functional exercise in full at least once a year, with the "
            "other site, and a full recovery from backups.",
            ("EXERCISE_OVERDUE", *_TESTS),
            (EvidenceKind.EXERCISES, EvidenceKind.SERVICE_TESTS),
            YEAR,
            "that the other site was used",
        ),
    ),
)

_CONTROLS = Standard(
    "nist-800-53r5",
    "NIST SP 800-53, security and privacy controls",
    "Revision 5, September 2020, with updates of December 2020",
    (
        Demand(
            "CP-2",
            "There is a contingency plan with essential functions, targets, order, roles and "
            "contacts.",
            ("PLAN_INCOMPLETE", "TARGET_NOT_APPROVED", *_ORDER, "UNDOCUMENTED_DEPENDENCY"),
            (EvidenceKind.PLAN, EvidenceKind.AUTHORITY, EvidenceKind.TARGETS),
        ),
        Demand(
            "CP-4",
            "The plan is tested at the interval that was decided, and what is learned is mended.",
            (*_TESTS, "EXERCISE_OVERDUE", "ACTION_OVERDUE"),
            (EvidenceKind.SERVICE_TESTS,),
            YEAR,
        ),
        Demand(
            "CP-9",
            "Data of users, of the system and its documents is backed up as often as the targets "
            "ask, and kept confidential, whole and at hand.",
            (*_COPIES, "COPY_NOT_ENCRYPTED", "COPY_DAMAGED", "INSTRUCTIONS_UNREACHABLE"),
            (EvidenceKind.POINTS,),
            WEEK,
        ),
        Demand(
            "CP-9(1)",
            "Backup media and the wholeness of what is on them are tested.",
            ("COPY_DAMAGED",),
            (EvidenceKind.VERIFIED_POINTS,),
            YEAR,
        ),
        Demand(
            "CP-9(2)",
            "A sample of backups is restored when the plan is tested.",
            ("NEVER_DRILLED",),
            (EvidenceKind.TESTS,),
            YEAR,
        ),
        Demand(
            "CP-9(3)",
            "Copies of critical things are kept in a separate place.",
            ("NO_ISOLATED_COPY", "ISOLATION_NOT_KNOWN"),
            (EvidenceKind.POINTS,),
        ),
        Demand(
            "CP-9(8)",
            "Backups are protected by cryptography against being read or changed.",
            ("COPY_NOT_ENCRYPTED", "ENCRYPTION_NOT_KNOWN", "KEY_INSIDE_ITS_COPY"),
            (EvidenceKind.POINTS,),
        ),
        Demand(
            "CP-10",
            "A system can be brought back to a known state within its targets.",
            (*_TESTS, "RTO_EXCEEDED", "RECOVERY_AUTH_CYCLE"),
            (EvidenceKind.SERVICE_TESTS,),
            YEAR,
        ),
        Demand(
            "CP-10(2)",
            "Transactions are recovered in systems that rest on them.",
            ("RPO_BREACH", "NO_REPRESENTATIVE_RESTORE"),
            (EvidenceKind.CHECKED_TESTS,),
            YEAR,
            "that single transactions came back",
        ),
    ),
)

_FRAMEWORK = Standard(
    "nist-csf-2.0",
    "NIST Cybersecurity Framework",
    "2.0, February 2024",
    (
        Demand(
            "PR.DS-11",
            "Backups of data are created, protected, maintained and tested.",
            (*_COPIES, *_TESTS, "NO_ISOLATED_COPY", "COPY_NOT_ENCRYPTED", "COPY_DAMAGED"),
            (EvidenceKind.POINTS, EvidenceKind.TESTS),
            YEAR,
        ),
        Demand(
            "RC.RP-01",
            "Once it is begun, recovery is carried out by its plan.",
            (*_ORDER, "INSTRUCTIONS_UNREACHABLE"),
            (EvidenceKind.PLAN, EvidenceKind.EXERCISES),
            YEAR,
        ),
        Demand(
            "RC.RP-02",
            "What is done in a recovery is chosen, ranked and carried out.",
            (*_ORDER, "AUTHORITY_UNCLEAR", "PLAN_INCOMPLETE"),
            (EvidenceKind.AUTHORITY, EvidenceKind.EXERCISES),
            YEAR,
        ),
        Demand(
            "RC.RP-03",
            "Backups and whatever else is restored from are seen to be whole before they are used.",
            ("COPY_DAMAGED", "COPY_INFECTED", "RP_DISAPPEARED"),
            (EvidenceKind.VERIFIED_POINTS,),
            YEAR,
        ),
        Demand(
            "RC.RP-04",
            "Essential functions and the risks after the incident shape how work goes on.",
            ("WORKAROUND_INSECURE", "WORKAROUND_TOO_SHORT", "PLAN_INCOMPLETE"),
            (EvidenceKind.WORKAROUNDS,),
        ),
        Demand(
            "RC.RP-05",
            "What was restored is seen to be whole, and normal work is confirmed.",
            ("TEST_WITHOUT_CHECKS", "TEST_NOT_SERVICE_LEVEL", "NO_REPRESENTATIVE_RESTORE"),
            (EvidenceKind.CHECKED_TESTS,),
            YEAR,
        ),
        Demand(
            "RC.RP-06",
            "The end of a recovery is declared on criteria, and its documents are completed.",
            ("EXERCISE_WITHOUT_FRICTIONS",),
            (EvidenceKind.EXERCISES,),
            YEAR,
            "the criteria on which an end is declared",
        ),
        Demand(
            "RC.CO-03",
            "People inside and outside hear how the recovery goes.",
            ("CHANNEL_DEPENDS_ON_PRODUCTION", "PLAN_INCOMPLETE"),
            (EvidenceKind.COMMUNICATION_EXERCISES,),
            YEAR,
        ),
        Demand(
            "RC.CO-04",
            "The public hears by ways and words that were approved.",
            ("COMMUNICATION_NOT_APPROVED", "CHANNEL_DEPENDS_ON_PRODUCTION"),
            (EvidenceKind.COMMUNICATIONS,),
        ),
        Demand(
            "ID.IM-02",
            "Tests and exercises, with suppliers too, lead to improvements.",
            ("ACTION_OVERDUE", "EXERCISE_WITHOUT_FRICTIONS", "ASSUMPTION_FAILED"),
            (EvidenceKind.EXERCISES, EvidenceKind.ACTIONS),
            YEAR,
        ),
        Demand(
            "ID.IM-04",
            "Plans for incidents and recovery are made, told, kept and improved.",
            ("PLAN_INCOMPLETE", "REVIEW_DUE_AFTER_CHANGE", "INSTRUCTIONS_UNREACHABLE"),
            (EvidenceKind.PLAN, EvidenceKind.PLAN_REVIEWS),
            YEAR,
        ),
        Demand(
            "PR.IR-03",
            "Means of resilience hold in normal and in bad times.",
            ("NEAR_ZERO_NEEDS_MORE", "ARCHITECTURE_CANNOT_MEET_RPO", "RTO_EXCEEDED"),
            (EvidenceKind.SERVICE_TESTS,),
            YEAR,
        ),
        Demand(
            "PR.IR-04",
            "There is enough capacity for being available.",
            ("RTO_EXCEEDED",),
            (EvidenceKind.SERVICE_TESTS,),
            YEAR,
            "capacity in normal work",
        ),
        Demand(
            "GV.SC-08",
            "Suppliers have a part in planning, responding and recovering.",
            ("VENDOR_CONTACT_MISSING", "VENDOR_COMMITMENT_INSUFFICIENT", "CONTRACT_ENDED"),
            (EvidenceKind.VENDORS,),
        ),
    ),
)

NIST = (_CONTINGENCY, _CONTROLS, _FRAMEWORK)
"""The standards of this file."""

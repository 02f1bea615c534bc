"""Demands of bodies that write standards for whoever adopts them, in our own words.

ISO's and AICPA's texts are licensed; what stands here is our summary of what they ask.
"""

from __future__ import annotations

from refloat.assess.standards.data import QUARTER, WEEK, YEAR, Demand, EvidenceKind, Standard

_TESTS = (
    "NEVER_DRILLED",
    "DRILL_FAILED",
    "TEST_OVERDUE",
    "TEST_NOT_SERVICE_LEVEL",
    "EVIDENCE_STALE_AFTER_CHANGE",
)
_COPIES = ("COVERAGE_GAP", "UNACCOUNTED_UNITS", "NO_COPY", "COPY_NOT_KNOWN", "RPO_BREACH")

_CONTINUITY = Standard(
    "iso-22301-2019",
    "ISO 22301, business continuity management systems",
    "2019; judged by a summary",
    (
        Demand(
            "8.2",
            "The impact on the business is analysed, with time frames, and risks are assessed.",
            ("TARGET_NOT_APPROVED", "TARGET_BASIS_MISSING", "MTPD_BELOW_RTO"),
            (EvidenceKind.PLAN, EvidenceKind.TARGETS),
            None,
            "the assessment of risks as a document",
        ),
        Demand(
            "8.3",
            "Strategies and solutions fit the time frames.",
            ("ARCHITECTURE_CANNOT_MEET_RPO", "ARCHITECTURE_CANNOT_MEET_RTO", "RTO_EXCEEDED"),
            (EvidenceKind.PLAN, EvidenceKind.SERVICE_TESTS),
        ),
        Demand(
            "8.4",
            "Plans say who does what, when they are set off, how people communicate, and how work "
            "comes back.",
            ("PLAN_INCOMPLETE", "INSTRUCTIONS_UNREACHABLE", "COMMUNICATION_NOT_APPROVED"),
            (EvidenceKind.AUTHORITY, EvidenceKind.COMMUNICATIONS, EvidenceKind.DOCUMENTS),
        ),
        Demand(
            "8.5",
            "Exercises are held at planned intervals and after great changes, with reports.",
            ("EXERCISE_OVERDUE", "EVIDENCE_STALE_AFTER_CHANGE", "EXERCISE_WITHOUT_FRICTIONS"),
            (EvidenceKind.EXERCISES,),
            YEAR,
        ),
        Demand(
            "8.6",
            "What is written down and what can be done is evaluated, suppliers included.",
            ("REVIEW_DUE_AFTER_CHANGE", "VENDOR_COMMITMENT_INSUFFICIENT"),
            (EvidenceKind.PLAN_REVIEWS,),
            YEAR,
        ),
        Demand(
            "9",
            "Performance is measured, audited and reviewed by management.",
            (),
            (EvidenceKind.SERVICE_TESTS, EvidenceKind.PLAN_REVIEWS),
            YEAR,
            "internal audit and the review by management",
        ),
        Demand(
            "10",
            "What does not conform is corrected.",
            ("ACTION_OVERDUE",),
            (EvidenceKind.ACTIONS,),
        ),
    ),
)

_INFORMATION_SECURITY = Standard(
    "iso-27001-2022",
    "ISO/IEC 27001, information security, Annex A",
    "2022; judged by a summary",
    (
        Demand(
            "A.8.13",
            "Copies of information, software and systems are kept and regularly tested, as a "
            "policy on backups says.",
            (*_COPIES, *_TESTS, "RETENTION_SHORT", "COPY_DAMAGED"),
            (EvidenceKind.POINTS, EvidenceKind.TESTS),
            YEAR,
        ),
        Demand(
            "A.5.29",
            "Information stays secure while work is disrupted.",
            ("WORKAROUND_INSECURE",),
            (EvidenceKind.WORKAROUNDS,),
        ),
        Demand(
            "A.5.30",
            "Technology is planned, kept ready and tested for the targets of continuity.",
            (*_TESTS, "TARGET_NOT_APPROVED", "RTO_EXCEEDED", "RPO_BREACH"),
            (EvidenceKind.TARGETS, EvidenceKind.SERVICE_TESTS),
        ),
        Demand(
            "A.8.14",
            "There is as much redundancy as availability asks for.",
            ("NO_ISOLATED_COPY", "NEAR_ZERO_NEEDS_MORE"),
            (EvidenceKind.POINTS,),
            None,
            "redundancy of what is running, other than copies",
        ),
    ),
)

_SOC = Standard(
    "soc2-2017",
    "SOC 2, trust services criteria, availability",
    "2017, points of focus revised 2022; judged by a summary",
    (
        Demand(
            "A1.2",
            "Backups and the means of recovery are designed, run and watched.",
            (*_COPIES, "BACKUP_FAILED", "SILENCE"),
            (EvidenceKind.POINTS, EvidenceKind.JOBS),
            WEEK,
        ),
        Demand(
            "A1.3",
            "Recovery by its plan is tested: by likely scenarios, with key people away, and with "
            "the wholeness of backups seen.",
            (*_TESTS, "EXERCISE_OVERDUE", "COPY_DAMAGED"),
            (EvidenceKind.SERVICE_TESTS, EvidenceKind.EXERCISES),
            YEAR,
            "that an exercise was held with key people away",
        ),
    ),
)

_CIS = Standard(
    "cis-8.1",
    "CIS Critical Security Controls, control 11 (data recovery)",
    "8.1, June 2024",
    (
        Demand(
            "11.1",
            "How data is recovered is written down, with what comes first, and reviewed every year "
            "and after changes.",
            ("PLAN_INCOMPLETE", "RESTORE_ORDER_MISSING", "REVIEW_DUE_AFTER_CHANGE"),
            (EvidenceKind.PLAN, EvidenceKind.PLAN_REVIEWS),
            YEAR,
        ),
        Demand(
            "11.2",
            "Backups run by themselves, weekly or more often as the data asks.",
            (*_COPIES, "BACKUP_FAILED", "SILENCE"),
            (EvidenceKind.POINTS,),
            WEEK,
        ),
        Demand(
            "11.3",
            "Copies are protected as well as the data that they are of.",
            ("COPY_NOT_ENCRYPTED", "ENCRYPTION_NOT_KNOWN", "KEY_INSIDE_ITS_COPY"),
            (EvidenceKind.POINTS, EvidenceKind.RIGHTS),
            QUARTER,
            "how well the data itself is protected",
        ),
        Demand(
            "11.4",
            "One instance of the copies is isolated.",
            ("NO_ISOLATED_COPY", "ISOLATION_NOT_KNOWN"),
            (EvidenceKind.POINTS, EvidenceKind.RIGHTS),
            QUARTER,
        ),
        Demand(
            "11.5",
            "A sample of backups is restored every quarter or more often.",
            ("NEVER_DRILLED",),
            (EvidenceKind.TESTS,),
            QUARTER,
        ),
    ),
)

_CARDS = Standard(
    "pci-dss-4.0.1",
    "PCI Data Security Standard",
    "4.0.1, June 2024",
    (
        Demand(
            "9.4.1.1",
            "Backups on media that are offline lie in a secure place.",
            (),
            (EvidenceKind.POINTS,),
            None,
            "how the place of offline media is secured",
        ),
        Demand(
            "9.4.1.2",
            "The security of that place is reviewed at least every 12 months.",
            (),
            (),
            None,
            "the review of the place of offline media",
        ),
        Demand(
            "10.3.3",
            "Audit logs are promptly backed up to a place that is hard to change.",
            ("NO_ISOLATED_COPY", "COVERAGE_GAP"),
            (EvidenceKind.POINTS,),
            WEEK,
            "which data sets are audit logs",
        ),
        Demand(
            "10.5.1",
            "Audit logs are kept for 12 months, the last three at hand.",
            ("RETENTION_SHORT", "RETENTION_NOT_AGREED"),
            (EvidenceKind.POINTS,),
            None,
            "which data sets are audit logs",
        ),
        Demand(
            "12.10.1",
            "The plan for incidents has recovery, continuity and backup in it.",
            ("PLAN_INCOMPLETE", "RESTORE_ORDER_MISSING", "INSTRUCTIONS_UNREACHABLE"),
            (EvidenceKind.PLAN, EvidenceKind.AUTHORITY, EvidenceKind.POINTS),
        ),
        Demand(
            "12.10.2",
            "At least every 12 months it is reviewed and tested.",
            ("EXERCISE_OVERDUE",),
            (EvidenceKind.EXERCISES, EvidenceKind.PLAN_REVIEWS),
            YEAR,
        ),
    ),
)

BODIES = (_CONTINUITY, _INFORMATION_SECURITY, _SOC, _CIS, _CARDS)
"""The standards of this file."""

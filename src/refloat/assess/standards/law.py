"""Demands of laws, supervisors and governments, in our own words; none of it is legal advice."""

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

_DORA = Standard(
    "dora-2022-2554",
    "Digital Operational Resilience Act, regulation (EU) 2022/2554",
    "in force since 17 January 2025",
    (
        Demand(
            "11-plans",
            "There are a policy of continuity and plans for response and recovery, from an "
            "analysis of the impact on the business.",
            ("PLAN_INCOMPLETE", "TARGET_NOT_APPROVED", "TARGET_BASIS_MISSING"),
            (EvidenceKind.PLAN, EvidenceKind.TARGETS, EvidenceKind.AUTHORITY),
        ),
        Demand(
            "11-tests",
            "Plans are tested at least once a year and after substantial changes to what stands "
            "behind critical functions; with cyber-attacks and switching over among the scenarios.",
            (*_TESTS, "EXERCISE_OVERDUE"),
            (EvidenceKind.SERVICE_TESTS, EvidenceKind.EXERCISES),
            YEAR,
            "that a cyber-attack and switching over were among the scenarios",
        ),
        Demand(
            "11-communication",
            "Communication in a crisis is tested, and somebody has the function of managing it.",
            ("COMMUNICATION_NOT_APPROVED", "PLAN_INCOMPLETE"),
            (EvidenceKind.COMMUNICATION_EXERCISES, EvidenceKind.COMMUNICATIONS),
            YEAR,
        ),
        Demand(
            "12-scope",
            "What is backed up, and how often at least, is written down by how critical and "
            "confidential it is.",
            ("COVERAGE_GAP", "EXCLUSION_NOT_APPROVED", "TARGET_NOT_APPROVED"),
            (EvidenceKind.PLAN, EvidenceKind.TARGETS),
            None,
            "how confidential each data set is",
        ),
        Demand(
            "12-tests",
            "Backup and restore are tested from time to time, and using backups endangers nothing.",
            _TESTS,
            (EvidenceKind.TESTS,),
            YEAR,
        ),
        Demand(
            "12-apart",
            "Backups are restored on systems that are apart, physically and logically, from where "
            "they came from.",
            ("NO_ISOLATED_COPY", "RECOVERY_AUTH_CYCLE", "PATH_BACK_MISSING"),
            (EvidenceKind.SERVICE_TESTS,),
            YEAR,
            "that the place of restore is physically apart",
        ),
        Demand(
            "12-targets",
            "Each function has its recovery time and its recovery point as targets.",
            ("TARGET_NOT_APPROVED", "TARGETS_NOT_DIFFERENTIATED"),
            (EvidenceKind.TARGETS,),
        ),
        Demand(
            "12-whole",
            "When data is recovered, several checks and reconciliations show that it is whole.",
            ("TEST_WITHOUT_CHECKS", "COPY_DAMAGED", "NO_REPRESENTATIVE_RESTORE"),
            (EvidenceKind.CHECKED_TESTS,),
            YEAR,
        ),
        Demand(
            "12-capacity",
            "There are redundant capacities, enough for the business.",
            ("NEAR_ZERO_NEEDS_MORE", "RTO_EXCEEDED"),
            (EvidenceKind.SERVICE_TESTS,),
            YEAR,
            "redundant capacities of what is running",
        ),
    ),
)

_CPS_230 = Standard(
    "apra-cps-230",
    "APRA prudential standard CPS 230, operational risk management",
    "in force since 1 July 2025",
    (
        Demand(
            "tolerance",
            "Each critical operation has tolerance levels: the longest disruption, the most data "
            "lost, and the least service by other means.",
            ("TARGET_NOT_APPROVED", "MTPD_BELOW_RTO", "PLAN_INCOMPLETE"),
            (EvidenceKind.TARGETS, EvidenceKind.WORKAROUNDS),
        ),
        Demand(
            "plan",
            "A plan of continuity says what sets it off, what is done, what rests on what, and how "
            "people communicate.",
            ("PLAN_INCOMPLETE", "UNDOCUMENTED_DEPENDENCY", "COMMUNICATION_NOT_APPROVED"),
            (EvidenceKind.PLAN, EvidenceKind.DEPENDENCIES, EvidenceKind.COMMUNICATIONS),
        ),
        Demand(
            "exercise",
            "It is exercised every year with severe but plausible scenarios, the failure of a "
            "material provider among them.",
            ("EXERCISE_OVERDUE", *_TESTS),
            (EvidenceKind.EXERCISES,),
            YEAR,
            "that the failure of a material provider was among the scenarios",
        ),
        Demand(
            "notice",
            "APRA hears within 24 hours of a disruption outside tolerance, and within 72 hours of "
            "a material incident.",
            ("COMMUNICATION_NOT_APPROVED",),
            (EvidenceKind.COMMUNICATIONS,),
            None,
            "notices in an incident",
        ),
    ),
)

_CPS_234 = Standard(
    "apra-cps-234",
    "APRA prudential standard CPS 234, information security",
    "July 2019",
    (
        Demand(
            "plans",
            "Plans for responding to incidents are reviewed and tested every year.",
            ("EXERCISE_OVERDUE", "REVIEW_DUE_AFTER_CHANGE"),
            (EvidenceKind.EXERCISES, EvidenceKind.PLAN_REVIEWS),
            YEAR,
        ),
        Demand(
            "tests",
            "Independent specialists test controls as often as the risk asks.",
            _TESTS,
            (EvidenceKind.TESTS,),
            YEAR,
            "that whoever tested was independent",
        ),
        Demand(
            "notice",
            "APRA hears of a material incident within 72 hours, and of a material weakness within "
            "10 business days.",
            ("COMMUNICATION_NOT_APPROVED",),
            (EvidenceKind.COMMUNICATIONS,),
            None,
            "notices in an incident",
        ),
    ),
)

_HIPAA = Standard(
    "hipaa-164.308",
    "HIPAA security rule, 45 CFR 164.308(a)(7)(ii)",
    "as amended 2013; the changes proposed in January 2025 are not in it",
    (
        Demand(
            "A",
            "Exact copies of electronic health information can be fetched (required).",
            (*_COPIES, "COPY_DAMAGED"),
            (EvidenceKind.POINTS, EvidenceKind.CHECKED_TESTS),
        ),
        Demand(
            "B",
            "There is a plan to restore any lost data (required).",
            ("RESTORE_ORDER_MISSING", "RESTORE_ORDER_INVALID", "INSTRUCTIONS_UNREACHABLE"),
            (EvidenceKind.PLAN,),
        ),
        Demand(
            "C",
            "Critical work that protects the information goes on in an emergency (required).",
            ("WORKAROUND_INSECURE", "WORKAROUND_TOO_SHORT", "PLAN_INCOMPLETE"),
            (EvidenceKind.WORKAROUNDS,),
        ),
        Demand(
            "D",
            "Plans are tested and revised (addressable).",
            (*_TESTS, "EXERCISE_OVERDUE"),
            (EvidenceKind.SERVICE_TESTS,),
            YEAR,
        ),
        Demand(
            "E",
            "It is analysed how critical each application and its data are (addressable).",
            ("PLAN_INCOMPLETE", "TARGETS_NOT_DIFFERENTIATED"),
            (EvidenceKind.PLAN, EvidenceKind.TARGETS),
        ),
    ),
)

_BREACHES = Standard(
    "au-privacy-ndb",
    "Privacy Act 1988 (Cth), notifiable data breaches",
    "Part IIIC, since February 2018",
    (
        Demand(
            "assess",
            "A suspected breach is assessed within 30 days.",
            ("COMMUNICATION_NOT_APPROVED",),
            (EvidenceKind.COMMUNICATIONS,),
            None,
            "how an incident was assessed",
        ),
        Demand(
            "notify",
            "The commissioner and the people concerned hear of it as soon as practicable.",
            ("COMMUNICATION_NOT_APPROVED",),
            (EvidenceKind.COMMUNICATIONS,),
            None,
            "notices in an incident",
        ),
    ),
)

_ISM = Standard(
    "ism-2025-12",
    "Information Security Manual: controls beside the Essential Eight's",
    "v2025.12.9, December 2025",
    (
        Demand(
            "ISM-1547",
            "How data is backed up is written down, followed and kept up to date.",
            ("PLAN_INCOMPLETE", "COVERAGE_GAP"),
            (EvidenceKind.PLAN, EvidenceKind.POINTS),
            WEEK,
        ),
        Demand(
            "ISM-1548",
            "How data is restored is written down, followed and kept up to date.",
            ("RESTORE_ORDER_MISSING", "RESTORE_ORDER_INVALID", "PLAN_STEP_OMITS_DEPENDENCY"),
            (EvidenceKind.PLAN, EvidenceKind.TESTS),
            YEAR,
        ),
        Demand(
            "ISM-1574",
            "Contracts with providers let data be taken along, for backup and for moving.",
            ("CONTRACT_CLARIFICATION_NEEDED", "CONTRACT_ENDED"),
            (EvidenceKind.VENDORS,),
            None,
            "what contracts say of taking data along",
        ),
        Demand(
            "ISM-1928",
            "Backups of the directory and of sign-in are encrypted, kept securely, and open to "
            "backup administrators alone.",
            ("COPY_NOT_ENCRYPTED", "NO_ISOLATED_COPY"),
            (EvidenceKind.POINTS, EvidenceKind.RIGHTS),
            QUARTER,
        ),
    ),
)

LAW = (_DORA, _CPS_230, _CPS_234, _HIPAA, _BREACHES, _ISM)
"""The standards of this file."""

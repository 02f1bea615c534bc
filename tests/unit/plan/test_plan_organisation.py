"""What an organisation writes down beside its services becomes what it means."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from refloat.model.access import Lock, LockMode, Principal, PrincipalKind, Right
from refloat.model.organisation import (
    Authority,
    Channel,
    Communication,
    Document,
    Escalation,
    Exclusion,
    Facility,
    Location,
    Platform,
    Policy,
    Vendor,
    Watch,
    Workaround,
    WrittenStep,
)
from refloat.model.plan import Component, ComponentKind, Dependency, Objective, Service, Strength
from tests.unit.plan.example import FULL, complaints_about, plan_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_people_and_what_they_may_do() -> None:
    plan = plan_of(FULL)
    assert plan.people["mei"].verified == date(2026, 9, 2)
    assert plan.authority == Authority(
        declare=("ben", "mei"),
        decide=("ben",),
        lead=("mei", "ben"),
        communicate="ben",
        administer_backups=("mei",),
        request_restores=("ben",),
        approve_restores=("mei",),
        facilitate_exercises="ben",
    )
    assert plan_of("organisation: x\n").authority == Authority()


def test_places_where_people_meet_read_and_tell() -> None:
    plan = plan_of(FULL)
    soft = Dependency("archive", Strength.SOFT)
    assert list(plan.channels.values()) == [
        Channel("status-page", "The page of another company"),
        Channel("mail", "mail", (soft,)),
    ], "the first is the usual one, so their order stays"
    assert plan.communications == {
        "customer": Communication("customer", "ben", "mei", "patients.txt"),
        "supplier": Communication("supplier", "mei"),
        "regulatory": Communication(
            "regulatory",
            recipient="The commissioner",
            trigger="Data of patients was seen.",
            deadline=30 * DAY,
        ),
    }
    assert plan.facilities["church-hall"] == Facility(
        "church-hall", "The church hall", (Dependency("line"),)
    )
    assert plan.documents["run-books"] == Document(
        "run-books",
        ("recovery instructions", "contacts"),
        (Location("The archive", (Dependency("archive"),)), Location("A folder in the safe")),
    )
    assert plan.sites == ("harbour-street", "another town")
    assert plan.responsibilities == {"identity": {"our people": "mei", "the provider": ""}}


def test_vendors_and_exclusions() -> None:
    plan = plan_of(FULL)
    assert plan.vendors["line-company"] == Vendor(
        "line-company",
        "Line Company",
        contact="1800 975 700",
        hours="24x7",
        customer_number="HS-1",
        contract="C-7",
        contract_end=date(2027, 12, 31),
        access="They need none.",
        verified=date(2026, 9, 2),
        escalation=(Escalation("support"), Escalation("account manager", 2 * HOUR)),
        commitments={"booking": 2 * HOUR},
        outage_limits={"booking": 5 * HOUR},
        provider=True,
    )
    assert plan.exclusions == (
        Exclusion(
            "Kiosk computers",
            "line",
            "They are rebuilt from an image.",
            "ben",
            date(2027, 3, 31),
        ),
    )


def test_copies_of_others_and_who_can_do_what() -> None:
    plan = plan_of(FULL)
    far = plan.repositories["far-away"]
    assert (far.engine, far.options) == ("", {}), "nothing of Refloat's writes there"
    assert (far.name, far.site, far.encrypted) == ("The provider's store", "another town", True)
    assert far.lock == Lock(LockMode.COMPLIANCE, 35 * DAY)
    assert far.rights == {
        "staff": (),
        "administrators": (Right.LIST, Right.READ_OTHER),
        "operators": (Right.DELETE,),
    }
    assert far.controlled_by == ("operators",)
    assert plan.repositories["shelf"].lock == Lock(LockMode.UNKNOWN), "unsaid is not known"
    assert plan.repositories["shelf"].encrypted is None
    assert plan.platforms["backup-server"] == Platform(
        "backup-server",
        "The backup server",
        (Dependency("archive"),),
        "domain accounts",
        break_glass=True,
        key_kept="the safe",
        administrator="mei",
    )
    assert plan.principals["administrators"] == Principal(
        "administrators", PrincipalKind.PRIVILEGED, ("mei", "sealed"), can_become=("operators",)
    )
    assert plan.principals["operators"].member_of == ("staff",)
    assert plan.components["letter-files"] == Component(
        "letter-files",
        ComponentKind.FILES,
        "letter-files",
        recovery=plan.components["letter-files"].recovery,
        watch=Watch("backup-server", ("far-away", "shelf"), HOUR, 40 * DAY),
        group="letters",
        retention=Objective("retention", 35 * DAY, "regulation", "ben"),
    )
    assert plan.components["letter-files"].repositories == ("far-away", "shelf")


def test_what_goes_on_meanwhile_and_how_it_comes_back() -> None:
    letters = plan_of(FULL).services["letters"]
    assert letters.needs == (Dependency("archive"), Dependency("letter-files"))
    assert (letters.standby, letters.vendors) == (True, ("line-company",))
    assert letters.workarounds == (
        Workaround(
            "letters by hand",
            "The reception writes.",
            data="personal",
            controls=("locked tray", "shredded next day"),
            approved_by="ben",
            usable_for=DAY,
            way_back="They are typed in.",
            disposal="They are shredded.",
            source="The paper diary.",
            refreshed_every=12 * HOUR,
            location="Reception.",
            encrypted_for=("age1cf8lqly3qmgvdkhqn6mjqe9yezzq9hvax38dc3kqda483cavf5dq63sn4n",),
            key_kept="The safe.",
        ),
    )
    assert letters.steps == (
        WrittenStep("call the line company"),
        WrittenStep(
            "restore the letters",
            needs=("call the line company",),
            brings_back="letter-files",
            who="mei",
            takes=timedelta(minutes=20),
            verify="The newest letter opens.",
            signs_in_with=("archive",),
        ),
        WrittenStep("print", automatic=True),
    )


def test_the_policy() -> None:
    policy = plan_of(FULL).policy
    assert policy.test_every == {1: 92 * DAY, 2: 184 * DAY, 3: 300 * DAY}, "2 keeps the usual"
    assert (policy.skew, policy.near_zero) == (timedelta(0), timedelta(minutes=1))
    assert (policy.poor_evidence_counts, policy.essential_eight_target) == (True, 2)
    assert policy.standards == ("cis-8.1",)
    assert plan_of("organisation: x\n").policy == Policy()
    assert plan_of("organisation: x\npolicy: {}\n").policy == Policy()


# ---- tiers ------------------------------------------------------------------------------------

TIERS = """\
organisation: x
people: {ben: Ben, mei: Mei}
vendors: {line: {}}
policy: {test_every: {2: 100 days}}
tiers:
  1:
    objectives: {rpo: {target: 1 h, approver: ben}, rto: {target: 4 h, approver: ben}}
    evidence_valid_for: 30 days
    owner: ben
    vendors: [line]
    comparable_percent: 95
    contract_limit: 8 h
services:
  silent: {name: Silent, tier: 1}
  loud:
    name: Loud
    tier: 1
    objectives: {rto: 2 h, mtpd: 1 day}
    evidence_valid_for: 10 days
    owner: mei
    vendors: []
    comparable_percent: 50
    contract_limit: 3 h
  second: {name: Second, tier: 2}
  third: {name: Third, tier: 3}
  ninth: {name: Ninth, tier: 9}
  none: {name: None yet}
"""


def test_a_service_that_says_nothing_has_what_its_tier_says() -> None:
    silent = plan_of(TIERS).services["silent"]
    assert {name: one.target for name, one in silent.objectives.items()} == {
        "rpo": HOUR,
        "rto": 4 * HOUR,
    }
    assert silent.objectives["rpo"].approver == "ben"
    assert silent.evidence_valid_for == 30 * DAY
    assert (silent.owner, silent.vendors, silent.comparable_percent) == ("ben", ("line",), 95)
    assert silent.contract_limit == 8 * HOUR


def test_what_a_service_says_itself_replaces_it_key_by_key() -> None:
    loud = plan_of(TIERS).services["loud"]
    assert loud.objectives == {
        "rpo": Objective("rpo", HOUR, approver="ben"),
        "rto": Objective("rto", 2 * HOUR),
        "mtpd": Objective("mtpd", DAY),
    }, "nobody approved another number by approving the tier's"
    assert loud.evidence_valid_for == 10 * DAY
    assert (loud.owner, loud.vendors, loud.comparable_percent) == ("mei", (), 50)
    assert loud.contract_limit == 3 * HOUR


def test_how_long_evidence_counts_falls_to_the_policy() -> None:
    services = plan_of(TIERS).services
    assert services["second"].evidence_valid_for == 100 * DAY, "as the policy says"
    assert services["third"].evidence_valid_for == 366 * DAY, "as the policy usually says"
    for service in ("ninth", "none"):
        assert services[service].evidence_valid_for == 90 * DAY == Service.evidence_valid_for


def test_a_mistake_in_a_tier_is_said_once_however_many_services_it_has() -> None:
    said = complaints_about(TIERS.replace("rpo: {target: 1 h", "rpo: {target: 1 x"))
    assert [line.split(":")[0] for line in said] == ["7"]
    assert any("a tier is a number" in line for line in complaints_about("tiers: {gold: {}}\n"))


# ---- services need services ---------------------------------------------------------------------


def test_a_key_that_is_both_cannot_be_needed() -> None:
    text = (
        "organisation: x\nservices: {mail: {name: Mail}, s: {name: S, needs: [{soft: mail}]}}\n"
        "components: {mail: {kind: files}}\n"
    )
    (said,) = complaints_about(text)
    assert said.startswith("2:60: 'mail' is a component and a service")
    assert complaints_about(text.replace("{soft: mail}", "")) == [], "where nobody needs it"


@pytest.mark.parametrize(
    ("services", "components", "said"),
    [
        ("a: {name: A, needs: [a]}", "", "these services need each other in a circle: a -> a"),
        (
            "a: {name: A, needs: [b]}, b: {name: B, needs: [a]}",
            "",
            "these services need each other in a circle: a -> b -> a",
        ),
        (
            "s: {name: S, needs: [{soft: c}]}",
            "c: {kind: files, needs: [s]}",
            "these components and services need each other in a circle: c -> s -> c",
        ),
    ],
)
def test_circles_over_services_are_refused(services: str, components: str, said: str) -> None:
    text = f"organisation: x\nservices: {{{services}}}\ncomponents: {{{components}}}\n"
    assert [line.split(": ", 1)[1] for line in complaints_about(text)] == [said]


# ---- one mistake --------------------------------------------------------------------------------

MISTAKES = [
    ("vendors: [line-company]\n    standby", "vendors: [line-compny]\n    standby", "vendor"),
    ("{platform: backup-server", "{platform: backup-servr", "platform"),
    ("controlled_by: [operators]", "controlled_by: [operator]", "principal"),
    ("rights: {staff: []", "rights: {stuff: []", "principal"),
    ("member_of: [staff]", "member_of: [staf]", "principal"),
    ("copies: [far-away, shelf]", "copies: [far-awy, shelf]", "repository"),
    ("commitments: {booking: 2 h}", "commitments: {bookings: 2 h}", "service"),
    ("outage_limits: {booking", "outage_limits: {boking", "service"),
    ("component: line", "component: lines", "component"),
    ("brings_back: letter-files", "brings_back: letter-file", "component"),
    ("signs_in_with: [archive]", "signs_in_with: [archives]", "component or service"),
    ("needs: [call the line company]", "needs: [call the line]", "step"),
    ("needs: [archive]}, A folder", "needs: [archiv]}, A folder", "component or service"),
    ("lead: [mei, ben]", "lead: [mei, bem]", "person"),
    ("supplier: {approver: mei}", "supplier: {approver: me}", "person"),
    ("administrator: mei", "administrator: meii", "person"),
    ("who: mei", "who: mai", "person"),
    ("approved_by: ben\n        u", "approved_by: bon\n        u", "person"),
]


@pytest.mark.parametrize(("right", "wrong", "what"), MISTAKES)
def test_names_lead_somewhere(right: str, wrong: str, what: str) -> None:
    assert right in FULL
    (said,) = complaints_about(FULL.replace(right, wrong, 1))
    assert f"there is no {what} " in said
    assert "did you mean" in said


OTHER_MISTAKES = [
    ("mode: compliance", "mode: complience", "(did you mean 'compliance'?)"),
    ("[list, read other]", "[list, read others]", "(did you mean 'read other'?)"),
    ("kind: backup administrator", "kind: backup admin", "(did you mean 'backup administrator'?)"),
    ("verified: 2026-09-02\nrep", "verified: 2026-02-30\nrep", "is no date"),
    ("contract_end: 2027-12-31", "contract_end: 2027-13-01", "is no date"),
    ("contract_end: 2027-12-31", "contract_end: 2027-6-1", "is no date"),
    ("deadline: 30 days", "deadline: 720", "a number without a unit"),
    ("usable_for: 1 day", "usable_for: -1 day", "a duration cannot be negative"),
    ("exercise_every: 300 days", "exercise_every: 0 days", "longer than 0"),
    ("exercise_every: 300 days", "exercise_every: 12 months", "months differ in length"),
    ("exercise_every: 300 days", "exercise_every: 1_000", "this is no number with a unit"),
    ("exercise_every: 300 days", "exercise_every: 22:10", "this is no number with a unit"),
    ("essential_eight_target: 2", "essential_eight_target: 4", "0 to 3"),
    ("essential_eight_target: 2", "essential_eight_target: 0o2", "a whole number is expected"),
    ("essential_eight_target: 2", "essential_eight_target: 1_0", "a whole number is expected"),
    ("file_tests_count: yes", "file_tests_count: on", "yes or no is expected"),
    ("file_tests_count: yes", "file_tests_count: y", "yes or no is expected"),
    ("test_every: {1: 92 days", "test_every: {0: 92 days", "a tier is a number from 1 to 9"),
    ("test_every: {1: 92 days", "test_every: {gold: 92 days", "a tier is a number from 1 to 9"),
    ("  regulatory:\n", "  regulators:\n", "(did you mean 'regulatory'?)"),
    ("      - print: {auto", "      - call the line company: {auto", "already"),
    ("      - print: {automatic: yes}", "      - {}", "a step is a name"),
    ("      - print: {automatic: yes}", "      - [a]", "a step is a name"),
    ("automatic: yes", "automatic: yes, who: mei", "is done by a machine, or by 'mei'"),
    ("facilities: {", "facilities_not_needed: none\nfacilities: {", "cannot stand here too"),
    ("    watch: {", "    protect: {files: x}\n    watch: {", "say one of them"),
    ("repository: shelf", "repository: far-away", "no 'engine' is named there"),
    ("      letters by hand:\n", '      "":\n', "is no name for services.letters.workarounds"),
    ("- what: Kiosk computers\n    c", "- c", "'what' is missing in exclusions.1"),
    ("content: [recovery instructions, contacts]", "content: []", "with something in it"),
    ("identity: {our people: mei", "identity: {our people: [mei]", "text, or nothing"),
]


@pytest.mark.parametrize(("right", "wrong", "said"), OTHER_MISTAKES)
def test_what_cannot_be_meant_is_refused(right: str, wrong: str, said: str) -> None:
    assert right in FULL
    lines = complaints_about(FULL.replace(right, wrong, 1))
    assert len(lines) == 1, lines
    assert said in lines[0]


def test_a_misspelt_engine_is_one_complaint() -> None:
    lines = complaints_about(FULL.replace("engine: restic", "engine: restik"))
    assert len(lines) == FULL.count("engine: restic"), lines
    assert all("did you mean 'restic'" in line for line in lines)


def test_options_of_an_engine_that_is_not_named_are_refused() -> None:
    text = "organisation: x\nrepositories: {shelf: {place: /shelf, nam: Shelf}}\n"
    assert complaints_about(text) == [
        "2:24: 'place' in repositories.shelf says something to the engine, and none is named: add"
        " 'engine: restic'",
        "2:39: unknown key 'nam' in repositories.shelf (did you mean 'name'?)",
    ]


def test_steps_that_wait_for_each_other_are_refused() -> None:
    steps = "[{a: {needs: [b]}}, {b: {needs: [c]}}, {c: {needs: [a]}}, {d: {needs: d}}]"
    said = complaints_about(f"organisation: x\nservices: {{s: {{name: S, steps: {steps}}}}}\n")
    assert [line.split(": ", 1)[1] for line in said] == [
        "each of these steps waits for the other: a -> b -> c -> a",
        "each of these steps waits for the other: d -> d",
    ]


def test_an_order_of_steps_that_cannot_work_is_written_down_all_the_same() -> None:
    steps = "[{start: {needs: [restore]}}, restore]"
    plan = plan_of(f"organisation: x\nservices: {{s: {{name: S, steps: {steps}}}}}\n")
    assert [step.name for step in plan.services["s"].steps] == ["start", "restore"]


# ---- odd organisations --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "organisation: x\n",
        "organisation: x\npeople: {}\nservices: {}\ncomponents: {}\nvendors: {}\ntiers: {}\n",
        "organisation: x\nservices: {s: {name: S, needs: []}}\n",
        "organisation: x\ncomponents: {c: {kind: data, watch: {copies: []}}}\n",
        "organisation: x\nexclusions: []\nsites: []\nresponsibilities: {}\nchannels: {}\n",
    ],
)
def test_an_organisation_with_little_or_nothing_in_it_is_a_plan(text: str) -> None:
    assert complaints_about(text) == []


def test_one_person_may_be_everybody() -> None:
    plan = plan_of(
        "organisation: x\npeople: {no: No Body}\n"
        "authority: {declare: no, decide: no, lead: no, communicate: no, administer_backups: no,"
        " request_restores: no, approve_restores: no, facilitate_exercises: no}\n"
        "services: {s: {name: S, owner: no, technical_owner: no}}\n"
    )
    assert plan.authority.lead == ("no",)
    assert plan.services["s"].owner == "no"


@pytest.mark.parametrize("name", ["on", "off", "yes", "no", "null-site", "1e3", "0777", "12"])
def test_names_that_other_yaml_takes_for_something_else_stay_names(name: str) -> None:
    plan = plan_of(
        f"organisation: x\nservices: {{{name}: {{name: S}}, b: {{name: B, needs: [{name}]}}}}\n"
        f"vendors: {{v: {{hours: {name}, commitments: {{{name}: 1 h}}}}}}\n"
    )
    assert plan.services["b"].needs == (Dependency(name),)
    assert plan.vendors["v"].hours == name
    assert plan.vendors["v"].commitments == {name: HOUR}

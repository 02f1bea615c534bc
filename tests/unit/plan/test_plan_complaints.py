"""A wrong plan is refused: every mistake at once, each with its place and the right spelling."""

from __future__ import annotations

import pytest
import yaml

from refloat.model.errors import PlanProblem
from refloat.plan import PlanRefused, nearest, parse
from refloat.plan.reader import PythonLoader
from tests.unit.plan.example import CATALOGUE, COMPLAINTS_OF, FULL, complaints_about

MANY = """\
organisation: x
peple: {}
people:
  Ben: {name: Ben, deputy: mai}
  mei: Mei Tan
  mei: Mei Tan
repositories:
  shelf: {engine: restik, location: x, password: hunter2}
services:
  booking:
    ownr: mei
    objectives: {rpo: 15, rlo: 1 h}
    needs: [b]
components:
  a: {kind: databse, needs: [b], protect: {files: x, repository: shelv}}
  b: {kind: vendor, needs: [a], checks: [it is there: {http: {}}]}
"""


def test_all_complaints_come_at_once_in_the_order_of_the_file() -> None:
    assert complaints_about(MANY) == [
        "2:1: unknown key 'peple' (did you mean 'people'?)",
        "4:3: 'Ben' is no name for people: small letters, digits and '-' are allowed, 63 at most,"
        " the first one a letter or digit",
        "4:28: there is no person 'mai' in 'people' (did you mean 'mei'?)",
        "6:3: the key 'mei' stands here again: it is at 5:3 already",
        "8:19: there is no engine 'restik'; there is: restic, borg (did you mean 'restic'?)",
        "8:50: a secret itself may not stand in a plan (at repositories.shelf.password): write"
        " env:NAME, file:PATH or command:COMMAND, and change the secret if the plan was ever"
        " shared",
        "10:3: 'name' is missing in services.booking: Its name for people.",
        "11:5: unknown key 'ownr' in services.booking (did you mean 'owner'?)",
        "12:23: '15' at services.booking.objectives.rpo.target: this is a number without a unit:"
        " write a number and a unit, such as '15 min', '4 h', '1 day' or '1 h 30 min'",
        "12:27: unknown key 'rlo' in services.booking.objectives (did you mean 'rto'?)",
        "15:13: 'databse' is not one of data, database, files, virtual machine, device image,"
        " microsoft 365, settings, application, identity, infrastructure, network, key, licence,"
        " vendor, facility (did you mean 'database'?)",
        "15:30: these components need each other in a circle: a -> b -> a",
        "15:66: there is no repository 'shelv' in 'repositories' (did you mean 'shelf'?)",
        "16:56: 'url' is missing in components.b.checks.'it is there'.http: The address.",
    ]


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML was built without its C parser")
def test_both_parsers_of_yaml_complain_of_the_same_at_the_same_places() -> None:
    said = []
    for loader in (PythonLoader, yaml.CSafeLoader):
        with pytest.raises(PlanRefused) as caught:
            parse(MANY.encode(), "x", CATALOGUE, COMPLAINTS_OF, loader=loader)
        said.append(caught.value.complaints)
    assert said[0] == said[1]


def test_the_error_carries_its_complaints() -> None:
    with pytest.raises(PlanProblem) as caught:
        parse(b"organisation: x\npeple: {}\n", "plans/a.yaml", CATALOGUE, COMPLAINTS_OF)
    assert isinstance(caught.value, PlanRefused)
    (complaint,) = caught.value.complaints
    assert (complaint.file, complaint.line, complaint.column) == ("plans/a.yaml", 2, 1)
    assert complaint.suggestion == "people"
    assert str(caught.value).startswith("plans/a.yaml:2:1: ")
    assert caught.value.exit_code == 65
    assert caught.value.hint


# In each case one place of the full plan is changed; what must be said about it, and where.
ONE_MISTAKE = [
    ("tier: 1", "tier: one", "a whole number is expected at services.booking.tier"),
    ("tier: 1", 'tier: "1"', "a whole number (without quotes)"),
    ("tier: 1", "tier: 0", "0 is out of range at services.booking.tier: 1 to 9"),
    ("tier: 1", "tier: 01", "a whole number is expected"),
    ("tier: 1", "tier: [1]", "a whole number is expected at services.booking.tier, not a list"),
    ("tier: 1", "tier:", "nothing stands behind 'tier'"),
    ("append_only: yes", "append_only: maybe", "yes or no is expected"),
    ("append_only: yes", 'append_only: "yes"', "yes or no is expected"),
    ("name: Online booking", "name: ~", "nothing stands behind 'name': text is expected"),
    (
        "name: Online booking",
        "name: {a: b}",
        "text is expected at services.booking.name, not a map",
    ),
    ("name: Online booking", 'name: "  "', "not blanks"),
    ("rpo: 15 min", "rpo: 0 min", "write a duration longer than 0"),
    ("rpo: 15 min", "rpo: -15 min", "a duration cannot be negative"),
    ("rpo: 15 min", "rpo: 15 m", "'m' may mean minutes or months"),
    ("rpo: 15 min", "rpo: 15 minuts", "'minuts' is no unit of time"),
    ("rpo: 15 min", "rpo: 1.5 h", "only seconds may have a fraction"),
    ("rpo: 15 min", "rpo: 30 min 1 h", "the largest unit comes first"),
    ("rpo: 15 min", "rpo: 40000 days", "longer than 100 years"),
    ("rpo: 15 min", "rpo: soon", "this is no duration"),
    ("rpo: 15 min", "rpo: {basis: bia}", "'target' is missing in services.booking.objectives.rpo"),
    ("rpo: 15 min", "mtbf: 15 min", "unknown key 'mtbf' in services.booking.objectives"),
    (
        "basis: contract",
        "basis: contrat",
        "is not one of bia, contract, regulation, vendor-default (did you mean 'contract'?)",
    ),
    ("date: 2026-11-02", "date: 2026-11-31", "is no date"),
    ("date: 2026-11-02", "date: 2.11.2026", "is no date"),
    ("date: 2026-11-02", "date: 2028-01-01", "comes after the approval"),
    (
        "approver: ben",
        "approver: benn",
        "there is no person 'benn' in 'people' (did you mean 'ben'?)",
    ),
    ("confirmer: ben", "confirmer: bob", "there is no person 'bob'"),
    ("deputy: mei", "deputy: ben", "'ben' cannot be their own deputy"),
    (
        "technical_owner: mei",
        "technical_owner: meii",
        "there is no person 'meii' in 'people' (did you mean 'mei'?)",
    ),
    (
        "needs: documents",
        "needs: document",
        "there is no component or service 'document' (did you mean 'documents'?)",
    ),
    ("{soft: documents}]\n    comp", "{sofd: documents}]\n    comp", "neither 'hard' nor 'soft'"),
    (
        "{soft: documents}]\n    comp",
        "booking-app]\n    comp",
        "stands twice in services.booking.needs",
    ),
    (
        "{soft: documents}]\n    comp",
        "booking]\n    comp",
        "these services need each other in a circle: booking -> booking",
    ),
    ("repository: shelf", "repository: shelve", "(did you mean 'shelf'?)"),
    ("kind: network", "kind: Network", "(did you mean 'network'?)"),
    ("  line:\n", "  the line:\n", "'the line' is no name for components"),
    ("  line:\n", "  Line:\n", "'Line' is no name for components"),
    (
        "{files: [documents, scans],",
        "{filez: [documents, scans],",
        "unknown key 'filez' in components.documents.protect (did you mean 'files'?)",
    ),
    (
        "{files: [documents, scans],",
        "{",
        "names no kind of data set: give it one of files, postgresql",
    ),
    (
        "{files: [documents, scans],",
        "{files: [], ",
        "a path, or a list of paths with something in it",
    ),
    ("{files: [documents, scans],", "{files: ~/scans, ", "'~' is not expanded"),
    (
        "{files: [documents, scans],",
        "{files: a, postgresql: {database: b},",
        "names more than one kind of data set: files and postgresql",
    ),
    ("port: 42701", "prot: 42701", "(did you mean 'port'?)"),
    (
        "database: bookings",
        "databank: bookings",
        "'database' is missing in components.bookings-db.protect.postgresql",
    ),
    ("keep: everything", "keep: {last: 0}", "keeps nothing"),
    ("keep: everything", "keep: all", "or 'everything'"),
    ("keep: everything", "keep: {lust: 1}", "(did you mean 'last'?)"),
    ("method: POST", "method: PSOT", "is not one of GET, POST (did you mean 'POST'?)"),
    (
        "{files: {paths: scans, newer_than: 1 day, kinds: pdf}}",
        "{nothing: {}}",
        "this asks nothing",
    ),
    (
        "{files: {paths: scans, newer_than: 1 day, kinds: pdf}}",
        "{}",
        "names no check: give it one of",
    ),
    ("{files: {paths: scans, newer_than: 1 day, kinds: pdf}}", "", "is a check on nothing"),
    (
        "{files: {paths: scans, newer_than: 1 day, kinds: pdf}}",
        "{fils: scans}",
        "unknown key 'fils'",
    ),
    ("- scans are there: {files", "- {files", "this check has no name"),
    (
        "- scans are there: {",
        "- scans are there: {timeout: 5 s, http: u, ",
        "names more than one check",
    ),
    ("the dentist sees the bookings:", "a dentist signs in:", "stands at 49:9 already"),
    ("user: postgres", "user: root", "name another user than root"),
    (
        "user: postgres",
        "user: Post Gres",
        "is not allowed here: an account's name has small letters",
    ),
    ("email: mei@dental.example", "email: mei", "an address has one '@'"),
    ("'my settings.json'", "'my settings.json", "a quote in this command is never closed"),
    ("'my settings.json'", "&& echo", "no shell runs this command"),
    ("start:\n        command", "start:\n        comand", "'command' is missing"),
    ("bubblewrap: {memory", "bublewrap: {memory", "(did you mean 'bubblewrap'?)"),
    (
        "sandbox: {bubblewrap: {memory: 2 GiB, processes: 100}}",
        "sandbox: contaner",
        "(did you mean 'container'?)",
    ),
    ("infrastructure: The", "infrastructures: The", "(did you mean 'infrastructure'?)"),
    ("organisation: Harbour Street Dental\n", "", "'organisation' is missing"),
    ("checks: {timeout: 20 s}", "chekcs: {timeout: 20 s}", "unknown key 'chekcs' in defaults"),
    ("checks: {timeout: 20 s}", "checks: {timeout: 20 s, http: x}", "unknown key 'http' in"),
]


@pytest.mark.parametrize(("right", "wrong", "said"), ONE_MISTAKE)
def test_one_mistake_in_a_right_plan(right: str, wrong: str, said: str) -> None:
    assert right in FULL
    lines = complaints_about(FULL.replace(right, wrong, 1))
    assert any(said in line for line in lines), lines


def test_what_needs_nothing_back_may_have_no_way_back() -> None:
    text = (
        "organisation: x\nservices: {s: {name: S, needs: [line, {soft: app}]}}\n"
        "components: {line: {kind: network}, app: {kind: application}, other: {kind: data}}\n"
    )
    assert complaints_about(text) == []


def test_each_circle_is_printed_once() -> None:
    text = """\
organisation: x
components:
  c: {kind: vendor, needs: [a]}
  a: {kind: vendor, needs: [b, d]}
  b: {kind: vendor, needs: [{soft: c}]}
  d: {kind: vendor, needs: [d]}
  e: {kind: vendor, needs: [a]}
"""
    assert complaints_about(text) == [
        "4:29: these components need each other in a circle: a -> b -> c -> a",
        "6:29: these components need each other in a circle: d -> d",
    ]


def test_a_mistake_in_what_is_repeated_is_said_once() -> None:
    text = "organisation: x\nservices: {a: &s {name: A, tier: x}, b: *s}\n"
    assert len(complaints_about(text)) == 2, "once for each service that it stands in"
    text = "organisation: x\npeople: {a: &p {nam: A, name: B}}\n"
    assert complaints_about(text) == ["2:17: unknown key 'nam' in people.a (did you mean 'name'?)"]


@pytest.mark.parametrize(
    ("written", "right"), [("Own-Er", "owner"), ("failure domain", "failure_domain"), ("zzz", "")]
)
def test_the_nearest_spelling(written: str, right: str) -> None:
    assert nearest(written, ["owner", "failure_domain", "name"]) == right


SECRETS = [
    FULL.replace("file:secrets/restic-password", "hunter2-öß"),
    FULL.replace("file:secrets/restic-password", "[hunter2-öß]"),
    FULL.replace("file:secrets/restic-password", "{hunter2-öß: x}"),
    FULL.replace("file:secrets/restic-password", "*hunter2-öß"),
    FULL.replace("file:secrets/restic-password", "!hunter2-öß"),
    FULL.replace("file:secrets/restic-password", "!x!hunter2-öß y"),
    FULL.replace("file:secrets/restic-password", "%hunter2-öß"),
    FULL.replace("file:secrets/restic-password", '"\\hunter2-öß"'),
    FULL.replace("file:secrets/restic-password", '"hunter2-öß'),
    FULL.replace("file:secrets/restic-password", "@hunter2-öß"),
    FULL.replace("file:secrets/restic-password", "|hunter2-öß"),
    FULL.replace("env:ACCOUNT_KEY", "hunter2-öß"),
    FULL.replace("file:secrets/dentist", "hunter2-öß"),
    FULL.replace("location: backup", "location: rest:https://u:hunter2-öß@host/"),
    FULL.replace("location: backup", "location: /x?password=hunter2-öß"),
    FULL.replace("name: Online booking", 'name: \'{"password": "hunter2-öß"}\''),
    FULL.replace("{MODE: production}", "{TOKEN: hunter2-öß}"),
    FULL.replace("booking/app.py", "--password=hunter2-öß"),
]


@pytest.mark.parametrize("text", SECRETS)
@pytest.mark.parametrize("loader", ["fast", "slow"])
def test_a_secret_is_refused_and_never_repeated(text: str, loader: str) -> None:
    chosen = PythonLoader if loader == "slow" else yaml.CSafeLoader
    with pytest.raises(PlanRefused) as caught:
        parse(text.encode(), "refloat.yaml", CATALOGUE, COMPLAINTS_OF, loader=chosen)
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(caught.value.complaints)


@pytest.mark.parametrize(
    ("right", "allowed"),
    [
        ("file:secrets/dentist", '"${token}"'),
        ("file:secrets/dentist", "command:pass show dentist"),
        ("{user: dana.reyes, password: file:secrets/dentist}", "{user: '', keys: 3, note: a key}"),
        ("location: backup", "location: https://host:80/a@b"),
        ("name: Online booking", "name: 'Ask Mei: the password is in the safe, token=${token}'"),
    ],
)
def test_what_only_looks_like_a_secret_is_allowed(right: str, allowed: str) -> None:
    assert complaints_about(FULL.replace(right, allowed)) == []


@pytest.mark.parametrize("reference", ["file:", "env:", "env:A B", "command: "])
def test_a_reference_that_leads_nowhere_is_refused(reference: str) -> None:
    lines = complaints_about(FULL.replace("file:secrets/dentist", f'"{reference}"'))
    assert len(lines) == 1

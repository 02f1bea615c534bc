"""A small catalogue of adapters and a plan that uses every key, for the tests of the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from refloat.model.options import (
    AdapterCatalogue,
    AdapterDescription,
    Option,
    Options,
    OptionType,
)
from refloat.model.plan import Plan
from refloat.plan import PlanRefused, parse

CATALOGUE = AdapterCatalogue(
    engines={
        "restic": AdapterDescription(
            "restic",
            "A backup tool.",
            (
                Option("location", OptionType.PATH, "Where.", required=True),
                Option("password", OptionType.SECRET, "Its password.", required=True),
                Option("environment", OptionType.TEXT_MAP, "Variables."),
            ),
        ),
        "borg": AdapterDescription(
            "borg", "Another.", (Option("place", OptionType.PATH, "Where.", required=True),)
        ),
    },
    data_sets={
        "files": AdapterDescription(
            "files",
            "Files.",
            (
                Option("paths", OptionType.PATHS, "Which.", required=True, short=True),
                Option("newest", OptionType.TEXT, "A pattern."),
            ),
        ),
        "postgresql": AdapterDescription(
            "postgresql",
            "A database.",
            (
                Option("host", OptionType.TEXT, "Where.", default="127.0.0.1"),
                Option("port", OptionType.INTEGER, "Which port.", default=5432),
                Option("database", OptionType.TEXT, "Which.", required=True),
                Option("password", OptionType.SECRET, "The password."),
            ),
        ),
    },
    checks={
        "http": AdapterDescription(
            "http",
            "A page.",
            (
                Option("url", OptionType.TEXT, "The address.", required=True, short=True),
                Option("method", OptionType.TEXT, "How.", default="GET", choices=("GET", "POST")),
                Option("form", OptionType.TEXT_MAP, "Fields."),
                Option("status", OptionType.INTEGER, "The status.", default=200),
                Option("at_least", OptionType.TEXT_MAP, "Numbers."),
                Option("verify", OptionType.BOOLEAN, "Whether.", default=True),
            ),
        ),
        "files": AdapterDescription(
            "files",
            "Files.",
            (
                Option("paths", OptionType.PATHS, "Which.", required=True, short=True),
                Option("newer_than", OptionType.DURATION, "How old."),
                Option("kinds", OptionType.TEXTS, "Which kinds."),
            ),
        ),
        "nothing": AdapterDescription("nothing", "Asks what it is told to.", ()),
    },
    sandboxes={
        "bubblewrap": AdapterDescription(
            "bubblewrap",
            "Namespaces.",
            (
                Option("memory", OptionType.TEXT, "How much.", default="4 GiB"),
                Option("processes", OptionType.INTEGER, "How many."),
            ),
        ),
        "container": AdapterDescription("container", "A container.", ()),
    },
)


def _complaints_of_nothing(options: Options) -> tuple[str, ...]:
    return ("this asks nothing.",)


COMPLAINTS_OF: Mapping[str, Callable[[Options], tuple[str, ...]]] = {
    "nothing": _complaints_of_nothing
}

FULL = """\
organisation: Harbour Street Dental
people:
  ben: {name: Ben Okafor, roles: [business owner], phone: "+61 3 5550 0142", deputy: mei}
  mei:
    name: Mei Tan
    roles: [technical owner, backup administrator]
    email: mei@dental.example
    verified: 2026-09-02
repositories:
  cupboard:
    engine: restic
    location: backup
    password: file:secrets/restic-password
    environment: {ACCOUNT: harbour, ACCOUNT_KEY: env:ACCOUNT_KEY}
    failure_domain: server room
    authentication_domain: backup accounts
    append_only: yes
    key_kept: a sealed envelope in the safe
  shelf: {engine: borg, place: /shelf}
  far-away:
    name: The provider's store
    site: another town
    encrypted: yes
    lock: {mode: compliance, period: 35 days}
    rights: {staff: [], administrators: [list, read other], operators: delete}
    controlled_by: [operators]
    canary: {operators: {user: nobody, options: {url: u}, environment: {A_KEY: env:A_KEY}}}
defaults:
  protect: {repository: cupboard, every: 15 min, keep: {last: 10, daily: 14}}
  recover: {timeout: 3 min}
  objectives: {basis: bia, approver: ben, date: 2026-11-02, review: 2027-05-02}
  checks: {timeout: 20 s}
services:
  booking:
    name: Online booking
    processes: [Patients book a visit, Dentists see their day]
    owner: ben
    technical_owner: mei
    tier: 1
    objectives: {rpo: 15 min, rto: {target: 1 h, basis: contract}, mtpd: 2 days}
    needs: [booking-app, {soft: documents}]
    completeness: {question: Are the bookings of today all there?, confirmer: ben}
    workaround: The paper diary at reception.
    evidence_valid_for: 30 days
    contract_limit: 8 h
    comparable_percent: 90
    not_applicable: {infrastructure: The network is the landlord's.}
    checks:
      - a dentist signs in:
          http:
            url: http://127.0.0.1:42703/sign-in
            method: POST
            form: {user: dana.reyes, password: file:secrets/dentist}
      - the dentist sees the bookings:
          http: {url: "http://127.0.0.1:42703/bookings", at_least: {count: 1}}
          timeout: 5 s
  archive:
    name: Archive
    needs: documents
    tier: 3
  letters:
    name: Letters to patients
    needs: [archive, letter-files]
    vendors: [line-company]
    standby: yes
    workarounds:
      letters by hand:
        how: The reception writes.
        data: personal
        controls: [locked tray, shredded next day]
        approved_by: ben
        usable_for: 1 day
        way_back: They are typed in.
        disposal: They are shredded.
        source: The paper diary.
        refreshed_every: 12 h
        location: Reception.
        encrypted_for: [age1cf8lqly3qmgvdkhqn6mjqe9yezzq9hvax38dc3kqda483cavf5dq63sn4n]
        key_kept: The safe.
    steps:
      - call the line company
      - restore the letters:
          needs: [call the line company]
          brings_back: letter-files
          who: mei
          takes: 20 min
          verify: The newest letter opens.
          signs_in_with: [archive]
      - print: {automatic: yes}
components:
  bookings-db:
    kind: database
    name: The bookings
    user: postgres
    owner: mei
    protect:
      postgresql: {host: bookings-db/run, port: 42701, database: bookings, password: env:DB}
      heartbeat: no
      timeout: 2 h
  documents:
    kind: files
    protect: {files: [documents, scans], repository: shelf, every: on demand, keep: everything}
    checks:
      - scans are there: {files: {paths: scans, newer_than: 1 day, kinds: pdf}}
  booking-app:
    kind: application
    user: www-data
    needs: [bookings-db, {hard: line}, {soft: documents}]
    recover:
      start:
        command: /usr/bin/python3 booking/app.py 'my settings.json'
        environment: {MODE: production}
        folder: booking
      ready: {http: "http://127.0.0.1:42703/health"}
      software: [/opt/booking]
      timeout: 5 min
  line:
    kind: network
    vendor_commitment: 4 h
    vendor: line-company
    site: harbour-street
    takes: 40 min
  letter-files:
    kind: files
    group: letters
    retention: {target: 35 days, approver: ben, basis: regulation}
    watch: {platform: backup-server, copies: [far-away, shelf], every: 1 h, kept_for: 40 days}
sandbox: {bubblewrap: {memory: 2 GiB, processes: 100}}
sites: [harbour-street, another town]
policy:
  test_every: {1: 92 days, 3: 300 days}
  exercise_every: 300 days
  skew: 0 s
  near_zero: 1 min
  contacts_verified_every: 180 days
  integrity_verified_every: 30 days
  access_seen_every: 31 days
  plan_reviewed_every: 200 days
  renewal_reminder: 90 days
  poor_evidence_counts: yes
  file_tests_count: yes
  essential_eight_target: 2
  standards: [cis-8.1]
  observed_for: 60 days
  restore_requests_stand: 12 h
tiers:
  3: {objectives: {rpo: {target: 1 day, basis: contract}}, vendors: [line-company]}
authority:
  declare: [ben, mei]
  decide: ben
  lead: [mei, ben]
  communicate: ben
  administer_backups: [mei]
  request_restores: [ben]
  approve_restores: [mei]
  facilitate_exercises: ben
channels:
  status-page: {name: The page of another company, needs: []}
  mail: {needs: [{soft: archive}]}
communications:
  customer: {approver: ben, deputy: mei, template: patients.txt}
  supplier: {approver: mei}
  regulatory:
    recipient: The commissioner
    trigger: Data of patients was seen.
    deadline: 30 days
facilities: {church-hall: {name: The church hall, needs: [line]}}
documents:
  run-books:
    content: [recovery instructions, contacts]
    locations: [{where: The archive, needs: [archive]}, A folder in the safe]
vendors:
  line-company:
    name: Line Company
    contact: 1800 975 700
    hours: 24x7
    customer_number: HS-1
    contract: C-7
    contract_end: 2027-12-31
    access: They need none.
    verified: 2026-09-02
    escalation: [support, {who: account manager, after: 2 h}]
    commitments: {booking: 2 h}
    outage_limits: {booking: 5 h}
    provider: yes
platforms:
  backup-server:
    name: The backup server
    needs: [archive]
    sign_in: domain accounts
    break_glass: yes
    key_kept: the safe
    administrator: mei
principals:
  staff: {kind: unprivileged}
  administrators: {kind: privileged, members: [mei, sealed], can_become: [operators]}
  operators: {kind: backup administrator, members: mei, member_of: [staff]}
exclusions:
  - what: Kiosk computers
    component: line
    reason: They are rebuilt from an image.
    approved_by: ben
    until: 2027-03-31
responsibilities:
  identity: {our people: mei, the provider: }
"""


def plan_of(text: str) -> Plan:
    """Read a plan that is right."""
    return parse(text.encode(), "refloat.yaml", CATALOGUE, COMPLAINTS_OF)


def complaints_about(text: str) -> list[str]:
    """Read a plan; give the lines that are printed, without the file's name."""
    try:
        plan_of(text)
    except PlanRefused as refused:
        return [line.removeprefix("refloat.yaml:") for line in str(refused).splitlines()]
    return []

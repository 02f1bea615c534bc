"""A plan that is drafted out of what runs: right as it stands, always the same, nothing merged."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from refloat import plan as plans
from refloat import registry
from refloat.app.draft_text import quoted
from refloat.app.initialise import draft
from refloat.app.workspace import Workspace, catalogue
from refloat.model.plan import ComponentKind, Plan
from refloat.testing.observer_conformance import SECRET
from tests.support.commands import run

sys.path.insert(0, str(Path(__file__).parents[2] / "conformance"))
from observer_samples import SAMPLES

FILES = Path(__file__).parents[1] / "observers" / "samples"
KINDS = tuple(registry.adapters("observers"))
NAMED = {
    "ansible": "ansible-hosts.ini",
    "backstage": "catalog-info.yaml",
    "compose": "compose-shop.yaml",
    "cyclonedx": "services.cdx.json",
    "kubernetes": "kubernetes-shop.yaml",
    "opentelemetry": "service-graph.prom",
    "systemd": "systemd-shop.txt",
    "terraform": "terraform.tfstate",
}


def drafted(folder: Path, **sources: str | bytes) -> Plan:
    """Draft out of sources by kind; give the plan."""
    named = []
    for name, content in sources.items():
        kind = name.partition("_")[0]
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        named.append((kind, path))
    draft(folder / "refloat.yaml", named)
    return Workspace.find(str(folder / "refloat.yaml"), None).plan


def needs(plan: Plan, key: str) -> list[str]:
    return [one.on for one in plan.components[key].needs]


def circles(found: Any) -> list[str]:
    """Give what is in no plan, as the draft said what it left out because it closes a circle."""
    return [
        f"{one['component']} needs {one['needs']} ({one['source']}:{one['line']})"
        for one in found["undocumented"]
    ]


def source_of(kind: str, sample: str, folder: Path) -> Path:
    path = folder / "source"
    given = kind in NAMED and sample == "file"
    path.write_bytes((FILES / NAMED[kind]).read_bytes() if given else SAMPLES[kind].content)
    return path


@pytest.mark.requirement("R-005", "R-085", "R-112")
@pytest.mark.parametrize("sample", ["conformance", "file"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_knows_everything_that_its_source_shows(
    kind: str, sample: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = source_of(kind, sample, here)
    code, printed, _ = run(capsys, "init", "--from", kind, str(source), "--json")
    said = json.loads(printed)
    assert code == (2 if said["not_used"] or said["circles"] else 0)
    code, _, told = run(capsys, "plan", "check")
    assert (code, "is fine" in told) == (0, True)
    _, printed, _ = run(capsys, "observe", kind, str(source), "--json")
    found = json.loads(printed)
    assert circles(found) == said["circles"], "but for what no plan can say, nothing is missing"
    lines = [
        (one["source"], line["line"], line["reason"])
        for one in found["sources"]
        for line in one["refused"]
    ]
    assert [(one["source"], one["line"], one["reason"]) for one in said["not_used"]] == lines
    text = (here / "refloat.yaml").read_text()
    assert SECRET not in text
    assert all(f"{name}:{line}: {reason}" in text for name, line, reason in lines)


@pytest.mark.requirement("R-005", "R-112")
def test_all_kinds_together_are_one_plan_and_the_same_bytes_in_whatever_order(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in NAMED.values():
        (here / name).write_bytes((FILES / name).read_bytes())
    named = [part for kind, name in NAMED.items() for part in ("--from", kind, name)]
    turned = [part for kind, name in reversed(NAMED.items()) for part in ("--from", kind, name)]
    _, printed, _ = run(capsys, "init", "one.yaml", *named, "--json")
    said = json.loads(printed)
    assert run(capsys, "init", "two.yaml", *turned)[0] == 2
    assert (here / "one.yaml").read_bytes() == (here / "two.yaml").read_bytes()
    for kind, name in NAMED.items():
        _, printed, _ = run(capsys, "--plan", "one.yaml", "observe", kind, name, "--json")
    assert circles(json.loads(printed)) == ["payments needs booking-app (catalog-info.yaml:33)"]
    assert said["circles"] == [
        "payments needs booking-app-in-catalog-info-yaml (catalog-info.yaml:33)"
    ]


def test_what_sources_say_is_in_it_and_the_rest_is_asked(here: Path) -> None:
    plan = drafted(
        here,
        compose="services:\n"
        "  web: {image: shop:1, labels: {owner: Front office}, depends_on: [db]}\n"
        "  db: {volumes: ['kept:/data']}\n"
        "volumes: {kept: }\n",
    )
    assert needs(plan, "web") == ["db"]
    assert plan.components["kept"].kind is ComponentKind.DATA
    assert plan.people[plan.components["web"].owner or ""].name == "Front office"
    (service,) = plan.services.values()
    assert [one.on for one in service.needs] == ["web"], "what nothing else needs"
    assert (service.owner, service.tier, service.objectives) == (None, None, {})
    text = (here / "refloat.yaml").read_text()
    assert "runs as shop:1" in text
    kept = text.split("\n  kept:")[1]
    assert "TODO: it keeps data, and no source says what copies it" in kept
    for asked in ("whose plan is it?", "(owner", "(objectives)", "(tier", "(workarounds)"):
        assert asked in text
    assert text.count("TODO: who looks after it?") == 2


def test_names_that_collide_across_sources_are_kept_apart_and_said(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        (here / name).mkdir()
        (here / name / "compose.yaml").write_text(
            f"services: {{web: {{depends_on: [db]}}, db: {{}}, only-{name}: {{}}}}\n"
        )
    (here / "seen.csv").write_text("component,needs\nreport,db\nreport,only-a\n")
    code, printed, _ = run(
        capsys,
        *("init", "--from", "compose", "a/compose.yaml", "b/compose.yaml"),
        *("--from", "csv", "seen.csv", "--json"),
    )
    assert code == 0
    said = json.loads(printed)
    assert said["apart"] == [
        f"{name}-in-{place}-compose-yaml ({place}/compose.yaml:1)"
        for name in ("db", "web")
        for place in ("a", "b")
    ]
    plan = Workspace.find(None, None).plan
    assert needs(plan, "web-in-a-compose-yaml") == ["db-in-a-compose-yaml"]
    assert needs(plan, "web-in-b-compose-yaml") == ["db-in-b-compose-yaml"]
    both = ["db-in-a-compose-yaml", "db-in-b-compose-yaml"]
    assert needs(plan, "report") == [*both, "only-a"], "either may be meant"
    text = (here / "refloat.yaml").read_text()
    assert text.count("TODO: is it the same as db-in-") == 2
    assert "TODO: report needs what is called so (seen.csv:2): is it this, or one of those?" in text
    for kind, source in (("compose", "a"), ("compose", "b"), ("csv", "seen.csv")):
        _, printed, _ = run(capsys, "observe", kind, source, "--json")
        assert json.loads(printed)["undocumented"] == []


def test_files_of_one_cluster_share_their_names(here: Path) -> None:
    folder = here / "manifests"
    folder.mkdir()
    head = "apiVersion: v1\nkind: "
    (folder / "a.yaml").write_text(
        head + "Pod\nmetadata: {name: web, labels: {app: web}}\n"
        "spec: {volumes: [{persistentVolumeClaim: {claimName: kept}}]}\n"
    )
    (folder / "b.yaml").write_text(
        head + "PersistentVolumeClaim\nmetadata: {name: kept}\n---\n"
        f"{head}Service\nmetadata: {{name: web}}\nspec: {{selector: {{app: web}}}}\n"
    )
    draft(here / "refloat.yaml", [("kubernetes", folder)])
    plan = Workspace.find(str(here / "refloat.yaml"), None).plan
    assert sorted(plan.components) == ["persistentvolumeclaim-kept", "web"]
    assert plan.components["persistentvolumeclaim-kept"].kind is ComponentKind.DATA
    assert needs(plan, "web") == ["persistentvolumeclaim-kept"]


@pytest.mark.requirement("R-085")
def test_circles_are_left_out_and_said_because_no_plan_can_hold_them(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "a.csv").write_text("component,needs\na,b\nb,c\nc,a\nc,d\nd,d2\n")
    code, printed, _ = run(capsys, "init", "--from", "csv", "a.csv", "--json")
    assert code == 2
    assert json.loads(printed)["circles"] == ["c needs a (a.csv:4)"]
    assert "it was also seen to need a (a.csv:4)" in (here / "refloat.yaml").read_text()
    assert run(capsys, "plan", "check")[0] == 0


HOSTILE = [
    "null",
    "yes",
    "~",
    "- a",
    "a: b",
    "a #b",
    "#",
    "'",
    '"',
    "\\",
    "{x}",
    "[x",
    "*x",
    "&x",
    "!x",
    "|",
    ">",
    "%x",
    "@x",
    "`x",
    "?",
    "0",
    "1e3",
    "2026-01-01",
    "a\u2028b: c",
    "a\u2029  evil:",
    "a\u202eb",
    "\u00a0",
    "Bücher",
    "日本語",
    "Web",
    "web",
    "WEB.",
    "x" * 200,
    "everything-observed",
    "Everything that was observed",
    "a\ufeffb",
    "\U0001f600",
]


def test_hostile_names_are_quoted_or_left_out_and_said(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quote = '"'
    rows = "".join(
        f"{quote}{name.replace(quote, quote * 2)}{quote},{quote}root of {number}{quote}\n"
        for number, name in enumerate(HOSTILE)
    )
    (here / "a.csv").write_text("component,needs\n" + rows, encoding="utf-8")
    _, printed, _ = run(capsys, "init", "--from", "csv", "a.csv", "--json")
    said = json.loads(printed)
    plan = Workspace.find(None, None).plan
    names = {one.name for one in plan.components.values()}
    lines = {one["line"] - 2 for one in said["not_used"]}
    left_out = {HOSTILE[line] for line in lines}
    assert left_out == {"a\u2028b: c", "a\u2029  evil:", "a\ufeffb"} | (left_out & {"\u00a0"})
    assert names >= {name for name in HOSTILE if name not in left_out and name.strip()}
    assert len(plan.services) == 1
    assert "evil" not in names | set(plan.components)
    _, printed, _ = run(capsys, "observe", "csv", "a.csv", "--json")
    unknown = {one["component"] for one in json.loads(printed)["undocumented"]}
    assert not unknown - left_out - {f"root of {line}" for line in lines}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_quoted_comes_back_the_same(name: str) -> None:
    text = f"organisation: {quoted(name)}\n"
    try:
        plan = plans.parse(text.encode(), "x.yaml", catalogue(), {})
    except plans.PlanRefused as refused:
        (one,) = refused.complaints
        assert "control character" in one.message or "blanks" in one.message
    else:
        assert plan.organisation == name


def test_the_name_of_a_file_can_not_end_a_comment(here: Path) -> None:
    path = here / "a\nservices: {evil: {}}\n#.csv"
    path.write_text("component,needs\na,\n")
    draft(here / "refloat.yaml", [("csv", path)])
    plan = Workspace.find(str(here / "refloat.yaml"), None).plan
    assert list(plan.services) == ["everything-observed"]


def test_nothing_is_overwritten_nothing_recorded_and_nothing_read_in_vain(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "a.csv").write_text("component,needs\na,b\n")
    (here / "refloat.yaml").write_text("organisation: x\n")
    code, _, said = run(capsys, "init", "--from", "csv", "a.csv")
    assert (code, "is there already" in said) == (77, True)
    assert (here / "refloat.yaml").read_text() == "organisation: x\n"
    (here / "link.yaml").symlink_to(here / "nowhere.yaml")
    assert run(capsys, "init", "link.yaml", "--from", "csv", "a.csv")[0] == 77
    assert not (here / "nowhere.yaml").exists()
    assert run(capsys, "init", "new", "--from", "csv", "a.csv")[0] == 0
    assert not (here / "new" / ".refloat").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--from", "csv"), 64, "no source is named"),
        (("--from",), 64, "no source is named"),
        (("--from", "cvs", "a.csv"), 64, "Did you mean 'csv'"),
        (("--from", "csv", "nothing.csv"), 66, "cannot be read"),
        (("--from", "csv", "pipe"), 65, "it is a pipe"),
        (("--from", "csv", "bare.csv"), 65, "nothing was seen in these sources"),
        (("--from", "compose", "a.csv"), 65, "is no Compose file"),
    ],
)
def test_what_is_asked_wrongly_is_said_and_nothing_is_written(
    here: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    (here / "a.csv").write_text("component,needs\na,b\n")
    (here / "bare.csv").write_text("component,needs\n")
    os.mkfifo(here / "pipe")
    ended, _, told = run(capsys, "init", *arguments)
    assert (ended, said in told) == (code, True), told
    assert not (here / "refloat.yaml").exists()


def test_people_are_told_what_was_kept_apart_left_out_and_what_to_do_next(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "a.csv").write_text("component,needs\na,b\nb,a\n,x\n")
    code, printed, said = run(capsys, "init", "--from", "csv", "a.csv")
    assert (code, printed) == (2, "")
    assert "Left out, because it closes a circle: b needs a (a.csv:3)." in said
    assert "Not used: a.csv:4: it names no component." in said
    assert "1. Open it, and answer what stands behind TODO" in said

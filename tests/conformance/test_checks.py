"""Every check that is found keeps the contract, in every place that is found."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from check_servers import (
    HOSTILE,
    WEB,
    Area,
    account,
    start_postgresql,
    start_python,
    start_slapd,
)

from refloat import registry
from refloat.checks import Check, CheckContext
from refloat.model.run import Outcome
from refloat.model.secret import Secret, SecretReference
from refloat.sandboxes import SandboxRequest
from refloat.testing.check_conformance import (
    CONTENT,
    GENERAL,
    SECRET_WORD,
    Scenario,
    keeps_its_word,
)
from refloat.testing.place import UnconfinedPlace
from tests.support.named_adapter import named_adapter

CHECKS: dict[str, Check] = registry.adapters("checks")
PLACES = ("unconfined", *registry.adapters("sandboxes"))
REFERENCE = SecretReference("file", "secrets/word")
PASSWORD = {"password": Secret(SECRET_WORD)}
WRONG = {"password": Secret("not-that-word-4")}


@pytest.fixture(scope="module", params=PLACES)
def area(request: pytest.FixtureRequest) -> Iterator[Area]:
    """Give an open place; the sandboxes one after another."""
    with contextlib.ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="refloat-checks-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if request.param == "unconfined":
            place = UnconfinedPlace(folder)
            stack.callback(place.close)
            yield Area(place, place.path("area"))
            return
        sandbox = registry.adapters("sandboxes")[request.param]
        probe = sandbox.probe()
        if not probe.present:
            pytest.skip(f"{request.param} is not to be had here: {probe.missing}")
        users = tuple(account(name) for name in ("nobody", "postgres", "openldap"))
        defaults = {
            option.name: option.default for option in sandbox.options if option.default is not None
        }
        opened = sandbox.open(
            SandboxRequest(
                f"checks-{os.getpid()}", folder / "sandbox", users=users, options=defaults
            )
        )
        stack.callback(opened.close)
        yield Area(opened, "/srv/area")


@pytest.fixture(scope="module")
def web(area: Area) -> Iterator[str]:
    """Give the address of a well-behaved application in the place."""
    running, ports = start_python(area, "web", WEB)
    yield f"http://127.0.0.1:{ports['web']}"
    running.stop(5)


@pytest.fixture(scope="module")
def hostile(area: Area) -> Iterator[dict[str, int]]:
    """Give the ports of servers that misbehave, by how."""
    running, ports = start_python(area, "hostile", HOSTILE)
    yield ports
    running.stop(5)


@pytest.fixture(scope="module")
def postgresql(area: Area) -> Iterator[str]:
    """Give the socket folder of a PostgreSQL server in the place."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    running, socket = start_postgresql(area, str(found[-1]))
    yield socket
    running.stop(10)


@pytest.fixture(scope="module")
def slapd(area: Area) -> Iterator[str]:
    """Give the address of an LDAP server in the place."""
    running, url = start_slapd(area)
    yield url
    running.stop(10)


def ask(area: Area, kind: str, scenario: Scenario) -> CheckContext:
    return keeps_its_word(CHECKS[kind], area.place, scenario, user=account("nobody"))


@pytest.mark.parametrize("kind", sorted(CHECKS))
@pytest.mark.parametrize("holds", GENERAL, ids=lambda holds: holds.__name__)
def test_every_check_keeps_the_contract(kind: str, holds: Callable[[Check], None]) -> None:
    holds(CHECKS[kind])


def test_http_outcomes(area: Area, web: str) -> None:
    sign_in = {"url": f"{web}/sign-in", "form": {"user": "dana", "password": REFERENCE}}
    context = ask(
        area,
        "http",
        Scenario(
            "signs in, follows to the same host, keeps the cookie, captures",
            {
                **sign_in,
                "expect": {"ok": "yes", "one.name": CONTENT, "names.0": CONTENT, "none": "null"},
                "at_least": {"count": "17", "names": "1"},
                "capture": {"number": "header:x-number", "count": "json:count"},
            },
            Outcome.PASSED,
            "status 200; ok is true; one.name is as the plan says",
            secrets={"form.password": Secret(SECRET_WORD)},
        ),
    )
    assert (context.variables["number"], context.variables["count"]) == ("42", "17")
    kept = context.variables
    refused = {"form.password": Secret("not-that-word-4")}
    cases = [
        Scenario("wrong", sign_in, Outcome.FAILED, "status 401", secrets=refused),
        Scenario("no cookie", {"url": f"{web}/home"}, Outcome.FAILED, "status 401"),
        Scenario("cookie", {"url": f"{web}/home"}, Outcome.PASSED, "status 200", variables=kept),
        Scenario(
            "too few",
            {"url": f"{web}/home", "at_least": {"count": "18"}, "expect": {"ok": "no"}},
            Outcome.FAILED,
            "ok is true; count is 17",
            variables=kept,
        ),
        Scenario(
            "other text",
            {"url": f"{web}/home", "expect": {"one.name": "Somebody"}, "contains": "Somebody"},
            Outcome.FAILED,
            "without that text; one.name is something else",
            variables=kept,
        ),
        Scenario(
            "makes",
            {"url": f"{web}/make", "json": '{"patient": ${count}}', "status": 201},
            Outcome.PASSED,
            "status 201",
            variables=kept,
        ),
        Scenario("away", {"url": f"{web}/elsewhere"}, Outcome.FAILED, "another host"),
        Scenario("away is wanted", {"url": f"{web}/elsewhere", "status": 302}, Outcome.PASSED),
        Scenario("round and round", {"url": f"{web}/loop"}, Outcome.FAILED, "redirects"),
        Scenario("nobody there", {"url": "http://127.0.0.1:9/"}, Outcome.FAILED, "refused"),
        Scenario("no such name", {"url": f"{web}/${{gone}}"}, Outcome.COULD_NOT_RUN, "captured"),
        Scenario("no secret", sign_in, Outcome.COULD_NOT_RUN, "form.password"),
    ]
    for case in cases:
        ask(area, "http", case)


def test_http_compares_a_document_with_the_hash_that_an_earlier_check_kept(
    area: Area, web: str
) -> None:
    described = {"url": f"{web}/described", "capture": {"digest": "json:sha256"}}
    kept = ask(area, "http", Scenario("hash", described, Outcome.PASSED)).variables
    document = {"url": f"{web}/document", "sha256": "${digest}"}
    ask(area, "http", Scenario("same", document, Outcome.PASSED, "that SHA", variables=kept))
    other = {"url": f"{web}/described", "sha256": "${digest}"}
    ask(area, "http", Scenario("other", other, Outcome.FAILED, "another SHA", variables=kept))


def patience(way: str) -> float:
    """Give the time limit to ask with: short where only its end can end the check."""
    return 1 if way in ("endless", "drip", "drip_head", "silent") else 20


def test_a_failed_check_leaves_nothing_for_later_ones(area: Area, web: str) -> None:
    options = {"url": f"{web}/described", "contains": "x" * 99, "capture": {"digest": "sha256"}}
    context = ask(area, "http", Scenario("fails", options, Outcome.FAILED, "without that text"))
    assert "digest" not in context.variables


HOSTILE_WAYS = (
    ("endless", "no answer within"),
    ("drip", "no answer within"),
    ("drip_head", "no answer within"),
    ("silent", "no answer within"),
    ("short", "broke off"),
    ("closes", "no HTTP|broke off|reset"),
    ("garbage", "no HTTP"),
    ("no_newline", "no HTTP"),
    ("headers", "no HTTP"),
    ("long_header", "no HTTP"),
    ("bad_chunks", "no HTTP"),
    ("not_utf8", "not UTF-8"),
    ("malformed", "not JSON"),
    ("deep", "not JSON|too deep"),
    ("huge_number", "not JSON|count is"),
    ("exponent", "other is a text"),
    ("continues", "no HTTP|no answer|broke off|reset"),
    ("cookies", "not in the answer"),
)


@pytest.mark.parametrize(("way", "seen"), HOSTILE_WAYS, ids=[way for way, _ in HOSTILE_WAYS])
def test_http_survives_a_hostile_server(
    area: Area, hostile: dict[str, int], way: str, seen: str
) -> None:
    options = {
        "url": f"http://127.0.0.1:{hostile[way]}/",
        "at_least": {"count": "1", "other": "5"},
        "contains": "never there",
    }
    ask(area, "http", Scenario(way, options, Outcome.FAILED, seen, timeout=patience(way)))


@pytest.mark.parametrize("way", ["drip_head", "silent", "garbage", "no_newline", "closes"])
@pytest.mark.parametrize("kind", ["sql", "ldap", "tcp"])
def test_the_others_survive_a_hostile_server(
    area: Area, hostile: dict[str, int], kind: str, way: str
) -> None:
    port = hostile[way]
    options: dict[str, dict[str, Any]] = {
        "sql": {"query": "select 1", "database": "d", "user": "u", "port": port, "expect": "1"},
        "ldap": {"url": f"ldap://127.0.0.1:{port}", "bind_dn": "cn=x", "password": REFERENCE},
        "tcp": {"address": f"127.0.0.1:{port}", "expect": "220 ready"},
    }
    secrets = PASSWORD if kind == "ldap" else {}
    scenario = Scenario(way, options[kind], Outcome.FAILED, "", secrets, timeout=2)
    ask(area, kind, scenario)


def test_tcp_outcomes(area: Area, hostile: dict[str, int]) -> None:
    def at(way: str, **more: str) -> dict[str, Any]:
        return {"address": f"127.0.0.1:{hostile[way]}", **more}

    for case in (
        Scenario("opens", at("silent"), Outcome.PASSED, "opened"),
        Scenario("greets", at("no_newline", expect="AAAA"), Outcome.PASSED, "that greeting"),
        Scenario("says else", at("garbage", expect="220 ready"), Outcome.FAILED, "something else"),
        Scenario("greets not", at("silent", expect="220"), Outcome.FAILED, "no answer", timeout=2),
        Scenario("nobody", {"address": "127.0.0.1:9"}, Outcome.FAILED, "refused"),
    ):
        ask(area, "tcp", case)


def test_sql_outcomes(area: Area, postgresql: str) -> None:
    def query(text: str, **more: Any) -> dict[str, Any]:
        base = {"socket": postgresql, "database": "postgres", "user": "keeper"}
        return {**base, "query": text, "password": REFERENCE, **more}

    name = "select name from people where id = 7 and name = ${name}"
    count = "select count(*) from people"
    odd = {"name": 'it\'s \\ "odd"; drop table people; --'}
    passed, failed = Outcome.PASSED, Outcome.FAILED
    cases = [
        Scenario("counts", query(count, at_least=1200, at_most=1200), passed, "1,200"),
        Scenario("too few", query(count, at_least=1201), failed, "1,200"),
        Scenario("exactly", query(name, expect=CONTENT), passed, variables={"name": CONTENT}),
        Scenario("quoted", query(name, expect=CONTENT), failed, "nothing", variables=odd),
        Scenario("other", query("select name from people limit 1", expect="x"), failed, "a text"),
        Scenario("no number", query("select name from people limit 1", at_least=1), failed, "no n"),
        Scenario("rows", query("select id from people", at_least=1), failed, "no number"),
        Scenario("a table is gone", query("select 1 from visits", expect="1"), failed, "42P01"),
        Scenario(
            "quotes a row", query("select name::int from people", expect="1"), failed, "22P02"
        ),
        Scenario("writes", query("drop table people", expect=""), failed, "tried to write"),
        Scenario("no SQL", query("selec 1", expect="1"), failed, "42601"),
        Scenario("late", query("select pg_sleep(60)", expect=""), failed, "no answer", timeout=2),
        Scenario(
            "other user", query("select 1", expect="1", user="nobody-here"), failed, "refused"
        ),
        Scenario(
            "much", query("select repeat(name, 100) from people", expect="x"), failed, "KiB or more"
        ),
        Scenario("no server", query("select 1", expect="1", port=9), failed, "no server"),
    ]
    for case in cases:
        scenario = Scenario(**{**vars(case), "secrets": PASSWORD})
        ask(area, "sql", scenario)
    wrong = query("select 1", expect="1")
    ask(area, "sql", Scenario("wrong password", wrong, failed, "password", secrets=WRONG))
    empty = {"password": Secret("")}
    context = CheckContext(empty, account("nobody"), 10)
    assert CHECKS["sql"].run(area.place, wrong, context).outcome is Outcome.COULD_NOT_RUN


def test_ldap_outcomes(area: Area, slapd: str) -> None:
    person = {"url": slapd, "bind_dn": f"cn={CONTENT} 7,dc=example", "password": REFERENCE}
    people = {**person, "base": "dc=example", "filter": "(sn=${name})"}
    passed, failed = Outcome.PASSED, Outcome.FAILED
    named = {"name": CONTENT}
    user = account("openldap")
    cases = [
        Scenario("signs in", person, passed, "signed in", PASSWORD),
        Scenario("wrong", person, failed, "password was refused", WRONG),
        Scenario("is refused", {**person, "expect_bind": False}, passed, "was refused", WRONG),
        Scenario("lets in", {**person, "expect_bind": False}, failed, "succeeded", PASSWORD),
        Scenario("counts", {**people, "at_least": 40}, passed, "40 entries", PASSWORD, named),
        Scenario("too few", {**people, "at_least": 41}, failed, "40 entries", PASSWORD, named),
        Scenario("a star is no wildcard", people, failed, "0 entries", PASSWORD, {"name": "*"}),
        Scenario("no base", {**people, "base": "dc=gone"}, failed, "base is not", PASSWORD, named),
        Scenario("anonymous", {"url": slapd}, passed, "answered"),
        Scenario("nobody", {"url": "ldap://127.0.0.1:9"}, failed, "no connection"),
        Scenario("empty", person, Outcome.COULD_NOT_RUN, "empty", {"password": Secret("")}),
    ]
    for case in cases:
        scenario = Scenario(**{**vars(case), "user": user})
        if case.name == "empty":
            context = CheckContext(case.secrets, user, 10)
            seen = CHECKS["ldap"].run(area.place, person, context)
            assert seen.outcome is Outcome.COULD_NOT_RUN
            continue
        ask(area, "ldap", scenario)


def test_files_outcomes(area: Area) -> None:
    user = account("nobody")
    folder = area.path("documents")
    area.place.make_folder(folder, user=user, mode=0o755)
    area.place.make_folder(f"{folder}/{CONTENT}", user=user, mode=0o755)
    for name in ("one", f"{CONTENT}/two", f"{CONTENT}/odd\n\u00e9 name"):
        area.place.write(f"{folder}/{name}", b"abc", user=user)
    made = area.place.run(("/bin/ln", "-s", "/nonexistent", f"{folder}/l"), user=user, timeout=10)
    assert made.succeeded
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    one = {"paths": (f"{folder}/one",), "sha256": digest.upper()}
    other = {"paths": (f"{folder}/one",), "sha256": "${digest}"}
    day = timedelta(days=1)
    cases = [
        Scenario("there", {"paths": (folder, f"{folder}/one")}, Outcome.PASSED, "there"),
        Scenario("gone", {"paths": (folder, f"{folder}/x")}, Outcome.FAILED, "x is not there"),
        Scenario("a dead link", {"paths": (f"{folder}/l",)}, Outcome.FAILED, "is not there"),
        Scenario("counts", {"paths": (folder,), "at_least": 3}, Outcome.PASSED, "3 files"),
        Scenario("too few", {"paths": (folder,), "at_least": 4}, Outcome.FAILED, "3 files"),
        Scenario("new", {"paths": (folder,), "newer_than": day}, Outcome.PASSED, "s old|min old"),
        Scenario("bytes", one, Outcome.PASSED, "with that"),
        Scenario("other", other, Outcome.FAILED, "another", variables={"digest": "0" * 64}),
        Scenario("no value", other, Outcome.COULD_NOT_RUN, "captured"),
    ]
    for case in cases:
        ask(area, "files", case)
    old = area.place.run(
        ("/usr/bin/find", folder, "-exec", "/usr/bin/touch", "-h", "-d", "2001-01-01", "{}", ";"),
        user=user,
        timeout=10,
    )
    assert old.succeeded
    options = {"paths": (folder,), "newer_than": day}
    ask(area, "files", Scenario("old", options, Outcome.FAILED, "days old"))


def test_command_outcomes(area: Area) -> None:
    passed, failed, unable = Outcome.PASSED, Outcome.FAILED, Outcome.COULD_NOT_RUN
    fed = {"command": ("/bin/cat",), "standard_input": REFERENCE, "contains": "b7Qx"}
    secret = {"standard_input": Secret(SECRET_WORD)}
    says = {"command": ("/bin/echo", "a", CONTENT), "contains": f"a {CONTENT}"}
    cases = [
        Scenario("runs", {"command": ("/bin/sh -c 'exit 0'",)}, passed, "exit code 0"),
        Scenario("another code", {"command": ("/bin/sh -c 'exit 3'",)}, failed, "exit code 3"),
        Scenario("wanted", {"command": ("/bin/sh -c 'exit 3'",), "exit_code": 3}, passed),
        Scenario("says", says, passed, "with that text"),
        Scenario("says not", {**says, "contains": "b"}, failed, "without"),
        Scenario("reads a secret", fed, passed, "with that text", secrets=secret),
        Scenario("not there", {"command": ("/nonexistent/tool",)}, unable, "not in the place"),
        Scenario("late", {"command": ("/bin/sleep", "60")}, failed, "no answer", timeout=2),
        Scenario("noise", {"command": ("/usr/bin/head", "-c", "40000000", "/dev/zero")}, passed),
    ]
    for case in cases:
        ask(area, "command", case)


def test_an_endless_answer_takes_no_memory(hostile_at_home: tuple[Area, int]) -> None:
    area, port = hostile_at_home
    options = {
        "url": f"http://127.0.0.1:{port}/",
        "sha256": "0" * 64,
        "expect": {"a": "b"},
        "contains": "never there",
    }
    # Were the body held, the interpreter would run out of its 40 MB, and the check could not run.
    ask(area, "http", Scenario("endless", options, Outcome.FAILED, "no answer", timeout=4))


@pytest.fixture
def hostile_at_home() -> Iterator[tuple[Area, int]]:
    """Give a place whose programs get 40 MB, and the port of a server that never stops."""
    folder = Path(tempfile.mkdtemp(prefix="refloat-checks-"))
    roomy = UnconfinedPlace(folder)
    narrow = UnconfinedPlace(folder, prefix=("/usr/bin/prlimit", "--data=40000000"))
    try:
        _, ports = start_python(Area(roomy, roomy.path("area")), "hostile", HOSTILE)
        yield Area(narrow, narrow.path("area")), ports["endless"]
    finally:
        roomy.close()
        shutil.rmtree(folder)


def test_a_check_in_a_folder_that_the_operator_names_is_found_and_keeps_the_contract(
    tmp_path: Path,
) -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-check.md"
    source = page.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    with named_adapter(tmp_path / "named", "checks", "queue", source) as check:
        for holds in GENERAL:
            holds(check)
        place = UnconfinedPlace(tmp_path)
        place.make_folder(place.path("mail"), user=account("nobody"), mode=0o755)
        place.write(place.path("mail/1"), b"", user=account("nobody"))
        for most, outcome in ((1, Outcome.PASSED), (0, Outcome.FAILED)):
            options = {"folder": place.path("mail"), "at_most": most}
            scenario = Scenario(f"at most {most}", options, outcome, "1 messages")
            keeps_its_word(check, place, scenario, user="")

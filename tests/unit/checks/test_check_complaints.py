"""What the checks refuse in a plan, what they prove, and what they say."""

from __future__ import annotations

from typing import Any

import pytest

from refloat import registry
from refloat.checks import Check
from refloat.model.run import Proof
from refloat.model.secret import SecretReference

CHECKS: dict[str, Check] = registry.adapters("checks")
URL = "http://127.0.0.1:8080/"
REFERENCE = SecretReference("file", "secrets/x")
LDAP = {"url": "ldap://127.0.0.1"}
SQL = {"query": "select 1", "database": "d"}

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("sql", SQL, "check on nothing"),
    ("sql", {**SQL, "at_least": 3, "at_most": 2}, "no number is"),
    ("sql", {**SQL, "expect": "1", "database": "dbname=d password=x"}, "connection string"),
    ("sql", {**SQL, "expect": "1", "database": "postgres://u:p@h/d"}, "connection string"),
    ("sql", {**SQL, "expect": "1", "query": " "}, "empty"),
    ("sql", {**SQL, "expect": "1", "query": r"\! reboot"}, "commands of psql"),
    ("sql", {**SQL, "expect": "1", "port": 70_000}, "no port"),
    ("http", {"url": "ftp://example/"}, "http or https"),
    ("http", {"url": "/health"}, "http or https"),
    ("http", {"url": "http://[::1/"}, "cannot be read|can be read"),
    ("http", {"url": "http://127.0.0.1:99999/"}, "can be read"),
    ("http", {"url": "http://ben:secret@127.0.0.1/"}, "user or password"),
    ("http", {"url": f"{URL}a b"}, "space"),
    ("http", {"url": f"{URL}\r\nHost: x"}, "control"),
    ("http", {"url": URL, "form": {"a": "b"}, "json": "{}"}, "one body"),
    ("http", {"url": URL, "json": "{patient: 1}"}, "not JSON"),
    ("http", {"url": URL, "json": "[" * 100_000}, "not JSON"),
    ("http", {"url": URL, "status": 20}, "no HTTP status"),
    ("http", {"url": URL, "at_least": {"count": "many"}}, "not a number"),
    ("http", {"url": URL, "expect": {"a..b": "1"}}, "path"),
    ("http", {"url": URL, "sha256": "abc"}, "64 hexadecimal"),
    ("http", {"url": URL, "contains": ""}, "every answer"),
    ("http", {"url": URL, "capture": {"x": "body"}}, "json:PATH"),
    ("http", {"url": URL, "capture": {"x": "header:"}}, "json:PATH"),
    ("http", {"url": URL, "capture": {"cookie 127.0.0.1 / s": "sha256"}}, "has the name"),
    ("ldap", {"url": "http://127.0.0.1"}, "ldap://"),
    ("ldap", {**LDAP, "bind_dn": "cn=x"}, "go together"),
    ("ldap", {**LDAP, "expect_bind": False}, "needs `bind_dn`"),
    ("ldap", {**LDAP, "at_least": 3}, "below a `base`"),
    ("ldap", {**LDAP, "base": "dc=x", "at_least": 0}, "check on nothing"),
    ("ldap", {**LDAP, "base": "dc=x", "filter": "-D cn=x"}, "parenthesis"),
    ("files", {"paths": ()}, "check on nothing"),
    ("files", {"paths": ("a",), "at_least": 0}, "check on nothing"),
    ("files", {"paths": ("a", "b"), "sha256": "0" * 64}, "one file"),
    ("files", {"paths": ("a",), "sha256": "zz"}, "64 hexadecimal"),
    ("tcp", {"address": "127.0.0.1"}, "host and a port"),
    ("tcp", {"address": "127.0.0.1:http"}, "host and a port"),
    ("tcp", {"address": "127.0.0.1:0"}, "host and a port"),
    ("tcp", {"address": "127.0.0.1:25", "expect": ""}, "every greeting"),
    ("command", {"command": ()}, "check on nothing"),
    ("command", {"command": ("",)}, "check on nothing"),
    ("command", {"command": ("echo 'a",)}, "split into words"),
    ("command", {"command": ("true",), "exit_code": 127}, "between 0 and 125"),
    ("command", {"command": ("true",), "contains": ""}, "every output"),
]


@pytest.mark.parametrize(("kind", "options", "words"), REFUSED)
def test_refuses_what_cannot_be_meant(kind: str, options: dict[str, Any], words: str) -> None:
    complaints = CHECKS[kind].complaints(options)
    assert any(any(word in complaint for word in words.split("|")) for complaint in complaints), (
        complaints
    )


TAKEN: list[tuple[str, dict[str, Any]]] = [
    ("sql", {**SQL, "at_most": 0}),
    ("sql", {**SQL, "expect": ""}),
    ("http", {"url": f"{URL}documents/${{number}}/content", "sha256": "${digest}"}),
    ("http", {"url": URL, "json": '{"patient": ${patient}, "name": "${name}"}'}),
    ("http", {"url": "https://[::1]:8443/ü", "capture": {"id": "json:items[0].id"}}),
    ("ldap", {**LDAP, "bind_dn": "cn=x", "password": REFERENCE, "base": "dc=x"}),
    ("files", {"paths": ("documents",)}),
    ("tcp", {"address": "[::1]:25"}),
    ("command", {"command": ("/usr/bin/test", "-s", "a b")}),
]


@pytest.mark.parametrize(("kind", "options"), TAKEN)
def test_takes_what_can_be_meant(kind: str, options: dict[str, Any]) -> None:
    assert CHECKS[kind].complaints(options) == ()


PROOFS: list[tuple[str, dict[str, Any], set[Proof]]] = [
    ("sql", {**SQL, "expect": "1"}, {Proof.DATA}),
    ("http", {"url": URL}, {Proof.ANSWERS}),
    ("http", {"url": URL, "proves": "identity"}, {Proof.IDENTITY}),
    ("ldap", LDAP, {Proof.ANSWERS}),
    ("ldap", {**LDAP, "bind_dn": "cn=x", "password": REFERENCE}, {Proof.IDENTITY}),
    ("ldap", {**LDAP, "base": "dc=x"}, {Proof.DATA}),
    ("files", {"paths": ("a",)}, set()),
    ("files", {"paths": ("a",), "at_least": 1}, {Proof.DATA}),
    ("tcp", {"address": "127.0.0.1:25"}, {Proof.ANSWERS}),
    ("command", {"command": ("true",)}, {Proof.ANSWERS}),
    ("command", {"command": ("true",), "proves": "licence"}, {Proof.LICENCE}),
]


@pytest.mark.parametrize(("kind", "options", "proofs"), PROOFS)
def test_says_what_a_pass_proves(kind: str, options: dict[str, Any], proofs: set[Proof]) -> None:
    assert CHECKS[kind].proves(options) == proofs

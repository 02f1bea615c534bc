"""What of an address is a secret, and what names an account."""

from __future__ import annotations

from pathlib import Path

import pytest

from refloat.engines import RepositoryAccess
from refloat.engines._restic.command import Location
from refloat.model.errors import PlanProblem
from refloat.model.options import AdapterCatalogue
from refloat.model.secret import Secret, in_address
from refloat.observers._names import complaint
from refloat.plan import parse
from refloat.platforms._listing import Unusable, clean

SECRET = (
    "https://ghp_16C7e42F292c6912E7@git.example/app",
    "HTTPS://abc123@git.example",
    "git+https://abc123@git.example/app",
    "https://abc123:@git.example/app",
    "rest:https://abc123@backup.example/shop",
    "https://me:hunter2@git.example",
    "postgres://app:hunter2@db/app",
    "see ssh://:hunter2@nas/r",
)
NONE = AdapterCatalogue({}, {}, {}, {})
HARMLESS = (
    "https://git.example/app",
    "https://git.example/people/@me",
    "https://git.example?to=me@example.com",
    "https://git.example#me@example.com",
    "https://git.example:8443/@me",
    "ssh://backup@nas.example/srv/borg",
    "postgres://app@db/app",
    "me@example.com",
    "root@web1:/srv/documents",
)


@pytest.mark.parametrize("text", SECRET)
def test_a_password_and_a_bare_token_are_secrets_wherever_text_is_taken(text: str) -> None:
    assert in_address(text)
    assert complaint(text) == "what looks like a secret stands in it"
    with pytest.raises(Unusable, match="looks like a secret"):
        clean(text)
    with pytest.raises(PlanProblem, match="a secret stands in the text") as raised:
        parse(f'organisation: "{text}"'.encode(), "plan.yaml", NONE, {})
    assert "abc123" not in str(raised.value)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("text", HARMLESS)
def test_an_account_and_an_address_of_mail_are_none(text: str) -> None:
    assert not in_address(text)
    assert complaint(text) == ""
    clean(text)
    assert parse(f'organisation: "{text}"'.encode(), "plan.yaml", NONE, {})


def test_a_placeholder_in_a_plan_is_no_token() -> None:
    text = b'organisation: "https://${TOKEN}@git.example"'
    assert parse(text, "plan.yaml", NONE, {})


def test_no_repository_is_opened_by_a_url_with_a_token(tmp_path: Path) -> None:
    url = "rest:https://abc123@backup.example/shop"
    access = RepositoryAccess("shelf", {"url": url}, {"password": Secret("x")})
    with pytest.raises(PlanProblem, match="holds a password or a token") as raised:
        Location(access)
    assert "abc123" not in str(raised.value)

"""Names in which a secret stands are refused, wherever a source has them."""

from __future__ import annotations

import pytest

from refloat.observers._names import complaint


@pytest.mark.parametrize(
    "text",
    [
        "app:hunter2@db.example",
        "registry.example/app:hunter2@host/web",
        "//app:hunter2@nas/share",
        "password=hunter2",
    ],
)
def test_an_account_with_its_password_is_refused(text: str) -> None:
    assert complaint(text) == "what looks like a secret stands in it"


@pytest.mark.parametrize(
    "text",
    [
        "redis:7@sha256:0123abcd",
        "registry.example/shop/web:4.2@sha256:0123abcd",
        "registry.example:5000/web:4.2@sha512:0123abcd",
        "postgresql@15-main.service",
        "backup@nas.example:/srv",
        "component:default/web",
        "nas.example:/export/shop",
    ],
)
def test_names_that_only_look_like_it_are_taken(text: str) -> None:
    assert complaint(text) == ""

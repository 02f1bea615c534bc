"""What restic's words about a canary mean: a denial, or something that went wrong before."""

from __future__ import annotations

import pytest

from refloat.engines._restic.canary import is_denial, shortened

TRIED = """\
Remove(<snapshot/3b70422705>) returned error, retrying after 552.330144ms: {said}
unable to remove <snapshot/3b70422705> from the repository
{said}
github.com/restic/restic/internal/backend/rest.(*Backend).Remove
\tgithub.com/restic/restic/internal/backend/rest/rest.go:399
runtime.goexit
\truntime/asm_amd64.s:1594
"""
SAID = "blob not removed, server response: 403 Forbidden (403)"
LATER = "unable to remove snapshot/3b70422705 from the repository\nAccess Denied.\n"


@pytest.mark.requirement("R-033")
@pytest.mark.parametrize("words", [TRIED.format(said=SAID), LATER])
def test_a_store_that_does_not_remove_the_snapshot_denies_it(words: str) -> None:
    assert is_denial(words, by_restic=True)


@pytest.mark.requirement("R-033")
@pytest.mark.parametrize(
    "words",
    [
        "Fatal: unable to open config file: unexpected HTTP response (401): 401 Unauthorized",
        "Fatal: unable to open config file: Stat: Access Denied.",
        "unable to create lock in backend: server response: 403 Forbidden (403)",
        "subprocess ssh: Permission denied (publickey).",
        "Remove(<lock/0a1b2c3d4e>) returned error, retrying after 1s: 403 Forbidden (403)",
        TRIED.format(said="i/o timeout"),
    ],
)
def test_who_is_turned_away_before_has_tried_nothing(words: str) -> None:
    assert not is_denial(words, by_restic=True)


def test_the_system_denies_the_account_of_this_machine() -> None:
    assert is_denial("rm: cannot remove '/srv/x': Permission denied", by_restic=False)


def test_the_stack_trace_and_the_tries_are_left_out() -> None:
    said = shortened(TRIED.format(said=SAID))
    assert said == f"unable to remove <snapshot/3b70422705> from the repository; {SAID}"
    assert shortened("") == ""

"""How a Veeam server is asked: by reading alone, over checked TLS, with errors in words."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from refloat.model.errors import (
    NotAllowed,
    RefloatError,
    SourceBusy,
    SourceProblem,
    ToolMissing,
    UsageProblem,
)
from refloat.model.secret import Secret
from refloat.platforms import Listing, Request, _veeam_asking
from refloat.platforms._veeam_asking import ALLOWED, RESTORE_POINTS, SIGN_IN, Asking, Server
from refloat.platforms.veeam import Veeam
from refloat.testing.platform_conformance import goes_through_the_door, sound
from refloat.testing.veeam_server import Behaviour, FakeVeeam, Handler, reply, serving

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAMPLE = Path(__file__).parent / "samples" / "veeam.json"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeVeeam]:
    content = json.loads(SAMPLE.read_bytes())
    entries = {name: answer["data"] for name, answer in content.items()}
    entries["restorePoints"] = entries["restorePoints"][:2]
    with serving(FakeVeeam(tmp_path, entries)) as running:
        yield running


def request(server: FakeVeeam, **said: Any) -> Request:
    options = {
        "address": server.address,
        "user": server.user,
        "authority": str(server.certificate),
        "api_version": "1.3-rev1",
        **said,
    }
    return Request("bkp01", NOON, None, options, {"password": Secret(server.password)})


def ask(server: FakeVeeam, **said: Any) -> Listing:
    return Veeam(wait=lambda _: None).read(request(server, **said))


def points(number: int) -> list[dict[str, Any]]:
    made = "2026-02-27T22:00:00+11:00"
    return [{"id": f"p{n}", "name": "clin-app01", "creationTime": made} for n in range(number)]


def test_a_server_says_the_same_as_its_saved_answers_and_is_whole(server: FakeVeeam) -> None:
    told = ask(server)
    sound(told)
    goes_through_the_door(told)
    assert told.whole
    kinds = [fact["kind"] for fact in told.facts]
    assert kinds == ["recovery_point"] * 2 + ["job_run"] * 2 + ["restore_test"]
    assert told.facts[-1]["dataset_refs"] == ["clin-app01"]
    again = ask(server)
    assert (again.facts, again.digest) == (told.facts, told.digest)


def test_nothing_is_sent_but_one_sign_in_and_reading_requests(server: FakeVeeam) -> None:
    ask(server)
    sent = [(method, path) for method, path, _ in server.asked]
    assert set(sent) == ALLOWED
    assert sent.count(("POST", SIGN_IN)) == 1
    assert {method for method, path in sent if path != SIGN_IN} == {"GET"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", RESTORE_POINTS),
        ("DELETE", "/api/v1/backups"),
        ("GET", "/api/v1/credentials"),
        ("POST", "/api/v1/jobs/1/start"),
        ("GET", SIGN_IN),
    ],
)
def test_anything_else_is_refused_before_it_is_sent(
    server: FakeVeeam, method: str, path: str
) -> None:
    where = Server("127.0.0.1", server.port, "u", Secret("p"), "1.3-rev1", str(server.certificate))
    asking = Asking(where)
    with pytest.raises(NotAllowed):
        asking._send(method, path, path, body=None, token=None)
    with pytest.raises(NotAllowed):
        asking._send("GET", RESTORE_POINTS, f"{RESTORE_POINTS}/../jobs", body=None, token=None)
    asking.close()
    assert not server.asked


def test_every_page_is_read(server: FakeVeeam) -> None:
    server.entries = {"restorePoints": points(401)}
    told = ask(server)
    assert len(told.facts) == 401
    skips = [said["skip"] for _, path, said in server.asked if path == RESTORE_POINTS]
    assert skips == [["0"], ["200"], ["400"]]


def test_a_server_that_has_nothing_is_a_reading_of_nothing(server: FakeVeeam) -> None:
    server.entries = {}
    told = ask(server)
    assert (told.facts, told.refused, told.whole) == ((), (), True)


def test_a_token_that_ran_out_on_the_way_is_renewed_once(server: FakeVeeam) -> None:
    server.uses = 4
    assert ask(server).whole
    assert [path for _, path, _ in server.asked].count(SIGN_IN) > 1
    server.uses = 0
    with pytest.raises(SourceProblem, match="401"):
        ask(server)


def test_an_older_version_of_the_interface_can_be_spoken(server: FakeVeeam) -> None:
    server.versions = ("1.2-rev1",)
    with pytest.raises(SourceProblem, match="404") as caught:
        ask(server)
    assert "api_version=1.2-rev1" in caught.value.hint
    assert ask(server, api_version="1.2-rev1").whole


def test_a_wrong_password_is_said_and_neither_it_nor_the_answer_repeated(
    server: FakeVeeam, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    right = server.password
    server.password = "another"
    asked = Request("bkp01", NOON, None, request(server).options, {"password": Secret(right)})
    with pytest.raises(SourceProblem, match="does not accept the user or the password") as caught:
        Veeam().read(asked)
    said = f"{caught.value!r} {caught.value.hint} {caplog.text} {asked!r}"
    assert right not in said
    assert "hush" not in said
    assert caught.value.__cause__ is None


def test_neither_password_nor_token_is_in_facts_logs_or_addresses(
    server: FakeVeeam, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = ask(server)
    said = f"{told!r} {caplog.text} {server.asked!r}"
    assert server.password not in said
    assert "horses" not in said
    assert "token-0" not in said


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (403, SourceProblem, "refuses it to this user"),
        (404, SourceProblem, "does not know it"),
        (400, SourceProblem, "does not understand"),
        (405, SourceProblem, "405"),
        (500, SourceProblem, "500"),
        (302, SourceProblem, "points elsewhere"),
    ],
)
def test_each_refusal_is_said_in_words_and_tried_once(
    server: FakeVeeam, status: int, kind: type[RefloatError], words: str
) -> None:
    def refuse(handler: Handler) -> None:
        reply(handler, status, {"message": "hush"}, Location="/api/v1/backups")

    server.behave[RESTORE_POINTS] = [refuse] * 9
    with pytest.raises(kind, match=words) as caught:
        ask(server)
    assert "hush" not in f"{caught.value.message} {caught.value.hint}"
    assert RESTORE_POINTS in caught.value.message
    assert [path for _, path, _ in server.asked].count(RESTORE_POINTS) == 1
    if status == 403:
        assert "Veeam Backup Viewer" in caught.value.hint


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_patience_is_asked_again_a_few_times(
    server: FakeVeeam, status: int
) -> None:
    waited: list[float] = []

    def later(after: str) -> Behaviour:
        return lambda handler: reply(handler, status, {}, Retry_After=after)

    server.behave[RESTORE_POINTS] = [later("3"), later("86400"), later("soon")]
    assert Veeam(wait=waited.append).read(request(server)).whole
    assert waited == [3.0, 30.0, 4.0]
    server.behave[RESTORE_POINTS] = [later("1")] * 9
    with pytest.raises(SourceBusy) as caught:
        ask(server)
    assert not caught.value.permanent
    assert len(server.behave[RESTORE_POINTS]) == 5


def _half(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"data": [')
    handler.close_connection = True


def _hangs_up(handler: Handler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


@pytest.mark.parametrize("cut", [_half, _hangs_up])
def test_an_answer_that_breaks_off_is_never_a_reading(server: FakeVeeam, cut: Behaviour) -> None:
    server.behave[RESTORE_POINTS] = [cut]
    with pytest.raises(SourceBusy, match="breaks off in the middle"):
        ask(server)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>hush</html>",
        b"[]",
        b"[" * 500_000,
        b'{"data": []}',
        b'{"data": "hush", "pagination": {"total": 0}}',
        b'{"data": [], "pagination": {"total": "hush"}}',
        b'\xff\xfe{"data"',
    ],
)
def test_an_answer_that_is_no_list_is_an_error_without_its_text(
    server: FakeVeeam, answer: bytes
) -> None:
    server.behave[RESTORE_POINTS] = [lambda handler: reply(handler, 200, answer)]
    with pytest.raises(SourceProblem, match="no list of Veeam's") as caught:
        ask(server)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    "answer", [b"{}", b"no", b'{"access_token": 7}', b'{"access_token": "a\\r\\nb: c hush"}']
)
def test_a_sign_in_without_a_token_is_an_error_without_its_text(
    server: FakeVeeam, answer: bytes
) -> None:
    server.behave[SIGN_IN] = [lambda handler: reply(handler, 200, answer)]
    with pytest.raises(SourceProblem, match="gives no token") as caught:
        ask(server)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("total", "entries", "words"),
    [
        (10**12, 1, "is said to have"),
        (-1, 0, "is said to have"),
        (5, 0, "breaks off: 0 entries of 5"),
        (1, 2, "breaks off: 2 entries of 1"),
    ],
)
def test_a_list_whose_numbers_cannot_be_is_an_error(
    server: FakeVeeam, total: int, entries: int, words: str
) -> None:
    answer = {"data": points(entries), "pagination": {"total": total}}
    server.behave[RESTORE_POINTS] = [lambda handler: reply(handler, 200, answer)]
    with pytest.raises(SourceProblem, match=words):
        ask(server)


def test_a_list_that_changes_while_it_is_read_is_read_anew_but_not_for_ever(
    server: FakeVeeam,
) -> None:
    grows = iter(range(1, 100))

    def grown(handler: Handler) -> None:
        some = {"data": points(1), "pagination": {"total": 200 + next(grows)}}
        reply(handler, 200, some)

    server.behave[RESTORE_POINTS] = [grown, grown]
    assert ask(server).whole
    server.behave[RESTORE_POINTS] = [grown] * 50
    with pytest.raises(SourceBusy, match="changes while it is read"):
        ask(server)


def test_a_server_that_gives_the_same_page_for_ever_ends_and_is_not_whole(
    server: FakeVeeam,
) -> None:
    same = {"data": points(200), "pagination": {"total": 1000}}
    server.behave[RESTORE_POINTS] = [lambda handler: reply(handler, 200, same)] * 9
    told = ask(server)
    assert not told.whole
    assert len(told.refused) == 800


def test_an_endless_answer_and_one_that_drips_are_given_up(
    server: FakeVeeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drip(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        for _ in range(200):
            handler.wfile.write(b" ")
            time.sleep(0.02)

    monkeypatch.setattr(_veeam_asking, "SECONDS", 0.2)
    server.behave[RESTORE_POINTS] = [drip]
    with pytest.raises(SourceBusy, match="takes more than"):
        ask(server)
    monkeypatch.setattr(_veeam_asking, "SECONDS", 60.0)
    monkeypatch.setattr(_veeam_asking, "LARGEST_ANSWER", 2**20)
    server.behave[RESTORE_POINTS] = [lambda handler: reply(handler, 200, b" " * 2**22)]
    with pytest.raises(SourceProblem, match="larger than 1 MiB"):
        ask(server)


def test_a_server_that_nobody_vouches_for_is_not_told_the_password(
    server: FakeVeeam, tmp_path: Path
) -> None:
    for authority in ("", str(_other(tmp_path))):
        with pytest.raises(SourceProblem, match="nobody vouches for") as caught:
            ask(server, authority=authority)
        assert "authority" in caught.value.hint
    assert not server.asked


def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    with serving(FakeVeeam(tmp_path), host="elsewhere.example") as server:
        with pytest.raises(SourceProblem, match="nobody vouches for"):
            ask(server)
        assert not server.asked


def test_an_authority_that_cannot_be_read_is_said(server: FakeVeeam, tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("hello", encoding="utf-8")
    for name in ("none.pem", "missing.pem"):
        with pytest.raises(SourceProblem, match="no certificates"):
            ask(server, authority=str(tmp_path / name))


def test_a_server_that_is_not_there_cannot_be_reached(server: FakeVeeam) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(SourceBusy, match="cannot be reached"):
        ask(server, address=f"https://127.0.0.1:{port}")
    with pytest.raises(SourceBusy, match="cannot be reached"):
        ask(server, address="https://nobody.invalid")


def test_proxies_of_the_surroundings_are_not_used(
    server: FakeVeeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ask(server).whole


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1",
        "127.0.0.1:9419",
        "https://",
        "https://u:hush@127.0.0.1",
        "https://127.0.0.1/api",
        "https://127.0.0.1:x",
        "https://[::1",
    ],
)
def test_an_address_that_is_not_https_alone_is_refused(server: FakeVeeam, address: str) -> None:
    with pytest.raises(UsageProblem, match="none that can be used") as caught:
        ask(server, address=address)
    assert "hush" not in str(caught.value)


def test_what_is_missing_is_named(server: FakeVeeam) -> None:
    with pytest.raises(UsageProblem, match="address and user and password must be said"):
        Veeam().read(Request("bkp01", NOON))


def test_urllib3_is_missed_with_the_command_that_installs_it(
    server: FakeVeeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Veeam().probe().version.startswith("urllib3 ")

    def nothing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("importlib.import_module", nothing)
    assert "pip install 'refloat[veeam]'" in Veeam().probe().limits[0]
    with pytest.raises(ToolMissing, match="urllib3"):
        ask(server)


def _other(folder: Path) -> Path:
    other = folder / "other"
    other.mkdir(exist_ok=True)
    with serving(FakeVeeam(other)) as server:
        return server.certificate

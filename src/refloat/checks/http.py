"""Asks a web application inside the place, as a browser would, and judges what it answers."""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from refloat.checks import CheckContext, CheckOutcome
from refloat.checks import _json_path as json_path
from refloat.checks._asking import (
    CAPTURE_NAME,
    PROVES,
    asked,
    failed,
    fill,
    flag,
    in_json,
    in_url,
    integer,
    judged,
    probe_python,
    proofs,
    references,
    resolved_map,
    text,
    text_map,
)
from refloat.checks._http_exchange import BODY_LIMIT, Answer, Request, converse
from refloat.model.options import Option, Options, OptionType, Probe
from refloat.model.place import Place
from refloat.model.run import Proof

_DIGEST = re.compile(r"[0-9a-fA-F]{64}")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_CAPTURE_LIMIT = 4096


class HttpCheck:
    """Asks a web application."""

    name = "http"
    summary = "Asks a web application, as a browser would, and judges what it answers."
    options = (
        Option(
            "url",
            OptionType.TEXT,
            "The address; `${name}` becomes a value that an earlier check captured.",
            required=True,
            short=True,
            example="http://127.0.0.1:8080/health",
        ),
        Option(
            "method",
            OptionType.TEXT,
            "GET, or POST when a form or JSON is sent, if not given.",
            choices=_METHODS,
            example="POST",
        ),
        Option("headers", OptionType.TEXT_MAP, "Headers to send.", example="{Accept: text/html}"),
        Option(
            "form", OptionType.TEXT_MAP, "Fields of a form to send.", example="{user: dana.reyes}"
        ),
        Option("json", OptionType.TEXT, "JSON to send.", example="""'{"patient": 17}'"""),
        Option("status", OptionType.INTEGER, "The status expected.", default=200, example="200"),
        Option("contains", OptionType.TEXT, "A text in the answer.", example="Welcome"),
        Option(
            "expect",
            OptionType.TEXT_MAP,
            "Values in the answer's JSON, by path.",
            example="{database: ok}",
        ),
        Option(
            "at_least",
            OptionType.TEXT_MAP,
            "Smallest numbers, or lengths of lists, in the answer's JSON, by path.",
            example="{count: 1}",
        ),
        Option(
            "sha256",
            OptionType.TEXT,
            "The SHA-256 of the answer's body, in hexadecimal.",
            example="${digest}",
        ),
        Option(
            "capture",
            OptionType.TEXT_MAP,
            "Values to keep for later checks of the journey, by name: `json:PATH`, `header:NAME`"
            " or `sha256` (of the body).",
            example="{digest: sha256}",
        ),
        Option(
            "authority",
            OptionType.PATH,
            "Certificates in PEM, one of which signed the server's (for https).",
            example="booking/authority.pem",
        ),
        Option(
            "verify",
            OptionType.BOOLEAN,
            "Whether the server's certificate is verified (for https).",
            default=True,
            example="yes",
        ),
        PROVES,
    )

    def probe(self) -> Probe:
        """See whether Python, which asks inside the place, is there."""
        return probe_python()

    def complaints(self, options: Options) -> tuple[str, ...]:
        """Refuse addresses, numbers, paths and captures that cannot be meant."""
        return tuple(_complaints(options))

    def proves(self, options: Options) -> frozenset[Proof]:
        """Give answering, unless the plan knows better."""
        return proofs(options, Proof.ANSWERS)

    def run(self, place: Place, options: Options, context: CheckContext) -> CheckOutcome:
        """Ask once; what is captured stays in the journey's variables, never in the outcome."""
        expected = _expected(options)
        return asked(expected, context, lambda: _ask(place, options, context, expected))


def _complaints(options: Options) -> Iterable[str]:
    yield from _address_complaints(text(options, "url"))
    if "form" in options and "json" in options:
        yield "a request has one body: `form` or `json`, not both"
    body = re.sub(r"\$\{[^}]*\}", "0", text(options, "json"))
    if "json" in options:
        try:
            json.loads(body)
        except (ValueError, RecursionError):
            yield "`json` is not JSON"
    status = integer(options, "status")
    if status is not None and not 100 <= status <= 599:
        yield f"{status} is no HTTP status; they go from 100 to 599"
    for name, value in text_map(options, "at_least").items():
        if json_path.number(value) is None:
            yield f"`at_least.{name}` is not a number"
    for option in ("expect", "at_least"):
        yield from (
            f"`{option}` has a path that cannot be read: {path!r}"
            for path in text_map(options, option)
            if not _readable(path)
        )
    digest = text(options, "sha256")
    if "sha256" in options and not references(digest) and not _DIGEST.fullmatch(digest):
        yield "`sha256` is 64 hexadecimal digits, or ${name}"
    if "contains" in options and not text(options, "contains"):
        yield "`contains` is empty: every answer would pass"
    yield from _capture_complaints(options)


def _address_complaints(url: str) -> Iterable[str]:
    example = "http://127.0.0.1:8080/health"
    plain = re.sub(r"\$\{[^}]*\}", "0", url)
    try:
        parts = urllib.parse.urlsplit(plain)
        port = parts.port
    except ValueError:
        yield f"`url` is no address that can be read, such as {example}"
        return
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        yield f"`url` is an http or https address, such as {example}"
    if parts.username is not None or parts.password is not None:
        yield "`url` holds a user or password; give them in `headers`, as a reference to a secret"
    if re.search(r"[\s\x00-\x1f\x7f]", plain):
        yield "`url` holds a space or a control character; write a space as %20"


def _capture_complaints(options: Options) -> Iterable[str]:
    for name, value in text_map(options, "capture").items():
        form, _, rest = str(value).partition(":")
        if not CAPTURE_NAME.fullmatch(name):
            yield f"`capture` has the name {name!r}; names are like {'booking_id'!r}"
        if value == "sha256" or (form == "header" and rest):
            continue
        if form != "json" or not _readable(rest):
            yield f"`capture.{name}` is `json:PATH`, `header:NAME` or `sha256`"


def _readable(path: str) -> bool:
    try:
        json_path.parts(path)
    except ValueError:
        return False
    return True


def _expected(options: Options) -> str:
    parts = [f"status {integer(options, 'status') or 200}"]
    if "contains" in options:
        parts.append("the plan's text in it")
    if "sha256" in options:
        parts.append("the SHA-256 that the plan or an earlier check gives")
    for path, value in text_map(options, "expect").items():
        parts.append(f"{path} is {json_path.wanted(str(value))}")
    for path, value in text_map(options, "at_least").items():
        parts.append(f"{path} at least {value}")
    captured = text_map(options, "capture")
    return ", ".join(parts) + (f"; keeps {', '.join(captured)}" if captured else "")


def _ask(place: Place, options: Options, context: CheckContext, expected: str) -> CheckOutcome:
    status = integer(options, "status") or 200
    request = _request(options, context)
    answer = converse(place, request, context, follow=not 300 <= status <= 399)
    if answer.problem:
        return failed(expected, answer.problem)
    words = f"status {answer.status}"
    if answer.elsewhere:
        words += ", a redirect to another host, which is not followed"
    findings = [(answer.status == status, words)]
    if "contains" in options:
        findings.append((answer.found, "with that text" if answer.found else "without that text"))
    if "sha256" in options:
        same = answer.sha256 == fill(text(options, "sha256"), context.variables).lower()
        words = "that SHA-256" if same else f"another SHA-256, of {answer.size:,} bytes"
        findings.append((same, words))
    values, captured = _json_findings(options, context, answer)
    outcome = judged(expected, [*findings, *values])
    if not any(not fine for fine, _ in [*findings, *values]):
        context.variables.update(captured)
    return outcome


def _request(options: Options, context: CheckContext) -> Request:
    headers = list(resolved_map(options, context, "headers"))
    body: bytes | None = None
    if "form" in options:
        body = urllib.parse.urlencode(resolved_map(options, context, "form")).encode()
        headers.append(("Content-Type", "application/x-www-form-urlencoded"))
    if "json" in options:
        body = fill(text(options, "json"), context.variables, in_json).encode()
        headers.append(("Content-Type", "application/json"))
    url = fill(text(options, "url"), context.variables, in_url)
    return Request(
        url=urllib.parse.quote(url, safe="%/:?#[]@!$&'()*+,;=-._~"),
        method=text(options, "method") or ("GET" if body is None else "POST"),
        headers=tuple(headers),
        body=body,
        find=fill(text(options, "contains"), context.variables),
        keep=_wants_json(options),
        authority=text(options, "authority"),
        verify=flag(options, "verify", True),
    )


def _wants_json(options: Options) -> bool:
    captures = any(
        str(value).startswith("json:") for value in text_map(options, "capture").values()
    )
    return captures or any(text_map(options, name) for name in ("expect", "at_least"))


def _json_findings(
    options: Options, context: CheckContext, answer: Answer
) -> tuple[list[tuple[bool, str]], dict[str, str]]:
    value: Any = None
    if _wants_json(options):
        if answer.size > BODY_LIMIT:
            large = f"the answer is larger than {BODY_LIMIT // 1024**2} MiB"
            return [(False, large)], {}
        try:
            value = json_path.read(answer.body)
        except json_path.NotJson as problem:
            return [(False, str(problem))], {}
    findings = []
    for path, expected in resolved_map(options, context, "expect"):
        found = json_path.find(value, path)
        findings.append(_compared(path, found, expected))
    for path, least in resolved_map(options, context, "at_least"):
        found = json_path.find(value, path)
        number = json_path.number(found)
        enough = number is not None and number >= (json_path.number(least) or Decimal(0))
        findings.append((enough, f"{path} is {json_path.described(found)}"))
    kept, missing = _captured(options, answer, value)
    return [*findings, *missing], kept


def _compared(path: str, found: Any, expected: str) -> tuple[bool, str]:
    fine = json_path.same(found, expected)
    if json_path.wanted(expected) == "as the plan says":
        return fine, f"{path} is as the plan says" if fine else f"{path} is something else"
    return fine, f"{path} is {json_path.described(found)}"


def _captured(
    options: Options, answer: Answer, value: Any
) -> tuple[dict[str, str], list[tuple[bool, str]]]:
    kept, missing = {}, []
    for name, source in text_map(options, "capture").items():
        form, _, rest = str(source).partition(":")
        found: str | None = answer.sha256
        if form == "header":
            found = answer.header(rest)
        elif form == "json":
            at = json_path.find(value, rest)
            found = None if at is json_path.MISSING else json_path.text(at)
        if found is None or len(found) > _CAPTURE_LIMIT:
            missing.append((False, f"nothing to keep as {name}"))
        else:
            kept[name] = found
    return kept, missing


ADAPTER = HttpCheck()
